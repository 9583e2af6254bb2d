"""Audit mandates at the door: which of those that a body opened are open today."""

from datetime import date

import sqlalchemy

from domain.audit_mandate import AUDIT_MANDATE, AuditMandate
from domain.ids import StreamId, TenantId
from domain.stream import Loaded
from infra.database import Scope
from projections import audit_mandate as table
from readapi.viewer import Mandate
from services.bootstrap import WriteSide

_KNOWN = sqlalchemy.select(table.AUDIT_MANDATE.c.entity_id).distinct()


async def open_mandates(write: WriteSide, authority: TenantId) -> tuple[Mandate, ...]:
    """Those that an authority opened and that are open on this day of its own.

    The read model says which there are, so that a new one is found a moment later. Whether one is still open is
    asked of the log itself: one that was closed opens nothing from the next request on.
    """
    facts = await write.bodies.facts(authority)
    if facts is None:
        return ()
    async with write.database.begin(Scope.of_tenant(authority)) as connection:
        statement = _KNOWN.where(table.AUDIT_MANDATE.c.tenant_id == authority)
        known = [StreamId(row[0]) for row in (await connection.execute(statement)).all()]
    today = facts.today()
    found = []
    for mandate_id in known:
        loaded = await write.store.load(authority, AUDIT_MANDATE, mandate_id)
        mandate = loaded.state
        if mandate.scope is not None and not is_over(loaded, today) and (loaded.started_on or today) <= today:
            period = mandate.scope.period
            found.append(
                Mandate(
                    id=mandate_id,
                    bodies=frozenset(mandate.scope.bodies),
                    records=frozenset(mandate.scope.records),
                    first_day=period.start,
                    last_day=period.end,
                )
            )
    return tuple(found)


async def over_by_now(write: WriteSide, authority: TenantId, mandate_id: StreamId) -> bool:
    """Whether a mandate is closed or past its last day."""
    facts = await write.bodies.facts(authority)
    loaded = await write.store.load(authority, AUDIT_MANDATE, mandate_id)
    return facts is not None and is_over(loaded, facts.today())


async def over_since(write: WriteSide, authority: TenantId, mandate_id: StreamId, day: date) -> bool:
    """Whether a mandate was over by a day: its last day had passed, or it had been closed before."""
    loaded = await write.store.load(authority, AUDIT_MANDATE, mandate_id)
    ends_on, closed_on = loaded.state.ends_on, loaded.last_lifecycle_on
    if loaded.state.closed and closed_on is not None and closed_on < day:
        return True
    return ends_on is not None and ends_on.value < day


def is_over(loaded: Loaded[AuditMandate], today: date) -> bool:
    ends_on = loaded.state.ends_on
    return loaded.state.closed or ends_on is None or ends_on.value < today

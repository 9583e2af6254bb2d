"""A grant that follows from an agreement ends with the agreement's reporting duty.

Looked at after each event that may end a duty, and once a night, since a last due day passes without an event.
"""

from datetime import date
from typing import Final
from uuid import UUID, uuid5

import structlog
from sqlalchemy import Table, select

from domain.access_grant import ACCESS_GRANT, AccessRevokedError, RevokeAccess
from domain.agreement import AGREEMENT, AgreementTerminated
from domain.authority import NOT_REQUIRED
from domain.envelope import Actor
from domain.ids import AccessGrantId, AgreementId, CommandId, StreamId, TenantId
from domain.requirement import REQUIREMENT, Requirement, RequirementEnded, owed_periods
from domain.stream import Order
from infra.database import Scope
from projections.access_grant import ACCESS_GRANT as GRANTS
from projections.requirement import REQUIREMENT as REQUIREMENTS
from services.bootstrap import WriteSide
from services.commands import FINGERPRINT_BYTES

SYSTEM: Final = UUID("3f1a7c02-64b5-5d0e-9a2f-8c7b1e5d4a60")
"""The principal of what the service does by itself."""
_log = structlog.get_logger()


async def end_grants(write: WriteSide, tenant_id: TenantId) -> list[AccessGrantId]:
    """Revoke a body's grants whose agreement's duty is over; which they were. May run any number of times.

    The read models say which grants and requirements there are, and the log what became of them. A body whose read
    models are behind is looked at again the next night.
    """
    facts = await write.bodies.facts(tenant_id)
    if facts is None:
        return []
    ended = []
    for grant_id in await _ids(write, tenant_id, GRANTS):
        loaded = await write.store.load(tenant_id, ACCESS_GRANT, grant_id)
        grant = loaded.state
        if not grant.in_force or grant.agreement_id is None:
            continue
        cause = await _cause_of_the_end(write, tenant_id, grant.agreement_id, facts.today())
        if cause is None:
            continue
        order = Order(
            tenant_id=tenant_id,
            command_id=CommandId(uuid5(grant_id, f"end_grants/{loaded.version}")),
            command=RevokeAccess(grant_id=AccessGrantId(grant_id)),
            actor=Actor(id=await write.vault.pseudonym(tenant_id, SYSTEM), role="system"),
            effective_on=facts.today(),
            authority=NOT_REQUIRED,
            lang=facts.language,
            correlation_id=cause,
            causation_id=cause,
        )
        try:
            await write.handler.handle(order, bytes(FINGERPRINT_BYTES))
        except AccessRevokedError:
            continue  # somebody did it meanwhile
        ended.append(AccessGrantId(grant_id))
        _log.info("grants.ended", tenant_id=str(tenant_id), grant_id=str(grant_id))
    return ended


async def _cause_of_the_end(
    write: WriteSide, tenant_id: TenantId, agreement_id: AgreementId, today: date
) -> UUID | None:
    """The command after which nothing is owed under an agreement any more; None while something is or may be.

    Without any requirement, the duty lasts as long as the agreement: until it is terminated, or its term is over.
    """
    agreement_stream = StreamId(agreement_id)
    required = await _ids(write, tenant_id, REQUIREMENTS, of=agreement_id)
    for requirement_id in required:
        state = (await write.store.load(tenant_id, REQUIREMENT, requirement_id)).state
        if is_owed(state, today):
            return None
    if not required:
        agreement = (await write.store.load(tenant_id, AGREEMENT, agreement_stream)).state
        term = None if agreement.term is None else agreement.term.value
        run_out = term is not None and term.end is not None and term.end.latest < today
        if not agreement.terminated and not run_out:
            return None
    events = [
        event
        for stream_id in (agreement_stream, *required)
        for event in await write.store.events_of(tenant_id, stream_id)
    ]
    ends = [event for event in events if isinstance(event.payload, AgreementTerminated | RequirementEnded)]
    return max(ends or events, key=lambda event: event.position).envelope.command_id


def is_owed(requirement: Requirement, today: date) -> bool:
    """Whether a figure is or will be due on this day or later."""
    assert requirement.first is not None
    if requirement.ended_on is None and requirement.cadence != "once":
        return True
    until = max(today, requirement.first.start)
    owed = owed_periods(
        requirement.cadence, requirement.first, requirement.due_days, until=until, ended_on=requirement.ended_on
    )
    exempt = {period for period, _ in requirement.exempt}
    return any(one.due_on >= today for one in owed if one.period not in exempt)


async def _ids(
    write: WriteSide, tenant_id: TenantId, table: Table, *, of: AgreementId | None = None
) -> list[StreamId]:
    statement = select(table.c.entity_id).where(table.c.tenant_id == tenant_id).distinct()
    if of is not None:
        statement = statement.where(table.c.agreement_id == of)
    async with write.database.begin(Scope.of_tenant(tenant_id)) as connection:
        rows = (await connection.execute(statement.order_by(table.c.entity_id))).all()
    return [StreamId(row[0]) for row in rows]

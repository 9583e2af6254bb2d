"""Access is granted and revoked with the very events that say so: the next read already knows."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

import domain.areas  # noqa: F401 - fills the registries
from domain.access_grant import GrantAccess, GrantAheadError, GranteeKindError, RestoreAccess, RevokeAccess
from domain.agreement import Programme, SignAgreement
from domain.audience import Audience
from domain.audit_mandate import AuditScope, CloseAuditMandate, OpenAuditMandate
from domain.body import BodyKind
from domain.envelope import Actor, ByInstrument
from domain.errors import ClaimTakenError, StreamMissingError, WrongBodyError
from domain.ids import AccessGrantId, AgreementId, AuditMandateId, CommandId, TenantId
from domain.ports import Append
from domain.stream import Command, Order
from domain.values import Period, en, fr
from infra.bulk.read_models import BulkReadModels
from infra.database import Scope
from infra.embedded import EmbeddedServer
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings
from projections.agreement_cells import AGREEMENT_CELL
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.bodies import Provisioning
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.deciding import Answered, Decider
from tests.integration.filled import make_database
from tests.integration.services.conftest import opening

TODAY = datetime.now(UTC).date() - timedelta(days=1)
"""A day that has come everywhere in Canada."""


@pytest.fixture(scope="module")
def granting(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """A database of our own with every read model."""
    return make_database(server, f"entente_access_{worker_name}")


@pytest.fixture
async def write(granting: DatabaseSettings) -> AsyncIterator[WriteSide]:
    async with open_write_side(granting) as side:
        await side.bodies.open_commons(principal=CONSOLE)
        yield side


@dataclass
class World:
    """Two partnerships that look alike, with an agreement each under two programmes, and two funders."""

    write: WriteSide
    ours: TenantId
    theirs: TenantId
    funder: TenantId
    other_funder: TenantId

    async def give(self, tenant_id: TenantId, command: Command, **changes: Any) -> Any:
        person = await self.write.vault.pseudonym(tenant_id, CONSOLE)
        circumstances: dict[str, Any] = {
            "command_id": CommandId(uuid.uuid4()),
            "actor": Actor(id=person, role="coordinator"),
            "effective_on": TODAY,
            "authority": ByInstrument(office=en("Office"), number=None, dated=None),
            "lang": "fr",
            "correlation_id": uuid.uuid4(),
        }
        order = Order(tenant_id=tenant_id, command=command, **(circumstances | changes))
        return await self.write.handler.handle(order, bytes(32))

    async def seen(self, funder: TenantId) -> dict[tuple[TenantId, str], int]:
        """What a funder's connection finds of agreements that are for funders, by body and programme."""
        cell = AGREEMENT_CELL.c
        statement = (
            select(cell.tenant_id, cell.programme_code, func.sum(cell.delta))
            .where(cell.tenant_id.in_([self.ours, self.theirs]))
            .group_by(cell.tenant_id, cell.programme_code)
        )
        async with self.write.database.begin(Scope.national(funder)) as connection:
            rows = (await connection.execute(statement)).all()
        return {(TenantId(row[0]), row[1]): row[2] for row in rows}


@pytest.fixture
async def world(write: WriteSide) -> World:
    async def body(kind: BodyKind) -> TenantId:
        new = opening(f"granting-{uuid.uuid4().hex[:12]}", kind=kind)
        provisioning = Provisioning(
            opening=new, key=uuid.uuid4(), effective_on=date(2024, 4, 1), lang="fr", correlation_id=uuid.uuid4()
        )
        await write.bodies.provision(provisioning, principal=CONSOLE, fingerprint=bytes(32))
        return new.body_id

    made = World(
        write,
        ours=await body(BodyKind.LIP),
        theirs=await body(BodyKind.LIP),
        funder=await body(BodyKind.FUNDER),
        other_funder=await body(BodyKind.FUNDER),
    )
    for tenant_id in (made.ours, made.theirs):
        for programme in ("settlement", "language"):
            signed = SignAgreement(
                agreement_id=AgreementId(uuid.uuid4()),
                programme=Programme(code=programme, label=fr("Programme")),
                audience=Audience.FUNDERS,
            )
            await made.give(tenant_id, signed)
    async with BulkReadModels(write.database) as models, LogFeed(write.database) as feed:
        await Runner(feed, models, PROJECTIONS).catch_up()
    return made


def a_grant(grantee: TenantId, programme: str | None = "settlement") -> GrantAccess:
    return GrantAccess(grant_id=AccessGrantId(uuid.uuid4()), grantee=grantee, programme=programme)


async def test_a_grant_opens_one_body_s_programme_to_one_funder_and_a_revocation_closes_it(world: World) -> None:
    assert await world.seen(world.funder) == {}
    granted = a_grant(world.funder)

    await world.give(world.ours, granted)
    assert await world.seen(world.funder) == {(world.ours, "settlement"): 1}
    assert await world.seen(world.other_funder) == {}

    await world.give(world.ours, RevokeAccess(grant_id=granted.grant_id))
    assert await world.seen(world.funder) == {}

    await world.give(world.ours, RestoreAccess(grant_id=granted.grant_id))
    assert await world.seen(world.funder) == {(world.ours, "settlement"): 1}


async def test_a_grant_of_every_programme_opens_all_that_is_for_funders(world: World) -> None:
    await world.give(world.ours, a_grant(world.funder, None))

    assert await world.seen(world.funder) == {(world.ours, "settlement"): 1, (world.ours, "language"): 1}


async def test_without_the_change_in_the_append_a_revoked_funder_would_still_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: what closes the door is the row that goes with the events, not the event."""
    granted = a_grant(world.funder)
    await world.give(world.ours, granted)
    append = Decider.append

    async def without_grants(self: Decider, answered: Answered, fingerprint: bytes) -> Append:
        return replace(await append(self, answered, fingerprint), grants=())

    monkeypatch.setattr(Decider, "append", without_grants)
    await world.give(world.ours, RevokeAccess(grant_id=granted.grant_id))

    assert await world.seen(world.funder) == {(world.ours, "settlement"): 1}


async def test_what_is_refused_changes_no_access(world: World) -> None:
    tomorrow = TODAY + timedelta(days=9)
    with pytest.raises(GrantAheadError):
        await world.give(world.ours, a_grant(world.funder), effective_on=tomorrow)
    with pytest.raises(GranteeKindError):
        await world.give(world.ours, a_grant(world.theirs))
    with pytest.raises(WrongBodyError):  # a funder grants itself nothing
        await world.give(world.funder, a_grant(world.funder))
    granted = a_grant(world.funder)
    await world.give(world.ours, granted)
    with pytest.raises(ClaimTakenError):  # one record per funder and programme
        await world.give(world.ours, a_grant(world.funder))
    with pytest.raises(StreamMissingError):  # a neighbour revokes nothing of ours
        await world.give(world.theirs, RevokeAccess(grant_id=granted.grant_id))

    assert await world.seen(world.funder) == {(world.ours, "settlement"): 1}


async def test_those_who_are_audited_cannot_close_the_mandate(world: World) -> None:
    mandate = OpenAuditMandate(
        audit_mandate_id=AuditMandateId(uuid.uuid4()),
        auditor=en("Audit branch"),
        scope=AuditScope(bodies=(world.ours,), period=Period.fiscal_year(2023)),
        ends_on=TODAY + timedelta(days=90),
    )
    close = CloseAuditMandate(audit_mandate_id=mandate.audit_mandate_id)
    await world.give(world.funder, mandate)

    with pytest.raises(WrongBodyError):
        await world.give(world.ours, close)
    with pytest.raises(StreamMissingError):
        await world.give(world.other_funder, close)
    assert (await world.give(world.funder, close)).version == 2

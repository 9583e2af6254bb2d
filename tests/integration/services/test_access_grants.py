"""Access is granted and revoked with the very events that say so: the next read already knows."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace
from sqlalchemy import func, select, text

import domain.areas  # noqa: F401 - fills the registries
from domain.access_grant import GrantAccess, GrantAheadError, GranteeKindError, RestoreAccess, RevokeAccess
from domain.agreement import Programme, SignAgreement, Term, TerminateAgreement
from domain.audience import Audience
from domain.audit_mandate import AuditScope, CloseAuditMandate, OpenAuditMandate
from domain.body import BodyKind
from domain.envelope import Actor, ByInstrument
from domain.errors import ClaimTakenError, StreamMissingError, WrongBodyError
from domain.ids import (
    AccessGrantId,
    AgreementId,
    AuditMandateId,
    CommandId,
    IndicatorId,
    RequirementId,
    StreamId,
    TenantId,
)
from domain.indicator import DefineIndicator
from domain.ports import Append
from domain.requirement import EndRequirement, RequireSubmission
from domain.stream import Command, Order
from domain.values import Citation, Combining, PartialDate, Period, en, fr
from infra.bulk.read_models import BulkReadModels
from infra.database import Scope
from infra.embedded import EmbeddedServer
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings
from projections.agreement_cells import AGREEMENT_CELL
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services import ending
from services.bodies import Provisioning
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.deciding import Answered, Decider
from services.ending import end_grants
from services.reactions import END_GRANTS
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
    """A partnership and a directorate that look alike, each with agreements under two programmes; two funders."""

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

    async def granted(self, funder: TenantId) -> set[tuple[TenantId, str]]:
        """What is granted to a funder at this moment, by body and programme."""
        async with self.write.database.begin(Scope.national(funder)) as connection:
            rows = (await connection.execute(text("SELECT tenant_id, programme FROM access.grant_now"))).all()
        return {(TenantId(row[0]), row[1]) for row in rows}

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
        theirs=await body(BodyKind.REGIONAL_DIRECTORATE),
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


async def test_a_directorate_is_seen_by_a_funder_by_its_own_grant_and_by_no_others(world: World) -> None:
    await world.give(world.ours, a_grant(world.funder, None))
    await world.give(world.theirs, a_grant(world.other_funder, None))
    assert {body for body, _ in await world.seen(world.funder)} == {world.ours}

    await world.give(world.theirs, a_grant(world.funder))

    assert (world.theirs, "settlement") in await world.seen(world.funder)
    assert (world.theirs, "language") not in await world.seen(world.funder)


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


# --- a grant that follows from an agreement -------------------------------------------------------------------


class Under:
    """A grant that follows from an agreement, and what the agreement obliges to report."""

    def __init__(self, world: World, indicator: Citation, signed: SignAgreement) -> None:
        self.world = world
        self.indicator = indicator
        self.agreement_id = signed.agreement_id
        self.required: list[RequirementId] = []

    async def require(self, **changes: Any) -> RequirementId:
        """A figure for each fiscal year from 2024-2025, due ninety days after its end."""
        said: dict[str, Any] = {"cadence": "fiscal_year", "first": Period.fiscal_year(2024), "due_days": 90}
        requirement = RequireSubmission(
            requirement_id=RequirementId(uuid.uuid4()),
            indicator=self.indicator,
            agreement_id=self.agreement_id,
            **(said | changes),
        )
        await self.world.give(self.world.ours, requirement, effective_on=date(2024, 5, 1))
        return requirement.requirement_id

    async def in_force(self) -> bool:
        """Whether the funder still reads, after the grants were looked at."""
        database = self.world.write.database
        async with BulkReadModels(database) as models, LogFeed(database) as feed:
            await Runner(feed, models, PROJECTIONS).catch_up()
        await end_grants(self.world.write, self.world.ours)
        return (self.world.ours, "") in await self.world.granted(self.world.funder)


@pytest.fixture
async def under(world: World) -> Under:
    """Nothing is required yet."""
    indicator = DefineIndicator(
        definition_id=IndicatorId(uuid.uuid4()),
        wording=fr("Personnes accompagnées"),
        unit="people",
        kind="count",
        combining=Combining(measure="flow", over_periods="sum", across_bodies="sum"),
    )
    await world.give(world.ours, indicator, effective_on=date(2024, 4, 1))
    signed = SignAgreement(
        agreement_id=AgreementId(uuid.uuid4()),
        programme=Programme(code="settlement", label=fr("Programme")),
        audience=Audience.FUNDERS,
    )
    await world.give(world.ours, signed, effective_on=date(2024, 5, 1))
    granted = GrantAccess(
        grant_id=AccessGrantId(uuid.uuid4()), grantee=world.funder, agreement_id=signed.agreement_id
    )
    await world.give(world.ours, granted)
    return Under(world, Citation(log=world.ours, stream=indicator.definition_id, version=1), signed)


async def test_it_ends_when_nothing_is_owed_under_the_agreement_any_more_and_says_why(under: Under) -> None:
    world = under.world
    ongoing = await under.require()
    await under.require(cadence="once", first=Period.fiscal_year(2022))
    await world.give(world.theirs, a_grant(world.funder))
    await world.give(world.ours, TerminateAgreement(agreement_id=under.agreement_id))
    assert await under.in_force()  # one is ongoing, though the other's due day has passed

    await world.give(world.ours, EndRequirement(requirement_id=ongoing))

    assert not await under.in_force()
    assert await world.granted(world.funder) == {(world.theirs, "settlement")}
    ended = (await world.write.store.events_of(world.ours, StreamId(ongoing)))[-1].envelope
    (revoked,) = [
        event.envelope
        for event in await world.write.store.mentioning(world.ours, ended.command_id)
        if event.envelope.type == "access_grant.Revoked"
    ]
    assert (revoked.actor.role, revoked.causation_id) == ("system", ended.command_id)
    assert await end_grants(world.write, world.ours) == []  # looked at again, nothing more is said


async def test_a_last_figure_that_is_due_later_keeps_it_until_the_day_after(
    under: Under, monkeypatch: pytest.MonkeyPatch
) -> None:
    period = Period.fiscal_year(TODAY.year)
    await under.require(cadence="once", first=period)
    await under.world.give(under.world.ours, TerminateAgreement(agreement_id=under.agreement_id))
    due_on, is_owed = period.end + timedelta(days=90), ending.is_owed
    for day, in_force in ((due_on, True), (due_on + timedelta(days=1), False)):
        monkeypatch.setattr(ending, "is_owed", lambda requirement, _, day=day: is_owed(requirement, day))
        assert await under.in_force() is in_force


async def test_without_requirements_it_lasts_as_long_as_the_agreement(world: World, under: Under) -> None:
    assert await under.in_force()
    run_out = SignAgreement(
        agreement_id=AgreementId(uuid.uuid4()),
        programme=Programme(code="language", label=fr("Programme")),
        term=Term(start=PartialDate.of(2023, 4, 1), end=PartialDate.of(2024, 3, 31)),
    )
    await world.give(world.ours, run_out, effective_on=date(2024, 5, 1))
    granted = a_grant(world.funder, "language")
    await world.give(world.ours, replace(granted, agreement_id=run_out.agreement_id))

    assert await under.in_force()
    assert await world.granted(world.funder) == {(world.ours, "")}


async def test_the_events_that_may_end_a_duty_bring_the_job_that_looks(
    under: Under, granting: DatabaseSettings
) -> None:
    world = under.world
    requirement_id = await under.require()
    with psycopg.connect(granting.admin_dsn, autocommit=True) as connection:
        statement = "SELECT count(*) FROM jobs.queue WHERE message ->> 'actor_name' = %s AND message::text LIKE %s"

        def jobs() -> int:
            row = connection.execute(statement, [END_GRANTS, f"%{world.ours}%"]).fetchone()
            assert row is not None
            return int(row[0])

        assert jobs() == 0
        await world.give(world.ours, EndRequirement(requirement_id=requirement_id))
        assert jobs() == 1
        await world.give(world.ours, TerminateAgreement(agreement_id=under.agreement_id))
        assert jobs() == 2

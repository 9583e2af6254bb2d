"""A partner's reporter works on what is the own organisation's, and reads no more of the body than that."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from litestar.testing import AsyncTestClient
from msgspec.structs import replace as replaced
from sqlalchemy import select

from domain.activity import ActivityFacts, RecordSession
from domain.agreement import AddObligation, EndPartner, NamePartner, Programme, SignAgreement
from domain.audience import Audience
from domain.body import BodyKind
from domain.envelope import Actor, Role, Source, WithoutAuthority
from domain.ids import (
    COMMONS,
    ActivityId,
    AgreementId,
    CommandId,
    IndicatorId,
    ObligationId,
    OrganisationId,
    PersonId,
    RequirementId,
    StreamId,
    SubmissionId,
    TenantId,
)
from domain.indicator import DefineIndicator
from domain.organisation import RegisterOrganisation
from domain.requirement import RequireSubmission
from domain.stream import Command, Order
from domain.submission.commands import DraftSubmission, SubmitSubmission
from domain.values import Citation, Combining, Period, QualifiedValue, en, fr
from infra.bulk.read_models import BulkReadModels
from infra.embedded import EmbeddedServer
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings, Settings
from projections.registry import PROJECTIONS
from projections.runner import Runner
from projections.timeline import TIMELINE
from readapi import shared
from readapi.asof import Clock
from readapi.reading import Reading
from readapi.refusals import OutsideShareError
from readapi.viewer import Viewer
from services.api import routes
from services.api.app import create_app
from services.api.reads import Reads, read_api
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.identity.inviting import accept_as_new, accept_signed_in, invite
from services.refusals.rights import OrganisationNeededError, OtherOrganisationError
from tests.integration.filled import make_database
from tests.integration.services.conftest import Partnership, make_partnership

YEAR = Period.fiscal_year(2023)
DAY = date(2024, 5, 1)
ALL = """query ($slug: String!) { partnership(slug: $slug) {
  agreements(first: 50) { nodes { id obligations { id } steps(first: 5) { totalCount } } }
  requirements(first: 50) { nodes { id } }
  submissions(first: 50) { nodes { id history { stage } } }
  indicators(first: 50) { nodes { id } }
  activities(first: 50) { nodes { id } }
  dueList(withinDays: 366) { recordId dueOn }
  timeline(first: 1) { totalCount }
  exceptions(first: 1) { totalCount }
} }"""


@dataclass
class Organisation:
    """A partner of the body, and what is its own there."""

    id: OrganisationId
    agreement: AgreementId
    obligation: ObligationId
    indicator: IndicatorId
    requirement: RequirementId
    submission: SubmissionId
    """A draft."""
    activity: ActivityId
    person: PersonId
    token: str

    @property
    def own(self) -> set[str]:
        """Ids of all of it."""
        ids = (self.agreement, self.obligation, self.indicator, self.requirement, self.submission, self.activity)
        return set(map(str, ids))


@dataclass
class World:
    """A body with two partners that look alike."""

    write: WriteSide
    client: httpx.AsyncClient
    body: Partnership
    ours: Organisation
    theirs: Organisation

    async def give(
        self,
        command: Command,
        on: date = DAY,
        *,
        log: TenantId | None = None,
        by: Actor | None = None,
        source: Source | None = None,
    ) -> None:
        tenant_id = log or self.body.tenant_id
        actor = by or Actor(id=await self.write.vault.pseudonym(tenant_id, CONSOLE), role="coordinator")
        order = Order(
            tenant_id=tenant_id,
            command=command,
            command_id=CommandId(uuid.uuid4()),
            actor=actor,
            effective_on=on,
            authority=WithoutAuthority(reason="not_required"),
            lang="fr",
            correlation_id=uuid.uuid4(),
            source=source,
        )
        await self.write.handler.handle(order, bytes(32))

    async def project(self) -> None:
        async with BulkReadModels(self.write.database) as models, LogFeed(self.write.database) as feed:
            await Runner(feed, models, PROJECTIONS).catch_up()

    async def seen(self, token: str) -> dict[str, Any]:
        answer = await self.client.post(
            "/graphql",
            json={"query": ALL, "variables": {"slug": self.body.slug}},
            headers={"authorization": f"Bearer {token}"},
        )
        assert "errors" not in answer.json(), answer.text
        found: dict[str, Any] = answer.json()["data"]["partnership"]
        return found

    async def due(self, token: str) -> list[dict[str, Any]]:
        """What somebody is told is due, the earliest first."""
        due: list[dict[str, Any]] = (await self.seen(token))["dueList"]
        return due

    async def ids(self, token: str) -> set[str]:
        """Every id of a record that somebody is shown."""
        found: set[str] = set()
        _collect(await self.seen(token), found)
        return found

    async def order(self, token: str, name: str, data: dict[str, Any]) -> httpx.Response:
        return await self.client.post(
            f"/api/v1/partnerships/{self.body.slug}/commands/{name}",
            json={"data": data},
            headers={"authorization": f"Bearer {token}", "idempotency-key": str(uuid.uuid4())},
        )


def _collect(value: Any, found: set[str]) -> None:
    match value:
        case dict():
            found |= {value[name] for name in ("id", "recordId") if name in value}
            for part in value.values():
                _collect(part, found)
        case list():
            for part in value:
                _collect(part, found)


@pytest.fixture(scope="module")
def filled(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    return make_database(server, f"entente_partners_{worker_name}")


@pytest.fixture
async def world(filled: DatabaseSettings, settings: Settings) -> AsyncIterator[World]:
    over = replace(settings, database=filled)
    mounts, lifespans = read_api(over)
    app = create_app(over, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)
    async with open_write_side(filled) as write, AsyncTestClient(app) as client:
        await write.bodies.open_commons(principal=CONSOLE)
        body = await make_partnership(write, kind=BodyKind.REGIONAL_DIRECTORATE)
        ours, theirs = [await _organisation(write, body, number) for number in (1, 2)]
        made = World(write, client, body, ours, theirs)
        for one in (ours, theirs):
            await _fill(made, one)
        await made.project()
        yield made


async def _organisation(write: WriteSide, body: Partnership, number: int) -> Organisation:
    person = await write.vault.pseudonym(body.tenant_id, uuid.uuid4())
    organisation_id = OrganisationId(uuid.uuid4())
    await write.represented.keep(body.tenant_id, person, organisation_id)
    ids = [uuid.UUID(int=uuid.uuid4().int + number) for _ in range(6)]
    return Organisation(
        id=organisation_id,
        agreement=AgreementId(ids[0]),
        obligation=ObligationId(ids[1]),
        indicator=IndicatorId(ids[2]),
        requirement=RequirementId(ids[3]),
        submission=SubmissionId(ids[4]),
        activity=ActivityId(ids[5]),
        person=person,
        token=await write.tokens.create(body.tenant_id, "partner_reporter", person, "test"),
    )


async def _fill(world: World, one: Organisation) -> None:
    """An agreement with an obligation, what is required under it with a figure, and an activity."""
    signed = SignAgreement(
        agreement_id=one.agreement,
        programme=Programme(code="settlement", label=fr("Programme")),
        audience=Audience.TENANT,
    )
    await world.give(RegisterOrganisation(organisation_id=one.id, name=en("Centre")), log=COMMONS)
    await world.give(signed)
    await world.give(NamePartner(agreement_id=one.agreement, organisation_id=one.id, name=en("Centre")))
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    await world.give(
        AddObligation(
            agreement_id=one.agreement, obligation_id=one.obligation, wording=fr("Rapport"), due_on=tomorrow
        )
    )
    await world.give(
        DefineIndicator(
            definition_id=one.indicator,
            wording=fr("Personnes"),
            unit="people",
            kind="count",
            combining=Combining(measure="flow", over_periods="sum", across_bodies="sum"),
            audience=Audience.TENANT,
        )
    )
    await world.give(_requires(world, one, one.requirement))
    await world.give(_drafts(world, one, one.submission))
    held = ActivityFacts(held_on=DAY, label=fr("Soirée"))
    await world.give(
        RecordSession(activity_id=one.activity, facts=held), by=Actor(id=one.person, role="partner_reporter")
    )


def _indicator(world: World, one: Organisation) -> Citation:
    return Citation(log=world.body.tenant_id, stream=StreamId(one.indicator), version=1)


def _requires(world: World, one: Organisation, requirement_id: RequirementId) -> RequireSubmission:
    return RequireSubmission(
        requirement_id=requirement_id,
        indicator=_indicator(world, one),
        cadence="fiscal_year",
        first=YEAR,
        due_days=60,
        agreement_id=one.agreement,
        audience=Audience.TENANT,
    )


def _drafts(
    world: World, one: Organisation, submission_id: SubmissionId, period: Period = YEAR
) -> DraftSubmission:
    return DraftSubmission(
        submission_id=submission_id,
        indicator=_indicator(world, one),
        period=period,
        value=QualifiedValue(kind="exact", number=Decimal(12), raw="12", unit="people"),
        requirement_id=one.requirement,
        audience=Audience.TENANT,
    )


def _data(command: Command) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(command))
    return data


async def test_the_reporter_reads_what_is_the_organisations_and_what_is_public(world: World) -> None:
    everything = await world.ids(world.body.token)
    assert world.ours.own | world.theirs.own <= everything  # a coordinator sees both

    found = await world.ids(world.ours.token)

    assert world.ours.own <= found
    assert not world.theirs.own & found
    seen = await world.seen(world.ours.token)
    assert seen["timeline"] is seen["exceptions"] is None
    assert [step["stage"] for step in seen["submissions"]["nodes"][0]["history"]] == ["DRAFT"]


async def test_without_the_predicate_the_neighbours_would_be_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "visible", lambda source, scope, _: source.c.tenant_id == scope)

    assert world.theirs.own <= await world.ids(world.ours.token)


async def test_what_is_due_is_what_the_own_agreements_ask_for_whoever_handed_it_in(world: World) -> None:
    public = RequirementId(uuid.uuid4())
    await world.give(replaced(_requires(world, world.theirs, public), audience=Audience.PUBLIC))
    await world.project()
    mine = {str(world.ours.obligation), str(world.ours.requirement)}
    assert {one["recordId"] for one in await world.due(world.ours.token)} == mine
    assert str(public) in {one["recordId"] for one in await world.due(world.body.token)}

    before = await world.due(world.ours.token)
    year = Period.fiscal_year(2024)
    whole = replaced(_drafts(world, world.ours, SubmissionId(uuid.uuid4()), year), requirement_id=None)
    await world.give(whole)
    await world.give(SubmitSubmission(submission_id=whole.submission_id), source=Source(title=fr("Rapport")))
    await world.project()

    owed = {"recordId": str(world.ours.requirement), "dueOn": "2025-05-30"}
    assert owed in before
    assert await world.due(world.ours.token) == [one for one in before if one != owed]
    assert str(whole.submission_id) not in await world.ids(world.ours.token)


async def test_what_is_for_members_as_such_is_refused_whatever_resolver_asks_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = Reads()
    reads.write = world.write
    viewer = Viewer(tenant_id=world.body.tenant_id, role="partner_reporter")
    statement = select(TIMELINE.c.position).where(TIMELINE.c.tenant_id == world.body.tenant_id).limit(1)

    async with Reading(reads, viewer, Clock(DAY)) as reading:
        with pytest.raises(OutsideShareError):
            await reading.rows(world.body.tenant_id, statement)

    monkeypatch.setattr(shared, "check", lambda _: None)
    async with Reading(reads, viewer, Clock(DAY)) as reading:
        assert len(await reading.rows(world.body.tenant_id, statement)) == 1  # without the check


async def test_a_reporter_for_no_organisation_and_one_of_another_body_read_what_is_public(world: World) -> None:
    person = await world.write.vault.pseudonym(world.body.tenant_id, uuid.uuid4())
    without = await world.write.tokens.create(world.body.tenant_id, "partner_reporter", person, "test")
    elsewhere = await make_partnership(world.write, "partner_reporter")

    for token in (without, elsewhere.token):
        assert not (world.ours.own | world.theirs.own) & await world.ids(token)


async def test_a_partner_that_is_ended_is_shown_nothing_with_the_next_read_and_comes_back_when_named_again(
    world: World,
) -> None:
    agreement_id, organisation_id = world.ours.agreement, world.ours.id
    await world.give(EndPartner(agreement_id=agreement_id, organisation_id=organisation_id))

    assert await world.ids(world.ours.token) & world.ours.own == {str(world.ours.activity)}
    answer = await world.order(world.ours.token, "SubmitSubmission", {"submission_id": str(world.ours.submission)})
    assert (answer.status_code, answer.json()["code"]) == (403, "outside_share")

    again = NamePartner(agreement_id=agreement_id, organisation_id=organisation_id, name=en("Centre"))
    await world.give(again)
    assert world.ours.own <= await world.ids(world.ours.token)


async def test_the_reporter_works_on_what_is_the_organisations(world: World) -> None:
    ours, token = world.ours, world.ours.token
    drafted = _drafts(world, ours, SubmissionId(uuid.uuid4()), Period.fiscal_year(2024))
    orders: list[tuple[str, Command | dict[str, Any]]] = [
        ("DraftSubmission", drafted),
        ("SubmitSubmission", SubmitSubmission(submission_id=ours.submission)),
        ("FulfilObligation", {"agreement_id": str(ours.agreement), "obligation_id": str(ours.obligation)}),
        ("WithdrawActivity", {"activity_id": str(ours.activity)}),
        (
            "RecordSession",
            RecordSession(
                activity_id=ActivityId(uuid.uuid4()), facts=ActivityFacts(held_on=DAY, label=fr("Atelier"))
            ),
        ),
    ]
    for name, command in orders:
        answer = await world.order(token, name, command if isinstance(command, dict) else _data(command))
        assert answer.status_code == 201, (name, answer.text)


async def test_orders_about_anothers_are_refused_like_those_about_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, token, nothing = world.theirs, world.ours.token, str(uuid.uuid4())
    asked = _data(_drafts(world, theirs, SubmissionId(uuid.uuid4()), Period.fiscal_year(2024)))
    tried: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("DraftSubmission", asked, {"requirement_id": nothing}),
        ("SubmitSubmission", {"submission_id": str(theirs.submission)}, {"submission_id": nothing}),
        (
            "FulfilObligation",
            {"agreement_id": str(theirs.agreement), "obligation_id": str(theirs.obligation)},
            {"agreement_id": nothing},
        ),
        ("WithdrawActivity", {"activity_id": str(theirs.activity)}, {"activity_id": nothing}),
    ]
    for name, of_theirs, of_nothing in tried:
        answers = [await world.order(token, name, data) for data in (of_theirs, of_theirs | of_nothing)]
        assert [answer.status_code for answer in answers] == [403, 403], name
        bodies = [{k: v for k, v in answer.json().items() if k != "correlation_id"} for answer in answers]
        assert bodies[0] == bodies[1]
        assert bodies[0]["code"] == "outside_share"
    withdrawn = await world.order(token, "DraftSubmission", asked | {"requirement_id": None})
    assert withdrawn.json()["code"] == "outside_share"  # a figure that nothing of theirs asks for

    async def unchecked(*_: object) -> None:
        pass

    monkeypatch.setattr(routes, "check_share", unchecked)
    answer = await world.order(token, "SubmitSubmission", {"submission_id": str(theirs.submission)})
    assert answer.status_code == 201  # without the check


async def test_an_erasure_leaves_nothing_that_says_for_whom_somebody_acted(world: World) -> None:
    body, person = world.body.tenant_id, world.ours.person

    await world.write.vault.erase(body, person)

    assert await world.write.represented.organisation_of(body, person) is None
    assert await world.write.represented.people(body, world.ours.id) == []
    assert await world.write.represented.organisation_of(body, world.theirs.person) == world.theirs.id


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/log/{log}/tile/entries/000.p/1"),
        ("GET", "/log/{log}/pack"),
        ("POST", "/api/v1/partnerships/{slug}/imports/agreements"),
        ("GET", "/en/partnerships/{slug}/exceptions"),
        ("GET", "/api/v1/partnerships/{slug}/readings"),
        ("GET", "/api/v1/partnerships/{slug}/members"),
    ],
)
async def test_doors_to_all_of_the_body_are_closed(world: World, method: str, path: str) -> None:
    answer = await world.client.request(
        method,
        path.format(log=world.body.tenant_id, slug=world.body.slug),
        headers={"authorization": f"Bearer {world.ours.token}"},
    )

    assert answer.status_code == 403, answer.text


async def test_whoever_is_invited_to_the_role_is_invited_for_an_organisation(world: World) -> None:
    headers = {"authorization": f"Bearer {world.body.token}"}
    path = f"/api/v1/partnerships/{world.body.slug}/service-tokens"
    wishes: dict[str, Any] = {"name": "machine", "role": "partner_reporter", "read": True}
    without = await world.client.post(path, json=wishes, headers=headers)
    unknown = await world.client.post(path, json=wishes | {"organisation_id": str(uuid.uuid4())}, headers=headers)
    other_role = await world.client.post(
        path, json=wishes | {"role": "member", "organisation_id": str(world.ours.id)}, headers=headers
    )
    made = await world.client.post(path, json=wishes | {"organisation_id": str(world.ours.id)}, headers=headers)

    assert [answer.json().get("code") for answer in (without, unknown, other_role)] == [
        *("organisation_needed", "not_found", "organisation_needed"),
    ]
    assert made.status_code == 201
    people = await world.write.represented.people(world.body.tenant_id, world.ours.id)
    assert len(people) == 2


async def _invited(world: World, email: str, organisation_id: OrganisationId | None, role: Role) -> str:
    by = await world.write.vault.pseudonym(world.body.tenant_id, CONSOLE)
    return await invite(
        world.write.identity,
        world.body.tenant_id,
        email,
        role,
        "fr",
        by_role="coordinator",
        invited_by=by,
        organisation_id=organisation_id,
    )


async def test_an_account_is_there_for_the_organisation_of_its_invitation_and_for_no_second_one(
    world: World,
) -> None:
    email = f"{uuid.uuid4().hex}@example.org"
    with pytest.raises(OrganisationNeededError):
        await _invited(world, email, None, "partner_reporter")
    identity = world.write.identity
    account_id = await accept_as_new(
        identity, await _invited(world, email, world.ours.id, "partner_reporter"), "a long password of theirs"
    )
    (membership,) = await identity.accounts.memberships(account_id)

    found = await world.write.represented.organisation_of(world.body.tenant_id, membership.person_id)
    assert found == world.ours.id

    secret = await identity.sessions.begin(account_id, "password", membership, agent="", instead_of=None)
    session = await identity.sessions.find(secret)
    assert session is not None
    await identity.accounts.end_membership(world.body.tenant_id, membership.membership_id)
    with pytest.raises(OtherOrganisationError):
        await accept_signed_in(
            identity, await _invited(world, email, world.theirs.id, "partner_reporter"), session
        )

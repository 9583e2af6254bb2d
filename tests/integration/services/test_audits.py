"""An audit mandate opens what it names and nothing else; whoever reads from outside is told to those they read."""

import asyncio
import html
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import psycopg
import pytest
from litestar.testing import AsyncTestClient

from domain.access_grant import GrantAccess
from domain.agreement import Programme, SignAgreement
from domain.audience import Audience
from domain.audit_mandate import AuditScope, CloseAuditMandate, ExtendAuditMandate, OpenAuditMandate
from domain.body import BodyKind
from domain.envelope import Actor, ByInstrument, Role
from domain.ids import AccessGrantId, AgreementId, AuditMandateId, CommandId, StreamId, TenantId
from domain.stream import Command, Order
from domain.values import Period, en, fr
from infra.access.readings import Readings
from infra.bulk.read_models import BulkReadModels
from infra.embedded import EmbeddedServer
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings, Settings
from projections.registry import PROJECTIONS
from projections.runner import Runner
from readapi import mandated
from services import forgetting_readings, mandates
from services.api.app import create_app
from services.api.reads import read_api
from services.bodies import BodyFacts, Provisioning
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.forgetting_readings import forget_readings
from services.web import readings_page
from tests.integration.filled import make_database
from tests.integration.services.conftest import opening

SIGNED, IN, AFTER = date(2024, 5, 1), "2024-06-01", "2025-06-01"
"""When the agreements were signed, a day of the mandate's period, and one after it."""
AGREEMENTS = """query ($slug: String!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  agreements(first: 5) { totalCount } } }"""
LATER_BELOW = """query ($slug: String!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  agreements(first: 5, asOf: {effective: "2025-06-01"}) { totalCount } } }"""
GRANTS = """query ($slug: String!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  accessGrants(first: 5) { totalCount } } }"""
TIMELINE = """query ($slug: String!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  timeline(first: 5) { totalCount } } }"""
NATIONAL = "{ agreementMatrix { total } partnerships(first: 1) { totalCount } }"


@dataclass
class World:
    """Two partnerships that look alike, of which one granted the authority access; and two authorities."""

    settings: DatabaseSettings
    write: WriteSide
    client: httpx.AsyncClient
    slugs: dict[TenantId, str]
    ours: TenantId
    theirs: TenantId
    authority: TenantId
    other: TenantId

    async def give(self, tenant_id: TenantId, command: Command, on: date | None = None) -> None:
        person = await self.write.vault.pseudonym(tenant_id, CONSOLE)
        order = Order(
            tenant_id=tenant_id,
            command=command,
            command_id=CommandId(uuid.uuid4()),
            actor=Actor(id=person, role="coordinator"),
            effective_on=on or datetime.now(UTC).date() - timedelta(days=1),
            authority=ByInstrument(office=en("Office"), number=None, dated=None),
            lang="fr",
            correlation_id=uuid.uuid4(),
        )
        await self.write.handler.handle(order, bytes(32))

    async def project(self) -> None:
        async with BulkReadModels(self.write.database) as models, LogFeed(self.write.database) as feed:
            await Runner(feed, models, PROJECTIONS).catch_up()

    async def mandate(self, *bodies: TenantId, records: tuple[str, ...] = ("agreement",)) -> AuditMandateId:
        """One of the authority, about the fiscal year 2024-2025, that is open for thirty days."""
        opened = OpenAuditMandate(
            audit_mandate_id=AuditMandateId(uuid.uuid4()),
            auditor=fr("Vérification interne"),
            scope=AuditScope(bodies=bodies, records=records, period=Period.fiscal_year(2024)),
            ends_on=datetime.now(UTC).date() + timedelta(days=30),
        )
        await self.give(self.authority, opened)
        await self.project()
        return opened.audit_mandate_id

    async def token(self, tenant_id: TenantId, role: Role) -> str:
        person = await self.write.vault.pseudonym(tenant_id, uuid.uuid4())
        return await self.write.tokens.create(tenant_id, role, person, "test")

    async def ask(self, token: str, query: str, body: TenantId | None = None, on: str | None = None) -> Any:
        variables = {"slug": self.slugs.get(body) if body else None, "asOf": on and {"effective": on}}
        headers = {"authorization": f"Bearer {token}"}
        answer = await self.client.post(
            "/graphql", json={"query": query, "variables": variables if body else {}}, headers=headers
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def count(self, token: str, query: str, body: TenantId, on: str | None = None) -> Any:
        """How many there are; null where it is for members, the code of an error where there is one."""
        found = await self.ask(token, query, body, on)
        if "errors" in found:
            return found["errors"][0]["extensions"]["code"]
        (below,) = found["data"]["partnership"].values()
        return below and below["totalCount"]

    async def readings(self, body: TenantId) -> list[dict[str, Any]]:
        """What the body is told, the oldest first."""
        token = await self.token(body, "coordinator")
        answer = await self.client.get(
            f"/api/v1/partnerships/{self.slugs[body]}/readings",
            headers={"authorization": f"Bearer {token}", "accept-language": "fr"},
        )
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["readings"]
        return found[::-1]

    async def page(self, token: str, base: str = "en/partnerships") -> httpx.Response:
        """The page about the first partnership."""
        path = f"/{base}/{self.slugs[self.ours]}/readings"
        return await self.client.get(path, headers={"authorization": f"Bearer {token}"})

    def age(self, days: int) -> None:
        """Let all that was read have been read so many days ago."""
        with psycopg.connect(self.settings.admin_dsn) as connection:
            connection.execute("UPDATE access.reading SET at = at - make_interval(days => %s)", [days])


@pytest.fixture(scope="module")
def audited(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    return make_database(server, f"entente_audits_{worker_name}")


@pytest.fixture
async def world(audited: DatabaseSettings, settings: Settings) -> AsyncIterator[World]:
    over = replace(settings, database=audited)
    mounts, lifespans = read_api(over)
    app = create_app(over, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)
    async with open_write_side(audited) as write, AsyncTestClient(app) as client:
        await write.bodies.open_commons(principal=CONSOLE)
        slugs = {}
        for kind in (BodyKind.LIP, BodyKind.LIP, BodyKind.FUNDER, BodyKind.FUNDER):
            new = opening(f"audit-{uuid.uuid4().hex[:12]}", kind=kind)
            provisioning = Provisioning(
                opening=new,
                key=uuid.uuid4(),
                effective_on=date(2020, 4, 1),
                lang="fr",
                correlation_id=uuid.uuid4(),
            )
            await write.bodies.provision(provisioning, principal=CONSOLE, fingerprint=bytes(32))
            slugs[new.body_id] = new.slug
        made = World(audited, write, client, slugs, *slugs)
        for body in (made.ours, made.theirs):
            signed = SignAgreement(
                agreement_id=AgreementId(uuid.uuid4()),
                programme=Programme(code="settlement", label=fr("Programme")),
                audience=Audience.TENANT,
            )
            await made.give(body, signed, SIGNED)
        await made.give(made.ours, GrantAccess(grant_id=AccessGrantId(uuid.uuid4()), grantee=made.authority))
        await made.project()
        yield made


async def test_a_mandate_opens_the_records_that_it_names_of_its_bodies_on_the_days_of_its_period(
    world: World,
) -> None:
    auditor = await world.token(world.authority, "auditor")
    assert await world.count(auditor, AGREEMENTS, world.ours, IN) == 0  # there is no mandate yet

    await world.mandate(world.ours)

    assert await world.count(auditor, AGREEMENTS, world.ours, IN) == 1
    assert await world.count(auditor, AGREEMENTS, world.ours, AFTER) == 0
    assert await world.count(auditor, AGREEMENTS, world.ours) == 0  # today is not of the period
    assert await world.count(auditor, LATER_BELOW, world.ours, IN) == 0
    assert await world.count(auditor, AGREEMENTS, world.theirs, IN) == 0
    assert await world.count(auditor, GRANTS, world.ours, IN) == "OUTSIDE_MANDATE"
    assert await world.count(auditor, TIMELINE, world.ours, IN) == "OUTSIDE_MANDATE"
    others: list[tuple[TenantId, Role]] = [
        (world.other, "auditor"),
        (world.authority, "programme_officer"),
        (world.authority, "funder_analyst"),
        (world.theirs, "auditor"),
    ]
    for body, role in others:
        assert await world.count(await world.token(body, role), AGREEMENTS, world.ours, IN) == 0


async def test_a_mandate_without_kinds_opens_all_of_them(world: World) -> None:
    await world.mandate(world.ours, records=())
    auditor = await world.token(world.authority, "auditor")

    assert await world.count(auditor, TIMELINE, world.ours, IN) == 2  # opened, and signed by that day
    assert await world.count(auditor, TIMELINE, world.theirs, IN) is None


async def test_of_two_mandates_on_a_body_what_both_open_is_read(world: World) -> None:
    await world.mandate(world.ours, records=("agreement", "access_grant"))
    await world.mandate(world.ours, records=("agreement",))
    auditor = await world.token(world.authority, "auditor")

    assert await world.count(auditor, AGREEMENTS, world.ours, IN) == 1
    assert await world.count(auditor, GRANTS, world.ours, IN) == "OUTSIDE_MANDATE"


async def test_once_it_is_closed_the_very_next_request_reads_nothing_by_the_same_document(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mandate_id = await world.mandate(world.ours)
    auditor = await world.token(world.authority, "auditor")
    assert [await world.count(auditor, AGREEMENTS, world.ours, IN) for _ in range(3)] == [1, 1, 1]

    await world.give(world.authority, CloseAuditMandate(audit_mandate_id=mandate_id))

    assert await world.count(auditor, AGREEMENTS, world.ours, IN) == 0
    monkeypatch.setattr(mandates, "is_over", lambda *_: False)
    assert await world.count(auditor, AGREEMENTS, world.ours, IN) == 1  # without the check


async def test_its_last_day_ends_it_and_its_authority_extends_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mandate_id = await world.mandate(world.ours)
    auditor = await world.token(world.authority, "auditor")
    today = datetime.now(UTC).date()
    day = today + timedelta(days=30)
    monkeypatch.setattr(BodyFacts, "today", lambda *_: day)
    assert await world.count(auditor, AGREEMENTS, world.ours, IN) == 1

    day = today + timedelta(days=31)
    assert await world.count(auditor, AGREEMENTS, world.ours, IN) == 0

    longer = ExtendAuditMandate(audit_mandate_id=mandate_id, ends_on=day)
    await world.give(world.authority, longer)
    assert await world.count(auditor, AGREEMENTS, world.ours, IN) == 1


async def test_without_the_check_of_kinds_others_would_be_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.mandate(world.ours)
    auditor = await world.token(world.authority, "auditor")
    monkeypatch.setattr(mandated, "check", lambda *_: None)

    assert await world.count(auditor, TIMELINE, world.ours, IN) == 2


async def test_the_audited_hear_of_it_when_it_is_over_and_not_before(world: World) -> None:
    mandate_id = await world.mandate(world.ours, world.theirs)
    auditor = await world.token(world.authority, "auditor")
    await world.count(auditor, AGREEMENTS, world.ours, IN)
    await world.count(auditor, GRANTS, world.ours, IN)
    await world.count(auditor, AGREEMENTS, world.theirs, IN)
    assert await world.readings(world.ours) == await world.readings(world.theirs) == []

    await world.give(world.authority, CloseAuditMandate(audit_mandate_id=mandate_id))

    told = await world.readings(world.ours)
    assert [(one["role"], one["mandate_id"], one["asked"]) for one in told] == [
        ("auditor", str(mandate_id), ["agreements"]),
        ("auditor", str(mandate_id), ["accessGrants"]),
    ]
    assert {one["reader_id"] for one in told} == {str(world.authority)}
    assert [one["asked"] for one in await world.readings(world.theirs)] == [["agreements"]]


async def test_funders_readings_are_shown_to_those_whom_they_concern(world: World) -> None:
    officer = await world.token(world.authority, "programme_officer")
    stranger = await world.token(world.other, "funder_analyst")
    await world.count(officer, AGREEMENTS, world.ours)
    await world.count(stranger, AGREEMENTS, world.theirs)
    await world.ask(officer, NATIONAL)
    await world.ask(stranger, NATIONAL)
    await world.count(await world.token(world.theirs, "member"), AGREEMENTS, world.ours)  # no funder

    def shown(found: list[dict[str, Any]]) -> list[tuple[str, bool, list[str]]]:
        return [(one["role"], one["across"], one["asked"]) for one in found]

    assert shown(await world.readings(world.ours)) == [
        ("programme_officer", False, ["agreements"]),
        ("programme_officer", True, ["agreementMatrix", "partnerships"]),
    ]
    assert shown(await world.readings(world.theirs)) == [("funder_analyst", False, ["agreements"])]
    (row,) = await world.write.pool.fetch(
        "SELECT count(*) FROM access.readings_of($1, '{}', 'infinity', 100) WHERE across", world.ours
    )
    assert row[0] == 1  # once per question


async def test_files_that_a_funder_takes_are_readings_too(world: World) -> None:
    officer = await world.token(world.authority, "programme_officer")
    answer = await world.client.get("/api/v1/views/registry.csv", headers={"authorization": f"Bearer {officer}"})

    assert answer.status_code == 200
    assert [(one["across"], one["asked"]) for one in await world.readings(world.ours)] == [
        (True, ["partnerships"])
    ]


async def test_members_see_on_a_page_who_read_and_nobody_else_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = await world.token(world.authority, "programme_officer")
    await world.count(officer, AGREEMENTS, world.ours)
    await world.ask(officer, NATIONAL)
    bodies: list[tuple[TenantId, Role]] = [
        (world.ours, "member"),
        (world.ours, "partner_reporter"),
        (world.ours, "auditor"),
        (world.theirs, "chair"),
    ]
    pages = [await world.page(await world.token(body, role)) for body, role in bodies]

    assert [page.status_code for page in pages] == [200, 403, 403, 403]
    assert "agreementMatrix, partnerships" in pages[0].text
    assert "A question across partnerships" in pages[0].text
    assert pages[0].headers["cache-control"] == "private, no-store"
    assert len({page.text for page in pages[1:]}) == 1
    french = (await world.page(await world.token(world.ours, "member"), "fr/partenariats")).text
    assert "Une question sur plusieurs partenariats" in french

    monkeypatch.setattr(readings_page, "FIRST", 1)
    member = await world.token(world.ours, "member")
    page = await world.page(member)
    (earlier,) = re.findall(r'rel="next" href="([^"#]+)#found"', page.text)
    before = await world.client.get(html.unescape(earlier), headers={"authorization": f"Bearer {member}"})
    assert ("agreementMatrix" in page.text, "agreementMatrix" in before.text) == (True, False)
    assert "<code>agreements</code>" in before.text
    assert 'rel="next"' not in before.text


async def test_readings_are_forgotten_when_they_were_kept_long_enough_and_an_audits_from_its_end_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mandate_id = await world.mandate(world.ours)
    officer, auditor = (
        await world.token(world.authority, "programme_officer"),
        await world.token(world.authority, "auditor"),
    )
    await world.count(officer, AGREEMENTS, world.ours)
    await world.count(auditor, AGREEMENTS, world.ours, IN)
    kept = timedelta(days=400)
    assert await forget_readings(world.write, world.ours, kept) == 0

    world.age(days=500)
    await world.count(officer, AGREEMENTS, world.ours)
    assert await forget_readings(world.write, world.ours, kept) == 1  # the mandate is open
    await world.give(world.authority, CloseAuditMandate(audit_mandate_id=mandate_id))
    assert await forget_readings(world.write, world.ours, kept) == 0  # its readings are told now
    assert [one["role"] for one in await world.readings(world.ours)] == ["auditor", "programme_officer"]

    async def long_over(*_: object) -> bool:
        return True

    monkeypatch.setattr(forgetting_readings, "over_since", long_over)
    assert [await forget_readings(world.write, world.ours, kept) for _ in range(2)] == [1, 0]
    with pytest.raises(asyncpg.CheckViolationError):
        await world.write.readings.forget(world.ours, [], datetime.now(UTC) - timedelta(days=300))


async def test_a_mandate_is_over_since_its_last_day_or_the_day_it_was_closed(world: World) -> None:
    open_, closed = await world.mandate(world.ours), await world.mandate(world.ours)
    await world.give(world.authority, CloseAuditMandate(audit_mandate_id=closed))
    today = datetime.now(UTC).date()

    async def over(mandate_id: AuditMandateId, day: date) -> bool:
        return await mandates.over_since(world.write, world.authority, StreamId(mandate_id), day)

    assert [await over(closed, today + timedelta(days=days)) for days in (-2, 2)] == [False, True]
    assert [await over(open_, today + timedelta(days=days)) for days in (2, 30, 31)] == [False, False, True]


async def test_what_cannot_be_kept_is_not_answered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(*_: object) -> None:
        raise OSError

    officer = await world.token(world.authority, "programme_officer")
    monkeypatch.setattr(Readings, "keep", failing)

    answer = await world.ask(officer, NATIONAL)

    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BUSY"]
    member = await world.token(world.ours, "member")
    assert (await world.ask(member, NATIONAL))["data"] is not None


async def test_readings_at_once_share_a_write_and_none_is_lost(world: World) -> None:
    officer = await world.token(world.authority, "programme_officer")

    await asyncio.gather(*(world.count(officer, AGREEMENTS, world.theirs) for _ in range(20)))

    assert len(await world.readings(world.theirs)) == 20

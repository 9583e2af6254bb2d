"""Sealing, erasure and names against the real tables, always beside a second tenant."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from psycopg import sql

from domain.agreement import AGREEMENT, AgreementTerminated
from domain.event import Recorded
from domain.ids import PersonId, StreamId, TenantId
from domain.plan.events import PlanClosed, PlanDrafted
from domain.plan.rules import PLAN
from domain.values import Period, SealedText, fr
from infra.log.mapper import EntenteMapper
from infra.log.recorder import LogApplicationRecorder
from infra.pii.persons import Person
from infra.pii.sealer import LogSealer, NotOpenError, SealBrokenError
from infra.pii.wrapping import KeyWrapper
from infra.settings import DatabaseSettings
from services.replay import verify
from tests.golden.examples import EXAMPLES
from tests.integration.logs import Logs, as_superuser, open_log, open_logs, tenant_log

MARKER = "Zéphirin-Abricot-7719"
DAY = date(2024, 4, 1)
DRAFTED = PlanDrafted(kind="action_plan", title=fr("Plan"), period=Period.fiscal_year(2024), agreement_id=None)


@pytest.fixture
async def logs(database: DatabaseSettings) -> AsyncIterator[Logs]:
    async with open_logs(database) as opened:
        yield opened


@pytest.fixture
def tenant(database: DatabaseSettings, tenant_id: UUID) -> TenantId:
    return open_log(database, tenant_id)


@pytest.fixture
def other(database: DatabaseSettings) -> TenantId:
    return open_log(database, uuid4())


async def a_closed_plan(logs: Logs, tenant: TenantId, subject: UUID, words: str = MARKER) -> StreamId:
    plan = StreamId(uuid4())
    closed = PlanClosed(note=SealedText.about(subject, words))
    await logs.write(tenant, plan, [(DRAFTED, DAY), (closed, DAY)])
    return plan


async def note_of(logs: Logs, tenant: TenantId, plan: StreamId) -> SealedText:
    last = (await logs.store.events_of(tenant, plan))[-1].payload
    assert isinstance(last, PlanClosed)
    assert last.note is not None
    return last.note


def stored(settings: DatabaseSettings, tenant: TenantId) -> list[tuple[object, ...]]:
    with psycopg.connect(settings.admin_dsn) as connection:
        return connection.execute(
            "SELECT position, state, leaf FROM log.event WHERE tenant_id = %s ORDER BY 1", [tenant]
        ).fetchall()


async def test_text_comes_back_as_it_was_said(logs: Logs, tenant: TenantId, other: TenantId) -> None:
    subject = uuid4()
    plan = await a_closed_plan(logs, tenant, subject)
    twin = await a_closed_plan(logs, other, subject, "Autre propos")

    assert await note_of(logs, tenant, plan) == SealedText(subject=subject, text=MARKER)
    assert await note_of(logs, other, twin) == SealedText(subject=subject, text="Autre propos")


async def test_a_destroyed_key_erases_its_subject_in_one_log_and_nothing_else(
    logs: Logs, tenant: TenantId, other: TenantId
) -> None:
    subject, bystander = uuid4(), uuid4()
    plan, same, spared = [await a_closed_plan(logs, tenant, who) for who in (subject, subject, bystander)]
    twin = await a_closed_plan(logs, other, subject)
    before = stored(logs.settings, tenant)
    state_before = await logs.store.load(tenant, PLAN, plan)

    assert await logs.sealer.destroy_key(tenant, subject)

    note = await note_of(logs, tenant, plan)
    assert (note.display("en"), note.display("fr")) == ("[erased]", "[effacé]")
    assert (await note_of(logs, tenant, same)).erased
    assert (await note_of(logs, tenant, spared)).text == MARKER
    assert (await note_of(logs, other, twin)).text == MARKER
    assert stored(logs.settings, tenant) == before
    assert await logs.store.load(tenant, PLAN, plan) == state_before
    with tenant_log(logs.settings, tenant) as log:
        assert (await verify(log, logs.store)).sound


async def test_destroying_a_key_twice_says_so(logs: Logs, tenant: TenantId, other: TenantId) -> None:
    subject = uuid4()
    await a_closed_plan(logs, tenant, subject)

    assert not await logs.sealer.destroy_key(other, subject)
    assert await logs.sealer.destroy_key(tenant, subject)
    assert not await logs.sealer.destroy_key(tenant, subject)


async def test_what_is_said_after_an_erasure_has_a_new_key(logs: Logs, tenant: TenantId) -> None:
    subject = uuid4()
    old = await a_closed_plan(logs, tenant, subject)
    await logs.sealer.destroy_key(tenant, subject)

    new = await a_closed_plan(logs, tenant, subject, "Nouveau propos")

    assert (await note_of(logs, tenant, old)).erased
    assert (await note_of(logs, tenant, new)).text == "Nouveau propos"


@pytest.mark.parametrize("form", [SealedText.gone(uuid4()), EXAMPLES[6].payload.note])  # type: ignore[attr-defined]  # a phase's
async def test_only_open_text_is_sealed(logs: Logs, tenant: TenantId, form: SealedText) -> None:
    with pytest.raises(NotOpenError, match="note is not open text"):
        await logs.sealer.seal(tenant, StreamId(uuid4()), 1, PlanClosed(note=form))

    assert stored(logs.settings, tenant) == []


async def test_at_once_made_keys_are_one_key(logs: Logs, tenant: TenantId) -> None:
    subjects = [uuid4() for _ in range(3)]
    plans = await asyncio.gather(*(a_closed_plan(logs, tenant, subjects[n % 3], f"Propos {n}") for n in range(24)))

    assert [(await note_of(logs, tenant, plan)).text for plan in plans] == [f"Propos {n}" for n in range(24)]
    with psycopg.connect(logs.settings.admin_dsn) as connection:
        rows = connection.execute("SELECT subject FROM pii.key WHERE tenant_id = %s", [tenant]).fetchall()
    assert sorted(rows) == sorted((subject,) for subject in subjects)


async def test_a_key_destroyed_while_it_is_made_is_made_again(logs: Logs, tenant: TenantId) -> None:
    subject = uuid4()
    seals = [
        logs.sealer.seal(tenant, StreamId(uuid4()), 1, PlanClosed(note=SealedText.about(subject, "x")))
        for _ in range(20)
    ]
    erasures = [logs.sealer.destroy_key(tenant, subject) for _ in range(20)]

    done = await asyncio.gather(*(task for pair in zip(seals, erasures, strict=True) for task in pair))

    assert all(event.note.is_sealed for event in done[::2])


async def test_one_query_opens_a_batch(logs: Logs, tenant: TenantId) -> None:
    class Counting:
        queries = 0

        async def fetch(self, *arguments: object) -> list[asyncpg.Record]:
            self.queries += 1
            rows: list[asyncpg.Record] = await logs.pool.fetch(*arguments)
            return rows

    plans = [await a_closed_plan(logs, tenant, uuid4()) for _ in range(5)]
    counting = Counting()
    silent = LogSealer(counting, KeyWrapper(logs.settings.secret_key))
    events = [event for plan in plans for event in await _sealed_events(logs, tenant, plan)]

    opened = await silent.open(tenant, events)

    closed = [event.payload for event in opened if isinstance(event.payload, PlanClosed)]
    assert [payload.note and payload.note.text for payload in closed] == [MARKER] * 5
    assert counting.queries == 1


async def _sealed_events(logs: Logs, tenant: TenantId, plan: StreamId) -> list[Recorded]:
    with tenant_log(logs.settings, tenant) as log:
        mapper = EntenteMapper()
        events = [mapper.to_domain_event(e) for e in LogApplicationRecorder(log).select_events(plan)]
    return [event for event in events if isinstance(event, Recorded)]


async def test_a_sealed_text_moved_by_hand_fails_to_open(logs: Logs, tenant: TenantId, other: TenantId) -> None:
    subject = uuid4()
    here = await a_closed_plan(logs, tenant, subject)
    there = await a_closed_plan(logs, tenant, subject, "Autre propos")
    await a_closed_plan(logs, other, subject)
    with as_superuser(logs.settings) as connection:
        connection.execute(
            "UPDATE log.event e SET state = s.state FROM log.event s WHERE e.tenant_id = s.tenant_id"
            " AND e.tenant_id = %s AND e.stream_id = %s AND s.stream_id = %s AND e.version = 2 AND s.version = 2",
            [tenant, here, there],
        )

    with pytest.raises(SealBrokenError, match=f"event 2 of stream {here}"):
        await note_of(logs, tenant, here)
    assert (await note_of(logs, tenant, there)).text == "Autre propos"


def _holders(settings: DatabaseSettings, marker: str) -> list[str]:
    """Every column of text, bytes or JSON in our schemas in which the marker can be read."""
    needles = [marker, json.dumps(marker)[1:-1], marker.encode().hex()]
    found = []
    with psycopg.connect(settings.admin_dsn) as connection:
        columns = connection.execute(
            "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema IN ('log', 'rm', 'national', 'commons', 'access', 'jobs', 'pii', 'identity')"
            " AND data_type IN ('text', 'bytea', 'json', 'jsonb', 'character varying', 'ARRAY')"
        ).fetchall()
        for schema, table, column, kind in columns:
            value = sql.SQL("encode({}, 'hex')" if kind == "bytea" else "{}::text").format(sql.Identifier(column))
            query = sql.SQL("SELECT 1 FROM {} WHERE {} LIKE ANY(%s) LIMIT 1").format(
                sql.Identifier(schema, table), value
            )
            if connection.execute(query, [[f"%{needle}%" for needle in needles]]).fetchone():
                found.append(f"{schema}.{table}.{column}")
    return found


async def test_no_table_holds_opened_text(logs: Logs, tenant: TenantId, other: TenantId) -> None:
    marker = f"Marque {uuid4()} dite à voix haute"
    person = PersonId(uuid4())
    for log in (tenant, other):
        await a_closed_plan(logs, log, person, marker)
        agreement = StreamId(uuid4())
        signed = next(e.payload for e in EXAMPLES if e.payload.TYPE == "agreement.Signed")
        ended = AgreementTerminated(reason=SealedText.about(agreement, marker))
        await logs.write(log, agreement, [(signed, DAY), (ended, DAY)])
        await logs.store.load(log, AGREEMENT, agreement)

    assert _holders(logs.settings, marker) == []


async def test_the_search_for_opened_text_finds_it_where_it_is(logs: Logs, tenant: TenantId) -> None:
    marker = f"Marque {uuid4()} dite à voix haute"
    await logs.vault.enrol(tenant, Person(name=marker))
    with tenant_log(logs.settings, tenant) as log:
        LogApplicationRecorder(log).insert_events([StoredEvent(uuid4(), 1, "test.Open", marker.encode())])

    assert _holders(logs.settings, marker) == ["log.event.state", "pii.person.name"]


# --- people ---------------------------------------------------------------------------------------------------


async def test_a_principal_has_one_pseudonym_per_log(logs: Logs, tenant: TenantId, other: TenantId) -> None:
    principal = uuid4()
    at_once = await asyncio.gather(*(logs.vault.pseudonym(tenant, principal) for _ in range(12)))

    assert len(set(at_once)) == 1
    assert await logs.vault.pseudonym(other, principal) != at_once[0]
    assert at_once[0] != principal


async def test_a_name_is_kept_corrected_and_erased_with_what_was_said(
    logs: Logs, tenant: TenantId, other: TenantId
) -> None:
    person = await logs.vault.enrol(tenant, Person("Zoé Abricot", "zoe@example.org", "+1 555 0100"))
    look_alike = await logs.vault.enrol(other, Person("Zoé Abricot"))
    plan = await a_closed_plan(logs, tenant, person)

    assert await logs.vault.rectify(tenant, person, Person("Zoé Abricot-Roy"))
    assert await logs.vault.people(tenant, [person, look_alike]) == {person: Person("Zoé Abricot-Roy", None, None)}

    assert await logs.vault.erase(tenant, person)

    assert await logs.vault.people(tenant, [person]) == {}
    assert (await note_of(logs, tenant, plan)).erased
    assert await logs.vault.people(other, [look_alike]) == {look_alike: Person("Zoé Abricot", None, None)}
    assert not await logs.vault.rectify(tenant, person, Person("Zoé"))
    assert not await logs.vault.erase(tenant, person)


async def test_after_an_erasure_a_principal_is_somebody_else(logs: Logs, tenant: TenantId) -> None:
    principal = uuid4()
    before = await logs.vault.pseudonym(tenant, principal)
    await logs.vault.erase(tenant, before)

    assert await logs.vault.pseudonym(tenant, principal) != before


async def test_another_tenant_can_neither_read_nor_erase(logs: Logs, tenant: TenantId, other: TenantId) -> None:
    person = await logs.vault.enrol(tenant, Person("Zoé Abricot"))

    assert await logs.vault.people(other, [person]) == {}
    assert not await logs.vault.rectify(other, person, Person("X"))
    assert not await logs.vault.erase(other, person)
    assert await logs.vault.people(tenant, [person]) == {person: Person("Zoé Abricot", None, None)}

"""Erasing a person: the same scene as `make isolation`, with one person, and what is found without each part."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import asyncpg
import httpx
import psycopg
import pytest

from domain.erasure import ERASE_PERSON, PersonErased
from domain.ids import PersonId
from infra.database import closing
from infra.embedded import EmbeddedServer
from infra.mail.files import FileMailer
from infra.pii.persons import Person, PersonVault
from infra.settings import DatabaseSettings
from services.actors import forget_person
from services.bootstrap import WriteSide
from services.erasing import own_data
from tests.integration.services.asking import order
from tests.integration.services.conftest import Partnership, app, client, partnership, settings, write  # noqa: F401
from tests.isolation.erasure import Scene, Somebody, occurrences, scene


@pytest.fixture
async def at(server: EmbeddedServer, worker_name: str) -> AsyncIterator[Scene]:
    async with scene(server, f"entente_erasure_{worker_name}") as made:
        yield made


def places(at: Scene, somebody: Somebody) -> dict[str, int]:
    """How often the person's mark is found, by where."""
    return {
        "dump": occurrences(at.dump(), somebody.mark),
        "files": at.in_files(somebody.mark),
        "mail": at.in_mail(somebody.mark),
    }


async def test_of_somebody_who_was_erased_nothing_can_be_read_and_the_logs_are_what_they_were(at: Scene) -> None:
    somebody, stays = await at.somebody(), await at.somebody()
    at.analyze()
    told, kept = await at.texts(somebody), await at.texts(stays)
    assert told
    assert all(somebody.mark in text for text in told)
    assert all(found > 0 for found in places(at, somebody).values())
    before, kept_elsewhere = at.log_bytes(), places(at, stays)

    erased = await at.erase(somebody)

    assert {log for log, _ in erased.pseudonyms} == set(at.bodies)
    assert await at.texts(somebody) == ["[effacé]"] * len(told)
    at.vacuum()
    assert places(at, somebody) == {"dump": 0, "files": 0, "mail": 0}
    assert at.in_journal(somebody.mark) == 0
    assert at.log_bytes() == before
    assert (await at.logs_sound())[1] == []
    assert await at.texts(stays) == kept
    assert places(at, stays)["dump"] == kept_elsewhere["dump"]
    for tenant_id, person_id in erased.pseudonyms:
        (event,) = [
            one.payload
            for one in await at.write.store.mentioning(tenant_id, person_id)
            if isinstance(one.payload, PersonErased)
        ]
        assert event == PersonErased(person_id=person_id, ground="at_their_request")


async def test_without_each_part_of_it_something_is_found(at: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> int:
        return 0

    found = {}
    for part in (PersonVault.erase, FileMailer.forget):
        somebody = await at.somebody()
        with monkeypatch.context() as patched:
            patched.setattr(at.mailer if part is FileMailer.forget else at.write.vault, part.__name__, nothing)
            await at.erase(somebody)
        at.vacuum()
        left = await at.texts(somebody)
        found[part.__qualname__] = {
            "texts": sum(somebody.mark in text for text in left) > 0,
            **{place: count > 0 for place, count in places(at, somebody).items()},
        }

    assert found == {
        "PersonVault.erase": {"texts": True, "dump": True, "files": True, "mail": False},
        "FileMailer.forget": {"texts": False, "dump": False, "files": False, "mail": True},
    }


async def test_samples_of_the_planner_would_outlive_the_row(at: Scene) -> None:
    """Why migration 0056 keeps none of personal data."""
    with psycopg.connect(at.settings.admin_dsn, autocommit=True) as connection:
        connection.execute("ALTER TABLE pii.person ALTER COLUMN name SET STATISTICS 100")
    somebody = await at.somebody()
    at.analyze()

    await at.erase(somebody)

    at.vacuum()
    assert places(at, somebody) == {"dump": 0, "files": 1, "mail": 0}


async def test_a_refused_row_is_not_quoted_in_the_server_s_messages(at: Scene) -> None:
    email = f"twice-{uuid.uuid4().hex}@example.org"
    values = [at.bodies[0], uuid.uuid4(), uuid.uuid4(), email, PersonId(uuid.uuid4())]
    twice = (
        "INSERT INTO pii.address (tenant_id, address_id, email, language, purpose, added_by)"
        " SELECT $1, id, $4, 'fr', 'reminders', $5 FROM unnest(ARRAY[$2::uuid, $3::uuid]) id"
    )
    async with closing(await asyncpg.connect(at.settings.admin_dsn)) as connection:
        for setting, quoted in (("RESET log_error_verbosity", 0), ("SET log_error_verbosity = 'default'", 1)):
            await connection.execute(setting)
            with pytest.raises(asyncpg.UniqueViolationError):
                await connection.execute(twice, *values)
            assert at.in_journal(email) == quoted


async def test_what_is_kept_of_somebody_is_theirs_to_have(at: Scene) -> None:
    somebody, other = await at.somebody(), await at.somebody()
    account = await at.write.identity.accounts.find(somebody.email.upper())
    assert account is not None

    data = await own_data(at.write, account)

    assert (data.email, data.language) == (somebody.email, "fr")
    assert len(data.written_to_by) == len(data.bodies) == len(data.sessions) + 1 == 2
    assert {one.pseudonym for one in data.bodies} == set(somebody.pseudonyms.values())
    for body in data.bodies:
        assert (body.name, body.roles) == (f"Zoé {somebody.mark}", ["member"])
        texts = [text for event in body.events for text in event.texts.values()]
        assert texts
        assert all(somebody.mark in text for text in texts)
    assert other.mark not in repr(data)


async def test_an_interrupted_erasure_goes_on_and_says_it_once(at: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody = await at.somebody()
    with monkeypatch.context() as patched:
        patched.setattr(at.write.addresses, "forget", _killed)
        with pytest.raises(asyncio.CancelledError):
            await at.erase(somebody)

    await at.erase(somebody)

    assert await at.write.identity.accounts.find(somebody.email) is None
    for tenant_id, person_id in somebody.pseudonyms.items():
        said = [type(one.payload) for one in await at.write.store.mentioning(tenant_id, person_id)]
        assert said.count(PersonErased) == 1


async def _killed(_: str) -> int:
    raise asyncio.CancelledError


async def test_a_coordinator_orders_it_and_the_job_carries_it_out(
    client: httpx.AsyncClient,  # noqa: F811
    write: WriteSide,  # noqa: F811
    partnership: Partnership,  # noqa: F811
    database: DatabaseSettings,
) -> None:
    person = await write.vault.enrol(partnership.tenant_id, Person("Zoé Abricot", "zoe@example.org"))
    added_by = PersonId(uuid.uuid4())
    await write.addresses.add(partnership.tenant_id, uuid.uuid4(), "Zoe@example.org", "fr", added_by=added_by)
    data = {"erasure_id": str(uuid.uuid4()), "person_id": str(person), "ground": "purpose_over"}

    answer = await order(client, partnership.slug, "ErasePerson", data, token=partnership.token)

    assert answer.status_code == 201
    with psycopg.connect(database.admin_dsn) as connection:
        statement = "SELECT count(*) FROM jobs.queue WHERE message ->> 'actor_name' = %s AND message::text LIKE %s"
        assert connection.execute(statement, [ERASE_PERSON, f"%{person}%"]).fetchone() == (1,)
    for _ in range(2):  # a job may run twice
        await forget_person(database, partnership.tenant_id, person)
    assert await write.vault.people(partnership.tenant_id, [person]) == {}
    assert await write.addresses.list(partnership.tenant_id) == []

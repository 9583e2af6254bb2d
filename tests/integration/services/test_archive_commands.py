"""What is known of commands travels with the log: a repeated key is answered elsewhere as it was here."""

import asyncio
import hashlib
import io
import uuid
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import msgspec
import psycopg
import pytest
from litestar.testing import AsyncTestClient

from domain.event import decode
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings, Settings
from services.api.app import create_app
from services.archive import restoring
from services.archive.form import COMMANDS, MANIFEST, ArchiveBrokenError, CommandLine
from services.bootstrap import CONSOLE
from services.cli import REFUSED, main
from services.identity.inviting import accept_as_new, invite
from services.importing import Entry, Imported, Importer, read_line
from tests.integration.filled import make_database
from tests.integration.infra.log.logs import rows_of
from tests.integration.services.archives import Instance, instance, repacked
from tests.integration.services.asking import draft, order
from tests.integration.services.conftest import Partnership, an_organisation

ANSWERED = ("first_position", "position", "version", "recorded_at", "receipt")


@pytest.fixture
async def source(settings: Settings, client: httpx.AsyncClient) -> AsyncIterator[Instance]:  # noqa: ARG001 - runs
    async with instance(settings.database, settings.documents.directory) as opened:
        yield opened


@pytest.fixture(scope="module")
def another(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """An instance into which bodies are restored, of the same secret."""
    return make_database(server, f"entente_commands_{worker_name}")


@pytest.fixture
async def target(another: DatabaseSettings, tmp_path: Path) -> AsyncIterator[Instance]:
    async with instance(another, tmp_path / "restored") as opened:
        yield opened


@pytest.fixture
async def there(settings: Settings, target: Instance) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the instance into which bodies are restored."""
    app = create_app(replace(settings, database=target.settings, documents=target.documents), checks=lambda _: {})
    async with AsyncTestClient(app) as client:
        yield client


async def same_person(source: Instance, target: Instance, of: Partnership) -> str:
    """A token of the restored instance for whom the first token stands."""
    bearer = await source.write.tokens.find(of.token)
    assert bearer is not None
    return await target.write.tokens.create(of.tenant_id, "coordinator", bearer.person_id, "the same person")


def commands_of(content: bytes) -> list[CommandLine]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [msgspec.json.decode(line, type=CommandLine) for line in archive.read(COMMANDS).splitlines()]


async def test_a_repeated_key_is_answered_on_the_restored_instance_as_on_the_original(
    *,
    client: httpx.AsyncClient,
    there: httpx.AsyncClient,
    source: Instance,
    target: Instance,
    partnership: Partnership,
    neighbour: Partnership,
) -> None:
    key, plan = str(uuid.uuid4()), draft()
    first = await order(client, partnership.slug, "DraftPlan", plan, token=partnership.token, key=key)
    theirs = await order(client, neighbour.slug, "DraftPlan", plan, token=neighbour.token, key=key)
    assert (first.status_code, theirs.status_code) == (201, 201)
    await target.restore(await source.export(partnership.slug))
    token = await same_person(source, target, partnership)

    again = await order(client, partnership.slug, "DraftPlan", plan, token=partnership.token, key=key)
    moved = await order(there, partnership.slug, "DraftPlan", plan, token=token, key=key)

    assert (moved.status_code, moved.json()) == (again.status_code, again.json())
    assert moved.json()["replayed"] is True
    assert [moved.json()[name] for name in ANSWERED] == [first.json()[name] for name in ANSWERED]
    assert rows_of(target.settings, partnership.tenant_id) == rows_of(source.settings, partnership.tenant_id)
    other = await order(there, partnership.slug, "DraftPlan", draft(), token=token, key=key)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    new = await order(there, partnership.slug, "DraftPlan", draft(), token=token)
    assert (new.status_code, new.json()["position"]) == (201, first.json()["position"] + 1)


async def test_without_the_kept_outcomes_the_repeated_key_would_be_a_new_order(
    *,
    client: httpx.AsyncClient,
    there: httpx.AsyncClient,
    source: Instance,
    target: Instance,
    partnership: Partnership,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The negative control: the rules then see a plan of that id, and refuse what they had accepted."""
    key, plan = str(uuid.uuid4()), draft()
    await order(client, partnership.slug, "DraftPlan", plan, token=partnership.token, key=key)
    monkeypatch.setattr(restoring, "outcomes", lambda _: ())
    await target.restore(await source.export(partnership.slug))
    token = await same_person(source, target, partnership)

    moved = await order(there, partnership.slug, "DraftPlan", plan, token=token, key=key)

    assert (moved.status_code, moved.json()["code"]) == (409, "already_exists")


async def test_each_accepted_command_is_a_line_with_what_is_known_of_it_and_refused_ones_are_none(
    client: httpx.AsyncClient, source: Instance, partnership: Partnership, neighbour: Partnership
) -> None:
    """One recorded an event, one found all as it was, one was refused, and the body was opened before."""
    keys = [str(uuid.uuid4()) for _ in range(3)]
    plan = draft()
    made = await order(client, partnership.slug, "DraftPlan", plan, token=partnership.token, key=keys[0])
    refused = await order(client, partnership.slug, "DraftPlan", plan, token=partnership.token, key=keys[1])
    named = {"name": {"fr": "Partenariat de Test", "en": "Test Partnership", "source": "fr"}}
    same = await order(
        client,
        partnership.slug,
        "RenameBody",
        {"body_id": str(partnership.tenant_id), **named},
        token=partnership.token,
        key=keys[2],
    )
    await order(client, neighbour.slug, "DraftPlan", plan, token=neighbour.token)
    assert (made.status_code, refused.status_code) == (201, 409)
    assert (same.status_code, same.json()["position"]) == (200, None), same.text
    bearer = await source.write.tokens.find(partnership.token)
    assert bearer is not None

    lines = commands_of(await source.export(partnership.slug))

    opened, drafted, unchanged = lines
    rows = rows_of(source.settings, partnership.tenant_id)
    assert (opened.first_position, opened.position, opened.recorded_at) == (1, 1, rows[0].recorded_at)
    assert opened.command_id == decode(rows[0].state)[0].command_id
    assert (str(drafted.command_id), drafted.actor, drafted.first_position, drafted.position) == (
        keys[0],
        bearer.person_id,
        2,
        2,
    )
    assert drafted.recorded_at.isoformat() == made.json()["recorded_at"]
    assert (str(unchanged.command_id), unchanged.first_position, unchanged.position) == (keys[2], None, None)
    assert all(line.answer is not None and len(line.answer.fingerprint) == 32 for line in lines)


async def test_what_the_ledger_has_forgotten_is_still_known_from_the_events(
    client: httpx.AsyncClient, source: Instance, target: Instance, partnership: Partnership
) -> None:
    key = str(uuid.uuid4())
    await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token, key=key)
    before = commands_of(await source.export(partnership.slug))
    with psycopg.connect(source.settings.admin_dsn) as connection:
        connection.execute("DELETE FROM log.ledger WHERE tenant_id = %s", [partnership.tenant_id])

    content = await source.export(partnership.slug)

    after = commands_of(content)
    assert after == [msgspec.structs.replace(line, answer=None) for line in before]
    assert str(after[1].command_id) == key
    await target.restore(content)
    with psycopg.connect(target.settings.admin_dsn) as connection:
        query = "SELECT count(*) FROM log.ledger WHERE tenant_id = %s"
        assert connection.execute(query, [partnership.tenant_id]).fetchone() == (0,)


async def test_an_import_that_is_run_again_on_the_restored_instance_finds_its_lines_known(
    source: Instance, target: Instance, partnership: Partnership
) -> None:
    line = {
        "body": partnership.slug,
        "command": "DraftPlan",
        "id": str(uuid.uuid4()),
        "lang": "fr",
        "effective_on": "2024-05-01",
        "data": draft(),
        "source": {"title": {"fr": "Procès-verbal", "source": "fr"}},
    }
    entry = read_line("minutes.jsonl", 1, msgspec.json.encode(line))
    assert await imported(source, entry) == Imported(recorded=1, known=0)
    await target.restore(await source.export(partnership.slug))

    assert await imported(target, entry) == Imported(recorded=0, known=1)

    assert rows_of(target.settings, partnership.tenant_id) == rows_of(source.settings, partnership.tenant_id)


async def imported(into: Instance, entry: Entry) -> Imported:
    write = into.write
    importer = Importer(
        write.handler, write.bodies, write.vault.pseudonym, principal=CONSOLE, key=write.fingerprint_key
    )
    return await importer.run([entry])


@pytest.fixture
def at_target(settings: Settings, target: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line is at the instance into which bodies are restored."""
    monkeypatch.setenv("ENTENTE_DATABASE_URL", target.settings.admin_dsn)
    monkeypatch.setenv("ENTENTE_SECRET_KEY", target.settings.secret_key.decode())
    monkeypatch.setenv("ENTENTE_ALLOWED_HOSTS", "testserver.local")
    monkeypatch.setenv("ENTENTE_INSTANCE_DIR", str(settings.instance_dir))
    monkeypatch.setattr("services.journal.configure_journal", lambda: None)


@pytest.mark.usefixtures("at_target")
async def test_somebody_goes_on_under_the_pseudonym_that_they_had_and_nobody_under_another(
    *,
    source: Instance,
    target: Instance,
    partnership: Partnership,
    neighbour: Partnership,
    client: httpx.AsyncClient,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
    await target.restore(await source.export(partnership.slug))
    us, them = [await source.write.tokens.find(of.token) for of in (partnership, neighbour)]
    assert us is not None
    assert them is not None
    create = ["token", "create", partnership.slug, "--role", "coordinator", "--name", "a test", "--person"]

    done = [
        await asyncio.to_thread(main, [*create, person])
        for person in (str(us.person_id), str(them.person_id), "nobody")
    ]

    said = capsys.readouterr()
    assert done == [0, REFUSED, REFUSED]
    found = await target.write.tokens.find(said.out.splitlines()[-1])
    assert found is not None
    assert (found.person_id, found.tenant_id) == (us.person_id, partnership.tenant_id)
    assert "personne n’a agi sous 'nobody' dans ce registre" in said.err


@pytest.mark.usefixtures("at_target")
async def test_who_may_come_in_and_for_which_organisation_is_not_in_an_archive_and_is_said_anew(
    source: Instance, target: Instance, partnership: Partnership, client: httpx.AsyncClient
) -> None:
    body = partnership.tenant_id
    organisation = await an_organisation(target.write)
    await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
    us = await source.write.tokens.find(partnership.token)
    assert us is not None
    await source.write.represented.keep(body, us.person_id, organisation)
    joined = f"{uuid.uuid4().hex}@example.org"
    link = await invite(
        source.write.identity, body, joined, "member", "fr", by_role="operator", invited_by=us.person_id
    )
    await accept_as_new(source.write.identity, link, "quatre mots sans apprêt")
    (member,) = await source.write.identity.accounts.members(body)

    content = await source.export(partnership.slug)
    await target.restore(content)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    for mark in (joined, organisation, member.membership_id, member.person_id):
        assert str(mark).encode() not in whole
    assert str(us.person_id).encode() in whole  # what acted is
    assert await target.write.identity.accounts.members(body) == []
    assert await target.write.represented.organisation_of(body, us.person_id) is None

    create = ["token", "create", partnership.slug, "--role", "partner_reporter", "--name", "a test"]
    again = [*create, "--person", str(us.person_id), "--organisation", str(organisation)]
    assert await asyncio.to_thread(main, again) == 0
    assert await target.write.represented.people(body, organisation) == [us.person_id]


async def test_positions_outside_the_log_are_refused(
    client: httpx.AsyncClient, source: Instance, target: Instance, partnership: Partnership
) -> None:
    await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
    content = await source.export(partnership.slug)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        forged = archive.read(COMMANDS).replace(b'"position":2', b'"position":3')
        manifest = msgspec.json.decode(archive.read(MANIFEST))
    for part in manifest["parts"]:
        if part["name"] == COMMANDS:
            part["sha256"] = hashlib.sha256(forged).hexdigest()

    with pytest.raises(ArchiveBrokenError, match="positions that are not in the log"):
        await target.restore(repacked(content, {COMMANDS: forged, MANIFEST: msgspec.json.encode(manifest)}))

    assert rows_of(target.settings, partnership.tenant_id) == []

"""The documents of a body travel with its log: downloaded from the restored instance as they were uploaded."""

import hashlib
import io
import uuid
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import psycopg
import pytest
from litestar.testing import AsyncTestClient

from domain.document import Content
from domain.ids import COMMONS, PersonId, TenantId
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings, Settings
from services.api.app import create_app
from services.archive import documents
from services.archive.form import ArchiveBrokenError, ArchiveError, ContentMissingError, DocumentLine
from tests.integration.filled import make_database
from tests.integration.infra.log.logs import flaws, rows_of
from tests.integration.services.archives import Instance, instance, own_parts, repacked
from tests.integration.services.asking import order
from tests.integration.services.conftest import Partnership
from tests.integration.services.test_documents import attached, download, upload

MINUTES = b"%PDF-1.7 the minutes of a meeting"
CALENDAR = "séance;date\nforum;2025-05-14\n".encode()


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


STORED = f"documents/{digest(MINUTES)}"


class Library(NamedTuple):
    """Documents of one partnership, one of each fate."""

    public: str
    two_versions: str
    withdrawn: str
    erased: str


@pytest.fixture(scope="module")
def database(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """The instance that bodies leave, with read models."""
    return make_database(server, f"entente_library_{worker_name}")


@pytest.fixture
async def source(settings: Settings, client: httpx.AsyncClient) -> AsyncIterator[Instance]:  # noqa: ARG001 - runs
    async with instance(settings.database, settings.documents.directory) as opened:
        yield opened


@pytest.fixture(scope="module")
def another(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """An instance into which bodies are restored; none of them sees another's."""
    return make_database(server, f"entente_documents_{worker_name}")


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


async def library(client: httpx.AsyncClient, of: Partnership) -> Library:
    async def told(command: str, data: dict[str, Any]) -> None:
        assert (await order(client, of.slug, command, data, token=of.token)).status_code == 201

    public = await attached(client, of, MINUTES, audience="public")
    two_versions = await attached(client, of, b"%PDF-1.7 a draft")
    sent = await upload(client, of.slug, CALENDAR, token=of.token, media_type="text/csv")
    await told("AddDocumentVersion", {"document_id": two_versions, "content": sent.json()})
    withdrawn = await attached(client, of, b"%PDF-1.7 withdrawn")
    await told("WithdrawDocument", {"document_id": withdrawn})
    erased = await attached(client, of, b"%PDF-1.7 erased")
    await told("EraseDocument", {"document_id": erased, "ground": "rights"})
    await upload(client, of.slug, b"%PDF-1.7 uploaded and never named", token=of.token)
    return Library(public, two_versions, withdrawn, erased)


async def test_documents_are_downloaded_from_the_restored_instance_byte_for_byte(
    *,
    client: httpx.AsyncClient,
    there: httpx.AsyncClient,
    source: Instance,
    target: Instance,
    partnership: Partnership,
    neighbour: Partnership,
) -> None:
    ours = await library(client, partnership)
    await library(client, neighbour)  # the same bytes, of somebody else
    body = partnership.tenant_id

    content = await source.export(partnership.slug)
    restored = await target.restore(content)

    token = await target.write.tokens.create(
        body, "coordinator", PersonId(uuid.uuid4()), "a coordinator after the move"
    )
    for document_id, version in ((ours.public, None), (ours.two_versions, "1"), (ours.two_versions, "2")):
        old = await download(client, partnership.slug, document_id, token=partnership.token, version=version)
        new = await download(there, partnership.slug, document_id, token=token, version=version)
        assert (new.status_code, new.content) == (200, old.content)
        for header in ("content-type", "content-disposition"):
            assert new.headers[header] == old.headers[header]
    assert (await download(there, partnership.slug, ours.public)).content == MINUTES
    assert (await download(there, partnership.slug, ours.two_versions, token=token)).content == CALENDAR
    assert (await download(there, partnership.slug, ours.two_versions)).status_code == 404
    assert (await download(there, partnership.slug, ours.withdrawn, token=token)).status_code == 404
    assert (await download(there, partnership.slug, ours.erased, token=token)).status_code == 410
    assert await target.read_models(body) == await source.read_models(body)
    assert rows_of(target.settings, body) == rows_of(source.settings, body)
    assert (restored.events, flaws(target.settings, body)) == (len(rows_of(source.settings, body)), [])
    assert own_parts(await target.export(partnership.slug)) == own_parts(content)


async def test_what_is_kept_is_in_the_archive_by_its_hash_and_what_is_erased_is_not(
    client: httpx.AsyncClient, source: Instance, partnership: Partnership, neighbour: Partnership
) -> None:
    ours = await library(client, partnership)
    await attached(client, neighbour, b"%PDF-1.7 of somebody else")

    content = await source.export(partnership.slug)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        bodies = {name: archive.read(name) for name in archive.namelist() if name.startswith("documents/")}
        listed = [
            msgspec.json.decode(line, type=DocumentLine) for line in archive.read("documents.jsonl").splitlines()
        ]
    expected = [MINUTES, b"%PDF-1.7 a draft", CALENDAR, b"%PDF-1.7 withdrawn"]
    assert bodies == {f"documents/{digest(body)}": body for body in expected}
    assert {(str(line.document_id), line.version, line.content.sha256) for line in listed} == {
        (ours.public, 1, digest(MINUTES)),
        (ours.two_versions, 1, digest(b"%PDF-1.7 a draft")),
        (ours.two_versions, 2, digest(CALENDAR)),
        (ours.withdrawn, 1, digest(b"%PDF-1.7 withdrawn")),
    }
    sizes = {line.content.sha256: line.content.size_bytes for line in listed}
    assert sizes == {digest(body): len(body) for body in expected}


Harm = Callable[[bytes], bytes]


def damaged(content: bytes) -> bytes:
    return repacked(content, {STORED: MINUTES.replace(b"meeting", b"Meeting")})


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (damaged, "is not as it was written"),
        (lambda it: repacked(it, {STORED: MINUTES + b"!"}), "is not as it was written"),
        (lambda it: repacked(it, {STORED: MINUTES[:-1]}), "is not as it was written"),
        (
            lambda it: repacked(it, {STORED: b"<html>"}),
            "is not of the type application/pdf",
        ),
        (lambda it: repacked(it, {STORED: None}), "it has no"),
    ],
    ids=["changed", "longer", "shorter", "something else", "missing"],
)
async def test_a_damaged_or_missing_document_is_refused_where_it_is_and_nothing_is_written(
    *,
    client: httpx.AsyncClient,
    source: Instance,
    target: Instance,
    partnership: Partnership,
    harm: Harm,
    said: str,
) -> None:
    document_id = await attached(client, partnership, MINUTES)
    broken = harm(await source.export(partnership.slug))
    before = rows_of(target.settings, COMMONS)

    with pytest.raises(ArchiveBrokenError) as refusal:
        await target.restore(broken)

    assert said in refusal.value.en
    for message in (refusal.value.en, refusal.value.fr):
        assert f"{STORED} (document {document_id}, version 1)" in message
    assert nothing_of(target, partnership.tenant_id)
    assert rows_of(target.settings, COMMONS) == before


async def test_without_the_check_a_damaged_document_would_get_past_the_beginning(
    client: httpx.AsyncClient,
    source: Instance,
    target: Instance,
    partnership: Partnership,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The negative control: the body is registered by then; only the store's own assertion stops what follows."""
    await attached(client, partnership, MINUTES)
    broken = damaged(await source.export(partnership.slug))
    monkeypatch.setattr(documents, "_check_body", lambda *_: None)

    with pytest.raises(AssertionError):
        await target.restore(broken)

    assert await target.write.bodies.resolve(partnership.slug) == partnership.tenant_id


async def test_a_file_that_no_document_names_is_refused(
    client: httpx.AsyncClient, source: Instance, target: Instance, partnership: Partnership
) -> None:
    await attached(client, partnership, MINUTES)
    stowaway = f"documents/{digest(b'%PDF-1.7 x')}"

    with pytest.raises(ArchiveBrokenError, match="is of no document") as refusal:
        await target.restore(repacked(await source.export(partnership.slug), {stowaway: b"%PDF-1.7 x"}))

    assert stowaway in refusal.value.fr
    assert nothing_of(target, partnership.tenant_id)


async def test_a_document_larger_than_is_taken_here_is_refused_and_the_setting_named(
    client: httpx.AsyncClient, source: Instance, target: Instance, partnership: Partnership
) -> None:
    await attached(client, partnership, MINUTES)
    content = await source.export(partnership.slug)

    with pytest.raises(ArchiveError, match="ENTENTE_DOCUMENT_MAX_BYTES"):
        await target.restore(content, bytes_max=len(MINUTES) - 1)
    assert nothing_of(target, partnership.tenant_id)
    await target.restore(content, bytes_max=len(MINUTES))
    assert await target.write.contents.read(partnership.tenant_id, digest(MINUTES)) == MINUTES


async def test_what_an_upload_would_not_take_is_not_taken_from_an_archive(
    client: httpx.AsyncClient, source: Instance, target: Instance, partnership: Partnership
) -> None:
    """Somebody wrote a page into the folder of the source and called it a text."""
    page = b"<!DOCTYPE html><script>alert(1)</script>"
    content = Content(sha256=digest(page), size_bytes=len(page), media_type="text/plain")
    await source.write.contents.put(partnership.tenant_id, content, page)
    data = {
        "document_id": str(uuid.uuid4()),
        "title": {"fr": "Une page", "source": "fr"},
        "content": msgspec.to_builtins(content),
    }
    answer = await order(client, partnership.slug, "AttachDocument", data, token=partnership.token)
    assert answer.status_code == 201

    with pytest.raises(ArchiveBrokenError, match="is not of the type text/plain"):
        await target.restore(await source.export(partnership.slug))

    assert nothing_of(target, partnership.tenant_id)


@pytest.mark.parametrize("harm", ["damaged", "lost"])
async def test_an_export_does_not_pass_over_a_document_that_the_instance_lost(
    client: httpx.AsyncClient, source: Instance, partnership: Partnership, harm: str
) -> None:
    document_id = await attached(client, partnership, MINUTES)
    (path,) = (source.documents.directory / str(partnership.tenant_id)).rglob(digest(MINUTES))
    if harm == "lost":
        path.unlink()
    else:
        path.write_bytes(MINUTES + b"!")

    with pytest.raises(ContentMissingError) as refusal:
        await source.export(partnership.slug)

    assert f"{digest(MINUTES)}, document {document_id}, version 1" in refusal.value.en
    data = {"document_id": document_id, "ground": "retention"}
    await order(client, partnership.slug, "EraseDocument", data, token=partnership.token)
    assert (
        f"documents/{digest(MINUTES)}"
        not in zipfile.ZipFile(io.BytesIO(await source.export(partnership.slug))).namelist()
    )


async def test_restoring_again_puts_back_a_lost_document_and_no_destroyed_key(
    client: httpx.AsyncClient, source: Instance, target: Instance, partnership: Partnership
) -> None:
    """Long after, when the outcome of the registration is forgotten too."""
    document_id = await attached(client, partnership, MINUTES)
    person = str(uuid.uuid4())
    withdrawal = {"document_id": document_id, "reason": {"subject": person, "text": "Une personne y est nommée."}}
    await order(client, partnership.slug, "WithdrawDocument", withdrawal, token=partnership.token)
    content = await source.export(partnership.slug)
    await target.restore(content)
    assert await target.write.vault.erase(partnership.tenant_id, PersonId(uuid.UUID(person)))
    assert await target.write.contents.erase(partnership.tenant_id, digest(MINUTES))
    with psycopg.connect(target.settings.admin_dsn) as connection:
        connection.execute("DELETE FROM log.ledger WHERE tenant_id = %s", [COMMONS])
    before = rows_of(target.settings, COMMONS)

    again = await target.restore(content)

    assert again.known
    assert await target.write.contents.read(partnership.tenant_id, digest(MINUTES)) == MINUTES
    assert not await target.write.vault.erase(partnership.tenant_id, PersonId(uuid.UUID(person)))
    assert rows_of(target.settings, COMMONS) == before


def nothing_of(target: Instance, tenant_id: TenantId) -> bool:
    """Neither a log nor a file of the body."""
    return not rows_of(target.settings, tenant_id) and not (target.documents.directory / str(tenant_id)).exists()

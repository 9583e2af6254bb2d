"""Documents over HTTP: uploaded, attached, read by those who may, erased with the hash kept."""

import asyncio
import hashlib
import uuid
from typing import Any

import httpx
import pytest

from domain.document import DOCUMENT
from domain.ids import StreamId
from infra.documents.files import FileContents
from infra.settings import Settings
from services.api import documents as routes
from services.bootstrap import WriteSide
from tests.integration.services.asking import order
from tests.integration.services.conftest import DOCUMENT_MAX_BYTES, Partnership
from tests.integration.working import worker

PDF = b"%PDF-1.7 the minutes of a meeting"
SHA256 = hashlib.sha256(PDF).hexdigest()


async def upload(
    client: httpx.AsyncClient,
    slug: str,
    body: bytes = PDF,
    *,
    token: str | None,
    media_type: str = "application/pdf",
    encoding: str = "identity",
) -> httpx.Response:
    sent = {"content-type": media_type, "content-encoding": encoding}
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    return await client.post(f"/api/v1/partnerships/{slug}/documents", content=body, headers=sent)


async def download(
    client: httpx.AsyncClient, slug: str, document_id: str, *, token: str | None = None, version: str | None = None
) -> httpx.Response:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    params = {} if version is None else {"version": version}
    return await client.get(f"/api/v1/partnerships/{slug}/documents/{document_id}", headers=headers, params=params)


async def attached(
    client: httpx.AsyncClient, of: Partnership, body: bytes = PDF, *, audience: str = "tenant"
) -> str:
    content = (await upload(client, of.slug, body, token=of.token)).json()
    document_id = str(uuid.uuid4())
    data = {
        "document_id": document_id,
        "title": {"fr": "Procès-verbal", "source": "fr"},
        "content": content,
        "language": "fr",
        "audience": audience,
    }
    answer = await order(client, of.slug, "AttachDocument", data, token=of.token)
    assert answer.status_code == 201, answer.text
    return document_id


async def test_a_document_is_uploaded_attached_and_downloaded_as_a_file(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    sent = await upload(client, partnership.slug, token=partnership.token)
    assert (sent.status_code, sent.json()) == (
        201,
        {"sha256": SHA256, "size_bytes": len(PDF), "media_type": "application/pdf"},
    )
    document_id = await attached(client, partnership)

    got = await download(client, partnership.slug, document_id, token=partnership.token)

    assert (got.status_code, got.content) == (200, PDF)
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == f'attachment; filename="{document_id[:8]}-v1.pdf"'
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert got.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"<!DOCTYPE html><script>alert(1)</script>", "text/html"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"MZ\x90", "application/pdf"),
        (b"", "application/pdf"),
    ],
)
async def test_what_is_no_document_is_not_taken(
    client: httpx.AsyncClient, partnership: Partnership, body: bytes, media_type: str
) -> None:
    answer = await upload(client, partnership.slug, body, token=partnership.token, media_type=media_type)

    assert (answer.status_code, answer.json()["code"]) == (415, "content_type")


async def test_a_document_is_as_large_as_the_settings_say_and_no_larger(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    fits = b"%PDF-" + b"x" * (DOCUMENT_MAX_BYTES - 5)

    assert (await upload(client, partnership.slug, fits, token=partnership.token)).status_code == 201
    answer = await upload(client, partnership.slug, fits + b"x", token=partnership.token)
    assert answer.status_code == 413


async def test_an_upload_needs_a_token_that_may_attach(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership, write: WriteSide
) -> None:
    person = await write.vault.pseudonym(partnership.tenant_id, uuid.uuid4())
    member = await write.tokens.create(partnership.tenant_id, "member", person, "a member")

    assert (await upload(client, partnership.slug, token=None)).status_code == 401
    assert (await upload(client, partnership.slug, token=member)).status_code == 403
    assert (await upload(client, partnership.slug, token=neighbour.token)).status_code == 404
    packed = await upload(client, partnership.slug, token=partnership.token, encoding="gzip")
    assert packed.status_code == 415


async def test_a_content_that_was_never_uploaded_here_is_not_attached(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership
) -> None:
    content = (await upload(client, neighbour.slug, token=neighbour.token)).json()
    data = {"document_id": str(uuid.uuid4()), "title": {"fr": "Copie", "source": "fr"}, "content": content}

    answer = await order(client, partnership.slug, "AttachDocument", data, token=partnership.token)
    assert (answer.status_code, answer.json()["code"]) == (422, "content_unknown")
    await upload(client, partnership.slug, token=partnership.token)
    lies = data | {"content": content | {"size_bytes": 3}}
    answer = await order(client, partnership.slug, "AttachDocument", lies, token=partnership.token)
    assert (answer.status_code, answer.json()["code"]) == (422, "content_unknown")


async def _everybody(
    client: httpx.AsyncClient, ours: Partnership, theirs: Partnership, document_id: str
) -> list[int]:
    """What a member, a neighbour and the public get of a document of ours, and a member asking at theirs."""
    answers = [
        await download(client, ours.slug, document_id, token=ours.token),
        await download(client, ours.slug, document_id, token=theirs.token),
        await download(client, ours.slug, document_id),
        await download(client, theirs.slug, document_id, token=ours.token),
    ]
    return [answer.status_code for answer in answers]


async def test_who_may_download_what_and_the_rest_is_as_if_it_were_not_there(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership
) -> None:
    own = await attached(client, partnership, b"%PDF-1.7 ours")
    shared = await attached(client, partnership, b"%PDF-1.7 for funders", audience="funders")
    public = await attached(client, partnership, b"%PDF-1.7 public", audience="public")
    await attached(client, neighbour, b"%PDF-1.7 ours")  # the same bytes, in another log

    assert await _everybody(client, partnership, neighbour, own) == [200, 404, 404, 404]
    assert await _everybody(client, partnership, neighbour, shared) == [200, 404, 404, 404]
    assert await _everybody(client, partnership, neighbour, public) == [200, 200, 200, 404]
    hidden = await download(client, partnership.slug, own)
    nothing = await download(client, partnership.slug, str(uuid.uuid4()))
    same = ("status", "code", "title", "detail", "facts")
    assert [hidden.json()[name] for name in same] == [nothing.json()[name] for name in same]
    for odd in ("not-an-id", "0"):
        assert (await download(client, partnership.slug, odd, token=partnership.token)).status_code == 404
    for version in ("0", "2", "x", "999999"):
        answer = await download(client, partnership.slug, own, token=partnership.token, version=version)
        assert answer.status_code == 404


async def test_without_the_look_at_the_audience_the_neighbour_would_read_it(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the one function that the test above relies on, taken away."""
    own = await attached(client, partnership, b"%PDF-1.7 ours alone")
    monkeypatch.setattr(routes, "visible", lambda *_: True)

    assert await _everybody(client, partnership, neighbour, own) == [200, 200, 200, 404]


async def test_drafts_are_for_those_who_write_them(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide
) -> None:
    draft = await attached(client, partnership, b"%PDF-1.7 a draft", audience="draft")
    person = await write.vault.pseudonym(partnership.tenant_id, uuid.uuid4())
    member = await write.tokens.create(partnership.tenant_id, "member", person, "a member")

    assert (await download(client, partnership.slug, draft, token=partnership.token)).status_code == 200
    assert (await download(client, partnership.slug, draft, token=member)).status_code == 404


async def test_versions_are_read_by_number_and_a_withdrawn_document_not_at_all(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    document_id = await attached(client, partnership)
    second = (await upload(client, partnership.slug, b"%PDF-1.7 second", token=partnership.token)).json()
    data: dict[str, Any] = {"document_id": document_id, "content": second}
    await order(client, partnership.slug, "AddDocumentVersion", data, token=partnership.token)

    async def got(version: str | None) -> httpx.Response:
        return await download(client, partnership.slug, document_id, token=partnership.token, version=version)

    assert [(await got(number)).content for number in (None, "1", "2")] == [
        b"%PDF-1.7 second",
        PDF,
        b"%PDF-1.7 second",
    ]
    await order(
        client, partnership.slug, "WithdrawDocument", {"document_id": document_id}, token=partnership.token
    )
    assert (await got("1")).status_code == 404


@pytest.mark.parametrize("harm", ["damaged", "lost"])
async def test_a_content_that_is_not_what_it_was_is_not_served(
    client: httpx.AsyncClient, partnership: Partnership, settings: Settings, harm: str
) -> None:
    document_id = await attached(client, partnership)
    (path,) = (settings.documents.directory / str(partnership.tenant_id)).rglob(SHA256)
    if harm == "lost":
        path.unlink()
    else:
        path.chmod(0o600)
        path.write_bytes(PDF + b"!")

    answer = await download(client, partnership.slug, document_id, token=partnership.token)

    assert (answer.status_code, answer.json()["code"]) == (503, "content_lost")
    assert answer.json()["facts"] == {"sha256": SHA256}


async def test_an_erased_content_is_gone_at_once_and_its_file_as_soon_as_a_worker_runs(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide, settings: Settings
) -> None:
    document_id = await attached(client, partnership, audience="public")
    files = FileContents(settings.documents.directory)
    data = {"document_id": document_id, "ground": "personal_data"}

    answer = await order(client, partnership.slug, "EraseDocument", data, token=partnership.token)
    gone = await download(client, partnership.slug, document_id)

    assert answer.status_code == 201
    assert (gone.status_code, gone.json()["code"]) == (410, "content_erased")
    assert gone.json()["facts"] == {"sha256": SHA256}
    assert await files.read(partnership.tenant_id, SHA256) == PDF  # nobody has worked yet
    async with worker(settings.database, files), asyncio.timeout(120):
        while await files.read(partnership.tenant_id, SHA256) is not None:  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.05)
    document = (await write.store.load(partnership.tenant_id, DOCUMENT, StreamId(uuid.UUID(document_id)))).state
    assert [(version.content.sha256, version.erased) for version in document.versions] == [(SHA256, True)]
    again = await upload(client, partnership.slug, token=partnership.token)
    more = {"document_id": str(uuid.uuid4()), "title": {"fr": "Encore", "source": "fr"}, "content": again.json()}
    answer = await order(client, partnership.slug, "AttachDocument", more, token=partnership.token)
    assert (answer.status_code, answer.json()["code"]) == (409, "claim_taken")

"""The bytes of documents, in and out. What a document is, the orders of its area say."""

from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.audience import Audience, seen_inside, seen_outside
from domain.document import DOCUMENT, Document, MediaType
from domain.ids import StreamId, TenantId
from domain.ports import ContentDamagedError
from infra.access.tokens import Bearer
from infra.documents.content_check import ContentTypeError, checked
from infra.settings import DocumentSettings
from services.api.admitting import admitted
from services.api.requesters import reader
from services.bootstrap import WriteSide
from services.refusals.documents import (
    ContentErasedError,
    ContentLostError,
    ContentTypeRefusedError,
    DocumentUnknownError,
    UploadTooLargeError,
)
from services.refusals.rights import BodyUnknownError
from services.shares import share_of, within

UPLOAD_PATH: Final = "/api/v1/partnerships/{slug:str}/documents"
DOWNLOAD_PATH: Final = "/api/v1/partnerships/{slug:str}/documents/{document_id:str}"
EXTENSIONS: Final[dict[MediaType, str]] = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "image/png": "png",
    "image/jpeg": "jpg",
    "text/plain": "txt",
    "text/csv": "csv",
}
_NUMBER_DIGITS_MAX: Final = 5

AnyRequest = Request[Any, Any, Any]
_log = structlog.get_logger()


class ContentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A content that was received and checked: name it in AttachDocument or AddDocumentVersion."""

    sha256: str
    """SHA-256 of the bytes, in hexadecimal."""
    size_bytes: int
    media_type: str


def document_routes(settings: DocumentSettings) -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""

    @post(UPLOAD_PATH, status_code=201, request_max_body_size=settings.bytes_max)
    async def upload(request: AnyRequest) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        tenant_id = admitted(request).tenant_id
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise ContentTypeRefusedError
        body = await _received(request, settings.bytes_max)
        declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            content = checked(body, declared)
        except ContentTypeError as error:
            raise ContentTypeRefusedError from error
        await write.allowances.store(write.contents, tenant_id, content, body)
        answer = ContentAnswer(sha256=content.sha256, size_bytes=content.size_bytes, media_type=content.media_type)
        return Response(
            msgspec.json.encode(answer),
            status_code=201,
            media_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    @get(DOWNLOAD_PATH)
    async def download(request: AnyRequest, slug: FromPath[str], document_id: FromPath[str]) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        tenant_id, document = await _readable(request, write, slug, document_id)
        number = _number(request.query_params.get("version"), document)
        version = document.versions[number - 1]
        if version.erased:
            raise ContentErasedError(sha256=version.content.sha256)
        body = await _content(write, tenant_id, version.content.sha256)
        name = f"{document_id[:8]}-v{number}.{EXTENSIONS[version.content.media_type]}"
        return Response(
            body,
            media_type=version.content.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
                "Cache-Control": "private, no-store",  # a content may be erased
            },
        )

    return [upload, download]


def visible(audience: Audience, role: str | None) -> bool:
    """Whether a member in a role (None: somebody who is no member) may download what has this audience.

    The same as the read API says: funders read figures, not documents, until they can be told apart as people.
    """
    seen = seen_outside(granted=False, national=False) if role is None else seen_inside(role)
    return audience in seen


async def _received(request: AnyRequest, bytes_max: int) -> bytes:
    received = bytearray()
    async for part in request.stream():
        received += part
        if len(received) > bytes_max:
            raise UploadTooLargeError(bytes_max=bytes_max)
    return bytes(received)


async def _readable(
    request: AnyRequest, write: WriteSide, slug: str, document_id: str
) -> tuple[TenantId, Document]:
    """The document, if the reader may see it. Hidden, withdrawn and unknown ones are answered alike."""
    bearer = await reader(request.scope, write)
    tenant_id = await write.bodies.resolve(slug)
    if tenant_id is None:
        raise BodyUnknownError(slug=slug[:60])
    member = bearer is not None and bearer.tenant_id == tenant_id
    try:
        stream_id = StreamId(UUID(document_id))
    except ValueError as error:
        raise DocumentUnknownError from error
    document = (await write.store.load(tenant_id, DOCUMENT, stream_id)).state
    role = bearer.role if member and bearer is not None else None
    if document.audience is None or document.withdrawn:
        raise DocumentUnknownError
    if not visible(document.audience, role) and not await _is_theirs(write, bearer, tenant_id, document):
        raise DocumentUnknownError
    return tenant_id, document


async def _is_theirs(write: WriteSide, bearer: Bearer | None, tenant_id: TenantId, document: Document) -> bool:
    """Whether the reader is there for an organisation, and the document belongs to what is that one's."""
    if bearer is None or bearer.tenant_id != tenant_id:
        return False
    share = await share_of(write, bearer)
    return share is not None and await within(write, tenant_id, share, document.subject)


async def _content(write: WriteSide, tenant_id: TenantId, sha256: str) -> bytes:
    """The bytes that the log says are kept.

    Raises:
        ContentLostError: they are not there, or have another hash.
    """
    try:
        body = await write.contents.read(tenant_id, sha256)
    except ContentDamagedError as error:
        _log.error("document.damaged", sha256=sha256)
        raise ContentLostError(sha256=sha256) from error
    if body is None:
        _log.error("document.lost", sha256=sha256)
        raise ContentLostError(sha256=sha256)
    return body


def _number(given: str | None, document: Document) -> int:
    if given is None:
        return len(document.versions)
    if not (given.isascii() and given.isdigit() and len(given) <= _NUMBER_DIGITS_MAX):
        raise DocumentUnknownError
    number = int(given)
    if not 1 <= number <= len(document.versions):
        raise DocumentUnknownError
    return number

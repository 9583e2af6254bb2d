"""Documents and their versions: what is known of the bytes, which are elsewhere."""

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.document import (
    Content,
    DocumentAttached,
    DocumentErased,
    DocumentVersionAdded,
    DocumentWithdrawn,
    Subject,
)
from domain.ids import TenantId
from domain.values import Language, LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import localized_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, text_of
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    code,
    flag,
    key_number,
    localized,
    number,
    position,
    shape,
    uuid,
)

DOCUMENT: Final[Table] = bitemporal(
    "rm",
    "document",
    [
        *localized("title"),
        code("subject_stream", nullable=True),
        uuid("subject_id"),
        number("version_number"),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`status` is attached or withdrawn. `version_number` is the version that a download gives."""

DOCUMENT_VERSION: Final[Table] = bitemporal(
    "rm",
    "document_version",
    [
        code("language", nullable=True),
        code("sha256"),
        position("size_bytes"),
        code("media_type"),
        flag("erased"),
        flag("sample"),
    ],
    sub=[key_number("number")],
    extra=[audience()],
)
"""`erased`: the bytes are gone, the hash is what is left. `language` is null for several, or none."""

TABLES: Final = (DOCUMENT, DOCUMENT_VERSION)


_DOCUMENT: Final = Form(DOCUMENT)
_VERSION: Final = Form(DOCUMENT_VERSION)
_AUDIENCE: Final = _DOCUMENT.column("audience")
_VERSION_AUDIENCE: Final = _VERSION.column("audience")
_ATTACHED: Final = _DOCUMENT.group(*(name for name in shape(DOCUMENT).facts if name != "sample"))
_NUMBER: Final = _DOCUMENT.group("version_number")
_STATUS: Final = _DOCUMENT.group("status")
_KEPT: Final = _VERSION.group(*(name for name in shape(DOCUMENT_VERSION).facts if name != "sample"))
_ERASED: Final = _VERSION.group("erased")


def _attached(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, DocumentAttached)
    subject = payload.subject
    values = (
        *localized_values(payload.title),
        None if subject is None else subject.stream,
        None if subject is None else subject.id,
        1,
        "attached",
    )
    segments = work.timelines(DOCUMENT).of(seen.stream_id)
    note(segments, seen, _ATTACHED, values, [(_AUDIENCE, payload.audience.value)])
    _keep(work, seen, 1, payload.language, payload.content)


def _version_added(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, DocumentVersionAdded)
    note(work.timelines(DOCUMENT).of(seen.stream_id), seen, _NUMBER, (payload.number,))
    _keep(work, seen, payload.number, payload.language, payload.content)


def _keep(work: Work, seen: Seen, number_: int, language: Language | None, content: Content) -> None:
    """A version is seen by those who see the document."""
    document = work.timelines(DOCUMENT).of(seen.stream_id).rows[0]
    values = (language, content.sha256, content.size_bytes, content.media_type, False)
    segments = work.timelines(DOCUMENT_VERSION).of(seen.stream_id, (number_,))
    note(segments, seen, _KEPT, values, [(_VERSION_AUDIENCE, document[_AUDIENCE])])


def _withdrawn(work: Work, seen: Seen) -> None:
    note(work.timelines(DOCUMENT).of(seen.stream_id), seen, _STATUS, ("withdrawn",))


def _erased(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, DocumentErased)
    document = work.timelines(DOCUMENT).of(seen.stream_id).rows[0]
    extra = [(_VERSION_AUDIENCE, document[_AUDIENCE])]
    for number_ in payload.numbers:
        segments = work.timelines(DOCUMENT_VERSION).of(seen.stream_id, (number_,))
        note(segments, seen, _ERASED, (True,), extra)


DOCUMENTS: Final = Projection(
    "document",
    TABLES,
    {
        DocumentAttached: _attached,
        DocumentVersionAdded: _version_added,
        DocumentWithdrawn: _withdrawn,
        DocumentErased: _erased,
    },
    events.ALL - events.DOCUMENT,
)


class DocumentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it stood."""

    document_id: UUID
    title: LocalizedText
    subject: Subject | None
    version_number: int
    status: str
    sample: bool
    audience: str


class DocumentVersionRow(msgspec.Struct, frozen=True, kw_only=True):
    document_id: UUID
    number: int
    language: Language | None
    content: Content
    erased: bool
    sample: bool


def documents(tenant_id: TenantId, as_of: AsOf) -> Query[DocumentRow]:
    """The documents of a body, withdrawn ones too."""
    columns = DOCUMENT.c
    statement = (
        select(*fact_columns(DOCUMENT))
        .where(columns.tenant_id == tenant_id, *holds(DOCUMENT, as_of))
        .order_by(columns.entity_id)
    )
    return Query(statement, _document)


def document_versions(tenant_id: TenantId, as_of: AsOf) -> Query[DocumentVersionRow]:
    """The versions of all documents of a body, each document's in the order of their numbers."""
    columns = DOCUMENT_VERSION.c
    statement = (
        select(*fact_columns(DOCUMENT_VERSION))
        .where(columns.tenant_id == tenant_id, *holds(DOCUMENT_VERSION, as_of))
        .order_by(columns.entity_id, columns.number)
    )
    return Query(statement, _version)


def _document(row: Columns) -> DocumentRow:
    stream = row["subject_stream"]
    return DocumentRow(
        document_id=row["entity_id"],
        title=text_of(row, "title"),
        subject=None if stream is None else Subject(stream=stream, id=row["subject_id"]),
        version_number=row["version_number"],
        status=row["status"],
        sample=row["sample"],
        audience=row["audience"],
    )


def _version(row: Columns) -> DocumentVersionRow:
    content = Content(sha256=row["sha256"], size_bytes=row["size_bytes"], media_type=row["media_type"])
    return DocumentVersionRow(
        document_id=row["entity_id"],
        number=row["number"],
        language=row["language"],
        content=content,
        erased=row["erased"],
        sample=row["sample"],
    )

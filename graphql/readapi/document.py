"""Documents and their versions; the bytes are downloaded, not read here."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.document import DOCUMENT, DOCUMENT_VERSION
from readapi import columns
from readapi.asof import held
from readapi.codes import DocumentStatus, Language
from readapi.columns import backed, column, reads
from readapi.fields import sized
from readapi.paging import Listing
from readapi.reading import Info, Place, Reading, in_any
from readapi.scalars import BigInt
from readapi.text import LocalizedText

_D, _V = DOCUMENT.c, DOCUMENT_VERSION.c
VERSIONS = 20
"""Counted for the versions of a document, which are few and not paged."""


@backed(DOCUMENT_VERSION)
@strawberry.type(description="One content of a document, by its hash.")
class DocumentVersion:
    number: BigInt = column(_V.number, "Its number, counted from 1: `version` of the download.")
    language: Language | None = column(_V.language, "The language it is in; null for several, or none.")
    sha256: str = column(_V.sha256, "SHA-256 of its bytes, in hexadecimal. It stays when they are erased.")
    size_bytes: BigInt = column(_V.size_bytes, "How many bytes it has, or had.")
    media_type: str = column(_V.media_type, "What it is, checked by its bytes, such as `application/pdf`.")
    erased: bool = column(_V.erased, "Whether the bytes were removed for good.")
    sample: bool = column(_V.sample, "Whether it is sample data.")


@backed(DOCUMENT)
@strawberry.type(
    description="A document. Download it at `/api/v1/partnerships/{slug}/documents/{id}`, if it is not withdrawn."
)
class Document:
    id: UUID = column(_D.entity_id, "Its permanent id.")
    title: LocalizedText | None = column(columns.localized(DOCUMENT, "title"), "Its title.")
    subject_kind: str | None = column(_D.subject_stream, "The kind of record it belongs to, such as `plan`.")
    subject_id: UUID | None = column(_D.subject_id, "The record it belongs to, in the body's own log.")
    version_number: int = column(_D.version_number, "The number of the version that held on the day.")
    status: DocumentStatus = column(_D.status, "Whether it was withdrawn.")
    sample: bool = column(_D.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]

    @sized(VERSIONS, "Its versions, in the order of their numbers.")
    async def versions(self, info: Info) -> list[DocumentVersion]:
        return await info.context.loader(_load_versions).load(_DocumentKey(self.place, self.id))


@dataclass(frozen=True, slots=True)
class _DocumentKey:
    place: Place
    document_id: UUID


async def _load_versions(reading: Reading, keys: list[_DocumentKey]) -> Sequence[list[DocumentVersion]]:
    reader = reads(DocumentVersion)
    found: dict[_DocumentKey, list[DocumentVersion]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        statement = (
            reader.select(_V.entity_id)
            .where(
                _V.tenant_id == place.body,
                in_any(_V.entity_id, [key.document_id for key in found if key.place == place]),
                *held(DOCUMENT_VERSION, place.clock),
                reading.visible(DOCUMENT_VERSION, place.scope),
            )
            .order_by(_V.entity_id, _V.number)
        )
        for row in await reading.rows(place.scope, statement):
            found[_DocumentKey(place, row[-1])].append(reader.make(row))
    return [found[key] for key in keys]


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    conditions = held(DOCUMENT, place.clock)
    if arguments is not None:
        conditions.append(_D.subject_id == arguments)
    return conditions


DOCUMENTS: Listing[Document] = Listing("documents", reads(Document), (_D.entity_id,), _where)

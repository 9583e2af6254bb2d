"""The contents of documents in an archive: those that its log says are kept, no fewer and no more."""

from uuid import UUID

from domain.document import DOCUMENT, Content, Document
from domain.event import Recorded, decode
from domain.ids import TenantId
from domain.ports import ContentDamagedError, ContentStore, Row
from infra.documents.content_check import ContentTypeError, checked
from services.archive.form import (
    DOCUMENTS,
    ArchiveBrokenError,
    ArchiveError,
    ContentMissingError,
    DocumentLine,
    content_name,
)
from services.archive.reading import Reader
from services.archive.writing import Writer

_EVENTS = f"{DOCUMENT.prefix}."
_PLAIN = ("text/plain", "text/csv")


class KeptContents:
    """Learns from the events of a log, as they come by, which contents it says are kept."""

    def __init__(self) -> None:
        self._documents: dict[UUID, Document] = {}

    def add(self, row: Row) -> None:
        """The next event of the log."""
        if not row.type.startswith(_EVENTS):
            return
        envelope, payload = decode(row.state)
        recorded = Recorded(
            payload=payload,
            envelope=envelope,
            tenant_id=row.tenant_id,
            originator_id=row.stream_id,
            originator_version=row.version,
            position=row.position,
            recorded_at=row.recorded_at,
        )
        state = self._documents.get(row.stream_id, DOCUMENT.initial)
        self._documents[row.stream_id] = DOCUMENT.evolve(state, recorded)

    def lines(self) -> list[DocumentLine]:
        """The versions that are not erased, of withdrawn documents too, by document and number."""
        return [
            DocumentLine(document_id=document_id, version=number, content=version.content)
            for document_id, document in sorted(self._documents.items())
            for number, version in enumerate(document.versions, start=1)
            if not version.erased
        ]


async def add_documents(
    writer: Writer, contents: ContentStore, tenant_id: TenantId, lines: list[DocumentLine]
) -> None:
    """Write the contents of a body into its archive, one after the other.

    Raises:
        ContentMissingError: one is lost or damaged here.
    """
    writer.lines(DOCUMENTS, lines)
    for line in _by_content(lines).values():
        try:
            body = await contents.read(tenant_id, line.content.sha256)
        except ContentDamagedError as error:
            raise _missing(line) from error
        if body is None:
            raise _missing(line)
        writer.content(line.content.sha256, body, packed=line.content.media_type not in _PLAIN)


def check_documents(archive: Reader, kept: list[DocumentLine], bytes_max: int) -> list[Content]:
    """The contents that an archive brings, each found to be what the log says, as an upload is.

    Raises:
        ArchiveBrokenError: one is missing, is another, or is none that the log says is kept.
        ArchiveError: one is larger than is taken here.
    """
    if list(archive.lines(DOCUMENTS, DocumentLine)) != kept:
        raise ArchiveBrokenError(
            f"{DOCUMENTS} does not list the documents that the log says are kept",
            f"{DOCUMENTS} n’énumère pas les documents que le registre dit conservés",
        )
    by_content = _by_content(kept)
    brought = archive.contents()
    unknown = brought - by_content.keys()
    if unknown:
        name = content_name(min(unknown))
        raise ArchiveBrokenError(
            f"{name} is of no document that the log says is kept",
            f"{name} n’appartient à aucun document que le registre dit conservé",
        )
    for sha256, line in by_content.items():
        where = _place(line)
        if sha256 not in brought:
            raise ArchiveBrokenError(f"it has no {where}", f"il y manque {where}")
        if line.content.size_bytes > bytes_max:
            raise ArchiveError(
                f"{where} has {line.content.size_bytes} bytes, and at most {bytes_max} are taken here: raise "
                "ENTENTE_DOCUMENT_MAX_BYTES",
                f"{where} compte {line.content.size_bytes} octets, et la limite est ici de {bytes_max} : "
                "augmentez ENTENTE_DOCUMENT_MAX_BYTES",
            )
        _check_body(archive, line)
    return [line.content for line in by_content.values()]


async def keep_documents(
    archive: Reader, contents: ContentStore, tenant_id: TenantId, brought: list[Content]
) -> None:
    """Keep contents that were checked before; those that are here already stay as they are."""
    for content in brought:
        await contents.put(tenant_id, content, archive.content(content))


def _check_body(archive: Reader, line: DocumentLine) -> None:
    where = _place(line)
    try:
        found = checked(archive.content(line.content), line.content.media_type)
    except ContentTypeError as error:
        raise ArchiveBrokenError(
            f"{where} is not of the type {line.content.media_type}",
            f"{where} n’est pas du type {line.content.media_type}",
        ) from error
    if found != line.content:
        raise ArchiveBrokenError(f"{where} is not as it was written", f"{where} n’est pas tel qu’il a été écrit")


def _by_content(lines: list[DocumentLine]) -> dict[str, DocumentLine]:
    """Each content once, with the first version that names it."""
    return {line.content.sha256: line for line in reversed(lines)}


def _place(line: DocumentLine) -> str:
    """The same in both languages."""
    return f"{content_name(line.content.sha256)} (document {line.document_id}, version {line.version})"


def _missing(line: DocumentLine) -> ContentMissingError:
    where = f"{line.content.sha256}, document {line.document_id}, version {line.version}"
    return ContentMissingError(
        f"a content is missing or damaged here ({where}): restore it from a backup, or record that it is erased",
        f"un contenu est ici perdu ou endommagé ({where}) : rétablissez-le à partir d’une sauvegarde, ou "
        "inscrivez son effacement",
    )

"""Documents: kept outside the logs by the hash of their content. A log holds the hash, never the bytes.

An erased content is gone for good, and the hash stays: whoever has a copy can be shown to have that very one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from domain.agreement import OWNERS
from domain.audience import Audience
from domain.case import Case, Need, Reads
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import DocumentId, StreamId
from domain.jobs import JobRow
from domain.stream import STREAMS, Command, Decided, State, Stream
from domain.values import Language, LocalizedText, SealedText

ERASE_CONTENT = "erase_content"
"""The job that removes the bytes; the worker has an actor of this name."""
DOCUMENTS_QUEUE = "documents"

MediaType = Literal[
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "image/png",
    "image/jpeg",
    "text/plain",
    "text/csv",
]
"""What is accepted. Nothing here runs in a browser: HTML and SVG are absent on purpose."""
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
ErasureGround = Literal["personal_data", "rights", "retention", "attached_in_error"]


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What tells one content from every other; it must have been uploaded before it is named."""

    sha256: Sha256
    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=2**40)]
    media_type: MediaType


class Subject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record that a document belongs to, in the same log."""

    stream: Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{1,40}$(?!\n)")]
    """Its kind, such as `plan`."""
    id: UUID


# --- events -------------------------------------------------------------------------------------------------


@event("document.Attached", lifecycle=True)
class DocumentAttached(Event, frozen=True, kw_only=True):
    """Version 1."""

    title: LocalizedText
    language: Language | None
    """None: several, or none."""
    content: Content
    subject: Subject | None
    audience: Audience


@event("document.VersionAdded", lifecycle=True)
class DocumentVersionAdded(Event, frozen=True, kw_only=True):
    """Version n replaces the one before; that one stays readable by its number."""

    number: int
    language: Language | None
    content: Content


@event("document.Withdrawn", lifecycle=True)
class DocumentWithdrawn(Event, frozen=True, kw_only=True):
    """Nobody downloads it any more; the bytes are still kept."""

    reason: SealedText | None


@event("document.Erased")
class DocumentErased(Event, frozen=True, kw_only=True):
    """The bytes of these versions are removed for good; their hashes stay in the log."""

    numbers: tuple[int, ...]
    ground: ErasureGround


# --- commands -----------------------------------------------------------------------------------------------


class AttachDocument(Command, frozen=True, kw_only=True):
    """Keep a document whose content has been uploaded."""

    document_id: DocumentId
    title: LocalizedText
    content: Content
    language: Language | None = None
    subject: Subject | None = None
    audience: Audience = Audience.TENANT


class AddDocumentVersion(Command, frozen=True, kw_only=True):
    """Replace the content; the versions before stay readable by their numbers."""

    document_id: DocumentId
    content: Content
    language: Language | None = None


class WithdrawDocument(Command, frozen=True, kw_only=True):
    """Keep everybody from downloading it, without removing its bytes."""

    document_id: DocumentId
    reason: SealedText | None = None


class EraseDocument(Command, frozen=True, kw_only=True):
    """Remove the bytes of one version, or of all, for good. The hash stays."""

    document_id: DocumentId
    ground: ErasureGround
    number: Annotated[int, msgspec.Meta(ge=1, le=10_000)] | None = None


# --- rules --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class DocumentSubjectError(Refusal):
    stream: str
    code = "document_subject"
    en = "There are no records of the kind “{stream}” that a document could belong to."
    fr = "Aucun genre d’enregistrement « {stream} » ne peut porter un document."


@dataclass(eq=False)
class DocumentWithdrawnError(Refusal):
    code = "document_withdrawn"
    en = "This document was withdrawn."
    fr = "Ce document a été retiré."


@dataclass(eq=False)
class ContentRepeatsError(Refusal):
    number: int
    code = "content_repeats"
    kind = "conflict"
    en = "Version {number} of this document had this content before; a content comes back under a new document."
    fr = "La version {number} de ce document a déjà eu ce contenu; rattachez-le plutôt à un nouveau document."


@dataclass(eq=False)
class DocumentVersionMissingError(Refusal):
    number: int
    code = "document_version_missing"
    kind = "not_found"
    en = "This document has no version {number}."
    fr = "Ce document n’a pas de version {number}."


class Version(msgspec.Struct, frozen=True, kw_only=True):
    content: Content
    erased: bool = False


class Document(State, frozen=True, kw_only=True):
    versions: tuple[Version, ...] = ()
    """The first is version 1."""
    audience: Audience | None = None
    withdrawn: bool = False
    subject: Subject | None = None


def evolve(document: Document, recorded: Recorded) -> Document:
    replace = msgspec.structs.replace
    match recorded.payload:
        case DocumentAttached(content=content, audience=audience, subject=subject):
            return replace(document, versions=(Version(content=content),), audience=audience, subject=subject)
        case DocumentVersionAdded(content=content):
            return replace(document, versions=(*document.versions, Version(content=content)))
        case DocumentWithdrawn():
            return replace(document, withdrawn=True)
        case DocumentErased(numbers=numbers):
            versions = tuple(
                replace(version, erased=True) if number in numbers else version
                for number, version in enumerate(document.versions, start=1)
            )
            return replace(document, versions=versions)
    return document


DOCUMENT = Stream("document", Document(), evolve, schema=2)


def _needs(document: Document, command: AttachDocument, reads: Reads) -> Iterator[Need]:  # noqa: ARG001 - a new one
    subject = command.subject
    if subject is not None and subject.stream in STREAMS:
        yield Need(STREAMS[subject.stream], StreamId(subject.id))


@DOCUMENT.handles("document_id", creates=True, owners=OWNERS, needs=_needs)
def attach(document: Document, command: AttachDocument, case: Case) -> Decided:  # noqa: ARG001 - no past
    """Keep the document. A content belongs to one document of a log, so that erasing it erases it everywhere.

    Raises:
        DocumentSubjectError: no records of that kind exist.
        StreamMissingError: the record that it is to belong to is not there.
    """
    subject = command.subject
    if subject is not None:
        stream = STREAMS.get(subject.stream)
        if stream is None:
            raise DocumentSubjectError(stream=subject.stream)
        case.state(stream, StreamId(subject.id))
    attached = DocumentAttached(
        title=command.title,
        language=command.language,
        content=command.content,
        subject=subject,
        audience=command.audience,
    )
    return Decided(events=[attached], claims=[content_claim(command.content)])


@DOCUMENT.handles("document_id", owners=OWNERS)
def add_version(document: Document, command: AddDocumentVersion) -> Decided | list[Event]:
    """Add a version; the content that the document has already records nothing.

    Raises:
        DocumentWithdrawnError: it was withdrawn.
        ContentRepeatsError: an earlier version had this content.
    """
    if document.withdrawn:
        raise DocumentWithdrawnError
    last = document.versions[-1]
    if last.content == command.content and not last.erased:
        return []
    for number, version in enumerate(document.versions, start=1):
        if version.content.sha256 == command.content.sha256:
            raise ContentRepeatsError(number=number)
    added = DocumentVersionAdded(
        number=len(document.versions) + 1, language=command.language, content=command.content
    )
    return Decided(events=[added], claims=[content_claim(command.content)])


@DOCUMENT.handles("document_id", owners=OWNERS)
def withdraw(document: Document, command: WithdrawDocument) -> list[Event]:
    if document.withdrawn:
        raise DocumentWithdrawnError
    return [DocumentWithdrawn(reason=command.reason)]


@DOCUMENT.handles("document_id", owners=OWNERS)
def erase(document: Document, command: EraseDocument, case: Case) -> Decided | list[Event]:
    """Remove bytes, of a withdrawn document too; what is erased already records nothing.

    Raises:
        DocumentVersionMissingError: there is no version of that number.
    """
    if command.number is not None and command.number > len(document.versions):
        raise DocumentVersionMissingError(number=command.number)
    doomed = {
        number: version.content
        for number, version in enumerate(document.versions, start=1)
        if not version.erased and command.number in (None, number)
    }
    if not doomed:
        return []
    jobs = [
        JobRow(actor=ERASE_CONTENT, queue=DOCUMENTS_QUEUE, args=(str(case.tenant_id), content.sha256))
        for content in doomed.values()
    ]
    return Decided(events=[DocumentErased(numbers=tuple(doomed), ground=command.ground)], jobs=jobs)


def content_claim(content: Content) -> str:
    """The key in a log that says which document a content belongs to."""
    return f"content/{content.sha256}"

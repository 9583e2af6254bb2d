"""The form of an archive: a ZIP of JSON Lines, with a manifest that says how much of what it holds.

What is released never changes meaning; another form gets another name.
"""

from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from domain.document import Content
from domain.ids import TenantId
from domain.ports import Row

FORM: Final = "entente.archive.v1"
MANIFEST: Final = "manifest.json"
LOG, COMMONS, CLAIMS, GRANTS, KEYS = "log.jsonl", "commons.jsonl", "claims.jsonl", "grants.jsonl", "keys.jsonl"
DOCUMENTS: Final = "documents.jsonl"
COMMANDS: Final = "commands.jsonl"
TABLES: Final = "tables/"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the archive."""

    name: str
    lines: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    form: Literal["entente.archive.v1"]
    body_id: UUID
    slug: str
    events: int
    root: str
    """Hexadecimal: the root of the Merkle tree over all events (RFC 9162)."""
    console: UUID | None
    """The pseudonym in this log of whoever sat at the machine, such as for imports; None: it never acted."""
    parts: tuple[Part, ...]


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is stored. `envelope` holds its very bytes."""

    position: int
    stream_id: UUID
    version: int
    type: str
    recorded_at: datetime
    envelope: msgspec.Raw

    def row(self, tenant_id: TenantId) -> Row:
        return Row(
            tenant_id,
            self.position,
            self.stream_id,
            self.version,
            self.type,
            self.recorded_at.astimezone(UTC),
            bytes(self.envelope),
        )


def event_line(row: Row) -> EventLine:
    """An event as its line in the archive."""
    return EventLine(
        position=row.position,
        stream_id=row.stream_id,
        version=row.version,
        type=row.type,
        recorded_at=row.recorded_at,
        envelope=msgspec.Raw(row.state),
    )


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True):
    """A key that is taken: of the body's own log, or by the body in the commons."""

    key: str
    stream_id: UUID
    position: int | None
    in_commons: bool = False


class GrantLine(msgspec.Struct, frozen=True, kw_only=True):
    grantee: UUID
    programme: str
    since_position: int


class KeyLine(msgspec.Struct, frozen=True, kw_only=True):
    """A key of sealed text, itself encrypted under the secret of the instance that it comes from."""

    key_id: UUID
    subject: UUID
    wrapped: bytes
    wrapped_by: str


class CommandAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a repetition of the command is measured by, and answered."""

    fingerprint: bytes
    """Of the request, keyed by the secret of the instance that received it."""
    version: int
    """Of the record after it; 0 after a batch."""


class CommandLine(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an accepted command, or of a batch of them; never its body, which nobody keeps."""

    command_id: UUID
    """Its Idempotency-Key."""
    actor: UUID
    """Pseudonym in this log."""
    recorded_at: datetime
    first_position: int | None
    """Of its events; None if it recorded nothing."""
    position: int | None
    """Of the last one."""
    answer: CommandAnswer | None = None
    """None: the register does not know it any more, or it was an order in a batch, which has one answer."""


class DocumentLine(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a document whose bytes the log says are kept; they are in the file `content_name` says."""

    document_id: UUID
    version: int
    content: Content


def content_name(sha256: str) -> str:
    """Where in an archive the bytes of this hash are."""
    return f"documents/{sha256}"


class ArchiveError(Exception):
    """Why an archive is not written or not taken, in both languages. Nothing was written."""

    def __init__(self, en: str, fr: str) -> None:
        super().__init__(f"{en} · {fr}")
        self.en, self.fr = en, fr


class ArchiveBrokenError(ArchiveError):
    """The file is not an archive, or not as it was written."""


class ContentMissingError(ArchiveError):
    """The instance lacks the bytes of a document that the log says are kept."""

"""Free text under a key that can be destroyed, so that a log kept for ever can still forget."""

from typing import Self
from unicodedata import normalize
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from domain.values.text import Language, check_composed, check_text

SEALED_CHARACTERS_MAX = 40_000
# AES-GCM (NIST SP 800-38D): a nonce of 96 bits, and a tag of 128 bits at the end of the ciphertext.
NONCE_BYTES = 12
TAG_BYTES = 16
CIPHERTEXT_BYTES_MAX = 4 * SEALED_CHARACTERS_MAX + 1_024

_ERASED: dict[Language, str] = {"en": "[erased]", "fr": "[effacé]"}


class SealedText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Free text in exactly one of three forms: open (`text`), sealed, or erased because its key is gone.

    `subject` is the person whose text it is about, or the record's own id. Parts that a form does not
    have are absent from its JSON, so a stored sealed text has no member `text` at all. Only the sealed
    form belongs in a log.
    """

    subject: UUID
    text: str | UnsetType = UNSET
    key_id: UUID | UnsetType = UNSET
    nonce: bytes | UnsetType = UNSET
    ciphertext: bytes | UnsetType = UNSET
    erased: bool = False

    def __post_init__(self) -> None:
        sealed_parts = sum(part is not UNSET for part in (self.key_id, self.nonce, self.ciphertext))
        forms = (self.text is not UNSET) + (sealed_parts > 0) + self.erased
        if forms != 1:
            raise ValueError("a sealed text is either open (text), sealed (key_id, nonce, ciphertext) or erased")
        if sealed_parts not in (0, 3):
            raise ValueError("a sealed text needs key_id, nonce and ciphertext together")
        if self.text is not UNSET:
            check_text(self.text, "the free text", characters_max=SEALED_CHARACTERS_MAX, several_lines=True)
            check_composed(self.text, "the free text")
        if self.nonce is not UNSET and len(self.nonce) != NONCE_BYTES:
            raise ValueError(f"the nonce has {len(self.nonce)} bytes; expected {NONCE_BYTES}")
        if self.ciphertext is not UNSET and not TAG_BYTES < len(self.ciphertext) <= CIPHERTEXT_BYTES_MAX:
            raise ValueError(
                f"the ciphertext has {len(self.ciphertext)} bytes; expected more than {TAG_BYTES}"
                f" and at most {CIPHERTEXT_BYTES_MAX}"
            )

    @classmethod
    def about(cls, subject: UUID, text: str) -> Self:
        """The text as it enters: open, composed (NFC), trimmed, with line feeds as its only line breaks."""
        lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        return cls(subject=subject, text=normalize("NFC", lines))

    @classmethod
    def sealed(cls, subject: UUID, *, key_id: UUID, nonce: bytes, ciphertext: bytes) -> Self:
        return cls(subject=subject, key_id=key_id, nonce=nonce, ciphertext=ciphertext)

    @classmethod
    def gone(cls, subject: UUID) -> Self:
        """What is left once the key is destroyed."""
        return cls(subject=subject, erased=True)

    @property
    def is_open(self) -> bool:
        return self.text is not UNSET

    @property
    def is_sealed(self) -> bool:
        return self.key_id is not UNSET

    def display(self, language: Language) -> str:
        """The text, or that it was erased.

        Raises:
            ValueError: it is still sealed; open it first.
        """
        if self.text is not UNSET:
            return self.text
        if self.erased:
            return _ERASED[language]
        raise ValueError("the text is sealed: open it with its key before showing it")

    def __repr__(self) -> str:
        """Names the form and never the text, which must not reach logs and error reports."""
        form = "open" if self.is_open else "erased" if self.erased else "sealed"
        return f"SealedText(subject={self.subject}, {form})"

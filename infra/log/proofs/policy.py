"""When a checkpoint is final: when enough organisations have seen that it continues what they saw before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from infra.log.proofs.note import COSIGNATURE, Note, NoteError, VerifierKey


def organisation(name: str) -> str:
    """Who runs a witness: its name up to the first slash. Several witnesses of one organisation count once."""
    return name.partition("/")[0]


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """A witness that the signer asks."""

    key: VerifierKey
    url: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """A witness written as `<vkey> <URL>`.

        Raises:
            NoteError: it is none.
        """
        vkey, _, url = text.strip().partition(" ")
        key = VerifierKey.parse(vkey)
        if key.kind != COSIGNATURE or not url.startswith(("https://", "http://")):
            raise NoteError(f"expected the key of a witness (type 4) and its URL, found {text!r}")
        return cls(key, url.rstrip("/"))


@dataclass(frozen=True, slots=True)
class Policy:
    """Whose cosignatures count, and of how many organisations there must be one."""

    witnesses: tuple[VerifierKey, ...]
    final_at: int

    def seen_by(self, note: Note) -> Sequence[str]:
        """The organisations whose witnesses cosigned the note, in alphabetical order.

        Raises:
            NoteError: a cosignature of a known witness does not hold.
        """
        if not {(key.name, key.key_id) for key in self.witnesses} & {(s.name, s.key_id) for s in note.signatures}:
            return []
        return sorted({organisation(key.name) for key, _ in note.verified(self.witnesses)})

    def is_final(self, note: Note) -> bool:
        """Whether enough organisations cosigned it. A policy that asks for none calls nothing final."""
        return 0 < self.final_at <= len(self.seen_by(note))

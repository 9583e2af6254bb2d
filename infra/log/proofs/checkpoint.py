"""What a log says of itself at a size (C2SP tlog-checkpoint), and proofs of a leaf (C2SP tlog-proof)."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from infra.log.merkle import HASH_BYTES, verify_inclusion
from infra.log.proofs.note import Note, NoteError, SigningKey, VerifierKey, strict_base64

PROOF_MARK: Final = "c2sp.org/tlog-proof@v1"
PROOF_LINES_MAX: Final = 63


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log's tree. We write no extension lines, and read none."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The checkpoint of a note's text.

        Raises:
            NoteError: it is none.
        """
        lines = text.split("\n")
        if len(lines) != 4 or not lines[0] or lines[3]:  # noqa: PLR2004 - three lines, each ended
            raise NoteError("expected an origin, a size and a root")
        root = strict_base64(lines[2])
        if len(root) != HASH_BYTES:
            raise NoteError(f"a root has {HASH_BYTES} bytes")
        return cls(lines[0], decimal(lines[1]), root)

    def signed(self, key: SigningKey) -> Note:
        """This checkpoint as a note by its log."""
        assert key.name == self.origin
        return Note(self.text, (key.sign(self.text),))


def open_checkpoint(note: Note, key: VerifierKey) -> Checkpoint:
    """The checkpoint of a note that the log with this key signed.

    Raises:
        NoteError: it is none, of another log, or not signed by it.
    """
    note.verified([key])
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != key.name:
        raise NoteError(f"expected a checkpoint of {key.name}, found one of {checkpoint.origin}")
    return checkpoint


@dataclass(frozen=True, slots=True)
class LeafProof:
    """That a leaf is in a log: its index, the way to the root, and the checkpoint with that root."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        lines = [PROOF_MARK, f"index {self.index}", *(base64.b64encode(h).decode() for h in self.hashes)]
        return "\n".join(lines) + f"\n\n{self.note}"

    @classmethod
    def parse(cls, proof: str) -> Self:
        """A proof from its text. Extra data is passed over, as nothing authenticates it.

        Raises:
            NoteError: it is none.
        """
        head, gap, note = proof.partition("\n\n")
        lines = head.split("\n")
        if not gap or lines.pop(0) != PROOF_MARK or not lines:
            raise NoteError(f"expected {PROOF_MARK}")
        if lines[0].startswith("extra "):
            strict_base64(lines.pop(0).removeprefix("extra "))
        mark, _, index = lines.pop(0).partition(" ") if lines else ("", "", "")
        if mark != "index" or len(lines) > PROOF_LINES_MAX:
            raise NoteError("expected the index of the entry, then hashes")
        return cls(decimal(index), proof_hashes(lines), Note.parse(note))

    def verified(self, leaf: bytes, keys: Iterable[VerifierKey], *, origin: str) -> Checkpoint:
        """The checkpoint that includes the leaf hash, signed by one of the keys at least.

        Raises:
            NoteError: the signature, the origin or the way to the root does not hold.
        """
        self.note.verified(keys)
        checkpoint = Checkpoint.parse(self.note.text)
        holds = verify_inclusion(
            index=self.index, size=checkpoint.size, leaf=leaf, proof=self.hashes, root=checkpoint.root
        )
        if checkpoint.origin != origin or not holds:
            raise NoteError(f"the leaf is not entry {self.index} of {origin}")
        return checkpoint


def proof_hashes(lines: Iterable[str]) -> tuple[bytes, ...]:
    """The hashes of lines of base64.

    Raises:
        NoteError: a line is no hash.
    """
    hashes = tuple(strict_base64(line) for line in lines)
    if any(len(one) != HASH_BYTES for one in hashes):
        raise NoteError(f"a hash has {HASH_BYTES} bytes")
    return hashes


def decimal(text: str) -> int:
    """A whole number without leading zeroes.

    Raises:
        NoteError: it is none, or none that 63 bits hold.
    """
    if not (text.isascii() and text.isdigit()) or str(int(text[:20])) != text or int(text) >= 2**63:
        raise NoteError(f"{text[:20]!r} is not a size or an index")
    return int(text)

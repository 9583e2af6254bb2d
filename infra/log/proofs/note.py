"""Signed notes: texts with signatures that name their key (C2SP signed-note v1.0.0, tlog-cosignature v1)."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = 1
"""Signature type of a log's own signatures."""
COSIGNATURE: Final = 4
"""Signature type of a witness's timestamped cosignatures."""
NOTE_BYTES_MAX: Final = 1_000_000
SIGNATURES_MAX: Final = 100
_KEY_ID_BYTES: Final = 4
_PUBLIC_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_TIME_BYTES: Final = 8
_TIME_END: Final = 2**63
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SPACE_OR_PLUS: Final = re.compile(r"[\s+]")


class NoteError(ValueError):
    """Not a note, or not one by a key that is trusted. Its text must not be used."""


def strict_base64(text: str) -> bytes:
    """The bytes of standard base64 in its one canonical spelling.

    Raises:
        NoteError: another spelling, or not base64.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("expected standard base64") from error
    if base64.b64encode(data).decode() != text:
        raise NoteError("expected base64 whose unused bits are zero")
    return data


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name. Its printed form, a vkey, is what people pass on."""

    name: str
    public: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.kind not in (ED25519, COSIGNATURE) or len(self.public) != _PUBLIC_BYTES:
            raise NoteError(f"expected an Ed25519 key of {self.name}")

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        key = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """The key of a vkey.

        Raises:
            NoteError: it is none, or its id is not that of its key.
        """
        parts = vkey.split("+", 2)
        if len(parts) != 3:  # noqa: PLR2004 - name, id, key
            raise NoteError("expected a key of the form name+id+base64")
        material = strict_base64(parts[2])
        key = cls(parts[0], material[1:], material[0] if material else 0)
        if key.key_id.hex() != parts[1]:
            raise NoteError(f"the key of {key.name} should have the id {key.key_id.hex()}, not {parts[1]}")
        return key

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the signature, without its key id, is of this key over the text."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            seconds = int.from_bytes(signature[:_TIME_BYTES])
            message, signature = _cosigned(text, seconds), signature[_TIME_BYTES:]
            if seconds >= _TIME_END:
                return False
        if len(signature) != _SIGNATURE_BYTES:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key that signs under a name. The same seed may serve several names."""

    name: str
    seed: bytes = field(repr=False)
    kind: int = ED25519

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def verifier(self) -> VerifierKey:
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return VerifierKey(self.name, private.public_key().public_bytes_raw(), self.kind)

    def sign(self, text: str) -> "Signature":
        """This key's signature of a note's text."""
        assert self.kind == ED25519
        return self._signed(Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode()))

    def cosign(self, text: str, seconds: int) -> "Signature":
        """This witness's statement that the checkpoint with this text was consistent at that time (since 1970)."""
        assert self.kind == COSIGNATURE
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(_cosigned(text, seconds))
        return self._signed(seconds.to_bytes(_TIME_BYTES) + signature)

    def _signed(self, value: bytes) -> "Signature":
        return Signature(self.name, self.verifier.key_id, value)


@dataclass(frozen=True, slots=True)
class Signature:
    """One line of signature under a note."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"

    @property
    def seconds(self) -> int:
        """When a cosignature was made, in seconds since 1970."""
        return int.from_bytes(self.value[:_TIME_BYTES])

    @classmethod
    def parse(cls, line: str) -> Self:
        """The signature of a line without its newline.

        Raises:
            NoteError: it is none.
        """
        dash, _, rest = line.partition(" ")
        name, _, value = rest.partition(" ")
        if dash != "—":
            raise NoteError("expected a line of signature")
        check_name(name)
        signature = strict_base64(value)
        if len(signature) <= _KEY_ID_BYTES:
            raise NoteError("expected a signature after the key id")
        return cls(name, signature[:_KEY_ID_BYTES], signature[_KEY_ID_BYTES:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text with signatures. Trust the text only after `verified`."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.line for signature in self.signatures)

    def __post_init__(self) -> None:
        if not self.text.endswith("\n") or _CONTROL.search(self.text):
            raise NoteError("a note's text ends with a newline and has no other control character")

    @classmethod
    def parse(cls, note: str | bytes) -> Self:
        """A note from its bytes.

        Raises:
            NoteError: it is none.
        """
        if isinstance(note, bytes):
            try:
                note = note.decode()
            except UnicodeDecodeError as error:
                raise NoteError("a note is UTF-8") from error
        text, gap, below = note.rpartition("\n\n")
        if not gap or not below.endswith("\n") or len(note) > NOTE_BYTES_MAX or _CONTROL.search(note):
            raise NoteError("expected a text, an empty line and lines of signature")
        lines = below[:-1].split("\n")
        if len(lines) > SIGNATURES_MAX:
            raise NoteError(f"expected at most {SIGNATURES_MAX} signatures")
        return cls(text + "\n", tuple(Signature.parse(line) for line in lines))

    def verified(self, keys: Iterable[VerifierKey]) -> list[tuple[VerifierKey, Signature]]:
        """The signatures by these keys, all of which hold; those of other keys are passed over.

        Raises:
            NoteError: a signature of one of these keys does not hold, or there is none.
        """
        known = {(key.name, key.key_id): key for key in keys}
        found = []
        for signature in self.signatures:
            key = known.get((signature.name, signature.key_id))
            if key is None:
                continue
            if not key.verifies(self.text, signature.value):
                raise NoteError(f"the signature of {key.name} does not hold")
            found.append((key, signature))
        if not found:
            raise NoteError("no signature is by a key that is trusted")
        return found

    def with_signatures(self, more: Sequence[Signature]) -> "Note":
        """The same note with further signatures at its end."""
        return Note(self.text, (*self.signatures, *more))


def check_name(name: str) -> None:
    """Raises NoteError unless the name may stand in a line of signature."""
    if not name or _SPACE_OR_PLUS.search(name) or _CONTROL.search(name):
        raise NoteError(f"{name!r} is not the name of a key: no spaces, no plus sign")


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()

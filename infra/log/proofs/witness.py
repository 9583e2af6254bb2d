"""A witness (C2SP tlog-witness): cosigns a log's checkpoint if it continues the last one that it cosigned.

It needs nothing of the service that it watches but the public keys of the logs.
"""

import base64
import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from infra.log.merkle import EMPTY_ROOT, verify_consistency
from infra.log.proofs.checkpoint import PROOF_LINES_MAX, Checkpoint, decimal, proof_hashes
from infra.log.proofs.note import Note, NoteError, SigningKey, VerifierKey

ADD_PATH: Final = "/add-checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
REQUEST_BYTES_MAX: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness says, as an HTTP response."""

    status: int
    body: str = ""
    media_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint with the proof that it continues a log of `old_size`."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        lines = [f"old {self.old_size}", *(base64.b64encode(one).decode() for one in self.proof)]
        return "\n".join(lines) + f"\n\n{self.note}"

    @classmethod
    def parse(cls, body: bytes) -> "Submission":
        """A submission from the bytes of a request.

        Raises:
            NoteError: it is none.
        """
        try:
            head, gap, note = body.decode().partition("\n\n")
        except UnicodeDecodeError as error:
            raise NoteError("a submission is UTF-8") from error
        old, *proof = head.split("\n")
        mark, _, size = old.partition(" ")
        if not gap or mark != "old" or len(proof) > PROOF_LINES_MAX:
            raise NoteError("expected an old size, a proof and a checkpoint")
        return cls(decimal(size), proof_hashes(proof), Note.parse(note))


class Witness:
    """Keeps the last checkpoint of each log in a directory, and never goes back behind it.

    Args:
        key: of kind `COSIGNATURE`; its own, and no other witness's.
        logs: keys of the logs that it watches; a log's origin is the name of its key.
        directory: its memory. Losing it makes the witness trust what it is shown next: back it up.
    """

    def __init__(self, key: SigningKey, logs: Iterable[VerifierKey], directory: Path) -> None:
        self._key = key
        self._logs = {log.name: log for log in logs}
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def add_checkpoint(self, body: bytes, seconds: int) -> Answer:
        """Answer a request to cosign at a time (seconds since 1970)."""
        try:
            submission = Submission.parse(body)
            checkpoint = Checkpoint.parse(submission.note.text)
        except NoteError as error:
            return Answer(400, f"{error}\n")
        log = self._logs.get(checkpoint.origin)
        if log is None:
            return Answer(404, "this witness does not watch that log\n")
        try:
            submission.note.verified([log])
        except NoteError as error:
            return Answer(403, f"{error}\n")
        if submission.old_size > checkpoint.size:
            return Answer(400, "the old size is larger than the checkpoint's\n")
        return self._judge(submission, checkpoint, seconds)

    def last(self, origin: str) -> Checkpoint | None:
        """The last checkpoint of a log that this witness cosigned."""
        try:
            text = self._path(origin).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return Checkpoint.parse(Note.parse(text).text)

    def _judge(self, submission: Submission, checkpoint: Checkpoint, seconds: int) -> Answer:
        path = self._path(checkpoint.origin)
        with path.with_suffix(".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # comparing and remembering are one act
            last = self.last(checkpoint.origin)
            known, root = (last.size, last.root) if last else (0, EMPTY_ROOT)
            if submission.old_size != known:
                return Answer(409, f"{known}\n", SIZE_TYPE)
            if known == checkpoint.size and root != checkpoint.root:
                return Answer(409, f"{known}\n", SIZE_TYPE)
            if not verify_consistency(
                old_size=known,
                size=checkpoint.size,
                proof=submission.proof,
                old_root=root,
                root=checkpoint.root,
            ):
                return Answer(422, "the checkpoint does not continue the one that was cosigned before\n")
            signature = self._key.cosign(submission.note.text, seconds)
            _write(path, str(submission.note))  # before the answer: what was cosigned is never forgotten
        return Answer(200, signature.line)

    def _path(self, origin: str) -> Path:
        return self._directory / f"{sha256(origin.encode()).hexdigest()}.checkpoint"


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)

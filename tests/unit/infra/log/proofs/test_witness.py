"""A witness cosigns what continues, and nothing else; and when enough of them have, a checkpoint is final."""

import threading
from pathlib import Path

import pytest

from infra.log.merkle import consistency_proof, range_root
from infra.log.proofs.checkpoint import Checkpoint
from infra.log.proofs.note import COSIGNATURE, Note, NoteError, Signature, SigningKey
from infra.log.proofs.policy import Policy, WitnessAddress
from infra.log.proofs.witness import Answer, Submission, Witness
from tests.unit.infra.log.proofs.trees import Leaves

LOG = SigningKey("logs.example/one", bytes(range(32)))
KEY = SigningKey("witness.example/w1", bytes(range(32, 64)), COSIGNATURE)
LEAVES = Leaves(600)
FORKED = Leaves(600, mark="another history ")
NOW = 1_780_000_000


def checkpoint(size: int, leaves: Leaves = LEAVES) -> Note:
    return Checkpoint(LOG.name, size, range_root(0, size, leaves.subtree)).signed(LOG)


def submission(old_size: int, size: int, leaves: Leaves = LEAVES) -> bytes:
    proof = consistency_proof(old_size, size, leaves.subtree)
    return str(Submission(old_size, tuple(proof), checkpoint(size, leaves))).encode()


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(KEY, [LOG.verifier], tmp_path)


def cosigned(answer: Answer, size: int) -> bool:
    """Whether the answer is this witness's cosignature of the log at a size."""
    assert answer.status == 200, answer
    text = checkpoint(size).text
    note = Note(text, (Signature.parse(answer.body[:-1]),))
    return note.verified([KEY.verifier])[0][1].seconds == NOW


def test_it_cosigns_a_log_that_grows(witness: Witness) -> None:
    for old_size, size in ((0, 3), (3, 3), (3, 257), (257, 600)):
        assert cosigned(witness.add_checkpoint(submission(old_size, size), NOW), size)
    assert witness.last(LOG.name) == Checkpoint.parse(checkpoint(600).text)


def test_a_submission_is_written_as_the_specification_shows() -> None:
    lines = submission(3, 5).decode().split("\n")

    assert lines[0] == "old 3"
    assert len(lines[1]) == len(lines[2]) == 44
    assert lines[lines.index("") + 1 :][:2] == ["logs.example/one", "5"]
    assert str(Submission.parse(submission(3, 5))).encode() == submission(3, 5)


def test_another_history_is_not_cosigned(witness: Witness) -> None:
    witness.add_checkpoint(submission(0, 300), NOW)

    assert witness.add_checkpoint(submission(300, 400, FORKED), NOW).status == 422
    assert witness.add_checkpoint(submission(300, 300, FORKED), NOW) == Answer(409, "300\n", "text/x.tlog.size")
    assert witness.last(LOG.name) == Checkpoint.parse(checkpoint(300).text)


def test_a_log_that_shrank_is_not_cosigned(witness: Witness) -> None:
    witness.add_checkpoint(submission(0, 300), NOW)

    assert witness.add_checkpoint(submission(0, 200), NOW) == Answer(409, "300\n", "text/x.tlog.size")
    shrunk = str(Submission(300, (), checkpoint(200))).encode()
    assert witness.add_checkpoint(shrunk, NOW).status == 400


def test_its_memory_outlives_it(tmp_path: Path) -> None:
    Witness(KEY, [LOG.verifier], tmp_path).add_checkpoint(submission(0, 300), NOW)

    again = Witness(KEY, [LOG.verifier], tmp_path)

    assert again.add_checkpoint(submission(0, 600), NOW).status == 409
    assert cosigned(again.add_checkpoint(submission(300, 600), NOW), 600)


def test_two_requests_at_once_are_judged_one_after_the_other(witness: Witness) -> None:
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda size=size: answers.append(witness.add_checkpoint(submission(0, size), NOW)))
        for size in range(100, 116)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status for answer in answers) == [200] + [409] * 15


def test_a_log_that_it_does_not_watch_is_unknown(tmp_path: Path) -> None:
    assert Witness(KEY, [], tmp_path).add_checkpoint(submission(0, 3), NOW).status == 404


def test_a_checkpoint_that_the_log_did_not_sign_is_forbidden(witness: Witness) -> None:
    stranger = SigningKey(LOG.name, bytes(32))
    note = Checkpoint(LOG.name, 3, bytes(32)).signed(stranger)

    assert witness.add_checkpoint(str(Submission(0, (), note)).encode(), NOW).status == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"old 0\n",
        submission(0, 3).replace(b"old 0", b"old 00"),
        submission(0, 3).replace(b"old", b"new"),
        submission(3, 5).replace(b"=\n", b"\n", 1),
        b"old 0\n" + b"A" * 43 + b"=\n" * 64 + b"\n" + str(checkpoint(3)).encode(),
    ],
)
def test_what_is_no_submission_is_a_bad_request(witness: Witness, body: bytes) -> None:
    assert witness.add_checkpoint(body, NOW).status == 400


# --- Final at n organisations

WITNESSES = [
    SigningKey(name, bytes([number]) * 32, COSIGNATURE)
    for number, name in enumerate(("funder.example/w1", "funder.example/w2", "city.example/w1"), 1)
]


def seen(*by: SigningKey) -> Note:
    note = checkpoint(5)
    return note.with_signatures([key.cosign(note.text, NOW) for key in by])


def test_a_checkpoint_is_final_when_enough_organisations_have_seen_it() -> None:
    policy = Policy(tuple(key.verifier for key in WITNESSES), 2)
    one, two, city = WITNESSES

    assert policy.seen_by(seen()) == []
    assert policy.seen_by(seen(one, two)) == ["funder.example"]
    assert not policy.is_final(seen(one, two))
    assert policy.seen_by(seen(one, two, city)) == ["city.example", "funder.example"]
    assert policy.is_final(seen(one, city))


def test_strangers_do_not_make_a_checkpoint_final() -> None:
    policy = Policy((WITNESSES[0].verifier,), 1)

    assert not policy.is_final(seen(WITNESSES[2]))
    assert not Policy((), 0).is_final(seen(*WITNESSES))


def test_a_forged_cosignature_of_a_known_witness_is_refused() -> None:
    note = checkpoint(5)
    forged = Signature(WITNESSES[0].name, WITNESSES[0].verifier.key_id, bytes(72))

    with pytest.raises(NoteError, match="does not hold"):
        Policy((WITNESSES[0].verifier,), 1).seen_by(note.with_signatures([forged]))


def test_a_witness_is_named_by_its_key_and_its_address() -> None:
    address = WitnessAddress.parse(f" {KEY.verifier.vkey} https://witness.example/ ")

    assert (address.key, address.url) == (KEY.verifier, "https://witness.example")
    for bad in (KEY.verifier.vkey, f"{LOG.verifier.vkey} https://x", f"{KEY.verifier.vkey} file:///x", ""):
        with pytest.raises(NoteError):
            WitnessAddress.parse(bad)

"""Signed notes: the published example of the format, and what is no note."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.log.proofs.note import COSIGNATURE, Note, NoteError, Signature, SigningKey, VerifierKey

# The example in the documentation of golang.org/x/mod/sumdb/note, which the format comes from.
PUBLISHED_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PUBLISHED_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
PUBLISHED = (
    f"{PUBLISHED_TEXT}\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
KEY = SigningKey("logs.example/one", bytes(range(32)))
WITNESS = SigningKey("witness.example/w1", bytes(range(32, 64)), COSIGNATURE)
TEXT = "logs.example/one\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"


def test_the_published_example_is_signed_byte_for_byte() -> None:
    key = SigningKey("PeterNeumann", PUBLISHED_SEED)

    assert str(Note(PUBLISHED_TEXT, (key.sign(PUBLISHED_TEXT),))) == PUBLISHED
    assert key.verifier.vkey == PUBLISHED_VKEY


def test_the_published_example_verifies() -> None:
    note = Note.parse(PUBLISHED.encode())

    [(key, _)] = note.verified([VerifierKey.parse(PUBLISHED_VKEY)])

    assert (key.name, note.text) == ("PeterNeumann", PUBLISHED_TEXT)


def test_a_cosignature_holds_for_its_text_and_its_time() -> None:
    note = Note(TEXT, (KEY.sign(TEXT), WITNESS.cosign(TEXT, 1_679_315_147)))

    found = Note.parse(str(note)).verified([KEY.verifier, WITNESS.verifier])

    assert [key.name for key, _ in found] == ["logs.example/one", "witness.example/w1"]
    assert found[1][1].seconds == 1_679_315_147
    later = (1_679_315_148).to_bytes(8) + note.signatures[1].value[8:]
    assert not WITNESS.verifier.verifies(TEXT, later)
    assert not WITNESS.verifier.verifies(TEXT, (2**63).to_bytes(8) + note.signatures[1].value[8:])
    assert not WITNESS.verifier.verifies(TEXT, b"")


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    stranger = SigningKey("logs.example/one", bytes(32))
    note = Note(TEXT, (stranger.sign(TEXT), KEY.sign(TEXT)))

    assert [key for key, _ in note.verified([KEY.verifier])] == [KEY.verifier]


def test_a_note_by_unknown_keys_alone_is_refused() -> None:
    with pytest.raises(NoteError, match="no signature is by a key that is trusted"):
        Note(TEXT, (KEY.sign(TEXT),)).verified([WITNESS.verifier])


def test_a_broken_signature_of_a_known_key_refuses_the_note_even_beside_a_good_one() -> None:
    broken = Signature(WITNESS.name, WITNESS.verifier.key_id, WITNESS.cosign(TEXT + "x\n", 1).value)

    with pytest.raises(NoteError, match=r"the signature of witness\.example/w1 does not hold"):
        Note(TEXT, (KEY.sign(TEXT), broken)).verified([KEY.verifier, WITNESS.verifier])


@given(st.integers(min_value=0, max_value=len(PUBLISHED.encode()) * 8 - 1))
def test_no_single_bit_of_a_note_may_change(bit: int) -> None:
    data = bytearray(PUBLISHED.encode())
    data[bit // 8] ^= 1 << bit % 8

    with pytest.raises(NoteError):
        Note.parse(bytes(data)).verified([VerifierKey.parse(PUBLISHED_VKEY)])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        f"text\r\n\n{KEY.sign(TEXT).line}",
        f"{TEXT}\n{KEY.sign(TEXT).line}"[:-1],
        f"{TEXT}\n{KEY.sign(TEXT).line.replace('—', '-')}",
        f"{TEXT}\n— name+plus AAAAAAAA\n",
        f"{TEXT}\n— name AAAAAA==\n",
        f"{TEXT}\n— name ?\n",
        b"\xff\n\n",
        TEXT + "\n" + KEY.sign(TEXT).line * 101,
    ],
)
def test_what_is_no_note_is_refused(note: str | bytes) -> None:
    with pytest.raises(NoteError):
        Note.parse(note)


@pytest.mark.parametrize(
    "vkey",
    ["", "name", "name+00000000+AA==", "na me+00000000+AA==", PUBLISHED_VKEY.replace("c74f", "c74e"), "a+b"],
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(vkey)


def test_a_signing_key_does_not_print_itself() -> None:
    assert KEY.seed.hex() not in repr(KEY)
    assert repr(KEY.seed) not in repr(KEY)

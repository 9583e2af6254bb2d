from uuid import UUID

import msgspec
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from domain.values import SealedText

SUBJECT = UUID("01890000-0000-7000-8000-000000000001")
KEY = UUID("01890000-0000-7000-8000-000000000002")
NONCE = b"n" * 12
CIPHERTEXT = b"c" * 40
SEALED = SealedText.sealed(SUBJECT, key_id=KEY, nonce=NONCE, ciphertext=CIPHERTEXT)


def test_open_text_is_shown_as_it_is() -> None:
    opened = SealedText.about(SUBJECT, "Motion reportée")

    assert opened.is_open
    assert not opened.is_sealed
    assert opened.display("en") == opened.display("fr") == "Motion reportée"


def test_a_stored_sealed_text_has_no_member_named_text() -> None:
    written = msgspec.json.decode(msgspec.json.encode(SEALED))

    assert set(written) == {"subject", "key_id", "nonce", "ciphertext", "erased"}
    assert not SEALED.is_open
    assert SEALED.is_sealed


def test_a_sealed_text_is_not_shown() -> None:
    with pytest.raises(ValueError, match="open it with its key"):
        SEALED.display("en")


def test_erased_text_says_so_in_the_readers_language() -> None:
    erased = SealedText.gone(SUBJECT)

    assert erased.display("en") == "[erased]"
    assert erased.display("fr") == "[effacé]"
    assert not erased.is_open
    assert not erased.is_sealed


def test_a_text_has_exactly_one_of_the_three_forms() -> None:
    with pytest.raises(ValueError, match=r"either open .* sealed .* or erased"):
        SealedText(subject=SUBJECT)
    with pytest.raises(ValueError, match="either open"):
        replace(SEALED, text="Motion reportée")
    with pytest.raises(ValueError, match="either open"):
        replace(SEALED, erased=True)
    with pytest.raises(ValueError, match="either open"):
        SealedText(subject=SUBJECT, text="Motion reportée", erased=True)


@pytest.mark.parametrize("absent", ["key_id", "nonce", "ciphertext"])
def test_a_sealed_text_needs_its_three_parts(absent: str) -> None:
    with pytest.raises(ValueError, match="key_id, nonce and ciphertext together"):
        replace(SEALED, **{absent: UNSET})


@pytest.mark.parametrize("nonce", [b"", b"n" * 11, b"n" * 13])
def test_a_nonce_has_twelve_bytes(nonce: bytes) -> None:
    with pytest.raises(ValueError, match=f"the nonce has {len(nonce)} bytes; expected 12"):
        replace(SEALED, nonce=nonce)


@pytest.mark.parametrize("length", [0, 16, 161_025])
def test_a_ciphertext_is_longer_than_its_tag_and_bounded(length: int) -> None:
    with pytest.raises(ValueError, match=f"the ciphertext has {length} bytes"):
        replace(SEALED, ciphertext=b"c" * length)


def test_the_longest_text_fits_its_ciphertext() -> None:
    longest = SealedText.about(SUBJECT, "𝄞" * 40_000).display("fr").encode()

    assert SealedText.sealed(SUBJECT, key_id=KEY, nonce=NONCE, ciphertext=longest + b"t" * 16).is_sealed
    assert replace(SEALED, ciphertext=b"c" * 161_024).is_sealed


def test_free_text_may_have_lines_and_enters_composed() -> None:
    assert SealedText.about(SUBJECT, " Que\u0301bec\r\nLévis\rMatane\t1 ").text == "Québec\nLévis\nMatane\t1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "is blank"), ("a\x00b", "U[+]0000"), ("Que\u0301bec", "NFC"), ("a" * 40_001, "at most 40000")],
)
def test_free_text_that_cannot_be_kept_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        SealedText(subject=SUBJECT, text=text)


def test_the_text_never_appears_in_a_report_of_the_value() -> None:
    assert repr(SealedText.about(SUBJECT, "confidential")) == f"SealedText(subject={SUBJECT}, open)"
    assert repr(SEALED) == f"SealedText(subject={SUBJECT}, sealed)"
    assert str(SealedText.gone(SUBJECT)) == f"SealedText(subject={SUBJECT}, erased)"

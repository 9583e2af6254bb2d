import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mail import is_address


@pytest.mark.parametrize(
    "address",
    [
        "secretariat@example.org",
        "a@b.ca",
        "prenom.nom+rappels@direction.example.ca",
        "O'Neil_{x}@xn--qubec-csa.example",
        "a" * 64 + "@example.org",
    ],
)
def test_mail_can_be_addressed_to(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secretariat",
        "@example.org",
        "a@localhost",
        "a@@example.org",
        ".a@example.org",
        "a..b@example.org",
        "a@-example.org",
        "a@example.org.",
        '"a b"@example.org',
        "a@[192.0.2.1]",
        "préposé@example.org",
        "a@québec.example",
        "A <a@example.org>",
        "a@example.org, b@example.org",
        "a@example.org\n",
        "a@example.org\r\nBcc: b@example.org",
        "a" * 65 + "@example.org",
        "a@" + "b" * 63 + "." + ("c" * 60 + ".") * 3 + "example",
    ],
)
def test_mail_cannot_be_addressed_to(text: str) -> None:
    assert not is_address(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_address_can_break_out_of_the_line_it_stands_on(left: str, right: str) -> None:
    given_address = f"{left}@{right}"
    if is_address(given_address):
        assert re.fullmatch(r"[!-~]+", given_address)
        assert not set('<>,;:"\\()[]') & set(given_address)

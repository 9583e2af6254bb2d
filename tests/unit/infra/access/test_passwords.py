"""Which passwords may be chosen, and that they are compared alike whether there is an account or not."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.access import passwords as module
from infra.access.passwords import (
    CHARACTERS_MIN,
    Passwords,
    PasswordsBusyError,
    Weakness,
    common,
    needs_renewal,
    weakness,
)

EMAIL = "zoe.tremblay@example.org"


@pytest.fixture
async def passwords() -> AsyncIterator[Passwords]:
    made = Passwords()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("onze-lettre", "short"),
        ("a" * 257, "long"),
        ("qwertyuiop[]", "common"),
        ("1234567890qwertyuiop", "common"),
        ("Password2026!", "common"),
        ("motdepasse-2026", "common"),
        ("abcabcabcabc", "common"),
        ("zzzzzzzzzzzzzzzz", "common"),
        ("Sunshine 1234!", "common"),
        (EMAIL, "own"),
        ("Zoe.Tremblay", "own"),
        ("quatre mots sans apprêt", None),
        ("correct cheval pile agrafe", None),
        ("onlylowercaseletters", None),
        ("8402 7719 3305 1286", None),
    ],
)
def test_what_is_tried_first_is_refused_and_no_mixture_of_characters_is_asked_for(
    password: str, expected: Weakness | None
) -> None:
    assert weakness(password, EMAIL) == expected


def test_the_list_has_the_long_ones_of_the_leaked_lists() -> None:
    assert len(common()) > 4000
    assert all(one == one.lower() for one in common())
    assert {"1234567890qwerty", "motdepasse", "password"} <= common()


async def test_what_is_kept_is_argon2id_with_the_parameters_of_owasp(passwords: Passwords) -> None:
    kept = await passwords.hashed("quatre mots sans apprêt")

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not needs_renewal(kept)
    assert needs_renewal(kept.replace("m=19456", "m=8192"))
    assert await passwords.is_right("quatre mots sans apprêt", kept)
    assert not await passwords.is_right("quatre mots sans appret", kept)
    assert await passwords.hashed("quatre mots sans apprêt") != kept


async def test_two_spellings_that_look_alike_are_one_password(passwords: Passwords) -> None:
    kept = await passwords.hashed("de\u0301cide\u0301 hier au soir")

    assert await passwords.is_right("d\u00e9cid\u00e9 hier au soir", kept)


async def test_without_an_account_a_hash_is_compared_all_the_same(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    real = module._HASHER

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            compared.append(kept)
            return real.verify(kept, password)

    kept = await passwords.hashed("quatre mots sans apprêt")
    monkeypatch.setattr(module, "_HASHER", Counting())

    assert not await passwords.is_right("un mot de passe quelconque", None)
    assert not await passwords.is_right("un mot de passe quelconque", kept)
    assert not await passwords.is_right("a password that nobody has chosen", None)
    parameters = [one.rpartition("$")[0].rpartition("$")[0] for one in compared]
    assert parameters == ["$argon2id$v=19$m=19456,t=2,p=1"] * 3


async def test_when_too_many_wait_the_next_is_turned_away_and_the_others_are_served(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING_MAX", 3)

    answers = await asyncio.gather(*(passwords.hashed("un mot") for _ in range(5)), return_exceptions=True)

    assert [type(one) for one in answers].count(PasswordsBusyError) == 2
    assert [type(one) for one in answers].count(str) == 3
    assert await passwords.hashed("un mot")


@settings(max_examples=20)
@given(st.text(max_size=30))
def test_nothing_shorter_than_the_minimum_is_taken(text: str) -> None:
    if len(module.normal(text)) < CHARACTERS_MIN:
        assert weakness(text, EMAIL) == "short"

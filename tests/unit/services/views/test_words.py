"""The words of the views are there in both languages, and each is used."""

import re
import string
from pathlib import Path
from typing import get_args

import pytest

from projections.comparison import WEAKER, State
from services.views.words import WORDS, say

SERVICES = Path(__file__).parents[4] / "services"
SOURCES = [*(SERVICES / "views").rglob("*.py"), *(SERVICES / "web" / "templates").glob("*.html")]
MARKS = ("hatched", "open")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(WORDS))
def test_words_are_complete_in_both_languages(key: str) -> None:
    words = WORDS[key]

    assert words.en.strip()
    assert words.fr.strip()
    assert placeholders(words.en) == placeholders(words.fr)


def test_words_that_are_used_exist_and_none_is_left_over() -> None:
    used = set()
    for source in SOURCES:
        used |= set(re.findall(r'\bsay\("([\w.]+[\w])"', source.read_text(encoding="utf-8")))
    used |= {f"state.{state}" for state in get_args(State)}
    used |= {f"comparability.{one}" for one in WEAKER} | {f"mark.{mark}" for mark in MARKS}
    used |= {"total.provisional", "total.rounded", "unit.CAD", "unit.percent"}

    assert used == set(WORDS)


def test_french_words_have_their_no_break_spaces() -> None:
    assert say("mark.open", "fr") == "Tireté\u00a0: seule une borne est connue."
    assert say("mark.open", "en") == "Dashed: only a bound is known."

"""A sentence of msgspec or of a value type, and what it says in both languages."""

import re
from typing import NamedTuple


class Form(NamedTuple):
    """One kind of sentence; the groups of its pattern go into the wordings as {0}, {1} and so on."""

    code: str
    pattern: re.Pattern[str]
    en: str
    fr: str


def form(code: str, pattern: str, en: str, fr: str) -> Form:
    return Form(code, re.compile(pattern, re.DOTALL), en, fr)

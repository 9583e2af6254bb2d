"""Reading figures as sources print them, in French and English; what is unclear is refused, never guessed."""

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from domain.values.quantity import RAW_CHARACTERS_MAX, QualifiedValue, QuantityKind
from domain.values.text import Language, one_line

PERCENT = "percent"
DOLLARS = "CAD"


class UnreadableFigureError(ValueError):
    """A printed figure that cannot be read with certainty; `raw` is its text."""

    def __init__(self, raw: str, reason: str) -> None:
        super().__init__(f"cannot read the figure {raw!r}: {reason}")
        self.raw = raw


class _Figure(NamedTuple):
    number: Decimal
    unit: str | None


class _Parts(NamedTuple):
    """A figure in words: `4,5` `M` `$`."""

    negative: bool
    digits: str
    scale: str | None
    unit: str | None
    dollar_first: bool


# "x", ".." and "..." are Statistics Canada's standard table symbols. "n/a" is absent on purpose: some mean not
# applicable by it, others not available. A dash says only that no figure is printed.
_MARKS: dict[str, QuantityKind] = {
    "mise en œuvre": "milestone",
    "mise en oeuvre": "milestone",
    "implementation": "milestone",
    "s. o.": "not_applicable",
    "s.o.": "not_applicable",
    "sans objet": "not_applicable",
    "not applicable": "not_applicable",
    "...": "not_applicable",
    "…": "not_applicable",
    "n. d.": "missing",
    "n.d.": "missing",
    "non disponible": "missing",
    "not available": "missing",
    "..": "missing",
    "-": "missing",
    "–": "missing",
    "—": "missing",
    "−": "missing",
    "x": "suppressed",
}

_QUALIFIERS: dict[QuantityKind, str] = {
    "at_least": "plus de|au moins|more than|over|at least",
    "at_most": "moins de|au plus|jusqu['’]à|less than|fewer than|at most|up to",
    "estimate": "environ|près de|estimée?s? à|about|approximately|nearly|an estimated|estimated at",
}

_RANGES = (
    "(?:de )?(.+) à (.+)",
    "entre (.+) et (.+)",
    "(?:from )?(.+) to (.+)",
    "between (.+) and (.+)",
)

_SPACES = re.compile(r"[ \u00a0\u202f\u2009]+")
_FIGURE = re.compile(r"(\$ ?)?([-−])?([0-9](?:[0-9 ,.]*[0-9])?) ?(.*)")
_SCALE = re.compile(r"(?:(k|M|Md|G|millions?|milliards?|billions?)(?= |\$|$) ?(?:d['’]|de )?)?(.*)")
_PLAIN = re.compile(r"([0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:([,.])([0-9]+))?")
_COMMA_GROUPED = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")

_ZEROS_OF_SCALE = {"k": 3, "M": 6, "Md": 9, "G": 9, "million": 6, "milliard": 9, "billion": 9}
# Letters are prefixes of money alone, and "billion" is 10^9 in English but 10^12 in French.
_SCALES_OF_MONEY = frozenset({"k", "M", "Md", "G", "billion"})
_GROUP_DIGITS = 3
_UNITS = {
    "%": PERCENT,
    "p. 100": PERCENT,
    "pour cent": PERCENT,
    "per cent": PERCENT,
    "percent": PERCENT,
    "$": DOLLARS,
    "dollars": DOLLARS,
}


def parse_printed(raw: str, unit: str | None = None, *, language: Language | None = None) -> QualifiedValue:
    """The figure that a source prints, with `raw` kept.

    "plus de 4,5 M$" is at least 4500000 in "CAD", "45 %" is 45 in "percent". `unit` is what the column says;
    a printed unit must agree with it, and words after a figure are read only as that unit. `language` decides
    whether the comma of "1,200" groups (English) or marks decimals (French); a dollar sign in front tells too,
    French words do not (both uses are found beside them), and untold it is refused. "More than" is read as
    at least, "less than" as at most.

    Raises:
        UnreadableFigureError: the text is none of the known forms, or could mean two things.
    """
    kept = one_line(raw)
    if len(kept) > RAW_CHARACTERS_MAX:
        raise UnreadableFigureError(kept[:50], f"longer than {RAW_CHARACTERS_MAX} characters")
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", kept)).strip()
    try:
        return _read(text, kept, unit, language)
    except UnreadableFigureError:
        raise
    except ValueError as refusal:
        raise UnreadableFigureError(kept, str(refusal)) from refusal


def _read(text: str, raw: str, unit: str | None, language: Language | None) -> QualifiedValue:
    mark = _MARKS.get(text.casefold())
    if mark is not None:
        return QualifiedValue(kind=mark, raw=raw, unit=unit)
    for form in _RANGES:
        ends = re.fullmatch(form, text, re.IGNORECASE)
        # "estimées à 1,8 M$" has the shape of a range, and no figure in front.
        if ends is not None and ends[1][0] in "$-−0123456789":
            return _read_range(ends[1], ends[2], raw, unit, language)
    for kind, words in _QUALIFIERS.items():
        qualified = re.fullmatch(rf"(?:{words}) (.+)", text, re.IGNORECASE)
        if qualified is not None:
            figure = _figure(_parts(qualified[1], raw), raw, unit, language)
            return QualifiedValue(kind=kind, number=figure.number, raw=raw, unit=figure.unit)
    figure = _figure(_parts(text, raw), raw, unit, language)
    return QualifiedValue(kind="exact", number=figure.number, raw=raw, unit=figure.unit)


def _read_range(
    low_text: str, high_text: str, raw: str, unit: str | None, language: Language | None
) -> QualifiedValue:
    low_parts, high_parts = _parts(low_text, raw), _parts(high_text, raw)
    if low_parts.scale is None and low_parts.unit is None:
        # "4,5 à 5 M$" says the scale and unit once, for both.
        low_parts = low_parts._replace(
            scale=high_parts.scale,
            unit=high_parts.unit,
            dollar_first=low_parts.dollar_first or high_parts.dollar_first,
        )
    low = _figure(low_parts, raw, unit, language)
    high = _figure(high_parts, raw, unit, language)
    if low.unit != high.unit:
        raise UnreadableFigureError(raw, f"its ends are in {low.unit!r} and {high.unit!r}")
    return QualifiedValue(kind="range", number=low.number, upper=high.number, raw=raw, unit=high.unit)


def _parts(text: str, raw: str) -> _Parts:
    figure = _FIGURE.fullmatch(text)
    if figure is None:
        raise UnreadableFigureError(raw, "no known form")
    dollar, sign, digits, rest = figure.groups()
    after = _SCALE.fullmatch(rest)
    assert after is not None  # the form fits every line
    scale, unit = after.groups()
    return _Parts(
        negative=sign is not None,
        digits=digits,
        scale=scale,
        unit=unit or None,
        dollar_first=dollar is not None,
    )


def _figure(parts: _Parts, raw: str, column_unit: str | None, language: Language | None) -> _Figure:
    unit = _unit(parts, raw, column_unit)
    zeros = 0
    if parts.scale is not None:
        scale = parts.scale.removesuffix("s")
        if unit == PERCENT or (scale in _SCALES_OF_MONEY and unit != DOLLARS):
            raise UnreadableFigureError(raw, f"{parts.scale!r} does not go with {unit or 'no unit'}")
        if scale == "billion" and not parts.dollar_first:
            raise UnreadableFigureError(raw, "a billion is another number in French")
        zeros = _ZEROS_OF_SCALE[scale]
    whole, decimals = _digits(parts.digits, raw, language or ("en" if parts.dollar_first else None))
    if len(whole) > 1 and whole.startswith("0"):
        raise UnreadableFigureError(raw, "it begins with a zero, as a code does")
    sign = "-" if parts.negative else ""
    exponent = zeros - len(decimals)
    # Written out, since an exponent would lose the plain form: 4,5 M is 4500000.
    return _Figure(Decimal(f"{sign}{whole}{decimals}{'0' * exponent if exponent > 0 else f'E{exponent}'}"), unit)


def _unit(parts: _Parts, raw: str, column_unit: str | None) -> str | None:
    if parts.unit is None:
        printed = DOLLARS if parts.dollar_first else None
    elif column_unit is not None and parts.unit.casefold() == column_unit.casefold():
        printed = column_unit
    elif parts.unit in _UNITS:
        printed = _UNITS[parts.unit]
    else:
        raise UnreadableFigureError(raw, f"{parts.unit!r} is no unit known here")
    if printed is None:
        return column_unit
    if column_unit not in (None, printed) or (parts.dollar_first and printed != DOLLARS):
        expected = DOLLARS if column_unit in (None, printed) else column_unit
        raise UnreadableFigureError(raw, f"it is printed in {printed!r} where {expected!r} is expected")
    return printed


def _digits(text: str, raw: str, language: Language | None) -> tuple[str, str]:
    """The digits before and after the decimal mark."""
    plain = _PLAIN.fullmatch(text)
    grouped = _COMMA_GROUPED.fullmatch(text)
    if plain is None:
        if grouped is None:
            raise UnreadableFigureError(raw, f"{text!r} is grouped in no known way")
        return (grouped[1].replace(",", ""), grouped[2] or "")
    whole, mark, decimals = plain.groups(default="")
    looks_grouped = len(decimals) == _GROUP_DIGITS and len(whole) <= _GROUP_DIGITS and whole[0] != "0"
    if not looks_grouped or (language, mark) in (("fr", ","), ("en", ".")):
        return (whole.replace(" ", ""), decimals)
    if (language, mark) == ("en", ","):
        return (whole + decimals, "")
    raise UnreadableFigureError(raw, f"{mark!r} may group digits or mark decimals; tell the language")

"""What a cell says: each reader gives a value or says why it cannot, and none of them guesses."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from domain.clocks import YEAR_MAX, YEAR_MIN
from domain.values import (
    Language,
    PartialDate,
    QualifiedValue,
    TerritoryCode,
    UnreadableFigureError,
    fr,
    parse_printed,
)
from domain.values.printed import PERCENT
from domain.values.text import WORDING_CHARACTERS_MAX, composed_line
from services.tables.problems import TableProblem, problem
from services.tables.reading import Cell, fold

_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")
_PARTIAL: Final = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_SLASHED: Final = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("january", "janvier", "jan", "janv"),
            ("february", "fevrier", "feb", "fevr"),
            ("march", "mars", "mar"),
            ("april", "avril", "apr", "avr"),
            ("may", "mai"),
            ("june", "juin"),
            ("july", "juillet", "jul", "juil"),
            ("august", "aout", "aug"),
            ("september", "septembre", "sep", "sept"),
            ("october", "octobre", "oct"),
            ("november", "novembre", "nov"),
            ("december", "decembre", "dec"),
        ),
        start=1,
    )
    for name in names
}
_IN_WORDS_FR: Final = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
_IN_WORDS_EN: Final = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)? (\d{4})")
_MONTH_IN_WORDS: Final = re.compile(r"([a-z]+) (\d{4})")
_CODE: Final = re.compile(r"([a-z]+(?:-[a-z]+)?) ?: ?([0-9a-z-]+)")

REGIONS: Final[Mapping[str, str]] = {
    "01": "Bas-Saint-Laurent",
    "02": "Saguenay–Lac-Saint-Jean",
    "03": "Capitale-Nationale",
    "04": "Mauricie",
    "05": "Estrie",
    "06": "Montréal",
    "07": "Outaouais",
    "08": "Abitibi-Témiscamingue",
    "09": "Côte-Nord",
    "10": "Nord-du-Québec",
    "11": "Gaspésie–Îles-de-la-Madeleine",
    "12": "Chaudière-Appalaches",
    "13": "Laval",
    "14": "Lanaudière",
    "15": "Laurentides",
    "16": "Montérégie",
    "17": "Centre-du-Québec",
}
"""The administrative regions of Québec by number, as the Institut de la statistique du Québec lists them."""
_REGION_OF: Final = {
    fold(spelling): code
    for code, name in REGIONS.items()
    for spelling in (
        name,
        code,
        f"{code} {name}",
        f"région {name}",
        f"région du {name}",
        f"région de la {name}",
        f"région de {name}",
        f"région des {name}",
        f"région de l {name}",
    )
}


class Unread(Exception):  # noqa: N818 - not an error of the program: a cell that is told back
    """A cell that cannot be read."""

    def __init__(self, told: TableProblem) -> None:
        super().__init__(str(told))
        self.told = told


def unread(cell: Cell, code: str, **facts: object) -> Unread:
    """What is wrong with a cell, to be raised."""
    return Unread(problem(cell.place, code, **facts))


Reader = Callable[[Cell, Language | None], Any]
"""Takes a cell that is not blank, and the language of the table."""


def raw(cell: Cell) -> Any:
    """The value of a cell that holds one.

    Raises:
        Unread: it holds a formula or a spreadsheet's error.
    """
    if cell.formula:
        raise unread(cell, "formula")
    if cell.error:
        raise unread(cell, "error_value", value=cell.value)
    return cell.value


def text(cell: Cell, _: Language | None = None) -> str:
    """One line of text. A whole number is taken as its digits: references often are."""
    value = raw(cell)
    if isinstance(value, bool | datetime | date | time) or (isinstance(value, float) and not value.is_integer()):
        raise unread(cell, "text_expected", value=value)
    if not isinstance(value, str):
        value = str(int(value))
    found = _CONTROL.search(value)
    if found is not None:
        raise unread(cell, "control_character", character=f"U+{ord(found[0]):04X}")
    line = composed_line(value)
    if len(line) > WORDING_CHARACTERS_MAX:
        raise unread(cell, "text_too_long", length=len(line), limit=WORDING_CHARACTERS_MAX)
    return line


def lines(cell: Cell, _: Language | None = None) -> tuple[str, ...]:
    """Several texts of one cell, each on its own line; bullets in front are left out."""
    value = raw(cell)
    if not isinstance(value, str):
        return (text(cell),)
    found = _CONTROL.search(value)
    if found is not None:
        raise unread(cell, "control_character", character=f"U+{ord(found[0]):04X}")
    parts = (composed_line(re.sub(r"^\s*[•▪‣·\-–—*]\s+", "", part)) for part in re.split(r"[\r\n\v\f]+", value))
    kept = tuple(part for part in parts if part)
    for part in kept:
        if len(part) > WORDING_CHARACTERS_MAX:
            raise unread(cell, "text_too_long", length=len(part), limit=WORDING_CHARACTERS_MAX)
    return kept


def listed(cell: Cell, _: Language | None = None) -> tuple[str, ...]:
    """Several texts of one cell, separated by semicolons."""
    return tuple(part for part in (composed_line(part) for part in text(cell).split(";")) if part)


def choice(words: Mapping[str, tuple[str, ...]]) -> Reader:
    """One of the codes, by any of its words in either language."""
    codes = {fold(word): code for code, several in words.items() for word in (code, *several)}
    shown = ", ".join(several[0] for several in words.values())

    def read(cell: Cell, _: Language | None = None) -> str:
        value = raw(cell)
        if isinstance(value, bool):
            value = "oui" if value else "non"
        code = codes.get(fold(value)) if isinstance(value, str) else None
        if code is None:
            raise unread(cell, "not_listed", value=value, listed=shown)
        return code

    return read


def yes_or_no(cell: Cell, _: Language | None = None) -> bool:
    """Yes or no, in either language."""
    return bool(_YES_OR_NO(cell, None) == "yes")


_YES_OR_NO: Final = choice({"yes": ("oui", "yes", "vrai", "true", "x"), "no": ("non", "no", "faux", "false")})


def day(cell: Cell, _: Language | None = None) -> date:
    """A day of the calendar."""
    value = raw(cell)
    if isinstance(value, datetime):
        if value.time() != time():
            raise unread(cell, "date_unread", value=value)
        return _plausible(cell, value.date())
    if isinstance(value, date):
        return _plausible(cell, value)
    if not isinstance(value, str):
        raise unread(cell, "date_unread", value=value)
    found = _ISO.fullmatch(value.strip())
    if found is not None:
        return _date(cell, int(found[1]), int(found[2]), int(found[3]))
    if _SLASHED.fullmatch(value.strip()):
        raise unread(cell, "date_unclear", value=value)
    words = fold(value)
    in_french, in_english = _IN_WORDS_FR.fullmatch(words), _IN_WORDS_EN.fullmatch(words)
    if in_french is not None and in_french[2] in _MONTHS:
        return _date(cell, int(in_french[3]), _MONTHS[in_french[2]], int(in_french[1]))
    if in_english is not None and in_english[1] in _MONTHS:
        return _date(cell, int(in_english[3]), _MONTHS[in_english[1]], int(in_english[2]))
    raise unread(cell, "date_unread", value=value)


def partial_date(cell: Cell, language: Language | None = None) -> PartialDate:
    """A year, a month or a day."""
    value = raw(cell)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str):
        words = fold(value)
        month = _MONTH_IN_WORDS.fullmatch(words)
        if _PARTIAL.fullmatch(value.strip()):
            try:
                known = PartialDate(value=value.strip())
            except ValueError as error:
                raise unread(cell, "partial_date_unread", value=value) from error
            _plausible(cell, known.earliest)
            return known
        if month is not None and month[1] in _MONTHS:
            return PartialDate(value=f"{_date(cell, int(month[2]), _MONTHS[month[1]], 1):%Y-%m}")
        if not re.search(r"\d", words):
            raise unread(cell, "partial_date_unread", value=value)
    return PartialDate(value=day(cell, language).isoformat())


def whole_number(cell: Cell, _: Language | None = None) -> int:
    """A whole number, not negative."""
    value = raw(cell)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value.strip()):
        value = int(value.strip())
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise unread(cell, "whole_number_unread", value=value)
    return value


def figure(unit: str | None) -> Reader:
    """A figure as sources print it, in the unit of its column."""

    def read(cell: Cell, language: Language | None = None) -> QualifiedValue:
        value = raw(cell)
        try:
            if isinstance(value, str):
                return parse_printed(unicodedata.normalize("NFC", value), unit, language=language)
            if isinstance(value, bool | datetime | date | time):
                raise unread(cell, "figure_unread", value=value)
            number = Decimal(str(value))
            said = unit
            if cell.percent:
                if unit not in (None, PERCENT):
                    raise unread(cell, "figure_unread", value=f"{number * 100:f} %")
                number, said = number * 100, PERCENT
            plain = number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
            return QualifiedValue(kind="exact", number=plain + 0, unit=said)
        except (UnreadableFigureError, ValueError, InvalidOperation) as error:
            raise unread(cell, "figure_unread", value=value) from error

    return read


def territory(cell: Cell, _: Language | None = None) -> TerritoryCode:
    """A region of Québec by its number or name, or any place by the scheme and code of its official list."""
    given = text(cell)
    region = _REGION_OF.get(fold(given))
    if region is None and re.fullmatch(r"\d", given):
        region = _REGION_OF.get(f"0{given}")
    if region is not None:
        return TerritoryCode(scheme="qc-region", code=region, name=fr(REGIONS[region]))
    coded = _CODE.fullmatch(given.casefold())
    if coded is not None:
        scheme, code = coded[1], coded[2]
        try:
            if scheme == "qc-region" and code in REGIONS:
                return TerritoryCode(scheme="qc-region", code=code, name=fr(REGIONS[code]))
            return TerritoryCode(scheme=scheme, code=code)  # type: ignore[arg-type] # an unknown one is refused
        except (ValueError, KeyError) as error:
            raise unread(cell, "territory_unread", value=given) from error
    raise unread(cell, "territory_unread", value=given)


def tags(cell: Cell, _: Language | None = None) -> tuple[str, ...]:
    """Tags, separated by semicolons or commas."""
    found = tuple(part.strip() for part in re.split(r"[;,]", text(cell)) if part.strip())
    for tag in found:
        if not re.fullmatch(r"[a-z0-9_]{1,40}", tag):
            raise unread(cell, "tag_unread", value=tag)
    return tuple(dict.fromkeys(found))


def _date(cell: Cell, year: int, month: int, number: int) -> date:
    try:
        found = date(year, month, number)
    except ValueError as error:
        raise unread(cell, "date_unread", value=cell.value) from error
    return _plausible(cell, found)


def _plausible(cell: Cell, found: date) -> date:
    if not YEAR_MIN <= found.year <= YEAR_MAX:
        raise unread(cell, "date_out_of_range")
    return found

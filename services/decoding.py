"""From bytes to an order, strictly: what is not understood is refused with the JSON path where it stands.

The same decoder serves the API and import files. Texts are composed (Unicode NFC) on the way in, so that equal
texts have equal bytes in the log; nothing else is repaired.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final, NoReturn, TypeVar
from zoneinfo import available_timezones

import msgspec

from domain.authority import NOT_GIVEN
from domain.clocks import YEAR_MAX, YEAR_MIN
from domain.document import Content
from domain.envelope import Authority, Source
from domain.values import Citation, Language, PartialDate, SealedText
from services.refusals import FieldsInvalidError, Located, NotJsonError
from services.refusals.orders import EffectiveTooFarError
from services.wordings import located

COMMONS_SLUG: Final = "commons"
"""Leads to the commons on every instance, so no body takes it."""
DEPTH_MAX: Final = 40
"""Deeper than any command; far below what Python's own recursion takes."""
INTEGER_DIGITS_MAX: Final = 40
EFFECTIVE_YEARS_AHEAD_MAX: Final = 5

# Raw control characters cannot stand in JSON strings; escaped ones can, and PostgreSQL's text takes no U+0000.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SEVERAL_LINES = "text"
"""The member of a free text, the only string that may have several lines."""

T = TypeVar("T")


class Circumstances(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may stand around a command's `data`."""

    data: dict[str, Any]
    effective_on: date | None = None
    authority: Authority = NOT_GIVEN
    lang: Language | None = None
    source: Source | None = None
    caused_by: Citation | None = None
    sample: bool = False
    expected_version: int | None = None


class _Repeated(dict[str, Any]):
    """An object in which a member came twice."""

    name: str = ""


def parse_json(body: bytes) -> Any:
    """The JSON value, with numbers exact and texts composed.

    Raises:
        NotJsonError: not UTF-8, not JSON, NaN or Infinity, a repeated member, too deep, control characters.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_json("not_utf8", position=error.start) from error
    try:
        value = json.loads(
            text,
            parse_float=Decimal,
            parse_int=_integer,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise _not_json("syntax", line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise _not_json("too_deep", depth=DEPTH_MAX) from error
    return _composed(value, "$", 0)


def decode_circumstances(value: Any) -> Circumstances:
    """The request around a command.

    Raises:
        FieldsInvalidError: with the path of what is wrong.
    """
    circumstances = convert(value, Circumstances, "$")
    problems = [*_implausible(circumstances.authority, "$.authority")]
    if circumstances.effective_on is not None:
        problems += _implausible(circumstances.effective_on, "$.effective_on")
    if problems:
        raise FieldsInvalidError(tuple(problems))
    return circumstances


def decode_command(cls: type[T], data: Any, path: str = "$.data") -> T:
    """The command itself.

    Raises:
        FieldsInvalidError: with the path of what is wrong.
    """
    command = convert(data, cls, path)
    problems = tuple(_implausible(command, path))
    if problems:
        raise FieldsInvalidError(problems)
    return command


def convert(value: Any, cls: type[T], path: str) -> T:
    """A JSON value as a type, strictly.

    Raises:
        FieldsInvalidError: with the path of what is wrong.
    """
    try:
        return msgspec.convert(value, cls)
    except msgspec.ValidationError as error:
        message, _, at = str(error).rpartition(" - at `$")
        if not message:
            message, at = str(error), "`"
        raise FieldsInvalidError((located(message, path + at.rstrip("`")),)) from error


def citations(value: Any) -> Iterator[Citation]:
    """Every citation inside a command or an authority, in the order of its fields."""
    for _, part in _walk(value, "$"):
        if isinstance(part, Citation):
            yield part


def names_organisation(command: Any) -> bool:
    """Whether a command names an organisation of the commons; its own id is not a name."""
    return any(
        part is not None and at.endswith(".organisation_id") and at != "$.organisation_id"
        for at, part in _walk(command, "$")
    )


def contents_named(value: Any) -> Iterator[Content]:
    """Every content that a command names, in the order of its fields."""
    for _, part in _walk(value, "$"):
        if isinstance(part, Content):
            yield part


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _walk(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _walk(part, f"{path}.{name}")
    elif isinstance(value, tuple | list | frozenset | set):
        for index, part in enumerate(value):
            yield from _walk(part, f"{path}[{index}]")


def _implausible(value: Any, path: str) -> Iterator[Located]:
    """What the types allow and the register does not: dates beyond its calendar, sealed forms, unknown zones."""
    for at, part in _walk(value, path):
        match part:
            case date() if not YEAR_MIN <= part.year <= YEAR_MAX:
                yield located("date out of range", at)
            case PartialDate() if not YEAR_MIN <= part.earliest.year <= YEAR_MAX:
                yield located("date out of range", at)
            case SealedText() if not part.is_open:
                yield located("free text not open", at)
            case str() if at.endswith(".slug") and part == COMMONS_SLUG:
                yield located("reserved slug", at)
            case str() if at.endswith(".time_zone") and part not in _zones():
                yield located("unknown time zone", at)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _composed(value: Any, path: str, depth: int) -> Any:
    if depth > DEPTH_MAX:
        raise _not_json("too_deep", depth=DEPTH_MAX)
    if isinstance(value, str):
        return _composed_text(value, path, several_lines=path.endswith("." + _SEVERAL_LINES))
    if isinstance(value, _Repeated):
        raise _not_json("repeated_member", path=f"{path}.{value.name}")
    if isinstance(value, dict):
        return {
            _composed_text(name, path): _composed(part, f"{path}.{name}", depth + 1)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_composed(part, f"{path}[{index}]", depth + 1) for index, part in enumerate(value)]
    return value


def _composed_text(text: str, path: str, *, several_lines: bool = False) -> str:
    if text.isascii() and text.isprintable():
        return text
    found = (_CONTROL_IN_LINES if several_lines else _CONTROL).search(text)
    if found:
        raise _not_json("control_character", path=path, character=f"U+{ord(found[0]):04X}")
    return unicodedata.normalize("NFC", text)


def _integer(digits: str) -> int:
    if len(digits) > INTEGER_DIGITS_MAX:
        raise _not_json("number_too_long", digits=INTEGER_DIGITS_MAX)
    return int(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise _not_json("not_a_number", name=name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    repeated = _Repeated(members)
    names = [name for name, _ in pairs]
    repeated.name = next(name for name in names if names.count(name) > 1)
    return repeated


_NOT_JSON: Final = {
    "not_utf8": ("Byte {position} is not UTF-8.", "L’octet {position} n’est pas de l’UTF-8."),
    "syntax": ("Line {line}, column {column}: JSON breaks here.", "Ligne {line}, colonne {column} : JSON rompu."),
    "too_deep": ("Nested deeper than {depth} levels.", "Plus de {depth} niveaux d’imbrication."),
    "not_a_number": ("{name} is not a JSON number.", "{name} n’est pas un nombre JSON."),
    "number_too_long": ("A number has more than {digits} digits.", "Un nombre a plus de {digits} chiffres."),
    "repeated_member": ("This member comes twice.", "Ce membre figure deux fois."),
    "control_character": (
        "The control character {character} is not allowed here.",
        "Le caractère de commande {character} n’est pas permis ici.",
    ),
}
NOT_JSON_CODES: Final = frozenset(_NOT_JSON)


def _not_json(code: str, *, path: str = "$", **facts: object) -> NotJsonError:
    english, french = _NOT_JSON[code]
    # A lone surrogate in a name could not be written into the answer either.
    path = path.encode("utf-8", "replace").decode()
    return NotJsonError((Located(path=path, code=code, en=english.format(**facts), fr=french.format(**facts)),))


def check_effective(effective_on: date, today: date) -> None:
    """A date too far ahead is nearly always a slip, and a lifecycle event of 2205 would bar all of this century.

    Raises:
        EffectiveTooFarError: more than five years ahead, the longest term that federal calls have offered.
    """
    latest = date(min(today.year + EFFECTIVE_YEARS_AHEAD_MAX, YEAR_MAX), 12, 31)
    if effective_on > latest:
        raise EffectiveTooFarError(effective_on=effective_on, latest=latest)

"""The parameters of a view's address, as the stored documents take them as variables."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from litestar import Request

from domain.clocks import YEAR_MAX, YEAR_MIN, parse_recorded_as_of
from domain.values import Language
from readapi.codes import BodyKind, PeriodKind, Province
from services.api.languages import preferred
from services.refusals.reads import EffectiveUnreadableError
from services.refusals.requests import QueryInvalidError

LANGUAGE: Final = "lang"
CLOCKS: Final = ("effective", "recorded")
BODIES: Final = ("kind", "province", "partnership")
_LIST_MAX: Final = 200
_NAME_CHARACTERS_MAX: Final = 60
_PERIOD: Final = "FISCAL_YEAR/2025-04-01/2026-03-31"
_POPULATION: Final = "commons/UUID/vintage"
_CATEGORY: Final = "year.2019"

AnyRequest = Request[Any, Any, Any]


def language_of(request: AnyRequest) -> Language:
    """The language that is asked for, or else the one that the reader prefers."""
    match request.query_params.get(LANGUAGE):
        case None:
            return preferred(request.headers.get("accept-language", "")) or "en"
        case "fr":
            return "fr"
        case "en":
            return "en"
        case _:
            raise QueryInvalidError(name=LANGUAGE, expected="en, fr")


def _missing(name: str, codes: type[StrEnum]) -> str:
    raise QueryInvalidError(name=name, expected=", ".join(code.name for code in codes))


class Given:
    """The parameters of an address, as the stored documents take them.

    Raises:
        QueryInvalidError: a parameter that is none of the view's, or one that is not understood. A misspelt
            filter that is ignored would make a file say more than was asked for.
    """

    def __init__(self, request: AnyRequest, names: Sequence[str]) -> None:
        self._given = request.query_params
        known = (LANGUAGE, *names)
        for name in self._given:
            if name not in known:
                raise QueryInvalidError(name=name[:_NAME_CHARACTERS_MAX], expected=", ".join(known))

    def one(self, name: str) -> str | None:
        return self._given.get(name) or None

    def many(self, name: str) -> list[str]:
        given = self._given.getall(name, [])
        if len(given) > _LIST_MAX:
            raise QueryInvalidError(name=name, expected=f"1–{_LIST_MAX}")
        return given

    def uuid(self, name: str) -> str:
        try:
            return str(UUID(self.one(name) or ""))
        except ValueError as error:
            raise QueryInvalidError(name=name, expected="UUID") from error

    def needed(self, name: str, expected: str) -> str:
        given = self.one(name)
        if given is None:
            raise QueryInvalidError(name=name, expected=expected)
        return given

    def record(self, name: str) -> dict[str, str]:
        """A record of a log: its owner's slug, the commons where none is given, and its id."""
        return {"owner": self.one("owner") or "commons", "id": self.uuid(name)}

    def day(self, name: str) -> str:
        return _day(name, self.one(name) or "", "2026-03-31")

    def code(self, name: str, codes: type[StrEnum]) -> str | None:
        given = self.one(name)
        return None if given is None else _code(name, given, codes)

    def codes(self, name: str, codes: type[StrEnum]) -> list[str]:
        return [_code(name, given, codes) for given in self.many(name)]

    def clocks(self) -> dict[str, Any]:
        clocks = self._clocks()
        return {"asOf": clocks} if clocks else {}

    def bodies(self) -> dict[str, Any]:
        """Which bodies the question is about."""
        kinds, provinces = self.codes("kind", BodyKind), self.codes("province", Province)
        filters = {"kinds": kinds, "provinces": provinces, "partnerships": self.many("partnership")}
        return {name: values for name, values in filters.items() if values}

    def one_period(self) -> dict[str, str]:
        return {
            "kind": self.code("period", PeriodKind) or _missing("period", PeriodKind),
            "start": self.day("start"),
            "end": self.day("end"),
        }

    def periods(self) -> list[dict[str, str]]:
        """Several periods, each as its kind, first and last day."""
        given = self.many("periods")
        if not given:
            raise QueryInvalidError(name="periods", expected=_PERIOD)
        return [self._period(*one.split("/")) for one in given]

    def _period(self, kind: str = "", start: str = "", end: str = "", *more: str) -> dict[str, str]:
        if more:
            raise QueryInvalidError(name="periods", expected=_PERIOD)
        days = {"start": _day("periods", start, _PERIOD), "end": _day("periods", end, _PERIOD)}
        return {"kind": _code("periods", kind, PeriodKind), **days}

    def categories(self, name: str) -> list[dict[str, str]]:
        """Categories of dimensions, each as the keys of figures have it."""
        return [self._category(name, *one.partition(".")) for one in self.many(name)]

    def _category(self, name: str, dimension: str, _: str, category: str) -> dict[str, str]:
        if not dimension or not category:
            raise QueryInvalidError(name=name, expected=_CATEGORY)
        return {"dimension": dimension, "category": category}

    def population(self) -> dict[str, str] | None:
        """The owner, the dataset's id and the vintage's code."""
        given = self.one("population")
        if given is None:
            return None
        match given.split("/"):
            case [owner, dataset, vintage] if owner and vintage:
                try:
                    return {"owner": owner, "dataset": str(UUID(dataset)), "vintage": vintage}
                except ValueError as error:
                    raise QueryInvalidError(name="population", expected=_POPULATION) from error
            case _:
                raise QueryInvalidError(name="population", expected=_POPULATION)

    def _clocks(self) -> dict[str, str]:
        clocks = {}
        effective, recorded = self.one("effective"), self.one("recorded")
        if effective is not None:
            try:
                day = date.fromisoformat(effective)
            except ValueError as error:
                raise EffectiveUnreadableError(given=effective[:60]) from error
            if not YEAR_MIN <= day.year <= YEAR_MAX:
                raise EffectiveUnreadableError(given=effective[:60])
            clocks["effective"] = day.isoformat()
        if recorded is not None:
            parse_recorded_as_of(recorded)
            clocks["recorded"] = recorded.strip()
        return clocks

    def refuse_position(self) -> None:
        """A position counts in one log, and this question is about several."""
        recorded = self.one("recorded")
        if recorded is not None and isinstance(parse_recorded_as_of(recorded), int):
            raise QueryInvalidError(name="recorded", expected="2026-03-31T17:00:00-04:00")


def _day(name: str, given: str, expected: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError as error:
        raise QueryInvalidError(name=name, expected=expected) from error


def _code(name: str, given: str, codes: type[StrEnum]) -> str:
    wanted = given.upper()
    if wanted not in codes.__members__:
        _missing(name, codes)
    return wanted

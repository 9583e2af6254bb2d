"""One indicator across the country, as the read API answers it, in the words of a language."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_datetime
from msgspec.structs import replace

from domain.narration.values import day_words, figure_words, number_words, period_words
from domain.values import Language, Period, QualifiedValue, Wording
from services.views.words import say

DOCUMENT = "comparison"
"""The stored document that every comparison is read with."""
_PER_CENT = "percent"
_SHOWN_IN = ZoneInfo("America/Toronto")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What one body says of one territory."""

    slug: str
    name: Wording
    territory: Wording | None
    indicator: Wording | None
    value: QualifiedValue
    denominator: QualifiedValue | None
    said: str
    """The figure in words for a table that names the unit, with what its source printed where that says more; or
    why it is not shown."""
    short: str
    """The figure in words with its unit."""
    comparability: str
    stage: str
    sample: bool

    @property
    def label(self) -> str:
        return self.name.text if self.territory is None else f"{self.name.text} – {self.territory.text}"


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """A body of which the comparison has nothing, and how that stands."""

    slug: str
    name: Wording
    territory: Wording | None
    state: str
    due_on: date | None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The whole view, in a language."""

    language: Language
    indicator: Wording
    description: Wording | None
    unit: str
    period: Period
    lines: tuple[Line, ...]
    total: str | None
    """The figures together, as `said` of a line is; None where there is no total, and `no_total` says why."""
    no_total: str | None
    expected: int
    reporting: int
    missing: int
    absent: tuple[Absent, ...]
    samples: int
    effective: date
    recorded: datetime | None

    @property
    def period_said(self) -> str:
        return period_words(self.period, self.language)

    @property
    def unit_said(self) -> str:
        """The unit of the figures: a sign by its name, a noun as its owner wrote it."""
        return say(f"unit.{self.unit}", self.language) if _sign(self.unit) else self.unit

    @property
    def clocks_said(self) -> str:
        """Both clocks of the answer."""
        day = day_words(self.effective, self.language)
        if self.recorded is None:
            return say("clocks", self.language, day=day)
        local = self.recorded.astimezone(_SHOWN_IN)
        instant = format_datetime(local, "long", locale=f"{self.language}_CA")
        return say("clocks.recorded", self.language, day=day, instant=instant)


def comparison(answer: Mapping[str, Any], language: Language) -> Comparison:
    """The view of an answer of the stored document, which is not null."""
    as_of, refused = answer["asOf"], answer["notAddable"]
    indicator = answer["indicator"]
    wording = worded(indicator["wording"], language)
    assert wording is not None
    period = answer["period"]
    return Comparison(
        language=language,
        indicator=wording,
        description=worded(indicator["description"], language),
        unit=indicator["unit"],
        period=Period(
            kind=period["kind"].lower(),
            start=date.fromisoformat(period["start"]),
            end=date.fromisoformat(period["end"]),
        ),
        lines=tuple(_line(one, language) for one in answer["values"]),
        total=None if answer["total"] is None else total_words(answer["total"], language),
        no_total=None if refused is None else refused["message"][language],
        expected=answer["expected"],
        reporting=answer["reporting"],
        missing=answer["missing"],
        absent=tuple(_absent(one, language) for one in answer["standings"] if one["state"] != "REPORTED"),
        samples=answer["sample"]["values"],
        effective=date.fromisoformat(as_of["effective"]),
        recorded=None if as_of["recorded"] is None else datetime.fromisoformat(as_of["recorded"]),
    )


def worded(said: Mapping[str, Any] | None, language: Language) -> Wording | None:
    """A text in the language, or in the other one where it exists in that alone."""
    if said is None:
        return None
    other: Language = "en" if language == "fr" else "fr"
    return Wording(said[language], language) if said[language] else Wording(said[other], other)


def quantity(said: Mapping[str, Any]) -> QualifiedValue:
    """A figure as the domain has it."""
    return QualifiedValue(
        kind=said["kind"].lower(),
        number=_decimal(said["number"]),
        upper=_decimal(said["upper"]),
        raw=said["raw"],
        status=None if said["status"] is None else said["status"].lower(),
        rounded_to=None if said["roundedTo"] is None else int(said["roundedTo"]),
        unit=said["unit"],
    )


def figure(said: Mapping[str, Any], language: Language) -> str:
    """A figure in words, with its unit and with what its source printed where that says more."""
    return withheld(said, language) or figure_words(_stated(quantity(said), alone=False), language)


def withheld(said: Mapping[str, Any], language: Language) -> str | None:
    """Why the register does not show a figure, where that is so."""
    found = said.get("withheld")
    return None if found is None else str(found["message"][language])


def _line(one: Mapping[str, Any], language: Language) -> Line:
    body, whole = one["body"], one["denominator"]
    value = quantity(one["value"])
    denominator = None if whole is None else quantity(whole)
    why = withheld(one["value"], language)
    return Line(
        slug=body["slug"],
        name=worded(body["name"], language) or Wording(body["slug"], language),
        territory=_place(one["territory"], language),
        indicator=None if one["indicator"] is None else worded(one["indicator"]["wording"], language),
        value=value,
        denominator=denominator,
        said=why or _said(_stated(value, alone=denominator is None), denominator, language),
        short=say("withheld", language)
        if why
        else _said(replace(value, raw=_milestone(value)), _unprinted(denominator), language),
        comparability=one["comparability"].lower(),
        stage=one["stage"].lower(),
        sample=one["sample"],
    )


def _said(value: QualifiedValue, of: QualifiedValue | None, language: Language) -> str:
    part = figure_words(value, language)
    return part if of is None else say("of", language, part=part, whole=figure_words(of, language))


def _stated(value: QualifiedValue, *, alone: bool) -> QualifiedValue:
    """Without the digits as printed, where they say no more, and without the noun that the table counts."""
    if value.kind == "exact" and value.raw is not None and _digits(value.raw) == str(value.number):
        value = replace(value, raw=None)
    return replace(value, unit=_sign(value.unit)) if alone else value


def _sign(unit: str | None) -> str | None:
    """A unit that is a sign beside the number; a noun is said once for all."""
    return unit if unit in ("CAD", _PER_CENT) else None


def _unprinted(value: QualifiedValue | None) -> QualifiedValue | None:
    return None if value is None else replace(value, raw=None)


def _digits(printed: str) -> str:
    return "".join(printed.split()).replace(",", ".")


def _milestone(value: QualifiedValue) -> str | None:
    """A milestone is its text; of other figures, the number says it."""
    return value.raw if value.kind == "milestone" else None


def _absent(one: Mapping[str, Any], language: Language) -> Absent:
    body = one["body"]
    return Absent(
        slug=body["slug"],
        name=worded(body["name"], language) or Wording(body["slug"], language),
        territory=_place(one["territory"], language),
        state=one["state"].lower(),
        due_on=None if one["dueOn"] is None else date.fromisoformat(one["dueOn"]),
    )


def _place(place: Mapping[str, Any] | None, language: Language) -> Wording | None:
    if place is None:
        return None
    return worded(place["name"], language) or Wording(place["code"], language)


def total_words(total: Mapping[str, Any], language: Language) -> str:
    """Between which ends the figures together lie, with what is uncertain about it."""
    low, high, unit = _decimal(total["low"]), _decimal(total["high"]), _sign(total["unit"])
    if low is None and high is None:
        said = say("total.open", language)
    elif low == high:
        said = figure_words(QualifiedValue(kind="exact", number=low, unit=unit), language)
    elif low is None or high is None:
        kind: Any = "at_least" if high is None else "at_most"
        said = figure_words(QualifiedValue(kind=kind, number=high if low is None else low, unit=unit), language)
    else:
        said = figure_words(QualifiedValue(kind="range", number=low, upper=high, unit=unit), language)
    marks = [say(f"total.{mark}", language) for mark in ("provisional", "rounded") if total[mark]]
    estimated = Decimal(total["estimated"])
    if estimated and unit != _PER_CENT:
        marks.append(say("total.estimated", language, number=number_words(estimated, language)))
    if total["leftOut"]:
        marks.append(say("total.left_out", language, number=number_words(total["leftOut"], language)))
    return ", ".join([said, *marks])


def _decimal(number: str | None) -> Decimal | None:
    return None if number is None else Decimal(number)

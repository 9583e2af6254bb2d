"""Figures, spans of time and places, as the read models' columns give them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import JSON, Integer, case, cast, func, literal_column
from sqlalchemy import Text as SqlText
from sqlalchemy.sql.elements import ColumnElement

from domain import confidentiality, values
from domain.values.period import MONTHS_EN, MONTHS_FR
from readapi import text
from readapi.codes import (
    CatchmentExtent,
    PeriodKind,
    QuantityKind,
    QuantityStatus,
    TerritoryScheme,
    WithheldReason,
)
from readapi.fields import derived
from readapi.scalars import BigInt, DecimalText, PartialDateText
from readapi.shapes import Absent, Items, Value
from readapi.text import LocalizedText

Cells = Sequence[ColumnElement[Any]]


@strawberry.type(description="A span of days, both included.")
class Period:
    kind: PeriodKind = strawberry.field(description="What the span is.")
    start: date = strawberry.field(description="Its first day.")
    end: date = strawberry.field(description="Its last day, included.")

    @derived("Its name in both languages, such as `2021-2022` or `April to June 2021`.")
    def label(self) -> LocalizedText:
        period = values.Period(kind=self.kind.value, start=self.start, end=self.end)
        return text.of(period.label())


@strawberry.type(description="That the register does not show a figure, and why.")
class Withheld:
    reason: WithheldReason = strawberry.field(description="The reason, as a code.")
    message: LocalizedText = strawberry.field(description="The reason, in words.")


@strawberry.type(
    description=(
        "A figure with what its source says about it. `raw` is the text as printed, which also stands where there "
        "is no number: « s. o. », « Mise en œuvre »."
    )
)
class QualifiedValue:
    kind: QuantityKind = strawberry.field(description="What the figure is.")
    number: DecimalText | None = strawberry.field(
        description="The figure, its bound, its estimate, or the lower end of a range, in `unit`."
    )
    upper: DecimalText | None = strawberry.field(description="The upper end of a range, in `unit`.")
    raw: str | None = strawberry.field(description="The text as printed.")
    status: QuantityStatus | None = strawberry.field(description="How settled it is, where the source says so.")
    rounded_to: BigInt | None = strawberry.field(description="The step to which the source rounds, such as 5.")
    unit: str | None = strawberry.field(
        description="`CAD` (dollars), `percent` (45 means 45 %) or the noun that is counted."
    )
    withheld: Withheld | None = strawberry.field(
        description=(
            "Why the register does not show it, where that is so; its `kind` is then `SUPPRESSED`. Null where it "
            "is shown, and where its own source suppressed it."
        ),
        default=None,
    )


@strawberry.type(description="A place by its official code.")
class Territory:
    scheme: TerritoryScheme = strawberry.field(description="The classification of the code.")
    code: str = strawberry.field(description="The code in that classification.")
    name: LocalizedText | None = strawberry.field(description="The name that the source gives.")


@strawberry.type(description="A territory that a body serves, whole or in part. Catchments may overlap.")
class CatchmentPart:
    territory: Territory = strawberry.field(description="The territory.")
    extent: CatchmentExtent = strawberry.field(description="Whether all of it is served.")


@strawberry.type(description="From when to when something runs, as precisely as is known.")
class Term:
    stated: bool = strawberry.field(description="Whether the source states a term at all.")
    start: PartialDateText | None = strawberry.field(description="The first day, month or year.")
    end: PartialDateText | None = strawberry.field(description="The last day, month or year; null while open.")


@strawberry.type(description="One version of one record in its owner's log.")
class Citation:
    log: UUID = strawberry.field(description="The body that owns the log.")
    stream: UUID = strawberry.field(description="The record in that log.")
    version: BigInt = strawberry.field(description="Its version, counted from 1.")


def period(cells: Sequence[Any]) -> Period | None:
    """From `_kind`, `_start` and `_end`."""
    kind, start, end = cells
    return None if kind is None else Period(kind=PeriodKind(kind), start=start, end=end)


def quantity(cells: Sequence[Any]) -> QualifiedValue | None:
    """From `_kind`, `_number`, `_upper`, `_raw`, `_status`, `_rounded_to` and `_unit`."""
    kind, number, upper, raw, status, rounded_to, unit = cells
    if kind is None:
        return None
    return QualifiedValue(
        kind=QuantityKind(kind),
        number=number,
        upper=upper,
        raw=raw,
        status=None if status is None else QuantityStatus(status),
        rounded_to=rounded_to,
        unit=unit,
    )


def withheld(reason: confidentiality.WithheldReason) -> Withheld:
    """Why the public is not shown a figure."""
    return Withheld(reason=WithheldReason(reason), message=text.of(confidentiality.REASONS[reason]))


def quantity_from_json(value: Mapping[str, Any]) -> QualifiedValue:
    """From the JSON form of a figure."""
    parts = ("kind", "number", "upper", "raw", "status", "rounded_to", "unit")
    made = quantity([value.get(part) for part in parts])
    assert made is not None
    return made


def territory(cells: Sequence[Any]) -> Territory | None:
    """From `territory_scheme`, `territory_code` and the two names."""
    scheme, code, *names = cells
    if scheme is None:
        return None
    return Territory(scheme=TerritoryScheme(scheme), code=code, name=text.named(names))


def term(cells: Sequence[Any]) -> Term:
    """From `term_stated`, `term_start` and `term_end`."""
    stated, start, end = cells
    return Term(stated=stated, start=start, end=end)


def citation(cells: Sequence[Any]) -> Citation | None:
    """From the owner's log, the stream and the version."""
    log, stream, version = cells
    return None if log is None else Citation(log=log, stream=stream, version=version)


def catchment(parts: Sequence[Any]) -> list[CatchmentPart]:
    """From the JSON form of a catchment."""
    return [
        CatchmentPart(
            territory=Territory(
                scheme=TerritoryScheme(part["territory"]["scheme"]),
                code=part["territory"]["code"],
                name=text.from_json(part["territory"].get("name")),
            ),
            extent=CatchmentExtent(part["extent"]),
        )
        for part in parts
    ]


def period_shape(cells: Cells) -> Value:
    """What `period` makes, in SQL."""
    kind, start, end = cells
    fields = {"kind": kind, "start": start, "end": end, "label": _label(kind, start, end)}
    return Value(fields, present=kind.is_not(None))


def quantity_shape(cells: Cells) -> Value:
    """What `quantity` makes, in SQL."""
    names = ("kind", "number", "upper", "raw", "status", "rounded_to", "unit")
    return Value({**dict(zip(names, cells, strict=True)), "withheld": Absent()}, present=cells[0].is_not(None))


def quantity_json_shape(cells: Cells) -> Value:
    """What `quantity_from_json` makes, in SQL."""
    value = cast(cells[0], JSON)
    names = ("kind", "number", "upper", "raw", "status", "rounded_to", "unit")
    members: dict[str, Any] = {name: text.member(value, name) for name in names}
    return Value(members | {"withheld": Absent()}, present=cells[0].is_not(None))


def territory_shape(cells: Cells) -> Value:
    """What `territory` makes, in SQL."""
    scheme, code, *names = cells
    fields = {"scheme": scheme, "code": code, "name": text.named_shape(names)}
    return Value(fields, present=scheme.is_not(None))


def term_shape(cells: Cells) -> Value:
    """What `term` makes, in SQL."""
    return Value(dict(zip(("stated", "start", "end"), cells, strict=True)))


def citation_shape(cells: Cells) -> Value:
    """What `citation` makes, in SQL."""
    fields = dict(zip(("log", "stream", "version"), cells, strict=True))
    return Value(fields, present=cells[0].is_not(None))


def catchment_shape(cells: Cells) -> Items:
    """What `catchment` makes, in SQL."""

    def part(value: ColumnElement[Any]) -> Value:
        place = member(value, "territory")
        territory = {
            "scheme": text.member(place, "scheme"),
            "code": text.member(place, "code"),
            "name": text.json_shape(member(place, "name")),
        }
        return Value({"territory": Value(territory), "extent": text.member(value, "extent")})

    return Items(cells[0], part)


def member(value: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """A member of a JSON object as JSON."""
    return value.op("->", return_type=JSON())(literal_column(f"'{name}'"))


_TO_EN: Final = literal_column("' to '", SqlText)
_TO_FR: Final = literal_column("' à '", SqlText)
_SPACE: Final = literal_column("' '", SqlText)


def _label(kind: ColumnElement[Any], start: ColumnElement[Any], end: ColumnElement[Any]) -> Value:
    """What `values.Period.label` says, in SQL."""
    first, last = _year(start), _year(end)
    span = first.concat(literal_column("'-'", SqlText)).concat(last)
    english = {
        "quarter": _joined(_month(MONTHS_EN, start), _TO_EN, _month(MONTHS_EN, end), _SPACE, first),
        "month": _joined(_month(MONTHS_EN, start), _SPACE, first),
        "custom": _joined(_day_en(start), _TO_EN, _day_en(end)),
    }
    french = {
        "quarter": _joined(_month(MONTHS_FR, start), _TO_FR, _month(MONTHS_FR, end), _SPACE, first),
        "month": _joined(_month(MONTHS_FR, start), _SPACE, first),
        "custom": _joined(
            literal_column("'du '", SqlText), _day_fr(start), literal_column("' au '", SqlText), _day_fr(end)
        ),
    }

    def said(words: dict[str, ColumnElement[Any]]) -> ColumnElement[Any]:
        one_year = (kind == literal_column("'calendar_year'"), first)
        other = [(kind == literal_column(f"'{name}'"), said) for name, said in words.items()]
        return case(one_year, *other, else_=span)

    return text.both_shape(said(english), said(french))


def _joined(*parts: ColumnElement[Any]) -> ColumnElement[Any]:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.concat(part)
    return whole


def _year(day: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(cast(func.date_part(literal_column("'year'"), day), Integer), SqlText)


def _month(names: Sequence[str], day: ColumnElement[Any]) -> ColumnElement[Any]:
    listed, comma = literal_column(f"'{','.join(names)}'", SqlText), literal_column("','", SqlText)
    month = cast(func.date_part(literal_column("'month'"), day), Integer)
    return func.split_part(listed, comma, month, type_=SqlText)


def _number(day: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(cast(func.date_part(literal_column("'day'"), day), Integer), SqlText)


def _day_en(day: ColumnElement[Any]) -> ColumnElement[Any]:
    return _joined(_month(MONTHS_EN, day), _SPACE, _number(day), literal_column("', '", SqlText), _year(day))


def _day_fr(day: ColumnElement[Any]) -> ColumnElement[Any]:
    number = case((_number(day) == literal_column("'1'"), literal_column("'1er'", SqlText)), else_=_number(day))
    return _joined(number, _SPACE, _month(MONTHS_FR, day), _SPACE, _year(day))

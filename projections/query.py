"""How read models are asked: as of a day and a moment, with typed rows as the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, Table, literal_column

from domain.agreement import Term
from domain.values import Citation, LocalizedText, PartialDate, Period, QualifiedValue
from projections.tables import FOREVER_POSITION, shape

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Columns = Mapping[str, Any]
_INFINITY: Final[ColumnElement[Any]] = literal_column("'infinity'")
"""Written out, so that the partial index of what holds now is found."""


class AsOf(msgspec.Struct, frozen=True, kw_only=True):
    """What held on day `on` as known at `known`: a moment, a position of the log, or None for now."""

    on: date
    known: datetime | int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.known, datetime) and self.known.tzinfo is None:
            raise ValueError(f"{self.known} has no zone; say in which one it is meant")


@dataclass(frozen=True)
class Query(Generic[T]):
    """A statement and how each of its rows is read."""

    select: Select[Any]
    into: Callable[[Columns], T]


async def fetch(connection: "AsyncConnection", query: Query[T]) -> list[T]:
    """Every row of a query, in its order."""
    result = await connection.execute(query.select)
    return [query.into(dict(row)) for row in result.mappings()]


async def fetch_one(connection: "AsyncConnection", query: Query[T]) -> T | None:
    """The first row of a query, or None."""
    row = (await connection.execute(query.select.limit(1))).mappings().first()
    return None if row is None else query.into(dict(row))


def holds(table: Table, as_of: AsOf) -> tuple[ColumnElement[bool], ...]:
    """The rows of a bitemporal table that hold; at most one per entity and sub key."""
    if isinstance(as_of.known, int):
        return held_at(table, as_of.on, position=min(as_of.known, FOREVER_POSITION - 1))
    return held_at(table, as_of.on, recorded=as_of.known)


def held_at(
    source: FromClause, on: Any, *, recorded: Any = None, position: Any = None
) -> tuple[ColumnElement[bool], ...]:
    """The same rule for values or expressions; with neither moment nor position, as known now.

    A position must be below FOREVER_POSITION, where what is open ends.
    """
    columns = source.c
    known = known_at(source, recorded=recorded, position=position)
    return (columns.effective_from <= on, columns.effective_to > on, *known)


def known_at(source: FromClause, *, recorded: Any = None, position: Any = None) -> tuple[ColumnElement[bool], ...]:
    """The rows that were known at a moment or position, on whatever day they hold."""
    columns = source.c
    if position is not None:
        return (columns.pos_from <= position, columns.pos_to > position)
    if recorded is not None:
        return (columns.recorded_from <= recorded, columns.recorded_to > recorded)
    return (columns.recorded_to == _INFINITY,)


def recorded_by(source: FromClause, as_of: AsOf) -> tuple[ColumnElement[bool], ...]:
    """The rows of a table with `recorded_at` and `position` that were known."""
    if as_of.known is None:
        return ()
    if isinstance(as_of.known, int):
        return (source.c.position <= as_of.known,)
    return (source.c.recorded_at <= as_of.known,)


def fact_columns(table: Table) -> list[ColumnElement[Any]]:
    """What a reader of a bitemporal table wants: keys, facts, extras, and since when."""
    hidden = {"changed", "recorded_from", "recorded_to", "pos_from", "pos_to"}
    assert shape(table).form == "bitemporal"
    return [column for column in table.columns if column.name not in hidden]


def localized_of(row: Columns, name: str) -> LocalizedText | None:
    """The text whose columns begin with `name`."""
    source = row[f"{name}_source"]
    if source is None:
        return None
    unofficial = row[f"{name}_unofficial"]
    return LocalizedText(
        en=row[f"{name}_en"],
        fr=row[f"{name}_fr"],
        source=source,
        unofficial=tuple(unofficial.split(",")) if unofficial else (),
    )


def text_of(row: Columns, name: str) -> LocalizedText:
    """The text whose columns begin with `name`, where there always is one."""
    found = localized_of(row, name)
    assert found is not None
    return found


def quantity_of(row: Columns, name: str) -> QualifiedValue | None:
    """The figure whose columns begin with `name`."""
    kind = row[f"{name}_kind"]
    if kind is None:
        return None
    number, upper = row[f"{name}_number"], row[f"{name}_upper"]
    return QualifiedValue(
        kind=kind,
        number=None if number is None else Decimal(number),
        upper=None if upper is None else Decimal(upper),
        raw=row[f"{name}_raw"],
        status=row[f"{name}_status"],
        rounded_to=row[f"{name}_rounded_to"],
        unit=row[f"{name}_unit"],
    )


def period_of(row: Columns, name: str) -> Period | None:
    """The period whose columns begin with `name`."""
    if row[f"{name}_kind"] is None:
        return None
    return Period(kind=row[f"{name}_kind"], start=row[f"{name}_start"], end=row[f"{name}_end"])


def citation_of(row: Columns, name: str) -> Citation | None:
    """The citation whose columns begin with `name`."""
    if row[f"{name}_log"] is None:
        return None
    return Citation(log=row[f"{name}_log"], stream=row[f"{name}_stream"], version=row[f"{name}_version"])


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A territory as a row keeps it: a code in a scheme, and the names that the source gives."""

    scheme: str
    code: str
    name_en: str | None
    name_fr: str | None


def place_of(row: Columns) -> Place | None:
    """The territory of a row."""
    if row["territory_scheme"] is None:
        return None
    return Place(
        scheme=row["territory_scheme"],
        code=row["territory_code"],
        name_en=row["territory_name_en"],
        name_fr=row["territory_name_fr"],
    )


def term_of(row: Columns) -> Term | None:
    """The term of a row; None where none is stated."""
    if not row["term_stated"]:
        return None
    return Term(start=partial_date_of(row["term_start"]), end=partial_date_of(row["term_end"]))


def partial_date_of(value: str | None) -> PartialDate | None:
    return None if value is None else PartialDate(value=value)

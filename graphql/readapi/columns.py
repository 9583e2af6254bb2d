"""Types that mirror a table: each field names its column, and everything else follows from that.

The declaration on the field is the only mapping there is: the select, the instances, the check at start-up and a
later SQL compiler all read it.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Any, Final, Generic, TypeVar

import msgspec
import strawberry
from sqlalchemy import JSON, Column, Select, Table, cast, select
from sqlalchemy.sql.elements import ColumnElement
from strawberry.types.base import StrawberryOptional, get_object_definition

from readapi import figures, text
from readapi.shapes import Ready, Shape

COLUMN: Final = "column"
T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Group:
    """Several columns that make one value; `make` takes their values in order."""

    columns: tuple[Column[Any], ...]
    make: Callable[[Sequence[Any]], Any]
    shape: Callable[[Sequence[ColumnElement[Any]]], Shape] | None = None
    """The same in SQL; without it, operations with the field are not compiled."""

    @property
    def nullable(self) -> bool:
        """A value made of columns that may all be null may be null itself."""
        return all(column.nullable for column in self.columns)


def column(source: Column[Any] | Group, description: str) -> Any:
    """A field that shows a column, or a value made of several."""
    return strawberry.field(metadata={COLUMN: source}, description=description)


def hidden(source: Column[Any] | Group) -> Any:
    """A private field that keeps a column for resolvers: keys, mostly."""
    return dataclasses.field(metadata={COLUMN: source})


def localized(table: Table, name: str) -> Group:
    return Group(_named(table, name, ("en", "fr", "source", "unofficial")), text.localized, text.localized_shape)


def period(table: Table, name: str) -> Group:
    return Group(_named(table, name, ("kind", "start", "end")), figures.period, figures.period_shape)


def quantity(table: Table, name: str) -> Group:
    parts = ("kind", "number", "upper", "raw", "status", "rounded_to", "unit")
    return Group(_named(table, name, parts), figures.quantity, figures.quantity_shape)


def territory(table: Table) -> Group:
    return Group(
        _named(table, "territory", ("scheme", "code", "name_en", "name_fr")),
        figures.territory,
        figures.territory_shape,
    )


def term(table: Table) -> Group:
    return Group(_named(table, "term", ("stated", "start", "end")), figures.term, figures.term_shape)


def citation(table: Table, name: str) -> Group:
    return Group(_named(table, name, ("log", "stream", "version")), figures.citation, figures.citation_shape)


def json(
    source: Column[Any],
    make: Callable[[Any], Any],
    shape: Callable[[Sequence[ColumnElement[Any]]], Shape] | None = None,
) -> Group:
    """A column of JSON text, through a function of what it says. Null stays null."""

    def decoded(cells: Sequence[Any]) -> Any:
        return None if cells[0] is None else make(msgspec.json.decode(cells[0]))

    return Group((source,), decoded, shape)


def as_json(cells: Sequence[ColumnElement[Any]]) -> Ready:
    """A JSON text as it is, in SQL."""
    return Ready(cast(cells[0], JSON))


class Backed(Generic[T]):
    """How one type reads one table."""

    def __init__(self, cls: type[T], table: Table) -> None:
        self.cls = cls
        self.table = table
        self._parts: list[tuple[str, slice | int, Callable[[Any], Any] | None]] = []
        columns: list[Column[Any]] = []
        for name, source in _sources(cls):
            if isinstance(source, Group):
                self._parts.append((name, slice(len(columns), len(columns) + len(source.columns)), source.make))
                columns += source.columns
            else:
                self._parts.append((name, len(columns), _enum(_annotation(cls, name))))
                columns.append(source)
        self.columns = tuple(columns)
        self._keeps_place = any(field.name == "place" for field in dataclasses.fields(cls))  # type: ignore[arg-type]  # strawberry types are dataclasses

    def select(self, *more: ColumnElement[Any]) -> Select[Any]:
        """The type's columns, and whatever comes after them."""
        # Two fields may show one column: labels by place keep the names apart.
        own = [source.label(f"c{place}") for place, source in enumerate(self.columns)]
        return select(*own, *more)

    def make(self, row: Sequence[Any], **private: Any) -> T:
        """An instance of a row of `select`; `private` are its private fields without column."""
        values = {name: row[place] if make is None else make(row[place]) for name, place, make in self._parts}
        return self.cls(**values, **private)

    def placed(self, row: Sequence[Any], place: Any) -> T:
        """The same; it keeps the place that it was read in if the type has a field for that."""
        return self.make(row, place=place) if self._keeps_place else self.make(row)

    def copy(self, instance: T, **changes: Any) -> T:
        """The instance with other private values."""
        return dataclasses.replace(instance, **changes)  # type: ignore[type-var]  # strawberry types are dataclasses


def _annotation(cls: type, name: str) -> object:
    return next(
        (one.__annotations__[name] for one in cls.__mro__ if name in vars(one).get("__annotations__", {})), None
    )


BACKED: Final[dict[type, Backed[Any]]] = {}
"""Every table-backed type of the schema."""


def backed(table: Table) -> Callable[[type[T]], type[T]]:
    """Register a type as the image of a table. Stands above `strawberry.type`."""

    def register(cls: type[T]) -> type[T]:
        BACKED[cls] = Backed(cls, table)
        return cls

    return register


def reads(cls: type[T]) -> Backed[T]:
    """How a table-backed type reads its table."""
    return BACKED[cls]


class SchemaMappingError(Exception):
    """A table-backed type and its table disagree."""


def check() -> None:
    """Compare every table-backed type with its table.

    Raises:
        SchemaMappingError: a field without column or resolver, a column of another table, or a nullability
            that is not the table's.
    """
    problems = [problem for reading in BACKED.values() for problem in problems_of(reading)]
    if problems:
        raise SchemaMappingError("; ".join(problems))


def problems_of(reading: Backed[Any]) -> Iterator[str]:
    """What is wrong with one type."""
    definition = get_object_definition(reading.cls, strict=True)
    for field in definition.fields:
        if field.base_resolver is not None:
            continue
        name = f"{definition.name}.{field.python_name}"
        source = field.metadata.get(COLUMN)
        if source is None:
            yield f"{name} has neither a column nor a resolver"
            continue
        nullable = isinstance(field.type, StrawberryOptional)
        if nullable != source.nullable:
            yield f"{name} is {'nullable' if nullable else 'non-null'}, its column is not"
        if not field.description:
            yield f"{name} has no description"
    for name, source in _sources(reading.cls):
        for one in source.columns if isinstance(source, Group) else (source,):
            if one.table is not reading.table:
                yield f"{definition.name}.{name} shows {one.table.name}.{one.name}, not {reading.table.name}"


def _sources(cls: type) -> Iterator[tuple[str, Column[Any] | Group]]:
    for field in dataclasses.fields(cls):
        source = field.metadata.get(COLUMN)
        if source is not None:
            yield field.name, source


def _named(table: Table, name: str, parts: Sequence[str]) -> tuple[Column[Any], ...]:
    return tuple(table.columns[f"{name}_{part}"] for part in parts)


def _enum(annotation: Any) -> Callable[[Any], Any] | None:
    """The conversion from a column's text to the enum that a field is declared with."""
    options = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    for option in options:
        if isinstance(option, type) and issubclass(option, Enum):
            enum = option
            return lambda value: None if value is None else enum(value)
    return None

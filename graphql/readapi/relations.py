"""Rows that belong to a record: said once, read by the executor's loader and by the compiler.

OBLIGATIONS = Related(reads(Obligation), by=OBLIGATION.c.entity_id, order=(OBLIGATION.c.obligation_id,))

@related(OBLIGATIONS, of=AGREEMENT.c.entity_id, size=20, description="What it obliges the parties to.")
async def obligations(self, info: Info) -> list[Obligation]:
return await several(info.context, OBLIGATIONS, self.place, self.id)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.sql.elements import ColumnElement

from projections.tables import shape
from readapi.asof import Clock, held
from readapi.columns import Backed, SchemaMappingError
from readapi.fields import sized
from readapi.reading import Place, Reading, in_any
from readapi.shapes import At, Rows

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, eq=False)
class Related(Generic[T_co]):
    """Rows found by one of their columns, in the body and at the clock of the record that they belong to."""

    reads: Backed[T_co]
    by: Column[Any]
    order: tuple[Column[Any], ...] = ()
    where: Callable[[Clock], list[ColumnElement[bool]]] | None = None
    """What is in the past of a clock, for a table that is not bitemporal."""

    def __post_init__(self) -> None:
        for column in (self.by, *self.order):
            if column.table is not self.reads.table:
                raise SchemaMappingError(f"{column} is not a column of {self.reads.table.name}")

    def at(self, clock: Clock) -> list[ColumnElement[bool]]:
        """The conditions of a clock."""
        conditions = [] if self.where is None else self.where(clock)
        if shape(self.reads.table).form == "bitemporal":
            conditions += held(self.reads.table, clock)
        return conditions

    def rows(self, at: At, record: ColumnElement[Any], *, single: bool = False) -> Rows:
        """The rows of a record in SQL."""
        return Rows(
            self.reads.cls,
            at.place,
            where=[self.by == record, *self.at(at.place.clock)],
            order=self.order,
            single=single,
            clocked=False,
        )


def related(relation: Related[Any], *, of: Column[Any], size: int, description: str) -> Callable[[F], F]:
    """A resolver's field that gives the rows of the record whose id is in column `of` of the field's own row."""
    return sized(size, description, lambda at: relation.rows(at, at.own(of)))


def the(relation: Related[Any], *, of: Column[Any], description: str) -> Callable[[F], F]:
    """A resolver's field that gives the one row of that record, or null."""
    return sized(1, description, lambda at: relation.rows(at, at.own(of), single=True))


async def several(reading: Reading, relation: Related[T], place: Place, record: UUID) -> list[T]:
    """The rows of a record that the viewer may see. All records of a request take one statement per place."""
    found: list[T] = await reading.loader(_load).load(_Key(relation, place, record))
    return found


async def one(reading: Reading, relation: Related[T], place: Place, record: UUID | None) -> T | None:
    """The first of them, or None; also for no record."""
    if record is None:
        return None
    found = await several(reading, relation, place, record)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class _Key:
    relation: Related[Any]
    place: Place
    record: UUID


async def _load(reading: Reading, keys: list[_Key]) -> Sequence[list[Any]]:
    found: dict[_Key, list[Any]] = {key: [] for key in keys}
    for relation, place in dict.fromkeys((key.relation, key.place) for key in keys):
        reader, table = relation.reads, relation.reads.table
        records = [key.record for key in found if key.relation is relation and key.place == place]
        statement = (
            reader.select(relation.by)
            .where(
                table.c.tenant_id == place.body,
                in_any(relation.by, records),
                *relation.at(place.clock),
                reading.visible(table, place.scope, place.clock),
            )
            .order_by(relation.by, *relation.order)
        )
        for row in await reading.rows(place.scope, statement):
            found[_Key(relation, place, row[-1])].append(reader.placed(row, place))
    return [found[key] for key in keys]

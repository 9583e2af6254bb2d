"""Rows that stand under a record, such as its versions: loaded for all records of an answer together."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Column

from readapi.asof import held
from readapi.columns import reads
from readapi.reading import Place, Reading, in_any

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PartKey:
    """The record whose parts are asked for."""

    place: Place
    id: UUID


Loader = Callable[[Reading, list[PartKey]], Awaitable[Sequence[list[T]]]]


def parts_of(cls: type[T], *order: Column[Any]) -> Loader[T]:
    """A loader of the rows of a type under each record, in an order."""

    async def load(reading: Reading, keys: list[PartKey]) -> Sequence[list[T]]:
        reader = reads(cls)
        table = reader.table
        found: dict[PartKey, list[T]] = {key: [] for key in keys}
        for place in dict.fromkeys(key.place for key in keys):
            statement = (
                reader.select(table.c.entity_id)
                .where(
                    table.c.tenant_id == place.body,
                    in_any(table.c.entity_id, [key.id for key in found if key.place == place]),
                    *held(table, place.clock),
                    reading.visible(table, place.scope, place.clock),
                )
                .order_by(table.c.entity_id, *order)
            )
            for row in await reading.rows(place.scope, statement):
                found[PartKey(place, row[-1])].append(reader.make(row))
        return [found[key] for key in keys]

    return load

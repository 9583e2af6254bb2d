"""The SQL of bulk reads and writes, made once per table and build."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric, Text, Uuid
from sqlalchemy.types import TypeEngine

from projections.core import Layout
from projections.ddl import full_name

# A bigint is an Integer to SQLAlchemy, so it comes first.
_TYPES: Final[tuple[tuple[type[TypeEngine[Any]], str], ...]] = (
    (BigInteger, "bigint"),
    (Integer, "integer"),
    (Boolean, "boolean"),
    (Date, "date"),
    (DateTime, "timestamptz"),
    (Uuid, "uuid"),
    (Numeric, "numeric"),
    (Text, "text"),
)


@cache
def insert(layout: Layout, build: str) -> str:
    """New rows, from one array per column."""
    columns = ", ".join(layout.names)
    return (
        f"INSERT INTO {full_name(layout.table, build)} ({columns}) SELECT * FROM {_arrays(layout, layout.names)}"  # noqa: S608 - names are ours
    )


@cache
def update(layout: Layout, build: str) -> str:
    """Changes, from one array per key column and then per mutable one."""
    given = (*layout.key_names, *layout.shape.mutable)
    places = ", ".join(f"{name} = u.{name}" for name in layout.shape.mutable)
    return (
        f"UPDATE {full_name(layout.table, build)} t SET {places}"  # noqa: S608 - names are ours
        f" FROM {_arrays(layout, given)} u({', '.join(given)}) WHERE {_same(layout)}"
    )


@cache
def delete(layout: Layout, build: str) -> str:
    """Removals, from one array per key column."""
    return (
        f"DELETE FROM {full_name(layout.table, build)} t"  # noqa: S608 - names are ours
        f" USING {_arrays(layout, layout.key_names)} u({', '.join(layout.key_names)}) WHERE {_same(layout)}"
    )


@cache
def load(layout: Layout, build: str) -> str:
    """The rows that a fold needs of some streams of a tenant: $1 the tenant, $2 the streams."""
    only = " AND recorded_to = 'infinity'" if layout.shape.preload == "current" else ""
    return (
        f"SELECT {', '.join(layout.names)} FROM {full_name(layout.table, build)}"  # noqa: S608 - names are ours
        f" WHERE tenant_id = $1 AND entity_id = ANY($2::uuid[]){only}"
    )


@cache
def dump(layout: Layout, build: str) -> str:
    """Every row of a tenant in the order of the keys."""
    return (
        f"SELECT {', '.join(layout.names)} FROM {full_name(layout.table, build)}"  # noqa: S608 - names are ours
        f" WHERE tenant_id = $1 ORDER BY {', '.join(layout.key_names)}"
    )


def _arrays(layout: Layout, names: Iterable[str]) -> str:
    types = dict(zip(layout.names, layout.types, strict=True))
    return f"unnest({', '.join(f'${at}::{type_name(types[name])}[]' for at, name in enumerate(names, 1))})"


def _same(layout: Layout) -> str:
    return " AND ".join(f"t.{name} = u.{name}" for name in layout.key_names)


def type_name(declared: object) -> str:
    """What PostgreSQL calls the type of a column."""
    return next(name for cls, name in _TYPES if isinstance(declared, cls))

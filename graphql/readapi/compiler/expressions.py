"""Small expressions that statements are made of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, FromClause, Table, Text, literal_column
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import replacement_traverse

from readapi.columns import BACKED
from readapi.compiler.here import Here
from readapi.compiler.plan import Read
from readapi.shapes import Rows


def constant(value: Any) -> Read:
    return lambda _: value


def quoted(value: str) -> ColumnElement[Any]:
    """A name of the schema or of the document: letters, digits and underscores."""
    return literal_column(f"'{value}'", Text)


def moved(condition: Any, table: Table, alias: FromClause) -> Any:
    """An expression over a table, over an alias of it."""

    def replace(element: Any, **_: Any) -> Any:
        return alias.c[element.key] if isinstance(element, Column) and element.table is table else None

    return replacement_traverse(condition, {}, replace)


def moved_all(columns: Sequence[Column[Any]], alias: FromClause) -> list[ColumnElement[Any]]:
    return [alias.c[column.key] for column in columns]


def order_of(rows: Rows, alias: FromClause, below: Here) -> list[ColumnElement[Any]]:
    if callable(rows.order):
        return list(rows.order(below))
    return [moved(one, BACKED[rows.cls].table, alias) for one in rows.order]


def directed(order: Sequence[ColumnElement[Any]], descending: bool) -> list[ColumnElement[Any]]:  # noqa: FBT001
    return [column.desc() if descending else column.asc() for column in order]

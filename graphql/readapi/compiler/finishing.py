"""Values that are made in Python of gathered rows: how the rows travel, and how a value becomes JSON.

The one statement of an operation carries the rows of such a field as JSON in the field's own place. Here they
become rows again, then the value, then what was selected of it. Nothing is read any more.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Date, Numeric, Select, Text, case, cast, func, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from projections.tables import FOREVER_DAY
from readapi.compiler.asked import Asked
from readapi.shapes import Found

Complete = Callable[[Any], Any]
"""A value as JSON will have it, under what is selected of it."""
_NOTHING: Final[ColumnElement[Any]] = literal_column("'[]'::json")
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Finish:
    """What becomes of the rows in one place of an answer."""

    path: tuple[str, ...]
    """Response keys from the root; lists on the way have none."""
    decode: Callable[[msgspec.Raw], Found]
    make: Callable[[Asked, Found], Any]
    complete: Complete
    given: Callable[[Asked], Hashable]
    """What the value depends on besides rows: a part of the answer's tag."""


def finished(data: str, finishes: Sequence[Finish], asked: Asked) -> str:
    """The data of an answer, with values in the place of their rows.

    Raises:
        Refusal: a value cannot be made.
        AskExecutorError: likewise, with what was read.
    """
    tree: dict[str, Any] = {}
    for one in finishes:
        *above, last = one.path
        node = tree
        for key in above:
            node = node.setdefault(key, {})
        node[last] = one
    return _encode(_put(msgspec.Raw(data.encode()), tree, asked)).decode()


def _put(raw: msgspec.Raw, tree: Mapping[str, Any] | Finish, asked: Asked) -> Any:
    text = bytes(raw)
    if text == b"null":
        return None
    if isinstance(tree, Finish):
        return tree.complete(tree.make(asked, tree.decode(raw)))
    if text.startswith(b"["):
        return [_put(one, tree, asked) for one in _LIST(text)]
    found: dict[str, Any] = _OBJECT(text)
    for key, below in tree.items():
        if key in found:
            found[key] = _put(found[key], below, asked)
    return found


# --- rows on their way


def carried(part: Select[Any], name: str) -> ColumnElement[Any]:
    """The rows of a select as a JSON array of arrays, in its order."""
    rows = part.subquery(name)
    row = func.json_build_array(*map(_cell, rows.c))
    return select(func.coalesce(func.json_agg(row), _NOTHING)).select_from(rows).scalar_subquery()


def _cell(column: ColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Numeric):
        return cast(column, Text)
    if isinstance(column.type, Date):  # JSON has `infinity`, which no date is read from
        last = literal_column(f"DATE '{FOREVER_DAY.isoformat()}'", Date)
        return case((column == literal_column("'infinity'::date"), last), else_=column)
    return column


def decoder(parts: Mapping[str, Select[Any]]) -> Callable[[msgspec.Raw], Found]:
    """Reads what `carried` wrote of several selects, each value as the driver would give it."""
    fields = [
        (f"part{number}", list[_row(part)], msgspec.field(name=name))  # type: ignore[misc]  # made at run time
        for number, (name, part) in enumerate(parts.items())
    ]
    decode = msgspec.json.Decoder(msgspec.defstruct("Parts", fields)).decode
    names = tuple(parts)
    return lambda raw: dict(zip(names, msgspec.structs.astuple(decode(raw)), strict=True))


def _row(part: Select[Any]) -> Any:
    return tuple.__class_getitem__(tuple(column.type.python_type | None for column in part.selected_columns))

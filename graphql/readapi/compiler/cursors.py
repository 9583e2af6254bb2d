"""A page's cursor made in SQL, byte for byte as `paging.encode_cursor` makes it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, cast, func, literal_column
from sqlalchemy.sql.elements import ColumnElement


def cursor(name: str, keys: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    """The cursor of an item by its keys."""
    text: ColumnElement[Any] = literal_column(f"""'["{name}"'""", Text)
    for key in keys:
        text = text.concat(literal_column("','", Text)).concat(
            func.coalesce(cast(func.to_json(key), Text), literal_column("'null'"))
        )
    text = text.concat(literal_column("']'", Text))
    encoded = func.encode(func.convert_to(text, literal_column("'UTF8'")), literal_column("'base64'"))
    # base64 for addresses, in one line and without padding.
    return func.rtrim(
        func.translate(encoded, literal_column("'+/' || chr(10)"), literal_column("'-_'")), literal_column("'='")
    )

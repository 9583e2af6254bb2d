"""Scalars and enums as the executor prints them."""

from functools import cache
from typing import Any

from graphql import GraphQLEnumType, GraphQLNamedType
from sqlalchemy import Text, case, cast, func, literal_column
from sqlalchemy.sql.elements import ColumnElement


def leaf(type_: GraphQLNamedType, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column's value in the form that its GraphQL type has in JSON."""
    if isinstance(type_, GraphQLEnumType):
        return _enum(type_, value)
    match type_.name:
        case "BigInt":
            return cast(value, Text)
        case "DateTime":
            return _instant(value)
    return value


def _enum(type_: GraphQLEnumType, code: ColumnElement[Any]) -> ColumnElement[Any]:
    names = _names(type_)
    if all(name == given.upper().replace("-", "_") for given, name in names.items()):
        upper = func.upper(code, type_=Text)
        return (
            func.replace(upper, literal_column("'-'"), literal_column("'_'")) if "-" in "".join(names) else upper
        )
    return case(
        *((code == literal_column(f"'{given}'"), literal_column(f"'{name}'")) for given, name in names.items())
    )


@cache
def _names(type_: GraphQLEnumType) -> dict[str, str]:
    return {str(getattr(value.value, "value", value.value)): name for name, value in type_.values.items()}


def _instant(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """As `datetime.isoformat` in UTC: microseconds in six digits, or not at all."""
    utc = func.timezone(literal_column("'UTC'"), moment)
    seconds = func.to_char(utc, literal_column("""'YYYY-MM-DD"T"HH24:MI:SS'"""), type_=Text)
    parts = func.to_char(utc, literal_column("'.US'"), type_=Text)
    shown = case((parts == literal_column("'.000000'"), literal_column("''", Text)), else_=parts)
    return seconds.concat(shown).concat(literal_column("'+00:00'", Text))

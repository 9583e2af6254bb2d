"""Who may see each field: the table beside the schema, in `access.toml`.

A line of a type names fields and the kind of record in `domain.audience` that they tell of. What that says of the
kind counts for them and for all below them; where it leaves the audience to the record, each row says it. `value`
is what comes with whatever holds it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from graphql import GraphQLObjectType, GraphQLSchema

from domain.audience import RECORDS, Audience

TABLE: Final = Path(__file__).with_name("access.toml")
VALUE: Final = "value"


@cache
def declared() -> Mapping[str, str]:
    """The kind of record, or `VALUE`, of each `Type.field`."""
    found: dict[str, str] = {}
    for type_, lines in tomllib.loads(TABLE.read_text(encoding="utf-8")).items():
        for kind, fields in lines.items():
            found.update({f"{type_}.{field}": kind for field in fields.split()})
    return found


def audience_of(field: str) -> Audience | None:
    """The audience of a `Type.field`; None: that of whatever it comes with."""
    kind = declared()[field]
    return None if kind == VALUE else RECORDS[kind]


def fields_of(schema: GraphQLSchema) -> Iterator[str]:
    """Every `Type.field` of a schema, introspection apart."""
    for name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__"):
            yield from (f"{name}.{field}" for field in type_.fields)


def problems_of(schema: GraphQLSchema) -> list[str]:
    """What the table and a schema do not agree on, with what to do about it."""
    fields, known = set(fields_of(schema)), declared()
    found = [
        f"{field}: name it in graphql/readapi/access.toml, by the record it tells of"
        for field in fields - known.keys()
    ]
    found += [
        f"{field}: in graphql/readapi/access.toml, and no field of the schema" for field in known.keys() - fields
    ]
    kinds = {kind for kind in known.values() if kind != VALUE} - RECORDS.keys()
    return sorted([*found, *(f"{kind}: no kind of record of domain/audience.py" for kind in kinds)])

"""The printed schema is the schema, does not break its readers, and says what everything means."""

import re
from pathlib import Path

import graphql
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    introspection_from_schema,
    is_specified_scalar_type,
)

from readapi.schema import schema

ROOT = Path(__file__).parents[3]
PRINTED = "graphql/schema.graphql"
RELEASED = "tests/golden/schema.graphql"
DATE = re.compile(r"\b20[0-9]{2}-[0-1][0-9]-[0-3][0-9]\b")


def released() -> str:
    """The schema that readers know; `docs/graphql.md` says when it is renewed."""
    return (ROOT / RELEASED).read_text()


def breaks(old: str, new: str) -> list[str]:
    return [change.description for change in find_breaking_changes(build_schema(old), build_schema(new))]


def test_the_printed_schema_is_the_schema() -> None:
    assert (ROOT / PRINTED).read_text() == schema.as_str() + "\n"


def test_nothing_that_readers_rely_on_is_taken_away() -> None:
    assert breaks(released(), schema.as_str()) == []


def test_taking_a_field_away_or_letting_it_be_null_would_be_noticed() -> None:
    """The negative control, against the very schema that is kept."""
    printed = schema.as_str()
    gone = printed.replace('  """Its current slug."""\n  slug: String!\n', "", 1)
    nullable = printed.replace("  totalCount: Int!\n", "  totalCount: Int\n", 1)
    assert printed not in (gone, nullable)

    assert breaks(released(), gone) == ["Field BodyReference.slug was removed."]
    assert len(breaks(released(), nullable)) == 1
    assert len(breaks(released(), "type Query { partnership: Int }")) > 100


def undated(found: GraphQLSchema) -> list[str]:
    """Deprecations that do not say by when."""
    return [
        f"{type_.name}.{name}"
        for type_ in found.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInputObjectType)
        for name, field in type_.fields.items()
        if field.deprecation_reason is not None and not DATE.search(field.deprecation_reason)
    ]


def test_every_deprecation_says_by_when() -> None:
    assert undated(build_schema(schema.as_str())) == []
    assert undated(build_schema('type Query { a: Int @deprecated(reason: "Use b.") b: Int }')) == ["Query.a"]


def test_everything_says_what_it_means() -> None:
    silent = []
    for type_ in build_schema(schema.as_str()).type_map.values():
        if type_.name.startswith("__") or is_specified_scalar_type(type_):
            continue
        if not type_.description and type_.name not in ("Date", "DateTime", "UUID"):
            silent.append(type_.name)
        if isinstance(type_, GraphQLObjectType | GraphQLInputObjectType):
            silent += [f"{type_.name}.{name}" for name, field in type_.fields.items() if not field.description]
        if isinstance(type_, GraphQLObjectType):
            silent += [
                f"{type_.name}.{name}({argument})"
                for name, field in type_.fields.items()
                for argument, given in field.args.items()
                if not given.description
            ]
    assert silent == []


def test_every_list_is_of_values_and_is_never_null_but_where_null_means_something() -> None:
    nullable = []
    for type_ in build_schema(schema.as_str()).type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                shown = str(field.type)
                if "[" in shown:
                    assert "!]" in shown, f"{type_.name}.{name}"
                    if not shown.endswith("!"):
                        nullable.append(f"{type_.name}.{name}")
    assert nullable == ["Agreement.parties"]


def test_import_graphql_is_still_the_library() -> None:
    assert "site-packages" in str(graphql.__file__)
    assert introspection_from_schema(build_schema(schema.as_str()))
    assert isinstance(build_schema(schema.as_str()).type_map["Level"], GraphQLEnumType)

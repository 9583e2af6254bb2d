"""The check at start-up: a table-backed type and its table agree, or the process does not begin."""

import dataclasses
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
import strawberry
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import ColumnElement

import readapi.schema  # noqa: F401 - defines all types that a table backs
from projections.body import REGISTRY, SLUG
from projections.registry import PROJECTIONS
from readapi import columns
from readapi.codes import BodyKind, Language
from readapi.columns import BACKED, Backed, Group, check, column, problems_of
from readapi.compiler.check import check as check_shapes
from readapi.compiler.check import problems_of as shape_problems_of
from readapi.relations import Related
from readapi.shapes import Value
from readapi.text import LocalizedText, localized, localized_shape


@strawberry.type
class WithoutColumn:
    slug: str = column(REGISTRY.c.slug, "Its slug.")
    forgotten: str


@strawberry.type
class TooSure:
    province: str = column(REGISTRY.c.province, "Where it works.")


@strawberry.type
class TooUnsure:
    slug: str | None = column(REGISTRY.c.slug, "Its slug.")


@strawberry.type
class OfAnotherTable:
    slug: str = column(SLUG.c.slug, "Its slug.")


@strawberry.type
class Fine:
    slug: str = column(REGISTRY.c.slug, "Its slug.")
    kind: BodyKind = column(REGISTRY.c.kind, "Its kind.")
    name: LocalizedText | None = column(columns.localized(REGISTRY, "name"), "Its name.")
    hidden: strawberry.Private[Any] = columns.hidden(REGISTRY.c.sort_en)


def test_the_schema_agrees_with_the_tables() -> None:
    check()
    assert len(BACKED) >= 15
    known = {table for projection in PROJECTIONS for table in projection.tables}
    assert {reading.table for reading in BACKED.values()} <= known


@pytest.mark.parametrize(
    ("cls", "problem"),
    [
        (WithoutColumn, "WithoutColumn.forgotten has neither a column nor a resolver"),
        (TooSure, "TooSure.province is non-null, its column is not"),
        (TooUnsure, "TooUnsure.slug is nullable, its column is not"),
        (OfAnotherTable, "OfAnotherTable.slug shows slug.slug, not registry"),
    ],
)
def test_a_type_that_disagrees_with_its_table_is_named(cls: type, problem: str) -> None:
    assert list(problems_of(Backed(cls, REGISTRY))) == [problem]


def without_missing(cells: Sequence[ColumnElement[Any]]) -> Value:
    fields = dict(localized_shape(cells).fields)
    del fields["missing"]
    return Value(fields | {"tone": cells[0]})


@strawberry.type
class OtherwiseInSql:
    name: LocalizedText | None = column(
        Group(columns.localized(REGISTRY, "name").columns, localized, without_missing), "Its name."
    )


@strawberry.type
class FlatInSql:
    name: LocalizedText | None = column(
        Group(columns.localized(REGISTRY, "name").columns, localized, lambda cells: cells[0]), "Its name."
    )


@pytest.mark.parametrize(
    ("cls", "problems"),
    [
        (OtherwiseInSql, ["OtherwiseInSql.name lacks LocalizedText.missing in SQL",
                          "OtherwiseInSql.name has tone in SQL, which LocalizedText has not"]),
        (FlatInSql, ["FlatInSql.name is an object on one side only: in the schema or in SQL"]),
        (Fine, []),
    ],
)  # fmt: skip
def test_a_field_that_is_another_value_in_sql_is_named(cls: type, problems: list[str]) -> None:
    assert list(shape_problems_of(Backed(cls, REGISTRY))) == problems


def test_a_relation_through_another_table_stops_the_start() -> None:
    with pytest.raises(columns.SchemaMappingError, match=r"slug\.entity_id is not a column of registry"):
        Related(Backed(Fine, REGISTRY), by=SLUG.c.entity_id)


def test_one_that_disagrees_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BACKED, TooSure, Backed(TooSure, REGISTRY))
    with pytest.raises(columns.SchemaMappingError, match="TooSure"):
        check()
    monkeypatch.setitem(BACKED, OtherwiseInSql, Backed(OtherwiseInSql, REGISTRY))
    with pytest.raises(columns.SchemaMappingError, match="OtherwiseInSql"):
        check_shapes()


def test_select_and_instances_follow_from_the_fields() -> None:
    reads = Backed(Fine, REGISTRY)

    statement = str(reads.select().compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    found = reads.make(["hamilton", "lip", None, "Partenariat", "fr", None, "partenariat"])

    assert "registry.slug AS c0, national.registry.kind AS c1, national.registry.name_en AS c2" in statement
    assert (found.slug, found.kind, found.hidden) == ("hamilton", BodyKind.LIP, "partenariat")
    assert found.name == LocalizedText(
        en=None, fr="Partenariat", source=Language.FR, unofficial=[], missing=[Language.EN]
    )
    assert reads.make(["a", "zip", None, None, None, None, "a"]).name is None
    assert dataclasses.is_dataclass(reads.copy(found, hidden=str(uuid4())))

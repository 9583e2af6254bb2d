"""The check at start-up: a table-backed type and its table agree, or the process does not begin."""

import dataclasses
from typing import Any
from uuid import uuid4

import pytest
import strawberry
from sqlalchemy.dialects import postgresql

from projections.body import REGISTRY, SLUG
from projections.registry import PROJECTIONS
from readapi import columns
from readapi.codes import BodyKind, Language
from readapi.columns import BACKED, Backed, check, column, problems_of
from readapi.text import LocalizedText


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


def test_one_that_disagrees_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BACKED, TooSure, Backed(TooSure, REGISTRY))
    with pytest.raises(columns.SchemaMappingError, match="TooSure"):
        check()


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

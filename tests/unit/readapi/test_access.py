"""Every field says whose it is to see; a field that does not is named."""

import pytest
import strawberry
from graphql import GraphQLSchema

from domain.audience import RECORDS, Audience
from readapi import access
from readapi.access import VALUE, audience_of, declared, problems_of
from readapi.schema import schema

CORE: GraphQLSchema = schema._schema


def test_every_field_is_declared_and_no_other() -> None:
    assert problems_of(CORE) == []


def test_what_is_for_members_is_said_by_the_records_that_it_tells_of() -> None:
    assert audience_of("Partnership.timeline") is RECORDS["timeline"] is Audience.TENANT
    assert audience_of("Agreement.id") is RECORDS["agreement"] is None
    assert declared()["LocalizedText.fr"] == VALUE


def test_a_planted_field_fails_by_its_name() -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        def secrets(self) -> str:
            return "all of them"

    found = problems_of(strawberry.Schema(query=Query)._schema)

    assert "Query.secrets: name it in graphql/readapi/access.toml, by the record it tells of" in found
    assert "Plan.id: in graphql/readapi/access.toml, and no field of the schema" in found


def test_a_kind_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "declared", lambda: {**declared(), "Plan.id": "plans"})

    assert problems_of(CORE) == ["plans: no kind of record of domain/audience.py"]

"""The recorded clock is an instant or a position: a bare date is refused by every field that takes the clocks."""

from typing import Any

import pytest
from graphql import GraphQLField, get_named_type, is_required_argument

from readapi.schema import schema
from readapi.viewer import Viewer
from tests.integration.readapi.conftest import Client

GIVEN = {
    "UUID": '"6a0f1f0e-6d54-5c1e-9a39-0d6a1f1f9d10"',
    "String": '"alpha"',
    "BigInt": '"1"',
    "Int": "1",
    "IndicatorInput": '{owner: "commons", id: "6a0f1f0e-6d54-5c1e-9a39-0d6a1f1f9d10"}',
    "ThemeListInput": '{owner: "commons", id: "6a0f1f0e-6d54-5c1e-9a39-0d6a1f1f9d10"}',
    "PeriodInput": '{kind: FISCAL_YEAR, start: "2021-04-01", end: "2022-03-31"}',
}
"""Something for each argument that must be given."""


def fields(root: str) -> dict[str, GraphQLField]:
    type_: Any = schema._schema.type_map[root]
    return {name: field for name, field in type_.fields.items() if "asOf" in field.args}


def asked(name: str, field: GraphQLField, recorded: str) -> str:
    """The field with something in each argument that must be given, and a moment on the recorded clock."""
    given = [
        f"{argument}: {GIVEN[str(get_named_type(one.type))]}"
        for argument, one in field.args.items()
        if is_required_argument(one)
    ]
    arguments = ", ".join([*given, f'asOf: {{recorded: "{recorded}"}}'])
    return f"{name}({arguments}) {{ __typename }}"


@pytest.mark.parametrize("name", sorted(fields("Query")))
async def test_a_root_field_refuses_a_bare_date(client: Client, name: str) -> None:
    field = fields("Query")[name]
    assert await client.codes(f"{{ {asked(name, field, '2022-03-31')} }}") == ["RECORDED_CLOCK_NEEDS_ZONE"]
    at_an_instant = asked(name, field, "2022-03-31T17:00:00-04:00")
    assert await client.codes(f"{{ {at_an_instant} }}") == []


@pytest.mark.parametrize("name", sorted(fields("Partnership")))
async def test_a_field_of_a_body_refuses_a_bare_date_and_takes_an_instant_or_a_position(
    client: Client, alpha: Viewer, name: str
) -> None:
    field = fields("Partnership")[name]

    async def codes(recorded: str) -> list[str]:
        query = f'{{ partnership(slug: "alpha") {{ {asked(name, field, recorded)} }} }}'
        return await client.codes(query, viewer=alpha)

    assert await codes("2022-03-31") == ["RECORDED_CLOCK_NEEDS_ZONE"]
    assert await codes("2022-03-31T17:00:00-04:00") == []
    assert await codes("12") == []


async def test_the_refusal_offers_what_the_date_could_mean(client: Client) -> None:
    body = await client.ask(f"{{ {asked('partnerships', fields('Query')['partnerships'], '2022-03-31')} }}")
    (error,) = body["errors"]
    assert "2022-03-31T" in str(error["extensions"])

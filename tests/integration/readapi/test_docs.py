"""docs/graphql.md is true: its examples run, its limits are the limits."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from readapi import limits, paging, prepared
from readapi.explorer import STATIC
from tests.integration.readapi.conftest import Client

TEXT = (Path(__file__).parents[3] / "docs/graphql.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```graphql\n(.+?)\n```\n\n```json\n(.+?)\n```", TEXT, re.DOTALL)


def empty(value: Any) -> bool:
    """Whether nothing at all was found."""
    if isinstance(value, dict):
        return all(empty(inner) for inner in value.values())
    return not value


@pytest.mark.parametrize("number", range(6))
async def test_an_example_runs_and_finds_something(client: Client, number: int) -> None:
    query, variables = EXAMPLES[number]

    assert not empty(await client.data(query, json.loads(variables)))


def test_the_explorer_offers_the_same_examples() -> None:
    offered = json.loads((STATIC / "examples.json").read_text(encoding="utf-8"))

    assert [(one["query"], one["variables"]) for one in offered] == [
        (query, json.loads(variables)) for query, variables in EXAMPLES
    ]
    assert all(set(one["title"]) == {"en", "fr"} for one in offered)


def test_the_limits_are_as_written() -> None:
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \| .+? \|$", TEXT, re.MULTILINE))

    assert rows["tokens of a document"] == f"{prepared.TOKENS_MAX:,}"
    assert rows["depth, fragments spread out"] == str(limits.DEPTH_MAX)
    assert rows["aliases, fragments spread out"] == str(limits.ALIASES_MAX)
    assert rows["root fields"] == str(limits.ROOT_FIELDS_MAX)
    assert rows["`first`"] == f"1 to {paging.FIRST_MAX}"
    assert rows["values in a list argument"] == str(paging.LIST_MAX)
    assert rows["objects asked for (`extensions.cost`)"] == f"{limits.COST_MAX:,}"
    counted = f"{prepared.FRAGMENTS_MAX}; {prepared.REPEATS_MAX}"
    assert rows["fragments; selections of one name in one place"] == counted

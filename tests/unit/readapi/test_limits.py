"""What an operation amounts to, fragments spread out, before anything is read."""

import cProfile
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from graphql import OperationDefinitionNode

from readapi import limits
from readapi.limits import FirstOutOfRangeError, Measures, Meter
from readapi.prepared import Documents
from readapi.schema import schema

CORE = schema._schema
T = TypeVar("T")


def measured(query: str, **variables: object) -> Measures:
    prepared = Documents(CORE).prepare(query)
    assert prepared.errors == ()
    (operation,) = prepared.operations
    assert isinstance(operation, OperationDefinitionNode)
    return Meter(CORE, prepared.fragments, variables).operation(operation)


def codes(query: str) -> list[str]:
    return [(error.extensions or {})["code"] for error in limits.refusals(measured(query))]


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ __typename }", 0),
        ('{ partnership(slug: "a") { slug name { en } } }', 1),
        ("{ partnerships { nodes { slug } } }", 50),
        ("{ partnerships(first: 3) { nodes { slug } } }", 3),
        ("{ partnerships(first: 3) { nodes { plans { nodes { id } } } } }", 3 + 3 * 10),
        ('{ partnership(slug: "a") { plans(first: 2) { nodes { elements { id } } } } }', 1 + 2 + 2 * 300),
        ("{ agreementMatrix { total } }", 500),
        ("{ __schema { types { name } } }", 500),
        ("{ a: partnerships(first: 2) { totalCount } b: partnerships(first: 2) { totalCount } }", 4),
    ],
)
def test_the_cost_is_the_number_of_objects_asked_for(query: str, cost: int) -> None:
    assert measured(query).cost == cost


def test_variables_count_as_what_they_are() -> None:
    query = "query ($n: Int! = 7) { partnerships(first: $n) { totalCount } }"
    assert measured(query, n=9).cost == 9
    with pytest.raises(FirstOutOfRangeError):
        measured(query, n=201)


def test_what_was_measured_is_kept_for_the_variables_that_it_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    query = """query ($n: Int! = 7, $slug: String!) { partnerships(first: $n) { totalCount }
        partnership(slug: $slug) { slug } }"""
    prepared = Documents(CORE).prepare(query)
    (operation,) = prepared.operations
    measured_anew: list[Meter] = []

    class Noted(Meter):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            measured_anew.append(self)

    monkeypatch.setattr(limits, "Meter", Noted)

    def cost(**variables: object) -> int:
        return limits.measures_of(CORE, prepared, operation, variables).cost

    assert (cost(n=9, slug="a"), cost(n=9, slug="b"), len(measured_anew)) == (10, 10, 1)
    assert (cost(n=10, slug="a"), cost(n=9, slug="a"), len(measured_anew)) == (11, 10, 2)
    assert (cost(slug="a"), cost(slug="b"), len(measured_anew)) == (51, 51, 3)
    for _ in range(2):  # what is refused is not kept
        with pytest.raises(FirstOutOfRangeError):
            cost(n=201, slug="a")
    for number in range(1, 21):
        assert cost(n=number, slug="a") == number + 1
    assert len(prepared.measured[None]) == limits.MEASURED_MAX


def test_fragments_count_wherever_they_are_spread() -> None:
    query = """{ partnership(slug: "a") { x: plans(first: 2) { ...P } y: plans(first: 2) { ...P }
        ... on Partnership { z: slug } } }
        fragment P on PlanPage { nodes { i: id revisions { n: number } } }"""
    found = measured(query)

    assert found.aliases == 3 + 2 * 2
    assert found.depth == 5
    assert found.cost == 1 + 2 * (2 + 2 * 20)


def counted(work: Callable[[], T]) -> tuple[T, int]:
    """What a piece of work gives, and how many calls it took: the same on a machine that is busy."""
    profile = cProfile.Profile()
    found = profile.runcall(work)
    return found, sum(entry.callcount for entry in profile.getstats())


def test_fragments_that_multiply_are_measured_at_once() -> None:
    chain = " ".join(
        f"fragment F{n} on Plan {{ parents {{ plan {{ a: id ...F{n + 1} }} }} b: id ...F{n + 1} }}"
        for n in range(40)
    )
    query = (
        f'{{ partnership(slug: "a") {{ plans {{ nodes {{ ...F0 }} }} }} }} {chain} fragment F40 on Plan {{ id }}'
    )

    found, calls = counted(lambda: measured(query))

    assert calls < 1_000_000
    assert found.cost == limits._SATURATED
    assert codes(query) == ["TOO_DEEP", "TOO_MANY_ALIASES", "TOO_COSTLY"]


@pytest.mark.parametrize(
    "query",
    [
        "{ " + "partnerships { nodes { slug } } " * 60 + "}",
        "{ " + " ".join(f"...F{n}" for n in range(60)) + " }"
        + "".join(f" fragment F{n} on Query {{ partnerships {{ nodes {{ slug id }} }} }}" for n in range(60)),
        "{ " * 1 + "agreementMatrix { rows { programme { label { " + "en fr source " * 50 + "} } } } }",
    ],
)  # fmt: skip
def test_the_widest_documents_that_pass_are_validated_quickly(query: str) -> None:
    _, calls = counted(lambda: Documents(CORE).prepare(query))

    assert calls < 1_000_000  # of which there are some three million in a second


def test_the_standard_introspection_query_passes() -> None:
    from graphql import get_introspection_query

    assert codes(get_introspection_query()) == []


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { name } } }",
        '{ __typename ...A } fragment A on Query { ... { b: __type(name: "Query") { name } } }',
        "query A { __typename } query B { __schema { description } }",
    ],
)
def test_a_document_that_asks_for_the_schema_is_known_wherever_it_does(query: str) -> None:
    prepared = Documents(CORE).prepare(query)
    assert (prepared.errors, prepared.introspects) == ((), True)


def test_one_that_asks_for_types_of_what_it_reads_is_not_among_them() -> None:
    assert not Documents(CORE).prepare("{ __typename partnerships { __typename } }").introspects


def test_documents_are_kept_up_to_a_number() -> None:
    documents = Documents(CORE, kept=2)
    first = documents.prepare("{ a: __typename }")
    assert documents.prepare("{ a: __typename }") is first
    documents.prepare("{ b: __typename }")
    documents.prepare("{ c: __typename }")
    assert documents.prepare("{ a: __typename }") is not first
    assert documents.prepare("{") is not documents.prepare("{")

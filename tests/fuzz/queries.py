"""Operations drawn from the printed GraphQL schema: whatever it allows is answered, and never by INTERNAL."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import hypothesis
from graphql import ValueNode, build_schema
from graphql.language import StringValueNode
from hypothesis import strategies
from hypothesis_graphql import queries

from tests.fuzz.target import Findings, Target, drawn

_PRINTED: Final = Path(__file__).parents[2] / "graphql" / "schema.graphql"
_TEXT: Final = strategies.text(max_size=12)
_DAYS: Final = strategies.dates().map(str)
_INSTANTS: Final = strategies.datetimes().map(lambda moment: f"{moment.isoformat()}Z")


def _node(texts: strategies.SearchStrategy[str]) -> strategies.SearchStrategy[ValueNode]:
    return strategies.one_of(texts, _TEXT).map(lambda text: StringValueNode(value=text))


def fuzz_graphql(target: Target, examples: int, seed: int) -> Findings:
    """Ask so many operations, mostly as a member, else as nobody."""
    findings, chance = Findings(), random.Random(seed)

    @hypothesis.seed(seed)
    @drawn(examples)
    @hypothesis.given(query=_operations(target.ids))
    def ask(query: str) -> None:
        headers = target.headers if chance.random() < 0.7 else {}
        sent = query.replace('slug: ""', f'slug: "{target.slug}"')
        answer = client.post("/graphql", json={"query": sent}, headers=headers)
        findings.answers[f"graphql {answer.status_code}"] += 1
        _judge(answer, sent, findings)

    with httpx.Client(base_url=target.url, timeout=60) as client:
        ask()
    return findings


def _operations(ids: Sequence[str]) -> strategies.SearchStrategy[str]:
    schema = build_schema(_PRINTED.read_text(encoding="utf-8"))
    scalars = {
        "BigInt": _node(strategies.integers().map(str)),
        "Date": _node(_DAYS),
        "DateTime": _node(_INSTANTS),
        "Decimal": _node(strategies.decimals(allow_nan=False, allow_infinity=False).map(str)),
        "PartialDate": _node(_DAYS),
        "UUID": _node(strategies.sampled_from(ids)),
    }
    return queries(schema, custom_scalars=scalars, allow_x00=False)


def _judge(answer: httpx.Response, query: str, findings: Findings) -> None:
    if answer.status_code >= 500:
        findings.against.append(f"{answer.status_code} for {query}: {answer.text[:500]}")
        return
    body: Any = answer.json()
    for error in body.get("errors", ()):
        said = error.get("extensions", {})
        if said.get("code") in {None, "INTERNAL"} or not {"en", "fr"} <= said.get("message", {}).keys():
            findings.against.append(f"{error} for {query}")

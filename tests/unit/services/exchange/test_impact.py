"""A body in the Common Impact Data Standard: what it requires is there, and nothing refers to nowhere."""

from typing import Any, Final

import pytest

from services.exchange.impact import CONTEXT, Node, Told, document, graph

SCHEMES = "https://register.example/graphql/schema.graphql"
REQUIRED: Final[dict[str, set[str]]] = {
    "cids:Organization": {"hasName", "hasDescription"},
    "cids:ImpactModel": {"hasName", "hasDescription", "forOrganization"},
    "cids:Outcome": {"hasName", "hasDescription", "forOrganization"},
    "cids:Indicator": {"hasName", "hasDescription", "hasIdentifier"},
    "cids:IndicatorReport": {
        "hasName",
        "startedAtTime",
        "endedAtTime",
        "forIndicator",
        "forOrganization",
        "value",
    },
    "cids:ImpactReport": {"hasName", "hasComment", "startedAtTime", "endedAtTime", "forOutcome"},
    "cids:Target": {"hasName", "hasComment", "startedAtTime", "endedAtTime"},
    "cids:Code": {"hasName", "hasDescription", "hasIdentifier", "sch:codeValue", "hasSpecification"},
}
"""What the shapes of the Basic and Essential tiers ask for, and what of it we give always."""
REFERENCES: Final = (
    *("forOrganization", "forOutcome", "forIndicator", "definedBy", "hasCode", "hasOutcome", "hasIndicator"),
    *("hasIndicatorReport", "hasImpactReport", "oep:partOf", "cids:hasTarget"),
)
BODY, PLAN, GOAL, RESULT, WORDED, DEFINED, SHARED, COMMONS = (
    f"{n:08d}-0000-0000-0000-000000000000" for n in range(8)
)


def both(text: str) -> dict[str, Any]:
    return {"en": f"{text} (en)", "fr": f"{text} (fr)"}


def quantity(kind: str, number: str | None, unit: str = "people") -> dict[str, Any]:
    nothing = dict.fromkeys(("upper", "raw", "status", "roundedTo"))
    return {"kind": kind, "number": number, "unit": unit, **nothing}


def period(start: str, end: str) -> dict[str, Any]:
    label = {"en": "2025-2026", "fr": "2025-2026"}
    return {"kind": "FISCAL_YEAR", "start": start, "end": end, "label": label}


YEAR = period("2025-04-01", "2026-03-31")
REGION = {"scheme": "QC_REGION", "code": "01", "name": {"en": None, "fr": "Bas-Saint-Laurent"}}


def element(key: str, level: str, parent: str | None) -> dict[str, Any]:
    known = {"id": key, "level": level, "parentId": parent, "number": None, "wording": both(level)}
    return known | {"territory": REGION if level == "EXPECTED_RESULT" else None, "sample": False}


def told(*, sample: bool = False) -> Told:
    progress = {"elementId": RESULT, "progress": "UNDER_WAY", "since": "2025-10-01", "sample": sample}
    plan = {
        "id": PLAN,
        "kind": "ACTION_PLAN",
        "title": both("Plan"),
        "period": YEAR,
        "elements": [
            element(GOAL, "OBJECTIVE", None),
            element(RESULT, "EXPECTED_RESULT", GOAL),
            element(WORDED, "INDICATOR", RESULT),
        ],
        "progress": [progress],
        "sample": sample,
    }
    target = {
        "id": "t",
        "unit": "people",
        "wording": both("Cible"),
        "indicator": {"id": WORDED},
        "definition": None,
        "series": [{"period": YEAR, "value": quantity("AT_LEAST", "40"), "sample": False}],
        "sample": sample,
    }
    body = {
        "id": BODY,
        "slug": "baie",
        "kind": "LIP",
        "name": {"en": None, "fr": "Baie"},
        "timeZone": "America/Toronto",
        "leadOrganisation": {"name": both("Ville")},
        "sample": sample,
        "plans": {"nodes": [plan]},
        "targets": [target],
    }
    kind = {"unit": "people", "kind": "COUNT", "sample": sample}
    own = {"id": DEFINED, "wording": both("Accueil"), "description": None, "planIndicator": {"id": WORDED}, **kind}
    owner = {"id": COMMONS, "slug": "commons", "name": both("Commun"), "sample": False}
    shared = {
        "id": SHARED,
        "wording": both("Accueil commun"),
        "description": both("Qui vient"),
        "owner": owner,
        **kind,
    }
    return Told(
        body,
        [own],
        [
            report("one", shared, quantity("AT_LEAST", "12.5")),
            report("two", shared, quantity("SUPPRESSED", None)),
            report("three", None, quantity("EXACT", "1")),
        ],
    )


def report(key: str, indicator: Any, value: Any) -> dict[str, Any]:
    known = {"id": key, "period": YEAR, "territory": REGION, "cuts": [], "value": value, "denominator": None}
    return known | {"publishedOn": "2026-05-01", "edition": 1, "sample": False, "indicator": indicator}


def by_id(nodes: list[Node]) -> dict[str, Node]:
    return {node["@id"]: node for node in nodes}


def test_every_node_has_what_the_standard_requires() -> None:
    nodes = graph(told(), "en", SCHEMES)

    assert {node["@type"] for node in nodes} == set(REQUIRED)
    assert [(node["@id"], REQUIRED[node["@type"]] - node.keys()) for node in nodes] == [
        (node["@id"], set()) for node in nodes
    ]


def test_ids_stand_once_and_every_reference_leads_to_a_node() -> None:
    nodes = graph(told(), "fr", SCHEMES)
    known = by_id(nodes)
    assert len(known) == len(nodes)

    for node in nodes:
        for name in REFERENCES:
            found = node.get(name, [])
            for one in found if isinstance(found, list) else [found]:
                assert (one["@id"] if isinstance(one, dict) else one) in known, (node["@id"], name)


def test_a_report_keeps_its_qualifier_and_a_figure_without_a_number_has_none() -> None:
    known = by_id(graph(told(), "fr", SCHEMES))

    first, second = known["urn:uuid:one"], known["urn:uuid:two"]
    assert first["value"] == {"@type": "i72:Measure", "hasNumericalValue": "12.5"}
    assert first["hasComment"] == "au moins 12,5\u00a0people; édition publiée 1"
    assert second["value"] == {"@type": "i72:Measure"}
    assert first["hasName"] == "Accueil commun (fr), 2025-2026, Bas-Saint-Laurent"
    assert first["forIndicator"] == f"urn:uuid:{SHARED}"
    assert known[f"urn:uuid:{SHARED}"]["definedBy"] == f"urn:uuid:{COMMONS}"


def test_the_days_of_a_period_are_those_where_the_body_is() -> None:
    known = by_id(graph(told(), "en", SCHEMES))

    assert known["urn:uuid:one"]["startedAtTime"] == "2025-04-01T00:00:00-04:00"
    assert known["urn:uuid:one"]["endedAtTime"] == "2026-03-31T23:59:59-04:00"


def test_a_figure_of_an_indicator_that_the_reader_may_not_see_is_not_told() -> None:
    assert "urn:uuid:three" not in by_id(graph(told(), "en", SCHEMES))


def test_progress_of_an_outcome_is_its_impact_report_and_its_indicator_has_the_target() -> None:
    known = by_id(graph(told(), "en", SCHEMES))

    reported = known[f"urn:uuid:{RESULT}:progress"]
    assert (reported["forOutcome"], reported["hasComment"]) == (
        f"urn:uuid:{RESULT}",
        "progress recorded on 2025-10-01: under way",
    )
    (target,) = known[f"urn:uuid:{WORDED}"]["cids:hasTarget"]
    assert known[target["@id"]]["value"]["hasNumericalValue"] == "40"
    assert known[f"urn:uuid:{DEFINED}"]["forOutcome"] == f"urn:uuid:{RESULT}"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_sample_data_says_so_on_each_of_its_nodes(language: Any) -> None:
    mark = {"en": "Sample data", "fr": "Donnée d’exemple"}[language]
    nodes = by_id(graph(told(sample=True), language, SCHEMES))

    for key in (BODY, PLAN, DEFINED, SHARED):
        assert mark in nodes[f"urn:uuid:{key}"]["hasDescription"]
    assert mark not in nodes["urn:uuid:one"]["hasComment"]


def test_a_document_names_the_context_and_has_a_node_that_two_bodies_share_once() -> None:
    nodes = graph(told(), "en", SCHEMES)

    whole = document([*nodes, *nodes], {"@id": "https://register.example/cids", "@type": "dcat:Dataset"})

    assert whole["@context"] == CONTEXT
    assert len(whole["@graph"]) == len(nodes) + 1

"""The check of conformance, on shapes of our own: a broken document fails, and nothing is fetched."""

from pathlib import Path
from typing import Any

import pytest

from services.exchange.impact import CONTEXT
from tests.conformance.checking import Shapes, broken, check, shapes_in

# rdflib's own reader of JSON-LD uses what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix cids: <https://ontology.commonapproach.org/cids#> .
@prefix s: <https://shapes.example/> .
"""
BASIC = f"""{PREFIXES}
s:Named a sh:PropertyShape ; sh:path cids:named ; sh:minCount 1 ; sh:datatype xsd:string .
s:Outcome a sh:NodeShape ; sh:targetClass cids:Outcome ; sh:property s:Named .
s:Alone a sh:PropertyShape ; sh:path cids:forOutcome ; sh:class cids:Outcome .
"""
ESSENTIAL = f"""{PREFIXES}
s:Coded a sh:PropertyShape ; sh:path cids:coded ; sh:minCount 1 .
s:Indicator a sh:NodeShape ; sh:targetClass cids:Indicator ; sh:property s:Coded .
"""
TERMS = """{"@context": {"cids": "https://ontology.commonapproach.org/cids#",
  "hasName": {"@id": "cids:named", "@type": "http://www.w3.org/2001/XMLSchema#string"},
  "hasIdentifier": "cids:coded", "forOutcome": {"@id": "cids:forOutcome", "@type": "@id"}}}"""


@pytest.fixture
def shapes(tmp_path: Path) -> Shapes:
    (tmp_path / "cidsContext.jsonld").write_text(TERMS)
    (tmp_path / "cids-shacl-BasicTier.ttl").write_text(BASIC)
    (tmp_path / "cids-shacl-EssentialTier.ttl").write_text(ESSENTIAL)
    return shapes_in(tmp_path)


def document() -> dict[str, Any]:
    outcome = {"@id": "urn:a", "@type": "cids:Outcome", "hasName": "A"}
    indicator = {"@id": "urn:b", "@type": "cids:Indicator", "hasIdentifier": "b", "forOutcome": "urn:a"}
    return {"@context": CONTEXT, "@graph": [outcome, indicator]}


def test_a_document_that_has_everything_conforms_and_is_counted(shapes: Shapes) -> None:
    basic, essential = (check(document(), shapes, tier) for tier in ("Basic", "Essential"))

    assert (basic.conforms, dict(basic.checked)) == (True, {"Outcome": 1})
    assert (essential.conforms, dict(essential.checked)) == (True, {"Indicator": 1})


def test_each_document_that_is_broken_on_purpose_is_refused_by_its_tier(shapes: Shapes) -> None:
    wrongs = broken(document())

    assert [said for _, said, _ in wrongs] == [
        "cids:Outcome without hasName",
        "cids:Indicator without hasIdentifier",
    ]
    for tier, _, wrong in wrongs:
        assert not check(wrong, shapes, tier).conforms


def test_a_reference_to_what_is_of_another_class_is_found_though_no_class_uses_the_shape(shapes: Shapes) -> None:
    wrong = document()
    wrong["@graph"][1]["forOutcome"] = "urn:b"

    outcome = check(wrong, shapes, "Basic")

    assert dict(outcome.results) == {"Violation": 1}
    assert "urn:b forOutcome" in outcome.messages[0]


def test_a_document_with_a_context_of_its_own_is_not_checked_by_ours(shapes: Shapes) -> None:
    with pytest.raises(AssertionError):
        check(document() | {"@context": {}}, shapes, "Basic")

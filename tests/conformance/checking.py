"""Holding a JSON-LD document to SHACL shapes, with the context from a file: nothing is fetched."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from pyshacl import validate
from rdflib import RDF, SH, Graph, Namespace, URIRef
from rdflib.term import Node

from services.exchange.impact import CONTEXT

TIERS: Final = ("Basic", "Essential")
_CIDS: Final = Namespace("https://ontology.commonapproach.org/cids#")


class Shapes(NamedTuple):
    """The context and the shapes of a standard, by tier."""

    context: Any
    by_tier: Mapping[str, Graph]


class Outcome(NamedTuple):
    """What the shapes of a tier say of a document."""

    checked: Counter[str]
    """Nodes that a shape is about, by their class."""
    results: Counter[str]
    """Results by severity: Violation, Warning, Info."""
    messages: tuple[str, ...]

    @property
    def conforms(self) -> bool:
        return not self.results


def shapes_in(folder: Path) -> Shapes:
    """The files as the standard publishes them.

    A shape of a property that no class uses is aimed at whatever has the property: published as they are, such
    shapes would check nothing.
    """
    context = msgspec.json.decode((folder / "cidsContext.jsonld").read_bytes())["@context"]
    by_tier: dict[str, Graph] = {}
    for tier in TIERS:
        graph = Graph()
        published = (folder / f"cids-shacl-{tier}Tier.ttl").read_text(encoding="utf-8-sig")
        graph.parse(data=published, format="turtle")
        for shape in list(graph.subjects(RDF.type, SH.PropertyShape)):
            path = graph.value(shape, SH.path)
            if path is not None and not any(graph.subjects(SH.property, shape)):
                graph.add((shape, SH.targetSubjectsOf, path))
        by_tier[tier] = graph
    return Shapes(context, by_tier)


def graph_of(document: Mapping[str, Any], context: Any) -> Graph:
    """The document as a graph. Its context has to be the standard's own, which is read from the file."""
    assert document["@context"] == CONTEXT
    graph = Graph()
    graph.parse(data=msgspec.json.encode({**document, "@context": context}).decode(), format="json-ld")
    return graph


def check(document: Mapping[str, Any], shapes: Shapes, tier: str) -> Outcome:
    data, asked = graph_of(document, shapes.context), shapes.by_tier[tier]
    _, found, _ = validate(data, shacl_graph=asked, inference="none", advanced=False)
    assert isinstance(found, Graph)
    results, messages = Counter[str](), []
    for result in found.subjects(RDF.type, SH.ValidationResult):
        severity = _short(found.value(result, SH.resultSeverity))
        results[severity] += 1
        focus, path = found.value(result, SH.focusNode), found.value(result, SH.resultPath)
        messages.append(f"{severity}: {focus} {_short(path)}: {found.value(result, SH.resultMessage)}")
    classes = {of for of in asked.objects(None, SH.targetClass) if isinstance(of, URIRef)}
    checked = Counter({_short(of): sum(1 for _ in data.subjects(RDF.type, of)) for of in classes})
    return Outcome(+checked, results, tuple(sorted(messages)))


def broken(document: Mapping[str, Any]) -> Sequence[tuple[str, str, dict[str, Any]]]:
    """Documents with one thing wrong, each with the tier that has to refuse it and what is wrong."""
    wrongs: list[tuple[str, str, dict[str, Any]]] = []
    for tier, kind, name in (
        ("Basic", "cids:Outcome", "hasName"),
        ("Basic", "cids:Indicator", "hasName"),
        ("Basic", "cids:IndicatorReport", "startedAtTime"),
        ("Basic", "cids:Target", "hasComment"),
        ("Basic", "cids:ImpactReport", "endedAtTime"),
        ("Essential", "cids:Indicator", "hasIdentifier"),
        ("Essential", "cids:Code", "sch:codeValue"),
    ):
        wrong = _copied(document)
        node = next((one for one in wrong["@graph"] if one["@type"] == kind and name in one), None)
        if node is not None:
            del node[name]
            wrongs.append((tier, f"{kind} without {name}", wrong))
    wrong = _copied(document)
    report = next((one for one in wrong["@graph"] if one["@type"] == "cids:IndicatorReport"), None)
    if report is not None:
        report["startedAtTime"] = "last spring"
        wrongs.append(("Basic", "cids:IndicatorReport that started “last spring”", wrong))
    wrong = _copied(document)
    report = next((one for one in wrong["@graph"] if one["@type"] == "cids:IndicatorReport"), None)
    if report is not None:
        report["forIndicator"] = report["forOrganization"]
        wrongs.append(("Basic", "cids:IndicatorReport for what is no indicator", wrong))
    return wrongs


def _copied(document: Mapping[str, Any]) -> dict[str, Any]:
    copied: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    return copied


def _short(term: Node | None) -> str:
    return str(term).rpartition("#")[2].rpartition("/")[2]

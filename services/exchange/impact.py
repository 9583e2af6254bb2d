"""A body in the Common Impact Data Standard (3.2), as JSON-LD.

Basic tier: the organisation, outcomes, indicators and indicator reports. Essential tier, as far as the register
knows: identifiers, targets, codes of territories, and impact reports. The standard wants one text for each name,
so a document is in one language; a text that exists in the other alone stands in that one. What the register does
not know, such as addresses, is left out, and where the standard wants a description and nobody wrote one, it tells
facts: of which plan something is, or in which unit it is counted.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.narration.codes import INDICATOR_KINDS, LEVELS, PLAN_KINDS, PROGRESS, SCHEMES
from domain.narration.words import COLON, Words, quoted
from domain.values import Language
from services.views.comparison import figure, worded

CONTEXT: Final = "https://ontology.commonapproach.org/contexts/cidsContext.jsonld"
_OUTCOMES: Final = ("OBJECTIVE", "EXPECTED_RESULT")
_SAMPLE: Final = Words(
    "Sample data, for demonstration: not a fact.", "Donnée d’exemple, à des fins de démonstration : pas un fait."
)
_NAMELESS: Final = Words("without a name", "sans nom")
_BODY: Final = Words("Partnership in immigration", "Partenariat en immigration")
_LED: Final = Words("lead organisation", "organisme responsable")
_UNIT: Final = Words("unit", "unité")
_TARGET: Final = Words("target", "cible")
_AS_OF: Final = Words("progress recorded on", "avancement inscrit le")
_EDITION: Final = Words("published edition", "édition publiée")

Node = dict[str, Any]


class Told:
    """What was read of a body: the answers of `impact`, `indicators` and `figures`, lists with all items."""

    def __init__(
        self,
        body: Mapping[str, Any],
        indicators: Sequence[Mapping[str, Any]],
        figures: Sequence[Mapping[str, Any]],
    ) -> None:
        self.body, self.indicators, self.figures = body, indicators, figures


def graph(told: Told, language: Language, schemes: str) -> list[Node]:
    """The nodes of a body, each once, the organisation first.

    Args:
        told: what was read.
        language: of the texts.
        schemes: the address at which the classifications of territories are described.
    """
    return _Body(told, language, schemes).nodes()


def document(nodes: Sequence[Node], described: Node) -> Node:
    """The whole document, with what describes it; a node that several bodies share stands once."""
    once: dict[str, Node] = {}
    for node in (described, *nodes):
        kept = once.setdefault(node["@id"], node)
        if len(node) > len(kept):
            once[node["@id"]] = node  # an organisation told whole goes before one that is only referred to
    return {"@context": CONTEXT, "@graph": list(once.values())}


class _Body:
    """The nodes of one body."""

    def __init__(self, told: Told, language: Language, schemes: str) -> None:
        self._told, self._language, self._schemes = told, language, schemes
        self._zone = ZoneInfo(told.body["timeZone"])
        self._me = _urn(told.body["id"])
        self._found: dict[str, Node] = {}
        self._outcome_of: dict[str, str] = {}
        """By id of a plan's element: the outcome that it is, or that it stands below."""

    def nodes(self) -> list[Node]:
        self._organization()
        for plan in self._told.body["plans"]["nodes"]:
            self._plan(plan)
        for one in self._told.indicators:
            self._definition(one, self._me)
        for one in self._told.body["targets"]:
            self._target(one)
        for one in self._told.figures:
            self._report(one)
        return list(self._found.values())

    def _organization(self) -> None:
        body = self._told.body
        lead = body["leadOrganisation"]
        known = [_BODY.in_(self._language), body["kind"]]
        if lead is not None:
            known.append(f"{_LED.in_(self._language)}{COLON[self._language]}{self._text(lead['name'])}")
        node = self._put(
            "cids:Organization", body["id"], self._text(body["name"]), "; ".join(known), body["sample"]
        )
        node["hasIdentifier"] = body["slug"]

    def _plan(self, plan: Mapping[str, Any]) -> None:
        kind = PLAN_KINDS[plan["kind"].lower()].in_(self._language)
        said = f"{kind}, {plan['period']['label'][self._language]}"
        model = self._put("cids:ImpactModel", plan["id"], self._text(plan["title"]), said, plan["sample"])
        model["forOrganization"] = self._me
        progress = {one["elementId"]: one for one in plan["progress"]}
        for element in plan["elements"]:
            above = self._outcome_of.get(element["parentId"] or "")
            if element["level"] in _OUTCOMES:
                self._outcome(element, plan, model["@id"])
                if element["id"] in progress:
                    self._impact(element, plan, progress[element["id"]])
            elif above is not None:
                self._outcome_of[element["id"]] = above
            if element["level"] == "INDICATOR":
                self._planned(element, plan)

    def _outcome(self, element: Mapping[str, Any], plan: Mapping[str, Any], model: str) -> None:
        node = self._put(
            "cids:Outcome",
            element["id"],
            self._text(element["wording"]),
            self._of_plan(element, plan),
            element["sample"],
        )
        node |= {"forOrganization": self._me, "oep:partOf": {"@id": model}}
        self._code(node, element["territory"])
        self._outcome_of[element["id"]] = node["@id"]
        _also(self._found[self._me], "hasOutcome", node["@id"])

    def _impact(self, element: Mapping[str, Any], plan: Mapping[str, Any], progress: Mapping[str, Any]) -> None:
        said = PROGRESS[progress["progress"].lower()].in_(self._language)
        comment = f"{_AS_OF.in_(self._language)} {progress['since']}{COLON[self._language]}{said}"
        name = self._text(element["wording"])
        node = self._put("cids:ImpactReport", f"{element['id']}:progress", name, None, progress["sample"])
        node["hasComment"] = self._marked(comment, sample=progress["sample"])
        node |= {"forOrganization": self._me, "forOutcome": _urn(element["id"])}
        node |= self._span(plan["period"]["start"], max(progress["since"], plan["period"]["start"]))
        _also(self._found[_urn(element["id"])], "hasImpactReport", node["@id"])

    def _planned(self, element: Mapping[str, Any], plan: Mapping[str, Any]) -> None:
        """An indicator as a plan words it; its definition, where there is one, is another node."""
        node = self._put(
            "cids:Indicator",
            element["id"],
            self._text(element["wording"]),
            self._of_plan(element, plan),
            element["sample"],
        )
        node |= {"hasIdentifier": element["id"], "forOrganization": self._me}
        outcome = self._outcome_of.get(element["id"])
        if outcome is not None:
            node["forOutcome"] = outcome
            _also(self._found[outcome], "hasIndicator", node["@id"])
        _also(self._found[self._me], "hasIndicator", node["@id"])

    def _definition(self, one: Mapping[str, Any], owner: str) -> Node:
        kept = self._found.get(_urn(one["id"]))
        if kept is not None:
            return kept
        kind = INDICATOR_KINDS[one["kind"].lower()].in_(self._language)
        said = f"{kind}; {_UNIT.in_(self._language)}{COLON[self._language]}{one['unit']}"
        description = self._text(one["description"]) if one["description"] else said
        node = self._put("cids:Indicator", one["id"], self._text(one["wording"]), description, one["sample"])
        node |= {"hasIdentifier": one["id"], "definedBy": owner, "unitDescription": one["unit"]}
        node["unit_of_measure"] = _unit(one["unit"])
        planned = one.get("planIndicator")
        outcome = None if planned is None else self._outcome_of.get(planned["id"])
        if outcome is not None:
            node["forOutcome"] = outcome
            _also(self._found[outcome], "hasIndicator", node["@id"])
        _also(self._found[self._me], "hasIndicator", node["@id"])
        return node

    def _target(self, one: Mapping[str, Any]) -> None:
        cited = one["definition"] or one["indicator"]
        indicator = None if cited is None else self._found.get(_urn(cited["id"]))
        for each in one["series"]:
            period, value = each["period"], each["value"]
            if value is None:
                continue
            name = f"{self._text(one['wording'])}, {_TARGET.in_(self._language)} {period['label'][self._language]}"
            key, sample = f"{one['id']}:{period['start']}:{period['end']}", one["sample"] or each["sample"]
            node = self._put("cids:Target", key, name, None, sample)
            node["hasComment"] = self._marked(figure(value, self._language), sample=sample)
            node |= self._span(period["start"], period["end"]) | self._measured(
                value, value["unit"] or one["unit"]
            )
            if indicator is not None:
                _also(indicator, "cids:hasTarget", node["@id"])

    def _report(self, one: Mapping[str, Any]) -> None:
        indicator, period = one["indicator"], one["period"]
        if indicator is None or one["value"] is None:
            return
        of = self._definition(indicator, self._owner(indicator["owner"]))
        place = one["territory"]
        cuts = [f"{cut['dimension']} {cut['category']}" for cut in one["cuts"]]
        where = [] if place is None else [self._text(place["name"]) if place["name"] else place["code"]]
        name = ", ".join([of["hasName"], period["label"][self._language], *where, *cuts])
        said = figure(one["value"], self._language)
        if one["denominator"] is not None:
            said += f" / {figure(one['denominator'], self._language)}"
        edition = f"{_EDITION.in_(self._language)} {one['edition']}"
        node = self._put("cids:IndicatorReport", one["id"], name, None, one["sample"])
        node["hasComment"] = self._marked(f"{said}; {edition}", sample=one["sample"])
        node |= {"hasIdentifier": one["id"], "forIndicator": of["@id"], "forOrganization": self._me}
        node |= self._span(period["start"], period["end"])
        node |= self._measured(one["value"], one["value"]["unit"] or indicator["unit"])
        self._code(node, place)
        _also(of, "hasIndicatorReport", node["@id"])

    def _owner(self, owner: Mapping[str, Any] | None) -> str:
        """Who defined an indicator; the body itself where that is not said."""
        if owner is None or _urn(owner["id"]) == self._me:
            return self._me
        if _urn(owner["id"]) not in self._found:
            said = _BODY.in_(self._language)
            node = self._put("cids:Organization", owner["id"], self._text(owner["name"]), said, owner["sample"])
            node["hasIdentifier"] = owner["slug"]
        return _urn(owner["id"])

    def _code(self, node: Node, place: Mapping[str, Any] | None) -> None:
        """The code of the territory that something is about."""
        if place is None:
            return
        scheme = place["scheme"].lower().replace("_", "-")
        key = f"urn:entente:territory:{scheme}:{place['code']}"
        if key not in self._found:
            self._found[key] = {
                "@id": key,
                "@type": "cids:Code",
                "hasName": self._text(place["name"]) if place["name"] else place["code"],
                "hasDescription": SCHEMES[scheme].in_(self._language),
                "hasIdentifier": f"{place['scheme']} {place['code']}",
                "sch:codeValue": {"@value": place["code"], "@type": "xsd:string"},
                "hasSpecification": self._schemes,
            }
        node["hasCode"] = key

    def _measured(self, value: Mapping[str, Any], unit: str | None) -> Node:
        """The number, where there is one; the qualifier is in the comment, which says the figure in words."""
        measure: Node = {"@type": "i72:Measure"}
        if value["number"] is not None:
            measure["hasNumericalValue"] = value["number"]
        return {"value": measure} | ({} if unit is None else {"unit_of_measure": _unit(unit)})

    def _span(self, first: str, last: str) -> Node:
        """From the beginning of one day to the last second of another, where the body is."""
        begun = datetime.combine(date.fromisoformat(first), time.min, self._zone)
        ended = datetime.combine(date.fromisoformat(last), time(23, 59, 59), self._zone)
        return {"startedAtTime": begun.isoformat(), "endedAtTime": ended.isoformat()}

    def _put(self, kind: str, key: str, name: str, description: str | None, sample: bool) -> Node:  # noqa: FBT001
        node: Node = {"@id": _urn(key), "@type": kind, "hasName": name}
        if description is not None:
            node["hasDescription"] = self._marked(description, sample=sample)
        self._found[node["@id"]] = node
        return node

    def _marked(self, text: str, *, sample: bool) -> str:
        return f"{text} [{_SAMPLE.in_(self._language)}]" if sample else text

    def _of_plan(self, element: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
        level = LEVELS[element["level"].lower()].in_(self._language)
        title = quoted(self._text(plan["title"]), self._language)
        return f"{level}, {title}, {plan['period']['label'][self._language]}"

    def _text(self, said: Mapping[str, Any] | None) -> str:
        wording = worded(said, self._language)
        return _NAMELESS.in_(self._language) if wording is None else wording.text


def _urn(key: str) -> str:
    return f"urn:uuid:{key}"


def _unit(unit: str) -> Node:
    return {"@type": "i72:Unit_of_measure", "symbol": unit}


def _also(node: Node, name: str, key: str) -> None:
    """One more of what a node refers to, in order and once."""
    known = node.setdefault(name, [])
    if not any(each in (key, {"@id": key}) for each in known):
        known.append(key if not name.startswith("cids:") else {"@id": key})

"""An assembly of a francophone network, as its minutes tell it: no quorum, a second meeting, seven decisions by
consensus, and what they led to.

The network and its words are invented; the seven items are those of a real one (fixture 9).
"""

from collections.abc import Iterator
from typing import Any

from services.importing import Entry
from tests.integration.readapi.world_lines import Lines

SLUG = "reseau-exemple"
MINUTES: dict[str, Any] = {"title": {"fr": "Procès-verbal de l’assemblée", "source": "fr"}, "locator": "p. 2"}
UNSTATED = {"kind": "none", "reason": "not_stated_in_source"}
ITEMS = (
    "Que la réforme du réseau soit engagée",
    "Que le réseau devienne autonome",
    "Que le comité permanent soit dissous",
    "Qu’un groupe de travail de treize personnes soit créé",
    "Que l’organisme fiduciaire reste le même",
    "Que le renouvellement de l’entente de contribution soit appuyé",
    "Que le plan de transition soit adopté",
)
TERMS: dict[str, Any] = {
    "quorum": {
        "share": {"numerator": 1, "denominator": 2, "more_than": True},
        "second_meeting": {"present_min": 1, "within_days": 30},
    },
    "majorities": [{"motion": "ordinary", "majority": {"threshold": "simple"}}],
}


def fr(text: str) -> dict[str, str]:
    return {"fr": text, "source": "fr"}


def assembly() -> Iterator[Entry]:
    of = Lines(SLUG)
    body = {"body_id": of.id("body"), "slug": SLUG, "kind": "rif", "name": fr("Réseau en immigration exemple")}
    yield of.line("RegisterBody", "2016-01-01", body, body="commons")
    opening = {"province": "AB", "time_zone": "America/Edmonton", "default_language": "fr"}
    yield of.line("OpenBody", "2016-01-01", body | opening)
    committees = (
        ("assembly", "partnership_council", UNSTATED),
        ("permanent", "steering_committee", {"kind": "none", "reason": "not_required"}),
    )
    for name, kind, authority in committees:
        committee = {"committee_id": of.id(name), "kind": kind, "name": fr(name), "audience": "public"}
        yield of.line("EstablishCommittee", "2016-01-01", committee, authority=authority)
    terms = {"committee_id": of.id("assembly"), "number": 1, "terms": TERMS}
    yield of.line("AdoptTermsOfReference", "2016-01-01", terms, authority=UNSTATED)
    yield from _first_call(of)
    yield from _second_call(of)
    for number, title in enumerate(ITEMS, 1):
        yield _decision(of, number, title)
    yield from _consequences(of)


def _convene(of: Lines, name: str, day: str, notice: str, **data: Any) -> Entry:
    convened = {
        "meeting_id": of.id(name),
        "committee_id": of.id("assembly"),
        "holds_on": day,
        "time_zone": "America/Edmonton",
        "audience": "public",
    }
    return of.line("ConveneMeeting", notice, convened | data)


def _first_call(of: Lines) -> Iterator[Entry]:
    """Four of thirteen come: the meeting is closed without quorum."""
    yield _convene(of, "first", "2017-05-12", "2017-04-28")
    meeting = {"meeting_id": of.id("first")}
    there = meeting | {"counted": {"present": 4, "seats": 13}}
    yield of.line("RecordAttendance", "2017-05-12", there, source=MINUTES)
    yield of.line("CloseMeeting", "2017-05-12", meeting | {"outcome": "without_quorum"}, source=MINUTES)


def _second_call(of: Lines) -> Iterator[Entry]:
    """Two weeks later, the five who come are the quorum, and agree on seven items."""
    yield _convene(of, "second", "2017-05-26", "2017-05-13", second_call_of=of.id("first"))
    meeting = {"meeting_id": of.id("second")}
    there = meeting | {"counted": {"present": 5, "seats": 13}}
    yield of.line("RecordAttendance", "2017-05-26", there, source=MINUTES)
    for number, title in enumerate(ITEMS, 1):
        motion = meeting | {"motion_id": of.id(f"motion {number}")}
        yield of.line("MoveMotion", "2017-05-26", motion | {"title": fr(title)}, source=MINUTES)
        yield of.line("RecordConsensus", "2017-05-26", motion, source=MINUTES)
        yield of.line("DecideMotion", "2017-05-26", motion, source=MINUTES)
    yield of.line("CloseMeeting", "2017-05-26", meeting, source=MINUTES)


def _decision(of: Lines, number: int, title: str) -> Entry:
    basis = {
        "kind": "meeting",
        "meeting_id": of.id("second"),
        "meeting_version": 2 + 3 * number,
        "motion_id": of.id(f"motion {number}"),
    }
    made = {
        "decision_id": of.id(f"decision {number}"),
        "committee_id": of.id("assembly"),
        "year": 2017,
        "number": number,
        "title": fr(title),
        "basis": basis,
        "audience": "public",
    }
    return of.line("MakeDecision", "2017-05-26", made)


def by(of: Lines, number: int) -> dict[str, Any]:
    cited = {"log": of.id("body"), "stream": of.id(f"decision {number}"), "version": 1}
    return {"kind": "decision", "decision": cited}


def _consequences(of: Lines) -> Iterator[Entry]:
    permanent = {"committee_id": of.id("permanent")}
    yield of.line("DissolveCommittee", "2017-05-26", permanent, authority=by(of, 3))
    group = {"committee_id": of.id("group"), "kind": "working_group", "name": fr("Groupe de travail")}
    yield of.line("EstablishCommittee", "2017-05-26", group | {"audience": "public"}, authority=by(of, 4))
    terms = {"committee_id": of.id("group"), "number": 1, "terms": {"voting_seats_max": 13}}
    yield of.line("AdoptTermsOfReference", "2017-05-26", terms, authority=by(of, 4))
    agreement = {
        "agreement_id": of.id("agreement"),
        "programme": {"code": "rif", "label": fr("Entente de contribution")},
        "audience": "public",
    }
    yield of.line("SignAgreement", "2017-06-30", agreement, authority=by(of, 6))
    amended = {"agreement_id": of.id("agreement"), "number": 1, "purpose": fr("Bilan")}
    yield of.line("AmendAgreement", "2018-03-01", amended, authority={"kind": "none", "reason": "not_given"})
    period = {"kind": "fiscal_year", "start": "2017-04-01", "end": "2018-03-31"}
    plan = {"plan_id": of.id("plan")}
    drafted = {"kind": "action_plan", "title": fr("Plan de transition"), "period": period}
    yield of.line("DraftPlan", "2017-05-20", plan | drafted)
    element = {"element_id": of.id("objective"), "level": "objective", "rank": 0, "wording": fr("Se constituer")}
    yield of.line("AddPlanElement", "2017-05-20", plan | element)
    yield of.line("AdoptPlanRevision", "2017-05-26", plan | {"number": 1}, authority=by(of, 7))
    yield of.line("PublishPlanRevision", "2017-06-01", plan | {"number": 1})
    yield of.line("RescindDecision", "2018-01-15", {"decision_id": of.id("decision 5")}, authority=by(of, 2))
    renamed = {"committee_id": of.id("group"), "name": fr("Groupe de travail provisoire")}
    yield of.line("RenameCommittee", "2018-02-01", renamed, authority=by(of, 5), source=MINUTES)

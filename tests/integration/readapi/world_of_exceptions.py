"""Two partnerships that look alike: both did many things that are nearly exceptions; one also did each kind.

A ministry beside them has a strategic plan, part of which it withdraws, and an indicator that others align with.
"""

from collections.abc import Iterator
from typing import Any

from services.importing import Entry
from tests.integration.readapi.world_lines import Lines, both

PLANTED, HONEST, ABOVE = "entente-plantee", "entente-soignee", "ministere-modele"
MINUTES: dict[str, Any] = {"title": both("Procès-verbal")}
INSTRUMENT: dict[str, Any] = {
    "kind": "instrument",
    "office": both("Direction"),
    "number": "7",
    "dated": "2021-01-05",
}
YEAR = {"kind": "fiscal_year", "start": "2021-04-01", "end": "2022-03-31"}
LAST_DAY = "2022-04-30"
"""On which figures of that year are due."""


def world() -> Iterator[Entry]:
    above = Lines(ABOVE)
    yield from _body(above, "ministry")
    yield from _plan(above, "strategy", ("kept", "dropped"))
    yield above.line("PublishPlanRevision", "2021-01-11", {"plan_id": above.id("strategy"), "number": 1})
    yield from _indicator(above, "canon")
    yield from _target(above, "own", "strategy", "kept indicator")
    for slug in (PLANTED, HONEST):
        of = Lines(slug)
        yield from _body(of, "lip")
        yield from honest(of, above)
        if slug == PLANTED:
            yield from planted(of, above)
    gone = {"plan_id": above.id("strategy"), "element_id": above.id("dropped objective")}
    yield above.line("WithdrawPlanElement", "2021-10-01", gone)
    revised = {"plan_id": above.id("strategy"), "number": 2}
    yield above.line("AdoptPlanRevision", "2021-10-02", revised, authority=INSTRUMENT)


def _body(of: Lines, kind: str) -> Iterator[Entry]:
    body = {"body_id": of.id("body"), "slug": of.slug, "kind": kind, "name": both(of.slug)}
    yield of.line("RegisterBody", "2020-01-01", body, body="commons")
    opening = {"province": "ON", "time_zone": "America/Toronto", "default_language": "en"}
    yield of.line("OpenBody", "2020-01-01", body | opening)


def _plan(of: Lines, plan: str, columns: tuple[str, ...], **authority: Any) -> Iterator[Entry]:
    """A plan with an objective and an indicator under it for each column, adopted once."""
    drafted = {"plan_id": of.id(plan), "kind": "action_plan", "title": both(plan), "period": YEAR}
    yield of.line("DraftPlan", "2021-01-01", drafted)
    for rank, column in enumerate(columns, 1):
        for level, above in (("objective", None), ("indicator", f"{column} objective")):
            element = {
                "plan_id": of.id(plan),
                "element_id": of.id(f"{column} {level}"),
                "level": level,
                "parent_id": None if above is None else of.id(above),
                "wording": both(f"{column} {level}"),
                "indicator_kind": "count" if level == "indicator" else None,
                "rank": rank,
            }
            yield of.line("AddPlanElement", "2021-01-02", element)
    adopted = {"plan_id": of.id(plan), "number": 1}
    yield of.line("AdoptPlanRevision", "2021-01-10", adopted, authority=authority or INSTRUMENT)


def _target(of: Lines, name: str, plan: str, indicator: str) -> Iterator[Entry]:
    baseline = {
        "target_id": of.id(f"target {name}"),
        "plan_id": of.id(plan),
        "indicator_id": of.id(indicator),
        "unit": "people",
        "baseline": {"kind": "exact", "number": "10", "unit": "people"},
    }
    yield of.line("SetBaseline", "2021-02-01", baseline)


def _indicator(of: Lines, name: str) -> Iterator[Entry]:
    categories = [{"code": code, "label": both(code)} for code in ("women", "men")]
    defined = {
        "definition_id": of.id(name),
        "wording": both(name),
        "unit": "people",
        "kind": "count",
        "combining": {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"},
        "dimensions": [{"code": "sex", "label": both("sex"), "categories": categories}],
        "audience": "public",
    }
    yield of.line("DefineIndicator", "2021-01-02", defined)


def cited(of: Lines, name: str) -> dict[str, Any]:
    return {"log": of.id("body"), "stream": of.id(name), "version": 1}


def honest(of: Lines, above: Lines) -> Iterator[Entry]:
    yield from _cascade(of, above)
    yield from _rules(of)
    yield from _decisions(of)
    yield from _by_right(of)
    yield from _figures(of)
    yield from _alignments(of, above)


def _cascade(of: Lines, above: Lines) -> Iterator[Entry]:
    """Targets that serve the ministry's plan, through an objective above them or a tie; and one of a draft."""
    yield from _plan(of, "plan", ("served", "tied", "spare"))
    links = [{"element_id": of.id("served objective"), "parent_element_id": above.id("kept objective")}]
    aligned = {"plan_id": of.id("plan"), "parent": cited(above, "strategy"), "links": links}
    yield of.line("AlignPlanToParent", "2021-01-12", aligned)
    yield of.line("AdoptPlanRevision", "2021-01-15", {"plan_id": of.id("plan"), "number": 2}, authority=INSTRUMENT)
    yield from _target(of, "served", "plan", "served indicator")
    yield from _target(of, "tied", "plan", "tied indicator")
    tie = {"target_id": of.id("target tied"), "indicator": cited(above, "canon")}
    yield of.line("TieTarget", "2021-02-02", tie)
    draft = {"plan_id": of.id("never"), "kind": "action_plan", "title": both("never"), "period": YEAR}
    yield of.line("DraftPlan", "2021-01-03", draft)
    yield from _target(of, "of a draft", "never", "no indicator yet")


def _rules(of: Lines) -> Iterator[Entry]:
    """Committees that keep their cadence, or that did not sit for a whole year; and one that has none."""
    yield from _committee(of, "council", "2020-06-01", {"quorum": {"count": 5}})
    keeps = {"cadence": {"year": "calendar", "meetings_min": 2, "yearly_forum": True}}
    yield from _committee(of, "steering", "2020-06-01", keeps)
    for name, on, kind in (
        ("first", "2021-02-01", "regular"),
        ("second", "2021-12-31", "regular"),
        ("forum", "2021-05-01", "forum"),
    ):
        yield from _meeting(of, f"steering {name}", "steering", on, kind=kind)
    yield from _committee(of, "late comer", "2021-01-02", keeps)
    yield from _committee(of, "early leaver", "2020-06-01", keeps)
    yield of.line("DissolveCommittee", "2021-12-31", {"committee_id": of.id("early leaver")}, authority=INSTRUMENT)


def _committee(of: Lines, name: str, on: str, terms: dict[str, Any]) -> Iterator[Entry]:
    committee = {"committee_id": of.id(name), "kind": "working_group", "name": both(name)}
    yield of.line("EstablishCommittee", on, committee, authority=INSTRUMENT)
    adopted = {"committee_id": of.id(name), "number": 1, "terms": terms}
    yield of.line("AdoptTermsOfReference", on, adopted, authority=INSTRUMENT)


def _meeting(
    of: Lines,
    name: str,
    committee: str,
    on: str,
    *,
    present: int | None = None,
    kind: str = "regular",
    again: str | None = None,
    outcome: str = "held",
) -> Iterator[Entry]:
    """A meeting as minutes tell it; with those present, one motion that was carried by consensus."""
    meeting = {"meeting_id": of.id(name)}
    convened = {
        "committee_id": of.id(committee),
        "holds_on": on,
        "time_zone": "America/Toronto",
        "kind": kind,
        "second_call_of": None if again is None else of.id(again),
    }
    yield of.line("ConveneMeeting", on, meeting | convened, source=MINUTES)
    motion = meeting | {"motion_id": of.id(f"{name} motion")}
    if present is not None:
        counted = meeting | {"counted": {"present": present, "seats": 9}}
        yield of.line("RecordAttendance", on, counted, source=MINUTES)
    if outcome == "held" and committee != "steering":
        yield of.line("MoveMotion", on, motion | {"title": both(name)}, source=MINUTES)
        yield of.line("RecordConsensus", on, motion, source=MINUTES)
        yield of.line("DecideMotion", on, motion, source=MINUTES)
    yield of.line("CloseMeeting", on, meeting | {"outcome": outcome}, source=MINUTES)


def _decided(
    of: Lines, name: str, committee: str, on: str, *, present: int | None, **more: Any
) -> Iterator[Entry]:
    """A meeting and the decision that rests on its motion, as a document records them."""
    yield from _meeting(of, name, committee, on, present=present, **more)
    basis = {
        "kind": "meeting",
        "meeting_id": of.id(name),
        "meeting_version": 6 if present is not None else 5,
        "motion_id": of.id(f"{name} motion"),
    }
    made = {
        "decision_id": of.id(f"decision {name}"),
        "committee_id": of.id(committee),
        "year": int(on[:4]),
        "title": both(name),
        "basis": basis,
    }
    yield of.line("MakeDecision", on, made, source=MINUTES)


def _decisions(of: Lines) -> Iterator[Entry]:
    """Decisions with just enough people, at a second meeting, of an office, or of minutes that name nobody."""
    yield from _decided(of, "enough", "council", "2021-03-01", present=6)
    yield from _decided(of, "nobody counted", "council", "2021-03-05", present=None)
    fallback = {"quorum": {"count": 5, "second_meeting": {"present_min": 2, "within_days": 30}}}
    yield from _committee(of, "assembly", "2020-06-01", fallback)
    yield from _meeting(of, "too few", "assembly", "2021-04-01", present=2, outcome="without_quorum")
    yield from _decided(of, "called again", "assembly", "2021-04-15", present=2, again="too few")
    office = {
        "decision_id": of.id("decision office"),
        "year": 2021,
        "title": both("office"),
        "basis": {"kind": "office", "office": both("Direction")},
    }
    yield of.line("MakeDecision", "2021-03-02", office)
    # Rules that were dated back later, under which all of them still had a quorum.
    for committee, quorum in (("council", {"count": 6}), ("assembly", fallback["quorum"])):
        later = {"committee_id": of.id(committee), "number": 2, "terms": {"quorum": quorum}}
        yield of.line("AdoptTermsOfReference", "2020-09-01", later, authority=INSTRUMENT)
    # And rules that hold from after them.
    stricter = {"committee_id": of.id("council"), "number": 3, "terms": {"quorum": {"count": 9}}}
    yield of.line("AdoptTermsOfReference", "2021-12-01", stricter, authority=INSTRUMENT)


def by(of: Lines, name: str) -> dict[str, Any]:
    return {"kind": "decision", "decision": cited(of, f"decision {name}")}


def _by_right(of: Lines) -> Iterator[Entry]:
    """A revision by a decision that was rescinded the day after, and acts that need no authority."""
    reword = {"plan_id": of.id("plan"), "element_id": of.id("spare objective"), "wording": both("reworded")}
    yield of.line("RewordPlanElement", "2021-03-02", reword)
    adopted = {"plan_id": of.id("plan"), "number": 3}
    yield of.line("AdoptPlanRevision", "2021-03-03", adopted, authority=by(of, "enough"))
    period = {"target_id": of.id("target served"), "period": YEAR}
    first = period | {"value": {"kind": "exact", "number": "20", "unit": "people"}}
    yield of.line("SetTarget", "2021-03-03", first)
    second = period | {"value": {"kind": "exact", "number": "25", "unit": "people"}}
    yield of.line("ReviseTarget", "2021-03-03", second, authority=by(of, "enough"))
    rescinded = {"decision_id": of.id("decision enough")}
    yield of.line("RescindDecision", "2021-03-04", rescinded, authority=INSTRUMENT)


PEOPLE = {"SubmitSubmission": ("coordinator", 1), "ValidateSubmission": ("chair", 2)}
"""Who takes a step, in which role; all others are the programme officer's."""


def _step(of: Lines, command: str, on: str, name: str, *, person: int | None = None, **data: Any) -> Entry:
    role, who = PEOPLE.get(command, ("programme_officer", 3))
    if command in ("ResubmitSubmission", "CorrectSubmission"):
        role, who = "coordinator", 1
    actor = {"person": of.id(f"person {person or who}"), "role": role}
    return of.line(command, on, {"submission_id": of.id(f"figure {name}")} | data, actor=actor, source=MINUTES)


def number(value: int) -> dict[str, Any]:
    return {"kind": "exact", "number": str(value), "unit": "people"}


def _draft(of: Lines, name: str, on: str, **more: Any) -> Entry:
    said = {
        "submission_id": of.id(f"figure {name}"),
        "indicator": cited(of, name),
        "period": YEAR,
        "value": number(12),
    }
    return of.line("DraftSubmission", on, said | more)


def _out(of: Lines, name: str, on: str, **people: int) -> Iterator[Entry]:
    """Validate, approve and publish, each by whom it may be."""
    for command in ("ValidateSubmission", "ApproveSubmission", "PublishSubmission"):
        yield _step(of, command, on, name, person=people.get(command))


def _owed(of: Lines, name: str) -> Iterator[Entry]:
    """An indicator of which a figure is due for the year."""
    yield from _indicator(of, name)
    required = {
        "requirement_id": of.id(f"requirement {name}"),
        "indicator": cited(of, name),
        "cadence": "fiscal_year",
        "first": YEAR,
        "due_days": 30,
        "programme": {"code": "imaginary", "label": both("imaginary")},
    }
    yield of.line("RequireSubmission", "2021-04-01", required)


def _figures(of: Lines) -> Iterator[Entry]:
    """Figures in time, exempt, in part, missing, returned and mended, and corrected to what they were."""
    for name in ("in time", "exempt", "women", "missing", "returned", "same again"):
        yield from _owed(of, name)
    yield _draft(of, "in time", "2022-04-05", value=number(11))
    redrafted = {"submission_id": of.id("figure in time"), "value": number(12)}
    yield of.line("RedraftSubmission", "2022-04-06", redrafted)
    yield _step(of, "SubmitSubmission", LAST_DAY, "in time")
    # Published by whoever submitted it, which the route allows.
    yield from _out(of, "in time", "2022-05-01", PublishSubmission=1)
    exempted = {"requirement_id": of.id("requirement exempt"), "period": YEAR, "reason": "no_activity"}
    yield of.line("ExemptPeriod", "2022-04-01", exempted)
    yield _draft(of, "exempt", "2022-05-02")
    yield _step(of, "SubmitSubmission", "2022-05-03", "exempt")
    yield _draft(of, "women", "2022-05-02", cuts=[{"dimension": "sex", "category": "women"}])
    yield _step(of, "SubmitSubmission", "2022-05-03", "women")
    # Returned, submitted again by another person after the day, and then approved by whoever had it first.
    yield _draft(of, "returned", "2022-04-02")
    yield _step(of, "SubmitSubmission", "2022-04-03", "returned", person=3)
    yield _step(of, "ReturnSubmission", "2022-04-20", "returned", person=2, reason="incomplete")
    yield _step(of, "ResubmitSubmission", "2022-05-04", "returned", value=number(13))
    yield from _out(of, "returned", "2022-05-05")
    # A correction that was returned and ended with the figure that was published.
    yield _draft(of, "same again", "2022-04-02")
    yield _step(of, "SubmitSubmission", "2022-04-03", "same again")
    yield from _out(of, "same again", "2022-04-04")
    correction = "late_information"
    yield _step(of, "CorrectSubmission", "2022-05-06", "same again", value=number(14), reason=correction)
    yield _step(of, "ReturnSubmission", "2022-05-07", "same again", person=2, reason="inconsistent")
    yield _step(of, "ResubmitSubmission", "2022-05-08", "same again", value=number(12))
    yield from _out(of, "same again", "2022-05-09")


def _alignments(of: Lines, above: Lines) -> Iterator[Entry]:
    """Alignments withdrawn before anything rested on them, or that never let anything count."""
    for name, grade in (
        ("nothing out", "exact"),
        ("not alike", "none"),
        ("out later", "partial"),
        ("kept", "exact"),
        ("again", "exact"),
    ):
        indicator = f"indicator {name}"
        yield from _indicator(of, indicator)
        aligned = {
            "alignment_id": of.id(f"alignment {name}"),
            "definition_id": of.id(indicator),
            "canonical": cited(above, "canon"),
            "grade": grade,
        }
        yield of.line("AlignIndicator", "2021-04-01", aligned)
        yield _draft(of, indicator, "2022-04-02", indicator=cited(of, indicator))
        yield _step(of, "SubmitSubmission", "2022-04-03", indicator)
        if name in ("not alike", "kept", "again"):
            yield from _out(of, indicator, "2022-04-04")
        if name != "kept":
            yield of.line("WithdrawAlignment", "2022-04-05", {"alignment_id": of.id(f"alignment {name}")})
        if name == "out later":
            yield from _out(of, indicator, "2022-04-05")
        if name == "again":
            taken_up = {"alignment_id": of.id(f"alignment {name}"), "grade": "exact"}
            yield of.line("RealignIndicator", "2022-04-06", taken_up)


def planted(of: Lines, above: Lines) -> Iterator[Entry]:
    """Each kind, once for each way in which it comes about; named by what it is in the tests."""
    # Revisions: no authority; a decision that minutes cite after its end; one whose end was dated back over it.
    for day, authority in (
        ("2021-05-01", {"kind": "none", "reason": "not_stated_in_source"}),
        ("2021-05-02", by(of, "enough")),
        ("2021-05-03", by(of, "nobody counted")),
    ):
        reword = {"plan_id": of.id("plan"), "element_id": of.id("spare objective"), "wording": both(day)}
        yield of.line("RewordPlanElement", day, reword)
        number_ = {"plan_id": of.id("plan"), "number": int(day[-2:]) + 3}
        yield of.line("AdoptPlanRevision", day, number_, authority=authority, source=MINUTES)
    rescinded = {"decision_id": of.id("decision nobody counted")}
    yield of.line("RescindDecision", "2021-05-03", rescinded, authority=INSTRUMENT)
    # Quorum: too few as minutes tell; enough, until rules were dated back.
    yield from _decided(of, "too few at all", "council", "2021-06-01", present=4)
    yield from _committee(of, "ruled later", "2020-06-01", {"quorum": {"count": 5}})
    yield from _decided(of, "before the rule", "ruled later", "2021-01-31", present=6)
    yield from _decided(of, "under the rule", "ruled later", "2021-02-01", present=6)
    later = {"committee_id": of.id("ruled later"), "number": 2, "terms": {"quorum": {"count": 7}}}
    yield of.line("AdoptTermsOfReference", "2021-02-01", later, authority=INSTRUMENT)
    # Figures: approved by whoever submitted; changed after publication; a day late.
    for name in ("approved alone", "changed", "late"):
        yield from _owed(of, name)
        yield _draft(of, name, "2022-04-02")
    yield _step(of, "SubmitSubmission", "2022-04-03", "approved alone")
    yield from _out(of, "approved alone", "2022-04-04", ApproveSubmission=1)
    yield _step(of, "SubmitSubmission", "2022-04-03", "changed")
    yield from _out(of, "changed", "2022-04-04")
    yield _step(of, "CorrectSubmission", "2022-05-10", "changed", value=number(99), reason="typing_error")
    yield _step(of, "SubmitSubmission", "2022-05-01", "late")
    yield from _orphans(of, above)
    # Cadence: one of two meetings, and the forum.
    keeps = {"cadence": {"year": "calendar", "meetings_min": 2, "yearly_forum": True}}
    yield from _committee(of, "behind", "2020-06-01", keeps)
    yield from _meeting(of, "behind once", "behind", "2021-02-01")
    yield from _meeting(of, "behind without quorum", "behind", "2021-03-01", present=1, outcome="without_quorum")
    yield from _meeting(of, "behind forum", "behind", "2021-04-01", kind="forum")
    # Alignment: withdrawn once a figure had counted by it.
    yield from _indicator(of, "relied on")
    aligned = {
        "alignment_id": of.id("alignment relied on"),
        "definition_id": of.id("relied on"),
        "canonical": cited(above, "canon"),
        "grade": "exact",
    }
    yield of.line("AlignIndicator", "2021-04-01", aligned)
    yield _draft(of, "relied on", "2022-04-02")
    yield _step(of, "SubmitSubmission", "2022-04-03", "relied on")
    yield from _out(of, "relied on", "2022-04-04")
    # Dated back over the publication.
    yield of.line("WithdrawAlignment", "2022-04-03", {"alignment_id": of.id("alignment relied on")})


def _orphans(of: Lines, above: Lines) -> Iterator[Entry]:
    """A target whose indicator left the plan, one that never served a parent, one whose parent's part is gone."""
    yield from _plan(of, "second plan", ("gone", "alone", "left"))
    links = [
        {"element_id": of.id(f"{name} objective"), "parent_element_id": above.id(f"{to} objective")}
        for name, to in (("gone", "kept"), ("left", "dropped"))
    ]
    aligned = {"plan_id": of.id("second plan"), "parent": cited(above, "strategy"), "links": links}
    yield of.line("AlignPlanToParent", "2021-01-12", aligned)
    second = {"plan_id": of.id("second plan"), "number": 2}
    yield of.line("AdoptPlanRevision", "2021-01-15", second, authority=INSTRUMENT)
    for name in ("gone", "alone", "left"):
        yield from _target(of, name, "second plan", f"{name} indicator")
    gone = {"plan_id": of.id("second plan"), "element_id": of.id("gone indicator")}
    yield of.line("WithdrawPlanElement", "2021-07-01", gone)
    third = {"plan_id": of.id("second plan"), "number": 3}
    yield of.line("AdoptPlanRevision", "2021-07-02", third, authority=INSTRUMENT)

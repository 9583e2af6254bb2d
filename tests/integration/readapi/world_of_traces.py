"""Three directorates that report of wordings of their own, which all align with a ministry's indicator.

All walked the whole way: a meeting, a decision, a plan revised by it, an agreement that carries the plan out, a
requirement under the agreement, a figure, and documents. One shows all of it to everybody, one keeps most, and one
keeps only its decisions.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from domain.audience import Audience
from domain.document import AttachDocument, Content, Subject
from domain.ids import DocumentId, TenantId
from domain.values import fr
from infra.settings import DatabaseSettings, DocumentSettings
from services.bootstrap import open_write_side
from services.importing import Entry
from tests.integration.readapi.acting import Acting
from tests.integration.readapi.world_lines import Lines, both, uid

OPEN, CLOSED, MIXED = "direction-ouverte", "direction-discrete", "direction-mixte"
ABOVE = "ministere-source"
MINUTES: dict[str, Any] = {"title": both("Compte rendu")}
YEAR = {"kind": "fiscal_year", "start": "2021-04-01", "end": "2022-03-31"}
NEXT_YEAR = {"kind": "fiscal_year", "start": "2022-04-01", "end": "2023-03-31"}


def audience_of(slug: str) -> Audience:
    return Audience.TENANT if slug == CLOSED else Audience.PUBLIC


def world() -> Iterator[Entry]:
    above = Lines(ABOVE)
    yield from _body(above, "ministry")
    yield _indicator(above, "canon")
    yield _indicator(above, "other canon")
    for slug in (OPEN, CLOSED, MIXED):
        of = Lines(slug)
        audience = audience_of(slug).value
        yield from _body(of, "regional_directorate")
        yield from _decided(of, "public" if slug == OPEN else "tenant")
        yield from _planned(of, audience)
        yield from _other_plans(of)
        yield from _reported(of, above)


def cited(of: Lines, name: str) -> dict[str, Any]:
    return {"log": of.id("body"), "stream": of.id(name), "version": 1}


def _body(of: Lines, kind: str) -> Iterator[Entry]:
    body = {"body_id": of.id("body"), "slug": of.slug, "kind": kind, "name": both(of.slug)}
    yield of.line("RegisterBody", "2020-01-01", body, body="commons")
    opening = {"province": "QC", "time_zone": "America/Toronto", "default_language": "fr"}
    yield of.line("OpenBody", "2020-01-01", body | opening)


def _indicator(of: Lines, name: str, **more: Any) -> Entry:
    defined = {
        "definition_id": of.id(name),
        "wording": both(name),
        "unit": "people",
        "kind": "count",
        "combining": {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"},
        "audience": "public",
    }
    return of.line("DefineIndicator", "2021-03-02", defined | more)


def _decided(of: Lines, audience: str) -> Iterator[Entry]:
    """A meeting with a quorum, and its decision; a second one decides about nothing that follows."""
    committee = {"committee_id": of.id("committee"), "kind": "operational_committee", "name": both("comité")}
    yield of.line("EstablishCommittee", "2020-06-01", committee | {"audience": audience})
    terms = {"committee_id": of.id("committee"), "number": 1, "terms": {"quorum": {"count": 3}}}
    yield of.line("AdoptTermsOfReference", "2020-06-01", terms)
    for name, day in (("meeting", "2021-02-01"), ("other meeting", "2021-02-02")):
        meeting = {"meeting_id": of.id(name)}
        convened = {
            "committee_id": of.id("committee"),
            "holds_on": day,
            "time_zone": "America/Toronto",
            "title": both(name),
            "audience": audience,
        }
        yield of.line("ConveneMeeting", day, meeting | convened, source=MINUTES)
        counted = meeting | {"counted": {"present": 4, "seats": 5}}
        yield of.line("RecordAttendance", day, counted, source=MINUTES)
        motion = meeting | {"motion_id": of.id(f"{name} motion")}
        yield of.line("MoveMotion", day, motion | {"title": both(name)}, source=MINUTES)
        yield of.line("RecordConsensus", day, motion, source=MINUTES)
        yield of.line("DecideMotion", day, motion, source=MINUTES)
        basis = {
            "kind": "meeting",
            "meeting_id": of.id(name),
            "meeting_version": 5,
            "motion_id": motion["motion_id"],
        }
        made = {
            "decision_id": of.id(f"decision of {name}"),
            "committee_id": of.id("committee"),
            "year": 2021,
            "title": both(f"decision of {name}"),
            "basis": basis,
            "audience": audience,
        }
        yield of.line("MakeDecision", day, made)


def _planned(of: Lines, audience: str) -> Iterator[Entry]:
    """A plan adopted by the decision and published, then revised by nobody's decision and not published."""
    plan = {"plan_id": of.id("plan")}
    drafted = plan | {"kind": "regional_action_plan", "title": both("plan"), "period": YEAR}
    yield of.line("DraftPlan", "2021-01-03", drafted)
    element = {"element_id": of.id("action"), "level": "action", "wording": both("action"), "rank": 1}
    yield of.line("AddPlanElement", "2021-01-04", plan | element)
    by = {"kind": "decision", "decision": cited(of, "decision of meeting")}
    yield of.line("AdoptPlanRevision", "2021-02-03", plan | {"number": 1}, authority=by)
    yield of.line("PublishPlanRevision", "2021-02-04", plan | {"number": 1})
    reworded = {"element_id": of.id("action"), "wording": both("other action")}
    yield of.line("RewordPlanElement", "2021-02-05", plan | reworded)
    yield of.line("AdoptPlanRevision", "2021-02-06", plan | {"number": 2})
    signing: dict[str, Any] = {"authority": by}
    for name, carried in (("agreement", plan), ("other agreement", {})):
        signed = {
            "agreement_id": of.id(name),
            "programme": {"code": name.replace(" ", "-"), "label": both(name)},
            "audience": audience,
        }
        yield of.line("SignAgreement", "2021-03-01", signed | carried, **(signing if carried else {}))


def _other_plans(of: Lines) -> Iterator[Entry]:
    """A published plan whose indicator is made precise by a definition, and a draft under the agreement."""
    for name, more in (("measured plan", {}), ("plan under the agreement", {"agreement_id": of.id("agreement")})):
        plan = {"plan_id": of.id(name)}
        drafted = plan | {"kind": "regional_action_plan", "title": both(name), "period": YEAR}
        yield of.line("DraftPlan", "2021-03-02", drafted | more)
    plan = {"plan_id": of.id("measured plan")}
    objective = {"element_id": of.id("objective"), "level": "objective", "wording": both("objective"), "rank": 1}
    yield of.line("AddPlanElement", "2021-03-03", plan | objective)
    measured = {
        "element_id": of.id("measured"),
        "parent_id": of.id("objective"),
        "level": "indicator",
        "wording": both("measured"),
        "rank": 1,
    }
    yield of.line("AddPlanElement", "2021-03-03", plan | measured)
    yield of.line("AdoptPlanRevision", "2021-03-04", plan | {"number": 1})
    yield of.line("PublishPlanRevision", "2021-03-05", plan | {"number": 1})


def _reported(of: Lines, above: Lines) -> Iterator[Entry]:
    """A published figure that is required and aligned, and another of another indicator that is neither."""
    measured = {"plan_id": of.id("measured plan"), "element_id": of.id("measured")}
    for name, more in (
        ("wording", {}),
        ("other wording", {"plan_indicator": measured}),
        ("another wording", {}),
    ):
        yield _indicator(of, name, **more)
    for name, canonical, grade in (("alignment", "canon", "exact"), ("not alike", "other canon", "none")):
        aligned = {
            "alignment_id": of.id(name),
            "definition_id": of.id("wording"),
            "canonical": cited(above, canonical),
            "grade": grade,
        }
        yield of.line("AlignIndicator", "2021-04-01", aligned)
    for name, indicator, first in (
        ("requirement", "wording", YEAR),
        ("of the next year", "wording", NEXT_YEAR),
        ("of another", "another wording", YEAR),
    ):
        required = {
            "requirement_id": of.id(name),
            "indicator": cited(of, indicator),
            "cadence": "fiscal_year",
            "first": first,
            "due_days": 30,
            "agreement_id": of.id("agreement" if name == "requirement" else "other agreement"),
            "audience": "public",
        }
        yield of.line("RequireSubmission", "2021-04-01", required)
    for name, number in (("wording", "40"), ("other wording", "2")):
        figure = {"submission_id": of.id(f"figure of {name}")}
        value = {"kind": "exact", "number": number, "unit": "people"}
        yield of.line(
            "DraftSubmission",
            "2022-04-02",
            figure | {"indicator": cited(of, name), "period": YEAR, "value": value},
        )
        for step in ("SubmitSubmission", "ValidateSubmission", "ApproveSubmission", "PublishSubmission"):
            yield of.line(step, "2022-04-03", figure, source=MINUTES)


async def keep_documents(settings: DatabaseSettings, directory: Path) -> None:
    """A document about the figure, and one about the decision, whose contents must be there first."""
    documents = DocumentSettings(directory=directory, bytes_max=100)
    async with open_write_side(settings, documents=documents) as write:
        people = Acting(write)
        for slug in (OPEN, CLOSED, MIXED):
            body = TenantId(uid(slug, "body"))
            for name, stream, subject in (
                ("proof", "submission", "figure of wording"),
                ("minutes", "decision", "decision of meeting"),
            ):
                text = f"%PDF-1.7 {name}".encode()
                content = Content(
                    sha256=hashlib.sha256(text).hexdigest(), size_bytes=len(text), media_type="application/pdf"
                )
                await write.contents.put(body, content, text)
                attached = AttachDocument(
                    document_id=DocumentId(uid(slug, name)),
                    title=fr(name),
                    content=content,
                    subject=Subject(stream=stream, id=uid(slug, subject)),
                    audience=audience_of(slug),
                )
                await people.give(body, "2022-04-10", attached)
        await people.project()

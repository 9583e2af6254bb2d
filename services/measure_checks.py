"""Checks of the read models of indicators and of what is owed and reported of them."""

from domain.alignment import Alignment
from domain.ids import SubmissionId
from domain.indicator import Indicator
from domain.requirement import Requirement
from domain.submission.state import Submission
from projections import alignment, indicator, requirement
from projections.submission import queries as submissions
from services.checking import Facts, Version, known


async def check_indicator(at: Version, state: Indicator) -> tuple[Facts, Facts]:
    row = await at.one(indicator.indicators(at.tenant_id, at.as_of, ids=[at.stream_id]))
    said = {
        "wording": row and row.wording,
        "description": row and row.description,
        "unit": row and row.unit,
        "kind": row and row.kind,
        "combining": row and row.combining,
        "denominator_unit": row and row.denominator_unit,
        "direction": row and row.direction,
        "dimensions": row and row.dimensions,
        "source_rule": row and row.source_rule,
        "retired": row and row.status == "retired",
    }
    return said, {
        "wording": known(state.wording),
        "description": known(state.description),
        "unit": state.unit,
        "kind": state.kind,
        "combining": state.combining,
        "denominator_unit": state.denominator_unit,
        "direction": known(state.direction),
        "dimensions": known(state.dimensions),
        "source_rule": known(state.source_rule),
        "retired": state.retired,
    }


async def check_alignment(at: Version, state: Alignment) -> tuple[Facts, Facts]:
    rows = await at.all(alignment.alignments(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.alignment_id == at.stream_id), None)
    said = {
        "both": row and (row.indicator_id, row.canonical),
        "grade": row and (None if row.status == "withdrawn" else row.grade),
    }
    return said, {"both": (state.indicator_id, state.canonical), "grade": state.grade}


async def check_requirement(at: Version, state: Requirement) -> tuple[Facts, Facts]:
    rows = await at.all(requirement.requirements(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.requirement_id == at.stream_id), None)
    exempt = await at.all(requirement.exemptions(at.tenant_id, at.as_of))
    said = {
        "indicator": row and row.indicator,
        "owed": row and (row.cadence, row.first, row.due_days, row.ended_on),
        "territory": row and (row.place and (row.place.scheme, row.place.code)),
        "exempt": {one.period: one.reason for one in exempt if one.requirement_id == at.stream_id},
    }
    return said, {
        "indicator": state.indicator,
        "owed": (state.cadence, state.first, state.due_days, state.ended_on),
        "territory": state.territory and state.territory.key,
        "exempt": dict(state.exempt),
    }


async def check_submission(at: Version, state: Submission) -> tuple[Facts, Facts]:
    submission_id = SubmissionId(at.stream_id)
    row = await at.one(submissions.submissions(at.tenant_id, at.as_of, submission_id=submission_id))
    counts = await at.one(submissions.published(at.tenant_id, at.as_of, submission_id=submission_id))
    said = {
        "address": row and (row.address.indicator, row.address.period, row.address.cuts),
        "stage": row and row.stage,
        "figure": row and (row.value, row.denominator),
        "published": counts and (counts.value, counts.denominator),
    }
    return said, {
        "address": (state.indicator, state.period, state.cuts),
        "stage": state.stage,
        "figure": (state.value, state.denominator),
        "published": state.published and (state.published, state.published_denominator),
    }

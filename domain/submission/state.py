"""What the rules know of a submission's past."""

import msgspec

from domain.event import Recorded
from domain.ids import PersonId, RequirementId
from domain.stream import State, Stream
from domain.submission.events import (
    Cut,
    Stage,
    SubmissionApproved,
    SubmissionCorrected,
    SubmissionDrafted,
    SubmissionPublished,
    SubmissionRedrafted,
    SubmissionResubmitted,
    SubmissionReturned,
    SubmissionSubmitted,
    SubmissionValidated,
)
from domain.submission.route import Route
from domain.values import Citation, Period, QualifiedValue, TerritoryCode


class Submission(State, frozen=True, kw_only=True):
    indicator: Citation | None = None
    requirement_id: RequirementId | None = None
    period: Period | None = None
    territory: TerritoryCode | None = None
    cuts: tuple[Cut, ...] = ()
    route: Route | None = None
    stage: Stage | None = None
    value: QualifiedValue | None = None
    denominator: QualifiedValue | None = None
    published: QualifiedValue | None = None
    """What counts now, whatever is being corrected."""
    published_denominator: QualifiedValue | None = None
    submitted_by: PersonId | None = None


def evolve(submission: Submission, recorded: Recorded) -> Submission:
    replace = msgspec.structs.replace
    actor = recorded.envelope.actor.id
    match recorded.payload:
        case SubmissionDrafted() as drafted:
            return replace(
                submission,
                indicator=drafted.indicator,
                requirement_id=drafted.requirement_id,
                period=drafted.period,
                territory=drafted.territory,
                cuts=drafted.cuts,
                route=drafted.route,
                stage="draft",
                value=drafted.value,
                denominator=drafted.denominator,
            )
        case SubmissionRedrafted(value=value, denominator=denominator):
            return replace(submission, value=value, denominator=denominator)
        case SubmissionSubmitted():
            return replace(submission, stage="submitted", submitted_by=actor)
        case (
            SubmissionResubmitted(value=value, denominator=denominator)
            | SubmissionCorrected(value=value, denominator=denominator)
        ):
            return replace(submission, stage="submitted", value=value, denominator=denominator, submitted_by=actor)
        case SubmissionReturned():
            return replace(submission, stage="returned")
        case SubmissionValidated():
            return replace(submission, stage="validated")
        case SubmissionApproved():
            return replace(submission, stage="approved")
        case SubmissionPublished():
            return replace(
                submission,
                stage="published",
                published=submission.value,
                published_denominator=submission.denominator,
            )
    return submission


SUBMISSION = Stream("submission", Submission(), evolve, schema=2)


def address(indicator: Citation, period: Period, territory: TerritoryCode | None, cuts: tuple[Cut, ...]) -> str:
    """What no two submissions of a body share, whichever version of the indicator they cite."""
    place = "all" if territory is None else f"{territory.scheme}:{territory.code}"
    under = ",".join(sorted(f"{cut.dimension}={cut.category}" for cut in cuts)) or "total"
    return f"submission/{indicator.log}/{indicator.stream}/{period.start}/{period.end}/{place}/{under}"

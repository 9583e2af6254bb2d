"""The rules of submissions: one figure per address, and steps in turn by different people.

Live, a rule that is not kept refuses. History recorded elsewhere is kept as it was, with the rules that it broke.
"""

from collections.abc import Iterator
from typing import Final

from domain.body import BODY, PARTNERSHIPS, BodyKind
from domain.case import Case, Need, Reads
from domain.event import Event
from domain.ids import StreamId
from domain.indicator import WORDS, Indicator, IndicatorRetiredError, cited_by, cited_in
from domain.requirement import REQUIREMENT
from domain.stream import Decided
from domain.submission.commands import (
    ApproveSubmission,
    CorrectSubmission,
    DraftSubmission,
    PublishSubmission,
    RedraftSubmission,
    ResubmitSubmission,
    ReturnSubmission,
    SubmitSubmission,
    ValidateSubmission,
)
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
from domain.submission.refusals import (
    CutRepeatedError,
    CutUnknownError,
    FigureSidesError,
    NotWhatIsRequiredError,
    RouteRoleError,
    SamePersonError,
    StepOutOfTurnError,
    UnitMismatchError,
    ValueKindError,
)
from domain.submission.route import ROUTES, Act
from domain.submission.state import SUBMISSION, Submission, address
from domain.values import QualifiedValue, TerritoryCode

OWNERS = PARTNERSHIPS | {BodyKind.MINISTRY, BodyKind.FUNDER}
_TURNS: Final[dict[Act, frozenset[Stage]]] = {
    "submit": frozenset({"draft"}),
    "return": frozenset({"submitted", "validated", "approved"}),
    "validate": frozenset({"submitted"}),
    "approve": frozenset({"validated"}),
    "publish": frozenset({"approved"}),
    "correct": frozenset({"published"}),
}
_SKIPPED: Final[dict[Act, frozenset[Stage]]] = {
    "validate": frozenset({"draft", "returned"}),
    "approve": frozenset({"draft", "returned", "submitted"}),
    "publish": frozenset({"draft", "returned", "submitted", "validated"}),
}
"""From where a step is taken in history whose steps between nobody wrote down."""
_BY_ANOTHER: Final[frozenset[Act]] = frozenset({"validate", "approve"})


def _what_it_names(submission: Submission, command: DraftSubmission, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    assert reads.log is not None
    yield Need(BODY, StreamId(reads.log))
    yield cited_by(command.indicator, reads)
    if command.requirement_id is not None:
        yield Need(REQUIREMENT, StreamId(command.requirement_id))


def _the_indicator(submission: Submission, command: object, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    assert submission.indicator is not None
    yield cited_by(submission.indicator, reads)


@SUBMISSION.handles("submission_id", creates=True, owners=OWNERS, needs=_what_it_names)
def draft(submission: Submission, command: DraftSubmission, case: Case) -> Decided:  # noqa: ARG001 - no past
    """Write a figure down at an address that no other submission of the body has.

    Raises:
        StreamMissingError: there is no such indicator or requirement.
        IndicatorRetiredError: nothing new is reported of it.
        NotWhatIsRequiredError: the requirement asks for something else.
        CutUnknownError, CutRepeatedError: the categories are not the indicator's.
        UnitMismatchError, ValueKindError, FigureSidesError: the figure does not answer the indicator.
    """
    indicator = cited_in(case, command.indicator)
    kind = case.state(BODY, StreamId(case.tenant_id)).kind
    assert kind is not None
    _check_requirement(command, case)
    cuts = _checked_cuts(command.cuts, indicator)
    _check_figure(indicator, command.value, command.denominator, case)
    if indicator.retired:
        case.insist(IndicatorRetiredError(indicator_id=command.indicator.stream))
    drafted = SubmissionDrafted(
        indicator=command.indicator,
        period=command.period,
        territory=command.territory,
        cuts=cuts,
        value=command.value,
        denominator=command.denominator,
        requirement_id=command.requirement_id,
        route=ROUTES[BodyKind(kind)],
        note=command.note,
        audience=command.audience,
    )
    key = address(command.indicator, command.period, command.territory, cuts)
    return Decided(events=[drafted], claims=[key])


@SUBMISSION.handles("submission_id", owners=OWNERS, needs=_the_indicator)
def redraft(submission: Submission, command: RedraftSubmission, case: Case) -> list[Event]:
    """Change a draft, or what was returned; the figure that is there records nothing.

    Raises:
        StepOutOfTurnError: it is submitted or further.
        UnitMismatchError, ValueKindError, FigureSidesError: the figure does not answer the indicator.
    """
    if submission.stage not in ("draft", "returned"):
        raise StepOutOfTurnError(act="redraft", stage=str(submission.stage))
    if (command.value, command.denominator) == (submission.value, submission.denominator):
        return []
    _check_here(submission, command.value, command.denominator, case)
    return [SubmissionRedrafted(value=command.value, denominator=command.denominator, note=command.note)]


@SUBMISSION.handles("submission_id", owners=OWNERS)
def submit(submission: Submission, command: SubmitSubmission, case: Case) -> list[Event]:  # noqa: ARG001
    _step(submission, "submit", case)
    return [SubmissionSubmitted()]


@SUBMISSION.handles("submission_id", owners=OWNERS)
def give_back(submission: Submission, command: ReturnSubmission, case: Case) -> list[Event]:
    _step(submission, "return", case)
    return [SubmissionReturned(reason=command.reason, note=command.note)]


@SUBMISSION.handles("submission_id", owners=OWNERS, needs=_the_indicator)
def resubmit(submission: Submission, command: ResubmitSubmission, case: Case) -> list[Event]:
    """Submit again what was returned.

    Raises:
        StepOutOfTurnError: it was not returned.
        RouteRoleError: the role does not submit.
        UnitMismatchError, ValueKindError, FigureSidesError: the figure does not answer the indicator.
    """
    if submission.stage != "returned":
        raise StepOutOfTurnError(act="resubmit", stage=str(submission.stage))
    assert submission.value is not None
    value, denominator = submission.value, submission.denominator
    if command.value is not None:
        value, denominator = command.value, command.denominator
    _check_role(submission, "submit", case)
    _check_here(submission, value, denominator, case)
    return [SubmissionResubmitted(value=value, denominator=denominator, note=command.note)]


@SUBMISSION.handles("submission_id", owners=OWNERS)
def validate(submission: Submission, command: ValidateSubmission, case: Case) -> list[Event]:  # noqa: ARG001
    _step(submission, "validate", case)
    return [SubmissionValidated()]


@SUBMISSION.handles("submission_id", owners=OWNERS)
def approve(submission: Submission, command: ApproveSubmission, case: Case) -> list[Event]:  # noqa: ARG001
    _step(submission, "approve", case)
    return [SubmissionApproved()]


@SUBMISSION.handles("submission_id", owners=OWNERS)
def publish(submission: Submission, command: PublishSubmission, case: Case) -> list[Event]:  # noqa: ARG001
    _step(submission, "publish", case)
    return [SubmissionPublished()]


@SUBMISSION.handles("submission_id", owners=OWNERS, needs=_the_indicator)
def correct(submission: Submission, command: CorrectSubmission, case: Case) -> list[Event]:
    """Reopen a published figure at *submitted*; the published one stays until this one is published.

    Raises:
        StepOutOfTurnError: it is not published, or a correction is already under way.
        RouteRoleError: the role does not correct.
        UnitMismatchError, ValueKindError, FigureSidesError: the figure does not answer the indicator.
    """
    _step(submission, "correct", case)
    _check_here(submission, command.value, command.denominator, case)
    return [
        SubmissionCorrected(
            value=command.value, denominator=command.denominator, reason=command.reason, note=command.note
        )
    ]


def _step(submission: Submission, act: Act, case: Case) -> None:
    """Take a step in its turn, by whom the route names, and by another where it must be another.

    Raises:
        StepOutOfTurnError, RouteRoleError, SamePersonError: live; history keeps all but a step that is none.
    """
    assert submission.stage is not None
    if submission.stage not in _TURNS[act]:
        out_of_turn = StepOutOfTurnError(act=act, stage=submission.stage)
        if submission.stage not in _SKIPPED.get(act, ()):
            raise out_of_turn
        case.insist(out_of_turn)
    _check_role(submission, act, case)
    if act in _BY_ANOTHER and submission.submitted_by == case.actor.id:
        case.insist(SamePersonError(act=act))


def _check_role(submission: Submission, act: Act, case: Case) -> None:
    route = submission.route
    assert route is not None
    if not route.allows(act, case.actor.role):
        case.insist(RouteRoleError(act=act, role=case.actor.role, route=route.code))


def _check_here(
    submission: Submission, value: QualifiedValue, denominator: QualifiedValue | None, case: Case
) -> None:
    assert submission.indicator is not None
    _check_figure(cited_in(case, submission.indicator), value, denominator, case)


def _check_figure(
    indicator: Indicator, value: QualifiedValue, denominator: QualifiedValue | None, case: Case
) -> None:
    """Insist that a figure answers the indicator."""
    for figure, unit in ((value, indicator.unit), (denominator, indicator.denominator_unit)):
        if figure is not None and figure.number is not None and unit is not None and figure.unit != unit:
            case.insist(UnitMismatchError(unit=figure.unit or "—", expected=unit))
    if (denominator is not None) != (indicator.quotient and value.number is not None):
        case.insist(FigureSidesError(kind_of_indicator=indicator.kind))
    in_words = indicator.kind in WORDS
    for figure in (value, *([] if denominator is None else [denominator])):
        if (figure.kind == "milestone" and not in_words) or (figure.number is not None and in_words):
            case.insist(ValueKindError(kind_of_value=figure.kind, kind_of_indicator=indicator.kind))


def _check_requirement(command: DraftSubmission, case: Case) -> None:
    if command.requirement_id is None:
        return
    requirement = case.state(REQUIREMENT, StreamId(command.requirement_id))
    asked = requirement.indicator
    assert asked is not None
    same_place = _key(requirement.territory) == _key(command.territory)
    same_indicator = (asked.log, asked.stream) == (command.indicator.log, command.indicator.stream)
    if not (same_place and same_indicator and requirement.owes(command.period)):
        raise NotWhatIsRequiredError(requirement_id=command.requirement_id)


def _key(territory: TerritoryCode | None) -> tuple[str, str] | None:
    return None if territory is None else territory.key


def _checked_cuts(cuts: tuple[Cut, ...], indicator: Indicator) -> tuple[Cut, ...]:
    """In the order of their dimensions."""
    ordered = tuple(sorted(cuts, key=lambda cut: cut.dimension))
    for index, cut in enumerate(ordered):
        if index and ordered[index - 1].dimension == cut.dimension:
            raise CutRepeatedError(dimension=cut.dimension)
        if (cut.dimension, cut.category) not in indicator.ever:
            raise CutUnknownError(dimension=cut.dimension, category=cut.category)
    return ordered

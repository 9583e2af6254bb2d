"""How decisions are made and ended."""

from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from domain.case import Case, Need, Reads, Under
from domain.committee.rules import COMMITTEE, OWNERS, check_exists
from domain.committee.terms import MotionKind
from domain.decision import authority
from domain.decision.commands import (
    MakeDecision,
    PublishDecision,
    RatifyDecision,
    RescindDecision,
    SupersedeDecision,
)
from domain.decision.events import (
    AtMeeting,
    Basis,
    ByConsent,
    ByEVote,
    ByOffice,
    DecisionMade,
    DecisionPublished,
    DecisionRatified,
    DecisionRescinded,
    DecisionSuperseded,
    Method,
)
from domain.decision.refusals import (
    AlreadyRatifiedError,
    AnswersTwiceError,
    BeforeMotionError,
    BetweenMeetingsError,
    CommitteeUnnamedError,
    DecisionEndedError,
    DecisionNotInForceError,
    EffectBackwardsError,
    MotionIrregularError,
    MotionNotCarriedError,
    MotionPendingError,
    NotReachedError,
    OpenedAfterError,
    SupersedesItselfError,
)
from domain.decision.state import DECISION, Decision
from domain.event import Event
from domain.ids import CommitteeId, PersonId, StreamId
from domain.meeting.motions import kept, voters
from domain.meeting.refusals import (
    DeliberatesOnlyError,
    MajorityNotStatedError,
    MotionMissingError,
    NoQuorumError,
    NotEntitledError,
    NoTermsError,
    OtherCommitteeError,
    TallyDiffersError,
)
from domain.meeting.state import MEETING, tally
from domain.meeting.table import Table, needs_of
from domain.stream import Decided
from domain.verdict import Call, MajorityVerdict, QuorumVerdict, by_consensus, by_vote, judged, roll

PARTS = (authority,)
__all__ = ["DECISION", "PARTS", "numbers"]


class _Taken(NamedTuple):
    """How a decision was taken, and what judged it."""

    method: Method
    motion: MotionKind | None
    quorum: QuorumVerdict | None
    majority: MajorityVerdict | None


def numbers(committee_id: CommitteeId | None, year: int) -> str:
    """What the claims of a committee's numbers of a year begin with; offices have numbers of their own."""
    return f"decision-number/{committee_id or 'office'}/{year}/"


def _needs(_: Decision, command: MakeDecision, __: Reads) -> list[Need | Under]:
    needs: list[Need | Under] = []
    if command.committee_id is not None:
        needs.append(Need(COMMITTEE, StreamId(command.committee_id)))
        if isinstance(command.basis, ByConsent | ByEVote):
            needs += needs_of(command.committee_id)
    if isinstance(command.basis, AtMeeting):
        needs.append(Need(MEETING, StreamId(command.basis.meeting_id)))
    return needs


def _needs_with_numbers(decision: Decision, command: MakeDecision, reads: Reads) -> list[Need | Under]:
    needs = _needs(decision, command, reads)
    if command.number is None:
        needs.append(Under(DECISION, numbers(command.committee_id, command.year)))
    return needs


@DECISION.handles("decision_id", creates=True, owners=OWNERS, needs=_needs_with_numbers)
def make(decision: Decision, command: MakeDecision, case: Case) -> Decided:  # noqa: ARG001 - a new stream has no past
    """Record the decision under its number.

    Raises:
        CommitteeUnnamedError: only an office decides without a committee.
        CommitteeNotYetError, CommitteeDissolvedError: the committee did not exist on the day.
        EffectBackwardsError: it would end before it holds.
        Refusal: of the way in which it was taken; or its number, or its motion, has a decision (`claim_taken`).
    """
    holds_from = command.holds_from or case.on
    if command.holds_until is not None and command.holds_until < max(holds_from, case.on):
        raise EffectBackwardsError(holds_from=holds_from, holds_until=command.holds_until)
    if command.committee_id is not None:
        committee = case.state(COMMITTEE, StreamId(command.committee_id))
        case.hold_to(lambda: check_exists(committee, case.on))
    elif not isinstance(command.basis, ByOffice):
        raise CommitteeUnnamedError
    taken = _taken(command, case)
    number = command.number or _next(command, case)
    claims = [f"{numbers(command.committee_id, command.year)}{number}"]
    if isinstance(command.basis, AtMeeting):
        claims.append(f"decision-of-motion/{command.basis.meeting_id}/{command.basis.motion_id}")
    made = DecisionMade(
        committee_id=command.committee_id,
        year=command.year,
        number=number,
        method=taken.method,
        title=command.title,
        text=command.text,
        reasons=command.reasons,
        basis=_kept(command),
        motion=taken.motion,
        quorum=taken.quorum,
        majority=taken.majority,
        holds_from=holds_from,
        holds_until=command.holds_until,
        ratified_by=command.ratified_by,
        audience=command.audience,
    )
    return Decided(events=[made], claims=claims)


def _next(command: MakeDecision, case: Case) -> int:
    """The number after the highest that is taken. Whoever takes it first has it: the other order is a conflict."""
    taken = case.under(DECISION, numbers(command.committee_id, command.year))
    return 1 + max((known.number for known in taken.values()), default=0)


def _taken(command: MakeDecision, case: Case) -> _Taken:
    match command.basis:
        case AtMeeting() as at:
            return _at_meeting(command, at, case)
        case ByConsent() as consent:
            return _by_consent(command, consent, case)
        case ByEVote() as vote:
            return _by_e_vote(command, vote, case)
    return _Taken("administrative", None, None, None)


def _at_meeting(command: MakeDecision, at: AtMeeting, case: Case) -> _Taken:
    meeting = case.state(MEETING, StreamId(at.meeting_id))
    if meeting.committee_id != command.committee_id:
        raise OtherCommitteeError(meeting_id=at.meeting_id)
    motion = meeting.motions.get(at.motion_id)
    if motion is None:
        raise MotionMissingError(motion_id=at.motion_id)
    ended = motion.decided
    version = case.loaded(StreamId(at.meeting_id)).version
    if ended is None or not ended.version <= at.meeting_version <= version:
        raise MotionPendingError(motion_id=at.motion_id)
    if not ended.carried:
        raise MotionNotCarriedError(motion_id=at.motion_id)
    if case.on < ended.on:
        raise BeforeMotionError(decided_on=ended.on)
    if ended.breaches:
        case.insist(MotionIrregularError(motion_id=at.motion_id, breaches=", ".join(ended.breaches)))
    return _Taken(ended.method, motion.kind, ended.quorum, ended.majority)


def _by_consent(command: MakeDecision, consent: ByConsent, case: Case) -> _Taken:
    answered = (*consent.consented, *consent.objected)
    table = _between(command, consent.opened_on, answered, case)
    if table.number is None or table.terms is None:
        return _Taken("consent", consent.motion, None, None)
    if not table.terms.consent_between_meetings:
        case.insist(BetweenMeetingsError(terms=table.number))
    quorum = _answered(table, answered, case)
    majority = by_consensus(table.number, consent.motion, quorum.present, len(consent.objected))
    if not majority.reached:
        case.insist(NotReachedError())
    return _Taken("consent", consent.motion, quorum, majority)


def _by_e_vote(command: MakeDecision, vote: ByEVote, case: Case) -> _Taken:
    answered, votes = voters(vote.ballot), tally(vote.ballot)
    if votes.cast != len(answered):
        raise TallyDiffersError(cast=votes.cast, voted=len(answered))
    table = _between(command, vote.opened_on, answered, case)
    if table.number is None or table.terms is None:
        return _Taken("e_vote", vote.motion, None, None)
    if not table.terms.e_vote:
        case.insist(BetweenMeetingsError(terms=table.number))
    quorum = _answered(table, answered, case)
    rule = table.terms.majority_for(vote.motion)
    if rule is None:
        case.insist(MajorityNotStatedError(terms=table.number))
        return _Taken("e_vote", vote.motion, quorum, None)
    majority = by_vote(table.number, vote.motion, rule, votes)
    if not majority.reached:
        case.insist(NotReachedError())
    return _Taken("e_vote", vote.motion, quorum, majority)


def _between(command: MakeDecision, opened_on: date, answered: tuple[PersonId, ...], case: Case) -> Table:
    """The table that members between meetings answer at, once what is asked of every such decision holds."""
    if opened_on > case.on:
        raise OpenedAfterError(opened_on=opened_on)
    for place, person_id in enumerate(answered):
        if person_id in answered[:place]:
            raise AnswersTwiceError(person_id=person_id)
    assert command.committee_id is not None
    table = Table.on(command.committee_id, case.on, case)
    if table.terms is None or table.number is None:
        case.insist(NoTermsError(on=case.on))
    elif not table.terms.decides:
        case.insist(DeliberatesOnlyError(terms=table.number))
    return table


def _answered(table: Table, answered: tuple[PersonId, ...], case: Case) -> QuorumVerdict:
    """The quorum of those who answered, as if they were in one room."""
    assert table.terms is not None
    assert table.number is not None
    there = roll(table.seats, frozenset(answered))
    for person_id in answered:
        if not there.speaks(person_id):
            case.insist(NotEntitledError(person_id=person_id))
    quorum = judged(table.number, table.terms.quorum, there, Call())
    if not quorum.reached:
        case.insist(NoQuorumError(present=quorum.present, required=quorum.required, terms=table.number))
    return quorum


@DECISION.handles("decision_id", owners=OWNERS)
def ratify(decision: Decision, command: RatifyDecision) -> list[Event]:
    """Record the approval from outside.

    Raises:
        DecisionEndedError: it was ended before.
        AlreadyRatifiedError: it has one.
    """
    _check_running(decision)
    if decision.ratified_on is not None:
        raise AlreadyRatifiedError(ratified_on=decision.ratified_on)
    return [DecisionRatified(office=command.office, number=command.number, dated=command.dated)]


@DECISION.handles("decision_id", owners=OWNERS)
def rescind(decision: Decision, command: RescindDecision) -> list[Event]:
    """End the decision; ending it twice is refused, since the second date would contradict the first."""
    _check_running(decision)
    return [DecisionRescinded(reason=command.reason)]


def _superseding(_: Decision, command: SupersedeDecision, __: Reads) -> list[Need]:
    return [Need(DECISION, StreamId(command.by_decision_id))]


@DECISION.handles("decision_id", owners=OWNERS, needs=_superseding)
def supersede(decision: Decision, command: SupersedeDecision, case: Case) -> list[Event]:
    """End the decision by the one that takes its place.

    Raises:
        DecisionEndedError: it was ended before.
        SupersedesItselfError: the other one is itself.
        DecisionNotInForceError: the other one does not hold on that day.
    """
    _check_running(decision)
    if command.by_decision_id == command.decision_id:
        raise SupersedesItselfError
    other = case.state(DECISION, StreamId(command.by_decision_id))
    standing = other.standing_on(case.on)
    if standing != "in_force":
        case.insist(DecisionNotInForceError(standing=standing, on=case.on))
    return [DecisionSuperseded(by_decision_id=command.by_decision_id)]


@DECISION.handles("decision_id", owners=OWNERS)
def publish(decision: Decision, command: PublishDecision) -> list[Event]:  # noqa: ARG001 - the id is all it carries
    """Let everybody read it; once is enough."""
    return [] if decision.published else [DecisionPublished()]


def _check_running(decision: Decision) -> None:
    if decision.ended_on is not None:
        raise DecisionEndedError(ended_on=decision.ended_on)


def _kept(command: MakeDecision) -> Basis:
    """The basis as it may be kept: the order of the answers tells nothing."""
    match command.basis:
        case ByEVote(ballot=ballot):
            return replace(command.basis, ballot=kept(ballot))
        case ByConsent(consented=consented, objected=objected):
            return replace(command.basis, consented=tuple(sorted(consented)), objected=tuple(sorted(objected)))
    return command.basis

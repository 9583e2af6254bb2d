"""What a seat refuses and what it records.

Where a document tells what happened, a rule that was not kept is recorded with the fact as its breach.
"""

from calendar import monthrange
from datetime import date, timedelta

from domain.case import Case, Need, Reads, Under
from domain.committee.rules import COMMITTEE, OWNERS, check_exists
from domain.committee.terms import Terms
from domain.errors import OutOfOrderError
from domain.event import Event
from domain.ids import CommitteeId, StreamId
from domain.organisation import check_named, named
from domain.seat.commands import (
    AbolishSeat,
    ApproveCandidate,
    CloseCandidacy,
    CreateSeat,
    EndTerm,
    ExpressInterest,
    NameAlternate,
    NominateCandidate,
    SeatMember,
)
from domain.seat.events import (
    AlternateNamed,
    CandidacyClosed,
    CandidateApproved,
    CandidateNominated,
    InterestExpressed,
    MemberSeated,
    SeatAbolished,
    SeatCreated,
    TermEnded,
)
from domain.seat.refusals import (
    CandidacyStageError,
    CandidateNotApprovedError,
    OwnAlternateError,
    RenewalsError,
    SeatAbolishedError,
    SeatedTwiceError,
    SeatTakenError,
    SeatTermBackwardsError,
    SeatVacantError,
    SectorFullError,
    TermTooLongError,
    VotingSeatsFullError,
)
from domain.seat.state import SEAT, Candidacy, Holding, Seat, Stage
from domain.stream import Decided

MONTHS = 12


def claims_of(committee_id: CommitteeId) -> str:
    """How the claims of all seats of a committee begin: what `Under` takes to read them."""
    return f"seat/{committee_id}/"


def _of_new_seat(_: Seat, command: CreateSeat, __: Reads) -> list[Need | Under]:
    committee_id = command.committee_id
    return [Need(COMMITTEE, StreamId(committee_id)), Under(SEAT, claims_of(committee_id))]


def _of_member(seat: Seat, command: SeatMember, _: Reads) -> list[Need | Under]:
    assert seat.committee_id is not None
    return [
        Need(COMMITTEE, StreamId(seat.committee_id)),
        Under(SEAT, claims_of(seat.committee_id)),
        *_represented(seat, command, _),
    ]


def _represented(_: Seat, command: SeatMember | ExpressInterest, __: Reads) -> list[Need]:
    return [] if command.represents is None else [*named(command.represents.organisation_id)]


@SEAT.handles("seat_id", creates=True, owners=OWNERS, needs=_of_new_seat)
def create(seat: Seat, command: CreateSeat, case: Case) -> Decided:  # noqa: ARG001 - a new stream has no past
    """Add a seat to a committee.

    Raises:
        StreamMissingError, CommitteeNotYetError, CommitteeDissolvedError: there is no such committee that day.
        ClaimTakenError: (by the log) the committee has a seat of that number.
        VotingSeatsFullError, SectorFullError: the terms of reference allow no more.
    """
    terms = _terms(case, command.committee_id)
    others = [
        other for other in case.under(SEAT, claims_of(command.committee_id)).values() if other.exists_on(case.on)
    ]
    voting = sum(other.right == "vote" for other in others)
    if command.right == "vote" and terms.voting_seats_max is not None and voting >= terms.voting_seats_max:
        case.insist(VotingSeatsFullError(seats_max=terms.voting_seats_max))
    quota = None if command.sector is None else terms.quota(command.sector.code)
    if quota is not None and quota.seats_max is not None:
        code, sector_max = quota.sector.code, quota.seats_max
        if sum(other.sector is not None and other.sector.code == code for other in others) >= sector_max:
            case.insist(SectorFullError(sector=code, seats_max=sector_max))
    created = SeatCreated(
        committee_id=command.committee_id,
        number=command.number,
        label=command.label,
        sector=command.sector,
        right=command.right,
        ex_officio=command.ex_officio,
    )
    return Decided(events=[created], claims=[f"{claims_of(command.committee_id)}{command.number}"])


@SEAT.handles("seat_id", owners=OWNERS, needs=_of_member)
def seat_member(seat: Seat, command: SeatMember, case: Case) -> list[Event]:
    """Give the seat to a person; the same person, organisation and end again record nothing.

    Raises:
        SeatAbolishedError, CommitteeDissolvedError: there is no seat that day.
        StreamMissingError: the organisation is said to be registered in the commons, and is not.
        SeatTakenError: somebody else holds it that day.
        SeatedTwiceError: the person votes in the committee from another seat.
        CandidateNotApprovedError: the person's candidacy for the seat is not through.
        SeatTermBackwardsError, TermTooLongError, RenewalsError: the term is not one that the rules allow.
    """
    _check_open(seat, case.on)
    _check_represented(command, case)
    assert seat.committee_id is not None
    terms = _terms(case, seat.committee_id)
    holder = seat.holder_on(case.on)
    again = holder is not None and holder.person_id == command.person_id
    if holder is not None and not again:
        case.insist(SeatTakenError(holder_id=holder.person_id, until=holder.until or "—"))
    candidacy = seat.candidacy(command.person_id)
    if candidacy is not None:
        _check_order(candidacy, case.on)
        if candidacy.stage != "approved":
            stage = candidacy.stage
            case.insist(CandidateNotApprovedError(person_id=command.person_id, stage=stage))
    if seat.right == "vote":
        _check_one_vote(seat, command, case)
    within = again and holder is not None and command.until in (None, holder.until)
    if within and holder is not None:
        until = holder.until
        if holder.represents == command.represents:
            return []
    else:
        until = _term(seat, command, case, terms)
    seated = MemberSeated(
        person_id=command.person_id,
        represents=command.represents,
        until=until,
    )
    return [seated]


@SEAT.handles("seat_id", owners=OWNERS)
def end_term(seat: Seat, command: EndTerm, case: Case) -> list[Event]:
    holder = _holder(seat, case.on)
    assert holder.person_id is not None
    return [TermEnded(person_id=holder.person_id, reason=command.reason, note=command.note)]


@SEAT.handles("seat_id", owners=OWNERS)
def name_alternate(seat: Seat, command: NameAlternate, case: Case) -> list[Event]:
    """Name the alternate of the one who holds the seat that day; the one who is it already records nothing."""
    holder = _holder(seat, case.on)
    assert holder.person_id is not None
    if command.person_id == holder.person_id:
        raise OwnAlternateError(person_id=command.person_id)
    if seat.alternate_on(case.on) == command.person_id:
        return []
    return [AlternateNamed(holder_id=holder.person_id, person_id=command.person_id)]


@SEAT.handles("seat_id", owners=OWNERS, needs=_represented)
def express_interest(seat: Seat, command: ExpressInterest, case: Case) -> list[Event]:
    _check_represented(command, case)
    _check_stage(seat, command, case.on, None)
    return [InterestExpressed(person_id=command.person_id, represents=command.represents)]


@SEAT.handles("seat_id", owners=OWNERS)
def nominate(seat: Seat, command: NominateCandidate, case: Case) -> list[Event]:
    _check_stage(seat, command, case.on, None, "interested")
    return [CandidateNominated(person_id=command.person_id)]


@SEAT.handles("seat_id", owners=OWNERS)
def approve(seat: Seat, command: ApproveCandidate, case: Case) -> list[Event]:
    _check_stage(seat, command, case.on, "nominated")
    return [CandidateApproved(person_id=command.person_id)]


@SEAT.handles("seat_id", owners=OWNERS)
def close_candidacy(seat: Seat, command: CloseCandidacy, case: Case) -> list[Event]:
    _check_stage(seat, command, case.on, "interested", "nominated", "approved")
    return [CandidacyClosed(person_id=command.person_id, outcome=command.outcome)]


@SEAT.handles("seat_id", owners=OWNERS)
def abolish(seat: Seat, command: AbolishSeat, case: Case) -> list[Event]:  # noqa: ARG001 - it names the seat only
    """End a seat.

    Raises:
        SeatAbolishedError: it was abolished already.
        SeatTakenError: somebody holds it on that day or is to hold it later.
    """
    if seat.abolished_on is not None:
        raise SeatAbolishedError(abolished_on=seat.abolished_on)
    later = [one for one in seat.holdings if one.on > case.on and one.person_id is not None]
    for holder in (seat.holder_on(case.on), *later):
        if holder is not None:
            raise SeatTakenError(holder_id=holder.person_id, until=holder.until or "—")
    return [SeatAbolished()]


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last one that the month has."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _term(seat: Seat, command: SeatMember, case: Case, terms: Terms) -> date | None:
    """The last day of a new term."""
    until, office = command.until, terms.term_of_office
    if until is not None and until < case.on:
        raise SeatTermBackwardsError(start=case.on, end=until)
    if office is None or seat.ex_officio:
        return until
    latest = months_later(case.on, office.months) - timedelta(days=1)
    if until is None:
        # What a document leaves out stays unknown; a live order means what the rules say.
        until = None if case.as_recorded_elsewhere else latest
    elif until > latest:
        case.insist(TermTooLongError(until=until, latest=latest))
    renewals_max = office.renewals_max
    if renewals_max is not None and seat.terms_before(command.person_id, case.on) > renewals_max:
        case.insist(RenewalsError(renewals_max=renewals_max))
    return until


def _check_one_vote(seat: Seat, command: SeatMember, case: Case) -> None:
    assert seat.committee_id is not None
    for other in case.under(SEAT, claims_of(seat.committee_id)).values():
        holding = other.holder_on(case.on)
        holds = holding is not None and holding.person_id == command.person_id
        if holds and other.right == "vote" and other.number != seat.number:
            case.insist(SeatedTwiceError(person_id=command.person_id, number=other.number))
            return


def _terms(case: Case, committee_id: CommitteeId) -> Terms:
    """The terms in force that day; those that say nothing where there are none yet."""
    committee = case.state(COMMITTEE, StreamId(committee_id))
    check_exists(committee, case.on)
    in_force = committee.terms_on(case.on)
    return Terms() if in_force is None else in_force[1]


def _check_represented(command: SeatMember | ExpressInterest, case: Case) -> None:
    if command.represents is not None:
        check_named(case, command.represents.organisation_id)


def _check_open(seat: Seat, day: date) -> None:
    if seat.abolished_on is not None and day >= seat.abolished_on:
        raise SeatAbolishedError(abolished_on=seat.abolished_on)


def _holder(seat: Seat, day: date) -> Holding:
    _check_open(seat, day)
    holder = seat.holder_on(day)
    if holder is None:
        raise SeatVacantError(on=day)
    return holder


_Step = ExpressInterest | NominateCandidate | ApproveCandidate | CloseCandidacy


def _check_stage(seat: Seat, command: _Step, day: date, *before: Stage | None) -> None:
    """Let a candidacy leave one of these stages; None: it is not there yet, or an earlier one has ended."""
    _check_open(seat, day)
    candidacy = seat.candidacy(command.person_id)
    stage = None if candidacy is None else candidacy.stage
    if stage not in before:
        raise CandidacyStageError(person_id=command.person_id, stage=stage or "—")
    ended = seat.candidates.get(command.person_id)
    if ended is not None:
        _check_order(ended, day)


def _check_order(candidacy: Candidacy, day: date) -> None:
    if day < candidacy.since:
        raise OutOfOrderError(effective_on=day, last_on=candidacy.since)

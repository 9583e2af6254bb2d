"""What seats refuse and record."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.audience import Audience
from domain.committee.rules import (
    COMMITTEE,
    CommitteeEstablished,
    TermsAdopted,
)
from domain.committee.terms import Sector, SectorQuota, TermOfOffice, Terms
from domain.envelope import Source
from domain.errors import OutOfOrderError, Refusal
from domain.event import Event
from domain.ids import CommitteeId, PersonId, SeatId, StreamId
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
    Represented,
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
    TermTooLongError,
)
from domain.seat.rules import claims_of, months_later
from domain.seat.state import SEAT, Seat
from domain.stream import Decided, Loaded
from domain.values import en, fr
from tests.unit.domain.given import DAY, Dated, given, loaded, on, ordered, recorded
from tests.unit.domain.sequences import DAYS

COUNCIL = CommitteeId(UUID(int=22))
SEAT_ID, OTHER_ID = SeatId(UUID(int=31)), SeatId(UUID(int=32))
ALICE, BOB, CARO = (PersonId(UUID(int=number)) for number in (41, 42, 43))
HEALTH = Sector(code="health", label=fr("Santé"))
LIBRARY = Represented(name=en("Library"))
MINUTES = Source(title=fr("Procès-verbal"))
ESTABLISHED = CommitteeEstablished(
    kind="partnership_council", name=en("Council"), parent_id=None, audience=Audience.PUBLIC
)
TWO_YEARS = Terms(
    term_of_office=TermOfOffice(months=24, renewals_max=1),
    voting_seats_max=2,
    quotas=(SectorQuota(sector=HEALTH, seats_max=1),),
)
CREATED = SeatCreated(
    committee_id=COUNCIL,
    number=1,
    label=en("Settlement"),
    sector=None,
    right="vote",
    ex_officio=False,
)


def changed(event: SeatCreated, **fields: Any) -> SeatCreated:
    values = {name: getattr(event, name) for name in event.__struct_fields__}
    return SeatCreated(**(values | fields))


def seated(person: PersonId, until: str | None = None, **fields: Any) -> MemberSeated:
    end = None if until is None else date.fromisoformat(until)
    given_: dict[str, Any] = {"person_id": person, "represents": None, "until": end}
    return MemberSeated(**(given_ | fields))


def asked(
    past: Loaded[Any],
    command: Any,
    day: str = "2024-04-01",
    *,
    terms: Terms | None = TWO_YEARS,
    others: tuple[Event | Dated, ...] | None = None,
    committee: Loaded[Any] | None = None,
    **changes: Any,
) -> Decided:
    """What the rules answer, in a council with these terms where `others` happened to seat 2."""
    adopted = () if terms is None else (TermsAdopted(number=1, terms=terms),)
    streams: dict[Any, Loaded[Any]] = {StreamId(COUNCIL): committee or loaded(COMMITTEE, ESTABLISHED, *adopted)}
    claims = {}
    if past.version:
        streams[StreamId(SEAT_ID)] = past
        claims[f"{claims_of(COUNCIL)}1"] = StreamId(SEAT_ID)
    if others is not None:
        streams[StreamId(OTHER_ID)] = loaded(SEAT, *others)
        claims[f"{claims_of(COUNCIL)}2"] = StreamId(OTHER_ID)
    return ordered(past, command, day=date.fromisoformat(day), others=streams, claims=claims, **changes)


def creates(**fields: Any) -> CreateSeat:
    given_: dict[str, Any] = {
        "seat_id": SEAT_ID,
        "committee_id": COUNCIL,
        "number": 1,
        "label": en("Settlement"),
    }
    return CreateSeat(**(given_ | fields))


# --- seating ------------------------------------------------------------------------------------------------


def sits(person: PersonId = ALICE, until: str | None = None, represents: Represented | None = None) -> SeatMember:
    end = None if until is None else date.fromisoformat(until)
    return SeatMember(seat_id=SEAT_ID, person_id=person, until=end, represents=represents)


def test_a_term_lasts_as_long_as_the_terms_of_reference_say() -> None:
    assert asked(loaded(SEAT, CREATED), sits()).events == [seated(ALICE, "2026-03-31")]
    assert asked(loaded(SEAT, CREATED), sits(until="2025-03-31")).events == [seated(ALICE, "2025-03-31")]
    assert asked(loaded(SEAT, CREATED), sits(), terms=None).events == [seated(ALICE)]
    ex_officio = loaded(SEAT, changed(CREATED, ex_officio=True))
    assert asked(ex_officio, sits(until="2040-01-01")).events == [seated(ALICE, "2040-01-01")]


def test_a_term_that_is_too_long_or_backwards_is_refused() -> None:
    with pytest.raises(TermTooLongError) as refusal:
        asked(loaded(SEAT, CREATED), sits(until="2026-04-01"))
    assert refusal.value.latest == date(2026, 3, 31)
    with pytest.raises(SeatTermBackwardsError):
        asked(loaded(SEAT, CREATED), sits(until="2024-03-31"))


def test_a_document_s_term_is_kept_with_its_breach_and_an_end_that_it_leaves_out_stays_unknown() -> None:
    past = loaded(SEAT, CREATED)

    long = asked(past, sits(until="2030-01-01"), source=MINUTES)
    assert (long.events, long.breaches) == ([seated(ALICE, "2030-01-01")], ("term_of_office_too_long",))
    assert asked(past, sits(), source=MINUTES).events == [seated(ALICE)]


def test_a_taken_seat_refuses_a_second_member() -> None:
    past = loaded(SEAT, CREATED, seated(ALICE, "2026-03-31"))

    with pytest.raises(SeatTakenError) as refusal:
        asked(past, sits(BOB), "2026-03-31")
    assert (refusal.value.holder_id, refusal.value.until) == (ALICE, date(2026, 3, 31))
    assert asked(past, sits(BOB), "2026-04-01").events == [seated(BOB, "2028-03-31")]
    taken = asked(past, sits(BOB, "2025-06-30"), "2025-01-01", source=MINUTES)
    assert (taken.events, taken.breaches) == ([seated(BOB, "2025-06-30")], ("seat_taken",))


def test_the_same_again_records_nothing_and_another_organisation_keeps_the_term() -> None:
    past = loaded(SEAT, CREATED, seated(ALICE, "2026-03-31"))

    assert asked(past, sits(ALICE), "2025-01-01").events == []
    assert asked(past, sits(ALICE, "2026-03-31"), "2025-01-01").events == []
    moved = asked(past, sits(ALICE, represents=LIBRARY), "2025-01-01")
    assert moved.events == [seated(ALICE, "2026-03-31", represents=LIBRARY)]


def test_renewals_are_counted_in_a_row() -> None:
    first, second = seated(ALICE, "2026-03-31"), seated(ALICE, "2028-03-31")
    renewed = loaded(SEAT, CREATED, first, on("2026-04-01", second))

    assert asked(loaded(SEAT, CREATED, first), sits(), "2026-04-01").events == [second]
    with pytest.raises(RenewalsError) as refusal:
        asked(renewed, sits(), "2028-04-01")
    assert refusal.value.renewals_max == 1
    assert asked(renewed, sits(), "2028-04-02").events == [seated(ALICE, "2030-04-01")]  # after a break of a day
    kept = asked(renewed, sits(until="2029-03-31"), "2028-04-01", source=MINUTES)
    assert (kept.events, kept.breaches) == ([seated(ALICE, "2029-03-31")], ("renewals_exceeded",))


def test_changes_within_a_term_are_no_renewals() -> None:
    moved = on("2025-01-01", seated(ALICE, "2026-03-31", represents=LIBRARY))
    seat = given(SEAT, CREATED, seated(ALICE, "2026-03-31"), moved)

    assert seat.terms_before(ALICE, date(2026, 4, 1)) == 1
    assert seat.terms_before(BOB, date(2026, 4, 1)) == 0


def test_nobody_votes_twice_in_one_committee() -> None:
    other = (changed(CREATED, number=2), seated(ALICE, "2025-03-31"))

    with pytest.raises(SeatedTwiceError) as refusal:
        asked(loaded(SEAT, CREATED), sits(), others=other)
    assert refusal.value.number == 2
    assert asked(loaded(SEAT, CREATED), sits(BOB), others=other).events
    assert asked(loaded(SEAT, CREATED), sits(), "2025-04-01", others=other).events
    assert asked(loaded(SEAT, changed(CREATED, right="observer")), sits(), others=other).events
    twice = asked(loaded(SEAT, CREATED), sits(until="2025-03-31"), others=other, source=MINUTES)
    assert (twice.events, twice.breaches) == ([seated(ALICE, "2025-03-31")], ("seated_twice",))


def test_who_holds_a_seat_is_a_question_of_the_day() -> None:
    seat = given(
        SEAT,
        CREATED,
        on("2024-06-01", seated(ALICE, "2025-05-31")),
        on("2026-01-01", seated(BOB)),
        on("2024-10-01", TermEnded(person_id=ALICE, reason="resigned", note=None)),
        on("2024-12-01", seated(CARO, "2025-11-30")),
    )

    days = ("2024-05-31", "2024-06-01", "2024-09-30", "2024-10-01", "2024-12-01", "2025-11-30", "2025-12-01")
    holders = [seat.holder_on(date.fromisoformat(day)) for day in (*days, "2026-01-01", "2036-01-01")]
    assert [holder and holder.person_id for holder in holders] == [
        *(None, ALICE, ALICE, None),
        *(CARO, CARO, None),
        *(BOB, BOB),
    ]


def test_ending_a_term_needs_a_holder() -> None:
    past = loaded(SEAT, CREATED, seated(ALICE, "2026-03-31"))

    ended = asked(past, EndTerm(seat_id=SEAT_ID, reason="resigned"), "2025-01-01")
    assert ended.events == [TermEnded(person_id=ALICE, reason="resigned", note=None)]
    with pytest.raises(SeatVacantError):
        asked(past, EndTerm(seat_id=SEAT_ID), "2026-04-01")


def test_an_alternate_stands_in_while_the_holder_sits() -> None:
    past = loaded(SEAT, CREATED, seated(ALICE, "2026-03-31"))
    named = AlternateNamed(holder_id=ALICE, person_id=BOB)

    assert asked(past, NameAlternate(seat_id=SEAT_ID, person_id=BOB)).events == [named]
    with pytest.raises(OwnAlternateError):
        asked(past, NameAlternate(seat_id=SEAT_ID, person_id=ALICE))
    with pytest.raises(SeatVacantError):
        asked(loaded(SEAT, CREATED), NameAlternate(seat_id=SEAT_ID, person_id=BOB))
    past = loaded(SEAT, CREATED, seated(ALICE, "2026-03-31"), named, on("2026-04-01", seated(CARO)))
    assert asked(past, NameAlternate(seat_id=SEAT_ID, person_id=BOB)).events == []
    assert asked(past, NameAlternate(seat_id=SEAT_ID)).events == [AlternateNamed(holder_id=ALICE, person_id=None)]
    assert past.state.alternate_on(date(2026, 3, 31)) == BOB
    assert past.state.alternate_on(date(2026, 4, 1)) is None  # of another holder


# --- candidacies --------------------------------------------------------------------------------------------

PERSON: dict[str, Any] = {"seat_id": SEAT_ID, "person_id": ALICE}


def test_a_candidacy_goes_from_interest_to_nomination_to_approval_to_the_seat() -> None:
    past = [CREATED, InterestExpressed(person_id=ALICE, represents=LIBRARY)]
    steps: list[tuple[Any, Any]] = [
        (NominateCandidate(**PERSON), CandidateNominated(person_id=ALICE)),
        (ApproveCandidate(**PERSON), CandidateApproved(person_id=ALICE)),
        (SeatMember(**PERSON), seated(ALICE, "2026-03-31")),
    ]
    assert asked(loaded(SEAT, CREATED), ExpressInterest(**PERSON, represents=LIBRARY)).events == [past[1]]
    for command, event in steps:
        assert asked(loaded(SEAT, *past), command).events == [event]
        past.append(event)
    seat = given(SEAT, *past)
    assert seat.candidacy(ALICE) is None
    assert seat.candidates[ALICE].stage == "seated"


def test_a_candidate_is_not_seated_before_the_approval() -> None:
    past = loaded(SEAT, CREATED, CandidateNominated(person_id=ALICE))

    with pytest.raises(CandidateNotApprovedError) as refusal:
        asked(past, sits())
    assert refusal.value.stage == "nominated"
    kept = asked(past, sits(until="2025-01-01"), source=MINUTES)
    assert (kept.events, kept.breaches) == ([seated(ALICE, "2025-01-01")], ("candidate_not_approved",))


def test_steps_out_of_turn_are_refused() -> None:
    interested = InterestExpressed(person_id=ALICE, represents=None)
    nominated, approved = CandidateNominated(person_id=ALICE), CandidateApproved(person_id=ALICE)
    wrong: list[tuple[list[Event], Any]] = [
        ([], ApproveCandidate(**PERSON)),
        ([], CloseCandidacy(**PERSON, outcome="withdrawn")),
        ([interested], ExpressInterest(**PERSON)),
        ([interested], ApproveCandidate(**PERSON)),
        ([interested, nominated], NominateCandidate(**PERSON)),
        ([nominated, approved], ApproveCandidate(**PERSON)),
    ]
    for past, command in wrong:
        with pytest.raises(CandidacyStageError):
            asked(loaded(SEAT, CREATED, *past), command)


def test_a_candidacy_that_ended_may_begin_anew_and_not_before() -> None:
    closed = on("2024-06-01", CandidacyClosed(person_id=ALICE, outcome="declined"))
    past = loaded(SEAT, CREATED, CandidateNominated(person_id=ALICE), closed)

    assert asked(past, ExpressInterest(**PERSON), "2024-06-01").events
    for command in (ExpressInterest(**PERSON), NominateCandidate(**PERSON)):
        with pytest.raises(OutOfOrderError):
            asked(past, command, "2024-05-31")
    approval = on("2024-06-01", CandidateApproved(person_id=ALICE))
    approved = loaded(SEAT, CREATED, CandidateNominated(person_id=ALICE), approval)
    with pytest.raises(OutOfOrderError):
        asked(approved, sits(), "2024-05-31")


# --- abolishing ---------------------------------------------------------------------------------------------


def test_a_seat_that_is_held_or_promised_is_not_abolished() -> None:
    held = loaded(SEAT, CREATED, on("2024-06-01", seated(ALICE, "2026-03-31")))

    for day in ("2024-05-01", "2025-01-01"):
        with pytest.raises(SeatTakenError):
            asked(held, AbolishSeat(seat_id=SEAT_ID), day)
    assert asked(held, AbolishSeat(seat_id=SEAT_ID), "2026-04-01").events == [SeatAbolished()]


def test_an_abolished_seat_takes_nobody() -> None:
    past = loaded(SEAT, CREATED, on("2025-01-01", SeatAbolished()))

    for command in (sits(), NominateCandidate(**PERSON), EndTerm(seat_id=SEAT_ID), AbolishSeat(seat_id=SEAT_ID)):
        with pytest.raises(SeatAbolishedError):
            asked(past, command, "2025-01-01")
    assert past.state.exists_on(date(2024, 12, 31))
    assert not past.state.exists_on(date(2025, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-12-15", 24, "2026-12-15"),
        ("2024-12-31", 2, "2025-02-28"),
        ("2024-11-30", 1, "2024-12-30"),
    ],
)
def test_months_are_counted_by_the_calendar(day: str, months: int, later: str) -> None:
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(later)


# --- any sequence -------------------------------------------------------------------------------------------

PEOPLE = st.sampled_from([ALICE, BOB])
ENDS = st.none() | st.integers(-5, 60).map(lambda days: DAY + timedelta(days))
FOR = st.just(SEAT_ID)
ANY_COMMANDS = st.lists(
    st.tuples(
        st.one_of(
            st.builds(SeatMember, seat_id=FOR, person_id=PEOPLE, until=ENDS),
            st.builds(SeatMember, seat_id=FOR, person_id=PEOPLE, represents=st.sampled_from([None, LIBRARY])),
            st.builds(EndTerm, seat_id=FOR),
            st.builds(NameAlternate, seat_id=FOR, person_id=st.none() | PEOPLE),
            st.builds(ExpressInterest, seat_id=FOR, person_id=PEOPLE),
            st.builds(NominateCandidate, seat_id=FOR, person_id=PEOPLE),
            st.builds(ApproveCandidate, seat_id=FOR, person_id=PEOPLE),
            st.builds(CloseCandidacy, seat_id=FOR, person_id=PEOPLE, outcome=st.just("declined")),
            st.builds(AbolishSeat, seat_id=FOR),
        ),
        DAYS,
        st.booleans(),
    ),
    max_size=20,
)


@given_any(ANY_COMMANDS)
def test_whatever_is_sent_one_person_at_most_holds_the_seat_on_each_day(
    commands: list[tuple[Any, date, bool]],
) -> None:
    memory = loaded(SEAT, CREATED)
    events = [recorded(CREATED, 1)]
    refusals: list[Refusal] = []
    for command, day, elsewhere in commands:
        try:
            decided = asked(memory, command, day.isoformat(), source=MINUTES if elsewhere else None)
        except Refusal as refusal:
            refusals.append(refusal)
            continue
        assert elsewhere or decided.breaches == ()
        new = [recorded(event, memory.version + n, day) for n, event in enumerate(decided.events, 1)]
        memory = SEAT.fold(memory, new)
        events += new
    assert SEAT.fold(None, events) == memory
    assert all(refusal.message("en") and refusal.message("fr") for refusal in refusals)
    seat: Seat = memory.state
    days = {DAY + timedelta(days) for days in range(-20, 100, 7)} | {one.effective_on for one in events}
    for day in sorted(days):
        holder, alternate = seat.holder_on(day), seat.alternate_on(day)
        assert (holder and holder.person_id) == _defined_holder(events, day)
        assert alternate is None or (holder is not None and alternate != holder.person_id)


def _defined_holder(events: list[Any], day: date) -> PersonId | None:
    """The definition: of what is effective by then, the latest by (day, position) that speaks of the holder."""
    spoke = [
        (one.effective_on, one.position, one.payload)
        for one in events
        if isinstance(one.payload, MemberSeated | TermEnded) and one.effective_on <= day
    ]
    ended = any(isinstance(one.payload, SeatAbolished) and one.effective_on <= day for one in events)
    last = max(spoke, key=lambda one: one[:2])[2] if spoke else None
    if ended or day < DAY or not isinstance(last, MemberSeated) or (last.until is not None and last.until < day):
        return None
    return last.person_id

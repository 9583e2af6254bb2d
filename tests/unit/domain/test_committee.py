"""What committees refuse and record."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.audience import Audience
from domain.committee.rules import (
    COMMITTEE,
    OWNERS,
    AdoptTermsOfReference,
    CommitteeDissolved,
    CommitteeDissolvedError,
    CommitteeEstablished,
    CommitteeNotYetError,
    CommitteeRenamed,
    DissolveCommittee,
    EstablishCommittee,
    OwnParentError,
    RenameCommittee,
    TermsAdopted,
    TermsExistError,
    TermsNumberError,
)
from domain.committee.terms import Cadence, Majority, MotionRule, Quorum, SecondMeeting, Share, Terms
from domain.envelope import Source
from domain.errors import StreamMissingError
from domain.ids import CommitteeId, StreamId
from domain.stream import COMMANDS
from domain.values import SealedText, en, fr
from tests.unit.domain.given import DAY, given, loaded, on, ordered
from tests.unit.domain.sequences import last_dated, sequences, tell

ID, COUNCIL = CommitteeId(UUID(int=22)), CommitteeId(UUID(int=23))
ESTABLISHED = CommitteeEstablished(
    kind="sub_council", name=en("Settlement"), parent_id=None, audience=Audience.PUBLIC
)
DISSOLVED = CommitteeDissolved(reason=None)
MINUTES = Source(title=fr("Procès-verbal"))
SIMPLE = Terms(majorities=(MotionRule(motion="ordinary", majority=Majority(threshold="simple")),))
STRICT = Terms(majorities=(MotionRule(motion="ordinary", majority=Majority(threshold="four_fifths")),))
QUORATE = Terms(
    quorum=Quorum(
        share=Share(numerator=1, denominator=2, more_than=True), second_meeting=SecondMeeting(present_min=1)
    ),
    cadence=Cadence(meetings_min=3, meetings_max=5, yearly_forum=True),
)


def adopts(number: int, terms: Terms = SIMPLE) -> AdoptTermsOfReference:
    return AdoptTermsOfReference(committee_id=ID, number=number, terms=terms)


def test_a_committee_is_established_under_another_that_exists() -> None:
    command = EstablishCommittee(committee_id=ID, kind="sub_council", name=en("Settlement"), parent_id=COUNCIL)

    decided = ordered(loaded(COMMITTEE), command, others={StreamId(COUNCIL): loaded(COMMITTEE, ESTABLISHED)})

    assert decided.events == [
        CommitteeEstablished(
            kind="sub_council", name=en("Settlement"), parent_id=COUNCIL, audience=Audience.FUNDERS
        )
    ]


def test_a_committee_is_not_established_under_one_that_is_not_there_or_no_more() -> None:
    command = EstablishCommittee(committee_id=ID, kind="sub_council", name=en("Settlement"), parent_id=COUNCIL)

    with pytest.raises(StreamMissingError):
        ordered(loaded(COMMITTEE), command)
    gone = loaded(COMMITTEE, ESTABLISHED, on("2024-03-01", DISSOLVED))
    with pytest.raises(CommitteeDissolvedError):
        ordered(loaded(COMMITTEE), command, others={StreamId(COUNCIL): gone})
    later = loaded(COMMITTEE, on("2024-04-02", ESTABLISHED))
    with pytest.raises(CommitteeNotYetError) as refusal:
        ordered(loaded(COMMITTEE), command, others={StreamId(COUNCIL): later})
    assert refusal.value.established_on == date(2024, 4, 2)


def test_a_committee_is_no_part_of_itself() -> None:
    command = EstablishCommittee(committee_id=ID, kind="sub_council", name=en("Settlement"), parent_id=ID)

    with pytest.raises(OwnParentError):
        ordered(loaded(COMMITTEE), command)


def test_terms_are_adopted_whole_and_numbered_without_a_gap() -> None:
    past = loaded(COMMITTEE, ESTABLISHED, TermsAdopted(number=1, terms=SIMPLE))

    assert ordered(past, adopts(2, QUORATE)).events == [TermsAdopted(number=2, terms=QUORATE)]
    with pytest.raises(TermsNumberError) as refusal:
        ordered(past, adopts(3))
    assert (refusal.value.number, refusal.value.expected) == (3, 2)
    with pytest.raises(TermsExistError):
        ordered(past, adopts(1, STRICT))


def test_terms_recorded_elsewhere_keep_the_numbers_of_their_documents() -> None:
    past = loaded(COMMITTEE, ESTABLISHED)

    fourth = ordered(past, adopts(4), source=MINUTES)
    assert fourth.events == [TermsAdopted(number=4, terms=SIMPLE)]
    past = loaded(COMMITTEE, ESTABLISHED, on("2024-09-01", fourth.events[0]))
    assert ordered(past, adopts(3, STRICT), source=MINUTES).events == [TermsAdopted(number=3, terms=STRICT)]
    with pytest.raises(TermsExistError):
        ordered(past, adopts(4, STRICT), source=MINUTES)
    assert ordered(past, adopts(5)).events == [TermsAdopted(number=5, terms=SIMPLE)]


def test_the_terms_in_force_are_those_of_the_day_whenever_they_were_recorded() -> None:
    committee = given(
        COMMITTEE,
        ESTABLISHED,
        on("2025-04-01", TermsAdopted(number=1, terms=SIMPLE)),
        on("2026-04-01", TermsAdopted(number=2, terms=QUORATE)),
        on("2025-10-01", TermsAdopted(number=3, terms=STRICT)),
    )

    assert committee.terms_on(date(2025, 3, 31)) is None
    assert committee.terms_on(date(2025, 4, 1)) == (1, SIMPLE)
    assert committee.terms_on(date(2025, 9, 30)) == (1, SIMPLE)
    assert committee.terms_on(date(2025, 10, 1)) == (3, STRICT)
    assert committee.terms_on(date(2026, 4, 1)) == (2, QUORATE)
    assert [version.number for version in committee.versions] == [1, 3, 2]


def test_of_two_versions_of_one_day_the_later_recorded_holds() -> None:
    committee = given(
        COMMITTEE, ESTABLISHED, TermsAdopted(number=1, terms=SIMPLE), TermsAdopted(number=2, terms=STRICT)
    )

    adopted = committee.adopted_on(DAY)

    assert adopted is not None
    assert (adopted.number, adopted.version) == (2, 3)


def test_a_dissolved_committee_takes_nothing_more_but_its_earlier_days_may_still_be_recorded() -> None:
    past = loaded(COMMITTEE, ESTABLISHED, on("2024-09-01", DISSOLVED))

    for command in (adopts(1), RenameCommittee(committee_id=ID, name=fr("Accueil"))):
        with pytest.raises(CommitteeDissolvedError) as refusal:
            ordered(past, command, day=date(2024, 9, 1))
        assert refusal.value.dissolved_on == date(2024, 9, 1)
        assert len(ordered(past, command, day=date(2024, 8, 31)).events) == 1
    with pytest.raises(CommitteeDissolvedError):
        ordered(past, DissolveCommittee(committee_id=ID), day=date(2024, 10, 1))
    committee = past.state
    assert [committee.exists_on(date(2024, *day)) for day in ((3, 31), (4, 1), (8, 31), (9, 1))] == [
        *(False, True),
        *(True, False),
    ]


def test_a_committee_is_dissolved_with_its_reason() -> None:
    reason = SealedText.about(UUID(int=1), "Fin du mandat")
    past = loaded(COMMITTEE, ESTABLISHED)

    decided = ordered(past, DissolveCommittee(committee_id=ID, reason=reason), day=date(2024, 9, 1))

    assert decided.events == [CommitteeDissolved(reason=reason)]


def test_nothing_comes_before_the_beginning() -> None:
    with pytest.raises(CommitteeNotYetError):
        ordered(loaded(COMMITTEE, on("2024-05-01", ESTABLISHED)), adopts(1))


def test_the_name_that_it_has_records_nothing() -> None:
    past = loaded(COMMITTEE, ESTABLISHED)

    assert ordered(past, RenameCommittee(committee_id=ID, name=en("Settlement"))).events == []
    assert ordered(past, RenameCommittee(committee_id=ID, name=fr("Accueil"))).events == [
        CommitteeRenamed(name=fr("Accueil"))
    ]


def test_partnerships_ministries_and_funders_have_committees() -> None:
    for name in ("EstablishCommittee", "RenameCommittee", "AdoptTermsOfReference", "DissolveCommittee"):
        assert COMMANDS[name].owners == OWNERS


ANY = st.just(ID)
NAMES = st.sampled_from([en("Settlement"), fr("Accueil")])
SEQUENCES = sequences(
    EstablishCommittee(committee_id=ID, kind="sub_council", name=en("Settlement")),
    st.builds(RenameCommittee, committee_id=ANY, name=NAMES),
    st.builds(
        AdoptTermsOfReference,
        committee_id=ANY,
        number=st.integers(1, 5),
        terms=st.sampled_from([SIMPLE, STRICT, QUORATE]),
    ),
    st.builds(
        AdoptTermsOfReference,
        committee_id=ANY,
        number=st.integers(1, 5),
        terms=st.sampled_from([SIMPLE, STRICT, QUORATE]),
    ),
    st.builds(DissolveCommittee, committee_id=ANY),
)


@given_any(SEQUENCES)
def test_whatever_is_sent_terms_are_numbered_and_hold_by_the_two_clocks(
    commands: list[tuple[EstablishCommittee, date]],
) -> None:
    told = tell(COMMITTEE, commands)
    committee = told.end.state

    adopted = [event for event in told.events if isinstance(event.payload, TermsAdopted)]
    assert [event.payload.number for event in adopted if isinstance(event.payload, TermsAdopted)] == list(
        range(1, len(adopted) + 1)
    )
    for day in {event.effective_on for event in told.events}:
        # The definition: of the events effective by then, the latest by (effective day, position).
        effective = [event for event in adopted if event.effective_on <= day]
        last = max(effective, key=lambda event: (event.effective_on, event.position), default=None)
        expected = None
        if last is not None:
            assert isinstance(last.payload, TermsAdopted)
            expected = (last.payload.number, last.payload.terms)
        assert committee.terms_on(day) == expected
    name = last_dated(told, (CommitteeEstablished, "name"), (CommitteeRenamed, "name"))
    assert (committee.name and committee.name.value) == name


@given_any(SEQUENCES)
def test_whatever_is_sent_nothing_holds_after_the_dissolution(
    commands: list[tuple[EstablishCommittee, date]],
) -> None:
    told = tell(COMMITTEE, commands)
    end = told.end.state.dissolved_on

    dissolved = told.of(CommitteeDissolved)
    assert len(dissolved) == (end is not None)
    if end is not None:
        place = [event.payload for event in told.events].index(DISSOLVED)
        assert all(event.effective_on < end for event in told.events[place + 1 :])

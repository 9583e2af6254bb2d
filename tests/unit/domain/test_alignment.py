"""What alignments refuse and record: dated, attributed and revocable acts."""

from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.alignment import (
    ALIGNMENT,
    OWNERS,
    AlignedWithItselfError,
    AlignIndicator,
    Alignment,
    AlignmentWithdrawn,
    AlignmentWithdrawnError,
    IndicatorAligned,
    RealignIndicator,
    UnitsNotAlignedError,
    WithdrawAlignment,
    withdraw,
)
from domain.audience import Audience
from domain.body import SlugAdded
from domain.errors import CitationUnknownError, StreamMissingError
from domain.ids import AlignmentId, IndicatorId, StreamId, TenantId
from domain.indicator import INDICATOR
from domain.stream import COMMANDS, Loaded
from domain.values import Citation
from tests.unit.domain.given import TENANT, Streams, given, loaded, ordered
from tests.unit.domain.sequences import sequences, tell
from tests.unit.domain.test_indicator import DEFINED, defined

ID = AlignmentId(UUID(int=70))
LOCAL, SHARED = IndicatorId(UUID(int=40)), StreamId(UUID(int=41))
MINISTRY = TenantId(UUID(int=900))
CANONICAL = Citation(log=MINISTRY, stream=SHARED, version=3)
NEW = Loaded(state=ALIGNMENT.initial)
THERE: Streams = {
    StreamId(LOCAL): loaded(INDICATOR, defined(audience=Audience.FUNDERS)),
    (MINISTRY, SHARED): loaded(INDICATOR, DEFINED),
}
ALIGNED = IndicatorAligned(
    indicator_id=LOCAL, canonical=CANONICAL, grade="partial", note=None, audience=Audience.FUNDERS
)


def aligning(**changes: Any) -> AlignIndicator:
    said: dict[str, Any] = {"alignment_id": ID, "definition_id": LOCAL, "canonical": CANONICAL, "grade": "partial"}
    return AlignIndicator(**(said | changes))


def test_an_indicator_is_aligned_with_one_of_another_owner_and_seen_by_whom_it_is_for() -> None:
    decided = ordered(NEW, aligning(), others=THERE)

    assert list(decided.events) == [ALIGNED]
    assert list(decided.claims) == [f"alignment/{LOCAL}/{MINISTRY}/{SHARED}"]


def test_it_may_be_said_that_two_are_not_comparable() -> None:
    (event,) = ordered(NEW, aligning(grade="none"), others=THERE).events

    assert isinstance(event, IndicatorAligned)
    assert event.grade == "none"


def test_units_that_differ_agree_in_part_at_most() -> None:
    others: Streams = {**THERE, StreamId(LOCAL): loaded(INDICATOR, defined(unit="accompagnements"))}

    with pytest.raises(UnitsNotAlignedError) as refusal:
        ordered(NEW, aligning(grade="exact"), others=others)
    assert (refusal.value.unit, refusal.value.canonical) == ("accompagnements", "entreprises")
    assert len(ordered(NEW, aligning(grade="partial"), others=others).events) == 1


@pytest.mark.parametrize(
    ("missing", "refusal"), [(StreamId(LOCAL), StreamMissingError), ((MINISTRY, SHARED), CitationUnknownError)]
)
def test_both_must_be_there_each_in_its_own_log(missing: Any, refusal: type[Exception]) -> None:
    others = {key: value for key, value in THERE.items() if key != missing}

    with pytest.raises(refusal):
        ordered(NEW, aligning(), others=others)


def test_an_indicator_is_not_aligned_with_itself() -> None:
    itself = Citation(log=TENANT, stream=LOCAL, version=1)

    with pytest.raises(AlignedWithItselfError):
        ordered(NEW, aligning(canonical=itself), others=THERE)


def test_it_is_changed_withdrawn_and_taken_up_again() -> None:
    past = loaded(ALIGNMENT, ALIGNED)
    again = RealignIndicator(alignment_id=ID, grade="partial")

    assert list(ordered(past, again, others=THERE).events) == []
    (event,) = ordered(past, RealignIndicator(alignment_id=ID, grade="exact"), others=THERE).events
    assert isinstance(event, IndicatorAligned)
    assert event.grade == "exact"
    gone = loaded(ALIGNMENT, ALIGNED, AlignmentWithdrawn(note=None))
    assert gone.state.grade is None
    assert list(ordered(gone, again, others=THERE).events) == [ALIGNED]


def test_it_is_withdrawn_once() -> None:
    command = WithdrawAlignment(alignment_id=ID)

    assert withdraw(given(ALIGNMENT, ALIGNED), command) == [AlignmentWithdrawn(note=None)]
    with pytest.raises(AlignmentWithdrawnError):
        withdraw(given(ALIGNMENT, ALIGNED, AlignmentWithdrawn(note=None)), command)


def test_events_of_others_change_nothing() -> None:
    assert given(ALIGNMENT, SlugAdded(slug="erables")) == Alignment()


def test_all_but_the_commons_align() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is ALIGNMENT} == {OWNERS}


GRADES = st.sampled_from(("exact", "partial", "none"))


@given_any(
    sequences(
        aligning(),
        st.builds(RealignIndicator, alignment_id=st.just(ID), grade=GRADES),
        st.builds(WithdrawAlignment, alignment_id=st.just(ID)),
    )
)
def test_whatever_is_sent_it_joins_the_same_two_and_the_last_act_holds(commands: list[Any]) -> None:
    told = tell(ALIGNMENT, commands, others=THERE)
    state = told.end.state

    assert {(act.indicator_id, act.canonical) for act in told.of(IndicatorAligned)} <= {(LOCAL, CANONICAL)}
    last = told.events[-1].payload if told.events else None
    assert state.grade == (last.grade if isinstance(last, IndicatorAligned) else None)
    acts = [type(event.payload) for event in told.events]
    assert (AlignmentWithdrawn, AlignmentWithdrawn) not in list(pairwise(acts))

"""A body hands over: proposed in its log, accepted in each successor's, carried out once all have."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.body import BODY, BodyKind, BodyOpened, BodySucceeded
from domain.errors import Refusal, StreamMissingError
from domain.ids import StreamId, SuccessionId, TenantId
from domain.stream import Loaded
from domain.succession import (
    SUCCESSION,
    AcceptSuccession,
    ProposeSuccession,
    SucceedBody,
    SuccessionAccepted,
    SuccessionClosedError,
    SuccessionNotOfferedError,
    SuccessionProposed,
    SuccessionWithdrawn,
    SuccessorRepeatsError,
    SuccessorSilentError,
    SuccessorsMismatchError,
    WithdrawSuccession,
)
from domain.values import fr
from tests.unit.domain.given import TENANT, loaded, ordered
from tests.unit.domain.sequences import sequences, tell

ID = SuccessionId(UUID(int=61))
NORTH, SOUTH, OTHER = (TenantId(UUID(int=n)) for n in (71, 72, 73))
OPENED = BodyOpened(
    kind=BodyKind.REGIONAL_DIRECTORATE,
    name=fr("Direction"),
    slug="direction",
    province="QC",
    time_zone="America/Toronto",
    default_language="fr",
    started=None,
    attested=None,
    lead_organisation=None,
    phase=None,
)
SPLIT = ProposeSuccession(succession_id=ID, kind="split", successors=(NORTH, SOUTH), illustrative=True)
PROPOSED = SuccessionProposed(kind="split", successors=(NORTH, SOUTH), illustrative=True)
ACCEPTED = SuccessionAccepted(predecessor=TENANT, kind="split", illustrative=True)
SUCCEED = SucceedBody(body_id=TENANT, succession_id=ID)
NEW: Loaded[Any] = Loaded(state=SUCCESSION.initial)


def hand_over(*accepted: TenantId, past: Loaded[Any] | None = None, proposed: Loaded[Any] | None = None) -> Any:
    """What becomes of the order to hand over when these successors have accepted."""
    there: dict[Any, Loaded[Any]] = {StreamId(ID): proposed or loaded(SUCCESSION, PROPOSED)}
    there |= {(successor, StreamId(ID)): loaded(SUCCESSION, ACCEPTED) for successor in accepted}
    return ordered(past or loaded(BODY, OPENED), SUCCEED, others=there).events


def test_a_split_is_proposed_to_two_bodies_or_more() -> None:
    assert ordered(NEW, SPLIT).events == [PROPOSED]


@pytest.mark.parametrize(
    ("kind", "successors"), [("split", (NORTH,)), ("merger", (NORTH, SOUTH)), ("succession", (NORTH, SOUTH))]
)
def test_the_number_of_successors_fits_the_kind(kind: Any, successors: tuple[TenantId, ...]) -> None:
    with pytest.raises(SuccessorsMismatchError) as refusal:
        ordered(NEW, ProposeSuccession(succession_id=ID, kind=kind, successors=successors))

    assert (refusal.value.succession, refusal.value.successors) == (kind, len(successors))


@pytest.mark.parametrize("successors", [(NORTH, NORTH), (NORTH, TENANT)])
def test_no_successor_comes_twice_or_is_the_body_itself(successors: tuple[TenantId, ...]) -> None:
    with pytest.raises(SuccessorRepeatsError) as refusal:
        ordered(NEW, ProposeSuccession(succession_id=ID, kind="split", successors=successors))

    assert refusal.value.successor == successors[1]


def test_a_named_successor_accepts_under_the_same_id() -> None:
    proposal = ProposeSuccession(succession_id=ID, kind="succession", successors=(TENANT,))
    assert proposal.successors == (TENANT,)
    offered = SuccessionProposed(kind="succession", successors=(TENANT,), illustrative=False)
    there = {(OTHER, StreamId(ID)): _of(OTHER, loaded(SUCCESSION, offered))}

    decided = ordered(NEW, AcceptSuccession(succession_id=ID, predecessor=OTHER), others=there)

    assert decided.events == [SuccessionAccepted(predecessor=OTHER, kind="succession", illustrative=False)]


@pytest.mark.parametrize(
    "past",
    [
        (),
        (SuccessionProposed(kind="split", successors=(NORTH, SOUTH), illustrative=False),),
        (SuccessionProposed(kind="succession", successors=(TENANT,), illustrative=False), SuccessionWithdrawn()),
        (ACCEPTED,),
    ],
    ids=["nothing", "to others", "withdrawn", "not a proposal"],
)
def test_what_is_not_offered_is_not_accepted(past: tuple[Any, ...]) -> None:
    there = {(OTHER, StreamId(ID)): _of(OTHER, loaded(SUCCESSION, *past))}

    with pytest.raises(SuccessionNotOfferedError):
        ordered(NEW, AcceptSuccession(succession_id=ID, predecessor=OTHER), others=there)


def test_it_is_carried_out_once_all_have_accepted() -> None:
    succeeded = BodySucceeded(succession_id=ID, kind="split", successors=(NORTH, SOUTH), illustrative=True)

    assert hand_over(NORTH, SOUTH) == [succeeded]
    assert hand_over(NORTH, SOUTH, past=loaded(BODY, OPENED, succeeded)) == []


def test_one_who_is_silent_holds_it_up() -> None:
    with pytest.raises(SuccessorSilentError) as refusal:
        hand_over(NORTH)

    assert refusal.value.successor == SOUTH


def test_an_acceptance_of_another_body_s_proposal_does_not_count() -> None:
    elsewhere = SuccessionAccepted(predecessor=OTHER, kind="split", illustrative=True)
    there: dict[Any, Loaded[Any]] = {
        StreamId(ID): loaded(SUCCESSION, PROPOSED),
        (NORTH, StreamId(ID)): loaded(SUCCESSION, ACCEPTED),
        (SOUTH, StreamId(ID)): loaded(SUCCESSION, elsewhere),
    }

    with pytest.raises(SuccessorSilentError):
        ordered(loaded(BODY, OPENED), SUCCEED, others=there)


@pytest.mark.parametrize("past", [(PROPOSED, SuccessionWithdrawn()), (ACCEPTED,)])
def test_only_an_open_proposal_of_its_own_is_carried_out(past: tuple[Any, ...]) -> None:
    with pytest.raises(SuccessionClosedError):
        hand_over(NORTH, SOUTH, proposed=loaded(SUCCESSION, *past))


def test_a_body_is_succeeded_once() -> None:
    before = BodySucceeded(
        succession_id=SuccessionId(UUID(int=62)), kind="merger", successors=(OTHER,), illustrative=False
    )

    with pytest.raises(SuccessionClosedError):
        hand_over(NORTH, SOUTH, past=loaded(BODY, OPENED, before))


def test_a_proposal_that_is_not_there_is_named() -> None:
    with pytest.raises(StreamMissingError) as refusal:
        ordered(loaded(BODY, OPENED), SUCCEED, others={})

    assert (refusal.value.stream, refusal.value.stream_id) == ("succession", ID)


def test_an_open_proposal_is_withdrawn() -> None:
    here = {StreamId(TENANT): loaded(BODY, OPENED)}
    command = WithdrawSuccession(succession_id=ID)

    assert ordered(loaded(SUCCESSION, PROPOSED), command, others=here).events == [SuccessionWithdrawn()]
    for past in ((PROPOSED, SuccessionWithdrawn()), (ACCEPTED,)):
        with pytest.raises(SuccessionClosedError):
            ordered(loaded(SUCCESSION, *past), command, others=here)


def test_what_was_carried_out_is_not_withdrawn() -> None:
    succeeded = BodySucceeded(succession_id=ID, kind="split", successors=(NORTH, SOUTH), illustrative=True)
    here = {StreamId(TENANT): loaded(BODY, OPENED, succeeded)}

    with pytest.raises(SuccessionClosedError) as refusal:
        ordered(loaded(SUCCESSION, PROPOSED), WithdrawSuccession(succession_id=ID), others=here)

    assert refusal.value.status == "completed"


@given_any(sequences(SPLIT, st.just(ProposeSuccession(succession_id=ID, kind="merger", successors=(OTHER,)))))
def test_any_sequence_of_proposals_leaves_one(commands: Any) -> None:
    told = tell(SUCCESSION, commands)

    assert len(told.events) <= 1


def test_refusals_say_why_in_both_languages() -> None:
    refusals: list[Refusal] = [SuccessorSilentError(successor=NORTH), SuccessionClosedError(status="withdrawn")]

    assert all(str(NORTH) in one.message("fr") or "withdrawn" in one.message("fr") for one in refusals)


def _of(body: TenantId, past: Loaded[Any]) -> Loaded[Any]:
    """The stream as it stands in the log of another body, whose proposal it is."""
    from msgspec.structs import replace

    state = past.state
    return replace(past, state=replace(state, predecessor=body)) if state.status == "proposed" else past

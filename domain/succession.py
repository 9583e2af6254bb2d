"""Lineage: a body hands over to others. It proposes, each successor accepts in its own log, and it completes.

Proposal and acceptances of one succession share its id, so that every log tells the same fact without copying it.
A split has several successors; a merger is a succession of each old body into the same new one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from domain.body import BODY, PARTNERSHIPS, Body, BodySucceeded, SuccessionKind
from domain.case import Case, Need, Reads
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import StreamId, SuccessionId, TenantId
from domain.stream import Command, State, Stream

OWNERS = PARTNERSHIPS
SuccessionStatus = Literal["proposed", "accepted", "withdrawn"]


# --- events -------------------------------------------------------------------------------------------------


@event("succession.Proposed", lifecycle=True)
class SuccessionProposed(Event, frozen=True, kw_only=True):
    """In the old body's log: it is to hand over to these bodies."""

    kind: SuccessionKind
    successors: tuple[TenantId, ...]
    illustrative: bool
    """The date or a successor is not attested by any source."""


@event("succession.Accepted", lifecycle=True)
class SuccessionAccepted(Event, frozen=True, kw_only=True):
    """In a successor's log: it takes over from the body whose log proposed it under the same id."""

    predecessor: TenantId
    kind: SuccessionKind
    illustrative: bool


@event("succession.Withdrawn", lifecycle=True)
class SuccessionWithdrawn(Event, frozen=True, kw_only=True):
    """In the old body's log: the proposal falls; what was accepted meanwhile leads nowhere."""


# --- commands -----------------------------------------------------------------------------------------------


class ProposeSuccession(Command, frozen=True, kw_only=True):
    """Propose that other bodies take over. Nothing changes before all of them have accepted."""

    succession_id: SuccessionId
    kind: SuccessionKind
    successors: Annotated[tuple[TenantId, ...], msgspec.Meta(min_length=1, max_length=20)]
    illustrative: bool = False


class AcceptSuccession(Command, frozen=True, kw_only=True):
    """Take over from a body that proposed it."""

    succession_id: SuccessionId
    predecessor: TenantId


class WithdrawSuccession(Command, frozen=True, kw_only=True):
    succession_id: SuccessionId


class SucceedBody(Command, frozen=True, kw_only=True):
    """Hand over, once every successor has accepted."""

    body_id: TenantId
    succession_id: SuccessionId


# --- rules --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class SuccessorsMismatchError(Refusal):
    succession: str
    successors: int
    code = "successors_mismatch"
    en = "A {succession} cannot have {successors} successors: a split has two or more, the others exactly one."
    fr = (
        "« {succession} » ne peut compter {successors} successeurs : une scission en compte au moins deux, les "
        "autres exactement un."
    )


@dataclass(eq=False)
class SuccessorRepeatsError(Refusal):
    successor: object
    code = "successor_repeats"
    en = "{successor} is named twice, or is the body itself."
    fr = "{successor} figure deux fois, ou désigne l’organisme lui-même."


@dataclass(eq=False)
class SuccessionNotOfferedError(Refusal):
    succession_id: object
    code = "succession_not_offered"
    kind = "not_found"
    en = "No open proposal {succession_id} names this body as a successor."
    fr = "Aucune proposition ouverte {succession_id} ne désigne cet organisme comme successeur."


@dataclass(eq=False)
class SuccessionClosedError(Refusal):
    status: str
    code = "succession_closed"
    kind = "conflict"
    en = "This succession is {status}; it cannot change any more."
    fr = "Cette succession est close (état : {status}); elle ne peut plus changer."


@dataclass(eq=False)
class SuccessorSilentError(Refusal):
    successor: object
    code = "successor_silent"
    en = "{successor} has not accepted yet."
    fr = "{successor} n’a pas encore accepté."


class Succession(State, frozen=True, kw_only=True):
    """A succession as one log knows it: the old body's, or a successor's."""

    status: SuccessionStatus | None = None
    kind: SuccessionKind | None = None
    successors: tuple[TenantId, ...] = ()
    predecessor: TenantId | None = None
    illustrative: bool = False


def evolve(succession: Succession, recorded: Recorded) -> Succession:
    replace = msgspec.structs.replace
    match recorded.payload:
        case SuccessionProposed() as proposed:
            return replace(
                succession,
                status="proposed",
                kind=proposed.kind,
                successors=proposed.successors,
                predecessor=recorded.tenant_id,
                illustrative=proposed.illustrative,
            )
        case SuccessionAccepted() as accepted:
            return replace(
                succession,
                status="accepted",
                kind=accepted.kind,
                successors=(recorded.tenant_id,),
                predecessor=accepted.predecessor,
                illustrative=accepted.illustrative,
            )
        case SuccessionWithdrawn():
            return replace(succession, status="withdrawn")
    return succession


SUCCESSION = Stream("succession", Succession(), evolve)


@SUCCESSION.handles("succession_id", creates=True, owners=OWNERS)
def propose(succession: Succession, command: ProposeSuccession, case: Case) -> list[Event]:  # noqa: ARG001 - no past
    """Record the proposal.

    Raises:
        SuccessorsMismatchError: the number of successors does not fit the kind.
        SuccessorRepeatsError: one is named twice, or is the body itself.
    """
    successors = command.successors
    if (len(successors) > 1) != (command.kind == "split"):
        raise SuccessorsMismatchError(succession=command.kind, successors=len(successors))
    for index, successor in enumerate(successors):
        if successor == case.tenant_id or successor in successors[:index]:
            raise SuccessorRepeatsError(successor=successor)
    return [SuccessionProposed(kind=command.kind, successors=successors, illustrative=command.illustrative)]


def _proposal(succession: Succession, command: AcceptSuccession, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    yield Need(SUCCESSION, StreamId(command.succession_id), command.predecessor)


@SUCCESSION.handles("succession_id", creates=True, owners=OWNERS, needs=_proposal, elsewhere=True)
def accept(succession: Succession, command: AcceptSuccession, case: Case) -> list[Event]:  # noqa: ARG001 - no past
    """Take over.

    Raises:
        SuccessionNotOfferedError: no such proposal names this body, or it is no longer open.
    """
    offered: Succession = case.loaded(StreamId(command.succession_id), command.predecessor).state
    if (
        offered.status != "proposed"
        or offered.predecessor != command.predecessor
        or offered.kind is None
        or case.tenant_id not in offered.successors
    ):
        raise SuccessionNotOfferedError(succession_id=command.succession_id)
    return [
        SuccessionAccepted(predecessor=command.predecessor, kind=offered.kind, illustrative=offered.illustrative)
    ]


def _body(succession: Succession, command: WithdrawSuccession, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    if succession.predecessor is not None:
        yield Need(BODY, StreamId(succession.predecessor))


@SUCCESSION.handles("succession_id", owners=OWNERS, needs=_body)
def withdraw(succession: Succession, command: WithdrawSuccession, case: Case) -> list[Event]:
    """Let the proposal fall.

    Raises:
        SuccessionClosedError: it was withdrawn or carried out, or this is the log of a successor.
    """
    if succession.status != "proposed":
        raise SuccessionClosedError(status=succession.status or "")
    if case.state(BODY, StreamId(case.tenant_id)).succession == command.succession_id:
        raise SuccessionClosedError(status="completed")
    return [SuccessionWithdrawn()]


def _acceptances(body: Body, command: SucceedBody, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    succession_id = StreamId(command.succession_id)
    yield Need(SUCCESSION, succession_id)
    proposed = reads.streams.get(succession_id)
    for successor in () if proposed is None else proposed.state.successors:
        yield Need(SUCCESSION, succession_id, successor)


@BODY.handles("body_id", owners=OWNERS, needs=_acceptances, elsewhere=True)
def succeed(body: Body, command: SucceedBody, case: Case) -> list[Event]:
    """Hand over; a second time records nothing.

    Raises:
        SuccessionClosedError: the proposal was withdrawn, another was carried out, or this is a successor's log.
        SuccessorSilentError: one has not accepted.
    """
    if body.succession == command.succession_id:
        return []
    proposed = case.state(SUCCESSION, StreamId(command.succession_id))
    if proposed.status != "proposed" or body.succession is not None:
        raise SuccessionClosedError(status="completed" if body.succession is not None else proposed.status or "")
    for successor in proposed.successors:
        answer = case.loaded(StreamId(command.succession_id), successor).state
        if answer.status != "accepted" or answer.predecessor != case.tenant_id:
            raise SuccessorSilentError(successor=successor)
    assert proposed.kind is not None
    return [
        BodySucceeded(
            succession_id=command.succession_id,
            kind=proposed.kind,
            successors=proposed.successors,
            illustrative=proposed.illustrative,
        )
    ]

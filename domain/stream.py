"""Streams: how a command becomes events, the same way for every area.

An area module declares its state, its `evolve` and, for each command, one decide function:

    PLAN = Stream("plan", Plan, evolve)

    @PLAN.handles("plan_id", creates=True)
    def draft(plan: Plan, command: DraftPlan) -> list[Event]: ...

A rule that must know the circumstances of the order, or other streams, takes a `Case` as a third parameter.
Routes, OpenAPI, import and CLI are made from the registry that this fills.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from inspect import signature
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, get_type_hints, overload
from uuid import UUID

import msgspec

from domain.access import GrantChange
from domain.case import Case, Need, Reads, Under
from domain.envelope import Actor, Authority, Source
from domain.errors import (
    BeforeStartError,
    OutOfOrderError,
    StreamExistsError,
    StreamMissingError,
    VersionStaleError,
)
from domain.event import Event, Recorded, UnknownEventError
from domain.ids import CommandId, StreamId, TenantId
from domain.jobs import JobRow
from domain.values import Language


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What a stream's rules need to know of its past."""


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order. Only business facts; who, when and by what authority come in the `Order` around it."""


S = TypeVar("S", bound=State)
C = TypeVar("C", bound=Command)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A command with its circumstances, as a door hands it to the handler."""

    tenant_id: TenantId
    command_id: CommandId
    command: Command
    actor: Actor
    effective_on: date
    authority: Authority
    lang: Language
    correlation_id: UUID
    causation_id: UUID | None = None
    expected_version: int | None = None
    source: Source | None = None
    sample: bool = False
    today: date | None = None
    """The day it is where the body is; the handler says it."""


class Loaded(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """A stream's state at a version, with the dates that the two-clock rules need."""

    state: S
    version: int = 0
    started_on: date | None = None
    last_lifecycle_on: date | None = None


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What a decide function may answer when events alone do not say all.

    `claims` are keys that must be free in this log and are taken with the events (a slug, a decision number).
    `opens` names bodies whose logs begin with these events. `grants` are what others may read from then on, or no
    longer; they change in the same transaction.
    """

    events: Sequence[Event]
    claims: Sequence[str] = ()
    opens: Sequence[TenantId] = ()
    grants: Sequence[GrantChange] = ()
    breaches: Sequence[str] = ()
    """Codes of broken rules, collected by `decide`: a rule says `case.insist`."""
    jobs: Sequence[JobRow] = ()
    """Exist exactly if the events do."""


Answer = list[Event] | Decided
A = TypeVar("A", bound=Answer)


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """One command in the registry."""

    name: str
    command: type[Command]
    stream: "Stream[Any]"
    id_field: str
    creates: bool
    decide: Callable[..., Answer]
    takes_case: bool
    """Whether the rule also takes the circumstances."""
    elsewhere: bool
    """Whether its needs name streams of other logs."""
    needs: Callable[..., Iterable[Need | Under]] | None
    """Takes the state, the command and what was read so far; asked until it names nothing new."""
    owners: frozenset[str] | None
    """Kinds of body whose log may hold it; None: any but the commons."""


class Registers(Protocol[S]):
    """Takes a decide function and gives it back unchanged."""

    @overload
    def __call__(self, decide: Callable[[S, C], A], /) -> Callable[[S, C], A]: ...
    @overload
    def __call__(self, decide: Callable[[S, C, Case], A], /) -> Callable[[S, C, Case], A]: ...


class EveryOrder(NamedTuple):
    """A rule that holds for every order, whatever its stream: the streams that it reads, and what it checks."""

    needs: Callable[[Order], Iterable[Need]]
    check: Callable[[Case], None]


EVERY_ORDER: list[EveryOrder] = []
COMMANDS: dict[str, Handled] = {}
STREAMS: dict[str, "Stream[Any]"] = {}
_PARAMETERS_WITH_CASE = 3


class Stream(Generic[S]):
    """A kind of stream: its name, its empty state and how an event changes it."""

    def __init__(
        self,
        name: str,
        initial: S,
        evolve: Callable[[S, Recorded], S],
        *,
        schema: int = 1,
        prefix: str | None = None,
        is_public: Callable[[S], bool] | None = None,
    ) -> None:
        self.name = name
        self.prefix = prefix or name
        """First part of the stored names of its events."""
        self.initial = initial
        self.evolve = evolve
        self.schema = schema
        """Version of the state's shape: snapshots of another are ignored."""
        self.is_public = is_public
        """Whether everybody may see a record as it stands; then other bodies may cite it. None: they never do."""
        STREAMS[name] = self

    def handles(
        self,
        id_field: str,
        *,
        creates: bool = False,
        owners: Iterable[str] | None = None,
        needs: Callable[[S, Any, Reads], Iterable[Need | Under]] | None = None,
        elsewhere: bool = False,
    ) -> Registers[S]:
        """Register a decide function for the command that its second parameter names.

        `elsewhere` says that `needs` names streams of other logs: an import records all lines before it first.
        """

        def register(decide: Any) -> Any:
            command = get_type_hints(decide)["command"]
            if command.__name__ in COMMANDS:
                raise ValueError(f"{command.__name__} is already handled")
            COMMANDS[command.__name__] = Handled(
                name=command.__name__,
                command=command,
                stream=self,
                id_field=id_field,
                creates=creates,
                decide=decide,
                takes_case=len(signature(decide).parameters) == _PARAMETERS_WITH_CASE,
                needs=needs,
                elsewhere=elsewhere,
                owners=None if owners is None else frozenset(owners),
            )
            return decide

        return register

    def fold(self, loaded: Loaded[S] | None, events: Iterable[Recorded]) -> Loaded[S]:
        """Apply events in the order of their versions. Never refuses; never looks at the clock."""
        state = self.initial if loaded is None else loaded.state
        version = 0 if loaded is None else loaded.version
        started_on = None if loaded is None else loaded.started_on
        last_on = None if loaded is None else loaded.last_lifecycle_on
        for recorded in events:
            state = self.evolve(state, recorded)
            version = recorded.originator_version
            started_on = started_on or recorded.effective_on
            if recorded.payload.LIFECYCLE:
                last_on = recorded.effective_on
        return Loaded(state=state, version=version, started_on=started_on, last_lifecycle_on=last_on)


def stream_of(event_type: str) -> Stream[Any]:
    """The kind of stream that events of this stored name belong to.

    Raises:
        UnknownEventError: no stream has such events.
    """
    prefix = event_type.partition(".")[0]
    for stream in STREAMS.values():
        if stream.prefix == prefix:
            return stream
    raise UnknownEventError(f"no stream has events such as {event_type}")


def stream_id(handled: Handled, command: Command) -> StreamId:
    """The stream that a command is addressed to."""
    return StreamId(getattr(command, handled.id_field))


def lacking(handled: Handled, loaded: Loaded[Any], order: Order, reads: Reads) -> list[Need | Under]:
    """What must still be read before `decide` is asked; nothing where the stream itself will be refused.

    What was read may show what else is needed: ask again until nothing is lacking.
    """
    if not (handled.creates or _begun(handled, loaded)):
        return []
    reads.log = order.tenant_id
    needs: list[Need | Under] = [need for rule in EVERY_ORDER for need in rule.needs(order)]
    if handled.needs is not None:
        needs += handled.needs(loaded.state, order.command, reads)
    return reads.lacks(needs)


def decide(handled: Handled, loaded: Loaded[Any], order: Order, reads: Reads | None = None) -> Decided:
    """Let the rules answer an order: the events to record, or a refusal. The one place that checks dates.

    `reads` holds all that `lacking` named.

    Raises:
        Refusal: whatever the rules of the area refuse.
        StreamMissingError, StreamExistsError: the stream is not there, or is there already.
        VersionStaleError: the client had seen another version.
        BeforeStartError, OutOfOrderError: the effective date does not fit the stream's history.
    """
    target = stream_id(handled, order.command)
    if order.expected_version is not None and order.expected_version != loaded.version:
        raise VersionStaleError(expected=order.expected_version, actual=loaded.version)
    if handled.creates and loaded.version:
        raise StreamExistsError(stream=handled.stream.name, stream_id=target)
    if not handled.creates and not _begun(handled, loaded):
        raise StreamMissingError(stream=handled.stream.name, stream_id=target)
    case = _case(order, reads or Reads())
    for rule in EVERY_ORDER:
        rule.check(case)
    answer = handled.decide(loaded.state, order.command, *((case,) if handled.takes_case else ()))
    decided = answer if isinstance(answer, Decided) else Decided(events=answer)
    if case.breaches:
        decided = msgspec.structs.replace(decided, breaches=tuple(case.breaches))
    if decided.events and loaded.started_on is not None:
        if order.effective_on < loaded.started_on:
            raise BeforeStartError(effective_on=order.effective_on, started_on=loaded.started_on)
        last_on = loaded.last_lifecycle_on
        lifecycle = any(event.LIFECYCLE for event in decided.events)
        if lifecycle and last_on is not None and order.effective_on < last_on:
            raise OutOfOrderError(effective_on=order.effective_on, last_on=last_on)
    return decided


def _begun(handled: Handled, loaded: Loaded[Any]) -> bool:
    # Events of another kind leave the state as it began: an agreement's id is no plan.
    return bool(loaded.version) and loaded.state != handled.stream.initial


def _case(order: Order, reads: Reads) -> Case:
    return Case(
        tenant_id=order.tenant_id,
        on=order.effective_on,
        today=order.today,
        actor=order.actor,
        authority=order.authority,
        source=order.source,
        reads=reads,
    )

"""Pasts for the tests of rules: `given(PLAN, PlanDrafted(...), on("2024-05-01", PlanRetitled(...)))`."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from domain.case import Case, Need, Reads
from domain.envelope import Actor, Envelope, WithoutAuthority
from domain.event import Event, Recorded, decode, encode, encode_envelope
from domain.ids import CommandId, PersonId, StreamId, TenantId
from domain.stream import COMMANDS, Command, Decided, Handled, Loaded, Order, State, Stream, decide, lacking

S = TypeVar("S", bound=State)

TENANT = TenantId(UUID(int=1))
SOMEBODY = PersonId(UUID(int=2))
DAY = date(2024, 4, 1)
"""The day on which everything happens unless a test says otherwise."""


class Dated(NamedTuple):
    event: Event
    day: date


def on(day: str, event: Event) -> Dated:
    return Dated(event, date.fromisoformat(day))


def recorded(event: Event, version: int = 1, day: date = DAY, **around: Any) -> Recorded:
    """The event as replay hands it out, having been stored and read; `around` it more of its envelope."""
    said: dict[str, Any] = {
        "actor": Actor(id=SOMEBODY, role="coordinator"),
        "authority": WithoutAuthority(reason="not_required"),
        "lang": "en",
    }
    envelope = Envelope(
        v=1,
        type=event.TYPE,
        schema=event.SCHEMA,
        effective_on=day,
        command_id=CommandId(UUID(int=version)),
        causation_id=None,
        correlation_id=UUID(int=3),
        data=encode(event),
        **(said | around),
    )
    envelope, payload = decode(encode_envelope(envelope))
    return Recorded(
        payload=payload,
        envelope=envelope,
        tenant_id=TENANT,
        originator_id=UUID(int=4),
        originator_version=version,
        position=version,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def loaded(stream: Stream[S], *past: Event | Dated) -> Loaded[S]:
    """The stream after these events, each on DAY unless dated."""
    dated = (item if isinstance(item, Dated) else Dated(item, DAY) for item in past)
    return stream.fold(
        None, [recorded(event, version, day) for version, (event, day) in enumerate(dated, start=1)]
    )


def given(stream: Stream[S], *past: Event | Dated) -> S:
    """The state after these events, each on DAY unless dated."""
    return loaded(stream, *past).state


def an_order(command: Command, *, day: date = DAY, **changes: Any) -> Order:
    circumstances: dict[str, Any] = {
        "command_id": CommandId(UUID(int=5)),
        "actor": Actor(id=SOMEBODY, role="coordinator"),
        "authority": WithoutAuthority(reason="not_required"),
        "lang": "en",
        "correlation_id": UUID(int=6),
    }
    return Order(tenant_id=TENANT, command=command, effective_on=day, **(circumstances | changes))


def a_case(*, day: date = DAY, **changes: Any) -> Case:
    """The circumstances of an order on DAY by a coordinator, for rules that take a third parameter."""
    circumstances: dict[str, Any] = {
        "actor": Actor(id=SOMEBODY, role="coordinator"),
        "authority": WithoutAuthority(reason="not_required"),
    }
    return Case(tenant_id=TENANT, on=day, **(circumstances | changes))


Streams = Mapping[Any, Loaded[Any]]
"""Those of other logs stand under (log, id)."""
Holders = Mapping[str, StreamId]


def ordered(
    past: Loaded[Any],
    command: Command,
    *,
    day: date = DAY,
    others: Streams | None = None,
    claims: Holders | None = None,
    **changes: Any,
) -> Decided:
    """What the rules and the dates answer to a command. `others` and `claims`: what else is in the log."""
    handled = COMMANDS[type(command).__name__]
    order = an_order(command, day=day, **changes)
    there = others or {}
    reads = gathered(handled, past, order, lambda need: there.get(_place(need)), claims or {})
    return decide(handled, past, order, reads)


def gathered(
    handled: Handled,
    past: Loaded[Any],
    order: Order,
    load: Callable[[Need], Loaded[Any] | None],
    claims: Holders,
) -> Reads:
    """What the handler would read for a rule, out of a log in memory."""
    reads = Reads()
    while needs := lacking(handled, past, order, reads):
        for need in needs:
            if isinstance(need, Need):
                reads.take(need, load(need) or Loaded(state=need.stream.initial))
                continue
            held = tuple(dict.fromkeys(claims[key] for key in sorted(claims) if key.startswith(need.prefix)))
            reads.under[need.prefix] = held
            for stream_id in held:
                one = Need(need.stream, stream_id)
                reads.take(one, load(one) or Loaded(state=one.stream.initial))
    return reads


def _place(need: Need) -> Any:
    return need.id if need.log is None else (need.log, need.id)


def types(events: Iterable[Event]) -> list[str]:
    return [event.TYPE for event in events]


def replaced(event: Event, **fields: Any) -> Event:
    return msgspec.structs.replace(event, **fields)

"""Any sequence of commands to one stream: what holds for every area, whoever sends what and when."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from hypothesis import strategies as st

from domain.errors import Refusal
from domain.event import Event, Recorded
from domain.stream import Command, Loaded, State, Stream
from tests.unit.domain.given import DAY, ordered, recorded

S = TypeVar("S", bound=State)
DAYS = st.integers(-20, 40).map(lambda days: DAY + timedelta(days))


class Told(NamedTuple):
    """What became of a sequence of commands."""

    events: list[Recorded]
    end: Loaded[Any]

    def of(self, *kinds: type[Event]) -> list[Any]:
        """The recorded events of these types, without their envelopes."""
        return [event.payload for event in self.events if isinstance(event.payload, kinds)]


def sequences(first: Command, *later: st.SearchStrategy[Any]) -> st.SearchStrategy[list[tuple[Command, date]]]:
    """The command that begins a stream, now and then forgotten or repeated, and any others, on any days."""
    commands = st.lists(st.tuples(st.one_of(st.just(first), *later), DAYS), max_size=25)
    return st.builds(lambda begins, rest: [(first, DAY)] * begins + rest, st.sampled_from([1, 1, 1, 0]), commands)


def tell(stream: Stream[S], commands: Sequence[tuple[Any, ...]], **around: Any) -> Told:
    """Send commands one after the other, and check what must always hold on the way.

    Each comes with its day and, where it matters, with who sends it. `around` the stream is what else is in the
    log, as `ordered` takes it.

    Refused commands record nothing; dates keep their order; and the state kept in memory, the state replayed
    from stored bytes, and the state folded half and half are one.
    """
    memory = Loaded(state=stream.initial)
    events: list[Recorded] = []
    refusals: list[Refusal] = []
    for command, day, *by in commands:
        who: dict[str, Any] = {"actor": by[0]} if by else {}
        try:
            decided = ordered(memory, command, day=day, **around, **who)
        except Refusal as refusal:
            refusals.append(refusal)
            continue
        kept = {"source": around.get("source"), "breaches": tuple(decided.breaches)} | who
        new = [recorded(event, memory.version + n, day, **kept) for n, event in enumerate(decided.events, 1)]
        assert [event.payload for event in new] == list(decided.events)
        memory = stream.fold(memory, new)
        events += new
    assert all(refusal.message("en") and refusal.message("fr") for refusal in refusals)
    _check_dates(events)
    assert stream.fold(None, events) == memory
    half = len(events) // 2
    assert stream.fold(stream.fold(None, events[:half]), events[half:]) == memory
    assert memory.version == len(events)
    return Told(events, memory)


def _check_dates(events: Sequence[Recorded]) -> None:
    days = [event.effective_on for event in events]
    assert all(day >= days[0] for day in days)
    steps = [event.effective_on for event in events if event.payload.LIFECYCLE]
    assert steps == sorted(steps)


def last_dated(told: Told, *facts: tuple[type[Event], str]) -> Any:
    """The fact that the two clocks give: the latest (effective date, position) among events that state it."""
    stated = [
        (event.effective_on, event.position, getattr(event.payload, field))
        for event in told.events
        for kind, field in facts
        if isinstance(event.payload, kind) and getattr(event.payload, field) is not None
    ]
    return max(stated, key=lambda item: item[:2])[2] if stated else None

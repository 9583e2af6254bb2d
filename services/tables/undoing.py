"""Undoing an import by orders that compensate it, and where one stands. Nothing is ever taken out of a log."""

from collections.abc import Callable, Mapping
from datetime import UTC, date
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID, uuid5

import msgspec

from domain.activity import WithdrawActivity
from domain.agreement import (
    AgreementAmended,
    AgreementRenewed,
    AgreementTerminated,
    AmendAgreement,
    Term,
    TerminateAgreement,
)
from domain.committee.rules import DissolveCommittee
from domain.envelope import Actor, WithoutAuthority
from domain.event import Recorded
from domain.ids import ActivityId, AgreementId, CommandId, CommitteeId, PlanId, SeatId, StreamId, TenantId
from domain.plan.commands import ClosePlan, WithdrawPlanElement
from domain.ports import EventStore, Outcome
from domain.seat.commands import AbolishSeat, EndTerm
from domain.seat.events import MemberSeated, SeatCreated
from domain.stream import Command, Loaded, Order, Stream, stream_of
from domain.values import LocalizedText, QualifiedValue
from services.batching import BatchHandler, BatchRefusedError
from services.commands import fingerprint
from services.tables.problems import Place, TableProblem, TableRefusedError, of_rule, problem
from services.tables.refusals import ImportUndoneError, ImportUnknownError


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where an import stands in the log of its body."""

    import_id: UUID
    state: Literal["recorded", "undone"]
    events: int
    first_position: int
    position: int
    recorded_at: str
    undone_by: UUID | None
    """What the orders that undid it were part of."""
    undone_position: int | None


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """An import that was undone."""

    import_id: UUID
    undo_id: UUID
    orders: int
    first_position: int | None
    position: int | None
    recorded_at: str
    replayed: bool


class _Import(NamedTuple):
    events: list[Recorded]
    compensations: list[Recorded]


class _Touched(NamedTuple):
    """A stream that an import wrote to."""

    stream: Stream[Any]
    stream_id: StreamId
    events: list[Recorded]
    before: Loaded[Any]
    now: Loaded[Any]

    @property
    def began(self) -> bool:
        return self.events[0].originator_version == 1

    @property
    def place(self) -> Place:
        return Place(f"{self.stream.name} {self.stream_id}")


Ordered = tuple[Command, date]
Compensation = Callable[[_Touched], list[Ordered] | None]
"""The orders that compensate what an import did to a stream; None where there are none."""


class Undoing:
    """Finds imports and undoes them.

    Args:
        store: the logs.
        batches: records what compensates.
        key: of the fingerprints of requests.
        may: raises a refusal where the caller may not give an order of this name.
    """

    def __init__(
        self, store: EventStore, batches: BatchHandler, *, key: bytes, may: Callable[[str], None]
    ) -> None:
        self._store = store
        self._batches = batches
        self._key = key
        self._may = may

    async def standing(self, tenant_id: TenantId, import_id: UUID) -> Standing:
        """Where an import stands.

        Raises:
            ImportUnknownError: this body has none with the id.
        """
        found = await self._find(tenant_id, import_id)
        first, last = found.events[0], found.events[-1]
        undone = found.compensations[-1] if found.compensations else None
        return Standing(
            import_id=import_id,
            state="recorded" if undone is None else "undone",
            events=len(found.events),
            first_position=first.position,
            position=last.position,
            recorded_at=last.recorded_at.astimezone(UTC).isoformat(),
            undone_by=None if undone is None else undone.envelope.correlation_id,
            undone_position=None if undone is None else undone.position,
        )

    async def undo(self, tenant_id: TenantId, import_id: UUID, undo_id: UUID, actor: Actor) -> Undone:
        """Compensate all that an import recorded, as one batch, or nothing.

        Raises:
            ImportUnknownError, ImportUndoneError: there is none, or it was undone under another id.
            TableRefusedError: records that changed since, or that no order can bring back, each named.
            Refusal: of the door.
        """
        found = await self._find(tenant_id, import_id)
        print_ = fingerprint(self._key, b"undo", import_id.bytes)
        known = await self._store.outcome(tenant_id, actor.id, CommandId(undo_id), print_)
        if known is not None:
            return _undone(import_id, undo_id, len(found.compensations), known)
        if found.compensations:
            raise ImportUndoneError(import_id=import_id)
        ordered = await self._compensations(tenant_id, found)
        for name in dict.fromkeys(type(command).__name__ for _, command, _ in ordered):
            self._may(name)
        orders = [
            Order(
                tenant_id=tenant_id,
                command_id=CommandId(uuid5(undo_id, str(number))),
                command=command,
                actor=actor,
                effective_on=on,
                authority=WithoutAuthority(reason="correction"),
                lang=found.events[0].envelope.lang,
                correlation_id=undo_id,
                causation_id=import_id,
                sample=found.events[0].envelope.sample,
            )
            for number, (_, command, on) in enumerate(ordered, start=1)
        ]
        try:
            outcome = await self._batches.handle(orders, CommandId(undo_id), print_)
        except BatchRefusedError as refused:
            raise TableRefusedError(
                [
                    of_rule(
                        ordered[each.place][0],
                        each.refusal.code,
                        en=each.refusal.message("en"),
                        fr=each.refusal.message("fr"),
                    )
                    for each in refused.refused
                ]
            ) from refused
        return _undone(import_id, undo_id, len(orders), outcome)

    async def _find(self, tenant_id: TenantId, import_id: UUID) -> _Import:
        mentioning = await self._store.mentioning(tenant_id, import_id)
        events = [event for event in mentioning if event.envelope.correlation_id == import_id]
        if not events:
            raise ImportUnknownError(import_id=import_id)
        return _Import(events, [event for event in mentioning if event.envelope.causation_id == import_id])

    async def _compensations(self, tenant_id: TenantId, found: _Import) -> list[tuple[Place, Command, date]]:
        ordered: list[tuple[Place, Command, date]] = []
        problems: list[TableProblem] = []
        by_stream: dict[StreamId, list[Recorded]] = {}
        for event in found.events:
            by_stream.setdefault(StreamId(event.originator_id), []).append(event)
        # What was recorded last is compensated first: it may build on what came before.
        for stream_id, events in reversed(by_stream.items()):
            stream = stream_of(events[0].payload.TYPE)
            now = await self._store.load(tenant_id, stream, stream_id)
            first = events[0].originator_version
            before = Loaded(state=stream.initial)
            if first > 1:
                before = await self._store.load(tenant_id, stream, stream_id, version=first - 1)
            touched = _Touched(stream, stream_id, events, before, now)
            compensate = COMPENSATIONS.get(stream.name)
            made = None if compensate is None else compensate(touched)
            if now.version != events[-1].originator_version:
                problems.append(problem(touched.place, "changed_since_import"))
            elif made is None:
                problems.append(problem(touched.place, "cannot_be_undone"))
            else:
                ordered += [(touched.place, command, on) for command, on in made]
        if problems:
            raise TableRefusedError(problems)
        return ordered


def _undone(import_id: UUID, undo_id: UUID, orders: int, outcome: Outcome) -> Undone:
    return Undone(
        import_id=import_id,
        undo_id=undo_id,
        orders=orders,
        first_position=outcome.first_position,
        position=outcome.position,
        recorded_at=outcome.recorded_at.astimezone(UTC).isoformat(),
        replayed=outcome.replayed,
    )


def _agreement(touched: _Touched) -> list[Ordered] | None:
    """One that the import signed is terminated on the day on which it began; what it amended is restated."""
    agreement_id = AgreementId(touched.stream_id)
    last_on = touched.now.last_lifecycle_on
    if touched.began:
        if touched.now.state.terminated or last_on is None:
            return []
        return [(TerminateAgreement(agreement_id=agreement_id), last_on)]
    if any(isinstance(event.payload, AgreementTerminated) for event in touched.events):
        return None
    restated: dict[str, Any] = {}
    for event in touched.events:
        for name in _restated(event):
            known = getattr(touched.before.state, name)
            if known is None:  # an amendment states something or leaves it alone; it cannot unsay it
                return None
            restated[name] = known.value
    amount: QualifiedValue | None = restated.get("amount")
    term: Term | None = restated.get("term")
    purpose: LocalizedText | None = restated.get("purpose")
    command = AmendAgreement(
        agreement_id=agreement_id,
        number=touched.now.state.amendments + 1,
        amount=amount,
        term=term,
        purpose=purpose,
    )
    return [(command, max(event.effective_on for event in touched.events))]


def _restated(event: Recorded) -> list[str]:
    match event.payload:
        case AgreementAmended() as amended:
            return [name for name in ("amount", "term", "purpose") if getattr(amended, name) is not None]
        case AgreementRenewed():
            return ["term"]
    return []


def _activity(touched: _Touched) -> list[Ordered] | None:
    """One that the import recorded is withdrawn on the day on which it was held."""
    last_on = touched.now.last_lifecycle_on
    if not touched.began or last_on is None:
        return None
    if touched.now.state.withdrawn:
        return []
    return [(WithdrawActivity(activity_id=ActivityId(touched.stream_id)), last_on)]


def _committee(touched: _Touched) -> list[Ordered] | None:
    """One that the import set up is dissolved on the day on which it was."""
    last_on = touched.now.last_lifecycle_on
    if not touched.began or last_on is None:
        return None
    if touched.now.state.dissolved_on is not None:
        return []
    return [(DissolveCommittee(committee_id=CommitteeId(touched.stream_id)), last_on)]


def _seat(touched: _Touched) -> list[Ordered] | None:
    """Whom the import seated leaves on the same day; a seat that it created is abolished once it is vacant."""
    seat_id = SeatId(touched.stream_id)
    if any(not isinstance(event.payload, SeatCreated | MemberSeated) for event in touched.events):
        return None
    days = sorted({event.effective_on for event in touched.events if isinstance(event.payload, MemberSeated)})
    if not touched.began and any(touched.before.state.holder_on(day) is not None for day in days):
        return None  # somebody else held it: that term cannot be given back
    ended: list[Ordered] = [(EndTerm(seat_id=seat_id), day) for day in days]
    if not touched.began:
        return ended
    return [*ended, (AbolishSeat(seat_id=seat_id), max(event.effective_on for event in touched.events))]


def _plan(touched: _Touched) -> list[Ordered] | None:
    """A plan that the import drafted is emptied and closed."""
    plan_id, last_on = PlanId(touched.stream_id), touched.now.last_lifecycle_on
    if not touched.began or last_on is None:
        return None
    if touched.now.state.closed:
        return []
    roots = [key for key, element in touched.now.state.elements.items() if element.parent_id is None]
    return [
        *((WithdrawPlanElement(plan_id=plan_id, element_id=root), last_on) for root in roots),
        (ClosePlan(plan_id=plan_id), last_on),
    ]


COMPENSATIONS: Final[Mapping[str, Compensation]] = {
    "agreement": _agreement,
    "plan": _plan,
    "activity": _activity,
    "committee": _committee,
    "seat": _seat,
}
"""By the name of the stream. What is not here cannot be undone by itself, and says so."""


def undo_id_of(import_id: UUID) -> UUID:
    """The id under which an import is undone where the caller gives none."""
    return uuid5(import_id, "undo")

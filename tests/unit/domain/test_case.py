"""What a rule may know besides its own stream: the circumstances of the order, and the streams it asks for."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from domain.case import Case, Need, Reads, Under
from domain.envelope import Source
from domain.errors import Refusal, StreamMissingError
from domain.event import Event, encode_envelope
from domain.ids import COMMONS, PlanId, StreamId
from domain.plan.events import PlanClosed, PlanDrafted
from domain.plan.rules import PLAN, Plan
from domain.stream import COMMANDS, Command, Handled, Loaded, State, Stream, decide, lacking
from domain.values import Period, fr
from tests.unit.domain.given import DAY, SOMEBODY, a_case, an_order, gathered, loaded, recorded

DRAFTED = PlanDrafted(kind="action_plan", title=fr("Plan"), period=Period.fiscal_year(2024), agreement_id=None)
FIRST, SECOND, THIRD = (StreamId(UUID(int=n)) for n in (31, 32, 33))


class Nest(State, frozen=True, kw_only=True):
    begun: bool = False


class CompareNests(Command, frozen=True, kw_only=True):
    nest_id: PlanId
    plan_id: PlanId


@pytest.fixture
def comparing(monkeypatch: pytest.MonkeyPatch) -> Handled:
    """A command whose rule reads a plan, and a second one only where the first is closed."""
    monkeypatch.setattr("domain.stream.STREAMS", {})
    monkeypatch.setattr("domain.stream.COMMANDS", commands := dict(COMMANDS))
    nest = Stream("nest", Nest(), lambda state, _: state)

    def needs(nest: Nest, command: CompareNests, reads: Reads) -> Iterator[Need | Under]:  # noqa: ARG001
        yield Need(PLAN, StreamId(command.plan_id))
        yield Under(PLAN, "plan/")
        first = reads.streams.get(StreamId(command.plan_id))
        if first is not None and first.state.closed:
            yield Need(PLAN, SECOND, COMMONS)

    @nest.handles("nest_id", creates=True, needs=needs)
    def compare(nest: Nest, command: CompareNests, case: Case) -> list[Event]:  # noqa: ARG001
        assert case.state(PLAN, StreamId(command.plan_id)).title is not None
        assert case.on == DAY
        assert case.actor.id == SOMEBODY
        return []

    return commands["CompareNests"]


COMMAND = CompareNests(nest_id=PlanId(UUID(int=30)), plan_id=PlanId(FIRST))
NEW = Loaded(state=Nest())


def reading(streams: dict[StreamId, Loaded[Any]]) -> Callable[[Need], Loaded[Any] | None]:
    return lambda need: streams.get(need.id)


def test_what_was_read_may_show_what_else_is_needed(comparing: Handled) -> None:
    order = an_order(COMMAND)
    open_plan, closed_plan = loaded(PLAN, DRAFTED), loaded(PLAN, DRAFTED, PlanClosed(note=None))

    few = gathered(comparing, NEW, order, reading({FIRST: open_plan}), {})
    more = gathered(comparing, NEW, order, reading({FIRST: closed_plan, SECOND: open_plan}), {})

    assert (list(few.streams), list(few.elsewhere)) == ([FIRST], [])
    assert (list(more.streams), list(more.elsewhere)) == ([FIRST], [(COMMONS, SECOND)])
    assert lacking(comparing, NEW, order, more) == []
    assert decide(comparing, NEW, order, more).events == []


def test_the_holders_of_claims_come_in_the_order_of_the_claims(comparing: Handled) -> None:
    plan = loaded(PLAN, DRAFTED)
    claims = {"plan/2": SECOND, "plan/1": THIRD, "plan/3": THIRD, "planet/1": FIRST}

    reads = gathered(comparing, NEW, an_order(COMMAND), reading({FIRST: plan, SECOND: plan, THIRD: plan}), claims)

    assert reads.under == {"plan/": (THIRD, SECOND)}
    assert list(a_case(reads=reads).under(PLAN, "plan/")) == [THIRD, SECOND]


def test_a_stream_that_is_not_there_is_named(comparing: Handled) -> None:
    reads = gathered(comparing, NEW, an_order(COMMAND), lambda _: None, {})

    with pytest.raises(StreamMissingError) as refusal:
        decide(comparing, NEW, an_order(COMMAND), reads)

    assert (refusal.value.stream, refusal.value.stream_id) == ("plan", FIRST)


def test_the_id_of_another_kind_of_stream_is_not_there() -> None:
    reads = Reads()
    reads.take(Need(PLAN, FIRST), Loaded(state=Plan(), version=4))

    with pytest.raises(StreamMissingError):
        a_case(reads=reads).state(PLAN, FIRST)


def test_a_source_says_that_it_was_recorded_elsewhere() -> None:
    assert not a_case().as_recorded_elsewhere
    assert a_case(source=Source(title=fr("Procès-verbal"))).as_recorded_elsewhere


# --- rules in two modes -----------------------------------------------------------------------------------------


class BuildNest(Command, frozen=True, kw_only=True):
    nest_id: PlanId


class TooHighError(Refusal):
    code = "too_high"
    en = "Too high."
    fr = "Trop haut."


class TooOpenError(Refusal):
    code = "too_open"
    en = "Too open."
    fr = "Trop exposé."


@pytest.fixture
def building(monkeypatch: pytest.MonkeyPatch) -> Handled:
    """A command whose rule finds three things wrong, one of them twice."""
    monkeypatch.setattr("domain.stream.STREAMS", {})
    monkeypatch.setattr("domain.stream.COMMANDS", commands := dict(COMMANDS))
    nest = Stream("nest", Nest(), lambda state, _: state)

    def refuse() -> None:
        raise TooOpenError

    @nest.handles("nest_id", creates=True)
    def build(nest: Nest, command: BuildNest, case: Case) -> list[Event]:  # noqa: ARG001
        case.insist(TooHighError())
        case.hold_to(refuse)
        case.hold_to(lambda: None)
        case.insist(TooHighError())
        return [PlanClosed(note=None)]

    return commands["BuildNest"]


def test_a_rule_refuses_what_is_recorded_as_it_happens(building: Handled) -> None:
    with pytest.raises(TooHighError):
        decide(building, NEW, an_order(BuildNest(nest_id=PlanId(FIRST))))


def test_a_fact_from_a_document_is_kept_with_the_rules_that_it_broke(building: Handled) -> None:
    source = Source(title=fr("Procès-verbal"))
    decided = decide(building, NEW, an_order(BuildNest(nest_id=PlanId(FIRST)), source=source))

    assert (len(decided.events), decided.breaches) == (1, ("too_high", "too_open"))


def test_a_check_that_passes_is_no_breach() -> None:
    case = a_case()
    case.hold_to(lambda: None)

    assert case.breaches == []


def test_breaches_stand_in_the_envelope_and_only_where_there_are_some() -> None:
    broken = recorded(PlanClosed(note=None), breaches=("too_high",))
    kept = recorded(PlanClosed(note=None))

    assert (broken.envelope.breaches, kept.envelope.breaches) == (("too_high",), ())
    assert b'"breaches":["too_high"]' in encode_envelope(broken.envelope)
    assert b"breaches" not in encode_envelope(kept.envelope)

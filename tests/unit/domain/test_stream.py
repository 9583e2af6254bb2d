"""How a command becomes events, whatever the area: existence, versions, dates, registries."""

from datetime import date
from uuid import UUID

import msgspec
import pytest

from domain import areas
from domain.agreement import Agreement
from domain.body import (
    BODY,
    REGISTRY,
    BodyKind,
    BodyOpened,
    BodyRegistered,
    BodyRenamed,
    OpenBody,
    PhaseEntered,
    RegisterBody,
    RenameBody,
)
from domain.errors import (
    BeforeStartError,
    CitationUnknownError,
    OutOfOrderError,
    Refusal,
    StreamExistsError,
    StreamMissingError,
    VersionStaleError,
)
from domain.event import Event, UnknownEventError
from domain.facts import Dated, holds, latest
from domain.ids import PlanId, TenantId
from domain.plan.commands import ClosePlan, RetitlePlan
from domain.plan.events import PlanClosed, PlanDrafted, PlanRetitled
from domain.plan.rules import PLAN, Plan
from domain.stream import COMMANDS, STREAMS, Command, Decided, Loaded, State, Stream, stream_id, stream_of
from domain.values import Period, fr
from tests.golden.files import of_the_product
from tests.unit.domain.given import DAY, loaded, on, ordered, recorded

PLAN_ID = PlanId(UUID(int=21))
BODY_ID = TenantId(UUID(int=22))
DRAFTED = PlanDrafted(kind="action_plan", title=fr("Plan"), period=Period.fiscal_year(2024), agreement_id=None)
OPENED = BodyOpened(
    kind=BodyKind.LIP,
    name=fr("Partenariat"),
    slug="partenariat",
    province="QC",
    time_zone="America/Toronto",
    default_language="fr",
    started=None,
    attested=None,
    lead_organisation=None,
    phase=None,
)
RETITLE = RetitlePlan(plan_id=PLAN_ID, title=fr("Autre titre"))


DRAFT = Plan(title=Dated(value=fr("Plan"), on=DAY))
"""A plan that was begun."""


def test_a_command_to_a_stream_that_is_not_there_is_refused() -> None:
    with pytest.raises(StreamMissingError) as refusal:
        ordered(Loaded(state=PLAN.initial), RETITLE)

    assert (refusal.value.stream, refusal.value.stream_id) == ("plan", PLAN_ID)
    assert refusal.value.kind == "not_found"


def test_a_stream_begins_once() -> None:
    command = OpenBody(
        body_id=BODY_ID,
        kind=BodyKind.LIP,
        name=fr("Partenariat"),
        slug="partenariat",
        province="QC",
        time_zone="America/Toronto",
        default_language="fr",
    )
    assert ordered(Loaded(state=BODY.initial), command).events == [OPENED]

    with pytest.raises(StreamExistsError) as refusal:
        ordered(loaded(BODY, OPENED), command)

    assert (refusal.value.stream, refusal.value.stream_id) == ("body", BODY_ID)


def test_an_editor_who_saw_another_version_is_told_both() -> None:
    past = loaded(PLAN, DRAFTED, PlanRetitled(title=fr("Plan II")))

    with pytest.raises(VersionStaleError) as refusal:
        ordered(past, RETITLE, expected_version=1)

    assert (refusal.value.expected, refusal.value.actual) == (1, 2)
    assert ordered(past, RETITLE, expected_version=2).events == [PlanRetitled(title=fr("Autre titre"))]


def test_the_version_is_looked_at_before_anything_else() -> None:
    with pytest.raises(VersionStaleError):
        ordered(Loaded(state=PLAN.initial), RETITLE, expected_version=3)


def test_nothing_is_dated_before_its_stream_begins() -> None:
    with pytest.raises(BeforeStartError) as refusal:
        ordered(loaded(PLAN, on("2024-04-01", DRAFTED)), RETITLE, day=date(2024, 3, 31))

    assert (refusal.value.effective_on, refusal.value.started_on) == (date(2024, 3, 31), date(2024, 4, 1))


def test_the_first_event_may_have_any_date() -> None:
    command = RegisterBody(body_id=BODY_ID, slug="abc", kind=BodyKind.LIP, name=fr("Partenariat"))

    assert len(ordered(Loaded(state=REGISTRY.initial), command, day=date(1901, 1, 1)).events) == 1


def test_a_step_is_not_dated_before_the_step_before_it() -> None:
    past = loaded(PLAN, on("2024-04-01", DRAFTED), on("2025-01-01", PlanClosed(note=None)))
    reopened = Loaded(state=DRAFT, version=2, started_on=past.started_on, last_lifecycle_on=past.last_lifecycle_on)

    with pytest.raises(OutOfOrderError) as refusal:
        ordered(reopened, ClosePlan(plan_id=PLAN_ID), day=date(2024, 12, 31))

    assert (refusal.value.effective_on, refusal.value.last_on) == (date(2024, 12, 31), date(2025, 1, 1))
    assert len(ordered(reopened, ClosePlan(plan_id=PLAN_ID), day=date(2025, 1, 1)).events) == 1


def test_a_description_may_be_dated_before_the_last_step() -> None:
    past = Loaded(state=DRAFT, version=9, started_on=date(2024, 4, 1), last_lifecycle_on=date(2025, 1, 1))

    assert ordered(past, RETITLE, day=date(2024, 5, 1)).events == [PlanRetitled(title=fr("Autre titre"))]


def test_what_records_nothing_needs_no_date() -> None:
    past = loaded(BODY, OPENED, on("2024-05-01", PhaseEntered(phase="active", note=None)))
    same = RenameBody(body_id=BODY_ID, name=fr("Partenariat"))

    assert ordered(past, same, day=date(2024, 6, 1)) == Decided(events=[])


def test_folding_keeps_the_first_date_and_that_of_the_last_step() -> None:
    folded = loaded(
        PLAN,
        on("2024-04-01", DRAFTED),
        on("2024-03-01", PlanRetitled(title=fr("Plan II"))),
        on("2025-01-01", PlanClosed(note=None)),
        on("2024-06-01", PlanRetitled(title=fr("Plan III"))),
    )

    assert (folded.version, folded.started_on) == (4, date(2024, 4, 1))
    assert folded.last_lifecycle_on == date(2025, 1, 1)


def test_folding_goes_on_from_where_it_stopped() -> None:
    events = [recorded(DRAFTED, 1), recorded(PlanRetitled(title=fr("Plan II")), 2, date(2024, 5, 1))]
    half = PLAN.fold(None, events[:1])

    assert PLAN.fold(half, events[1:]) == PLAN.fold(None, events)
    assert PLAN.fold(None, []) == Loaded(state=PLAN.initial)


# --- facts with a date ----------------------------------------------------------------------------------------


def test_a_late_entry_does_not_displace_a_later_fact() -> None:
    known = Dated(value="B", on=date(2024, 5, 1))

    assert latest(known, "A", recorded(DRAFTED, 2, date(2024, 4, 30))) is known
    assert latest(known, "C", recorded(DRAFTED, 2, date(2024, 5, 1))) == Dated(value="C", on=date(2024, 5, 1))
    assert latest(None, "A", recorded(DRAFTED, 1, DAY)) == Dated(value="A", on=DAY)


def test_a_fact_holds_from_its_day_on_and_not_before() -> None:
    known = Dated(value="B", on=date(2024, 5, 1))

    assert holds(known, "B", date(2024, 5, 1))
    assert holds(known, "B", date(2030, 1, 1))
    assert not holds(known, "B", date(2024, 4, 30))
    assert not holds(known, "A", date(2024, 5, 1))
    assert not holds(None, "B", date(2024, 5, 1))


# --- registries -----------------------------------------------------------------------------------------------


def test_every_event_belongs_to_a_stream() -> None:
    names = {handled.stream.name for handled in COMMANDS.values() if not handled.stream.name.startswith("test")}

    assert {stream_of(name).name for name in of_the_product()} == names
    assert stream_of("commons.SlugAdded") is REGISTRY


def test_an_event_of_no_stream_is_named() -> None:
    with pytest.raises(UnknownEventError, match=r"no stream has events such as pony\.Fed"):
        stream_of("pony.Fed")


def test_every_command_names_a_field_of_its_own_as_the_stream() -> None:
    assert areas.AREAS
    assert len(COMMANDS) >= 31  # tests of other areas may have registered their own in this process
    for handled in COMMANDS.values():
        assert handled.id_field in handled.command.__struct_fields__
        assert STREAMS[handled.stream.name] is handled.stream
    assert stream_id(COMMANDS["RetitlePlan"], RETITLE) == PLAN_ID


def test_a_command_has_one_rule() -> None:
    with pytest.raises(ValueError, match="RetitlePlan is already handled"):

        @PLAN.handles("plan_id")
        def again(plan: Plan, command: RetitlePlan) -> list[Event]:
            raise NotImplementedError


def test_a_stream_may_say_how_its_events_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.stream.STREAMS", {})

    class Pony(State, frozen=True):
        pass

    pony = Stream("pony", Pony(), lambda state, _: state)
    stable = Stream("stable", Pony(), lambda state, _: state, prefix="farm", schema=2)

    assert (pony.prefix, pony.schema) == ("pony", 1)
    assert (stable.prefix, stable.schema) == ("farm", 2)
    assert stream_of("farm.HayDelivered") is stable


# --- refusals -------------------------------------------------------------------------------------------------


def test_a_refusal_tells_its_facts_and_both_messages() -> None:
    refusal = CitationUnknownError(log=UUID(int=1), stream=UUID(int=2), version=3)

    assert refusal.facts == {
        "log": "00000000-0000-0000-0000-000000000001",
        "stream": "00000000-0000-0000-0000-000000000002",
        "version": 3,
    }
    assert refusal.message("en") == (
        "The cited record does not exist or is not public: log 00000000-0000-0000-0000-000000000001, "
        "stream 00000000-0000-0000-0000-000000000002, version 3."
    )
    assert refusal.message("fr").startswith("L’enregistrement cité n’existe pas")
    assert str(refusal).startswith("citation_unknown: The cited record does not exist")


def refusals() -> list[type[Refusal]]:
    found, queue = [], [Refusal]
    while queue:
        for each in queue.pop().__subclasses__():
            queue.append(each)
            if each.__module__.startswith("domain."):
                found.append(each)
    return found


def test_refusals_have_codes_of_their_own() -> None:
    codes = [refusal.code for refusal in refusals()]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: str(refusal.__name__))
def test_the_messages_of_a_refusal_name_only_its_facts(refusal: type[Refusal]) -> None:
    fields = dict.fromkeys(refusal.__dataclass_fields__, "…")  # type: ignore[attr-defined]  # each is a dataclass
    made = refusal(**fields)

    assert "{" not in made.message("en") + made.message("fr")
    assert refusal.kind in {"refused", "conflict", "not_found", "forbidden", "malformed"}


def test_commands_and_states_are_frozen() -> None:
    with pytest.raises(AttributeError):
        RETITLE.title = fr("x")  # type: ignore[misc]  # that is the point
    with pytest.raises(AttributeError):
        Agreement().terminated = True  # type: ignore[misc]  # that is the point
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"body_id": str(BODY_ID), "x": 1}, type=Command)


def test_a_registration_says_nothing_of_the_bodies_own_log() -> None:
    assert loaded(REGISTRY, BodyRegistered(slug="a", kind=BodyKind.LIP, name=fr("A"))).state.slugs == ("a",)
    assert loaded(REGISTRY, BodyRenamed(name=fr("A"))).state.slugs == ()
    assert loaded(BODY, DRAFTED).state == BODY.initial


def test_an_id_of_another_kind_of_stream_is_not_there() -> None:
    foreign = Loaded(state=PLAN.initial, version=3, started_on=DAY)

    with pytest.raises(StreamMissingError):
        ordered(foreign, RETITLE)

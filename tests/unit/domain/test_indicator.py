"""What definitions of indicators refuse and record."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.audience import Audience
from domain.body import SlugAdded
from domain.errors import CitationUnknownError, Refusal, StreamMissingError
from domain.ids import IndicatorId, StreamId, TargetId, TenantId
from domain.indicator import (
    INDICATOR,
    OWNERS,
    Category,
    CodeRepeatedError,
    CombiningImpossibleError,
    DefineIndicator,
    DenominatorMissingError,
    DenominatorUnwantedError,
    Dimension,
    IndicatorDefined,
    IndicatorRetired,
    IndicatorRetiredError,
    IndicatorRevised,
    RetireIndicator,
    ReviseIndicator,
    RevisionEmptyError,
    define,
    retire,
    revise,
)
from domain.stream import COMMANDS
from domain.target import TARGET, TargetTied, TieTarget
from domain.values import Citation, Combining, en, fr
from tests.unit.domain.given import TENANT, Streams, a_case, given, loaded, on, ordered
from tests.unit.domain.sequences import last_dated, sequences, tell
from tests.unit.domain.test_target import BASELINE

ID = IndicatorId(UUID(int=40))
COUNT = Combining(measure="flow", over_periods="sum", across_bodies="sum")
SHARE = Combining(measure="flow", over_periods="ratio_of_sums", across_bodies="ratio_of_sums")
SEX = Dimension(
    code="sex",
    label=en("Sex"),
    categories=(Category(code="women", label=en("Women")), Category(code="men", label=en("Men"))),
)
LATER = date(2025, 4, 1)


def defining(**changes: Any) -> DefineIndicator:
    said: dict[str, Any] = {
        "definition_id": ID,
        "wording": fr("Nombre d’entreprises accompagnées"),
        "unit": "entreprises",
        "kind": "count",
        "combining": COUNT,
        "direction": "increase",
        "dimensions": (SEX,),
    }
    return DefineIndicator(**(said | changes))


def defined(**changes: Any) -> IndicatorDefined:
    (event,) = define(INDICATOR.initial, defining(**changes))
    assert isinstance(event, IndicatorDefined)
    return event


DEFINED = defined()


def test_an_indicator_says_what_it_counts_and_how_its_figures_come_together() -> None:
    assert (DEFINED.unit, DEFINED.combining, DEFINED.source_rule) == ("entreprises", COUNT, None)
    assert DEFINED.audience is Audience.PUBLIC
    state = given(INDICATOR, DEFINED)
    assert (state.unit, state.kind, state.quotient) == ("entreprises", "count", False)
    assert state.ever == {("sex", "women"), ("sex", "men")}


def test_a_proportion_says_of_what_it_is_a_share() -> None:
    share = {"kind": "proportion", "combining": SHARE}
    with pytest.raises(DenominatorMissingError):
        define(INDICATOR.initial, defining(**share, denominator=fr("entreprises")))

    event = defined(**share, denominator=fr("entreprises accompagnées"), denominator_unit="entreprises")

    assert given(INDICATOR, event).quotient


def test_a_count_has_no_denominator() -> None:
    with pytest.raises(DenominatorUnwantedError):
        define(INDICATOR.initial, defining(denominator_unit="entreprises"))


@pytest.mark.parametrize(
    ("kind", "measure", "over", "across", "rule"),
    [
        ("rate", "flow", "sum", "none", "sum"),
        ("rate", "flow", "last", "sum", "sum"),
        ("count", "flow", "ratio_of_sums", "sum", "ratio_of_sums"),
        ("count", "stock", "sum", "sum", "sum"),
        ("count", "distinct", "sum", "none", "sum"),
        ("count", "distinct", "not_addable", "sum", "sum"),
        ("rate", "distinct", "last", "ratio_of_sums", "ratio_of_sums"),
        ("milestone", "flow", "last", "sum", "sum"),
        ("qualitative", "stock", "sum", "none", "sum"),
    ],
)
def test_what_cannot_be_added_is_not_defined_so(
    kind: Any, measure: Any, over: Any, across: Any, rule: str
) -> None:
    of = {"denominator": en("all"), "denominator_unit": "people"} if kind == "rate" else {}
    combining = Combining(measure=measure, over_periods=over, across_bodies=across)

    with pytest.raises(CombiningImpossibleError) as refusal:
        define(INDICATOR.initial, defining(kind=kind, combining=combining, **of))

    assert (refusal.value.measure, refusal.value.rule) == (measure, rule)


@pytest.mark.parametrize(
    "dimensions",
    [(SEX, SEX), (Dimension(code="sex", label=en("Sex"), categories=(SEX.categories[0],) * 2),)],
)
def test_a_code_stands_once(dimensions: tuple[Dimension, ...]) -> None:
    with pytest.raises(CodeRepeatedError):
        define(INDICATOR.initial, defining(dimensions=dimensions))


def test_a_revision_says_only_what_changes() -> None:
    command = ReviseIndicator(definition_id=ID, wording=fr("Nombre d’entreprises soutenues"))

    assert revise(given(INDICATOR, DEFINED), command, a_case(day=LATER)) == [
        IndicatorRevised(
            wording=fr("Nombre d’entreprises soutenues"),
            description=None,
            direction=None,
            dimensions=None,
            source_rule=None,
        )
    ]


def test_a_revision_that_says_nothing_new_records_nothing() -> None:
    same = ReviseIndicator(definition_id=ID, wording=DEFINED.wording, direction="increase")

    assert revise(given(INDICATOR, DEFINED), same, a_case(day=LATER)) == []
    with pytest.raises(RevisionEmptyError):
        revise(given(INDICATOR, DEFINED), ReviseIndicator(definition_id=ID), a_case())


def test_categories_that_are_dropped_stay_readable() -> None:
    fewer = IndicatorRevised(wording=None, description=None, direction=None, dimensions=(), source_rule=None)

    state = given(INDICATOR, DEFINED, on("2025-04-01", fewer))

    assert state.dimensions is not None
    assert state.dimensions.value == ()
    assert ("sex", "men") in state.ever


def test_nothing_changes_of_a_retired_indicator() -> None:
    state = given(INDICATOR, DEFINED, IndicatorRetired(note=None))

    with pytest.raises(IndicatorRetiredError):
        revise(state, ReviseIndicator(definition_id=ID, direction="decrease"), a_case())
    with pytest.raises(IndicatorRetiredError):
        retire(state, RetireIndicator(definition_id=ID))
    assert retire(given(INDICATOR, DEFINED), RetireIndicator(definition_id=ID)) == [IndicatorRetired(note=None)]


def test_events_of_others_change_nothing() -> None:
    assert given(INDICATOR, SlugAdded(slug="erables")) == INDICATOR.initial


def test_every_body_may_define_indicators_and_so_may_the_commons() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is INDICATOR} == {OWNERS}
    assert "commons" in OWNERS


# --- targets tied to them -------------------------------------------------------------------------------------

CITED = Citation(log=TENANT, stream=ID, version=1)
TIE = TieTarget(target_id=TargetId(UUID(int=22)), indicator=CITED)


def test_a_target_is_tied_to_the_indicator_that_it_is_of() -> None:
    others: Streams = {StreamId(ID): loaded(INDICATOR, DEFINED)}
    past = loaded(TARGET, BASELINE)

    assert list(ordered(past, TIE, others=others).events) == [TargetTied(indicator=CITED)]
    tied = loaded(TARGET, BASELINE, TargetTied(indicator=CITED))
    assert list(ordered(tied, TIE, others=others).events) == []


def test_a_target_may_be_tied_to_an_indicator_of_another_log() -> None:
    ministry = TenantId(UUID(int=900))
    cited = Citation(log=ministry, stream=ID, version=1)
    tie = TieTarget(target_id=TargetId(UUID(int=22)), indicator=cited)
    there: Streams = {(ministry, StreamId(ID)): loaded(INDICATOR, DEFINED)}

    assert list(ordered(loaded(TARGET, BASELINE), tie, others=there).events) == [TargetTied(indicator=cited)]
    with pytest.raises(CitationUnknownError):
        ordered(loaded(TARGET, BASELINE), tie, others={StreamId(ID): loaded(INDICATOR, DEFINED)})


def test_a_target_is_tied_to_nothing_but_an_indicator() -> None:
    with pytest.raises(StreamMissingError) as refusal:
        ordered(loaded(TARGET, BASELINE), TIE, others={StreamId(ID): loaded(INDICATOR, BASELINE)})

    assert refusal.value.stream == "indicator"


# --- any sequence ---------------------------------------------------------------------------------------------

WORDINGS = st.none() | st.sampled_from([fr("Un"), fr("Deux")])
ANY_COMBINING = st.builds(
    Combining,
    measure=st.sampled_from(("flow", "stock", "distinct")),
    over_periods=st.sampled_from(("sum", "ratio_of_sums", "last", "not_addable")),
    across_bodies=st.sampled_from(("sum", "ratio_of_sums", "none")),
)
KINDS = st.sampled_from(("count", "amount", "rate", "proportion", "milestone", "qualitative"))


@given_any(
    sequences(
        defining(),
        st.builds(
            ReviseIndicator,
            definition_id=st.just(ID),
            wording=WORDINGS,
            direction=st.sampled_from([None, "increase", "decrease"]),
            dimensions=st.sampled_from([None, (), (SEX,)]),
        ),
        st.builds(RetireIndicator, definition_id=st.just(ID)),
    )
)
def test_whatever_is_sent_unit_and_sum_stay_and_nothing_follows_retirement(commands: list[Any]) -> None:
    told = tell(INDICATOR, commands)
    state = told.end.state

    kinds = [type(event.payload) for event in told.events]
    assert kinds.count(IndicatorRetired) == state.retired <= 1
    assert not state.retired or kinds[-1] is IndicatorRetired
    if kinds:
        assert (state.unit, state.combining) == ("entreprises", COUNT)
        wording = last_dated(told, (IndicatorDefined, "wording"), (IndicatorRevised, "wording"))
        assert state.wording.value == wording


@given_any(KINDS, ANY_COMBINING)
def test_whatever_is_defined_sums_only_what_can_be_summed(kind: Any, combining: Combining) -> None:
    of = {"denominator": en("all"), "denominator_unit": "people"} if kind in ("rate", "proportion") else {}
    try:
        (event,) = define(INDICATOR.initial, defining(kind=kind, combining=combining, **of))
    except Refusal:
        return
    assert isinstance(event, IndicatorDefined)
    together = {event.combining.over_periods, event.combining.across_bodies}
    assert "sum" not in together or (kind in ("count", "amount") and combining.measure != "distinct")
    assert "ratio_of_sums" not in together or (kind in ("rate", "proportion") and combining.measure != "distinct")

"""What reporting requirements refuse, record and owe."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.agreement import AGREEMENT, Programme
from domain.body import SlugAdded
from domain.envelope import Source
from domain.errors import StreamMissingError
from domain.ids import AgreementId, RequirementId, StreamId
from domain.indicator import INDICATOR, IndicatorRetired, IndicatorRetiredError
from domain.requirement import (
    OWNERS,
    REQUIREMENT,
    AlreadyExemptError,
    BasisMissingError,
    CadenceMismatchError,
    EndRequirement,
    ExemptPeriod,
    PeriodExempted,
    PeriodNotOwedError,
    RequirementEnded,
    RequirementEndedError,
    RequireSubmission,
    SubmissionRequired,
    end,
    exempt,
    owed_periods,
)
from domain.stream import COMMANDS, Loaded
from domain.values import Citation, Period, en, fr
from tests.unit.domain.given import TENANT, Streams, given, loaded, on, ordered
from tests.unit.domain.sequences import sequences, tell
from tests.unit.domain.test_agreement import SIGNED
from tests.unit.domain.test_indicator import DEFINED

ID = RequirementId(UUID(int=50))
INDICATOR_ID, AGREEMENT_ID = StreamId(UUID(int=40)), AgreementId(UUID(int=41))
CITED = Citation(log=TENANT, stream=INDICATOR_ID, version=1)
PROGRAMME = Programme(code="settlement", label=en("Settlement Program"))
THERE: Streams = {INDICATOR_ID: loaded(INDICATOR, DEFINED), StreamId(AGREEMENT_ID): loaded(AGREEMENT, SIGNED)}
NEW = Loaded(state=REQUIREMENT.initial)


def requiring(**changes: Any) -> RequireSubmission:
    said: dict[str, Any] = {
        "requirement_id": ID,
        "indicator": CITED,
        "cadence": "quarter",
        "first": Period.quarter(2024, 2),
        "due_days": 30,
        "programme": PROGRAMME,
    }
    return RequireSubmission(**(said | changes))


def required(**changes: Any) -> SubmissionRequired:
    (event,) = ordered(NEW, requiring(**changes), others=THERE).events
    assert isinstance(event, SubmissionRequired)
    return event


REQUIRED = required()


def owed(until: date, ended_on: date | None = None, **changes: Any) -> list[tuple[str, date]]:
    event = required(**changes)
    days = owed_periods(event.cadence, event.first, event.due_days, until=until, ended_on=ended_on)
    return [(one.period.label().en or "", one.due_on) for one in days]


def test_a_body_owes_an_indicator_per_quarter_and_by_a_day() -> None:
    assert owed(date(2024, 10, 1)) == [
        ("April to June 2024", date(2024, 7, 30)),
        ("July to September 2024", date(2024, 10, 30)),
        ("October to December 2024", date(2025, 1, 30)),
    ]
    assert owed(date(2024, 3, 31)) == []


def test_what_is_owed_once_is_owed_once() -> None:
    study = Period.custom(date(2024, 4, 1), date(2024, 8, 31))

    assert owed(date(2030, 1, 1), cadence="once", first=study, due_days=0) == [
        ("April 1, 2024 to August 31, 2024", date(2024, 8, 31))
    ]


@pytest.mark.parametrize(
    ("cadence", "first", "second"),
    [
        ("month", Period.month(2024, 12), Period.month(2025, 1)),
        ("quarter", Period.quarter(2024, 4), Period.quarter(2025, 1)),
        ("fiscal_year", Period.fiscal_year(2024), Period.fiscal_year(2025)),
        ("calendar_year", Period.calendar_year(2024), Period.calendar_year(2025)),
    ],
)
def test_periods_follow_one_another(cadence: Any, first: Period, second: Period) -> None:
    days = owed_periods(cadence, first, 0, until=second.start, ended_on=None)

    assert [one.period for one in days] == [first, second]


def test_what_was_over_before_the_end_stays_owed() -> None:
    assert len(owed(date(2030, 1, 1), ended_on=date(2024, 10, 1))) == 2
    assert len(owed(date(2030, 1, 1), ended_on=date(2024, 9, 30))) == 1


def test_a_requirement_says_what_it_rests_on() -> None:
    assert required(programme=None, agreement_id=AGREEMENT_ID).agreement_id == AGREEMENT_ID
    with pytest.raises(BasisMissingError):
        required(programme=None)


def test_history_from_elsewhere_may_lack_its_basis_and_be_of_a_retired_indicator() -> None:
    report = Source(title=fr("Rapport annuel"))
    retired: Streams = {INDICATOR_ID: loaded(INDICATOR, DEFINED, IndicatorRetired(note=None))}
    bare = requiring(programme=None)

    assert len(ordered(NEW, bare, others=retired, source=report).events) == 1
    with pytest.raises(IndicatorRetiredError):
        ordered(NEW, requiring(), others=retired)


@pytest.mark.parametrize(("missing", "stream"), [(INDICATOR_ID, "indicator"), (AGREEMENT_ID, "agreement")])
def test_what_it_names_must_be_there(missing: StreamId, stream: str) -> None:
    others = {key: value for key, value in THERE.items() if key != missing}

    with pytest.raises(StreamMissingError) as refusal:
        ordered(NEW, requiring(agreement_id=AGREEMENT_ID), others=others)

    assert refusal.value.stream == stream


def test_the_first_period_is_of_the_cadence() -> None:
    with pytest.raises(CadenceMismatchError) as refusal:
        required(first=Period.fiscal_year(2024))

    assert refusal.value.first == "2024-2025"


def test_one_period_is_exempt_with_a_reason() -> None:
    period = Period.quarter(2024, 3)
    command = ExemptPeriod(requirement_id=ID, period=period, reason="no_activity")
    exempted = PeriodExempted(period=period, reason="no_activity", note=None)

    assert exempt(given(REQUIREMENT, REQUIRED), command) == [exempted]
    assert exempt(given(REQUIREMENT, REQUIRED, exempted), command) == []
    with pytest.raises(AlreadyExemptError):
        exempt(given(REQUIREMENT, REQUIRED, PeriodExempted(period=period, reason="other", note=None)), command)


@pytest.mark.parametrize(
    "period",
    [Period.quarter(2024, 1), Period.fiscal_year(2024), Period.custom(date(2024, 4, 1), date(2024, 6, 30))],
)
def test_only_what_is_owed_is_exempt(period: Period) -> None:
    with pytest.raises(PeriodNotOwedError):
        exempt(given(REQUIREMENT, REQUIRED), ExemptPeriod(requirement_id=ID, period=period, reason="other"))


def test_it_ends_once() -> None:
    ended = RequirementEnded(note=None)
    assert end(given(REQUIREMENT, REQUIRED), EndRequirement(requirement_id=ID)) == [ended]
    state = given(REQUIREMENT, REQUIRED, on("2025-04-01", ended))

    assert state.ended_on == date(2025, 4, 1)
    assert not state.owes(Period.quarter(2025, 2))
    with pytest.raises(RequirementEndedError) as refusal:
        end(state, EndRequirement(requirement_id=ID))
    assert refusal.value.ended_on == date(2025, 4, 1)


def test_events_of_others_change_nothing() -> None:
    assert given(REQUIREMENT, SlugAdded(slug="erables")) == REQUIREMENT.initial


def test_partnerships_ministries_and_funders_may_owe() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is REQUIREMENT} == {OWNERS}
    assert "commons" not in OWNERS


# --- any sequence ---------------------------------------------------------------------------------------------

PERIODS = st.sampled_from([Period.quarter(2024, 1), *(Period.quarter(2024, number) for number in (2, 3, 4))])
EXEMPTIONS = st.builds(
    ExemptPeriod, requirement_id=st.just(ID), period=PERIODS, reason=st.sampled_from(("no_activity", "other"))
)


@given_any(sequences(requiring(), EXEMPTIONS, st.builds(EndRequirement, requirement_id=st.just(ID))))
def test_whatever_is_sent_a_period_has_one_reason_and_the_end_one_day(commands: list[Any]) -> None:
    told = tell(REQUIREMENT, commands, others=THERE)
    state = told.end.state

    periods = [period for period, _ in state.exempt]
    assert len(set(periods)) == len(periods)
    assert Period.quarter(2024, 1) not in periods
    ends = [event.effective_on for event in told.events if isinstance(event.payload, RequirementEnded)]
    assert ends == ([] if state.ended_on is None else [state.ended_on])

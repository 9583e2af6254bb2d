"""Any sequence of orders to a decision."""

from datetime import date
from typing import Any

from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.decision.commands import (
    MakeDecision,
    PublishDecision,
    RatifyDecision,
    RescindDecision,
    SupersedeDecision,
)
from domain.decision.events import (
    DecisionMade,
    DecisionPublished,
    DecisionRatified,
    DecisionRescinded,
    DecisionSuperseded,
)
from domain.decision.rules import DECISION
from domain.values import en
from tests.unit.domain.decision.test_decision import ID, OFFICE, OTHER, a_decision, making
from tests.unit.domain.given import DAY
from tests.unit.domain.meeting.table import MINUTES, around
from tests.unit.domain.sequences import DAYS, sequences, tell

COUNCIL = en("Municipal council")
OTHERS = around()
OTHERS["others"][OTHER] = a_decision(number=8, holds_from=date(2024, 4, 1))
COMMANDS = sequences(
    making(OFFICE, committee_id=None, ratified_by=COUNCIL, holds_until=date(2024, 5, 1)),
    st.builds(RatifyDecision, decision_id=st.just(ID), office=st.just(COUNCIL)),
    st.builds(RescindDecision, decision_id=st.just(ID)),
    st.builds(SupersedeDecision, decision_id=st.just(ID), by_decision_id=st.sampled_from([OTHER, ID])),
    st.builds(PublishDecision, decision_id=st.just(ID)),
)


@given_any(COMMANDS, st.sampled_from([None, MINUTES]), st.lists(DAYS, max_size=5))
def test_whatever_is_sent_a_decision_holds_once_and_ends_once(
    commands: list[tuple[MakeDecision, date]], source: Any, days: list[date]
) -> None:
    told = tell(DECISION, commands, source=source, **OTHERS)
    decision = told.end.state

    ended = [
        event.effective_on
        for event in told.events
        if isinstance(event.payload, DecisionRescinded | DecisionSuperseded)
    ]
    assert len(told.of(DecisionMade)) <= 1
    assert len(ended) <= 1
    assert len(told.of(DecisionRatified)) == (decision.ratified_on is not None) <= 1
    assert len(told.of(DecisionPublished)) == decision.published <= 1
    for day in days:
        holds = decision.standing_on(day) == "in_force"
        assert not holds or (
            decision.made_on <= day
            and decision.ratified_on <= day <= date(2024, 5, 1)
            and all(day < end for end in ended)
        )


@given_any(COMMANDS, DAYS)
def test_whatever_is_sent_it_never_comes_back(commands: list[tuple[MakeDecision, date]], day: date) -> None:
    told = tell(DECISION, commands, **OTHERS)
    decision = told.end.state

    if decision.ended_on is not None and day >= decision.ended_on:
        assert decision.standing_on(day) in ("rescinded", "superseded", "not_yet")
    assert decision.standing_on(DAY) in ("not_yet", "to_be_ratified", "in_force", "rescinded", "superseded")

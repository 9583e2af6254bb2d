"""What mandates refuse and record."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.agreement import OWNERS, Term
from domain.audience import Audience
from domain.body import SlugAdded
from domain.facts import Dated
from domain.ids import MandateId
from domain.provider import (
    MANDATE,
    ChangeMandate,
    EndMandate,
    MandateChanged,
    MandateEnded,
    MandateEndedError,
    MandateProvider,
    ProviderMandated,
    change,
    end,
    mandate_provider,
)
from domain.stream import COMMANDS
from domain.values import PartialDate, TerritoryCode, fr
from tests.unit.domain.given import DAY, given, on, replaced
from tests.unit.domain.sequences import last_dated, sequences, tell

ID = MandateId(UUID(int=22))
TERM = Term(start=PartialDate.of(2024), end=PartialDate.of(2026))
LONGER = Term(start=PartialDate.of(2024), end=PartialDate.of(2029))
MANDATED = ProviderMandated(
    name=fr("Centre Les Hauts-Plateaux"),
    service=fr("Francisation"),
    service_code="francisation",
    modes=("full_time", "online"),
    territory=TerritoryCode(scheme="qc-region", code="16"),
    term=TERM,
    audience=Audience.PUBLIC,
)


def test_a_mandate_records_all_that_is_known() -> None:
    command = MandateProvider(
        mandate_id=ID,
        name=MANDATED.name,
        service=MANDATED.service,
        service_code="francisation",
        modes=("full_time", "online"),
        territory=MANDATED.territory,
        term=TERM,
        audience=Audience.PUBLIC,
    )

    assert mandate_provider(MANDATE.initial, command) == [MANDATED]
    mandate = given(MANDATE, MANDATED)
    assert mandate.modes == Dated(value=("full_time", "online"), on=DAY)
    assert (mandate.term, mandate.ended) == (Dated(value=TERM, on=DAY), False)


def test_a_mandate_known_only_as_a_count_has_no_name() -> None:
    command = MandateProvider(mandate_id=ID, service=fr("Francisation"), service_code="francisation")

    assert mandate_provider(MANDATE.initial, command) == [
        ProviderMandated(
            name=None,
            service=fr("Francisation"),
            service_code="francisation",
            modes=(),
            territory=None,
            term=None,
            audience=Audience.FUNDERS,
        )
    ]
    assert given(MANDATE, replaced(MANDATED, term=None)).term is None


def test_a_change_restates_one_thing_and_leaves_the_other() -> None:
    mandate = given(MANDATE, MANDATED)
    later = date(2025, 1, 1)

    assert change(mandate, ChangeMandate(mandate_id=ID, modes=("online",))) == [
        MandateChanged(modes=("online",), term=None)
    ]
    new_modes = given(MANDATE, MANDATED, on("2025-01-01", MandateChanged(modes=("online",), term=None)))
    assert (new_modes.modes, new_modes.term) == (Dated(value=("online",), on=later), mandate.term)
    new_term = given(MANDATE, MANDATED, on("2025-01-01", MandateChanged(modes=None, term=LONGER)))
    assert (new_term.modes, new_term.term) == (mandate.modes, Dated(value=LONGER, on=later))


def test_that_a_service_has_no_known_mode_any_more_is_a_change() -> None:
    assert change(given(MANDATE, MANDATED), ChangeMandate(mandate_id=ID, modes=())) == [
        MandateChanged(modes=(), term=None)
    ]


def test_a_change_of_nothing_records_nothing() -> None:
    assert change(given(MANDATE, MANDATED), ChangeMandate(mandate_id=ID)) == []


def test_a_mandate_ends() -> None:
    assert end(given(MANDATE, MANDATED), EndMandate(mandate_id=ID)) == [MandateEnded()]
    assert given(MANDATE, MANDATED, MandateEnded()).ended


@pytest.mark.parametrize(
    ("decide", "command"),
    [
        (change, ChangeMandate(mandate_id=ID, term=LONGER)),
        (change, ChangeMandate(mandate_id=ID)),
        (end, EndMandate(mandate_id=ID)),
    ],
)
def test_an_ended_mandate_is_not_changed(decide: Any, command: Any) -> None:
    with pytest.raises(MandateEndedError) as refusal:
        decide(given(MANDATE, MANDATED, MandateEnded()), command)

    assert refusal.value.message("fr") == "Ce mandat a pris fin."


def test_events_of_others_change_nothing() -> None:
    assert given(MANDATE, SlugAdded(slug="erables")) == MANDATE.initial


def test_all_but_the_commons_may_hold_mandates() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is MANDATE} == {OWNERS}


MODES = st.sampled_from([(), ("online",), ("part_time", "specialised")])


@given_any(
    sequences(
        MandateProvider(mandate_id=ID, service=fr("Francisation"), service_code="francisation"),
        st.builds(
            ChangeMandate,
            mandate_id=st.just(ID),
            modes=st.none() | MODES,
            term=st.sampled_from([None, TERM, LONGER]),
        ),
        st.builds(EndMandate, mandate_id=st.just(ID)),
    )
)
def test_whatever_is_sent_a_mandate_stays_in_order(commands: list[tuple[MandateProvider, date]]) -> None:
    told = tell(MANDATE, commands)
    mandate = told.end.state

    kinds = [type(event.payload) for event in told.events]
    assert kinds.count(MandateEnded) == mandate.ended <= 1
    assert MandateEnded not in kinds[:-1]
    modes = last_dated(told, (ProviderMandated, "modes"), (MandateChanged, "modes"))
    term = last_dated(told, (ProviderMandated, "term"), (MandateChanged, "term"))
    assert (mandate.modes and mandate.modes.value) == modes
    assert (mandate.term and mandate.term.value) == term

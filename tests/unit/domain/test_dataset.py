"""What datasets refuse and record."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.audience import Audience
from domain.body import SlugAdded
from domain.dataset import (
    DATASET,
    Cell,
    CellRepeatsError,
    DatasetRegistered,
    PublishVintage,
    RegisterDataset,
    VintageExistsError,
    VintageMissingError,
    VintagePublished,
    VintageWithdrawn,
    WithdrawVintage,
    publish_vintage,
    register,
    withdraw_vintage,
)
from domain.ids import DatasetId
from domain.published_aggregate import Publication
from domain.stream import COMMANDS
from domain.theme_list import OWNERS
from domain.values import Period, QualifiedValue, SealedText, fr
from tests.unit.domain.given import given
from tests.unit.domain.sequences import sequences, tell

ID = DatasetId(UUID(int=88))
SOURCE = Publication(title=fr("Tableau fictif"))
REGISTER = RegisterDataset(dataset_id=ID, title=fr("Portrait"), publication=SOURCE, scheme="sgc-csd")
REGISTERED = DatasetRegistered(
    title=fr("Portrait"), publication=SOURCE, scheme="sgc-csd", audience=Audience.PUBLIC
)
PEOPLE = QualifiedValue(kind="exact", number=Decimal(1200), status="provisional", unit="people")
CELLS = (
    Cell(key="2443027/new", value=PEOPLE, denominator=PEOPLE, note=fr("Arrondi")),
    Cell(key="2443027/old", value=QualifiedValue(kind="suppressed")),
)
YEAR = Period.fiscal_year(2021)
PUBLISHED = VintagePublished(vintage="2021", period=YEAR, cells=CELLS, audience=Audience.PUBLIC)
WITHDRAWN = VintageWithdrawn(vintage="2021", note=SealedText.about(ID, "Mauvais tableau."))


def vintage(name: str, *cells: Cell) -> PublishVintage:
    return PublishVintage(dataset_id=ID, vintage=name, period=YEAR, cells=cells or CELLS)


def test_a_dataset_names_its_source_and_the_scheme_of_its_places() -> None:
    assert register(DATASET.initial, REGISTER) == [REGISTERED]


def test_a_vintage_keeps_each_figure_with_its_status_note_and_denominator() -> None:
    assert publish_vintage(given(DATASET, REGISTERED), vintage("2021")) == [PUBLISHED]


def test_a_published_vintage_stays_even_withdrawn_and_a_correction_is_another() -> None:
    for past in ([REGISTERED, PUBLISHED], [REGISTERED, PUBLISHED, WITHDRAWN]):
        with pytest.raises(VintageExistsError):
            publish_vintage(given(DATASET, *past), vintage("2021"))
    assert len(publish_vintage(given(DATASET, REGISTERED, PUBLISHED), vintage("2021-r1"))) == 1


def test_a_figure_stands_once_in_a_vintage() -> None:
    with pytest.raises(CellRepeatsError) as refusal:
        publish_vintage(given(DATASET, REGISTERED), vintage("2021", *CELLS, CELLS[0]))
    assert refusal.value.key == "2443027/new"


def test_a_vintage_that_stands_is_withdrawn_once() -> None:
    command = WithdrawVintage(dataset_id=ID, vintage="2021", note=WITHDRAWN.note)
    assert withdraw_vintage(given(DATASET, REGISTERED, PUBLISHED), command) == [WITHDRAWN]

    for past in ([REGISTERED], [REGISTERED, PUBLISHED, WITHDRAWN]):
        with pytest.raises(VintageMissingError):
            withdraw_vintage(given(DATASET, *past), command)


def test_events_of_others_change_nothing() -> None:
    assert given(DATASET, SlugAdded(slug="erables")) == DATASET.initial


def test_the_commons_and_every_body_may_register_datasets() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is DATASET} == {OWNERS}


@given_any(
    sequences(
        REGISTER,
        st.sampled_from([vintage("2016"), vintage("2021"), vintage("2021", *CELLS, *CELLS)]),
        st.builds(WithdrawVintage, dataset_id=st.just(ID), vintage=st.sampled_from(["2016", "2021"])),
    )
)
def test_whatever_is_sent_a_vintage_is_published_once_and_withdrawn_after(
    commands: list[tuple[Any, date]],
) -> None:
    told = tell(DATASET, commands)
    end = told.end.state

    assert [one.vintage for one in told.of(VintagePublished)] == list(dict.fromkeys(end.vintages))
    assert len(told.of(VintageWithdrawn)) == len(end.withdrawn)
    assert end.withdrawn <= set(end.vintages)

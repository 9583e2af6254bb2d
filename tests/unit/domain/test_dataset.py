"""What datasets refuse and record."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.audience import Audience
from domain.body import SlugAdded
from domain.dataset.commands import (
    NameCategories,
    PublishVintage,
    RegisterDataset,
    TieClaim,
    WithdrawClaim,
    WithdrawVintage,
)
from domain.dataset.events import (
    CategoriesNamed,
    CategoryName,
    Cell,
    ClaimTied,
    ClaimWithdrawn,
    DatasetRegistered,
    Tie,
    VintagePublished,
    VintageWithdrawn,
)
from domain.dataset.refusals import (
    CellRepeatsError,
    CellUnknownError,
    ClaimExistsError,
    ClaimMissingError,
    NameRepeatsError,
    TieFormError,
    VintageExistsError,
    VintageMissingError,
)
from domain.dataset.rules import (
    DATASET,
    name_categories,
    publish_vintage,
    register,
    tie_claim,
    withdraw_claim,
    withdraw_vintage,
)
from domain.ids import ClaimId, DatasetId
from domain.published_aggregate import Publication
from domain.stream import COMMANDS
from domain.theme_list import OWNERS
from domain.values import Period, QualifiedValue, SealedText, fr
from tests.unit.domain.given import a_case, given
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


# --- names of categories ------------------------------------------------------------------------------------

NAMES = (
    CategoryName(dimension="sex", name=fr("sexe")),
    CategoryName(dimension="sex", category="women", name=fr("Femmes")),
)
NAMED = CategoriesNamed(names=NAMES)


def naming(*names: CategoryName) -> NameCategories:
    return NameCategories(dataset_id=ID, names=names)


def test_a_dataset_says_what_its_categories_are_called_and_repeats_nothing() -> None:
    assert name_categories(given(DATASET, REGISTERED), naming(*NAMES), a_case()) == [NAMED]
    assert name_categories(given(DATASET, REGISTERED, NAMED), naming(*NAMES), a_case()) == []
    assert name_categories(given(DATASET, REGISTERED, NAMED), naming(), a_case()) == [CategoriesNamed(names=())]


def test_a_category_has_one_name_however_its_dimension_is_written() -> None:
    with pytest.raises(NameRepeatsError) as refusal:
        name_categories(
            given(DATASET, REGISTERED), naming(*NAMES, CategoryName(dimension="SEX", name=fr("Sexe"))), a_case()
        )
    assert (refusal.value.dimension, refusal.value.category) == ("SEX", None)


# --- claims -------------------------------------------------------------------------------------------------

CLAIM = ClaimId(UUID(int=89))
STATED = QualifiedValue(kind="exact", number=Decimal(50), unit="percent")
TIE = Tie(cells=("2443027/new",), of=("2443027/old",), times=STATED)
TIED = ClaimTied(
    claim_id=CLAIM,
    vintage="2021",
    text=fr("Une personne sur deux"),
    publication=SOURCE,
    stated=STATED,
    tie=TIE,
    audience=Audience.PUBLIC,
)
CLAIM_WITHDRAWN = ClaimWithdrawn(claim_id=CLAIM, note=None)


def claim(tie: Tie = TIE, vintage: str = "2021") -> TieClaim:
    return TieClaim(
        dataset_id=ID,
        claim_id=CLAIM,
        vintage=vintage,
        text=TIED.text,
        publication=SOURCE,
        stated=STATED,
        tie=tie,
    )


def test_a_claim_is_tied_to_the_figures_that_it_speaks_of() -> None:
    assert tie_claim(given(DATASET, REGISTERED, PUBLISHED), claim()) == [TIED]


def test_a_claim_that_no_figure_tells_is_tied_to_none() -> None:
    (tied,) = tie_claim(given(DATASET, REGISTERED, PUBLISHED), claim(Tie()))
    assert tied == msgspec.structs.replace(TIED, tie=Tie())


def test_a_claim_names_figures_of_a_vintage_that_stands() -> None:
    for past in ([REGISTERED], [REGISTERED, PUBLISHED, WITHDRAWN]):
        with pytest.raises(VintageMissingError):
            tie_claim(given(DATASET, *past), claim())
    for tie in (Tie(cells=("2443027/gone",)), Tie(cells=("2443027/new",), of=("2443027/gone",))):
        with pytest.raises(CellUnknownError) as refusal:
            tie_claim(given(DATASET, REGISTERED, PUBLISHED), claim(tie))
        assert (refusal.value.key, refusal.value.vintage) == ("2443027/gone", "2021")


@pytest.mark.parametrize(
    "tie",
    [
        Tie(of=("2443027/new",)),
        Tie(times=STATED),
        Tie(cells=("2443027/new",), times=PEOPLE),
        Tie(cells=("2443027/new",), times=QualifiedValue(kind="suppressed", unit="percent")),
    ],
)
def test_a_quotient_or_a_part_is_of_cells_and_a_part_is_a_percentage(tie: Tie) -> None:
    with pytest.raises(TieFormError):
        tie_claim(given(DATASET, REGISTERED, PUBLISHED), claim(tie))


def test_a_claim_is_tied_once_and_withdrawn_once() -> None:
    for past in ([TIED], [TIED, CLAIM_WITHDRAWN]):
        with pytest.raises(ClaimExistsError):
            tie_claim(given(DATASET, REGISTERED, PUBLISHED, *past), claim())

    command = WithdrawClaim(dataset_id=ID, claim_id=CLAIM)
    assert withdraw_claim(given(DATASET, REGISTERED, PUBLISHED, TIED), command) == [CLAIM_WITHDRAWN]
    for past in ([], [TIED, CLAIM_WITHDRAWN]):
        with pytest.raises(ClaimMissingError):
            withdraw_claim(given(DATASET, REGISTERED, PUBLISHED, *past), command)


def test_events_of_others_change_nothing() -> None:
    assert given(DATASET, SlugAdded(slug="erables")) == DATASET.initial


def test_the_commons_and_every_body_may_register_datasets() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is DATASET} == {OWNERS}


@given_any(
    sequences(
        REGISTER,
        st.sampled_from([vintage("2016"), vintage("2021"), vintage("2021", *CELLS, *CELLS)]),
        st.builds(WithdrawVintage, dataset_id=st.just(ID), vintage=st.sampled_from(["2016", "2021"])),
        st.sampled_from([naming(), naming(*NAMES)]),
        st.sampled_from([claim(), claim(Tie(), "2016")]),
        st.just(WithdrawClaim(dataset_id=ID, claim_id=CLAIM)),
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
    assert len(told.of(ClaimTied)) == len(end.claims) <= 1
    assert end.withdrawn_claims <= set(end.claims)

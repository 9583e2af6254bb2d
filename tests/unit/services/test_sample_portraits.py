"""The portraits of the sample: every sum of theirs, and what the plan says of them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from domain.dataset.commands import NameCategories, PublishVintage, RegisterDataset, TieClaim
from domain.dataset.events import Cell
from domain.portrait.checks import Check, check
from domain.portrait.claims import judge
from domain.portrait.keys import dimension
from domain.portrait.words import Names, check_words, place_words
from domain.values import Language
from tests.unit.services.test_sample_files import decoded, lines

FILE = "035_portraits.jsonl"


def of(kind: type[Any]) -> Iterator[Any]:
    commands = (decoded(line) for name, line in lines() if name == FILE)
    yield from (command for command in commands if isinstance(command, kind))


def datasets() -> dict[UUID, tuple[RegisterDataset, tuple[Cell, ...]]]:
    cells = {command.dataset_id: command.cells for command in of(PublishVintage)}
    return {command.dataset_id: (command, cells[command.dataset_id]) for command in of(RegisterDataset)}


def names(dataset_id: UUID) -> Names:
    (command,) = [one for one in of(NameCategories) if one.dataset_id == dataset_id]
    return {(dimension(one.dimension), one.category): one.name for one in command.names}


def found() -> dict[str, list[Check]]:
    return {
        register.title.in_("fr").text.removeprefix("Portrait statistique\xa0: "): check(cells, register.scheme)
        for register, cells in datasets().values()
    }


def test_every_sum_that_is_printed_is_checked_and_none_is_a_false_error() -> None:
    outcomes = {
        title: Counter(one.outcome for one in checks if one.kind == "sum") for title, checks in found().items()
    }

    assert outcomes == {
        "ensemble du Québec": {"holds": 8, "rounding": 1},
        "Population immigrée par région, recensement de 2016": {"holds": 1, "rounding": 1},
        "Bas-Saint-Laurent": {"holds": 11},
        "Capitale-Nationale": {"holds": 10, "rounding": 1},
        "Gaspésie–Îles-de-la-Madeleine": {},
        "Chaudière-Appalaches": {},
    }


def test_what_rounding_explains_is_told_in_words_with_its_place() -> None:
    told = [
        check_words(one, names(dataset_id)).fr
        for dataset_id, (register, cells) in datasets().items()
        for one in check(cells, register.scheme)
        if one.kind == "sum" and one.outcome == "rounding"
    ]

    assert [" ".join(one.replace("\xa0", " ").split()) for one in told] == [
        (
            "Québec, personnes immigrantes admises, par année : les parties donnent 100,1 % et le tableau imprime "
            "100,0 %; l’arrondi explique jusqu’à 0,25 %."
        ),
        (
            "population immigrée, année 2016, par territoire : les parties donnent 1 091 320 et le tableau "
            "imprime 1 091 310; l’arrondi explique jusqu’à 42,5."
        ),
        (
            "Capitale-Nationale, personnes immigrantes admises, année 2019, par catégorie d’immigration : les "
            "parties donnent 99,9 % et le tableau imprime 100,0 %; l’arrondi explique jusqu’à 0,2 %."
        ),
    ]


def test_every_printed_percentage_is_what_its_two_numbers_make_where_both_are_there() -> None:
    shares = [one for checks in found().values() for one in checks if one.kind == "share"]

    assert Counter((one.outcome, one.reason) for one in shares) == {
        ("rounding", None): 80,
        ("holds", None): 17,
        ("not_checked", "no_denominator"): 2,
        ("not_checked", "part_not_printed"): 1,
    }


@pytest.mark.parametrize(
    ("beginning", "verdict", "made"),
    [
        ("En 2019, la région compte 11", "rounded", "11.4"),
        ("Dans l’ensemble du Québec, ce rapport", "rounded", "3.9"),
        ("Les réfugiés forment", "rounded", "38.52"),
        ("Dans l’ensemble du Québec, leur part", "rounded", "17.87"),
        ("La population de la région a décru", "not_checkable", None),
        ("Parmi les personnes immigrantes", "not_checkable", None),
        ("Ces personnes forment 5\xa0%", "disagrees", "3.3"),
        ("La région accueille 7,4\xa0%", "rounded", "7.42"),
        ("Elle reçoit 15\xa0%", "rounded", "15.0"),
        ("La région compte 130", "agrees", "130"),
        ("Depuis 1980", "not_checkable", None),
    ],
)
def test_what_the_plan_says_is_held_to_its_tables(beginning: str, verdict: str, made: str | None) -> None:
    (claim,) = [one for one in of(TieClaim) if one.text.in_("fr").text.startswith(beginning)]
    _, cells = datasets()[claim.dataset_id]
    judged = judge(claim.stated, claim.tie, {cell.key: cell for cell in cells})

    assert (judged.verdict, None if judged.found is None else str(judged.found)) == (verdict, made)


def test_no_claim_is_left_out_above() -> None:
    assert len(list(of(TieClaim))) == 11


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_place_and_its_categories_are_named_in_both_languages(language: Language) -> None:
    for dataset_id, (register, cells) in datasets().items():
        for one in check(cells, register.scheme):
            told = place_words(one.where, names(dataset_id), language)
            assert "“" not in told
            assert "«" not in told

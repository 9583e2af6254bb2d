"""Findings as sentences, with where they are."""

from decimal import Decimal

import pytest

from domain.dataset.events import Cell
from domain.narration.words import Words
from domain.portrait.checks import check
from domain.portrait.words import Names, check_words
from domain.values import QualifiedValue, both
from tests.unit.domain.portrait.printed import CAPITALE_NATIONALE, admissions, on_the_map, people, per_cent

NAMES: Names = {
    ("REF_AREA", "03"): both(en="Capitale-Nationale", fr="Capitale-Nationale", source="fr"),
    ("MEASURE", "admissions"): both(en="permanent admissions", fr="admissions permanentes", source="fr"),
    ("CATEGORY", None): both(en="category", fr="catégorie", source="fr"),
    ("YEAR", "2019"): both(en="2019", fr="2019", source="fr"),
}


def told(cells: list[Cell], names: Names, index: int = 0) -> Words:
    return check_words(check(cells, "qc-region")[index], names)


def test_a_finding_says_where_it_is_by_what_what_was_found_and_what_rounding_explains() -> None:
    found = check(admissions("03", CAPITALE_NATIONALE), "qc-region")
    (one,) = [one for one in found if one.kind == "sum" and one.outcome == "rounding"]

    words = check_words(one, NAMES)
    assert words.en == (
        "Capitale-Nationale, permanent admissions, 2019, by category: the parts make 99.9%, and 100.0% is "
        "printed; rounding explains up to 0.2%."
    )
    assert words.fr == (
        "Capitale-Nationale, admissions permanentes, 2019, par catégorie\xa0: les parties donnent 99,9\xa0% et le "
        "tableau imprime 100,0\xa0%; l’arrondi explique jusqu’à 0,2\xa0%."
    )


def test_what_a_dataset_does_not_name_is_told_by_its_code() -> None:
    assert told(list(on_the_map()), {}).fr == (
        "«\xa0measure\xa0» immigrants, par lieu\xa0: les parties donnent 1\xa0091\xa0320 et le tableau imprime "
        "1\xa0091\xa0310; l’arrondi explique jusqu’à 42,5."
    )


def count(key: str, number: int) -> Cell:
    return Cell(key=key, value=people(number))


HIDDEN = Cell(key="01/sex.men", value=QualifiedValue(kind="suppressed", unit="people"))


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (
            [count("01", 5), count("01/sex.women", 2), count("01/sex.men", 3)],
            "place 01, by “sex”: the parts make 5, as printed.",
        ),
        (
            [count("01", 6), count("01/sex.women", 2), count("01/sex.men", 3)],
            "place 01, by “sex”: the parts make 5, but 6 is printed; rounding explains 0 at most.",
        ),
        (
            [count("01", 5), count("01/sex.women", 6), HIDDEN],
            "place 01, by “sex”: the parts that are known cannot make the 5 that is printed.",
        ),
        (
            [count("01", 6), count("01/sex.women", 5), HIDDEN],
            "place 01, by “sex”: not checked, because a part is suppressed, missing or given without bounds.",
        ),
        (
            [
                count("sex.women", 5),
                Cell(key="sex.women/share.sex", value=per_cent("45"), denominator=people(11)),
            ],
            "“sex” women, share by “sex”: its two figures make 45%, as printed, rounded.",
        ),
    ],
)
def test_each_finding_has_its_sentence(cells: list[Cell], words: str) -> None:
    assert told(cells, {}).en == words


def test_a_column_without_a_printed_total_is_told_against_a_whole() -> None:
    cells = [
        Cell(key=f"01/sex.{sex}/share.sex", value=per_cent(share), denominator=people(135))
        for sex, share in (("women", "45.2"), ("men", "55.9"))
    ]
    words = told(cells, {})
    assert words.en == (
        "place 01, by “sex”: the parts make 101.1%, but a whole is 100%; rounding explains 0.1% at most."
    )
    assert words.fr == (
        "lieu 01, par «\xa0sex\xa0»\xa0: les parties donnent 101,1\xa0%, mais un tout est de 100\xa0%; l’arrondi "
        "explique tout au plus 0,1\xa0%."
    )


def test_a_whole_table_has_no_place_to_name() -> None:
    cells = [count("total", 1), count("sex.women", 2), count("sex.men", 3)]
    shares = [
        Cell(key=f"sex.{sex}/share.sex", value=per_cent("50"), denominator=people(5)) for sex in ("women", "men")
    ]
    assert told([*cells, *shares], {}).fr.startswith("l’ensemble du tableau, par «\xa0sex\xa0»\xa0: ")
    assert Decimal("0.5") * 2 == check([*cells, *shares], None)[0].allowance

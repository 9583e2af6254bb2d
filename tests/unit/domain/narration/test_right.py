"""Who did something and by what right, in words."""

from datetime import date

from domain.narration import right
from domain.values import both, en, fr
from domain.verdict.words import NBSP

DAY = date(2025, 3, 26)
OFFICE = fr("Direction régionale")


def plain(words: str) -> str:
    return words.replace(NBSP, " ")


def test_who_is_told_by_the_role_and_for_some_by_the_pseudonym() -> None:
    assert right.who("chair", None) == ("chair", "présidence")
    assert right.who("chair", "p1") == ("chair, under the pseudonym p1", "présidence, sous le pseudonyme p1")


def test_without_authority_the_reason_is_told() -> None:
    assert right.without_authority("not_stated_in_source").fr == "la source ne précise aucune autorisation"


def test_an_instrument_is_told_by_its_office_number_and_day() -> None:
    words = right.by_instrument(OFFICE, "DR-2021-02", DAY)
    assert plain(words.fr) == "par un acte de « Direction régionale », no DR-2021-02, daté du 26 mars 2025"
    assert words.en == "by an act of “Direction régionale” (in French), no. DR-2021-02, dated March 26, 2025"
    assert plain(right.by_instrument(OFFICE, None, None).fr) == "par un acte de « Direction régionale »"


def test_a_decision_is_told_with_the_arithmetic_as_it_was_judged() -> None:
    quorum = both(
        en="6 of 7 voting seats present: reached", fr="6 des 7 sièges votants présents : atteint", source="en"
    )
    carried = both(en="5 in favour, 0 against: carried", fr="5 pour, 0 contre : adoptée", source="en")

    words = right.by_decision("2025-2", en("Plan adopted"), DAY, quorum=quorum, majority=carried)

    assert words.en == (
        "by decision 2025-2 of March 26, 2025, “Plan adopted”; quorum: 6 of 7 voting seats present: reached; "
        "majority: 5 in favour, 0 against: carried"
    )
    assert plain(words.fr) == (
        "par la décision 2025-2 du 26 mars 2025, « Plan adopted » (en anglais); "
        "quorum : 6 des 7 sièges votants présents : atteint; majorité : 5 pour, 0 contre : adoptée"
    )


def test_a_decision_without_a_quorum_says_so() -> None:
    words = right.by_decision("2025-3", None, DAY, quorum=None, majority=None)

    assert words.en == "by decision 2025-3 of March 26, 2025; no quorum is worked out for it"
    assert words.fr == "par la décision 2025-3 du 26 mars 2025; aucun quorum n’est calculé pour elle"

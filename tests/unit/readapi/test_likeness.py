"""How alike wordings are: by their words, whatever the form, and in either language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readapi.likeness import WORTH_A_LOOK, Language, likeness

SHARED: list[tuple[Language, str]] = [
    ("en", "Attendance at welcome and information sessions"),
    ("fr", "Participations aux séances d’accueil et d’information"),
]
TEXTS = st.lists(st.tuples(st.sampled_from(["en", "fr"]), st.text(max_size=30)), max_size=2)


@pytest.mark.parametrize(
    "wording",
    [
        "Nombre de participations aux séances d’information",
        "Participation à des séances d'accueil",
        "SEANCES D’ACCUEIL ET D’INFORMATION : PARTICIPATIONS",
        "Nombre de présences aux activités d’accueil, bénévoles compris",
    ],
)
def test_the_same_words_in_another_form_are_worth_a_look(wording: str) -> None:
    found = likeness([("fr", wording)], SHARED)

    assert found is not None
    assert found.share >= WORTH_A_LOOK
    assert found.language == "fr"


@pytest.mark.parametrize("wording", ["Nombre de visites au kiosque d’accueil", "Nombre d’emplois pourvus"])
def test_other_things_are_not(wording: str) -> None:
    found = likeness([("fr", wording)], SHARED)

    assert found is None or found.share < WORTH_A_LOOK


def test_words_that_say_nothing_make_no_likeness() -> None:
    assert likeness([("fr", "Nombre de")], [("fr", "Le nombre des")]) is None


def test_without_a_language_in_common_nothing_is_said() -> None:
    assert likeness([("en", "Sessions")], [("fr", "Séances")]) is None


@given(TEXTS, TEXTS)
def test_it_is_a_share_whichever_comes_first(
    one: list[tuple[Language, str]], other: list[tuple[Language, str]]
) -> None:
    one, other = list(dict(one).items()), list(dict(other).items())
    there, back = likeness(one, other), likeness(other, one)

    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there.share == pytest.approx(back.share)
        assert 0 < there.share <= 1

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import LocalizedText, Wording, both, en, fr
from tests.unit.domain.values.strategies import localized_texts


def test_a_text_known_in_one_language_lists_the_other_as_missing() -> None:
    assert fr("Cadre de référence") == LocalizedText(fr="Cadre de référence", source="fr")
    assert fr("Cadre de référence").missing == ("en",)
    assert en("Terms of reference").missing == ("fr",)
    assert both(fr="Plan", en="Plan", source="fr").missing == ()


def test_a_reader_gets_the_language_asked_for_and_else_is_told_which_one_it_is() -> None:
    council = both(fr="Conseil", en="Council", source="fr", unofficial=("en",))

    assert council.in_("en") == Wording("Council", "en")
    assert council.in_("fr") == Wording("Conseil", "fr")
    assert fr("Conseil").in_("en") == Wording("Conseil", "fr")
    assert en("Council").in_("fr") == Wording("Council", "en")


@given(text=localized_texts())
def test_a_missing_language_is_never_filled_in(text: LocalizedText) -> None:
    for language in text.missing:
        assert text.in_(language).language == text.source


def test_a_text_without_its_source_language_is_refused() -> None:
    with pytest.raises(ValueError, match="the source language is 'fr', and there is no text in it"):
        LocalizedText(en="Plan", source="fr")


def test_an_unofficial_translation_is_there_is_not_the_source_and_is_named_once() -> None:
    with pytest.raises(ValueError, match="'en' is marked unofficial, and there is no text in it"):
        LocalizedText(fr="Plan", source="fr", unofficial=("en",))
    with pytest.raises(ValueError, match="the source language 'fr' cannot be an unofficial translation"):
        LocalizedText(fr="Plan", en="Plan", source="fr", unofficial=("fr",))
    with pytest.raises(ValueError, match="marked unofficial twice"):
        LocalizedText(fr="Plan", en="Plan", source="fr", unofficial=("en", "en"))


@pytest.mark.parametrize("blank", ["", "  ", "\u00a0", "\u202f"])
def test_a_blank_text_is_refused(blank: str) -> None:
    with pytest.raises(ValueError, match="the text in 'en' is blank"):
        LocalizedText(en=blank, source="en")


def test_a_text_has_at_most_4000_characters() -> None:
    assert LocalizedText(fr="é" * 4_000, source="fr").fr == "é" * 4_000
    with pytest.raises(ValueError, match="has 4001 characters; at most 4000 are kept"):
        LocalizedText(fr="é" * 4_001, source="fr")


@pytest.mark.parametrize("control", ["\x00", "\n", "\t", "\x1f", "\x7f", "\x85", "\u2028", "\u202e", "\ud800"])
def test_a_control_character_is_refused_and_named(control: str) -> None:
    with pytest.raises(ValueError, match=rf"holds the control character U\+{ord(control):04X} at 4"):
        LocalizedText(en=f"Plan{control}A", source="en")


def test_a_text_that_is_not_composed_is_refused_inside_and_composed_at_the_door() -> None:
    with pytest.raises(ValueError, match="not in Unicode form NFC"):
        LocalizedText(fr="Que\u0301bec", source="fr")

    assert fr("Que\u0301bec").fr == "Québec"


def test_the_door_trims_joins_lines_and_keeps_no_break_spaces() -> None:
    assert fr("  Mise\r\n  en\tœuvre\u00a0:\u202f1 ").fr == "Mise en œuvre\u00a0:\u202f1"


def test_at_the_door_a_blank_text_is_an_absent_one() -> None:
    assert LocalizedText.of(en="Plan", fr=" ", source="en") == en("Plan")


@given(text=st.text(max_size=200))
def test_whatever_enters_is_kept_clean_or_refused(text: str) -> None:
    try:
        kept = en(text).en
    except ValueError:
        return
    assert kept is not None
    assert en(kept).en == kept

"""The difference between two states of a plan: exact, and told whole."""

from decimal import Decimal
from typing import get_args
from uuid import UUID

import msgspec
import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from domain.ids import ElementId
from domain.narration import codes
from domain.narration.difference import FIELDS, Telling
from domain.narration.values import value_words
from domain.narration.words import Words
from domain.plan import events
from domain.plan.difference import (
    Change,
    ElementText,
    Fact,
    PlanText,
    Subject,
    TargetText,
    apply,
    difference,
)
from domain.plan.events import ElementLink
from domain.values import LANGUAGES, Citation, Language, LocalizedText, Period, QualifiedValue, both, fr
from domain.values.text import WORDING_CHARACTERS_MAX
from domain.verdict.words import NBSP
from tests.unit.domain.narration.pairs import CITED, ELEMENTS, FIGURES, PERIODS, TARGETS, TEXTS, THEIRS, pairs
from tests.unit.domain.values.strategies import localized_texts, quantities, territory_codes

WELCOME, KEEP = ElementId(UUID(int=11)), ElementId(UUID(int=12))
OLD = PlanText(
    title=fr("Plan d’action"),
    elements={
        WELCOME: ElementText(level="objective", wording=fr("Accueillir"), rank=1, number="1.2"),
        KEEP: ElementText(level="action", wording=fr("Tenir un salon"), rank=1, parent_id=WELCOME),
    },
)
QUANTITIES = quantities(milestones=True) | quantities(unit="percent") | quantities(unit="entreprises")
EVERY_PAIR = settings(max_examples=1_000, deadline=None)


@EVERY_PAIR
@given_any(pairs())
def test_applying_a_difference_to_the_old_gives_the_new_and_all_of_it_is_told(
    pair: tuple[PlanText, PlanText],
) -> None:
    old, new = pair

    changes = difference(old, new)

    assert apply(old, changes) == new
    assert (changes == ()) == (old == new)
    assert apply(new, difference(new, old)) == old
    subjects = [one.subject for one in changes]
    assert len(set(subjects)) == len(subjects)
    telling = Telling(old, new)
    for one in changes:
        words = telling.words(one)
        for language in LANGUAGES:
            said = words.in_(language).casefold()
            for fact in one.facts:
                for part in _values(telling, fact, language):
                    assert part.casefold() in said  # a sentence begins with a capital letter
            for part in _ids(one.subject):
                assert part in said


def _values(telling: Telling, fact: Fact, language: Language) -> list[str]:
    """What a sentence has to say of a fact."""
    if isinstance(fact.before, LocalizedText) and isinstance(fact.after, LocalizedText):
        texts = [(getattr(fact.before, of), getattr(fact.after, of)) for of in LANGUAGES]
        parts = [text for pair in texts if pair[0] != pair[1] for text in pair if text is not None]
        return parts or [value_words(fact.before, language), value_words(fact.after, language)]
    return [telling.value(fact.field, value, language) for value in (fact.before, fact.after) if value is not None]


def _ids(subject: Subject) -> list[str]:
    """Ids that no name stands for in these pairs."""
    cited = () if subject.parent is None else (subject.parent.log, subject.parent.stream, subject.parent.version)
    theirs = () if subject.parent_element_id is None else (subject.parent_element_id,)
    return [str(one) for one in (*cited, *theirs)]


@settings(deadline=None)
@given_any(
    st.one_of(
        *(st.tuples(of, of) for of in (localized_texts(), QUANTITIES, territory_codes())),
        *(st.tuples(of, of) for of in (TEXTS, FIGURES)),
        st.tuples(st.sampled_from(PERIODS), st.sampled_from(PERIODS)),
        st.tuples(st.sampled_from(CITED), st.sampled_from(CITED)),
    )
)
def test_values_that_differ_are_never_said_alike(two: tuple[object, object]) -> None:
    one, other = two

    for language in LANGUAGES:
        assert (value_words(one, language) == value_words(other, language)) <= (one == other)


def test_codes_that_differ_are_never_said_alike_and_every_code_has_words() -> None:
    for words, literal in (
        (codes.LEVELS, events.Level),
        (codes.INDICATOR_KINDS, events.IndicatorKind),
        (codes.DIRECTIONS, TargetText.__annotations__["direction"]),
    ):
        assert {*words} == {*get_args(literal)}
        assert len({said.en for said in words.values()}) == len({said.fr for said in words.values()}) == len(words)


def test_every_fact_that_can_differ_has_a_label_of_its_own() -> None:
    for kind, struct in (("element", ElementText), ("target", TargetText)):
        assert {*FIELDS[kind]} == {field.name for field in msgspec.structs.fields(struct)}
        for language in LANGUAGES:
            labels = [words.in_(language) for words in FIELDS[kind].values()]
            assert len(set(labels)) == len(labels)
    assert {*FIELDS} == {*get_args(Subject.__annotations__["kind"])}


def test_a_value_of_no_known_kind_has_no_words() -> None:
    with pytest.raises(TypeError, match="bytes"):
        value_words(b"", "en")


def test_a_value_is_said_in_both_languages_with_the_codes_and_names_of_its_fact() -> None:
    telling = Telling(OLD, OLD)

    assert telling.value_in_both("direction", "increase") == Words("meant to go up", "à la hausse")
    assert telling.value_in_both("parent_id", WELCOME).en == "“Accueillir”"


def test_a_plan_that_did_not_change_has_no_difference() -> None:
    assert difference(OLD, OLD) == ()


def test_a_rewording_is_told_with_both_wordings() -> None:
    reworded = msgspec.structs.replace(OLD.elements[WELCOME], wording=fr("Accueillir et retenir"))
    new = msgspec.structs.replace(OLD, elements={**OLD.elements, WELCOME: reworded})

    (change,) = difference(OLD, new)

    assert change == Change(
        subject=Subject(kind="element", element_id=WELCOME),
        kind="changed",
        facts=(Fact(field="wording", before=fr("Accueillir"), after=fr("Accueillir et retenir")),),
    )
    words = Telling(OLD, new).words(change)
    assert _plain(words) == "Objectif 1.2 modifié. Libellé : « Accueillir » devient « Accueillir et retenir »."
    assert words.en == ("Objective 1.2 changed. Wording: in French: “Accueillir” becomes “Accueillir et retenir”.")


def test_a_withdrawal_says_what_is_gone_and_an_addition_what_it_stands_under() -> None:
    fair = ElementText(
        level="action",
        wording=both(en="Hold a fair", fr="Tenir une foire", source="fr"),
        rank=2,
        parent_id=WELCOME,
    )
    new = PlanText(title=OLD.title, elements={WELCOME: OLD.elements[WELCOME], ELEMENTS[0]: fair})

    said = Telling(OLD, new).every(difference(OLD, new))

    added = "Libellé : « Tenir une foire », original (en anglais : « Hold a fair »). Rang : 2."
    gone = "Libellé : « Tenir un salon ». Rang : 1."
    assert [_plain(words) for words in said] == [
        f"Action ajoutée. {added} Relève de : « Accueillir ».",
        f"Action retirée. {gone} Relève de : « Accueillir ».",
    ]


def test_wordings_as_long_as_they_may_be_are_told_whole() -> None:
    before, after = "a" * WORDING_CHARACTERS_MAX, "b" * WORDING_CHARACTERS_MAX
    old = PlanText(elements={WELCOME: ElementText(level="objective", wording=fr(before), rank=1)})
    new = PlanText(elements={WELCOME: ElementText(level="objective", wording=fr(after), rank=1)})

    (words,) = Telling(old, new).every(difference(old, new))

    assert before in words.en
    assert after in words.fr


def test_links_and_targets_are_part_of_the_difference() -> None:
    parent = Citation(log=UUID(int=1), stream=UUID(int=2), version=17)
    target = TargetText(
        indicator_id=KEEP,
        unit="percent",
        direction="increase",
        baseline=QualifiedValue(kind="exact", number=Decimal(34), unit="percent", raw="34 %"),
    )
    year = Period.fiscal_year(2021)
    before = QualifiedValue(kind="milestone", raw="Mise en œuvre")
    after = QualifiedValue(kind="not_applicable", raw="s. o.")
    old = msgspec.structs.replace(OLD, targets={TARGETS[0]: target}, figures={(TARGETS[0], year): before})
    new = msgspec.structs.replace(
        old,
        links={parent: frozenset({ElementLink(element_id=WELCOME, parent_element_id=THEIRS[0])})},
        figures={(TARGETS[0], year): after},
    )

    said = Telling(old, new, {THEIRS[0]: fr("Attirer"), parent.stream: fr("Plan stratégique")}).every(
        difference(old, new)
    )

    place = f"version 17 de la fiche {parent.stream} du registre {parent.log}"
    value = "jalon, texte imprimé « Mise en œuvre » devient sans objet, texte imprimé « s. o. »"
    assert [_plain(words) for words in said] == [
        f"Le plan se rattache désormais à un autre : « Plan stratégique » ({place}).",
        f"« Accueillir » contribue désormais à « Attirer », dans la {place}.",
        f"Cible de « Tenir un salon », exercice 2021-2022, modifiée. Valeur : {value}.",
    ]


def _plain(words: Words) -> str:
    """The French words with plain spaces, which these sentences are written with here."""
    return words.fr.replace(NBSP, " ")

"""Definitions of indicators, event by event."""

from typing import Final

from domain.indicator import (
    Dimension,
    IndicatorCountingStated,
    IndicatorDefined,
    IndicatorRetired,
    IndicatorRevised,
)
from domain.narration import codes
from domain.narration.past import ITSELF, Past
from domain.narration.texts import text_words
from domain.narration.told import Story, Told, sealed
from domain.narration.values import listed, restated, stated
from domain.narration.words import COLON, Words
from domain.values import Combining, Language, LocalizedText

INDICATOR_STORY: Final = Story(
    {
        IndicatorDefined: {"plan_indicator": "the plan has an audience of its own; see Indicator.planIndicator"},
        IndicatorRetired: {"note": "sealed: the step says that there is one"},
    }
)
_WORDING: Final = Words("wording", "libellé")
_DESCRIPTION: Final = Words("description", "description")
_DIRECTION: Final = Words("direction", "sens")
_DIMENSIONS: Final = Words("broken down by", "ventilation")
_RULE: Final = Words("fed by the rule", "alimenté par la règle")
_COUNTED: Final = Words("what its figures count", "ce que ses valeurs dénombrent")
_KEPT: Final = ("wording", "description", "direction", "dimensions", "source_rule")


@INDICATOR_STORY.tells(IndicatorDefined)
def _defined(event: IndicatorDefined, past: Past) -> Told:
    past.state(ITSELF, **{field: getattr(event, field) for field in _KEPT})
    said = [
        stated(_WORDING, event.wording),
        stated(Words("unit", "unité"), event.unit),
        stated(Words("what it measures", "ce qui est mesuré"), event.kind, codes=codes.INDICATOR_KINDS),
        stated(_DIRECTION, event.direction, codes=codes.DIRECTIONS),
        stated(
            Words("how figures come together", "comment les valeurs se réunissent"),
            event.combining,
            say=_combining,
        ),
    ]
    facts = (
        (_DESCRIPTION, event.description, None),
        (Words("as a share of", "en proportion de"), event.denominator, None),
        (Words("unit of the denominator", "unité du dénominateur"), event.denominator_unit, None),
        (_DIMENSIONS, event.dimensions or None, _dimensions),
        (_RULE, event.source_rule, None),
    )
    said += [stated(label, value, say=say) for label, value, say in facts if value is not None]
    said.append(stated(Words("for", "pour"), event.audience, codes=codes.AUDIENCES))
    return Told(Words("an indicator is defined", "un indicateur est défini"), tuple(said))


@INDICATOR_STORY.tells(IndicatorRevised)
def _revised(event: IndicatorRevised, past: Past) -> Told:
    said = []
    if event.wording is not None:
        said.append(restated(_WORDING, past.of(ITSELF, "wording", LocalizedText), event.wording))
    if event.description is not None:
        said.append(restated(_DESCRIPTION, past.of(ITSELF, "description", LocalizedText), event.description))
    if event.direction is not None:
        before = past.of(ITSELF, "direction", str)
        said.append(restated(_DIRECTION, before, event.direction, codes=codes.DIRECTIONS))
    if event.dimensions is not None:
        known = past.of(ITSELF, "dimensions", tuple[Dimension, ...])
        said.append(restated(_DIMENSIONS, known or None, event.dimensions, say=_dimensions))
    if event.source_rule is not None:
        said.append(restated(_RULE, past.of(ITSELF, "source_rule", str), event.source_rule))
    changed = {field: getattr(event, field) for field in _KEPT}
    past.state(ITSELF, **{field: value for field, value in changed.items() if value is not None})
    return Told(Words("the definition is revised", "la définition est révisée"), tuple(said))


@INDICATOR_STORY.tells(IndicatorCountingStated)
def _counting_stated(event: IndicatorCountingStated, past: Past) -> Told:
    before = past.of(ITSELF, "counted", str)
    past.state(ITSELF, counted=event.counted)
    headline = Words("it is said what the indicator counts", "il est précisé ce que l’indicateur dénombre")
    return Told(headline, (restated(_COUNTED, before, event.counted, codes=codes.COUNTED),))


@INDICATOR_STORY.tells(IndicatorRetired)
def _retired(event: IndicatorRetired, _past: Past) -> Told:
    headline = Words(
        "the indicator is retired: nothing new is asked of it",
        "l’indicateur est retiré, rien de nouveau n’est demandé",
    )
    return Told(headline, sealed(event.note))


def _combining(combining: Combining, language: Language) -> str:
    measure = codes.MEASURES[combining.measure].in_(language)
    over = codes.OVER_PERIODS[combining.over_periods].in_(language)
    across = codes.ACROSS_BODIES[combining.across_bodies].in_(language)
    if language == "en":
        return f"{measure}; over periods {over}; across bodies {across}"
    return f"{measure}; sur plusieurs périodes, {over}; entre organismes, {across}"


def _dimensions(dimensions: tuple[Dimension, ...], language: Language) -> str:
    if not dimensions:
        return "nothing" if language == "en" else "aucune"
    return listed(_dimension(one, language) for one in dimensions)


def _dimension(one: Dimension, language: Language) -> str:
    categories = ", ".join(f"{text_words(each.label, language)} ({each.code})" for each in one.categories)
    return f"{text_words(one.label, language)} ({one.code}){COLON[language]}{categories}"

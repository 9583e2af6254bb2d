"""The difference between two states of a plan as sentences, one for each subject that changed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from domain.narration import codes
from domain.narration.values import Names, citation_words, named, period_words, restated, stated, value_words
from domain.narration.words import COLON, Words, either, sentences
from domain.plan.difference import Change, ChangeKind, ElementText, Fact, PlanText
from domain.values import Language, LocalizedText

FIELDS: Final[Mapping[str, Mapping[str, Words]]] = {
    "plan": {"title": Words("title", "titre")},
    "element": {
        "level": Words("level", "niveau"),
        "parent_id": Words("stands under", "relève de"),
        "number": Words("number as printed", "numéro imprimé"),
        "wording": Words("wording", "libellé"),
        "territory": Words("heading of a territory", "titre de territoire"),
        "indicator_kind": Words("what it measures", "ce qui est mesuré"),
        "rank": Words("rank", "rang"),
        "copied_from": Words("text copied from", "texte repris de"),
    },
    "target": {
        "indicator_id": Words("indicator", "indicateur"),
        "unit": Words("unit", "unité"),
        "direction": Words("direction", "sens"),
        "baseline": Words("baseline", "donnée de référence"),
        "baseline_period": Words("period of the baseline", "période de référence"),
        "definition": Words("definition of the indicator", "définition de l’indicateur"),
    },
    "target_value": {"value": Words("figure", "valeur")},
    "parent": {},
    "link": {},
}
"""Every fact that can differ, by what it is a fact of."""
_CODES: Final[Mapping[str, Mapping[str, Words]]] = {
    "level": codes.LEVELS,
    "indicator_kind": codes.INDICATOR_KINDS,
    "direction": codes.DIRECTIONS,
}
_DONE: Final[Mapping[ChangeKind, Words]] = {
    "added": Words("added", "ajouté"),
    "changed": Words("changed", "modifié"),
    "withdrawn": Words("withdrawn", "retiré"),
}


class Telling:
    """Tells the changes between two states.

    `names` are those of records that the plan only cites: parent plans, their elements, definitions.
    """

    def __init__(self, old: PlanText, new: PlanText, names: Names | None = None) -> None:
        self._old, self._new = old, new
        worded: dict[UUID, LocalizedText] = {id_: element.wording for id_, element in old.elements.items()}
        worded |= {id_: element.wording for id_, element in new.elements.items()}
        self._names: Names = {**(names or {}), **worded}

    def words(self, one: Change) -> Words:
        """One change: what became of what, then each fact that differs."""
        facts = [self.fact(one, fact) for fact in one.facts if not _in_heading(one, fact)]
        return sentences((either(self._heading(one)), *facts))

    def every(self, changes: Iterable[Change]) -> list[Words]:
        """All changes in their order."""
        return [self.words(one) for one in changes]

    def fact(self, one: Change, fact: Fact) -> Words:
        """One fact that differs, with its value before and after."""
        label, known = FIELDS[one.subject.kind][fact.field], _CODES.get(fact.field)
        if one.kind == "changed":
            return restated(label, fact.before, fact.after, codes=known, names=self._names)
        value = fact.before if fact.after is None else fact.after
        return stated(label, value, codes=known, names=self._names)

    def value(self, field: str, value: Any, language: Language) -> str:
        """A value of a fact."""
        if field == "number":
            return str(value)
        if field in _CODES:
            return _CODES[field][value].in_(language)
        return value_words(value, language, self._names)

    def value_in_both(self, field: str, value: Any) -> Words:
        """A value of a fact in both languages."""
        return either(lambda language: self.value(field, value, language))

    def _heading(self, one: Change) -> Callable[[Language], str]:
        return lambda language: getattr(self, f"_{one.subject.kind}")(one, language)

    def _plan(self, one: Change, language: Language) -> str:
        assert one.kind == "changed"
        return Words("the plan itself changed", "le plan lui-même est modifié").in_(language)

    def _element(self, one: Change, language: Language) -> str:
        element_id = one.subject.element_id
        assert element_id is not None
        element = self._old.elements.get(element_id) or self._new.elements[element_id]
        said = _short(element, language)
        if one.kind == "changed" and all(fact.field != "wording" for fact in one.facts):
            said += f" {named(element_id, self._names, language)}"
        return f"{said} {_done(one.kind, language, feminine=element.level in codes.FEMININE_LEVELS)}"

    def _parent(self, one: Change, language: Language) -> str:
        cited = one.subject.parent
        assert cited is not None
        name = None if cited.stream not in self._names else named(cited.stream, self._names, language)
        if one.kind == "added":
            begins = Words("the plan now serves another one", "le plan se rattache désormais à un autre")
        else:
            begins = Words("the plan no longer serves another one", "le plan ne se rattache plus à un autre")
        return begins.in_(language) + COLON[language] + citation_words(cited, language, name)

    def _link(self, one: Change, language: Language) -> str:
        ours, theirs, cited = one.subject.element_id, one.subject.parent_element_id, one.subject.parent
        assert ours is not None
        assert theirs is not None
        assert cited is not None
        served, serving = named(theirs, self._names, language), named(ours, self._names, language)
        place = citation_words(cited, language)
        if language == "en":
            verb = "now serves" if one.kind == "added" else "no longer serves"
            return f"{serving} {verb} {served}, in {place}"
        verb = "contribue désormais à" if one.kind == "added" else "ne contribue plus à"
        return f"{serving} {verb} {served}, dans la {place}"

    def _target(self, one: Change, language: Language) -> str:
        return f"{self._target_name(one, language)} {_done(one.kind, language, feminine=True)}"

    def _target_value(self, one: Change, language: Language) -> str:
        period = one.subject.period
        assert period is not None
        when = period_words(period, language)
        said = f"{self._target_name(one, language)}, {when}"
        return f"{said}, {_done(one.kind, language, feminine=True)}"

    def _target_name(self, one: Change, language: Language) -> str:
        target_id = one.subject.target_id
        assert target_id is not None
        target = self._new.targets.get(target_id) or self._old.targets.get(target_id)
        of = str(target_id) if target is None else named(target.indicator_id, self._names, language)
        return f"target of {of}" if language == "en" else f"cible de {of}"


def _in_heading(one: Change, fact: Fact) -> bool:
    return one.kind != "changed" and fact.field in ("level", "number")


def _short(element: ElementText, language: Language) -> str:
    """An element by its level and, where one is printed, its number."""
    level = codes.LEVELS[element.level].in_(language)
    return level if element.number is None else f"{level} {element.number}"


def _done(kind: ChangeKind, language: Language, *, feminine: bool) -> str:
    said = _DONE[kind].in_(language)
    return f"{said}e" if feminine and language == "fr" else said

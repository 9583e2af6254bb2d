"""Plans, event by event."""

from typing import Final, NamedTuple
from uuid import UUID

from domain.ids import ElementId
from domain.narration import codes
from domain.narration.past import ITSELF, Past, json_of
from domain.narration.told import Story, Told, sealed
from domain.narration.values import Names, citation_words, named, restated, stated
from domain.narration.words import Words, either
from domain.plan.events import (
    ConsultationRecorded,
    ElementAdded,
    ElementLink,
    ElementReworded,
    ElementWithdrawn,
    PlanAlignedToParent,
    PlanClosed,
    PlanDrafted,
    PlanRetitled,
    ProgressRecorded,
    RevisionAdopted,
    RevisionPublished,
)
from domain.values import LocalizedText
from domain.verdict.words import NBSP

_NOTE: Final = {"note": "sealed: the step says that there is one"}
PLAN_STORY: Final = Story(
    {
        PlanDrafted: {"agreement_id": "the agreement has an audience of its own; see Plan.agreement"},
        ElementAdded: {"element_id": "told by what it says"},
        ElementWithdrawn: _NOTE,
        ConsultationRecorded: _NOTE,
        ProgressRecorded: _NOTE,
        PlanClosed: _NOTE,
    }
)
WORDING: Final = Words("wording", "libellé")
_ELEMENT: Final = Words("element", "élément")


@PLAN_STORY.tells(PlanDrafted)
def _drafted(event: PlanDrafted, past: Past) -> Told:
    past.state(ITSELF, title=event.title)
    kind = codes.PLAN_KINDS[event.kind]
    return Told(
        Words(f"work on the plan begins ({kind.en})", f"début des travaux sur le plan ({kind.fr})"),
        (stated(Words("title", "titre"), event.title), stated(Words("period", "période"), event.period)),
    )


@PLAN_STORY.tells(PlanRetitled)
def _retitled(event: PlanRetitled, past: Past) -> Told:
    before = past.of(ITSELF, "title", LocalizedText)
    past.state(ITSELF, title=event.title)
    headline = Words("the plan takes another title", "le plan change de titre")
    return Told(headline, (restated(Words("title", "titre"), before, event.title),))


@PLAN_STORY.tells(ElementAdded)
def _added(event: ElementAdded, past: Past) -> Told:
    names = _names(past, event.parent_id)
    said = [stated(WORDING, event.wording)]
    if event.parent_id is not None:
        said.append(stated(Words("under", "relève de"), event.parent_id, names=names))
    if event.territory is not None:
        said.append(stated(Words("under the heading of", "sous le titre"), event.territory))
    if event.indicator_kind is not None:
        label = Words("what it measures", "ce qui est mesuré")
        said.append(stated(label, event.indicator_kind, codes=codes.INDICATOR_KINDS))
    said.append(stated(Words("rank", "rang"), event.rank))
    if event.copied_from is not None:
        said.append(stated(Words("text copied from", "texte repris de"), event.copied_from))
    past.state(
        event.element_id,
        level=event.level,
        number=event.number,
        wording=event.wording,
        parent_id=event.parent_id,
    )
    return Told(_became(event.element_id, past, _ADDED), tuple(said))


@PLAN_STORY.tells(ElementReworded)
def _reworded(event: ElementReworded, past: Past) -> Told:
    before = past.of(event.element_id, "wording", LocalizedText)
    past.state(event.element_id, wording=event.wording)
    return Told(_became(event.element_id, past, _REWORDED), (restated(WORDING, before, event.wording),))


@PLAN_STORY.tells(ElementWithdrawn)
def _withdrawn(event: ElementWithdrawn, past: Past) -> Told:
    gone = _with_all_below(event.element_id, past)
    names = _names(past, *gone)
    headline = _became(event.element_id, past, _WITHDRAWN)
    said = [stated(WORDING, past.of(event.element_id, "wording", LocalizedText) or event.element_id)]
    said += [stated(Words("also withdrawn", "aussi retiré"), element_id, names=names) for element_id in gone[1:]]
    for element_id in gone:
        # What a revision said of it stays known until the next one no longer says it.
        past.state(element_id, level=None, number=None, wording=None, parent_id=None)
    return Told(headline, (*said, *sealed(event.note)))


@PLAN_STORY.tells(PlanAlignedToParent)
def _aligned(event: PlanAlignedToParent, past: Past) -> Told:
    names = _names(past, *(link.element_id for link in event.links))
    said = [_link(link, names) for link in event.links]
    cited = either(lambda language: citation_words(event.parent, language))
    headline = Words(
        f"the draft serves another plan, {cited.en}", f"le projet se rattache à un autre plan, {cited.fr}"
    )
    return Told(headline, tuple(said))


@PLAN_STORY.tells(ConsultationRecorded)
def _consulted(event: ConsultationRecorded, _past: Past) -> Told:
    headline = Words("a consultation on the plan is recorded", "une consultation sur le plan est consignée")
    return Told(headline, (stated(Words("consulted", "consultation"), event.consulted), *sealed(event.note)))


@PLAN_STORY.tells(RevisionAdopted)
def _adopted(event: RevisionAdopted, past: Past) -> Told:
    now, before = past.stated("wording"), past.stated("adopted")
    added = [part for part in now if part not in before]
    reworded = [part for part, wording in now.items() if before.get(part, wording) != wording]
    withdrawn = [part for part in before if part not in now]
    counts = (
        (Words("elements", "éléments"), len(now)),
        (Words("added", "ajoutés"), len(added)),
        (Words("reworded", "reformulés"), len(reworded)),
        (Words("withdrawn", "retirés"), len(withdrawn)),
    )
    for part in (*added, *reworded, *withdrawn):
        past.restate(part, "adopted", now.get(part))
    headline = Words(
        f"revision {event.number} adopted: the draft as it stands is what the plan says",
        f"révision {event.number} adoptée{NBSP}: le projet tel qu’il est devient le texte du plan",
    )
    return Told(headline, tuple(stated(label, count) for label, count in counts))


@PLAN_STORY.tells(RevisionPublished)
def _published(event: RevisionPublished, _past: Past) -> Told:
    headline = Words(f"revision {event.number} published", f"révision {event.number} publiée")
    if event.source_published_on is None:
        return Told(headline)
    label = Words("published by the source itself", "publiée par la source elle-même")
    return Told(headline, (stated(label, event.source_published_on),))


@PLAN_STORY.tells(ProgressRecorded)
def _progress(event: ProgressRecorded, past: Past) -> Told:
    before = past.of(event.element_id, "progress", str)
    past.state(event.element_id, progress=event.progress)
    names = _names(past, event.element_id)
    of = either(lambda language: named(event.element_id, names, language))
    headline = Words(f"progress of {of.en} recorded", f"avancement de {of.fr} consigné")
    label = Words("progress", "avancement")
    said = restated(label, before, event.progress, codes=codes.PROGRESS)
    return Told(headline, (said, *sealed(event.note)))


@PLAN_STORY.tells(PlanClosed)
def _closed(event: PlanClosed, _past: Past) -> Told:
    return Told(Words("the plan is closed", "le plan est clos"), sealed(event.note))


def _link(link: ElementLink, names: Names) -> Words:
    ours = either(lambda language: named(link.element_id, names, language))
    theirs = link.parent_element_id
    return Words(f"{ours.en} serves its element {theirs}", f"{ours.fr} contribue à son élément {theirs}")


def _names(past: Past, *parts: UUID | None) -> Names:
    """What these parts say, where they are known."""
    return {
        part: wording
        for part in parts
        if part is not None and (wording := past.of(part, "wording", LocalizedText)) is not None
    }


class _Done(NamedTuple):
    """What became of an element, in French in the gender of its level."""

    en: str
    masculine: str
    feminine: str


_ADDED: Final = _Done("added to the draft", "ajouté au projet", "ajoutée au projet")
_REWORDED: Final = _Done("reworded in the draft", "reformulé dans le projet", "reformulée dans le projet")
_WITHDRAWN: Final = _Done("withdrawn from the draft", "retiré du projet", "retirée du projet")


def _became(element_id: ElementId, past: Past, done: _Done) -> Words:
    """An element by its level and, where one is printed, its number; then what became of it."""
    level, number = past.of(element_id, "level", str), past.of(element_id, "number", str)
    words = _ELEMENT if level is None else codes.LEVELS[level]
    agreeing = done.feminine if level in codes.FEMININE_LEVELS else done.masculine
    if number is None:
        return Words(f"{words.en} {done.en}", f"{words.fr} {agreeing}")
    return Words(f"{words.en} {number} {done.en}", f"{words.fr} {number} {agreeing}")


def _with_all_below(element_id: ElementId, past: Past) -> list[UUID]:
    """The element, then everything that descends from it."""
    parents = past.stated("parent_id")
    found: list[UUID] = [element_id]
    for above in found:
        parent = json_of(above)
        found += sorted(part for part, said in parents.items() if said == parent and part not in found)
    return found

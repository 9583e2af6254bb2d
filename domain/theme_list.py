"""Theme lists: what records are sorted by, as numbered versions that stay, with crosswalks between lists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from domain.agreement import OWNERS as BODIES
from domain.body import BodyKind
from domain.case import Case, Need, Reads
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import StreamId, TenantId, ThemeListId
from domain.published_aggregate import Publication
from domain.stream import Command, State, Stream
from domain.values import LocalizedText

OWNERS = BODIES | {BodyKind.COMMONS}
ThemeCode = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{1,40}$(?!\n)")]
ListCode = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,60}$(?!\n)")]
Relation = Literal["exact", "broader", "narrower", "related"]


class Theme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry: its code holds through all versions, its label may change."""

    code: ThemeCode
    label: LocalizedText
    parent_code: ThemeCode | None = None
    """The theme that it stands under, in the same version."""


Themes = Annotated[tuple[Theme, ...], msgspec.Meta(min_length=1, max_length=300)]


class OtherList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A version of a list, wherever it is kept. `number` is the list's own, not its record's."""

    log: UUID
    theme_list_id: ThemeListId
    number: Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class ThemeLink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a theme of ours relates to one of the other list: ours is broader, narrower, the same or akin."""

    code: ThemeCode
    other_code: ThemeCode
    relation: Relation


# --- events -------------------------------------------------------------------------------------------------


@event("theme_list.Published", lifecycle=True)
class ThemeListPublished(Event, frozen=True, kw_only=True):
    """Version 1, in the order of its author."""

    code: str
    title: LocalizedText
    themes: tuple[Theme, ...]
    publication: Publication | None


@event("theme_list.VersionPublished", lifecycle=True)
class ThemeListVersionPublished(Event, frozen=True, kw_only=True):
    """The whole list anew; the versions before stay."""

    number: int
    themes: tuple[Theme, ...]
    publication: Publication | None


@event("theme_list.Crosswalked")
class ThemeListCrosswalked(Event, frozen=True, kw_only=True):
    """Replaces an earlier crosswalk between the same two versions."""

    number: int
    other: OtherList
    links: tuple[ThemeLink, ...]


@event("theme_list.Retired", lifecycle=True)
class ThemeListRetired(Event, frozen=True, kw_only=True):
    """Nothing new is sorted by it; what is stays so."""


# --- commands -----------------------------------------------------------------------------------------------


class PublishThemeList(Command, frozen=True, kw_only=True):
    """Publish a list of themes, in its author's order."""

    theme_list_id: ThemeListId
    code: ListCode
    title: LocalizedText
    themes: Themes
    publication: Publication | None = None


class PublishThemeListVersion(Command, frozen=True, kw_only=True):
    """Publish the next version of a list, whole."""

    theme_list_id: ThemeListId
    number: Annotated[int, msgspec.Meta(ge=2, le=10_000)]
    themes: Themes
    publication: Publication | None = None


class CrosswalkThemeLists(Command, frozen=True, kw_only=True):
    """Say how the themes of a version relate to those of another list's version."""

    theme_list_id: ThemeListId
    number: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    other: OtherList
    links: Annotated[tuple[ThemeLink, ...], msgspec.Meta(min_length=1, max_length=1_000)]


class RetireThemeList(Command, frozen=True, kw_only=True):
    theme_list_id: ThemeListId


# --- rules --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class ThemeRepeatsError(Refusal):
    theme: str
    code = "theme_repeats"
    en = "The theme “{theme}” stands twice in the list."
    fr = "Le thème « {theme} » figure deux fois dans la liste."


@dataclass(eq=False)
class ThemeUnknownError(Refusal):
    theme: str
    code = "theme_unknown"
    en = "The theme “{theme}” is not in this version of the list."
    fr = "Le thème « {theme} » ne figure pas dans cette version de la liste."


@dataclass(eq=False)
class ThemeListNumberError(Refusal):
    number: int
    last: int
    code = "theme_list_number"
    en = "Version {number} is not possible here: the last version is {last}."
    fr = "La version {number} n’est pas possible ici : la dernière version est la {last}."


@dataclass(eq=False)
class ThemeListRetiredError(Refusal):
    code = "theme_list_retired"
    en = "This list of themes was retired."
    fr = "Cette liste de thèmes n’est plus en usage."


class ThemeList(State, frozen=True, kw_only=True):
    code: str | None = None
    versions: tuple[tuple[str, ...], ...] = ()
    """The codes of each version, in its order; the first is version 1."""
    retired: bool = False


def evolve(themes: ThemeList, recorded: Recorded) -> ThemeList:
    replace = msgspec.structs.replace
    match recorded.payload:
        case ThemeListPublished(code=code, themes=listed):
            return replace(themes, code=code, versions=(_codes(listed),))
        case ThemeListVersionPublished(themes=listed):
            return replace(themes, versions=(*themes.versions, _codes(listed)))
        case ThemeListRetired():
            return replace(themes, retired=True)
    return themes


THEME_LIST = Stream("theme_list", ThemeList(), evolve)


@THEME_LIST.handles("theme_list_id", creates=True, owners=OWNERS)
def publish(themes: ThemeList, command: PublishThemeList) -> list[Event]:  # noqa: ARG001 - no past
    """Publish version 1.

    Raises:
        ThemeRepeatsError: a code stands twice.
        ThemeUnknownError: a theme stands under one that is not in the list.
    """
    _check(command.themes)
    return [
        ThemeListPublished(
            code=command.code, title=command.title, themes=command.themes, publication=command.publication
        )
    ]


@THEME_LIST.handles("theme_list_id", owners=OWNERS)
def publish_version(themes: ThemeList, command: PublishThemeListVersion) -> list[Event]:
    """Publish the next version, numbered without a gap."""
    _check_in_use(themes)
    if command.number != len(themes.versions) + 1:
        raise ThemeListNumberError(number=command.number, last=len(themes.versions))
    _check(command.themes)
    return [
        ThemeListVersionPublished(number=command.number, themes=command.themes, publication=command.publication)
    ]


def _needs(themes: ThemeList, command: CrosswalkThemeLists, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    yield Need(THEME_LIST, StreamId(command.other.theme_list_id), TenantId(command.other.log))


@THEME_LIST.handles("theme_list_id", owners=OWNERS, needs=_needs)
def crosswalk(themes: ThemeList, command: CrosswalkThemeLists, case: Case) -> list[Event]:
    """Relate two versions, theme by theme.

    Raises:
        ThemeListNumberError: one of the lists has no such version.
        ThemeUnknownError: a theme is not in its version.
        StreamMissingError: there is no such other list.
    """
    other = command.other
    there = case.state(THEME_LIST, StreamId(other.theme_list_id), TenantId(other.log))
    ours, theirs = _version(themes, command.number), _version(there, other.number)
    for link in command.links:
        for code, known in ((link.code, ours), (link.other_code, theirs)):
            if code not in known:
                raise ThemeUnknownError(theme=code)
    return [ThemeListCrosswalked(number=command.number, other=other, links=command.links)]


@THEME_LIST.handles("theme_list_id", owners=OWNERS)
def retire(themes: ThemeList, command: RetireThemeList) -> list[Event]:  # noqa: ARG001 - the id is all it carries
    _check_in_use(themes)
    return [ThemeListRetired()]


def _codes(themes: Sequence[Theme]) -> tuple[str, ...]:
    return tuple(theme.code for theme in themes)


def _version(themes: ThemeList, number: int) -> tuple[str, ...]:
    if number > len(themes.versions):
        raise ThemeListNumberError(number=number, last=len(themes.versions))
    return themes.versions[number - 1]


def _check_in_use(themes: ThemeList) -> None:
    if themes.retired:
        raise ThemeListRetiredError


def _check(themes: Sequence[Theme]) -> None:
    codes = _codes(themes)
    for place, theme in enumerate(themes):
        if theme.code in codes[:place]:
            raise ThemeRepeatsError(theme=theme.code)
        if theme.parent_code is not None and (theme.parent_code not in codes or theme.parent_code == theme.code):
            raise ThemeUnknownError(theme=theme.parent_code)

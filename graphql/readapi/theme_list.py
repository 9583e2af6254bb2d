"""Theme lists with their versions, and how one list relates to another."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.theme_list import THEME, THEME_CROSSWALK, THEME_LIST
from readapi import columns
from readapi.asof import held
from readapi.codes import ThemeListStatus, ThemeRelation
from readapi.columns import backed, column, reads
from readapi.fields import sized
from readapi.paging import Listing
from readapi.reading import Info, Place, Reading, in_any
from readapi.text import LocalizedText

_L, _T, _X = THEME_LIST.c, THEME.c, THEME_CROSSWALK.c
THEMES = 60
"""Counted for the themes of a version, and for the crosswalks of a list, which are few and not paged."""


@backed(THEME)
@strawberry.type(description="A theme in one version of its list.")
class Theme:
    code: str = column(_T.code, "Its code, which holds through all versions.")
    label: LocalizedText | None = column(columns.localized(THEME, "label"), "Its label in this version.")
    parent_code: str | None = column(_T.parent_code, "The theme that it stands under.")


@strawberry.type(description="How a theme relates to one of another list.")
class ThemeLink:
    code: str = strawberry.field(description="The theme of this list.")
    other_code: str = strawberry.field(description="The theme of the other list.")
    relation: ThemeRelation = strawberry.field(description="What this list's theme is to the other one.")


def _links(found: Sequence[Any]) -> list[ThemeLink]:
    return [
        ThemeLink(code=one["code"], other_code=one["other_code"], relation=ThemeRelation(one["relation"]))
        for one in found
    ]


@backed(THEME_CROSSWALK)
@strawberry.type(description="How the themes of one version relate to those of another list's version.")
class ThemeCrosswalk:
    version_number: int = column(_X.version_number, "The version of this list.")
    other_body_id: UUID = column(_X.other_log, "The body that publishes the other list.")
    other_list_id: UUID = column(_X.other_list, "The other list.")
    other_number: int = column(_X.other_number, "The version of the other list.")
    links: list[ThemeLink] = column(columns.json(_X.links, _links), "Theme by theme.")


@backed(THEME_LIST)
@strawberry.type(description="What records are sorted by, as numbered versions that stay.")
class ThemeList:
    id: UUID = column(_L.entity_id, "Its permanent id.")
    code: str = column(_L.code, "Its code.")
    title: LocalizedText | None = column(columns.localized(THEME_LIST, "title"), "Its title.")
    version_number: int = column(_L.version_number, "The latest version on the day.")
    status: ThemeListStatus = column(_L.status, "Whether anything new is sorted by it.")
    sample: bool = column(_L.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]

    @sized(THEMES, "The themes of a version, in the author's order.")
    async def themes(
        self,
        info: Info,
        version: Annotated[int | None, strawberry.argument(description="Its number; absent: the latest.")] = None,
    ) -> list[Theme]:
        key = _VersionKey(self.place, self.id, version or self.version_number)
        return await info.context.loader(_load_themes).load(key)

    @sized(THEMES, "How it relates to other lists.")
    async def crosswalks(self, info: Info) -> list[ThemeCrosswalk]:
        return await info.context.loader(_load_crosswalks).load(_VersionKey(self.place, self.id, 0))


@dataclass(frozen=True, slots=True)
class _VersionKey:
    place: Place
    theme_list_id: UUID
    number: int


async def _load_themes(reading: Reading, keys: list[_VersionKey]) -> Sequence[list[Theme]]:
    reader = reads(Theme)
    found: dict[_VersionKey, list[Theme]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        statement = (
            reader.select(_T.entity_id, _T.version_number)
            .where(
                _T.tenant_id == place.body,
                in_any(_T.entity_id, [key.theme_list_id for key in found if key.place == place]),
                *held(THEME, place.clock),
                reading.visible(THEME, place.scope),
            )
            .order_by(_T.entity_id, _T.version_number, _T.rank, _T.code)
        )
        for row in await reading.rows(place.scope, statement):
            themes = found.get(_VersionKey(place, row[-2], row[-1]))
            if themes is not None:
                themes.append(reader.make(row))
    return [found[key] for key in keys]


async def _load_crosswalks(reading: Reading, keys: list[_VersionKey]) -> Sequence[list[ThemeCrosswalk]]:
    reader = reads(ThemeCrosswalk)
    found: dict[_VersionKey, list[ThemeCrosswalk]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        statement = (
            reader.select(_X.entity_id)
            .where(
                _X.tenant_id == place.body,
                in_any(_X.entity_id, [key.theme_list_id for key in found if key.place == place]),
                *held(THEME_CROSSWALK, place.clock),
                reading.visible(THEME_CROSSWALK, place.scope),
            )
            .order_by(_X.entity_id, _X.version_number, _X.other_list, _X.other_number)
        )
        for row in await reading.rows(place.scope, statement):
            found[_VersionKey(place, row[-1], 0)].append(reader.make(row))
    return [found[key] for key in keys]


def _where(place: Place, _arguments: Hashable) -> list[ColumnElement[bool]]:
    return held(THEME_LIST, place.clock)


THEME_LISTS: Listing[ThemeList] = Listing("themeLists", reads(ThemeList), (_L.code, _L.entity_id), _where)

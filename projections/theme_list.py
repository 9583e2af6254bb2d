"""Theme lists, their versions and the crosswalks between them. All of it is public."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.audience import RECORDS, Audience
from domain.ids import TenantId
from domain.theme_list import (
    Theme,
    ThemeListCrosswalked,
    ThemeListPublished,
    ThemeListRetired,
    ThemeListVersionPublished,
)
from domain.values import LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import json_value, localized_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, text_of
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    code,
    flag,
    json_text,
    key_number,
    key_text,
    key_uuid,
    localized,
    number,
    shape,
    uuid,
)

THEME_LIST: Final[Table] = bitemporal(
    "rm",
    "theme_list",
    [code("code"), *localized("title"), number("version_number"), code("status"), flag("sample")],
    extra=[audience()],
)
"""`version_number` is the latest on the day; `status` in_use or retired."""

THEME: Final[Table] = bitemporal(
    "rm",
    "theme",
    [*localized("label"), code("parent_code", nullable=True), number("rank"), flag("sample")],
    sub=[key_number("version_number"), key_text("code")],
    extra=[audience()],
)
"""A theme in one version of its list; `rank` counts from 0 in the author's order."""

THEME_CROSSWALK: Final[Table] = bitemporal(
    "rm",
    "theme_crosswalk",
    [uuid("other_log", nullable=False), json_text("links"), flag("sample")],
    sub=[key_number("version_number"), key_uuid("other_list"), key_number("other_number")],
    extra=[audience()],
)
"""How the themes of a version relate to those of another list's version, whole: the latest replaces it."""

TABLES: Final = (THEME_LIST, THEME, THEME_CROSSWALK)


_LIST: Final = Form(THEME_LIST)
_THEME: Final = Form(THEME)
_CROSSWALK: Final = Form(THEME_CROSSWALK)
_PUBLIC: Final = (RECORDS["theme_list"] or Audience.PUBLIC).value
_LIST_EXTRA: Final = ((_LIST.column("audience"), _PUBLIC),)
_THEME_EXTRA: Final = ((_THEME.column("audience"), _PUBLIC),)
_CROSSWALK_EXTRA: Final = ((_CROSSWALK.column("audience"), _PUBLIC),)
_PUBLISHED: Final = _LIST.group(*(name for name in shape(THEME_LIST).facts if name != "sample"))
_NUMBER: Final = _LIST.group("version_number")
_STATUS: Final = _LIST.group("status")
_ENTRY: Final = _THEME.group(*(name for name in shape(THEME).facts if name != "sample"))
_LINKS: Final = _CROSSWALK.group("other_log", "links")


def _published(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ThemeListPublished)
    values = (payload.code, *localized_values(payload.title), 1, "in_use")
    note(work.timelines(THEME_LIST).of(seen.stream_id), seen, _PUBLISHED, values, _LIST_EXTRA)
    _list(work, seen, 1, payload.themes)


def _version_published(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ThemeListVersionPublished)
    note(work.timelines(THEME_LIST).of(seen.stream_id), seen, _NUMBER, (payload.number,))
    _list(work, seen, payload.number, payload.themes)


def _list(work: Work, seen: Seen, number_: int, themes: Sequence[Theme]) -> None:
    for rank, theme in enumerate(themes):
        values = (*localized_values(theme.label), theme.parent_code, rank)
        segments = work.timelines(THEME).of(seen.stream_id, (number_, theme.code))
        note(segments, seen, _ENTRY, values, _THEME_EXTRA)


def _crosswalked(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ThemeListCrosswalked)
    other = payload.other
    between = (payload.number, other.theme_list_id, other.number)
    segments = work.timelines(THEME_CROSSWALK).of(seen.stream_id, between)
    note(segments, seen, _LINKS, (other.log, json_value(payload.links)), _CROSSWALK_EXTRA)


def _retired(work: Work, seen: Seen) -> None:
    note(work.timelines(THEME_LIST).of(seen.stream_id), seen, _STATUS, ("retired",))


THEME_LISTS: Final = Projection(
    "theme_list",
    TABLES,
    {
        ThemeListPublished: _published,
        ThemeListVersionPublished: _version_published,
        ThemeListCrosswalked: _crosswalked,
        ThemeListRetired: _retired,
    },
    events.ALL - events.THEME_LIST,
)


class ThemeListRow(msgspec.Struct, frozen=True, kw_only=True):
    theme_list_id: UUID
    code: str
    title: LocalizedText
    version_number: int
    status: str
    sample: bool


class ThemeRow(msgspec.Struct, frozen=True, kw_only=True):
    theme_list_id: UUID
    version_number: int
    code: str
    label: LocalizedText
    parent_code: str | None
    rank: int


def theme_lists(tenant_id: TenantId, as_of: AsOf) -> Query[ThemeListRow]:
    """The lists that a body publishes, retired ones too, by code."""
    columns = THEME_LIST.c
    statement = (
        select(*fact_columns(THEME_LIST))
        .where(columns.tenant_id == tenant_id, *holds(THEME_LIST, as_of))
        .order_by(columns.code, columns.entity_id)
    )
    return Query(statement, _theme_list)


def themes(tenant_id: TenantId, as_of: AsOf) -> Query[ThemeRow]:
    """The themes of all versions of all lists of a body, each version's in the author's order."""
    columns = THEME.c
    statement = (
        select(*fact_columns(THEME))
        .where(columns.tenant_id == tenant_id, *holds(THEME, as_of))
        .order_by(columns.entity_id, columns.version_number, columns.rank, columns.code)
    )
    return Query(statement, _theme)


def _theme_list(row: Columns) -> ThemeListRow:
    return ThemeListRow(
        theme_list_id=row["entity_id"],
        code=row["code"],
        title=text_of(row, "title"),
        version_number=row["version_number"],
        status=row["status"],
        sample=row["sample"],
    )


def _theme(row: Columns) -> ThemeRow:
    return ThemeRow(
        theme_list_id=row["entity_id"],
        version_number=row["version_number"],
        code=row["code"],
        label=text_of(row, "label"),
        parent_code=row["parent_code"],
        rank=row["rank"],
    )

"""The tables of plans. What a plan says is written at adoption only, so a revision is what stood on that day."""

from typing import Any, Final

from sqlalchemy import Column, Table

from projections.tables import (
    audience,
    authority,
    bitemporal,
    code,
    day,
    flag,
    instant,
    key_number,
    key_uuid,
    localized,
    number,
    period,
    plain,
    position,
    territory,
    text,
    uuid,
)


def _element() -> list[Column[Any]]:
    return [
        code("level"),
        uuid("parent_id"),
        text("number"),
        *localized("wording"),
        *territory(),
        code("indicator_kind", nullable=True),
        number("rank"),
        code("path"),
        uuid("copied_log"),
        uuid("copied_stream"),
        position("copied_version", nullable=True),
        flag("sample"),
    ]


PLAN: Final[Table] = bitemporal(
    "rm",
    "plan",
    [
        code("kind"),
        *localized("title"),
        *period("period"),
        uuid("agreement_id"),
        code("status"),
        number("revision"),
        flag("sample"),
    ],
    extra=[audience()],
    preload="all",
)
"""The header. `status` is open or closed; `revision` the last adopted number, 0 before the first. The audience
goes from draft to tenant with the first adoption and to public with the first publication."""

PLAN_REVISION: Final[Table] = plain(
    "rm",
    "plan_revision",
    [
        day("adopted_on", nullable=False),
        position("position"),
        instant("recorded_at", nullable=False),
        *authority(),
        number("elements"),
        number("added"),
        number("reworded"),
        number("withdrawn"),
        day("published_on"),
        position("published_position", nullable=True),
        day("source_published_on"),
        flag("sample"),
        audience(),
    ],
    sub=[key_number("number")],
)
"""A row per revision. `authority_kind` is decision, instrument or none; the counts compare with the one before."""

PLAN_ELEMENT: Final[Table] = bitemporal(
    "rm",
    "plan_element",
    [*_element(), number("revision")],
    sub=[key_uuid("element_id")],
    extra=[audience()],
    preload="all",
)
"""What adopted revisions say. `revision` is the one that gave the element this form; `path` sorts the cascade."""

PLAN_DRAFT: Final[Table] = plain("rm", "plan_draft", [*_element(), audience()], sub=[key_uuid("element_id")])
"""The working copy: the elements of the draft as they stand now."""

PLAN_PROGRESS: Final[Table] = bitemporal(
    "rm",
    "plan_progress",
    [code("progress"), flag("sample")],
    sub=[key_uuid("element_id")],
    extra=[audience()],
)

PLAN_PARENT: Final[Table] = plain(
    "rm",
    "plan_parent",
    [
        uuid("parent_log", nullable=False),
        uuid("parent_stream", nullable=False),
        position("parent_version"),
        uuid("element_id"),
        uuid("parent_element_id"),
        day("effective_on", nullable=False),
        instant("recorded_at", nullable=False),
        number("revision", nullable=True),
        flag("sample"),
        audience(),
    ],
    sub=[key_number("position"), key_number("line")],
)
"""Alignments to parent plans, which stay in their owners' logs. Line 0 is the citation itself, each further line
joins two elements. `revision` is the one that adopted the alignment; null while it is draft."""

TABLES: Final = (PLAN, PLAN_REVISION, PLAN_ELEMENT, PLAN_DRAFT, PLAN_PROGRESS, PLAN_PARENT)

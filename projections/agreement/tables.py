"""The tables of agreements."""

from typing import Final

from sqlalchemy import Table

from projections.tables import (
    audience,
    bitemporal,
    code,
    day,
    flag,
    json_text,
    key_uuid,
    localized,
    number,
    quantity,
    term,
    territory,
    uuid,
)

AGREEMENT: Final[Table] = bitemporal(
    "rm",
    "agreement",
    [
        code("programme_code"),
        *localized("programme_label"),
        flag("programme_named"),
        json_text("parties", nullable=True),
        *localized("purpose"),
        code("type"),
        code("signed", nullable=True),
        *term(),
        *quantity("amount"),
        *territory(),
        json_text("tags"),
        uuid("plan_id"),
        number("amendment_number"),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""A row says all that held in its days. `status` is in_force or terminated: a term that lapses is no event, so
compare `term_end` for that. `parties` is null where the source names nobody."""

OBLIGATION: Final[Table] = bitemporal(
    "rm",
    "obligation",
    [*localized("wording"), day("due_on"), flag("fulfilled"), flag("sample")],
    sub=[key_uuid("obligation_id")],
    extra=[audience()],
)

CONTRIBUTION: Final[Table] = bitemporal(
    "rm",
    "contribution",
    [*localized("source"), flag("in_kind"), *quantity("amount"), flag("sample")],
    sub=[key_uuid("contribution_id")],
    extra=[audience()],
)
"""Cash and in kind stay apart: totals are made per `in_kind`, on request."""

TABLES: Final = (AGREEMENT, OBLIGATION, CONTRIBUTION)

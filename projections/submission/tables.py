"""The tables of submissions."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Column, Table

from projections.tables import (
    audience,
    bitemporal,
    citation,
    code,
    day,
    flag,
    instant,
    json_text,
    key_number,
    number,
    period,
    plain,
    quantity,
    territory,
    uuid,
)


def address() -> Iterator[Column[Any]]:
    """What a figure is about: an indicator in its owner's log, a period, a territory, and categories.

    `territory_*` are null for all that the body serves; `cuts` is a JSON list, empty for the whole.
    """
    yield from citation("indicator", nullable=False)
    yield from period("period")
    yield from territory()
    yield json_text("cuts")


SUBMISSION: Final[Table] = bitemporal(
    "rm",
    "submission",
    [
        *address(),
        *quantity("value"),
        *quantity("denominator"),
        code("stage"),
        uuid("requirement_id"),
        code("route"),
        day("submitted_on"),
        number("corrections"),
        flag("published"),
        code("widest"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""Where each submission stands, with the figure that is worked on. `submitted_on` is the first time; `published`
tells whether a figure of it counts, which is not this one while a correction is under way; `widest` is who may
ever see one. Drafts are for their authors."""

PUBLISHED_FIGURE: Final[Table] = bitemporal(
    "national",
    "published_figure",
    [
        *address(),
        *quantity("value"),
        *quantity("denominator"),
        day("published_on"),
        number("edition"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""The figure that counts. `edition` is 1 at first, and one more with each correction that took its place."""

SUBMISSION_STEP: Final[Table] = plain(
    "rm",
    "submission_step",
    [
        code("act"),
        code("stage"),
        day("effective_on", nullable=False),
        instant("recorded_at", nullable=False),
        uuid("actor_id", nullable=False),
        code("actor_role"),
        code("reason", nullable=True),
        json_text("breaches"),
        *quantity("value"),
        *quantity("denominator"),
        flag("sample"),
        audience(),
    ],
    sub=[key_number("position")],
    preload="none",
)
"""What was done to a submission, step by step. The figure is there where the step gave one; `breaches` are the
rules that history from elsewhere did not keep."""

TABLES: Final = (SUBMISSION, PUBLISHED_FIGURE, SUBMISSION_STEP)

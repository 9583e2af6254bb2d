"""The tables of decisions."""

from typing import Final

from sqlalchemy import Table

from projections.tables import (
    audience,
    authority,
    bitemporal,
    code,
    day,
    flag,
    instant,
    json_text,
    key_uuid,
    localized,
    number,
    plain,
    position,
    text,
    uuid,
)

DECISION: Final[Table] = bitemporal(
    "rm",
    "decision",
    [
        uuid("committee_id"),
        number("year"),
        number("number"),
        code("method"),
        *localized("title"),
        uuid("meeting_id"),
        number("meeting_version", nullable=True),
        uuid("motion_id"),
        *localized("office"),
        text("instrument_number"),
        day("instrument_dated"),
        day("opened_on"),
        code("motion_kind", nullable=True),
        json_text("quorum", nullable=True),
        json_text("majority", nullable=True),
        day("made_on", nullable=False),
        day("holds_from", nullable=False),
        day("holds_until"),
        *localized("ratifier"),
        day("ratified_on"),
        *localized("ratified_office"),
        text("ratified_number"),
        day("ratified_dated"),
        code("status"),
        day("ended_on"),
        uuid("superseded_by"),
        json_text("breaches"),
        *authority(),
        flag("sample"),
    ],
    extra=[audience()],
    preload="all",
)
"""`status` is made, rescinded or superseded; whether it holds on a day also depends on the days beside it.
`quorum` and `majority` are the verdicts as judged then, and `authority_*` by what right it was recorded."""

ANSWER: Final[Table] = plain(
    "rm",
    "decision_answer",
    [
        code("answer"),
        day("effective_on", nullable=False),
        instant("recorded_at", nullable=False),
        position("position"),
        flag("sample"),
        audience(),
    ],
    sub=[key_uuid("person_id")],
    preload="none",
)
"""What members answered between meetings: consented, objected, in_favour, against, abstention; or voted, where the
ballot was secret and nothing says more."""

TABLES: Final = (DECISION, ANSWER)

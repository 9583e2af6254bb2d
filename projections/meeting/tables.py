"""The tables of meetings. People are pseudonyms, and rows about them are for the body's own members."""

from typing import Final

from sqlalchemy import Table

from projections.tables import (
    audience,
    bitemporal,
    code,
    day,
    flag,
    instant,
    json_text,
    key_number,
    key_uuid,
    localized,
    number,
    plain,
    position,
    uuid,
)

MEETING: Final[Table] = bitemporal(
    "rm",
    "meeting",
    [
        uuid("committee_id", nullable=False),
        code("kind"),
        *localized("title"),
        day("holds_on", nullable=False),
        instant("starts_at"),
        code("time_zone"),
        *localized("place"),
        code("mode", nullable=True),
        uuid("second_call_of"),
        uuid("cause_log"),
        uuid("cause_stream"),
        position("cause_version", nullable=True),
        code("status"),
        instant("closed_at"),
        json_text("closing_quorum", nullable=True),
        json_text("agenda"),
        code("minutes"),
        number("minutes_revision"),
        code("minutes_languages"),
        uuid("minutes_adopted_at"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`status` is convened, held or without_quorum; `minutes` is none, draft or adopted, and `minutes_languages` those
of the latest revision, joined by commas."""

MOVEMENT: Final[Table] = plain(
    "rm",
    "meeting_movement",
    [
        uuid("person_id", nullable=False),
        code("movement"),
        instant("at"),
        code("by", nullable=True),
        day("effective_on", nullable=False),
        instant("recorded_at", nullable=False),
        flag("sample"),
        audience(),
    ],
    sub=[key_number("position"), key_number("line")],
    preload="none",
)
"""Who came and went, a row per movement. `at` is null where nobody noted the time."""

QUORUM: Final[Table] = plain(
    "rm",
    "meeting_quorum",
    [
        instant("at"),
        flag("reached"),
        json_text("verdict"),
        day("effective_on", nullable=False),
        instant("recorded_at", nullable=False),
        flag("sample"),
        audience(),
    ],
    sub=[key_number("position")],
    preload="none",
)
"""The quorum each time that people came or went: how it was reached, and lost."""

MOTION: Final[Table] = bitemporal(
    "rm",
    "motion",
    [
        number("rank"),
        code("kind"),
        *localized("title"),
        uuid("moved_by"),
        uuid("seconded_by"),
        uuid("item_id"),
        code("ballot", nullable=True),
        number("in_favour", nullable=True),
        number("against", nullable=True),
        number("abstentions", nullable=True),
        code("status"),
        code("method", nullable=True),
        instant("decided_at"),
        day("decided_on"),
        number("decided_version", nullable=True),
        json_text("quorum", nullable=True),
        json_text("majority", nullable=True),
        json_text("breaches"),
        flag("sample"),
    ],
    sub=[key_uuid("motion_id")],
    extra=[audience()],
)
"""`status` is open, carried or not_carried; `ballot` by_name, show_of_hands, secret or consensus. `quorum` and
`majority` are the verdicts as judged then."""

MOTION_PERSON: Final[Table] = bitemporal(
    "rm",
    "motion_person",
    [
        flag("voted"),
        code("choice", nullable=True),
        flag("recused"),
        flag("objected"),
        flag("dissented"),
        flag("sample"),
    ],
    sub=[key_uuid("motion_id"), key_uuid("person_id")],
    extra=[audience()],
)
"""What somebody did about a motion. `choice` is null in a secret ballot: nothing there says who voted what."""

TABLES: Final = (MEETING, MOVEMENT, QUORUM, MOTION, MOTION_PERSON)

"""Seats by sector for the whole country: that they are there and held, never by whom."""

from typing import Final

from sqlalchemy import Table

from domain.audience import RECORDS, Audience
from domain.seat.events import MemberSeated, SeatAbolished, SeatCreated, TermEnded
from projections import events
from projections.bitemporal import Form
from projections.columns import localized_values
from projections.core import Work, note
from projections.projection import Projection
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, day, flag, localized

SEAT_SECTOR: Final[Table] = bitemporal(
    "national",
    "seat_sector",
    [
        code("sector_code", nullable=True),
        *localized("sector_label"),
        code("seat_right"),
        code("status"),
        flag("held"),
        day("held_until"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`status` is active or abolished. `held` tells whether somebody was seated; after `held_until` nobody is."""

TABLES: Final = (SEAT_SECTOR,)

_FORM: Final = Form(SEAT_SECTOR)
_EXTRA: Final = ((_FORM.column("audience"), (RECORDS["seat.sector"] or Audience.FUNDERS).value),)
_CREATED: Final = _FORM.group(
    *("sector_code", *(column.name for column in localized("sector_label"))),
    *("seat_right", "status", "held", "held_until"),
)
_STATUS: Final = _FORM.group("status")
_HELD: Final = _FORM.group("held", "held_until")


def _created(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SeatCreated)
    sector = payload.sector
    values = (
        None if sector is None else sector.code,
        *localized_values(None if sector is None else sector.label),
        payload.right,
        "active",
        False,
        None,
    )
    note(work.timelines(SEAT_SECTOR).of(seen.stream_id), seen, _CREATED, values, _EXTRA)


def _abolished(work: Work, seen: Seen) -> None:
    note(work.timelines(SEAT_SECTOR).of(seen.stream_id), seen, _STATUS, ("abolished",))


def _seated(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, MemberSeated)
    note(work.timelines(SEAT_SECTOR).of(seen.stream_id), seen, _HELD, (True, payload.until))


def _ended(work: Work, seen: Seen) -> None:
    note(work.timelines(SEAT_SECTOR).of(seen.stream_id), seen, _HELD, (False, None))


SEAT_CELLS: Final = Projection(
    "seat_cells",
    TABLES,
    {SeatCreated: _created, SeatAbolished: _abolished, MemberSeated: _seated, TermEnded: _ended},
    events.ALL - {SeatCreated, SeatAbolished, MemberSeated, TermEnded},
)

"""Instants between the driver and Python, for connections over which millions of them go.

asyncpg makes and reads an instant by sums of aware datetimes, nearly half a microsecond each way: about as much as
all other columns of a line of the timeline together. Here what the wire says and its datetime stay known for a
while, in both directions: what is read from a log is written into rows soon after, often several times.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_KNOWN_MAX: Final = 50_000

Wire = tuple[int]
"""Microseconds since the year 2000."""

_ENDLESS: Final[tuple[tuple[Wire, datetime], ...]] = (
    ((2**63 - 1,), datetime.max),  # noqa: DTZ901 - what asyncpg gives for it
    ((-(2**63),), datetime.min),  # noqa: DTZ901
)
"""Infinity and its opposite: every row that is still open says the one, so both are always known."""


class _Read(dict[Wire, datetime]):
    """Instants by what the wire says."""

    def __missing__(self, wire: Wire) -> datetime:
        instant = _EPOCH + timedelta(microseconds=wire[0])
        _know_both(wire, instant)
        return instant


class _Written(dict[datetime, Wire]):
    """What the wire says by instants."""

    def __missing__(self, instant: datetime) -> Wire:
        wire = ((instant - _EPOCH) // _MICROSECOND,)
        _know_both(wire, instant)
        return wire


def _know_both(wire: Wire, instant: datetime) -> None:
    if len(_READ) >= _KNOWN_MAX:
        _forget()
    # In UTC, as it is read, whatever the zone it was written in: the same instant by any comparison.
    _READ.setdefault(wire, instant if instant.tzinfo is UTC else instant.astimezone(UTC))
    _WRITTEN[instant] = wire


def _forget() -> None:
    _READ.clear()
    _WRITTEN.clear()
    for wire, instant in _ENDLESS:
        _READ[wire], _WRITTEN[instant] = instant, wire


_READ: Final = _Read()
_WRITTEN: Final = _Written()
_forget()


async def know(connection: "asyncpg.Connection[Any]") -> None:
    """Have a connection read and write `timestamptz` as above. An instant without a zone is refused.

    Infinity is `datetime.max` and its opposite `datetime.min`, as with asyncpg itself.
    """
    await connection.set_type_codec(
        "timestamptz",
        schema="pg_catalog",
        format="tuple",
        decoder=_READ.__getitem__,
        encoder=_WRITTEN.__getitem__,
    )

"""The two clocks of a question, and what they mean for rows."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import FromClause, Table, false, func, null
from sqlalchemy.sql.elements import ColumnElement

from domain.clocks import YEAR_MAX, YEAR_MIN, parse_recorded_as_of
from projections.query import held_at, known_at
from projections.tables import FOREVER_POSITION
from projections.vector import happened_within, known_within
from readapi.refusals import EffectiveOutOfRangeError, PositionNeedsOneLogError
from readapi.scalars import BigInt
from readapi.shapes import At, Value


@dataclass(frozen=True, slots=True)
class Clock:
    """As of a day, as known at an instant or a position of one log; neither means: as known now."""

    effective: date
    recorded: datetime | None = None
    position: int | None = None
    as_seen: bool = False
    """Whether grants count as they were then, too."""
    vector: tuple[tuple[UUID, int], ...] | FromClause | None = None
    """Of several logs, up to which position each is known, and no further than at `recorded`."""


@strawberry.input(
    description=(
        "Both clocks of a question: what held on a day, as known at a moment. An absent one means today (in "
        "UTC), or now. No as-of reading shows more than the reader may see today."
    )
)
class AsOfInput:
    effective: date | None = strawberry.field(
        default=None, description="The day on which it held, from 1900 to 2200."
    )
    recorded: str | None = strawberry.field(
        default=None,
        description=(
            "When it was known: an instant with its zone, such as `2026-03-31T17:00:00-04:00`, or, within one "
            "body, a position of its log, such as `1234`. A bare date is refused, since it ends at other moments "
            "in other zones; the refusal (`RECORDED_CLOCK_NEEDS_ZONE`) offers what it could mean."
        ),
    )
    as_seen: bool = strawberry.field(
        default=False,
        description=(
            "What the reader saw then: of what is for funders, only what a grant opened on that day, as known at "
            "that moment, and still opens today. It holds for all that is below. It changes nothing of what is "
            "the reader's own, or public."
        ),
    )


@strawberry.type(description="The clocks that an answer was read with.")
class AsOf:
    effective: date = strawberry.field(description="The day on which it held.")
    recorded: datetime | None = strawberry.field(description="The instant at which it was known; null: now.")
    position: BigInt | None = strawberry.field(description="The position of the log up to which it was known.")
    as_seen: bool = strawberry.field(description="Whether it was read with the grants of that moment.")


def clock(as_of: AsOfInput | None, default: Clock) -> Clock:
    """What a question means; parts left out come from the default.

    Raises:
        Refusal: a day outside 1900 to 2200, or a moment that is none.
    """
    if as_of is None:
        return default
    effective = as_of.effective or default.effective
    if not YEAR_MIN <= effective.year <= YEAR_MAX:
        raise EffectiveOutOfRangeError(effective=effective)
    as_seen = as_of.as_seen or default.as_seen
    if as_of.recorded is None:
        return Clock(effective, default.recorded, default.position, as_seen)
    recorded = parse_recorded_as_of(as_of.recorded)
    if isinstance(recorded, int):
        return Clock(effective, position=recorded, as_seen=as_seen)
    return Clock(effective, recorded=recorded, as_seen=as_seen)


def across_logs(given: Clock) -> Clock:
    """The clock of a question about several bodies.

    Raises:
        PositionNeedsOneLogError: it names a position.
    """
    if given.position is not None:
        raise PositionNeedsOneLogError(position=given.position)
    return given


def echo(given: Clock) -> AsOf:
    position = None if given.position is None else BigInt(given.position)
    return AsOf(effective=given.effective, recorded=given.recorded, position=position, as_seen=given.as_seen)


def echo_shape(at: At) -> Value:
    """What `echo` makes of a place's clock, in SQL."""
    given: Any = at.place.clock
    recorded = null() if given.recorded is None else given.recorded
    position = null() if given.position is None else given.position
    fields = {"effective": given.effective, "recorded": recorded, "position": position}
    # What was seen is not compiled.
    return Value({**fields, "as_seen": false()})


def elsewhere(given: Clock) -> Clock:
    """The clock in another log, where positions do not count."""
    return replace(given, position=None)


def held(table: Table, given: Clock) -> list[ColumnElement[bool]]:
    """Which rows of a bitemporal table held, as known at the moment."""
    if given.vector is not None:
        return [
            table.c.effective_from <= given.effective,
            table.c.effective_to > given.effective,
            known_within(table, given.vector, given.recorded),
        ]
    return [*held_at(table, given.effective, recorded=given.recorded, position=_below_forever(given.position))]


def known(table: Table, given: Clock) -> list[ColumnElement[bool]]:
    """Which rows of a bitemporal table began by the day, as known at the moment; they may have ended since."""
    if given.vector is not None:
        return [table.c.effective_from <= given.effective, known_within(table, given.vector, given.recorded)]
    position = _below_forever(given.position)
    return [
        table.c.effective_from <= given.effective,
        *known_at(table, recorded=given.recorded, position=position),
    ]


def _below_forever(position: Any) -> Any:
    """A position that no open row reaches. Of values and, while an operation is compiled, of expressions.

    An expression may be null, where a position says nothing of a log: that is as known now.
    """
    if position is None:
        return None
    last = FOREVER_POSITION - 1
    return min(position, last) if isinstance(position, int) else func.least(position, last)


def happened(table: Table, given: Clock, *, on: str, at: str = "recorded_at") -> list[ColumnElement[bool]]:
    """Which rows of a plain table with its own day and moment are in the past of a clock."""
    conditions: list[ColumnElement[bool]] = [table.c[on] <= given.effective]
    if given.vector is not None:
        conditions.append(happened_within(table, given.vector, given.recorded))
    elif given.position is not None:
        conditions.append(table.c.position <= _below_forever(given.position))
    elif given.recorded is not None:
        conditions.append(table.c[at] <= given.recorded)
    return conditions


def today(now: datetime) -> Clock:
    """As of now: the day in UTC, so that nothing of today is missed anywhere in Canada."""
    return Clock(now.astimezone(UTC).date())

"""When somebody is reminded of something that is due: so many days before, and once when it is overdue."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple


class Stage(NamedTuple):
    """One of the reminders that an item calls for, of which each address gets at most one message."""

    days: int | None
    """So many days before it is due, or fewer; None: it is overdue."""

    @property
    def code(self) -> str:
        """The name that is kept of it."""
        return "overdue" if self.days is None else f"{self.days} days"


OVERDUE = Stage(None)


def stage_of(due_on: date, day: date, days_before: Collection[int]) -> Stage | None:
    """The reminder that a day calls for: the latest that has come; None while there is still time.

    So a day on which nothing could be sent puts a reminder off and never skips it, unless the next one has come.
    """
    left = (due_on - day).days
    if left < 0:
        return OVERDUE
    come = [days for days in days_before if left <= days]
    return Stage(min(come)) if come else None

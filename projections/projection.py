"""A projection: its tables, and what it does with each type of event."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from domain.event import Event, Recorded, decode
from domain.ids import TenantId
from domain.ports import Row
from projections.core import Layout, Work

Handler = Callable[[Work, Any], None]
"""Takes what the projection's `read` gives: a `Recorded`, unless it says otherwise."""


class UnlistedEventError(LookupError):
    """An event type that the projection neither handles nor names as ignored."""


class PoisonError(Exception):
    """An event that a projection could not take; `__cause__` says why.

    `before` counts the rows of the batch that come before it.
    """

    def __init__(self, row: Row, before: int) -> None:
        super().__init__(f"{row.type} at position {row.position} cannot be projected")
        self.row = row
        self.before = before


class Projection:
    """One set of tables, a fold over each tenant's log.

    A handler is pure: it reads and writes the `Work` and knows nothing but the event. Every type of event is
    in `handlers` or in `ignored`; a test holds that, and a type in neither stops the projection.
    """

    def __init__(
        self,
        name: str,
        tables: Sequence[Table],
        handlers: Mapping[type[Event], Handler],
        ignored: Collection[type[Event]] = (),
        *,
        version: int = 1,
        read: Callable[[Row], Any] | None = None,
    ) -> None:
        both = handlers.keys() & set(ignored)
        if both:
            raise ValueError(f"{name} handles and ignores {', '.join(cls.TYPE for cls in both)}")
        self.name = name
        self.version = version
        """Raised when the same events give other rows in tables of the same shape: both ask for a rebuild."""
        self.tables = tuple(tables)
        self.handlers = dict(handlers)
        self.ignored = frozenset(ignored)
        self._read = read
        """Reads a stored event more cheaply than in full, for a projection that wants little of it."""
        self.layouts = tuple(Layout(table) for table in tables)
        self._by_type = {cls.TYPE: handler for cls, handler in handlers.items()}
        self._ignored_types = frozenset(cls.TYPE for cls in ignored)

    def work(self, tenant_id: TenantId) -> Work:
        """A unit of work with nothing in it yet."""
        return Work(tenant_id, self.layouts)

    def streams(self, rows: Iterable[Row]) -> set[UUID]:
        """The streams whose rows a fold of these events reads or writes."""
        handled = self._by_type
        return {row.stream_id for row in rows if row.type in handled}

    def fold(self, work: Work, rows: Sequence[Row], decoded: dict[int, Recorded] | None = None) -> None:
        """Apply events in the order of their positions.

        `decoded` keeps decoded events by position for the other projections of the same batch.

        Raises:
            PoisonError: a handler raised, the bytes could not be read, or the type is not listed. The work is
                spoilt then: fold the events before it anew.
        """
        handlers, ignored, read = self._by_type, self._ignored_types, self._read
        for index, row in enumerate(rows):
            handler = handlers.get(row.type)
            if handler is None:
                if row.type in ignored:
                    continue
                problem = f"{self.name} neither handles nor ignores {row.type}"
                raise PoisonError(row, index) from UnlistedEventError(problem)
            try:
                handler(work, recorded(row, decoded) if read is None else read(row))
            except Exception as problem:
                raise PoisonError(row, index) from problem


def recorded(row: Row, decoded: dict[int, Recorded] | None = None) -> Recorded:
    """A stored event as handlers receive it; kept in `decoded` by position, if that is given."""
    if decoded is not None:
        known = decoded.get(row.position)
        if known is not None:
            return known
    envelope, payload = decode(row.state)
    made = Recorded(
        payload=payload,
        envelope=envelope,
        tenant_id=row.tenant_id,
        originator_id=row.stream_id,
        originator_version=row.version,
        position=row.position,
        recorded_at=row.recorded_at,
    )
    if decoded is not None:
        decoded[row.position] = made
    return made

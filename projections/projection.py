"""A projection: its tables, and what it does with each type of event."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from domain.event import Event
from domain.ids import TenantId
from domain.ports import Row
from projections.core import Layout, Work
from projections.reading import Seen, see

Handler = Callable[[Work, Any], None]
"""Takes what the projection's `read` gives: a `Seen`, unless it says otherwise."""


Route = tuple["Projection", Handler, Callable[[Row], Any] | None]
"""A projection, what it does with a type of event, and how it reads it if not as others do."""


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
        self.ignored_types = frozenset(cls.TYPE for cls in ignored)

    def work(self, tenant_id: TenantId) -> Work:
        """A unit of work with nothing in it yet."""
        return Work(tenant_id, self.layouts)

    def streams(self, rows: Iterable[Row]) -> set[UUID]:
        """The streams whose rows a fold of these events reads or writes."""
        handled = self._by_type
        return {row.stream_id for row in rows if row.type in handled}

    def route(self, type_: str) -> Route:
        """What a type of event that is not ignored is given to."""
        return self, self._by_type.get(type_, _unlisted), self._read

    def fold(self, work: Work, rows: Sequence[Row], read: dict[int, Seen] | None = None) -> None:
        """Apply events in the order of their positions.

        `read` keeps events by position for the other projections of the same batch.

        Raises:
            PoisonError: a handler raised, the bytes could not be read, or the type is not listed. The work is
                spoilt then: fold the events before it anew.
        """
        handlers, ignored, own = self._by_type, self.ignored_types, self._read
        for index, row in enumerate(rows):
            handler = handlers.get(row.type)
            if handler is None:
                if row.type in ignored:
                    continue
                problem = f"{self.name} neither handles nor ignores {row.type}"
                raise PoisonError(row, index) from UnlistedEventError(problem)
            try:
                handler(work, _seen(row, read) if own is None else own(row))
            except Exception as problem:
                raise PoisonError(row, index) from problem


class Together:
    """Several projections that fold one log, each event read once and shown only to those that want it."""

    def __init__(self, projections: Sequence[Projection], tenant_id: TenantId) -> None:
        self.works = {projection: projection.work(tenant_id) for projection in projections}
        """Without those that could not take an event: fold these alone to find out how far they come."""
        self.ignored = frozenset.intersection(*(projection.ignored_types for projection in projections))
        """What none of them wants. A type that one does not list at all is not among these: it stops that one."""
        self._routes: dict[str, list[Route]] = {}

    def fold(self, rows: Sequence[Row]) -> None:
        """Apply events in the order of their positions."""
        works, routes = self.works, self._routes
        for row in rows:
            taken_by = routes.get(row.type)
            if taken_by is None:
                taken_by = routes[row.type] = [
                    projection.route(row.type) for projection in works if row.type not in projection.ignored_types
                ]
            seen: Seen | None = None
            for projection, handler, own in taken_by:
                work = works.get(projection)
                if work is None:
                    continue
                try:
                    if own is not None:
                        handler(work, own(row))
                    else:
                        if seen is None:
                            seen = see(row)
                        handler(work, seen)
                except Exception:  # noqa: BLE001 - folded alone, the projection says at what it stops and why
                    del works[projection]


def _seen(row: Row, read: dict[int, Seen] | None) -> Seen:
    if read is None:
        return see(row)
    seen = read.get(row.position)
    if seen is None:
        seen = read[row.position] = see(row)
    return seen


def _unlisted(_: Work, seen: Any) -> None:
    raise UnlistedEventError(seen)

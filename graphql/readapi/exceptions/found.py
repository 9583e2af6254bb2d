"""What the search for one kind of exception gives."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import Select, Table, Text, literal_column
from sqlalchemy.sql.elements import ColumnElement

from domain.exceptions import Kind
from domain.values import LocalizedText
from readapi.asof import Clock
from readapi.reading import Place, Reading
from readapi.refusals import AnswerTooLargeError

Read = Mapping[str, Sequence[Sequence[Any]]]
ELSEWHERE: Final = "elsewhere"
EVERYBODYS: Final = "register"
"""The part that is read by everybody's rule: the register's row of the body."""
FOUND_MAX: Final = 1_000
"""Of one kind; more are refused, and a later day to begin with narrows the question."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The events that tell of an exception: by their positions, and by record and type."""

    positions: tuple[int, ...] = ()
    of: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One exception."""

    kind: Kind
    on: date
    """The day on which it came about."""
    stream: str
    record_id: UUID
    words: LocalizedText
    evidence: Evidence
    sample: bool
    part: str = ""
    """Which one it is, where a record has several of a kind on one day."""

    @property
    def key(self) -> tuple[date, str, str]:
        """What orders exceptions, and tells each from every other."""
        return self.on, self.kind, f"{self.record_id}/{self.part}"


@dataclass(frozen=True, slots=True)
class Ground:
    """What searches are made over: values while they are executed, parameters while they are compiled."""

    body: Any
    clock: Clock
    since: Any
    """The first day that counts, or None for every day."""
    seen: Callable[[Table], ColumnElement[bool]]
    """What the member may see of the body's rows of a table."""
    by_all: Callable[[Table], ColumnElement[bool]]
    """What everybody may see of a table."""


class Told(Protocol):
    """What is known of the request besides rows."""

    @property
    def when(self) -> Clock:
        """The clock."""
        ...

    @property
    def body(self) -> UUID:
        """Whose exceptions they are."""
        ...

    @property
    def since(self) -> date | None:
        """The first day that counts."""
        ...


@dataclass(frozen=True, slots=True)
class Named:
    """Which lines of the timeline may tell of what is found: by position, and by record and type."""

    positions: tuple[Select[Any], ...] = ()
    records: tuple[tuple[Select[Any], tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """The selects of one search, none of which needs the result of another."""

    selects: Mapping[str, Select[Any]]
    events: Named


@dataclass(frozen=True, slots=True)
class Search:
    """How one kind of exception is searched for."""

    parts: Callable[[Ground], Parts]
    found: Callable[[Told, Read], list[Found]]
    """Pure."""
    elsewhere: Callable[[Reading, Place, Read], Awaitable[Sequence[Sequence[Any]]]] | None = None
    """What it takes of other bodies, of the rows that were read, where it is executed: under `ELSEWHERE`."""


def one_of(column: ColumnElement[Any], names: Sequence[str]) -> ColumnElement[bool]:
    """That a column is one of our own names, which are written out: a list of parameters has no length yet."""
    return column.in_([literal_column(f"'{name}'", Text) for name in names])


def few(statement: Select[Any]) -> Select[Any]:
    """As many rows of a search as may be answered, and one more."""
    return statement.limit(FOUND_MAX + 1)


def rows(read: Read, part: str) -> Sequence[Sequence[Any]]:
    """The rows of a part that was bounded by `few`.

    Raises:
        AnswerTooLargeError: more than 1,000.
    """
    found = read[part]
    if len(found) > FOUND_MAX:
        raise AnswerTooLargeError(what="exceptions", maximum=FOUND_MAX)
    return found

"""What the search for one kind of exception gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select

from domain.exceptions import Kind
from domain.values import LocalizedText
from readapi.reading import Place, Reading
from readapi.refusals import AnswerTooLargeError

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


async def rows(reading: Reading, place: Place, statement: Select[Any]) -> Sequence[Sequence[Any]]:
    """The rows of a search.

    Raises:
        AnswerTooLargeError: more than 1,000.
    """
    found = await reading.rows(place.scope, statement.limit(FOUND_MAX + 1))
    if len(found) > FOUND_MAX:
        raise AnswerTooLargeError(what="exceptions", maximum=FOUND_MAX)
    return found

"""What a record's events said before, as far as it takes to tell the next one."""

from collections.abc import MutableMapping
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

T = TypeVar("T")
Kept = MutableMapping[tuple[UUID, str], str]
"""Facts in JSON by what they are of and which they are. Who tells a story keeps it from one event to the next."""

ITSELF: Final = UUID(int=0)
"""Stands for the record itself, beside the parts that have ids of their own."""
_encode: Final = msgspec.json.Encoder(decimal_format="string", uuid_format="canonical").encode


class Past:
    """The facts of one record, typed."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def of(self, part: UUID, field: str, type_: type[T]) -> T | None:
        """A fact as it was last stated; None where it was not."""
        found = self._kept.get((part, field))
        return None if found is None else msgspec.json.decode(found, type=type_)

    def state(self, part: UUID, **facts: Any) -> None:
        """Facts as an event states them; None takes one back."""
        for field, value in facts.items():
            if value is not None:
                self._kept[part, field] = _encode(value).decode()
            elif (part, field) in self._kept:
                del self._kept[part, field]

    def stated(self, field: str) -> dict[UUID, str]:
        """The parts of which such a fact is stated, with it in JSON: facts are equal if their texts are."""
        return {part: value for (part, stated), value in self._kept.items() if stated == field}

    def restate(self, part: UUID, field: str, value: str | None) -> None:
        """A fact as `stated` gave it; None takes one back."""
        if value is None:
            del self._kept[part, field]
        else:
            self._kept[part, field] = value

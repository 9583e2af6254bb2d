"""What a record's events said before, as far as it takes to tell the next one."""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

T = TypeVar("T")
Kept = MutableMapping[tuple[UUID, str], str]
"""Facts in JSON by what they are of and which they are. Who tells a story keeps it from one event to the next."""

ITSELF: Final = UUID(int=0)
"""Stands for the record itself, beside the parts that have ids of their own."""
Read = Callable[[str, Any], Any]
"""Gives a fact in JSON as a value of a type."""
_encode: Final = msgspec.json.Encoder(decimal_format="string", uuid_format="canonical").encode


def _checked(fact: str, type_: Any) -> Any:
    return msgspec.json.decode(fact, type=type_)


def json_of(value: Any) -> str:
    """A fact in JSON: two are equal if their texts are, whatever read them."""
    return _encode(value).decode()


class Past:
    """The facts of one record, typed. `read` may trust them: they were checked with the event that stated them.

    Best kept from one event of the record to the next: what was stated or looked up is at hand then.
    """

    def __init__(self, kept: Kept, read: Read = _checked) -> None:
        self._kept = kept
        self._read = read
        self._known: dict[tuple[UUID, str], Any] = {}
        """Values of facts, beside their JSON."""
        self._stated: dict[str, dict[UUID, str]] = {}
        """What `stated` once gave, as it is now."""

    def of(self, part: UUID, field: str, type_: type[T]) -> T | None:
        """A fact as it was last stated; None where it was not."""
        key = (part, field)
        known: T | None = self._known.get(key)
        if known is None:
            found = self._kept.get(key)
            if found is not None:
                known = self._known[key] = self._read(found, type_)
        return known

    def state(self, part: UUID, **facts: Any) -> None:
        """Facts as an event states them; None takes one back."""
        for field, value in facts.items():
            if value is not None:
                self.restate(part, field, json_of(value), value)
            elif (part, field) in self._kept:
                self.restate(part, field, None)

    def stated(self, field: str) -> Mapping[UUID, str]:
        """The parts of which such a fact is stated, with it in JSON: facts are equal if their texts are."""
        found = self._stated.get(field)
        if found is None:
            found = {part: value for (part, stated), value in self._kept.items() if stated == field}
            self._stated[field] = found
        return found

    def restate(self, part: UUID, field: str, fact: str | None, value: Any = None) -> None:
        """A fact as `stated` gave it, with its value if that is known; None takes one back."""
        key, stated = (part, field), self._stated.get(field)
        self._known[key] = value
        if fact is None:
            del self._kept[key]
            if stated is not None:
                del stated[part]
        else:
            self._kept[key] = fact
            if stated is not None:
                stated[part] = fact

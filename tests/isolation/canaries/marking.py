"""Puts a marker into every text of an event or an order, and other ids in the place of its ids.

The marker is made of small letters and digits, so that a code takes it as well as a wording does. The same text
gets the same marker: codes that point at each other still do.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from domain.audience import Audience
from domain.ids import COMMONS
from domain.values import LocalizedText, SealedText

MARK: Final = "zq7canarizq"
"""Occurs in nothing but what is marked."""
ID_MARK: Final = "ca7a1717-ca7a"
"""What the ids of hidden records begin with: as text, and in entries of a log as six bytes."""
_encode = msgspec.json.Encoder(decimal_format="string").encode
S = TypeVar("S")


def marked_text(text: str) -> str:
    return f"{MARK}{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def canary_id(name: str) -> UUID:
    """An id that tells by itself that it belongs to something hidden."""
    return UUID(ID_MARK.replace("-", "") + hashlib.sha256(name.encode()).hexdigest()[:20])


def plain_id(name: str) -> UUID:
    return UUID("5afe1717" + hashlib.sha256(name.encode()).hexdigest()[:24])


@dataclass
class Marker:
    """Changes structs, field by field: what a field's type refuses stays as it was."""

    name: str
    """Tells its ids from those of another marker."""
    kept: Mapping[UUID, UUID]
    """Ids that become others than new ones: those of bodies."""
    audience: Audience | None = None
    """Given to every record that names one; None: they stay as they are."""
    only_sealed: bool = False
    """Leave the texts that everybody may read, and mark those alone that are kept under a key."""
    new_id: Callable[[str], UUID] = canary_id
    ids: dict[UUID, UUID] = field(default_factory=dict)

    def id(self, old: UUID) -> UUID:
        if old == COMMONS:
            return old
        return self.ids.setdefault(old, self.kept.get(old) or self.new_id(f"{self.name} {old}"))

    def of(self, struct: S) -> S:
        """The struct with its texts marked. It is still valid by its types."""
        assert isinstance(struct, msgspec.Struct)
        for name in struct.__struct_fields__:
            value = getattr(struct, name)
            changed = self._value(value)
            if changed is not value and changed != value:
                struct = self._with(struct, name, changed)
        return struct

    @staticmethod
    def _with(struct: Any, name: str, changed: Any) -> Any:
        """With one field changed, if its type and the struct's own rules take it."""
        try:
            candidate = msgspec.structs.replace(struct, **{name: changed})
            msgspec.json.decode(_encode(candidate), type=type(candidate))
        except (msgspec.ValidationError, ValueError, KeyError):
            return struct  # a code of a closed list, a date, a number as text
        return candidate

    def _value(self, value: Any) -> Any:
        match value:
            case Audience():
                return self.audience or value
            case SealedText():
                return SealedText.about(self.id(value.subject), f"{marked_text('sealed')} {value.subject}")
            case LocalizedText():
                return value if self.only_sealed else self._localized(value)
            case msgspec.Struct():
                return self.of(value)
            case tuple():
                return tuple(self._value(one) for one in value)
            case UUID():
                return self.id(value)
            case str() if type(value) is str and not self.only_sealed:
                return marked_text(value)
        return value

    @staticmethod
    def _localized(text: LocalizedText) -> LocalizedText:
        changes = {name: marked_text(words) for name in ("en", "fr") if (words := getattr(text, name)) is not None}
        return msgspec.structs.replace(text, **changes)

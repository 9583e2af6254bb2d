"""Places by their official codes, dated, because regions are redrawn."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

import msgspec

from domain.values.text import LocalizedText

TerritoryScheme = Literal["sgc-pr", "sgc-cd", "sgc-csd", "qc-region", "mrc", "named"]
CatchmentExtent = Literal["whole", "part"]

# Standard Geographical Classification (Statistics Canada): province 2 digits, census division 4,
# subdivision 7. Québec has 17 numbered administrative regions; its regional county municipalities are coded
# with 2 to 4 digits, by the table used (4 where the table gives them by census division).
# A place outside every scheme carries a plain lower-case name of our own.
_FORMS: dict[TerritoryScheme, str] = {
    "sgc-pr": "[0-9]{2}",
    "sgc-cd": "[0-9]{4}",
    "sgc-csd": "[0-9]{7}",
    "qc-region": "0[1-9]|1[0-7]",
    "mrc": "[0-9]{2,4}",
    "named": "[a-z0-9]+(?:-[a-z0-9]+)*",
}
NAMED_CHARACTERS_MAX = 80


class TerritoryCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place: the scheme, the code in it, and the days on which that code meant this place.

    `valid_from` and `valid_to` are both included; absent means unknown or without end.
    """

    scheme: TerritoryScheme
    code: str
    name: LocalizedText | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if len(self.code) > NAMED_CHARACTERS_MAX or not re.fullmatch(_FORMS[self.scheme], self.code):
            raise ValueError(f"{self.code!r} is not a code of {self.scheme}: expected {_FORMS[self.scheme]}")
        if self.valid_from is not None and self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"the code ends on {self.valid_to}, before it begins on {self.valid_from}")

    @property
    def key(self) -> tuple[TerritoryScheme, str]:
        """What tells places apart whatever they are called."""
        return (self.scheme, self.code)

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


QUEBEC: Final = "24"


def may_share_ground(one: TerritoryCode, other: TerritoryCode) -> bool:
    """Whether two places overlap, or may.

    Codes of one scheme stand for places apart. Codes of the Standard Geographical Classification begin with those
    of the places that they lie in. Where two schemes cannot be compared, the places may overlap.
    """
    if one.scheme == other.scheme:
        return one.code == other.code
    first, second = _within(one), _within(other)
    return first.startswith(second) or second.startswith(first)


def any_share_ground(places: Iterable[TerritoryCode]) -> bool:
    """Whether any two of the places overlap, or may: what `may_share_ground` says of a pair, of all at once."""
    by_scheme: dict[TerritoryScheme, set[str]] = {}
    for place in places:
        known = by_scheme.setdefault(place.scheme, set())
        if place.code in known:
            return True
        known.add(place.code)
    digits = [
        {_within(TerritoryCode(scheme=scheme, code=code)) for code in codes} for scheme, codes in by_scheme.items()
    ]
    for index, ours in enumerate(digits):
        for theirs in digits[index + 1 :]:
            if _begins_any(ours, theirs) or _begins_any(theirs, ours):
                return True
    return False


def _begins_any(ours: set[str], theirs: set[str]) -> bool:
    """Whether one of theirs begins with one of ours."""
    return any(code[:length] in ours for code in theirs for length in range(len(code) + 1))


def _within(place: TerritoryCode) -> str:
    """The digits of the Standard Geographical Classification that are known of a place; none at worst."""
    if place.scheme.startswith("sgc-"):
        return place.code
    if place.scheme == "mrc":  # four digits are those of the census division
        return place.code if len(place.code) == len("2401") else QUEBEC
    return QUEBEC if place.scheme == "qc-region" else ""


class CatchmentPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A territory that a partnership serves, whole or in part; catchments may overlap."""

    territory: TerritoryCode
    extent: CatchmentExtent

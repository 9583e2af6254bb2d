"""What is recorded of a dataset, and what it is made of."""

from typing import Annotated

import msgspec

from domain.audience import Audience
from domain.event import Event, event
from domain.ids import ClaimId
from domain.published_aggregate import Publication
from domain.values import LocalizedText, Period, QualifiedValue, SealedText
from domain.values.territory import TerritoryScheme

VintageCode = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,40}$(?!\n)")]
CellKey = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._/-]{1,120}$(?!\n)")]


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One figure of a vintage: provisional, rounded, final, suppressed or missing, as its value says."""

    key: CellKey
    value: QualifiedValue
    denominator: QualifiedValue | None = None
    note: LocalizedText | None = None
    """What the source prints beside it."""


Cells = Annotated[tuple[Cell, ...], msgspec.Meta(min_length=1, max_length=200)]
DimensionCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,59}$(?!\n)")]
CategoryCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,60}$(?!\n)")]


class CategoryName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the source calls a category of the keys, or a dimension itself; `ref-area` is that of places."""

    dimension: DimensionCode
    category: CategoryCode | None = None
    """None: the dimension."""
    name: LocalizedText


CategoryNames = Annotated[tuple[CategoryName, ...], msgspec.Meta(max_length=300)]
TiedCells = Annotated[tuple[CellKey, ...], msgspec.Meta(max_length=50)]


class Tie(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a claim speaks of: the sum of cells, or its quotient by the sum of others, or neither.

    A claim that no cell can tell is tied to none.
    """

    cells: TiedCells = ()
    of: TiedCells = ()
    times: QualifiedValue | None = None
    """A percentage that the same prose states, where the claim is of a part of the cells."""


@event("dataset.Registered", lifecycle=True)
class DatasetRegistered(Event, frozen=True, kw_only=True):
    title: LocalizedText
    publication: Publication
    scheme: TerritoryScheme | None
    """In what scheme the keys of its cells name places; absent: they name none."""
    audience: Audience


@event("dataset.VintagePublished", lifecycle=True)
class VintagePublished(Event, frozen=True, kw_only=True):
    vintage: str
    period: Period
    cells: tuple[Cell, ...]
    audience: Audience
    """That of the dataset."""


@event("dataset.VintageWithdrawn", lifecycle=True)
class VintageWithdrawn(Event, frozen=True, kw_only=True):
    """Its figures are not to be used any more; they stay readable."""

    vintage: str
    note: SealedText | None


@event("dataset.CategoriesNamed")
class CategoriesNamed(Event, frozen=True, kw_only=True):
    """All names, anew: what is left out has none any more."""

    names: tuple[CategoryName, ...]


@event("dataset.ClaimTied", lifecycle=True)
class ClaimTied(Event, frozen=True, kw_only=True):
    claim_id: ClaimId
    vintage: str
    text: LocalizedText
    publication: Publication
    stated: QualifiedValue
    tie: Tie
    audience: Audience
    """That of the dataset."""


@event("dataset.ClaimWithdrawn", lifecycle=True)
class ClaimWithdrawn(Event, frozen=True, kw_only=True):
    """The prose does not say so, or it was tied to the wrong cells."""

    claim_id: ClaimId
    note: SealedText | None

"""What may be asked of a dataset."""

from domain.audience import Audience
from domain.dataset.events import CategoryNames, Cells, Tie, VintageCode
from domain.ids import ClaimId, DatasetId
from domain.published_aggregate import Publication
from domain.stream import Command
from domain.values import LocalizedText, Period, QualifiedValue, SealedText
from domain.values.territory import TerritoryScheme


class RegisterDataset(Command, frozen=True, kw_only=True):
    """Register a dataset, with its source and the scheme of its places."""

    dataset_id: DatasetId
    title: LocalizedText
    publication: Publication
    scheme: TerritoryScheme | None = None
    audience: Audience = Audience.PUBLIC


class PublishVintage(Command, frozen=True, kw_only=True):
    """Publish a vintage of a dataset, with all of its figures."""

    dataset_id: DatasetId
    vintage: VintageCode
    period: Period
    cells: Cells


class WithdrawVintage(Command, frozen=True, kw_only=True):
    dataset_id: DatasetId
    vintage: VintageCode
    note: SealedText | None = None


class NameCategories(Command, frozen=True, kw_only=True):
    """Say what a dataset calls its dimensions and categories: all of them, anew."""

    dataset_id: DatasetId
    names: CategoryNames


class TieClaim(Command, frozen=True, kw_only=True):
    """Tie what is said in prose to the figures that it speaks of."""

    dataset_id: DatasetId
    claim_id: ClaimId
    vintage: VintageCode
    text: LocalizedText
    publication: Publication
    """What says so, and where in it."""
    stated: QualifiedValue
    tie: Tie = Tie()


class WithdrawClaim(Command, frozen=True, kw_only=True):
    dataset_id: DatasetId
    claim_id: ClaimId
    note: SealedText | None = None

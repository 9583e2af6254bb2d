"""The state of a dataset, and what it makes of commands."""

import msgspec

from domain.audience import Audience
from domain.case import Case
from domain.dataset.commands import (
    NameCategories,
    PublishVintage,
    RegisterDataset,
    TieClaim,
    WithdrawClaim,
    WithdrawVintage,
)
from domain.dataset.events import (
    CategoriesNamed,
    CategoryName,
    ClaimTied,
    ClaimWithdrawn,
    DatasetRegistered,
    VintagePublished,
    VintageWithdrawn,
)
from domain.dataset.refusals import (
    CellRepeatsError,
    CellUnknownError,
    ClaimExistsError,
    ClaimMissingError,
    NameRepeatsError,
    TieFormError,
    VintageExistsError,
    VintageMissingError,
)
from domain.event import Event, Recorded
from domain.facts import Dated, holds, latest
from domain.ids import ClaimId
from domain.portrait.keys import dimension
from domain.stream import State, Stream
from domain.theme_list import OWNERS
from domain.values import LocalizedText
from domain.values.printed import PERCENT
from domain.values.territory import TerritoryScheme


class Dataset(State, frozen=True, kw_only=True):
    title: LocalizedText | None = None
    scheme: TerritoryScheme | None = None
    audience: Audience = Audience.DRAFT
    vintages: tuple[str, ...] = ()
    """Withdrawn ones too."""
    withdrawn: frozenset[str] = frozenset()
    keys: dict[str, frozenset[str]] = msgspec.field(default_factory=dict)
    """Of the figures of each vintage."""
    names: Dated[tuple[CategoryName, ...]] | None = None
    claims: tuple[ClaimId, ...] = ()
    """Withdrawn ones too."""
    withdrawn_claims: frozenset[ClaimId] = frozenset()


def evolve(dataset: Dataset, recorded: Recorded) -> Dataset:
    replace = msgspec.structs.replace
    match recorded.payload:
        case DatasetRegistered(title=title, scheme=scheme, audience=audience):
            return replace(dataset, title=title, scheme=scheme, audience=audience)
        case VintagePublished(vintage=vintage, cells=cells):
            keys = {**dataset.keys, vintage: frozenset(cell.key for cell in cells)}
            return replace(dataset, vintages=(*dataset.vintages, vintage), keys=keys)
        case VintageWithdrawn(vintage=vintage):
            return replace(dataset, withdrawn=dataset.withdrawn | {vintage})
        case CategoriesNamed(names=names):
            return replace(dataset, names=latest(dataset.names, names, recorded))
        case ClaimTied(claim_id=claim_id):
            return replace(dataset, claims=(*dataset.claims, claim_id))
        case ClaimWithdrawn(claim_id=claim_id):
            return replace(dataset, withdrawn_claims=dataset.withdrawn_claims | {claim_id})
    return dataset


DATASET = Stream("dataset", Dataset(), evolve)


@DATASET.handles("dataset_id", creates=True, owners=OWNERS)
def register(dataset: Dataset, command: RegisterDataset) -> list[Event]:  # noqa: ARG001 - no past
    return [
        DatasetRegistered(
            title=command.title,
            publication=command.publication,
            scheme=command.scheme,
            audience=command.audience,
        )
    ]


@DATASET.handles("dataset_id", owners=OWNERS)
def publish_vintage(dataset: Dataset, command: PublishVintage) -> list[Event]:
    """Publish a vintage; what is corrected later is another vintage.

    Raises:
        VintageExistsError: there is one of this name, withdrawn or not.
        CellRepeatsError: a key stands twice.
    """
    if command.vintage in dataset.vintages:
        raise VintageExistsError(vintage=command.vintage)
    seen: set[str] = set()
    for cell in command.cells:
        if cell.key in seen:
            raise CellRepeatsError(key=cell.key)
        seen.add(cell.key)
    return [
        VintagePublished(
            vintage=command.vintage, period=command.period, cells=command.cells, audience=dataset.audience
        )
    ]


@DATASET.handles("dataset_id", owners=OWNERS)
def withdraw_vintage(dataset: Dataset, command: WithdrawVintage) -> list[Event]:
    _check_stands(dataset, command.vintage)
    return [VintageWithdrawn(vintage=command.vintage, note=command.note)]


@DATASET.handles("dataset_id", owners=OWNERS)
def name_categories(dataset: Dataset, command: NameCategories, case: Case) -> list[Event]:
    """Name dimensions and categories; the names that they already have on that day record nothing.

    Raises:
        NameRepeatsError: a category is named twice, however its dimension is written.
    """
    seen: set[tuple[str, str | None]] = set()
    for one in command.names:
        named = (dimension(one.dimension), one.category)
        if named in seen:
            raise NameRepeatsError(dimension=one.dimension, category=one.category)
        seen.add(named)
    if holds(dataset.names, command.names, case.on):
        return []
    return [CategoriesNamed(names=command.names)]


@DATASET.handles("dataset_id", owners=OWNERS)
def tie_claim(dataset: Dataset, command: TieClaim) -> list[Event]:
    """Tie a claim to cells of a vintage that stands.

    Raises:
        ClaimExistsError: there is one of this id, withdrawn or not.
        VintageMissingError, CellUnknownError: what it is tied to is not there.
        TieFormError: a quotient or a part of no cells, or a part that is no percentage.
    """
    if command.claim_id in dataset.claims:
        raise ClaimExistsError(claim_id=command.claim_id)
    _check_stands(dataset, command.vintage)
    tie = command.tie
    for key in (*tie.cells, *tie.of):
        if key not in dataset.keys[command.vintage]:
            raise CellUnknownError(key=key, vintage=command.vintage)
    part = tie.times
    if (not tie.cells and (tie.of or part)) or (part is not None and (part.unit, part.kind) != (PERCENT, "exact")):
        raise TieFormError
    return [
        ClaimTied(
            claim_id=command.claim_id,
            vintage=command.vintage,
            text=command.text,
            publication=command.publication,
            stated=command.stated,
            tie=tie,
            audience=dataset.audience,
        )
    ]


@DATASET.handles("dataset_id", owners=OWNERS)
def withdraw_claim(dataset: Dataset, command: WithdrawClaim) -> list[Event]:
    if command.claim_id not in dataset.claims or command.claim_id in dataset.withdrawn_claims:
        raise ClaimMissingError(claim_id=command.claim_id)
    return [ClaimWithdrawn(claim_id=command.claim_id, note=command.note)]


def _check_stands(dataset: Dataset, vintage: str) -> None:
    if vintage not in dataset.vintages or vintage in dataset.withdrawn:
        raise VintageMissingError(vintage=vintage)

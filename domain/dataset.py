"""Datasets: figures of a source that a portrait is drawn from, in vintages that stay as they were published."""

from dataclasses import dataclass
from typing import Annotated

import msgspec

from domain.audience import Audience
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import DatasetId
from domain.published_aggregate import Publication
from domain.stream import Command, State, Stream
from domain.theme_list import OWNERS
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


@dataclass(eq=False)
class VintageExistsError(Refusal):
    vintage: str
    code = "vintage_exists"
    en = "The dataset already has a vintage “{vintage}”; published figures stay as they are."
    fr = "Le jeu de données a déjà un millésime « {vintage} »; les chiffres publiés restent tels quels."


@dataclass(eq=False)
class VintageMissingError(Refusal):
    vintage: str
    code = "vintage_missing"
    en = "The dataset has no vintage “{vintage}” that stands."
    fr = "Le jeu de données n’a aucun millésime « {vintage} » qui tienne."


@dataclass(eq=False)
class CellRepeatsError(Refusal):
    key: str
    code = "cell_repeats"
    en = "The figure “{key}” stands twice in the vintage."
    fr = "Le chiffre « {key} » figure deux fois dans le millésime."


class Dataset(State, frozen=True, kw_only=True):
    title: LocalizedText | None = None
    scheme: TerritoryScheme | None = None
    audience: Audience = Audience.DRAFT
    vintages: tuple[str, ...] = ()
    """Withdrawn ones too."""
    withdrawn: frozenset[str] = frozenset()


def evolve(dataset: Dataset, recorded: Recorded) -> Dataset:
    replace = msgspec.structs.replace
    match recorded.payload:
        case DatasetRegistered(title=title, scheme=scheme, audience=audience):
            return replace(dataset, title=title, scheme=scheme, audience=audience)
        case VintagePublished(vintage=vintage):
            return replace(dataset, vintages=(*dataset.vintages, vintage))
        case VintageWithdrawn(vintage=vintage):
            return replace(dataset, withdrawn=dataset.withdrawn | {vintage})
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
    if command.vintage not in dataset.vintages or command.vintage in dataset.withdrawn:
        raise VintageMissingError(vintage=command.vintage)
    return [VintageWithdrawn(vintage=command.vintage, note=command.note)]

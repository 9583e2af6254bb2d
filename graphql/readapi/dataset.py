"""Datasets of sources, in vintages with all of their figures."""

from collections.abc import Hashable, Sequence
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.dataset import DATASET, DATASET_VINTAGE
from readapi import columns, figures, text
from readapi.asof import held
from readapi.codes import RecordStatus, TerritoryScheme
from readapi.columns import backed, column, reads
from readapi.figures import Period, QualifiedValue
from readapi.paging import Listing
from readapi.published_aggregate import Publication, printed
from readapi.reading import Info, Place
from readapi.relations import Related, related, several
from readapi.shapes import Items, Value
from readapi.text import LocalizedText

_D, _V = DATASET.c, DATASET_VINTAGE.c
VINTAGES: Final = 200
"""Counted for the vintages of a dataset: they are few and not paged, but each has many figures."""


@strawberry.type(description="One figure of a vintage.")
class DatasetCell:
    key: str = strawberry.field(description="What it is the figure of.")
    value: QualifiedValue = strawberry.field(description="The figure, in `value.unit`, with its status.")
    denominator: QualifiedValue | None = strawberry.field(description="Out of how many, where it is a share.")
    note: LocalizedText | None = strawberry.field(description="What the source prints beside it.")


def _cells(found: Sequence[Any]) -> list[DatasetCell]:
    return [
        DatasetCell(
            key=one["key"],
            value=figures.quantity_from_json(one["value"]),
            denominator=figures.quantity_from_json(one["denominator"]) if one.get("denominator") else None,
            note=text.from_json(one.get("note")),
        )
        for one in found
    ]


def _cells_shape(cells: Sequence[ColumnElement[Any]]) -> Items:
    def cell(one: ColumnElement[Any]) -> Value:
        return Value(
            {
                "key": text.member(one, "key"),
                "value": figures.quantity_json_shape([text.member(one, "value")]),
                "denominator": figures.quantity_json_shape([text.member(one, "denominator")]),
                "note": text.json_shape(figures.member(one, "note")),
            }
        )

    return Items(cells[0], cell)


@backed(DATASET_VINTAGE)
@strawberry.type(description="A dataset as it was published once; a correction is another vintage.")
class DatasetVintage:
    vintage: str = column(_V.vintage, "Its code in the dataset.")
    period: Period = column(columns.period(DATASET_VINTAGE, "period"), "The period that it is about.")
    cells: list[DatasetCell] = column(
        columns.json(_V.cells, _cells, _cells_shape), "Its figures, in their author's order."
    )
    status: RecordStatus = column(_V.status, "Whether it was withdrawn.")


PUBLISHED: Final = Related(reads(DatasetVintage), by=_V.entity_id, order=(_V.vintage,))


@backed(DATASET)
@strawberry.type(description="Figures of a source that a portrait is drawn from.")
class Dataset:
    id: UUID = column(_D.entity_id, "Its permanent id.")
    title: LocalizedText | None = column(columns.localized(DATASET, "name"), "Its title.")
    scheme: TerritoryScheme | None = column(
        _D.scheme, "In what scheme the keys of its figures name places; null: they name none."
    )
    publication: Publication | None = column(printed(DATASET), "Its source.")
    sample: bool = column(_D.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]

    @related(PUBLISHED, of=_D.entity_id, size=VINTAGES, description="Its vintages, withdrawn ones too, by code.")
    async def vintages(self, info: Info) -> list[DatasetVintage]:
        return await several(info.context, PUBLISHED, self.place, self.id)


def _where(place: Place, _arguments: Hashable) -> list[ColumnElement[bool]]:
    return held(DATASET, place.clock)


DATASETS: Listing[Dataset] = Listing("datasets", reads(Dataset), (_D.entity_id,), _where)

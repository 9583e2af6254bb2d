"""Populations of places, from a vintage of a dataset, and whom bodies serve."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from domain.dataset import Cell
from domain.values import CatchmentPart
from projections.body import REGISTRY
from projections.dataset import DATASET, DATASET_VINTAGE
from projections.series import Ground
from readapi import figures, text
from readapi.asking import owner_of
from readapi.asof import Clock, held
from readapi.paging import plain
from readapi.reading import Reading
from readapi.refusals import PopulationUnknownError
from readapi.series_parts import Population, PopulationInput

_D, _V, _B = DATASET.c, DATASET_VINTAGE.c, REGISTRY.c
_cells = msgspec.json.Decoder(tuple[Cell, ...]).decode
_parts = msgspec.json.Decoder(tuple[CatchmentPart, ...]).decode


@dataclass(frozen=True)
class Chosen:
    """The population that a reader chose."""

    population: Population
    ground: Ground


async def population(reading: Reading, when: Clock, asked: PopulationInput, bodies: list[UUID]) -> Chosen:
    """The vintage, and the catchments of bodies as of the clock.

    Raises:
        PopulationUnknownError: there is none that stands, whose keys are places, and that the reader may see.
    """
    owner = await owner_of(reading, asked.owner)
    plain("vintage", asked.vintage)
    row = None if owner is None else await _vintage(reading, when, owner, asked)
    if row is None or row[0] is None:
        raise PopulationUnknownError(vintage=asked.vintage)
    scheme, *rest = row
    title, period, cells = rest[:4], figures.period(rest[4:7]), _cells(rest[7])
    assert period is not None
    known = [cell for cell in cells if cell.denominator is None]
    units = {cell.value.unit for cell in known}
    catchments = select(_B.tenant_id, _B.catchment).where(
        _B.tenant_id.in_(bodies), *held(REGISTRY, when), reading.visible(REGISTRY, None, when)
    )
    return Chosen(
        population=Population(title=text.localized(title), vintage=asked.vintage, period=period),
        ground=Ground(
            people={(scheme, cell.key): cell.value for cell in known},
            unit=units.pop() if len(units) == 1 else None,
            catchments={body: _parts(parts) for body, parts in await reading.rows(None, catchments)},
        ),
    )


async def _vintage(reading: Reading, when: Clock, owner: UUID, asked: PopulationInput) -> Any:
    """The scheme, title, period and figures; None where there is no such vintage."""
    columns = (
        *(_D.scheme, *(_D[f"name_{part}"] for part in ("en", "fr", "source", "unofficial"))),
        *(_V.period_kind, _V.period_start, _V.period_end, _V.cells),
    )
    statement = (
        select(*columns)
        .join_from(DATASET, DATASET_VINTAGE, (_D.tenant_id == _V.tenant_id) & (_D.entity_id == _V.entity_id))
        .where(
            *(_D.tenant_id == owner, _D.entity_id == asked.dataset),
            *(_V.vintage == asked.vintage, _V.status == "recorded"),
            *(*held(DATASET, when), *held(DATASET_VINTAGE, when)),
            *(reading.visible(DATASET, None), reading.visible(DATASET_VINTAGE, None)),
        )
    )
    rows = await reading.rows(None, statement)
    return rows[0] if rows else None

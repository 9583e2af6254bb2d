"""Populations of places, from a vintage of a dataset, and whom bodies serve."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Text, Uuid, select

from domain.dataset.events import Cell
from domain.values import CatchmentPart
from projections.body import REGISTRY
from projections.dataset import DATASET, DATASET_VINTAGE
from projections.series import Ground
from readapi import figures, text
from readapi.arguments import input_of
from readapi.asof import held
from readapi.paging import plain
from readapi.question import Question, slug_owner
from readapi.refusals import PopulationUnknownError
from readapi.series_parts import Population, PopulationInput
from readapi.shapes import Found
from readapi.view import Part

_D, _V, _B = DATASET.c, DATASET_VINTAGE.c, REGISTRY.c
_cells = msgspec.json.Decoder(tuple[Cell, ...]).decode
_catchment = msgspec.json.Decoder(tuple[CatchmentPart, ...]).decode


@dataclass(frozen=True)
class Chosen:
    """The population that a reader chose."""

    population: Population
    ground: Ground


def population_parts(question: Question, argument: str) -> dict[str, Part]:
    """The vintage that an argument names, and the catchments of the bodies; none where the argument is absent."""
    vintage = question.optional(argument, Text, lambda given: plain("vintage", _asked(given).vintage))
    if vintage is None:
        return {}
    owner = slug_owner(question, argument, lambda given: _asked(given).owner)
    dataset = question.parameter(argument, Uuid, lambda given: _asked(given).dataset)
    columns = (
        *(_D.scheme, *(_D[f"name_{part}"] for part in ("en", "fr", "source", "unofficial"))),
        *(_V.period_kind, _V.period_start, _V.period_end, _V.cells),
    )
    statement = (
        select(*columns)
        .join_from(DATASET, DATASET_VINTAGE, (_D.tenant_id == _V.tenant_id) & (_D.entity_id == _V.entity_id))
        .where(
            *(_D.tenant_id == owner, _D.entity_id == dataset),
            *(_V.vintage == vintage, _V.status == "recorded"),
            *(*held(DATASET, question.when), *held(DATASET_VINTAGE, question.when)),
            *(question.seen(DATASET, by_all=True), question.seen(DATASET_VINTAGE, by_all=True)),
        )
    )
    return {"vintage": Part(statement, by_all=True), **catchment_parts(question)}


def catchment_parts(question: Question) -> dict[str, Part]:
    """The territories that the bodies serve."""
    statement = select(_B.tenant_id, _B.catchment).where(
        question.about(_B.tenant_id), *held(REGISTRY, question.when), question.seen(REGISTRY, by_all=True)
    )
    return {"catchments": Part(statement, by_all=True)}


def catchments(found: Found) -> dict[UUID, tuple[CatchmentPart, ...]]:
    """Them by body, of the rows of that part; a body of which nothing is said has none."""
    return {body: _catchment(parts) for body, parts in found["catchments"] if parts is not None}


def population(given: Any, found: Found) -> Chosen | None:
    """The population that was chosen, of the rows of its parts; None where none was.

    Raises:
        PopulationUnknownError: there is none that stands, whose keys are places, and that the reader may see.
    """
    if given is None:
        return None
    vintage = _asked(given).vintage
    rows = found["vintage"]
    if not rows or rows[0][0] is None:
        raise PopulationUnknownError(vintage=vintage)
    scheme, *rest = rows[0]
    title, period, cells = rest[:4], figures.period(rest[4:7]), _cells(rest[7])
    assert period is not None
    known = [cell for cell in cells if cell.denominator is None]
    units = {cell.value.unit for cell in known}
    return Chosen(
        population=Population(title=text.localized(title), vintage=vintage, period=period),
        ground=Ground(
            people={(scheme, cell.key): cell.value for cell in known},
            unit=units.pop() if len(units) == 1 else None,
            catchments=catchments(found),
        ),
    )


def _asked(given: Any) -> PopulationInput:
    return input_of(PopulationInput, given)

"""Published figures of one body as others are shown them: counts of people by what stands beside them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Select, select, tuple_

from domain import values
from domain.confidentiality import Confidentiality, Shown, counts_people, shown
from projections.confidentiality import cell
from projections.indicator import INDICATOR
from projections.query import Columns, quantity_of
from projections.submission import PUBLISHED_FIGURE
from readapi import comparison_parts, sight
from readapi.asof import Clock, held
from readapi.confidentiality import granting
from readapi.figures import QualifiedValue, quantity_shape
from readapi.reading import Place, Reading
from readapi.shapes import At, Declaration, Facts, Found, Gathered, Shape

Sides = tuple[QualifiedValue | None, QualifiedValue | None]
"""A figure, and its denominator."""
_F, _I = PUBLISHED_FIGURE.c, INDICATOR.c
_SIDES: Final = ("kind", "number", "upper", "raw", "status", "rounded_to", "unit")
_COLUMNS: Final = (
    *(_F.entity_id, _F.tenant_id, _F.indicator_log, _F.indicator_stream, _F.period_start, _F.period_end),
    *(_F.territory_scheme, _F.territory_code, _F.cuts),
    *(_F[f"{name}_{side}"] for name in ("value", "denominator") for side in _SIDES),
)
_NAMES: Final = tuple(column.name for column in _COLUMNS)
_cuts: Final = msgspec.json.Decoder(list[dict[str, str]]).decode


@dataclass(frozen=True, slots=True)
class Block:
    """What a body published of one indicator for one span of days, as of a clock."""

    place: Place
    indicator: tuple[UUID, UUID]
    start: date
    end: date


async def is_opened(reading: Reading, place: Place) -> bool:
    """Whether the reader sees a body's figures as they are: by being of it, or because it granted that."""
    return place.member or place.body in await reading.loader(_load_opened).load(place.clock)


async def load_blocks(reading: Reading, keys: list[Block]) -> Sequence[dict[UUID, Sides]]:
    """What is shown of blocks, by submission. All blocks of a body and clock take one statement."""
    found: dict[Block, dict[UUID, Sides]] = {key: {} for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        asked = [key for key in found if key.place == place]
        of = tuple_(_F.indicator_log, _F.indicator_stream, _F.period_start, _F.period_end)
        statement = select(*_COLUMNS).where(
            _F.tenant_id == place.body,
            of.in_([(*key.indicator, key.start, key.end) for key in asked]),
            *held(PUBLISHED_FIGURE, place.clock),
            reading.visible(PUBLISHED_FIGURE, place.scope, place.clock),
        )
        rows: defaultdict[Block, list[Columns]] = defaultdict(list)
        for cells in await reading.rows(place.scope, statement):
            row = dict(zip(_NAMES, cells, strict=True))
            rows[Block(place, _indicator(row), row["period_start"], row["period_end"])].append(row)
        for block, beside in rows.items():
            found[block] = _shown(beside, reading.confidentiality)
    return [found[key] for key in keys]


def _shown(rows: Sequence[Columns], rules: Confidentiality) -> dict[UUID, Sides]:
    """What is shown of the rows of one block."""
    cells = []
    for row in rows:
        address = (row["tenant_id"], _indicator(row), row["period_start"], row["period_end"])
        scheme, code = row["territory_scheme"], row["territory_code"]
        cuts = [(one["dimension"], one["category"]) for one in _cuts(row["cuts"])]
        place = None if scheme is None else (scheme, code)
        cells.append(cell(address, place, cuts, _value(row), quantity_of(row, "denominator")))
    return {row["entity_id"]: _sides(row, each) for row, each in zip(rows, shown(cells, rules), strict=True)}


def _indicator(row: Columns) -> tuple[UUID, UUID]:
    return row["indicator_log"], row["indicator_stream"]


def _value(row: Columns) -> values.QualifiedValue:
    return quantity_of(row, "value") or values.QualifiedValue(kind="missing")


def _sides(row: Columns, each: Shown) -> Sides:
    value = None if row["value_kind"] is None else comparison_parts.quantity(each.value, each.withheld)
    below = each.denominator
    return value, None if below is None else comparison_parts.quantity(below, each.withheld)


async def _load_opened(reading: Reading, keys: list[Clock]) -> Sequence[set[Any]]:
    return [await granting(reading, clock) for clock in keys]


# --- the same while an operation is compiled


def side_shape(side: Literal["value", "denominator"]) -> Declaration:
    """A side of a published figure in SQL: for members of its body as it is, else with what stands beside it."""

    def shape(at: At) -> Shape:
        if at.in_own_scope():
            return quantity_shape([at.own(_F[f"{side}_{part}"]) for part in _SIDES])
        return Gathered(at, _parts(at), partial(_finished, side))

    return shape


def _parts(at: At) -> dict[str, Select[Any]]:
    of = (_F.tenant_id, _F.indicator_log, _F.indicator_stream, _F.period_start, _F.period_end)
    beside = (
        select(*_COLUMNS)
        .where(
            *(column == at.own(column) for column in of),
            *held(PUBLISHED_FIGURE, at.place.clock),
            at.seen(PUBLISHED_FIGURE),
        )
        .order_by(_F.entity_id)
    )
    cited = at.elsewhere(at.own(_F.indicator_log))
    counted = select(_I.kind, _I.counted).where(
        _I.tenant_id == at.own(_F.indicator_log),
        _I.entity_id == at.own(_F.indicator_stream),
        *held(INDICATOR, cited.place.clock),
        at.seen(INDICATOR),
    )
    parts = {"asked": select(at.own(_F.entity_id).label("asked")), "beside": beside, "counted": counted}
    reader = at.reader()
    if reader is not None:
        granting = sight.granting_all(reader, None)
        parts["granting"] = granting.where(granting.selected_columns[0] == at.own(_F.tenant_id))
    return parts


def _finished(side: Literal["value", "denominator"], facts: Facts, found: Found) -> QualifiedValue | None:
    rows = [dict(zip(_NAMES, cells, strict=True)) for cells in found["beside"]]
    ((asked,),) = found["asked"]
    own = next(row for row in rows if row["entity_id"] == asked)
    opened = bool(found.get("granting")) or facts.viewer.belongs_to(own["tenant_id"])
    people = all(counts_people(counted, kind) for kind, counted in found["counted"])  # unseen, it may be people
    sides = _shown(rows, facts.confidentiality)[asked] if people and not opened else _as_they_are(own)
    return sides[0] if side == "value" else sides[1]


def _as_they_are(row: Columns) -> Sides:
    below = quantity_of(row, "denominator")
    return _sides(row, Shown(value=_value(row), denominator=below))

"""National figures: agreements by programme and territory, with who is in them and who is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import ARRAY, Text, any_, func, select

from projections.agreement_cells import AGREEMENT_CELL
from readapi import text
from readapi.agreement import Programme, programme
from readapi.asof import AsOf, Clock, echo, happened
from readapi.body import BodyReference
from readapi.codes import TerritoryScheme
from readapi.figures import Territory
from readapi.national_question import MISSING_MAX, MissingBodies
from readapi.question import Question, values_listed
from readapi.refusals import AnswerTooLargeError
from readapi.shapes import Facts, Found
from readapi.view import Part, View

CELLS_MAX: Final = 5_000
_C = AGREEMENT_CELL.c
_LABEL: Final = (
    _C.programme_code,
    *(_C[f"programme_label_{part}"] for part in ("en", "fr", "source", "unofficial")),
    _C.programme_named,
)


@strawberry.type(description="One programme, by its label as printed: two labels of one code are two rows.")
class AgreementMatrixRow:
    programme: Programme = strawberry.field(description="The programme, or the service of mandates.")
    counts: list[int] = strawberry.field(
        description="How many there are in each territory, in the order of `columns`; 0 where there are none."
    )
    elsewhere: int = strawberry.field(
        description="How many are in territories that are not among the columns, or in none that is stated."
    )
    total: int = strawberry.field(description="All of them: the counts and `elsewhere` together.")


@strawberry.type(description="Sample data inside a figure.")
class SampleShare:
    included: bool = strawberry.field(description="Whether any of it is sample data.")
    agreements: int = strawberry.field(description="How many of the agreements are.")
    mandates: int = strawberry.field(description="How many of the mandates are.")


@strawberry.type(
    description=(
        "Agreements by programme and territory. Mandated providers come in rows of their own and are in no total "
        "of agreements. Only what the reader may see is counted."
    )
)
class AgreementMatrix:
    columns: list[Territory] = strawberry.field(description="The territories, by scheme and code.")
    rows: list[AgreementMatrixRow] = strawberry.field(
        description="A row per programme. Unit: agreements in force on the day."
    )
    column_totals: list[int] = strawberry.field(
        description="Agreements in each territory, in the order of `columns`."
    )
    total: int = strawberry.field(description="All agreements of the rows.")
    mandates: list[AgreementMatrixRow] = strawberry.field(
        description="A row per service. Unit: mandated providers, which are never added to agreements."
    )
    mandates_total: int = strawberry.field(description="All mandated providers of these rows.")
    reporting: int = strawberry.field(description="Bodies with an agreement or mandate that the reader may see.")
    expected: int = strawberry.field(description="Bodies of the register that the question is about.")
    missing: MissingBodies = strawberry.field(
        description="Bodies without any that the reader may see. It does not say that they have none."
    )
    sample: SampleShare = strawberry.field(description="What of it is sample data.")
    as_of: AsOf = strawberry.field(description="The clocks that the figures were read with.")


@dataclass
class _Row:
    programme: Programme
    by_place: dict[tuple[str, str] | None, int] = field(default_factory=dict)
    sample: int = 0


def _parts(question: Question) -> dict[str, Part]:
    """Counts by unit, label and place, and the bodies that have any."""
    labels = question.optional("programmes", ARRAY(Text), partial(values_listed, "programmes"))
    conditions = [
        question.about(_C.tenant_id),
        *happened(AGREEMENT_CELL, question.when, on="effective_on"),
        question.seen(AGREEMENT_CELL),
        *(() if labels is None else (_C.programme_code == any_(labels),)),
    ]
    place = (_C.territory_scheme, _C.territory_code)
    count = func.sum(_C.delta)
    cells = (
        select(
            *(_C.unit, *_LABEL, *place),
            *(func.min(_C.territory_name_en), func.min(_C.territory_name_fr)),
            *(count, func.coalesce(func.sum(_C.delta).filter(_C.sample), 0)),
        )
        .where(*conditions)
        .group_by(_C.unit, *_LABEL, *place)
        .having(count != 0)
        .order_by(_C.unit, *_LABEL[:3], *place)
        .limit(CELLS_MAX + 1)
    )
    having = select(_C.tenant_id).where(*conditions).group_by(_C.tenant_id).having(count != 0)
    return {"cells": Part(cells), "reporting": Part(having)}


def _told(facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found) -> AgreementMatrix:
    """Count agreements and mandates.

    Raises:
        AnswerTooLargeError: more cells than a page can show.
    """
    cells = found["cells"]
    if len(cells) > CELLS_MAX:
        raise AnswerTooLargeError(what="agreementMatrix", maximum=CELLS_MAX)
    asked = sorted(bodies.values(), key=lambda body: body.slug)
    reporting = {row[0] for row in found["reporting"]}
    return _matrix(cells, facts.argument("territory_scheme"), asked, reporting, facts.when)


def _matrix(
    cells: Sequence[Any],
    scheme: TerritoryScheme | None,
    asked: Sequence[BodyReference],
    reporting: set[UUID],
    when: Clock,
) -> AgreementMatrix:
    units: dict[str, dict[tuple[Any, ...], _Row]] = {"agreement": {}, "mandate": {}}
    territories: dict[tuple[str, str], Territory] = {}
    for unit, *rest in cells:
        label, (place_scheme, code, name_en, name_fr, count, sample) = rest[: len(_LABEL)], rest[len(_LABEL) :]
        row = units[unit].setdefault(tuple(label), _Row(programme(label)))
        place = None
        if place_scheme is not None and (scheme is None or place_scheme == scheme.value):
            place = (place_scheme, code)
            territories.setdefault(
                place,
                Territory(scheme=TerritoryScheme(place_scheme), code=code, name=text.named((name_en, name_fr))),
            )
        row.by_place[place] = row.by_place.get(place, 0) + int(count)
        row.sample += int(sample)
    places = sorted(territories)
    rows = [_row(row, places) for row in units["agreement"].values()]
    mandates = [_row(row, places) for row in units["mandate"].values()]
    samples = {unit: sum(row.sample for row in found.values()) for unit, found in units.items()}
    missing = [body for body in asked if body.id not in reporting]
    return AgreementMatrix(
        columns=[territories[place] for place in places],
        rows=rows,
        column_totals=[sum(row.counts[index] for row in rows) for index in range(len(places))],
        total=sum(row.total for row in rows),
        mandates=mandates,
        mandates_total=sum(row.total for row in mandates),
        reporting=len(asked) - len(missing),
        expected=len(asked),
        missing=MissingBodies(count=len(missing), bodies=missing[:MISSING_MAX]),
        sample=SampleShare(
            included=any(samples.values()), agreements=samples["agreement"], mandates=samples["mandate"]
        ),
        as_of=echo(when),
    )


def _row(row: _Row, places: Sequence[tuple[str, str]]) -> AgreementMatrixRow:
    elsewhere = row.by_place.get(None, 0)
    counts = [row.by_place.get(place, 0) for place in places]
    return AgreementMatrixRow(
        programme=row.programme, counts=counts, elsewhere=elsewhere, total=sum(counts) + elsewhere
    )


AGREEMENT_MATRIX: Final = View(_parts, _told, lineage=True)

"""National figures: agreements by programme and territory, with who is in them and who is not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import func, select

from domain.ids import TenantId
from projections.agreement_cells import AGREEMENT_CELL
from projections.body import REGISTRY
from readapi import text
from readapi.agreement import Programme, programme
from readapi.asof import AsOf, AsOfInput, Clock, clock, echo, happened
from readapi.body import BodyReference, load_bodies
from readapi.codes import BodyKind, Province, TerritoryScheme
from readapi.columns import reads
from readapi.figures import Territory
from readapi.lineage import predecessors_of
from readapi.paging import bounded
from readapi.reading import Reading
from readapi.refusals import AnswerTooLargeError, PositionNeedsOneLogError
from readapi.registry import selected

CELLS_MAX: Final = 5_000
MISSING_MAX: Final = 200
_C, _B = AGREEMENT_CELL.c, REGISTRY.c
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


@strawberry.type(description="Bodies that a figure leaves out.")
class MissingBodies:
    count: int = strawberry.field(description="How many there are.")
    bodies: list[BodyReference] = strawberry.field(
        description=f"Who they are, by slug; the first {MISSING_MAX} of them."
    )


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


async def agreement_matrix(
    reading: Reading,
    *,
    as_of: AsOfInput | None,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    partnerships: list[str] | None,
    programmes: list[str] | None,
    territory_scheme: TerritoryScheme | None,
    follow_lineage: bool,
) -> AgreementMatrix:
    """Count agreements and mandates as of a clock.

    Raises:
        PositionNeedsOneLogError: the clock is a position, and the question is not about exactly one body.
        AnswerTooLargeError: more cells than a page can show.
    """
    when = clock(as_of, reading.now)
    slugs = bounded("partnerships", partnerships)
    labels = bounded("programmes", programmes)
    named = None if slugs is None else await reading.loader(load_bodies).load_many(list(slugs))
    bodies = None if named is None else list(dict.fromkeys(body for body in named if body is not None))
    if when.position is not None and (bodies is None or len(bodies) != 1):
        raise PositionNeedsOneLogError(position=when.position)
    if bodies is not None and kinds is None:
        kinds = [kind for kind in BodyKind if kind is not BodyKind.COMMONS]  # named bodies are meant, of any kind
    if follow_lineage and bodies is not None:
        bodies += await predecessors_of(reading, bodies, when)
    # A position belongs to one body's log; its own registry row is read with the same clock.
    asked = await _asked(reading, when, kinds, provinces, bodies, with_succeeded=bodies is not None)
    scope = _scope(reading, bodies)
    cells, reporting = await _cells(reading, scope, when, [TenantId(body.id) for body in asked], labels)
    return _matrix(cells, territory_scheme, asked, reporting, when)


def _scope(reading: Reading, bodies: Sequence[TenantId] | None) -> TenantId | None:
    """A member who asks about the own body alone sees all of it; every other question is the national reader's."""
    if bodies is not None and len(bodies) == 1 and reading.viewer.belongs_to(bodies[0]):
        return bodies[0]
    return None


async def _asked(
    reading: Reading,
    when: Clock,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    bodies: list[TenantId] | None,
    *,
    with_succeeded: bool,
) -> list[BodyReference]:
    reader = reads(BodyReference)
    conditions = selected(reading, when, kinds, provinces, bodies, with_succeeded=with_succeeded)
    rows = await reading.rows(None, reader.select().where(*conditions).order_by(_B.slug))
    return [reader.make(row) for row in rows]


async def _cells(
    reading: Reading, scope: TenantId | None, when: Clock, bodies: list[TenantId], labels: tuple[str, ...] | None
) -> tuple[Sequence[Any], set[UUID]]:
    """Counts by unit, label and place, and the bodies that have any."""
    conditions = [
        _C.tenant_id.in_(bodies),
        *happened(AGREEMENT_CELL, when, on="effective_on"),
        reading.visible(AGREEMENT_CELL, scope, when),
    ]
    if labels is not None:
        conditions.append(_C.programme_code.in_(labels))
    place = (_C.territory_scheme, _C.territory_code)
    count = func.sum(_C.delta)
    statement = (
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
    cells = await reading.rows(scope, statement)
    if len(cells) > CELLS_MAX:
        raise AnswerTooLargeError(what="agreementMatrix", maximum=CELLS_MAX)
    having = select(_C.tenant_id).where(*conditions).group_by(_C.tenant_id).having(count != 0)
    return cells, {row[0] for row in await reading.rows(scope, having)}


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

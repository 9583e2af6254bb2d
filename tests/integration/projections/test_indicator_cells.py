"""Figures as additive numbers: the sums over cells are what the submissions say, as of any day and moment."""

import itertools
import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from domain.ids import SubmissionId, TenantId
from domain.indicator import DefineIndicator
from domain.submission.commands import DraftSubmission
from domain.values import Citation, Combining, Period, QualifiedValue, TerritoryCode, fr
from infra.bulk.read_models import BulkReadModels
from infra.database import Database, Scope
from projections.indicator_cells import INDICATOR_CELL
from projections.query import AsOf, Query, fetch, recorded_by
from projections.registry import PROJECTIONS
from projections.runner import Runner
from projections.submission import queries
from tests.unit.projections.histories import FIRST_DAY, MemoryFeed, random_log

_C = INDICATOR_CELL.c
NUMBERS = (_C.number, _C.upper, _C.of_number, _C.of_upper)
KEYS = (
    *(_C.indicator_stream, _C.period_start, _C.period_end, _C.territory_code, _C.cuts),
    *(_C.stage, _C.kind, _C.unit, _C.provisional, _C.rounded, _C.sample),
)


async def ask(db: Database, tenant_id: TenantId, query: Query[Any]) -> list[Any]:
    async with db.begin(Scope.of_tenant(tenant_id)) as connection:
        return await fetch(connection, query)


async def rolled_up(db: Database, tenant_id: TenantId, as_of: AsOf) -> dict[Any, Any]:
    """Counts and sums of the cells by their keys, without those that came to nothing."""
    sums = (func.sum(_C.delta), *(func.coalesce(func.sum(number), 0) for number in NUMBERS))
    statement = (
        select(*KEYS, *sums)
        .where(_C.tenant_id == tenant_id, _C.effective_on <= as_of.on, *recorded_by(INDICATOR_CELL, as_of))
        .group_by(*KEYS)
    )
    async with db.begin(Scope.of_tenant(tenant_id)) as connection:
        rows = (await connection.execute(statement)).all()
    found = {tuple(row[: len(KEYS)]): tuple(row[len(KEYS) :]) for row in rows}
    assert all(count >= 0 for count, *_ in found.values())
    assert all(not any(sums) for count, *sums in found.values() if not count)
    return {key: value for key, value in found.items() if value[0]}


async def detail(db: Database, tenant_id: TenantId, as_of: AsOf) -> dict[Any, Any]:
    """The same, out of the submissions and the figures that count."""
    working = await ask(db, tenant_id, queries.submissions(tenant_id, as_of))
    out = await ask(db, tenant_id, queries.published(tenant_id, as_of))
    staged = [(row.stage, row) for row in working if row.stage != "published"]
    found: dict[Any, Counter[int]] = {}
    for stage, row in [*staged, *(("published", row) for row in out)]:
        figures = [row.value, *([] if row.denominator is None else [row.denominator])]
        key = (
            row.address.indicator.stream,
            row.address.period.start,
            row.address.period.end,
            row.address.place and row.address.place.code,
            ",".join(f"{cut.dimension}={cut.category}" for cut in row.address.cuts),
            stage,
            row.value.kind,
            row.value.unit,
            any(figure.status == "provisional" for figure in figures),
            any(figure.status == "rounded" or figure.rounded_to is not None for figure in figures),
            None,
        )
        below = row.denominator
        parts = (1, row.value.number, row.value.upper, below and below.number, below and below.upper)
        found.setdefault(key, Counter()).update({place: part or 0 for place, part in enumerate(parts)})
    return {key: tuple(Decimal(counted[place]) for place in range(5)) for key, counted in found.items()}


def without_sample(found: dict[Any, Any]) -> dict[Any, Any]:
    """Whether a row touched by a sample event is sample is another question than whether its last step was."""
    together: dict[Any, list[Decimal]] = {}
    for key, sums in found.items():
        sofar = together.setdefault((*key[:-1], None), [Decimal(0)] * 5)
        together[(*key[:-1], None)] = [one + other for one, other in zip(sofar, sums, strict=True)]
    return {key: tuple(sums) for key, sums in together.items()}


@pytest.mark.parametrize("seed", range(4))
async def test_cells_are_the_group_by_of_submissions(
    db: Database, models: BulkReadModels, tenants: list[TenantId], seed: int
) -> None:
    ours, theirs = tenants[:2]
    log = random_log(ours, seed, 700)
    await Runner(MemoryFeed([log, random_log(theirs, seed, 300)]), models, PROJECTIONS).catch_up()
    chosen = random.Random(seed)
    moments: list[Any] = [None, *(chosen.choice(log.rows).recorded_at for _ in range(3)), chosen.randrange(400)]
    seen = 0
    for known, days in itertools.product(moments, range(0, 4000, 250)):
        as_of = AsOf(on=FIRST_DAY + timedelta(days=days), known=known)
        cells = without_sample(await rolled_up(db, ours, as_of))
        assert cells == await detail(db, ours, as_of)
        seen += len(cells)
    assert seen > 50


async def test_who_sees_a_figure_depends_on_how_far_it_has_come(
    db: Database, models: BulkReadModels, tenants: list[TenantId]
) -> None:
    log = random_log(tenants[0], 9, 1_200)
    await Runner(MemoryFeed([log]), models, PROJECTIONS).catch_up()
    pairs = select(_C.stage, _C.audience).where(_C.tenant_id == tenants[0], _C.widest == "public").distinct()
    async with db.begin(Scope.of_tenant(tenants[0])) as connection:
        seen = {tuple(row) for row in (await connection.execute(pairs)).all()}
        capped = select(_C.audience).where(_C.tenant_id == tenants[0], _C.widest == "tenant").distinct()
        narrow = set((await connection.execute(capped)).scalars())
    async with db.begin(Scope.national(None)) as connection:
        public = (await connection.execute(pairs)).all()

    assert seen == {
        ("draft", "draft"),
        ("returned", "tenant"),
        ("submitted", "funders"),
        ("validated", "funders"),
        ("approved", "funders"),
        ("published", "public"),
    }
    assert narrow <= {"draft", "tenant"}
    assert {tuple(row) for row in public} == {("published", "public")}


async def test_sums_keep_every_digit(db: Database, models: BulkReadModels, tenants: list[TenantId]) -> None:
    log = random_log(tenants[0], 1, 0)
    indicator_id: Any = UUID(int=5)
    combining = Combining(measure="flow", over_periods="sum", across_bodies="sum")
    assert log.give(
        DefineIndicator(
            definition_id=indicator_id, wording=fr("Dollars"), unit="CAD", kind="amount", combining=combining
        ),
        FIRST_DAY,
    )
    largest = QualifiedValue(kind="exact", number=Decimal("9" * 22 + "." + "9" * 6), unit="CAD")
    for number, code in enumerate(("01", "11")):
        assert log.give(
            DraftSubmission(
                submission_id=SubmissionId(UUID(int=50 + number)),
                indicator=Citation(log=tenants[0], stream=indicator_id, version=1),
                period=Period.fiscal_year(2019),
                territory=TerritoryCode(scheme="qc-region", code=code),
                value=largest,
            ),
            date(2020, 4, 1),
        )
    await Runner(MemoryFeed([log]), models, PROJECTIONS).catch_up()
    async with db.begin(Scope.of_tenant(tenants[0])) as connection:
        summed = await connection.scalar(select(func.sum(_C.number)).where(_C.tenant_id == tenants[0]))

    assert summed == Decimal("1" + "9" * 22 + "." + "9" * 5 + "8")

"""What queries answer, and to whom: every one beside a second body with look-alike data."""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy
from sqlalchemy import select

import projections.plan.queries as plan_queries
from domain.agreement import AmendAgreement, Programme, SignAgreement, TerminateAgreement
from domain.audience import Audience
from domain.body import BodyKind
from domain.ids import TenantId
from domain.plan.commands import (
    AddPlanElement,
    AdoptPlanRevision,
    DraftPlan,
    PublishPlanRevision,
    RewordPlanElement,
    WithdrawPlanElement,
)
from domain.provider import MandateProvider
from domain.target import SetBaseline, SetTarget
from domain.values import Period, QualifiedValue, TerritoryCode, fr
from infra.bulk.read_models import BulkReadModels
from infra.database import Database, Scope
from projections import (
    access_grant,
    activity,
    alignment,
    audit_mandate,
    committee,
    dataset,
    document,
    endorsement,
    grant_held,
    indicator,
    national,
    practice,
    provider,
    published_aggregate,
    report_template,
    requirement,
    seat,
    study,
    target,
    theme_list,
    timeline,
)
from projections.agreement import queries as agreement_queries
from projections.agreement_cells import AGREEMENT_CELL
from projections.query import AsOf, Query, fetch, fetch_one
from projections.registry import PROJECTIONS
from projections.runner import Runner
from projections.submission import queries as submission_queries
from tests.unit.projections.histories import FIRST_DAY, Log, MemoryFeed, random_log

ON = date(2023, 1, 1)
PLAN: Any = UUID(int=100)
A, B, C, D = (UUID(int=200 + n) for n in range(4))


async def project(models: BulkReadModels, *logs: Log) -> None:
    await Runner(MemoryFeed(logs), models, PROJECTIONS).catch_up()


async def ask(db: Database, tenant_id: TenantId, query: Query[Any]) -> list[Any]:
    async with db.begin(Scope.of_tenant(tenant_id)) as connection:
        return await fetch(connection, query)


def revised_plan(tenant_id: TenantId) -> Log:
    """Revision 1 in June, revision 2 on 1 September: one element reworded, one withdrawn, one added."""
    log = Log(tenant_id)
    elements: Any = (A, B, C, D)
    a, b, c, d = elements
    steps: list[tuple[Any, date]] = [
        (
            DraftPlan(plan_id=PLAN, kind="action_plan", title=fr("Plan"), period=Period.fiscal_year(2021)),
            FIRST_DAY,
        ),
        *[
            (
                AddPlanElement(
                    plan_id=PLAN, element_id=element, level="objective", wording=fr(f"Objectif {rank}"), rank=rank
                ),
                FIRST_DAY,
            )
            for rank, element in enumerate((a, b, c))
        ],
        (AdoptPlanRevision(plan_id=PLAN, number=1), date(2021, 6, 1)),
        (RewordPlanElement(plan_id=PLAN, element_id=b, wording=fr("Objectif 1, revu")), date(2021, 7, 1)),
        (WithdrawPlanElement(plan_id=PLAN, element_id=c), date(2021, 7, 2)),
        (
            AddPlanElement(plan_id=PLAN, element_id=d, level="objective", wording=fr("Objectif 3"), rank=3),
            date(2021, 7, 3),
        ),
        (AdoptPlanRevision(plan_id=PLAN, number=2), date(2021, 9, 1)),
    ]
    for command, on in steps:
        assert log.give(command, on)
        log.at += timedelta(minutes=1)
    return log


async def test_a_plan_before_and_after_its_revision_differs_in_exactly_the_revised_rows(
    db: Database, models: BulkReadModels, tenants: list[TenantId]
) -> None:
    ours, theirs = tenants[:2]
    await project(models, revised_plan(ours), revised_plan(theirs))

    before = AsOf(on=date(2021, 8, 31))
    after = AsOf(on=date(2021, 9, 1))
    old = await ask(db, ours, plan_queries.elements(ours, PLAN, before))
    new = await ask(db, ours, plan_queries.elements(ours, PLAN, after))
    assert [(element.element_id, element.wording.fr) for element in old] == [
        (A, "Objectif 0"),
        (B, "Objectif 1"),
        (C, "Objectif 2"),
    ]
    assert [(element.element_id, element.wording.fr) for element in new] == [
        (A, "Objectif 0"),
        (B, "Objectif 1, revu"),
        (D, "Objectif 3"),
    ]
    changes = await ask(db, ours, plan_queries.difference(ours, PLAN, before, after))
    assert [(change.kind, (change.after or change.before).element_id) for change in changes] == [
        ("reworded", B),
        ("withdrawn", C),
        ("added", D),
    ]
    assert changes == await ask(db, ours, plan_queries.difference(ours, PLAN, 1, 2))
    assert old == await ask(db, ours, plan_queries.elements(ours, PLAN, 1))
    assert new == await ask(db, ours, plan_queries.elements(ours, PLAN, 2))
    # Before revision 2 was known, the first of September read as the day before.
    known = AsOf(on=date(2021, 9, 1), known=8)
    assert old == await ask(db, ours, plan_queries.elements(ours, PLAN, known))
    (first, second) = await ask(db, ours, plan_queries.revisions(ours, PLAN))
    assert (second.elements, second.added, second.reworded, second.withdrawn) == (3, 1, 1, 1)
    in_force = await ask(db, ours, plan_queries.revision_in_force(ours, PLAN, before))
    assert in_force == [first]


async def test_the_public_reads_a_revision_once_it_is_published_and_nothing_of_the_next(
    db: Database, models: BulkReadModels, tenants: list[TenantId]
) -> None:
    ours = tenants[0]
    log = revised_plan(ours)
    await project(models, log)
    query = plan_queries.elements(ours, PLAN, 1)

    async def public(query: Query[Any]) -> list[Any]:
        async with db.begin(Scope.national(None)) as connection:
            return await fetch(connection, query)

    assert await public(query) == []
    assert await public(plan_queries.plans(ours, AsOf(on=ON))) == []
    assert log.give(PublishPlanRevision(plan_id=PLAN, number=1), date(2021, 10, 1))
    await project(models, log)
    assert await public(query) == await ask(db, ours, query)
    assert len(await public(query)) == 3
    assert await public(plan_queries.elements(ours, PLAN, 2)) == []
    # As of a day on which the second was in force, the public still reads the first.
    assert await public(plan_queries.elements(ours, PLAN, AsOf(on=date(2021, 9, 2)))) == await public(query)
    assert await public(plan_queries.draft(ours, PLAN)) == []
    assert log.give(PublishPlanRevision(plan_id=PLAN, number=2), date(2021, 10, 2))
    await project(models, log)
    assert len(await public(plan_queries.elements(ours, PLAN, 2))) == 3


def knowledge_of(tenant_id: TenantId, as_of: AsOf) -> Iterator[Query[Any]]:
    """Those of practices, studies, datasets and report templates."""
    yield practice.practices(tenant_id, as_of)
    yield practice.adoptions(tenant_id, as_of)
    yield study.studies(tenant_id, as_of)
    yield study.needs(tenant_id, as_of)
    yield dataset.datasets(tenant_id, as_of)
    yield dataset.vintages(tenant_id, as_of)
    yield dataset.claims(tenant_id, as_of)
    yield report_template.report_templates(tenant_id, as_of)
    yield report_template.versions(tenant_id, as_of)


def queries_of(tenant_id: TenantId, log: Log) -> Iterator[Query[Any]]:
    """Every query of one tenant, for every record that the log has."""
    as_of = AsOf(on=date(2026, 1, 1))
    streams: dict[str, list[Any]] = {}
    for row in log.rows:
        streams.setdefault(row.type.partition(".")[0], []).append(row.stream_id)
    yield plan_queries.plans(tenant_id, as_of)
    yield agreement_queries.agreements(tenant_id, as_of)
    yield provider.mandates(tenant_id, as_of)
    yield indicator.indicators(tenant_id, as_of)
    yield alignment.alignments(tenant_id, as_of)
    yield requirement.requirements(tenant_id, as_of)
    yield requirement.exemptions(tenant_id, as_of)
    yield submission_queries.submissions(tenant_id, as_of)
    yield submission_queries.published(tenant_id, as_of)
    yield submission_queries.steps(tenant_id, as_of)
    for submission_id in sorted(set(streams["submission"])):
        yield submission_queries.submissions(tenant_id, as_of, submission_id=submission_id)
        yield submission_queries.steps(tenant_id, as_of, submission_id=submission_id)
    yield target.targets(tenant_id, as_of)
    yield target.target_values(tenant_id, as_of)
    yield published_aggregate.published_aggregates(tenant_id, as_of)
    yield access_grant.access_grants(tenant_id, as_of)
    yield grant_held.grants_held(tenant_id, as_of)
    yield audit_mandate.audit_mandates(tenant_id, as_of)
    yield document.documents(tenant_id, as_of)
    yield document.document_versions(tenant_id, as_of)
    yield activity.activities(tenant_id, as_of)
    yield theme_list.theme_lists(tenant_id, as_of)
    yield theme_list.themes(tenant_id, as_of)
    yield endorsement.endorsements(tenant_id, as_of)
    yield from knowledge_of(tenant_id, as_of)
    yield timeline.lines(tenant_id)
    yield national.body(tenant_id, as_of)
    yield committee.committees(tenant_id, as_of)
    for committee_id in sorted(set(streams["committee"])):
        yield committee.committee(tenant_id, committee_id, as_of)
        yield committee.terms(tenant_id, committee_id, as_of)
    yield seat.seats(tenant_id, as_of)
    for seat_id in sorted(set(streams["seat"])):
        yield seat.seat(tenant_id, seat_id, as_of)
        yield seat.candidacies(tenant_id, seat_id, as_of)
    for plan_id in sorted(set(streams["plan"])):
        yield plan_queries.plan(tenant_id, plan_id, as_of)
        yield plan_queries.revisions(tenant_id, plan_id)
        yield plan_queries.revision_in_force(tenant_id, plan_id, as_of)
        yield plan_queries.elements(tenant_id, plan_id, as_of)
        yield plan_queries.elements(tenant_id, plan_id, 1)
        yield plan_queries.difference(tenant_id, plan_id, 1, as_of)
        yield plan_queries.draft(tenant_id, plan_id)
        yield plan_queries.progress(tenant_id, plan_id, as_of)
        yield plan_queries.parents(tenant_id, plan_id)
    for agreement_id in sorted(set(streams["agreement"])):
        yield agreement_queries.agreement(tenant_id, agreement_id, as_of)
        yield agreement_queries.obligations(tenant_id, agreement_id, as_of)
        yield agreement_queries.contributions(tenant_id, agreement_id, as_of)


async def test_every_query_answers_the_same_whoever_else_has_look_alike_data(
    db: Database, models: BulkReadModels, tenants: list[TenantId]
) -> None:
    ours, theirs = tenants[:2]
    log = random_log(ours, 8, 400)
    await project(models, log)
    alone = [await ask(db, ours, query) for query in queries_of(ours, log)]
    await project(models, random_log(theirs, 8, 500))
    queries = list(queries_of(ours, log))
    assert [await ask(db, ours, query) for query in queries] == alone
    assert sum(map(len, alone)) > 100
    # In the other's scope the same queries find nothing: the database says so, not the query.
    for query in queries:
        assert await ask(db, theirs, query) == []


async def test_without_a_scope_a_table_of_bodies_answers_with_an_error(
    db: Database, models: BulkReadModels, tenants: list[TenantId]
) -> None:
    await project(models, random_log(tenants[0], 8, 50))
    with pytest.raises(sqlalchemy.exc.DBAPIError, match=r"app\.tenant"):
        async with db.begin(Scope.instance()) as connection:
            await fetch(connection, timeline.lines(tenants[0]))


async def test_negative_control_without_policies_the_other_body_would_be_seen(
    models: BulkReadModels, tables: Any, tenants: list[TenantId]
) -> None:
    await project(models, random_log(tenants[0], 8, 50), random_log(tenants[1], 8, 50))
    engine = sqlalchemy.create_engine(tables.admin_dsn.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:  # the administrator is above row security
        found = connection.execute(select(timeline.TIMELINE.c.tenant_id).distinct()).scalars().all()
    engine.dispose()
    assert set(tenants[:2]) <= set(found)


@pytest.mark.parametrize("seed", range(4))
async def test_cells_are_the_group_by_of_agreements_and_mandates(
    db: Database, models: BulkReadModels, tenants: list[TenantId], seed: int
) -> None:
    ours = tenants[0]
    log = random_log(ours, seed, 500)
    await project(models, log)
    chosen = random.Random(seed)
    moments: list[Any] = [None, *(chosen.choice(log.rows).recorded_at for _ in range(3)), chosen.randrange(200)]
    for known, days in itertools.product(moments, range(0, 2000, 180)):
        as_of = AsOf(on=FIRST_DAY + timedelta(days=days), known=known)
        detail: Counter[tuple[Any, ...]] = Counter()
        for row in await ask(db, ours, agreement_queries.agreements(ours, as_of)):
            if row.status == "in_force":
                detail["agreement", row.programme_code, row.place and row.place.code, row.audience] += 1
        for row in await ask(db, ours, provider.mandates(ours, as_of)):
            if row.status == "active":
                detail["mandate", row.service_code, row.place and row.place.code, row.audience] += 1
        columns = AGREEMENT_CELL.c
        keys = (columns.unit, columns.programme_code, columns.territory_code, columns.audience)
        counted = select(*keys, sqlalchemy.func.sum(columns.delta)).where(
            columns.tenant_id == ours, *national._counted(as_of, None)
        )
        async with db.begin(Scope.of_tenant(ours)) as connection:
            rows = (await connection.execute(counted.group_by(*keys))).all()
        assert {tuple(row[:4]): row[4] for row in rows if row[4]} == detail


def region(code: str) -> TerritoryCode:
    return TerritoryCode(scheme="qc-region", code=code, name=fr("Région"))


async def test_the_national_matrix_counts_what_the_reader_may_see_and_names_who_is_missing(
    db: Database, models: BulkReadModels, tables: Any, tenants: list[TenantId]
) -> None:
    funder = TenantId(UUID(int=random.getrandbits(128)))
    for number, tenant_id in enumerate(tenants):
        log = random_log(tenant_id, 1, 0, kind=BodyKind.SECTOR_COUNCIL)
        for made in range(number):
            agreement_id: Any = UUID(int=random.getrandbits(128))
            log.give(
                SignAgreement(
                    agreement_id=agreement_id,
                    programme=Programme(code="mrc", label=fr("MRC"), named_in_source=False),
                    territory=region("01"),
                    audience=Audience.PUBLIC if made else Audience.FUNDERS,
                ),
                date(2020, 5, 1),
            )
        mandate_id: Any = UUID(int=random.getrandbits(128))
        if number:
            log.give(
                MandateProvider(
                    mandate_id=mandate_id,
                    service=fr("Francisation"),
                    service_code="fr",
                    territory=region("01"),
                    audience=Audience.FUNDERS,
                ),
                date(2020, 5, 1),
            )
        await project(models, log)
    engine = sqlalchemy.create_engine(tables.admin_dsn.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO access.grant_now VALUES (%s, %s, '', 1)", (tenants[1], funder))
    engine.dispose()

    async def seen_by(reader: TenantId | None, on: date) -> national.Matrix:
        async with db.begin(Scope.national(reader)) as connection:
            return await national.matrix(AsOf(on=on), connection, kinds=[BodyKind.SECTOR_COUNCIL], scope=tenants)

    public = await seen_by(None, ON)
    assert [(cell.unit, cell.count, cell.bodies) for cell in public.cells] == [("agreement", 1, 1)]
    assert (public.expected, public.reporting) == (3, 1)
    granted = await seen_by(funder, ON)
    assert [(cell.unit, cell.programme_code, cell.count, cell.bodies) for cell in granted.cells] == [
        ("agreement", "mrc", 2, 2),
        ("mandate", "fr", 1, 1),
    ]
    assert (granted.expected, granted.reporting) == (3, 2)
    assert [named.tenant_id for named in granted.missing] == [tenants[0]]
    before = await seen_by(funder, date(2020, 4, 30))
    assert (before.cells, before.reporting) == ((), 0)


@pytest.mark.parametrize("reader", ["unset", "empty"])
async def test_a_reader_without_an_identity_sees_what_is_public_and_no_error(
    models: BulkReadModels, tables: Any, tenants: list[TenantId], reader: str
) -> None:
    await project(models, random_log(tenants[0], 2, 200))
    dsn = tables.dsn("entente_national_reader").replace("postgresql://", "postgresql+psycopg://")
    engine = sqlalchemy.create_engine(dsn)
    with engine.begin() as connection:
        if reader == "empty":
            connection.exec_driver_sql("SELECT set_config('app.reader', '', true)")
        found = connection.execute(select(AGREEMENT_CELL.c.audience).distinct()).scalars().all()
    engine.dispose()
    assert set(found) <= {"public"}


async def test_targets_are_shown_as_printed_with_their_doubts(
    db: Database, models: BulkReadModels, tenants: list[TenantId]
) -> None:
    ours = tenants[0]
    log = Log(ours)
    target_id: Any = UUID(int=9)
    owner: Any = UUID(int=10)
    log.give(
        SetBaseline(
            target_id=target_id,
            plan_id=owner,
            indicator_id=owner,
            unit="percent",
            direction="increase",
            baseline=QualifiedValue(kind="exact", number=Decimal(30), unit="percent", raw="30 %"),
        ),
        FIRST_DAY,
    )
    for year, number, raw in ((2019, Decimal(34), "34 %"), (2020, Decimal("21.5"), "21,5 %")):
        value = QualifiedValue(kind="exact", number=number, unit="percent", raw=raw)
        log.give(SetTarget(target_id=target_id, period=Period.fiscal_year(year), value=value), FIRST_DAY)
    absent = QualifiedValue(kind="not_applicable", raw="s. o.")
    log.give(SetTarget(target_id=target_id, period=Period.fiscal_year(2021), value=absent), FIRST_DAY)
    await project(models, log)
    async with db.begin(Scope.of_tenant(ours)) as connection:
        (series,) = await target.series(ours, AsOf(on=ON), connection)
    assert [value.value.raw for value in series.values] == ["34 %", "21,5 %", "s. o."]
    assert [(warning.kind, warning.raw) for warning in series.warnings] == [("trend", "21,5 %")]


async def test_a_late_amendment_holds_until_a_later_one(
    db: Database, models: BulkReadModels, tenants: list[TenantId]
) -> None:
    ours = tenants[0]
    log = Log(ours)
    agreement_id: Any = UUID(int=50)

    def dollars(number: int) -> QualifiedValue:
        return QualifiedValue(kind="exact", number=Decimal(number), unit="CAD")

    log.give(
        SignAgreement(agreement_id=agreement_id, programme=Programme(code="p", label=fr("P")), amount=dollars(1)),
        date(2020, 1, 1),
    )
    log.give(AmendAgreement(agreement_id=agreement_id, number=1, amount=dollars(3)), date(2020, 7, 1))
    log.give(AmendAgreement(agreement_id=agreement_id, number=2, amount=dollars(2)), date(2020, 4, 1))
    log.give(TerminateAgreement(agreement_id=agreement_id), date(2021, 1, 1))
    await project(models, log)

    async def stood(on: date, known: int | None = None) -> tuple[Any, str]:
        async with db.begin(Scope.of_tenant(ours)) as connection:
            query = agreement_queries.agreement(ours, agreement_id, AsOf(on=on, known=known))
            row = await fetch_one(connection, query)
        assert row is not None
        assert row.amount is not None
        return row.amount.number, row.status

    assert await stood(date(2020, 3, 31)) == (1, "in_force")
    assert await stood(date(2020, 4, 1)) == (2, "in_force")
    assert await stood(date(2020, 4, 1), known=2) == (1, "in_force")
    assert await stood(date(2020, 7, 1)) == (3, "in_force")
    assert await stood(date(2021, 1, 1)) == (3, "terminated")

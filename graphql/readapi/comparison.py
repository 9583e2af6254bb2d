"""One indicator across the country: who said what, what is owed, and the total or the reason why there is none."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.sql.elements import ColumnElement

from domain import values
from domain.ids import COMMONS, TenantId
from projections import comparison
from projections.alignment import ALIGNMENT
from projections.comparison import Compared, Source, Standing, Visible
from projections.indicator_cells import INDICATOR_CELL
from projections.query import fact_columns
from projections.requirement import EXEMPTION, REQUIREMENT, RequirementRow, exemption_of, requirement_of
from projections.target import TARGET, TARGET_VALUE
from readapi import comparison_parts as parts
from readapi import sight
from readapi.asof import AsOfInput, Clock, across_logs, clock, echo, happened, held
from readapi.body import BodyReference, load_bodies
from readapi.codes import (
    BodyKind,
    Comparability,
    ExemptionReason,
    PeriodKind,
    Province,
    ReportingState,
    SubmissionStage,
)
from readapi.columns import reads
from readapi.comparison_parts import (
    ComparisonSample,
    ComparisonStanding,
    ComparisonValue,
    IndicatorComparison,
    IndicatorInput,
    PeriodInput,
)
from readapi.figures import Period
from readapi.indicator import INDICATOR_BY_ID, Indicator
from readapi.paging import bounded
from readapi.reading import Reading
from readapi.refusals import AnswerTooLargeError, PeriodUnusableError
from readapi.registry import selected
from readapi.relations import one
from readapi.target import of_visible_plan
from readapi.trace.parts import Figure

VALUES_MAX: Final = 2_000
_C, _A, _R, _E = INDICATOR_CELL.c, ALIGNMENT.c, REQUIREMENT.c, EXEMPTION.c


async def indicator_comparison(
    reading: Reading,
    *,
    indicator: IndicatorInput,
    period: PeriodInput,
    as_of: AsOfInput | None,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    partnerships: list[str] | None,
    stage: SubmissionStage,
) -> IndicatorComparison | None:
    """Compare; None where the reader may not see the indicator.

    Raises:
        PositionNeedsOneLogError: the clock is a position.
        AnswerTooLargeError: more figures than an answer can show.
        PeriodUnusableError: the span is not of its kind.
    """
    when = across_logs(clock(as_of, reading.now))
    of = _period(period)
    owner = await _owner(reading, indicator.owner)
    asked = None
    if owner is not None:
        asked = await one(reading, INDICATOR_BY_ID, reading.place(owner, when), indicator.id)
    if owner is None or asked is None:
        return None
    bodies = await _asked(reading, when, kinds, provinces, partnerships)
    scope = _scope(reading, partnerships, list(bodies))
    return await _Comparing(reading, when, of, scope, bodies).run(owner, asked, stage)


class _Comparing:
    """One comparison while it is put together."""

    def __init__(
        self,
        reading: Reading,
        when: Clock,
        of: values.Period,
        scope: TenantId | None,
        bodies: dict[UUID, BodyReference],
    ) -> None:
        self.reading = reading
        self.when = when
        self.of = of
        self.scope = scope
        self.bodies = bodies

    async def run(self, owner: TenantId, asked: Indicator, stage: SubmissionStage) -> IndicatorComparison:
        grades = await self._grades(owner, asked.id)
        found = await self._said(grades)
        compared = comparison.compared(found, grades, stage.value)
        combining = values.Combining(
            measure=asked.combining.measure.value,
            over_periods=asked.combining.over_periods.value,
            across_bodies=asked.combining.across_bodies.value,
        )
        total, refusal = comparison.total_of(compared, asked.unit, combining, asked.denominator_unit)
        visible = await self._visible(found)
        owed = await self._owed(grades)
        standings = comparison.standings(owed, self.of, compared, visible, self.when.effective)
        incomparable = tuple(
            Standing(body=body, state="not_comparable")
            for (body, _, _), grade in grades.items()
            if grade == "none"
        )
        targets = await self._targets(owner, grades)
        own = targets.get((owner, owner, asked.id))
        together = comparison.Comparison(values=compared, total=total, refusal=refusal, standings=standings)
        return IndicatorComparison(
            indicator=asked,
            period=Period(kind=PeriodKind(self.of.kind), start=self.of.start, end=self.of.end),
            values=[await self._value(one, targets, (owner, asked.id)) for one in self._sorted(compared)],
            total=None if total is None else parts.total(total),
            not_addable=None if refusal is None else parts.refusal(refusal),
            target=None if own is None else parts.quantity(own),
            contribution=parts.share(total, own),
            reporting=together.reporting,
            expected=together.expected,
            missing=sum(one.state == "missing" for one in standings),
            standings=[self._standing(one) for one in (*standings, *incomparable)],
            weakest_comparability=None if together.weakest is None else Comparability(together.weakest),
            sample=ComparisonSample(
                included=any(one.said.sample for one in compared),
                values=sum(one.said.sample for one in compared),
            ),
            as_of=echo(self.when),
        )

    async def _grades(self, owner: TenantId, indicator_id: UUID) -> dict[Source, Any]:
        """Of which indicators each body reports, and how far each is the one asked for."""
        grades: dict[Source, Any] = {(body, owner, indicator_id): "same" for body in self.bodies}
        statement = select(_A.tenant_id, _A.indicator_id, _A.grade).where(
            _A.canonical_log == owner,
            _A.canonical_stream == indicator_id,
            _A.status == "in_force",
            _A.tenant_id.in_(list(self.bodies)),
            *held(ALIGNMENT, self.when),
            self.reading.visible(ALIGNMENT, self.scope, self.when),
        )
        for body, local, grade in await self.reading.rows(self.scope, statement):
            grades[body, body, local] = grade
        return grades

    def _of_sources(self, grades: dict[Source, Any], log: Any, stream: Any, tenant: Any) -> ColumnElement[bool]:
        """Of those bodies and indicators; which body reports of which is seen to afterwards."""
        return and_(
            tenant.in_(list(self.bodies)),
            log.in_({source_log for _, source_log, _ in grades}),
            stream.in_({source_stream for _, _, source_stream in grades}),
        )

    async def _said(self, grades: dict[Source, Any]) -> list[comparison.Said]:
        statement = comparison.figures(
            self.of,
            self._of_sources(grades, _C.indicator_log, _C.indicator_stream, _C.tenant_id),
            *happened(INDICATOR_CELL, self.when, on="effective_on"),
            self.reading.visible(INDICATOR_CELL, self.scope, self.when),
        ).limit(VALUES_MAX + 1)
        rows = await self.reading.rows(self.scope, statement)
        if len(rows) > VALUES_MAX:
            raise AnswerTooLargeError(what="indicatorComparison", maximum=VALUES_MAX)
        return [one for one in map(comparison.said, rows) if (one.body, *one.indicator) in grades]

    async def _visible(self, found: list[comparison.Said]) -> Visible:
        """Of which bodies the reader sees unpublished steps, and what has come in there."""
        if self.scope is not None:
            bodies = {UUID(str(self.scope))}
        elif self.reading.viewer.tenant_id is None:
            bodies = set()
        else:
            # One programme alone opens no figures: they are of no programme.
            then = sight.granted_at(self.when) if self.when.as_seen else None
            granted = sight.granting_all(self.reading.viewer.tenant_id, then)
            bodies = {row[0] for row in await self.reading.rows(None, granted)}
        received = {
            (one.body, *one.indicator, one.place)
            for one in found
            if one.stage in ("submitted", "validated", "approved", "published")
        }
        return Visible(bodies=frozenset(bodies), received=frozenset(received))

    async def _owed(self, grades: dict[Source, Any]) -> list[tuple[RequirementRow, Any]]:
        conditions = (
            self._of_sources(grades, _R.indicator_log, _R.indicator_stream, _R.tenant_id),
            *held(REQUIREMENT, self.when),
            self.reading.visible(REQUIREMENT, self.scope, self.when),
        )
        columns = fact_columns(REQUIREMENT)
        names = [column_.key or "" for column_ in columns]
        statement = select(*columns).where(*conditions).order_by(_R.tenant_id, _R.entity_id).limit(VALUES_MAX + 1)
        rows = await self.reading.rows(self.scope, statement)
        if len(rows) > VALUES_MAX:
            raise AnswerTooLargeError(what="indicatorComparison", maximum=VALUES_MAX)
        required = [requirement_of(dict(zip(names, row, strict=True))) for row in rows]
        exempt = await self._exempt([one.requirement_id for one in required])
        return [
            (one, exempt.get((one.tenant_id, one.requirement_id)))
            for one in required
            if grades.get((one.tenant_id, one.indicator.log, one.indicator.stream), "none") != "none"
        ]

    async def _exempt(self, ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], Any]:
        columns = fact_columns(EXEMPTION)
        names = [column_.key or "" for column_ in columns]
        statement = select(*columns).where(
            _E.entity_id.in_(ids),
            _E.period_start == self.of.start,
            _E.period_end == self.of.end,
            *held(EXEMPTION, self.when),
            self.reading.visible(EXEMPTION, self.scope, self.when),
        )
        rows = [
            exemption_of(dict(zip(names, row, strict=True)))
            for row in await self.reading.rows(self.scope, statement)
        ]
        return {(row.tenant_id, row.requirement_id): row.reason for row in rows}

    async def _targets(self, owner: TenantId, grades: dict[Source, Any]) -> dict[Source, values.QualifiedValue]:
        """Targets for the period by who set them and of which indicator they are."""
        target, figure = TARGET.c, TARGET_VALUE.c
        sides = ("kind", "number", "upper", "raw", "status", "rounded_to", "unit")
        statement = (
            select(
                *(target.tenant_id, target.measured_log, target.measured_stream),
                *(figure[f"value_{side}"] for side in sides),
            )
            .join_from(
                TARGET,
                TARGET_VALUE,
                (figure.tenant_id == target.tenant_id) & (figure.entity_id == target.entity_id),
            )
            .where(
                target.tenant_id.in_([*self.bodies, owner]),
                target.measured_stream.in_({stream for _, _, stream in grades}),
                figure.period_start == self.of.start,
                figure.period_end == self.of.end,
                of_visible_plan(self.reading, None),
                *held(TARGET, self.when),
                *held(TARGET_VALUE, self.when),
                self.reading.visible(TARGET, None),
                self.reading.visible(TARGET_VALUE, None),
            )
        )
        found: dict[Source, values.QualifiedValue] = {}
        for body, log, stream, *cells in await self.reading.rows(None, statement):
            kind, number, upper, raw, status, rounded_to, unit = cells
            found[body, log, stream] = values.QualifiedValue(
                kind=kind,
                number=None if number is None else Decimal(number),
                upper=None if upper is None else Decimal(upper),
                raw=raw,
                status=status,
                rounded_to=rounded_to,
                unit=unit,
            )
        return found

    def _sorted(self, compared: Sequence[Compared]) -> list[Compared]:
        return sorted(compared, key=lambda one: (self.bodies[one.said.body].slug, one.said.place or ("", "")))

    async def _value(
        self, part: Compared, targets: dict[Source, values.QualifiedValue], asked: tuple[UUID, UUID]
    ) -> ComparisonValue:
        said = part.said
        place = self.reading.place(TenantId(said.indicator[0]), self.when)
        target = targets.get((said.body, *said.indicator)) or targets.get((said.body, *asked))
        alone = None
        if said.denominator is None and said.value.kind != "milestone":
            alone = values.total([said.value], said.value.unit)
        return ComparisonValue(
            body=self.bodies[said.body],
            territory=parts.territory(said.place, said.names),
            indicator=await one(self.reading, INDICATOR_BY_ID, place, said.indicator[1]),
            value=parts.quantity(said.value),
            denominator=None if said.denominator is None else parts.quantity(said.denominator),
            stage=SubmissionStage(said.stage),
            comparability=Comparability(part.comparability),
            target=None if target is None else parts.quantity(target),
            percent_of_target=parts.share(alone, target),
            sample=said.sample,
            figure=Figure(
                scope=self.scope,
                clock=self.when,
                body=said.body,
                submission_id=said.submission_id,
                indicator=said.indicator,
                counts_as=asked,
                period=(self.of.kind, self.of.start, self.of.end),
                territory=said.place,
            ),
        )

    def _standing(self, one: Standing) -> ComparisonStanding:
        return ComparisonStanding(
            body=self.bodies[one.body],
            territory=parts.territory(one.place, one.names),
            state=ReportingState(one.state),
            due_on=one.due_on,
            exempt=None if one.exempt is None else ExemptionReason(one.exempt),
        )


def _period(given: PeriodInput) -> values.Period:
    try:
        return values.Period(kind=given.kind.value, start=given.start, end=given.end)
    except ValueError as problem:
        raise PeriodUnusableError(start=given.start, end=given.end, kind_of_period=given.kind.value) from problem


async def _owner(reading: Reading, slug: str) -> TenantId | None:
    if slug == "commons":
        return COMMONS
    (owner,) = bounded("owner", [slug]) or (slug,)
    return await reading.loader(load_bodies).load(owner)


async def _asked(
    reading: Reading,
    when: Clock,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    partnerships: list[str] | None,
) -> dict[UUID, BodyReference]:
    """The bodies that the question is about."""
    slugs = bounded("partnerships", partnerships)
    named = None if slugs is None else await reading.loader(load_bodies).load_many(list(slugs))
    bodies = None if named is None else list(dict.fromkeys(body for body in named if body is not None))
    if bodies is not None and kinds is None:
        kinds = [kind for kind in BodyKind if kind is not BodyKind.COMMONS]  # named bodies are meant, of any kind
    reader = reads(BodyReference)
    conditions = selected(reading, when, kinds, provinces, bodies)
    rows = await reading.rows(None, reader.select().where(*conditions))
    return {body.id: body for body in map(reader.make, rows)}


def _scope(reading: Reading, partnerships: list[str] | None, bodies: list[UUID]) -> TenantId | None:
    """A member who asks about the own body alone sees all of it; every other question is the national reader's."""
    if partnerships is not None and len(bodies) == 1 and reading.viewer.belongs_to(TenantId(bodies[0])):
        return TenantId(bodies[0])
    return None

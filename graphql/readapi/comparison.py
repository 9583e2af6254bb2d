"""One indicator across the country: who said what, what is owed, and the total or the reason why there is none."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain import values
from domain.ids import TenantId
from projections import comparison
from projections.comparison import Compared, Source, Standing, Visible
from readapi import comparison_parts as parts
from readapi.asking import asked_about, named_bodies, owner_of, scope_of
from readapi.asof import AsOfInput, Clock, across_logs, clock, echo
from readapi.body import BodyReference
from readapi.codes import (
    BodyKind,
    Comparability,
    ExemptionReason,
    PeriodKind,
    Province,
    ReportingState,
    SubmissionStage,
)
from readapi.comparison_parts import (
    ComparisonSample,
    ComparisonSource,
    ComparisonStanding,
    ComparisonValue,
    IndicatorComparison,
    IndicatorInput,
    PeriodInput,
)
from readapi.comparison_rows import Rows, span
from readapi.figures import Period
from readapi.indicator import INDICATOR_BY_ID, Indicator
from readapi.reading import Reading
from readapi.refusals import PeriodUnusableError
from readapi.relations import one
from readapi.scalars import BigInt
from readapi.trace.parts import Figure

VALUES_MAX: Final = 2_000


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
    of = usable(period)
    owner = await owner_of(reading, indicator.owner)
    if owner is None:
        return None
    return await compared_with(
        reading,
        (owner, indicator.id),
        of,
        when,
        kinds=kinds,
        provinces=provinces,
        partnerships=partnerships,
        stage=stage,
    )


async def compared_with(
    reading: Reading,
    indicator: tuple[TenantId, UUID],
    of: values.Period,
    when: Clock,
    *,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    partnerships: list[str] | None,
    stage: SubmissionStage,
) -> IndicatorComparison | None:
    """Compare an indicator, by its owner and id, as of a clock; None where the reader may not see it."""
    owner, indicator_id = indicator
    asked = await one(reading, INDICATOR_BY_ID, reading.place(owner, when), indicator_id)
    if asked is None:
        return None
    named = await named_bodies(reading, partnerships)
    bodies = await asked_about(reading, when, kinds, provinces, named)
    scope = scope_of(reading, partnerships, list(bodies))
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
        self.bodies = bodies
        self.rows = Rows(reading, when, scope, bodies, [of], what="indicatorComparison", rows_max=VALUES_MAX)

    async def run(self, owner: TenantId, asked: Indicator, stage: SubmissionStage) -> IndicatorComparison:
        grades = await self.rows.grades(owner, asked.id)
        found = await self.rows.said(grades)
        compared = comparison.compared(found, grades, stage.value)
        total, refusal = comparison.total_of(compared, asked.unit, parts.combining(asked), asked.denominator_unit)
        visible = await self.rows.visible(found)
        owed = [(one, exempt.get(span(self.of))) for one, exempt in await self.rows.owed(grades)]
        standings = comparison.standings(owed, self.of, compared, visible, self.when.effective)
        incomparable = tuple(
            Standing(body=body, state="not_comparable")
            for (body, _, _), grade in grades.items()
            if grade == "none"
        )
        targets = {source: value for (source, _), value in (await self.rows.targets(owner, grades)).items()}
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
            sources=await self._sources(owner, visible),
            as_of=echo(self.when),
        )

    async def _sources(self, owner: TenantId, visible: Visible) -> list[ComparisonSource]:
        """How far each log is by now. A frozen comparison is answered from there, whatever this one showed."""
        if self.when != Clock(self.when.effective):
            return []
        positions = await self.rows.positions([*self.bodies, owner])
        return [
            ComparisonSource(log=log, position=BigInt(position), granted=log in visible.bodies)
            for log, position in positions
        ]

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
                scope=self.rows.scope,
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


def usable(given: PeriodInput) -> values.Period:
    """The span of a question.

    Raises:
        PeriodUnusableError: it is not of its kind.
    """
    try:
        return values.Period(kind=given.kind.value, start=given.start, end=given.end)
    except ValueError as problem:
        raise PeriodUnusableError(start=given.start, end=given.end, kind_of_period=given.kind.value) from problem

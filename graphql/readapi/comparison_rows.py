"""What a comparison is put together from: rows of bodies that the reader may see, as of its clocks."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, Uuid, and_, bindparam, column, func, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from domain import values
from domain.ids import TenantId
from domain.requirement import ExemptionReason
from projections import comparison
from projections.alignment import ALIGNMENT
from projections.comparison import Said, Source, Visible
from projections.indicator_cells import INDICATOR_CELL
from projections.query import fact_columns
from projections.requirement import EXEMPTION, REQUIREMENT, RequirementRow, exemption_of, requirement_of
from projections.target import TARGET, TARGET_VALUE
from readapi import sight
from readapi.asof import Clock, happened, held
from readapi.reading import Reading
from readapi.refusals import AnswerTooLargeError
from readapi.target import of_visible_plan

_C, _A, _R, _E = INDICATOR_CELL.c, ALIGNMENT.c, REQUIREMENT.c, EXEMPTION.c
_READ: Final = ("body", "indicator", "indicator_cells", "requirement", "alignment", "target", "plan")
"""The projections that a comparison reads."""
Span = tuple[date, date]
Required = tuple[RequirementRow, dict[Span, ExemptionReason]]


def span(period: values.Period) -> Span:
    """What tells one period of a question from another."""
    return (period.start, period.end)


class Rows:
    """The rows of one question: about these bodies, for these periods, in this scope."""

    def __init__(
        self,
        reading: Reading,
        when: Clock,
        scope: TenantId | None,
        bodies: Collection[UUID],
        periods: Sequence[values.Period],
        *,
        what: str,
        rows_max: int,
    ) -> None:
        self.reading = reading
        self.when = when
        self.scope = scope
        self.bodies = list(bodies)
        self.periods = periods
        self._what = what
        self._max = rows_max

    async def grades(self, owner: TenantId, indicator_id: UUID) -> dict[Source, Any]:
        """Of which indicators each body reports, and how far each is the one asked for."""
        grades: dict[Source, Any] = {(body, owner, indicator_id): "same" for body in self.bodies}
        statement = select(_A.tenant_id, _A.indicator_id, _A.grade).where(
            _A.canonical_log == owner,
            _A.canonical_stream == indicator_id,
            _A.status == "in_force",
            _A.tenant_id.in_(self.bodies),
            *held(ALIGNMENT, self.when),
            self.reading.visible(ALIGNMENT, self.scope, self.when),
        )
        for body, local, grade in await self.reading.rows(self.scope, statement):
            grades[body, body, local] = grade
        return grades

    async def said(self, grades: dict[Source, Any], cuts: Sequence[str] = ("",)) -> list[Said]:
        """Figures at every stage.

        Raises:
            AnswerTooLargeError: there are more than an answer can be made of.
        """
        statement = comparison.figures(
            self.periods,
            self._of_sources(grades, _C.indicator_log, _C.indicator_stream, _C.tenant_id),
            *happened(INDICATOR_CELL, self.when, on="effective_on"),
            self.reading.visible(INDICATOR_CELL, self.scope, self.when),
            cuts=cuts,
        )
        rows = await self._rows(statement)
        return [one for one in map(comparison.said, rows) if (one.body, *one.indicator) in grades]

    async def visible(self, found: Iterable[Said]) -> Visible:
        """Of which bodies the reader sees unpublished steps, and what has come in there."""
        bodies = await granting(self.reading, self.when) if self.scope is None else {UUID(str(self.scope))}
        return Visible(bodies=frozenset(bodies), received=received(found))

    async def owed(self, grades: dict[Source, Any]) -> list[Required]:
        """What the bodies owe of comparable indicators, each with the periods that it is exempt from."""
        conditions = (
            self._of_sources(grades, _R.indicator_log, _R.indicator_stream, _R.tenant_id),
            *held(REQUIREMENT, self.when),
            self.reading.visible(REQUIREMENT, self.scope, self.when),
        )
        columns = fact_columns(REQUIREMENT)
        names = [column_.key or "" for column_ in columns]
        rows = await self._rows(select(*columns).where(*conditions).order_by(_R.tenant_id, _R.entity_id))
        required = [requirement_of(dict(zip(names, row, strict=True))) for row in rows]
        exempt = await self._exempt([one.requirement_id for one in required])
        return [
            (one, exempt.get((one.tenant_id, one.requirement_id), {}))
            for one in required
            if grades.get((one.tenant_id, one.indicator.log, one.indicator.stream), "none") != "none"
        ]

    async def targets(
        self, owner: TenantId, grades: dict[Source, Any]
    ) -> dict[tuple[Source, Span], values.QualifiedValue]:
        """Targets by who set them, of which indicator they are, and for which of the periods."""
        target, figure = TARGET.c, TARGET_VALUE.c
        sides = ("kind", "number", "upper", "raw", "status", "rounded_to", "unit")
        statement = (
            select(
                *(target.tenant_id, target.measured_log, target.measured_stream),
                *(figure.period_start, figure.period_end),
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
                tuple_(figure.period_start, figure.period_end).in_(self._spans()),
                of_visible_plan(self.reading, None),
                *held(TARGET, self.when),
                *held(TARGET_VALUE, self.when),
                self.reading.visible(TARGET, None),
                self.reading.visible(TARGET_VALUE, None),
            )
        )
        found: dict[tuple[Source, Span], values.QualifiedValue] = {}
        for body, log, stream, start, end, *cells in await self.reading.rows(None, statement):
            kind, number, upper, raw, status, rounded_to, unit = cells
            found[(body, log, stream), (start, end)] = values.QualifiedValue(
                kind=kind,
                number=None if number is None else Decimal(number),
                upper=None if upper is None else Decimal(upper),
                raw=raw,
                status=status,
                rounded_to=rounded_to,
                unit=unit,
            )
        return found

    async def positions(self, logs: Sequence[UUID]) -> list[tuple[UUID, int]]:
        """How far each log is in all that a comparison reads."""
        reached = func.rm.positions_of(
            bindparam("read", list(_READ), type_=ARRAY(Text)), bindparam("logs", list(logs), type_=ARRAY(Uuid))
        ).table_valued(column("tenant_id", Uuid), column("position", BigInteger))
        statement = select(reached.c.tenant_id, reached.c.position).order_by(reached.c.tenant_id)
        return [(row[0], row[1]) for row in await self.reading.rows(None, statement)]

    async def _exempt(self, ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], dict[Span, ExemptionReason]]:
        columns = fact_columns(EXEMPTION)
        names = [column_.key or "" for column_ in columns]
        statement = select(*columns).where(
            _E.tenant_id.in_(self.bodies),
            tuple_(_E.period_start, _E.period_end).in_(self._spans()),
            *held(EXEMPTION, self.when),
            self.reading.visible(EXEMPTION, self.scope, self.when),
        )
        wanted = frozenset(ids)
        found: dict[tuple[UUID, UUID], dict[Span, ExemptionReason]] = {}
        for row in await self._rows(statement):
            one = exemption_of(dict(zip(names, row, strict=True)))
            if one.requirement_id in wanted:
                found.setdefault((one.tenant_id, one.requirement_id), {})[span(one.period)] = one.reason
        return found

    async def _rows(self, statement: Any) -> Sequence[Sequence[Any]]:
        rows = await self.reading.rows(self.scope, statement.limit(self._max + 1))
        if len(rows) > self._max:
            raise AnswerTooLargeError(what=self._what, maximum=self._max)
        return rows

    def _spans(self) -> list[Span]:
        return [span(period) for period in self.periods]

    def _of_sources(self, grades: dict[Source, Any], log: Any, stream: Any, tenant: Any) -> ColumnElement[bool]:
        """Of those bodies and indicators; which body reports of which is seen to afterwards."""
        return and_(
            tenant.in_(self.bodies),
            log.in_({source_log for _, source_log, _ in grades}),
            stream.in_({source_stream for _, _, source_stream in grades}),
        )


def received(found: Iterable[Said]) -> frozenset[Any]:
    """The addresses of which a figure has come in, at whatever stage."""
    return frozenset(
        (one.body, *one.indicator, one.place)
        for one in found
        if one.stage in ("submitted", "validated", "approved", "published")
    )


async def granting(reading: Reading, when: Clock) -> set[UUID]:
    """The bodies that grant the reader all that is for funders, today and, where that is asked, then."""
    if reading.viewer.grantee is None:
        return set()
    # One programme alone opens no figures: they are of no programme.
    then = sight.granted_at(when) if when.as_seen else None
    granted = sight.granting_all(reading.viewer.grantee, then)
    return {row[0] for row in await reading.rows(None, granted)}

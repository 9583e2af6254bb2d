"""What comparisons and series are put together from: the parts of one statement, and what their rows say.

None of the parts needs the result of another: which indicators count is an expression in each of them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, CTE, BigInteger, Text, Uuid, and_, any_, column, func, literal, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from domain import values
from domain.ids import TenantId
from domain.requirement import ExemptionReason
from projections import comparison
from projections.alignment import ALIGNMENT
from projections.comparison import Said, Source, Visible
from projections.confidentiality import publicly
from projections.indicator import INDICATOR
from projections.indicator_cells import INDICATOR_CELL
from projections.plan.tables import PLAN
from projections.query import fact_columns
from projections.requirement import EXEMPTION, REQUIREMENT, RequirementRow, exemption_of, requirement_of
from projections.target import TARGET, TARGET_VALUE
from readapi import confidentiality
from readapi.asof import happened, held
from readapi.body import BodyReference
from readapi.columns import reads
from readapi.indicator import Indicator
from readapi.question import Question
from readapi.reading import Place
from readapi.refusals import AnswerTooLargeError
from readapi.shapes import AskExecutorError, Facts, Found
from readapi.target import of_visible_plan
from readapi.view import Part

_C, _A, _I, _R, _E = INDICATOR_CELL.c, ALIGNMENT.c, INDICATOR.c, REQUIREMENT.c, EXEMPTION.c
_READ: Final = ("body", "indicator", "indicator_cells", "requirement", "alignment", "target", "plan")
"""The projections that a comparison reads."""
_SIDES: Final = ("kind", "number", "upper", "raw", "status", "rounded_to", "unit")
_REQUIRED, _EXEMPT = fact_columns(REQUIREMENT), fact_columns(EXEMPTION)
_REQUIRED_NAMES: Final = [one.key or "" for one in _REQUIRED]
_EXEMPT_NAMES: Final = [one.key or "" for one in _EXEMPT]
Span = tuple[date, date]
Required = tuple[RequirementRow, dict[Span, ExemptionReason]]


def span(period: values.Period) -> Span:
    """What tells one period of a question from another."""
    return (period.start, period.end)


@dataclass(frozen=True)
class Asked:
    """Which indicator is asked for, and of which figures, in expressions."""

    owner: ColumnElement[Any]
    indicator: ColumnElement[Any]
    within: Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[bool]]
    """Whether a span, by its first and last day, is one of the question's periods."""
    rows_max: int
    cuts: ColumnElement[bool] = _C.cuts == literal("")
    """Which figures by category: whole ones, unless it says otherwise."""


class _Parts:
    """The parts of one question."""

    def __init__(self, question: Question, asked: Asked) -> None:
        self.question = question
        self.asked = asked
        self.when = question.when
        self.source = select(asked.owner.label("owner"), asked.indicator.label("indicator")).cte()
        self.graded: CTE = (
            select(_A.tenant_id, _A.indicator_id, _A.grade)
            .where(
                _A.canonical_log == self._owner(),
                _A.canonical_stream == select(self.source.c.indicator).scalar_subquery(),
                _A.status == "in_force",
                question.about(_A.tenant_id),
                *held(ALIGNMENT, self.when),
                question.seen(ALIGNMENT),
            )
            .cte()
        )
        self.required: CTE = (
            select(*_REQUIRED)
            .where(
                question.about(_R.tenant_id),
                self._of_sources(_R.indicator_log, _R.indicator_stream),
                *held(REQUIREMENT, self.when),
                question.seen(REQUIREMENT),
            )
            .cte()
        )

    def all(self) -> dict[str, Part]:
        parts = {
            "asked": Part(select(self.source.c.owner, self.source.c.indicator), by_all=True),
            "indicators": self._indicators(),
            "grades": Part(select(self.graded.c.tenant_id, self.graded.c.indicator_id, self.graded.c.grade)),
            "figures": self._figures(),
            "required": self._required(),
            "exempt": self._exempt(),
            "targets": self.targets(),
        }
        granting = self.question.granting()
        if granting is not None:
            parts["granting"] = Part(granting, by_all=True)
        return parts

    def positions(self) -> Part:
        """How far each log is in all that a comparison reads."""
        logs = func.array_append(self.question.ids(), self._owner())
        reached = func.rm.positions_of(literal(list(_READ), ARRAY(Text)), logs).table_valued(
            column("tenant_id", Uuid), column("position", BigInteger)
        )
        return Part(select(reached.c.tenant_id, reached.c.position).order_by(reached.c.tenant_id), by_all=True)

    def _owner(self) -> ColumnElement[Any]:
        return select(self.source.c.owner).scalar_subquery()

    def _indicators(self) -> Part:
        """The one that is asked for, and those that are aligned with it."""
        sources = select(self.source.c.owner, self.source.c.indicator).union_all(
            select(self.graded.c.tenant_id, self.graded.c.indicator_id)
        )
        statement = (
            reads(Indicator)
            .select(_I.tenant_id)
            .where(
                tuple_(_I.tenant_id, _I.entity_id).in_(sources),
                *held(INDICATOR, self.when),
                self.question.seen(INDICATOR, by_all=True),
            )
        )
        return Part(statement, by_all=True, owned=True)

    def _figures(self) -> Part:
        """Figures at every stage."""
        statement = comparison.figures(
            self.asked.within(_C.period_start, _C.period_end),
            self.asked.cuts,
            self.question.among(_C.tenant_id),
            self._of_sources(_C.indicator_log, _C.indicator_stream),
            *happened(INDICATOR_CELL, self.when, on="effective_on"),
            self.question.seen(INDICATOR_CELL),
        )
        return Part(statement.limit(self.asked.rows_max + 1))

    def _required(self) -> Part:
        """What the bodies owe."""
        required = self.required
        statement = select(*required.c).order_by(required.c.tenant_id, required.c.entity_id)
        return Part(statement.limit(self.asked.rows_max + 1))

    def _exempt(self) -> Part:
        """The periods that they are exempt from; bodies have many more of what is not asked for."""
        statement = select(*_EXEMPT).where(
            tuple_(_E.tenant_id, _E.entity_id).in_(select(self.required.c.tenant_id, self.required.c.entity_id)),
            self.asked.within(_E.period_start, _E.period_end),
            *held(EXEMPTION, self.when),
            self.question.seen(EXEMPTION),
        )
        return Part(statement.limit(self.asked.rows_max + 1))

    def targets(self) -> Part:
        """Targets by who set them, of which indicator they are, and for which of the periods."""
        target, figure = TARGET.c, TARGET_VALUE.c
        statement = (
            select(
                *(target.tenant_id, target.measured_log, target.measured_stream),
                *(figure.period_start, figure.period_end),
                *(figure[f"value_{side}"] for side in _SIDES),
            )
            .join_from(
                TARGET,
                TARGET_VALUE,
                (figure.tenant_id == target.tenant_id) & (figure.entity_id == target.entity_id),
            )
            .where(
                or_(self.question.about(target.tenant_id), target.tenant_id == self._owner()),
                target.measured_stream == any_(self._streams()),
                self.asked.within(figure.period_start, figure.period_end),
                of_visible_plan(self.question.seen(PLAN, by_all=True)),
                *held(TARGET, self.when),
                *held(TARGET_VALUE, self.when),
                self.question.seen(TARGET, by_all=True),
                self.question.seen(TARGET_VALUE, by_all=True),
            )
        )
        return Part(statement, by_all=True)

    def _of_sources(self, log: Any, stream: Any) -> ColumnElement[bool]:
        """Of those indicators; which body reports of which is seen to afterwards."""
        logs = select(self.source.c.owner).union_all(select(self.graded.c.tenant_id))
        return and_(log == any_(func.array(logs.scalar_subquery())), stream == any_(self._streams()))

    def _streams(self) -> Any:
        streams = select(self.source.c.indicator).union_all(select(self.graded.c.indicator_id))
        return func.array(streams.scalar_subquery())


def parts_of(question: Question, asked: Asked, *, positions: bool = False) -> dict[str, Part]:
    """Everything that a comparison or series is made from; `positions` for who wants to freeze it."""
    parts = _Parts(question, asked)
    return parts.all() | ({"positions": parts.positions()} if positions else {})


class Gathering:
    """What the rows of a question's parts say."""

    def __init__(
        self, facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found, *, what: str, rows_max: int
    ) -> None:
        self.facts = facts
        self.bodies = bodies
        self._found = found
        self._what = what
        self._max = rows_max
        self.owner, self.indicator_id = found["asked"][0]
        """Of the indicator that is asked for; the owner is None where its slug leads nowhere."""
        self._indicators = {(row[-1], row[0]): row for row in found["indicators"]}
        self._made: dict[tuple[UUID, UUID], Indicator] = {}
        self.grades: dict[Source, Any] = {(body, self.owner, self.indicator_id): "same" for body in bodies} | {
            (body, body, local): grade for body, local, grade in found["grades"]
        }
        """Of which indicators each body reports, and how far each is the one asked for."""

    def indicator(self, log: UUID, id_: UUID) -> Indicator | None:
        """An indicator, where the reader may see it.

        Raises:
            AskExecutorError: that cannot be told from what was read.
        """
        made = self._made.get((log, id_))
        if made is not None:
            return made
        row = self._indicators.get((log, id_))
        if row is None:
            if not self.facts.reads_all_of(log):
                raise AskExecutorError
            return None
        body = TenantId(log)
        place = Place(body, self.facts.viewer.belongs_to(body), self.facts.when)
        made = self._made[log, id_] = reads(Indicator).make(row, place=place)
        return made

    def said(self) -> list[Said]:
        """Figures at every stage, as the reader may see them.

        Raises:
            AnswerTooLargeError: there are more than an answer can be made of.
        """
        rows = map(comparison.said, self._few("figures"))
        found = [one for one in rows if (one.body, *one.indicator) in self.grades]
        return publicly(found, cache(self._counts_people), self._opened(), self.facts.confidentiality)

    def _counts_people(self, indicator: tuple[UUID, UUID]) -> bool:
        row = self._indicators.get(indicator)
        return row is None or confidentiality.of_people(reads(Indicator).make(row, place=None))

    def _opened(self) -> Collection[UUID]:
        """The bodies whose figures the reader sees as they are."""
        viewer, opened = self.facts.viewer, self._granting()
        return opened | {viewer.tenant_id} if viewer.is_member and viewer.tenant_id is not None else opened

    def _granting(self) -> frozenset[UUID]:
        """The body in whose scope all was read, else those that grant the reader all that is for funders."""
        scope = self.facts.scope
        if scope is not None:
            return frozenset({UUID(str(scope))})
        return frozenset(row[0] for row in self._found.get("granting", ()))

    def visible(self, found: Iterable[Said]) -> Visible:
        """Of which bodies the reader sees unpublished steps, and what has come in there."""
        return Visible(bodies=self._granting(), received=received(found))

    def owed(self) -> list[Required]:
        """What the bodies owe of comparable indicators, each with the periods that it is exempt from.

        Raises:
            AnswerTooLargeError: there is more than an answer can be made of.
        """
        required = [requirement_of(dict(zip(_REQUIRED_NAMES, row, strict=True))) for row in self._few("required")]
        exempt: dict[tuple[UUID, UUID], dict[Span, ExemptionReason]] = {}
        for row in self._few("exempt"):
            of = exemption_of(dict(zip(_EXEMPT_NAMES, row, strict=True)))
            exempt.setdefault((of.tenant_id, of.requirement_id), {})[span(of.period)] = of.reason
        return [
            (one, exempt.get((one.tenant_id, one.requirement_id), {}))
            for one in required
            if self.grades.get((one.tenant_id, one.indicator.log, one.indicator.stream), "none") != "none"
        ]

    def targets(self) -> dict[tuple[Source, Span], values.QualifiedValue]:
        """Targets by who set them, of which indicator they are, and for which of the periods."""
        return _targets(self._found["targets"])

    def positions(self) -> list[tuple[UUID, int]]:
        """How far each log is in all that was read."""
        return [(row[0], row[1]) for row in self._found.get("positions", ())]

    def _few(self, part: str) -> Sequence[Sequence[Any]]:
        rows = self._found[part]
        if len(rows) > self._max:
            raise AnswerTooLargeError(what=self._what, maximum=self._max)
        return rows


def _targets(rows: Sequence[Sequence[Any]]) -> dict[tuple[Source, Span], values.QualifiedValue]:
    found: dict[tuple[Source, Span], values.QualifiedValue] = {}
    for body, log, stream, start, end, *cells in rows:
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


def received(found: Iterable[Said]) -> frozenset[Any]:
    """The addresses of which a figure has come in, at whatever stage."""
    return frozenset(
        (one.body, *one.indicator, one.place)
        for one in found
        if one.stage in ("submitted", "validated", "approved", "published")
    )

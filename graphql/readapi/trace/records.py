"""The statement behind traces: from figures to meetings, one level of records after the other."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, Select, and_, func, or_, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from projections.agreement.tables import AGREEMENT
from projections.alignment import ALIGNMENT
from projections.authority import ACT
from projections.decision import DECISION
from projections.document import DOCUMENT
from projections.indicator import INDICATOR
from projections.indicator_cells import INDICATOR_CELL
from projections.meeting.tables import MEETING
from projections.plan.tables import PLAN, PLAN_REVISION
from projections.requirement import REQUIREMENT
from readapi.asof import Clock, happened, held
from readapi.governance_codes import TraceKind
from readapi.reading import Reading
from readapi.trace.levels import TITLE, Row, carried, columns, rows_of
from readapi.trace.parts import Figure


class Records:
    """The statement, put together from the figure to the meeting."""

    def __init__(self, reading: Reading, scope: TenantId | None, clock: Clock, figures: Sequence[Figure]) -> None:
        self._reading = reading
        self._scope = scope
        self._clock = clock
        self._figures = rows_of(figures)

    def statement(self) -> Select[Any]:
        """Every record behind the figures; each row ends with the indicator as which its figure counts."""
        submissions = self._submissions().cte("submissions")
        alignments = self._alignments().cte("alignments")
        requirements = self._requirements().cte("requirements")
        agreements = self._agreements(requirements).cte("agreements")
        revisions = self._revisions(agreements).cte("revisions")
        decisions = self._decisions(agreements, revisions).cte("decisions")
        meetings = self._meetings(decisions).cte("meetings")
        levels = (submissions, alignments, requirements, agreements, revisions, decisions, meetings)
        records = union_all(*(select(*level.c) for level in levels)).cte("records")
        every = union_all(select(*records.c), self._documents(records)).subquery("every")
        return select(*(every.c[name] for name in (*Row._fields, "counts_log", "counts_stream")))

    def _seen(self, table: Any) -> list[ColumnElement[bool]]:
        """What holds of a bitemporal table and is for the reader."""
        return [*held(table, self._clock), self._reading.visible(table, self._scope, self._clock)]

    def _submissions(self) -> Select[Any]:
        cell, of = INDICATOR_CELL.c, self._figures.c
        return (
            columns(
                of,
                kind=TraceKind.SUBMISSION,
                record=cell.entity_id,
                behind=cell.entity_id,
                on=func.max(cell.effective_on),
                position=func.max(cell.position),
                sample=func.bool_or(cell.sample),
            )
            .join_from(
                self._figures,
                INDICATOR_CELL,
                and_(
                    cell.tenant_id == of.body,
                    cell.entity_id == of.figure,
                    *happened(INDICATOR_CELL, self._clock, on="effective_on"),
                    self._reading.visible(INDICATOR_CELL, self._scope, self._clock),
                ),
            )
            .group_by(*of, cell.entity_id)
        )

    def _alignments(self) -> Select[Any]:
        a, of = ALIGNMENT.c, self._figures.c
        return columns(
            of, kind=TraceKind.ALIGNMENT, record=a.entity_id, behind=of.figure, on=a.aligned_on, table=ALIGNMENT
        ).join_from(
            self._figures,
            ALIGNMENT,
            and_(
                a.tenant_id == of.body,
                of.log == of.body,
                a.indicator_id == of.stream,
                a.canonical_log == of.counts_log,
                a.canonical_stream == of.counts_stream,
                a.status == "in_force",
                *self._seen(ALIGNMENT),
            ),
        )

    def _requirements(self) -> Select[Any]:
        r, of = REQUIREMENT.c, self._figures.c
        of_period = or_(
            and_(r.cadence == "once", r.first_start == of.start, r.first_end == of.end),
            and_(r.cadence == of.period, r.first_start <= of.start),
        )
        return columns(
            of,
            kind=TraceKind.REQUIREMENT,
            record=r.entity_id,
            behind=of.figure,
            on=r.effective_from,
            table=REQUIREMENT,
            names=r.agreement_id,
        ).join_from(
            self._figures,
            REQUIREMENT,
            and_(
                r.tenant_id == of.body,
                r.indicator_log == of.log,
                r.indicator_stream == of.stream,
                r.territory_scheme.is_not_distinct_from(of.scheme),
                r.territory_code.is_not_distinct_from(of.code),
                of_period,
                or_(r.ended_on.is_(None), of.end < r.ended_on),
                *self._seen(REQUIREMENT),
            ),
        )

    def _agreements(self, requirements: CTE) -> Select[Any]:
        a, of = AGREEMENT.c, requirements.c
        return columns(
            of,
            kind=TraceKind.AGREEMENT,
            record=a.entity_id,
            behind=of.record_id,
            number=a.amendment_number,
            title=[a[f"programme_label_{part}"] for part in TITLE],
            on=a.effective_from,
            table=AGREEMENT,
            names=a.plan_id,
        ).join_from(
            requirements,
            AGREEMENT,
            and_(a.tenant_id == of.body, a.entity_id == of.names, *self._seen(AGREEMENT)),
        )

    def _revisions(self, agreements: CTE) -> Select[Any]:
        """The latest revision that the reader may see, of plans that an agreement or the indicator names."""
        p, r, i = PLAN.c, PLAN_REVISION.c, INDICATOR.c
        by_agreement = select(
            *carried(agreements.c), agreements.c.record_id.label("behind"), p.entity_id.label("plan")
        )
        by_agreement = by_agreement.join_from(
            agreements,
            PLAN,
            and_(
                p.tenant_id == agreements.c.body,
                or_(p.entity_id == agreements.c.names, p.agreement_id == agreements.c.record_id),
                *self._seen(PLAN),
            ),
        )
        of = self._figures.c
        by_indicator = select(*carried(of), of.figure.label("behind"), i.plan_id.label("plan")).join_from(
            self._figures,
            INDICATOR,
            and_(
                i.tenant_id == of.body,
                of.log == of.body,
                i.entity_id == of.stream,
                i.plan_id.is_not(None),
                *self._seen(INDICATOR),
            ),
        )
        plans = union_all(by_agreement, by_indicator).subquery("plans")
        each = (plans.c.figure, plans.c.counts_log, plans.c.counts_stream, plans.c.behind)
        return (
            columns(
                plans.c,
                kind=TraceKind.REVISION,
                record=r.entity_id,
                behind=plans.c.behind,
                number=r.number,
                title=[p[f"title_{part}"] for part in TITLE],
                on=r.adopted_on,
                position=r.position,
                sample=r.sample,
                names=r.authority_decision_stream,
                names_log=r.authority_decision_log,
            )
            .join_from(
                plans,
                PLAN_REVISION,
                and_(
                    r.tenant_id == plans.c.body,
                    r.entity_id == plans.c.plan,
                    *happened(PLAN_REVISION, self._clock, on="adopted_on"),
                    self._reading.visible(PLAN_REVISION, self._scope),
                ),
            )
            .join(PLAN, and_(p.tenant_id == r.tenant_id, p.entity_id == r.entity_id, *self._seen(PLAN)))
            .ext(distinct_on(*each, r.entity_id))
            .order_by(*each, r.entity_id, r.number.desc())
        )

    def _decisions(self, agreements: CTE, revisions: CTE) -> Select[Any]:
        """Those by which a revision was adopted and, for members, an agreement signed or changed."""
        d = DECISION.c
        named = select(
            *carried(revisions.c),
            revisions.c.record_id.label("behind"),
            revisions.c.names_log.label("log"),
            revisions.c.names.label("decision"),
        )
        if self._scope is not None:
            by_act = select(
                *carried(agreements.c),
                agreements.c.record_id.label("behind"),
                ACT.c.authority_decision_log,
                ACT.c.authority_decision_stream,
            ).join_from(
                agreements,
                ACT,
                and_(
                    ACT.c.tenant_id == agreements.c.body,
                    ACT.c.entity_id == agreements.c.record_id,
                    *happened(ACT, self._clock, on="effective_on"),
                ),
            )
            named = union_all(named, by_act)  # type: ignore[assignment]  # both have the same columns
        cited = named.subquery("cited")
        return columns(
            cited.c,
            kind=TraceKind.DECISION,
            record=d.entity_id,
            behind=cited.c.behind,
            number=d.number,
            title=[d[f"title_{part}"] for part in TITLE],
            on=d.made_on,
            table=DECISION,
            names=d.meeting_id,
        ).join_from(
            cited,
            DECISION,
            and_(
                d.tenant_id == cited.c.body,
                cited.c.log == cited.c.body,
                d.entity_id == cited.c.decision,
                *self._seen(DECISION),
            ),
        )

    def _meetings(self, decisions: CTE) -> Select[Any]:
        m, of = MEETING.c, decisions.c
        return columns(
            of,
            kind=TraceKind.MEETING,
            record=m.entity_id,
            behind=of.record_id,
            title=[m[f"title_{part}"] for part in TITLE],
            on=m.holds_on,
            table=MEETING,
        ).join_from(
            decisions, MEETING, and_(m.tenant_id == of.body, m.entity_id == of.names, *self._seen(MEETING))
        )

    def _documents(self, records: CTE) -> Select[Any]:
        d, of = DOCUMENT.c, records.c
        return columns(
            of,
            kind=TraceKind.DOCUMENT,
            record=d.entity_id,
            behind=of.record_id,
            number=d.version_number,
            title=[d[f"title_{part}"] for part in TITLE],
            on=d.effective_from,
            table=DOCUMENT,
        ).join_from(
            records,
            DOCUMENT,
            and_(
                d.tenant_id == of.body,
                d.subject_id == of.record_id,
                d.status == "attached",
                *self._seen(DOCUMENT),
            ),
        )

"""From events up: the figures of a body that records of its log touch. One statement, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CTE, Select, Uuid, and_, func, or_, select, union
from sqlalchemy import column as sql_column
from sqlalchemy import values as sql_values
from sqlalchemy.sql.elements import ColumnElement

from projections.agreement.tables import AGREEMENT
from projections.alignment import ALIGNMENT
from projections.authority import ACT
from projections.decision import DECISION
from projections.document import DOCUMENT
from projections.indicator import INDICATOR
from projections.plan.tables import PLAN
from projections.requirement import REQUIREMENT
from projections.submission import SUBMISSION
from readapi.asof import happened, held
from readapi.codes import SubmissionStage
from readapi.figures import period
from readapi.reading import Place, Reading
from readapi.refusals import AnswerTooLargeError
from readapi.trace.parts import TouchedFigure

TOUCHED_MAX: Final = 2_000
"""Figures of one answer; fewer events narrow it."""
_S, _R, _AL = SUBMISSION.c, REQUIREMENT.c, ALIGNMENT.c


@dataclass(frozen=True, slots=True)
class RecordOf:
    """A record of a body's log, whose event is to be traced."""

    place: Place
    record_id: UUID


async def load_touched(reading: Reading, keys: list[RecordOf]) -> Sequence[list[TouchedFigure]]:
    """The figures that records touch, by period. Those of one body and clock take one statement.

    Raises:
        AnswerTooLargeError: more than 2,000.
    """
    found: dict[RecordOf, list[TouchedFigure]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        assert place.member, "what leads to a figure is for members"
        statement = _Up(reading, place, [key.record_id for key in found if key.place == place]).statement()
        rows = await reading.rows(place.scope, statement.limit(TOUCHED_MAX + 1))
        if len(rows) > TOUCHED_MAX:
            raise AnswerTooLargeError(what="figures", maximum=TOUCHED_MAX)
        for origin, submission_id, kind, start, end, stage, published, sample, log, stream, logs, streams in rows:
            figure = TouchedFigure(
                submission_id=submission_id,
                period=_period(kind, start, end),
                stage=SubmissionStage(stage),
                published=published,
                sample=sample,
                indicator_log=log,
                indicator_stream=stream,
                counting_as=tuple(zip(logs or (), streams or (), strict=True)),
                place=place,
            )
            found[RecordOf(place, origin)].append(figure)
    return [found[key] for key in keys]


def _period(*cells: Any) -> Any:
    return period(cells)


class _Up:
    """The statement: from records, over what they are about or allowed, to submissions."""

    def __init__(self, reading: Reading, place: Place, records: Sequence[UUID]) -> None:
        self._reading = reading
        self._place = place
        given = sql_values(sql_column("origin", Uuid), name="given").data([(one,) for one in records])
        self._origins = select(given.c.origin, given.c.origin.label("record")).cte("origins")

    def statement(self) -> Select[Any]:
        """Each row is a figure with the record from which it was reached."""
        about = self._wider(self._origins, "about", (DOCUMENT, DOCUMENT.c.entity_id, DOCUMENT.c.subject_id))
        decided = self._wider(about, "decided", (DECISION, DECISION.c.meeting_id, DECISION.c.entity_id))
        allowed = self._allowed(decided)
        carried = self._wider(
            allowed,
            "carried",
            (AGREEMENT, AGREEMENT.c.plan_id, AGREEMENT.c.entity_id),
            (PLAN, PLAN.c.entity_id, PLAN.c.agreement_id),
            (INDICATOR, INDICATOR.c.plan_id, INDICATOR.c.entity_id),
            (ALIGNMENT, _AL.entity_id, _AL.indicator_id),
        )
        asked = self._wider(carried, "asked", (REQUIREMENT, _R.agreement_id, _R.entity_id))
        return self._figures(asked)

    def _seen(self, table: Any) -> list[ColumnElement[bool]]:
        visible = self._reading.visible(table, self._place.scope)
        return [table.c.tenant_id == self._place.body, *held(table, self._place.clock), visible]

    def _wider(self, below: CTE, name: str, *ways: tuple[Any, ColumnElement[Any], ColumnElement[Any]]) -> CTE:
        """What was reached, and where it leads by these ways: a table, the side of entry, and the other side."""
        further = [
            select(below.c.origin, to.label("record")).join_from(
                below, table, and_(by == below.c.record, to.is_not(None), *self._seen(table))
            )
            for table, by, to in ways
        ]
        return union(select(*below.c), *further).cte(name)

    def _allowed(self, below: CTE) -> CTE:
        """And what decisions of the log allowed."""
        act = ACT.c
        further = select(below.c.origin, act.entity_id.label("record")).join_from(
            below,
            ACT,
            and_(
                act.tenant_id == self._place.body,
                act.authority_decision_log == self._place.body,
                act.authority_decision_stream == below.c.record,
                *happened(ACT, self._place.clock, on="effective_on"),
            ),
        )
        return union(select(*below.c), further).cte("allowed")

    def _figures(self, reached: CTE) -> Select[Any]:
        of_period = or_(
            and_(_R.cadence == "once", _R.first_start == _S.period_start, _R.first_end == _S.period_end),
            and_(_R.cadence == _S.period_kind, _R.first_start <= _S.period_start),
        )
        required = (
            select(reached.c.origin, _S.entity_id.label("figure"))
            .join_from(
                reached,
                REQUIREMENT,
                and_(_R.entity_id == reached.c.record, *self._seen(REQUIREMENT)),
            )
            .join(
                SUBMISSION,
                and_(
                    _R.indicator_log == _S.indicator_log,
                    _R.indicator_stream == _S.indicator_stream,
                    _R.territory_scheme.is_not_distinct_from(_S.territory_scheme),
                    _R.territory_code.is_not_distinct_from(_S.territory_code),
                    of_period,
                    or_(_R.ended_on.is_(None), _S.period_end < _R.ended_on),
                    *self._seen(SUBMISSION),
                ),
            )
        )
        own = select(reached.c.origin, _S.entity_id).join_from(
            reached,
            SUBMISSION,
            and_(
                or_(
                    _S.entity_id == reached.c.record,
                    and_(_S.indicator_log == self._place.body, _S.indicator_stream == reached.c.record),
                ),
                *self._seen(SUBMISSION),
            ),
        )
        touched = union(required, own).subquery("touched")
        aligned = and_(
            _AL.indicator_id == _S.indicator_stream,
            _S.indicator_log == self._place.body,
            _AL.status == "in_force",
            _AL.grade != "none",
            *self._seen(ALIGNMENT),
        )
        there = _AL.canonical_stream.is_not(None)
        return (
            select(
                *(touched.c.origin, _S.entity_id, _S.period_kind, _S.period_start, _S.period_end, _S.stage),
                *(_S.published, _S.sample, _S.indicator_log, _S.indicator_stream),
                func.array_agg(_AL.canonical_log).filter(there),
                func.array_agg(_AL.canonical_stream).filter(there),
            )
            .join_from(touched, SUBMISSION, and_(_S.entity_id == touched.c.figure, *self._seen(SUBMISSION)))
            .outerjoin(ALIGNMENT, aligned)
            .group_by(
                *(touched.c.origin, _S.entity_id, _S.period_kind, _S.period_start, _S.period_end, _S.stage),
                *(_S.published, _S.sample, _S.indicator_log, _S.indicator_stream),
            )
            .order_by(_S.period_start, _S.entity_id)
        )

"""Comparisons that were frozen: the same question to the same logs as they stood, for ever.

The record says how far each log counts. What it says are values while it is executed, which reads it first, and
expressions over its row while it is compiled: then the row and the figures come in one statement.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import (
    ARRAY,
    CTE,
    JSON,
    BigInteger,
    Boolean,
    Date,
    Select,
    Text,
    Uuid,
    any_,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import column as sql_column
from sqlalchemy.sql.elements import ColumnElement

from domain.values import Period as Span
from projections.body import REGISTRY
from projections.frozen_comparison import FROZEN_COMPARISON, sources_of
from readapi import comparison, text
from readapi.asking import asked_about, owner_of
from readapi.asof import Clock, held
from readapi.body import BodyReference
from readapi.codes import BodyKind, BodyStatus, PeriodKind, Province, SubmissionStage
from readapi.columns import reads
from readapi.comparison_parts import ComparisonSource, IndicatorComparison
from readapi.figures import Period
from readapi.question import BODIES, Compiling, Executing, Question, slug_owner
from readapi.reading import Reading
from readapi.registry import kinds_asked
from readapi.scalars import BigInt
from readapi.shapes import AskExecutorError, At, Facts, Found, Gathered, OfAll, Otherwise
from readapi.text import LocalizedText
from readapi.view import Part, read

_F, _B = FROZEN_COMPARISON.c, REGISTRY.c
_TITLE: Final = tuple(_F[f"title_{part}"] for part in ("en", "fr", "source", "unofficial"))
_ROW, _OWNER, _GRANTED = "frozen", "owner", "granted"


@strawberry.type(
    description=(
        "A comparison that can be cited: its id, its day, and where each log stood. The figures stay in the logs, "
        "so a reader sees of them what the reader may see today, and never more."
    )
)
class FrozenComparison:
    id: UUID = strawberry.field(description="Its permanent id.")
    title: LocalizedText | None = strawberry.field(description="Its title.")
    frozen_on: date = strawberry.field(description="The day on which it was frozen.")
    period: Period = strawberry.field(description="The period of the figures.")
    sources: list[ComparisonSource] = strawberry.field(
        description="The logs that answer it, each up to its position; `granted` is what held when it was frozen."
    )
    access_ended: list[BodyReference] = strawberry.field(
        description=(
            "Bodies that had granted the one who froze it what is for funders, and do not grant it to this "
            "reader: figures of theirs for funders, where they were in it, are not shown."
        )
    )
    comparison: IndicatorComparison | None = strawberry.field(
        description="The answer from those logs; null where the reader may not see the indicator."
    )


def _select(owner: Any, id_: Any, now: Clock, visible: ColumnElement[bool]) -> Select[Any]:
    """The record's row, as `_Record` takes it."""
    columns = (
        *(_F.entity_id, _F.effective_from, _F.recorded_from, _F.indicator_log, _F.indicator_stream),
        *(_F.period_kind, _F.period_start, _F.period_end),
        *(_F.kinds, _F.provinces, _F.stage, _F.as_of, _F.sources),
    )
    return select(*columns, *_TITLE).where(
        _F.tenant_id == owner, _F.entity_id == id_, *held(FROZEN_COMPARISON, now), visible
    )


class _Record:
    """What the row of a frozen comparison says."""

    def __init__(self, row: Sequence[Any]) -> None:
        self.id, self.on, at, self.log, self.stream, kind, start, end, *rest = row
        kinds, provinces, stage, as_of, sources, *title = rest
        self.title = text.localized(title)
        self.period = Span(kind=kind, start=start, end=end)
        self.kinds = None if kinds is None else [BodyKind(one) for one in json.loads(kinds)]
        self.provinces = None if provinces is None else [Province(one) for one in json.loads(provinces)]
        self.stage = SubmissionStage(stage)
        self.sources = sources_of(sources)
        vector = tuple((one.log, one.position) for one in self.sources)
        self.when = Clock(as_of, recorded=at, vector=vector)
        self.granted = sorted(one.log for one in self.sources if one.granted)

    def told(self, facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found) -> FrozenComparison:
        """The answer, of the rows of its parts.

        Raises:
            AnswerTooLargeError: more figures than an answer can show.
            AskExecutorError: only the indicator's owner sees it.
        """
        span = self.period
        return FrozenComparison(
            id=self.id,
            title=self.title,
            frozen_on=self.on,
            period=Period(kind=PeriodKind(span.kind), start=span.start, end=span.end),
            sources=[
                ComparisonSource(log=one.log, position=BigInt(one.position), granted=one.granted)
                for one in self.sources
            ],
            access_ended=_ended(found),
            comparison=comparison.told(Otherwise(facts, when=self.when), bodies, found, span, self.stage),
        )


def _ended(found: Found) -> list[BodyReference]:
    granting = {row[0] for row in found.get("granting", ())}
    bodies = map(reads(BodyReference).make, found[_GRANTED])
    return sorted((body for body in bodies if body.id not in granting), key=lambda body: body.slug)


def _parts(
    question: Question,
    indicator: tuple[ColumnElement[Any], ColumnElement[Any]],
    days: tuple[ColumnElement[Any], ColumnElement[Any]],
    granted: Any,
) -> dict[str, Part]:
    """What it is made from; `granted` are logs whose bodies had granted something, as a list or a select."""
    named = (
        reads(BodyReference)
        .select()
        .where(
            _B.tenant_id.in_(granted),
            *held(REGISTRY, question.when),
            question.seen(REGISTRY, by_all=True),
        )
    )
    return {**comparison.parts_for(question, *indicator, days), _GRANTED: Part(named, by_all=True)}


async def frozen_comparison(reading: Reading, owner: str, id_: UUID) -> FrozenComparison | None:
    """One of a body's frozen comparisons; None where the reader may see no such one."""
    body = await owner_of(reading, owner)
    if body is None:
        return None
    place = reading.place(body, reading.now)
    visible = reading.visible(FROZEN_COMPARISON, place.scope)
    rows = await reading.rows(place.scope, _select(body, id_, place.clock, visible))
    if not rows:
        return None
    record = _Record(rows[0])
    bodies = await asked_about(reading, record.when, record.kinds, record.provinces, None)
    question = Executing(reading, record.when, tuple(bodies), None, {})
    indicator = (literal(record.log, Uuid), literal(record.stream, Uuid))
    days = (literal(record.period.start, Date), literal(record.period.end, Date))
    found = await read(reading, question, lambda asked: _parts(asked, indicator, days, record.granted))
    return record.told(question, bodies, found)


# --- in SQL


def _gathered(at: At) -> Gathered:
    """What `frozen_comparison` gives. Only the body's members read what is not public, in another scope."""
    owner = slug_owner(Compiling(at), "owner", str)
    visible = at.seen(FROZEN_COMPARISON, public=True)
    row = _select(owner, at.parameter("id", Uuid), at.place.clock, visible).cte()
    sources = _sources(row)
    question = Compiling(at, when=Clock(_of(row, "as_of"), recorded=_of(row, "recorded_from"), vector=sources))
    question.over(*_asked(row))
    indicator = (_of(row, "indicator_log"), _of(row, "indicator_stream"))
    days = (_of(row, "period_start"), _of(row, "period_end"))
    parts = _parts(question, indicator, days, select(sources.c.log).where(sources.c.granted))
    return Gathered(
        at,
        {
            _ROW: select(*row.c),
            _OWNER: select(owner.label("owner")),
            **question.own_parts(),
            **{name: part.select for name, part in parts.items()},
        },
        _finish,
    )


frozen_comparison_shape: Final = OfAll(_gathered)


def _finish(facts: Facts, found: Found) -> FrozenComparison | None:
    rows, ((owner,),) = found[_ROW], found[_OWNER]
    if not rows:
        if owner is not None and not facts.reads_all_of(owner):
            raise AskExecutorError
        return None
    bodies = {body.id: body for body in map(reads(BodyReference).make, found[BODIES])}
    return _Record(rows[0]).told(facts, bodies, found)


def _of(row: CTE, column: str) -> Any:
    return select(row.c[column]).scalar_subquery()


def _sources(row: CTE) -> CTE:
    """The logs with their positions, and which of them had granted something."""
    value = sql_column("value", JSON)
    each = func.json_array_elements(cast(row.c.sources, JSON)).table_valued(value).render_derived()
    log, position, granted = (text.member(each.c.value, name) for name in ("log", "position", "granted"))
    columns: tuple[ColumnElement[Any], ...] = (
        cast(log, Uuid),
        cast(position, BigInteger),
        func.coalesce(cast(granted, Boolean), literal(False)),
    )
    names = ("log", "position", "granted")
    return (
        select(*(one.label(name) for one, name in zip(columns, names, strict=True))).select_from(row, each).cte()
    )


def _asked(row: CTE) -> Iterator[ColumnElement[bool]]:
    """The bodies that the question is about, as `asking.asked_about` has them."""
    yield _B.status == BodyStatus.OPEN.value
    kinds, provinces = _of(row, "kinds"), _of(row, "provinces")
    every_kind = literal(kinds_asked(None), ARRAY(Text))
    yield or_(kinds.is_(None) & (_B.kind == any_(every_kind)), _B.kind.in_(_codes(row, "kinds")))
    yield or_(provinces.is_(None), _B.province.in_(_codes(row, "provinces")))


def _codes(row: CTE, column: str) -> Select[Any]:
    return select(func.json_array_elements_text(cast(row.c[column], JSON)))

"""Comparisons that were frozen: the same question to the same logs as they stood, for ever."""

import json
from datetime import date, datetime
from typing import Final
from uuid import UUID

import strawberry
from sqlalchemy import Date, Uuid, literal, select

from domain.ids import TenantId
from domain.values import Period as Span
from projections.frozen_comparison import FROZEN_COMPARISON, sources_of
from readapi import comparison, text
from readapi.asking import asked_about, owner_of
from readapi.asof import Clock, held
from readapi.body import BodyAt, BodyReference, load_references
from readapi.codes import BodyKind, PeriodKind, Province, SubmissionStage
from readapi.comparison_parts import ComparisonSource, IndicatorComparison
from readapi.comparison_rows import granting
from readapi.figures import Period
from readapi.question import Executing
from readapi.reading import Reading
from readapi.scalars import BigInt
from readapi.text import LocalizedText
from readapi.view import read

_F: Final = FROZEN_COMPARISON.c
_TITLE: Final = tuple(_F[f"title_{part}"] for part in ("en", "fr", "source", "unofficial"))


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


async def frozen_comparison(reading: Reading, owner: str, id_: UUID) -> FrozenComparison | None:
    """One of a body's frozen comparisons; None where the reader may see no such one."""
    body = await owner_of(reading, owner)
    if body is None:
        return None
    place = reading.place(body, reading.now)
    columns = (
        *(_F.effective_from, _F.recorded_from, _F.indicator_log, _F.indicator_stream),
        *(_F.period_kind, _F.period_start, _F.period_end),
        *(_F.kinds, _F.provinces, _F.stage, _F.as_of, _F.sources),
    )
    statement = select(*columns, *_TITLE).where(
        _F.tenant_id == body,
        _F.entity_id == id_,
        *held(FROZEN_COMPARISON, place.clock),
        reading.visible(FROZEN_COMPARISON, place.scope),
    )
    rows = await reading.rows(place.scope, statement)
    if not rows:
        return None
    on, at, log, stream, kind, start, end, kinds, provinces, stage, as_of, sources, *title = rows[0]
    when = _clock(as_of, at, sources)
    kept = sources_of(sources)
    return FrozenComparison(
        id=id_,
        title=text.localized(title),
        frozen_on=on,
        period=Period(kind=PeriodKind(kind), start=start, end=end),
        sources=[
            ComparisonSource(log=one.log, position=BigInt(one.position), granted=one.granted) for one in kept
        ],
        access_ended=await _ended(reading, when, {one.log for one in kept if one.granted}),
        comparison=await _compared(
            reading,
            when,
            (log, stream),
            Span(kind=kind, start=start, end=end),
            kinds=None if kinds is None else [BodyKind(one) for one in json.loads(kinds)],
            provinces=None if provinces is None else [Province(one) for one in json.loads(provinces)],
            stage=SubmissionStage(stage),
        ),
    )


async def _compared(
    reading: Reading,
    when: Clock,
    indicator: tuple[UUID, UUID],
    of: Span,
    *,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    stage: SubmissionStage,
) -> IndicatorComparison | None:
    bodies = await asked_about(reading, when, kinds, provinces, None)
    question = Executing(reading, when, tuple(bodies), None, {})
    owner, id_ = (literal(one, Uuid) for one in indicator)
    days = (literal(of.start, Date), literal(of.end, Date))
    found = await read(reading, question, lambda asked: comparison.parts_for(asked, owner, id_, days))
    return comparison.told(question, bodies, found, of, stage)


def _clock(as_of: date, at: datetime, sources: str) -> Clock:
    return Clock(as_of, recorded=at, vector=tuple((one.log, one.position) for one in sources_of(sources)))


async def _ended(reading: Reading, when: Clock, granted: set[UUID]) -> list[BodyReference]:
    ended = sorted(granted - await granting(reading, when), key=str)
    keys = [BodyAt(TenantId(body), when) for body in ended]
    found = await reading.loader(load_references).load_many(keys)
    return sorted((body for body in found if body is not None), key=lambda body: body.slug)

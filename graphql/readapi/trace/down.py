"""From figures down: one statement for all figures of a scope, as of a clock."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from readapi.asof import Clock, echo
from readapi.governance_codes import TraceKind
from readapi.reading import Reading
from readapi.scalars import BigInt
from readapi.text import localized
from readapi.trace.levels import Row
from readapi.trace.parts import Figure, FigureTrace, TraceHidden, TraceStep
from readapi.trace.records import Records

_ORDER: Final = list(TraceKind)


async def load_traces(reading: Reading, keys: list[Figure]) -> Sequence[FigureTrace]:
    """What figures rest on. All figures of one scope and clock take one statement."""
    found: dict[Figure, list[Row]] = {key: [] for key in keys}
    for scope, clock in dict.fromkeys((key.scope, key.clock) for key in keys):
        chosen = [key for key in found if (key.scope, key.clock) == (scope, clock)]
        by_id = {(key.submission_id, key.counts_as): key for key in chosen}
        statement = Records(reading, scope, clock, chosen).statement()
        for *row, counts_log, counts_stream in await reading.rows(scope, statement):
            one = Row(*row)
            found[by_id[one.figure, (counts_log, counts_stream)]].append(one)
    return [_trace(found[key], key.clock, key.body) for key in keys]


def _trace(rows: list[Row], clock: Clock, body: UUID) -> FigureTrace:
    ordered = sorted(
        dict.fromkeys(rows), key=lambda row: (_ORDER.index(TraceKind(row.kind)), row.position, str(row.record_id))
    )
    return FigureTrace(
        steps=[
            TraceStep(
                kind=TraceKind(row.kind),
                record_id=row.record_id,
                behind=row.behind,
                number=row.number,
                title=localized((row.en, row.fr, row.source, row.unofficial)),
                on=row.on,
                position=BigInt(row.position),
                sample=row.sample,
            )
            for row in ordered
        ],
        hidden=list(_hidden(ordered, body)),
        as_of=echo(clock),
    )


_NAMES: Final = {
    TraceKind.REQUIREMENT: TraceKind.AGREEMENT,
    TraceKind.AGREEMENT: TraceKind.REVISION,
    TraceKind.REVISION: TraceKind.DECISION,
    TraceKind.DECISION: TraceKind.MEETING,
}
"""Which kind of record a record names."""


def _hidden(rows: list[Row], body: UUID) -> Iterable[TraceHidden]:
    """What the rows name and is not among them."""
    shown = {(TraceKind(row.kind), row.record_id) for row in rows}
    named = {
        (_NAMES[TraceKind(row.kind)], row.names, row.names_log or body) for row in rows if row.names is not None
    }
    counts = Counter(kind for kind, record, log in named if log != body or (kind, record) not in shown)
    return (TraceHidden(kind=kind, count=counts[kind]) for kind in _ORDER if counts[kind])

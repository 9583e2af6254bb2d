"""Figures as additive numbers: a ledger of differences by indicator, period, territory, stage and qualifier.

What each submission says adds a line, and takes back the line before it with its very keys. So sums over lines are
the figures as of any day, as known at any moment; everything else is worked out from them when it is read.
"""

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Table

from domain.audience import RECORDS, Audience, narrower
from domain.submission.events import (
    Stage,
    SubmissionApproved,
    SubmissionCorrected,
    SubmissionDrafted,
    SubmissionPublished,
    SubmissionRedrafted,
    SubmissionResubmitted,
    SubmissionReturned,
    SubmissionSubmitted,
    SubmissionValidated,
)
from domain.values import QualifiedValue
from projections import events
from projections.bitemporal import Row
from projections.columns import period_values, territory_values
from projections.core import Work
from projections.projection import Handler, Projection
from projections.reading import Seen
from projections.tables import (
    audience,
    code,
    day,
    decimal,
    flag,
    instant,
    key_number,
    number,
    period,
    plain,
    territory,
    text,
    uuid,
)

_KEYS: Final = (
    uuid("indicator_log", nullable=False),
    uuid("indicator_stream", nullable=False),
    *period("period"),
    *territory(),
    code("cuts"),
    code("widest"),
)
_FIGURE: Final = (
    code("kind"),
    code("unit", nullable=True),
    text("raw"),
    decimal("number"),
    decimal("upper"),
    flag("provisional"),
    flag("rounded"),
    code("of_kind", nullable=True),
    code("of_unit", nullable=True),
    decimal("of_number"),
    decimal("of_upper"),
)
INDICATOR_CELL: Final[Table] = plain(
    "national",
    "indicator_cell",
    [
        *_KEYS,
        *_FIGURE,
        code("stage"),
        day("effective_on", nullable=False),
        instant("recorded_at", nullable=False),
        number("delta"),
        flag("sample"),
        audience(),
    ],
    sub=[key_number("position"), key_number("line")],
    indexes=[
        ("indicator_stream", "period_start"),
        ("tenant_id", "period_start", "indicator_stream"),
        ("tenant_id", "position"),
    ],
)
"""`delta` is 1 for a figure that comes and -1 for one that goes; `number`, `upper`, `of_number` and `of_upper`
have its sign. `of_*` are the denominator, `cuts` the categories as `dimension=category` joined by commas, empty
for the whole. A figure that counts stays at the stage published, beside the one that is to take its place."""

TABLES: Final = (INDICATOR_CELL,)

_NAMES: Final = [column.name for column in INDICATOR_CELL.columns]
_SIGNED: Final = tuple(_NAMES.index(name) for name in ("number", "upper", "of_number", "of_upper", "delta"))
_FIRST: Final = _NAMES.index(_KEYS[0].name)
_KEY_SPAN: Final = slice(_FIRST, _FIRST + len(_KEYS))
_FIGURE_SPAN: Final = slice(_KEY_SPAN.stop, _KEY_SPAN.stop + len(_FIGURE))
_STAGE: Final = _NAMES.index("stage")
_ON: Final = _NAMES.index("effective_on")
_AT: Final = _NAMES.index("recorded_at")
_WIDEST: Final = _NAMES.index("widest")
_POSITION: Final = _NAMES.index("position")
_LINE: Final = _NAMES.index("line")

_WORK_GOES, _WORK_COMES, _OUT_GOES, _OUT_COMES = range(4)
"""Lines of one event: of the figure that is worked on, and of the one that counts."""


def _drafted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SubmissionDrafted)
    cited = payload.indicator
    keys = (
        cited.log,
        cited.stream,
        *period_values(payload.period),
        *territory_values(payload.territory),
        ",".join(f"{cut.dimension}={cut.category}" for cut in payload.cuts),
        payload.audience.value,
    )
    figure = _figure(payload.value, payload.denominator)
    _comes(work, seen, _WORK_COMES, keys=keys, figure=figure, stage="draft")


def _restated(stage: Stage | None) -> Handler:
    """A step that gives the figure anew; without a stage, it stays where it is."""

    def restate(work: Work, seen: Seen) -> None:
        payload = seen.payload
        before = _goes(work, seen, _WORK_COMES, _WORK_GOES)
        figure = _figure(payload.value, payload.denominator)
        _comes(work, seen, _WORK_COMES, keys=before[_KEY_SPAN], figure=figure, stage=stage or before[_STAGE])

    return restate


def _moved(stage: Stage) -> Handler:
    def move(work: Work, seen: Seen) -> None:
        before = _goes(work, seen, _WORK_COMES, _WORK_GOES)
        _comes(work, seen, _WORK_COMES, keys=before[_KEY_SPAN], figure=before[_FIGURE_SPAN], stage=stage)

    return move


def _published(work: Work, seen: Seen) -> None:
    replaced = _last(work, seen, _OUT_COMES)
    if replaced is not None:
        _take_back(work, seen, replaced, _OUT_GOES)
    before = _goes(work, seen, _WORK_COMES, _WORK_GOES)
    _comes(work, seen, _OUT_COMES, keys=before[_KEY_SPAN], figure=before[_FIGURE_SPAN], stage="published")


def _corrected(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SubmissionCorrected)
    counts = _last(work, seen, _OUT_COMES)
    assert counts is not None
    figure = _figure(payload.value, payload.denominator)
    _comes(work, seen, _WORK_COMES, keys=counts[_KEY_SPAN], figure=figure, stage="submitted")


def _figure(value: QualifiedValue, denominator: QualifiedValue | None) -> tuple[Any, ...]:
    figures = (value,) if denominator is None else (value, denominator)
    return (
        value.kind,
        value.unit,
        value.raw,
        value.number,
        value.upper,
        any(figure.status == "provisional" for figure in figures),
        any(figure.status == "rounded" or figure.rounded_to is not None for figure in figures),
        *((None,) * 4 if denominator is None else _denominator(denominator)),
    )


def _denominator(value: QualifiedValue) -> tuple[str, str | None, Decimal | None, Decimal | None]:
    return (value.kind, value.unit, value.number, value.upper)


def _comes(work: Work, seen: Seen, line: int, *, keys: Any, figure: Any, stage: str) -> None:
    widest = Audience(keys[-1])
    audience_ = narrower(RECORDS[f"submission.{stage}"] or widest, widest)
    values = (*keys, *figure, stage, seen.on, seen.at, 1, seen.sample, audience_.value)
    work.plain(INDICATOR_CELL).put(seen.stream_id, (seen.position, line), values)


def _last(work: Work, seen: Seen, line: int) -> Row | None:
    """The latest line of a kind."""
    rows = work.plain(INDICATOR_CELL).under(seen.stream_id).values()
    return max((row for row in rows if row[_LINE] == line), key=lambda row: row[_POSITION], default=None)


def _goes(work: Work, seen: Seen, came: int, line: int) -> Row:
    before = _last(work, seen, came)
    assert before is not None
    _take_back(work, seen, before, line)
    return before


def _take_back(work: Work, seen: Seen, before: Row, line: int) -> None:
    row = before[:]
    for column in _SIGNED:
        if row[column] is not None:
            row[column] = -row[column]
    row[_ON], row[_AT] = seen.on, seen.at
    work.plain(INDICATOR_CELL).put(seen.stream_id, (seen.position, line), row[_FIRST:-1])


INDICATOR_CELLS: Final = Projection(
    "indicator_cells",
    TABLES,
    {
        SubmissionDrafted: _drafted,
        SubmissionRedrafted: _restated(None),
        SubmissionSubmitted: _moved("submitted"),
        SubmissionReturned: _moved("returned"),
        SubmissionResubmitted: _restated("submitted"),
        SubmissionValidated: _moved("validated"),
        SubmissionApproved: _moved("approved"),
        SubmissionPublished: _published,
        SubmissionCorrected: _corrected,
    },
    events.ALL - events.SUBMISSION,
    version=2,
)

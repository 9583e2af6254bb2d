"""What all levels of a trace have alike: rows of one form, which tell of which figure they are."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import CTE, Date, Integer, Select, Text, Uuid, cast, literal_column, null, select
from sqlalchemy import column as sql_column
from sqlalchemy import values as sql_values
from sqlalchemy.sql.elements import ColumnElement

from readapi.governance_codes import TraceKind
from readapi.trace.parts import Figure

TITLE: Final = ("en", "fr", "source", "unofficial")


class Row(NamedTuple):
    """A record behind a figure, and the record that it names in turn."""

    figure: UUID
    kind: str
    record_id: UUID
    behind: UUID
    number: int | None
    en: str | None
    fr: str | None
    source: str | None
    unofficial: str | None
    on: Any
    position: int
    sample: bool
    names: UUID | None
    names_log: UUID | None


def rows_of(figures: Sequence[Figure]) -> CTE:
    """The figures to be traced, as rows."""
    columns = (
        *(sql_column(name, Uuid) for name in ("body", "figure", "log", "stream", "counts_log", "counts_stream")),
        *(sql_column("period", Text), sql_column("start", Date), sql_column("end", Date)),
        *(sql_column("scheme", Text), sql_column("code", Text)),
    )
    rows = [
        (
            one.body,
            one.submission_id,
            *one.indicator,
            *one.counts_as,
            *one.period,
            *(one.territory or (None, None)),
        )
        for one in figures
    ]
    given = sql_values(*columns, name="given").data(rows)
    return select(*given.c).cte("figures")


def carried(of: Any) -> tuple[ColumnElement[Any], ...]:
    """What tells each figure from the others, all the way down."""
    return of.body, of.figure, of.counts_log, of.counts_stream


def columns(
    of: Any,
    *,
    kind: TraceKind,
    record: ColumnElement[Any],
    behind: ColumnElement[Any],
    on: ColumnElement[Any],
    number: ColumnElement[Any] | None = None,
    title: Sequence[ColumnElement[Any]] | None = None,
    position: ColumnElement[Any] | None = None,
    sample: ColumnElement[Any] | None = None,
    table: Any = None,
    names: ColumnElement[Any] | None = None,
    names_log: ColumnElement[Any] | None = None,
) -> Select[Any]:
    """One level: the same columns in every part of the statement. A `table` gives its position and sample mark."""
    texts = [cast(null(), Text)] * len(TITLE) if title is None else title
    return select(
        *carried(of),
        literal_column(f"'{kind.value}'", Text).label("kind"),
        record.label("record_id"),
        behind.label("behind"),
        (cast(null(), Integer) if number is None else number).label("number"),
        *(text.label(name) for name, text in zip(TITLE, texts, strict=True)),
        on.label("on"),
        (table.c.pos_from if position is None else position).label("position"),
        (table.c.sample if sample is None else sample).label("sample"),
        (cast(null(), Uuid) if names is None else names).label("names"),
        (cast(null(), Uuid) if names_log is None else names_log).label("names_log"),
    )

"""What the country has published, as sums: tables that bodies share, and what of a body is in them.

Their rows hold additive numbers only. What a body adds to them is a function of its log up to a position, so they
are the same in whatever order bodies are followed, and are brought up to date by the difference that a stretch of
one log makes. The weakest comparability, what is expected, and totals are worked out when they are read.

They say how things stand at the end of time, as known now: who asks as of a day before `REACH` has it, or as known
before now, is answered from the figures themselves.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Date, DateTime, MetaData, Numeric, Table, Text, Uuid

METADATA: Final = MetaData()
VERSION: Final = 1
"""Raised when the same rows of other projections make other sums: the tables are then emptied and filled anew."""
SOURCES: Final = ("alignment", "body", "indicator_cells", "requirement")
"""The projections whose rows are summed."""
OF_SUMS: Final = "published"
"""What the sums are called among projections where the state of read models is asked for."""


def _keys(*columns: tuple[str, Any]) -> list[Column[Any]]:
    return [Column(name, type_, primary_key=True, nullable=False) for name, type_ in columns]


_CODE: Final = Text(collation="C")
_INDICATOR: Final = (("indicator_log", Uuid), ("indicator_stream", Uuid))
_OF_BODIES: Final = (("body_kind", _CODE), ("province", _CODE))
KINDS: Final = (
    *("exact", "at_least", "at_most", "estimate", "range"),
    *("not_applicable", "missing", "suppressed", "milestone"),
)
WITH_NUMBER: Final = KINDS[:5]
COUNTS: Final = (
    "figures",
    *KINDS,
    *("provisional", "rounded", "sample", "with_denominator", "placed", "overlapping"),
    *("same_indicator", "exactly_aligned", "partly_aligned"),
    *(f"paired_{kind}" for kind in WITH_NUMBER),
    *("below_at_least", "below_at_most", "paired_provisional", "paired_rounded"),
    *("reporting", "exempt"),
)
"""How many figures, of which kind; how many with a number on both sides of a quotient; how many that are owed."""
SUMS: Final = ("low", "high", "estimated", "paired_low", "paired_high", "below_low", "below_high")
"""Sums of the ends that are not open."""

FIGURE: Final = Table(
    "summed_figure",
    METADATA,
    *_keys(
        *_INDICATOR,
        ("period_start", Date),
        ("period_end", Date),
        ("period_kind", _CODE),
        *_OF_BODIES,
        ("unit", _CODE),
        ("of_unit", _CODE),
    ),
    *(Column(name, BigInteger, nullable=False) for name in COUNTS),
    *(Column(name, Numeric, nullable=False) for name in SUMS),
    schema="national",
)
"""`unit`, `of_unit` and `province` are empty where there is none. `indicator_*` is what figures count as: the
indicator that they were reported of, or one that it is aligned with."""

OWED: Final = Table(
    "summed_owed",
    METADATA,
    *_keys(*_INDICATOR, *_OF_BODIES, ("requirements", _CODE)),
    Column("owed", BigInteger, nullable=False),
    schema="national",
)
"""How many figures are owed under the same requirements: JSON, as `projections.published_part` writes it."""

REACH: Final = Table(
    "summed_reach",
    METADATA,
    *_keys(*_INDICATOR),
    Column("until", Date, nullable=False),
    schema="national",
)
"""The last day on which something changes. It is a bound, which is only ever raised."""

REACHED: Final = Table(
    "summed_reached",
    METADATA,
    Column("tenant_id", Uuid, primary_key=True, nullable=False),
    Column("position", BigInteger, nullable=False),
    schema="national",
)
"""Up to which position of a log its body is in the sums."""

READY: Final = Table(
    "summed_ready",
    METADATA,
    Column("since", DateTime(timezone=True), primary_key=True, nullable=False),
    schema="national",
)
"""Has a row once every body was in the sums; until then nobody reads them."""

SUMMED: Final = (FIGURE, OWED)
TABLES: Final = (FIGURE, OWED, REACH, REACHED, READY)


def keys_of(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


def sums_of(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if not column.primary_key)

"""The forms that read-model tables take. Columns are declared once here and serve DDL, projections and queries.

Two forms exist. A *bitemporal* table keeps, per entity (and sub key), rows that together say what held on any
day as known at any moment; `projections.bitemporal` alone writes its clocks. A *plain* table keeps one row per
key. Every row belongs to one stream: `entity_id` is the stream's id.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, Numeric, Table, Text, Uuid

METADATA: Final = MetaData()

FOREVER_DAY: Final = date.max
"""What `infinity` of a date column reads and writes as."""
FOREVER: Final = datetime.max  # noqa: DTZ901 - a stand-in, no instant: the driver gives it without a zone
"""What `infinity` of a timestamptz column reads and writes as. Never compare it with an instant."""
FOREVER_POSITION: Final = 2**63 - 1

CLOCKS: Final = ("effective_from", "effective_to", "recorded_from", "recorded_to", "pos_from", "pos_to")


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What the unit of work needs to know of a table besides its columns."""

    form: Literal["bitemporal", "plain"]
    sub: tuple[str, ...]
    """Key columns after tenant_id and entity_id."""
    facts: tuple[str, ...]
    """Columns that keep their own history: per column the latest (effective day, position) wins."""
    mutable: tuple[str, ...]
    """Columns that change in a stored row."""
    preload: Literal["current", "all", "none"]
    """Which stored rows of a touched stream a fold needs before it starts."""
    indexes: tuple[tuple[str, ...], ...]
    """Columns of indexes besides those that every table of its form has."""


def shape(table: Table) -> Shape:
    """What was declared of a table beside its columns."""
    found = table.info["shape"]
    assert isinstance(found, Shape)
    return found


def bitemporal(
    schema: str,
    name: str,
    facts: Iterable[Column[Any]],
    *,
    sub: Sequence[Column[Any]] = (),
    extra: Sequence[Column[Any]] = (),
    preload: Literal["current", "all"] = "current",
    indexes: Iterable[Sequence[str]] = (),
) -> Table:
    """A table with both clocks. `extra` columns belong to a row as such: they change in place, without history.
    `indexes` are of the rows that are known now.

    `changed` has one bit per fact, in the order of `facts`: the facts that were themselves set on
    `effective_from`.
    """
    known = list(facts)
    clocks: list[Column[Any]] = [
        Column("effective_from", Date, nullable=False, primary_key=True, comment="First day, included."),
        Column("effective_to", Date, nullable=False, comment="Day after the last; infinity while open."),
        Column("recorded_from", DateTime(timezone=True), nullable=False, comment="When it became known."),
        Column("recorded_to", DateTime(timezone=True), nullable=False, comment="When something else did."),
        Column("pos_from", BigInteger, nullable=False, primary_key=True, comment="The position that wrote it."),
        Column("pos_to", BigInteger, nullable=False, comment="The position that closed it."),
        Column("changed", BigInteger, nullable=False, comment="Facts set on effective_from, a bit each."),
    ]
    declared = Shape(
        form="bitemporal",
        sub=tuple(column.name for column in sub),
        facts=tuple(column.name for column in known),
        mutable=("recorded_to", "pos_to", *(column.name for column in extra)),
        preload=preload,
        indexes=tuple(tuple(index) for index in indexes),
    )
    return _table(schema, name, [*sub, *clocks, *known, *extra], declared)


def plain(
    schema: str,
    name: str,
    columns: Iterable[Column[Any]],
    *,
    sub: Sequence[Column[Any]] = (),
    preload: Literal["all", "none"] = "all",
    indexes: Iterable[Sequence[str]] = (),
) -> Table:
    """A table of one row per (tenant, stream, sub key), written over in place."""
    rest = list(columns)
    declared = Shape(
        form="plain",
        sub=tuple(column.name for column in sub),
        facts=(),
        mutable=tuple(column.name for column in rest),
        preload=preload,
        indexes=tuple(tuple(index) for index in indexes),
    )
    return _table(schema, name, [*sub, *rest], declared)


def _table(schema: str, name: str, columns: Sequence[Column[Any]], declared: Shape) -> Table:
    identity: list[Column[Any]] = [
        Column("tenant_id", Uuid, nullable=False, primary_key=True, comment="The body whose log says so."),
        Column("entity_id", Uuid, nullable=False, primary_key=True, comment="The stream that says so."),
    ]
    return Table(name, METADATA, *identity, *columns, schema=schema, info={"shape": declared})


def key_uuid(name: str) -> Column[Any]:
    return Column(name, Uuid, nullable=False, primary_key=True)


def key_text(name: str) -> Column[Any]:
    return Column(name, Text(collation="C"), nullable=False, primary_key=True)


def key_date(name: str) -> Column[Any]:
    return Column(name, Date, nullable=False, primary_key=True)


def key_number(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False, primary_key=True)


def code(name: str, *, nullable: bool = False) -> Column[Any]:
    """A short text that is compared and sorted byte by byte: codes, kinds, slugs, sort keys."""
    return Column(name, Text(collation="C"), nullable=nullable)


def text(name: str) -> Column[Any]:
    return Column(name, Text, nullable=True)


def uuid(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, Uuid, nullable=nullable)


def day(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, Date, nullable=nullable)


def instant(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def number(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Integer, nullable=nullable)


def position(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable)


def decimal(name: str, *, nullable: bool = True) -> Column[Any]:
    """A decimal number that is added up in the database, without loss."""
    return Column(name, Numeric, nullable=nullable)


def flag(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Boolean, nullable=nullable)


def json_text(name: str, *, nullable: bool = False) -> Column[Any]:
    """JSON kept as text: it is shown, never searched, and jsonb operators are not leak-proof."""
    return Column(name, Text, nullable=nullable, comment="JSON.")


def audience() -> Column[Any]:
    """Who may see the row today: draft, tenant, funders or public. A table that has it is read nationally."""
    return Column("audience", Text(collation="C"), nullable=False)


def localized(name: str) -> list[Column[Any]]:
    """`_en`, `_fr`, `_source` (the language the author wrote) and `_unofficial` (languages, joined by commas).

    All four are null where there is no text at all.
    """
    return [
        text(f"{name}_en"),
        text(f"{name}_fr"),
        code(f"{name}_source", nullable=True),
        code(f"{name}_unofficial", nullable=True),
    ]


def quantity(name: str) -> list[Column[Any]]:
    """A `QualifiedValue`. Numbers are plain decimal text; all columns are null where there is no figure.

    `_minor` repeats the number in whole hundredths where that is exact and fits, for sorting and sums.
    """
    return [
        code(f"{name}_kind", nullable=True),
        code(f"{name}_number", nullable=True),
        code(f"{name}_upper", nullable=True),
        text(f"{name}_raw"),
        code(f"{name}_status", nullable=True),
        position(f"{name}_rounded_to", nullable=True),
        text(f"{name}_unit"),
        position(f"{name}_minor", nullable=True),
    ]


def territory() -> list[Column[Any]]:
    """A place by its scheme and code, with the name the source gives; all null where none is stated."""
    return [
        code("territory_scheme", nullable=True),
        code("territory_code", nullable=True),
        text("territory_name_en"),
        text("territory_name_fr"),
    ]


def period(name: str, *, nullable: bool = False) -> list[Column[Any]]:
    """A `Period`: `_kind`, `_start` and `_end`, both days included."""
    return [
        code(f"{name}_kind", nullable=nullable),
        day(f"{name}_start", nullable=nullable),
        day(f"{name}_end", nullable=nullable),
    ]


def authority() -> list[Column[Any]]:
    """By what right something was done. `authority_kind` is decision, instrument or none; the rest says which one,
    or why none; `authority` is the same as the envelope has it, in JSON.
    """
    return [
        code("authority_kind"),
        *localized("authority_office"),
        text("authority_number"),
        day("authority_dated"),
        code("authority_reason", nullable=True),
        uuid("authority_decision_log"),
        uuid("authority_decision_stream"),
        position("authority_decision_version", nullable=True),
        json_text("authority"),
    ]


def citation(name: str, *, nullable: bool = True) -> list[Column[Any]]:
    """A `Citation`: `_log`, `_stream` and `_version` of what stands in its owner's log."""
    return [
        uuid(f"{name}_log", nullable=nullable),
        uuid(f"{name}_stream", nullable=nullable),
        position(f"{name}_version", nullable=nullable),
    ]


def term() -> list[Column[Any]]:
    """From when to when, as ISO dates that may stop at the year or month; an absent end is open."""
    return [flag("term_stated"), code("term_start", nullable=True), code("term_end", nullable=True)]

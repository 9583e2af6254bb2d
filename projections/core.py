"""The unit of work: what one projection makes of one batch of one tenant, in memory until it is written."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Table

from domain.ids import TenantId
from projections.bitemporal import DIRTY, NEW, STORED, Form, Group, Row, Segments
from projections.reading import Seen
from projections.tables import FOREVER_POSITION, shape

_DELETED: Final = 3
_GONE: Final = 4
"""A row that came and went within one work: it is not written."""

Key = tuple[Any, ...]
"""Sub key of a row: its key columns after tenant_id and entity_id."""


class Changes(NamedTuple):
    """What became of one table."""

    inserted: list[Row]
    """Whole rows, in the order of the table's columns."""
    updated: list[tuple[Any, ...]]
    """Key columns, then mutable ones."""
    deleted: list[tuple[Any, ...]]
    """Key columns."""

    @property
    def empty(self) -> bool:
        return not (self.inserted or self.updated or self.deleted)


class Layout:
    """Names and places of the columns of one table."""

    def __init__(self, table: Table) -> None:
        declared = shape(table)
        self.table = table
        self.shape = declared
        self.names = tuple(column.name for column in table.columns)
        self.types = tuple(column.type for column in table.columns)
        self.key_names = tuple(column.name for column in table.primary_key.columns)
        self.keys = tuple(self.names.index(name) for name in self.key_names)
        self.mutable = tuple(self.names.index(name) for name in declared.mutable)
        self.subs = tuple(self.names.index(name) for name in declared.sub)
        self.status = len(self.names)
        self.form = Form(table) if declared.form == "bitemporal" else None


class Timelines:
    """The rows of one bitemporal table, by entity and sub key."""

    def __init__(self, layout: Layout, tenant_id: TenantId) -> None:
        assert layout.form is not None
        self.form = layout.form
        self._layout = layout
        self._tenant_id = tenant_id
        self._entities: dict[UUID, dict[Key, Segments]] = {}

    def of(self, entity_id: UUID, sub: Key = ()) -> Segments:
        """The segments of one timeline, empty where it does not exist yet."""
        timelines = self._entities.get(entity_id)
        if timelines is None:
            timelines = self._entities[entity_id] = {}
        segments = timelines.get(sub)
        if segments is None:
            segments = timelines[sub] = Segments(self.form, (self._tenant_id, entity_id, *sub))
        return segments

    def under(self, entity_id: UUID) -> dict[Key, Segments]:
        """Every timeline of one entity by sub key."""
        return self._entities.get(entity_id, {})

    def amend(self, row: Row, column: int, value: Any) -> None:
        """Write a column without history in place."""
        if row[column] != value:
            row[column] = value
            if row[self.form.status] == STORED:
                row[self.form.status] = DIRTY

    def load(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take in stored rows of the entities that a batch touches."""
        form, subs = self.form, self._layout.subs
        touched: list[Segments] = []
        for stored in rows:
            row: Row = [*stored, STORED]
            segments = self.of(row[1], tuple(row[index] for index in subs))
            segments.written.append(row)
            if row[form.pos_to] == FOREVER_POSITION:
                segments.rows.append(row)
                touched.append(segments)
        for segments in touched:
            segments.rows.sort(key=lambda row: row[form.effective_from])

    def built(self) -> list[Row]:
        """What a work made from nothing."""
        return list(self.written())

    def written(self) -> Iterator[Row]:
        every = chain.from_iterable(timelines.values() for timelines in self._entities.values())
        return chain.from_iterable(segments.written for segments in every)


class Plain:
    """The rows of one plain table, by entity and sub key."""

    def __init__(self, layout: Layout, tenant_id: TenantId) -> None:
        self._layout = layout
        self._tenant_id = tenant_id
        self._rows: list[Row] = []
        self._entities: dict[UUID, dict[Key, Row]] = {}
        self._subs = slice(2, 2 + len(layout.subs))
        self._values = slice(2 + len(layout.subs), -1)
        self._touched: dict[UUID, dict[int, Row]] = {}
        self._removed = False

    def touched(self, entity_id: UUID) -> Collection[Key] | None:
        """The sub keys that were written or removed since this was last asked; None if it never was."""
        touched = self._touched.get(entity_id)
        self._touched[entity_id] = {}
        return None if touched is None else [tuple(row[self._subs]) for row in touched.values()]

    def _touch(self, row: Row) -> None:
        touched = self._touched.get(row[1])
        if touched is not None:
            touched[id(row)] = row

    def add(self, entity_id: UUID, sub: Key, values: Sequence[Any]) -> None:
        """Add a row that cannot be there yet and that nothing will look up: a ledger's or timeline's line."""
        self._rows.append([self._tenant_id, entity_id, *sub, *values, NEW])

    def add_row(self, row: Row) -> None:
        """The same of a row that has all columns in the table's order, then `NEW`."""
        self._rows.append(row)

    def put(self, entity_id: UUID, sub: Key, values: Sequence[Any]) -> None:
        """Write a row, over the one with the same key if there is one."""
        rows = self._entities.get(entity_id)
        if rows is None:
            rows = self._entities[entity_id] = {}
        row = rows.get(sub)
        if row is None:
            row = rows[sub] = [self._tenant_id, entity_id, *sub, *values, NEW]
            self._rows.append(row)
            if self._touched:
                self._touch(row)
        else:
            width = len(row)
            row[self._values] = values
            assert len(row) == width
            if row[-1] == STORED:
                row[-1] = DIRTY
            if self._touched:
                self._touch(row)

    def under(self, entity_id: UUID) -> dict[Key, Row]:
        """The rows of one entity by sub key. Change one with `amend`."""
        return self._entities.get(entity_id, {})

    def amend(self, row: Row, values: dict[int, Any]) -> None:
        """Write columns of a row."""
        for column, value in values.items():
            row[column] = value
        self._amended(row)

    def amend_span(self, entity_id: UUID, sub: Key, columns: slice, values: Sequence[Any]) -> None:
        """Write columns of a row that follow one another: as many values as columns."""
        row = self._entities[entity_id][sub]
        width = len(row)
        row[columns] = values
        assert len(row) == width
        if row[-1] == STORED:
            row[-1] = DIRTY
        touched = self._touched.get(entity_id)
        if touched is not None:
            touched[id(row)] = row

    def _amended(self, row: Row) -> None:
        if row[-1] == STORED:
            row[-1] = DIRTY
        if self._touched:
            self._touch(row)

    def remove(self, entity_id: UUID, sub: Key) -> None:
        row = self._entities[entity_id].pop(sub)
        row[-1] = _GONE if row[-1] == NEW else _DELETED
        self._removed = True
        self._touch(row)

    def load(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take in stored rows of the entities that a batch touches."""
        subs = self._layout.subs
        for stored in rows:
            row: Row = [*stored, STORED]
            self._rows.append(row)
            self._entities.setdefault(row[1], {})[tuple(row[index] for index in subs)] = row

    def built(self) -> list[Row]:
        """What a work made from nothing."""
        return [row for row in self._rows if row[-1] == NEW] if self._removed else self._rows

    def written(self) -> Iterator[Row]:
        return iter(self._rows)


class Work:
    """All tables of one projection while one batch of one tenant is folded."""

    def __init__(self, tenant_id: TenantId, layouts: Sequence[Layout]) -> None:
        self.tenant_id = tenant_id
        self._layouts = layouts
        self._timelines: dict[Table, Timelines] = {}
        self._plain: dict[Table, Plain] = {}
        self.kept: dict[UUID, Any] = {}
        """What handlers keep of an entity from one event to the next, beside its rows. It is not written."""
        for layout in layouts:
            if layout.form is not None:
                self._timelines[layout.table] = Timelines(layout, tenant_id)
            else:
                self._plain[layout.table] = Plain(layout, tenant_id)

    def timelines(self, table: Table) -> Timelines:
        return self._timelines[table]

    def plain(self, table: Table) -> Plain:
        return self._plain[table]

    def load(self, table: Table, rows: Iterable[Sequence[Any]]) -> None:
        self._model(table).load(rows)

    def changes(self, *, ordered: bool = True) -> Iterator[tuple[Layout, Changes]]:
        """What is to be written, table by table. The work is over after this.

        In the order of the keys, unless that does not matter: when nobody else writes or reads there yet.
        """
        for layout in self._layouts:
            yield layout, _changes(layout, self._model(layout.table).written(), ordered=ordered)

    def built(self) -> Iterator[tuple[Layout, list[Row]]]:
        """The rows that a work made from nothing, table by table; each has an item more than columns."""
        for layout in self._layouts:
            yield layout, self._model(layout.table).built()

    def _model(self, table: Table) -> Timelines | Plain:
        return self._timelines[table] if table in self._timelines else self._plain[table]


def note(
    segments: Segments,
    seen: Seen,
    group: Group,
    values: Sequence[Any],
    extra: Sequence[tuple[int, Any]] = (),
) -> None:
    """Set facts as an event says them. Once a sample event touched a row, it is marked so from that day on."""
    segments.set(seen, group, values, extra)
    if seen.sample and segments.form.sample is not None:
        segments.set(seen, segments.form.sample, (True,))


def _changes(layout: Layout, rows: Iterable[Row], *, ordered: bool) -> Changes:
    keys, mutable = layout.keys, layout.mutable
    inserted: list[Row] = []
    updated: list[tuple[Any, ...]] = []
    deleted: list[tuple[Any, ...]] = []
    for row in rows:
        status = row[-1]
        if status == NEW:
            inserted.append(row)
        elif status == DIRTY:
            updated.append((*[row[index] for index in keys], *[row[index] for index in mutable]))
        elif status == _DELETED:
            deleted.append(tuple(row[index] for index in keys))
    for row in inserted:
        row.pop()
    if ordered:
        inserted.sort(key=lambda row: [row[index] for index in keys])
        updated.sort(key=lambda row: row[: len(keys)])
        deleted.sort()
    return Changes(inserted, updated, deleted)

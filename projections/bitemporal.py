"""The one way in which bitemporal rows are written.

What held on day E as known at R is: the events recorded at or before R and effective on or before E, applied in
the order (effective day, position); per fact the latest wins. An entity is there from the first day that any
fact is set, until the earliest day on which it is said to end; nothing revives it.

Per entity (and sub key) the rows that are open on the recording clock follow one another without gap or overlap:
its *segments*. A fact set on a day changes the segments from that day on, up to the first later one on whose
first day that same fact was itself set: `changed` keeps that, a bit per fact. A segment that changes is closed on
the recording clock and its pieces are written anew; all other columns are copied.

A row is a list of its columns in the table's order, followed by one item that tells what became of it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import BigInteger, Boolean, Integer, Table

from projections.tables import CLOCKS, FOREVER, FOREVER_DAY, FOREVER_POSITION, shape

Row = list[Any]
STORED: Final = 0
DIRTY: Final = 1
NEW: Final = 2


class Stamp(Protocol):
    """When an event holds and when it became known."""

    @property
    def on(self) -> date: ...
    @property
    def at(self) -> datetime: ...
    @property
    def position(self) -> int: ...


class Group(NamedTuple):
    """Facts that are set together: the places of their columns and their bits."""

    columns: tuple[int, ...]
    bits: tuple[int, ...]
    mask: int
    span: slice | None
    """The columns as a slice of a row, where they follow one another."""

    def write(self, row: Row, values: Sequence[Any]) -> None:
        """Put the values into their places."""
        if len(values) != len(self.columns):
            raise ValueError(f"{len(self.columns)} facts are set together; got {len(values)}")
        if self.span is not None:
            row[self.span] = values
        else:
            for column, value in zip(self.columns, values, strict=True):
                row[column] = value


class Form:
    """Where the columns of one bitemporal table are."""

    def __init__(self, table: Table) -> None:
        declared = shape(table)
        names = [column.name for column in table.columns]
        self.table = table
        self.names = names
        self.status = len(names)
        self.keys = 2 + len(declared.sub)
        clocks = [names.index(name) for name in CLOCKS]
        self.effective_from, self.effective_to = clocks[0], clocks[1]
        self.recorded_from, self.recorded_to = clocks[2], clocks[3]
        self.pos_from, self.pos_to = clocks[4], clocks[5]
        self.changed = names.index("changed")
        self._bits = {name: 1 << index for index, name in enumerate(declared.facts)}
        self.sample = self.group("sample") if "sample" in self._bits else None
        self._absent = [_absent(table, name) for name in names[self.changed + 1 :]]

    def group(self, *facts: str) -> Group:
        """The facts with these names, to be set together and in this order."""
        bits = tuple(self._bits[name] for name in facts)
        columns = tuple(self.names.index(name) for name in facts)
        follow = columns == tuple(range(columns[0], columns[0] + len(columns)))
        span = slice(columns[0], columns[-1] + 1) if follow else None
        return Group(columns, bits, sum(bits), span)

    def column(self, name: str) -> int:
        return self.names.index(name)

    def blank(self, key: Sequence[Any], start: date, end: date, stamp: Stamp) -> Row:
        """A row without facts: null where that is allowed, else False, 0 or an empty text."""
        clocks = (start, end, stamp.at, FOREVER, stamp.position, FOREVER_POSITION, 0)
        return [*key, *clocks, *self._absent, NEW]


def _absent(table: Table, name: str) -> Any:
    column = table.columns[name]
    if column.nullable:
        return None
    if isinstance(column.type, Boolean):
        return False
    return 0 if isinstance(column.type, Integer | BigInteger) else ""


class Segments:
    """What is known today of one entity: its open rows in the order of their days."""

    __slots__ = ("_key", "form", "rows", "written")

    def __init__(self, form: Form, key: Sequence[Any]) -> None:
        self.form = form
        self._key = key
        self.rows: list[Row] = []
        self.written: list[Row] = []
        """Every row in memory, past ones too."""

    @property
    def last(self) -> Row | None:
        """What holds at the end of time; None where nothing does."""
        if not self.rows:
            return None
        row = self.rows[-1]
        return row if row[self.form.effective_to] == FOREVER_DAY else None

    def set(
        self, stamp: Stamp, group: Group, values: Sequence[Any], extra: Sequence[tuple[int, Any]] = ()
    ) -> None:
        """Set facts from `stamp.on` on.

        `extra` gives columns without history their values in rows that begin to exist; pieces copy theirs.
        """
        form, rows, on = self.form, self.rows, stamp.on
        index = len(rows) - 1
        if index >= 0 and rows[index][form.effective_from] > on:
            index = self._at(on)
        if index < 0:
            first = rows[0] if rows else None
            end = FOREVER_DAY if first is None else first[form.effective_from]
            row = form.blank(self._key, on, end, stamp)
            for column, value in extra:
                row[column] = value
            index = 0
            rows.insert(0, row)
            self.written.append(row)
        else:
            row = rows[index]
            if row[form.effective_to] <= on:
                return  # ended before
            if row[form.pos_from] != stamp.position:
                row = self._renewed(index, stamp)
            if row[form.effective_from] != on:
                row = self._cut(index, on)
                index += 1
        group.write(row, values)
        row[form.changed] |= group.mask
        if index + 1 < len(rows):
            self._carry(index + 1, stamp, group, values)

    def end(self, stamp: Stamp) -> None:
        """The entity is no more from `stamp.on` on, whatever else is or will be dated later."""
        form, rows, on = self.form, self.rows, stamp.on
        gone: Row | None = None
        while rows and rows[-1][form.effective_from] >= on:
            gone = rows.pop()
            if gone[form.pos_from] == stamp.position:
                self._unwrite(gone)
            else:
                self._close(gone, stamp)
        if rows:
            if rows[-1][form.effective_to] > on:
                self._renewed(len(rows) - 1, stamp)[form.effective_to] = on
        elif gone is not None:
            # An entity that never was: a row of no days remembers the end.
            row = form.blank(self._key, on, on, stamp)
            row[form.changed + 1 : form.status] = gone[form.changed + 1 : form.status]
            rows.append(row)
            self.written.append(row)

    def _at(self, on: date) -> int:
        """The last segment that begins on or before a day; -1 where none does."""
        rows, start = self.rows, self.form.effective_from
        return bisect_right(rows, on, key=lambda row: row[start]) - 1

    def _carry(self, index: int, stamp: Stamp, group: Group, values: Sequence[Any]) -> None:
        """Hand the facts on to later segments, each until it was itself set there."""
        form, active = self.form, group.mask
        for later in range(index, len(self.rows)):
            row = self.rows[later]
            active &= ~row[form.changed]
            if not active:
                return
            news = [
                (column, value)
                for column, bit, value in zip(group.columns, group.bits, values, strict=True)
                if active & bit and row[column] != value
            ]
            if news:
                row = self._renewed(later, stamp)
                for column, value in news:
                    row[column] = value

    def _renewed(self, index: int, stamp: Stamp) -> Row:
        """The segment as this event may write it: a copy, unless this event made it."""
        form = self.form
        row = self.rows[index]
        if row[form.pos_from] == stamp.position:
            return row
        copy = row[:]
        self._close(row, stamp)
        copy[form.recorded_from] = stamp.at
        copy[form.pos_from] = stamp.position
        copy[form.status] = NEW
        self.rows[index] = copy
        self.written.append(copy)
        return copy

    def _cut(self, index: int, on: date) -> Row:
        """Cut a segment that this event made in two; gives the later piece, on whose first day nothing is set."""
        form = self.form
        left = self.rows[index]
        right = left[:]
        left[form.effective_to] = right[form.effective_from] = on
        right[form.changed] = 0
        self.rows.insert(index + 1, right)
        self.written.append(right)
        return right

    def _unwrite(self, gone: Row) -> None:
        """Forget a row that came and went by the same event: nobody could ever see it. It is among the last."""
        index = next(index for index in range(len(self.written) - 1, -1, -1) if self.written[index] is gone)
        del self.written[index]

    def _close(self, row: Row, stamp: Stamp) -> None:
        form = self.form
        row[form.recorded_to] = stamp.at
        row[form.pos_to] = stamp.position
        if row[form.status] == STORED:
            row[form.status] = DIRTY

"""The shared bitemporal write against the definition, applied by brute force."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import MetaData, Table

from domain.ids import TenantId
from projections.core import Layout, Work
from projections.tables import (
    FOREVER,
    FOREVER_DAY,
    FOREVER_POSITION,
    METADATA,
    audience,
    bitemporal,
    code,
    flag,
    number,
)

TENANT = TenantId(UUID(int=1))
ENTITY = UUID(int=2)
FACTS = ("kind", "name", "amount", "ended_well")
DAYS = [date(2020, 1, 1) + timedelta(days=n) for n in range(8)]


def scratch() -> Table:
    made = bitemporal(
        "rm",
        "scratch",
        [code("kind"), code("name", nullable=True), number("amount"), flag("ended_well")],
        extra=[audience()],
    )
    METADATA.remove(made)
    return made.to_metadata(MetaData())


TABLE = scratch()
LAYOUT = Layout(TABLE)
assert LAYOUT.form is not None
FORM = LAYOUT.form


@dataclass(frozen=True)
class Fact:
    on: date
    position: int
    at: datetime
    values: dict[str, Any] | None
    """None: the entity ends."""


def known(facts: list[Fact], on: date, position: int) -> dict[str, Any] | None:
    """The definition, word for word."""
    seen = [fact for fact in facts if fact.position <= position and fact.on <= on]
    if any(fact.values is None for fact in seen) or not seen:
        return None
    state: dict[str, Any] = {"kind": "", "name": None, "amount": 0, "ended_well": False}
    for fact in sorted(seen, key=lambda fact: (fact.on, fact.position)):
        state |= fact.values or {}
    return state


def written(facts: list[Fact], batches: set[int]) -> list[list[Any]]:
    """All rows after the facts, with the work flushed and taken up again after the positions in `batches`."""
    stored: dict[tuple[Any, ...], list[Any]] = {}
    work = Work(TENANT, [LAYOUT])
    extra = [(FORM.column("audience"), "tenant")]
    for fact in facts:
        segments = work.timelines(TABLE).of(ENTITY)
        if fact.values is None:
            segments.end(fact)
        else:
            segments.set(fact, FORM.group(*fact.values), list(fact.values.values()), extra)
        if fact.position in batches:
            flush(work, stored)
            work = Work(TENANT, [LAYOUT])
            work.load(TABLE, [row for row in stored.values() if row[FORM.pos_to] == FOREVER_POSITION])
    flush(work, stored)
    return sorted(stored.values(), key=lambda row: [row[index] for index in LAYOUT.keys])


def flush(work: Work, stored: dict[tuple[Any, ...], list[Any]]) -> None:
    for _layout, changes in work.changes():
        for row in changes.inserted:
            key = tuple(row[index] for index in LAYOUT.keys)
            assert key not in stored
            stored[key] = row
        for update in changes.updated:
            row = stored[update[: len(LAYOUT.keys)]]
            for index, value in zip(LAYOUT.mutable, update[len(LAYOUT.keys) :], strict=True):
                row[index] = value
        assert not changes.deleted


def visible(
    rows: list[list[Any]], on: date, *, position: int | None = None, at: datetime | None = None
) -> dict[str, Any] | None:
    def holds(row: list[Any]) -> bool:
        if not row[FORM.effective_from] <= on < row[FORM.effective_to]:
            return False
        if position is not None:
            return bool(row[FORM.pos_from] <= position < row[FORM.pos_to])
        assert at is not None
        until = row[FORM.recorded_to]
        return bool(row[FORM.recorded_from] <= at and (until == FOREVER or at < until))

    found = [row for row in rows if holds(row)]
    assert len(found) <= 1, "rows overlap"
    return None if not found else {name: found[0][FORM.column(name)] for name in FACTS}


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    values = st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from("abc"),
            "name": st.sampled_from(["x", "y", None]),
            "amount": st.integers(0, 3),
            "ended_well": st.booleans(),
        },
    ).filter(bool)
    made: list[Fact] = []
    at = datetime(2024, 1, 1, tzinfo=UTC)
    for position in range(1, draw(st.integers(1, 14)) + 1):
        at += timedelta(seconds=draw(st.integers(0, 1)))  # events of one append share their instant
        ends = draw(st.integers(0, 11)) == 0
        made.append(Fact(draw(st.sampled_from(DAYS[1:-1])), position, at, None if ends else draw(values)))
    return made


def ended_before_it_began(facts: list[Fact]) -> bool:
    return facts[0].values is None


@given(histories(), st.sets(st.integers(1, 14)))
def test_rows_say_what_the_definition_says_at_every_day_and_moment(facts: list[Fact], batches: set[int]) -> None:
    if ended_before_it_began(facts):
        return
    rows = written(facts, batches)
    for on in DAYS:
        for position in range(len(facts) + 1):
            assert visible(rows, on, position=position) == known(facts, on, position)
        for fact in facts:
            last = max(other.position for other in facts if other.at <= fact.at)
            assert visible(rows, on, at=fact.at) == known(facts, on, last)


@given(histories(), st.sets(st.integers(1, 14)))
def test_rows_do_not_depend_on_the_batches_they_were_written_in(facts: list[Fact], batches: set[int]) -> None:
    if ended_before_it_began(facts):
        return
    assert written(facts, batches) == written(facts, set())


def test_an_append_at_the_end_closes_one_row_and_writes_two() -> None:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    rows = written(
        [
            Fact(DAYS[0], 1, at, {"kind": "a", "name": "x", "amount": 1}),
            Fact(DAYS[3], 2, at + timedelta(days=1), {"amount": 2}),
        ],
        set(),
    )
    clocks = [(row[2], row[3], row[4], row[5], row[6], row[7]) for row in rows]
    later = at + timedelta(days=1)
    assert clocks == [
        (DAYS[0], FOREVER_DAY, at, later, 1, 2),
        (DAYS[0], DAYS[3], later, FOREVER, 2, FOREVER_POSITION),
        (DAYS[3], FOREVER_DAY, later, FOREVER, 2, FOREVER_POSITION),
    ]


def test_pieces_copy_the_columns_that_have_no_history() -> None:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    rows = written([Fact(DAYS[0], 1, at, {"kind": "a"}), Fact(DAYS[3], 2, at, {"kind": "b"})], set())
    assert {row[FORM.column("audience")] for row in rows} == {"tenant"}


def test_an_entity_that_ended_on_its_first_day_never_was_and_is_not_revived() -> None:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    facts = [
        Fact(DAYS[2], 1, at, {"kind": "a"}),
        Fact(DAYS[2], 2, at, None),
        Fact(DAYS[4], 3, at, {"kind": "b"}),
        Fact(DAYS[1], 4, at, {"kind": "c"}),
    ]
    rows = written(facts, {2})
    for on in DAYS:
        for position in range(5):
            assert visible(rows, on, position=position) == known(facts, on, position)


def test_what_one_event_makes_and_ends_is_not_written() -> None:
    work = Work(TENANT, [LAYOUT])
    segments = work.timelines(TABLE).of(ENTITY)
    fact = Fact(DAYS[0], 1, datetime(2024, 1, 1, tzinfo=UTC), {"kind": "a"})
    segments.set(fact, FORM.group("kind"), ("a",))
    assert segments.last is not None
    segments.end(fact)
    assert segments.last is None
    ((_, changes),) = work.changes()
    assert [(row[FORM.effective_from], row[FORM.effective_to]) for row in changes.inserted] == [(DAYS[0], DAYS[0])]

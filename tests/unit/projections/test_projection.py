"""What every projection must hold, without a database."""

import random
from typing import Any
from uuid import UUID

import pytest

import domain.areas  # noqa: F401 - fills the registries
from domain.event import EVENTS
from domain.ids import TenantId
from domain.ports import Row
from projections import events
from projections.projection import PoisonError, Projection, UnlistedEventError
from projections.registry import PROJECTIONS
from projections.tables import FOREVER_POSITION
from tests.unit.projections.histories import random_log

TENANT = TenantId(UUID(int=1))
SEEDS = range(8)


def fold(projection: Projection, batches: list[list[Row]]) -> dict[str, list[list[Any]]]:
    """All rows of a tenant after these batches, written and taken up again between them as a database does."""
    stored: dict[str, dict[tuple[Any, ...], list[Any]]] = {layout.table.key: {} for layout in projection.layouts}
    for rows in batches:
        work = projection.work(TENANT)
        streams = projection.streams(rows)
        for layout in projection.layouts:
            known = stored[layout.table.key].values()
            wanted = [row for row in known if row[1] in streams and layout.shape.preload != "none"]
            if layout.shape.preload == "current":
                assert layout.form is not None
                wanted = [row for row in wanted if row[layout.form.pos_to] == FOREVER_POSITION]
            work.load(layout.table, wanted)
        projection.fold(work, rows)
        for layout, changes in work.changes():
            table = stored[layout.table.key]
            for key in changes.deleted:
                del table[key]
            for update in changes.updated:
                row = table[update[: len(layout.keys)]]
                for index, value in zip(layout.mutable, update[len(layout.keys) :], strict=True):
                    row[index] = value
            for row in changes.inserted:
                key = tuple(row[index] for index in layout.keys)
                assert key not in table
                assert len(row) == len(layout.names)
                table[key] = row
    return {name: [table[key] for key in sorted(table)] for name, table in stored.items()}


def test_every_event_type_of_the_program_is_listed_by_area() -> None:
    assert {cls.TYPE for cls in events.ALL} == set(EVENTS)


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)
def test_each_type_is_handled_or_named_as_ignored(projection: Projection) -> None:
    released = {released.cls for released in EVENTS.values()}
    assert projection.handlers.keys() | projection.ignored == released
    assert not projection.handlers.keys() & projection.ignored


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)
@pytest.mark.parametrize("seed", SEEDS)
def test_rows_do_not_depend_on_the_sizes_of_batches(projection: Projection, seed: int) -> None:
    rows = random_log(TENANT, seed, 150).rows
    cuts = random.Random(seed)
    batches, rest = [], rows
    while rest:
        size = cuts.randrange(1, 12)
        batches.append(rest[:size])
        rest = rest[size:]
    assert fold(projection, batches) == fold(projection, [rows])


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)
def test_every_row_belongs_to_a_stream_of_the_tenant(projection: Projection) -> None:
    rows = random_log(TENANT, 4, 900).rows
    streams = {row.stream_id for row in rows}
    found = [row for table in fold(projection, [rows]).values() for row in table]
    assert found
    assert {row[0] for row in found} == {TENANT}
    assert {row[1] for row in found} <= streams


def test_an_unlisted_type_is_poison() -> None:
    row = random_log(TENANT, 1, 1).rows[0]
    newer = Row(row.tenant_id, 2, row.stream_id, 2, "body.Dissolved", row.recorded_at, row.state)
    projection = PROJECTIONS[0]
    with pytest.raises(PoisonError) as poison:
        projection.fold(projection.work(TENANT), [row, newer])
    assert isinstance(poison.value.__cause__, UnlistedEventError)
    assert (poison.value.row.position, poison.value.before) == (2, 1)


def test_histories_reach_every_type_but_those_of_the_commons() -> None:
    seen = {row.type for seed in range(30) for row in random_log(TENANT, seed, 500).rows}
    assert seen == set(EVENTS) - {"commons.BodyRegistered", "commons.SlugAdded"}

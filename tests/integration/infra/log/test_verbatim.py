"""A log written as it was elsewhere: the same tree, or nothing; never over another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from domain.ids import StreamId, TenantId
from domain.ports import Row
from infra.log.leaf import leaf_of
from infra.log.merkle import root_of
from infra.log.store import LogStore
from infra.log.verbatim import Claim, Grant, LogDiffersError, LogNotEmptyError, root_of_rows, write_log
from infra.settings import DatabaseSettings
from tests.integration.infra.log.logs import an_append, flaws, new_stream, new_tenant, rows_of


@dataclass(frozen=True)
class Elsewhere:
    """A log as another instance would have it."""

    tenant_id: TenantId
    rows: list[Row]

    @property
    def root(self) -> bytes:
        return root_of([leaf_of(row) for row in self.rows])

    def write(
        self,
        database: DatabaseSettings,
        rows: list[Row] | None = None,
        *,
        claims: Sequence[Claim] = (),
        grants: Sequence[Grant] = (),
    ) -> bool:
        return write_log(
            database,
            self.tenant_id,
            rows or self.rows,
            size=len(self.rows),
            root=self.root,
            claims=claims,
            grants=grants,
        )


@pytest.fixture
async def elsewhere(store: LogStore, body: TenantId, database: DatabaseSettings) -> Elsewhere:
    stream = new_stream()
    for number in range(6):
        await store.append(an_append(body, stream, after=number, state=b"{}"))
        await store.append(an_append(body, events=120, state=b"{}"))
    tenant_id = new_tenant()
    return Elsewhere(tenant_id, [replace(row, tenant_id=tenant_id) for row in rows_of(database, body)])


async def test_the_log_is_the_same_with_its_tiles_and_goes_on_from_there(
    elsewhere: Elsewhere, store: LogStore, admin: Any, database: DatabaseSettings
) -> None:
    tenant_id, stream_id = elsewhere.tenant_id, StreamId(elsewhere.rows[0].stream_id)
    funder = new_tenant()

    written = elsewhere.write(
        database, claims=[Claim("slug/a", stream_id, 1)], grants=[Grant(funder, "settlement", 3)]
    )

    assert written
    assert rows_of(database, tenant_id) == elsewhere.rows
    assert len(elsewhere.rows) == 726
    assert root_of_rows(elsewhere.rows) == elsewhere.root
    assert flaws(database, tenant_id) == []
    assert await store.claimed(tenant_id, "slug/a") == stream_id
    granted = await admin.fetch("SELECT * FROM access.grant_now WHERE tenant_id = $1", tenant_id)
    assert [tuple(row) for row in granted] == [(tenant_id, funder, "settlement", 3)]
    outcome = await store.append(an_append(tenant_id, stream_id, after=6))
    assert (outcome.position, outcome.version) == (727, 7)
    assert outcome.recorded_at >= elsewhere.rows[-1].recorded_at
    assert flaws(database, tenant_id) == []


def wrong(rows: list[Row]) -> dict[str, list[Row]]:
    early = rows[5].recorded_at - timedelta(days=1)
    return {
        "a position is missing": [*rows[:5], *rows[6:]],
        "two events changed places": [*rows[:5], rows[6], rows[5], *rows[7:]],
        "a version is skipped": [*rows[:-1], replace(rows[-1], version=rows[-1].version + 1)],
        "the clock goes back": [*rows[:5], replace(rows[5], recorded_at=early), *rows[6:]],
        "a byte is another": [*rows[:5], replace(rows[5], state=b"[]"), *rows[6:]],
        "an instant is another": [*rows[:-1], replace(rows[-1], recorded_at=rows[-1].recorded_at + timedelta(1))],
        "the end is missing": rows[:-1],
    }


@pytest.mark.parametrize(
    "what",
    [
        "a position is missing",
        "two events changed places",
        "a version is skipped",
        "the clock goes back",
        "a byte is another",
        "an instant is another",
        "the end is missing",
    ],
)
async def test_another_log_than_the_one_that_was_promised_is_not_written(
    elsewhere: Elsewhere, admin: Any, database: DatabaseSettings, what: str
) -> None:
    with pytest.raises(LogDiffersError):
        elsewhere.write(database, wrong(elsewhere.rows)[what])

    for table in ("log.event", "log.head", "log.tile"):
        count = await admin.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", elsewhere.tenant_id)  # noqa: S608
        assert count == 0, table


async def test_the_very_log_that_is_there_is_recognised_and_another_is_refused(
    elsewhere: Elsewhere, store: LogStore, database: DatabaseSettings
) -> None:
    assert elsewhere.write(database)
    assert not elsewhere.write(database)
    await store.append(an_append(elsewhere.tenant_id))
    before = rows_of(database, elsewhere.tenant_id)

    with pytest.raises(LogNotEmptyError):
        elsewhere.write(database)

    assert rows_of(database, elsewhere.tenant_id) == before

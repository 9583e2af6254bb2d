"""The feed: order, limits, gaps, and being woken."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from domain.ids import TenantId
from domain.ports import Feed, GapError
from infra.database import Database
from infra.log.feed import LogFeed
from infra.log.leaf import leaf_of
from infra.log.store import LogStore
from tests.integration.infra.log.logs import an_append, call, new_tenant, rows_of


@pytest.fixture
async def feed(connections: Database) -> AsyncIterator[LogFeed]:
    async with LogFeed(connections) as feed:
        yield feed


async def positions(feed: LogFeed, tenant_id: TenantId, after: int, **limits: int) -> list[list[int]]:
    return [[row.position for row in rows] async for rows in feed.read(tenant_id, after, **limits)]


async def test_a_log_is_read_in_batches_up_to_its_head(
    feed: LogFeed, app: Any, body: TenantId, other_body: TenantId, database: Any
) -> None:
    port: Feed = feed
    for tenant in (body, other_body):
        await call(app, an_append(tenant, events=7))

    assert await positions(feed, body, 0, limit=3) == [[1, 2, 3], [4, 5, 6], [7]]
    assert await positions(feed, body, 2, limit=3, upto=6) == [[3, 4, 5], [6]]
    assert await positions(feed, body, 7) == []
    assert await positions(feed, body, 0, upto=0) == []
    rows = [row async for batch in port.read(body, 0) for row in batch]
    assert rows == rows_of(database, body)
    assert {row.tenant_id for row in rows} == {body}
    assert len(leaf_of(rows[0])) == 32


async def test_an_unknown_body_has_nothing_to_read(feed: LogFeed) -> None:
    assert await positions(feed, new_tenant(), 0) == []


async def test_heads_of_all_bodies_are_known(
    feed: LogFeed, app: Any, body: TenantId, other_body: TenantId
) -> None:
    await call(app, an_append(body, events=7))

    heads = await feed.heads()

    assert (heads[body], heads[other_body]) == (7, 0)


async def test_a_gap_is_noticed(feed: LogFeed, app: Any, admin: Any, body: TenantId) -> None:
    await call(app, an_append(body, events=4))
    async with admin.transaction():  # what no role can do, a superuser who means it can
        await admin.execute("SET LOCAL session_replication_role = replica")
        gone = await admin.fetchval(
            "DELETE FROM log.event WHERE tenant_id = $1 AND position = 2 RETURNING type", body
        )

    with pytest.raises(GapError):
        await positions(feed, body, 0)
    with pytest.raises(GapError):
        await anext(feed.scan(body))
    with pytest.raises(GapError):  # though what is missing would have been left out
        await anext(feed.scan(body, without=[gone]))


async def test_a_scan_leaves_out_types_and_tells_how_far_it_is(
    feed: LogFeed, app: Any, body: TenantId, database: Any
) -> None:
    await call(app, an_append(body, events=7))
    kept = rows_of(database, body)
    (type_,) = {row.type for row in kept}

    async def scanned(**given: Any) -> list[tuple[int, list[int]]]:
        return [(reached, [row.position for row in rows]) async for reached, rows in feed.scan(body, **given)]

    assert await scanned(limit=3) == [(3, [1, 2, 3]), (6, [4, 5, 6]), (7, [7])]
    assert await scanned(limit=7) == [(7, [1, 2, 3, 4, 5, 6, 7])]
    assert await scanned(without=["another"], upto=2) == [(2, [1, 2])]
    assert await scanned(without=[type_], limit=3) == [(7, [])]
    assert await scanned(upto=0) == []
    assert [row async for _, rows in feed.scan(body) for row in rows] == kept
    assert [batch async for batch in feed.scan(new_tenant())] == []


async def test_a_poke_ends_the_wait(
    feed: LogFeed, store: LogStore, body: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.log.feed.POLL_SECONDS", 3_600)  # nothing but a poke can end it
    await feed.wait(0)  # listens from here on
    feed._poked.clear()
    waiting = asyncio.create_task(feed.wait(7_200))
    await asyncio.sleep(0.05)

    await store.append(an_append(body))

    await asyncio.wait_for(waiting, 60)


async def test_without_a_poke_the_poll_ends_the_wait(feed: LogFeed, app: Any, body: TenantId) -> None:
    await feed.heads()
    waiting = asyncio.create_task(feed.wait(7_200))
    await asyncio.sleep(0.05)

    await call(app, an_append(body))  # nobody pokes

    await asyncio.wait_for(waiting, 60)


async def test_what_grew_between_the_heads_and_the_wait_is_not_missed(
    feed: LogFeed, app: Any, body: TenantId
) -> None:
    await feed.heads()
    await call(app, an_append(body))

    await asyncio.wait_for(feed.wait(7_200), 60)


async def test_the_wait_ends_after_its_time(feed: LogFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.log.feed.POLL_SECONDS", 3_600)  # no look in between can end it

    await asyncio.wait_for(feed.wait(0.05), 60)


async def test_a_lost_listener_is_replaced(
    feed: LogFeed, admin: "asyncpg.Connection[Any]", app: Any, body: TenantId
) -> None:
    await feed.wait(0)
    lost = feed._listener
    assert lost is not None
    await admin.execute("SELECT pg_terminate_backend($1)", lost.get_server_pid())
    async with asyncio.timeout(60):
        while not lost.is_closed():  # noqa: ASYNC110 - the driver tells nobody
            await asyncio.sleep(0.01)

    await feed.heads()
    await call(app, an_append(body))
    await asyncio.wait_for(feed.wait(7_200), 60)
    await feed.wait(0)

    assert feed._listener is not lost

"""What one body may use: at the border, with many at once, after failures, and as an operator says."""

import argparse
import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from domain.ids import TenantId
from infra.access import quotas as kept
from infra.access.quotas import UNBOUNDED, Override, Quotas, QuotaSettings
from infra.documents.files import FileContents
from infra.settings import Settings
from services import quotas
from services.api import packs
from services.api.app import create_app
from services.audit.export import gather
from services.bootstrap import WriteSide
from services.cli import quota as verb
from services.commands import CommandHandler
from services.projector import make_tables
from tests.integration.services.asking import draft, order
from tests.integration.services.browsing import ORIGIN
from tests.integration.services.conftest import Partnership
from tests.integration.services.test_hardening import inner
from tests.integration.services.test_log_routes import sign

Bounded = Callable[[QuotaSettings], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def bounded(settings: Settings) -> Bounded:
    """The application with such quotas."""

    @asynccontextmanager
    async def start(given: QuotaSettings) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(replace(settings, quotas=given), checks=lambda _: {})
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # two names for one protocol
        # In this very loop: requests at once are so, which they are not through the framework's own client.
        async with inner(app).lifespan(), httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            yield client

    return start


async def upload(client: httpx.AsyncClient, body: Partnership, size: int, fill: str = "a") -> httpx.Response:
    return await client.post(
        f"/api/v1/partnerships/{body.slug}/documents",
        content=(fill * size).encode(),
        headers={"authorization": f"Bearer {body.token}", "content-type": "text/plain"},
    )


async def ordered(client: httpx.AsyncClient, body: Partnership, key: str | None = None, **changes: Any) -> int:
    answer = await order(client, body.slug, "DraftPlan", draft(**changes), token=body.token, key=key)
    return answer.status_code


async def test_documents_are_kept_to_the_last_byte_and_not_beyond(
    bounded: Bounded, partnership: Partnership, neighbour: Partnership
) -> None:
    async with bounded(replace(UNBOUNDED, stored_bytes=1_000)) as client:
        kept_ = [await upload(client, partnership, 600), await upload(client, partnership, 400, "b")]
        again = await upload(client, partnership, 600)
        beyond = await upload(client, partnership, 1, "c")
        theirs = await upload(client, neighbour, 1_000)

    assert [answer.status_code for answer in (*kept_, again, theirs)] == [201, 201, 201, 201]
    problem = beyond.json()
    assert (beyond.status_code, problem["code"]) == (413, "storage_full")
    assert problem["facts"] == {"bytes_used": 1_000, "bytes_max": 1_000, "bytes_given": 1}
    assert set(problem["detail"]) == {"en", "fr"}


async def test_of_many_at_once_as_many_are_kept_as_there_is_room_for(
    bounded: Bounded, partnership: Partnership
) -> None:
    async with (
        bounded(replace(UNBOUNDED, stored_bytes=1_000)) as one,
        bounded(replace(UNBOUNDED, stored_bytes=1_000)) as other,
    ):
        answers = await asyncio.gather(
            *(
                upload(client, partnership, 300, fill)
                for client, fill in zip((one, other) * 4, "abcdefgh", strict=True)
            )
        )

    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [413] * 5


async def test_the_control_of_many_without_the_lock_more_are_kept(
    bounded: Bounded, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def open_(*_: Any) -> None:
        pass

    used, all_looked = FileContents.used, asyncio.Barrier(4)

    async def together(self: FileContents, tenant_id: TenantId) -> int:
        found = await used(self, tenant_id)
        async with asyncio.timeout(60):
            await all_looked.wait()
        return found

    monkeypatch.setattr(kept, "_lock", open_)
    monkeypatch.setattr(FileContents, "used", together)
    monkeypatch.setattr(quotas, "_STORED_AT_ONCE", 4)
    async with bounded(replace(UNBOUNDED, stored_bytes=1_000)) as client:
        answers = await asyncio.gather(*(upload(client, partnership, 600, fill) for fill in "abcd"))

    assert [answer.status_code for answer in answers].count(201) > 1


async def test_a_content_that_failed_or_was_erased_takes_no_room(
    bounded: Bounded, partnership: Partnership, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = FileContents.put

    async def fail(*_: Any) -> None:
        raise OSError("no space left on device")

    async with bounded(replace(UNBOUNDED, stored_bytes=1_000)) as client:
        monkeypatch.setattr(FileContents, "put", fail)
        failed = await upload(client, partnership, 1_000)
        monkeypatch.setattr(FileContents, "put", put)
        first = await upload(client, partnership, 1_000)
        full = await upload(client, partnership, 1_000, "b")
        contents = FileContents(settings.documents.directory)
        assert await contents.erase(partnership.tenant_id, first.json()["sha256"])
        second = await upload(client, partnership, 1_000, "b")

    assert [answer.status_code for answer in (failed, first, full, second)] == [500, 201, 413, 201]


async def test_orders_are_counted_by_the_day_and_those_that_record_nothing_are_not(
    bounded: Bounded, partnership: Partnership, neighbour: Partnership
) -> None:
    async with bounded(replace(UNBOUNDED, commands_per_day=3)) as client:
        key = str(uuid.uuid4())
        plan = draft()
        first = await order(client, partnership.slug, "DraftPlan", plan, token=partnership.token, key=key)
        refused = [await ordered(client, partnership, kind="no such kind") for _ in range(5)]
        replayed = [
            (
                await order(client, partnership.slug, "DraftPlan", plan, token=partnership.token, key=key)
            ).status_code
            for _ in range(5)
        ]
        more = [await ordered(client, partnership) for _ in range(3)]
        beyond = await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
        theirs = await ordered(client, neighbour)

    assert first.status_code == 201
    assert (set(refused), set(replayed)) == ({422}, {200})
    assert more == [201, 201, 429]
    problem = beyond.json()
    assert (problem["code"], problem["facts"]["what"], problem["facts"]["maximum"]) == (
        "quota_reached",
        "commands_per_day",
        3,
    )
    assert 1 <= int(beyond.headers["retry-after"]) <= 86_400
    assert theirs == 201


async def test_of_many_orders_at_once_as_many_are_recorded_as_there_may_be(
    bounded: Bounded, partnership: Partnership, write: WriteSide
) -> None:
    count = "SELECT count(*) FROM log.read_log($1, 0, 1000, 1000)"
    before = await write.pool.fetchval(count, partnership.tenant_id)
    given = replace(UNBOUNDED, commands_per_day=6)
    async with bounded(given) as one, bounded(given) as other:
        answers = await asyncio.gather(
            *(ordered(client, partnership) for client in (one, other) for _ in range(10))
        )

    assert sorted(answers) == [201] * 6 + [429] * 14
    assert await write.pool.fetchval(count, partnership.tenant_id) == before + 6


async def test_an_order_that_failed_is_given_back(
    bounded: Bounded, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def explode(*_: Any) -> None:
        raise KeyError

    async with bounded(replace(UNBOUNDED, commands_per_day=1)) as client:
        with monkeypatch.context() as broken:
            broken.setattr(CommandHandler, "handle", explode)
            failed = [await ordered(client, partnership) for _ in range(3)]
        after = [await ordered(client, partnership), await ordered(client, partnership)]

    assert failed == [500] * 3
    assert after == [201, 429]


async def test_the_control_of_giving_back_otherwise_what_records_nothing_counts(
    bounded: Bounded, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.access.rates.Rates.give_back", lambda *_: None)
    key, plan = str(uuid.uuid4()), draft()
    async with bounded(replace(UNBOUNDED, commands_per_day=2)) as client:
        answers = [
            (
                await order(client, partnership.slug, "DraftPlan", plan, token=partnership.token, key=key)
            ).status_code
            for _ in range(3)
        ]

    assert answers == [201, 200, 429]


async def packed(client: httpx.AsyncClient, body: Partnership) -> httpx.Response:
    return await client.get(
        f"/log/{body.tenant_id}/pack", headers={"authorization": f"Bearer {body.token}"}, timeout=60
    )


async def test_so_many_exports_are_made_at_once_and_the_next_when_one_is_ready(
    bounded: Bounded,
    partnership: Partnership,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*given: Any, **named: Any) -> Any:
        began.set()
        await go_on.wait()
        return await gather(*given, **named)

    await _signed(settings, monkeypatch)
    monkeypatch.setattr(packs, "gather", slowly)
    async with (
        bounded(replace(UNBOUNDED, open_exports=1)) as one,
        bounded(replace(UNBOUNDED, open_exports=1)) as other,
    ):
        making = asyncio.create_task(packed(one, partnership))
        await asyncio.wait_for(began.wait(), 60)
        meanwhile = await packed(other, partnership)
        go_on.set()
        made = await making
        after = await packed(other, partnership)

    problem = meanwhile.json()
    assert (meanwhile.status_code, problem["code"], problem["facts"]["what"]) == (
        429,
        "quota_reached",
        "open_exports",
    )
    assert meanwhile.headers["retry-after"] == "10"
    assert (made.status_code, after.status_code) == (200, 200)


async def test_an_export_that_failed_is_closed(
    bounded: Bounded,
    partnership: Partnership,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def explode(*_: Any, **__: Any) -> None:
        raise KeyError

    await _signed(settings, monkeypatch)
    async with bounded(replace(UNBOUNDED, open_exports=1)) as client:
        with monkeypatch.context() as broken:
            broken.setattr(packs, "gather", explode)
            failed = [(await packed(client, partnership)).status_code for _ in range(2)]
        after = await packed(client, partnership)

    assert (failed, after.status_code) == ([500, 500], 200)


async def test_an_export_whose_process_is_gone_counts_until_its_lease_is_over(
    write: WriteSide, partnership: Partnership, settings: Settings
) -> None:
    held = Quotas(write.pool)
    lease = uuid.uuid4()
    async with write.pool.acquire() as connection, connection.transaction():
        # As a process left it that was killed.
        await connection.execute("SELECT log.enter($1)", partnership.tenant_id)
        await connection.execute(
            "INSERT INTO access.open_export VALUES ($1, $2, clock_timestamp() + $3)",
            *(partnership.tenant_id, lease, timedelta(hours=1)),
        )

    async def opened() -> bool:
        async with held.export(partnership.tenant_id, 1) as found:
            return found

    assert not await opened()
    with psycopg.connect(settings.database.admin_dsn) as administrator:
        administrator.execute(
            "UPDATE access.open_export SET until = clock_timestamp() WHERE export_id = %s", [lease]
        )
    assert await opened()


async def test_of_many_exports_at_once_as_many_are_opened_as_there_may_be(
    write: WriteSide, partnership: Partnership
) -> None:
    held = Quotas(write.pool)
    unanswered = 8
    all_answered = asyncio.Event()

    async def make() -> bool:
        nonlocal unanswered
        async with held.export(partnership.tenant_id, 2) as found:
            unanswered -= 1
            if unanswered == 0:
                all_answered.set()
            if found:  # stays open until everybody has asked
                await asyncio.wait_for(all_answered.wait(), 60)
            return found

    opened = await asyncio.gather(*(make() for _ in range(8)))

    assert opened.count(True) == 2


async def test_an_operator_says_it_for_one_body_and_takes_it_back(
    write: WriteSide,
    partnership: Partnership,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(verb, "load_settings", lambda _: replace(settings, quotas=QuotaSettings()))
    monkeypatch.setattr(verb, "reachable", lambda _: nullcontext())

    def said(**given: str) -> tuple[int, str]:
        asked = argparse.Namespace(
            **{
                "slug": partnership.slug,
                "stored_bytes": None,
                "commands_per_day": None,
                "open_exports": None,
                **given,
            }
        )
        return verb.quota(asked), capsys.readouterr().out

    shown = await asyncio.to_thread(said, stored_bytes="500", open_exports="0")
    wrong = await asyncio.to_thread(said, stored_bytes="much")
    here = await write.allowances.kept.override(partnership.tenant_id)
    back = await asyncio.to_thread(said, stored_bytes="default", open_exports="default")

    assert shown[0] == 0
    told = [line.split() for line in shown[1].splitlines() if "access." not in line]
    assert told == [
        ["stored_bytes", "500", "for", "this", "body", "alone"],
        ["commands_per_day", "20000"],
        ["open_exports", "any", "number", "for", "this", "body", "alone"],
    ]
    assert wrong[0] == 2
    assert here == Override(500, None, 0)
    assert "alone" not in back[1]
    assert await write.allowances.kept.override(partnership.tenant_id) == Override()


async def test_what_was_said_for_a_body_is_what_counts_there(
    bounded: Bounded, write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    await write.allowances.kept.set(partnership.tenant_id, Override(stored_bytes=2_000, commands_per_day=0))
    async with bounded(QuotaSettings(stored_bytes=1_000, commands_per_day=1, open_exports=1)) as client:
        stored = [(await upload(client, one, 1_500)).status_code for one in (partnership, neighbour)]
        given = [[await ordered(client, one) for _ in range(3)] for one in (partnership, neighbour)]

    assert stored == [201, 413]
    assert given == [[201, 201, 201], [201, 429, 429]]


async def _signed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs that a pack can be made of."""

    async def caught_up(*_: Any) -> bool:
        return True

    make_tables(settings.database)
    monkeypatch.setattr(packs, "caught_up", caught_up)
    await sign(settings)

"""How an allowance is divided: what one process does with a store that counts for all."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import asyncpg

from infra.access.rates import PERIOD, Exceeded, Rates, RateSettings


class Store:
    """Counts as access.take() does, with a clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0
        self.taken: dict[bytes, int] = {}
        self.asked = 0
        self.broken = False

    async def fetchrow(self, _: str, key: bytes, period: timedelta, wanted: int, allowed: int) -> dict[str, Any]:
        self.asked += 1
        if self.broken:
            raise asyncpg.InterfaceError("the line is cut")
        before = self.taken.get(key, 0)
        given = max(min(wanted, allowed - before), 0)
        self.taken[key] = before + given
        await asyncio.sleep(0)
        return {"given": given, "remaining": period - timedelta(seconds=self.now % period.total_seconds())}

    def next_minute(self) -> None:
        self.now += PERIOD.total_seconds()
        self.taken.clear()

    def process(self) -> Rates:
        return Rates(cast("asyncpg.Pool[Any]", self), b"k", RateSettings(), clock=lambda: self.now)


async def served(rates: Rates, times: int, allowed: int, *, whose: str = "a", amount: int = 1) -> int:
    """How many of so many requests at once are let through."""
    found = await asyncio.gather(*(rates.take("account", whose, allowed, amount) for _ in range(times)))
    return found.count(None)


async def test_exactly_the_allowance_is_given_also_to_many_at_once() -> None:
    for allowed in (1, 7, 20, 100, 1_000):
        store = Store()
        assert await served(store.process(), allowed + 50, allowed) == allowed


async def test_several_processes_never_give_more_than_the_allowance_together() -> None:
    store = Store()
    processes = [store.process() for _ in range(4)]

    given = sum(await asyncio.gather(*(served(one, 60, 100) for one in processes)))

    assert 100 - 3 * (100 // 20) <= given <= 100


async def test_the_control_of_sharing_processes_that_count_for_themselves_give_it_several_times() -> None:
    assert sum([await served(Store().process(), 60, 50) for _ in range(4)]) == 200


async def test_each_has_an_allowance_of_its_own() -> None:
    rates = Store().process()

    assert await served(rates, 30, 20, whose="a") == 20
    assert await served(rates, 30, 20, whose="b") == 20


async def test_the_store_is_asked_once_for_a_twentieth_and_not_at_all_when_there_is_nothing_left() -> None:
    store = Store()
    rates = store.process()

    for _ in range(1_000):
        assert await rates.take("account", "a", 1_000) is None
    assert store.asked == 20
    for _ in range(1_000):
        assert await rates.take("account", "a", 1_000) is not None
    assert store.asked == 21


async def test_whoever_has_had_enough_is_told_how_long_to_wait_and_the_first_time_is_known() -> None:
    store = Store()
    rates = store.process()
    store.now = 45.0
    assert await rates.take("account", "a", 1) is None

    assert await rates.take("account", "a", 1) == Exceeded(15, first=True)
    assert await rates.take("account", "a", 1) == Exceeded(15, first=False)
    store.next_minute()
    assert await rates.take("account", "a", 1) is None
    assert await rates.take("account", "a", 1) == Exceeded(15, first=True)


async def test_what_costs_much_leaves_what_is_left_for_what_costs_little() -> None:
    rates = Store().process()

    assert await served(rates, 3, 100, amount=40) == 2
    assert await served(rates, 30, 100, amount=1) == 20


async def test_an_allowance_that_is_raised_is_given_at_once_and_what_was_not_needed_again() -> None:
    rates = Store().process()
    assert await served(rates, 5, 3) == 3

    assert await served(rates, 9, 5) == 2
    rates.give_back("account", "a", 2)
    assert await served(rates, 9, 5) == 2


async def test_nothing_is_counted_without_a_limit() -> None:
    store = Store()

    assert await served(store.process(), 100, 0) == 100
    assert store.asked == 0


async def test_without_the_store_each_process_gives_the_allowance_by_itself() -> None:
    store = Store()
    store.broken = True
    rates = store.process()

    assert await served(rates, 30, 20) == 20
    store.next_minute()
    assert await served(rates, 30, 20) == 20

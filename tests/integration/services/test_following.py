"""An import that is followed as it goes, on the request that brings it in."""

import asyncio
import uuid
from typing import Any

import httpx
import msgspec
import pytest

from infra.settings import DatabaseSettings
from services.api import following
from services.api.following import STEPS_MAX, events, is_wanted
from services.batching import Progress
from tests.integration.infra.log.logs import rows_of
from tests.integration.services.conftest import Partnership
from tests.integration.services.test_tables import HEADING, ROWS, send
from tests.unit.services.tables.making import csv_of

EVENTS = {"accept": "text/event-stream"}
MANY = [(f"E-{number}", "2024-04-01", "PASI", "", "1 200") for number in range(250)]


def told(content: bytes) -> list[tuple[str, Any]]:
    """Events by name, with their data."""
    found = []
    for event in content.decode().removesuffix("\n\n").split("\n\n"):
        name, data = event.split("\n")
        found.append((name.removeprefix("event: "), msgspec.json.decode(data.removeprefix("data: "))))
    return found


async def test_progress_is_told_and_the_last_event_is_what_the_plain_request_is_answered(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    key, content = str(uuid.uuid4()), csv_of(HEADING, *MANY)

    followed = await send(client, partnership, content, key=key, headers=EVENTS)
    plain = await send(client, partnership, content, key=key)

    assert (followed.status_code, followed.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    *progress, (name, answer) = told(followed.content)
    assert {one for one, _ in progress} == {"progress"}
    assert [data["done"] for _, data in progress] == [*range(3, 250, 3), 250]
    assert {data["total"] for _, data in progress} == {250}
    assert len(progress) <= STEPS_MAX
    assert (name, answer) == ("answer", plain.json() | {"replayed": False})
    assert (answer["first_position"], answer["position"]) == (2, 251)


async def test_what_is_known_is_answered_at_once(client: httpx.AsyncClient, partnership: Partnership) -> None:
    key, content = str(uuid.uuid4()), csv_of(HEADING, *ROWS)
    first = await send(client, partnership, content, key=key)

    again = await send(client, partnership, content, key=key, headers=EVENTS)

    assert told(again.content) == [("answer", first.json() | {"replayed": True})]


async def test_a_refused_table_ends_in_the_problem_and_nothing_is_written(
    client: httpx.AsyncClient, partnership: Partnership, database: DatabaseSettings
) -> None:
    await send(client, partnership, csv_of(HEADING, *ROWS))
    before = rows_of(database, partnership.tenant_id)
    correlated = {"x-correlation-id": str(uuid.uuid4())}

    followed = await send(client, partnership, csv_of(HEADING, *ROWS[:1]), headers=EVENTS | correlated)
    plain = await send(client, partnership, csv_of(HEADING, *ROWS[:1]), headers=correlated)

    (*_, (name, problem)) = told(followed.content)
    assert (plain.status_code, plain.json()["errors"][0]["path"]) == (422, "CSV!2")
    assert (name, problem) == ("problem", plain.json())
    assert rows_of(database, partnership.tenant_id) == before


async def test_what_is_refused_before_a_row_is_read_is_answered_as_ever(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership
) -> None:
    wrong = await send(client, partnership, csv_of(HEADING, *ROWS), token=neighbour.token, headers=EVENTS)
    unread = await send(client, partnership, csv_of(HEADING, ("", "", "", "", "beaucoup")), headers=EVENTS)

    assert (wrong.status_code, wrong.json()["code"]) == (404, "body_unknown")
    assert (unread.status_code, unread.headers["content-type"]) == (422, "application/problem+json")


async def test_who_stops_listening_does_not_stop_the_import() -> None:
    """The first event is read and no more; the work ends all the same."""
    go, ended = asyncio.Event(), asyncio.Event()

    async def work(tell: Progress) -> msgspec.Struct:
        tell(1, 2)
        await go.wait()
        tell(2, 2)
        ended.set()
        return following.Advance(done=2, total=2)

    stream = events(work, "correlation")
    first = await anext(stream)
    await stream.aclose()
    go.set()

    await asyncio.wait_for(ended.wait(), 60)
    assert first == b'event: progress\ndata: {"done":1,"total":2}\n\n'


async def test_a_mistake_of_ours_ends_the_stream_without_an_outcome() -> None:
    async def work(_: Progress) -> msgspec.Struct:
        raise RuntimeError("nobody foresaw it")

    with pytest.raises(RuntimeError, match="nobody foresaw it"):
        [event async for event in events(work, "correlation")]


@pytest.mark.parametrize(
    "accept", ["text/event-stream", "application/json, Text/Event-Stream;q=0.9", "application/json", "*/*", ""]
)
def test_events_are_for_those_who_ask_for_them(accept: str) -> None:
    assert is_wanted(accept) == ("event-stream" in accept.lower())

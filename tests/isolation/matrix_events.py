"""Signs of change: a subscription of somebody, followed over the whole application event by event."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

import msgspec

from tests.isolation.matrix_world import OWN, World
from tests.isolation.standing import Standing, Who

OF_THE_BODY: Final = f'subscription {{ partnershipChanged(slug: "{OWN}") {{ number }} }}'
OF_THE_REGISTER: Final = "subscription { nationalViewChanged(view: REGISTER) { number } }"
_SECONDS_MAX: Final = 60


class Followed:
    """One subscription. `None` stands for its end."""

    def __init__(self, world: World, text: str, headers: dict[str, str]) -> None:
        self.status = 0
        self._sent: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._left = asyncio.Event()
        self._body = [msgspec.json.encode({"query": text})]
        sent = {
            "host": "testserver.local",
            "accept": "text/event-stream",
            "content-type": "application/json",
            "x-forwarded-for": "matrix",
        }
        scope: Any = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "root_path": "",
            "scheme": "https",
            "http_version": "1.1",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in (sent | headers).items()],
            "client": ("127.0.0.1", 1),
            "server": ("testserver.local", 443),
            "state": {},
            "extensions": {},
        }
        self._task = asyncio.create_task(self._run(world.app(scope, self._receive, self._send)))

    async def _run(self, answering: Any) -> None:
        try:
            await answering
        finally:
            self._sent.put_nowait(None)

    async def _receive(self) -> Any:
        if self._body:
            return {"type": "http.request", "body": self._body.pop(), "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["body"] != b":\n\n":  # a sign of life and of nothing else
            await self._sent.put(message["body"])

    async def next(self) -> bytes | None:
        """The next event, or the body of a refusal."""
        async with asyncio.timeout(_SECONDS_MAX):
            return await self._sent.get()

    async def number(self) -> int | None:
        """The number of the next sign; None: there is none any more."""
        event = await self.next()
        if event is None or event.startswith(b"event: complete"):
            return None
        ((_, change),) = msgspec.json.decode(event.partition(b"data: ")[2])["data"].items()
        return int(change["number"])

    def told(self) -> int:
        """How many events wait to be asked for."""
        return self._sent.qsize()

    async def leave(self) -> None:
        """Listen no more."""
        self._left.set()
        async with asyncio.timeout(_SECONDS_MAX):
            await self._task


@asynccontextmanager
async def following(world: World, text: str, headers: dict[str, str]) -> AsyncIterator[Followed]:
    """A subscription that ends with the block."""
    followed = Followed(world, text, headers)
    try:
        yield followed
    finally:
        await followed.leave()


async def try_signs(world: World, who: Who) -> list[str]:
    """Where signs are not given to everybody whose claim is good: they tell of what the reader may see."""
    headers = {} if who.role is None else {"authorization": f"Bearer {await world.token(who)}"}
    against = []
    for text in (OF_THE_BODY, OF_THE_REGISTER):
        async with following(world, text, headers) as followed:
            event = await followed.next()
            if who.standing is Standing.EXPIRED:
                right = followed.status == HTTPStatus.UNAUTHORIZED
            else:
                right = followed.status == HTTPStatus.OK and (event or b"").startswith(b"event: next")
        if not right:
            against.append(f"{text}, {who}: {followed.status}")
    return against

"""The load of `http.append`, in a process of its own: `python -m benchmarks.http_load`.

Reads a `Plan` as one JSON line; then, for each line with a number of seconds, posts for so long and answers with a
`Report` line. The client is raw on purpose, one write and one short parse per request: it must not be the limit.
"""

import asyncio
import sys
import time
import uuid
from collections import Counter
from itertools import cycle

import msgspec

_LENGTH = b"\r\ncontent-length:"


class Target(msgspec.Struct, frozen=True):
    """A request apart from its key and the number in its body."""

    path: str
    token: str
    body: str
    """JSON; `@` stands where the n-th request's own word comes."""
    words: tuple[str, ...]


class Plan(msgspec.Struct, frozen=True):
    host: str
    port: int
    clients: tuple[tuple[Target, ...], ...]
    """What each client posts in turn."""


class Report(msgspec.Struct, frozen=True):
    accepted: int
    seconds: float
    cpu_seconds: float
    statuses: dict[str, int]
    sample: str
    """The last answer that was not a success."""


class _Client(asyncio.Protocol):
    """One keep-alive connection that posts, waits for the whole answer, and posts again."""

    def __init__(self, targets: tuple[Target, ...], host: str) -> None:
        self._targets = cycle(
            [
                (
                    (
                        f"POST {target.path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {target.token}\r\n"
                        "Content-Type: application/json\r\nAccept: application/json\r\n"
                    ),
                    target.body.split("@"),
                    cycle(target.words),
                )
                for target in targets
            ]
        )
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._ends_at = 0.0
        self._finished: asyncio.Future[None] | None = None
        self.statuses: Counter[str] = Counter()
        self.refused = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def run(self, ends_at: float) -> "asyncio.Future[None]":
        """Post until then; done when the last answer is there."""
        self._ends_at = ends_at
        self._finished = asyncio.get_running_loop().create_future()
        self._post()
        return self._finished

    @property
    def lost(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        head_end = received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = bytes(received[:head_end]).lower()
        at = head.find(_LENGTH)
        if at < 0:
            self.connection_lost(ValueError("an answer without a length"))
            return
        length = int(head[at + len(_LENGTH) :].partition(b"\r\n")[0])
        if len(received) < head_end + 4 + length:
            return
        status = head[9:12].decode()
        self.statuses[status] += 1
        if not status.startswith("2"):
            self.refused = bytes(received).decode(errors="replace")
        received.clear()
        if time.perf_counter() < self._ends_at:
            self._post()
        elif self._finished is not None:
            self._finished.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._finished is not None and not self._finished.done():
            self._finished.set_exception(exc or ConnectionError("the server closed the connection"))

    def _post(self) -> None:
        head, parts, words = next(self._targets)
        body = next(words).join(parts)
        assert self._transport is not None
        self._transport.write(
            f"{head}Idempotency-Key: {uuid.uuid4()}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )


async def _main() -> None:
    loop = asyncio.get_running_loop()
    plan = msgspec.json.decode(await asyncio.to_thread(sys.stdin.readline), type=Plan)
    clients = [_Client(targets, f"{plan.host}:{plan.port}") for targets in plan.clients]
    while line := await asyncio.to_thread(sys.stdin.readline):
        seconds = float(line)
        for client in clients:
            client.statuses.clear()
            if client.lost:  # the server may end idle connections between two rounds
                await loop.create_connection(lambda client=client: client, plan.host, plan.port)  # type: ignore[misc]
        began, cpu_began = time.perf_counter(), time.process_time()
        await asyncio.gather(*(client.run(began + seconds) for client in clients))
        took, cpu_took = time.perf_counter() - began, time.process_time() - cpu_began
        statuses: Counter[str] = Counter()
        for client in clients:
            statuses += client.statuses
        accepted = sum(count for status, count in statuses.items() if status.startswith("2"))
        sample = next((client.refused for client in clients if client.refused), "")
        report = Report(accepted, took, cpu_took, dict(statuses), sample)
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_main())

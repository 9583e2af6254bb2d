"""Asks the application in its own process, and looks for markers in everything that comes out."""

import asyncio
import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import unquote
from uuid import UUID

from litestar.types import ASGIApp

from tests.isolation.canaries.marking import ID_MARK, MARK

_ID: Final = re.compile(f"{ID_MARK}-[0-9a-f-]{{22}}".encode(), re.IGNORECASE)
_ID_BYTES: Final = re.escape(bytes.fromhex(ID_MARK.replace("-", "")))
_MARKED: Final = re.compile(f"{MARK}|{ID_MARK}|".encode() + _ID_BYTES, re.IGNORECASE)
_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_STREAM_SECONDS: Final = 0.05
_CONTEXT: Final = 80


@dataclass(frozen=True)
class Request:
    kind: str
    """What it is counted under."""
    method: str
    path: str
    """With its query string."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def sent(self) -> bytes:
        """Everything of it in one piece, as plain text."""
        return b"\n".join(
            (unquote(self.path).encode(), *(value.encode() for value in self.headers.values()), self.body)
        )


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: bytes) -> str:
        return next((value.decode("latin-1") for given, value in self.headers if given.lower() == name), "")


class Application:
    """The application while it runs, asked without a network."""

    def __init__(self, app: ASGIApp) -> None:
        self._app: Any = app
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        self._task = asyncio.create_task(self._app(scope, self._inbox.get, self._outbox.put))
        await self._inbox.put({"type": "lifespan.startup"})
        started = await self._outbox.get()
        assert started["type"] == "lifespan.startup.complete", started
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        await self._inbox.put({"type": "lifespan.shutdown"})
        await self._outbox.get()
        await self._task

    async def ask(self, request: Request) -> Answer:
        """One exchange. A stream of events is left when nothing more comes of it."""
        path, _, query = request.path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "https",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (name.lower().encode(), value.encode("latin-1")) for name, value in request.headers.items()
            ],
            "client": ("127.0.0.1", 50_000),
            "server": ("testserver.local", 443),
            "state": {},
            "extensions": {},
        }
        sent: list[dict[str, Any]] = []
        given = False

        async def receive() -> dict[str, Any]:
            nonlocal given
            if not given:
                given = True
                return {"type": "http.request", "body": request.body, "more_body": False}
            await asyncio.sleep(_STREAM_SECONDS)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        await self._app(scope, receive, send)
        start = next((one for one in sent if one["type"] == "http.response.start"), None)
        assert start is not None, f"no answer to {request.method} {request.path}"
        body = b"".join(one.get("body", b"") for one in sent if one["type"] == "http.response.body")
        return Answer(start["status"], tuple(start["headers"]), body)


def found(request: Request, answer: Answer, bait: Collection[UUID] = ()) -> Iterator[str]:
    """Where an answer holds a marker. An id that the reader sent itself is none, and no bait is."""
    own = set(_ID.findall(request.sent()))
    own |= {form for id_ in bait for form in (str(id_).encode(), id_.bytes)}
    for where, content in (("header", b"\n".join(b": ".join(one) for one in answer.headers)), *_parts(answer)):
        if not _MARKED.search(content):
            continue
        told = content
        for id_ in own:
            told = told.replace(id_, b"")
        yield from (f"{where}: {place}" for place in marked_in(told))


def marked_in(content: bytes) -> Iterator[str]:
    for match in _MARKED.finditer(content):
        start, end = max(0, match.start() - _CONTEXT), match.end() + _CONTEXT
        yield content[start:end].decode(errors="replace")
        return  # one is enough


def _parts(answer: Answer) -> Iterator[tuple[str, bytes]]:
    """What is in a body: files inside an archive unpacked, folded lines unfolded."""
    yield "body", answer.body
    if answer.body.startswith(b"PK"):
        yield from unpacked(answer.body)
    elif answer.header(b"content-type").startswith("text/calendar"):
        yield "calendar", _FOLD.sub(b"", answer.body)


def unpacked(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        for name in files.namelist():
            content = files.read(name)
            yield name, content
            if content.startswith(b"PK"):
                yield from unpacked(content)


def letters(directory: Path) -> Iterator[tuple[str, bytes]]:
    """To whom each message in a mail directory goes, and its headers and text as they are read."""
    for file in sorted(directory.glob("*.eml")):
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        text = message.get_content()
        lines = [f"{name}: {value}" for name, value in message.items() if name != "To"]
        yield str(message["To"]), "\n".join([*lines, text]).encode()

"""The server of `graphql.*`, in a process of its own: the product, and the bare handler that it is held against.

`POST /bare` with an operation says what is to be run; with an empty object it runs it. `/open` runs it outside of
any transaction, as the tables' administrator: what a handler without tenants would do.
"""

import asyncio
import os
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from graphql.execution.values import VariableValues, get_variable_values

from domain.ids import TenantId
from infra.environment import load_settings
from infra.settings import DatabaseSettings, Role
from readapi import asof
from readapi.compiler.plans import Bound, Compiler
from readapi.compiler.slugs import Slugs
from readapi.endpoint import ReadSettings
from readapi.ports import ReadDatabase
from readapi.prepared import Documents
from readapi.reading import UNKEYED
from readapi.schema import schema
from readapi.viewer import ANONYMOUS, Viewer
from services.api.app import create_app
from services.api.readiness import checks
from services.api.reads import Reads, read_api
from services.journal import configure_journal

_BEGIN: Final = "BEGIN READ ONLY; SET LOCAL statement_timeout = 3000"
_ENTER: Final = (
    "SELECT concat_ws(',', nullif(current_setting('app.tenant', true), ''),"
    " nullif(current_setting('app.reader', true), '')), set_config('app.reader', $1, true)"
)
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
_HEADERS: Final = (b"content-type", b"application/json")


class Bare:
    """As little as can be: no routing, no negotiation, no GraphQL."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._pools: dict[str, asyncpg.Pool[Any]] = {}
        self._bound: Bound | None = None
        self._reader = _NOBODY

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if body != b"{}":
            operation = msgspec.json.decode(body)
            self._reader = operation.get("reader") or _NOBODY
            self._bound = await _compiled(operation)
            content = b"{}"
        else:
            assert self._bound is not None
            run = self._open if scope["path"] == "/open" else self._scoped
            data: str = await run(self._bound)
            content = b'{"data":' + data.encode() + b"}"
        headers = [_HEADERS, (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _scoped(self, bound: Bound) -> str:
        pool = await self._pool(self._settings.dsn(Role.NATIONAL_READER))
        async with pool.acquire() as connection:
            await connection.execute(_BEGIN)
            await connection.fetchval(_ENTER, self._reader)
            data: str = await connection.fetchval(bound.plan.sql, *bound.parameters)
            await connection.execute("ROLLBACK")
            return data

    async def _open(self, bound: Bound) -> str:
        pool = await self._pool(self._settings.admin_dsn)
        async with pool.acquire() as connection:
            data: str = await connection.fetchval(bound.plan.sql, *bound.parameters)
            return data

    async def _pool(self, dsn: str) -> "asyncpg.Pool[Any]":
        if dsn not in self._pools:
            self._pools[dsn] = await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=4,
                reset=_leave_as_it_is,
                max_cacheable_statement_size=0,
                server_settings={"jit": "off"},
            )
        return self._pools[dsn]


async def _leave_as_it_is(_: Any) -> None:
    return None


async def _compiled(operation: dict[str, Any]) -> Bound:
    core = schema._schema  # noqa: SLF001 - strawberry gives it no other name
    prepared = Documents(core).prepare(operation["query"])
    (node,) = prepared.operations
    variables = get_variable_values(core, node.variable_definitions or (), operation.get("variables") or {})
    assert isinstance(variables, VariableValues)
    database: ReadDatabase = Reads()  # never asked: the public has no scope to look up
    now = asof.today(ReadSettings().clock())
    reader = operation.get("reader")
    viewer = ANONYMOUS if reader is None else Viewer(tenant_id=TenantId(UUID(reader)), role="funder_analyst")
    bound = await Compiler(core, Slugs(database), UNKEYED).bound(prepared, node, variables, viewer, now)
    if bound is None:
        raise AssertionError("the operation is not compiled")
    return bound


async def _main() -> None:
    configure_journal()
    settings = load_settings(os.environ)
    mounts, lifespans = read_api(settings)
    product = create_app(settings, checks=checks, mounts=mounts, lifespans=lifespans)
    bare = Bare(settings.database)

    async def both(scope: Any, receive: Any, send: Any) -> None:
        is_bare = scope["type"] == "http" and scope["path"] in ("/bare", "/open")
        await (bare if is_bare else product)(scope, receive, send)

    server = Server(
        both,
        address=settings.web.host,
        port=settings.web.port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.error,
    )
    await server.serve()


if __name__ == "__main__":
    asyncio.run(_main())

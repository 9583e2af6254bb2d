"""Signs that something has changed, for readers who want to ask again at the right moment.

A sign says that what this reader may see is not what it was, and nothing else: not what changed, nor whether
anything happened that the reader may not see. Whose token, session or membership ends gets no further one.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

import strawberry
from sqlalchemy import BigInteger, Table, Text, Uuid, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from projections.agreement_cells import AGREEMENT_CELL
from projections.body import REGISTRY
from projections.registry import PROJECTIONS
from readapi import operational, sight
from readapi.compiler.slugs import Slugs
from readapi.ports import ReadDatabase
from readapi.viewer import Viewer

_AFTER_SECONDS: Final = (0.3, 1.0, 3.0)
"""When to look after a log has grown: its read models follow a little later."""
_WAIT_SECONDS: Final = 30.0
_SHARED_SECONDS: Final = 0.25
"""For so long one look serves all who follow the same."""
_OF_MEMBER: Final = (
    "SELECT concat_ws(' ', count(*), sum(position), max(updated_at)) FROM rm.cursor"
    " WHERE build = '' AND tenant_id = $1::uuid"
)
_DIALECT: Final = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
_OF_A_BODY: Final = tuple(
    table
    for projection in PROJECTIONS
    for table in projection.tables
    if "audience" in table.c and table.schema in ("rm", "national")
)


@strawberry.enum(description="A national view that can be followed.")
class NationalView(StrEnum):
    REGISTER = "register"
    AGREEMENT_MATRIX = "agreement_matrix"


_READ_BY: Final[dict[NationalView, tuple[Table, ...]]] = {
    NationalView.REGISTER: (REGISTRY,),
    NationalView.AGREEMENT_MATRIX: (REGISTRY, AGREEMENT_CELL),
}


@strawberry.type(description="A sign that what is followed is not what it was. Ask again to learn what it is.")
class Change:
    number: int = strawberry.field(
        description="Counts the signs of one subscription. Number 1 comes at once: from now on it is followed."
    )


Still = Callable[[], Awaitable[bool]]
"""Whether whoever began to follow is still who they were then."""
F = TypeVar("F", bound=Callable[..., Any])


def followed(description: str) -> Callable[[F], F]:
    """A resolver that gives signs of change."""
    field: Callable[[F], F] = strawberry.subscription(description=description)
    return field


class Following:
    """What the resolvers of one subscription get as context."""

    def __init__(self, states: "States", viewer: Viewer, still: Still) -> None:
        self.states = states
        self.viewer = viewer
        self.still = still


FollowInfo = strawberry.Info[Following, None]


@strawberry.type(description="Signs of change, as server-sent events: ask with `Accept: text/event-stream`.")
class Subscription:
    @followed("What the reader may see of a body has changed.")
    async def partnership_changed(
        self, info: FollowInfo, slug: Annotated[str, strawberry.argument(description="Any slug of the body.")]
    ) -> AsyncGenerator[Change, None]:
        following: Following = info.context
        body = await following.states.slugs.body(slug)
        async for change in following.states.of(following.viewer, following.still, body=body):
            yield change

    @followed("What the reader may see in a national view has changed.")
    async def national_view_changed(
        self, info: FollowInfo, view: Annotated[NationalView, strawberry.argument(description="Which view.")]
    ) -> AsyncGenerator[Change, None]:
        following: Following = info.context
        async for change in following.states.of(following.viewer, following.still, view=view):
            yield change


class States:
    """Looks at what is followed, once for all who follow the same with the same rights."""

    def __init__(self, database: ReadDatabase, slugs: Slugs) -> None:
        self.slugs = slugs
        self._database = database
        self._looks: dict[tuple[object, ...], tuple[float, asyncio.Task[str]]] = {}

    async def of(
        self, viewer: Viewer, still: Still, *, body: TenantId | None = None, view: NationalView | None = None
    ) -> AsyncGenerator[Change, None]:
        """A change at once, then one each time that the state is another. Nothing more of a body that is none.

        Before each, and after every half minute without one, it is asked whether the viewer is still who it was.
        """
        number, state = 1, await self.state(viewer, body=body, view=view)
        yield Change(number=number)
        while True:
            await self._database.grew(_WAIT_SECONDS)
            found = state
            for seconds in _AFTER_SECONDS:
                await asyncio.sleep(seconds)
                found = await self.state(viewer, body=body, view=view)
                if found != state:
                    break
            if not await still():
                return
            if found != state:
                number, state = number + 1, found
                yield Change(number=number)

    async def state(
        self, viewer: Viewer, *, body: TenantId | None = None, view: NationalView | None = None
    ) -> str:
        """Two states are equal as long as the viewer sees the same.

        Raises:
            StatementTimeoutError: it took too long to look.
            DatabaseBusyError: the database cannot be reached.
        """
        is_member = body is not None and viewer.belongs_to(body)
        key = (body, view, is_member, viewer.grantee)
        known = self._looks.get(key)
        now = time.monotonic()
        if known is None or now - known[0] > _SHARED_SECONDS:
            self._forget(now)
            look = asyncio.create_task(self._look(viewer, body, view, is_member=is_member))
            known = self._looks[key] = (now, look)
        return await asyncio.shield(known[1])

    async def _look(
        self, viewer: Viewer, body: TenantId | None, view: NationalView | None, *, is_member: bool
    ) -> str:
        if is_member:
            return str(
                await operational.value(self._database, _OF_MEMBER, [body], member=body, reader=viewer.grantee)
            )
        tables = _OF_A_BODY if view is None else _READ_BY[view]
        sql, parameters = _seen(tables, viewer.grantee, body if view is None else None, one_body=view is None)
        return str(await operational.value(self._database, sql, parameters, member=None, reader=viewer.grantee))

    def _forget(self, now: float) -> None:
        for key, (at, look) in list(self._looks.items()):
            if now - at > _SHARED_SECONDS and look.done():
                del self._looks[key]


def _seen(
    tables: Sequence[Table], reader: TenantId | None, body: TenantId | None, *, one_body: bool
) -> tuple[str, list[Any]]:
    """A statement whose value changes with any row that the reader may see."""
    parts: list[ColumnElement[Any]] = []
    of = bindparam("body", body, type_=Uuid)
    granted = None if reader is None else bindparam("reader", reader, type_=Uuid)
    for place, table in enumerate(tables):
        row = table.alias(f"t{place}")
        whole = func.hashtextextended(cast(literal_column(row.name), Text), cast(literal_column("0"), BigInteger))
        counted = select(func.concat(func.count(), literal_column("':'"), func.sum(whole))).where(
            sight.visible(row, table.schema, None, drafts=False, reader=granted)
        )
        if one_body:
            counted = counted.where(row.c.tenant_id == of)
        parts.append(counted.scalar_subquery())
    compiled = select(func.concat_ws(literal_column("'|'"), *parts)).compile(dialect=_DIALECT)
    return str(compiled), [compiled.params[name] for name in compiled.positiontup or ()]

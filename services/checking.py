"""What a check of a read model is given: one version of one stream, and the read models as known at it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.facts import Dated
from domain.ids import StreamId, TenantId
from projections.query import AsOf, Query, fetch, fetch_one

Facts = Mapping[str, Any]
END_OF_TIME: Final = date(9999, 12, 30)
"""States know the facts that hold last; this is the day on which the read models say the same."""

_EVENT: Final = Table(
    "event",
    MetaData(),
    Column("tenant_id", Uuid),
    Column("stream_id", Uuid),
    Column("version", Integer),
    Column("position", BigInteger),
    Column("type", Text),
    schema="log",
)


class Version:
    """One version of one stream, and the read models as known at its position."""

    def __init__(
        self, connection: AsyncConnection, tenant_id: TenantId, stream_id: StreamId, version: int
    ) -> None:
        self.connection = connection
        self.tenant_id = tenant_id
        self.stream_id = stream_id
        self.version = version
        self.position = 0
        self.type = ""
        self.is_last = False

    async def find(self) -> None:
        of_stream = (_EVENT.c.tenant_id == self.tenant_id, _EVENT.c.stream_id == self.stream_id)
        last = select(func.max(_EVENT.c.version)).where(*of_stream).scalar_subquery()
        row = await self.connection.execute(
            select(_EVENT.c.position, _EVENT.c.type, last).where(*of_stream, _EVENT.c.version == self.version)
        )
        self.position, self.type, latest = row.one()
        self.is_last = latest == self.version

    @property
    def as_of(self) -> AsOf:
        return AsOf(on=END_OF_TIME, known=self.position)

    async def one(self, query: Query[Any]) -> Any:
        """The first row; none at all reads as an empty one, which no state equals."""
        return await fetch_one(self.connection, query)

    async def all(self, query: Query[Any]) -> list[Any]:
        return await fetch(self.connection, query)


def known(dated: Dated[Any] | None) -> Any:
    return None if dated is None else dated.value


Check = Callable[[Version, Any], Awaitable[tuple[Facts, Facts]]]
"""Answers what the read models say and what the state has, by fact."""

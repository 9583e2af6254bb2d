"""What the read API needs of a database: a transaction in one of two scopes."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import TenantId


class ReadDatabase(Protocol):
    """Row-level security is set on every connection that comes out of here."""

    def member(self, body: TenantId) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction over the rows of one body, as its member (role `entente_app`)."""
        ...

    def national(self, reader: TenantId | None) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction over public rows and what `reader` was granted (role `entente_national_reader`)."""
        ...

    async def value(
        self, sql: str, parameters: Sequence[Any], *, member: TenantId | None, reader: TenantId | None
    ) -> Any:
        """The one value of one statement, in a read-only transaction of its own in the scope of one of the two.

        It is the scope of `member` where there is one, else the national reader's. Errors are asyncpg's.
        """
        ...

    async def grew(self, timeout_seconds: float) -> None:
        """Return when some log has grown, or after the time."""
        ...

"""What the read API needs of a database: a transaction in one of two scopes."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

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

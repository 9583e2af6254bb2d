"""What projections need of a database: one transaction of one tenant at a time, and their cursors."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import Table

from domain.ids import TenantId
from projections.core import Changes, Layout
from projections.published_part import Changed, Key, Known

LIVE: Final = ""
"""The build that is read; another build's tables carry its name as suffix."""


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """Why a projection of a tenant does not go on."""

    type: str
    """The kind of error."""
    reason: str
    position: int
    """Of the event that could not be taken."""


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """How far one projection of one tenant is."""

    projection: str
    build: str
    tenant_id: TenantId
    position: int
    stop: Stop | None = None
    updated_at: datetime | None = None


class WriteRefusedError(Exception):
    """The database refuses the rows themselves: trying again cannot help."""


class Cursors(Protocol):
    """Reads how far projections are."""

    async def cursors(
        self, build: str = LIVE, *, projections: Collection[str] | None = None, tenant_id: TenantId | None = None
    ) -> Sequence[Cursor]:
        """The cursors of a build. One that has never moved may be absent."""
        ...


class Sums(Protocol):
    """The sums of what is published, in the transaction that brings a body's part of them up to date."""

    async def hold(self) -> int | None:
        """The position up to which the body is in the sums, held to the end; None while another holds it."""
        ...

    async def target(self) -> int:
        """How far all rows of the body are that are summed."""
        ...

    async def changed(self, after: int, upto: int) -> Changed:
        """What a stretch of the body's log may have changed."""
        ...

    async def known(self, position: int, changed: Changed) -> Known:
        """What was public of that as known at a position."""
        ...

    async def add(self, table: Table, rows: Sequence[Key]) -> None:
        """Add differences to the sums, in the order in which they come."""
        ...

    async def reach(self, changed: Changed) -> None:
        """Raise the last days."""
        ...

    async def move(self, position: int) -> None:
        """Note how far the body is in the sums."""
        ...


class UnitOfWork(Protocol):
    """One open transaction, in the scope of one tenant. It commits when its context ends without an error."""

    async def lock(self, projections: Collection[str], build: str) -> Mapping[str, Cursor]:
        """The cursors, made where they are absent, held to the end. Those that another transaction holds lack."""
        ...

    async def load(self, layout: Layout, build: str, entity_ids: Collection[UUID]) -> Sequence[Sequence[Any]]:
        """The rows of these streams that the table's shape preloads, columns in the table's order."""
        ...

    async def write(self, layout: Layout, build: str, changes: Changes) -> None:
        """Write in bulk: deletions, changes, new rows.

        Raises:
            WriteRefusedError: a value or a key that the table does not take.
        """
        ...

    async def fill(self, layout: Layout, build: str, rows: Sequence[Sequence[Any]]) -> None:
        """Copy rows into a table of a build that nobody reads yet. Items beyond the columns are not looked at."""
        ...

    async def advance(self, build: str, positions: Mapping[str, int]) -> None:
        """Move locked cursors, by the names of their projections."""
        ...

    async def stop(self, projection: str, build: str, stop: Stop | None) -> None:
        """Note on a locked cursor why it does not go on, or with None that it may again."""
        ...

    def sums(self) -> Sums:
        """The sums of what is published."""
        ...

    async def dump(self, layout: Layout, build: str) -> Sequence[Sequence[Any]]:
        """Every row of the tenant in key order."""
        ...


class ReadModels(Cursors, Protocol):
    """The read models' database."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction in the scope of one tenant."""
        ...

    async def unsummed(self) -> Collection[TenantId]:
        """Bodies whose published rows are further than the sums, among all bodies."""
        ...

    async def distrust_sums(self) -> None:
        """Have nobody read the sums, until `unsummed` finds every body in them."""
        ...

    async def outdated(self, marks: Mapping[str, tuple[str, str]]) -> Collection[str]:
        """Of the projections (by name: a live table and the mark it should bear), those with another mark."""
        ...

"""Errors of the database that are nobody's fault: what took too long, and what cannot be had just now."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import asyncpg
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from domain.errors import Refusal
from domain.ids import TenantId
from readapi.ports import ReadDatabase
from readapi.refusals import DatabaseBusyError, StatementTimeoutError

_CANCELED: Final = "57014"
_LATER: Final = ("08", "25P03", "40", "53", "55P03", "57P")
"""The line was cut or never there; the transaction was ended for having waited, or for another's sake; too much is
going on; a lock was not to be had; the server goes down."""
_OF_LINES: Final = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_OF_POOLS: Final = (PoolTimeoutError, PendingRollbackError)


@contextmanager
def operational() -> Iterator[None]:
    """Say such errors as refusals, whether they are the driver's or SQLAlchemy's. Others pass.

    Raises:
        StatementTimeoutError: a statement ran too long.
        DatabaseBusyError: the database cannot be reached, or gave the transaction up.
    """
    try:
        yield
    except (*_OF_LINES, *_OF_POOLS) as error:
        raise DatabaseBusyError from error
    except asyncpg.PostgresError as error:
        refusal = _refusal(error.sqlstate)
        if refusal is None:
            raise
        raise refusal from error
    except DBAPIError as error:
        refusal = _refusal(getattr(error.orig, "sqlstate", None))
        if refusal is None and not error.connection_invalidated:
            raise
        raise refusal or DatabaseBusyError() from error


async def value(
    database: ReadDatabase,
    sql: str,
    parameters: Sequence[Any],
    *,
    member: TenantId | None,
    reader: TenantId | None,
) -> Any:
    """`ReadDatabase.value`, which raises as `operational`."""
    with operational():
        return await database.value(sql, parameters, member=member, reader=reader)


def _refusal(state: str | None) -> Refusal | None:
    if state == _CANCELED:
        return StatementTimeoutError()
    return DatabaseBusyError() if str(state).startswith(_LATER) else None

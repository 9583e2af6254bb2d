"""Running a plan, and what its errors are."""

from typing import Final

import asyncpg

from domain.errors import Refusal
from readapi.compiler.finishing import finished
from readapi.compiler.plans import Bound
from readapi.ports import ReadDatabase
from readapi.refusals import DatabaseBusyError, StatementTimeoutError
from readapi.shapes import AskExecutorError
from readapi.viewer import Viewer

_UNREACHABLE: Final = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_UNREACHABLE_STATES: Final = ("08", "53", "57P")


async def run(database: ReadDatabase, bound: Bound, viewer: Viewer) -> str | None:
    """The data as JSON text; None where it is for the executor after all: it words refusals, such as of too much.

    Raises:
        StatementTimeoutError: it ran too long.
        DatabaseBusyError: no connection was to be had.
    """
    try:
        data: str = await database.value(
            bound.plan.sql, bound.parameters, member=bound.member, reader=viewer.grantee
        )
    except asyncpg.DivisionByZeroError:
        return None
    except asyncpg.QueryCanceledError as error:
        raise StatementTimeoutError from error
    except asyncpg.PostgresError as error:
        if str(error.sqlstate).startswith(_UNREACHABLE_STATES):
            raise DatabaseBusyError from error
        raise
    except _UNREACHABLE as error:
        raise DatabaseBusyError from error
    if not bound.plan.finishes:
        return data
    try:
        return finished(data, bound.plan.finishes, bound.asked)
    except (Refusal, AskExecutorError):
        return None

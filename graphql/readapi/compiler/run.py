"""Running a plan."""

import asyncio
from typing import Final

import asyncpg

from domain.errors import Refusal
from readapi import operational
from readapi.compiler.finishing import finished
from readapi.compiler.plans import Bound
from readapi.ports import ReadDatabase
from readapi.shapes import AskExecutorError
from readapi.viewer import Viewer

LONG: Final = 200_000
"""Characters of rows that take some fifty milliseconds to finish; the figures of a whole country take seconds."""


async def run(database: ReadDatabase, bound: Bound, viewer: Viewer) -> str | None:
    """The data as JSON text; None where it is for the executor after all: it words refusals, such as of too much.

    Raises:
        StatementTimeoutError: it ran too long.
        DatabaseBusyError: the database cannot be reached.
    """
    sql, parameters = bound.plan.sql, bound.parameters
    try:
        data: str = await operational.value(database, sql, parameters, member=bound.member, reader=viewer.grantee)
    except asyncpg.DivisionByZeroError:
        return None
    if not bound.plan.finishes:
        return data
    try:
        if len(data) > LONG:  # others who ask this process are answered meanwhile
            return await asyncio.to_thread(finished, data, bound.plan.finishes, bound.asked)
        return finished(data, bound.plan.finishes, bound.asked)
    except (Refusal, AskExecutorError):
        return None

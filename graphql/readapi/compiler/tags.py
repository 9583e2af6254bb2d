"""What an answer was read from, as an entity tag: it changes when anything that the plan reads has moved on.

The state is asked for before the data. So a tag is never newer than its data, and what moves on between the two
costs a reader one answer too many, never one too few.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Table

import domain
import projections
import readapi
from projections.ddl import fingerprint
from projections.published import OF_SUMS
from projections.published import TABLES as SUMS
from projections.registry import PROJECTIONS
from readapi import operational
from readapi.compiler.plans import Bound
from readapi.ports import ReadDatabase
from readapi.viewer import Viewer

_STATE: Final = """SELECT concat_ws('|', rm.state_of($1::text[]), (
    SELECT string_agg(tenant_id || '/' || programme, ',' ORDER BY tenant_id, programme)
    FROM access.grant_now WHERE grantee = $2::uuid))"""
_OF_TABLE: Final[dict[Table, str]] = {
    table: projection.name for projection in PROJECTIONS for table in projection.tables
} | dict.fromkeys(SUMS, OF_SUMS)


async def tag_of(database: ReadDatabase, bound: Bound, viewer: Viewer, media: str) -> str:
    """The weak tag of what a plan would answer now, for this reader and in this media type.

    Raises:
        StatementTimeoutError: it took too long to ask for the state.
        DatabaseBusyError: the database cannot be reached.
    """
    projections = sorted({_OF_TABLE[table] for table in bound.plan.tables})
    state: str = await operational.value(
        database, _STATE, [projections, viewer.grantee], member=bound.member, reader=viewer.grantee
    )
    parts: list[Any] = [bound.plan.sql, bound.parameters, viewer.grantee, bound.member, media, state, _shapes()]
    if bound.plan.finishes:
        parts += [
            _program(),
            bound.asked.confidentiality.fingerprint,
            *(one.given(bound.asked) for one in bound.plan.finishes),
        ]
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def matches(if_none_match: str, tag: str) -> bool:
    """Whether a reader has it already; tags are compared weakly (RFC 9110, section 13.1.2)."""
    given = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return "*" in given or tag.removeprefix("W/") in given


@cache
def _program() -> str:
    """The code that values are made with: another release may make others of the same rows."""
    found = hashlib.sha256()
    for package in (domain, projections, readapi):
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


@cache
def _shapes() -> tuple[str, ...]:
    """Versions of the read models: a rebuild may say other things from the same events."""
    return tuple(fingerprint(projection) for projection in PROJECTIONS)

"""What a viewer may see of a table: the same as row-level security says, in our own words.

The executor gives ids, the compiler bound parameters: both take the rule from here.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import FromClause, Select, String, Uuid, and_, column, or_, select, table, true, tuple_
from sqlalchemy.sql.elements import ColumnElement

from domain.access import EVERY_PROGRAMME
from projections.grant_held import GRANT_HELD
from readapi.asof import Clock, held

_GRANT: Final = table(
    "grant_now", column("tenant_id", Uuid), column("grantee", Uuid), column("programme", String), schema="access"
)


def visible(
    source: FromClause,
    schema: str | None,
    scope: Any,
    *,
    drafts: bool,
    reader: Any,
    then: Sequence[ColumnElement[bool]] | None = None,
) -> ColumnElement[bool]:
    """The condition on the rows of a table that has an audience.

    Members see all of their body but the drafts of others; everybody else sees what is public and, in the
    national tables, what is for the funders whom a body has granted it.

    Args:
        source: the table or an alias of it.
        schema: the table's.
        scope: the body in whose member's scope the connection is; None is the national reader's.
        drafts: whether the viewer writes drafts.
        reader: the body that the viewer reads for, which others may have granted something; None is nobody.
        then: conditions on the grants of another moment, which must have opened what is for funders too.
    """
    if "tenant_id" not in source.c:
        return true()  # sums of what is public are nobody's own
    audience: ColumnElement[Any] = source.c.audience
    if scope is not None:
        own = source.c.tenant_id == scope
        return own if drafts else and_(own, audience != "draft")
    public = audience == "public"
    if reader is None or schema != "national":
        return public
    granted = _granted(source, reader)
    if then is not None:
        granted = and_(granted, _granted_then(source, reader, then))
    return or_(public, and_(audience == "funders", granted))


def granted_at(at: Clock) -> list[ColumnElement[bool]]:
    """Which grants were in force on a clock's day, as known at its moment."""
    return [GRANT_HELD.c.in_force, *held(GRANT_HELD, at)]


def granting_all(reader: Any, then: Sequence[ColumnElement[bool]] | None) -> Select[Any]:
    """The bodies that grant the reader every programme and, if there is a `then`, did so at that moment."""
    now = select(_GRANT.c.tenant_id).where(_GRANT.c.grantee == reader, _GRANT.c.programme == EVERY_PROGRAMME)
    return now if then is None else now.where(_GRANT.c.tenant_id.in_(_granting_all_then(reader, then)))


def _granting_all_then(reader: Any, then: Sequence[ColumnElement[bool]]) -> Select[Any]:
    given = GRANT_HELD.c
    return select(given.tenant_id).where(given.grantee == reader, given.programme_code == EVERY_PROGRAMME, *then)


def _granted_then(source: FromClause, reader: Any, then: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """The same of the grants of another moment."""
    given = GRANT_HELD.c
    of_every = source.c.tenant_id.in_(_granting_all_then(reader, then))
    if "programme_code" not in source.c:
        return of_every
    one = select(given.tenant_id, given.programme_code).where(given.grantee == reader, *then)
    return or_(of_every, tuple_(source.c.tenant_id, source.c.programme_code).in_(one))


def _granted(source: FromClause, reader: Any) -> ColumnElement[bool]:
    """Rows of bodies that granted the reader every programme, or the row's own."""
    every = source.c.tenant_id.in_(granting_all(reader, None))
    if "programme_code" not in source.c:
        return every
    one = select(_GRANT.c.tenant_id, _GRANT.c.programme).where(_GRANT.c.grantee == reader)
    return or_(every, tuple_(source.c.tenant_id, source.c.programme_code).in_(one))

"""What a viewer may see of a table: the same as row-level security says, in our own words.

The executor gives ids, the compiler bound parameters: both take the rule from here.
"""

from typing import Any, Final

from sqlalchemy import FromClause, String, Uuid, and_, column, or_, select, table, tuple_
from sqlalchemy.sql.elements import ColumnElement

from domain.access import EVERY_PROGRAMME

_GRANT: Final = table(
    "grant_now", column("tenant_id", Uuid), column("grantee", Uuid), column("programme", String), schema="access"
)


def visible(
    source: FromClause, schema: str | None, scope: Any, *, drafts: bool, reader: Any
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
    """
    audience: ColumnElement[Any] = source.c.audience
    if scope is not None:
        own = source.c.tenant_id == scope
        return own if drafts else and_(own, audience != "draft")
    public = audience == "public"
    if reader is None or schema != "national":
        return public
    return or_(public, and_(audience == "funders", _granted(source, reader)))


def _granted(source: FromClause, reader: Any) -> ColumnElement[bool]:
    """Rows of bodies that granted the reader every programme, or the row's own."""
    of_reader = select(_GRANT.c.tenant_id).where(_GRANT.c.grantee == reader)
    every = source.c.tenant_id.in_(of_reader.where(_GRANT.c.programme == EVERY_PROGRAMME))
    if "programme_code" not in source.c:
        return every
    one = select(_GRANT.c.tenant_id, _GRANT.c.programme).where(_GRANT.c.grantee == reader)
    return or_(every, tuple_(source.c.tenant_id, source.c.programme_code).in_(one))

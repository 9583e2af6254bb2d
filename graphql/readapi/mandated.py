"""Which records of a body an auditor reads: those of the kinds that the mandate names, and no others.

Every statement in the scope of a body passes here, whatever resolver made it: its FROM says what it reads.
"""

from functools import cache
from typing import Any, Final

from sqlalchemy import Select, Table
from sqlalchemy.sql import visitors

from domain.ids import TenantId
from projections.registry import PROJECTIONS
from readapi.refusals import OutsideMandateError
from readapi.viewer import Viewer

_EVERYBODY_S: Final = frozenset({"registry", "body"})
"""What is public of every body, and stands beside the other kinds in their read models."""


def check(viewer: Viewer, body: TenantId, statement: Select[Any]) -> None:
    """Let a statement in the scope of a body pass, or refuse it.

    Of several mandates on one body, what each of them opens is read, so that the kinds of one are never read on
    the days of another.

    Raises:
        OutsideMandateError: it reads records of a kind that is not opened.
    """
    if viewer.belongs_to(body):
        return
    mandates = viewer.mandates_on(body)
    needed = frozenset(
        kind for table in visitors.iterate(statement) if isinstance(table, Table) for kind in kinds_of(table)
    )
    if not mandates or any(mandate.records and not needed <= mandate.records for mandate in mandates):
        raise OutsideMandateError(records=", ".join(sorted(needed)))


@cache
def kinds_of(table: Table) -> frozenset[str]:
    """The kinds of record that a read model is made from, by the first part of their events' names."""
    made_from = next((one for one in PROJECTIONS if table in one.tables), None)
    if made_from is None:
        return frozenset()
    return frozenset(cls.TYPE.partition(".")[0] for cls in made_from.handlers) - _EVERYBODY_S

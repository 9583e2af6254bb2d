"""By what right something was done."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from sqlalchemy import Table
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from readapi.asof import elsewhere
from readapi.codes import AuthorityKind, AuthorityReason
from readapi.columns import Group
from readapi.fields import sized
from readapi.figures import Citation, citation, citation_shape
from readapi.reading import Info, Place
from readapi.relations import one
from readapi.shapes import Value
from readapi.text import LocalizedText, localized, localized_shape

if TYPE_CHECKING:
    from readapi.decision import Decision


@strawberry.type(description="By what right something was decided.")
class Authority:
    kind: AuthorityKind = strawberry.field(description="A decision, an instrument of an office, or none.")
    office: LocalizedText | None = strawberry.field(description="The office whose instrument it is.")
    number: str | None = strawberry.field(description="The instrument's number.")
    dated: date | None = strawberry.field(description="The instrument's date.")
    reason: AuthorityReason | None = strawberry.field(description="Why no authority is recorded.")
    decision: Citation | None = strawberry.field(description="The committee's decision.")
    place: strawberry.Private[Place | None] = None
    """Where the record stands that it is the authority of; None: it is read as of now."""

    @sized(1, "The decision itself, in whichever log it is, where the reader may see it.")
    async def decided(self, info: Info) -> Annotated["Decision", strawberry.lazy("readapi.decision")] | None:
        from readapi.decision import DECISION_BY_ID

        if self.decision is None:
            return None
        body = TenantId(self.decision.log)
        clock = info.context.now if self.place is None else self.place.clock
        if self.place is not None and self.place.body != body and clock.position is not None:
            clock = elsewhere(clock)
        return await one(info.context, DECISION_BY_ID, info.context.place(body, clock), self.decision.stream)

    def at(self, place: Place) -> "Authority":
        """The same, whose decision is read as of a place's clocks."""
        return replace(self, place=place)


def authority(table: Table) -> Group:
    """From the columns that `projections.tables.authority` declares."""
    names = (
        "kind",
        *(f"office_{part}" for part in ("en", "fr", "source", "unofficial")),
        *("number", "dated", "reason"),
        *(f"decision_{part}" for part in ("log", "stream", "version")),
    )
    return Group(tuple(table.columns[f"authority_{name}"] for name in names), _authority, _authority_shape)


def _authority(cells: Sequence[Any]) -> Authority:
    kind, *office, number, dated, reason, log, stream, version = cells
    return Authority(
        kind=AuthorityKind(kind),
        office=localized(office),
        number=number,
        dated=dated,
        reason=None if reason is None else AuthorityReason(reason),
        decision=citation((log, stream, version)),
    )


def _authority_shape(cells: Sequence[ColumnElement[Any]]) -> Value:
    kind, *office, number, dated, reason, log, stream, version = cells
    fields = {
        "kind": kind,
        "office": localized_shape(office),
        "number": number,
        "dated": dated,
        "reason": reason,
        "decision": citation_shape((log, stream, version)),
    }
    return Value(fields)

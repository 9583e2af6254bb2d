"""Audit mandates, read with the authority that opened them."""

from collections.abc import Hashable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from projections.audit_mandate import AUDIT_MANDATE
from readapi import columns, figures
from readapi.asof import held
from readapi.body import BodyAt, BodyReference, load_references
from readapi.codes import AuditStatus
from readapi.columns import Group, backed, column, reads
from readapi.fields import sized
from readapi.figures import Period
from readapi.paging import Listing
from readapi.reading import Info, Place
from readapi.text import LocalizedText

_A = AUDIT_MANDATE.c
BODIES = 20
"""Counted for the bodies in a mandate's scope, which are few and not paged."""


def _ids(found: Sequence[Any]) -> list[UUID]:
    return [UUID(each) for each in found]


@backed(AUDIT_MANDATE)
@strawberry.type(
    description="An audit that an authority opened: whose records, of which kinds, about which period, until when."
)
class AuditMandate:
    id: UUID = column(_A.entity_id, "Its permanent id.")
    auditor: LocalizedText | None = column(columns.localized(AUDIT_MANDATE, "auditor"), "The office that audits.")
    body_ids: list[UUID] = column(
        columns.json(_A.bodies, _ids, columns.as_json), "The bodies whose records are audited."
    )
    records: list[str] = column(
        columns.json(_A.records, list, columns.as_json), "Kinds of record, such as `plan`; none: all."
    )
    period: Period = column(
        Group((_A.period_kind, _A.period_start, _A.period_end), figures.period, figures.period_shape),
        "The period of the records.",
    )
    ends_on: date = column(_A.ends_on, "The last day of the mandate, included.")
    status: AuditStatus = column(_A.status, "Whether the authority closed it; past `endsOn` it is over anyway.")
    sample: bool = column(_A.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]

    @sized(BODIES, "The bodies whose records are audited, as the register names them.")
    async def bodies(self, info: Info) -> list[BodyReference]:
        reading = info.context
        keys = [BodyAt(TenantId(body), reading.now) for body in self.body_ids]
        found = await reading.loader(load_references).load_many(keys)
        return [body for body in found if body is not None]


def _where(place: Place, _arguments: Hashable) -> list[ColumnElement[bool]]:
    return held(AUDIT_MANDATE, place.clock)


AUDIT_MANDATES: Listing[AuditMandate] = Listing(
    "auditMandates", reads(AuditMandate), (_A.ends_on, _A.entity_id), _where
)

"""Activities in light counts: how many, never who."""

from collections.abc import Hashable
from datetime import date
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.activity import ACTIVITY
from readapi import columns
from readapi.asof import held
from readapi.codes import ActivityKind, RecordStatus
from readapi.columns import backed, column, reads
from readapi.figures import QualifiedValue, Territory
from readapi.paging import Listing
from readapi.reading import Place
from readapi.text import LocalizedText

_A = ACTIVITY.c


@backed(ACTIVITY)
@strawberry.type(description="Something that was done, in light counts. It has no person's data.")
class Activity:
    id: UUID = column(_A.entity_id, "Its permanent id.")
    kind: ActivityKind = column(_A.kind, "What kind of activity it was.")
    held_on: date = column(_A.held_on, "The day on which it took place.")
    label: LocalizedText | None = column(
        columns.localized(ACTIVITY, "label"), "What it was; of a referral, to which service."
    )
    territory: Territory | None = column(columns.territory(ACTIVITY), "Where it took place.")
    people: QualifiedValue | None = column(
        columns.quantity(ACTIVITY, "people"), "How many were present or referred; null where nobody counted."
    )
    tags: list[str] = column(columns.json(_A.tags, list), "Codes for grouping.")
    status: RecordStatus = column(_A.status, "Whether it was withdrawn.")
    sample: bool = column(_A.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    conditions = held(ACTIVITY, place.clock)
    if arguments is not None:
        conditions.append(_A.kind == arguments)
    return conditions


ACTIVITIES: Listing[Activity] = Listing("activities", reads(Activity), (_A.held_on, _A.entity_id), _where)

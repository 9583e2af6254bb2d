"""Endorsements, each with the publication that names it."""

from collections.abc import Hashable
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.endorsement import ENDORSEMENT
from readapi import columns
from readapi.asof import held
from readapi.codes import EndorsementKind, RecordStatus
from readapi.columns import Group, backed, column, reads
from readapi.paging import Listing
from readapi.published_aggregate import Publication, publication
from readapi.reading import Place
from readapi.scalars import PartialDateText
from readapi.text import LocalizedText

_E = ENDORSEMENT.c
_TEXT = ("en", "fr", "source", "unofficial")
_PUBLICATION = Group(
    (
        *(_E[f"title_{part}"] for part in _TEXT),
        *(_E[f"publisher_{part}"] for part in _TEXT),
        _E.published,
        _E.locator,
    ),
    publication,
)


@backed(ENDORSEMENT)
@strawberry.type(description="That a source names an organisation as standing behind a partnership or its plan.")
class Endorsement:
    id: UUID = column(_E.entity_id, "Its permanent id.")
    endorser: LocalizedText | None = column(columns.localized(ENDORSEMENT, "endorser"), "The organisation.")
    organisation_id: UUID | None = column(_E.organisation_id, "Its id in the commons, where it is registered.")
    kind: EndorsementKind = column(_E.kind, "In what form it was given.")
    given: PartialDateText | None = column(_E.given, "When, as precisely as is known.")
    plan_id: UUID | None = column(_E.plan_id, "The plan that is endorsed; null: the partnership itself.")
    publication: Publication | None = column(_PUBLICATION, "What names it.")
    status: RecordStatus = column(_E.status, "Whether it was withdrawn.")
    sample: bool = column(_E.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]


def _where(place: Place, _arguments: Hashable) -> list[ColumnElement[bool]]:
    return held(ENDORSEMENT, place.clock)


ENDORSEMENTS: Listing[Endorsement] = Listing("endorsements", reads(Endorsement), (_E.entity_id,), _where)

"""Mandated providers: beside agreements, and never in one total with them."""

from collections.abc import Hashable
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.provider import MANDATE
from readapi import columns
from readapi.asof import held
from readapi.codes import MandateStatus
from readapi.columns import backed, column, reads
from readapi.figures import Term, Territory
from readapi.paging import Listing
from readapi.reading import Place
from readapi.text import LocalizedText

_M = MANDATE.c


@backed(MANDATE)
@strawberry.type(description="A provider mandated to give a service (mandataire). It is not an agreement.")
class Mandate:
    id: UUID = column(_M.entity_id, "Its permanent id.")
    name: LocalizedText | None = column(
        columns.localized(MANDATE, "name"), "The provider; null where the source gives only a count."
    )
    service: LocalizedText | None = column(columns.localized(MANDATE, "service"), "The service as printed.")
    service_code: str = column(_M.service_code, "Groups the labels that mean the same service.")
    modes: list[str] = column(
        columns.json(_M.modes, list, columns.as_json),
        "How it is given: `full_time`, `part_time`, `specialised`, `online`.",
    )
    territory: Territory | None = column(columns.territory(MANDATE), "The territory it is for.")
    term: Term = column(columns.term(MANDATE), "From when to when it runs.")
    status: MandateStatus = column(_M.status, "Whether it still runs.")
    sample: bool = column(_M.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]


def _where(place: Place, _arguments: Hashable) -> list[ColumnElement[bool]]:
    return held(MANDATE, place.clock)


MANDATES: Listing[Mandate] = Listing("mandates", reads(Mandate), (_M.service_code, _M.entity_id), _where)

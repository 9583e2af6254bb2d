"""Mandated providers: read beside agreements and never in one total with them."""

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.agreement import Term
from domain.ids import TenantId
from domain.provider import MandateChanged, MandateEnded, ProviderMandated
from domain.values import LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import json_value, localized_values, term_values, territory_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import (
    AsOf,
    Columns,
    Place,
    Query,
    fact_columns,
    holds,
    localized_of,
    place_of,
    term_of,
    text_of,
)
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, flag, json_text, localized, shape, term, territory

MANDATE: Final[Table] = bitemporal(
    "rm",
    "mandate",
    [
        *localized("name"),
        *localized("service"),
        code("service_code"),
        json_text("modes"),
        *territory(),
        *term(),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`status` is active or ended. `name_*` is null where the source gives only a count."""

TABLES: Final = (MANDATE,)


_FORM: Final = Form(MANDATE)
_AUDIENCE: Final = _FORM.column("audience")
_MANDATED: Final = _FORM.group(*(name for name in shape(MANDATE).facts if name != "sample"))
_MODES: Final = _FORM.group("modes")
_TERM: Final = _FORM.group(*(column.name for column in term()))
_STATUS: Final = _FORM.group("status")


def _mandated(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ProviderMandated)
    values = (
        *localized_values(payload.name),
        *localized_values(payload.service),
        payload.service_code,
        json_value(payload.modes),
        *territory_values(payload.territory),
        *term_values(payload.term),
        "active",
    )
    segments = work.timelines(MANDATE).of(seen.stream_id)
    note(segments, seen, _MANDATED, values, [(_AUDIENCE, payload.audience.value)])


def _changed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, MandateChanged)
    segments = work.timelines(MANDATE).of(seen.stream_id)
    if payload.modes is not None:
        note(segments, seen, _MODES, (json_value(payload.modes),))
    if payload.term is not None:
        note(segments, seen, _TERM, term_values(payload.term))


def _ended(work: Work, seen: Seen) -> None:
    note(work.timelines(MANDATE).of(seen.stream_id), seen, _STATUS, ("ended",))


PROVIDERS: Final = Projection(
    "provider",
    TABLES,
    {ProviderMandated: _mandated, MandateChanged: _changed, MandateEnded: _ended},
    events.ALL - events.PROVIDER,
)


class MandateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A mandate as it stood; `name` is None where the source gives only a count."""

    mandate_id: UUID
    name: LocalizedText | None
    service: LocalizedText
    service_code: str
    modes: tuple[str, ...]
    place: Place | None
    term: Term | None
    status: str
    sample: bool
    audience: str


_modes = msgspec.json.Decoder(tuple[str, ...]).decode


def mandates(tenant_id: TenantId, as_of: AsOf) -> Query[MandateRow]:
    """The mandates of a body, ended ones too, by service and territory."""
    statement = (
        select(*fact_columns(MANDATE))
        .where(MANDATE.c.tenant_id == tenant_id, *holds(MANDATE, as_of))
        .order_by(MANDATE.c.service_code, MANDATE.c.territory_code, MANDATE.c.entity_id)
    )
    return Query(statement, _mandate)


def _mandate(row: Columns) -> MandateRow:
    return MandateRow(
        mandate_id=row["entity_id"],
        name=localized_of(row, "name"),
        service=text_of(row, "service"),
        service_code=row["service_code"],
        modes=_modes(row["modes"]),
        place=place_of(row),
        term=term_of(row),
        status=row["status"],
        sample=row["sample"],
        audience=row["audience"],
    )

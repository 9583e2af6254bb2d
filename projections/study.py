"""Studies, and the needs that they identified."""

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.ids import TenantId
from domain.study import NeedIdentified, NeedWithdrawn, StudyRecorded, StudyWithdrawn
from domain.values import LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import date_value, json_value, localized_values, period_values, territory_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, text_of
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    code,
    flag,
    json_text,
    key_uuid,
    localized,
    period,
    shape,
    territory,
    text,
    uuid,
)

STUDY: Final[Table] = bitemporal(
    "rm",
    "study",
    [
        *localized("name"),
        *period("period", nullable=True),
        *territory(),
        *localized("method"),
        json_text("findings"),
        uuid("document_id"),
        *localized("title"),
        *localized("publisher"),
        code("published", nullable=True),
        text("locator"),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`name_*` is the title of the study; `title_*`, `publisher_*`, `published` and `locator` are what printed it. Its
note, which is sealed, is in the log only. `status` is recorded or withdrawn."""

STUDY_NEED: Final[Table] = bitemporal(
    "rm",
    "study_need",
    [*localized("statement"), json_text("sorted_by", nullable=True), code("status"), flag("sample")],
    sub=[key_uuid("need_id")],
    extra=[audience()],
)
"""`status` is recorded or withdrawn."""

TABLES: Final = (STUDY, STUDY_NEED)


_FORM: Final = Form(STUDY)
_NEED: Final = Form(STUDY_NEED)
_AUDIENCE: Final = _FORM.column("audience")
_NEED_AUDIENCE: Final = _NEED.column("audience")
_RECORDED: Final = _FORM.group(*(name for name in shape(STUDY).facts if name != "sample"))
_STATUS: Final = _FORM.group("status")
_IDENTIFIED: Final = _NEED.group(*(name for name in shape(STUDY_NEED).facts if name != "sample"))
_NEED_STATUS: Final = _NEED.group("status")


def _recorded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, StudyRecorded)
    printed = payload.publication
    values = (
        *localized_values(payload.title),
        *period_values(payload.period),
        *territory_values(payload.territory),
        *localized_values(payload.method),
        json_value(payload.findings),
        payload.document_id,
        *localized_values(None if printed is None else printed.title),
        *localized_values(None if printed is None else printed.publisher),
        date_value(None if printed is None else printed.published),
        None if printed is None else printed.locator,
        "recorded",
    )
    segments = work.timelines(STUDY).of(seen.stream_id)
    note(segments, seen, _RECORDED, values, [(_AUDIENCE, payload.audience.value)])


def _identified(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, NeedIdentified)
    sorted_by = None if payload.sorted_by is None else json_value(payload.sorted_by)
    values = (*localized_values(payload.statement), sorted_by, "recorded")
    segments = work.timelines(STUDY_NEED).of(seen.stream_id, (payload.need_id,))
    note(segments, seen, _IDENTIFIED, values, [(_NEED_AUDIENCE, payload.audience.value)])


def _need_withdrawn(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, NeedWithdrawn)
    segments = work.timelines(STUDY_NEED).of(seen.stream_id, (payload.need_id,))
    note(segments, seen, _NEED_STATUS, ("withdrawn",))


def _withdrawn(work: Work, seen: Seen) -> None:
    note(work.timelines(STUDY).of(seen.stream_id), seen, _STATUS, ("withdrawn",))


STUDIES: Final = Projection(
    "study",
    TABLES,
    {
        StudyRecorded: _recorded,
        NeedIdentified: _identified,
        NeedWithdrawn: _need_withdrawn,
        StudyWithdrawn: _withdrawn,
    },
    events.ALL - events.STUDY,
)


class StudyRow(msgspec.Struct, frozen=True, kw_only=True):
    study_id: UUID
    title: LocalizedText
    findings: tuple[LocalizedText, ...]
    audience: str
    status: str
    sample: bool


class NeedRow(msgspec.Struct, frozen=True, kw_only=True):
    study_id: UUID
    need_id: UUID
    statement: LocalizedText
    status: str


_findings = msgspec.json.Decoder(tuple[LocalizedText, ...]).decode


def studies(tenant_id: TenantId, as_of: AsOf) -> Query[StudyRow]:
    """The studies of a partnership, withdrawn ones too."""
    columns = STUDY.c
    statement = (
        select(*fact_columns(STUDY))
        .where(columns.tenant_id == tenant_id, *holds(STUDY, as_of))
        .order_by(columns.entity_id)
    )
    return Query(statement, _study)


def needs(tenant_id: TenantId, as_of: AsOf) -> Query[NeedRow]:
    """The needs that its studies identified, withdrawn ones too."""
    columns = STUDY_NEED.c
    statement = (
        select(*fact_columns(STUDY_NEED))
        .where(columns.tenant_id == tenant_id, *holds(STUDY_NEED, as_of))
        .order_by(columns.entity_id, columns.need_id)
    )
    return Query(statement, _need)


def _study(row: Columns) -> StudyRow:
    return StudyRow(
        study_id=row["entity_id"],
        title=text_of(row, "name"),
        findings=_findings(row["findings"]),
        audience=row["audience"],
        status=row["status"],
        sample=row["sample"],
    )


def _need(row: Columns) -> NeedRow:
    return NeedRow(
        study_id=row["entity_id"],
        need_id=row["need_id"],
        statement=text_of(row, "statement"),
        status=row["status"],
    )

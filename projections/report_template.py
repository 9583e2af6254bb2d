"""Report templates and their versions."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.audience import Audience
from domain.ids import TenantId
from domain.report_template import (
    ReportTemplatePublished,
    ReportTemplateRetired,
    ReportTemplateVersionPublished,
    Section,
)
from domain.values import LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import json_value, localized_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, text_of
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, flag, json_text, key_number, localized, number, shape

REPORT_TEMPLATE: Final[Table] = bitemporal(
    "rm",
    "report_template",
    [*localized("name"), number("version_number"), code("status"), flag("sample")],
    extra=[audience()],
)
"""`version_number` is the latest on the day; `status` in_use or retired."""

REPORT_TEMPLATE_VERSION: Final[Table] = bitemporal(
    "rm",
    "report_template_version",
    [json_text("sections"), flag("sample")],
    sub=[key_number("version_number")],
    extra=[audience()],
)

TABLES: Final = (REPORT_TEMPLATE, REPORT_TEMPLATE_VERSION)


_FORM: Final = Form(REPORT_TEMPLATE)
_VERSION: Final = Form(REPORT_TEMPLATE_VERSION)
_AUDIENCE: Final = _FORM.column("audience")
_VERSION_AUDIENCE: Final = _VERSION.column("audience")
_PUBLISHED: Final = _FORM.group(*(name for name in shape(REPORT_TEMPLATE).facts if name != "sample"))
_NUMBER: Final = _FORM.group("version_number")
_STATUS: Final = _FORM.group("status")
_SECTIONS: Final = _VERSION.group("sections")


def _published(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ReportTemplatePublished)
    values = (*localized_values(payload.name), 1, "in_use")
    segments = work.timelines(REPORT_TEMPLATE).of(seen.stream_id)
    note(segments, seen, _PUBLISHED, values, [(_AUDIENCE, payload.audience.value)])
    _sections(work, seen, 1, payload.sections, payload.audience)


def _version_published(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ReportTemplateVersionPublished)
    note(work.timelines(REPORT_TEMPLATE).of(seen.stream_id), seen, _NUMBER, (payload.number,))
    _sections(work, seen, payload.number, payload.sections, payload.audience)


def _sections(work: Work, seen: Seen, number_: int, sections: Sequence[Section], audience_: Audience) -> None:
    segments = work.timelines(REPORT_TEMPLATE_VERSION).of(seen.stream_id, (number_,))
    note(segments, seen, _SECTIONS, (json_value(sections),), [(_VERSION_AUDIENCE, audience_.value)])


def _retired(work: Work, seen: Seen) -> None:
    note(work.timelines(REPORT_TEMPLATE).of(seen.stream_id), seen, _STATUS, ("retired",))


REPORT_TEMPLATES: Final = Projection(
    "report_template",
    TABLES,
    {
        ReportTemplatePublished: _published,
        ReportTemplateVersionPublished: _version_published,
        ReportTemplateRetired: _retired,
    },
    events.ALL - events.REPORT_TEMPLATE,
)


class ReportTemplateRow(msgspec.Struct, frozen=True, kw_only=True):
    report_template_id: UUID
    name: LocalizedText
    version_number: int
    status: str
    audience: str
    sample: bool


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    report_template_id: UUID
    version_number: int
    sections: tuple[Section, ...]


_decoded = msgspec.json.Decoder(tuple[Section, ...]).decode


def report_templates(tenant_id: TenantId, as_of: AsOf) -> Query[ReportTemplateRow]:
    """The report templates that a body publishes, retired ones too."""
    columns = REPORT_TEMPLATE.c
    statement = (
        select(*fact_columns(REPORT_TEMPLATE))
        .where(columns.tenant_id == tenant_id, *holds(REPORT_TEMPLATE, as_of))
        .order_by(columns.entity_id)
    )
    return Query(statement, _template)


def versions(tenant_id: TenantId, as_of: AsOf) -> Query[VersionRow]:
    """All versions of all of them, each template's in order."""
    columns = REPORT_TEMPLATE_VERSION.c
    statement = (
        select(*fact_columns(REPORT_TEMPLATE_VERSION))
        .where(columns.tenant_id == tenant_id, *holds(REPORT_TEMPLATE_VERSION, as_of))
        .order_by(columns.entity_id, columns.version_number)
    )
    return Query(statement, _version)


def _template(row: Columns) -> ReportTemplateRow:
    return ReportTemplateRow(
        report_template_id=row["entity_id"],
        name=text_of(row, "name"),
        version_number=row["version_number"],
        status=row["status"],
        audience=row["audience"],
        sample=row["sample"],
    )


def _version(row: Columns) -> VersionRow:
    return VersionRow(
        report_template_id=row["entity_id"],
        version_number=row["version_number"],
        sections=_decoded(row["sections"]),
    )

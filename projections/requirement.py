"""Reporting requirements and exemptions from them. What is owed is worked out when it is read."""

from datetime import date
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.ids import TenantId
from domain.requirement import (
    Cadence,
    ExemptionReason,
    Owed,
    PeriodExempted,
    RequirementEnded,
    SubmissionRequired,
    owed_periods,
)
from domain.values import Citation, LocalizedText, Period
from projections import events
from projections.bitemporal import Form
from projections.columns import citation_values, localized_values, period_values, territory_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import (
    AsOf,
    Columns,
    Place,
    Query,
    citation_of,
    fact_columns,
    holds,
    localized_of,
    period_of,
    place_of,
)
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    citation,
    code,
    day,
    flag,
    key_date,
    key_text,
    localized,
    number,
    period,
    shape,
    territory,
    uuid,
)

REQUIREMENT: Final[Table] = bitemporal(
    "national",
    "requirement",
    [
        *citation("indicator", nullable=False),
        code("cadence"),
        *period("first"),
        number("due_days"),
        *territory(),
        uuid("agreement_id"),
        code("programme_code", nullable=True),
        *localized("programme_label"),
        flag("programme_named", nullable=True),
        day("ended_on"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""What a body owes. `territory_*` are null for all that it serves. Periods that were over before `ended_on` stay
owed; the row holds on, so that they can be worked out."""

EXEMPTION: Final[Table] = bitemporal(
    "national",
    "exemption",
    [code("reason"), code("programme_code", nullable=True), flag("sample")],
    sub=[key_date("period_start"), key_date("period_end"), key_text("period_kind")],
    extra=[audience()],
)
"""One period of a requirement that is not owed after all. Who sees the requirement sees this: it has its audience,
and its programme, for a funder who was granted that one alone."""

TABLES: Final = (REQUIREMENT, EXEMPTION)

_FORM: Final = Form(REQUIREMENT)
_AUDIENCE: Final = _FORM.column("audience")
_ENDED: Final = _FORM.group("ended_on")
_REQUIRED: Final = _FORM.group(*(name for name in shape(REQUIREMENT).facts if name not in ("sample", "ended_on")))
_EXEMPTION: Final = Form(EXEMPTION)
_REASON: Final = _EXEMPTION.group("reason", "programme_code")
_PROGRAMME: Final = _FORM.column("programme_code")
_EXEMPTION_AUDIENCE: Final = _EXEMPTION.column("audience")


def _required(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SubmissionRequired)
    programme = payload.programme
    values = (
        *citation_values(payload.indicator),
        payload.cadence,
        *period_values(payload.first),
        payload.due_days,
        *territory_values(payload.territory),
        payload.agreement_id,
        None if programme is None else programme.code,
        *localized_values(None if programme is None else programme.label),
        None if programme is None else programme.named_in_source,
    )
    segments = work.timelines(REQUIREMENT).of(seen.stream_id)
    note(segments, seen, _REQUIRED, values, [(_AUDIENCE, payload.audience.value)])


def _exempted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PeriodExempted)
    of = payload.period
    required: Any = work.timelines(REQUIREMENT).of(seen.stream_id).rows[0]
    segments = work.timelines(EXEMPTION).of(seen.stream_id, (of.start, of.end, of.kind))
    values = (payload.reason, required[_PROGRAMME])
    note(segments, seen, _REASON, values, [(_EXEMPTION_AUDIENCE, required[_AUDIENCE])])


def _ended(work: Work, seen: Seen) -> None:
    note(work.timelines(REQUIREMENT).of(seen.stream_id), seen, _ENDED, (seen.on,))


REQUIREMENTS: Final = Projection(
    "requirement",
    TABLES,
    {SubmissionRequired: _required, PeriodExempted: _exempted, RequirementEnded: _ended},
    events.ALL - events.REQUIREMENT,
    version=2,
)


class RequirementRow(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement as it stood."""

    tenant_id: TenantId
    requirement_id: UUID
    indicator: Citation
    cadence: Cadence
    first: Period
    due_days: int
    place: Place | None
    agreement_id: UUID | None
    programme_code: str | None
    programme_label: LocalizedText | None
    ended_on: date | None
    sample: bool
    audience: str

    def owed(self, until: date) -> list[Owed]:
        """The periods that have begun by a day, in order."""
        return list(owed_periods(self.cadence, self.first, self.due_days, until=until, ended_on=self.ended_on))

    def owed_for(self, period: Period) -> Owed | None:
        """What is owed for that very period, if anything."""
        owed = _owed_until(self.cadence, self.first, self.due_days, period.start, self.ended_on)
        return next((one for one in reversed(owed) if one.period == period), None)


@lru_cache(maxsize=4_096)
def _owed_until(
    cadence: Cadence, first: Period, due_days: int, until: date, ended_on: date | None
) -> tuple[Owed, ...]:
    """Kept, since most requirements of an indicator are alike and a series asks each for all of its periods."""
    return tuple(owed_periods(cadence, first, due_days, until=until, ended_on=ended_on))


class ExemptionRow(msgspec.Struct, frozen=True, kw_only=True):
    tenant_id: TenantId
    requirement_id: UUID
    period: Period
    reason: ExemptionReason
    sample: bool


def requirements(tenant_id: TenantId, as_of: AsOf) -> Query[RequirementRow]:
    """What a body owes, ended requirements too, in the order in which they were made."""
    statement = (
        select(*fact_columns(REQUIREMENT))
        .where(REQUIREMENT.c.tenant_id == tenant_id, *holds(REQUIREMENT, as_of))
        .order_by(REQUIREMENT.c.entity_id)
    )
    return Query(statement, requirement_of)


def exemptions(tenant_id: TenantId, as_of: AsOf) -> Query[ExemptionRow]:
    """The periods of a body's requirements that are not owed after all."""
    columns = EXEMPTION.c
    statement = (
        select(*fact_columns(EXEMPTION))
        .where(columns.tenant_id == tenant_id, *holds(EXEMPTION, as_of))
        .order_by(columns.entity_id, columns.period_start, columns.period_end)
    )
    return Query(statement, exemption_of)


def requirement_of(row: Columns) -> RequirementRow:
    """A row of the table, as typed."""
    cited, first = citation_of(row, "indicator"), period_of(row, "first")
    assert cited is not None
    assert first is not None
    return RequirementRow(
        tenant_id=row["tenant_id"],
        requirement_id=row["entity_id"],
        indicator=cited,
        cadence=row["cadence"],
        first=first,
        due_days=row["due_days"],
        place=place_of(row),
        agreement_id=row["agreement_id"],
        programme_code=row["programme_code"],
        programme_label=localized_of(row, "programme_label"),
        ended_on=row["ended_on"],
        sample=row["sample"],
        audience=row["audience"],
    )


def exemption_of(row: Columns) -> ExemptionRow:
    """A row of the table, as typed."""
    of = period_of(row, "period")
    assert of is not None
    return ExemptionRow(
        tenant_id=row["tenant_id"],
        requirement_id=row["entity_id"],
        period=of,
        reason=row["reason"],
        sample=row["sample"],
    )

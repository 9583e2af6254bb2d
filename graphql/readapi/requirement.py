"""What bodies owe to report."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from domain import values
from domain.requirement import owed_periods
from projections.requirement import EXEMPTION, REQUIREMENT
from readapi import columns
from readapi.agreement import AGREEMENT_BY_ID, Agreement, Programme, programme
from readapi.asof import held
from readapi.codes import ExemptionReason, PeriodKind, ReportingCadence
from readapi.columns import Group, backed, column, hidden, reads
from readapi.fields import sized
from readapi.figures import Period, Territory
from readapi.indicator import Indicator, cited
from readapi.paging import Listing
from readapi.reading import Info, Place, Reading, in_any
from readapi.relations import one, the

OWED_MAX = 60
"""Five years of months."""
_R, _E = REQUIREMENT.c, EXEMPTION.c


@strawberry.type(description="One period of a requirement.")
class OwedPeriod:
    period: Period = strawberry.field(description="The period that a figure is owed for.")
    due_on: date = strawberry.field(description="The last day on which it is on time.")
    exempt: ExemptionReason | None = strawberry.field(
        description="Why it is not owed after all; null where it is."
    )


@backed(EXEMPTION)
@strawberry.type(description="One period that a requirement does not ask for after all.")
class Exemption:
    period: Period = column(
        Group((_E.period_kind, _E.period_start, _E.period_end), lambda cells: _period(*cells)), "The period."
    )
    reason: ExemptionReason = column(_E.reason, "Why it is not owed.")
    sample: bool = column(_E.sample, "Whether it is sample data.")


def _period(kind: str, start: date, end: date) -> Period:
    return Period(kind=PeriodKind(kind), start=start, end=end)


@backed(REQUIREMENT)
@strawberry.type(
    description="That a body owes the figures of an indicator, period after period or once, under a basis."
)
class Requirement:
    id: UUID = column(_R.entity_id, "Its permanent id.")
    cadence: ReportingCadence = column(_R.cadence, "How often a figure is owed.")
    first: Period = column(
        Group((_R.first_kind, _R.first_start, _R.first_end), lambda cells: _period(*cells)),
        "The first period owed.",
    )
    due_days: int = column(_R.due_days, "How many days after its end a period's figure is due.")
    territory: Territory | None = column(
        columns.territory(REQUIREMENT), "The territory that it is about; null: all that the body serves."
    )
    programme: Programme | None = column(
        Group(
            (
                _R.programme_code,
                *(_R[f"programme_label_{part}"] for part in ("en", "fr", "source", "unofficial")),
                _R.programme_named,
            ),
            lambda cells: None if cells[0] is None else programme(cells),
        ),
        "The programme that asks for it, where one is named.",
    )
    ended_on: date | None = column(
        _R.ended_on, "From when on nothing more is required; periods that were over before stay owed."
    )
    sample: bool = column(_R.sample, "Whether it is sample data.")
    indicator_log: strawberry.Private[UUID] = hidden(_R.indicator_log)
    indicator_stream: strawberry.Private[UUID] = hidden(_R.indicator_stream)
    agreement_id: strawberry.Private[UUID | None] = hidden(_R.agreement_id)
    place: strawberry.Private[Place]

    @sized(1, "The indicator that is owed, where the reader may see its definition.")
    async def indicator(self, info: Info) -> Indicator | None:
        return await cited(info.context, self.place, self.indicator_log, self.indicator_stream)

    @the(
        AGREEMENT_BY_ID,
        of=_R.agreement_id,
        description="The agreement that asks for it, where there is one that the reader may see.",
    )
    async def agreement(self, info: Info) -> Agreement | None:
        return await one(info.context, AGREEMENT_BY_ID, self.place, self.agreement_id)

    @sized(OWED_MAX, f"The periods that had begun, the {OWED_MAX} latest, in order.")
    async def owed(
        self,
        info: Info,
        until: Annotated[
            date | None, strawberry.argument(description="Those begun by this day; absent: the day of the clocks.")
        ] = None,
    ) -> list[OwedPeriod]:
        exempt = {
            (one.period.start, one.period.end): one.reason
            for one in await info.context.loader(load_exemptions).load(RequirementKey(self.place, self.id))
        }
        first = values.Period(kind=self.first.kind.value, start=self.first.start, end=self.first.end)
        day = min(until or self.place.clock.effective, date(2200, 12, 31))
        owed = list(owed_periods(self.cadence.value, first, self.due_days, until=day, ended_on=self.ended_on))
        return [
            OwedPeriod(
                period=_period(one.period.kind, one.period.start, one.period.end),
                due_on=one.due_on,
                exempt=exempt.get((one.period.start, one.period.end)),
            )
            for one in owed[-OWED_MAX:]
        ]


@dataclass(frozen=True, slots=True)
class RequirementKey:
    """One requirement as of a clock, seen from one scope."""

    place: Place
    requirement_id: UUID


async def load_exemptions(reading: Reading, keys: list[RequirementKey]) -> Sequence[list[Exemption]]:
    """Exemptions by requirement, in the order of their periods."""
    reader = reads(Exemption)
    found: dict[RequirementKey, list[Exemption]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        statement = (
            reader.select(_E.entity_id)
            .where(
                _E.tenant_id == place.body,
                in_any(_E.entity_id, [key.requirement_id for key in found if key.place == place]),
                *held(EXEMPTION, place.clock),
                reading.visible(EXEMPTION, place.scope, place.clock),
            )
            .order_by(_E.entity_id, _E.period_start, _E.period_end)
        )
        for row in await reading.rows(place.scope, statement):
            found[RequirementKey(place, row[-1])].append(reader.make(row))
    return [found[key] for key in keys]


def _where(place: Place, _: Hashable) -> list[ColumnElement[bool]]:
    return held(REQUIREMENT, place.clock)


REQUIREMENTS: Listing[Requirement] = Listing("requirements", reads(Requirement), (_R.entity_id,), _where)

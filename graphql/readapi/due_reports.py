"""What is worked out to be due: figures that requirements ask for, and meetings that a cadence asks for."""

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import or_, select, true

from domain.requirement import Owed, owed_periods
from domain.values import Period as PeriodValue
from projections.committee import COMMITTEE
from projections.requirement import REQUIREMENT
from projections.submission import SUBMISSION
from readapi.asof import held
from readapi.cadence import kept, load_meetings_held
from readapi.codes import PeriodKind
from readapi.columns import reads
from readapi.due_item import DueItem
from readapi.figures import Period
from readapi.governance_codes import CadenceState, DueKind
from readapi.reading import Place, Reading, in_any
from readapi.refusals import AnswerTooLargeError
from readapi.requirement import OWED_MAX, Requirement, RequirementKey, load_exemptions
from readapi.seat import SeatsKey
from readapi.shared import asked_of
from readapi.terms import TermsKey, load_terms

_IN_HAND: Final = ("submitted", "validated", "approved", "published")
"""Stages in which a figure is not its author's to write: one that was returned is owed again."""
REQUIREMENTS_MAX: Final = 2_000
"""Of a body, settled ones too: of each, what is owed is worked out. One of forty indicators has some hundred."""
_Address = tuple[object, ...]


async def figures_owed(reading: Reading, place: Place, until: date) -> list[DueItem]:
    """The periods of requirements that nobody is exempt from and that no figure was submitted for.

    Raises:
        AnswerTooLargeError: the body has more requirements than are looked through.
    """
    columns, reader = REQUIREMENT.c, reads(Requirement)
    statement = (
        reader.select()
        .where(
            columns.tenant_id == place.body,
            *held(REQUIREMENT, place.clock),
            reading.visible(REQUIREMENT, place.scope),
            asked_of(columns.agreement_id, place.share),
        )
        .order_by(columns.entity_id)
        .limit(REQUIREMENTS_MAX + 1)
    )
    required = [reader.make(row, place=place) for row in await reading.rows(place.scope, statement)]
    if len(required) > REQUIREMENTS_MAX:
        raise AnswerTooLargeError(what="requirements", maximum=REQUIREMENTS_MAX)
    submitted = await _submitted(reading, place, required)
    load = reading.loader(load_exemptions).load
    exempt = await asyncio.gather(*(load(RequirementKey(place, one.id)) for one in required))
    return [
        DueItem(
            kind=DueKind.REPORT,
            due_on=owed.due_on,
            overdue=owed.due_on < place.clock.effective,
            wording=None,
            record_id=one.id,
            sample=one.sample,
            period=_period(owed.period),
            agreement_id=one.agreement_id,
            indicator_id=(one.indicator_log, one.indicator_stream),
            place=place,
        )
        for one, exemptions in zip(required, exempt, strict=True)
        for owed in _asked(one, until)
        if (owed.period.start, owed.period.end) not in {(of.period.start, of.period.end) for of in exemptions}
        and _address(one, owed) not in submitted
    ]


def _asked(one: Requirement, until: date) -> Iterable[Owed]:
    """The latest periods whose figures are due by a day."""
    first = PeriodValue(kind=one.first.kind.value, start=one.first.start, end=one.first.end)
    owed = owed_periods(one.cadence.value, first, one.due_days, until=until, ended_on=one.ended_on)
    return [period for period in owed if period.due_on <= until][-OWED_MAX:]


def _address(one: Requirement, owed: Owed) -> _Address:
    where = (None, None) if one.territory is None else (one.territory.scheme, one.territory.code)
    return (one.indicator_log, one.indicator_stream, owed.period.start, owed.period.end, *where)


async def _submitted(reading: Reading, place: Place, required: list[Requirement]) -> set[_Address]:
    """Where whole figures are that were submitted or count, whether or not they name the requirement."""
    if not required:
        return set()
    columns = SUBMISSION.c
    statement = select(
        columns.indicator_log,
        columns.indicator_stream,
        columns.period_start,
        columns.period_end,
        columns.territory_scheme,
        columns.territory_code,
    ).where(
        columns.tenant_id == place.body,
        in_any(columns.indicator_stream, sorted({one.indicator_stream for one in required})),
        columns.cuts == "[]",
        or_(columns.stage.in_(_IN_HAND), columns.published.is_(True)),
        *held(SUBMISSION, place.clock),
        # Of what the own organisation is asked for, what others handed in counts too, though it is not shown.
        reading.visible(SUBMISSION, place.scope) if place.share is None else true(),
    )
    return {tuple(row) for row in await reading.rows(place.scope, statement)}


async def cadences(reading: Reading, place: Place, until: date, items_max: int) -> list[DueItem]:
    """Committees that have fewer meetings than they must by the end of their year, or no forum yet.

    Raises:
        AnswerTooLargeError: more than `items_max` committees are active.
    """
    columns = COMMITTEE.c
    statement = (
        select(columns.entity_id, columns.sample)
        .where(
            columns.tenant_id == place.body,
            columns.status == "active",
            *held(COMMITTEE, place.clock),
            reading.visible(COMMITTEE, place.scope),
        )
        .order_by(columns.entity_id)
        .limit(items_max + 1)
    )
    sitting = [(row[0], row[1]) for row in await reading.rows(place.scope, statement)]
    if len(sitting) > items_max:
        raise AnswerTooLargeError(what="committees", maximum=items_max)
    terms, meetings = reading.loader(load_terms).load, reading.loader(load_meetings_held).load
    versions = await asyncio.gather(*(terms(TermsKey(place, one)) for one, _ in sitting))
    held_there = await asyncio.gather(*(meetings(SeatsKey(place, one)) for one, _ in sitting))
    items = []
    for (committee_id, sample), known, were_held in zip(sitting, versions, held_there, strict=True):
        now = next((version for version in reversed(known) if version.known(place.clock)), None)
        if now is None or now.rules.cadence is None:
            continue
        year = kept(now.rules.cadence, were_held, place.clock.effective)
        if year.year.end > until or not (year.state is CadenceState.BELOW or year.forum_missing):
            continue
        items.append(
            DueItem(
                kind=DueKind.CADENCE,
                due_on=year.year.end,
                overdue=False,
                wording=year.words,
                record_id=committee_id,
                sample=sample,
                period=year.year,
                committee_id=committee_id,
                place=place,
            )
        )
    return items


def _period(of: PeriodValue) -> Period:
    return Period(kind=PeriodKind(of.kind), start=of.start, end=of.end)

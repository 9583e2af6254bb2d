"""What a body has to do by when: obligations, figures, terms of office, meetings. For its own people only."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.sql.elements import ColumnElement

from projections.agreement.tables import AGREEMENT, OBLIGATION
from projections.committee import COMMITTEE
from projections.seat import SEAT
from readapi.asof import held
from readapi.due_item import ITEMS_MAX, DueItem
from readapi.due_reports import cadences, figures_owed
from readapi.governance_codes import DueKind
from readapi.reading import Place, Reading
from readapi.refusals import AnswerTooLargeError, WithinOutOfRangeError
from readapi.shared import asked_of
from readapi.text import localized

WITHIN_DAYS: Final = 90
WITHIN_DAYS_MAX: Final = 366
DUE: Final = 40
"""Counted for a due list, which is short where it is kept."""
_TEXT: Final = ("en", "fr", "source", "unofficial")


async def due_list(
    reading: Reading, place: Place, within_days: int, *, items_max: int = ITEMS_MAX
) -> list[DueItem]:
    """What is overdue or due within so many days of the clock's day, the earliest first; nothing for outsiders.

    Who is there for one organisation sees what the agreements ask for that name it, whoever handed it in.

    Raises:
        WithinOutOfRangeError: more than 366 days, or none.
        AnswerTooLargeError: more than `items_max`; a shorter time narrows it.
    """
    if not 1 <= within_days <= WITHIN_DAYS_MAX:
        raise WithinOutOfRangeError(given=within_days, maximum=WITHIN_DAYS_MAX)
    if place.scope is None:
        return []
    until = place.clock.effective + timedelta(days=within_days)
    found = [
        *await _obligations(reading, place, until, items_max),
        *await figures_owed(reading, place, until),
    ]
    if place.member:
        found += await _terms_of_office(reading, place, until, items_max)
        found += await cadences(reading, place, until, items_max)
    if len(found) > items_max:
        raise AnswerTooLargeError(what="items", maximum=items_max)
    return sorted(found, key=lambda item: (item.due_on, item.kind.value, str(item.record_id)))


async def _obligations(reading: Reading, place: Place, until: date, items_max: int) -> list[DueItem]:
    """Those of agreements that were not terminated; one without a date is never due."""
    columns, agreement = OBLIGATION.c, AGREEMENT.c
    in_force = exists().where(
        agreement.tenant_id == columns.tenant_id,
        agreement.entity_id == columns.entity_id,
        agreement.status == "in_force",
        *held(AGREEMENT, place.clock),
    )
    statement = (
        select(
            columns.due_on,
            columns.obligation_id,
            columns.entity_id,
            columns.sample,
            *(columns[f"wording_{part}"] for part in _TEXT),
        )
        .where(
            columns.tenant_id == place.body,
            columns.fulfilled.is_(False),
            columns.due_on <= until,
            *held(OBLIGATION, place.clock),
            reading.visible(OBLIGATION, place.scope),
            asked_of(columns.entity_id, place.share),
            in_force,
        )
        .order_by(columns.due_on, columns.obligation_id)
        .limit(items_max + 1)
    )
    return [
        DueItem(
            kind=DueKind.OBLIGATION,
            due_on=due_on,
            overdue=due_on < place.clock.effective,
            wording=localized(wording),
            record_id=obligation_id,
            sample=sample,
            agreement_id=agreement_id,
            place=place,
        )
        for due_on, obligation_id, agreement_id, sample, *wording in await reading.rows(place.scope, statement)
    ]


async def _terms_of_office(reading: Reading, place: Place, until: date, items_max: int) -> list[DueItem]:
    """Those that end, or have ended without anybody having been seated since, in committees that still sit."""
    columns, committee = SEAT.c, COMMITTEE.c
    sits = exists().where(
        committee.tenant_id == columns.tenant_id,
        committee.entity_id == columns.committee_id,
        committee.status == "active",
        *held(COMMITTEE, place.clock),
    )
    conditions: list[ColumnElement[bool]] = [
        columns.tenant_id == place.body,
        columns.status == "active",
        columns.holder_id.is_not(None),
        columns.holder_until <= until,
        *held(SEAT, place.clock),
        reading.visible(SEAT, place.scope),
        sits,
    ]
    statement = (
        select(
            columns.holder_until,
            columns.entity_id,
            columns.committee_id,
            columns.sample,
            *(columns[f"label_{part}"] for part in _TEXT),
        )
        .where(*conditions)
        .order_by(columns.holder_until, columns.entity_id)
        .limit(items_max + 1)
    )
    return [
        DueItem(
            kind=DueKind.TERM_OF_OFFICE,
            due_on=due_on,
            overdue=due_on < place.clock.effective,
            wording=localized(label),
            record_id=seat_id,
            sample=sample,
            committee_id=committee_id,
            place=place,
        )
        for due_on, seat_id, committee_id, sample, *label in await reading.rows(place.scope, statement)
    ]

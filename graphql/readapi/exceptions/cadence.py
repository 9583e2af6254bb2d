"""Committees that did not keep the cadence of their terms of reference in a year that is over."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import select

from domain import deadlines
from domain.committee.terms import Cadence, Terms
from domain.values import Period
from projections.committee import COMMITTEE, TERMS
from projections.meeting.tables import MEETING
from projections.timeline import TIMELINE
from readapi.asof import happened, held
from readapi.exceptions.found import Evidence, Found, rows
from readapi.reading import Place, Reading

_C, _T, _M, _L = COMMITTEE.c, TERMS.c, MEETING.c, TIMELINE.c
_DAY: Final = timedelta(days=1)
_terms = msgspec.json.Decoder(Terms).decode


class _Version(NamedTuple):
    adopted_on: date
    position: int
    cadence: Cadence | None


class _Meeting(NamedTuple):
    meeting_id: UUID
    held: deadlines.Held


async def cadences_not_kept(reading: Reading, place: Place, since: date | None) -> list[Found]:
    """Years with too few meetings or too many, or without the forum that is asked for.

    A year counts if it is over, if the committee sat until its end, and if a cadence was in force on its first day
    and on its last, whose version judges it.
    """
    versions = await _versions(reading, place)
    meetings = await _meetings(reading, place)
    dissolved = await _dissolved(reading, place)
    statement = select(_C.entity_id, _C.sample).where(
        _C.tenant_id == place.body, *held(COMMITTEE, place.clock), reading.visible(COMMITTEE, place.scope)
    )
    found = []
    for committee_id, sample in await rows(reading, place, statement):
        last = min(place.clock.effective, dissolved.get(committee_id, place.clock.effective)) - _DAY
        were_held = meetings.get(committee_id, [])
        for kept, version in _years(versions.get(committee_id, []), last, were_held):
            on = kept.year.end
            if kept.kept or (since is not None and on < since):
                continue
            in_year = (one for one in were_held if kept.year.start <= one.held.on <= on)
            found.append(
                Found(
                    kind="broken_cadence",
                    on=on,
                    stream="committee",
                    record_id=committee_id,
                    words=kept.words(),
                    evidence=Evidence(
                        positions=(version.position,),
                        of=tuple((one.meeting_id, "meeting.Closed") for one in in_year),
                    ),
                    sample=sample,
                )
            )
    return found


def _years(
    versions: list[_Version], last: date, meetings: list[_Meeting]
) -> Iterator[tuple[deadlines.CadenceKept, _Version]]:
    """The whole years until a day for which a cadence was in force from their first day to their last."""
    day = versions[0].adopted_on if versions else last + _DAY
    while day <= last:
        version = _in_force(versions, day)
        if version is None or version.cadence is None:
            # Versions come one after the other: the next one may have a cadence.
            later = [one.adopted_on for one in versions if one.adopted_on > day]
            day = min(later, default=last + _DAY)
            continue
        year = deadlines.year_of(version.cadence, day)
        judging, begun = _in_force(versions, year.end), _in_force(versions, year.start)
        whole = year.end <= last and begun is not None and begun.cadence is not None
        # A version that counts other years than the one before judges the next of its own.
        if whole and judging is not None and _counts(judging, year):
            assert judging.cadence is not None
            yield deadlines.cadence_kept(judging.cadence, (one.held for one in meetings), year.end), judging
        day = year.end + _DAY


def _counts(version: _Version, year: Period) -> bool:
    return version.cadence is not None and deadlines.year_of(version.cadence, year.end) == year


def _in_force(versions: list[_Version], on: date) -> _Version | None:
    return next((one for one in reversed(versions) if one.adopted_on <= on), None)


async def _versions(reading: Reading, place: Place) -> dict[UUID, list[_Version]]:
    """Of each committee, in the order in which they come into force."""
    statement = (
        select(_T.entity_id, _T.adopted_on, _T.position, _T.terms)
        .where(
            _T.tenant_id == place.body,
            *happened(TERMS, place.clock, on="adopted_on"),
            reading.visible(TERMS, place.scope),
        )
        .order_by(_T.entity_id, _T.adopted_on, _T.position)
    )
    found: dict[UUID, list[_Version]] = {}
    for committee_id, adopted_on, position, terms in await rows(reading, place, statement):
        version = _Version(adopted_on, position, _terms(terms).cadence)
        found.setdefault(committee_id, []).append(version)
    return found


async def _meetings(reading: Reading, place: Place) -> dict[UUID, list[_Meeting]]:
    """The meetings that were held, by committee; one without a quorum was not."""
    statement = (
        select(_M.committee_id, _M.entity_id, _M.holds_on, _M.kind)
        .where(
            _M.tenant_id == place.body,
            _M.status == "held",
            *held(MEETING, place.clock),
            reading.visible(MEETING, place.scope),
        )
        .order_by(_M.holds_on, _M.entity_id)
    )
    found: dict[UUID, list[_Meeting]] = {}
    for committee_id, meeting_id, holds_on, kind in await reading.rows(place.scope, statement):
        meeting = _Meeting(meeting_id, deadlines.Held(on=holds_on, forum=kind == "forum"))
        found.setdefault(committee_id, []).append(meeting)
    return found


async def _dissolved(reading: Reading, place: Place) -> dict[UUID, date]:
    """The day from which committees no longer sit."""
    statement = select(_L.entity_id, _L.effective_on).where(
        _L.tenant_id == place.body,
        _L.type == "committee.Dissolved",
        *happened(TIMELINE, place.clock, on="effective_on"),
    )
    return {row[0]: row[1] for row in await rows(reading, place, statement)}

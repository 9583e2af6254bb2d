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
from readapi.exceptions.found import Evidence, Found, Ground, Named, Parts, Read, Search, Told, few, rows

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


def _parts(ground: Ground) -> Parts:
    """The committees with the versions of their rules, the meetings that were held, and the ends of committees."""
    committees = select(_C.entity_id, _C.sample).where(
        _C.tenant_id == ground.body, *held(COMMITTEE, ground.clock), ground.seen(COMMITTEE)
    )
    terms = (
        select(_T.entity_id, _T.adopted_on, _T.position, _T.terms)
        .where(
            _T.tenant_id == ground.body,
            *happened(TERMS, ground.clock, on="adopted_on"),
            ground.seen(TERMS),
        )
        .order_by(_T.entity_id, _T.adopted_on, _T.position)
    )
    # The meetings that were held; one without a quorum was not.
    meetings = (
        select(_M.committee_id, _M.entity_id, _M.holds_on, _M.kind)
        .where(
            _M.tenant_id == ground.body,
            _M.status == "held",
            *held(MEETING, ground.clock),
            ground.seen(MEETING),
        )
        .order_by(_M.holds_on, _M.entity_id)
    )
    dissolved = select(_L.entity_id, _L.effective_on).where(
        _L.tenant_id == ground.body,
        _L.type == "committee.Dissolved",
        *happened(TIMELINE, ground.clock, on="effective_on"),
        ground.seen(TIMELINE),
    )
    positions, closed = terms.with_only_columns(_T.position), meetings.with_only_columns(_M.entity_id)
    return Parts(
        {
            "committees": few(committees),
            "terms": few(terms),
            "meetings": meetings,
            "dissolved": few(dissolved),
        },
        Named((positions.order_by(None),), ((closed.order_by(None), ("meeting.Closed",)),)),
    )


def _found(told: Told, read: Read) -> list[Found]:
    """Years with too few meetings or too many, or without the forum that is asked for.

    A year counts if it is over, if the committee sat until its end, and if a cadence was in force on its first day
    and on its last, whose version judges it.
    """
    versions: dict[UUID, list[_Version]] = {}
    for committee_id, adopted_on, position, terms in rows(read, "terms"):
        version = _Version(adopted_on, position, _terms(terms).cadence)
        versions.setdefault(committee_id, []).append(version)
    meetings: dict[UUID, list[_Meeting]] = {}
    for committee_id, meeting_id, holds_on, kind in read["meetings"]:
        meeting = _Meeting(meeting_id, deadlines.Held(on=holds_on, forum=kind == "forum"))
        meetings.setdefault(committee_id, []).append(meeting)
    dissolved: dict[UUID, date] = {row[0]: row[1] for row in rows(read, "dissolved")}
    today = told.when.effective
    found = []
    for committee_id, sample in rows(read, "committees"):
        last = min(today, dissolved.get(committee_id, today)) - _DAY
        were_held = meetings.get(committee_id, [])
        for kept, version in _years(versions.get(committee_id, []), last, were_held):
            on = kept.year.end
            if kept.kept or (told.since is not None and on < told.since):
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


CADENCES_NOT_KEPT: Final = Search(_parts, _found)

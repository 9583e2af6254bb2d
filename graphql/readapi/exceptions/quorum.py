"""Decisions without a quorum: as they were recorded, or under rules that were recorded later and dated back."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import and_, func, select

from domain.committee.terms import Terms
from domain.exceptions import under_later_rule, without_quorum, without_quorum_by_later_rule
from domain.values import LocalizedText
from domain.verdict import Call, QuorumVerdict
from projections.authority import ACT
from projections.committee import TERMS
from projections.decision import DECISION
from projections.meeting.tables import MEETING, MOTION
from readapi.asof import happened, held
from readapi.exceptions.found import Evidence, Found, rows
from readapi.reading import Place, Reading, in_any

_D, _A, _T, _M, _MEETING = DECISION.c, ACT.c, TERMS.c, MOTION.c, MEETING.c
_verdict = msgspec.json.Decoder(QuorumVerdict).decode
_terms = msgspec.json.Decoder(Terms).decode


class _Version(NamedTuple):
    """A version of a committee's terms of reference."""

    number: int
    adopted_on: date
    position: int
    terms: str


class _Judged(NamedTuple):
    """A decision with the verdict on its quorum, and when that was given."""

    decision_id: UUID
    committee_id: UUID
    number: str
    position: int
    made_on: date
    judged_on: date
    verdict: QuorumVerdict
    meeting_id: UUID | None
    sample: bool


async def decisions_without_quorum(reading: Reading, place: Place, since: date | None) -> list[Found]:
    """Those whose verdict says so, and those whose people are too few by a version that came later.

    A verdict names the version that was in force as it was known then; if another is in force on that day now, it
    was recorded later and dated back.
    """
    judged = await _decisions(reading, place, since)
    later = [one for one in judged if one.verdict.reached]
    versions = await _versions(reading, place, {one.committee_id for one in later})
    calls = await _calls(reading, place, {one.meeting_id for one in later if one.meeting_id is not None})
    found = []
    for one in judged:
        if not one.verdict.reached:
            words = without_quorum(one.number, one.verdict)
            found.append(_found(one, words, (one.position,)))
            continue
        version = _in_force(versions.get(one.committee_id, ()), one.judged_on)
        if version is None or version.number == one.verdict.terms:
            continue
        call = Call() if one.meeting_id is None else calls.get(one.meeting_id, Call())
        again = under_later_rule(one.verdict, version.number, _terms(version.terms), call)
        if again is not None:
            words = without_quorum_by_later_rule(one.number, version.number, again)
            found.append(_found(one, words, (one.position, version.position)))
    return found


def _found(one: _Judged, words: LocalizedText, positions: tuple[int, ...]) -> Found:
    closed = () if one.meeting_id is None else ((one.meeting_id, "meeting.MotionDecided"),)
    return Found(
        kind="decision_without_quorum",
        on=one.made_on,
        stream="decision",
        record_id=one.decision_id,
        words=words,
        evidence=Evidence(positions=positions, of=closed),
        sample=one.sample,
    )


async def _decisions(reading: Reading, place: Place, since: date | None) -> list[_Judged]:
    """Decisions that broke a rule, or of a committee with several versions of its rules."""
    ruled_again = (
        select(_T.entity_id)
        .where(
            _T.tenant_id == place.body,
            *happened(TERMS, place.clock, on="adopted_on"),
            reading.visible(TERMS, place.scope),
        )
        .group_by(_T.entity_id)
        .having(func.count() > 1)
    )
    motion = and_(
        _M.tenant_id == place.body,
        _M.entity_id == _D.meeting_id,
        _M.motion_id == _D.motion_id,
        *held(MOTION, place.clock),
        reading.visible(MOTION, place.scope),
    )
    made = and_(_A.tenant_id == _D.tenant_id, _A.entity_id == _D.entity_id, _A.type == "decision.Made")
    statement = (
        select(
            *(_D.entity_id, _D.committee_id, _D.year, _D.number, _A.position, _D.made_on, _M.decided_on),
            *(_D.quorum, _D.meeting_id, _D.sample),
        )
        .select_from(DECISION.join(ACT, made).outerjoin(MOTION, motion))
        .where(
            _D.tenant_id == place.body,
            _D.quorum.is_not(None),
            *held(DECISION, place.clock),
            reading.visible(DECISION, place.scope),
            (_D.breaches != "[]") | _D.committee_id.in_(ruled_again),
            *(() if since is None else (_D.made_on >= since,)),
        )
        .order_by(_A.position)
    )
    return [
        _Judged(
            decision_id=decision_id,
            committee_id=committee_id,
            number=f"{year}-{number}",
            position=position,
            made_on=made_on,
            judged_on=decided_on or made_on,
            verdict=_verdict(quorum),
            meeting_id=meeting_id,
            sample=sample,
        )
        for (
            decision_id,
            committee_id,
            year,
            number,
            position,
            made_on,
            decided_on,
            quorum,
            meeting_id,
            sample,
        ) in await rows(reading, place, statement)
    ]


async def _versions(reading: Reading, place: Place, committees: set[UUID]) -> dict[UUID, list[_Version]]:
    """The versions of committees' rules, in the order in which they come into force."""
    found: dict[UUID, list[_Version]] = {}
    if not committees:
        return found
    statement = (
        select(_T.entity_id, _T.number, _T.adopted_on, _T.position, _T.terms)
        .where(
            _T.tenant_id == place.body,
            in_any(_T.entity_id, sorted(committees)),
            *happened(TERMS, place.clock, on="adopted_on"),
            reading.visible(TERMS, place.scope),
        )
        .order_by(_T.entity_id, _T.adopted_on, _T.position)
    )
    for committee_id, *version in await rows(reading, place, statement):
        found.setdefault(committee_id, []).append(_Version(*version))
    return found


def _in_force(versions: Sequence[_Version], on: date) -> _Version | None:
    return next((one for one in reversed(versions) if one.adopted_on <= on), None)


async def _calls(reading: Reading, place: Place, meetings: set[UUID]) -> dict[UUID, Call]:
    """Whether meetings were called a second time, and how many days after the first."""
    again = {one: row for one, row in (await _days(reading, place, meetings)).items() if row[1] is not None}
    first = await _days(reading, place, {row[1] for row in again.values()})
    return {
        one: Call(second=True, days_after=(holds_on - first[of][0]).days)
        for one, (holds_on, of) in again.items()
        if of in first
    }


async def _days(reading: Reading, place: Place, meetings: set[Any]) -> dict[UUID, tuple[date, Any]]:
    if not meetings:
        return {}
    statement = select(_MEETING.entity_id, _MEETING.holds_on, _MEETING.second_call_of).where(
        _MEETING.tenant_id == place.body,
        in_any(_MEETING.entity_id, sorted(meetings)),
        *held(MEETING, place.clock),
        reading.visible(MEETING, place.scope),
    )
    return {row[0]: (row[1], row[2]) for row in await rows(reading, place, statement)}

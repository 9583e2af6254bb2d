"""Decisions without a quorum: as they were recorded, or under rules that were recorded later and dated back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import and_, func, or_, select

from domain.committee.terms import Terms
from domain.exceptions import under_later_rule, without_quorum, without_quorum_by_later_rule
from domain.values import LocalizedText
from domain.verdict import Call, QuorumVerdict
from projections.authority import ACT
from projections.committee import TERMS
from projections.decision import DECISION
from projections.meeting.tables import MEETING, MOTION
from readapi.asof import happened, held
from readapi.exceptions.found import Evidence, Found, Ground, Named, Parts, Read, Search, Told, few, rows

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


def _parts(ground: Ground) -> Parts:
    """Decisions that broke a rule, or of a committee with several versions of its rules, with what judges them."""
    ruled_again = (
        select(_T.entity_id)
        .where(
            _T.tenant_id == ground.body,
            *happened(TERMS, ground.clock, on="adopted_on"),
            ground.seen(TERMS),
        )
        .group_by(_T.entity_id)
        .having(func.count() > 1)
    )
    motion = and_(
        _M.tenant_id == ground.body,
        _M.entity_id == _D.meeting_id,
        _M.motion_id == _D.motion_id,
        *held(MOTION, ground.clock),
        ground.seen(MOTION),
    )
    by = and_(_A.tenant_id == _D.tenant_id, _A.entity_id == _D.entity_id, _A.type == "decision.Made")
    made = and_(by, ground.seen(ACT))
    statement = (
        select(
            *(_D.entity_id, _D.committee_id, _D.year, _D.number, _A.position, _D.made_on, _M.decided_on),
            *(_D.quorum, _D.meeting_id, _D.sample),
        )
        .select_from(DECISION.join(ACT, made).outerjoin(MOTION, motion))
        .where(
            _D.tenant_id == ground.body,
            _D.quorum.is_not(None),
            *held(DECISION, ground.clock),
            ground.seen(DECISION),
            (_D.breaches != "[]") | _D.committee_id.in_(ruled_again),
            *(() if ground.since is None else (_D.made_on >= ground.since,)),
        )
        .order_by(_A.position)
    )
    decisions = few(statement).cte()
    versions = (
        select(_T.entity_id, _T.number, _T.adopted_on, _T.position, _T.terms)
        .where(
            _T.tenant_id == ground.body,
            _T.entity_id.in_(select(decisions.c.committee_id)),
            *happened(TERMS, ground.clock, on="adopted_on"),
            ground.seen(TERMS),
        )
        .order_by(_T.entity_id, _T.adopted_on, _T.position)
    )
    meetings = select(decisions.c.meeting_id)
    seen = (_MEETING.tenant_id == ground.body, *held(MEETING, ground.clock), ground.seen(MEETING))
    first = select(_MEETING.second_call_of).where(_MEETING.entity_id.in_(meetings), *seen).correlate(None)
    days = select(_MEETING.entity_id, _MEETING.holds_on, _MEETING.second_call_of).where(
        or_(_MEETING.entity_id.in_(meetings), _MEETING.entity_id.in_(first)), *seen
    )
    return Parts(
        {
            "decisions": select(*decisions.c).order_by(decisions.c.position),
            "versions": few(versions),
            "days": few(days),
        },
        Named(
            (select(decisions.c.position), versions.with_only_columns(_T.position).order_by(None)),
            ((meetings, ("meeting.MotionDecided",)),),
        ),
    )


def _found(_: Told, read: Read) -> list[Found]:
    """Those whose verdict says so, and those whose people are too few by a version that came later.

    A verdict names the version that was in force as it was known then; if another is in force on that day now, it
    was recorded later and dated back.
    """
    versions: dict[UUID, list[_Version]] = {}
    for committee_id, *version in rows(read, "versions"):
        versions.setdefault(committee_id, []).append(_Version(*version))
    calls = _calls({row[0]: (row[1], row[2]) for row in rows(read, "days")})
    found = []
    for one in _judged(read):
        if not one.verdict.reached:
            words = without_quorum(one.number, one.verdict)
            found.append(_told(one, words, (one.position,)))
            continue
        latest = _in_force(versions.get(one.committee_id, ()), one.judged_on)
        if latest is None or latest.number == one.verdict.terms:
            continue
        call = Call() if one.meeting_id is None else calls.get(one.meeting_id, Call())
        again = under_later_rule(one.verdict, latest.number, _terms(latest.terms), call)
        if again is not None:
            words = without_quorum_by_later_rule(one.number, latest.number, again)
            found.append(_told(one, words, (one.position, latest.position)))
    return found


def _told(one: _Judged, words: LocalizedText, positions: tuple[int, ...]) -> Found:
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


def _judged(read: Read) -> list[_Judged]:
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
        ) in rows(read, "decisions")
    ]


def _in_force(versions: Sequence[_Version], on: date) -> _Version | None:
    return next((one for one in reversed(versions) if one.adopted_on <= on), None)


def _calls(days: Mapping[UUID, tuple[date, UUID | None]]) -> dict[UUID, Call]:
    """Whether meetings were called a second time, and how many days after the first."""
    return {
        one: Call(second=True, days_after=(holds_on - days[of][0]).days)
        for one, (holds_on, of) in days.items()
        if of is not None and of in days
    }


DECISIONS_WITHOUT_QUORUM: Final = Search(_parts, _found)

"""Meetings and decisions: what the read models say of them, and what the rules know."""

from domain.decision.state import Decision
from domain.ids import DecisionId, MeetingId
from domain.meeting.state import Meeting, tally
from projections.decision import queries as decisions
from projections.meeting import queries as meetings
from services.checking import Facts, Version, known


async def check_meeting(at: Version, state: Meeting) -> tuple[Facts, Facts]:
    meeting_id = MeetingId(at.stream_id)
    row = await at.one(meetings.meeting(at.tenant_id, meeting_id, at.as_of))
    moved = await at.all(meetings.movements(at.tenant_id, meeting_id, at.as_of))
    motions = await at.all(meetings.motions(at.tenant_id, meeting_id, at.as_of))
    people = await at.all(meetings.motion_people(at.tenant_id, meeting_id, at.as_of))
    minutes = "adopted" if state.minutes_adopted else "draft" if state.minutes else "none"
    said = {
        "meeting": row and (row.committee_id, row.holds_on, row.starts_at, row.second_call_of),
        "agenda": row and row.agenda,
        "status": row and row.status,
        "minutes": row and (row.minutes, row.minutes_revision),
        "moved": len(moved),
        "motions": {
            one.motion_id: (one.kind, one.quorum, one.majority, one.decided_version, one.breaches)
            for one in motions
        },
        "recused": {(one.motion_id, one.person_id) for one in people if one.recused},
        "dissents": {(one.motion_id, one.person_id) for one in people if one.dissented},
        "votes": {
            one.motion_id: (one.in_favour, one.against, one.abstentions)
            for one in motions
            if one.ballot not in (None, "consensus")
        },
    }
    ended = {motion_id: motion.decided for motion_id, motion in state.motions.items()}
    counts = {key: tally(one.ballot) for key, one in state.motions.items() if one.ballot is not None}
    return said, {
        "meeting": (state.committee_id, state.holds_on, state.starts_at, state.second_call_of),
        "agenda": known(state.agenda) or (),
        "status": state.closed or "convened",
        "minutes": (minutes, state.minutes),
        "moved": len(state.moved),
        "motions": {
            key: (motion.kind, None, None, None, ())
            if (decided := ended[key]) is None
            else (motion.kind, decided.quorum, decided.majority, decided.version, decided.breaches)
            for key, motion in state.motions.items()
        },
        "recused": {(key, person) for key, motion in state.motions.items() for person in motion.recused},
        "dissents": {(key, person) for key, motion in state.motions.items() for person in motion.dissents},
        "votes": {key: (one.in_favour, one.against, one.abstentions) for key, one in counts.items()},
    }


async def check_decision(at: Version, state: Decision) -> tuple[Facts, Facts]:
    row = await at.one(decisions.decision(at.tenant_id, DecisionId(at.stream_id), at.as_of))
    status = "rescinded" if state.rescinded_on else "superseded" if state.superseded_on else "made"
    said = {
        "number": row and (row.committee_id, row.year, row.number),
        "method": row and row.method,
        "holds": row and (row.made_on, row.holds_from, row.holds_until),
        "ratification": row and (row.needs_ratification, row.ratified_on),
        "end": row and (row.status, row.ended_on, row.superseded_by),
        "breaches": row and row.breaches,
    }
    if at.is_last and state.published:  # what was published is public as it ever stood
        said["audience"] = row and row.audience
    return said, {
        "number": (state.committee_id, state.year, state.number),
        "method": state.method,
        "holds": (state.made_on, state.holds_from, state.holds_until),
        "ratification": (state.needs_ratification, state.ratified_on),
        "end": (status, state.ended_on, state.superseded_by),
        "breaches": state.breaches,
        **({"audience": "public"} if "audience" in said else {}),
    }

"""From events of meetings to rows."""

from typing import Any, Final
from uuid import UUID

from domain.audience import Audience
from domain.meeting.events import (
    AgendaSet,
    AttendanceRecorded,
    ByName,
    ConsensusRecorded,
    DissentRecorded,
    MeetingClosed,
    MeetingConvened,
    MinutesAdopted,
    MinutesCorrected,
    MinutesDrafted,
    MotionDecided,
    MotionMoved,
    RecusalRecorded,
    Secret,
    VoteRecorded,
)
from domain.meeting.state import tally
from projections import events
from projections.bitemporal import Form, Group
from projections.columns import json_value, localized_values
from projections.core import Work, note
from projections.meeting.tables import MEETING, MOTION, MOTION_PERSON, MOVEMENT, QUORUM, TABLES
from projections.projection import Projection
from projections.reading import Seen
from projections.tables import shape

_MEETING: Final = Form(MEETING)
_MEETING_AUDIENCE: Final = _MEETING.column("audience")
_CONVENED: Final = _MEETING.group(*(name for name in shape(MEETING).facts if name != "sample"))
_AGENDA: Final = _MEETING.group("agenda")
_CLOSED: Final = _MEETING.group("status", "closed_at", "closing_quorum")
_MINUTES: Final = _MEETING.group("minutes", "minutes_revision", "minutes_languages")
_ADOPTED: Final = _MEETING.group("minutes", "minutes_adopted_at")

_MOTION: Final = Form(MOTION)
_MOTION_AUDIENCE: Final = _MOTION.column("audience")
_MOVED: Final = _MOTION.group(
    "rank",
    "kind",
    *(f"title_{part}" for part in ("en", "fr", "source", "unofficial")),
    *("moved_by", "seconded_by", "item_id"),
    *("status", "breaches"),
)
_ASKED: Final = _MOTION.group("ballot", "in_favour", "against", "abstentions")
_DECIDED: Final = _MOTION.group(
    *("status", "method", "decided_at", "decided_on", "decided_version", "quorum", "majority", "breaches")
)

_PERSON: Final = Form(MOTION_PERSON)
_PERSON_AUDIENCE: Final = ((_PERSON.column("audience"), Audience.TENANT.value),)
_VOTED: Final = _PERSON.group("voted", "choice")
_RECUSED: Final = _PERSON.group("recused")
_OBJECTED: Final = _PERSON.group("objected")
_DISSENTED: Final = _PERSON.group("dissented")
_UNASKED: Final = (None, None, None, None)


def _convened(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, MeetingConvened)
    cause = payload.cause
    values = (
        payload.committee_id,
        payload.kind,
        *localized_values(payload.title),
        payload.holds_on,
        payload.starts_at,
        payload.time_zone,
        *localized_values(payload.place),
        payload.mode,
        payload.second_call_of,
        *((None, None, None) if cause is None else (cause.log, cause.stream, cause.version)),
        "convened",
        None,
        None,
        "[]",
        "none",
        0,
        "",
        None,
    )
    segments = work.timelines(MEETING).of(seen.stream_id)
    note(segments, seen, _CONVENED, values, [(_MEETING_AUDIENCE, payload.audience.value)])


def _agenda_set(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AgendaSet)
    note(work.timelines(MEETING).of(seen.stream_id), seen, _AGENDA, (json_value(payload.items),))


def _attendance_recorded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AttendanceRecorded)
    own = (seen.on, seen.at, seen.sample)
    movements = work.plain(MOVEMENT)
    for line, moved in enumerate(payload.movements):
        values = (moved.person_id, moved.movement, moved.at, moved.by, *own, Audience.TENANT.value)
        movements.add(seen.stream_id, (seen.position, line), values)
    if payload.quorum is not None:
        times = [moved.at for moved in payload.movements if moved.at is not None]
        verdict = (max(times, default=None), payload.quorum.reached, json_value(payload.quorum))
        audience = _of_meeting(work, seen)
        work.plain(QUORUM).add(seen.stream_id, (seen.position,), (*verdict, *own, audience))


def _closed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, MeetingClosed)
    values = (payload.outcome, payload.at, _json(payload.quorum))
    note(work.timelines(MEETING).of(seen.stream_id), seen, _CLOSED, values)


def _minutes_written(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, MinutesDrafted | MinutesCorrected)
    revision = payload.revision if isinstance(payload, MinutesCorrected) else 1
    texts = {"en": payload.text_en, "fr": payload.text_fr}
    languages = ",".join(language for language, text in texts.items() if text is not None)
    note(work.timelines(MEETING).of(seen.stream_id), seen, _MINUTES, ("draft", revision, languages))


def _minutes_adopted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, MinutesAdopted)
    note(work.timelines(MEETING).of(seen.stream_id), seen, _ADOPTED, ("adopted", payload.at_meeting_id))


def _motion_moved(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, MotionMoved)
    values = (
        len(work.timelines(MOTION).under(seen.stream_id)) + 1,
        payload.kind,
        *localized_values(payload.title),
        payload.moved_by,
        payload.seconded_by,
        payload.item_id,
        "open",
        "[]",
    )
    segments = work.timelines(MOTION).of(seen.stream_id, (payload.motion_id,))
    note(segments, seen, _MOVED, values, [(_MOTION_AUDIENCE, _of_meeting(work, seen))])


def _vote_recorded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, VoteRecorded)
    ballot = payload.ballot
    votes = tally(ballot)
    kind = ballot.__struct_config__.tag
    counts = (kind, votes.in_favour, votes.against, votes.abstentions)
    note(work.timelines(MOTION).of(seen.stream_id, (payload.motion_id,)), seen, _ASKED, counts)
    if isinstance(ballot, ByName):
        for vote in ballot.votes:
            _person(work, seen, (payload.motion_id, vote.person_id), _VOTED, (True, vote.choice))
    elif isinstance(ballot, Secret):
        for person_id in ballot.voted:
            _person(work, seen, (payload.motion_id, person_id), _VOTED, (True, None))


def _consensus_recorded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ConsensusRecorded)
    counts = ("consensus", None, len(payload.objections), None)
    note(work.timelines(MOTION).of(seen.stream_id, (payload.motion_id,)), seen, _ASKED, counts)
    for person_id in payload.objections:
        _person(work, seen, (payload.motion_id, person_id), _OBJECTED, (True,))


def _recusal_recorded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, RecusalRecorded)
    _person(work, seen, (payload.motion_id, payload.person_id), _RECUSED, (True,))


def _dissent_recorded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, DissentRecorded)
    _person(work, seen, (payload.motion_id, payload.person_id), _DISSENTED, (True,))


def _motion_decided(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, MotionDecided)
    values = (
        "carried" if payload.carried else "not_carried",
        payload.method,
        payload.at,
        seen.on,
        seen.version,
        _json(payload.quorum),
        _json(payload.majority),
        json_value(seen.breaches),
    )
    note(work.timelines(MOTION).of(seen.stream_id, (payload.motion_id,)), seen, _DECIDED, values)


def _person(work: Work, seen: Seen, sub: tuple[UUID, UUID], group: Group, values: tuple[Any, ...]) -> None:
    """Note what somebody did about a motion; `sub` is the motion and the person."""
    segments = work.timelines(MOTION_PERSON).of(seen.stream_id, sub)
    note(segments, seen, group, values, _PERSON_AUDIENCE)


def _of_meeting(work: Work, seen: Seen) -> Any:
    """What belongs to a meeting and names nobody is seen by those who see the meeting."""
    return work.timelines(MEETING).of(seen.stream_id).rows[0][_MEETING_AUDIENCE]


def _json(value: Any) -> str | None:
    return None if value is None else json_value(value)


MEETINGS: Final = Projection(
    "meeting",
    TABLES,
    {
        MeetingConvened: _convened,
        AgendaSet: _agenda_set,
        AttendanceRecorded: _attendance_recorded,
        MotionMoved: _motion_moved,
        RecusalRecorded: _recusal_recorded,
        VoteRecorded: _vote_recorded,
        ConsensusRecorded: _consensus_recorded,
        DissentRecorded: _dissent_recorded,
        MotionDecided: _motion_decided,
        MeetingClosed: _closed,
        MinutesDrafted: _minutes_written,
        MinutesCorrected: _minutes_written,
        MinutesAdopted: _minutes_adopted,
    },
    events.ALL - events.MEETING,
)

"""From events of decisions to rows."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from domain.audience import Audience
from domain.decision.events import (
    AtMeeting,
    Basis,
    ByConsent,
    ByEVote,
    ByOffice,
    DecisionMade,
    DecisionPublished,
    DecisionRatified,
    DecisionRescinded,
    DecisionSuperseded,
)
from domain.meeting.events import ByName, Secret
from projections import events
from projections.bitemporal import Form
from projections.columns import authority_values, json_value, localized_values
from projections.core import Work, note
from projections.decision.tables import ANSWER, DECISION, TABLES
from projections.projection import Projection
from projections.reading import Seen
from projections.tables import localized, shape

_DECISION: Final = Form(DECISION)
_AUDIENCE: Final = _DECISION.column("audience")
_MADE: Final = _DECISION.group(*(name for name in shape(DECISION).facts if name != "sample"))
_RATIFIED: Final = _DECISION.group(
    "ratified_on",
    *(column.name for column in localized("ratified_office")),
    *("ratified_number", "ratified_dated"),
)
_ENDED: Final = _DECISION.group("status", "ended_on", "superseded_by")
_NOTHING: Final = localized_values(None)


def _made(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, DecisionMade)
    values = (
        payload.committee_id,
        payload.year,
        payload.number,
        payload.method,
        *localized_values(payload.title),
        *_basis(payload.basis),
        payload.motion,
        None if payload.quorum is None else json_value(payload.quorum),
        None if payload.majority is None else json_value(payload.majority),
        seen.on,
        payload.holds_from,
        payload.holds_until,
        *localized_values(payload.ratified_by),
        *(None, *_NOTHING, None, None),
        *("made", None, None),
        json_value(seen.breaches),
        *authority_values(seen.authority),
    )
    segments = work.timelines(DECISION).of(seen.stream_id)
    note(segments, seen, _MADE, values, [(_AUDIENCE, payload.audience.value)])
    own = (seen.on, seen.at, seen.position, seen.sample, Audience.TENANT.value)
    for person_id, answer in _answers(payload.basis):
        work.plain(ANSWER).add(seen.stream_id, (person_id,), (answer, *own))


def _basis(basis: Basis) -> tuple[Any, ...]:
    """Meeting, its version and motion; office, number and date of its instrument; the day of opening."""
    match basis:
        case AtMeeting():
            at = (basis.meeting_id, basis.meeting_version, basis.motion_id)
            return (*at, *_NOTHING, None, None, None)
        case ByOffice():
            return (None, None, None, *localized_values(basis.office), basis.number, basis.dated, None)
    return (None, None, None, *_NOTHING, None, None, basis.opened_on)


def _answers(basis: Basis) -> Iterator[tuple[UUID, str]]:
    match basis:
        case ByConsent():
            yield from ((person_id, "consented") for person_id in basis.consented)
            yield from ((person_id, "objected") for person_id in basis.objected)
        case ByEVote(ballot=ByName(votes=votes)):
            yield from ((vote.person_id, vote.choice) for vote in votes)
        case ByEVote(ballot=Secret(voted=voted)):
            yield from ((person_id, "voted") for person_id in voted)


def _ratified(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, DecisionRatified)
    values = (seen.on, *localized_values(payload.office), payload.number, payload.dated)
    note(work.timelines(DECISION).of(seen.stream_id), seen, _RATIFIED, values)


def _rescinded(work: Work, seen: Seen) -> None:
    note(work.timelines(DECISION).of(seen.stream_id), seen, _ENDED, ("rescinded", seen.on, None))


def _superseded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, DecisionSuperseded)
    values = ("superseded", seen.on, payload.by_decision_id)
    note(work.timelines(DECISION).of(seen.stream_id), seen, _ENDED, values)


def _published(work: Work, seen: Seen) -> None:
    """From now on everybody may read it, as it ever stood."""
    decisions = work.timelines(DECISION)
    for row in decisions.of(seen.stream_id).written:
        decisions.amend(row, _AUDIENCE, Audience.PUBLIC.value)


DECISIONS: Final = Projection(
    "decision",
    TABLES,
    {
        DecisionMade: _made,
        DecisionRatified: _ratified,
        DecisionRescinded: _rescinded,
        DecisionSuperseded: _superseded,
        DecisionPublished: _published,
    },
    events.ALL - events.DECISION,
)

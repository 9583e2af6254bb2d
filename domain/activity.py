"""Activity log: what was done, in light counts. It says how many came, never who."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

import msgspec

from domain.agreement import OWNERS, Tag
from domain.audience import Audience
from domain.case import Case
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.facts import Dated, holds, latest
from domain.ids import ActivityId, PersonId
from domain.stream import Command, State, Stream
from domain.values import LocalizedText, QualifiedValue, SealedText, TerritoryCode

ActivityKind = Literal["session", "referral", "presentation"]


class ActivityFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is kept of an activity: the day, the place, how many people, and codes for grouping."""

    held_on: date
    label: LocalizedText
    """What it was; of a referral, the service to which people were referred. Never a person's name."""
    place: TerritoryCode | None = None
    people: QualifiedValue | None = None
    """How many were present, or were referred; absent: not counted."""
    tags: Annotated[tuple[Tag, ...], msgspec.Meta(max_length=20)] = ()


# --- events -------------------------------------------------------------------------------------------------


@event("activity.Recorded", lifecycle=True)
class ActivityRecorded(Event, frozen=True, kw_only=True):
    kind: ActivityKind
    facts: ActivityFacts
    audience: Audience


@event("activity.Corrected")
class ActivityCorrected(Event, frozen=True, kw_only=True):
    """All of what is kept of it, anew."""

    facts: ActivityFacts


@event("activity.Withdrawn", lifecycle=True)
class ActivityWithdrawn(Event, frozen=True, kw_only=True):
    """It did not take place, or was recorded twice."""

    note: SealedText | None


# --- commands -----------------------------------------------------------------------------------------------


class RecordSession(Command, frozen=True, kw_only=True):
    """Record a session: an information evening, a workshop, a meeting with newcomers."""

    activity_id: ActivityId
    facts: ActivityFacts
    audience: Audience = Audience.TENANT


class RecordReferral(Command, frozen=True, kw_only=True):
    """Record that people were referred to a service, as a count."""

    activity_id: ActivityId
    facts: ActivityFacts
    audience: Audience = Audience.TENANT


class RecordPresentation(Command, frozen=True, kw_only=True):
    """Record that the partnership or its work was presented to somebody."""

    activity_id: ActivityId
    facts: ActivityFacts
    audience: Audience = Audience.TENANT


class CorrectActivity(Command, frozen=True, kw_only=True):
    """Restate what is kept of an activity, whole."""

    activity_id: ActivityId
    facts: ActivityFacts


class WithdrawActivity(Command, frozen=True, kw_only=True):
    """Take an activity back that did not take place or was recorded twice."""

    activity_id: ActivityId
    note: SealedText | None = None


# --- rules --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class ActivityAheadError(Refusal):
    held_on: object
    code = "activity_ahead"
    en = "An activity of {held_on} cannot be recorded before that day."
    fr = "Une activité du {held_on} ne peut être inscrite avant ce jour."


@dataclass(eq=False)
class PeopleCountError(Refusal):
    given: object
    code = "people_count"
    en = "{given} is no count of people: give a whole number that is not negative."
    fr = "{given} n’est pas un nombre de personnes : donnez un nombre entier, sans signe moins."


@dataclass(eq=False)
class ActivityWithdrawnError(Refusal):
    code = "activity_withdrawn"
    en = "This activity was withdrawn; record it anew if it took place."
    fr = "Cette activité a été retirée; inscrivez-la de nouveau si elle a eu lieu."


class Activity(State, frozen=True, kw_only=True):
    kind: ActivityKind | None = None
    facts: Dated[ActivityFacts] | None = None
    withdrawn: bool = False
    recorded_by: PersonId | None = None


def evolve(activity: Activity, recorded: Recorded) -> Activity:
    replace = msgspec.structs.replace
    match recorded.payload:
        case ActivityRecorded(kind=kind, facts=facts):
            by = recorded.envelope.actor.id
            return replace(activity, kind=kind, facts=latest(None, facts, recorded), recorded_by=by)
        case ActivityCorrected(facts=facts):
            return replace(activity, facts=latest(activity.facts, facts, recorded))
        case ActivityWithdrawn():
            return replace(activity, withdrawn=True)
    return activity


ACTIVITY = Stream("activity", Activity(), evolve, schema=2)


@ACTIVITY.handles("activity_id", creates=True, owners=OWNERS)
def record_session(activity: Activity, command: RecordSession, case: Case) -> list[Event]:  # noqa: ARG001 - no past
    return _recorded("session", command, case)


@ACTIVITY.handles("activity_id", creates=True, owners=OWNERS)
def record_referral(activity: Activity, command: RecordReferral, case: Case) -> list[Event]:  # noqa: ARG001
    return _recorded("referral", command, case)


@ACTIVITY.handles("activity_id", creates=True, owners=OWNERS)
def record_presentation(activity: Activity, command: RecordPresentation, case: Case) -> list[Event]:  # noqa: ARG001
    return _recorded("presentation", command, case)


@ACTIVITY.handles("activity_id", owners=OWNERS)
def correct(activity: Activity, command: CorrectActivity, case: Case) -> list[Event]:
    """Restate the facts; those that it already has on that day record nothing."""
    if activity.withdrawn:
        raise ActivityWithdrawnError
    _check(command.facts, case)
    if holds(activity.facts, command.facts, case.on):
        return []
    return [ActivityCorrected(facts=command.facts)]


@ACTIVITY.handles("activity_id", owners=OWNERS)
def withdraw(activity: Activity, command: WithdrawActivity) -> list[Event]:
    if activity.withdrawn:
        raise ActivityWithdrawnError
    return [ActivityWithdrawn(note=command.note)]


def _recorded(
    kind: ActivityKind, command: RecordSession | RecordReferral | RecordPresentation, case: Case
) -> list[Event]:
    _check(command.facts, case)
    return [ActivityRecorded(kind=kind, facts=command.facts, audience=command.audience)]


def _check(facts: ActivityFacts, case: Case) -> None:
    if facts.held_on > case.on:
        raise ActivityAheadError(held_on=facts.held_on)
    if facts.people is None:
        return
    for number in (facts.people.number, facts.people.upper):
        if number is not None and (number < 0 or number != number.to_integral_value()):
            raise PeopleCountError(given=number)

"""What happened to a seat. People are pseudonyms of this log."""

from datetime import date
from typing import Literal

import msgspec

from domain.committee.terms import Sector
from domain.event import Event, event
from domain.ids import CommitteeId, OrganisationId, PersonId
from domain.values import LocalizedText, SealedText

SeatRight = Literal["vote", "voice", "observer"]
"""Votes; takes part in the discussion; attends."""
TermEnd = Literal["completed", "resigned", "removed", "organisation_left", "died", "unstated"]
CandidacyOutcome = Literal["declined", "withdrawn"]


class Represented(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The organisation that a member speaks for, as the source names it."""

    name: LocalizedText
    organisation_id: OrganisationId | None = None
    """Its id in the commons, where it is registered."""


@event("seat.Created", lifecycle=True)
class SeatCreated(Event, frozen=True, kw_only=True):
    committee_id: CommitteeId
    number: int
    label: LocalizedText
    sector: Sector | None
    right: SeatRight
    ex_officio: bool


@event("seat.MemberSeated")
class MemberSeated(Event, frozen=True, kw_only=True):
    """From the effective day on the person holds the seat, to the end of `until`; None: no end is stated."""

    person_id: PersonId
    represents: Represented | None
    until: date | None


@event("seat.TermEnded")
class TermEnded(Event, frozen=True, kw_only=True):
    """From the effective day on the person holds the seat no more."""

    person_id: PersonId
    reason: TermEnd
    note: SealedText | None


@event("seat.AlternateNamed")
class AlternateNamed(Event, frozen=True, kw_only=True):
    """Who stands in for the holder, for as long as that one sits; None: nobody does."""

    holder_id: PersonId
    person_id: PersonId | None


@event("seat.InterestExpressed")
class InterestExpressed(Event, frozen=True, kw_only=True):
    person_id: PersonId
    represents: Represented | None


@event("seat.CandidateNominated")
class CandidateNominated(Event, frozen=True, kw_only=True):
    person_id: PersonId


@event("seat.CandidateApproved")
class CandidateApproved(Event, frozen=True, kw_only=True):
    """The envelope names the decision."""

    person_id: PersonId


@event("seat.CandidacyClosed")
class CandidacyClosed(Event, frozen=True, kw_only=True):
    """It ended without the person being seated."""

    person_id: PersonId
    outcome: CandidacyOutcome


@event("seat.Abolished", lifecycle=True)
class SeatAbolished(Event, frozen=True, kw_only=True):
    """The seat is no more from the effective day on."""

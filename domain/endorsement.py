"""Endorsements: that an organisation stands behind a partnership or its plan. Only what a source names is kept."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from domain.audience import Audience
from domain.body import PARTNERSHIPS
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import EndorsementId, OrganisationId, PlanId
from domain.published_aggregate import Publication
from domain.stream import Command, State, Stream
from domain.values import LocalizedText, PartialDate, SealedText

OWNERS = PARTNERSHIPS

EndorsementKind = Literal["council_resolution", "letter", "declaration", "membership", "unstated"]


@event("endorsement.Recorded", lifecycle=True)
class EndorsementRecorded(Event, frozen=True, kw_only=True):
    endorser: LocalizedText
    """An organisation or municipality, never a person."""
    organisation_id: OrganisationId | None
    kind: EndorsementKind
    given: PartialDate | None
    plan_id: PlanId | None
    """The plan that is endorsed; absent: the partnership itself."""
    publication: Publication
    audience: Audience


@event("endorsement.Withdrawn", lifecycle=True)
class EndorsementWithdrawn(Event, frozen=True, kw_only=True):
    """The organisation does not stand behind it any more, or never did."""

    note: SealedText | None


class RecordEndorsement(Command, frozen=True, kw_only=True):
    """Record that a source names an organisation as standing behind the partnership or its plan."""

    endorsement_id: EndorsementId
    endorser: LocalizedText
    publication: Publication
    kind: EndorsementKind = "unstated"
    organisation_id: OrganisationId | None = None
    given: PartialDate | None = None
    plan_id: PlanId | None = None
    audience: Audience = Audience.PUBLIC


class WithdrawEndorsement(Command, frozen=True, kw_only=True):
    endorsement_id: EndorsementId
    note: SealedText | None = None


@dataclass(eq=False)
class EndorsementWithdrawnError(Refusal):
    code = "endorsement_withdrawn"
    en = "This endorsement is already withdrawn."
    fr = "Cet appui est déjà retiré."


class Endorsement(State, frozen=True, kw_only=True):
    endorser: LocalizedText | None = None
    kind: EndorsementKind | None = None
    withdrawn: bool = False


def evolve(endorsement: Endorsement, recorded: Recorded) -> Endorsement:
    match recorded.payload:
        case EndorsementRecorded(endorser=endorser, kind=kind):
            return msgspec.structs.replace(endorsement, endorser=endorser, kind=kind)
        case EndorsementWithdrawn():
            return msgspec.structs.replace(endorsement, withdrawn=True)
    return endorsement


ENDORSEMENT = Stream("endorsement", Endorsement(), evolve)


@ENDORSEMENT.handles("endorsement_id", creates=True, owners=OWNERS)
def record(endorsement: Endorsement, command: RecordEndorsement) -> list[Event]:  # noqa: ARG001 - no past
    return [
        EndorsementRecorded(
            endorser=command.endorser,
            organisation_id=command.organisation_id,
            kind=command.kind,
            given=command.given,
            plan_id=command.plan_id,
            publication=command.publication,
            audience=command.audience,
        )
    ]


@ENDORSEMENT.handles("endorsement_id", owners=OWNERS)
def withdraw(endorsement: Endorsement, command: WithdrawEndorsement) -> list[Event]:
    """Withdraw it; a second time is refused, since its date would contradict the first."""
    if endorsement.withdrawn:
        raise EndorsementWithdrawnError
    return [EndorsementWithdrawn(note=command.note)]

"""Agreements (ententes): signed, amended, renewed, terminated, with their obligations and contributions."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

import msgspec

from domain.audience import Audience
from domain.body import PARTNERSHIPS, BodyKind
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.facts import Dated, latest
from domain.ids import AgreementId, ContributionId, ObligationId, OrganisationId, PlanId
from domain.stream import Command, State, Stream
from domain.values import LocalizedText, PartialDate, QualifiedValue, SealedText, TerritoryCode

OWNERS = PARTNERSHIPS | {BodyKind.MINISTRY, BodyKind.FUNDER}

AgreementType = Literal["grant", "contribution", "other_transfer", "collaboration", "unstated"]
Tag = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{1,40}$(?!\n)")]


class Programme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The programme as the source labels it; the code groups labels that mean the same programme."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,60}$(?!\n)")]
    label: LocalizedText
    named_in_source: bool = True
    """False: the source gives a heading and names no programme."""


class Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when to when, as precisely as is known; an absent end is open."""

    start: PartialDate | None
    end: PartialDate | None


class Party(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: LocalizedText


# --- events -------------------------------------------------------------------------------------------------


@event("agreement.Signed", lifecycle=True)
class AgreementSigned(Event, frozen=True, kw_only=True):
    programme: Programme
    parties: tuple[Party, ...] | None
    """None: not named in the source, which is not the same as nobody."""
    purpose: LocalizedText | None
    type: AgreementType
    signed: PartialDate | None
    term: Term | None
    amount: QualifiedValue | None
    territory: TerritoryCode | None
    tags: tuple[str, ...]
    plan_id: PlanId | None
    audience: Audience


@event("agreement.Amended")
class AgreementAmended(Event, frozen=True, kw_only=True):
    """Amendment n restates what it changes; what it leaves out stays. The original is number 0."""

    number: int
    amount: QualifiedValue | None
    term: Term | None
    purpose: LocalizedText | None


@event("agreement.Renewed", lifecycle=True)
class AgreementRenewed(Event, frozen=True, kw_only=True):
    term: Term


@event("agreement.Terminated", lifecycle=True)
class AgreementTerminated(Event, frozen=True, kw_only=True):
    reason: SealedText | None


@event("agreement.ObligationAdded")
class ObligationAdded(Event, frozen=True, kw_only=True):
    obligation_id: ObligationId
    wording: LocalizedText
    due_on: date | None


@event("agreement.ObligationFulfilled")
class ObligationFulfilled(Event, frozen=True, kw_only=True):
    obligation_id: ObligationId


@event("agreement.ContributionRecorded")
class ContributionRecorded(Event, frozen=True, kw_only=True):
    """Cash and in kind stay apart."""

    contribution_id: ContributionId
    source: LocalizedText
    in_kind: bool
    amount: QualifiedValue


@event("agreement.PartnerNamed")
class PartnerNamed(Event, frozen=True, kw_only=True):
    """An organisation of the commons reports under the agreement: its people see it and what is required by it."""

    organisation_id: OrganisationId
    name: LocalizedText


@event("agreement.PartnerEnded")
class PartnerEnded(Event, frozen=True, kw_only=True):
    """From now on it does so no longer."""

    organisation_id: OrganisationId
    name: LocalizedText


# --- commands -----------------------------------------------------------------------------------------------


class SignAgreement(Command, frozen=True, kw_only=True):
    """Record an agreement, effective on the day it was signed or is first attested."""

    agreement_id: AgreementId
    programme: Programme
    parties: Annotated[tuple[Party, ...], msgspec.Meta(min_length=1, max_length=50)] | None = None
    purpose: LocalizedText | None = None
    type: AgreementType = "unstated"
    signed: PartialDate | None = None
    term: Term | None = None
    amount: QualifiedValue | None = None
    territory: TerritoryCode | None = None
    tags: Annotated[tuple[Tag, ...], msgspec.Meta(max_length=20)] = ()
    plan_id: PlanId | None = None
    audience: Audience = Audience.FUNDERS


class AmendAgreement(Command, frozen=True, kw_only=True):
    agreement_id: AgreementId
    number: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    amount: QualifiedValue | None = None
    term: Term | None = None
    purpose: LocalizedText | None = None


class RenewAgreement(Command, frozen=True, kw_only=True):
    agreement_id: AgreementId
    term: Term


class TerminateAgreement(Command, frozen=True, kw_only=True):
    agreement_id: AgreementId
    reason: SealedText | None = None


class AddObligation(Command, frozen=True, kw_only=True):
    agreement_id: AgreementId
    obligation_id: ObligationId
    wording: LocalizedText
    due_on: date | None = None


class FulfilObligation(Command, frozen=True, kw_only=True):
    agreement_id: AgreementId
    obligation_id: ObligationId


class RecordContribution(Command, frozen=True, kw_only=True):
    agreement_id: AgreementId
    contribution_id: ContributionId
    source: LocalizedText
    in_kind: bool
    amount: QualifiedValue


class NamePartner(Command, frozen=True, kw_only=True):
    """Let an organisation's people report under the agreement; its name is as the agreement has it."""

    agreement_id: AgreementId
    organisation_id: OrganisationId
    name: LocalizedText


class EndPartner(Command, frozen=True, kw_only=True):
    """Let them report under it no longer."""

    agreement_id: AgreementId
    organisation_id: OrganisationId


# --- rules --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class AgreementEndedError(Refusal):
    code = "agreement_ended"
    en = "This agreement was terminated; record a new one instead."
    fr = "Cette entente a été résiliée; enregistrez-en une nouvelle."


@dataclass(eq=False)
class AmendmentNumberError(Refusal):
    number: int
    expected: int
    code = "amendment_number"
    en = "Amendment {number} cannot follow: the next number is {expected}."
    fr = "La modification no {number} ne peut suivre : le prochain numéro est {expected}."


@dataclass(eq=False)
class AmendmentEmptyError(Refusal):
    code = "amendment_empty"
    en = "An amendment changes the amount, the term or the purpose; this one changes nothing."
    fr = "Une modification touche le montant, la durée ou l’objet; celle-ci ne change rien."


@dataclass(eq=False)
class TermBackwardsError(Refusal):
    start: object
    end: object
    code = "term_backwards"
    en = "The term ends ({end}) before it starts ({start})."
    fr = "La durée prend fin ({end}) avant de commencer ({start})."


@dataclass(eq=False)
class ObligationMissingError(Refusal):
    obligation_id: object
    code = "obligation_missing"
    kind = "not_found"
    en = "This agreement has no obligation {obligation_id}."
    fr = "Cette entente n’a pas d’obligation {obligation_id}."


@dataclass(eq=False)
class AlreadyRecordedError(Refusal):
    item_id: object
    code = "already_recorded"
    kind = "conflict"
    en = "{item_id} is already recorded in this agreement."
    fr = "{item_id} est déjà inscrit dans cette entente."


class Agreement(State, frozen=True, kw_only=True):
    programme: Programme | None = None
    amendments: int = 0
    """The last number recorded, in whatever order the amendments took effect."""
    amendment_in_force: Dated[int] | None = None
    amount: Dated[QualifiedValue] | None = None
    term: Dated[Term] | None = None
    purpose: Dated[LocalizedText] | None = None
    terminated: bool = False
    obligations: dict[ObligationId, bool] = msgspec.field(default_factory=dict)
    """Whether each is fulfilled."""
    contributions: frozenset[ContributionId] = frozenset()
    plan_id: PlanId | None = None
    """The plan that it carries out."""
    partners: dict[OrganisationId, LocalizedText | None] = msgspec.field(default_factory=dict)
    """The organisations that were ever named, by the name of those that are now; None: no longer."""


def evolve(agreement: Agreement, recorded: Recorded) -> Agreement:
    replace = msgspec.structs.replace
    match recorded.payload:
        case AgreementSigned() as signed:
            return replace(
                agreement,
                programme=signed.programme,
                amendment_in_force=latest(None, 0, recorded),
                amount=None if signed.amount is None else latest(None, signed.amount, recorded),
                term=None if signed.term is None else latest(None, signed.term, recorded),
                purpose=None if signed.purpose is None else latest(None, signed.purpose, recorded),
                plan_id=signed.plan_id,
            )
        case AgreementAmended() as amended:
            amount, term, purpose = amended.amount, amended.term, amended.purpose
            return replace(
                agreement,
                amendments=amended.number,
                amendment_in_force=latest(agreement.amendment_in_force, amended.number, recorded),
                amount=agreement.amount if amount is None else latest(agreement.amount, amount, recorded),
                term=agreement.term if term is None else latest(agreement.term, term, recorded),
                purpose=agreement.purpose if purpose is None else latest(agreement.purpose, purpose, recorded),
            )
        case AgreementRenewed(term=renewed):
            return replace(agreement, term=latest(agreement.term, renewed, recorded))
        case AgreementTerminated():
            return replace(agreement, terminated=True)
        case ObligationAdded(obligation_id=added):
            return replace(agreement, obligations={**agreement.obligations, added: False})
        case ObligationFulfilled(obligation_id=fulfilled):
            return replace(agreement, obligations={**agreement.obligations, fulfilled: True})
        case ContributionRecorded(contribution_id=contribution_id):
            return replace(agreement, contributions=agreement.contributions | {contribution_id})
        case PartnerNamed(organisation_id=partner, name=name):
            return replace(agreement, partners={**agreement.partners, partner: name})
        case PartnerEnded(organisation_id=partner):
            return replace(agreement, partners={**agreement.partners, partner: None})
    return agreement


AGREEMENT = Stream("agreement", Agreement(), evolve, schema=2)


@AGREEMENT.handles("agreement_id", creates=True, owners=OWNERS)
def sign(agreement: Agreement, command: SignAgreement) -> list[Event]:  # noqa: ARG001 - a new stream has no past
    """Record the agreement.

    Raises:
        TermBackwardsError: the term ends before it starts.
    """
    _check_term(command.term)
    return [
        AgreementSigned(
            programme=command.programme,
            parties=command.parties,
            purpose=command.purpose,
            type=command.type,
            signed=command.signed,
            term=command.term,
            amount=command.amount,
            territory=command.territory,
            tags=command.tags,
            plan_id=command.plan_id,
            audience=command.audience,
        )
    ]


@AGREEMENT.handles("agreement_id", owners=OWNERS)
def amend(agreement: Agreement, command: AmendAgreement) -> list[Event]:
    """Restate what the amendment changes.

    Raises:
        AgreementEndedError: it was terminated.
        AmendmentNumberError: amendments are numbered 1, 2, 3 without a gap.
        AmendmentEmptyError: nothing changes.
        TermBackwardsError: the new term ends before it starts.
    """
    check_open(agreement)
    expected = agreement.amendments + 1
    if command.number != expected:
        raise AmendmentNumberError(number=command.number, expected=expected)
    if command.amount is None and command.term is None and command.purpose is None:
        raise AmendmentEmptyError
    _check_term(command.term)
    return [
        AgreementAmended(number=command.number, amount=command.amount, term=command.term, purpose=command.purpose)
    ]


@AGREEMENT.handles("agreement_id", owners=OWNERS)
def renew(agreement: Agreement, command: RenewAgreement) -> list[Event]:
    check_open(agreement)
    _check_term(command.term)
    return [AgreementRenewed(term=command.term)]


@AGREEMENT.handles("agreement_id", owners=OWNERS)
def terminate(agreement: Agreement, command: TerminateAgreement) -> list[Event]:
    """End the agreement; ending it again is refused, since the second date would contradict the first."""
    check_open(agreement)
    return [AgreementTerminated(reason=command.reason)]


@AGREEMENT.handles("agreement_id", owners=OWNERS)
def add_obligation(agreement: Agreement, command: AddObligation) -> list[Event]:
    check_open(agreement)
    if command.obligation_id in agreement.obligations:
        raise AlreadyRecordedError(item_id=command.obligation_id)
    return [ObligationAdded(obligation_id=command.obligation_id, wording=command.wording, due_on=command.due_on)]


@AGREEMENT.handles("agreement_id", owners=OWNERS)
def fulfil_obligation(agreement: Agreement, command: FulfilObligation) -> list[Event]:
    """Mark an obligation as fulfilled; once is enough, a second time records nothing."""
    fulfilled = agreement.obligations.get(command.obligation_id)
    if fulfilled is None:
        raise ObligationMissingError(obligation_id=command.obligation_id)
    return [] if fulfilled else [ObligationFulfilled(obligation_id=command.obligation_id)]


@AGREEMENT.handles("agreement_id", owners=OWNERS)
def record_contribution(agreement: Agreement, command: RecordContribution) -> list[Event]:
    if command.contribution_id in agreement.contributions:
        raise AlreadyRecordedError(item_id=command.contribution_id)
    return [
        ContributionRecorded(
            contribution_id=command.contribution_id,
            source=command.source,
            in_kind=command.in_kind,
            amount=command.amount,
        )
    ]


def check_open(agreement: Agreement) -> None:
    """Raises AgreementEndedError where it was terminated."""
    if agreement.terminated:
        raise AgreementEndedError


def _check_term(term: Term | None) -> None:
    if (
        term is not None
        and term.start is not None
        and term.end is not None
        and term.end.latest < term.start.earliest
    ):
        raise TermBackwardsError(start=term.start, end=term.end)

"""Committees: established, given terms of reference in numbered versions, dissolved."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

import msgspec

from domain.audience import Audience
from domain.body import PARTNERSHIPS, BodyKind
from domain.case import Case, Need
from domain.committee.terms import Terms
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.facts import Dated, holds, latest
from domain.ids import CommitteeId, StreamId
from domain.stream import Command, State, Stream
from domain.values import LocalizedText, SealedText

OWNERS = PARTNERSHIPS | {BodyKind.MINISTRY, BodyKind.FUNDER}

CommitteeKind = Literal[
    "partnership_council",
    "steering_committee",
    "sub_council",
    "working_group",
    "operational_committee",
    "nominating_committee",
    "other",
]
VERSIONS_MAX = 10_000
Number = Annotated[int, msgspec.Meta(ge=1, le=VERSIONS_MAX)]


# --- events -------------------------------------------------------------------------------------------------


@event("committee.Established", lifecycle=True)
class CommitteeEstablished(Event, frozen=True, kw_only=True):
    kind: CommitteeKind
    name: LocalizedText
    parent_id: CommitteeId | None
    """The committee that it is part of and reports to."""
    audience: Audience


@event("committee.Renamed")
class CommitteeRenamed(Event, frozen=True, kw_only=True):
    name: LocalizedText


@event("committee.TermsAdopted")
class TermsAdopted(Event, frozen=True, kw_only=True):
    """Version n of the terms of reference holds from the effective day; the envelope names the authority."""

    number: int
    terms: Terms


@event("committee.Dissolved", lifecycle=True)
class CommitteeDissolved(Event, frozen=True, kw_only=True):
    """The committee is no more from the effective day on."""

    reason: SealedText | None


# --- commands -----------------------------------------------------------------------------------------------


class EstablishCommittee(Command, frozen=True, kw_only=True):
    """Set up a committee; the authority says who did: a decision, an instrument, or none with its reason."""

    committee_id: CommitteeId
    kind: CommitteeKind
    name: LocalizedText
    parent_id: CommitteeId | None = None
    audience: Audience = Audience.FUNDERS


class RenameCommittee(Command, frozen=True, kw_only=True):
    committee_id: CommitteeId
    name: LocalizedText


class AdoptTermsOfReference(Command, frozen=True, kw_only=True):
    """Adopt a version of the terms, whole. Versions are numbered 1, 2, 3 as they are adopted.

    Recorded from elsewhere, a version keeps the number that its document bears, and earlier ones may follow.
    """

    committee_id: CommitteeId
    number: Number
    terms: Terms


class DissolveCommittee(Command, frozen=True, kw_only=True):
    committee_id: CommitteeId
    reason: SealedText | None = None


# --- rules --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class CommitteeDissolvedError(Refusal):
    dissolved_on: date
    code = "committee_dissolved"
    en = "This committee was dissolved on {dissolved_on}; what comes after belongs to another one."
    fr = "Ce comité a été dissous le {dissolved_on}; la suite relève d’un autre comité."


@dataclass(eq=False)
class CommitteeNotYetError(Refusal):
    established_on: date
    code = "committee_not_yet"
    en = "This committee was established on {established_on} only."
    fr = "Ce comité n’a été créé que le {established_on}."


@dataclass(eq=False)
class TermsNumberError(Refusal):
    number: int
    expected: int
    code = "terms_number"
    en = "Version {number} of the terms of reference cannot follow: the next number is {expected}."
    fr = "La version {number} du cadre de référence ne peut suivre : le prochain numéro est {expected}."


@dataclass(eq=False)
class TermsExistError(Refusal):
    number: int
    code = "terms_exist"
    kind = "conflict"
    en = "Version {number} of the terms of reference is already recorded; a version never changes."
    fr = "La version {number} du cadre de référence est déjà inscrite; une version ne change jamais."


@dataclass(eq=False)
class OwnParentError(Refusal):
    committee_id: object
    code = "own_parent"
    en = "A committee cannot be part of itself ({committee_id})."
    fr = "Un comité ne peut relever de lui-même ({committee_id})."


class AdoptedTerms(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the terms and where it stands on the two clocks."""

    number: int
    terms: Terms
    on: date
    """The day from which it holds."""
    version: int
    """The stream's version that adopted it: what a citation names, and what orders versions of one day."""


class Committee(State, frozen=True, kw_only=True):
    kind: CommitteeKind | None = None
    name: Dated[LocalizedText] | None = None
    established_on: date | None = None
    dissolved_on: date | None = None
    versions: tuple[AdoptedTerms, ...] = ()
    """Every version of the terms, in the order (effective day, recording)."""

    def terms_on(self, day: date) -> tuple[int, Terms] | None:
        """The version of the terms in force on a day, with its number; None before the first one."""
        adopted = self.adopted_on(day)
        return None if adopted is None else (adopted.number, adopted.terms)

    def adopted_on(self, day: date) -> AdoptedTerms | None:
        """The same, with what a citation needs."""
        return next((adopted for adopted in reversed(self.versions) if adopted.on <= day), None)

    def exists_on(self, day: date) -> bool:
        """Whether it was established by that day and not dissolved yet."""
        return (
            self.established_on is not None
            and self.established_on <= day
            and (self.dissolved_on is None or day < self.dissolved_on)
        )


def check_exists(committee: Committee, day: date) -> None:
    """Refuse what is dated outside the committee's life; for every rule that concerns a committee.

    Raises:
        CommitteeNotYetError, CommitteeDissolvedError: before its first day, or from its last day on.
    """
    assert committee.established_on is not None
    if day < committee.established_on:
        raise CommitteeNotYetError(established_on=committee.established_on)
    if committee.dissolved_on is not None and day >= committee.dissolved_on:
        raise CommitteeDissolvedError(dissolved_on=committee.dissolved_on)


def evolve(committee: Committee, recorded: Recorded) -> Committee:
    replace = msgspec.structs.replace
    match recorded.payload:
        case CommitteeEstablished(kind=kind, name=name):
            on = recorded.effective_on
            return replace(committee, kind=kind, name=latest(None, name, recorded), established_on=on)
        case CommitteeRenamed(name=name):
            return replace(committee, name=latest(committee.name, name, recorded))
        case TermsAdopted(number=number, terms=terms):
            version = recorded.originator_version
            adopted = AdoptedTerms(number=number, terms=terms, on=recorded.effective_on, version=version)
            known = sorted((*committee.versions, adopted), key=lambda one: (one.on, one.version))
            return replace(committee, versions=tuple(known))
        case CommitteeDissolved():
            return replace(committee, dissolved_on=recorded.effective_on)
    return committee


COMMITTEE = Stream("committee", Committee(), evolve)


def _parent(_: Committee, command: EstablishCommittee, __: object) -> list[Need]:
    return [] if command.parent_id is None else [Need(COMMITTEE, StreamId(command.parent_id))]


@COMMITTEE.handles("committee_id", creates=True, owners=OWNERS, needs=_parent)
def establish(committee: Committee, command: EstablishCommittee, case: Case) -> list[Event]:  # noqa: ARG001 - a new stream has no past
    """Set up the committee.

    Raises:
        OwnParentError: it is to be part of itself.
        StreamMissingError: the committee that it is to be part of is not there.
        CommitteeNotYetError, CommitteeDissolvedError: that one did not exist on the day.
    """
    if command.parent_id is not None:
        if command.parent_id == command.committee_id:
            raise OwnParentError(committee_id=command.committee_id)
        check_exists(case.state(COMMITTEE, StreamId(command.parent_id)), case.on)
    return [
        CommitteeEstablished(
            kind=command.kind, name=command.name, parent_id=command.parent_id, audience=command.audience
        )
    ]


@COMMITTEE.handles("committee_id", owners=OWNERS)
def rename(committee: Committee, command: RenameCommittee, case: Case) -> list[Event]:
    """Change the name; the name that it already has on that day records nothing."""
    check_exists(committee, case.on)
    if holds(committee.name, command.name, case.on):
        return []
    return [CommitteeRenamed(name=command.name)]


@COMMITTEE.handles("committee_id", owners=OWNERS)
def adopt_terms(committee: Committee, command: AdoptTermsOfReference, case: Case) -> list[Event]:
    """Adopt a version of the terms of reference.

    Raises:
        CommitteeDissolvedError: it was dissolved by then.
        TermsExistError: the number is in use.
        TermsNumberError: in live mode, versions are numbered without a gap.
    """
    check_exists(committee, case.on)
    numbers = {adopted.number for adopted in committee.versions}
    if command.number in numbers:
        raise TermsExistError(number=command.number)
    expected = max(numbers, default=0) + 1
    if command.number != expected and not case.as_recorded_elsewhere:
        raise TermsNumberError(number=command.number, expected=expected)
    return [TermsAdopted(number=command.number, terms=command.terms)]


@COMMITTEE.handles("committee_id", owners=OWNERS)
def dissolve(committee: Committee, command: DissolveCommittee, case: Case) -> list[Event]:
    """End the committee; ending it again is refused, since the second date would contradict the first."""
    if committee.dissolved_on is not None:
        raise CommitteeDissolvedError(dissolved_on=committee.dissolved_on)
    check_exists(committee, case.on)
    return [CommitteeDissolved(reason=command.reason)]

"""Organisations in the commons: one body may lead two partnerships and sit on many councils, under one id."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import msgspec

from domain.case import Case, Need
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.facts import Dated, holds, latest
from domain.ids import COMMONS, OrganisationId, StreamId
from domain.stream import Command, State, Stream
from domain.values import LocalizedText

OWNERS: Final = frozenset({"commons"})

OrganisationKind = Literal[
    "municipal",
    "community",
    "workforce_or_economic_development",
    "education",
    "health",
    "government",
    "business",
    "other",
    "unstated",
]


# --- events -------------------------------------------------------------------------------------------------


@event("organisation.Registered", lifecycle=True)
class OrganisationRegistered(Event, frozen=True, kw_only=True):
    """It is not listed publicly until it consents."""

    name: LocalizedText
    kind: OrganisationKind


@event("organisation.Renamed")
class OrganisationRenamed(Event, frozen=True, kw_only=True):
    name: LocalizedText


@event("organisation.ListingConsented", lifecycle=True)
class ListingConsented(Event, frozen=True, kw_only=True):
    """The organisation agrees to being listed in public."""


@event("organisation.ListingWithdrawn", lifecycle=True)
class ListingWithdrawn(Event, frozen=True, kw_only=True):
    """It does so no longer."""


@event("organisation.Merged", lifecycle=True)
class OrganisationMerged(Event, frozen=True, kw_only=True):
    """From the effective day on it is part of another: its id leads there."""

    into_id: OrganisationId


# --- commands -----------------------------------------------------------------------------------------------


class RegisterOrganisation(Command, frozen=True, kw_only=True):
    """Give an organisation a permanent id, under which seats and lead organisations refer to it."""

    organisation_id: OrganisationId
    name: LocalizedText
    kind: OrganisationKind = "unstated"


class RenameOrganisation(Command, frozen=True, kw_only=True):
    organisation_id: OrganisationId
    name: LocalizedText


class ConsentToListing(Command, frozen=True, kw_only=True):
    """Record that the organisation agrees to being listed in public."""

    organisation_id: OrganisationId


class WithdrawListing(Command, frozen=True, kw_only=True):
    organisation_id: OrganisationId


class MergeOrganisation(Command, frozen=True, kw_only=True):
    """Make the organisation part of another, for ever; what named it keeps doing so."""

    organisation_id: OrganisationId
    into_id: OrganisationId


# --- rules --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class OrganisationMergedError(Refusal):
    into_id: object
    merged_on: date
    code = "organisation_merged"
    en = "This organisation became part of {into_id} on {merged_on}."
    fr = "Cette organisation fait partie de {into_id} depuis le {merged_on}."


@dataclass(eq=False)
class OwnMergerError(Refusal):
    organisation_id: object
    code = "own_merger"
    en = "An organisation cannot become part of itself ({organisation_id})."
    fr = "Une organisation ne peut se fondre en elle-même ({organisation_id})."


class Organisation(State, frozen=True, kw_only=True):
    kind: OrganisationKind | None = None
    name: Dated[LocalizedText] | None = None
    listed: bool = False
    merged_into: OrganisationId | None = None
    merged_on: date | None = None


def evolve(organisation: Organisation, recorded: Recorded) -> Organisation:
    replace = msgspec.structs.replace
    match recorded.payload:
        case OrganisationRegistered(name=name, kind=kind):
            return replace(organisation, kind=kind, name=latest(None, name, recorded))
        case OrganisationRenamed(name=name):
            return replace(organisation, name=latest(organisation.name, name, recorded))
        case ListingConsented():
            return replace(organisation, listed=True)
        case ListingWithdrawn():
            return replace(organisation, listed=False)
        case OrganisationMerged(into_id=into_id):
            return replace(organisation, merged_into=into_id, merged_on=recorded.effective_on)
    return organisation


ORGANISATION = Stream("organisation", Organisation(), evolve)


def named(*organisations: OrganisationId | None) -> Iterator[Need]:
    """What a rule of any log needs to see that the organisations it names are registered in the commons."""
    for organisation_id in organisations:
        if organisation_id is not None:
            yield Need(ORGANISATION, StreamId(organisation_id), log=COMMONS)


def check_named(case: Case, organisation_id: OrganisationId | None) -> None:
    """Refuse an organisation that is not registered. One that has merged may be named: its id leads on.

    Raises:
        StreamMissingError: there is none with this id in the commons.
    """
    if organisation_id is not None:
        case.state(ORGANISATION, StreamId(organisation_id), COMMONS)


def _into(_: Organisation, command: MergeOrganisation, __: object) -> list[Need]:
    return [Need(ORGANISATION, StreamId(command.into_id))]


@ORGANISATION.handles("organisation_id", creates=True, owners=OWNERS)
def register(organisation: Organisation, command: RegisterOrganisation) -> list[Event]:  # noqa: ARG001 - no past
    return [OrganisationRegistered(name=command.name, kind=command.kind)]


@ORGANISATION.handles("organisation_id", owners=OWNERS)
def rename(organisation: Organisation, command: RenameOrganisation, case: Case) -> list[Event]:
    """Change the name; the name that it already has on that day records nothing."""
    _check_not_merged(organisation, case.on)
    if holds(organisation.name, command.name, case.on):
        return []
    return [OrganisationRenamed(name=command.name)]


@ORGANISATION.handles("organisation_id", owners=OWNERS)
def consent(organisation: Organisation, command: ConsentToListing) -> list[Event]:  # noqa: ARG001 - names it only
    return [] if organisation.listed else [ListingConsented()]


@ORGANISATION.handles("organisation_id", owners=OWNERS)
def withdraw(organisation: Organisation, command: WithdrawListing) -> list[Event]:  # noqa: ARG001 - names it only
    """Stop listing it, also once it has merged."""
    return [ListingWithdrawn()] if organisation.listed else []


@ORGANISATION.handles("organisation_id", owners=OWNERS, needs=_into)
def merge(organisation: Organisation, command: MergeOrganisation, case: Case) -> list[Event]:
    """Make it part of another one.

    Raises:
        OwnMergerError: the other one is itself.
        OrganisationMergedError: it, or the other one, is part of a third already; so no chain comes back.
        StreamMissingError: the other one is not registered.
    """
    if command.into_id == command.organisation_id:
        raise OwnMergerError(organisation_id=command.organisation_id)
    other = case.state(ORGANISATION, StreamId(command.into_id))
    for merged in (organisation, other):
        if merged.merged_into is not None and merged.merged_on is not None:
            raise OrganisationMergedError(into_id=merged.merged_into, merged_on=merged.merged_on)
    return [OrganisationMerged(into_id=command.into_id)]


def _check_not_merged(organisation: Organisation, day: date) -> None:
    merged_on = organisation.merged_on
    if merged_on is not None and day >= merged_on:
        raise OrganisationMergedError(into_id=organisation.merged_into, merged_on=merged_on)

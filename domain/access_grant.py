"""Access grants: a body lets a funder read what it keeps for funders, by programme, from a day until revoked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import msgspec

from domain.access import EVERY_PROGRAMME, GrantChange
from domain.agreement import AGREEMENT
from domain.body import BODY, PARTNERSHIPS, BodyKind
from domain.case import Case, Need, Reads
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import AccessGrantId, AgreementId, StreamId, TenantId
from domain.stream import Command, Decided, State, Stream
from domain.values import SealedText

OWNERS = PARTNERSHIPS
GRANTEES = frozenset({BodyKind.FUNDER, BodyKind.MINISTRY})

ProgrammeCode = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,60}$(?!\n)")]


# --- events -------------------------------------------------------------------------------------------------


@event("access_grant.Granted", lifecycle=True)
class AccessGranted(Event, frozen=True, kw_only=True):
    """From this day on the funder reads what is for funders."""

    grantee: TenantId
    programme: str | None
    """None: whatever the programme."""
    agreement_id: AgreementId | None
    """The agreement that the grant follows from, if it follows from one."""


@event("access_grant.Revoked", lifecycle=True)
class AccessRevoked(Event, frozen=True, kw_only=True):
    reason: SealedText | None


@event("access_grant.Restored", lifecycle=True)
class AccessRestored(Event, frozen=True, kw_only=True):
    """Granted again after it was revoked, to the same funder for the same programme."""

    agreement_id: AgreementId | None


# --- commands -----------------------------------------------------------------------------------------------


class GrantAccess(Command, frozen=True, kw_only=True):
    """Let a funder read what is kept for funders, under one programme or all.

    It holds at once, so it is recorded on its day or later, never ahead.
    """

    grant_id: AccessGrantId
    grantee: TenantId
    programme: ProgrammeCode | None = None
    agreement_id: AgreementId | None = None


class RevokeAccess(Command, frozen=True, kw_only=True):
    """End a grant: the funder's next read does not find it any more."""

    grant_id: AccessGrantId
    reason: SealedText | None = None


class RestoreAccess(Command, frozen=True, kw_only=True):
    """Give a revoked grant anew."""

    grant_id: AccessGrantId
    agreement_id: AgreementId | None = None


# --- rules --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class GranteeKindError(Refusal):
    grantee: object
    code = "grantee_kind"
    en = "Access is granted to a funder or a ministry of the register; {grantee} is neither."
    fr = (
        "L’accès s’accorde à un bailleur de fonds ou à un ministère du registre; {grantee} n’est ni l’un ni "
        "l’autre."
    )


@dataclass(eq=False)
class GrantAheadError(Refusal):
    effective_on: object
    code = "grant_ahead"
    en = "Access changes the moment it is recorded: record this on {effective_on} or later."
    fr = "L’accès change dès son inscription : inscrivez ceci le {effective_on} ou plus tard."


@dataclass(eq=False)
class GrantAgreementError(Refusal):
    agreement_id: object
    code = "grant_agreement"
    en = "The agreement {agreement_id} was terminated or is under another programme: no grant follows from it."
    fr = "L’entente {agreement_id} a été résiliée ou relève d’un autre programme : aucun accès n’en découle."


@dataclass(eq=False)
class AccessRevokedError(Refusal):
    code = "access_revoked"
    en = "This access is already revoked."
    fr = "Cet accès est déjà révoqué."


class AccessGrant(State, frozen=True, kw_only=True):
    grantee: TenantId | None = None
    programme: str | None = None
    agreement_id: AgreementId | None = None
    in_force: bool = False


def evolve(grant: AccessGrant, recorded: Recorded) -> AccessGrant:
    replace = msgspec.structs.replace
    match recorded.payload:
        case AccessGranted(grantee=grantee, programme=programme, agreement_id=agreement_id):
            return replace(grant, grantee=grantee, programme=programme, agreement_id=agreement_id, in_force=True)
        case AccessRevoked():
            return replace(grant, in_force=False)
        case AccessRestored(agreement_id=agreement_id):
            return replace(grant, agreement_id=agreement_id, in_force=True)
    return grant


ACCESS_GRANT = Stream("access_grant", AccessGrant(), evolve)


def _needs_of_grant(grant: AccessGrant, command: GrantAccess, reads: Reads) -> Iterator[Need]:  # noqa: ARG001 - a new one
    yield Need(BODY, StreamId(command.grantee), command.grantee)
    if command.agreement_id is not None:
        yield Need(AGREEMENT, StreamId(command.agreement_id))


def _needs_of_restoring(grant: AccessGrant, command: RestoreAccess, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    if command.agreement_id is not None:
        yield Need(AGREEMENT, StreamId(command.agreement_id))


@ACCESS_GRANT.handles("grant_id", creates=True, owners=OWNERS, needs=_needs_of_grant)
def grant(grant: AccessGrant, command: GrantAccess, case: Case) -> Decided:  # noqa: ARG001 - a new stream has no past
    """Let the funder read. One record per funder and programme: it is revoked and restored, never doubled.

    Raises:
        GranteeKindError: the grantee is no funder and no ministry.
        GrantAheadError: the day has not come.
        GrantAgreementError: the agreement named is over, or under another programme.
        StreamMissingError: there is no such body, or no such agreement here.
    """
    if case.state(BODY, StreamId(command.grantee), command.grantee).kind not in GRANTEES:
        raise GranteeKindError(grantee=command.grantee)
    _check_day(case)
    _check_agreement(case, command.agreement_id, command.programme)
    granted = AccessGranted(
        grantee=command.grantee, programme=command.programme, agreement_id=command.agreement_id
    )
    return Decided(
        events=[granted],
        claims=[f"access/{command.grantee}/{command.programme or EVERY_PROGRAMME}"],
        grants=[_change(command.grantee, command.programme, granted=True)],
    )


@ACCESS_GRANT.handles("grant_id", owners=OWNERS)
def revoke(grant: AccessGrant, command: RevokeAccess, case: Case) -> Decided:
    """End the grant.

    Raises:
        AccessRevokedError: it is revoked already; a second date would contradict the first.
        GrantAheadError: the day has not come.
    """
    if not grant.in_force:
        raise AccessRevokedError
    _check_day(case)
    assert grant.grantee is not None
    return Decided(
        events=[AccessRevoked(reason=command.reason)],
        grants=[_change(grant.grantee, grant.programme, granted=False)],
    )


@ACCESS_GRANT.handles("grant_id", owners=OWNERS, needs=_needs_of_restoring)
def restore(grant: AccessGrant, command: RestoreAccess, case: Case) -> Decided | list[Event]:
    """Give the grant anew; one that is in force records nothing."""
    if grant.in_force:
        return []
    _check_day(case)
    _check_agreement(case, command.agreement_id, grant.programme)
    assert grant.grantee is not None
    return Decided(
        events=[AccessRestored(agreement_id=command.agreement_id)],
        grants=[_change(grant.grantee, grant.programme, granted=True)],
    )


def _change(grantee: TenantId, programme: str | None, *, granted: bool) -> GrantChange:
    return GrantChange(grantee=grantee, programme=programme or EVERY_PROGRAMME, granted=granted)


def _check_day(case: Case) -> None:
    if case.today is None or case.on > case.today:
        raise GrantAheadError(effective_on=case.on)


def _check_agreement(case: Case, agreement_id: AgreementId | None, programme: str | None) -> None:
    if agreement_id is None:
        return
    agreement = case.state(AGREEMENT, StreamId(agreement_id))
    code = None if agreement.programme is None else agreement.programme.code
    if agreement.terminated or (programme is not None and programme != code):
        raise GrantAgreementError(agreement_id=agreement_id)

"""Audit mandates: an authority opens the records of bodies to an auditor, within a scope and until a day.

A mandate stands in the log of the authority that opened it, so those who are audited have no way to end it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import msgspec

from domain.audience import Audience
from domain.body import BODY, BodyKind
from domain.case import Case, Need, Reads
from domain.envelope import WithoutAuthority
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.facts import Dated, holds, latest
from domain.ids import AuditMandateId, StreamId, TenantId
from domain.stream import Command, State, Stream
from domain.values import LocalizedText, Period, SealedText

OWNERS = frozenset({BodyKind.FUNDER, BodyKind.MINISTRY})
BODIES_MAX = 100

RecordKind = Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{1,40}$(?!\n)")]


class AuditScope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose records an auditor may read, of which kinds, and about which period."""

    bodies: Annotated[tuple[TenantId, ...], msgspec.Meta(min_length=1, max_length=BODIES_MAX)]
    records: Annotated[tuple[RecordKind, ...], msgspec.Meta(max_length=40)] = ()
    """Kinds of record, such as `plan`; none named: all."""
    period: Period


# --- events -------------------------------------------------------------------------------------------------


@event("audit_mandate.Opened", lifecycle=True)
class AuditMandateOpened(Event, frozen=True, kw_only=True):
    auditor: LocalizedText
    """The office that audits, never a person."""
    scope: AuditScope
    ends_on: date
    """The last day of the mandate, included."""
    audience: Audience


@event("audit_mandate.Extended")
class AuditMandateExtended(Event, frozen=True, kw_only=True):
    ends_on: date


@event("audit_mandate.Closed", lifecycle=True)
class AuditMandateClosed(Event, frozen=True, kw_only=True):
    """The authority ends the mandate, before its last day or because the audit is done."""

    note: SealedText | None


# --- commands -----------------------------------------------------------------------------------------------


class OpenAuditMandate(Command, frozen=True, kw_only=True):
    """Open the records of bodies to an auditor, by a decision or an instrument of the authority."""

    audit_mandate_id: AuditMandateId
    auditor: LocalizedText
    scope: AuditScope
    ends_on: date
    audience: Audience = Audience.PUBLIC


class ExtendAuditMandate(Command, frozen=True, kw_only=True):
    """Move the last day of a mandate."""

    audit_mandate_id: AuditMandateId
    ends_on: date


class CloseAuditMandate(Command, frozen=True, kw_only=True):
    audit_mandate_id: AuditMandateId
    note: SealedText | None = None


# --- rules --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class AuditAuthorityError(Refusal):
    code = "audit_authority"
    en = "An audit mandate is opened and extended by a decision or an instrument: name it as the authority."
    fr = "Un mandat d’audit s’ouvre et se prolonge par une décision ou un acte : indiquez-le comme autorité."


@dataclass(eq=False)
class AuditEndError(Refusal):
    ends_on: object
    after: object
    code = "audit_end"
    en = "The mandate cannot end on {ends_on}, before {after}."
    fr = "Le mandat ne peut prendre fin le {ends_on}, avant le {after}."


@dataclass(eq=False)
class AuditedTwiceError(Refusal):
    body: object
    code = "audited_twice"
    en = "The body {body} is named twice in the scope."
    fr = "L’organisme {body} figure deux fois dans la portée."


@dataclass(eq=False)
class AuditMandateClosedError(Refusal):
    code = "audit_mandate_closed"
    en = "This audit mandate is closed; open another one."
    fr = "Ce mandat d’audit est clos; ouvrez-en un autre."


class AuditMandate(State, frozen=True, kw_only=True):
    scope: AuditScope | None = None
    ends_on: Dated[date] | None = None
    closed: bool = False


def evolve(mandate: AuditMandate, recorded: Recorded) -> AuditMandate:
    replace = msgspec.structs.replace
    match recorded.payload:
        case AuditMandateOpened(scope=scope, ends_on=ends_on):
            return replace(mandate, scope=scope, ends_on=latest(None, ends_on, recorded))
        case AuditMandateExtended(ends_on=ends_on):
            return replace(mandate, ends_on=latest(mandate.ends_on, ends_on, recorded))
        case AuditMandateClosed():
            return replace(mandate, closed=True)
    return mandate


AUDIT_MANDATE = Stream("audit_mandate", AuditMandate(), evolve)


def _needs(mandate: AuditMandate, command: OpenAuditMandate, reads: Reads) -> Iterator[Need]:  # noqa: ARG001 - a new one
    for body in command.scope.bodies:
        yield Need(BODY, StreamId(body), body)


@AUDIT_MANDATE.handles("audit_mandate_id", creates=True, owners=OWNERS, needs=_needs)
def open_mandate(mandate: AuditMandate, command: OpenAuditMandate, case: Case) -> list[Event]:  # noqa: ARG001 - no past
    """Open the mandate.

    Raises:
        AuditAuthorityError: no decision and no instrument is named.
        AuditEndError: it ends before it begins.
        AuditedTwiceError: a body is named twice.
        StreamMissingError: there is no such body.
    """
    _check_authority(case)
    if command.ends_on < case.on:
        raise AuditEndError(ends_on=command.ends_on, after=case.on)
    seen: set[TenantId] = set()
    for body in command.scope.bodies:
        if body in seen:
            raise AuditedTwiceError(body=body)
        seen.add(body)
        case.state(BODY, StreamId(body), body)
    return [
        AuditMandateOpened(
            auditor=command.auditor, scope=command.scope, ends_on=command.ends_on, audience=command.audience
        )
    ]


@AUDIT_MANDATE.handles("audit_mandate_id", owners=OWNERS)
def extend(mandate: AuditMandate, command: ExtendAuditMandate, case: Case) -> list[Event]:
    """Move the last day to a later one; the one that it already has on that day records nothing."""
    if mandate.closed:
        raise AuditMandateClosedError
    _check_authority(case)
    if holds(mandate.ends_on, command.ends_on, case.on):
        return []
    assert mandate.ends_on is not None
    if command.ends_on < mandate.ends_on.value:
        raise AuditEndError(ends_on=command.ends_on, after=mandate.ends_on.value)
    return [AuditMandateExtended(ends_on=command.ends_on)]


@AUDIT_MANDATE.handles("audit_mandate_id", owners=OWNERS)
def close(mandate: AuditMandate, command: CloseAuditMandate) -> list[Event]:
    if mandate.closed:
        raise AuditMandateClosedError
    return [AuditMandateClosed(note=command.note)]


def _check_authority(case: Case) -> None:
    if isinstance(case.authority, WithoutAuthority) and not case.as_recorded_elsewhere:
        raise AuditAuthorityError

"""The envelope: the JSON object that every event is stored as, readable without this program in thirty years.

Released shapes are frozen. The order of the members is part of the shape; `source`, `sample` and `breaches` appear
only when they say something.
"""

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from domain.ids import CommandId, PersonId
from domain.values import Citation, Language, LocalizedText

Role = Literal[
    "coordinator",
    "chair",
    "member",
    "partner_reporter",
    "regional_adviser",
    "plan_approver",
    "programme_officer",
    "funder_analyst",
    "auditor",
    "operator",
    "system",
]


class Actor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who acted: a pseudonym that holds in this log only, and in which role."""

    id: PersonId
    role: Role


class _Authority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """By what right something was done."""


class ByDecision(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="decision"
):
    """The authority is a committee's decision, cited by log, stream and version."""

    decision: Citation


class ByInstrument(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="instrument"
):
    """The authority is an administrative act of a named office: full authority without a quorum."""

    office: LocalizedText
    number: str | None
    dated: date | None


class WithoutAuthority(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="none"
):
    """No authority is recorded, and why not. A code, never free text: the envelope is not erasable.

    `not_required` is somebody's word that none is, or stands where nobody expects one; `not_given` stands where
    one is expected and the order said nothing.
    """

    reason: Literal["not_required", "not_given", "not_stated_in_source", "delegated", "correction", "migration"]


Authority = ByDecision | ByInstrument | WithoutAuthority


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a fact that was recorded elsewhere was read: marks the mode *as recorded elsewhere*."""

    title: LocalizedText
    locator: str | None = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    v: Literal[1]
    type: str
    schema: int
    effective_on: date
    actor: Actor
    authority: Authority
    command_id: CommandId
    causation_id: UUID | None
    correlation_id: UUID
    lang: Language
    source: Source | None = None
    sample: bool = False
    breaches: tuple[str, ...] = ()
    """Codes of the rules that a fact recorded elsewhere broke: live, it would have been refused with them."""
    data: msgspec.Raw

"""Who may see a record. One declared table from the first landing; the edges enforce it, nothing else decides."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from domain.envelope import Role


class Audience(StrEnum):
    """Each one includes those before it."""

    DRAFT = "draft"
    TENANT = "tenant"
    FUNDERS = "funders"
    PUBLIC = "public"


def narrower(one: Audience, other: Audience) -> Audience:
    """The one of two that fewer people are in."""
    order = list(Audience)
    return min(one, other, key=order.index)


RECORDS: Final[dict[str, Audience | None]] = {
    "body": Audience.PUBLIC,
    "lineage": Audience.PUBLIC,
    "succession": Audience.TENANT,
    "plan.draft": Audience.DRAFT,
    "plan.adopted": Audience.TENANT,
    "plan.published": Audience.PUBLIC,
    "plan.progress": Audience.TENANT,
    "agreement": None,
    "agreement.amount": None,
    "agreement.termination_reason": Audience.TENANT,
    "mandate": None,
    "indicator": None,
    "alignment": None,
    "alignment.proposal": Audience.TENANT,
    "requirement": None,
    "submission": Audience.TENANT,
    "submission.draft": Audience.DRAFT,
    "submission.returned": Audience.TENANT,
    "submission.submitted": Audience.FUNDERS,
    "submission.validated": Audience.FUNDERS,
    "submission.approved": Audience.FUNDERS,
    "submission.published": Audience.PUBLIC,
    "target": Audience.PUBLIC,
    "published_aggregate": None,
    "published_aggregate.withdrawal_note": Audience.TENANT,
    "access_grant": Audience.TENANT,
    "access_grant.revocation_reason": Audience.TENANT,
    "audit_mandate": None,
    "audit_mandate.closing_note": Audience.TENANT,
    "committee": None,
    "committee.terms": None,
    "committee.dissolution_reason": Audience.TENANT,
    "organisation": None,
    "seat": Audience.TENANT,
    "seat.candidacy": Audience.TENANT,
    "seat.sector": Audience.FUNDERS,
    "seat.term_note": Audience.TENANT,
    "document": None,
    "document.withdrawal_reason": Audience.TENANT,
    "activity": None,
    "activity.withdrawal_note": Audience.TENANT,
    "decision": None,
    "decision.published": Audience.PUBLIC,
    "decision.answer": Audience.TENANT,
    "decision.text": Audience.TENANT,
    "act": Audience.TENANT,
    "meeting": None,
    "meeting.motion": None,
    "meeting.people": Audience.TENANT,
    "meeting.minutes_text": Audience.TENANT,
    "theme_list": Audience.PUBLIC,
    "endorsement": None,
    "endorsement.withdrawal_note": Audience.TENANT,
    "practice": None,
    "practice.withdrawal_note": Audience.TENANT,
    "study": None,
    "study.note": Audience.TENANT,
    "study.withdrawal_note": Audience.TENANT,
    "dataset": None,
    "dataset.withdrawal_note": Audience.TENANT,
    "report_template": None,
    "frozen_comparison": None,
    "erasure": Audience.TENANT,
    "timeline": Audience.TENANT,
    "exception": Audience.TENANT,
    "due": Audience.TENANT,
    "step": None,
    "step.actor": Audience.TENANT,
    "step.breaches": Audience.TENANT,
    "log.checkpoint": Audience.PUBLIC,
    "log.tile": Audience.PUBLIC,
    "log.entries": Audience.TENANT,
}
"""The audience of each kind of record; None: the record itself names it."""

SEES: Final[Mapping[Role, Audience | None]] = {
    "coordinator": Audience.DRAFT,
    "chair": Audience.TENANT,
    "member": Audience.TENANT,
    "partner_reporter": Audience.PUBLIC,
    "regional_adviser": Audience.DRAFT,
    "plan_approver": Audience.DRAFT,
    "programme_officer": Audience.TENANT,
    "funder_analyst": None,
    "auditor": None,
    "operator": Audience.TENANT,
    "system": Audience.TENANT,
}
"""The narrowest audience that those who act for a body are in there; each role has its line.

None: the role reads for the body without being one of its members.
"""
LIMITED: Final[frozenset[Role]] = frozenset({"partner_reporter"})
"""Who is a member for an organisation: beside what the line above says, they see and work on what is that
organisation's in the body, and nothing else: the agreements that name it as a partner with what belongs to them,
the plans that these carry out, once adopted, what is required under them, the indicators and figures of that, and
what its own people recorded in the activity log. What is for members as such is not theirs."""
READS_BY_NO_GRANT: Final[frozenset[Role]] = frozenset({"auditor", *LIMITED})
"""To whom a grant to their body opens nothing."""


def seen_inside(role: str | None) -> frozenset[Audience]:
    """What somebody who acts for a body sees of its records; a role without a line works on no drafts."""
    order = list(Audience)
    narrowest = next((seen for known, seen in SEES.items() if known == role), Audience.TENANT)
    return frozenset(order[order.index(narrowest or Audience.PUBLIC) :])


def seen_outside(*, granted: bool, national: bool) -> frozenset[Audience]:
    """What everybody else sees of a body: what is public and, in national views, what it granted them."""
    return frozenset({Audience.PUBLIC, Audience.FUNDERS} if granted and national else {Audience.PUBLIC})

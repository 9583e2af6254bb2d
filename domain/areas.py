"""All areas, so that importing this one module fills the registries. A new area is one line here."""

from domain import (
    access_grant,
    activity,
    agreement,
    agreement_partner,
    alignment,
    audit_mandate,
    body,
    document,
    endorsement,
    erasure,
    frozen_comparison,
    indicator,
    organisation,
    practice,
    provider,
    published_aggregate,
    report_template,
    requirement,
    study,
    succession,
    target,
    theme_list,
)
from domain.committee import rules as committee
from domain.dataset import rules as dataset
from domain.decision import rules as decision
from domain.meeting import rules as meeting
from domain.plan import rules as plan
from domain.seat import rules as seat
from domain.submission import rules as submission

AREAS = (
    body,
    plan,
    indicator,
    requirement,
    submission,
    alignment,
    agreement,
    agreement_partner,
    provider,
    target,
    published_aggregate,
    access_grant,
    audit_mandate,
    succession,
    committee,
    seat,
    organisation,
    document,
    activity,
    meeting,
    decision,
    theme_list,
    endorsement,
    practice,
    study,
    dataset,
    report_template,
    frozen_comparison,
    erasure,
)

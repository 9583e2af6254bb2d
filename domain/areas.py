"""All areas, so that importing this one module fills the registries. A new area is one line here."""

from domain import (
    access_grant,
    agreement,
    audit_mandate,
    body,
    provider,
    published_aggregate,
    succession,
    target,
)
from domain.plan import rules as plan

AREAS = (
    body,
    plan,
    agreement,
    provider,
    target,
    published_aggregate,
    access_grant,
    audit_mandate,
    succession,
)

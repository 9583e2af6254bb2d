"""Who asks. Whoever serves a request says so; the read API only draws the consequences."""

from dataclasses import dataclass
from typing import Final

from domain.ids import PersonId, TenantId

AUTHOR_ROLES: Final = frozenset({"coordinator", "regional_adviser", "plan_approver"})
"""Who works on drafts, and so sees what has the audience *draft*."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The body that a reader's token belongs to, in which role; all of it absent for the public."""

    tenant_id: TenantId | None = None
    role: str | None = None
    person_id: PersonId | None = None

    def belongs_to(self, body: TenantId) -> bool:
        """Whether the reader is a member of that very body."""
        return self.tenant_id is not None and self.role is not None and self.tenant_id == body

    @property
    def writes_drafts(self) -> bool:
        return self.role in AUTHOR_ROLES


ANONYMOUS: Final = Viewer()

"""Who asks. Whoever serves a request says so; the read API only draws the consequences."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.audience import LIMITED, READS_BY_NO_GRANT, SEES, Audience
from domain.ids import PersonId, TenantId

AUTHOR_ROLES: Final = frozenset(role for role, seen in SEES.items() if seen is Audience.DRAFT)
"""Who works on drafts, and so sees what has the audience *draft*."""
OUTSIDER_ROLES: Final = frozenset(role for role, seen in SEES.items() if seen is None)
"""Who reads for a body without being one of its members: what others opened to it, and what is public."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """What an audit mandate that is open today opens: records of bodies, as of a day of its period."""

    id: UUID
    bodies: frozenset[TenantId]
    records: frozenset[str]
    """Kinds of record, by the names of their streams; none named: all."""
    first_day: date
    last_day: date
    """Of the period, included."""

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Share:
    """What of the own body a reader sees who is there for one organisation."""

    agreements: frozenset[UUID] = frozenset()
    """Those that name the organisation as a partner."""
    plans: frozenset[UUID] = frozenset()
    """Those that these agreements carry out."""
    people: frozenset[UUID] = frozenset()
    """The pseudonyms of those who are there for it."""


NOTHING: Final = Share()


@dataclass(frozen=True, slots=True)
class Viewer:
    """The body that a reader's token belongs to, in which role; all of it absent for the public."""

    tenant_id: TenantId | None = None
    role: str | None = None
    person_id: PersonId | None = None
    mandates: tuple[Mandate, ...] = ()
    """Of an auditor: those that the body has opened and that are open today."""
    kept: bool = False
    """Whether what they read is kept, and shown to those whose records it is."""
    share: Share = NOTHING
    """Of a reader who is there for one organisation; nobody else has one."""

    def mandates_on(self, body: TenantId) -> tuple[Mandate, ...]:
        return tuple(mandate for mandate in self.mandates if body in mandate.bodies)

    def belongs_to(self, body: TenantId) -> bool:
        """Whether the reader is a member of that very body."""
        return self.is_member and self.tenant_id == body

    def share_in(self, body: TenantId) -> Share | None:
        """What of a body the reader sees beside what is public, being there for one organisation; None: is not."""
        return self.share if self.is_limited and self.tenant_id == body else None

    @property
    def is_limited(self) -> bool:
        """Whether the reader is there for one organisation."""
        return self.role in LIMITED

    @property
    def is_member(self) -> bool:
        """Whether the reader is a member of some body, and reads all that its members read."""
        known = self.tenant_id is not None and self.role is not None
        return known and self.role not in OUTSIDER_ROLES and not self.is_limited

    @property
    def grantee(self) -> TenantId | None:
        """The body whose grants open something to the reader; an auditor reads by none of them."""
        return None if self.role in READS_BY_NO_GRANT else self.tenant_id

    @property
    def writes_drafts(self) -> bool:
        return self.role in AUTHOR_ROLES


ANONYMOUS: Final = Viewer()

"""Who tries: every role that there is, in every relation to the body that is asked about."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, Literal, NamedTuple, get_args

from domain.envelope import Role

ROLES: Final[tuple[Role, ...]] = get_args(Role)
Shows = Literal["token", "session", "nothing"]


class Standing(StrEnum):
    """How somebody stands to the body."""

    OWN = "own"
    """A member of it."""
    GRANTED = "granted"
    """A member of a funder that it granted all that is for funders."""
    STRANGER = "stranger"
    """A member of a body that looks like it, and was granted nothing."""
    ANONYMOUS = "anonymous"
    EXPIRED = "expired"
    """A member of it, by a token or session whose time is over."""
    INSTANCE = "instance"
    """An operator of the instance: a member of the commons."""


class Who(NamedTuple):
    """Somebody who asks. Without a standing in a body there is no role."""

    standing: Standing
    role: Role | None = None

    def __str__(self) -> str:
        return self.standing if self.role is None else f"{self.role}, {self.standing}"


_WITH_ROLE: Final = (Standing.OWN, Standing.GRANTED, Standing.STRANGER, Standing.EXPIRED)
_OF_COMMONS: Final = frozenset({"operator", "system"})
"""Roles that no membership of a partnership has, and so no session."""


def everybody() -> Iterator[Who]:
    """Each once: the public has no role, and nobody but operators stands for the instance."""
    yield Who(Standing.ANONYMOUS)
    yield Who(Standing.INSTANCE, "operator")
    yield from (Who(standing, role) for standing in _WITH_ROLE for role in ROLES)


def has_session(who: Who) -> bool:
    """Whether somebody may be signed in: a program may hold a token of every role."""
    return who.role is not None and (who.standing is Standing.INSTANCE or who.role not in _OF_COMMONS)

"""Routes: who takes which step of a submission, by kind of body. Data, so that another route is another entry.

A submission keeps the route with which it began: a later change of these tables does not reach it.
"""

from typing import Final, Literal

import msgspec

from domain.body import BodyKind
from domain.envelope import Role

Act = Literal["submit", "return", "validate", "approve", "publish", "correct"]


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step, and the roles that may take it."""

    act: Act
    roles: tuple[Role, ...]


class Route(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The steps of a submission, each with who may take it."""

    code: str
    steps: tuple[Step, ...]

    def allows(self, act: Act, role: Role) -> bool:
        """Whether the role may take this step."""
        return any(step.act == act and role in step.roles for step in self.steps)


def _route(code: str, *, give_back: tuple[Role, ...], **others: tuple[Role, ...]) -> Route:
    acts: tuple[Act, ...] = ("submit", "return", "validate", "approve", "publish", "correct")
    roles = others | {"return": give_back}
    return Route(code=code, steps=tuple(Step(act=act, roles=roles[act]) for act in acts))


COUNCIL: Final = _route(
    "council",
    submit=("coordinator",),
    give_back=("chair", "programme_officer"),
    validate=("chair",),
    approve=("programme_officer",),
    publish=("programme_officer", "coordinator"),
    correct=("coordinator",),
)
"""The coordinator submits, the chair validates, the funder's programme officer approves."""

DIRECTORATE: Final = _route(
    "directorate",
    submit=("partner_reporter", "regional_adviser"),
    give_back=("regional_adviser", "plan_approver"),
    validate=("regional_adviser",),
    approve=("plan_approver",),
    publish=("plan_approver", "regional_adviser"),
    correct=("partner_reporter", "regional_adviser"),
)
"""A partner or an adviser submits, another adviser validates, the director approves."""

OFFICE: Final = _route(
    "office",
    submit=("coordinator", "regional_adviser"),
    give_back=("programme_officer", "plan_approver"),
    validate=("regional_adviser", "programme_officer"),
    approve=("plan_approver", "programme_officer"),
    publish=("plan_approver", "programme_officer"),
    correct=("coordinator", "regional_adviser"),
)
"""A ministry's or funder's own figures: another one validates, an approver approves."""

ROUTES: Final[dict[BodyKind, Route]] = {
    BodyKind.LIP: COUNCIL,
    BodyKind.ZIP: COUNCIL,
    BodyKind.RIF: COUNCIL,
    BodyKind.ROUNDTABLE: COUNCIL,
    BodyKind.SECTOR_COUNCIL: COUNCIL,
    BodyKind.EMPLOYMENT_COUNCIL: COUNCIL,
    BodyKind.MUNICIPAL_PROGRAMME: COUNCIL,
    BodyKind.REGIONAL_DIRECTORATE: DIRECTORATE,
    BodyKind.MINISTRY: OFFICE,
    BodyKind.FUNDER: OFFICE,
}

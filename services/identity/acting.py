"""What a session may do: act as its membership, or nothing but complete itself."""

from typing import Literal

from domain.ids import COMMONS
from infra.access.sessions import Session
from infra.access.tokens import Bearer
from services.authorisation import ROLES_WITH_SECOND_FACTOR
from services.identity.refusals import NoMembershipError, SecondFactorMissingError

Missing = Literal["code", "enrolment"]


def missing(session: Session) -> Missing | None:
    """What a session lacks before it may act: a code of the second factor that there is, or one to be enrolled."""
    if session.factor == "second":
        return None
    if session.has_second:
        return "code"
    return "enrolment" if session.role in ROLES_WITH_SECOND_FACTOR else None


def bearer_of(session: Session) -> Bearer:
    """On whose behalf a session acts.

    Raises:
        SecondFactorMissingError: it is by password alone, which is not enough for its role or its account.
        NoMembershipError: it acts for no membership.
    """
    if missing(session) is not None:
        raise SecondFactorMissingError
    if session.role is None or session.tenant_id is None or session.person_id is None:
        raise NoMembershipError
    return Bearer(
        tenant_id=session.tenant_id,
        scope="instance" if session.tenant_id == COMMONS and session.role == "operator" else "body",
        role=session.role,
        person_id=session.person_id,
        name="session",
        account_id=session.account_id,
        session_id=session.session_id,
    )

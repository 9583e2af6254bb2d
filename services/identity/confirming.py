"""Grave acts ask that somebody has lately shown who they are: an open browser is not enough."""

from datetime import timedelta
from uuid import UUID

from infra.access.sessions import Session
from infra.access.tokens import Bearer
from services.authorisation import GRAVE
from services.identity.noting import note, warn
from services.identity.parts import Identity
from services.identity.refusals import ConfirmationNeededError, SignInRefusedError
from services.identity.signing_in import check_code, checked
from services.web.places import place


async def check_confirmed(identity: Identity, bearer: Bearer, act: str) -> None:
    """Let an act pass that is not grave, that comes by a token, or whose session began lately.

    A token is what a program shows with each request, made for that program by an operator: there is nothing else
    that it could be asked for. A session begins with each sign-in and each confirmation, and never goes on beyond.

    Raises:
        ConfirmationNeededError: the session began too long ago.
    """
    if act in GRAVE and bearer.session_id is not None and bearer.account_id is not None:
        await check_session_confirmed(identity, bearer.account_id, bearer.session_id, act)


async def check_session_confirmed(identity: Identity, account_id: UUID, session_id: UUID, act: str) -> None:
    """As `check_confirmed`, for what somebody does to their own account."""
    assert act in GRAVE
    if not await is_confirmed(identity, account_id, session_id):
        await warn(identity, "confirmation_needed", account_id=account_id, act=act)
        raise ConfirmationNeededError(
            minutes=identity.settings.confirmed_for // timedelta(minutes=1),
            pages=f"{place('confirm', 'en')}, {place('confirm', 'fr')}",
        )


async def is_confirmed(identity: Identity, account_id: UUID, session_id: UUID) -> bool:
    """Whether a session began lately."""
    age = await identity.sessions.age(account_id, session_id)
    return age is not None and age <= identity.settings.confirmed_for


async def confirm(
    identity: Identity,
    session: Session,
    password: str,
    code: str,
    *,
    address: str,
    agent: str,
    instead_of: str,
) -> str:
    """A new session in the place of one that is open, by everything that signing in asks for; its secret.

    Raises:
        SignInRefusedError, CodeRefusedError: something is wrong.
        TooManyAttemptsError: too many went before; they count as those to sign in do.
    """
    account = await checked(identity, session.email, password, address=address)
    if account.account_id != session.account_id:  # the address went to another account meanwhile
        raise SignInRefusedError
    if session.has_second:
        await check_code(identity, session, code, recovery=False)
    memberships = await identity.accounts.memberships(session.account_id)
    chosen = next((one for one in memberships if one.membership_id == session.membership_id), None)
    secret = await identity.sessions.begin(
        session.account_id, session.factor, chosen, agent=agent, instead_of=instead_of, via=session.via
    )
    await note(identity, "confirmed", account_id=session.account_id)
    return secret

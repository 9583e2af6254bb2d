"""From an invitation to a session, by password: what is let in, what is not, and that refusals tell nothing."""

import uuid
from datetime import timedelta

import psycopg
import pytest
import structlog
from psycopg import sql

from domain.envelope import Role
from domain.ids import TenantId
from infra.access import attempts
from infra.access.accounts import Account, Accounts
from infra.access.attempts import Pace
from infra.access.passwords import Passwords
from infra.access.sessions import Session
from infra.settings import DatabaseSettings
from services.bootstrap import WriteSide
from services.identity import signing_in
from services.identity.inviting import accept_as_new, accept_signed_in, invite
from services.identity.refusals import (
    AccountExistsError,
    InvitationInvalidError,
    InvitedAnotherError,
    PasswordCommonError,
    PasswordOwnError,
    PasswordShortError,
    SignInRefusedError,
    TooManyAttemptsError,
)
from services.identity.signing_in import sign_in
from services.refusals import FieldsInvalidError
from tests.integration.services.conftest import Partnership

PASSWORD = "quatre mots sans apprêt"


def new_email() -> str:
    return f"p-{uuid.uuid4().hex}@example.org"


def new_address() -> str:
    return f"test:{uuid.uuid4().hex}"


async def invited(write: WriteSide, tenant_id: TenantId, email: str, role: Role = "member") -> str:
    by = await write.vault.pseudonym(tenant_id, uuid.uuid4())
    return await invite(write.identity, tenant_id, email, role, "fr", by_role="operator", invited_by=by)


async def member(write: WriteSide, tenant_id: TenantId, role: Role = "member") -> str:
    """Somebody who has accepted; their e-mail address."""
    email = new_email()
    await accept_as_new(write.identity, await invited(write, tenant_id, email, role), PASSWORD)
    return email


async def session(
    write: WriteSide, email: str, password: str = PASSWORD, *, address: str | None = None
) -> Session:
    token = await sign_in(
        write.identity, email, password, address=address or new_address(), agent="a test", instead_of=None
    )
    found = await write.identity.sessions.find(token)
    assert found is not None
    return found


async def test_whoever_accepts_signs_in_and_acts_for_the_body_that_invited(
    write: WriteSide, partnership: Partnership
) -> None:
    email = await member(write, partnership.tenant_id, "coordinator")

    found = await session(write, f" {email.upper()} ")

    assert (found.email, found.tenant_id, found.role, found.factor) == (
        email,
        partnership.tenant_id,
        "coordinator",
        "password",
    )
    (listed,) = await write.identity.sessions.list(found.account_id)
    assert listed.agent == "a test"


async def test_an_invitation_works_once_and_not_for_an_address_that_has_an_account(
    write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    email = new_email()
    token = await invited(write, partnership.tenant_id, email)
    await accept_as_new(write.identity, token, PASSWORD)
    with pytest.raises(InvitationInvalidError):
        await accept_as_new(write.identity, token, PASSWORD)

    # Whoever holds a link of another body does not get at the account by choosing a password.
    other = await invited(write, neighbour.tenant_id, email, "coordinator")
    with pytest.raises(AccountExistsError):
        await accept_as_new(write.identity, other, "un mot de passe pris au vol")
    stranger = await session(write, await member(write, neighbour.tenant_id))
    with pytest.raises(InvitedAnotherError):
        await accept_signed_in(write.identity, other, stranger)
    await accept_signed_in(write.identity, other, await session(write, email))

    memberships = await write.identity.accounts.memberships((await session(write, email)).account_id)
    assert [(one.tenant_id, one.role) for one in memberships] == [
        (partnership.tenant_id, "member"),
        (neighbour.tenant_id, "coordinator"),
    ]


@pytest.mark.parametrize(
    ("password", "refusal"),
    [("trop court", PasswordShortError), ("motdepasse2026", PasswordCommonError), (None, PasswordOwnError)],
)
async def test_a_weak_password_is_refused_and_uses_nothing_up(
    write: WriteSide, partnership: Partnership, password: str | None, refusal: type[Exception]
) -> None:
    email = new_email()
    token = await invited(write, partnership.tenant_id, email)

    with pytest.raises(refusal):
        await accept_as_new(write.identity, token, password or email)

    assert await write.identity.accounts.find(email) is None
    await accept_as_new(write.identity, token, PASSWORD)


async def test_an_invitation_goes_to_an_address(write: WriteSide, partnership: Partnership) -> None:
    with pytest.raises(FieldsInvalidError):
        await invited(write, partnership.tenant_id, "no address")


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each password that is compared: whether with a hash that nobody has."""
    found: list[bool] = []
    real = Passwords.is_right

    async def counting(self: Passwords, password: str, kept: str | None) -> bool:
        found.append(kept is None)
        return await real(self, password, kept)

    monkeypatch.setattr(Passwords, "is_right", counting)
    return found


async def test_a_wrong_password_and_an_unknown_address_are_refused_in_the_same_words_and_with_the_same_work(
    write: WriteSide, partnership: Partnership, compared: list[bool]
) -> None:
    said = []
    for tried in (await member(write, partnership.tenant_id), new_email()):
        with pytest.raises(SignInRefusedError) as refusal:
            await session(write, tried, "un autre mot de passe")
        said.append((refusal.value.message("en"), refusal.value.message("fr"), refusal.value.facts))

    assert said[0] == said[1]
    assert compared == [False, True]


async def test_the_control_of_work_an_unknown_address_that_is_refused_at_once_is_known_by_the_time_it_takes(
    write: WriteSide, partnership: Partnership, compared: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Accounts.find

    async def at_once(self: Accounts, email: str) -> Account:
        found = await real(self, email)
        if found is None:
            raise SignInRefusedError
        return found

    email = await member(write, partnership.tenant_id)
    monkeypatch.setattr(Accounts, "find", at_once)
    for tried in (email, new_email()):
        with pytest.raises(SignInRefusedError):
            await session(write, tried, "un autre mot de passe")

    assert compared == [False]


async def test_after_five_wrong_passwords_the_right_one_waits_too_known_address_or_not(
    write: WriteSide, partnership: Partnership
) -> None:
    """The control: `test_without_counting_attempts_every_password_is_looked_at`."""
    waits = []
    for email in (await member(write, partnership.tenant_id), new_email()):
        for number in range(5):
            with pytest.raises(SignInRefusedError):
                await session(write, email, f"essai numéro {number}")  # each from another network address
        with pytest.raises(TooManyAttemptsError) as refusal:
            await session(write, email)
        waits.append(refusal.value.seconds)

    assert waits == [30, 30]


async def test_without_counting_attempts_every_password_is_looked_at(
    write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = await member(write, partnership.tenant_id)
    monkeypatch.setattr(signing_in, "PER_ACCOUNT", Pace(10**6, timedelta(0), timedelta(0)))
    for number in range(7):
        with pytest.raises(SignInRefusedError):
            await session(write, email, f"essai numéro {number}")

    assert (await session(write, email)).email == email


async def one_password_for_many(write: WriteSide, partnership: Partnership) -> tuple[str, str]:
    """Whose password is right, and the network address from which it was tried in vain with three others."""
    email = await member(write, partnership.tenant_id)
    address = new_address()
    for _ in range(5):  # an office whose people sign in rightly is not slowed down
        await session(write, email, address=address)
    for _ in range(3):
        with pytest.raises(SignInRefusedError):
            await session(write, new_email(), address=address)
    return email, address


async def test_one_network_address_is_slowed_down_whomever_it_tries(
    write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "PER_ADDRESS", attempts.PER_ADDRESS._replace(free=3))

    email, address = await one_password_for_many(write, partnership)

    with pytest.raises(TooManyAttemptsError):
        await session(write, email, address=address)
    assert (await session(write, email)).email == email  # from elsewhere


async def test_without_counting_addresses_one_password_is_tried_on_everybody(
    write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control, under the same pace for each account."""
    monkeypatch.setattr(signing_in, "PER_ADDRESS", attempts.PER_ADDRESS._replace(free=10**6))

    email, address = await one_password_for_many(write, partnership)

    assert (await session(write, email, address=address)).email == email


async def test_a_hash_of_yesterdays_parameters_is_renewed_at_sign_in(
    write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = await member(write, partnership.tenant_id)
    before = await write.identity.accounts.find(email)
    monkeypatch.setattr(signing_in, "needs_renewal", lambda _: True)

    await session(write, email)

    after = await write.identity.accounts.find(email)
    assert before is not None
    assert after is not None
    assert before.password_hash != after.password_hash
    assert (await session(write, email)).email == email


async def test_the_journal_tells_what_happened_and_neither_addresses_nor_secrets(
    write: WriteSide, partnership: Partnership
) -> None:
    with structlog.testing.capture_logs() as told:
        email = new_email()
        link = await invited(write, partnership.tenant_id, email)
        await accept_as_new(write.identity, link, PASSWORD)
        await session(write, email)
        for number in range(5):
            with pytest.raises(SignInRefusedError):
                await session(write, email, f"essai numéro {number}")
        with pytest.raises(TooManyAttemptsError):
            await session(write, email)

    assert [one["event"] for one in told] == [
        "access.invited",
        "access.invitation_accepted",
        "access.signed_in",
        *["access.sign_in_refused"] * 5,
        "access.sign_in_blocked",
    ]
    for secret in (email, link, PASSWORD, "essai"):
        assert secret not in str(told)


async def test_the_address_of_somebody_stands_in_the_account_alone_once_they_have_accepted(
    write: WriteSide, partnership: Partnership, database: DatabaseSettings
) -> None:
    email = await member(write, partnership.tenant_id)
    await session(write, email)
    with psycopg.connect(database.admin_dsn) as connection:
        tables = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables"
            " WHERE schemaname IN ('log', 'rm', 'national', 'commons', 'access', 'jobs', 'pii')"
        ).fetchall()
        query = sql.SQL("SELECT 1 FROM {} t WHERE t::text ILIKE %s LIMIT 1")
        holding = [
            table
            for (table,) in tables
            if connection.execute(query.format(sql.SQL(table)), [f"%{email}%"]).fetchone()
        ]

    assert holding == ["access.account"]

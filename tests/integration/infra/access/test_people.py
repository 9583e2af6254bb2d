"""Invitations, memberships, sessions and attempts, over a real database."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from domain.ids import TenantId
from infra.access.attempts import Attempts, BlockedError, Pace
from infra.access.invitations import AccountExistsError, InvitationInvalidError
from infra.access.opaque import new_opaque
from infra.access.sessions import Sessions
from infra.settings import DatabaseSettings
from tests.integration.infra.access.conftest import KEPT, People

PACE = Pace(3, timedelta(seconds=30), timedelta(seconds=90))


async def test_an_invitation_makes_one_account_with_a_pseudonym_of_that_log(
    people: People, body: TenantId, other_body: TenantId
) -> None:
    email = f"Zoé.{uuid4().hex}@example.org".replace("é", "e")
    account_id = await people.member(body, "coordinator", email)

    found = await people.accounts.find(email.upper())
    assert found is not None
    assert (found.account_id, found.email, found.language) == (account_id, email, "fr")
    (membership,) = await people.accounts.memberships(account_id)
    assert (membership.tenant_id, membership.role) == (body, "coordinator")
    assert membership.person_id == await people.vault.pseudonym(body, account_id)
    assert membership.person_id != account_id
    assert [member.email for member in await people.accounts.members(body)] == [email]
    assert await people.accounts.members(other_body) == []


async def test_of_many_who_accept_one_invitation_at_once_one_succeeds(people: People, body: TenantId) -> None:
    invitation = await people.invitations.find(await people.invited(body, f"{uuid4().hex}@example.org"))
    assert invitation is not None

    async def accept() -> None:
        account_id = uuid4()
        person_id = await people.vault.pseudonym(body, account_id)
        await people.invitations.accept_as_new(invitation, account_id, person_id, KEPT)

    outcomes = await asyncio.gather(*(accept() for _ in range(6)), return_exceptions=True)

    assert outcomes.count(None) == 1
    assert {type(one) for one in outcomes if one} == {InvitationInvalidError}
    assert len(await people.accounts.members(body)) == 1


async def test_two_invitations_of_one_address_make_one_account(
    people: People, body: TenantId, other_body: TenantId
) -> None:
    email = f"{uuid4().hex}@example.org"
    tokens = [await people.invited(body, email), await people.invited(other_body, email.upper())]
    first, second = [await people.invitations.find(token) for token in tokens]
    assert first is not None
    assert second is not None
    account_id = uuid4()
    await people.invitations.accept_as_new(first, account_id, await people.vault.pseudonym(body, account_id), KEPT)

    with pytest.raises(AccountExistsError):
        await people.invitations.accept_as_new(
            second, uuid4(), await people.vault.pseudonym(other_body, uuid4()), KEPT
        )

    # Refused, it was not used up: the account accepts it.
    await people.invitations.accept(second, account_id, await people.vault.pseudonym(other_body, account_id))
    both = await people.accounts.memberships(account_id)
    assert [one.tenant_id for one in both] == [body, other_body]
    assert both[0].person_id != both[1].person_id


async def test_an_invitation_ends_by_time_by_withdrawal_and_by_a_newer_one(
    people: People, body: TenantId, other_body: TenantId, database: DatabaseSettings
) -> None:
    email = f"{uuid4().hex}@example.org"
    first = await people.invited(body, email)
    elsewhere = await people.invited(other_body, email)
    second = await people.invited(body, email.upper())

    assert await people.invitations.find(first) is None
    assert await people.invitations.find(elsewhere) is not None
    (listed,) = await people.invitations.list(body)
    assert not await people.invitations.withdraw(other_body, listed.invitation_id)
    assert await people.invitations.find(second) is not None
    assert await people.invitations.withdraw(body, listed.invitation_id)
    assert await people.invitations.find(second) is None
    third = await people.invited(body, email)
    invitation = await people.invitations.find(third)
    assert invitation is not None
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute(
            "UPDATE access.invitation SET expires_at = clock_timestamp() WHERE tenant_id = %s", [body]
        )
    assert await people.invitations.find(third) is None
    with pytest.raises(InvitationInvalidError):
        await people.invitations.accept(invitation, uuid4(), await people.vault.pseudonym(body, uuid4()))
    assert await people.invitations.find("nothing of the kind") is None


async def test_a_session_is_found_until_it_ends_by_hand_by_idleness_or_by_its_end(
    people: People, body: TenantId, database: DatabaseSettings
) -> None:
    account_id = await people.member(body, "chair")
    tokens = [await people.signed_in(account_id) for _ in range(3)]
    session = await people.sessions.find(tokens[0])
    assert session is not None
    assert (session.account_id, session.tenant_id, session.role) == (account_id, body, "chair")
    assert session.factor == "password"

    assert await people.sessions.end(account_id, session.session_id)
    assert not await people.sessions.end(account_id, session.session_id)
    assert await people.sessions.find(tokens[0]) is None
    remaining = await people.sessions.list(account_id)
    assert len(remaining) == 2
    for column, past, token in (("seen_at", "61 minutes", tokens[1]), ("expires_at", "1 second", tokens[2])):
        found = await people.sessions.find(token)
        assert found is not None
        with psycopg.connect(database.admin_dsn) as connection:
            query = sql.SQL(
                "UPDATE access.session SET {} = clock_timestamp() - %s::interval WHERE session_id = %s"
            )
            connection.execute(query.format(sql.Identifier(column)), [past, found.session_id])
        assert await people.sessions.find(token) is None
    assert await people.sessions.list(account_id) == []
    assert await people.sessions.find(new_opaque()) is None


async def test_a_session_that_is_used_stays_and_one_that_is_ended_takes_no_other_with_it(
    people: People, body: TenantId, database: DatabaseSettings
) -> None:
    ours, theirs = await people.member(body), await people.member(body)
    token, other = await people.signed_in(ours), await people.signed_in(theirs)
    session = await people.sessions.find(token)
    assert session is not None
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute(
            "UPDATE access.session SET seen_at = clock_timestamp() - interval '59 minutes' WHERE session_id = %s",
            [session.session_id],
        )

    assert await people.sessions.find(token) is not None
    (row,) = await people.sessions.list(ours)
    assert row.seen_at > row.created_at  # it counts as used again
    assert not await people.sessions.end(theirs, session.session_id)
    assert await people.sessions.find(token) is not None
    await people.signed_in(ours)
    assert await people.sessions.end_others(ours, session.session_id) == 1
    assert await people.sessions.find(other) is not None


async def test_a_new_session_never_has_the_secret_of_the_old_one_which_ends(
    people: People, body: TenantId
) -> None:
    victim, attacker = await people.member(body), await people.member(body)
    planted = await people.signed_in(attacker)

    token = await people.sessions.begin(victim, "password", None, agent="a test", instead_of=planted)

    assert token != planted
    assert await people.sessions.find(planted) is None
    session = await people.sessions.find(token)
    assert session is not None
    assert (session.account_id, session.role) == (victim, None)


async def test_when_a_membership_ends_an_open_session_acts_for_nobody(
    people: People, body: TenantId, other_body: TenantId
) -> None:
    account_id = await people.member(body, "coordinator")
    token = await people.signed_in(account_id)
    (membership,) = await people.accounts.memberships(account_id)

    assert not await people.accounts.end_membership(other_body, membership.membership_id)
    before = await people.sessions.find(token)
    assert await people.accounts.end_membership(body, membership.membership_id)
    after = await people.sessions.find(token)

    assert before is not None
    assert after is not None
    assert (before.role, after.role, after.tenant_id) == ("coordinator", None, None)


async def test_a_session_acts_for_no_membership_of_another_account(people: People, body: TenantId) -> None:
    ours, theirs = await people.member(body), await people.member(body, "coordinator")
    token = await people.signed_in(ours)
    session = await people.sessions.find(token)
    assert session is not None
    (foreign,) = await people.accounts.memberships(theirs)

    await people.sessions.act_for(session, foreign)

    now = await people.sessions.find(token)
    assert now is not None
    assert now.role is None


async def test_a_closed_account_takes_its_sessions_and_memberships_along(people: People, body: TenantId) -> None:
    ours, theirs = await people.member(body), await people.member(body)
    token, other = await people.signed_in(ours), await people.signed_in(theirs)

    assert await people.accounts.close(ours)

    assert await people.sessions.find(token) is None
    assert [one.account_id for one in await people.accounts.members(body)] == [theirs]
    assert await people.sessions.find(other) is not None
    assert not await people.accounts.close(ours)


async def test_whoever_is_erased_in_a_log_is_no_member_there_any_more(people: People, body: TenantId) -> None:
    account_id = await people.member(body)
    (membership,) = await people.accounts.memberships(account_id)

    assert await people.vault.erase(body, membership.person_id)

    assert await people.accounts.memberships(account_id) == []


async def test_a_short_session_ends_though_it_is_used(people: People, body: TenantId) -> None:
    account_id = await people.member(body)
    sessions = Sessions(people.pool, idle=timedelta(hours=1), longest=timedelta(0))

    token = await sessions.begin(account_id, "password", None, agent="", instead_of=None)

    assert await sessions.find(token) is None


async def test_after_a_few_failures_the_next_attempt_waits_ever_longer(
    people: People, database: DatabaseSettings
) -> None:
    attempts = Attempts(people.pool, bytes(32))
    what = uuid4().hex

    async def waited() -> int:
        try:
            await attempts.begin("test", what, PACE)
        except BlockedError as error:
            return error.seconds
        return 0

    def later() -> None:
        with psycopg.connect(database.admin_dsn) as connection:
            connection.execute(
                "UPDATE access.attempt SET blocked_until = clock_timestamp() WHERE key = %s",
                [attempts._hash("test", what)],
            )

    waits = [await waited() for _ in range(3)]
    for _ in range(4):
        waits.append(await waited())
        later()
        waits.append(await waited())

    assert waits == [0, 0, 0, 30, 0, 60, 0, 90, 0, 90, 0]
    await attempts.succeeded("test", what, all_=True)
    assert [await waited() for _ in range(4)] == [0, 0, 0, 30]


async def test_many_attempts_at_once_do_not_slip_through(people: People) -> None:
    attempts = Attempts(people.pool, bytes(32))
    what = uuid4().hex

    outcomes = await asyncio.gather(
        *(attempts.begin("test", what, PACE) for _ in range(20)), return_exceptions=True
    )

    assert outcomes.count(None) == 3
    assert {type(one) for one in outcomes if one} == {BlockedError}


async def test_a_success_among_many_takes_back_its_own_attempt_alone(people: People) -> None:
    attempts = Attempts(people.pool, bytes(32))
    what = uuid4().hex
    for _ in range(2):
        await attempts.begin("test", what, PACE)

    await attempts.succeeded("test", what, all_=False)
    for _ in range(2):
        await attempts.begin("test", what, PACE)

    with pytest.raises(BlockedError):
        await attempts.begin("test", what, PACE)
    await attempts.begin("test", uuid4().hex, PACE)  # somebody else is not held up
    await attempts.begin("other", what, PACE)

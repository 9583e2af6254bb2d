"""Who follows signs of change and loses the right to: nothing more is told. Each with its control."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from domain.access_grant import RestoreAccess, RevokeAccess
from domain.agreement import Programme, SignAgreement
from domain.audience import Audience
from domain.ids import AccessGrantId, AgreementId, TenantId
from domain.values import fr
from infra.settings import Settings
from readapi import changes, endpoint
from readapi.changes import Following, States
from tests.integration.readapi.acting import Acting
from tests.isolation.matrix_events import OF_THE_BODY, following
from tests.isolation.matrix_world import BODIES, OWN, World, body_id, id_of, opened
from tests.isolation.standing import Standing, Who

COORDINATOR = Who(Standing.OWN, "coordinator")
FUNDER = Who(Standing.GRANTED, "programme_officer")
GRANT = AccessGrantId(id_of("matrix grant"))
MATRIX = "subscription { nationalViewChanged(view: AGREEMENT_MATRIX) { number } }"
LOOKS_MIN = 4
"""Looks at what is followed, of which the last surely began once all that came before was there to be seen."""


class Looks:
    """How often somebody who follows has looked."""

    def __init__(self) -> None:
        self.count = 0
        self._more = asyncio.Event()

    def note(self) -> None:
        self.count += 1
        self._more.set()

    async def further(self) -> None:
        until = self.count + LOOKS_MIN
        async with asyncio.timeout(60):
            while self.count < until:
                self._more.clear()
                await self._more.wait()


@pytest.fixture(autouse=True)
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Whoever follows looks again and again once a log has grown, however slow the read models are to follow."""
    noted, state = Looks(), States.state

    async def looked(self: States, *given: Any, **named: Any) -> str:
        found = await state(self, *given, **named)
        noted.note()
        return found

    monkeypatch.setattr(States, "state", looked)
    monkeypatch.setattr(changes, "_AFTER_SECONDS", (0.2,) * 600)
    return noted


@pytest.fixture
async def world(matrix: Settings) -> AsyncIterator[World]:
    async with opened(matrix) as made:
        yield made


class Trusting(Following):
    """The control: whoever was let in once is let on."""

    def __init__(self, states: Any, viewer: Any, still: Any) -> None:  # noqa: ARG002 - it is not asked
        async def always() -> bool:
            return True

        super().__init__(states, viewer, always)


async def signed(world: World, audience: Audience) -> None:
    """The body signs another agreement, and the read models have it."""
    people = Acting(world.write)
    agreement = SignAgreement(
        agreement_id=AgreementId(uuid.uuid4()),
        programme=Programme(code="followed", label=fr("Programme")),
        audience=audience,
    )
    await people.give(body_id(OWN), "2024-02-01", agreement)
    await people.project()


async def by_token(world: World) -> tuple[dict[str, str], Callable[[], Awaitable[Any]]]:
    """What is shown, and how it ends: the token is revoked."""
    person = await world.write.vault.pseudonym(body_id(OWN), id_of("who follows"))
    token = await world.write.tokens.create(body_id(OWN), "coordinator", person, "followed", expires_at=None)
    return {"authorization": f"Bearer {token}"}, lambda: world.write.tokens.revoke(body_id(OWN), token)


async def by_session(world: World) -> tuple[dict[str, str], Callable[[], Awaitable[Any]]]:
    """The session is ended from another one."""
    secret = await world.begin(COORDINATOR)
    session = await world.write.identity.sessions.find(secret)
    assert session is not None
    shown = {
        "cookie": f"__Host-entente-session={secret}",
        "origin": "https://testserver.local",
        "sec-fetch-site": "same-origin",
    }
    return shown, lambda: world.write.identity.sessions.end(session.account_id, session.session_id)


async def by_membership(world: World) -> tuple[dict[str, str], Callable[[], Awaitable[Any]]]:
    """Somebody is no member any more."""
    shown, _ = await by_session(world)
    secret = shown["cookie"].partition("=")[2]
    session = await world.write.identity.sessions.find(secret)
    assert session is not None
    (membership,) = await world.write.identity.accounts.memberships(session.account_id)
    return shown, lambda: world.write.identity.accounts.end_membership(body_id(OWN), membership.membership_id)


WAYS = {"token": by_token, "session": by_session, "membership": by_membership}


async def told_after_the_end(world: World, way: str) -> int | None:
    """The sign that somebody is given of what was recorded after they lost the right to follow."""
    shown, end = await WAYS[way](world)
    async with following(world, OF_THE_BODY, shown) as followed:
        assert await followed.number() == 1
        await signed(world, Audience.TENANT)
        assert await followed.number() == 2
        await end()
        await signed(world, Audience.TENANT)
        return await followed.number()


@pytest.mark.parametrize("way", WAYS)
async def test_who_lost_the_right_to_follow_is_told_nothing_more(world: World, way: str) -> None:
    assert await told_after_the_end(world, way) is None
    world.accounts.clear()  # whose membership ended is nobody's any more
    world.sessions.clear()


async def test_the_control_unasked_again_each_is_told_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "Following", Trusting)

    assert [await told_after_the_end(world, way) for way in ("token", "session")] == [3, 3]


async def test_who_was_granted_something_is_told_that_it_is_gone_and_nothing_more(
    world: World, looks: Looks
) -> None:
    people = Acting(world.write)
    shown = {"authorization": f"Bearer {await world.token(FUNDER)}"}
    async with following(world, MATRIX, shown) as followed:
        assert await followed.number() == 1
        await signed(world, Audience.FUNDERS)
        assert await followed.number() == 2  # the control: while it is granted
        await people.give(body_id(OWN), "2024-02-02", RevokeAccess(grant_id=GRANT))
        try:
            assert await followed.number() == 3
            await signed(world, Audience.FUNDERS)
            await looks.further()
            assert followed.told() == 0
        finally:
            await people.give(body_id(OWN), "2024-02-02", RestoreAccess(grant_id=GRANT))


def test_the_funder_is_no_member_of_the_body() -> None:
    assert BODIES[Standing.GRANTED] != TenantId(body_id(OWN))

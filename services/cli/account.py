"""The verb about people who sign in: invite them, list them, let them go."""

import argparse
import asyncio
import os
from typing import Final, get_args

import msgspec

from domain.erasure import PersonErasureGround
from domain.errors import Refusal
from domain.ids import TenantId
from infra.environment import load_settings
from infra.settings import Settings
from services.authorisation import ROLES
from services.bootstrap import CONSOLE, WriteSide, mailer_of, open_write_side
from services.cli import REFUSED, USAGE, say, say_error
from services.cli.database import reachable
from services.cli.instance import say_refusal
from services.erasing import erase_account, own_data
from services.identity.forgetting import link_for
from services.identity.inviting import VALID_DAYS_MAX, invite
from services.identity.noting import note
from services.organisations import organisation_of
from services.web.places import place

_GROUNDS: Final[tuple[str, ...]] = get_args(PersonErasureGround)


def account(given: argparse.Namespace) -> int:
    """Invite, list, end or close."""
    settings = load_settings(os.environ)
    wrong = _wrong(given)
    if wrong is not None:
        say_error(wrong)
        return USAGE

    async def act() -> int:
        async with open_write_side(settings.database) as write:
            if given.what == "erase":
                return await _erase(settings, write, given.email, given.ground)
            if given.what in _OF_ACCOUNTS:
                return await _OF_ACCOUNTS[given.what](settings, write, given.email)
            tenant_id = await write.bodies.resolve(given.body)
            if tenant_id is None:
                say_error(f"there is no body {given.body!r}")
                return REFUSED
            match given.what:
                case "invite":
                    return await _invite(settings, write, tenant_id, given)
                case "list":
                    return await _list(write, tenant_id)
                case _:
                    return await _end(write, tenant_id, given)

    with reachable(settings):
        try:
            return asyncio.run(act())
        except Refusal as refusal:
            say_refusal(refusal)
            return REFUSED


def _wrong(given: argparse.Namespace) -> str | None:
    if getattr(given, "role", "member") not in ROLES:
        return f"{given.role!r} is not a role; expected one of {', '.join(ROLES)}"
    if getattr(given, "ground", _GROUNDS[0]) not in _GROUNDS:
        return f"{given.ground!r} is no ground; expected one of {', '.join(_GROUNDS)}"
    if not 1 <= getattr(given, "days", 1) <= VALID_DAYS_MAX:
        return f"an invitation is valid for 1 to {VALID_DAYS_MAX} days"
    return None


async def _invite(settings: Settings, write: WriteSide, tenant_id: TenantId, given: argparse.Namespace) -> int:
    facts = await write.bodies.facts(tenant_id)
    language = given.lang or (facts.language if facts else "en")
    token = await invite(
        write.identity,
        tenant_id,
        given.email,
        given.role,
        language,
        by_role="operator",
        invited_by=await write.vault.pseudonym(tenant_id, CONSOLE),
        days=given.days,
        organisation_id=await organisation_of(write, given.organisation),
    )
    say(settings.reminders.public_url + place("invitation", language, token=token))
    return 0


async def _list(write: WriteSide, tenant_id: TenantId) -> int:
    for member in await write.identity.accounts.members(tenant_id):
        say(f"member   {member.role:18}  {member.since:%Y-%m-%d}  {member.email}")
    for open_ in await write.identity.invitations.list(tenant_id):
        say(f"invited  {open_.role:18}  until {open_.expires_at:%Y-%m-%d}  {open_.email}")
    return 0


async def _end(write: WriteSide, tenant_id: TenantId, given: argparse.Namespace) -> int:
    def is_meant(email: str, role: str) -> bool:
        return (email.lower(), role) == (given.email.lower(), given.role)

    identity = write.identity
    ended = [
        await identity.accounts.end_membership(tenant_id, member.membership_id)
        for member in await identity.accounts.members(tenant_id)
        if is_meant(member.email, member.role)
    ]
    withdrawn = [
        await identity.invitations.withdraw(tenant_id, open_.invitation_id)
        for open_ in await identity.invitations.list(tenant_id)
        if is_meant(open_.email, open_.role)
    ]
    if not any([*ended, *withdrawn]):
        say_error("there is no such member and no such invitation")
        return REFUSED
    if any(ended):
        await note(identity, "membership_ended", tenant_id=tenant_id, role=given.role)
    if any(withdrawn):
        await note(identity, "invitation_withdrawn", tenant_id=tenant_id)
    say("Ended.")
    return 0


async def _password(settings: Settings, write: WriteSide, email: str) -> int:
    made = await link_for(write.identity, email)
    if made is None:
        say_error("there is no account with this address")
        return REFUSED
    owner, token = made
    say(settings.reminders.public_url + place("password", owner.language, token=token))
    return 0


async def _close(_: Settings, write: WriteSide, email: str) -> int:
    found = await write.identity.accounts.find(email)
    if found is None or not await write.identity.accounts.close(found.account_id):
        say_error("there is no account with this address")
        return REFUSED
    await note(write.identity, "account_closed", account_id=found.account_id)
    say("Closed.")
    return 0


async def _export(_: Settings, write: WriteSide, email: str) -> int:
    found = await write.identity.accounts.find(email)
    if found is None:
        say_error("there is no account with this address")
        return REFUSED
    say(msgspec.json.format(msgspec.json.encode(await own_data(write, found)), indent=2).decode())
    return 0


async def _erase(settings: Settings, write: WriteSide, email: str, ground: PersonErasureGround) -> int:
    found = await write.identity.accounts.find(email)
    if found is None:
        say_error("there is no account with this address")
        return REFUSED
    mailer = None if settings.mail is None else mailer_of(settings.mail)
    done = await erase_account(write, found, ground, mailer)
    say(f"Erased in {len(done.pseudonyms)} logs, and {done.addresses} other entries with the address.")
    say("Backups and archived WAL hold what was there until they expire: see docs/privacy/retention.md.")
    return 0


async def _forget_factor(_: Settings, write: WriteSide, email: str) -> int:
    found = await write.identity.accounts.find(email)
    if found is None or not await write.identity.factors.remove(found.account_id):
        say_error("there is no account with this address that has a second factor")
        return REFUSED
    await note(write.identity, "factor_forgotten", account_id=found.account_id)
    say("Forgotten, and all sessions of the account are ended.")
    return 0


_OF_ACCOUNTS: Final = {"password": _password, "close": _close, "export": _export, "forget-factor": _forget_factor}

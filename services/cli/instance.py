"""Verbs about the instance: its schema, its bodies, its tokens."""

import argparse
import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import msgspec

from domain.body import OpenBody
from domain.errors import Refusal
from domain.ids import COMMONS, PersonId, TenantId
from infra.access.tokens import CALENDAR, AmbiguousTokenError, Limits
from infra.environment import load_settings
from infra.log.proofs.held import HeldCheckpoints
from infra.migrate import SchemaNewerError
from infra.migrate import migrate as migrate_schema
from infra.settings import DatabaseSettings, Settings
from services.api.routes import provision_answer
from services.authorisation import ROLES, check_organisation
from services.bodies import BodyFacts, Provisioning
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.causes import cause_of
from services.cli import REFUSED, USAGE, say, say_error
from services.cli.database import reachable
from services.commands import fingerprint
from services.decoding import check_effective, decode_circumstances, decode_command, parse_json
from services.identity.noting import note
from services.organisations import keep_for, organisation_of
from services.service_tokens import HOURS_MAX, audience_of, issue

_KEYS_OF_FILES = UUID("2f6e7c1a-9a0d-5a55-8c1c-60a4b0f5d7e1")


def migrate(_: argparse.Namespace) -> int:
    """Upgrade the schema and see that the commons is open."""
    settings = load_settings(os.environ)
    with reachable(settings):
        try:
            stale = prepare_database(settings.database)
        except SchemaNewerError as error:
            say_error(str(error))
            return REFUSED
    for name in stale:
        say(f"The read model {name} has an earlier shape and still serves: entente projections rebuild {name}")
    say("The database is at the form that this version expects.")
    return 0


def prepare_database(settings: DatabaseSettings) -> list[str]:
    """Migrate, make the tables of the read models, open the commons. Repeatable.

    Answers the names of read models that have to be rebuilt, because their shape changed.

    Raises:
        SchemaNewerError: nothing was changed.
    """
    from services.projector import make_tables

    migrate_schema(settings)
    stale = make_tables(settings)

    async def open_commons() -> None:
        async with open_write_side(settings) as write:
            await write.bodies.open_commons(principal=CONSOLE)

    asyncio.run(open_commons())
    return stale


def token(given: argparse.Namespace) -> int:
    """Make, list or revoke tokens."""
    settings = load_settings(os.environ)
    if given.what == "service" and not (1 <= given.hours <= HOURS_MAX and (given.read or given.command)):
        say_error(f"a machine's token is for --read or --command, and for 1 to {HOURS_MAX} hours")
        return USAGE
    if given.what in ("create", "service") and given.role not in (*ROLES, CALENDAR):
        say_error(f"{given.role!r} is not a role; expected one of {', '.join((*ROLES, CALENDAR))}")
        return USAGE

    async def act() -> int:
        async with open_write_side(settings.database) as write:
            tenant_id = await write.bodies.resolve(given.slug)
            if tenant_id is None:
                say_error(f"there is no body {given.slug!r}")
                return REFUSED
            if given.what == "service":
                return await _service(settings, write, tenant_id, given)
            return await _TOKEN_VERBS[given.what](write, tenant_id, given)

    with reachable(settings):
        try:
            return asyncio.run(act())
        except Refusal as refusal:
            say_refusal(refusal)
            return REFUSED


async def _create(write: WriteSide, tenant_id: TenantId, given: argparse.Namespace) -> int:
    person = await _person(write, tenant_id, given.person)
    if person is None:
        return REFUSED
    organisation_id = await organisation_of(write, given.organisation)
    if given.role != CALENDAR:
        check_organisation(given.role, organisation_id)
    if organisation_id is not None:
        await keep_for(write, tenant_id, person, organisation_id)
    expires_at = datetime.now(UTC) + timedelta(days=given.days)
    await note(write.identity, "token_made", tenant_id=tenant_id, role=given.role)
    if given.role == CALENDAR:
        say(await write.tokens.create_calendar(tenant_id, person, given.name, expires_at=expires_at))
    else:
        say(await write.tokens.create(tenant_id, given.role, person, given.name, expires_at=expires_at))
    return 0


async def _service(settings: Settings, write: WriteSide, tenant_id: TenantId, given: argparse.Namespace) -> int:
    audience = audience_of(settings.reminders.public_url)
    limits = Limits(reads=given.read, commands=frozenset(given.command), audience=audience)
    token = await issue(
        write,
        tenant_id,
        given.name,
        given.role,
        limits,
        by_role="operator",
        issued_by=await write.vault.pseudonym(tenant_id, CONSOLE),
        hours=given.hours,
        organisation_id=await organisation_of(write, given.organisation),
    )
    say(token)
    return 0


async def _person(write: WriteSide, tenant_id: TenantId, given: str | None) -> PersonId | None:
    """The pseudonym that a token acts under: a new one, or the given one if it has acted in this log."""
    if given is None:
        return await write.vault.pseudonym(tenant_id, uuid4())
    try:
        person = UUID(given)
    except ValueError:
        person = None
    if person is None or not any(
        event.envelope.actor.id == person for event in await write.store.mentioning(tenant_id, person)
    ):
        say_error(f"nobody acted as {given!r} in this log · personne n’a agi sous {given!r} dans ce registre")
        return None
    return PersonId(person)


async def _list(write: WriteSide, tenant_id: TenantId, _: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    for row in await write.tokens.list(tenant_id):
        ended = row.expires_at is not None and row.expires_at < now
        state = "revoked" if row.revoked_at else "expired" if ended else "valid"
        used = "never" if row.last_used_at is None else f"{row.last_used_at:%Y-%m-%d}"
        say(f"{row.id}  {state:8}  {row.role:18}  {row.created_at:%Y-%m-%d}  used {used:10}  {row.name}")
    return 0


async def _revoke(write: WriteSide, tenant_id: TenantId, given: argparse.Namespace) -> int:
    try:
        done = await write.tokens.revoke(tenant_id, given.id)
    except AmbiguousTokenError as error:
        say_error(str(error))
        return USAGE
    if not done:
        say_error("there is no valid token with this id")
        return REFUSED
    await note(write.identity, "token_revoked", tenant_id=tenant_id)
    say("Revoked.")
    return 0


_TOKEN_VERBS = {"create": _create, "list": _list, "revoke": _revoke}


def partnership(given: argparse.Namespace) -> int:
    """Register a body in the commons and open its log."""
    settings = load_settings(os.environ)
    try:
        body = sys.stdin.buffer.read() if given.file == "-" else Path(given.file).read_bytes()
        key = UUID(given.key) if given.key else uuid5(_KEYS_OF_FILES, body.hex())
    except (OSError, ValueError) as error:
        say_error(str(error))
        return USAGE

    async def act() -> int:
        async with open_write_side(
            settings.database, held=HeldCheckpoints(settings.proof.checkpoint_dir)
        ) as write:
            around = decode_circumstances(parse_json(body))
            opening = decode_command(OpenBody, around.data)
            today = BodyFacts(opening.kind, opening.time_zone, opening.default_language).today()
            check_effective(around.effective_on or today, today)
            made = await write.bodies.provision(
                Provisioning(
                    opening=opening,
                    key=key,
                    effective_on=around.effective_on or today,
                    lang=around.lang or opening.default_language,
                    correlation_id=key,
                    authority=around.authority,
                    causation_id=await cause_of(write.store, COMMONS, around.caused_by),
                    source=around.source,
                    sample=around.sample,
                ),
                principal=CONSOLE,
                fingerprint=fingerprint(write.fingerprint_key, b"provision", body),
            )
            say(msgspec.json.encode(provision_answer(opening, made)).decode())
            return 0

    with reachable(settings):
        try:
            return asyncio.run(act())
        except Refusal as refusal:
            say_refusal(refusal)
            return REFUSED


def say_refusal(refusal: Refusal) -> None:
    """A refusal in both languages, with what is wrong where."""
    say_error(f"{refusal.code}\n  {refusal.message('en')}\n  {refusal.message('fr')}")
    for error in getattr(refusal, "errors", ()):
        say_error(f"{error.path}: {error.code}\n  {error.en}\n  {error.fr}")

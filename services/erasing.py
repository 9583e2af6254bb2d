"""What the instance keeps about somebody who has an account: given to them, and erased."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid5

import msgspec
import structlog

from domain.authority import NOT_REQUIRED
from domain.envelope import Actor, Role
from domain.erasure import ErasePerson, PersonErasureGround
from domain.event import Recorded
from domain.ids import CommandId, ErasureId, OrganisationId, PersonId, TenantId
from domain.ports import Mailer
from domain.stream import Order
from domain.values import Language, SealedText
from infra.access.accounts import Account
from infra.mail.files import FileMailer
from services.bootstrap import CONSOLE, WriteSide
from services.commands import FINGERPRINT_BYTES

_log = structlog.get_logger()


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """An event that names the person: by whom it was recorded, or whom it is about."""

    position: int
    type: str
    effective_on: date
    recorded_at: datetime
    recorded_by_them: bool
    texts: dict[str, str]
    """What it says about them in free text, by field."""


class InABody(msgspec.Struct, frozen=True, kw_only=True):
    """What one body keeps."""

    body: str
    """Its name, in the account's language."""
    pseudonym: PersonId
    roles: list[Role]
    name: str | None
    email: str | None
    phone: str | None
    organisation_id: OrganisationId | None
    """For which organisation of the commons they act or acted there."""
    events: list[Said]


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """An open session."""

    agent: str
    since: datetime
    seen_at: datetime


class OwnData(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, as of a moment."""

    as_of: datetime
    email: str
    language: Language
    recovery_codes: int
    """How many are left, where there is a second factor."""
    passkeys: list[str]
    """What the browser called itself when each was added."""
    logins: list[str]
    """The sign-in services at which they have a login that opens the account."""
    sessions: list[SignedIn]
    written_to_by: list[str]
    """The bodies that send reminders to the address."""
    bodies: list[InABody]


async def own_data(write: WriteSide, account: Account) -> OwnData:
    """What is kept of an account, readable by programs: every log under whose pseudonyms it acted is read once."""
    identity = write.identity
    memberships = await identity.accounts.memberships(account.account_id)
    sessions = await identity.sessions.list(account.account_id)
    passkeys = await identity.passkeys.list(account.account_id)
    providers = {one.provider_id: one.name for one in await identity.providers.listed()}
    logins = await identity.logins.list(account.account_id)
    bodies = []
    for tenant_id, person_id in await write.vault.pseudonyms(account.account_id):
        known = (await write.vault.people(tenant_id, [person_id]))[person_id]
        bodies.append(
            InABody(
                body=await write.bodies.name(tenant_id, account.language),
                pseudonym=person_id,
                roles=[one.role for one in memberships if one.tenant_id == tenant_id],
                name=known.name,
                email=known.email,
                phone=known.phone,
                organisation_id=await write.represented.organisation_of(tenant_id, person_id),
                events=[_said(event, person_id) for event in await write.store.mentioning(tenant_id, person_id)],
            )
        )
    writing = [
        await write.bodies.name(tenant_id, account.language)
        for tenant_id in await write.addresses.bodies_with(account.email)
    ]
    return OwnData(
        as_of=datetime.now(UTC),
        email=account.email,
        language=account.language,
        recovery_codes=await identity.factors.recovery_left(account.account_id),
        passkeys=[one.agent for one in passkeys],
        logins=[providers.get(one.provider_id, str(one.provider_id)) for one in logins],
        sessions=[SignedIn(agent=one.agent, since=one.created_at, seen_at=one.seen_at) for one in sessions],
        written_to_by=writing,
        bodies=bodies,
    )


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure came to."""

    pseudonyms: list[tuple[TenantId, PersonId]]
    addresses: int
    """Entries in the lists and invitations of bodies, beside those that went with a pseudonym."""
    messages: int
    """Files of mail that was written instead of being sent."""


async def erase_account(
    write: WriteSide, account: Account, ground: PersonErasureGround, mailer: Mailer | None
) -> Erased:
    """Forget somebody in every log in which they have a pseudonym, and everywhere else, and close the account.

    Each log gets an event that says so. Interrupted, the same call goes on where it was: the account goes last,
    and the orders of one account have the same keys each time.
    """
    pseudonyms = await write.vault.pseudonyms(account.account_id)
    for tenant_id, person_id in pseudonyms:
        await _record(write, tenant_id, person_id, ground)
        await write.vault.erase(tenant_id, person_id)  # the job that the event brings would do it a moment later
    addresses = await write.addresses.forget(account.email)
    messages = await mailer.forget(account.email) if isinstance(mailer, FileMailer) else 0
    await write.identity.accounts.close(account.account_id)
    _log.info("people.erased", logs=len(pseudonyms), ground=ground)
    return Erased(pseudonyms=pseudonyms, addresses=addresses, messages=messages)


async def _record(write: WriteSide, tenant_id: TenantId, person_id: PersonId, ground: PersonErasureGround) -> None:
    facts = await write.bodies.facts(tenant_id)
    key = uuid5(person_id, "ErasePerson")
    order = Order(
        tenant_id=tenant_id,
        command_id=CommandId(key),
        command=ErasePerson(erasure_id=ErasureId(key), person_id=person_id, ground=ground),
        actor=Actor(id=await write.vault.pseudonym(tenant_id, CONSOLE), role="operator"),
        effective_on=datetime.now(UTC).date() if facts is None else facts.today(),
        authority=NOT_REQUIRED,
        lang="en" if facts is None else facts.language,
        correlation_id=key,
    )
    await write.handler.handle(order, bytes(FINGERPRINT_BYTES))


def _said(event: Recorded, person_id: UUID) -> Said:
    texts = {
        name: value.display(event.envelope.lang)
        for name in event.payload.__struct_fields__
        if isinstance(value := getattr(event.payload, name), SealedText) and value.subject == person_id
    }
    return Said(
        position=event.position,
        type=event.envelope.type,
        effective_on=event.effective_on,
        recorded_at=event.recorded_at,
        recorded_by_them=event.envelope.actor.id == person_id,
        texts=texts,
    )

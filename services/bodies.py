"""Bodies at the door: from a slug to a log, and how a new one comes to be."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import msgspec

from domain.authority import NOT_REQUIRED
from domain.body import BODY, BodyKind, OpenBody, RegisterBody, slug_claim
from domain.envelope import Actor, Authority, Source
from domain.ids import COMMONS, CommandId, PersonId, StreamId, TenantId
from domain.ports import EventStore, Outcome
from domain.stream import Order
from domain.values import Language, both
from services.commands import FINGERPRINT_BYTES, CommandHandler
from services.days import local_day
from services.decoding import COMMONS_SLUG

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SLUG_CHARACTERS_MAX = 80
_COMMONS_KEY = CommandId(UUID("5b0f3c3a-52c7-5f59-9d6c-7d1f0a5a9c11"))
"""The same on every instance, so that opening the commons twice does nothing."""

Pseudonyms = Callable[[TenantId, UUID], Awaitable[PersonId]]
"""The pseudonym of an account in a log, made at first use."""


class BodyFacts(NamedTuple):
    """What the door needs to know of a body."""

    kind: BodyKind
    time_zone: str
    language: Language
    """Its default."""

    def today(self, now: datetime | None = None) -> date:
        """The date that the body's people would write."""
        return local_day(self.time_zone, now)


class Provisioning(msgspec.Struct, frozen=True, kw_only=True):
    """A new body, with the circumstances of its first two commands."""

    opening: OpenBody
    key: UUID
    effective_on: date
    lang: Language
    correlation_id: UUID
    authority: Authority = NOT_REQUIRED
    causation_id: UUID | None = None
    """The command of the event in the commons that the registration follows from."""
    source: Source | None = None
    sample: bool = False


class Provisioned(NamedTuple):
    registered: Outcome
    opened: Outcome


class Bodies:
    """Finds bodies by slug and makes new ones."""

    def __init__(self, store: EventStore, handler: CommandHandler, pseudonyms: Pseudonyms) -> None:
        self._store = store
        self._handler = handler
        self._pseudonyms = pseudonyms
        self._by_slug: dict[str, TenantId] = {COMMONS_SLUG: COMMONS}
        self._facts: dict[TenantId, BodyFacts] = {}

    @property
    def store(self) -> EventStore:
        """Where their logs are."""
        return self._store

    async def resolve(self, slug: str) -> TenantId | None:
        """The body that a slug leads to, or None. A slug once given leads to the same body for ever."""
        if slug not in self._by_slug:
            if len(slug) > _SLUG_CHARACTERS_MAX or not _SLUG.fullmatch(slug):
                return None
            holder = await self._store.claimed(COMMONS, slug_claim(slug))
            if holder is None:
                return None
            self._by_slug[slug] = TenantId(holder)
        return self._by_slug[slug]

    async def facts(self, tenant_id: TenantId) -> BodyFacts | None:
        """What the body's first event says of it; None before that."""
        if tenant_id not in self._facts:
            body = (await self._store.load(tenant_id, BODY, StreamId(tenant_id))).state
            if body.kind is None or body.time_zone is None or body.default_language is None:
                return None
            self._facts[tenant_id] = BodyFacts(body.kind, body.time_zone, body.default_language)
        return self._facts[tenant_id]

    async def name(self, tenant_id: TenantId, language: Language) -> str:
        """What a body is called, in the language or in the one that it has; nothing before its first event."""
        body = (await self._store.load(tenant_id, BODY, StreamId(tenant_id))).state
        return "" if body.name is None else body.name.value.in_(language).text

    async def provision(self, new: Provisioning, *, principal: UUID, fingerprint: bytes) -> Provisioned:
        """Register a body in the commons and open its log. Interrupted between the two, the same key goes on.

        Raises:
            Refusal: the slug is taken, or the body exists.
        """
        opening = new.opening
        register = RegisterBody(body_id=opening.body_id, slug=opening.slug, kind=opening.kind, name=opening.name)
        first_id = CommandId(uuid5(new.key, "RegisterBody"))
        second_id = CommandId(uuid5(new.key, "OpenBody"))
        registered = await self._handler.handle(
            await self._order(new, COMMONS, first_id, register, principal, causation_id=new.causation_id),
            fingerprint,
        )
        opened = await self._handler.handle(
            await self._order(new, opening.body_id, second_id, opening, principal, causation_id=first_id),
            fingerprint,
        )
        return Provisioned(registered, opened)

    async def open_commons(self, *, principal: UUID) -> None:
        """Write the first event of the commons, whose log is there from the first migration on. Repeatable."""
        if (await self._store.load(COMMONS, BODY, StreamId(COMMONS))).version:
            return
        name = both(en="The commons", fr="Le fonds commun", source="en")
        opening = OpenBody(
            body_id=COMMONS,
            kind=BodyKind.COMMONS,
            name=name,
            slug=COMMONS_SLUG,
            province=None,
            time_zone="America/Toronto",
            default_language="en",
        )
        new = Provisioning(
            opening=opening,
            key=_COMMONS_KEY,
            effective_on=datetime.now(UTC).date(),
            lang="en",
            correlation_id=_COMMONS_KEY,
        )
        order = await self._order(new, COMMONS, _COMMONS_KEY, opening, principal)
        await self._handler.handle(order, bytes(FINGERPRINT_BYTES))

    async def _order(
        self,
        new: Provisioning,
        tenant_id: TenantId,
        command_id: CommandId,
        command: Any,
        principal: UUID,
        *,
        causation_id: UUID | None = None,
    ) -> Order:
        return Order(
            tenant_id=tenant_id,
            command_id=command_id,
            command=command,
            actor=Actor(id=await self._pseudonyms(tenant_id, principal), role="operator"),
            effective_on=new.effective_on,
            authority=new.authority,
            lang=new.lang,
            correlation_id=new.correlation_id,
            causation_id=causation_id,
            source=new.source,
            sample=new.sample,
        )

"""Sealing between decide and append, opening between load and evolve."""

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints
from uuid import UUID, uuid4

import asyncpg
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.event import Event, Recorded
from domain.ids import StreamId, TenantId
from domain.values import SealedText
from domain.values.sealed import NONCE_BYTES
from infra.pii.wrapping import KEY_BYTES, KeyWrapper, Wrapped

E = TypeVar("E", bound=Event)


class NotOpenError(ValueError):
    """Text that is to be sealed came sealed or erased. Only opened text may enter a log."""


class SealBrokenError(Exception):
    """A sealed text does not open in its place: its bytes were changed, or it was moved here from elsewhere."""


@cache
def sealed_fields(event: type[Event]) -> tuple[str, ...]:
    """The fields of an event class that hold sealed text. A test holds that none lies deeper."""
    return tuple(
        name
        for name, hint in get_type_hints(event).items()
        if name in event.__struct_fields__ and SealedText in (hint, *get_args(hint))
    )


def bound_to(tenant_id: TenantId, stream_id: UUID, version: int, field: str, subject: UUID) -> bytes:
    """What a sealed text is inseparable from (GCM's associated data). So a field of one is never renamed."""
    return f"{tenant_id}|{stream_id}|{version}|{field}|{subject}".encode()


def seal_event(
    tenant_id: TenantId, stream_id: StreamId, version: int, event: E, keys: Mapping[UUID, tuple[UUID, AESGCM]]
) -> E:
    """The event with its text sealed; `keys` gives the id and key of each subject."""
    sealed = {}
    for field, text in _texts(event):
        key_id, key = keys[text.subject]
        nonce = os.urandom(NONCE_BYTES)
        plain = str(text.text).encode()
        bound = bound_to(tenant_id, stream_id, version, field, text.subject)
        sealed[field] = SealedText.sealed(
            text.subject, key_id=key_id, nonce=nonce, ciphertext=key.encrypt(nonce, plain, bound)
        )
    return msgspec.structs.replace(event, **sealed) if sealed else event


def open_event(recorded: Recorded, keys: Mapping[UUID, AESGCM]) -> Recorded:
    """The event with its text opened, or marked erased where `keys` lacks its key.

    Raises:
        SealBrokenError: a text was changed or moved.
    """
    opened = {}
    for field, text in _texts(recorded.payload):
        if not text.is_sealed:
            continue
        key = keys.get(_part(text.key_id))
        if key is None:
            opened[field] = SealedText.gone(text.subject)
            continue
        bound = bound_to(
            recorded.tenant_id, recorded.originator_id, recorded.originator_version, field, text.subject
        )
        try:
            plain = key.decrypt(_part(text.nonce), _part(text.ciphertext), bound)
        except InvalidTag as error:
            raise SealBrokenError(
                f"The text {field} of event {recorded.originator_version} of stream {recorded.originator_id} "
                f"in log {recorded.tenant_id} does not open; expected the bytes that were sealed there. "
                "Verify the log."
            ) from error
        opened[field] = SealedText(subject=text.subject, text=plain.decode())
    if not opened:
        return recorded
    return msgspec.structs.replace(recorded, payload=msgspec.structs.replace(recorded.payload, **opened))


def keys_needed(events: Iterable[Recorded]) -> list[UUID]:
    """The ids of the keys that opening these events takes, in a stable order."""
    return sorted({_part(t.key_id) for e in events for _, t in _texts(e.payload) if t.is_sealed})


class LogSealer:
    """Implements the port `Sealer` over `pii.key`.

    Keys are not kept in memory between calls: once one is destroyed, no process opens text under it.
    """

    def __init__(self, pool: asyncpg.Pool, wrapper: KeyWrapper) -> None:
        self._pool = pool
        self._wrapper = wrapper

    async def seal(self, tenant_id: TenantId, stream_id: StreamId, version: int, event: Any) -> Any:
        """The same event with its text sealed for the place that it will have in its log.

        Makes the keys that subjects still lack. An erasure that comes between this and the append wins.

        Raises:
            NotOpenError: a text is sealed or erased already.
        """
        subjects = []
        for field, text in _texts(event):
            if not text.is_open:
                raise NotOpenError(f"{field} is not open text; give the words themselves, or leave it out.")
            subjects.append(text.subject)
        if not subjects:
            return event
        return seal_event(tenant_id, stream_id, version, event, await self._keys_of(tenant_id, subjects))

    async def open(self, tenant_id: TenantId, events: Sequence[Recorded]) -> list[Recorded]:
        """The same events with their text opened, or marked erased. At most one query, however many events.

        Raises:
            SealBrokenError: a text was changed or moved.
        """
        needed = keys_needed(events)
        if not needed:
            return list(events)
        rows = await self._pool.fetch("SELECT * FROM pii.keys_by_id($1, $2)", tenant_id, needed)
        keys = {row["key_id"]: self._wrapper.unwrap(tenant_id, Wrapped(*row)) for row in rows}
        return [open_event(recorded, keys) for recorded in events]

    async def destroy_key(self, tenant_id: TenantId, subject: UUID) -> bool:
        """Erase all text about a subject in a log, for ever. False if there was no key."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            done = await connection.execute(
                "DELETE FROM pii.key WHERE tenant_id = $1 AND subject = $2", tenant_id, subject
            )
        return bool(done == "DELETE 1")

    async def _keys_of(self, tenant_id: TenantId, subjects: Iterable[UUID]) -> dict[UUID, tuple[UUID, AESGCM]]:
        wanted = sorted(set(subjects))
        rows = await self._pool.fetch("SELECT * FROM pii.keys_by_subject($1, $2)", tenant_id, wanted)
        # More than once only if somebody destroys a key between the two statements of make_keys.
        while missing := sorted(set(wanted) - {row["subject"] for row in rows}):
            new = [self._wrapper.wrap(tenant_id, uuid4(), subject, os.urandom(KEY_BYTES)) for subject in missing]
            made = await self._pool.fetch(
                "SELECT * FROM pii.make_keys($1, $2, $3, $4, $5)",
                tenant_id,
                [row.key_id for row in new],
                missing,
                [row.wrapped for row in new],
                self._wrapper.current,
            )
            rows = [*rows, *made]
        return {row["subject"]: (row["key_id"], self._wrapper.unwrap(tenant_id, Wrapped(*row))) for row in rows}


def _texts(event: Event) -> list[tuple[str, SealedText]]:
    found = ((name, getattr(event, name)) for name in sealed_fields(type(event)))
    return [(name, text) for name, text in found if text is not None]


T = TypeVar("T")


def _part(value: T | msgspec.UnsetType) -> T:
    assert not isinstance(value, msgspec.UnsetType)  # the sealed form has all its parts
    return value

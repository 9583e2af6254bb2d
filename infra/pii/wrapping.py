"""Data keys and the key that wraps them, which is derived from the instance's secret."""

import os
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.ids import TenantId
from domain.values.sealed import NONCE_BYTES

KEY_BYTES = 32
_ID_BYTES = 8
_WRAPS = b"entente/pii/wrapping/v1"
_NAMES = b"entente/pii/wrapping-id/v1"


class KeyUnusableError(Exception):
    """A wrapped key does not open: another instance secret, or somebody changed the row."""


class Wrapped(NamedTuple):
    """A data key as it is stored."""

    key_id: UUID
    subject: UUID
    wrapped: bytes
    wrapped_by: str


class KeyWrapper:
    """Wraps data keys under the present secret, and unwraps those under an earlier one too."""

    def __init__(self, secret: bytes, *, earlier: Sequence[bytes] = ()) -> None:
        self.current = derived(secret, _NAMES, _ID_BYTES).hex()
        self._keys = {
            derived(each, _NAMES, _ID_BYTES).hex(): AESGCM(derived(each, _WRAPS, KEY_BYTES))
            for each in (secret, *earlier)
        }

    def wrap(self, tenant_id: TenantId, key_id: UUID, subject: UUID, key: bytes) -> Wrapped:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self.current].encrypt(nonce, key, _bound_to(tenant_id, key_id, subject))
        return Wrapped(key_id, subject, nonce + sealed, self.current)

    def unwrap(self, tenant_id: TenantId, row: Wrapped) -> AESGCM:
        """The data key, ready for use.

        Raises:
            KeyUnusableError: it was wrapped under a secret that is not given here, for another subject or tenant.
        """
        wrapping = self._keys.get(row.wrapped_by)
        if wrapping is None:
            raise KeyUnusableError(
                f"The key {row.key_id} is wrapped under {row.wrapped_by}; known are {', '.join(self._keys)}. "
                "Give the secret that was in use when it was made."
            )
        nonce, sealed = row.wrapped[:NONCE_BYTES], row.wrapped[NONCE_BYTES:]
        try:
            return AESGCM(wrapping.decrypt(nonce, sealed, _bound_to(tenant_id, row.key_id, row.subject)))
        except InvalidTag as error:
            raise KeyUnusableError(
                f"The key {row.key_id} of tenant {tenant_id} does not unwrap: its row was changed or moved. "
                "Restore it from a backup."
            ) from error


def derived(secret: bytes, purpose: bytes, length: int) -> bytes:
    """A key for one purpose, from the instance's secret; nothing leads from one of them to another."""
    # HKDF (RFC 5869) without salt: the secret is random, and every process must derive the same.
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret)


def _bound_to(tenant_id: TenantId, key_id: UUID, subject: UUID) -> bytes:
    return f"{tenant_id}|{key_id}|{subject}".encode()

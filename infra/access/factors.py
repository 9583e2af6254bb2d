"""Second factors: codes of an authenticator (RFC 6238), and recovery codes for whoever lost it."""

import base64
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.values.sealed import NONCE_BYTES
from infra.pii.wrapping import KEY_BYTES, derived

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
_SECRET_BYTES: Final = 20
"""As RFC 4226, section 4, recommends."""
_RECOVERY_BYTES: Final = 10
_WINDOW: Final = (-1, 0, 1)
"""A clock may be half a minute off, and typing takes time."""
_DIGITS: Final = 6
_SEALS: Final = b"entente/access/factor/v1"
_NAMES: Final = b"entente/access/factor-id/v1"
_NAME_BYTES: Final = 8
Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[Any]"


class FactorUnusableError(Exception):
    """A sealed secret does not open: another instance secret, or somebody changed or moved the row."""


class _Row(NamedTuple):
    sealed: bytes
    sealed_by: str


class SecondFactors:
    """Enrols authenticators and takes their codes, each once."""

    def __init__(
        self, pool: "asyncpg.Pool[Any]", secret_key: bytes, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._pool = pool
        self._seal = AESGCM(derived(secret_key, _SEALS, KEY_BYTES))
        self._sealed_by = derived(secret_key, _NAMES, _NAME_BYTES).hex()
        self._clock = clock

    async def begin(self, account_id: UUID) -> str:
        """A new secret to put into an authenticator, in base 32. It counts once `confirm` has seen a code of it.

        One that was begun before is forgotten; one that is in use stays in use until then.
        """
        secret = os.urandom(_SECRET_BYTES)
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._seal.encrypt(nonce, secret, _bound_to(account_id))
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            # One at a time per account: two pages that are opened at once would both make one.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 31))", str(account_id))
            await connection.execute(
                "DELETE FROM access.second_factor WHERE account_id = $1 AND pending", account_id
            )
            await connection.execute(
                "INSERT INTO access.second_factor (account_id, pending, sealed, sealed_by)"
                " VALUES ($1, true, $2, $3)",
                *(account_id, sealed, self._sealed_by),
            )
        return base64.b32encode(secret).decode()

    async def begun(self, account_id: UUID) -> str | None:
        """The secret that waits for its first code, in base 32."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT access.enter($1)", account_id)
            row = await _row(connection, account_id, pending=True)
        return None if row is None else base64.b32encode(self._opened(account_id, row)).decode()

    async def confirm(self, account_id: UUID, code: str) -> list[str] | None:
        """Use the begun secret from now on; new recovery codes, shown this once. None: the code is not its own."""
        codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            row = await _row(connection, account_id, pending=True)
            step = None if row is None else self._step_of(self._opened(account_id, row), code)
            if row is None or step is None:
                return None
            used_up = await connection.execute(
                "DELETE FROM access.second_factor WHERE account_id = $1 AND pending AND sealed = $2",
                *(account_id, row.sealed),
            )
            if used_up != "DELETE 1":  # somebody else was faster with the same code
                return None
            await connection.execute("DELETE FROM access.second_factor WHERE account_id = $1", account_id)
            await connection.execute(
                "INSERT INTO access.second_factor (account_id, pending, sealed, sealed_by, last_step)"
                " VALUES ($1, false, $2, $3, $4)",
                *(account_id, row.sealed, row.sealed_by, step),
            )
            await connection.execute("DELETE FROM access.recovery_code WHERE account_id = $1", account_id)
            await connection.executemany(
                "INSERT INTO access.recovery_code (account_id, code_hash) VALUES ($1, $2)",
                [(account_id, _recovery_hash(account_id, one)) for one in codes],
            )
        return codes

    async def take(self, account_id: UUID, code: str) -> bool:
        """Whether a code is right. It is then used: neither it nor an earlier one is right again."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            row = await _row(connection, account_id, pending=False)
            step = None if row is None else self._step_of(self._opened(account_id, row), code)
            if step is None:
                return False
            done = await connection.execute(
                "UPDATE access.second_factor SET last_step = $2"
                " WHERE account_id = $1 AND NOT pending AND last_step < $2",
                *(account_id, step),
            )
        return bool(done == "UPDATE 1")

    async def take_recovery(self, account_id: UUID, code: str) -> bool:
        """Whether a recovery code is right. It is then gone."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            done = await connection.execute(
                "DELETE FROM access.recovery_code WHERE account_id = $1 AND code_hash = $2",
                *(account_id, _recovery_hash(account_id, code)),
            )
        return bool(done == "DELETE 1")

    async def recovery_left(self, account_id: UUID) -> int:
        """How many recovery codes are not used yet."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT access.enter($1)", account_id)
            return int(
                await connection.fetchval(
                    "SELECT count(*) FROM access.recovery_code WHERE account_id = $1", account_id
                )
            )

    async def remove(self, account_id: UUID) -> bool:
        """Forget authenticator and recovery codes, and end all sessions of the account. False if it had none."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            done = await connection.execute("DELETE FROM access.second_factor WHERE account_id = $1", account_id)
            await connection.execute("DELETE FROM access.recovery_code WHERE account_id = $1", account_id)
            await connection.execute("DELETE FROM access.session WHERE account_id = $1", account_id)
        return bool(done != "DELETE 0")

    def _opened(self, account_id: UUID, row: _Row) -> bytes:
        try:
            return self._seal.decrypt(row.sealed[:NONCE_BYTES], row.sealed[NONCE_BYTES:], _bound_to(account_id))
        except InvalidTag as error:
            raise FactorUnusableError(
                f"The second factor of account {account_id}, sealed under {row.sealed_by}, does not open under "
                f"{self._sealed_by}. Give the secret that was in use then, or let its owner enrol anew."
            ) from error

    def _step_of(self, secret: bytes, code: str) -> int | None:
        given = "".join(code.split())
        if not (given.isascii() and given.isdigit() and len(given) == _DIGITS):
            return None
        now = int(self._clock() // STEP_SECONDS)
        otp = pyotp.TOTP(base64.b32encode(secret).decode(), digits=_DIGITS, interval=STEP_SECONDS)
        right = [now + off for off in _WINDOW if hmac.compare_digest(otp.generate_otp(now + off), given)]
        return max(right, default=None)


def provisioning_uri(secret: str, email: str) -> str:
    """What an authenticator reads from a QR code (the Key URI format)."""
    return pyotp.TOTP(secret, digits=_DIGITS, interval=STEP_SECONDS).provisioning_uri(
        name=email, issuer_name="Entente"
    )


async def _row(connection: Connection, account_id: UUID, *, pending: bool) -> _Row | None:
    found = await connection.fetchrow(
        "SELECT sealed, sealed_by FROM access.second_factor WHERE account_id = $1 AND pending = $2",
        *(account_id, pending),
    )
    return None if found is None else _Row(*found)


def _new_recovery_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _recovery_hash(account_id: UUID, code: str) -> bytes:
    # 80 random bits: the account's id keeps equal codes of two accounts apart, and no slow hash is needed.
    letters = "".join(character for character in code.lower() if character.isalnum())
    return hashlib.sha256(f"{account_id}|{letters}".encode()).digest()


def _bound_to(account_id: UUID) -> bytes:
    return f"{account_id}|second-factor".encode()

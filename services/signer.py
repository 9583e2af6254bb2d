"""The signer process: sees all logs, writes checkpoints, and alone holds the key.

Nothing else needs the key, so nothing else should be able to read its file.
"""

import asyncio
import signal
from datetime import UTC, datetime
from typing import Final

import asyncpg
import structlog

from infra.database import Database, closing
from infra.jobs.heartbeat import Heartbeat
from infra.log.proofs.cosigning import Cosigners
from infra.log.proofs.held import HeldCheckpoints
from infra.log.proofs.national import sign_national_root
from infra.log.proofs.signing import Keys, LogSigner, OriginChangedError, Round
from infra.settings import Role, Settings
from infra.waiting import wait_at_most

INTERVAL_SECONDS: Final = 1.0
_RETRY_SECONDS_MIN: Final = 0.2
_RETRY_SECONDS_MAX: Final = 10.0
_OPERATIONAL: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_logger = structlog.get_logger()


def run(settings: Settings) -> bool:
    """Sign until TERM or INT. False if it cannot go on, which the journal explains."""
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> bool:
    until = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, until.set)
    with Heartbeat(settings.database, "signer", role=Role.SIGNER):
        try:
            await follow(settings, until)
        except OriginChangedError as error:
            _logger.exception("signer.origin_changed", error=str(error))
            return False
    return True


async def follow(settings: Settings, until: asyncio.Event) -> None:
    """Sign what grows, once a second; a database that is away is tried again, ever more patiently."""
    keys = signing_keys(settings)
    pause_seconds = _RETRY_SECONDS_MIN
    cosigners = Cosigners(settings.proof.witnesses)
    told: dict[object, str] = {}
    while not until.is_set():
        try:
            async with (
                Database(settings.database) as database,
                closing(await database.connect(Role.SIGNER)) as connection,
            ):
                signer = LogSigner(connection, held_checkpoints(settings), keys)
                _logger.info("signer.started", origin=keys.base)
                while not until.is_set():
                    done = await sign_once(signer, connection, keys)
                    _tell(done, told)
                    await cosigners.ask(connection)
                    pause_seconds = _RETRY_SECONDS_MIN
                    await wait_at_most(until, INTERVAL_SECONDS)
        except _OPERATIONAL as error:
            _logger.warning("signer.interrupted", error=type(error).__name__, retry_seconds=pause_seconds)
            await wait_at_most(until, pause_seconds)
            pause_seconds = min(pause_seconds * 2, _RETRY_SECONDS_MAX)


async def sign_once(signer: LogSigner, connection: "asyncpg.Connection", keys: Keys) -> Round:
    """One pass over the logs, then the national root if its hour has come."""
    done = await signer.sign()
    await sign_national_root(connection, keys, datetime.now(UTC))
    return done


def signing_keys(settings: Settings) -> Keys:
    """The keys of this instance's logs; made at first use where no key is set."""
    return Keys(settings.proof.origin, settings.proof.signer_seed())


def held_checkpoints(settings: Settings) -> HeldCheckpoints:
    """The checkpoints that are held outside the database."""
    return HeldCheckpoints(settings.proof.checkpoint_dir)


def _tell(done: Round, told: dict[object, str]) -> None:
    for tenant_id, checkpoint in done.signed.items():
        _logger.info("signer.signed", tenant_id=str(tenant_id), size=checkpoint.size)
        told.pop(tenant_id, None)
    for tenant_id, reason in done.refused.items():
        if told.get(tenant_id) != reason:
            _logger.error("signer.refused", tenant_id=str(tenant_id), reason=reason)
            told[tenant_id] = reason

"""`entente run`: the whole service on this machine, in the foreground."""

import argparse
import asyncio
import contextlib
import dataclasses
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4, uuid5

from infra.embedded import EmbeddedServer
from infra.environment import load_settings
from infra.log.proofs.held import HeldCheckpoints
from infra.migrate import SchemaNewerError
from infra.pii.addresses import AddressIdUsedError, AddressListedError
from infra.settings import Settings
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.cli import REFUSED, say, say_error
from services.cli.bringing_in import sample_bodies, sample_files
from services.cli.instance import prepare_database
from services.cli.progress import progress_bar
from services.identity.demo import DemoLogin, demo_login
from services.importing import Entry, Importer, ImportRefusedError, read_files
from services.projector import open_read_side, status
from services.sample import SAMPLE_ADDRESSES
from services.supervisor import Child, postgres_child, supervise

JOURNAL: Final = "entente.log"
_SAMPLE_MARK: Final = "sample.loaded"
_PORTS_TRIED_MAX: Final = 100
_DEMO_TOKEN_DAYS: Final = 7
_CODES_SHOWN: Final = 5
_READY_WITHIN_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.1


class _Tries(NamedTuple):
    """By what a demonstration is tried."""

    slug: str
    token: str
    login: DemoLogin


def run(given: argparse.Namespace) -> int:
    """Prepare, migrate, start everything; in a demo also load the sample and show how to try it."""
    environment = dict(os.environ)
    if given.demo:
        environment.setdefault("ENTENTE_PROFILE", "demo")
    wanted = environment.pop("PORT", "")
    if wanted.isdigit() and "ENTENTE_PORT" not in environment:
        environment["ENTENTE_PORT"] = wanted
    settings = load_settings(environment)
    settings.instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    port = free_port(settings.web.host, settings.web.port)
    environment["ENTENTE_PORT"] = str(port)
    address = f"http://{_printable(settings.web.host)}:{port}"
    say(f"Entente · {settings.instance_dir}")
    try:
        return _supervised(settings, environment, address, demo=given.demo)
    except SchemaNewerError as error:
        say_error(str(error))
        return REFUSED


def _supervised(settings: Settings, environment: dict[str, str], address: str, *, demo: bool) -> int:
    children: list[Child] = []
    with _journal_to(settings.instance_dir / JOURNAL):
        if settings.database.embedded:
            with _timed("database · base de données"):
                server = EmbeddedServer(settings.instance_dir)
                postgres = postgres_child(server)
            children.append(_with_step(postgres, lambda: _migrate(settings)))
        else:
            _migrate(settings)
        children += [
            _own("serve", environment, ready=lambda: _is_live(address)),
            _own("projector", environment),
            _own("worker", environment),
            _own("signer", environment),
        ]
        return supervise(
            children,
            stop_within=timedelta(seconds=8),
            when_ready=lambda: _in_background(settings, address, demo=demo),
        )


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next one that nobody listens on; any free one for 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(wanted, min(wanted + _PORTS_TRIED_MAX, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no free port from {wanted} on")


def _migrate(settings: Settings) -> None:
    with _timed("schema · schéma"):
        prepare_database(settings.database)


def _with_step(child: Child, step: Callable[[], None]) -> Child:
    """The child, ready once it is and the step is done. A later restart does not repeat the step."""
    is_ready = child.ready
    assert is_ready is not None

    def ready() -> bool:
        if not is_ready():
            return False
        step()
        return True

    return dataclasses.replace(child, ready=ready)


def _own(verb: str, environment: dict[str, str], *, ready: Callable[[], bool] | None = None) -> Child:
    return Child(name=verb, argv=[sys.executable, "-m", "services.cli", verb], env=environment, ready=ready)


def _is_live(address: str) -> bool:
    return _status(f"{address}/health/live") == 200  # noqa: PLR2004


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - our own address
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _in_background(settings: Settings, address: str, *, demo: bool) -> None:
    """Load and show beside the supervisor, which has to answer signals at once."""
    threading.Thread(target=_finish, args=(settings, address, demo), name="run.finish", daemon=True).start()


def _finish(settings: Settings, address: str, demo: bool) -> None:  # noqa: FBT001 - called by the line above
    tries: _Tries | None = None
    try:
        if demo:
            with _timed("sample · données d’exemple"):
                entries = read_files(sample_files())
                tries = asyncio.run(_load_sample(settings, entries))
        with _timed("read models · modèles de lecture"):
            asyncio.run(_await_read_models(settings))
            _await_ready(address)
    except ImportRefusedError as refused:
        for problem in refused.problems:
            say_error(str(problem))
    except Exception as error:  # noqa: BLE001 - the service runs on; what is missing is said
        say_error(f"the start was not completed: {type(error).__name__}: {error}")
    say()
    for path in ("/fr", "/en", "/graphql", *(["/graphql/explorer"] if demo else []), "/openapi.json"):
        say(f"  {address}{path}")
    if tries is not None:
        say(f"\n  Coordinator of · coordination de: {tries.slug}\n  Authorization: Bearer {tries.token}")
        say(f"  {address}/fr/connexion · {address}/en/sign-in")
        say(f"  {tries.login.email} · {tries.login.password}")
        say(f"  One-time codes · codes à usage unique: {' '.join(tries.login.codes[:_CODES_SHOWN])}")
    if settings.mail is not None and settings.mail.server is None:
        say(f"\n  Mail · courriel: {settings.mail.directory}")
    say(f"\n  Journal: {settings.instance_dir / JOURNAL}   Ctrl-C: stop · arrêter\n")


async def _load_sample(settings: Settings, entries: list[Entry]) -> _Tries | None:
    """Record the sample unless it is there, and make a coordinator's token and login for one of its bodies."""
    mark = settings.instance_dir / _SAMPLE_MARK
    fingerprint = sha256(b"".join(entry.raw for entry in entries)).hexdigest()
    bodies = sample_bodies(entries)
    async with open_write_side(settings.database, held=HeldCheckpoints(settings.proof.checkpoint_dir)) as write:
        loaded = mark.exists() and mark.read_text(encoding="ascii") == fingerprint
        if not (loaded and bodies and await write.bodies.resolve(bodies[-1]) is not None):
            importer = Importer(
                write.handler,
                write.bodies,
                write.vault.pseudonym,
                principal=CONSOLE,
                key=write.fingerprint_key,
                progress=progress_bar(),
            )
            await importer.run(entries)
            await _list_addresses(write)
            mark.write_text(fingerprint, encoding="ascii")
        return await _demo_access(write, settings, bodies[0]) if bodies else None


async def _list_addresses(write: WriteSide) -> None:
    """Let a body of the sample write to somebody, in either language. Whoever removes one has removed it."""
    for slug, email, language in SAMPLE_ADDRESSES:
        tenant_id = await write.bodies.resolve(slug)
        if tenant_id is not None:
            person = await write.vault.pseudonym(tenant_id, CONSOLE)
            with contextlib.suppress(
                AddressListedError, AddressIdUsedError
            ):  # somebody has put it there otherwise
                await write.addresses.add(tenant_id, uuid5(tenant_id, email), email, language, added_by=person)


async def _demo_access(write: WriteSide, settings: Settings, slug: str) -> _Tries | None:
    tenant_id = await write.bodies.resolve(slug)
    if tenant_id is None:
        return None
    person = await write.vault.pseudonym(tenant_id, uuid4())
    expires_at = datetime.now(UTC) + timedelta(days=_DEMO_TOKEN_DAYS)
    token = await write.tokens.create(tenant_id, "coordinator", person, "demo", expires_at=expires_at)
    return _Tries(slug, token, await demo_login(write, settings, tenant_id))


async def _await_read_models(settings: Settings) -> None:
    """Until they show all that is recorded, or have stopped."""
    async with asyncio.timeout(_READY_WITHIN_SECONDS), open_read_side(settings.database) as side:
        while any(lag.events and not lag.stopped for lag in await status(side)):
            await side.feed.wait(_POLL_SECONDS)


def _await_ready(address: str) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while _status(f"{address}/health/ready") != 200:  # noqa: PLR2004
        if time.monotonic() > deadline:
            raise TimeoutError(f"{address}/health/ready says what is not ready")
        time.sleep(_POLL_SECONDS)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    say(f"  {what}: {time.monotonic() - began:.1f} s")


@contextmanager
def _journal_to(path: Path) -> Iterator[None]:
    """Send standard error, our children's too, to a file; what people should read stays on the terminal."""
    sys.stderr.flush()
    terminal = os.dup(2)
    with path.open("ab") as journal:
        os.dup2(journal.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)


def _printable(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - not bound here, only shown
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host

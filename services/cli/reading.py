"""Verbs that look: how far the read models are, how a record stood, whether a log is what was recorded."""

import argparse
import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

import domain.areas  # noqa: F401 - fills the registry of streams
from domain.clocks import parse_recorded_as_of
from domain.errors import Refusal
from domain.event import Recorded
from domain.ids import COMMONS, StreamId, TenantId
from domain.stream import STREAMS
from infra.environment import load_settings
from infra.log.feed import LogFeed
from infra.log.proofs.held import HeldBrokenError, HeldCheckpoints
from infra.log.recorder import TenantLog
from infra.log.store import LogStore
from infra.settings import Role, Settings
from projections.rebuild import BuildStoppedError, SwapTimeoutError
from projections.registry import BY_NAME
from services.bootstrap import WriteSide, open_write_side
from services.builders import HelperFailedError
from services.catching_up import caught_up
from services.cli import REFUSED, USAGE, say, say_error
from services.cli.database import reachable
from services.cli.instance import say_refusal
from services.projector import ProjectionUnknownError, open_read_side, rebuild_projections, status
from services.projector import verify as verify_read_models
from services.read_model_check import ReadModelCheck
from services.replay import verify as verify_log
from services.verifying.results import last

_POOL_MAX = 4


def projections(given: argparse.Namespace) -> int:
    """Status, rebuild or verify."""
    settings = load_settings(os.environ)
    names: list[str] = getattr(given, "names", [])
    with reachable(settings):
        try:
            return asyncio.run(_PROJECTION_VERBS[given.what](settings, names))
        except ProjectionUnknownError as error:
            say_error(str(error))
            return USAGE


async def _status(settings: Settings, _: Sequence[str]) -> int:
    async with open_read_side(settings.database) as side:
        lags = await status(side)
    for lag in lags:
        say(f"{lag.projection:20} {lag.events:8} events behind in {lag.bodies} bodies")
        for cursor in lag.stopped:
            reason = cursor.stop.reason if cursor.stop else ""
            say(f"  stopped: {cursor.tenant_id} at {cursor.position}: {reason}")
    return REFUSED if any(lag.stopped for lag in lags) else 0


async def _rebuild(settings: Settings, names: Sequence[str]) -> int:
    async with open_read_side(settings.database) as side:
        try:
            await rebuild_projections(side, settings.database, names)
        except (BuildStoppedError, HelperFailedError, SwapTimeoutError) as error:
            say_error(str(error))
            return REFUSED
    say(f"Rebuilt: {', '.join(names or BY_NAME)}")
    return 0


async def _verify(settings: Settings, names: Sequence[str]) -> int:
    async with open_read_side(settings.database) as side:
        found = await verify_read_models(side, names=names)
    for one in found:
        say_error(f"{one.table} of {one.tenant_id}: {one.missing} rows missing, {one.surplus} too many")
    say(f"{len(found)} differences")
    return REFUSED if found else 0


_PROJECTION_VERBS = {"status": _status, "rebuild": _rebuild, "verify": _verify}


def replay(given: argparse.Namespace) -> int:
    """Print the state of a record as JSON, folded from its events."""
    settings = load_settings(os.environ)
    stream = STREAMS.get(given.stream)
    try:
        stream_id = StreamId(UUID(given.id))
        effective = date.fromisoformat(given.effective) if given.effective else date.max
        recorded = parse_recorded_as_of(given.recorded) if given.recorded else None
    except Refusal as refusal:
        say_refusal(refusal)
        return USAGE
    except ValueError as error:
        say_error(str(error))
        return USAGE
    if stream is None:
        say_error(f"there is no kind of record {given.stream!r}; known: {', '.join(STREAMS)}")
        return USAGE

    def holds(event: Recorded) -> bool:
        if isinstance(recorded, datetime):
            known = event.recorded_at <= recorded
        else:
            known = recorded is None or event.position <= recorded
        return known and event.effective_on <= effective

    async def act() -> int:
        async with open_write_side(settings.database) as write:
            tenant_id = await write.bodies.resolve(given.slug)
            assert isinstance(write.store, LogStore)
            events = [] if tenant_id is None else await write.store.events_of(tenant_id, stream_id)
            chosen = sorted(filter(holds, events), key=lambda event: (event.effective_on, event.position))
            if not chosen:
                say_error("there is no such record as of then")
                return REFUSED
            loaded = stream.fold(None, chosen)
            last = chosen[-1]
            answer = {
                "events": len(chosen),
                "last_position": max(event.position for event in chosen),
                "last_effective_on": last.effective_on,
                "state": msgspec.to_builtins(loaded.state, str_keys=True),
            }
            say(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
            return 0

    with reachable(settings):
        return asyncio.run(act())


def verify(given: argparse.Namespace) -> int:
    """Recompute every leaf, tile and state of the logs, and say what differs."""
    settings = load_settings(os.environ)

    async def act() -> int:
        async with open_write_side(settings.database) as write:
            tenants = await _tenants(write, given.slugs)
            if tenants is None:
                return REFUSED
            if given.last:
                return await _show_last(write, tenants)
            defects = 0
            held = HeldCheckpoints(settings.proof.checkpoint_dir)
            with _pool(settings) as pool:
                for slug, tenant_id in tenants:
                    log = TenantLog(settings.database.dsn(Role.APP), pool, tenant_id)
                    shown = await caught_up(write, tenant_id)
                    also = ReadModelCheck(write.database, tenant_id) if shown else None
                    try:
                        checkpoint = held.read(tenant_id)
                    except HeldBrokenError as error:
                        say_error(str(error))
                        return REFUSED
                    report = await verify_log(log, write.store, also=also, held=checkpoint)
                    defects += not report.sound
                    state = "sound" if report.sound else f"DEFECT {report.defect}"
                    behind = "" if shown else "; read models are behind and were not compared"
                    signed = f"{report.checkpoints} checkpoints, " if report.checkpoints else ""
                    say(f"{slug}: {report.events} events, {signed}root {report.root[:16]}…, {state}{behind}")
            return REFUSED if defects else 0

    with reachable(settings):
        return asyncio.run(act())


async def _show_last(write: WriteSide, tenants: Sequence[tuple[str, TenantId]]) -> int:
    defects = 0
    for slug, tenant_id in tenants:
        shown = await last(write, tenant_id)
        if shown is None:
            say(f"{slug}: not verified yet; does a worker run?")
            continue
        found = shown.found
        defects += not found.sound
        at = "" if found.defect_position is None else f" at position {found.defect_position}"
        state = "sound" if found.sound else f"DEFECT {found.defect}{at}"
        behind = "" if found.compared else "; read models were behind and were not compared"
        say(
            f"{slug}: {found.position} events, root {found.root[:16]}…, {state}{behind},"
            f" {shown.checked_at:%Y-%m-%dT%H:%M:%SZ} in {found.took.total_seconds():.1f} s"
        )
    return REFUSED if defects else 0


async def _tenants(write: WriteSide, slugs: Sequence[str]) -> list[tuple[str, TenantId]] | None:
    if not slugs:
        async with LogFeed(write.database) as feed:
            heads = await feed.heads()
        return [("commons" if tenant_id == COMMONS else str(tenant_id), tenant_id) for tenant_id in heads]
    found: list[tuple[str, TenantId]] = []
    for slug in slugs:
        tenant_id = await write.bodies.resolve(slug)
        if tenant_id is None:
            say_error(f"there is no body {slug!r}")
            return None
        found.append((slug, tenant_id))
    return found


@contextmanager
def _pool(settings: Settings) -> Iterator["ConnectionPool[psycopg.Connection[Any]]"]:
    with ConnectionPool(
        settings.database.dsn(Role.APP), min_size=1, max_size=_POOL_MAX, kwargs={"autocommit": True}, open=True
    ) as pool:
        yield pool

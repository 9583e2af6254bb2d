"""A helper of a rebuild, in a process of its own: builds the bodies that it is told of, one after the other.

`services.builders` starts it and talks to it in lines: a `Task`, then the id of a body at a time, each answered by
an `Answer`. When no more comes, it ends.
"""

import asyncio
import gc
import os
import sys
from typing import BinaryIO

import msgspec

from domain.ids import TenantId
from infra.bulk.read_models import BulkReadModels
from infra.database import Database
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings
from projections.reading import read_id
from projections.rebuild import build_tenant
from projections.registry import BY_NAME


class Task(msgspec.Struct, frozen=True):
    """What to build of each body. It comes through a pipe, for it holds secrets."""

    settings: DatabaseSettings
    projections: tuple[str, ...]
    build: str


class Answer(msgspec.Struct, frozen=True):
    """That a body is built, or why not; with a reason nothing more follows."""

    failed: str | None = None


async def _build(orders: BinaryIO, answers: BinaryIO) -> None:
    task = msgspec.json.decode(orders.readline(), type=Task)
    projections = [BY_NAME[name] for name in task.projections]
    async with (
        Database(task.settings) as database,
        LogFeed(database) as feed,
        BulkReadModels(database, connections_max=1) as models,
    ):
        while line := await asyncio.to_thread(orders.readline):
            tenant_id = TenantId(read_id(line))
            try:
                await build_tenant(feed, models, projections, task.build, tenant_id)
            except Exception as error:
                _say(answers, Answer(failed=f"{type(error).__name__}: {error}"))
                raise
            _say(answers, Answer())


def _say(answers: BinaryIO, answer: Answer) -> None:
    answers.write(msgspec.json.encode(answer) + b"\n")
    answers.flush()


def main() -> None:
    gc.freeze()  # what was imported stays
    gc.enable()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what anything prints is no answer
    asyncio.run(_build(sys.stdin.buffer, answers))


if __name__ == "__main__":
    main()

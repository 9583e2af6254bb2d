"""What the register knows of the commands behind a log: which there were, by whom, when, and what they caused.

The events say it of every command that recorded something. The ledger adds, for thirty days, what a repeated key
is answered, and the commands that recorded nothing.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any, Final

import msgspec
import sqlalchemy

from domain.ids import TenantId
from domain.ports import Feed
from infra.database import Database, Scope
from infra.log.verbatim import KeptOutcome
from services.archive.form import COMMANDS, ArchiveBrokenError, CommandAnswer, CommandLine
from services.archive.reading import Reader
from services.archive.writing import Writer

_LEDGER: Final = sqlalchemy.text(
    "SELECT principal, command_id, fingerprint, first_position, position, version, recorded_at FROM log.ledger"
    " WHERE tenant_id = :body AND (position IS NULL OR position <= :upto)"
    " ORDER BY first_position NULLS LAST, recorded_at, principal, command_id"
)


class _Actor(msgspec.Struct, frozen=True, gc=False):
    id: msgspec.Raw


class _Header(msgspec.Struct, frozen=True, gc=False):
    """What is wanted of an envelope."""

    actor: _Actor
    command_id: msgspec.Raw


_header = msgspec.json.Decoder(_Header).decode


async def add_commands(writer: Writer, database: Database, feed: Feed, tenant_id: TenantId, upto: int) -> None:
    """Write a line per command, in the order of their events; those that recorded nothing come last.

    Neither the log nor the ledger is held: both are read in the order of positions and joined on the way.
    """
    with writer.part(COMMANDS) as part:
        async with database.begin(Scope.of_tenant(tenant_id)) as connection:
            rows = await connection.stream(_LEDGER, {"body": tenant_id, "upto": upto})
            answered = (_answered(row) async for row in rows)
            async with aclosing(_of_events(feed, tenant_id, upto)) as commands:
                async for line in _joined(commands, answered):
                    part.line(line)


def check_commands(archive: Reader, events: int) -> None:
    """Whether every command stands within the log.

    Raises:
        ArchiveBrokenError: one does not.
    """
    for line in archive.lines(COMMANDS, CommandLine):
        first, last = line.first_position, line.position
        if (first, last) != (None, None) and not 1 <= (first or 0) <= (last or 0) <= events:
            raise ArchiveBrokenError(
                f"{COMMANDS}: the command {line.command_id} has positions that are not in the log",
                f"{COMMANDS} : la commande {line.command_id} a des positions absentes du registre",
            )


def outcomes(archive: Reader) -> Iterator[KeptOutcome]:
    """What repeated keys are answered, as the ledger keeps it."""
    for line in archive.lines(COMMANDS, CommandLine):
        if line.answer is not None:
            yield KeptOutcome(
                line.actor,
                line.command_id,
                line.answer.fingerprint,
                line.first_position,
                line.position,
                line.answer.version,
                line.recorded_at,
            )


async def _of_events(feed: Feed, tenant_id: TenantId, upto: int) -> AsyncGenerator[CommandLine, None]:
    """The commands that the events of a log name. Those of one command follow each other."""
    open_line: CommandLine | None = None
    async for batch in feed.read(tenant_id, 0, upto=upto):
        for row in batch:
            header = _header(row.state)
            line = msgspec.convert(
                {
                    "command_id": msgspec.json.decode(header.command_id),
                    "actor": msgspec.json.decode(header.actor.id),
                    "recorded_at": row.recorded_at,
                    "first_position": row.position,
                    "position": row.position,
                },
                CommandLine,
            )
            if open_line is not None and _same(open_line, line):
                open_line = msgspec.structs.replace(open_line, position=row.position)
                continue
            if open_line is not None:
                yield open_line
            open_line = line
    if open_line is not None:
        yield open_line


async def _joined(
    commands: AsyncIterator[CommandLine], answered: AsyncIterator[CommandLine]
) -> AsyncIterator[CommandLine]:
    """Both in one order. A batch has an answer and no event of its own: it comes before the orders in it."""
    kept = await anext(answered, None)
    async for line in commands:
        assert line.first_position is not None
        own = line
        while kept is not None and kept.first_position is not None and kept.first_position <= line.first_position:
            if _same(kept, line):
                own = kept
            else:
                yield kept
            kept = await anext(answered, None)
        yield own
    while kept is not None:
        yield kept
        kept = await anext(answered, None)


def _same(one: CommandLine, other: CommandLine) -> bool:
    return (one.actor, one.command_id) == (other.actor, other.command_id)


def _answered(row: Any) -> CommandLine:
    return CommandLine(
        command_id=row.command_id,
        actor=row.principal,
        recorded_at=row.recorded_at,
        first_position=row.first_position,
        position=row.position,
        answer=CommandAnswer(fingerprint=row.fingerprint, version=row.version),
    )

"""Bringing history in: files of commands, one JSON object per line.

All lines are read and checked first; one that is not understood stops everything before anything is written.
Then bodies go on side by side, so that the log can commit them in groups, while the lines of one body keep their
order. Each line's id is its idempotency key: an import that was interrupted is simply run again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from domain.body import RegisterBody
from domain.envelope import Actor, Authority, Role, Source, WithoutAuthority
from domain.errors import Refusal
from domain.ids import CommandId, PersonId, TenantId
from domain.stream import COMMANDS, Command, Order
from domain.values import Citation, Language
from services.authorisation import check_role
from services.bodies import Bodies, Pseudonyms
from services.causes import cause_of
from services.commands import CommandHandler, fingerprint
from services.decoding import (
    check_effective,
    citations,
    convert,
    decode_command,
    names_organisation,
    parse_json,
)
from services.refusals import FieldsInvalidError, Located, NotJsonError
from services.wordings import located

CONCURRENT_MAX = 64
"""As many as the log commits in one group."""


class LineActor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who acted, where a line says so: a pseudonym of the body's log, never a name, and the role."""

    person: PersonId
    role: Role


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of an import file."""

    body: str
    command: str
    id: UUID
    effective_on: date
    data: dict[str, Any]
    lang: Language
    authority: Authority = msgspec.field(default_factory=lambda: WithoutAuthority(reason="not_stated_in_source"))
    actor: LineActor | None = None
    """None: the operator who imports."""
    caused_by: Citation | None = None
    source: Source | None = None
    sample: bool = False


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was understood, and where it stands."""

    file: str
    number: int
    raw: bytes
    line: Line
    command: Command

    @property
    def looks_elsewhere(self) -> bool:
        """Whether it depends on other logs, so that the lines before it must be recorded first."""
        if COMMANDS[self.line.command].elsewhere:
            return True
        cited = (*citations(self.command), *citations(self.line.authority), *citations(self.line.caused_by))
        return bool(cited) or names_organisation(self.command)


class ImportProblem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, where, in both languages."""

    file: str
    number: int
    path: str
    code: str
    en: str
    fr: str

    def __str__(self) -> str:
        return f"{self.file}:{self.number}: {self.path}: {self.code}\n  {self.en}\n  {self.fr}"


class ImportRefusedError(Exception):
    """The files were not understood, or a rule refused a line."""

    def __init__(self, problems: Sequence[ImportProblem], *, recorded: int = 0) -> None:
        super().__init__(f"{len(problems)} problem(s)")
        self.problems = problems
        self.recorded = recorded


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines were recorded now, and how many had been before."""

    recorded: int
    known: int


def read_files(paths: Iterable[Path]) -> list[Entry]:
    """Every line of the files, understood.

    Raises:
        ImportRefusedError: with all that is wrong in all files.
        OSError: a file cannot be read.
    """
    entries: list[Entry] = []
    problems: list[ImportProblem] = []
    seen: dict[tuple[str, UUID], Entry] = {}
    for path in paths:
        for number, raw in enumerate(_lines(path.read_bytes()), start=1):
            if not raw.strip():
                continue
            try:
                entry = read_line(path.name, number, raw)
            except FieldsInvalidError as refusal:
                problems += _placed(path.name, number, refusal.errors)
                continue
            except NotJsonError as refusal:
                problems += _placed(path.name, number, refusal.errors)
                continue
            twin = seen.setdefault((entry.line.body, entry.line.id), entry)
            if twin is not entry:
                problems.append(_problem(entry, "$.id", "id_repeated", **_REPEATED))
            entries.append(entry)
    if problems:
        raise ImportRefusedError(problems)
    return entries


def read_line(file: str, number: int, raw: bytes) -> Entry:
    """One line, understood.

    Raises:
        NotJsonError, FieldsInvalidError: with the JSON path of what is wrong.
    """
    value = parse_json(raw)
    line = convert(value, Line, "$")
    handled = COMMANDS.get(line.command)
    if handled is None:
        raise FieldsInvalidError((located("unknown command", "$.command"),))
    decode_command(Line, value, "$")  # dates and the like around the command
    return Entry(file=file, number=number, raw=raw, line=line, command=decode_command(handled.command, line.data))


class Importer:
    """Applies understood lines.

    Args:
        principal: the account on whose behalf the import runs; it has a pseudonym in each log.
        progress: told how many of how many lines are done, after each.
    """

    def __init__(
        self,
        handler: CommandHandler,
        bodies: Bodies,
        pseudonyms: Pseudonyms,
        *,
        principal: UUID,
        key: bytes,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._handler = handler
        self._bodies = bodies
        self._pseudonyms = pseudonyms
        self._principal = principal
        self._key = key
        self._progress = progress
        self._actors: dict[TenantId, Actor] = {}

    async def run(self, entries: Sequence[Entry]) -> Imported:
        """Record all lines.

        Raises:
            ImportRefusedError: a body is unknown (nothing was written), or a line was refused; those that had
                been recorded stay, and running the same import again goes on from there.
        """
        await self._check_bodies(entries)
        failed = asyncio.Event()
        problems: list[ImportProblem] = []
        slots = asyncio.Semaphore(CONCURRENT_MAX)
        counts = {"recorded": 0, "known": 0}

        async def apply(entry: Entry, before: Sequence[Awaitable[None]]) -> None:
            for task in before:
                await task
            async with slots:
                if failed.is_set():
                    return
                try:
                    replayed = await self._apply(entry)
                except Refusal as refusal:
                    failed.set()
                    problems.extend(_refused(entry, refusal))
                    return
            counts["known" if replayed else "recorded"] += 1
            if self._progress is not None:
                self._progress(sum(counts.values()), len(entries))

        last: dict[str, asyncio.Task[None]] = {}
        everything: list[asyncio.Task[None]] = []
        async with asyncio.TaskGroup() as group:
            for entry in entries:
                line = entry.line
                before = (
                    list(everything) if entry.looks_elsewhere else [last[line.body]] if line.body in last else []
                )
                task = group.create_task(apply(entry, before))
                everything.append(task)
                last[line.body] = task
                if isinstance(entry.command, RegisterBody):
                    last[entry.command.slug] = task  # what its log begins with comes after it
        if problems:
            raise ImportRefusedError(problems, recorded=counts["recorded"])
        return Imported(recorded=counts["recorded"], known=counts["known"])

    async def _check_bodies(self, entries: Sequence[Entry]) -> None:
        registered: set[str] = set()
        known: dict[str, bool] = {}
        problems: list[ImportProblem] = []
        for entry in entries:
            slug = entry.line.body
            if isinstance(entry.command, RegisterBody):
                registered.add(entry.command.slug)
            if slug in registered:
                continue
            if slug not in known:
                known[slug] = await self._bodies.resolve(slug) is not None
            if not known[slug]:
                problems.append(_problem(entry, "$.body", "body_unknown", **_NO_BODY))
        if problems:
            raise ImportRefusedError(problems)

    async def _apply(self, entry: Entry) -> bool:
        """Whether the line had been recorded before."""
        line = entry.line
        tenant_id = await self._tenant(line.body)
        actor = await self._actor(tenant_id, line)
        check_effective(line.effective_on, datetime.now(UTC).date())
        order = Order(
            tenant_id=tenant_id,
            command_id=CommandId(line.id),
            command=entry.command,
            actor=actor,
            effective_on=line.effective_on,
            authority=line.authority,
            lang=line.lang,
            correlation_id=line.id,
            causation_id=await cause_of(self._bodies.store, tenant_id, line.caused_by),
            source=line.source,
            sample=line.sample,
        )
        outcome = await self._handler.handle(order, fingerprint(self._key, b"import", entry.raw.strip()))
        return outcome.replayed

    async def _actor(self, tenant_id: TenantId, line: Line) -> Actor:
        """Who acts: whom the line names, in a role that may give this order; else the operator."""
        if line.actor is not None:
            check_role(line.actor.role, line.command)
            return Actor(id=line.actor.person, role=line.actor.role)
        if tenant_id not in self._actors:
            pseudonym = await self._pseudonyms(tenant_id, self._principal)
            self._actors[tenant_id] = Actor(id=pseudonym, role="operator")
        return self._actors[tenant_id]

    async def _tenant(self, slug: str) -> TenantId:
        tenant_id = await self._bodies.resolve(slug)
        assert tenant_id is not None  # _check_bodies, and RegisterBody came first
        return tenant_id


_REPEATED = {
    "en": "An earlier line has the same id; each line needs its own.",
    "fr": "Une ligne précédente porte le même identifiant; chaque ligne doit avoir le sien.",
}
_NO_BODY = {
    "en": "There is no such body, and no earlier line registers it.",
    "fr": "Cet organisme n’existe pas, et aucune ligne précédente ne l’inscrit.",
}


def _lines(content: bytes) -> list[bytes]:
    # Not splitlines, which also breaks at other bytes: only a line feed ends a line of JSON Lines.
    return content.removeprefix(b"\xef\xbb\xbf").split(b"\n")


def _placed(file: str, number: int, errors: Iterable[Located]) -> list[ImportProblem]:
    return [
        ImportProblem(file=file, number=number, path=error.path, code=error.code, en=error.en, fr=error.fr)
        for error in errors
    ]


def _problem(entry: Entry, path: str, code: str, *, en: str, fr: str) -> ImportProblem:
    return ImportProblem(file=entry.file, number=entry.number, path=path, code=code, en=en, fr=fr)


def _refused(entry: Entry, refusal: Refusal) -> list[ImportProblem]:
    errors: tuple[Located, ...] = getattr(refusal, "errors", ())
    return _placed(entry.file, entry.number, errors) or [
        _problem(entry, "$", refusal.code, en=refusal.message("en"), fr=refusal.message("fr"))
    ]

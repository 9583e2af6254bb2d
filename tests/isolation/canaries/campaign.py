"""Sends requests as every reader, one after the other, and keeps what was found and how much of it was reached."""

import asyncio
import io
import itertools
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, Final
from uuid import UUID

import structlog
from graphql import GraphQLObjectType, OperationDefinitionNode, get_named_type, parse
from litestar.types import ASGIApp

from services.api.app import create_app
from services.api.reads import read_api
from services.bootstrap import mailer_of, open_write_side
from services.journal import PROCESSORS, library_handler
from services.reminding.sending import remind_body
from tests.isolation.canaries.asking import Requests, Route, routes_of
from tests.isolation.canaries.driver import Answer, Application, Request, found, letters, marked_in
from tests.isolation.canaries.graphql_asking import CORE, Name, answered, fields
from tests.isolation.canaries.marking import MARK
from tests.isolation.canaries.readers import Reader, insider, readers_of
from tests.isolation.canaries.world import World, catch_up

_COME_BACK_EVERY: Final = 200
_SAID_EVERY: Final = 2_500
_SIDE_BY_SIDE: Final = 4
"""Requests under way at once: one waits for the database while another is worked on."""
DAYS_OF_REMINDERS: Final = (date(2021, 6, 16), date(2021, 7, 1), date(2024, 6, 1))
Say = Callable[[str], None]


def _quiet(_: str) -> None:
    return


@dataclass
class Tally:
    """What came of some requests; of several processes, one is made."""

    by_kind: Counter[str] = field(default_factory=Counter)
    by_reader: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)
    routes: Counter[Route] = field(default_factory=Counter)
    fields: Counter[Name] = field(default_factory=Counter)
    """How often each type.field was in an operation that was carried out."""
    values: set[Name] = field(default_factory=set)
    """The fields of which some answer had a value."""
    log_lines: int = 0
    letters: int = 0
    leaks: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """GraphQL operations that were not carried out though they should have been, by code."""

    @property
    def count(self) -> int:
        return sum(self.by_kind.values())

    def add(self, other: "Tally") -> None:
        for name in ("by_kind", "by_reader", "by_status", "routes", "fields", "refused"):
            getattr(self, name).update(getattr(other, name))
        self.values |= other.values
        self.log_lines += other.log_lines
        self.letters += other.letters
        self.leaks += other.leaks


class Journal(io.StringIO):
    """Every line of the journal and of the libraries' logs; what was looked at is forgotten."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self._tally = tally

    def write(self, text: str) -> int:
        self._tally.log_lines += text.count("\n")
        self._tally.leaks += [f"log line: {place}" for place in marked_in(text.encode())]
        return len(text)


@contextmanager
def journal_into(tally: Tally) -> Iterator[None]:
    """Let the journal go where it is looked at, as it is written in production."""
    journal = Journal(tally)
    handler = library_handler()
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(journal)
    root, level = logging.getLogger(), logging.getLogger().level
    before = structlog.get_config()
    structlog.configure(
        processors=PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=journal),
        cache_logger_on_first_use=False,
    )
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        structlog.configure(**before)


def app_of(world: World) -> ASGIApp:
    """The application as it is served, over the world."""
    mounts, lifespans = read_api(world.settings)
    return create_app(world.settings, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)


async def campaign(world: World, seed: int, count: int, *, as_insider: bool = False, say: Say = _quiet) -> Tally:
    """Ask `count` times, and look at every answer. An insider of the second partnership is to find markers."""
    tally = Tally()
    app = app_of(world)
    random = Random(seed)
    requests = Requests(random, world, routes_of(app))
    asked, bait = itertools.count(1), world.bait

    async def ask_on(application: Application, readers: Sequence[Reader]) -> None:
        while (number := next(asked)) <= count:
            reader = random.choice(readers)
            if number % _COME_BACK_EVERY == 0:
                for one in readers:
                    one.come_back()
            request = requests.next(reader)
            answer = await application.ask(request)
            reader.learn(answer)
            requests.learn(request, answer)
            _note(tally, reader, request, answer, bait)
            if number % _SAID_EVERY == 0:
                say(f"  canaries: {number:,} of {count:,} asked, {len(tally.leaks)} markers")

    with journal_into(tally):
        async with open_write_side(world.settings.database) as write, Application(app) as application:
            readers = [await insider(write, world)] if as_insider else await readers_of(write, world)
            await asyncio.gather(*(ask_on(application, readers) for _ in range(_SIDE_BY_SIDE)))
    tally.routes.update(requests.asked)
    return tally


def _note(tally: Tally, reader: Reader, request: Request, answer: Answer, bait: Sequence[UUID]) -> None:
    tally.by_kind[request.kind] += 1
    tally.by_reader[reader.name] += 1
    tally.by_status[answer.status] += 1
    for place in found(request, answer, bait):
        tally.leaks.append(f"{reader.name}: {request.method} {request.path[:80]} {request.body[:400]!r}: {place}")
    if request.kind == "graphql":
        _note_operation(tally, request, answer)
    elif request.kind == "graphql events":
        tally.fields.update(_selected(json.loads(request.body)["query"]))


def _note_operation(tally: Tally, request: Request, answer: Answer) -> None:
    """Count the fields of an operation that was carried out, and those that had a value."""
    body = json.loads(answer.body) if answer.body.startswith(b"{") else {}
    if body.get("data") is None and "cost" not in body.get("extensions", {}):
        errors = body.get("errors") or [{}]
        tally.refused[str(errors[0].get("extensions", {}).get("code", answer.status))] += 1
        return
    tally.fields.update(_selected(json.loads(request.body)["query"]))
    if CORE.query_type is not None:
        tally.values.update(answered(body.get("data"), CORE.query_type))


def _selected(query: str) -> Iterator[Name]:
    (operation,) = parse(query).definitions
    assert isinstance(operation, OperationDefinitionNode)
    root: Any = CORE.get_root_type(operation.operation)
    yield from _below(operation, root)


def _below(node: Any, type_: Any) -> Iterator[Name]:
    for one in node.selection_set.selections:
        name = one.name.value
        if name == "__typename":
            continue
        yield type_.name, name
        inner = get_named_type(type_.fields[name].type)
        if isinstance(inner, GraphQLObjectType):
            yield from _below(one, inner)


def not_reached(tally: Tally, world_routes: list[Route]) -> Iterator[str]:
    """Routes and fields that no request went to."""
    yield from (
        f"no request to {method} {path}" for method, path in world_routes if not tally.routes[method, path]
    )
    yield from (f"no operation with {owner}.{name}" for owner, name in fields() if not tally.fields[owner, name])


async def remind(world: World) -> None:
    """Let both partnerships' people be reminded of what is due on some days, as the worker does each day."""
    mail = world.settings.mail
    assert mail is not None
    await catch_up(world.settings.database)
    async with open_write_side(world.settings.database) as write:
        for tenant_id in (world.ours, world.theirs):
            for day in DAYS_OF_REMINDERS:
                await remind_body(write, mailer_of(mail), world.settings.reminders, tenant_id, day)


def look_at_mail(world: World, tally: Tally) -> int:
    """Note markers in messages to anybody but the second partnership's own people; how many of theirs have one."""
    mail = world.settings.mail
    assert mail is not None
    of_insiders = 0
    for to, content in letters(mail.directory):
        tally.letters += 1
        places = list(marked_in(content))
        if MARK in to:
            of_insiders += bool(places)
        else:
            tally.leaks += [f"a message to {to}: {place}" for place in places]
    return of_insiders

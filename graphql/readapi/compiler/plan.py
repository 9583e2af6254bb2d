"""A compiled operation, and the making of its parameters and questions."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, FromClause, Table, Uuid, bindparam
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from readapi import sight
from readapi.asof import Clock
from readapi.compiler.asked import Asked, Slot
from readapi.compiler.finishing import Finish
from readapi.shapes import NotCompiledError

Read = Callable[[Asked], Any]
Question = Callable[[Asked], Hashable]


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement, how its parameters are read from a request, and what it reads."""

    sql: str
    parameters: tuple[Read, ...]
    checks: tuple[Read, ...]
    """Arguments that may be refused though nothing that was selected needs them."""
    tables: frozenset[Table]
    roots: tuple[tuple[str, bool], ...]
    """The response keys of the root fields, and whether each may be null."""
    finishes: tuple[Finish, ...] = ()
    """What Python makes of rows in the answer; without any, the statement's value goes out as it is."""

    def bind(self, asked: Asked) -> list[Any]:
        """The values of the parameters.

        Raises:
            Refusal: one of them means nothing.
        """
        for check in self.checks:
            check(asked)
        return [read(asked) for read in self.parameters]


class Draft:
    """What a statement in the making has asked of its request, and its parameters.

    Every question that the form of the statement depends on is kept with its answer: a plan serves the requests
    that answer all of them alike. So `asOf` by instant and by position, a filter that is there and one that is
    not, `@skip` this way and that are different plans, each with no more conditions than it needs.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.reads: dict[str, Read] = {}
        self.checks: list[Read] = []
        self.questions: dict[Question, Hashable] = {}
        self.tables: set[Table] = set()
        self._shared: dict[str, BindParameter[Any]] = {}
        self._clocks: dict[Slot | None, Clock] = {}
        self._names = 0

    def ask(self, question: Question) -> Any:
        """The answer, on which the plan depends from now on."""
        if question not in self.questions:
            self.questions[question] = question(self.asked)
        return self.questions[question]

    def bind(self, read: Read, type_: Any) -> BindParameter[Any]:
        """A parameter."""
        name = f"p{len(self.reads)}"
        self.reads[name] = read
        return bindparam(name, type_=type_)

    def clock(self, slot: Slot | None) -> Clock:
        """The clock of a slot as parameters: now, at an instant, or at a position."""
        found = self._clocks.get(slot)
        if found is None:
            if self.ask(lambda asked: asked.clock(slot).as_seen):
                raise NotCompiledError("it asks what was seen, with the grants of that moment")
            form = self.ask(lambda asked: _form(asked.clock(slot)))
            effective: Any = self.bind(lambda asked: asked.clock(slot).effective, Date)
            recorded: Any = None
            position: Any = None
            if form == "position":
                position = self.bind(lambda asked: asked.clock(slot).position, BigInteger)
            elif form == "recorded":
                recorded = self.bind(lambda asked: asked.clock(slot).recorded, DateTime(timezone=True))
            found = self._clocks[slot] = Clock(effective, recorded, position)
        return found

    def is_member(self) -> bool:
        """Whether all of it is read in the scope of the viewer's own body."""
        return bool(self.ask(_sight)[0])

    def is_of_a_body(self) -> bool:
        """Whether the viewer is a member of some body."""
        return bool(self.ask(_sight)[-1])

    def seen(self, source: FromClause, table: Table, *, public: bool, nobody: bool = False) -> ColumnElement[bool]:
        """What the viewer may see of a table, or of an alias of it: a part of the condition of every FROM."""
        self.tables.add(table)
        member, drafts, reads_for, _ = self.ask(_sight)
        scope = self.own_body() if member and not public else None
        if "tenant_id" in table.c and "audience" not in table.c:
            if scope is None:
                raise NotCompiledError(f"{table.name} is for members")
            own: ColumnElement[bool] = source.c.tenant_id == scope
            return own
        reader = self.reader() if reads_for and not nobody else None
        return sight.visible(source, table.schema, scope, drafts=drafts, reader=reader)

    def own_body(self) -> BindParameter[Any]:
        """The body in whose member's scope all is read."""
        return self._common("scope", lambda asked: asked.member)

    def viewers_body(self) -> BindParameter[Any]:
        """The body that the viewer is a member of, in whosever scope all is read."""
        return self._common("body", lambda asked: asked.viewer.tenant_id)

    def reader(self) -> BindParameter[Any] | None:
        """The body that the viewer reads for; None where it is nobody."""
        if not self.ask(_sight)[2]:
            return None
        return self._common("reader", lambda asked: asked.viewer.grantee)

    def name(self, letter: str) -> str:
        """A name for an alias that the statement does not have yet."""
        self._names += 1
        return f"{letter}{self._names}"

    def _common(self, name: str, read: Read) -> BindParameter[Any]:
        if name not in self._shared:
            self._shared[name] = self.bind(read, Uuid)
        return self._shared[name]


def _sight(asked: Asked) -> Hashable:
    return asked.sight


def _form(clock: Clock) -> str:
    if clock.position is not None:
        return "position"
    return "now" if clock.recorded is None else "recorded"

"""National views: rows that are read, and the pure function that makes the view of them.

A view is the selects that it is made from (`parts`), none of which needs the result of another, and what is made
of their rows (`told`). Compiled, all parts are in the operation's one statement; executed, they are read one after
the other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, and_, select, true

from readapi.asking import asked_about, named_bodies, scope_of
from readapi.asof import AsOfInput, Clock, across_logs, clock
from readapi.body import BodyReference
from readapi.columns import reads
from readapi.lineage import predecessors_of
from readapi.question import BODIES, NAMED, Executing, OfArguments, Only, Question
from readapi.reading import Reading
from readapi.refusals import PositionNeedsOneLogError
from readapi.shapes import At, Facts, Found, Gathered, NotCompiledError, OfAll, OfBodies, Otherwise
from readapi.viewer import ANONYMOUS

T = TypeVar("T")
Parts = Callable[[Question], "Mapping[str, Part]"]


@dataclass(frozen=True)
class Part:
    """One select that a view is made from."""

    select: Select[Any]
    by_all: bool = False
    """Whether it is read by everybody's rule, also where the question is a member's about the own body."""
    owned: bool = False
    """Whether a member reads what is of the own body by the own rule.

    One statement cannot do both: it is then for the finisher to tell whether that matters.
    """


@dataclass(frozen=True)
class View(Generic[T]):
    """A national view."""

    parts: Parts
    told: Callable[[Facts, Mapping[UUID, BodyReference], Found], T]
    """Of the bodies that it is about, and the rows of its parts."""
    lineage: bool = False
    """Whether it may follow the bodies in whose place others stand (`follow_lineage`).

    Named bodies are in it then also where others stand in their place, and a position of one named body's log is
    a clock.
    """
    for_nobody: bool = False
    """Whether it is what the public reads, whoever asks."""
    only: Only | None = None
    """When it is about bodies at all."""

    @property
    def shape(self) -> OfAll | OfBodies:
        """What it is in SQL: rows to be finished."""
        return OfAll(self._gathered) if self.for_nobody else OfBodies(self._gathered)

    def _gathered(self, at: At) -> Gathered:
        below = at.as_of(across_logs=not self.lineage)
        question = OfArguments(below, lineage=self.lineage, for_nobody=self.for_nobody, only=self.only)
        parts = self.parts(question)
        if below.in_own_scope() and any(map(_crosses, parts.values())):
            raise NotCompiledError(
                "it is read partly in the scope of the viewer's own body, partly in everybody's"
            )
        selects = {name: part.select for name, part in parts.items()}
        return Gathered(below, {**question.own_parts(), **selects}, self._finish)

    def _finish(self, facts: Facts, found: Found) -> T:
        if self.for_nobody:
            facts = Otherwise(facts, when=facts.when, viewer=ANONYMOUS)
        if self.lineage:
            of_one_log(facts.when, found.get(NAMED))
        reader = reads(BodyReference)
        bodies = {body.id: body for body in map(reader.make, found[BODIES])}
        return self.told(facts, bodies, found)


def _crosses(part: Part) -> bool:
    """Whether a part reads what the member of a body cannot: the scope opens the body's rows and the commons."""
    return part.by_all and any(getattr(one, "schema", None) != "commons" for one in part.select.get_final_froms())


async def answered(reading: Reading, view: View[T], **arguments: Any) -> T:
    """A view in the executor; the arguments are those of its field.

    Raises:
        PositionNeedsOneLogError: the clock is a position.
        AnswerTooLargeError: more records than a view can be made of.
    """
    if view.for_nobody and reading.viewer != ANONYMOUS:
        async with reading.as_public() as public:
            return await answered(public, view, **arguments)
    given: AsOfInput | None = arguments["as_of"]
    when = clock(given, reading.now)
    partnerships: list[str] | None = arguments["partnerships"]
    named = await named_bodies(reading, partnerships)
    if view.lineage:
        of_one_log(when, named)
        if arguments["follow_lineage"] and named is not None:
            named += await predecessors_of(reading, named, when)
    else:
        across_logs(when)
    bodies = {}
    if await _is_about_bodies(reading, view, when, arguments):
        bodies = await asked_about(
            reading, when, arguments["kinds"], arguments["provinces"], named, with_succeeded=view.lineage
        )
    scope = scope_of(reading, partnerships, list(bodies if named is None or not view.lineage else named))
    question = Executing(reading, when, tuple(bodies), scope, arguments)
    return view.told(question, bodies, await read(reading, question, view.parts))


async def _is_about_bodies(reading: Reading, view: View[T], when: Clock, arguments: Mapping[str, Any]) -> bool:
    if view.only is None:
        return True
    conditions = view.only(Executing(reading, when, (), None, arguments))
    ((found,),) = await reading.rows(None, select(and_(true(), *conditions)))
    return bool(found)


async def read(reading: Reading, question: Executing, parts: Parts) -> Found:
    """The rows of parts, one after the other."""
    found = {
        name: list(await reading.rows(None if part.by_all else question.scope, part.select))
        for name, part in parts(question).items()
    }
    body = reading.viewer.tenant_id
    if body is not None and reading.viewer.is_member:
        for name, part in parts(question.of_member(body)).items():
            if part.owned:
                found[name] += await reading.rows(body, part.select)
    return found


def of_one_log(when: Clock, named: Sequence[Any] | None) -> None:
    """Refuse a position where the question is not about exactly one body.

    Raises:
        PositionNeedsOneLogError: it is given so.
    """
    if when.position is not None and (named is None or len(named) != 1):
        raise PositionNeedsOneLogError(position=when.position)

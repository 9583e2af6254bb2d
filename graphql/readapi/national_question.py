"""What national views share: about whom they are, as of when and as whom, said once for both ways of answering.

A view is the selects that it is made from (`parts`), and the pure function that makes it of their rows (`told`).
Compiled, all parts are in the operation's one statement; executed, they are read one after the other.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

import strawberry
from sqlalchemy import ARRAY, Column, Select, Table, Text, any_, func, literal, select
from sqlalchemy.sql.elements import ColumnElement

from domain import values
from domain.ids import COMMONS, TenantId
from domain.values import NotAddableError, QualifiedValue, Total
from projections.body import REGISTRY, SLUG
from readapi import comparison_parts
from readapi.asof import AsOfInput, Clock, across_logs, clock, held
from readapi.body import BodyReference
from readapi.codes import BodyKind, BodyStatus
from readapi.columns import reads
from readapi.comparison import asked_about, scope_of
from readapi.comparison_parts import ComparisonTotal, NotAddable
from readapi.national import MISSING_MAX, MissingBodies
from readapi.paging import bounded, plain
from readapi.reading import Reading
from readapi.refusals import AnswerTooLargeError
from readapi.registry import kinds_asked, values_of
from readapi.shapes import At, Facts, Found, Gathered, NotCompiledError, OfBodies
from readapi.viewer import Viewer

ROWS_MAX: Final = 60_000
BODIES: Final = "bodies"
T = TypeVar("T")
_B = REGISTRY.c


def _as_it_is(given: Any) -> Any:
    return given


@dataclass(frozen=True)
class Part:
    """One select that a view is made from."""

    select: Select[Any]
    by_all: bool = False
    """Whether it is read by everybody's rule, also where the question is a member's about the own body."""


class Question(Protocol):
    """What the selects of a view are made over: values while it is executed, parameters while it is compiled."""

    @property
    def when(self) -> Clock:
        """The clock."""
        ...

    def about(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """That a column is one of the bodies."""
        ...

    def seen(self, table: Table, *, by_all: bool = False) -> ColumnElement[bool]:
        """What the viewer may see of a table; in a part of its own where it is by everybody's rule."""
        ...

    def parameter(self, argument: str, type_: Any, read: Callable[[Any], Any] = ...) -> ColumnElement[Any]:
        """An argument's value. `read` may refuse it."""
        ...


@dataclass(frozen=True)
class View(Generic[T]):
    """A national view."""

    parts: Callable[[Question], Mapping[str, Part]]
    told: Callable[[Facts, Mapping[UUID, BodyReference], Found], T]
    """Of the bodies that it is about, and the rows of its parts."""

    @property
    def shape(self) -> OfBodies:
        """What it is in SQL: rows to be finished."""
        return OfBodies(self._gathered)

    def _gathered(self, at: At) -> Gathered:
        below = at.as_of(across_logs=True)
        question = _Compiling(below)
        parts = self.parts(question)
        if below.in_own_scope() and any(map(_crosses, parts.values())):
            raise NotCompiledError(
                "it is read partly in the scope of the viewer's own body, partly in everybody's"
            )
        selects = {name: part.select for name, part in parts.items()}
        return Gathered(below, {BODIES: question.bodies, **selects}, self._finish)

    def _finish(self, facts: Facts, found: Found) -> T:
        reader = reads(BodyReference)
        bodies = {body.id: body for body in map(reader.make, found[BODIES])}
        return self.told(facts, bodies, found)


def _crosses(part: Part) -> bool:
    """Whether a part reads what the member of a body cannot: the scope opens the body's rows and the commons."""
    return part.by_all and any(table.schema != "commons" for table in part.select.get_final_froms())


async def answered(reading: Reading, view: View[T], **arguments: Any) -> T:
    """A view in the executor; the arguments are those of its field.

    Raises:
        PositionNeedsOneLogError: the clock is a position.
        AnswerTooLargeError: more records than a view can be made of.
    """
    given: AsOfInput | None = arguments["as_of"]
    when = across_logs(clock(given, reading.now))
    kinds, provinces, partnerships = (arguments[name] for name in ("kinds", "provinces", "partnerships"))
    bodies = await asked_about(reading, when, kinds, provinces, partnerships)
    scope = scope_of(reading, partnerships, list(bodies))
    question = _Executing(reading, when, tuple(bodies), scope, arguments)
    found = {
        name: await reading.rows(None if part.by_all else scope, part.select)
        for name, part in view.parts(question).items()
    }
    return view.told(question, bodies, found)


@dataclass(frozen=True)
class _Executing:
    """Implements `Question` and `shapes.Facts`."""

    reading: Reading
    when: Clock
    bodies: tuple[UUID, ...]
    scope: TenantId | None
    arguments: Mapping[str, Any]

    @property
    def viewer(self) -> Viewer:
        return self.reading.viewer

    def about(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        return column.in_(self.bodies)

    def seen(self, table: Table, *, by_all: bool = False) -> ColumnElement[bool]:
        return self.reading.visible(table, None if by_all else self.scope, self.when)

    def parameter(self, argument: str, type_: Any, read: Callable[[Any], Any] = _as_it_is) -> ColumnElement[Any]:
        return literal(read(self.argument(argument)), type_)

    def argument(self, name: str) -> Any:
        return self.arguments[name]


class _Compiling:
    """Implements `Question`."""

    def __init__(self, at: At) -> None:
        self.at = at
        asked = reads(BodyReference).select(_B.tenant_id.label("body")).where(*self._asked()).cte()
        shown = [column for column in asked.c if column.key != "body"]
        self.bodies = select(*shown)
        self._ids = select(asked.c.body).scalar_subquery()

    @property
    def when(self) -> Clock:
        return self.at.place.clock

    def about(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        # An array is worked out once, and no join: the planner then reads few bodies by index.
        return column == any_(func.array(self._ids))

    def seen(self, table: Table, *, by_all: bool = False) -> ColumnElement[bool]:
        return self.at.seen(table, public=by_all)

    def parameter(self, argument: str, type_: Any, read: Callable[[Any], Any] = _as_it_is) -> ColumnElement[Any]:
        return self.at.parameter(argument, type_, read)

    def _asked(self) -> Iterable[ColumnElement[bool]]:
        """The bodies that the question is about, as `comparison.asked_about` has them."""
        at, named = self.at, self.at.has("partnerships")
        yield from held(REGISTRY, self.when)
        yield at.seen(REGISTRY, public=True)
        yield _B.status == BodyStatus.OPEN.value
        yield _B.kind == any_(at.parameter("kinds", ARRAY(Text), partial(_kinds, named=named)))
        provinces = at.optional("provinces", ARRAY(Text), partial(values_of, "provinces"))
        if provinces is not None:
            yield _B.province == any_(provinces)
        if named:
            slugs = at.parameter("partnerships", ARRAY(Text), _slugs)
            leads = select(SLUG.c.entity_id).where(SLUG.c.slug == any_(slugs), at.seen(SLUG, public=True))
            yield _B.tenant_id.in_(leads)


def _slugs(given: Sequence[str]) -> list[str]:
    return list(bounded("partnerships", given) or ())


def _kinds(given: Sequence[BodyKind] | None, *, named: bool) -> list[str]:
    """Named bodies are meant, of any kind."""
    if named and given is None:
        return [kind.value for kind in BodyKind if kind is not BodyKind.COMMONS]
    return kinds_asked(given)


def slug_owner(question: Question, argument: str, of: Callable[[Any], str]) -> ColumnElement[Any]:
    """The body that the slug in an argument leads to, and the commons."""
    commons = question.parameter(argument, _B.tenant_id.type, lambda given: _commons(of(given)))
    slug = question.parameter(argument, Text, lambda given: plain("owner", of(given)))
    leads = select(SLUG.c.entity_id).where(SLUG.c.slug == slug, question.seen(SLUG, by_all=True)).limit(1)
    return func.coalesce(commons, leads.scalar_subquery())


def _commons(slug: str) -> UUID | None:
    return COMMONS if slug == "commons" else None


# --- what views are told with


@strawberry.type(description="Who is in a view, and who is not.")
class Coverage:
    reporting: int = strawberry.field(description="Bodies of which the reader sees a record that is in it.")
    expected: int = strawberry.field(description="Bodies of the register that the question is about.")
    missing: MissingBodies = strawberry.field(
        description="Bodies of which the reader sees none. It does not say that they have none."
    )
    sample: int = strawberry.field(description="How many of the records are sample data.")


def records(question: Question, table: Table, *columns: Column[Any]) -> Part:
    """The body, and columns, of the rows of a bitemporal table that hold and that the reader may see."""
    return Part(
        select(table.c.tenant_id, *columns)
        .where(question.about(table.c.tenant_id), *held(table, question.when), question.seen(table))
        .limit(ROWS_MAX + 1)
    )


def few(rows: Sequence[Sequence[Any]], table: Table) -> Sequence[Sequence[Any]]:
    """The rows of `records`.

    Raises:
        AnswerTooLargeError: there are more than a view can be made of.
    """
    if len(rows) > ROWS_MAX:
        raise AnswerTooLargeError(what=table.name, maximum=ROWS_MAX)
    return rows


def coverage(bodies: Mapping[UUID, BodyReference], reporting: Collection[UUID], sample: int) -> Coverage:
    missing = sorted((body for key, body in bodies.items() if key not in reporting), key=lambda body: body.slug)
    return Coverage(
        reporting=len(bodies) - len(missing),
        expected=len(bodies),
        missing=MissingBodies(count=len(missing), bodies=missing[:MISSING_MAX]),
        sample=sample,
    )


def summed(
    figures: Sequence[QualifiedValue], unit: str
) -> tuple[Total | None, ComparisonTotal | None, NotAddable | None]:
    """Figures together, as the domain and as an answer has it, or why they have no total."""
    try:
        total = values.total(figures, unit)
    except NotAddableError as refusal:
        return None, None, comparison_parts.refusal(refusal)
    return total, comparison_parts.total(total), None

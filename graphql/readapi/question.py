"""The question of a national view: what its selects are made over, alike for both ways of answering."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from domain.confidentiality import Confidentiality
from domain.ids import COMMONS, TenantId
from projections.body import REGISTRY, SLUG
from projections.succession import LINEAGE
from readapi import sight
from readapi.asof import Clock, happened, held
from readapi.body import BodyReference
from readapi.codes import BodyKind, BodyStatus
from readapi.columns import reads
from readapi.lineage import GENERATIONS_MAX
from readapi.paging import bounded, plain
from readapi.reading import Reading
from readapi.registry import kinds_asked, values_of
from readapi.shapes import At
from readapi.viewer import Viewer

BODIES: Final = "bodies"
NAMED: Final = "named"
_B = REGISTRY.c


def _as_it_is(given: Any) -> Any:
    return given


class Question(Protocol):
    """What the selects of a view are made over: values while it is executed, parameters while it is compiled."""

    @property
    def when(self) -> Clock:
        """The clock."""
        ...

    def about(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """That a column is one of the bodies."""
        ...

    def among(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The same of rows that are better found by something else, unless bodies are named."""
        ...

    def given(self, argument: str) -> Any:
        """An argument's value, on which the form of the selects depends: ask for few and small ones."""
        ...

    def ids(self) -> ColumnElement[Any]:
        """The bodies as an array."""
        ...

    def granting(self) -> Select[Any] | None:
        """The bodies that grant the reader all that is for funders; None where that is nobody's, or not asked."""
        ...

    def seen(self, table: Table, *, by_all: bool = False) -> ColumnElement[bool]:
        """What the viewer may see of a table; in a part of its own where it is by everybody's rule."""
        ...

    def parameter(self, argument: str, type_: Any, read: Callable[[Any], Any] = ...) -> ColumnElement[Any]:
        """An argument's value. `read` may refuse it."""
        ...

    def optional(self, argument: str, type_: Any, read: Callable[[Any], Any] = ...) -> ColumnElement[Any] | None:
        """The same where it has a value, else None."""
        ...


Only = Callable[[Question], Sequence[ColumnElement[bool]]]
"""When a question is about bodies at all: conditions that do not depend on them."""


@dataclass(frozen=True)
class Executing:
    """Implements `Question` and `shapes.Facts`."""

    reading: Reading
    when: Clock
    bodies: tuple[UUID, ...]
    scope: TenantId | None
    arguments: Mapping[str, Any]
    own: bool = False
    """Whether everything is read by the member's rule, also what is read by everybody's."""

    @property
    def viewer(self) -> Viewer:
        return self.reading.viewer

    @property
    def confidentiality(self) -> Confidentiality:
        return self.reading.confidentiality

    def about(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        return column.in_(self.bodies)

    def among(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        return self.about(column)

    def seen(self, table: Table, *, by_all: bool = False) -> ColumnElement[bool]:
        # What is of the commons is nobody's own: slugs lead to bodies by everybody's rule, whoever asks.
        by_all = by_all and not (self.own and table.schema != "commons")
        return self.reading.visible(table, None if by_all else self.scope, self.when)

    def parameter(self, argument: str, type_: Any, read: Callable[[Any], Any] = _as_it_is) -> ColumnElement[Any]:
        return literal(read(self.argument(argument)), type_)

    def optional(
        self, argument: str, type_: Any, read: Callable[[Any], Any] = _as_it_is
    ) -> ColumnElement[Any] | None:
        return None if self.argument(argument) is None else self.parameter(argument, type_, read)

    def given(self, argument: str) -> Any:
        return self.argument(argument)

    def ids(self) -> ColumnElement[Any]:
        return literal(list(self.bodies), ARRAY(Uuid))

    def granting(self) -> Select[Any] | None:
        reader = self.viewer.grantee
        if reader is None or self.scope is not None:
            return None
        # One programme alone opens no figures: they are of no programme.
        return sight.granting_all(reader, sight.granted_at(self.when) if self.when.as_seen else None)

    def of_member(self, body: TenantId) -> "Executing":
        """The same as a member reads of the own body."""
        return replace(self, scope=body, own=True)

    def argument(self, name: str) -> Any:
        return self.arguments[name]

    def reads_all_of(self, _: UUID) -> bool:
        return True


class Compiling:
    """Implements `Question`, over the bodies of the register that conditions leave."""

    def __init__(self, at: At, *, when: Clock | None = None, for_nobody: bool = False) -> None:
        """`when` is the clock, if not that of the place; `for_nobody`: as the public reads, whoever asks."""
        self.at = at
        self._when = when
        self._for_nobody = for_nobody
        self._gated = False
        self._are_named = False
        self._shown: Select[Any] | None = None
        self._ids: Select[Any] | None = None

    def over(self, *conditions: ColumnElement[bool]) -> None:
        """Say which bodies the question is about."""
        asked = (
            reads(BodyReference)
            .select(_B.tenant_id.label("body"))
            .where(*held(REGISTRY, self.when), self.seen(REGISTRY, by_all=True), *conditions)
            .cte()
        )
        self._shown = select(*(column for column in asked.c if column.key != "body"))
        self._ids = select(asked.c.body)

    def own_parts(self) -> dict[str, Select[Any]]:
        """The bodies."""
        assert self._shown is not None
        return {BODIES: self._shown}

    @property
    def when(self) -> Clock:
        return self._when or self.at.place.clock

    def about(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        # An array is worked out once, and no join: the planner then reads few bodies by index.
        return self._if_any(column == any_(self.ids()))

    def among(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        if self._are_named:
            return self.about(column)
        # As a value of its own it is looked up in a hash, and no index is read by it. The planner does not know
        # how many bodies there are, and by an array it would go through all that any of them ever recorded.
        assert self._ids is not None
        return self._if_any(column.in_(self._ids).is_(true()))

    def _if_any(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """Where it may be about none, that is asked first, and nothing is looked up."""
        return and_(func.cardinality(self.ids()) > literal_column("0"), condition) if self._gated else condition

    def given(self, argument: str) -> Any:
        return self.at.given(argument)

    def ids(self) -> ColumnElement[Any]:
        assert self._ids is not None
        return func.array(self._ids.scalar_subquery())

    def granting(self) -> Select[Any] | None:
        reader = None if self._for_nobody else self.at.reader()
        return None if reader is None or self.at.in_own_scope() else sight.granting_all(reader, None)

    def seen(self, table: Table, *, by_all: bool = False) -> ColumnElement[bool]:
        return self.at.seen(table, public=by_all, nobody=self._for_nobody)

    def parameter(self, argument: str, type_: Any, read: Callable[[Any], Any] = _as_it_is) -> ColumnElement[Any]:
        return self.at.parameter(argument, type_, read)

    def optional(
        self, argument: str, type_: Any, read: Callable[[Any], Any] = _as_it_is
    ) -> ColumnElement[Any] | None:
        return self.at.optional(argument, type_, read)


class OfArguments(Compiling):
    """The question of a view: about the bodies that its arguments leave."""

    def __init__(self, at: At, *, lineage: bool, for_nobody: bool, only: Only | None) -> None:
        super().__init__(at, for_nobody=for_nobody)
        self._lineage = lineage
        self._gated = only is not None
        self._are_named = at.has("partnerships")
        self.over(*self._asked(), *(() if only is None else only(self)))

    def own_parts(self) -> dict[str, Select[Any]]:
        """The bodies, and those that were named where the clock is a position, which must be one."""
        parts = super().own_parts()
        if self._lineage and self.when.position is not None and self.at.has("partnerships"):
            parts[NAMED] = self._named()
        return parts

    def _asked(self) -> Iterable[ColumnElement[bool]]:
        """The bodies that the question is about, as `comparison.asked_about` has them."""
        at, named = self.at, self.at.has("partnerships")
        if not (named and self._lineage):
            yield _B.status == BodyStatus.OPEN.value
        yield _B.kind == any_(at.parameter("kinds", ARRAY(Text), partial(_kinds, named=named)))
        provinces = at.optional("provinces", ARRAY(Text), partial(values_of, "provinces"))
        if provinces is not None:
            yield _B.province == any_(provinces)
        if named:
            follow = self._lineage and at.given("follow_lineage")
            yield _B.tenant_id.in_(self._with_predecessors() if follow else self._named())

    def _named(self) -> Select[Any]:
        """The bodies that slugs lead to."""
        slugs = self.at.parameter("partnerships", ARRAY(Text), partial(values_listed, "partnerships"))
        leads = select(SLUG.c.entity_id).where(SLUG.c.slug == any_(slugs), self.seen(SLUG, by_all=True))
        return leads.distinct()

    def _with_predecessors(self) -> Select[Any]:
        """They, and all in whose place they stand, near and far, as `lineage.predecessors_of` has them."""
        named = self._named().subquery()
        line = select(named.c.entity_id, literal_column("0", Integer).label("generation")).cte(recursive=True)
        before = select(LINEAGE.c.tenant_id, line.c.generation + 1).where(
            LINEAGE.c.successor == line.c.entity_id,
            line.c.generation < GENERATIONS_MAX,
            *happened(LINEAGE, self.when, on="effective_on"),
            self.seen(LINEAGE, by_all=True),
        )
        return select(line.union(before).c.entity_id)


def values_listed(argument: str, given: Sequence[str]) -> list[str]:
    """The values of a list argument.

    Raises:
        ListTooLongError, TextUnusableError: they are too many, or none that could be compared.
    """
    return list(bounded(argument, given) or ())


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

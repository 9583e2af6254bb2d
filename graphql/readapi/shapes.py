"""What a field is in SQL, said beside its resolver. The compiler renders it; the executor never sees it.

A declaration is a function of the place where the field stands (`At`) to one of the shapes below. A field whose
resolver has no declaration is worked out in Python, and operations with it go to the executor.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import ColumnElement, FromClause, Select, Table

if TYPE_CHECKING:
    from uuid import UUID

    from domain.confidentiality import Confidentiality
    from domain.ids import TenantId
    from readapi.asof import Clock
    from readapi.reading import Place
    from readapi.viewer import Viewer


class At(Protocol):
    """Where a field stands while its operation is compiled."""

    @property
    def place(self) -> "Place":
        """Whose records are read and as of when: ids, days and moments are expressions here."""
        ...

    def own(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """A column of the row that the field belongs to."""
        ...

    def given(self, argument: str) -> Any:
        """The value of an argument. The statement holds for this value only, so ask for few and small ones."""
        ...

    def has(self, argument: str) -> bool:
        """Whether an argument has a value."""
        ...

    def parameter(self, argument: str, type_: Any, read: Callable[[Any], Any] = ...) -> ColumnElement[Any]:
        """An argument's value as a bound parameter. `read` may refuse it."""
        ...

    def optional(self, argument: str, type_: Any, read: Callable[[Any], Any] = ...) -> ColumnElement[Any] | None:
        """The same where it has a value, else None."""
        ...

    def seen(self, table: Table, *, public: bool = False, nobody: bool = False) -> ColumnElement[bool]:
        """What the viewer, or `nobody` in particular, may see of a table inside a condition.

        The compiler says it of `Rows` by itself.
        """
        ...

    def as_of(self, argument: str = "as_of", *, across_logs: bool = False) -> "At":
        """The same place with the clock of an argument."""
        ...

    def elsewhere(self, log: ColumnElement[Any]) -> "At":
        """The same place in the log of a record that is cited, where a position of another log says nothing.

        Rows that are read there send a member to the executor where they are of another scope than the rest.
        """
        ...

    def in_own_scope(self) -> bool:
        """Whether all of the operation is read in the scope of the viewer's own body."""
        ...

    def reader(self) -> ColumnElement[Any] | None:
        """The body that the viewer reads for, to which others may have granted something; None is nobody."""
        ...

    def own_body(self) -> ColumnElement[Any]:
        """The viewer's own body, in whose member's scope all of the operation is read."""
        ...

    def facts(self, asked: Any) -> "Facts":
        """What a finisher of the field knows of a request."""
        ...


class NotCompiledError(Exception):
    """An operation, or this request for it, is for the executor; the message says why."""


@dataclass(frozen=True)
class Value:
    """An object that comes with its row. Fields by their Python names; null unless `present`."""

    fields: Mapping[str, Any]
    """Shapes."""
    present: ColumnElement[bool] | None = None


@dataclass(frozen=True)
class Ready:
    """A value as JSON will have it."""

    value: ColumnElement[Any]


@dataclass(frozen=True)
class Items:
    """The items of a JSON text: an array's with their place, or an object's members."""

    text: ColumnElement[Any]
    item: Callable[..., Value]
    """From an item; from a name and a value where `members`."""
    members: bool = False


@dataclass(frozen=True)
class Rows:
    """Objects of a table-backed type: of one body and one clock unless it says otherwise.

    The compiler adds what the viewer may see, and, for a bitemporal table, what held.
    """

    cls: type
    place: "Place"
    where: Sequence[ColumnElement[bool]] = ()
    """In terms of the type's table."""
    order: Sequence[ColumnElement[Any]] | Callable[[At], Sequence[ColumnElement[Any]]] = ()
    """In terms of the type's table, or of a row of it."""
    single: bool = False
    every_body: bool = False
    beside: FromClause | None = None
    """A subquery whose columns the conditions use; one row at most."""
    clocked: bool = True
    """Whether the compiler adds what held at the place's clock; false where `where` says it."""
    public: bool = False
    """Read by everybody's rule, even in the scope of a member: the register."""
    at_most: int | None = None
    """Refused (by the executor) where there are more."""


@dataclass(frozen=True)
class Through:
    """One field of one row: null where there is no such row."""

    rows: Rows
    name: str


@dataclass(frozen=True)
class Paged:
    """A page of rows. `order` is unique."""

    name: str
    rows: Rows
    order: Sequence[Any]
    descending: bool = False
    more: Mapping[str, "Shape"] = field(default_factory=dict)
    """Further fields of the page's type."""


@dataclass(frozen=True)
class Absent:
    """Null, whatever is selected of it."""


Found = Mapping[str, Sequence[Sequence[Any]]]
"""Rows of each part of what was gathered, in the order of its select."""


class Facts(Protocol):
    """What a finisher knows of the request besides rows."""

    @property
    def when(self) -> "Clock":
        """The clock of the field."""
        ...

    @property
    def viewer(self) -> "Viewer":
        """Who asks."""
        ...

    @property
    def scope(self) -> "TenantId | None":
        """The body in whose member's scope all was read; None is the national reader's."""
        ...

    @property
    def confidentiality(self) -> "Confidentiality":
        """By what the public is shown counts of people."""
        ...

    def argument(self, name: str) -> Any:
        """An argument's value by its Python name; None where it is absent."""
        ...

    def reads_all_of(self, log: "UUID") -> bool:
        """Whether what was read of a body is all that the viewer may see of it: its members may see more."""
        ...


class Otherwise:
    """Implements `Facts` for a question that is asked inside another: what is given here is its own.

    With a viewer of its own all was read by that viewer's rule.
    """

    def __init__(self, facts: Facts, *, when: "Clock", viewer: "Viewer | None" = None, **arguments: Any) -> None:
        self._facts = facts
        self._viewer = viewer
        self._arguments = arguments
        self.when = when

    @property
    def viewer(self) -> "Viewer":
        return self._viewer or self._facts.viewer

    @property
    def scope(self) -> "TenantId | None":
        return None if self._viewer else self._facts.scope

    @property
    def confidentiality(self) -> "Confidentiality":
        return self._facts.confidentiality

    def argument(self, name: str) -> Any:
        return self._arguments[name] if name in self._arguments else self._facts.argument(name)

    def reads_all_of(self, log: "UUID") -> bool:
        return self._viewer is not None or self._facts.reads_all_of(log)


@dataclass(frozen=True)
class Gathered:
    """A value that is made in Python, of rows that come in the operation's one statement.

    What is worked out by rules of the domain stays in the domain this way, and is not said again in SQL.
    """

    at: At
    """The field's place; its clock is the facts'."""
    parts: Mapping[str, Select[Any]]
    finish: Callable[[Facts, Found], Any]
    """Pure. A refusal, or `AskExecutorError`, sends the operation to the executor."""
    only_for: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Parts that are read only where a field is selected: the names on the way to it."""


class AskExecutorError(Exception):
    """Rows were gathered that do not decide it: the executor reads in more than one scope."""


Shape = ColumnElement[Any] | Value | Ready | Items | Rows | Through | Paged | Absent | Gathered
Declaration = Callable[[At], Shape]


@dataclass(frozen=True)
class OfBodies:
    """The declaration of a root field that is about bodies of the register: all, or those of `partnerships`.

    A member's question about the own body alone is read in the member's scope.
    """

    declaration: Declaration

    def __call__(self, at: At) -> Shape:
        return self.declaration(at)


@dataclass(frozen=True)
class OfAll:
    """The declaration of a root field that is read by everybody's rule, whoever asks."""

    declaration: Declaration

    def __call__(self, at: At) -> Shape:
        return self.declaration(at)


@dataclass(frozen=True)
class OfBody:
    """The declaration of a root field that is about one body, named by a slug.

    A member's question about the own body is read in the member's scope, so the slug decides about the connection.
    """

    argument: str
    declaration: Declaration

    def __call__(self, at: At) -> Shape:
        return self.declaration(at)

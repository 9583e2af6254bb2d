"""Where a field stands while its operation is compiled: what declarations get."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from graphql import FieldNode, GraphQLField
from sqlalchemy import Table, Uuid, literal_column
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from readapi.asof import Clock
from readapi.compiler.asked import Asked, Slot
from readapi.compiler.plan import Draft
from readapi.reading import Place
from readapi.shapes import NotCompiledError
from readapi.viewer import Viewer


def _as_it_is(given: Any) -> Any:
    return given


@dataclass(frozen=True, slots=True)
class Spot:
    """`reading.Place` with expressions in it."""

    draft: Draft
    body: Any
    clock: Clock
    slot: Slot | None
    mixed: bool

    @property
    def member(self) -> bool:
        """Whether the viewer is a member of the body.

        Raises:
            NotCompiledError: it stands in a list of bodies, of which one may be the viewer's own.
        """
        if self.mixed and self.draft.is_of_a_body():
            raise NotCompiledError("the viewer's own body may stand in the list, and is read in another scope")
        return self.draft.is_member()


@dataclass(frozen=True, slots=True)
class Here:
    """Implements `shapes.At`."""

    draft: Draft
    slot: Slot | None = None
    row: str | None = None
    """The alias of the row whose field it is; None at the root."""
    mixed: bool = False
    field: GraphQLField | None = None
    node: FieldNode | None = None
    path: tuple[str, ...] = ()
    """The response keys from the root down to it."""

    @property
    def place(self) -> Place:
        """See `At.place`."""
        body = None if self.row is None else literal_column(f"{self.row}.tenant_id", Uuid)
        return cast("Place", Spot(self.draft, body, self.draft.clock(self.slot), self.slot, self.mixed))

    def own(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """See `At.own`. Written out, since it stands in subqueries of the row's select."""
        return literal_column(f'{self.row}."{cast("Any", column).name}"', column.type)

    def given(self, argument: str) -> Any:
        """See `At.given`."""
        return self.draft.ask(self.read(argument))

    def has(self, argument: str) -> bool:
        """See `At.has`."""
        read = self.read(argument)
        return bool(self.draft.ask(lambda asked: read(asked) is not None))

    def parameter(self, argument: str, type_: Any, read: Callable[[Any], Any] = _as_it_is) -> ColumnElement[Any]:
        """See `At.parameter`."""
        given = self.read(argument)
        return self.draft.bind(lambda asked: read(given(asked)), type_)

    def optional(
        self, argument: str, type_: Any, read: Callable[[Any], Any] = _as_it_is
    ) -> ColumnElement[Any] | None:
        """See `At.optional`."""
        return self.parameter(argument, type_, read) if self.has(argument) else None

    def seen(self, table: Table, *, public: bool = False) -> ColumnElement[bool]:
        """See `At.seen`."""
        return self.draft.seen(table, table, public=public)

    def as_of(self, argument: str = "as_of", *, across_logs: bool = False) -> "Here":
        """See `At.as_of`."""
        assert self.field is not None
        assert self.node is not None
        slot = Slot(self.slot, self.field, self.node, argument, across_logs)
        return replace(self, slot=slot)

    def in_own_scope(self) -> bool:
        """See `At.in_own_scope`."""
        return self.draft.is_member()

    def reader(self) -> ColumnElement[Any] | None:
        """See `At.reader`."""
        return self.draft.reader()

    def own_body(self) -> ColumnElement[Any]:
        """See `At.own_body`."""
        return self.draft.own_body()

    def facts(self, asked: Asked) -> "Told":
        """What a finisher of the field knows of a request."""
        return Told(self, asked)

    def at_field(self, field: GraphQLField, node: FieldNode) -> "Here":
        """The place of a field of this row."""
        return replace(self, field=field, node=node)

    def inside(self, key: str) -> "Here":
        """The same place, for what is under a response key of the field's own value."""
        return replace(self, path=(*self.path, key))

    def below(self, row: str, place: Place, *, mixed: bool) -> "Here":
        """The place of the fields of a row that was read in a place."""
        slot = cast("Spot", place).slot
        return Here(self.draft, slot, row, self.mixed or mixed, path=self.path)

    def read(self, argument: str) -> Callable[[Any], Any]:
        field, node = self.field, self.node
        assert field is not None
        assert node is not None
        return lambda asked: asked.argument(field, node, argument)


@dataclass(frozen=True, slots=True)
class Told:
    """Implements `shapes.Facts`."""

    here: Here
    asked: Asked

    @property
    def when(self) -> Clock:
        """See `Facts.when`."""
        return self.asked.clock(self.here.slot)

    @property
    def viewer(self) -> Viewer:
        """See `Facts.viewer`."""
        return self.asked.viewer

    @property
    def scope(self) -> TenantId | None:
        """See `Facts.scope`."""
        return self.asked.member

    def argument(self, name: str) -> Any:
        """See `Facts.argument`."""
        return self.here.read(name)(self.asked)

    def reads_all_of(self, log: UUID) -> bool:
        """See `Facts.reads_all_of`."""
        return self.scope == log or not self.viewer.belongs_to(TenantId(log))

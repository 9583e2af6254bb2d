"""Where a field stands while its operation is compiled: what declarations get."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from graphql import FieldNode, GraphQLField
from sqlalchemy import Table, Uuid, and_, case, literal_column
from sqlalchemy.sql.elements import ColumnElement

from domain.confidentiality import Confidentiality
from domain.ids import TenantId
from readapi.arguments import input_of
from readapi.asof import AsOfInput, Clock
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
    counts: ColumnElement[bool] | None = None
    """Whether a position of the clock says anything here; None: it does."""
    cited: bool = False
    """Whether it is in the log of a record that is cited, which may be any body's."""

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
    log: ColumnElement[Any] | None = None
    """The log of a record that is cited; None is the row's own."""
    counts: ColumnElement[bool] | None = None
    """See `Spot.counts`."""

    @property
    def place(self) -> Place:
        """See `At.place`."""
        body = self.log
        if body is None and self.row is not None:
            body = literal_column(f"{self.row}.tenant_id", Uuid)
        clock = self.draft.clock(self.slot)
        if self.counts is not None and clock.position is not None:
            clock = replace(clock, position=cast("Any", case((self.counts, cast("Any", clock.position)))))
        cited = self.log is not None
        return cast("Place", Spot(self.draft, body, clock, self.slot, self.mixed, self.counts, cited))

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

    def seen(self, table: Table, *, public: bool = False, nobody: bool = False) -> ColumnElement[bool]:
        """See `At.seen`."""
        return self.draft.seen(table, table, public=public or nobody, nobody=nobody)

    def as_of(self, argument: str = "as_of", *, across_logs: bool = False) -> "Here":
        """See `At.as_of`."""
        assert self.field is not None
        assert self.node is not None
        below = replace(self, slot=Slot(self.slot, self.field, self.node, argument, across_logs))
        if self.counts is not None and self.draft.ask(self._names_moment(argument)):
            return replace(below, counts=None)  # a position that is given here is meant of this log
        return below

    def elsewhere(self, log: ColumnElement[Any]) -> "Here":
        """See `At.elsewhere`."""
        own = log == self.place.body
        return replace(self, log=log, counts=own if self.counts is None else and_(self.counts, own))

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
        spot = cast("Spot", place)
        mixed = self.mixed or mixed
        return Here(self.draft, spot.slot, row, mixed, path=self.path, counts=spot.counts)

    def _names_moment(self, argument: str) -> Callable[[Any], bool]:
        given = self.read(argument)

        def asked_about(asked: Asked) -> bool:
            as_of = given(asked)
            return as_of is not None and input_of(AsOfInput, as_of).recorded is not None

        return asked_about

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

    @property
    def confidentiality(self) -> Confidentiality:
        """See `Facts.confidentiality`."""
        return self.asked.confidentiality

    def argument(self, name: str) -> Any:
        """See `Facts.argument`."""
        return self.here.read(name)(self.asked)

    def reads_all_of(self, log: UUID) -> bool:
        """See `Facts.reads_all_of`."""
        return self.scope == log or not self.viewer.belongs_to(TenantId(log))

"""From an operation to one statement: objects, rows and pages as JSON, each FROM with what the viewer may see."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, assert_never, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_non_null_type,
)
from sqlalchemy import (
    JSON,
    Column,
    FromClause,
    Integer,
    Select,
    Text,
    case,
    func,
    literal_column,
    not_,
    null,
    select,
    true,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.sql.elements import ColumnElement
from strawberry.types.base import get_object_definition

from projections.tables import shape as table_shape
from readapi.asof import held
from readapi.columns import BACKED, COLUMN, Group
from readapi.compiler.asked import Asked
from readapi.compiler.completions import Completions
from readapi.compiler.cursors import cursor
from readapi.compiler.expressions import constant, directed, moved, moved_all, order_of, quoted
from readapi.compiler.finishing import Finish, carried, decoder
from readapi.compiler.here import Here, Spot
from readapi.compiler.leaves import leaf
from readapi.compiler.plan import Draft, Plan, Read
from readapi.compiler.selections import Fields, Selections
from readapi.fields import SHAPE
from readapi.paging import beyond, decode_cursor
from readapi.shapes import Absent, Gathered, Items, NotCompiledError, Paged, Ready, Rows, Shape, Through, Value

KEY_BYTES_MAX: Final = 63
"""PostgreSQL cuts longer names off without a word, which would rename the client's alias."""
KEYS_MAX: Final = 50
"""Of one object that comes with its row: a function takes 100 arguments."""
_DIALECT: Final = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
_NOTHING: Final = sql_cast(literal_column("'[]'"), JSON)
_ONE: Final[ColumnElement[Any]] = literal_column("1")
# These raise division_by_zero, which the endpoint takes as: ask the executor. What they divide by depends on rows,
# or the planner would work it out beforehand.
_TOO_MANY: Final = sql_cast(sql_cast(_ONE / (func.count() - func.count()), Text), JSON)
_UUID_LENGTH: Final[ColumnElement[Any]] = literal_column("36")


class Statement:
    """One operation on its way to a plan. `draft` keeps what was asked, also when it comes to nothing."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], asked: Asked
    ) -> None:
        self.draft = Draft(asked)
        self._schema = schema
        self._selections = Selections(fragments, self.draft)
        self._finishes: list[Finish] = []

    def compile(self, operation: OperationDefinitionNode) -> Plan:
        """The plan for the request and for all that are alike.

        Raises:
            NotCompiledError: something of it is for the executor.
            Refusal: an argument means nothing; the executor says where.
        """
        root = self._schema.query_type
        assert root is not None
        fields = self._selections.of([operation.selection_set])
        if all(nodes[0].name.value == "__typename" for nodes in fields.values()):
            raise NotCompiledError("it reads nothing")
        answer = select(*self._columns(root, fields, Here(self.draft))).subquery("answer")
        whole = sql_cast(func.row_to_json(literal_column("answer.*")), Text)
        compiled = select(whole).select_from(answer).compile(dialect=_DIALECT)
        parameters = tuple(
            self.draft.reads.get(name) or constant(compiled.params[name]) for name in compiled.positiontup or ()
        )
        roots = tuple((key, _may_be_null(root, nodes[0].name.value)) for key, nodes in fields.items())
        return Plan(
            sql=str(compiled),
            parameters=parameters,
            checks=tuple(self.draft.checks),
            tables=frozenset(self.draft.tables),
            roots=roots,
            finishes=tuple(self._finishes),
        )

    # --- fields

    def _columns(self, type_: GraphQLObjectType, fields: Fields, at: Here) -> list[ColumnElement[Any]]:
        """A column of JSON per response key."""
        named: list[ColumnElement[Any]] = []
        for key, nodes in fields.items():
            if len(key) > KEY_BYTES_MAX:
                raise NotCompiledError("a response key of more than 63 bytes")
            named.append(self._field(type_, key, nodes, at).label(key))
        if not named:
            raise NotCompiledError(f"nothing of a {type_.name} is left to select")
        return named

    def _field(self, type_: GraphQLObjectType, key: str, nodes: list[FieldNode], at: Here) -> ColumnElement[Any]:
        return self._named(type_, nodes[0].name.value, nodes, at.inside(key))

    def _named(self, type_: GraphQLObjectType, name: str, nodes: list[FieldNode], at: Here) -> ColumnElement[Any]:
        if name == "__typename":
            return quoted(type_.name)
        if name.startswith("__"):
            raise NotCompiledError("introspection")
        field = type_.fields[name]
        here = at.at_field(field, nodes[0])
        definition = field.extensions["strawberry-definition"]
        source, declared = definition.metadata.get(COLUMN), definition.metadata.get(SHAPE)
        if isinstance(source, Column):
            return self._render(at.own(source), field, nodes, here)
        if isinstance(source, Group) and source.shape is not None:
            return self._render(source.shape([at.own(one) for one in source.columns]), field, nodes, here)
        if declared is not None:
            return self._render(declared(here), field, nodes, here)
        raise NotCompiledError(f"{type_.name}.{name} has no shape in SQL")

    def _render(self, found: Shape, field: GraphQLField, nodes: list[FieldNode], here: Here) -> ColumnElement[Any]:
        """The JSON of a shape, under what is selected of it."""
        type_ = get_named_type(field.type)
        match found:
            case Ready(value=value):
                return value
            case Absent():
                return null()
            case ColumnElement():
                return leaf(type_, found)
            case Through():
                return self._through(found, nodes, here)
            case Gathered():
                return self._gathering(found, field, nodes, here)
        assert isinstance(type_, GraphQLObjectType)
        fields = self._selections.of([node.selection_set for node in nodes])
        match found:
            case Value():
                return self._value(found, type_, fields, here)
            case Items():
                return self._items(found, type_, fields, here)
            case Rows():
                return self._rows(found, type_, fields, here)
            case Paged():
                return self._page(found, type_, fields, here)
            case _:
                assert_never(found)

    # --- what comes with its row

    def _object(self, pairs: Sequence[tuple[str, ColumnElement[Any]]]) -> ColumnElement[Any]:
        if len(pairs) > KEYS_MAX:
            raise NotCompiledError(f"more than {KEYS_MAX} fields of one object")
        return func.json_build_object(*(part for key, value in pairs for part in (quoted(key), value)), type_=JSON)

    def _value(self, found: Value, type_: GraphQLObjectType, fields: Fields, here: Here) -> ColumnElement[Any]:
        pairs = []
        for key, nodes in fields.items():
            name = nodes[0].name.value
            if name == "__typename":
                pairs.append((key, quoted(type_.name)))
                continue
            field = type_.fields[name]
            part = found.fields.get(field.extensions["strawberry-definition"].python_name)
            if part is None:
                raise NotCompiledError(f"{type_.name}.{name} has no shape in SQL")
            pairs.append((key, self._render(part, field, nodes, here.inside(key))))
        made = self._object(pairs)
        return made if found.present is None else case((found.present, made), else_=null())

    def _items(self, found: Items, type_: GraphQLObjectType, fields: Fields, here: Here) -> ColumnElement[Any]:
        name = self.draft.name("i")
        value, text = literal_column(f"{name}.value", JSON), sql_cast(found.text, JSON)
        if found.members:
            source: Any = func.json_each(text).table_valued(
                sql_column("key", Text), sql_column("value", JSON), with_ordinality="place"
            )
            item = found.item(
                literal_column(f"{name}.key", Text), literal_column(f"{name}.value #>> '{{}}'", Text)
            )
        else:
            source = func.json_array_elements(text).table_valued(
                sql_column("value", JSON), with_ordinality="place"
            )
            item = found.item(value)
        made = aggregate_order_by(self._value(item, type_, fields, here), literal_column(f"{name}.place"))
        listed = select(func.coalesce(func.json_agg(made), _NOTHING)).select_from(source.render_derived(name=name))
        return case((found.text.is_(None), null()), else_=listed.scalar_subquery())

    # --- rows of their own

    def _from(self, rows: Rows, here: Here) -> tuple[Select[Any], FromClause, Here]:
        """FROM and WHERE of rows, their alias, and the place of what is below one of them."""
        if here.mixed and not rows.public and self.draft.is_of_a_body():
            raise NotCompiledError("the viewer's own body may stand in the list, and is read in another scope")
        table = BACKED[rows.cls].table
        alias = table.alias(self.draft.name("t"))
        conditions = [*rows.where]
        if rows.clocked and table_shape(table).form == "bitemporal":
            conditions += held(table, rows.place.clock)
        conditions = [moved(one, table, alias) for one in conditions]
        if not rows.every_body:
            conditions.append(alias.c.tenant_id == rows.place.body)
        conditions.append(self.draft.seen(alias, table, public=rows.public))
        source: Any = alias if rows.beside is None else alias.join(rows.beside, true())
        below = here.below(alias.name, rows.place, mixed=rows.every_body and not rows.single)
        return select().select_from(source).where(*conditions), alias, below

    def _rows(self, rows: Rows, type_: GraphQLObjectType, fields: Fields, here: Here) -> ColumnElement[Any]:
        statement, alias, below = self._from(rows, here)
        statement = statement.add_columns(*self._columns(type_, fields, below))
        statement = statement.order_by(*order_of(rows, alias, below))
        if rows.single:
            return self._in_scope(rows, self._gathered(statement.limit(_ONE), single=True))
        if rows.at_most is not None:
            statement = statement.limit(literal_column(str(rows.at_most + 1)))
        return self._gathered(statement, at_most=rows.at_most)

    def _in_scope(self, rows: Rows, made: ColumnElement[Any]) -> ColumnElement[Any]:
        """The rows of a record that is cited, unless a member reads it in another scope than this statement's."""
        spot = cast("Spot", rows.place)
        if not spot.cited or not self.draft.is_of_a_body():
            return made
        own = spot.body == self.draft.viewers_body()
        another = not_(own) if self.draft.is_member() else own
        length = func.octet_length(sql_cast(spot.body, Text), type_=Integer)
        for_executor = sql_cast(sql_cast(_ONE / (length - _UUID_LENGTH), Text), JSON)
        return case((another, for_executor), else_=made)

    def _gathered(
        self, statement: Select[Any], *, single: bool = False, at_most: int | None = None
    ) -> ColumnElement[Any]:
        # `q.*`, not `q`: a column may have the alias's name, for the client chooses the columns' names.
        name = self.draft.name("q")
        whole: ColumnElement[Any] = literal_column(f"{name}.*")
        made: ColumnElement[Any] = (
            func.row_to_json(whole) if single else func.coalesce(func.json_agg(whole), _NOTHING)
        )
        if at_most is not None:
            made = case((func.count() > literal_column(str(at_most)), _TOO_MANY), else_=made)
        return select(made).select_from(statement.subquery(name)).scalar_subquery()

    def _through(self, found: Through, nodes: list[FieldNode], here: Here) -> ColumnElement[Any]:
        type_ = self._schema.get_type(get_object_definition(found.rows.cls, strict=True).name)
        assert isinstance(type_, GraphQLObjectType)
        statement, alias, below = self._from(found.rows, here)
        shown = self._named(type_, found.name, nodes, below)
        ordered = statement.add_columns(shown).order_by(*order_of(found.rows, alias, below))
        return ordered.limit(_ONE).scalar_subquery()

    # --- what Python makes

    def _gathering(
        self, found: Gathered, field: GraphQLField, nodes: list[FieldNode], here: Here
    ) -> ColumnElement[Any]:
        complete = Completions(self._selections).of(field.type, nodes)
        parts = {
            name: part
            for name, part in found.parts.items()
            if self._selections.reaches(nodes, found.only_for.get(name, ()))
        }
        self._finishes.append(
            Finish(
                path=here.path,
                decode=decoder(parts),
                make=lambda asked, rows: found.finish(found.at.facts(asked), rows),
                complete=complete,
                given=lambda asked: (found.at.facts(asked).when, asked.arguments(field, nodes[0])),
            )
        )
        return self._object([(name, carried(part, self.draft.name("g"))) for name, part in parts.items()])

    # --- pages

    def _page(self, page: Paged, type_: GraphQLObjectType, fields: Fields, here: Here) -> ColumnElement[Any]:
        if here.has("after"):
            self.draft.checks.append(_key_of(page, here, 0))
        pairs = []
        for key, nodes in fields.items():
            name = nodes[0].name.value
            below = self._selections.of([node.selection_set for node in nodes])
            match name:
                case "__typename":
                    made: ColumnElement[Any] = quoted(type_.name)
                case "nodes":
                    made = self._nodes(page, type_, below, here.inside(key))
                case "pageInfo":
                    made = self._page_info(page, type_, below, here)
                case "totalCount":
                    made = self._from(page.rows, here)[0].add_columns(func.count()).scalar_subquery()
                case _:
                    field = type_.fields[name]
                    more = page.more[field.extensions["strawberry-definition"].python_name]
                    made = self._render(more, field, nodes, here.inside(key))
            pairs.append((key, made))
        return self._object(pairs)

    def _nodes(self, page: Paged, type_: GraphQLObjectType, fields: Fields, here: Here) -> ColumnElement[Any]:
        statement, alias, below = self._from_cursor(page, here)
        item = get_named_type(type_.fields["nodes"].type)
        assert isinstance(item, GraphQLObjectType)
        statement = statement.add_columns(*self._columns(item, fields, below))
        ordered = statement.order_by(*directed(moved_all(page.order, alias), page.descending))
        return self._gathered(ordered.limit(self._first(here)))

    def _page_info(self, page: Paged, type_: GraphQLObjectType, fields: Fields, here: Here) -> ColumnElement[Any]:
        pairs = []
        for key, nodes in fields.items():
            statement, alias, _ = self._from_cursor(page, here)
            match nodes[0].name.value:
                case "__typename":
                    made: ColumnElement[Any] = quoted(get_named_type(type_.fields["pageInfo"].type).name)
                case "hasNextPage":
                    made = statement.add_columns(_ONE).offset(self._first(here)).limit(_ONE).exists()
                case "endCursor":
                    order = moved_all(page.order, alias)
                    keys = [column.label(f"k{place}") for place, column in enumerate(order)]
                    shown = statement.add_columns(*keys).order_by(*directed(order, page.descending))
                    few = shown.limit(self._first(here)).subquery(self.draft.name("k"))
                    last = select(cursor(page.name, list(few.c)))
                    made = last.order_by(*directed(list(few.c), not page.descending)).limit(_ONE).scalar_subquery()
                case name:
                    raise NotCompiledError(f"PageInfo.{name} has no shape in SQL")
            pairs.append((key, made))
        return self._object(pairs)

    def _from_cursor(self, page: Paged, here: Here) -> tuple[Select[Any], FromClause, Here]:
        statement, alias, below = self._from(page.rows, here)
        if here.has("after"):
            since = [
                self.draft.bind(_key_of(page, here, place), column.type) for place, column in enumerate(page.order)
            ]
            order = moved_all(page.order, alias)
            statement = statement.where(beyond(order, since, descending=page.descending))
        return statement, alias, below

    def _first(self, here: Here) -> ColumnElement[Any]:
        return here.parameter("first", Integer)


def _key_of(page: Paged, here: Here, place: int) -> Read:
    given = here.read("after")
    return lambda asked: decode_cursor(page.name, page.order, given(asked))[place]


def _may_be_null(root: GraphQLObjectType, name: str) -> bool:
    return name != "__typename" and not is_non_null_type(root.fields[name].type)

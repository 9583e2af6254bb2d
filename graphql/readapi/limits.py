"""What an operation may ask for, worked out from the document and its variables before anything is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from readapi.fields import SIZE
from readapi.paging import FIRST_MAX
from readapi.prepared import Prepared
from readapi.refusals import request_error

DEPTH_MAX: Final = 12
"""Deep enough for a cell of a plan's table; introspection has a bound of its own (MaxIntrospectionDepthRule)."""
ALIASES_MAX: Final = 50
ROOT_FIELDS_MAX: Final = 20
COST_MAX: Final = 10_000
INTROSPECTION: Final = 500
"""Objects counted for one `__schema` or `__type`."""
MEASURED_MAX: Final = 8
"""So many values of `first` are measured without measuring again."""
_SATURATED: Final = 10**12
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Measures:
    """What a selection amounts to, fragments spread out."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0
    fields: int = 0
    """Selected at this very level."""

    def beside(self, other: "Measures") -> "Measures":
        return Measures(
            depth=max(self.depth, other.depth),
            aliases=min(self.aliases + other.aliases, _SATURATED),
            cost=min(self.cost + other.cost, _SATURATED),
            fields=min(self.fields + other.fields, _SATURATED),
        )


class FirstOutOfRangeError(Exception):
    """A list was asked for with a length that is not accepted."""

    def __init__(self, given: int, node: FieldNode) -> None:
        super().__init__(f"first is {given}")
        self.given = given
        self.node = node


class Meter:
    """Measures one operation of a valid document."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._known: dict[tuple[str, str], Measures] = {}
        self.asked: dict[str, Any] = {}
        """The variables that the measures depend on, with their values."""

    def operation(self, node: OperationDefinitionNode) -> Measures:
        """The operation's measures; `fields` are its root fields.

        Raises:
            FirstOutOfRangeError: a list's `first` is not from 1 to 200.
        """
        root = self._schema.get_root_type(node.operation)
        assert root is not None
        return self._selections(root, node.selection_set)

    def _selections(self, parent: GraphQLObjectType, node: SelectionSetNode | None) -> Measures:
        total = Measures()
        for selection in node.selections if node is not None else ():
            match selection:
                case FieldNode():
                    total = total.beside(self._field(parent, selection))
                case InlineFragmentNode():
                    total = total.beside(self._selections(parent, selection.selection_set))
                case FragmentSpreadNode():
                    # Every type is concrete, so a fragment amounts to the same wherever it is spread: measuring
                    # it once keeps fragments that spread one another from multiplying the work.
                    key = (selection.name.value, parent.name)
                    if key not in self._known:
                        fragment = self._fragments[selection.name.value]
                        self._known[key] = self._selections(parent, fragment.selection_set)
                    total = total.beside(self._known[key])
        return total

    def _field(self, parent: GraphQLObjectType, node: FieldNode) -> Measures:
        name = node.name.value
        aliases = 0 if node.alias is None else 1
        if name.startswith("__"):
            cost = 0 if name == "__typename" else INTROSPECTION
            return Measures(depth=1, aliases=aliases, cost=cost, fields=1)
        field = parent.fields[name]
        inner = get_named_type(field.type)
        below = self._selections(inner, node.selection_set) if isinstance(inner, GraphQLObjectType) else Measures()
        size = self._size(field, node)
        return Measures(
            depth=below.depth + 1,
            aliases=min(aliases + below.aliases, _SATURATED),
            cost=min(max(size, 1) * below.cost + size, _SATURATED),
            fields=1,
        )

    def _size(self, field: GraphQLField, node: FieldNode) -> int:
        """How many objects the field may give; 0 for values that come with their parent."""
        definition = field.extensions.get("strawberry-definition")
        size = None if definition is None else definition.metadata.get(SIZE)
        if not isinstance(size, str):
            return size or 0
        given = self._argument(field, node, size)
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= FIRST_MAX:
            raise FirstOutOfRangeError(given, node)
        return given

    def _argument(self, field: GraphQLField, node: FieldNode, name: str) -> Any:
        value = next((argument.value for argument in node.arguments or () if argument.name.value == name), None)
        if isinstance(value, IntValueNode):
            return int(value.value)
        if isinstance(value, VariableNode):
            given = self.asked[value.name.value] = self._variables.get(value.name.value, _ABSENT)
            if given is not _ABSENT:
                return given
        return field.args[name].default_value


def measures_of(
    schema: GraphQLSchema, prepared: Prepared, node: OperationDefinitionNode, variables: Mapping[str, Any]
) -> Measures:
    """The measures of an operation, kept with its document for the last values of the variables they depend on.

    Raises:
        FirstOutOfRangeError: a list's `first` is not from 1 to 200.
    """
    known = prepared.measured.setdefault(None if node.name is None else node.name.value, [])
    measures: Measures
    for asked, measures in known:
        if all(variables.get(name, _ABSENT) == value for name, value in asked.items()):
            return measures
    meter = Meter(schema, prepared.fragments, variables)
    measures = meter.operation(node)
    known.append((meter.asked, measures))
    del known[:-MEASURED_MAX]
    return measures


def refusals(measures: Measures) -> list[GraphQLError]:
    """What of an operation goes beyond a limit."""
    limits = (
        ("TOO_DEEP", "levels", "niveaux", measures.depth, DEPTH_MAX),
        ("TOO_MANY_ALIASES", "aliases", "alias", measures.aliases, ALIASES_MAX),
        ("TOO_MANY_ROOT_FIELDS", "root fields", "champs à la racine", measures.fields, ROOT_FIELDS_MAX),
        ("TOO_COSTLY", "objects", "objets", measures.cost, COST_MAX),
    )
    return [
        request_error(
            code,
            f"This operation asks for {_number(given)} {what}; at most {maximum} are accepted.",
            f"Cette opération demande {_number(given)} {quoi}; le maximum est de {maximum}.",
        )
        for code, what, quoi, given, maximum in limits
        if given > maximum
    ]


def first_refusal(error: FirstOutOfRangeError) -> GraphQLError:
    field = error.node.name.value
    return request_error(
        "FIRST_OUT_OF_RANGE",
        f"`first` of `{field}` is {error.given}; expected a whole number from 1 to {FIRST_MAX}.",
        f"`first` de `{field}` vaut {error.given}; un nombre entier de 1 à {FIRST_MAX} est attendu.",
    )


def _number(given: int) -> str:
    return f"{_SATURATED}+" if given >= _SATURATED else str(given)

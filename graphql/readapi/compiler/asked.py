"""One request for an operation: what its variables, its viewer and the day answer to the plan's questions."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLSkipDirective,
    ListValueNode,
    ObjectValueNode,
    SelectionNode,
    ValueNode,
    VariableNode,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values
from strawberry.utils.str_converters import to_camel_case, to_snake_case

from domain.confidentiality import Confidentiality
from domain.ids import TenantId
from readapi import asof
from readapi.asof import AsOfInput, Clock
from readapi.viewer import Viewer

ROOT: Final = None
_camel: Final = cache(to_camel_case)


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """Where a clock comes from: the argument of a field, over the clock of what is above it."""

    above: "Slot | None"
    field: GraphQLField
    node: FieldNode
    argument: str
    across_logs: bool


class Asked:
    """Facts of one request. Arguments without variables are kept for the document, not for the request."""

    def __init__(
        self,
        variables: VariableValues,
        viewer: Viewer,
        now: Clock,
        *,
        member: TenantId | None,
        known: MutableMapping[int, Mapping[str, Any]],
        confidentiality: Confidentiality,
    ) -> None:
        self.viewer = viewer
        self.member = member
        """The body in whose member's scope all of it is read; None is the national reader's."""
        self.confidentiality = confidentiality
        self._variables = variables
        self._now = now
        self._known = known
        self._arguments: dict[int, Mapping[str, Any]] = {}
        self._clocks: dict[int, Clock] = {}

    @cached_property
    def sight(self) -> tuple[bool, bool, bool, bool]:
        """What of the viewer the statement's form depends on."""
        viewer = self.viewer
        return self.member is not None, viewer.writes_drafts, viewer.grantee is not None, viewer.is_member

    def argument(self, field: GraphQLField, node: FieldNode, name: str) -> Any:
        """The value of an argument by its Python name; None where it is absent."""
        return self._values(field, node).get(_camel(name))

    def arguments(self, field: GraphQLField, node: FieldNode) -> Mapping[str, Any]:
        """All arguments of a field by their names in the schema."""
        return self._values(field, node)

    def clock(self, slot: Slot | None) -> Clock:
        """The clocks that a slot stands for.

        Raises:
            Refusal: they are none, or a position is given across logs.
        """
        if slot is ROOT:
            return self._now
        found = self._clocks.get(id(slot))
        if found is None:
            given = self.argument(slot.field, slot.node, slot.argument)
            if isinstance(given, dict):
                given = AsOfInput(**{to_snake_case(name): value for name, value in given.items()})
            found = asof.clock(given, self.clock(slot.above))
            if slot.across_logs:
                found = asof.across_logs(found)
            self._clocks[id(slot)] = found
        return found

    def includes(self, node: SelectionNode) -> bool:
        """What `@skip` and `@include` say of a selection."""
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        if skip and skip["if"]:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not include or bool(include["if"])

    def _values(self, field: GraphQLField, node: FieldNode) -> Mapping[str, Any]:
        key = id(node)
        found = self._known.get(key) or self._arguments.get(key)
        if found is None:
            found = get_argument_values(field, node, self._variables)
            constant = not any(_varies(argument.value) for argument in node.arguments or ())
            (self._known if constant else self._arguments)[key] = found
        return found


def _varies(value: ValueNode) -> bool:
    match value:
        case VariableNode():
            return True
        case ListValueNode(values=values):
            return any(_varies(one) for one in values)
        case ObjectValueNode(fields=fields):
            return any(_varies(one.value) for one in fields)
    return False

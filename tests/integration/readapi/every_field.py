"""An operation for every way from a body to a field with a shape in SQL."""

from collections.abc import Iterator

from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_required_argument

from tests.integration.readapi.operations import CORE, has_shape
from tests.integration.readapi.world import uid

DEPTH_MAX = 3
_ARGUMENTS = {"slug": "$slug", "id": "$plan", "first": "3"}


def every_field() -> Iterator[str]:
    """Operations over `$slug`, `$plan` and `$asOf`; each has the leaves of one path of objects."""
    root = CORE.query_type
    assert root is not None
    for name in ("partnership", "partnerships"):
        field = root.fields[name]
        type_ = get_named_type(field.type)
        assert isinstance(type_, GraphQLObjectType)
        for body in _paths(type_, DEPTH_MAX):
            given = _given(field, with_clock=True)
            declared = "$slug: String!, " * (name == "partnership") + "$plan: UUID!, " * ("$plan" in body)
            yield f"query Every({declared}$asOf: AsOfInput) {{ {name}{given} {body} }}"


def _paths(type_: GraphQLObjectType, depth: int) -> Iterator[str]:
    """The leaves of a type and of its values; then each object with rows of its own."""
    leaves, inner = ["__typename"], []
    for name, field in type_.fields.items():
        below = get_named_type(field.type)
        if not has_shape(type_, field) or _needs_more(field):
            continue
        if not isinstance(below, GraphQLObjectType):
            leaves.append(name)
        elif depth > 0:
            inner.append((name, field, below))
    yield f"{{ {' '.join(leaves)} }}"
    for name, field, below in inner:
        for body in _paths(below, depth - 1):
            yield f"{{ {name}{_given(field)} {body} }}"


def _needs_more(field: GraphQLField) -> bool:
    return any(is_required_argument(one) and name not in _ARGUMENTS for name, one in field.args.items())


def _given(field: GraphQLField, *, with_clock: bool = False) -> str:
    given = [f"{name}: {value}" for name, value in _ARGUMENTS.items() if name in field.args]
    if with_clock:
        given.append("asOf: $asOf")
    return f"({', '.join(given)})" if given else ""


PLAN = str(uid("alpha", "published"))

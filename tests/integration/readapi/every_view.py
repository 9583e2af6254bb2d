"""National views, each asked for everything that is made of the rows that it gathers."""

from collections.abc import Iterator

from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_required_argument

from tests.integration.readapi.operations import CORE, Operation, is_gathered, is_view
from tests.integration.readapi.world import uid

DEPTH_MAX = 4
PERIOD = {"kind": "FISCAL_YEAR", "start": "2019-04-01", "end": "2020-03-31"}
ARGUMENTS = {
    "themeList": {"owner": "alpha", "id": str(uid("alpha", "themes"))},
    "indicator": {"owner": "alpha", "id": str(uid("alpha", "indicator public"))},
    "period": PERIOD,
    "periods": [PERIOD, {"kind": "FISCAL_YEAR", "start": "2020-04-01", "end": "2021-03-31"}],
    "owner": "alpha",
    "id": str(uid("alpha", "frozen")),
}
"""Of arguments that must be given."""


def views() -> list[str]:
    """The root fields that are made of gathered rows."""
    return [name for name, field in _roots().items() if is_view(field)]


def every_view(**given: object) -> Iterator[tuple[str, Operation]]:
    """Each view with every leaf; `given` are arguments, for the views that have them."""
    for name in views():
        field = _roots()[name]
        values = {
            one: given.get(one, ARGUMENTS.get(one))
            for one, argument in field.args.items()
            if one in given or is_required_argument(argument)
        }
        declared = ", ".join(f"${one}: {field.args[one].type}" for one in values)
        passed = ", ".join(f"{one}: ${one}" for one in values)
        head, arguments = (f"({declared})", f"({passed})") if values else ("", "")
        type_ = get_named_type(field.type)
        assert isinstance(type_, GraphQLObjectType)
        yield name, Operation(f"query View{head} {{ {name}{arguments} {_whole(type_, DEPTH_MAX)} }}", values)


def _whole(type_: GraphQLObjectType, depth: int) -> str:
    parts = ["__typename"]
    for name, field in type_.fields.items():
        below = get_named_type(field.type)
        if not is_gathered(field):
            continue
        if not isinstance(below, GraphQLObjectType):
            parts.append(name)
        elif depth > 0:
            parts.append(f"{name} {_whole(below, depth - 1)}")
    return f"{{ {' '.join(parts)} }}"


def _roots() -> dict[str, GraphQLField]:
    root = CORE.query_type
    assert root is not None
    return dict(root.fields)

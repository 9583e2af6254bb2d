"""Ways through the schema: from the root to a type, and documents for what lies at the end of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type, is_required_argument

DEPTH_MAX: Final = 10
"""Two less than an operation may be deep: objects at the end of a way show their leaves."""
_NAMES: Final = frozenset(
    {"id", "slug", "number", "version", "recordId", "streamId", "planId", "stage", "kind", "act"}
)
"""What tells objects on the way from each other, where they have it."""

FEW: Final = "first: 5"
MANY: Final = "first: 25"
"""Of pages right below the root's fields: so much is what a body of the matrix has of one kind."""

OF_A_BODY: Final = frozenset({"partnership", "partnerships"})

WIDTH_MAX: Final = 12
"""So much is asked for side by side; more is another document, so that none takes long."""
Step = tuple[str, str]
"""A field, and its arguments as a document writes them."""


@dataclass(frozen=True)
class Way:
    """Fields from the root."""

    steps: tuple[Step, ...]
    types: tuple[GraphQLObjectType, ...]
    """Of what each step gives."""
    of: Step | None = None
    """A national view as it was asked, or a record that was asked for: what lies beyond is of it alone."""

    @property
    def end(self) -> GraphQLObjectType:
        return self.types[-1]

    @property
    def last(self) -> tuple[str, Step]:
        """The step that the way ends with, with the type that it is a step from."""
        return (self.types[-2].name if len(self.types) > 1 else "Query"), self.steps[-1]

    @property
    def key(self) -> tuple[Step | None, tuple[str, Step] | None, str, Step]:
        """The same of ways that end alike: their last step, or of pages the last two."""
        page = Way(self.steps[:-1], self.types[:-1]).last if self.steps[-1][0] == "nodes" else None
        return (self.of, page, *self.last)

    def leads_somewhere(self, data: Mapping[str, Any]) -> bool:
        """Whether there is an object at the end, in the answer to one of its documents."""
        found: list[Any] = [data]
        for name, _ in self.steps:
            values = [one.get(name) for one in found]
            lists = [value if isinstance(value, list) else [value] for value in values]
            found = [one for those in lists for one in those if one is not None]
        return bool(found)


class Ways:
    """Through one schema.

    Args:
        schema: the schema.
        roots: for each field of the root, the ways in which it is asked.
        given: the values of arguments below it, by type and field, or by the argument's name alone.
        ends: fields, by type and name, beyond which nothing is looked for: the same is found on another way.
        records: types beyond which there is the same whichever view led there.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        roots: Mapping[str, tuple[str, ...]],
        given: Mapping[str, tuple[str, ...]],
        ends: frozenset[str] = frozenset(),
        records: frozenset[str] = frozenset(),
    ) -> None:
        assert schema.query_type is not None
        self._root = schema.query_type
        self._roots = roots
        self._given = given
        self._ends = ends
        self._records = records

    def first(self) -> Iterator[Way]:
        """The ways of one step."""
        for name, asked in self._roots.items():
            type_ = get_named_type(self._root.fields[name].type)
            assert isinstance(type_, GraphQLObjectType)
            for one in asked:
                step = (name, one)
                yield Way((step,), (type_,), None if name in OF_A_BODY else step)

    def beyond(self, way: Way) -> Iterator[Way]:
        """A way with one step more, for each that leads to something which its leaves do not tell."""
        if len(way.steps) >= DEPTH_MAX or f"{way.last[0]}.{way.steps[-1][0]}" in self._ends:
            return
        for name, field in sorted(way.end.fields.items(), key=_pages_first):
            type_ = get_named_type(field.type)
            if isinstance(type_, GraphQLObjectType) and type_ not in way.types and not _is_told_by_leaves(type_):
                several = self.asked(way.end, name, field)
                of = None if type_.name in self._records and way.steps[0] == way.of else way.of
                for asked in several:
                    chosen = (name, asked) if len(several) > 1 and asked == several[0] else None
                    yield Way((*way.steps, (name, asked)), (*way.types, type_), of or chosen)

    def asked(self, type_: GraphQLObjectType, name: str, field: GraphQLField) -> tuple[str, ...]:
        """The arguments with which a field is asked: one or several ways, none where there is no value for one."""
        own = self._given.get(f"{type_.name}.{name}")
        if own is not None:
            return own
        values = {argument: self._given.get(argument) for argument in field.args}
        if any(is_required_argument(one) and not values[argument] for argument, one in field.args.items()):
            return ()
        chosen = [f"{argument}: {value[0]}" for argument, value in values.items() if value]
        return (f"({', '.join(chosen)})" if chosen else "",)

    def documents(self, way: Way) -> Iterator[str]:
        """What lies at the end of a way: its leaves, and those of each object there.

        Several where two ways of asking one field do not fit into one document.
        """
        for body in self._bodies(way.end):
            text = body
            for place in range(len(way.steps) - 1, -1, -1):
                name, asked = way.steps[place]
                if place == 1:
                    asked = asked.replace(FEW, MANY)
                text = f"{name}{asked} {{ {_names(way.types[place])}{text} }}"
            yield f"{{ {text} }}"

    def _bodies(self, type_: GraphQLObjectType) -> list[str]:
        parts: list[list[str]] = [[" ".join(["__typename", *_leaves(type_)])]]
        for name, field in type_.fields.items():
            below = get_named_type(field.type)
            if not isinstance(below, GraphQLObjectType):
                if field.args:
                    parts.append([f"{name}{one}" for one in self.asked(type_, name, field)])
                continue
            leaves = " ".join(["__typename", *_leaves(below)])
            parts.append([f"{name}{one} {{ {leaves} }}" for one in self.asked(type_, name, field)])
        most = max(len(part) for part in parts)
        whole = [[part[number] for part in parts if number < len(part)] for number in range(most)]
        return [" ".join(those[at : at + WIDTH_MAX]) for those in whole for at in range(0, len(those), WIDTH_MAX)]


def _pages_first(field: tuple[str, GraphQLField]) -> bool:
    """They have all records of a kind, where other ways lead to some."""
    return "first" not in field[1].args and field[0] != "nodes"


def _is_told_by_leaves(type_: GraphQLObjectType) -> bool:
    return len(_leaves(type_)) == len(type_.fields)


def _leaves(type_: GraphQLObjectType) -> list[str]:
    return [
        name
        for name, field in type_.fields.items()
        if not isinstance(get_named_type(field.type), GraphQLObjectType) and not field.args
    ]


def _names(type_: GraphQLObjectType) -> str:
    return " ".join([*(name for name in _leaves(type_) if name in _NAMES), ""])

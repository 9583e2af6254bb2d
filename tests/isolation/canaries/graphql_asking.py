"""GraphQL operations over the whole schema: any field of any type, from any way in, with arguments that lead on.

Fields that were asked for least come first, so that a few hundred operations reach them all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
)

from readapi.schema import schema
from tests.isolation.canaries.values import Values, literal, plain

CORE: Final[GraphQLSchema] = schema._schema
_LEAVES_MAX: Final = 8
_OPTIONAL_ARGUMENT: Final = 0.12
_CURSOR: Final = 0.03
_ANY_FIELD: Final = 0.8
"""How often the next field is any, once all have been asked for."""
Name = tuple[str, str]


@dataclass
class Asking:
    """Makes operations. The same seed and records make the same ones."""

    random: Random
    values: Values
    asked: Counter[Name] = field(default_factory=Counter)
    """How often each type.field was asked for."""

    def __post_init__(self) -> None:
        self._ways = _ways()
        self._from_root = {root: _distances(root, self._ways) for root in ("Query", "Subscription")}
        self._missing = [one for one in fields() if one[0] in self._from_root["Query"]]

    @property
    def has_asked_all(self) -> bool:
        """Whether every field that a query leads to was asked for."""
        if self._missing:
            self._missing = [one for one in self._missing if not self.asked[one]]
        return not self._missing

    def operation(self) -> str:
        """A query that leads to a field that was asked for least."""
        return self._operation("Query", "query")

    def subscription(self) -> str:
        return self._operation("Subscription", "subscription")

    def _operation(self, root: str, keyword: str) -> str:
        distances = self._from_root[root]
        self.values.about_another()
        owner, name = self._least(distances)
        path = self._path(root, owner, distances)
        body = self._selection(owner, path, name)
        return f"{keyword} {{ {body} }}"

    def _least(self, distances: Mapping[str, int]) -> Name:
        names = [one for one in fields() if one[0] in distances]
        fewest = min(self.asked[one] for one in names)
        if fewest > 0 and self.random.random() < _ANY_FIELD:
            return self.random.choice(names)
        return self.random.choice([one for one in names if self.asked[one] == fewest])

    def _path(self, root: str, owner: str, distances: Mapping[str, int]) -> list[Name]:
        """Ways from a root type to a type, each a type and the field to follow."""
        path: list[Name] = []
        while owner != root:
            ways = [way for way in self._ways[owner] if distances.get(way[0], 99) < distances[owner]]
            way = self.random.choice(ways)
            path.insert(0, way)
            owner = way[0]
        return path

    def _selection(self, owner: str, path: list[Name], last: str) -> str:
        body = self._field((owner, last)) + self._leaves(owner, last)
        for step in reversed(path):
            body = f"{self._field(step, body)}{self._leaves(step[0], step[1])}"
        return body

    def _field(self, name: Name, below: str | None = None) -> str:
        owner, field_name = name
        self.asked[name] += 1
        field_ = _type(owner).fields[field_name]
        inner = get_named_type(field_.type)
        if below is None and isinstance(inner, GraphQLObjectType):
            below = f"__typename{self._leaves(inner.name, '')}"
        return f"{field_name}{self._arguments(field_)}{'' if below is None else f' {{ {below} }}'}"

    def _leaves(self, owner: str, besides: str) -> str:
        """A few fields of a type that lead nowhere further than to a wording, a figure or a period."""
        if owner in ("Query", "Subscription"):
            return ""
        names = [name for name in _last_fields(owner) if name != besides]
        self.random.shuffle(names)
        names.sort(key=lambda name: self.asked[owner, name])
        return "".join(f" {self._leaf(owner, name)}" for name in names[:_LEAVES_MAX])

    def _leaf(self, owner: str, name: str) -> str:
        self.asked[owner, name] += 1
        inner = get_named_type(_type(owner).fields[name].type)
        if not isinstance(inner, GraphQLObjectType):
            return name
        values = [one for one in _last_fields(inner.name) if not _is_object(inner, one)]
        self.asked.update((inner.name, one) for one in values)
        return f"{name} {{ {' '.join(values)} }}"

    # --- arguments

    def _arguments(self, field_: GraphQLField) -> str:
        about = self.values.record(get_named_type(field_.type).name)
        given = [
            f"{name}: {literal(self.values.value(name, argument.type, about))}"
            for name, argument in field_.args.items()
            if self._wanted(name, argument)
        ]
        return f"({', '.join(given)})" if given else ""

    def _wanted(self, name: str, argument: GraphQLArgument) -> bool:
        return (
            is_required_argument(argument)
            or name in ("first", "withinDays")
            or self.random.random() < (_CURSOR if name == "after" else _OPTIONAL_ARGUMENT)
        )

    def variables(self, definitions: Mapping[str, GraphQLInputType]) -> dict[str, Any]:
        """Values for the variables of a stored document."""
        self.values.about_another()
        about = self.values.record("Indicator" if "indicator" in definitions else "Plan")
        return {
            name: plain(self.values.value(name, type_, about))
            for name, type_ in definitions.items()
            if isinstance(type_, GraphQLNonNull) or self.random.random() < _OPTIONAL_ARGUMENT
        }


@cache
def _last_fields(owner: str) -> tuple[str, ...]:
    """Fields without arguments that give a value, or an object of nothing but values."""
    type_ = _type(owner)
    return tuple(
        name
        for name, one in type_.fields.items()
        if not any(is_required_argument(argument) for argument in one.args.values())
        and (not _is_object(type_, name) or _is_value(get_named_type(one.type)))
    )


def _is_object(type_: GraphQLObjectType, name: str) -> bool:
    return isinstance(get_named_type(type_.fields[name].type), GraphQLObjectType)


def _is_value(type_: Any) -> bool:
    return isinstance(type_, GraphQLObjectType) and not any(
        one.args or _is_object(type_, name) for name, one in type_.fields.items()
    )


def _type(name: str) -> GraphQLObjectType:
    found = CORE.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


@cache
def fields() -> tuple[Name, ...]:
    """Every field of every object type that readers can reach: introspection is another matter."""
    return tuple(
        (name, field_name)
        for name, type_ in sorted(CORE.type_map.items())
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__")
        for field_name in type_.fields
    )


def _ways() -> dict[str, list[Name]]:
    ways: dict[str, list[Name]] = defaultdict(list)
    for owner, name in fields():
        inner = get_named_type(_type(owner).fields[name].type)
        if isinstance(inner, GraphQLObjectType):
            ways[inner.name].append((owner, name))
    return ways


def _distances(root: str, ways: Mapping[str, list[Name]]) -> dict[str, int]:
    """How many fields each type is away from a root."""
    below: dict[str, set[str]] = defaultdict(set)
    for inner, owners in ways.items():
        for owner, _ in owners:
            below[owner].add(inner)
    distances, edge = {root: 0}, [root]
    while edge:
        reached = sorted({inner for owner in edge for inner in below[owner]} - distances.keys())
        distances |= dict.fromkeys(reached, distances[edge[0]] + 1)
        edge = reached
    return distances


def answered(data: Any, type_: GraphQLObjectType) -> Iterator[Name]:
    """The fields of which an answer has a value. No operation here has aliases."""
    if isinstance(data, list):
        for one in data:
            yield from answered(one, type_)
    elif isinstance(data, dict):
        for name, value in data.items():
            if name == "__typename" or value is None:
                continue
            yield type_.name, name
            inner = get_named_type(type_.fields[name].type)
            if isinstance(inner, GraphQLObjectType):
                yield from answered(value, inner)

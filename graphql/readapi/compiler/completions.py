"""Values that were made in Python, printed under a selection as the executor prints them."""

from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
)

from readapi.compiler.finishing import Complete
from readapi.compiler.selections import Selections
from readapi.fields import GATHERED
from readapi.shapes import AskExecutorError, NotCompiledError


class Completions:
    """Makes of a selection the function that prints a value under it, as the executor would."""

    def __init__(self, selections: Selections) -> None:
        self._selections = selections

    def of(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode]) -> Complete:
        """The function for a field of a type.

        Raises:
            NotCompiledError: a field below reads something of its own.
        """
        if isinstance(type_, GraphQLNonNull):
            return _there(self._some(type_.of_type, nodes))
        some = self._some(type_, nodes)
        return lambda value: None if value is None else some(value)

    def _some(self, type_: Any, nodes: Sequence[FieldNode]) -> Complete:
        match type_:
            case GraphQLList():
                item = self.of(type_.of_type, nodes)
                return lambda values: [item(value) for value in values]
            case GraphQLScalarType():
                return type_.serialize
            case GraphQLEnumType():
                return cache(type_.serialize)
            case GraphQLObjectType():
                return self._object(type_, nodes)
        raise NotCompiledError(f"{type_} has several types")

    def _object(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Complete:
        parts: list[tuple[str, Complete, Complete]] = []
        for key, selected in self._selections.of([node.selection_set for node in nodes]).items():
            name = selected[0].name.value
            if name == "__typename":
                parts.append((key, _nothing, _constant(type_.name)))
                continue
            field = type_.fields[name]
            read = _reading(type_.name, field.extensions["strawberry-definition"])
            parts.append((key, read, self.of(field.type, selected)))
        return lambda value: {key: complete(read(value)) for key, read, complete in parts}


def _reading(of: str, definition: Any) -> Complete:
    """What reads a field of a value: an attribute, or a resolver that needs nothing but the value."""
    resolver, gathered = definition.base_resolver, definition.metadata.get(GATHERED)
    if gathered is not None:
        return cast("Complete", attrgetter(gathered))
    if resolver is None:
        read: Complete = attrgetter(definition.python_name)
        return read
    if resolver.info_parameter is not None or resolver.arguments:
        raise NotCompiledError(f"{of}.{definition.python_name} reads more than was gathered")
    work: Complete = resolver.wrapped_func
    return (lambda value: _ended(work(value))) if resolver.is_async else work


def _ended(running: Any) -> Any:
    """What a coroutine gives that waits for nothing."""
    try:
        running.send(None)
    except StopIteration as end:
        return end.value
    running.close()
    raise AskExecutorError


def _nothing(_: Any) -> None:
    return None


def _constant(text: str) -> Complete:
    return lambda _: text


def _there(some: Complete) -> Complete:
    def complete(value: Any) -> Any:
        if value is None:  # the executor says which field is not null, and where
            raise AskExecutorError
        return some(value)

    return complete

"""The check at start-up of what fields say they are in SQL."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Text, literal_column
from strawberry.types.base import StrawberryList, StrawberryOptional, get_object_definition

from readapi.columns import BACKED, COLUMN, Backed, Group, SchemaMappingError
from readapi.shapes import Absent, Items, Value


def check() -> None:
    """Compare every shape with the type that its field has.

    Raises:
        SchemaMappingError: a shape lacks a field of its type, or has one that the type lacks.
    """
    problems = [problem for reading in BACKED.values() for problem in problems_of(reading)]
    if problems:
        raise SchemaMappingError("; ".join(problems))


def problems_of(reading: Backed[Any]) -> Iterator[str]:
    """What is wrong with the shapes of one table-backed type."""
    definition = get_object_definition(reading.cls, strict=True)
    for field in definition.fields:
        source = field.metadata.get(COLUMN)
        if isinstance(source, Group) and source.shape is not None:
            name = f"{definition.name}.{field.python_name}"
            yield from _differences(name, field.type, source.shape(list(source.columns)))


def _differences(name: str, type_: Any, shape: Any) -> Iterator[str]:
    while isinstance(type_, StrawberryOptional | StrawberryList):
        type_ = type_.of_type
    if isinstance(shape, Items):
        value = literal_column("value", JSON)
        shape = shape.item(literal_column("key", Text), value) if shape.members else shape.item(value)
    if isinstance(shape, Absent):
        return
    definition = get_object_definition(type_)
    if definition is None or not isinstance(shape, Value):
        if definition is not None or isinstance(shape, Value):
            yield f"{name} is an object on one side only: in the schema or in SQL"
        return
    fields = {field.python_name: field for field in definition.fields}
    read = {name for name, field in fields.items() if field.base_resolver is None}
    for lacking in sorted(read - shape.fields.keys()):
        yield f"{name} lacks {definition.name}.{lacking} in SQL"
    for unknown in sorted(shape.fields.keys() - fields.keys()):
        yield f"{name} has {unknown} in SQL, which {definition.name} has not"
    for shared in sorted(shape.fields.keys() & fields.keys()):
        yield from _differences(f"{name}.{shared}", fields[shared].type, shape.fields[shared])

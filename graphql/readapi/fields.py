"""Fields that are worked out rather than read, and what they count for."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import strawberry

F = TypeVar("F", bound=Callable[..., Any])
SIZE: Final = "size"
SHAPE: Final = "shape"
GATHERED: Final = "gathered"


def sized(
    size: int | str, description: str, shape: Callable[[Any], Any] | None = None, *, gathered: str | None = None
) -> Callable[[F], F]:
    """A resolver's field whose objects count towards the cost.

    Args:
        size: the number of objects it may give, or the name of the argument that bounds it.
        description: what the field means.
        shape: what it is in SQL (`readapi.shapes`); without it, operations with the field are not compiled.
        gathered: the attribute that has the value already where its object was made of gathered rows.
    """
    metadata: dict[str, Any] = {SIZE: size} if shape is None else {SIZE: size, SHAPE: shape}
    if gathered is not None:
        metadata[GATHERED] = gathered
    field: Callable[[F], F] = strawberry.field(description=description, metadata=metadata)
    return field


def derived(description: str, shape: Callable[[Any], Any] | None = None) -> Callable[[F], F]:
    """A resolver's field whose value comes with its parent and costs nothing."""
    return sized(0, description, shape)

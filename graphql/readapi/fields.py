"""Fields that are worked out rather than read, and what they count for."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import strawberry

F = TypeVar("F", bound=Callable[..., Any])
SIZE: Final = "size"


def sized(size: int | str, description: str) -> Callable[[F], F]:
    """A resolver's field whose objects count towards the cost.

    `size` is the number of objects it may give, or the name of the argument that bounds it.
    """
    field: Callable[[F], F] = strawberry.field(description=description, metadata={SIZE: size})
    return field


def derived(description: str) -> Callable[[F], F]:
    """A resolver's field whose value comes with its parent and costs nothing."""
    return sized(0, description)

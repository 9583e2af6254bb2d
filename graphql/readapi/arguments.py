"""Arguments that several root fields share."""

from typing import Annotated, Any, TypeVar

import strawberry
from strawberry.utils.str_converters import to_snake_case

from readapi.asof import AsOfInput
from readapi.codes import BodyKind, Province, SubmissionStage
from readapi.paging import LIST_MAX

T = TypeVar("T")

AsOfArgument = Annotated[
    AsOfInput | None, strawberry.argument(description="The clocks; absent: today, as known now.")
]
Kinds = Annotated[
    list[BodyKind] | None, strawberry.argument(description="Only these kinds; absent: every kind of partnership.")
]
Provinces = Annotated[list[Province] | None, strawberry.argument(description="Only of these provinces.")]

Partnerships = Annotated[
    list[str] | None, strawberry.argument(description=f"Only these bodies, by slug; at most {LIST_MAX}.")
]
LeastStage = Annotated[
    SubmissionStage,
    strawberry.argument(description="The least that a figure must have come to, from submitted to published."),
]


def input_of(cls: type[T], given: Any) -> T:
    """An input object, also of the mapping that an argument is while its operation is compiled."""
    return given if isinstance(given, cls) else cls(**{to_snake_case(name): one for name, one in given.items()})

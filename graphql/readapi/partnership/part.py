"""What the groups of fields of a body share."""

from enum import Enum
from typing import Annotated

import strawberry

from readapi.asof import AsOfInput, clock
from readapi.reading import Place

AsOfArgument = Annotated[
    AsOfInput | None, strawberry.argument(description="The clocks of this part; absent: the body's.")
]


@strawberry.type
class Part:
    """Fields of a body; one of the classes that `readapi.registry.Partnership` is made of."""

    place: strawberry.Private[Place]

    def at(self, as_of: AsOfInput | None) -> Place:
        """Where a field below the body is read: with its own clocks, if it has any."""
        return self.place.at(clock(as_of, self.place.clock))


def code(given: Enum) -> str:
    """What the database holds for a value of the API."""
    return str(given.value)

"""What a record is sorted by."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry


@strawberry.type(description="The themes that a record is sorted by, in one version of a list.")
class SortedBy:
    body_id: UUID = strawberry.field(description="The body that publishes the list.")
    theme_list_id: UUID = strawberry.field(description="The list.")
    number: int = strawberry.field(description="The version of the list.")
    codes: list[str] = strawberry.field(description="The themes, by their codes.")


def sorted_by(found: Mapping[str, Any]) -> SortedBy:
    """From the JSON form of a read model."""
    cited = found["theme_list"]
    return SortedBy(
        body_id=UUID(cited["log"]),
        theme_list_id=UUID(cited["theme_list_id"]),
        number=cited["number"],
        codes=found["codes"],
    )

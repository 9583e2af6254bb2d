"""Counts of people as the public sees them: which they are, and figures of one body by its clock.

Comparisons and series come to it in `comparison_rows.Gathering`, a body's own list in `published_blocks`; nothing
else shows reported figures to who is not of the body.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.confidentiality import Counted, counts_people
from readapi import sight
from readapi.asof import Clock
from readapi.indicator import Indicator
from readapi.reading import Reading


def of_people(indicator: Indicator) -> bool:
    """Whether an indicator counts people, as far as anybody said."""
    counted: Counted | None = None if indicator.counted is None else indicator.counted.value
    return counts_people(counted, indicator.kind.value)


def are_details(asked: Indicator, sums: Sequence[Mapping[str, Any]]) -> bool:
    """Whether figures that were summed up may be of people in single places.

    What figures of another indicator count that is aligned with the one asked for, the sums do not say.
    """
    placed = any(row["placed"] for row in sums)
    aligned = any(row["exactly_aligned"] or row["partly_aligned"] for row in sums)
    return placed and (aligned or of_people(asked))


async def granting(reading: Reading, when: Clock) -> set[UUID]:
    """The bodies that grant the reader all that is for funders, today and, where that is asked, then."""
    if reading.viewer.grantee is None:
        return set()
    # One programme alone opens no figures: they are of no programme.
    then = sight.granted_at(when) if when.as_seen else None
    granted = sight.granting_all(reading.viewer.grantee, then)
    return {row[0] for row in await reading.rows(None, granted)}

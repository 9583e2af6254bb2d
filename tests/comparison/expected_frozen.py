"""What a frozen comparison must answer, worked out from a country that is folded up to where its logs stood."""

from typing import Any

from tests.comparison.expected import Views
from tests.comparison.recomputed import PARTNERSHIPS, Reader, Rights, State


def frozen(kept: dict[str, Any], then: State, rights: Rights, reader: Reader) -> dict[str, Any]:
    """`then` is the country on the day of the question, from the sources alone."""
    views = Views(then, rights, reader, kinds=kept["kinds"] or PARTNERSHIPS, provinces=kept["provinces"])
    cited, period = kept["indicator"], kept["period"]
    compared = views.comparison((cited["log"], cited["stream"]), (period["start"], period["end"]), kept["stage"])
    ended = [
        then.bodies[one["log"]]["slug"]
        for one in kept["sources"]
        if one["granted"] and one["log"] in then.bodies and not rights.sees(reader, one["log"], "funders")
    ]
    return {"accessEnded": sorted(ended), "comparison": compared}

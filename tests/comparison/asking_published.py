"""Published sums asked of the product, and their answer in the form that is compared."""

from typing import Any, Final

from tests.comparison.asking import Product, ends, place, quantity, total_of
from tests.comparison.expected_series import Asked
from tests.comparison.recomputed import Reader, When

_VALUE: Final = "kind number upper unit"
PUBLISHED: Final = f"""query ($owner: String!, $id: UUID!, $periods: [PeriodInput!]!, $asOf: AsOfInput,
    $by: PublishedGrouping!, $kinds: [BodyKind!], $provinces: [Province!]) {{
  publishedSeries(indicator: {{owner: $owner, id: $id}}, periods: $periods, asOf: $asOf, by: $by, kinds: $kinds,
    provinces: $provinces) {{
    groups {{ province kind points {{ period {{ start end }} figures
      total {{ low high unit numerator {{ low high }} denominator {{ low high }} parts leftOut estimated
        provisional rounded weakestKind }}
      notAddable {{ reason }} reporting expected weakestComparability
      target {{ {_VALUE} }} contribution {{ low high }} }} }} sample {{ values }} }} }}"""
FIELDS: Final = ("figures", "total", "notAddable", "coverage", "weakestComparability", "target", "contribution")


async def published(
    product: Product, asked: Asked, reader: Reader, when: When, **narrowed: Any
) -> dict[str, Any] | str | None:
    variables = {
        "owner": product.owners[asked.indicator[0]],
        "id": asked.indicator[1],
        "periods": [{"kind": "QUARTER", "start": start, "end": end} for start, end in asked.periods],
        "by": asked.by.upper(),
    }
    found = await product.ask(PUBLISHED, variables | narrowed, reader, when)
    if found is None or isinstance(found, str):
        return found
    return {
        f"{one['province'] or one['kind'] or place(None)}|": [_point(point) for point in one["points"]]
        for one in found["groups"]
    }


def _point(point: dict[str, Any]) -> dict[str, Any]:
    return {
        "figures": point["figures"],
        "total": None if point["total"] is None else total_of(point["total"]),
        "notAddable": None if point["notAddable"] is None else point["notAddable"]["reason"],
        "coverage": (point["reporting"], point["expected"]),
        "weakestComparability": point["weakestComparability"],
        "target": quantity(point["target"]),
        "contribution": ends(point["contribution"]),
    }


def of_series(answer: Any) -> Any:
    """The same parts of what a series for the public is expected to be."""
    if not isinstance(answer, dict):
        return answer
    return {
        key: [{name: point[name] for name in FIELDS} | {"coverage": point["coverage"][:2]} for point in points]
        for key, points in answer.items()
    }

"""A series asked of the product, and its answer in the form that is compared."""

from collections.abc import Sequence
from typing import Any, Final

from tests.comparison.asking import Product, ends, exactly, place, quantity, total_of
from tests.comparison.expected_series import Asked
from tests.comparison.recomputed import Reader, When

_VALUE: Final = "kind number upper unit"
SERIES: Final = f"""query ($owner: String!, $id: UUID!, $periods: [PeriodInput!]!, $asOf: AsOfInput,
    $stage: SubmissionStage!, $by: SeriesGrouping!, $dimension: String, $people: PopulationInput,
    $partnerships: [String!]) {{
  indicatorSeries(indicator: {{owner: $owner, id: $id}}, periods: $periods, stage: $stage, asOf: $asOf, by: $by,
    dimension: $dimension, perThousandOf: $people, partnerships: $partnerships) {{
    groups {{ body {{ slug }} province kind territory {{ scheme code }} category {{ code }} points {{
      period {{ start end }} figures
      total {{ low high unit numerator {{ low high }} denominator {{ low high }} parts leftOut estimated
        provisional rounded weakestKind }}
      notAddable {{ reason }} reporting expected missing weakestComparability
      target {{ {_VALUE} }} contribution {{ low high }} ownTarget {{ {_VALUE} }} percentOfTarget {{ low high }}
      growth {{ low high unit noGrowth {{ reason }} both onlyBefore onlyAfter caveats }}
      perThousand {{ low high people {{ low high }} parts leftOut }}
      noPerThousand {{ reason without {{ slug }} }} }} }} }} }}"""


async def series(
    product: Product, asked: Asked, slugs: Sequence[str] | None, reader: Reader, when: When
) -> dict[str, Any] | str | None:
    people = None
    if asked.vintage is not None:
        owner, dataset, vintage = asked.vintage
        people = {"owner": product.owners[owner], "dataset": dataset, "vintage": vintage}
    variables = {
        "owner": product.owners[asked.indicator[0]],
        "id": asked.indicator[1],
        "periods": [{"kind": "QUARTER", "start": start, "end": end} for start, end in asked.periods],
        "stage": asked.least.upper(),
        "by": asked.by.upper(),
        "dimension": asked.dimension,
        "people": people,
        "partnerships": None if slugs is None else list(slugs),
    }
    found = await product.ask(SERIES, variables, reader, when)
    if found is None or isinstance(found, str):
        return found
    return {f"{_key(one)}|{_category(one)}": [_point(point) for point in one["points"]] for one in found["groups"]}


def _key(group: dict[str, Any]) -> str:
    if group["body"] is not None:
        return str(group["body"]["slug"])
    return group["province"] or group["kind"] or place(group["territory"])


def _category(group: dict[str, Any]) -> str:
    return "" if group["category"] is None else str(group["category"]["code"])


def _point(point: dict[str, Any]) -> dict[str, Any]:
    return {
        "figures": point["figures"],
        "total": None if point["total"] is None else total_of(point["total"]),
        "notAddable": None if point["notAddable"] is None else point["notAddable"]["reason"],
        "coverage": (point["reporting"], point["expected"], point["missing"]),
        "weakestComparability": point["weakestComparability"],
        "target": quantity(point["target"]),
        "contribution": ends(point["contribution"]),
        "ownTarget": quantity(point["ownTarget"]),
        "percentOfTarget": ends(point["percentOfTarget"]),
        "growth": _growth(point["growth"]),
        "perThousand": _per_thousand(point["perThousand"], point["noPerThousand"]),
    }


def _growth(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "low": exactly(found["low"]),
        "high": exactly(found["high"]),
        "unit": found["unit"],
        "reason": None if found["noGrowth"] is None else found["noGrowth"]["reason"],
        "counts": (found["both"], found["onlyBefore"], found["onlyAfter"]),
        "caveats": tuple(sorted(found["caveats"])),
    }


def _per_thousand(found: dict[str, Any] | None, refused: dict[str, Any] | None) -> Any:
    if refused is not None:
        return refused["reason"], sorted(one["slug"] for one in refused["without"])
    if found is None:
        return None
    shown = (exactly(found["low"]), exactly(found["high"]))
    return (*shown, ends(found["people"]), found["parts"], found["leftOut"])

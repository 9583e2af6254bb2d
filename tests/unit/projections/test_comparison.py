"""One indicator across bodies, from rows that a reader may see."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from domain.ids import TenantId
from domain.values import Citation, Combining, Period, QualifiedValue, TerritoryCode, Total
from projections.comparison import (
    Comparison,
    Said,
    Standing,
    Visible,
    chosen,
    compared,
    standings,
    total_of,
)
from projections.query import Place
from projections.requirement import RequirementRow

NORTH, SOUTH = UUID(int=1), UUID(int=2)
OWNER, SHARED, LOCAL = UUID(int=9), UUID(int=10), UUID(int=11)
YEAR = Period.fiscal_year(2021)
COUNTS = Combining(measure="flow", over_periods="sum", across_bodies="sum")
NOBODY = Visible(bodies=frozenset(), received=frozenset())
AFTER_DUE = date(2022, 6, 1)


def a_figure(body: UUID = NORTH, number: int = 5, **changes: Any) -> Said:
    said: dict[str, Any] = {
        "body": body,
        "submission_id": UUID(int=body.int + 100),
        "indicator": (OWNER, SHARED),
        "period": YEAR,
        "cuts": "",
        "territory": None,
        "names": (None, None),
        "stage": "published",
        "value": QualifiedValue(kind="exact", number=Decimal(number), unit="u"),
        "denominator": None,
        "sample": False,
    }
    return Said(**(said | changes))


def required(body: UUID = NORTH, **changes: Any) -> RequirementRow:
    said: dict[str, Any] = {
        "tenant_id": TenantId(body),
        "requirement_id": UUID(int=body.int + 200),
        "indicator": Citation(log=OWNER, stream=SHARED, version=1),
        "cadence": "fiscal_year",
        "first": YEAR,
        "due_days": 61,
        "place": None,
        "agreement_id": None,
        "programme_code": None,
        "programme_label": None,
        "ended_on": None,
        "sample": False,
        "audience": "public",
    }
    return RequirementRow(**(said | changes))


SAME: Any = {(NORTH, OWNER, SHARED): "same", (SOUTH, OWNER, SHARED): "same"}


def states(owed: list[Any], values: Any = (), visible: Visible = NOBODY, on: date = AFTER_DUE) -> list[str]:
    return [one.state for one in standings(owed, YEAR, values, visible, on)]


def test_what_counts_stands_until_what_corrects_it_has_come_as_far_as_asked() -> None:
    out, correction = a_figure(number=5), a_figure(number=6, stage="submitted")

    assert chosen([out, correction], "published") == [out]
    assert chosen([correction, out], "submitted") == [correction]
    assert chosen([out, correction], "submitted") == [correction]
    assert chosen([out, correction], "validated") == [out]
    assert chosen([correction], "published") == []


def test_only_what_is_comparable_is_compared_by_body_and_territory() -> None:
    grades: Any = {(NORTH, NORTH, LOCAL): "partial", (SOUTH, SOUTH, LOCAL): "none"} | SAME
    north = a_figure(NORTH, indicator=(NORTH, LOCAL))
    south, foreign = a_figure(SOUTH, indicator=(SOUTH, LOCAL)), a_figure(SOUTH, indicator=(SOUTH, UUID(int=12)))

    found = compared([south, foreign, north], grades, "published")

    assert [(one.said.body, one.comparability) for one in found] == [(NORTH, "partial")]


def test_the_weakest_comparability_is_that_of_all() -> None:
    grades: Any = {(NORTH, NORTH, LOCAL): "exact"} | SAME
    values = compared([a_figure(SOUTH), a_figure(NORTH, indicator=(NORTH, LOCAL))], grades, "published")
    comparison = Comparison(values=values, total=None, refusal=None, standings=())

    assert comparison.weakest == "exact"
    assert Comparison(values=(), total=None, refusal=None, standings=()).weakest is None


def test_figures_have_a_total_or_a_reason() -> None:
    values = compared([a_figure(NORTH), a_figure(SOUTH, 7)], SAME, "published")

    total, refusal = total_of(values, "u", COUNTS, None)
    assert isinstance(total, Total)
    assert total.low == 12
    assert refusal is None
    nothing, why = total_of(values, "v", COUNTS, None)
    assert nothing is None
    assert why is not None
    assert why.reason == "different_units"


def test_what_is_owed_is_reported_or_says_how_it_stands() -> None:
    values = compared([a_figure()], SAME, "published")
    seen = Visible(bodies=frozenset({NORTH}), received=frozenset())
    come_in = Visible(bodies=frozenset({NORTH}), received=frozenset({(NORTH, OWNER, SHARED, None)}))

    assert states([(required(), None)], values) == ["reported"]
    assert states([(required(), None)]) == ["not_visible"]
    assert states([(required(), None)], visible=seen) == ["missing"]
    assert states([(required(), None)], visible=seen, on=date(2022, 5, 31)) == ["pending"]
    assert states([(required(), None)], visible=come_in) == ["received"]
    assert states([(required(), "no_activity")], visible=seen) == ["exempt"]


def test_what_is_not_of_the_period_is_not_owed() -> None:
    quarterly = required(cadence="quarter", first=Period.quarter(2021, 2))

    assert states([(quarterly, None)]) == []
    assert states([(required(first=Period.fiscal_year(2022)), None)]) == []
    assert states([(required(ended_on=date(2022, 3, 31)), None)]) == []


def test_two_requirements_of_one_figure_are_one_unless_the_other_still_asks() -> None:
    again = required(requirement_id=UUID(int=300))
    seen = Visible(bodies=frozenset({NORTH}), received=frozenset())

    assert states([(required(), None), (again, None)]) == ["not_visible"]
    assert states([(required(), "no_activity"), (again, None)], visible=seen) == ["missing"]
    assert states([(again, None), (required(), "no_activity")], visible=seen) == ["missing"]


def test_a_territory_is_owed_and_reported_for_itself() -> None:
    place = Place(scheme="qc-region", code="01", name_en=None, name_fr="Bas-Saint-Laurent")
    here = TerritoryCode(scheme="qc-region", code="01")
    values = compared([a_figure(territory=here)], SAME, "published")

    found = standings([(required(place=place), None), (required(), None)], YEAR, values, NOBODY, AFTER_DUE)

    assert {(one.place, one.state) for one in found} == {
        (("qc-region", "01"), "reported"),
        (None, "not_visible"),
    }


def test_a_total_is_rounded_and_provisional_where_one_figure_is_both() -> None:
    figure = a_figure(value=QualifiedValue(kind="exact", number=Decimal(5), unit="u", status="provisional"))
    shares = Combining(measure="flow", over_periods="ratio_of_sums", across_bodies="ratio_of_sums")
    one_sided = a_figure(rounded=True, denominator=QualifiedValue(kind="missing", unit="n"))
    paired = a_figure(rounded=True, denominator=QualifiedValue(kind="exact", number=Decimal(9), unit="n"))

    def total(said: Said, combining: Combining) -> Any:
        return total_of(compared([said], SAME, "published"), "u", combining, "n")[0]

    whole = total(msgspec.structs.replace(figure, rounded=True), COUNTS)
    assert (whole.provisional, whole.rounded) == (True, True)
    assert total(figure, COUNTS).rounded is False
    assert total(paired, shares).numerator.rounded is True
    assert total(one_sided, shares).numerator.rounded is False  # it is left out


def test_expected_counts_what_is_owed_and_reporting_what_is_there() -> None:
    kinds: Any = ("reported", "received", "pending", "missing", "not_visible", "exempt", "not_comparable")
    found = Comparison(
        values=(), total=None, refusal=None, standings=tuple(Standing(body=NORTH, state=kind) for kind in kinds)
    )

    assert (found.expected, found.reporting) == (5, 1)

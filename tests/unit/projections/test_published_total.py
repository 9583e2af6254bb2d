"""What is told from sums is what figures one by one would tell, or that sums cannot say it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ids import TenantId
from domain.values import Citation, Combining, Period, QualifiedValue, TerritoryCode, Total
from domain.values.arithmetic import RatioTotal
from projections import comparison
from projections.comparison import Comparison, Said
from projections.published import FIGURE, keys_of, sums_of
from projections.published_part import Changed, Known, Parts, difference, owes, parts
from projections.published_total import CannotTellError, Summed, summed
from projections.requirement import RequirementRow

INDICATOR = (UUID(int=1), UUID(int=2))
PERIOD = Period.quarter(2024, 1)
CHANGED = Changed(starts={INDICATOR: None}, until={INDICATOR: date(2024, 6, 1)})
COMBININGS = (
    Combining(measure="flow", over_periods="sum", across_bodies="sum"),
    Combining(measure="stock", over_periods="last", across_bodies="sum"),
    Combining(measure="distinct", over_periods="not_addable", across_bodies="none"),
    Combining(measure="flow", over_periods="sum", across_bodies="none"),
    Combining(measure="flow", over_periods="ratio_of_sums", across_bodies="ratio_of_sums"),
)
OTHER_KINDS = ("at_least", "at_most", "estimate", "range", "missing", "suppressed", "not_applicable")
numbers = st.decimals(0, 9_999, places=2)
units = st.sampled_from(("people",) * 12 + ("firms",))
places = st.sampled_from(
    (
        None,
        TerritoryCode(scheme="sgc-cd", code="3506"),
        TerritoryCode(scheme="sgc-csd", code="3506008"),
        TerritoryCode(scheme="qc-region", code="03"),
    )
)


@st.composite
def values(draw: st.DrawFn) -> QualifiedValue:
    kind: Any = draw(
        st.sampled_from(
            ("exact",) * 6
            + ("at_least", "at_most", "estimate", "range", "missing", "suppressed", "not_applicable")
        )
    )
    unit = draw(units)
    status: Any = draw(st.sampled_from((None, None, "provisional", "rounded")))
    if kind in ("missing", "suppressed", "not_applicable"):
        return QualifiedValue(kind=kind, unit=draw(st.sampled_from((None, unit))))
    number = draw(numbers)
    upper = number + 1 if kind == "range" else None
    return QualifiedValue(kind=kind, number=number, upper=upper, unit=unit, status=status)


@st.composite
def said(draw: st.DrawFn, body: UUID) -> Said:
    milestone = draw(st.integers(0, 20)) == 0
    value = QualifiedValue(kind="milestone", raw="Done") if milestone else draw(values())
    below = draw(st.one_of(st.none(), values()))
    figures = [value, *([] if below is None else [below])]
    return Said(
        body=body,
        submission_id=UUID(int=0),
        indicator=INDICATOR,
        period=PERIOD,
        cuts="",
        territory=draw(places),
        names=(None, None),
        stage="published",
        value=value,
        denominator=below,
        sample=draw(st.booleans()),
        provisional=any(one.status == "provisional" for one in figures),
        rounded=any(one.status == "rounded" for one in figures),
    )


countries = st.lists(st.integers(1, 3), min_size=0, max_size=4).flatmap(
    lambda counts: st.tuples(
        *(
            st.lists(said(UUID(int=100 + number)), min_size=figures, max_size=figures)
            for number, figures in enumerate(counts)
        )
    )
)


def known(body: UUID, of_body: Sequence[Said], required: Sequence[RequirementRow] = ()) -> Known:
    return Known(body=body, kind="lip", province="ON", said=of_body, aligned=(), required=required, exempt={})


def added(every: Sequence[Parts]) -> list[dict[str, Any]]:
    """Bodies' parts together, as the database adds them."""
    together: dict[Any, tuple[Any, ...]] = {}
    for of_body in every:
        for row in difference(of_body, {}):
            key, sums = row[: len(keys_of(FIGURE))], row[len(keys_of(FIGURE)) :]
            before = together.get(key, (0,) * len(sums))
            together[key] = tuple(one + other for one, other in zip(before, sums, strict=True))
    names = (*keys_of(FIGURE), *sums_of(FIGURE))
    return [dict(zip(names, (*key, *sums), strict=True)) for key, sums in together.items()]


def shown(total: Total | RatioTotal | None) -> Any:
    """What a reader is shown of a total."""
    if isinstance(total, RatioTotal):
        above, below = total.numerator, total.denominator
        sides = [(side.low, side.high) for side in (above, below)]
        flags = (above.provisional or below.provisional, above.rounded or below.rounded)
        return (*sides, flags, above.counts, total.left_out)
    return total


@settings(max_examples=200)
@given(country=countries, combining=st.sampled_from(COMBININGS))
def test_a_total_of_sums_is_the_total_of_the_figures(
    country: Sequence[Sequence[Said]], combining: Combining
) -> None:
    ids = count(1)
    country = [
        [msgspec.structs.replace(each, submission_id=UUID(int=next(ids))) for each in one] for one in country
    ]
    rows = added([parts(known(one[0].body, one), CHANGED)[0] for one in country])
    grades: Any = {(one[0].body, *INDICATOR): "same" for one in country}
    compared = comparison.compared([each for one in country for each in one], grades, "published")
    total, refusal = comparison.total_of(compared, "people", combining, "people")
    try:
        told = summed(rows, 0, (0, 0), unit="people", combining=combining, of="people")
    except CannotTellError:
        return
    weakest = Comparison(values=compared, total=total, refusal=refusal, standings=()).weakest
    assert shown(told.total) == shown(total)
    assert (told.refusal and told.refusal.reason) == (refusal and refusal.reason)
    assert (told.figures, told.weakest, told.sample) == (
        len(compared),
        weakest,
        sum(one.said.sample for one in compared),
    )


def test_sums_say_most_of_it() -> None:
    """The property above would hold of sums that never say anything."""
    flow = COMBININGS[0]

    def told(*figures: Said) -> Summed:
        rows = added([parts(known(one.body, [one]), CHANGED)[0] for one in figures])
        return summed(rows, 3, (len(figures), 1), unit="people", combining=flow, of=None)

    first = _exact(UUID(int=100), "12.5")
    second = _exact(UUID(int=101), "7")

    assert told(first, second).total == Total.of_none("people") + _alone("12.5") + _alone("7")
    assert (told(first).reporting, told(first).expected) == (1, 2)


def _exact(body: UUID, number: str) -> Said:
    value = QualifiedValue(kind="exact", number=Decimal(number), unit="people")
    return Said(
        body=body,
        submission_id=body,
        indicator=INDICATOR,
        period=PERIOD,
        cuts="",
        territory=None,
        names=(None, None),
        stage="published",
        value=value,
        denominator=None,
        sample=False,
    )


def _alone(number: str) -> Total:
    total, _ = comparison.total_of(
        comparison.compared([_exact(UUID(int=7), number)], {(UUID(int=7), *INDICATOR): "same"}, "published"),
        "people",
        COMBININGS[0],
        None,
    )
    assert isinstance(total, Total)
    return total


def test_a_pattern_says_for_which_periods_figures_are_owed() -> None:
    first = Period.quarter(2023, 3)
    row = _required(first, ended_on=date(2024, 1, 15))
    (pattern,) = [key[-1] for key in parts(known(UUID(int=9), [], [row]), CHANGED)[1]]

    owed = [period for period in _quarters(first, 6) if owes(pattern, period)]

    assert owed == [one.period for one in row.owed(date(2030, 1, 1))]
    assert owed == [period for period in _quarters(first, 6) if row.owed_for(period) is not None]
    assert not owes(pattern, Period.fiscal_year(2023))


def test_two_requirements_of_one_figure_are_one() -> None:
    rows = [_required(PERIOD), _required(PERIOD), _required(PERIOD.following() or PERIOD)]

    owed = parts(known(UUID(int=9), [], rows), CHANGED)[1]

    assert list(owed.values()) == [(1,)]


def _required(first: Period, ended_on: date | None = None) -> RequirementRow:
    return RequirementRow(
        tenant_id=TenantId(UUID(int=9)),
        requirement_id=UUID(int=10),
        indicator=Citation(log=INDICATOR[0], stream=INDICATOR[1], version=1),
        cadence="quarter",
        first=first,
        due_days=45,
        place=None,
        agreement_id=None,
        programme_code=None,
        programme_label=None,
        ended_on=ended_on,
        sample=False,
        audience="public",
    )


def _quarters(first: Period, count: int) -> list[Period]:
    found = [first]
    while len(found) < count:
        following = found[-1].following()
        assert following is not None
        found.append(following)
    return found

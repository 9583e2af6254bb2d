"""Totals and coverage out of the sums of what is published. Pure: what the figures one by one would have given.

Where the sums cannot say what figure by figure would be said, they say so (`CannotTellError`) rather than guess.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, FromClause, and_, func, literal, literal_column, or_

from domain.confidentiality import COUNTING
from domain.values import Combining, NotAddableError, Total
from domain.values.arithmetic import RatioTotal
from domain.values.total import KindCounts
from projections.comparison import Comparability
from projections.published import FIGURE, KINDS, WITH_NUMBER

Sums = Mapping[str, Any]
"""One row of `FIGURE`, or several with the same units added up."""
_NONE: Final[ColumnElement[Any]] = literal_column("0")
_ADDABLE: Final = tuple(kind for kind in KINDS if kind != "milestone")


class CannotTellError(Exception):
    """The sums do not say it; the figures do."""


class Summed(msgspec.Struct, frozen=True, kw_only=True):
    """What is published of one period, in one group."""

    figures: int
    total: Total | RatioTotal | None
    refusal: NotAddableError | None
    reporting: int
    expected: int
    weakest: Comparability | None
    sample: int


def summed(
    rows: Sequence[Sums],
    owed: int,
    coverage: tuple[int, int],
    *,
    unit: str,
    combining: Combining,
    of: str | None,
) -> Summed:
    """Together what is in rows of one period and group, by unit.

    Args:
        rows: by `unit` and `of_unit`.
        owed: how many figures are owed, exempt ones too.
        coverage: how many of them are reported, and how many exempt.
        unit: that of the indicator.
        combining: how its figures come together.
        of: the unit of its denominators.

    Raises:
        CannotTellError: what figures one by one would say cannot be told from sums.
    """
    total: Total | RatioTotal | None = None
    refusal: NotAddableError | None = None
    try:
        total = _total(rows, unit, combining, of)
    except NotAddableError as found:
        refusal = found
    reporting, exempt = coverage
    return Summed(
        figures=_all(rows, "figures"),
        total=total,
        refusal=refusal,
        reporting=reporting,
        expected=owed - exempt,
        weakest=_weakest(rows),
        sample=_all(rows, "sample"),
    )


def may_not_tell(indicator: FromClause) -> ColumnElement[bool]:
    """Whether `summed` may raise `CannotTellError`, of rows of `FIGURE` by period and group beside the indicator.

    It says so too often rather than too seldom, so that the figures can be read in the same breath.
    """
    row, of = FIGURE.c, indicator.c
    with_number = or_(*(row[kind] > _NONE for kind in WITH_NUMBER))
    is_of_another = and_(row.figures > _NONE, row.unit != of.unit, or_(row.unit != literal(""), with_number))
    is_paired = row.with_denominator > _NONE
    halves_differ = or_(row.unit != of.unit, row.of_unit != func.coalesce(of.denominator_unit, literal("")))
    return or_(
        and_(of.measure == literal("stock"), func.sum(row.placed) > literal_column("1")),
        and_(func.sum(row.milestone) > _NONE, func.bool_or(is_of_another)),
        and_(
            of.across_bodies == literal("ratio_of_sums"),
            or_(
                func.bool_or(and_(is_paired, halves_differ)),
                and_(func.sum(row.milestone) > _NONE, func.bool_or(is_paired)),
            ),
        ),
        may_be_details(indicator),
    )


def may_be_details(indicator: FromClause) -> ColumnElement[bool]:
    """Whether rows of `FIGURE` beside the indicator may be of people in single places, which the public is shown
    otherwise than summed up. What an indicator counts that is aligned with it, the sums do not say.
    """
    row, of = FIGURE.c, indicator.c
    is_of_people = and_(
        of.kind.in_(map(literal, sorted(COUNTING))), func.coalesce(of.counted, literal("")) != literal("other")
    )
    is_aligned = func.sum(row.exactly_aligned + row.partly_aligned) > _NONE
    return and_(func.sum(row.placed) > _NONE, or_(is_of_people, is_aligned))


def _weakest(rows: Sequence[Sums]) -> Comparability | None:
    if _all(rows, "partly_aligned"):
        return "partial"
    if _all(rows, "exactly_aligned"):
        return "exact"
    return "same" if _all(rows, "same_indicator") else None


def _all(rows: Sequence[Sums], name: str) -> int:
    return int(sum(row[name] for row in rows))


def _numbers(rows: Sequence[Sums], name: str) -> Decimal:
    return sum((row[name] for row in rows), Decimal(0))


def _total(rows: Sequence[Sums], unit: str, combining: Combining, of: str | None) -> Total | RatioTotal:
    """As `domain.values.arithmetic.across`, refusals in its order."""
    if combining.across_bodies == "ratio_of_sums":
        _check_apart(rows, combining)
        return _ratio(rows, unit, of)
    if _all(rows, "figures") > 1:
        if combining.measure == "distinct":
            raise NotAddableError("distinct")
        if _all(rows, "with_denominator"):
            raise NotAddableError("rate")
        if combining.across_bodies == "none":
            raise NotAddableError("not_across_bodies")
        _check_apart(rows, combining)
    return _sum(rows, unit)


def _check_apart(rows: Sequence[Sums], combining: Combining) -> None:
    if _all(rows, "overlapping"):
        raise NotAddableError("overlapping_territories")
    if combining.measure == "stock" and _all(rows, "placed") > 1:
        raise CannotTellError  # whose places share ground with another's, only the places say


def _sum(rows: Sequence[Sums], unit: str) -> Total:
    milestones, others = _all(rows, "milestone"), any(_is_of_another(row, unit) for row in rows)
    if milestones and others:
        raise CannotTellError  # the reason is that of the first such figure
    if milestones:
        raise NotAddableError("milestone")
    if others:
        raise NotAddableError("different_units")
    counts = KindCounts(**{kind: _all(rows, kind) for kind in _ADDABLE})
    return Total(
        unit=unit,
        low=None if counts.at_most else _numbers(rows, "low"),
        high=None if counts.at_least else _numbers(rows, "high"),
        estimated=_numbers(rows, "estimated"),
        provisional=_all(rows, "provisional") > 0,
        rounded=_all(rows, "rounded") > 0,
        counts=counts,
    )


def _is_of_another(row: Sums, unit: str) -> bool:
    """Whether figures of a row are of another unit. One without number may leave the unit out."""
    if not row["figures"] or row["unit"] == unit:
        return False
    return bool(row["unit"]) or any(row[kind] for kind in WITH_NUMBER)


def _ratio(rows: Sequence[Sums], unit: str, of: str | None) -> RatioTotal:
    paired = [row for row in rows if row["with_denominator"]]
    if any(row["milestone"] or row["unit"] != unit or row["of_unit"] != (of or "") for row in paired):
        raise CannotTellError
    above = KindCounts(**{kind: _all(paired, f"paired_{kind}") for kind in WITH_NUMBER})
    at_least, at_most = _all(paired, "below_at_least"), _all(paired, "below_at_most")
    numerator = Total(
        unit=unit,
        low=None if above.at_most else _numbers(paired, "paired_low"),
        high=None if above.at_least else _numbers(paired, "paired_high"),
        estimated=Decimal(0),
        provisional=_all(paired, "paired_provisional") > 0,
        rounded=_all(paired, "paired_rounded") > 0,
        counts=above,
    )
    denominator = Total(
        unit=of,
        low=None if at_most else _numbers(paired, "below_low"),
        high=None if at_least else _numbers(paired, "below_high"),
        estimated=Decimal(0),
        provisional=False,
        rounded=False,
        counts=KindCounts(at_least=at_least, at_most=at_most, exact=above.with_number - at_least - at_most),
    )
    return RatioTotal(
        numerator=numerator, denominator=denominator, left_out=_all(rows, "figures") - above.with_number
    )

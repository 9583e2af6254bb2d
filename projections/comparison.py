"""One indicator across bodies: what each said, what was owed, and what may be made of both.

Pure: it is given rows that a reader may see, and says how they come together. Figures of indicators that are
aligned with the one asked for count with it; what cannot be added is refused with its reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, func, select

from domain.alignment import Grade
from domain.confidentiality import WithheldReason
from domain.requirement import ExemptionReason
from domain.submission.events import Stage
from domain.values import Combining, NotAddableError, Period, QualifiedValue, TerritoryCode, Total
from domain.values.arithmetic import Figure, RatioTotal, across
from domain.values.growth import has_number
from projections.indicator_cells import INDICATOR_CELL
from projections.requirement import RequirementRow

Comparability = Literal["same", "exact", "partial"]
"""From the strongest to the weakest: reported of the very indicator, or of one that agrees exactly or in part."""
State = Literal["reported", "received", "pending", "missing", "exempt", "not_visible", "not_comparable"]
Source = tuple[UUID, UUID, UUID]
"""A body, and the indicator (owner's log and stream) of which it reports."""

WEAKER: Final[tuple[Comparability, ...]] = ("same", "exact", "partial")
_ORDER: Final[tuple[Stage, ...]] = ("draft", "returned", "submitted", "validated", "approved", "published")
_C = INDICATOR_CELL.c
KEYS: Final = (
    *(_C.tenant_id, _C.entity_id, _C.indicator_log, _C.indicator_stream),
    *(_C.period_kind, _C.period_start, _C.period_end, _C.cuts),
    *(_C.territory_scheme, _C.territory_code, _C.stage, _C.kind, _C.unit, _C.raw, _C.provisional, _C.rounded),
    *(_C.of_kind, _C.of_unit),
)
"""What `said` reads first of a row: figures are summed up by it."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of one body at one stage."""

    body: UUID
    submission_id: UUID
    indicator: tuple[UUID, UUID]
    period: Period
    cuts: str
    """The categories that it is of, as `dimension=category`; empty for the whole."""
    territory: TerritoryCode | None
    names: tuple[str | None, str | None]
    """The territory's, in English and French."""
    stage: Stage
    value: QualifiedValue
    denominator: QualifiedValue | None
    sample: bool
    provisional: bool = False
    """Whether it is, or its denominator."""
    rounded: bool = False
    """Likewise. A figure can be both, and shows as provisional then."""
    withheld: WithheldReason | None = None
    """Why the public is not shown it. Rows do not say that: `projections.confidentiality` does."""

    @property
    def place(self) -> tuple[str, str] | None:
        return None if self.territory is None else self.territory.key

    @property
    def figure(self) -> Figure:
        """As what may be added."""
        return Figure(body=self.body, territory=self.territory, value=self.value, denominator=self.denominator)


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A figure in the comparison."""

    said: Said
    comparability: Comparability


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with something that a body owes, or with an indicator that it says is not comparable."""

    body: UUID
    state: State
    place: tuple[str, str] | None = None
    names: tuple[str | None, str | None] = (None, None)
    due_on: date | None = None
    exempt: ExemptionReason | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one period, their total or why there is none, and who is in them."""

    values: tuple[Compared, ...]
    total: Total | RatioTotal | None
    refusal: NotAddableError | None
    standings: tuple[Standing, ...]

    @property
    def expected(self) -> int:
        """How many figures are owed, exemptions left out."""
        return sum(
            one.state in ("reported", "received", "pending", "missing", "not_visible") for one in self.standings
        )

    @property
    def reporting(self) -> int:
        """How many of what is owed are in the comparison."""
        return sum(one.state == "reported" for one in self.standings)

    @property
    def weakest(self) -> Comparability | None:
        """The weakest comparability of the figures."""
        return max((one.comparability for one in self.values), key=WEAKER.index, default=None)


def figures(*conditions: ColumnElement[bool]) -> Select[Any]:
    """What stands of figures under conditions on their cells, by submission and stage; read a row with `said`."""
    sums = (func.sum(_C.number), func.sum(_C.upper), func.sum(_C.of_number), func.sum(_C.of_upper))
    names = (func.min(_C.territory_name_en), func.min(_C.territory_name_fr))
    return (
        select(*KEYS, *sums, *names, func.bool_or(_C.sample))
        .where(*conditions)
        .group_by(*KEYS)
        .having(func.sum(_C.delta) != 0)
        .order_by(*KEYS)
    )


def said(row: Sequence[Any]) -> Said:
    """A row of `figures`."""
    body, submission_id, log, stream, kind_of_period, start, end, cuts, *rest = row[: len(KEYS)]
    scheme, code, stage, *figure = rest
    kind, unit, raw, provisional, rounded, of_kind, of_unit = figure
    number, upper, of_number, of_upper, name_en, name_fr, sample = row[len(KEYS) :]
    status: Any = "provisional" if provisional else "rounded" if rounded and number is not None else None
    value = QualifiedValue(
        kind=kind, number=_plain(number), upper=_plain(upper), raw=raw, unit=unit, status=status
    )
    denominator = None
    if of_kind is not None:
        denominator = QualifiedValue(kind=of_kind, number=_plain(of_number), upper=_plain(of_upper), unit=of_unit)
    return Said(
        body=body,
        submission_id=submission_id,
        indicator=(log, stream),
        period=Period(kind=kind_of_period, start=start, end=end),
        cuts=cuts,
        territory=None if scheme is None else TerritoryCode(scheme=scheme, code=code),
        names=(name_en, name_fr),
        stage=stage,
        value=value,
        denominator=denominator,
        sample=sample,
        provisional=provisional,
        rounded=rounded,
    )


def _plain(number: Decimal | None) -> Decimal | None:
    """As a figure is written: without an exponent."""
    return None if number is None else Decimal(f"{number:f}")


def chosen(found: Iterable[Said], least: Stage) -> list[Said]:
    """Per submission the figure that is worked on, if it has come as far as `least`, else the one that counts."""
    best: dict[UUID, Said] = {}
    for one in found:
        if one.stage != "published" and _ORDER.index(one.stage) < _ORDER.index(least):
            continue
        before = best.get(one.submission_id)
        if before is None or before.stage == "published":  # a correction under way comes before what it corrects
            best[one.submission_id] = one
    return list(best.values())


def compared(
    found: Sequence[Said], grades: Mapping[Source, Grade | Literal["same"]], least: Stage
) -> tuple[Compared, ...]:
    """The figures that are comparable, by body and territory. `grades` says of which source each body reports."""
    together = []
    for one in chosen(found, least):
        grade = grades.get((one.body, *one.indicator))
        if grade is not None and grade != "none":
            together.append(Compared(said=one, comparability=grade))
    return tuple(sorted(together, key=lambda each: (str(each.said.body), each.said.place or ("", ""))))


def total_of(
    values: Sequence[Compared], unit: str, combining: Combining, of: str | None
) -> tuple[Total | RatioTotal | None, NotAddableError | None]:
    """The figures together, or why they have no total."""
    try:
        return _flagged(across([one.said.figure for one in values], unit, combining, of), values), None
    except NotAddableError as refusal:
        return None, refusal


def _flagged(total: Total | RatioTotal, values: Sequence[Compared]) -> Total | RatioTotal:
    """A total with all that its parts are, since a single figure shows one of the two."""
    if isinstance(total, RatioTotal):
        paired = [one.said for one in values if one.said.denominator is not None and has_number(one.said.figure)]
        return msgspec.structs.replace(total, numerator=_with_flags(total.numerator, paired))
    return _with_flags(total, [one.said for one in values])


def _with_flags(total: Total, parts: Sequence[Said]) -> Total:
    provisional = total.provisional or any(one.provisional for one in parts)
    rounded = total.rounded or any(one.rounded for one in parts)
    return msgspec.structs.replace(total, provisional=provisional, rounded=rounded)


class Visible(msgspec.Struct, frozen=True, kw_only=True):
    """What of a body's unpublished steps the reader may see: whether any, and which addresses have come in."""

    bodies: frozenset[UUID]
    received: frozenset[tuple[UUID, UUID, UUID, tuple[str, str] | None]]


def standings(
    owed: Iterable[tuple[RequirementRow, ExemptionReason | None]],
    period: Period,
    values: Sequence[Compared],
    visible: Visible,
    on: date,
) -> tuple[Standing, ...]:
    """How it stands with each figure that is owed for a period. Two requirements of one figure are one."""
    reported = {(one.said.body, *one.said.indicator, one.said.place) for one in values}
    found: dict[Any, Standing] = {}
    for requirement, exempt in owed:
        due = requirement.owed_for(period)
        if due is None:
            continue
        place = requirement.place
        at = None if place is None else (place.scheme, place.code)
        key = (requirement.tenant_id, requirement.indicator.log, requirement.indicator.stream, at)
        state: State
        if exempt is not None:
            state = "exempt"
        elif key in reported:
            state = "reported"
        elif key in visible.received:
            state = "received"
        elif requirement.tenant_id not in visible.bodies:
            state = "not_visible"
        else:
            state = "missing" if due.due_on < on else "pending"
        before = found.get(key)
        if before is None or before.state == "exempt":  # exempt of one requirement, owed by the other
            found[key] = Standing(
                body=requirement.tenant_id,
                state=state,
                place=at,
                names=(None, None) if place is None else (place.name_en, place.name_fr),
                due_on=due.due_on,
                exempt=exempt,
            )
    return tuple(found[key] for key in sorted(found, key=str))

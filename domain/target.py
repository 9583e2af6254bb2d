"""Targets: a baseline and a series by year, kept as printed. A doubtful figure is warned about, never altered."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from domain.body import PARTNERSHIPS, BodyKind
from domain.case import Case, Need, Reads
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.facts import Dated, holds, latest
from domain.ids import ElementId, PlanId, TargetId
from domain.indicator import Direction, Unit, cited_by, cited_in
from domain.stream import Command, State, Stream
from domain.values import Citation, Period, QualifiedValue

OWNERS = PARTNERSHIPS | {BodyKind.MINISTRY, BodyKind.FUNDER}


@event("target.BaselineSet", lifecycle=True)
class BaselineSet(Event, frozen=True, kw_only=True):
    """The target belongs to the body whose log this is: a ministry's is never a region's."""

    plan_id: PlanId
    indicator_id: ElementId
    unit: str
    direction: Direction
    baseline: QualifiedValue
    baseline_period: Period | None


@event("target.Set")
class TargetSet(Event, frozen=True, kw_only=True):
    period: Period
    value: QualifiedValue


@event("target.Revised")
class TargetRevised(Event, frozen=True, kw_only=True):
    """A target of a period changes; the envelope names the authority."""

    period: Period
    value: QualifiedValue


@event("target.Tied")
class TargetTied(Event, frozen=True, kw_only=True):
    """The target is of this indicator, so that what was reported of it can be held against the target."""

    indicator: Citation


class SetBaseline(Command, frozen=True, kw_only=True):
    """Begin a series of targets for an indicator of a plan, with the value it starts from."""

    target_id: TargetId
    plan_id: PlanId
    indicator_id: ElementId
    unit: Unit
    baseline: QualifiedValue
    direction: Direction = "unstated"
    baseline_period: Period | None = None


class SetTarget(Command, frozen=True, kw_only=True):
    target_id: TargetId
    period: Period
    value: QualifiedValue


class ReviseTarget(Command, frozen=True, kw_only=True):
    target_id: TargetId
    period: Period
    value: QualifiedValue


class TieTarget(Command, frozen=True, kw_only=True):
    """Say which indicator a target is of, citing its definition in its owner's log."""

    target_id: TargetId
    indicator: Citation


@dataclass(eq=False)
class TargetExistsError(Refusal):
    period: str
    code = "target_exists"
    kind = "conflict"
    en = "{period} already has a target; revise it instead, with the authority for the change."
    fr = "L’exercice {period} a déjà une cible; révisez-la plutôt, avec l’autorité de la modification."


@dataclass(eq=False)
class TargetMissingError(Refusal):
    period: str
    code = "target_missing"
    kind = "not_found"
    en = "{period} has no target to revise."
    fr = "L’exercice {period} n’a pas de cible à réviser."


class TargetSeries(State, frozen=True, kw_only=True):
    unit: str | None = None
    direction: Direction = "unstated"
    baseline: QualifiedValue | None = None
    values: tuple[tuple[Period, QualifiedValue], ...] = ()
    """In the order of their periods."""
    since: tuple[date, ...] = ()
    """From which day each of `values` holds."""
    indicator: Dated[Citation] | None = None


class Warning_(msgspec.Struct, frozen=True, kw_only=True):  # noqa: N801 - Warning is Python's own
    """A figure worth a second look: `trend` (against the rest of the series) or `unit` (another unit)."""

    kind: Literal["trend", "unit"]
    period: Period | None
    raw: str | None


def warnings(series: TargetSeries) -> list[Warning_]:
    """Doubts about a series as printed, in the order of its periods; the baseline's come first.

    A figure breaks the trend where it moves against the stated direction from the figure before it. Only
    numbers of the series' own unit are compared: "s. o." and « Mise en œuvre » say nothing about a trend.
    """
    found: list[Warning_] = []
    baseline = series.baseline
    if baseline is not None and _other_unit(baseline, series.unit):
        found.append(Warning_(kind="unit", period=None, raw=baseline.raw))
    before: Decimal | None = None
    for period, value in series.values:
        if _other_unit(value, series.unit):
            found.append(Warning_(kind="unit", period=period, raw=value.raw))
            continue
        if value.number is None:
            continue
        if before is not None and _against(series.direction, before, value.number):
            found.append(Warning_(kind="trend", period=period, raw=value.raw))
        before = value.number
    return found


def _other_unit(value: QualifiedValue, unit: str | None) -> bool:
    return value.number is not None and value.unit is not None and unit is not None and value.unit != unit


def _against(direction: Direction, before: Decimal, after: Decimal) -> bool:
    return (direction == "increase" and after < before) or (direction == "decrease" and after > before)


def evolve(series: TargetSeries, recorded: Recorded) -> TargetSeries:
    replace = msgspec.structs.replace
    match recorded.payload:
        case BaselineSet(unit=unit, direction=direction, baseline=baseline):
            return replace(series, unit=unit, direction=direction, baseline=baseline)
        case TargetSet(period=period, value=value) | TargetRevised(period=period, value=value):
            return _with(series, period, value, recorded.effective_on)
        case TargetTied(indicator=indicator):
            return replace(series, indicator=latest(series.indicator, indicator, recorded))
    return series


def _with(series: TargetSeries, period: Period, value: QualifiedValue, on: date) -> TargetSeries:
    """The series with a period's figure; a late entry does not displace one that holds from a later day."""
    items = [(*item, since) for item, since in zip(series.values, series.since, strict=True)]
    if any(held == period and since > on for held, _, since in items):
        return series
    items = [item for item in items if item[0] != period]
    items.append((period, value, on))
    items.sort(key=lambda item: (item[0].start, item[0].end))
    return msgspec.structs.replace(
        series,
        values=tuple((held, figure) for held, figure, _ in items),
        since=tuple(since for *_, since in items),
    )


TARGET = Stream("target", TargetSeries(), evolve)


@TARGET.handles("target_id", creates=True, owners=OWNERS)
def set_baseline(series: TargetSeries, command: SetBaseline) -> list[Event]:  # noqa: ARG001 - no past
    return [
        BaselineSet(
            plan_id=command.plan_id,
            indicator_id=command.indicator_id,
            unit=command.unit,
            direction=command.direction,
            baseline=command.baseline,
            baseline_period=command.baseline_period,
        )
    ]


@TARGET.handles("target_id", owners=OWNERS)
def set_target(series: TargetSeries, command: SetTarget) -> list[Event]:
    """Set a period's target for the first time."""
    if _has(series, command.period):
        raise TargetExistsError(period=_label(command.period))
    return [TargetSet(period=command.period, value=command.value)]


@TARGET.handles("target_id", owners=OWNERS)
def revise_target(series: TargetSeries, command: ReviseTarget, case: Case) -> list[Event]:
    """Replace a period's target; the value that it already has on that day records nothing."""
    if not _has(series, command.period):
        raise TargetMissingError(period=_label(command.period))
    held = zip(series.values, series.since, strict=True)
    if any(item == (command.period, command.value) and since <= case.on for item, since in held):
        return []
    return [TargetRevised(period=command.period, value=command.value)]


def _the_indicator(series: TargetSeries, command: TieTarget, reads: Reads) -> list[Need]:  # noqa: ARG001
    return [cited_by(command.indicator, reads)]


@TARGET.handles("target_id", owners=OWNERS, needs=_the_indicator)
def tie_target(series: TargetSeries, command: TieTarget, case: Case) -> list[Event]:
    """Tie a target to its indicator; units that differ are warned about where they are read, never refused.

    Raises:
        StreamMissingError: what is cited is no indicator.
    """
    cited_in(case, command.indicator)
    if holds(series.indicator, command.indicator, case.on):
        return []
    return [TargetTied(indicator=command.indicator)]


def _has(series: TargetSeries, period: Period) -> bool:
    return any(item[0] == period for item in series.values)


def _label(period: Period) -> str:
    return period.label().fr or ""

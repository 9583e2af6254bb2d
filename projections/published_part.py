"""What one body adds to the sums of what is published. Pure: it is given the body's public rows.

It is put together by the very functions that a comparison is (`projections.comparison`), figure by figure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from domain.requirement import Cadence, ExemptionReason, owed_periods
from domain.values import Period
from domain.values.arithmetic import places_overlap
from domain.values.growth import has_number
from domain.values.total import ends
from projections import comparison
from projections.comparison import Compared, Said, Visible
from projections.published import COUNTS, SUMS
from projections.requirement import RequirementRow

Indicator = tuple[UUID, UUID]
"""Its owner's log, and its stream there."""
Span = tuple[date, date]
Key = tuple[Any, ...]
Parts = dict[Key, tuple[Any, ...]]
"""Sums by the columns of the key, both in the order of their table."""

_ZEROES: Final = dict.fromkeys((*COUNTS, *SUMS), 0)
_GRADES: Final = {"same": "same_indicator", "exact": "exactly_aligned", "partial": "partly_aligned"}
_NOBODY: Final = Visible(bodies=frozenset(), received=frozenset())
_ZERO: Final = Decimal(0)


class Aligned(NamedTuple):
    """An indicator of the body's own, and which one it is said to be."""

    own: UUID
    canonical: Indicator
    grade: Any
    in_force: bool


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is public of a body, as known at a position, at the end of time."""

    body: UUID
    kind: str | None
    """None where it is not, or not any more, in the register."""
    province: str
    said: Sequence[Said]
    aligned: Sequence[Aligned]
    required: Sequence[RequirementRow]
    exempt: Mapping[UUID, Mapping[Span, ExemptionReason]]
    """By requirement."""

    def grades_of(self, indicator: Indicator) -> dict[comparison.Source, Any]:
        """Of which indicators the body reports for one, and how far each is that."""
        grades: dict[comparison.Source, Any] = {(self.body, *indicator): "same"}
        for one in self.aligned:
            if one.in_force and one.canonical == indicator:
                grades[self.body, self.body, one.own] = one.grade
        return grades


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What a stretch of a log is about."""

    starts: Mapping[Indicator, frozenset[date] | None]
    """The indicators that figures count as, each with the first days of the periods; None: of all periods."""
    until: Mapping[Indicator, date]
    """The last day on which any of it changes."""

    def within(self, indicator: Indicator, start: date) -> bool:
        starts = self.starts[indicator]
        return starts is None or start in starts


def parts(known: Known, changed: Changed) -> tuple[Parts, Parts]:
    """What the body adds to `FIGURE` and `OWED` of what has changed."""
    figures: Parts = {}
    owed: Parts = {}
    if known.kind is None:
        return figures, owed
    said: defaultdict[Indicator, list[Said]] = defaultdict(list)
    for one in known.said:
        said[one.indicator].append(one)
    required: defaultdict[Indicator, list[RequirementRow]] = defaultdict(list)
    for each in known.required:
        required[each.indicator.log, each.indicator.stream].append(each)
    for indicator in changed.starts:
        grades = known.grades_of(indicator)
        sources = [source[1:] for source, grade in grades.items() if grade != "none"]
        found = [one for source in sources for one in said[source] if changed.within(indicator, one.period.start)]
        owing = [one for source in sources for one in required[source]]
        within = partial(changed.within, indicator)
        for key, sums in _figures(known, grades, found, owing, within):
            figures[(*indicator, *key)] = sums
        for pattern, count in _patterns(owing).items():
            owed[(*indicator, known.kind, known.province, pattern)] = (count,)
    return figures, owed


def difference(after: Parts, before: Parts) -> list[Key]:
    """Rows to add to the sums, in the order of their keys: what has changed, and by how much."""
    changed = [key for key in after.keys() | before.keys() if after.get(key) != before.get(key)]
    rows: list[Key] = []
    for key in sorted(changed, key=lambda key: tuple(map(str, key))):
        now, then = after.get(key), before.get(key)
        if then is None:
            rows.append((*key, *(now or ())))
        else:
            rows.append((*key, *(one - other for one, other in zip(now or (0,) * len(then), then, strict=True))))
    return rows


# --- figures


def _figures(
    known: Known,
    grades: Mapping[comparison.Source, Any],
    found: Sequence[Said],
    owing: Sequence[RequirementRow],
    within: Callable[[date], bool],
) -> Iterator[tuple[Key, tuple[Any, ...]]]:
    """By what follows the indicator in the key of `FIGURE`."""
    by_span: defaultdict[Span, list[Said]] = defaultdict(list)
    for one in found:
        by_span[one.period.start, one.period.end].append(one)
    for each in owing:
        for span in known.exempt.get(each.requirement_id, ()):
            if within(span[0]):
                by_span.setdefault(span, [])
    for span, said in by_span.items():
        compared = comparison.compared(said, grades, "published")
        rows: dict[Key, dict[str, Any]] = {}
        for figure in compared:
            value, below = figure.said.value, figure.said.denominator
            key = (figure.said.period.kind, value.unit or "", "" if below is None else below.unit or "")
            _count(rows.setdefault(key, dict(_ZEROES)), figure)
        places = [figure.said.territory for figure in compared]
        if compared and places_overlap(places):
            next(iter(rows.values()))["overlapping"] = 1
        for kind, reporting, exempt in _coverage(known, compared, owing, span):
            row = rows.setdefault((kind, "", ""), dict(_ZEROES))
            row["reporting"], row["exempt"] = reporting, exempt
        for (kind, unit, of_unit), sums in rows.items():
            yield (*span, kind, known.kind, known.province, unit, of_unit), tuple(sums.values())


def _count(sums: dict[str, Any], one: Compared) -> None:
    said, value, below = one.said, one.said.value, one.said.denominator
    low, high = ends(value)
    sums["figures"] += 1
    sums[value.kind] += 1
    sums["provisional"] += said.provisional
    sums["rounded"] += said.rounded
    sums["sample"] += said.sample
    sums["placed"] += said.territory is not None
    sums[_GRADES[one.comparability]] += 1
    sums["low"] += low or _ZERO
    sums["high"] += high or _ZERO
    sums["estimated"] += (low or _ZERO) if value.kind == "estimate" else _ZERO
    if below is None:
        return
    sums["with_denominator"] += 1
    if not has_number(said.figure):
        return
    of_low, of_high = ends(below)
    sums[f"paired_{value.kind}"] += 1
    sums["below_at_least"] += below.kind == "at_least"
    sums["below_at_most"] += below.kind == "at_most"
    sums["paired_provisional"] += said.provisional
    sums["paired_rounded"] += said.rounded
    for name, end in (("paired_low", low), ("paired_high", high), ("below_low", of_low), ("below_high", of_high)):
        sums[name] += end or _ZERO


def _coverage(
    known: Known, compared: Sequence[Compared], owing: Sequence[RequirementRow], span: Span
) -> Iterator[tuple[str, int, int]]:
    """Per kind of period: of what is owed for it, how much is reported, and how much exempt."""
    kinds = {kind for one in owing if (kind := _kind_owed(one, span)) is not None}
    for kind in sorted(kinds):
        period = Period(kind=kind, start=span[0], end=span[1])
        owed = [(one, known.exempt.get(one.requirement_id, {}).get(span)) for one in owing]
        states = [one.state for one in comparison.standings(owed, period, compared, _NOBODY, date.max)]
        reporting, exempt = states.count("reported"), states.count("exempt")
        if reporting or exempt:
            yield kind, reporting, exempt


def _kind_owed(one: RequirementRow, span: Span) -> Any:
    for period in reversed(_owed(one.cadence, one.first, one.ended_on, span[0])):
        if (period.start, period.end) == span:
            return period.kind
        if period.end < span[0]:
            return None
    return None


# --- what is owed


@lru_cache(maxsize=4_096)
def _owed(cadence: Cadence, first: Period, ended_on: date | None, until: date) -> tuple[Period, ...]:
    return tuple(one.period for one in owed_periods(cadence, first, 0, until=until, ended_on=ended_on))


def _patterns(owing: Iterable[RequirementRow]) -> dict[str, int]:
    """How many figures are owed under the same requirements; two requirements of one figure are one."""
    slots: defaultdict[Key, list[Any]] = defaultdict(list)
    for one in owing:
        place = None if one.place is None else (one.place.scheme, one.place.code)
        slots[one.indicator.log, one.indicator.stream, place].append((one.cadence, one.first, one.ended_on))
    counts: defaultdict[str, int] = defaultdict(int)
    for terms in slots.values():
        counts[_pattern(tuple(sorted(set(terms), key=str)))] += 1
    return counts


@lru_cache(maxsize=4_096)
def _pattern(terms: tuple[tuple[Cadence, Period, date | None], ...]) -> str:
    return msgspec.json.encode(terms).decode()


_terms = msgspec.json.Decoder(tuple[tuple[Cadence, Period, date | None], ...]).decode


@lru_cache(maxsize=16_384)
def owes(pattern: str, period: Period) -> bool:
    """Whether figures under these requirements are owed for that very period."""
    terms = _terms(pattern)
    return any(period in _owed(cadence, first, ended_on, period.start)[-1:] for cadence, first, ended_on in terms)

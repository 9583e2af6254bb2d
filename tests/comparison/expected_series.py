"""What a series must answer, worked out from a recomputed country."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from tests.comparison import sums
from tests.comparison.expected import Seen, Views, quantity, spelled
from tests.comparison.recomputed import PeriodKey, Place, Source

Key = str
POINTS_MAX = 4_000
"""Points that an answer has at most (docs/measures.md)."""


class Asked(NamedTuple):
    """A question about an indicator over periods."""

    indicator: tuple[str, str]
    periods: tuple[PeriodKey, ...]
    least: str
    by: str
    dimension: str | None = None
    vintage: tuple[str, str, str] | None = None
    """Owner, dataset and vintage of the population."""


class Series:
    def __init__(self, views: Views, asked: Asked) -> None:
        self.views = views
        self.asked = asked
        self.definition = views.now.indicators.get(asked.indicator)
        self.grades = views.grades(asked.indicator)

    def answer(self) -> dict[str, Any] | str | None:
        """By group and category, a point per period; what is refused, or None where there is no indicator."""
        if self.definition is None:
            return None
        if self.asked.vintage is not None and self.asked.vintage not in self.views.now.vintages:
            return "POPULATION_UNKNOWN"
        cuts = [""]
        if self.asked.dimension is not None:
            cuts += [
                category["code"]
                for one in self.definition["dimensions"]
                if one["code"] == self.asked.dimension
                for category in one["categories"]
            ]
        told = [self._period(period, cuts) for period in self.asked.periods]
        keys = {key for figures, standings in told for key in (*figures[""], *standings)}
        if self.asked.by == "all":
            keys = {""}
        if len(keys) * len(cuts) * len(told) > POINTS_MAX:
            return "ANSWER_TOO_LARGE"
        return {f"{key}|{cut}": self._points(key, cut, told) for key in keys for cut in cuts}

    def _points(self, key: Key, cut: str, told: Sequence[Any]) -> list[dict[str, Any]]:
        of_group = [(figures[cut].get(key, []), standings.get(key, [])) for figures, standings in told]
        return [self._point(key, cut, number, of_group) for number in range(len(told))]

    def _period(
        self, period: PeriodKey, cuts: list[str]
    ) -> tuple[dict[str, dict[Key, list[Seen]]], dict[Key, Any]]:
        figures: dict[str, dict[Key, list[Seen]]] = {}
        whole = self.views.seen(self.grades, period)
        for cut in cuts:
            seen = whole
            if cut:
                seen = self.views.seen(self.grades, period, ((self.asked.dimension or "", cut),))
            grouped: dict[Key, list[Seen]] = {}
            for one in self.views.chosen(seen, self.grades, self.asked.least):
                grouped.setdefault(self._key(one.figure.tenant, one.figure.place), []).append(one)
            figures[cut] = grouped
        values = [one for group in figures[""].values() for one in group]
        standings: dict[Key, Any] = {}
        for standing in self.views.standings(self.grades, period, whole, values):
            standings.setdefault(self._key(standing[0], standing[1]), []).append(standing)
        return figures, standings

    def _key(self, tenant: str, place: Place | None) -> Key:
        match self.asked.by:
            case "all":
                return ""
            case "body":
                return str(self.views.bodies[tenant]["slug"])
            case "territory":
                return spelled(place)
            case _:
                return str(self.views.bodies[tenant][self.asked.by]).upper()

    def _point(self, key: Key, cut: str, number: int, told: Sequence[Any]) -> dict[str, Any]:
        period = self.asked.periods[number]
        figures, standings = told[number]
        asked = self.definition
        assert asked is not None
        total = self.views.together(figures, asked)
        owner = self.asked.indicator[0]
        target = self.views.target((owner, *self.asked.indicator), period)
        own = self._own_target(key, figures, period) if self.asked.by == "body" else None
        return {
            "figures": len(figures),
            "total": total if isinstance(total, dict) else None,
            "notAddable": None if isinstance(total, dict) else total,
            "coverage": _coverage(figures, standings, whole=not cut),
            "weakestComparability": self.views.weakest(figures, self.grades),
            "target": None if target is None else quantity(target),
            "contribution": self.views.contribution(figures, asked, total, target),
            "ownTarget": None if own is None else quantity(own),
            "percentOfTarget": self.views.contribution(figures, asked, total, own),
            "growth": self._growth(told[number - 1][0] if number else None, figures, number),
            "perThousand": None if self.asked.vintage is None else self._per_thousand(figures, total),
        }

    def _own_target(self, slug: Key, figures: list[Seen], period: PeriodKey) -> Any:
        body = next(key for key, one in self.views.bodies.items() if one["slug"] == slug)
        sources: list[Source] = [one.key[:3] for one in figures]
        for source in (*sources, (body, *self.asked.indicator)):
            found = self.views.target(source, period)
            if found is not None:
                return found
        return None

    # --- growth

    def _growth(self, before: list[Seen] | None, after: list[Seen], number: int) -> dict[str, Any]:
        if before is None:
            return _grown("NOTHING_BEFORE")
        ours, theirs = ({one.key: one for one in side if _known(one)} for side in (before, after))
        shared = [key for key in ours if key in theirs]
        counts = (len(shared), len(ours) - len(shared), len(theirs) - len(shared))
        first, second = (self.asked.periods[number - 1], self.asked.periods[number])
        if first[1] >= second[0]:
            return _grown("PERIODS_OVERLAP", counts)
        if not shared:
            return _grown("NOTHING_IN_COMMON", counts)
        sides = [[side[key] for key in shared] for side in (ours, theirs)]
        totals: list[Any] = [self.views.together(side, self.definition or {}) for side in sides]
        caveats = {
            "COVERAGE_CHANGED": counts[1] + counts[2] > 0,
            "OTHER_SEASON": date.fromisoformat(first[0]).month != date.fromisoformat(second[0]).month,
            "PARTLY_COMPARABLE": any(self.grades[one.key[:3]] == "partial" for side in sides for one in side),
            "ESTIMATED": any(value["kind"] == "estimate" for side in sides for value in _both(side)),
            "PROVISIONAL": any(_provisional(one) for side in sides for one in side),
        }
        if any(isinstance(total, str) for total in totals):
            return _grown("NOT_ADDABLE", counts)
        low, high = self._ends(*totals)
        if totals[0]["numerator"] is None and totals[0]["low"] is not None and totals[0]["low"] <= 0:
            return _grown("FROM_ZERO", counts)
        caveats["OPEN"] = low is None or high is None
        unit = "PERCENT" if totals[0]["numerator"] is None else "POINTS"
        held = tuple(sorted(caveat for caveat, holds in caveats.items() if holds))
        return _grown(None, counts) | {"low": low, "high": high, "unit": unit, "caveats": held}

    def _ends(self, before: Any, after: Any) -> tuple[Fraction | None, Fraction | None]:
        low: Fraction | None
        high: Fraction | None
        if before["numerator"] is None:
            low, high = sums.quotient(_as_sum(after["low"], after["high"]), _as_sum(before["low"], before["high"]))
            low, high = (None if end is None else end - 1 for end in (low, high))
        else:
            was, now = (
                sums.quotient(_as_sum(*one["numerator"]), _as_sum(*one["denominator"])) for one in (before, after)
            )
            low = None if now[0] is None or was[1] is None else now[0] - was[1]
            high = None if now[1] is None or was[0] is None else now[1] - was[0]
        return sums.shown(low, high)

    # --- per 1,000 people

    def _per_thousand(self, figures: list[Seen], total: dict[str, Any] | str) -> Any:
        if self.definition is not None and self.definition["combining"]["across_bodies"] == "ratio_of_sums":
            return "QUOTIENT", []
        if isinstance(total, str):
            return "NO_TOTAL", []
        assert self.asked.vintage is not None
        people = self.views.now.vintages[self.asked.vintage]
        grounds, without = [], set()
        counted = [one for one in figures if one.value["kind"] in sums.NUMBERED]
        for one in counted:
            body = self.views.bodies[one.figure.tenant]
            parts = [(one.figure.place, "whole")] if one.figure.place is not None else body["catchment"]
            values = [people.get(place) for place, _ in parts]
            known = all(value is not None and value["kind"] in sums.NUMBERED for value in values)
            if not parts or not known or any(extent == "part" for _, extent in parts):
                without.add(body["slug"])
            else:
                grounds.append([place for place, _ in parts])
        if without:
            return "NO_POPULATION", sorted(without)
        places = [place for ground in grounds for place in ground]
        if any(sums.share_ground(a, b) for index, a in enumerate(places) for b in places[index + 1 :]):
            return "OVERLAPPING_TERRITORIES", []
        above = sums.summed([one.value for one in counted])
        below = sums.summed([people[place] for place in places])
        shown = sums.shown(*sums.quotient(above, below), many=1_000)
        return (*shown, (below.low, below.high), len(counted), len(figures) - len(counted))


def _coverage(figures: list[Seen], standings: Sequence[Any], *, whole: bool) -> tuple[int, int, int]:
    states = [state for _, _, state, *_ in standings]
    if whole:
        return states.count("reported"), sum(state != "exempt" for state in states), states.count("missing")
    reported = {(body, place) for body, place, state, *_ in standings if state == "reported"}
    parted = reported & {(one.figure.tenant, one.figure.place) for one in figures}
    return len(parted), len(reported), len(reported - parted)


def _grown(reason: str | None, counts: tuple[int, int, int] = (0, 0, 0)) -> dict[str, Any]:
    return {"low": None, "high": None, "unit": None, "reason": reason, "counts": counts, "caveats": ()}


def _known(one: Seen) -> bool:
    below = one.denominator
    return one.value["kind"] in sums.NUMBERED and (below is None or below["kind"] in sums.NUMBERED)


def _both(side: list[Seen]) -> list[sums.Value]:
    return [value for one in side for value in (one.value, one.denominator) if value is not None]


def _provisional(one: Seen) -> bool:
    """The rollups keep it of both sides together."""
    return any(value.get("status") == "provisional" for value in _both([one]))


def _as_sum(low: Fraction | None, high: Fraction | None) -> sums.Sum:
    return sums.Sum(low, high, (), Fraction(0), provisional=False, rounded=False)

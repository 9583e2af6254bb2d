"""What each national view must answer, worked out from a recomputed country."""

from collections import Counter, defaultdict
from collections.abc import Collection
from fractions import Fraction
from typing import Any, NamedTuple

from tests.comparison import sums
from tests.comparison.recomputed import (
    AUDIENCES,
    OF_STAGE,
    ORDER,
    PARTNERSHIPS,
    Figure,
    PeriodKey,
    Place,
    Reader,
    Rights,
    Source,
    State,
    owed,
)
from tests.comparison.sums import Value
from tests.comparison.withheld import public

WEAKER = ("same", "exact", "partial")
RECEIVED = ("submitted", "validated", "approved", "published")


class Seen(NamedTuple):
    """A figure at one stage."""

    figure: Figure
    stage: str
    value: Value
    denominator: Value | None
    sample: bool
    withheld: str | None = None

    @property
    def key(self) -> tuple[str, str, str, Place | None]:
        return (self.figure.tenant, *self.figure.indicator, self.figure.place)


class Views:
    """The views as one reader sees them."""

    def __init__(
        self,
        now: State,
        rights: Rights,
        reader: Reader,
        slugs: Collection[str] | None = None,
        *,
        kinds: Collection[str] = PARTNERSHIPS,
        provinces: Collection[str] | None = None,
    ) -> None:
        self.now = now
        self.rights = rights
        self.reader = reader
        self.bodies = {
            key: one
            for key, one in now.bodies.items()
            if one["open"]
            and one["kind"] in kinds
            and (slugs is None or one["slug"] in slugs)
            and (provinces is None or one["province"] in provinces)
        }

    # --- one indicator in one period

    def comparison(self, indicator: tuple[str, str], period: PeriodKey, least: str) -> dict[str, Any] | None:
        asked = self.now.indicators.get(indicator)
        if asked is None:
            return None
        grades = self.grades(indicator)
        seen = self.seen(grades, period)
        values = self.chosen(seen, grades, least)
        states = self.standings(grades, period, seen, values)
        incomparable = [
            (body, None, "not_comparable", None, None) for (body, *_), g in grades.items() if g == "none"
        ]
        together = self.together(values, asked)
        own = self.target((indicator[0], *indicator), period)
        counted = [state for _, _, state, _, _ in states]
        return {
            "values": [self._value(one, grades, indicator, period) for one in self._by_slug(values)],
            "total": together if isinstance(together, dict) else None,
            "notAddable": None if isinstance(together, dict) else together,
            "target": None if own is None else quantity(own),
            "contribution": self.contribution(values, asked, together, own),
            "reporting": counted.count("reported"),
            "expected": sum(state != "exempt" for state in counted),
            "missing": counted.count("missing"),
            "standings": sorted(
                (
                    self.bodies[body]["slug"],
                    spelled(place),
                    state.upper(),
                    due,
                    upper(why),
                )
                for body, place, state, due, why in (*states, *incomparable)
            ),
            "weakestComparability": self.weakest(values, grades),
            "withheld": dict(Counter(one.withheld for one in values if one.withheld is not None)),
            "sample": sum(one.sample for one in values),
        }

    def weakest(self, values: list[Seen], grades: dict[Source, str]) -> str | None:
        found = {grades[one.key[:3]] for one in values}
        return next((grade.upper() for grade in reversed(WEAKER) if grade in found), None)

    def grades(self, indicator: tuple[str, str]) -> dict[Source, str]:
        """Of which indicators each body reports for the one that was asked for, and how far they agree."""
        found: dict[Source, str] = {(body, *indicator): "same" for body in self.bodies}
        for (tenant, _), one in self.now.alignments.items():
            if one.grade is None or one.canonical != indicator or tenant not in self.bodies:
                continue
            if self.rights.sees(self.reader, tenant, one.audience):
                found[tenant, tenant, one.own] = one.grade
        return found

    def seen(
        self, grades: dict[Source, str], period: PeriodKey, cuts: tuple[tuple[str, str], ...] = ()
    ) -> list[Seen]:
        """Every figure at every stage that the reader may see, as the reader sees it."""
        beside: defaultdict[Source, list[Seen]] = defaultdict(list)
        for one in self._seen(grades, period):
            beside[one.key[:3]].append(one)
        return [
            public(one, beside[one.key[:3]]) if self._is_withheld(one) else one
            for of_source in beside.values()
            for one in of_source
            if one.figure.cuts == cuts
        ]

    def _is_withheld(self, one: Seen) -> bool:
        """Whether it counts people, and is of a body that did not open its figures to the reader."""
        if self.reader.tenant is not None and self.rights.sees(self.reader, one.figure.tenant, "funders"):
            return False
        kind = self.now.indicators[one.figure.indicator]["kind"]
        return kind != "amount" and self.now.counted.get(one.figure.indicator) != "other"

    def _seen(self, grades: dict[Source, str], period: PeriodKey) -> list[Seen]:
        found = []
        for figure in self.now.by_period.get(period, ()):
            if (figure.tenant, *figure.indicator) not in grades:
                continue
            stages = []
            if figure.stage != "published":
                stages.append(Seen(figure, figure.stage, *figure.work, figure.sample))
            if figure.out is not None:
                stages.append(Seen(figure, "published", *figure.out, figure.out_sample))
            found += [
                one
                for one in stages
                if self.rights.sees(
                    self.reader, figure.tenant, min(OF_STAGE[one.stage], figure.widest, key=AUDIENCES.index)
                )
            ]
        return found

    def chosen(self, seen: list[Seen], grades: dict[Source, str], least: str) -> list[Seen]:
        """Per submission what is worked on, where it has come far enough, else what counts."""
        best: dict[tuple[str, str], Seen] = {}
        for one in seen:
            if grades[one.key[:3]] == "none":
                continue
            if one.stage != "published" and ORDER.index(one.stage) < ORDER.index(least):
                continue
            key = (one.figure.tenant, one.figure.stream)
            if key not in best or one.stage != "published":
                best[key] = one
        return sorted(best.values(), key=lambda one: (one.figure.tenant, one.figure.place or ("", "")))

    def standings(
        self, grades: dict[Source, str], period: PeriodKey, seen: list[Seen], values: list[Seen]
    ) -> list[tuple[str, Place | None, str, str, str | None]]:
        reported = {one.key for one in values}
        received = {one.key for one in seen if one.stage in RECEIVED}
        found: dict[Any, tuple[str, Place | None, str, str, str | None]] = {}
        for source, grade in grades.items():
            if grade == "none":
                continue
            for one in self.now.required_of.get(source, ()):
                programme = one.data["programme"]
                code = None if programme is None else programme["code"]
                due = owed(one, period)
                if due is None or not self.rights.sees(self.reader, one.tenant, one.data["audience"], code):
                    continue
                key = (*source, one.place)
                why = self.now.exempt.get((one.tenant, one.stream), {}).get(period)
                if why is not None:
                    state = "exempt"
                elif key in reported:
                    state = "reported"
                elif key in received:
                    state = "received"
                elif self.reader.tenant is None or not self.rights.sees(self.reader, one.tenant, "funders"):
                    state = "not_visible"
                else:
                    state = "missing" if due < self.now.on else "pending"
                if key not in found or found[key][2] == "exempt":
                    found[key] = (one.tenant, one.place, state, due.isoformat(), why)
        return list(found.values())

    def together(self, values: list[Seen], asked: dict[str, Any]) -> dict[str, Any] | str:
        """The total, or why there is none."""
        unit, of, combining = asked["unit"], asked["denominator_unit"], asked["combining"]
        if combining["across_bodies"] == "ratio_of_sums":
            return self._ratio(values, unit, of, combining)
        if len(values) > 1:
            if combining["measure"] == "distinct":
                return "DISTINCT"
            if any(one.denominator is not None for one in values):
                return "RATE"
            if combining["across_bodies"] == "none":
                return "NOT_ACROSS_BODIES"
            if _overlaps(values, combining["measure"]):
                return "OVERLAPPING_TERRITORIES"
        plain = [one.value for one in values]
        refused = sums.refused(plain, unit)
        if refused is not None:
            return refused.upper()
        total = sums.summed(plain)
        return {
            "low": total.low,
            "high": total.high,
            "unit": unit,
            "numerator": None,
            "denominator": None,
            "parts": total.parts,
            "leftOut": total.silent,
            "estimated": total.estimated,
            "provisional": total.provisional,
            "rounded": total.rounded,
            "weakestKind": upper(total.weakest),
        }

    def _ratio(self, values: list[Seen], unit: str, of: str, combining: dict[str, Any]) -> dict[str, Any] | str:
        if _overlaps(values, combining["measure"]):
            return "OVERLAPPING_TERRITORIES"
        pairs = [(one.value, one.denominator) for one in values if one.denominator is not None]
        refused = sums.refused([above for above, _ in pairs], unit) or sums.refused(
            [below for _, below in pairs], of
        )
        if refused is not None:
            return refused.upper()
        whole = [(a, b) for a, b in pairs if a["kind"] in sums.NUMBERED and b["kind"] in sums.NUMBERED]
        above, below = sums.summed([a for a, _ in whole]), sums.summed([b for _, b in whole])
        low, high = sums.shown(*sums.quotient(above, below))
        return {
            "low": low,
            "high": high,
            "unit": "percent",
            "numerator": (above.low, above.high),
            "denominator": (below.low, below.high),
            "parts": above.parts,
            "leftOut": len(values) - len(whole),
            "estimated": Fraction(0),
            "provisional": above.provisional or below.provisional,
            "rounded": above.rounded or below.rounded,
            "weakestKind": upper(above.weakest),
        }

    def target(self, source: Source, period: PeriodKey) -> Value | None:
        """What a body aims at with an indicator in a period."""
        for one in self.now.targets_of.get(source, ()):
            if period in one["values"] and (source[0], one["plan_id"]) in self.rights.plans:
                value: Value = one["values"][period]
                return value
        return None

    def contribution(
        self, values: list[Seen], asked: dict[str, Any], together: dict[str, Any] | str, own: Value | None
    ) -> Any:
        if isinstance(together, str) or together["numerator"] is not None:
            return None
        return sums.share_of(sums.summed([one.value for one in values]), asked["unit"], own)

    def _value(
        self, one: Seen, grades: dict[Source, str], asked: tuple[str, str], period: PeriodKey
    ) -> dict[str, Any]:
        body = one.figure.tenant
        target = self.target(one.key[:3], period) or self.target((body, *asked), period)
        share = None
        if one.denominator is None and one.value["kind"] != "milestone":
            share = sums.share_of(sums.summed([one.value]), one.value.get("unit"), target)
        return {
            "body": self.bodies[body]["slug"],
            "territory": spelled(one.figure.place),
            "indicator": self._indicator(one.figure.indicator),
            "value": _shown(one.value, one),
            "denominator": None if one.denominator is None else quantity(one.denominator),
            "stage": one.stage.upper(),
            "comparability": grades[one.key[:3]].upper(),
            "target": None if target is None else quantity(target),
            "percentOfTarget": share,
            "sample": one.sample,
        }

    def _indicator(self, key: tuple[str, str]) -> str | None:
        known = self.now.indicators.get(key)
        if known is None or not self.rights.sees(self.reader, key[0], known["audience"]):
            return None
        return key[1]

    def _by_slug(self, values: list[Seen]) -> list[Seen]:
        return sorted(
            values, key=lambda one: (self.bodies[one.figure.tenant]["slug"], one.figure.place or ("", ""))
        )


def _overlaps(values: list[Seen], measure: str) -> bool:
    """Whether one body's places overlap, or, of what is there at one time, any."""
    by_body: dict[str, list[Place | None]] = defaultdict(list)
    for one in values:
        by_body[one.figure.tenant].append(one.figure.place)
    for places in by_body.values():
        for index, place in enumerate(places):
            for other in places[index + 1 :]:
                if place is None or other is None or sums.share_ground(place, other):
                    return True
    if measure != "stock":
        return False
    named = [(tenant, place) for tenant, places in by_body.items() for place in places if place is not None]
    return any(
        tenant != other and sums.share_ground(place, theirs)
        for index, (tenant, place) in enumerate(named)
        for other, theirs in named[index + 1 :]
    )


def spelled(place: Place | None) -> str:
    return "" if place is None else f"{place[0]}/{place[1]}"


def upper(code: str | None) -> str | None:
    return None if code is None else code.upper()


def quantity(value: Value) -> tuple[Any, ...]:
    numbers = [None if value.get(side) is None else sums.number(value, side) for side in ("number", "upper")]
    return (value["kind"].upper(), *numbers, value.get("unit"))


def _shown(value: Value, one: Seen) -> tuple[Any, ...]:
    """A figure with what the rollups keep of its standing, which is that of both its sides."""
    sides = [value] if one.denominator is None else [value, one.denominator]
    status = None
    if any(side.get("status") == "provisional" for side in sides):
        status = "PROVISIONAL"
    elif any(sums.is_rounded(side) for side in sides) and value["kind"] in sums.NUMBERED:
        status = "ROUNDED"
    return (*quantity(value), status)

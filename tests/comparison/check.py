"""Compares: every national view, now and at random past pairs of a day and a moment, for who may see what."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product as pairs
from random import Random
from statistics import median
from typing import Any, Final, NamedTuple

from domain.ids import COMMONS
from infra.settings import DatabaseSettings
from tests.comparison import asking, asking_published, asking_records, asking_series, expected_records, raw
from tests.comparison.country import FUNDER, MINISTRY, POPULATION, Country
from tests.comparison.expected import Views
from tests.comparison.expected_agreements import matrix
from tests.comparison.expected_frozen import frozen
from tests.comparison.expected_series import Asked as SeriesAsked
from tests.comparison.expected_series import Series
from tests.comparison.recomputed import PUBLIC, Reader, Rights, When, rights, state
from tests.comparison.records import THEMES

FUNDING: Final = Reader("funder", str(FUNDER))
OWNERS: Final = {str(COMMONS): "commons", str(MINISTRY): "ministry"}
THEME_LIST: Final = (str(COMMONS), str(THEMES))
GROUPINGS: Final = ("all", "body", "province", "kind", "territory")
SUMMED: Final = ("all", "province", "kind")
NARROWED: Final[Sequence[tuple[Sequence[str] | None, Sequence[str] | None]]] = (
    (None, None),
    (None, None),
    (("lip", "rif"), None),
    (None, ("ON", "QC")),
)
POPULATIONS: Final = (*((str(COMMONS), str(POPULATION), vintage) for vintage in ("2021", "2021", "2016")),)
_DIFFERENCES_SHOWN_MAX: Final = 20
_FROZEN_MAX: Final = 12


@dataclass(frozen=True)
class Difference:
    """One answer that is not what the raw events say."""

    view: str
    about: str
    where: str
    answered: Any
    expected: Any

    def __str__(self) -> str:
        return (
            f"{self.view} {self.about}: {self.where}\n    answered {self.answered}\n    expected {self.expected}"
        )


@dataclass
class Outcome:
    compared: Counter[str] = field(default_factory=Counter)
    dates: set[When] = field(default_factory=set)
    shown: Counter[str] = field(default_factory=Counter)
    """What the answers had in them, so that a check of nothing is seen to be one."""
    differences: list[Difference] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    """How long answers took, by view."""

    def told(self) -> str:
        lines = [
            f"  {view}: {count} compared, answered in {median(self.seconds[view]) * 1_000:.0f} ms (median),"
            f" {max(self.seconds[view]) * 1_000:.0f} ms at most"
            for view, count in sorted(self.compared.items())
        ]
        lines.append("  with " + ", ".join(f"{count} {what}" for what, count in sorted(self.shown.items())))
        dates = f"{len(self.compared)} views x {len(self.dates)} dates"
        lines.append(f"{dates}, {self.compared.total()} answers compared, {len(self.differences)} different")
        return "\n".join([*map(str, self.differences[:_DIFFERENCES_SHOWN_MAX]), *lines])


class Asked(NamedTuple):
    """Who asks the product, as of when."""

    product: asking.Product
    reader: Reader
    when: When

    def __str__(self) -> str:
        return f"for the {self.reader.name}, as of {self.when[0]}, known {self.when[1] or 'now'}"


class Check:
    """One run over a loaded country."""

    def __init__(self, country: Country, settings: DatabaseSettings, seed: int) -> None:
        self.country = country
        self.settings = settings
        self.random = Random(seed)
        self.outcome = Outcome()

    async def run(self, past: int, sampled: int, progress: Callable[[str], None]) -> Outcome:
        """Everything now for the public, and `sampled` comparisons per past pair and reader."""
        told = await raw.events(self.settings.admin_dsn)
        allowed = rights(told)
        async with asking.product(self.settings, OWNERS) as product:
            self.outcome.seconds = product.seconds
            for when in self._whens(told, past):
                now = state(told, *when)
                for reader in (PUBLIC, FUNDING):
                    whole = when[1] is None and reader is PUBLIC
                    asked = Asked(product, reader, when)
                    await self._compare(asked, Views(now, allowed, reader), None if whole else sampled)
                if when[1] is None:
                    await self._compare_frozen(product, told, allowed, when)
                found = f"{self.outcome.compared.total()} compared, {len(self.outcome.differences)} different"
                progress(f"  as of {when[0]}, known {when[1] or 'now'}: {found}")
        return self.outcome

    def _whens(self, told: Sequence[raw.Raw], past: int) -> list[When]:
        last = self.country.periods[-1].end + timedelta(days=400)
        first = self.country.periods[0].start
        moments = sorted(event.at for event in told)
        found: list[When] = [(last, None)]
        for _ in range(past):
            day = first + timedelta(days=self.random.randrange((last - first).days))
            found.append((day, self.random.choice(moments[len(moments) // 3 :])))
        return found

    async def _compare(self, asked: Asked, views: Views, sampled: int | None) -> None:
        reader, when = asked.reader, asked.when
        self.outcome.dates.add(when)
        self._judge("agreementMatrix", asked, await asked.product.matrix(reader, when), matrix(views))
        await self._compare_records(asked, views)
        every = [
            ((str(cited.log), str(cited.stream)), (period.start.isoformat(), period.end.isoformat()))
            for cited, period in pairs(self.country.indicators, self.country.periods)
        ]
        stages = ("published",) if reader.tenant is None else ("published", "submitted")
        for indicator, period in every if sampled is None else self.random.sample(every, min(sampled, len(every))):
            least = self.random.choice(stages)
            answered = await asked.product.comparison(indicator, period, least, reader, when)
            about = f"{indicator[1]} {period[0]}"
            expected = views.comparison(indicator, period, least)
            self._judge("indicatorComparison", asked, answered, expected, about)
            self._note(answered)
        await self._compare_series(asked, views, 10 if sampled is None else max(sampled // 6, 2))
        await self._compare_published(asked, views, None if sampled is None else max(sampled // 6, 2))

    async def _compare_series(self, asked: Asked, views: Views, sampled: int) -> None:
        """Series of random indicators, brought together in each way."""
        spans = tuple((period.start.isoformat(), period.end.isoformat()) for period in self.country.periods)
        for number in range(sampled):
            by = GROUPINGS[number % len(GROUPINGS)]
            cited = self.random.choice(self.country.indicators)
            slugs = None
            if by == "body" or self.random.random() < 0.5:
                first = self.random.randrange(len(self.country.bodies))
                slugs = [f"body-{one % len(self.country.bodies):04d}" for one in range(first, first + 6)]
            question = SeriesAsked(
                indicator=(str(cited.log), str(cited.stream)),
                periods=spans,
                least="published",
                by=by,
                dimension="sex" if self.random.random() < 0.3 else None,
                vintage=POPULATIONS[self.random.randrange(3)] if self.random.random() < 0.6 else None,
            )
            answered = await asking_series.series(asked.product, question, slugs, asked.reader, asked.when)
            of = views if slugs is None else Views(views.now, views.rights, views.reader, slugs)
            about = f"{cited.stream} by {by} of {slugs}"
            self._judge("indicatorSeries", asked, answered, Series(of, question).answer(), about)
            self._note_series(answered)

    async def _compare_published(self, asked: Asked, views: Views, sampled: int | None) -> None:
        """Sums of what is published, brought together in each way: of every indicator, or of some."""
        spans = tuple((period.start.isoformat(), period.end.isoformat()) for period in self.country.periods)
        every = list(pairs(self.country.indicators, SUMMED))
        for cited, by in every if sampled is None else self.random.sample(every, min(sampled, len(every))):
            kinds, provinces = self.random.choice(NARROWED)
            question = SeriesAsked((str(cited.log), str(cited.stream)), spans, "published", by)
            narrowed: dict[str, Any] = {} if kinds is None else {"kinds": [kind.upper() for kind in kinds]}
            narrowed |= {} if provinces is None else {"provinces": list(provinces)}
            answered = await asking_published.published(
                asked.product, question, asked.reader, asked.when, **narrowed
            )
            given = {} if kinds is None else {"kinds": kinds}
            of = Views(views.now, views.rights, PUBLIC, provinces=provinces, **given)
            expected = asking_published.of_series(Series(of, question).answer())
            self._judge("publishedSeries", asked, answered, expected, f"{cited.stream} by {by}, {narrowed}")
            if isinstance(answered, dict):
                points = [point for points in answered.values() for point in points]
                self.outcome.shown["published totals"] += sum(point["total"] is not None for point in points)
                self.outcome.shown["published figures"] += sum(point["figures"] for point in points)

    async def _compare_frozen(
        self, product: asking.Product, told: Sequence[raw.Raw], allowed: Rights, when: When
    ) -> None:
        """What was frozen on the way, answered now from where the logs stood."""
        kept = [event for event in told if event.type == "frozen_comparison.Frozen"]
        for event in self.random.sample(kept, min(len(kept), _FROZEN_MAX)):
            reached = {one["log"]: one["position"] for one in event.data["sources"]}
            then = state(told, date.fromisoformat(event.data["as_of"]), None, reached)
            for reader in (PUBLIC, FUNDING):
                answered = await product.frozen(event.stream, reader, when)
                expected = frozen(event.data, then, allowed, reader)
                asked = Asked(product, reader, when)
                about = f"{event.stream} of {event.data['indicator']['stream']}"
                self._judge("frozenComparison", asked, answered, expected, about)
                found = answered["comparison"]
                self.outcome.shown["frozen figures"] += 0 if found is None else len(found["values"])

    async def _compare_records(self, asked: Asked, views: Views) -> None:
        """Money, support, themes and seats."""
        product, reader, when = asked
        told = await asking_records.funding(product, reader, when)
        self._judge("nationalFunding", asked, told, expected_records.funding(views))
        self.outcome.shown["agreements with money"] += sum(one[0] for one in told["programmes"].values())
        told = await asking_records.endorsements(product, reader, when)
        self._judge("nationalEndorsements", asked, told, expected_records.endorsements(views))
        self.outcome.shown["endorsements"] += told["endorsements"]
        met = await asking_records.themes(product, THEME_LIST, reader, when)
        self._judge("themeFrequency", asked, met, expected_records.themes(views, *THEME_LIST))
        self.outcome.shown["records by theme"] += 0 if met is None else met["records"]
        told = await asking_records.sectors(product, reader, when)
        self._judge("sectorCoverage", asked, told, expected_records.sectors(views))
        self.outcome.shown["seats"] += told["seats"]

    def _note_series(self, answered: Any) -> None:
        shown = self.outcome.shown
        if not isinstance(answered, dict):
            shown["series refused"] += 1
            return
        for points in answered.values():
            for point in points:
                growth, per = point["growth"], point["perThousand"]
                shown["changes told" if growth["reason"] is None else "changes not told"] += 1
                if per is not None:
                    shown["not per 1,000" if isinstance(per[0], str) else "per 1,000"] += 1

    def _judge(self, view: str, asked: Asked, answered: Any, expected: Any, about: str = "") -> None:
        self.outcome.compared[view] += 1
        if answered != expected:
            where, ours, theirs = first_difference(answered, expected)
            self.outcome.differences.append(Difference(view, f"{about} {asked}", where, ours, theirs))

    def _note(self, answered: Any) -> None:
        if not isinstance(answered, dict):
            self.outcome.shown["unknown indicators" if answered is None else "comparisons refused"] += 1
            return
        shown = self.outcome.shown
        shown["figures"] += len(answered["values"])
        shown["totals"] += answered["total"] is not None
        shown["withheld figures"] += sum(answered["withheld"].values())
        shown["rounded totals"] += answered["total"] is not None and answered["total"]["rounded"]
        shown["missing figures"] += answered["missing"]
        shown["exempt figures"] += sum(one[2] == "EXEMPT" for one in answered["standings"])
        shown["partial comparisons"] += answered["weakestComparability"] == "PARTIAL"
        shown["corrections under way"] += sum(one["stage"] != "PUBLISHED" for one in answered["values"])
        if answered["notAddable"] is not None:
            shown[f"refused: {answered['notAddable'].lower()}"] += 1


def first_difference(answered: Any, expected: Any, where: str = "") -> tuple[str, Any, Any]:
    """The path to the first part that differs, and both sides there."""
    if isinstance(answered, dict) and isinstance(expected, dict):
        for key in [*expected, *(key for key in answered if key not in expected)]:
            if answered.get(key) != expected.get(key):
                return first_difference(answered.get(key), expected.get(key), f"{where}.{key}")
    if isinstance(answered, list) and isinstance(expected, list) and len(answered) == len(expected):
        for number, (ours, theirs) in enumerate(zip(answered, expected, strict=True)):
            if ours != theirs:
                return first_difference(ours, theirs, f"{where}[{number}]")
    if isinstance(answered, list) and isinstance(expected, list):
        more = [one for one in answered if one not in expected]
        fewer = [one for one in expected if one not in answered]
        return where, f"{len(answered)}, of them {more[:3]}", f"{len(expected)}, of them {fewer[:3]}"
    return where, answered, expected

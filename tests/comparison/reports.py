"""What bodies owe and report: on time, late, corrected, returned, exempted, or not at all."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from domain import requirement
from domain.agreement import Programme
from domain.audience import Audience
from domain.ports import Append
from domain.submission import events as submission
from domain.submission.route import COUNCIL
from domain.values import Period, TerritoryCode, both
from tests.comparison.agreements import PROGRAMMES
from tests.comparison.forms import Form, place, places, reported
from tests.comparison.telling import Said, Teller, later

if TYPE_CHECKING:
    from tests.comparison.country import Country

_OUT_OF_TURN: Final = ("step_out_of_turn",)


class Reports:
    def __init__(self, teller: Teller, country: "Country") -> None:
        self.teller = teller
        self.country = country
        self.random = teller.random
        self._required: dict[tuple[int, int], list[tuple[Any, TerritoryCode | None]]] = {}
        self._ended: set[Any] = set()
        self._late: list[Append] = []
        self._corrected: list[tuple[int, Any, Form, str, date]] = []

    def required(self) -> Iterator[Append]:
        for number in range(len(self.country.bodies)):
            for which in range(len(self.country.indicators)):
                if self.teller.likely(0.95):
                    yield from self._require(number, which)

    def _require(self, number: int, which: int) -> Iterator[Append]:
        tenant_id = self.country.bodies[number]
        owed = self._required.setdefault((number, which), [])
        times = 2 if self.teller.likely(0.03) else 1  # two bases for the same figure
        for where in places(number) * times:
            programme = None
            if self.teller.likely(0.5):
                code = self.random.choice(PROGRAMMES)
                programme = Programme(code=code, label=both(en=code, fr=code, source="en"))
            audience = self.random.choices((Audience.PUBLIC, Audience.FUNDERS, Audience.TENANT), (80, 15, 5))[0]
            first = self.country.periods[0]
            if self.teller.likely(0.1):
                first = self.random.choice(self.country.periods)
            required = requirement.SubmissionRequired(
                indicator=self.country.cited[number, which],
                cadence="quarter",
                first=first,
                due_days=45,
                territory=where,
                agreement_id=None,
                programme=programme,
                audience=audience,
            )
            stream = self.teller.id()
            owed.append((stream, where))
            day = later(self.country.periods[0].start, self.random.randint(-200, 60))
            yield self.teller.tell(tenant_id, stream, [(required, day)])

    def of(self, period: Period) -> Iterator[Append]:
        """What is told of a period, and what is still told of those before it."""
        before, self._late = self._late, []
        yield from before
        for number in range(len(self.country.bodies)):
            for which, form in enumerate(self.country.forms):
                yield from self._exempted(number, which, period)
                if self.teller.likely(0.62):
                    yield from self._reported(number, which, form, period)
        yield from self._put_right(period)

    def _exempted(self, number: int, which: int, period: Period) -> Iterator[Append]:
        tenant_id = self.country.bodies[number]
        for stream, _ in self._required.get((number, which), ()):
            if stream in self._ended:
                continue
            if self.teller.likely(0.06):
                reason: Any = self.random.choice(("starting_up", "no_activity", "waived_by_funder"))
                exempted = requirement.PeriodExempted(period=period, reason=reason, note=None)
                day = later(period.start, self.random.randint(0, 200))
                yield self.teller.tell(tenant_id, stream, [(exempted, day)])
            elif period.start > self.country.periods[0].start and self.teller.likely(0.004):
                self._ended.add(stream)
                ended = requirement.RequirementEnded(note=None)
                yield self.teller.tell(tenant_id, stream, [(ended, later(period.start, 10))])

    def _reported(self, number: int, which: int, form: Form, period: Period) -> Iterator[Append]:
        where: list[TerritoryCode | None] = list(places(number))
        if form.odd == "overlap" and self.teller.likely(0.05):
            where = [place((number + 1) % len(self.country.bodies), 1)]
        if form.odd == "twice" and self.teller.likely(0.05) and where != [None]:
            where.append(None)
        if form.odd in ("overlap", "twice") and not self.teller.likely(0.5):
            where = where[:1]
        addresses: list[tuple[TerritoryCode | None, tuple[submission.Cut, ...]]] = [(at, ()) for at in where]
        if self.teller.likely(0.06):
            cuts = [submission.Cut(dimension="sex", category=code) for code in ("women", "men")]
            addresses += [(where[0], (cut,)) for cut in cuts]
        for at, cut in addresses:
            yield from self._one((number, which), period, at, cut)

    def _one(
        self,
        key: tuple[int, int],
        period: Period,
        where: TerritoryCode | None,
        cuts: tuple[submission.Cut, ...],
    ) -> Iterator[Append]:
        number, which = key
        form, unit = self.country.forms[which], self.country.units[key]
        value, denominator = reported(self.random, form, unit)
        audience = self.random.choices((Audience.PUBLIC, Audience.FUNDERS, Audience.TENANT), (94, 4, 2))[0]
        drafted = submission.SubmissionDrafted(
            indicator=self.country.cited[key],
            period=period,
            territory=where,
            cuts=cuts,
            value=value,
            denominator=denominator,
            requirement_id=None,
            route=COUNCIL,
            note=None,
            audience=audience,
        )
        tenant_id, stream = self.country.bodies[number], self.teller.id()
        late = self.teller.likely(0.06)
        day = later(period.end, self.random.randint(80, 240) if late else self.random.randint(2, 40))
        steps, breaches = self._steps(form, unit)
        said: list[Said] = [(drafted, day)]
        for step in steps:
            day = later(day, self.random.randint(0, 6))
            said.append((step, day))
        told = self.teller.tell(tenant_id, stream, said, breaches=breaches)
        if late:
            self._late.append(told)
        else:
            yield told
        if isinstance(said[-1][0], submission.SubmissionPublished) and self.teller.likely(0.08):
            self._corrected.append((number, stream, form, unit, later(day, self.random.randint(1, 120))))

    def _steps(self, form: Form, unit: str) -> tuple[list[Any], tuple[str, ...]]:
        whole = [
            submission.SubmissionSubmitted(),
            submission.SubmissionValidated(),
            submission.SubmissionApproved(),
            submission.SubmissionPublished(),
        ]
        chance = self.random.random()
        if chance < 0.7:
            return whole[-1:], _OUT_OF_TURN
        if chance < 0.82:
            return whole, ()
        if chance < 0.88:
            value, denominator = reported(self.random, form, unit)
            back = submission.SubmissionReturned(reason="incomplete", note=None)
            again = submission.SubmissionResubmitted(value=value, denominator=denominator, note=None)
            return [whole[0], back, again, *whole[1:]][: self.random.randint(2, 6)], ()
        return whole[: self.random.randint(0, 3)], ()

    def _put_right(self, period: Period) -> Iterator[Append]:
        """Corrections come a period later, and may be published in their turn."""
        corrected, self._corrected = self._corrected, []
        for number, stream, form, unit, day in corrected:
            value, denominator = reported(self.random, form, unit)
            reason: Any = self.random.choice(("typing_error", "late_information"))
            tenant_id = self.country.bodies[number]
            if day > later(period.end, 60):
                self._corrected.append((number, stream, form, unit, day))
                continue
            again = submission.SubmissionCorrected(value=value, denominator=denominator, reason=reason, note=None)
            said: list[Said] = [(again, day)]
            if self.teller.likely(0.6):
                said += [
                    (submission.SubmissionValidated(), later(day, 2)),
                    (submission.SubmissionApproved(), later(day, 4)),
                    (submission.SubmissionPublished(), later(day, 5)),
                ]
            yield self.teller.tell(tenant_id, stream, said)

"""An invented country: bodies, indicators, alignments, requirements, and what is reported period after period.

The events are those of the domain, valid by its rules or marked as recorded elsewhere. The same seed and size give
the same country. Nothing is told twice and nothing is told in an order that no history could have.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from domain import alignment, body, indicator, target
from domain.audience import Audience
from domain.dataset import events as dataset
from domain.frozen_comparison import ComparisonFrozen, SourceLog
from domain.ids import COMMONS, DatasetId, FrozenComparisonId, TenantId
from domain.plan import events as plan
from domain.ports import Append
from domain.published_aggregate import Publication
from domain.values import CatchmentPart, Citation, LocalizedText, Period, QualifiedValue, both
from tests.comparison.agreements import Agreements
from tests.comparison.forms import FIRST, FORMS, Form, figure, periods, place
from tests.comparison.records import Records
from tests.comparison.reports import Reports
from tests.comparison.sizes import Size
from tests.comparison.telling import Teller, later

BEGUN: Final = date(2018, 1, 15)
MINISTRY: Final = TenantId(UUID("11111111-0000-7000-8000-000000000001"))
FUNDER: Final = TenantId(UUID("11111111-0000-7000-8000-000000000002"))
POPULATION: Final = DatasetId(UUID("22222222-0000-7000-8000-000000000001"))
PROVINCES: Final[tuple[Any, ...]] = ("ON", "QC", "NB", "AB")
KINDS: Final = (body.BodyKind.LIP, body.BodyKind.RIF, body.BodyKind.ROUNDTABLE)
_OFF_REGISTER_SHARE: Final = 0.04


class Country:
    def __init__(self, seed: int, size: Size) -> None:
        self.size = size
        self.random = Random(seed)
        self.teller = Teller(self.random)
        self.periods = periods(size.periods)
        self.bodies = [TenantId(self.teller.id()) for _ in range(size.partnerships)]
        self.forms: list[Form] = [FORMS[number % len(FORMS)] for number in range(size.indicators)]
        self.indicators = [
            Citation(log=COMMONS if number % 2 else MINISTRY, stream=self.teller.id(), version=1)
            for number in range(size.indicators)
        ]
        self.cited: dict[tuple[int, int], Citation] = {}
        """Of which indicator a body reports for the shared one."""
        self.units: dict[tuple[int, int], str] = {}
        self.teller.sample_bodies = set(self.bodies[::11])
        self.reached: dict[TenantId, int] = {}
        """The last position of every log so far."""
        self.frozen: list[UUID] = []
        self._agreements = Agreements(self.teller, self.bodies, FUNDER)
        self._reports = Reports(self.teller, self)

    @property
    def tenants(self) -> list[TenantId]:
        return [MINISTRY, FUNDER, *self.bodies]

    def begun(self) -> Iterator[Append]:
        """What is recorded before the first period, in its order."""
        return self._counted(self._begun())

    def of(self, period: Period) -> Iterator[Append]:
        """What is recorded in the course of a period. Periods are told in their order, after what has begun."""
        return self._counted(self._of(period))

    def _counted(self, told: Iterator[Append]) -> Iterator[Append]:
        for append in told:
            self.reached[append.tenant_id] = self.reached.get(append.tenant_id, 0) + len(append.events)
            yield append

    def _begun(self) -> Iterator[Append]:
        yield from self._registered()
        yield from self._population()
        yield from self._defined()
        yield from self._targets(MINISTRY, [(of, of) for of in self.indicators if of.log == MINISTRY])
        yield from self._agreements.begun()
        yield from Records(self.teller, self.bodies).told()
        for number in range(len(self.bodies)):
            yield from self._aligned(number)
        yield from self._reports.required()
        for number in range(0, len(self.bodies), 5):
            tied = [(self.cited[number, which], canonical) for which, canonical in enumerate(self.indicators[:6])]
            yield from self._targets(self.bodies[number], tied)

    def _of(self, period: Period) -> Iterator[Append]:
        yield from self._reports.of(period)
        yield from self._agreements.goes_on(period.end)
        yield from self._changes(period)
        yield from self._frozen(period)

    # --- who there is

    def _registered(self) -> Iterator[Append]:
        tell = self.teller.tell
        yield tell(COMMONS, COMMONS, [(self._opening("commons", body.BodyKind.COMMONS, None), BEGUN)])
        yield from self._body(MINISTRY, "ministry", body.BodyKind.MINISTRY, province="QC", day=BEGUN)
        yield from self._body(FUNDER, "funder", body.BodyKind.FUNDER, province=None, day=BEGUN)
        for number, tenant_id in enumerate(self.bodies):
            late = number % 13 == 12  # begins while others report
            day = later(FIRST.start, 150) if late else later(BEGUN, number % 28)
            province = PROVINCES[number % 4]
            kind = KINDS[number % 3]
            yield from self._body(tenant_id, f"body-{number:04d}", kind, province=province, day=day, number=number)

    def _body(
        self,
        tenant_id: TenantId,
        slug: str,
        kind: body.BodyKind,
        *,
        province: Any,
        day: date,
        number: int | None = None,
    ) -> Iterator[Append]:
        name = self._name(slug)
        registered = body.BodyRegistered(slug=slug, kind=kind, name=name)
        yield self.teller.tell(COMMONS, tenant_id, [(registered, day)])
        self.teller.versions[tenant_id] = 0  # the same id is another stream in the body's own log
        said: list[Any] = [(self._opening(slug, kind, province), day)]
        if number is not None:
            extent: Any = "part" if number % 17 == 16 else "whole"
            parts = (CatchmentPart(territory=place(number), extent=extent),)
            said.append((body.CatchmentSet(parts=parts), day))
        yield self.teller.tell(tenant_id, tenant_id, said)

    def _opening(self, slug: str, kind: body.BodyKind, province: Any) -> body.BodyOpened:
        return body.BodyOpened(
            kind=kind,
            name=self._name(slug),
            slug=slug,
            province=province,
            time_zone="America/Toronto",
            default_language="en",
            started=None,
            attested=None,
            lead_organisation=None,
            phase=None,
        )

    @staticmethod
    def _name(slug: str) -> LocalizedText:
        return both(en=f"Body {slug}", fr=f"Organisme {slug}", source="en")

    def _population(self) -> Iterator[Append]:
        """How many live in the first divisions: a vintage that stands, and one that is withdrawn."""
        title = both(en="Population by division", fr="Population par division", source="en")
        publication = Publication(title=title)
        registered = dataset.DatasetRegistered(
            title=title, publication=publication, scheme="sgc-cd", audience=Audience.PUBLIC
        )
        said: list[Any] = [(registered, BEGUN)]
        for vintage in ("2016", "2021"):
            cells = tuple(
                dataset.Cell(key=place(number).code, value=self._people(number))
                for number in range(min(len(self.bodies), 150))
                if number % 29 != 28
            )
            published = dataset.VintagePublished(
                vintage=vintage, period=Period.calendar_year(int(vintage)), cells=cells, audience=Audience.PUBLIC
            )
            said.append((published, BEGUN))
        said.append((dataset.VintageWithdrawn(vintage="2016", note=None), later(FIRST.start, 300)))
        yield self.teller.tell(COMMONS, POPULATION, said)

    def _people(self, number: int) -> QualifiedValue:
        people = Decimal(self.random.randint(9_000, 400_000))
        if number % 23 == 7:
            return QualifiedValue(kind="suppressed", unit="people")
        kind: Any = "estimate" if number % 5 == 4 else "exact"
        return QualifiedValue(kind=kind, number=people, unit="people", rounded_to=5)

    # --- what is counted

    def _defined(self) -> Iterator[Append]:
        for number, (cited, form) in enumerate(zip(self.indicators, self.forms, strict=True)):
            day = later(BEGUN, 40) if number % 7 else later(FIRST.end, 20)  # some are defined late
            said = self._said(form, form.unit, Audience.PUBLIC, day)
            yield self.teller.tell(TenantId(cited.log), cited.stream, said)

    def _said(self, form: Form, unit: str, audience: Audience, day: date) -> list[Any]:
        """A definition, and what it counts; of people, every second time nobody says it."""
        said: list[Any] = [(self._definition(form, unit, audience), day)]
        counted: Any = "people" if "people" in (unit, form.of) else "other"
        if form.kind != "amount" and (counted == "other" or self.teller.likely(0.5)):
            said.append((indicator.IndicatorCountingStated(counted=counted), day))
        return said

    def _definition(self, form: Form, unit: str, audience: Audience) -> indicator.IndicatorDefined:
        sexes = tuple(
            indicator.Category(code=code, label=both(en=en, fr=fr, source="en"))
            for code, en, fr in (("women", "Women", "Femmes"), ("men", "Men", "Hommes"))
        )
        sex = indicator.Dimension(code="sex", label=both(en="Sex", fr="Sexe", source="en"), categories=sexes)
        return indicator.IndicatorDefined(
            wording=both(en=f"Number of {unit}", fr=f"Nombre de {unit}", source="en"),
            description=None,
            unit=unit,
            kind=form.kind,
            direction="increase",
            combining=form.combining,
            denominator=None if form.of is None else both(en="those met", fr="ceux rencontrés", source="en"),
            denominator_unit=form.of,
            dimensions=(sex,),
            source_rule=None,
            plan_indicator=None,
            audience=audience,
        )

    def _aligned(self, number: int) -> Iterator[Append]:
        """The indicators of its own that a body reports, and how far it says that they are the shared ones."""
        tenant_id = self.bodies[number]
        for which, (canonical, form) in enumerate(zip(self.indicators, self.forms, strict=True)):
            self.cited[number, which], self.units[number, which] = canonical, form.unit
            if not self.teller.likely(0.3):
                continue
            odd = form.odd == "units" and self.teller.likely(0.1)
            unit = "firms" if odd else form.unit
            audience = Audience.FUNDERS if self.teller.likely(0.15) else Audience.PUBLIC
            own = Citation(log=tenant_id, stream=self.teller.id(), version=1)
            self.cited[number, which], self.units[number, which] = own, unit
            yield self.teller.tell(tenant_id, own.stream, self._said(form, unit, audience, BEGUN))
            if self.teller.likely(0.1):
                continue  # nobody says anything of the two
            yield from self._said_of(tenant_id, own.stream, canonical, audience, odd=odd)

    def _said_of(
        self, tenant_id: TenantId, own: Any, canonical: Citation, audience: Audience, *, odd: bool
    ) -> Iterator[Append]:
        stream, day = self.teller.id(), later(BEGUN, self.random.randint(60, 700))
        grades: list[Any] = (
            ["partial"] if odd else self.random.choices(("exact", "partial", "none"), (7, 4, 1), k=2)
        )
        said: list[Any] = [
            (
                alignment.IndicatorAligned(
                    indicator_id=own, canonical=canonical, grade=grades[0], note=None, audience=audience
                ),
                day,
            )
        ]
        if self.teller.likely(0.15):
            said.append((alignment.AlignmentWithdrawn(note=None), later(day, self.random.randint(30, 500))))
        elif grades[-1] != grades[0]:
            again = alignment.IndicatorAligned(
                indicator_id=own, canonical=canonical, grade=grades[-1], note=None, audience=audience
            )
            said.append((again, later(day, self.random.randint(30, 500))))
        yield self.teller.tell(tenant_id, stream, said[:1])
        if said[1:]:
            yield self.teller.tell(tenant_id, stream, said[1:])

    # --- what is aimed at

    def _targets(self, owner: TenantId, tied: list[tuple[Citation, Citation]]) -> Iterator[Append]:
        plan_id, element_id = self.teller.id(), self.teller.id()
        title = both(en="Plan", fr="Plan", source="en")
        drafted = plan.PlanDrafted(
            kind="strategic_plan", title=title, period=Period.fiscal_years(2018, 2028), agreement_id=None
        )
        element = plan.ElementAdded(
            element_id=element_id,
            level="indicator",
            parent_id=None,
            number="1",
            wording=title,
            territory=None,
            indicator_kind="count",
            rank=1,
            copied_from=None,
        )
        said: list[Any] = [drafted, element, plan.RevisionAdopted(number=1)]
        if self.teller.likely(0.7):
            said.append(plan.RevisionPublished(number=1, source_published_on=None))
        yield self.teller.tell(owner, plan_id, [(event, BEGUN) for event in said])
        for cited, canonical in tied:
            form = self.forms[self.indicators.index(canonical)]
            unit = form.unit if self.teller.likely(0.9) else "something else"
            yield from self._target(owner, plan_id, element_id, cited, unit)

    def _target(
        self, owner: TenantId, plan_id: Any, element_id: Any, cited: Citation, unit: str
    ) -> Iterator[Append]:
        stream, day = self.teller.id(), later(BEGUN, 30)
        begun = target.BaselineSet(
            plan_id=plan_id,
            indicator_id=element_id,
            unit=unit,
            direction="increase",
            baseline=QualifiedValue(kind="missing"),
            baseline_period=None,
        )
        said: list[Any] = [(begun, day), (target.TargetTied(indicator=cited), day)]
        said += [
            (target.TargetSet(period=period, value=figure(self.random, unit)), later(day, number))
            for number, period in enumerate(self.periods)
            if self.teller.likely(0.8)
        ]
        yield self.teller.tell(owner, stream, said)
        period = self.random.choice(self.periods)
        revised = target.TargetRevised(period=period, value=figure(self.random, unit))
        yield self.teller.tell(owner, stream, [(revised, later(day, self.random.randint(0, 900)))])

    def _frozen(self, period: Period) -> Iterator[Append]:
        """The funder freezes some comparisons of the period as they stand, and leaves some logs out."""
        for _ in range(3):
            cited = self.random.choice(self.indicators)
            frozen_id = FrozenComparisonId(self.teller.id())
            self.frozen.append(frozen_id)
            sources = tuple(
                SourceLog(log=log, position=position, granted=self.teller.likely(0.5))
                for log, position in sorted(self.reached.items(), key=str)
                if log in (COMMONS, MINISTRY) or self.teller.likely(0.9)
            )
            frozen = ComparisonFrozen(
                title=self._name("frozen"),
                indicator=cited,
                period=period,
                kinds=(KINDS[0], KINDS[1]) if self.teller.likely(0.3) else None,
                provinces=("ON", "QC") if self.teller.likely(0.3) else None,
                stage="published",
                as_of=later(period.end, 300),
                sources=sources,
                audience=Audience.PUBLIC,
            )
            yield self.teller.tell(FUNDER, frozen_id, [(frozen, later(period.end, 100))])

    # --- what changes

    def _changes(self, period: Period) -> Iterator[Append]:
        """A body that others follow, a few that say anew whom they serve."""
        if period is self.periods[len(self.periods) // 2] and len(self.bodies) > 3:
            for number in range(3, len(self.bodies), round(1 / _OFF_REGISTER_SHARE)):
                tenant_id = self.bodies[number]
                succeeded = body.BodySucceeded(
                    succession_id=self.teller.id(),
                    kind="succession",
                    successors=(self.bodies[0],),
                    illustrative=True,
                )
                yield self.teller.tell(tenant_id, tenant_id, [(succeeded, later(period.end, 60))])

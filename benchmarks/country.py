"""An invented country for what is compared nationally: bodies that report shared indicators quarter after quarter.

Less is told of each figure than in life: a draft and its publication, so that a country of a thousand bodies is
loaded in minutes. Three indicators of ten are the body's own, aligned with the shared one, and a few figures are
not exact, so that a view has something of everything to bring together.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final, NamedTuple
from uuid import UUID

from domain import alignment, body, indicator, requirement
from domain.access import EVERY_PROGRAMME, GrantChange
from domain.access_grant import AccessGranted
from domain.audience import Audience
from domain.envelope import Actor, Envelope, WithoutAuthority
from domain.event import Event, encode, encode_envelope
from domain.ids import COMMONS, CommandId, PersonId, StreamId, TenantId
from domain.ports import Append, NewEvent
from domain.submission import events as submission
from domain.submission.route import COUNCIL
from domain.values import Citation, Combining, LocalizedText, Period, QualifiedValue, both

FUNDER: Final = TenantId(UUID("11111111-0000-7000-8000-00000000f00d"))
BEGUN: Final = date(2018, 1, 15)
FIRST: Final = Period.quarter(2019, 2)
PROVINCES: Final[tuple[Any, ...]] = ("ON", "QC", "NB", "AB")
KINDS: Final = (body.BodyKind.LIP, body.BodyKind.RIF, body.BodyKind.ROUNDTABLE)
_ACTOR: Final = Actor(id=PersonId(UUID(int=7)), role="coordinator")
_AUTHORITY: Final = WithoutAuthority(reason="not_stated_in_source")
_FLOW: Final = Combining(measure="flow", over_periods="sum", across_bodies="sum")
_OWN_SHARE: Final = 0.3
_REPORTED_SHARE: Final = 0.85
Said = tuple[Event, date]


class Size(NamedTuple):
    partnerships: int
    indicators: int
    periods: int

    def __str__(self) -> str:
        return f"{self.partnerships} partnerships x {self.indicators} indicators x {self.periods} quarters"


class Country:
    """The same seed and size give the same country."""

    def __init__(self, size: Size, seed: int = 1) -> None:
        self.size = size
        self._random = Random(seed)
        self._versions: dict[tuple[UUID, UUID], int] = {}
        self.bodies = [TenantId(self._id()) for _ in range(size.partnerships)]
        self.indicators = [Citation(log=COMMONS, stream=self._id(), version=1) for _ in range(size.indicators)]
        self.periods = [FIRST]
        while len(self.periods) < size.periods:
            following = self.periods[-1].following()
            assert following is not None
            self.periods.append(following)

    @property
    def logs(self) -> list[TenantId]:
        """Of whom there is a log; that of the commons is there from the start."""
        return [FUNDER, *self.bodies]

    @property
    def day(self) -> date:
        """After everything that is told."""
        return self.periods[-1].end + timedelta(days=400)

    def told(self) -> Iterator[Append]:
        """Everything, in the order in which it is recorded."""
        yield self._tell(COMMONS, COMMONS, [(_opened("commons", body.BodyKind.COMMONS, None), BEGUN)])
        yield from self._body(FUNDER, "funder", body.BodyKind.FUNDER, None)
        for cited in self.indicators:
            yield self._tell(COMMONS, cited.stream, [(_defined(), BEGUN)])
        reports = []
        for number, tenant_id in enumerate(self.bodies):
            yield from self._body(tenant_id, f"body-{number:04d}", KINDS[number % 3], PROVINCES[number % 4])
            yield from self.granted(tenant_id)
            for canonical in self.indicators:
                cited = canonical
                if self._random.random() < _OWN_SHARE:
                    cited = Citation(log=tenant_id, stream=self._id(), version=1)
                    yield from self._aligned(tenant_id, cited, canonical)
                yield self._required(tenant_id, cited)
                reports.append((tenant_id, cited))
        for period in self.periods:
            for tenant_id, cited in reports:
                if self._random.random() < _REPORTED_SHARE:
                    yield self._reported(tenant_id, cited, period)

    def _body(self, tenant_id: TenantId, slug: str, kind: body.BodyKind, province: Any) -> Iterator[Append]:
        registered = body.BodyRegistered(slug=slug, kind=kind, name=_named(slug))
        yield self._tell(COMMONS, tenant_id, [(registered, BEGUN)])
        yield self._tell(tenant_id, tenant_id, [(_opened(slug, kind, province), BEGUN)])

    def granted(self, tenant_id: TenantId) -> Iterator[Append]:
        """A body grants the funder everything."""
        granted = AccessGranted(grantee=FUNDER, programme=None, agreement_id=None)
        change = GrantChange(grantee=FUNDER, programme=EVERY_PROGRAMME, granted=True)
        yield self._tell(tenant_id, self._id(), [(granted, BEGUN)], grants=(change,))

    def _aligned(self, tenant_id: TenantId, own: Any, canonical: Citation) -> Iterator[Append]:
        yield self._tell(tenant_id, own.stream, [(_defined(), BEGUN)])
        aligned = alignment.IndicatorAligned(
            indicator_id=own.stream,
            canonical=canonical,
            grade="exact" if self._random.random() < 0.7 else "partial",
            note=None,
            audience=Audience.PUBLIC,
        )
        yield self._tell(tenant_id, self._id(), [(aligned, BEGUN)])

    def _required(self, tenant_id: TenantId, cited: Citation) -> Append:
        required = requirement.SubmissionRequired(
            indicator=cited,
            cadence="quarter",
            first=FIRST,
            due_days=45,
            territory=None,
            agreement_id=None,
            programme=None,
            audience=Audience.PUBLIC,
        )
        return self._tell(tenant_id, self._id(), [(required, BEGUN)])

    def _reported(self, tenant_id: TenantId, cited: Citation, period: Period) -> Append:
        drafted = submission.SubmissionDrafted(
            indicator=cited,
            period=period,
            territory=None,
            cuts=(),
            value=self._value(),
            denominator=None,
            requirement_id=None,
            route=COUNCIL,
            note=None,
            audience=Audience.PUBLIC,
        )
        day = period.end + timedelta(days=self._random.randint(2, 60))
        said: list[Said] = [(drafted, day), (submission.SubmissionPublished(), day)]
        return self._tell(tenant_id, self._id(), said, breaches=("step_out_of_turn",))

    def _value(self) -> QualifiedValue:
        number = Decimal(self._random.randint(0, 4_000))
        kind: Any = self._random.choices(("exact", "estimate", "at_least", "suppressed"), (90, 5, 3, 2))[0]
        status: Any = self._random.choices((None, "provisional", "rounded"), (92, 5, 3))[0]
        if kind == "suppressed":
            return QualifiedValue(kind=kind, unit="people")
        return QualifiedValue(kind=kind, number=number, status=status, unit="people")

    def _id(self) -> Any:
        return UUID(int=self._random.getrandbits(128))

    def _tell(
        self,
        tenant_id: TenantId,
        stream_id: UUID,
        said: list[Said],
        *,
        grants: tuple[GrantChange, ...] = (),
        breaches: tuple[str, ...] = (),
    ) -> Append:
        """A request to the log, with the next versions of its stream."""
        expected = self._versions.get((tenant_id, stream_id), 0)
        command_id = CommandId(self._id())
        events = tuple(
            NewEvent(
                version=expected + number,
                type=event.TYPE,
                state=encode_envelope(
                    Envelope(
                        v=1,
                        type=event.TYPE,
                        schema=event.SCHEMA,
                        effective_on=day,
                        actor=_ACTOR,
                        authority=_AUTHORITY,
                        command_id=command_id,
                        causation_id=None,
                        correlation_id=command_id,
                        lang="en",
                        breaches=breaches,
                        data=encode(event),
                    )
                ),
            )
            for number, (event, day) in enumerate(said, start=1)
        )
        self._versions[tenant_id, stream_id] = expected + len(events)
        return Append(
            tenant_id=tenant_id,
            stream_id=StreamId(stream_id),
            expected_version=expected,
            events=events,
            principal=_ACTOR.id,
            command_id=command_id,
            fingerprint=command_id.bytes * 2,
            grants=grants,
        )


def _named(slug: str) -> LocalizedText:
    return both(en=f"Body {slug}", fr=f"Organisme {slug}", source="en")


def _opened(slug: str, kind: body.BodyKind, province: Any) -> body.BodyOpened:
    return body.BodyOpened(
        kind=kind,
        name=_named(slug),
        slug=slug,
        province=province,
        time_zone="America/Toronto",
        default_language="en",
        started=None,
        attested=None,
        lead_organisation=None,
        phase=None,
    )


def _defined() -> indicator.IndicatorDefined:
    return indicator.IndicatorDefined(
        wording=both(en="People met", fr="Personnes rencontrées", source="en"),
        description=None,
        unit="people",
        kind="count",
        direction="increase",
        combining=_FLOW,
        denominator=None,
        denominator_unit=None,
        dimensions=(),
        source_rule=None,
        plan_indicator=None,
        audience=Audience.PUBLIC,
    )

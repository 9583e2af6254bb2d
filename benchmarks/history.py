"""Invented histories of partnerships: real event types in real envelopes, valid by the rules, endless.

The shares are those of a busy partnership: about half of the events are work on plans, a quarter concerns
agreements, the rest targets, mandated providers and the body itself. The same seed gives the same history.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from domain import agreement, body, provider, target
from domain.audience import Audience
from domain.envelope import Actor, Authority, ByInstrument, Envelope, WithoutAuthority
from domain.event import Event, encode, encode_envelope
from domain.ids import (
    CommandId,
    ContributionId,
    ElementId,
    ObligationId,
    PersonId,
    PlanId,
    StreamId,
    TenantId,
)
from domain.plan import events as plan
from domain.ports import Append, NewEvent
from domain.values import (
    CatchmentPart,
    LocalizedText,
    PartialDate,
    Period,
    QualifiedValue,
    TerritoryCode,
    both,
    en,
    fr,
)

FIRST_DAY: Final = date(2012, 4, 1)
LAST_DAY: Final = date(2026, 11, 1)
_EVENTS_PER_DAY: Final = 4
_LATE_SHARE: Final = 0.05
"""Of descriptive facts: dated before facts that were recorded earlier."""
_ELEMENTS_PER_PLAN: Final = 120
_EVENTS_PER_PLAN: Final = 500
_NOT_REQUIRED: Final = WithoutAuthority(reason="not_required")
_MINUTES: Final = ByInstrument(
    office=both(fr="Comité directeur", en="Steering Committee", source="fr"), number="2024-117", dated=None
)
_FR = (
    "Accueillir|Soutenir|Informer|Jumeler|Outiller|Consulter|Former|Mobiliser",
    "les personnes immigrantes|les familles nouvellement arrivées|les employeurs de la région|les bénévoles",
    "dans l’ensemble des municipalités|en milieu rural|par le guichet unique|avec les organismes du milieu",
)
_EN = (
    "Welcome|Support|Inform|Match|Equip|Consult|Train|Mobilise",
    "immigrants|newly arrived families|the region’s employers|volunteers",
    "in every municipality|in rural areas|through the single window|with community organisations",
)
_PROGRESS: Final[tuple[plan.Progress, ...]] = ("not_started", "under_way", "done", "delayed")
_MODES: Final[tuple[tuple[provider.Mode, ...], ...]] = (("full_time",), ("part_time", "online"), ("specialised",))
_TERRITORIES: Final = tuple(TerritoryCode(scheme="qc-region", code=f"{number:02d}") for number in range(1, 18))


def _texts() -> list[LocalizedText]:
    def phrases(parts: tuple[str, str, str]) -> list[str]:
        first, second, third = (part.split("|") for part in parts)
        return [f"{a} {b} {c}" for a in first for b in second for c in third]

    pairs = list(zip(phrases(_FR), phrases(_EN), strict=True))
    bilingual = [both(fr=of_fr, en=of_en, source="fr", unofficial=("en",)) for of_fr, of_en in pairs]
    return [*bilingual, *(fr(of_fr) for of_fr, _ in pairs), *(en(of_en) for _, of_en in pairs)]


class Entry(NamedTuple):
    """What one request records: events of one stream with versions that follow each other."""

    stream_id: StreamId
    expected_version: int
    events: tuple[NewEvent, ...]

    def appended(self, tenant_id: TenantId, principal: PersonId, command_id: CommandId) -> Append:
        """The request to the log."""
        return Append(
            tenant_id=tenant_id,
            stream_id=self.stream_id,
            expected_version=self.expected_version,
            events=self.events,
            principal=principal,
            command_id=command_id,
            fingerprint=command_id.bytes * 2,
        )


class _Said(NamedTuple):
    event: Event
    authority: Authority = _NOT_REQUIRED
    late: bool = False
    """May be dated before what was said earlier, if the rules let events of its type."""


class _Stream(msgspec.Struct):
    id: UUID
    begun: date
    version: int = 0
    data: dict[str, Any] = msgspec.field(default_factory=dict)


class History:
    """The log of one partnership, request after request."""

    def __init__(self, tenant_id: TenantId, seed: int) -> None:
        self.tenant_id = tenant_id
        self._random = Random(seed)
        self._texts = _texts()
        self._written = 0
        self._body = _Stream(id=tenant_id, begun=FIRST_DAY)
        self._streams: dict[str, list[_Stream]] = {}
        self.actor = Actor(id=PersonId(self._id()), role="coordinator")

    def entries(self, events: int) -> Iterator[Entry]:
        """Requests that hold this many events in all, the body's opening first."""
        left = events
        for stream, said in self._requests():
            entry = self.entry(stream, said[:left])
            left -= len(entry.events)
            yield entry
            if not left:
                return

    def _requests(self) -> Iterator[tuple[_Stream, Sequence[_Said]]]:
        yield self._body, [_Said(self._opening())]
        actions: tuple[Callable[[], tuple[_Stream, list[_Said]]], ...] = (
            self._plan,
            self._agreement,
            self._target,
            self._provider,
            self._describe_body,
        )
        while True:
            action = self._random.choices(actions, (24, 42, 12, 20, 2))[0]
            yield action()

    @property
    def _today(self) -> date:
        return min(FIRST_DAY + timedelta(days=self._written // _EVENTS_PER_DAY), LAST_DAY)

    def entry(self, stream: _Stream, said: Sequence[_Said]) -> Entry:
        expected = stream.version
        command_id = CommandId(self._id())
        events = []
        for event, authority, late in said:
            stream.version += 1
            self._written += 1
            effective_on = self._today
            if late and not event.LIFECYCLE and self._random.random() < _LATE_SHARE:
                effective_on = max(stream.begun, effective_on - timedelta(days=self._random.randint(1, 90)))
            envelope = Envelope(
                v=1,
                type=event.TYPE,
                schema=event.SCHEMA,
                effective_on=effective_on,
                actor=self.actor,
                authority=authority,
                command_id=command_id,
                causation_id=None,
                correlation_id=command_id,
                lang="fr",
                data=encode(event),
            )
            events.append(NewEvent(version=stream.version, type=event.TYPE, state=encode_envelope(envelope)))
        return Entry(StreamId(stream.id), expected, tuple(events))

    # --- the body

    def _opening(self) -> Event:
        return body.BodyOpened(
            kind=body.BodyKind.LIP,
            name=self._text(),
            slug=f"body-{self.tenant_id.hex[-12:]}",
            province="QC",
            time_zone="America/Toronto",
            default_language="fr",
            started=PartialDate.of(2012, 4),
            attested=None,
            lead_organisation=None,
            phase="phase_1",
        )

    def _describe_body(self) -> tuple[_Stream, list[_Said]]:
        match self._random.randrange(3):
            case 0:
                event: Event = body.BodyRenamed(name=self._text())
            case 1:
                chosen = self._random.sample(_TERRITORIES, 3)
                event = body.CatchmentSet(
                    parts=tuple(CatchmentPart(territory=place, extent="whole") for place in chosen)
                )
            case _:
                event = body.PhaseEntered(phase=self._random.choice(("phase_1", "phase_2", "active")), note=None)
        return self._body, [_Said(event, late=True)]

    # --- plans

    def _plan(self) -> tuple[_Stream, list[_Said]]:
        plans = self._of("plan")
        if not plans or plans[-1].version >= _EVENTS_PER_PLAN:
            return self._draft_plan()
        return self._revise(self._random.choice(plans[-2:]))

    def plan_revised(self) -> Iterator[tuple[_Stream, list[_Said]]]:
        """What is said of one plan that is never finished."""
        stream, said = self._draft_plan()
        yield stream, said
        while True:
            yield self._revise(stream)

    def _revise(self, stream: _Stream) -> tuple[_Stream, list[_Said]]:
        elements: list[tuple[ElementId, str]] = stream.data["elements"]
        said: list[_Said] = []
        for _ in range(self._random.randint(1, 12)):
            choice = self._random.random()
            if len(elements) < 3 or (choice < 0.45 and len(elements) < _ELEMENTS_PER_PLAN):
                said.append(self._element(elements))
            elif choice < 0.7:
                element_id = self._random.choice(elements)[0]
                said.append(_Said(plan.ElementReworded(element_id=element_id, wording=self._text())))
            elif choice < 0.95:
                element_id = self._random.choice(elements)[0]
                progress = self._random.choice(_PROGRESS)
                said.append(
                    _Said(plan.ProgressRecorded(element_id=element_id, progress=progress, note=None), late=True)
                )
            elif choice < 0.98 and elements[-1][1] == "action":
                element_id = elements.pop()[0]
                said.append(_Said(plan.ElementWithdrawn(element_id=element_id, note=None)))
            else:
                said.append(_Said(plan.ConsultationRecorded(consulted=self._text(), note=None)))
        if self._random.random() < 0.2:
            stream.data["revision"] += 1
            number = stream.data["revision"]
            said.append(_Said(plan.RevisionAdopted(number=number), _MINUTES))
            if self._random.random() < 0.5:
                said.append(_Said(plan.RevisionPublished(number=number, source_published_on=None)))
        return stream, said

    def _draft_plan(self) -> tuple[_Stream, list[_Said]]:
        stream = self._begin("plan", elements=[], revision=0)
        drafted = plan.PlanDrafted(
            kind="regional_action_plan",
            title=self._text(),
            period=Period.fiscal_years(2024, 2027),
            agreement_id=None,
        )
        elements = stream.data["elements"]
        return stream, [_Said(drafted), *(self._element(elements) for _ in range(9))]

    def _element(self, elements: list[tuple[ElementId, str]]) -> _Said:
        """An orientation, objectives below it, actions below them."""
        element_id = ElementId(self._id())
        above = [key for key, level in elements if level == "orientation"]
        goals = [key for key, level in elements if level == "objective"]
        level: plan.Level
        if not above or self._random.random() < 0.05:
            level, parent = "orientation", None
        elif not goals or self._random.random() < 0.2:
            level, parent = "objective", self._random.choice(above)
        else:
            level, parent = "action", self._random.choice(goals)
        elements.append((element_id, level))
        return _Said(
            plan.ElementAdded(
                element_id=element_id,
                level=level,
                parent_id=parent,
                number=str(len(elements)),
                wording=self._text(),
                territory=None,
                indicator_kind=None,
                rank=len(elements),
                copied_from=None,
            )
        )

    # --- agreements

    def _agreement(self) -> tuple[_Stream, list[_Said]]:
        known = self._of("agreement")
        if len(known) < 3 or self._random.random() < 0.3:
            return self._sign()
        stream = self._random.choice(known[-40:])
        obligations: list[ObligationId] = stream.data["obligations"]
        match self._random.randrange(4):
            case 0:
                stream.data["amendments"] += 1
                event: Event = agreement.AgreementAmended(
                    number=stream.data["amendments"], amount=self._money(), term=None, purpose=None
                )
            case 1 if obligations:
                event = agreement.ObligationFulfilled(obligation_id=obligations.pop())
            case 2:
                event = agreement.AgreementRenewed(term=self._term())
            case _:
                event = agreement.ContributionRecorded(
                    contribution_id=ContributionId(self._id()),
                    source=self._text(),
                    in_kind=self._random.random() < 0.5,
                    amount=self._money(),
                )
        if self._random.random() < 0.03:
            known.remove(stream)
            return stream, [_Said(event, late=True), _Said(agreement.AgreementTerminated(reason=None))]
        return stream, [_Said(event, late=True)]

    def _sign(self) -> tuple[_Stream, list[_Said]]:
        stream = self._begin("agreement", amendments=0, obligations=[])
        obligations = [ObligationId(self._id()) for _ in range(self._random.randint(1, 3))]
        stream.data["obligations"] = list(obligations)
        signed = agreement.AgreementSigned(
            programme=agreement.Programme(
                code=self._random.choice(("settlement-program", "soutien-aux-organismes", "rural-pilot")),
                label=self._text(),
            ),
            parties=(agreement.Party(name=self._text()), agreement.Party(name=self._text())),
            purpose=self._text(),
            type="contribution",
            signed=PartialDate.on(self._today),
            term=self._term(),
            amount=self._money(),
            territory=self._random.choice(_TERRITORIES),
            tags=("secretariat",),
            plan_id=None,
            audience=self._random.choice((Audience.FUNDERS, Audience.PUBLIC)),
        )
        added = [
            agreement.ObligationAdded(obligation_id=obligation_id, wording=self._text(), due_on=None)
            for obligation_id in obligations
        ]
        return stream, [_Said(signed), *(_Said(event) for event in added)]

    # --- targets and providers

    def _target(self) -> tuple[_Stream, list[_Said]]:
        known = self._of("target")
        if known and self._random.random() < 0.5:
            stream = self._random.choice(known[-40:])
            year = self._random.randint(2022, 2026)
            revised = target.TargetRevised(period=Period.fiscal_year(year), value=self._count())
            return stream, [_Said(revised, _MINUTES, late=True)]
        stream = self._begin("target")
        baseline = target.BaselineSet(
            plan_id=PlanId(self._id()),
            indicator_id=ElementId(self._id()),
            unit="personnes",
            direction="increase",
            baseline=self._count(),
            baseline_period=Period.fiscal_year(2021),
        )
        years = [
            target.TargetSet(period=Period.fiscal_year(year), value=self._count()) for year in range(2022, 2027)
        ]
        return stream, [_Said(baseline), *(_Said(event) for event in years)]

    def _provider(self) -> tuple[_Stream, list[_Said]]:
        known = self._of("provider")
        choice = self._random.random()
        if known and choice < 0.5:
            stream = self._random.choice(known[-40:])
            modes = self._random.choice(_MODES)
            return stream, [_Said(provider.MandateChanged(modes=modes, term=None), late=True)]
        if known and choice < 0.65:
            stream = known.pop(self._random.randrange(len(known)))
            return stream, [_Said(provider.MandateEnded())]
        stream = self._begin("provider")
        mandated = provider.ProviderMandated(
            name=self._text(),
            service=self._text(),
            service_code="francisation",
            modes=("full_time", "online"),
            territory=self._random.choice(_TERRITORIES),
            term=self._term(),
            audience=Audience.FUNDERS,
        )
        return stream, [_Said(mandated)]

    # --- values

    def _of(self, kind: str) -> list[_Stream]:
        return self._streams.setdefault(kind, [])

    def _begin(self, kind: str, **data: Any) -> _Stream:
        stream = _Stream(id=self._id(), begun=self._today, data=data)
        self._of(kind).append(stream)
        return stream

    def _text(self) -> LocalizedText:
        return self._random.choice(self._texts)

    def _money(self) -> QualifiedValue:
        amount = self._random.randint(1_000, 2_000_000)
        return QualifiedValue(kind="exact", number=Decimal(amount), raw=f"{amount} $", unit="CAD")

    def _count(self) -> QualifiedValue:
        count = self._random.randint(5, 5_000)
        return QualifiedValue(kind="exact", number=Decimal(count), raw=str(count), unit="personnes")

    def _term(self) -> agreement.Term:
        return agreement.Term(start=PartialDate.on(self._today), end=None)

    def _id(self) -> UUID:
        """Of version 7 by its form: the histories' own days as time, so that ids grow as real ones do."""
        high = (1_333_238_400_000 + self._written * 21_600_000) << 16 | 0x7000 | self._random.getrandbits(12)
        return UUID(int=high << 64 | 0b10 << 62 | self._random.getrandbits(62))


def only_plan(history: History, versions: int) -> Iterator[Entry]:
    """One plan's stream of this many events, revised over and over."""
    left = versions
    for stream, said in history.plan_revised():
        entry = history.entry(stream, said[:left])
        left -= len(entry.events)
        yield entry
        if not left:
            return

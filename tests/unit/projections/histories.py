"""Random logs of bodies that keep every rule of the domain: commands are decided, refusals are dropped."""

from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, cast
from uuid import UUID

import msgspec

import domain.areas  # noqa: F401 - fills the registries
from domain.access_grant import GrantAccess, RestoreAccess, RevokeAccess
from domain.activity import ActivityFacts, CorrectActivity, RecordReferral, RecordSession, WithdrawActivity
from domain.agreement import (
    AddObligation,
    AmendAgreement,
    EndPartner,
    FulfilObligation,
    NamePartner,
    Party,
    Programme,
    RecordContribution,
    RenewAgreement,
    SignAgreement,
    Term,
    TerminateAgreement,
)
from domain.alignment import AlignIndicator, RealignIndicator, WithdrawAlignment
from domain.audience import Audience
from domain.audit_mandate import AuditScope, CloseAuditMandate, ExtendAuditMandate, OpenAuditMandate
from domain.body import (
    Body,
    BodyKind,
    ChangeLeadOrganisation,
    EnterPhase,
    LeadOrganisation,
    OpenBody,
    OpenEpoch,
    RenameBody,
    SetCatchment,
)
from domain.case import Need
from domain.dataset.commands import (
    NameCategories,
    PublishVintage,
    RegisterDataset,
    TieClaim,
    WithdrawClaim,
    WithdrawVintage,
)
from domain.dataset.events import CategoryName, Cell, Tie
from domain.document import AddDocumentVersion, AttachDocument, Content, EraseDocument, WithdrawDocument
from domain.endorsement import RecordEndorsement, WithdrawEndorsement
from domain.envelope import Actor, ByDecision, ByInstrument, Envelope, Source, WithoutAuthority
from domain.erasure import ErasePerson
from domain.errors import Refusal
from domain.event import Event, decode, encode, encode_envelope
from domain.frozen_comparison import FreezeComparison, SourceLog
from domain.ids import (
    CommandId,
    ErasureId,
    FrozenComparisonId,
    OrganisationId,
    PersonId,
    StreamId,
    SuccessionId,
    TenantId,
    ThemeListId,
)
from domain.indicator import Category, DefineIndicator, Dimension, RetireIndicator, ReviseIndicator
from domain.organisation import Organisation
from domain.plan.commands import (
    AddPlanElement,
    AdoptPlanRevision,
    AlignPlanToParent,
    ClosePlan,
    DraftPlan,
    PublishPlanRevision,
    RecordConsultation,
    RecordPlanProgress,
    RetitlePlan,
    RewordPlanElement,
    WithdrawPlanElement,
)
from domain.plan.events import ElementLink
from domain.ports import Row
from domain.practice import (
    AdoptPractice,
    DescribePractice,
    Practice,
    RecordAdoption,
    RevisePractice,
    WithdrawPractice,
)
from domain.provider import ChangeMandate, EndMandate, MandateProvider
from domain.published_aggregate import (
    CorrectPublishedAggregate,
    Figure,
    Publication,
    RecordPublishedAggregate,
    WithdrawPublishedAggregate,
)
from domain.report_template import (
    PublishReportTemplate,
    PublishReportTemplateVersion,
    RetireReportTemplate,
    Section,
)
from domain.requirement import EndRequirement, ExemptPeriod, RequireSubmission
from domain.sorting import Sorted
from domain.stream import COMMANDS, Command, Loaded, Order, decide, stream_id
from domain.study import IdentifyNeed, RecordStudy, WithdrawNeed, WithdrawStudy
from domain.submission.commands import (
    ApproveSubmission,
    CorrectSubmission,
    DraftSubmission,
    PublishSubmission,
    RedraftSubmission,
    ResubmitSubmission,
    ReturnSubmission,
    SubmitSubmission,
    ValidateSubmission,
)
from domain.submission.events import Cut
from domain.succession import AcceptSuccession, ProposeSuccession, SucceedBody, Succession, WithdrawSuccession
from domain.target import ReviseTarget, SetBaseline, SetTarget, TieTarget
from domain.theme_list import (
    CrosswalkThemeLists,
    OtherList,
    PublishThemeList,
    PublishThemeListVersion,
    RetireThemeList,
    Theme,
    ThemeLink,
    ThemeList,
)
from domain.values import (
    CatchmentPart,
    Citation,
    Combining,
    PartialDate,
    Period,
    QualifiedValue,
    Ratio,
    TerritoryCode,
    both,
    en,
    fr,
)
from infra.log.store import recorded
from tests.unit.domain.given import gathered
from tests.unit.projections.governance import Governance
from tests.unit.projections.rulings import Rulings
from tests.unit.projections.sittings import Sittings

START = datetime(2024, 1, 1, 12, tzinfo=UTC)
FIRST_DAY = date(2019, 1, 1)
FUNDER = TenantId(UUID(int=90))
OTHER_THEMES, OTHER_LIST, OTHER_PRACTICE = UUID(int=91), ThemeListId(UUID(int=92)), UUID(int=93)
PARTNER = OrganisationId(UUID(int=16))
ELSEWHERE: Mapping[UUID, Loaded[Any]] = {
    FUNDER: Loaded(state=Body(kind=BodyKind.FUNDER), version=1),
    PARTNER: Loaded(state=Organisation(kind="health"), version=1, started_on=FIRST_DAY),
    OTHER_LIST: Loaded(state=ThemeList(code="other", versions=(("labour",),)), version=1),
    OTHER_PRACTICE: Loaded(state=Practice(title=fr("Autre"), audience=Audience.PUBLIC), version=1),
}
"""Streams of other logs, by id."""


def envelope(
    event: Event,
    on: date,
    *,
    sample: bool = False,
    authority: Any = None,
    seed: int = 0,
    actor: Actor | None = None,
    **more: Any,
) -> bytes:
    """The stored bytes of an event."""
    return encode_envelope(
        Envelope(
            v=1,
            type=event.TYPE,
            schema=event.SCHEMA,
            effective_on=on,
            actor=actor or Actor(id=PersonId(UUID(int=77)), role="coordinator"),
            authority=authority or WithoutAuthority(reason="not_required"),
            command_id=CommandId(UUID(int=seed + 1)),
            causation_id=None,
            correlation_id=UUID(int=seed + 1),
            lang="fr",
            sample=sample,
            **more,
            data=encode(event),
        )
    )


class Log:
    """One body's log while it is written."""

    def __init__(self, tenant_id: TenantId) -> None:
        self.tenant_id = tenant_id
        self.rows: list[Row] = []
        self._streams: dict[UUID, Loaded[Any]] = {}
        self._claims: dict[str, StreamId] = {}
        self.elsewhere: dict[tuple[TenantId, StreamId], Loaded[Any]] = {}
        """Streams of other logs that rules may read."""
        self.at = START

    def append(self, stream: UUID, event: Event, on: date, *, version: int | None = None, **more: Any) -> Row:
        """Add an event without asking any rule."""
        position = len(self.rows) + 1
        if version is None:
            version = 1 + sum(row.stream_id == stream for row in self.rows)
        state = envelope(event, on, seed=position, **more)
        row = Row(self.tenant_id, position, stream, version, event.TYPE, self.at, state)
        self.rows.append(row)
        return row

    def _known(self, need: Need) -> Loaded[Any] | None:
        if need.log is None:
            return self._streams.get(need.id)
        return self.elsewhere.get((need.log, need.id)) or ELSEWHERE.get(need.id)

    def loaded(self, stream: UUID) -> Loaded[Any] | None:
        """A stream as its rules see it; None before its first event."""
        return self._streams.get(stream)

    def give(
        self,
        command: Command,
        on: date,
        *,
        authority: Any = None,
        sample: bool = False,
        source: Source | None = None,
        actor: Actor | None = None,
    ) -> bool:
        """Decide a command; False if it is refused."""
        authority = self._citable(authority, on)
        handled = COMMANDS[type(command).__name__]
        target = stream_id(handled, command)
        loaded = self._streams.get(target) or Loaded(state=handled.stream.initial)
        order = Order(
            tenant_id=self.tenant_id,
            command_id=CommandId(UUID(int=1)),
            command=command,
            actor=actor or Actor(id=PersonId(UUID(int=77)), role="coordinator"),
            effective_on=on,
            authority=authority or WithoutAuthority(reason="not_required"),
            lang="fr",
            correlation_id=UUID(int=1),
            today=on,
            source=source,
        )
        try:
            reads = gathered(handled, loaded, order, self._known, self._claims)
            decided = decide(handled, loaded, order, reads)
        except Refusal:
            return False
        if any(self._claims.get(claim, target) != target for claim in decided.claims):
            return False
        self._claims.update(dict.fromkeys(decided.claims, target))
        for event in decided.events:
            version = loaded.version + 1
            around: dict[str, Any] = {"authority": authority, "sample": sample, "source": source, "actor": actor}
            row = self.append(target, event, on, version=version, **around, breaches=tuple(decided.breaches))
            loaded = handled.stream.fold(loaded, [recorded(row)])
        self._streams[target] = loaded
        return True

    def _citable(self, authority: Any, on: date) -> Any:
        """The authority as it can be cited: any decision stands for the latest of this log that holds."""
        if not isinstance(authority, ByDecision):
            return authority
        made = [row.stream_id for row in self.rows if row.type == "decision.Made"]
        holding = [one for one in made if self._streams[one].state.standing_on(on) == "in_force"]
        if not holding:
            return WithoutAuthority(reason="delegated")
        return ByDecision(decision=Citation(log=self.tenant_id, stream=holding[-1], version=1))


class MemoryFeed:
    """`domain.ports.Feed` over logs in memory."""

    def __init__(self, logs: Sequence[Log]) -> None:
        self.logs = {log.tenant_id: log.rows for log in logs}

    async def heads(self) -> Mapping[TenantId, int]:
        return {tenant_id: len(rows) for tenant_id, rows in self.logs.items()}

    async def read(
        self, tenant_id: TenantId, after: int, *, limit: int = 5_000, upto: int | None = None
    ) -> AsyncIterator[Sequence[Row]]:
        end = len(self.logs[tenant_id]) if upto is None else min(upto, len(self.logs[tenant_id]))
        while after < end:
            batch = self.logs[tenant_id][after : min(after + limit, end)]
            yield batch
            after += len(batch)

    async def scan(
        self, tenant_id: TenantId, *, without: Collection[str] = (), limit: int = 5_000, upto: int | None = None
    ) -> AsyncGenerator[tuple[int, Sequence[Row]], None]:
        async for rows in self.read(tenant_id, 0, limit=limit, upto=upto):
            yield rows[-1].position, [row for row in rows if row.type not in without]

    async def wait(self, timeout_seconds: float) -> None:
        assert timeout_seconds > 0


WORDS = ("Accueil", "Emploi", "Français", "École", "Logement", "Santé")
PROGRAMMES = ("mrc", "pasi", "mission")
PLACES = ("01", "09", "10", "11")


def random_log(tenant_id: TenantId, seed: int, commands: int = 60, *, kind: BodyKind = BodyKind.LIP) -> Log:
    """A log of about this many events: all areas, late facts, amendments, several revisions."""
    log = Log(tenant_id)
    # Chance of its own for each, so that a new area changes nothing in what the others do.
    writer = Writer(log, Random(seed), kind, Governance(log, Random(f"governance {seed}")))
    writer.sittings = Sittings(log, Random(f"sittings {seed}"))
    writer.rulings = Rulings(log, Random(f"rulings {seed}"), writer.sittings)
    writer.write(commands)
    return log


CITED = TenantId(UUID(int=5))
REPORT = Source(title=fr("Rapport annuel"))
ROLES: dict[type[Command], Actor] = {
    ReturnSubmission: Actor(id=PersonId(UUID(int=78)), role="chair"),
    ValidateSubmission: Actor(id=PersonId(UUID(int=78)), role="chair"),
    ApproveSubmission: Actor(id=PersonId(UUID(int=79)), role="programme_officer"),
}


class Writer:
    def __init__(self, log: Log, random: Random, kind: BodyKind, governance: Governance) -> None:
        self.log = log
        self.random = random
        self.kind = kind
        self.ids: defaultdict[str, list[UUID]] = defaultdict(list)
        self.elements: dict[UUID, list[UUID]] = {}
        self.today = FIRST_DAY + timedelta(days=30)
        self.revision: dict[UUID, int] = {}
        self.governance = governance
        self.sittings: Sittings | None = None
        self.rulings: Rulings | None = None
        self.epoch = 1

    def write(self, commands: int) -> None:
        self.log.give(self._open(), FIRST_DAY)
        makers = [
            *[self._plan] * 2,
            *[self._element] * 6,
            *[self._reword] * 3,
            *[self._adopt] * 3,
            self._withdraw,
            self._publish,
            self._align,
            self._progress,
            self._small,
            *[self._agreement] * 3,
            *[self._change_agreement] * 5,
            *[self._mandate] * 2,
            self._change_mandate,
            *[self._indicator] * 2,
            self._change_indicator,
            self._tie,
            self._align_indicator,
            *[self._require] * 2,
            self._change_requirement,
            *[self._report] * 3,
            *[self._advance] * 8,
            *[self._target] * 4,
            *[self._body] * 2,
            *[self._published] * 2,
            *[self._access] * 2,
            *[self._audit] * 2,
            self._succession,
            *[self._document] * 3,
            *[self._activity] * 2,
            *[self._themes] * 2,
            self._endorsement,
            self._freeze,
            self._erase,
            *[self._practice] * 2,
            *[self._study] * 2,
            *[self._dataset] * 3,
            self._report_template,
        ]
        for _ in range(commands):
            if self.random.random() < 0.5:
                self.log.at += timedelta(seconds=self.random.choice([0, 1, 3600]))
                self.today += timedelta(days=self.random.choice([0, 0, 1, 40]))
            # Descriptive facts come late now and then; the domain refuses the others.
            late = timedelta(days=self.random.choice([0, 0, 0, 20, 60]))
            sample = self.random.random() < 0.05
            command, authority = self.random.choice(makers)()
            if command is not None:
                actor = ROLES.get(type(command))
                reported = isinstance(command, DraftSubmission | SubmitSubmission)
                source = REPORT if reported and self.random.random() < 0.2 else None
                self.log.give(
                    command, self.today - late, sample=sample, authority=authority, actor=actor, source=source
                )
            self.governance.go_on(self.today)
            if self.sittings is not None:
                self.sittings.go_on(self.governance.committees, self.today)
            if self.rulings is not None:
                self.rulings.go_on(self.governance.committees, self.today)

    def _succession(self) -> tuple[Command | None, Any]:
        if self.random.random() < 0.2:
            predecessor = TenantId(self._uuid())
            taken = SuccessionId(self._uuid())
            offer = Succession(
                status="proposed", kind="split", successors=(self.log.tenant_id,), predecessor=predecessor
            )
            self.log.elsewhere[predecessor, StreamId(taken)] = Loaded(state=offer, version=1)
            return AcceptSuccession(succession_id=taken, predecessor=predecessor), None
        known: Any = self._pick("succession")
        if known is None or self.random.random() < 0.3:
            new, successor = SuccessionId(self._uuid()), TenantId(self._uuid())
            self.ids["succession"].append(new)
            accepted = Succession(status="accepted", predecessor=self.log.tenant_id)
            self.log.elsewhere[successor, StreamId(new)] = Loaded(state=accepted, version=1)
            return ProposeSuccession(succession_id=new, kind="merger", successors=(successor,)), None
        choices: list[Command] = [
            WithdrawSuccession(succession_id=known),
            SucceedBody(body_id=self.log.tenant_id, succession_id=known),
        ]
        return self.random.choice(choices), None

    def _uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def _text(self) -> Any:
        word = f"{self.random.choice(WORDS)} {self.random.randrange(30)}"
        return self.random.choice([en(word), fr(word), both(fr=word, en=f"{word} (en)", source="fr")])

    def _place(self) -> TerritoryCode | None:
        if self.random.random() < 0.2:
            return None
        return TerritoryCode(scheme="qc-region", code=self.random.choice(PLACES), name=fr("Région"))

    def _amount(self) -> QualifiedValue:
        number = Decimal(self.random.randrange(10_000)) / 4
        return QualifiedValue(
            kind=self.random.choice(["exact", "at_least", "estimate"]), number=number, unit="CAD"
        )

    def _term(self) -> Term:
        year = self.random.randrange(2018, 2024)
        return Term(start=PartialDate.of(year), end=self.random.choice([None, PartialDate.of(year + 1, 3)]))

    def _pick(self, name: str) -> UUID | None:
        return self.random.choice(self.ids[name]) if self.ids[name] else None

    def _open(self) -> OpenBody:
        body_id = self.log.tenant_id
        return OpenBody(
            body_id=body_id,
            kind=self.kind,
            name=self._text(),
            slug=f"body-{body_id.hex[-12:]}",
            province="QC",
            time_zone="America/Toronto",
            default_language="fr",
            attested=Period.fiscal_year(2012),
        )

    def _body(self) -> tuple[Command | None, Any]:
        body_id = self.log.tenant_id
        part = CatchmentPart(
            territory=TerritoryCode(scheme="qc-region", code=self.random.choice(PLACES)), extent="part"
        )
        lead = LeadOrganisation(name=self._text(), kind="municipal")
        phase: Any = self.random.choice(["phase_1", "active"])
        choices = [
            RenameBody(body_id=body_id, name=self._text()),
            ChangeLeadOrganisation(body_id=body_id, lead_organisation=lead),
            SetCatchment(body_id=body_id, parts=(part,)),
            EnterPhase(body_id=body_id, phase=phase),
        ]
        if self.random.random() < 0.1:
            self.epoch += 1
            return self._epoch(), None
        return self.random.choice(choices), None

    def _epoch(self) -> OpenEpoch:
        return OpenEpoch(
            body_id=self.log.tenant_id,
            epoch=self.epoch,
            ended_origin=f"entente.example/log/{self.log.tenant_id}",
            ended_size=len(self.log.rows) + 3,
            ended_root="0a" * 32,
            kept=len(self.log.rows),
            reason="restored_from_backup",
        )

    def _plan(self) -> tuple[Command | None, Any]:
        if len(self.ids["plan"]) > 2:
            return None, None
        plan_id: Any = self._uuid()
        self.ids["plan"].append(plan_id)
        self.elements[plan_id] = []
        period = Period.fiscal_year(2021)
        return DraftPlan(plan_id=plan_id, kind="action_plan", title=self._text(), period=period), None

    def _element(self) -> tuple[Command | None, Any]:
        plan_id: Any = self._pick("plan")
        if plan_id is None:
            return None, None
        known = self.elements[plan_id]
        parent: Any = self.random.choice([None, *known])
        level: Any = self.random.choice(["orientation", "objective", "action", "expected_result", "indicator"])
        element_id: Any = self._uuid()
        known.append(element_id)
        cited = Citation(log=UUID(int=5), stream=UUID(int=6), version=3)
        return (
            AddPlanElement(
                plan_id=plan_id,
                element_id=element_id,
                level=level,
                wording=self._text(),
                rank=self.random.randrange(4),
                parent_id=parent,
                territory=self._place(),
                copied_from=self.random.choice([None, cited]),
            ),
            None,
        )

    def _some_element(self) -> tuple[Any, Any]:
        plan_id = self._pick("plan")
        if plan_id is None or not self.elements[plan_id]:
            return None, None
        return plan_id, self.random.choice(self.elements[plan_id])

    def _reword(self) -> tuple[Command | None, Any]:
        plan_id, element_id = self._some_element()
        if plan_id is None:
            return None, None
        return RewordPlanElement(plan_id=plan_id, element_id=element_id, wording=self._text()), None

    def _withdraw(self) -> tuple[Command | None, Any]:
        plan_id, element_id = self._some_element()
        if plan_id is None:
            return None, None
        return WithdrawPlanElement(plan_id=plan_id, element_id=element_id), None

    def _progress(self) -> tuple[Command | None, Any]:
        plan_id, element_id = self._some_element()
        progress: Any = self.random.choice(["under_way", "done"])
        if plan_id is None:
            return None, None
        return RecordPlanProgress(plan_id=plan_id, element_id=element_id, progress=progress), None

    def _align(self) -> tuple[Command | None, Any]:
        plan_id, element_id = self._some_element()
        if plan_id is None:
            return None, None
        parent = Citation(log=UUID(int=8), stream=UUID(int=9), version=2)
        link = ElementLink(element_id=element_id, parent_element_id=element_id)
        return AlignPlanToParent(plan_id=plan_id, parent=parent, links=(link,)), None

    def _adopt(self) -> tuple[Command | None, Any]:
        plan_id: Any = self._pick("plan")
        if plan_id is None:
            return None, None
        loaded = self.log._streams.get(plan_id)
        number = 1 if loaded is None else loaded.state.revision + 1
        authority = self.random.choice(
            [
                ByDecision(decision=Citation(log=UUID(int=4), stream=UUID(int=4), version=1)),
                ByInstrument(office=fr("Direction régionale"), number="12", dated=date(2020, 1, 1)),
                WithoutAuthority(reason="not_stated_in_source"),
            ]
        )
        return AdoptPlanRevision(plan_id=plan_id, number=number), authority

    def _publish(self) -> tuple[Command | None, Any]:
        plan_id: Any = self._pick("plan")
        if plan_id is None:
            return None, None
        return PublishPlanRevision(plan_id=plan_id, number=self.random.randrange(1, 4)), None

    def _small(self) -> tuple[Command | None, Any]:
        plan_id: Any = self._pick("plan")
        if plan_id is None:
            return None, None
        choices: list[Command] = [
            RetitlePlan(plan_id=plan_id, title=self._text()),
            RecordConsultation(plan_id=plan_id, consulted=self._text()),
        ]
        if self.random.random() < 0.1:
            choices.append(ClosePlan(plan_id=plan_id))
        return self.random.choice(choices), None

    def _agreement(self) -> tuple[Command | None, Any]:
        agreement_id: Any = self._uuid()
        self.ids["agreement"].append(agreement_id)
        code = self.random.choice(PROGRAMMES)
        return (
            SignAgreement(
                agreement_id=agreement_id,
                programme=Programme(code=code, label=fr(code.upper()), named_in_source=code != "mrc"),
                parties=self.random.choice([None, (Party(name=self._text()),)]),
                term=self.random.choice([None, self._term()]),
                amount=self.random.choice([None, self._amount()]),
                territory=self._place(),
                tags=("welcome",),
                audience=self.random.choice([Audience.TENANT, Audience.FUNDERS, Audience.PUBLIC]),
            ),
            None,
        )

    def _change_agreement(self) -> tuple[Command | None, Any]:
        agreement_id: Any = self._pick("agreement")
        if agreement_id is None:
            return None, None
        loaded = self.log._streams.get(agreement_id)
        number = 1 if loaded is None else loaded.state.amendments + 1
        known = list(loaded.state.obligations) if loaded is not None else []
        owed: Any = self.random.choice(known or [self._uuid()])
        if known and self.random.random() < 0.3:
            return FulfilObligation(agreement_id=agreement_id, obligation_id=owed), None
        owed = self._uuid()
        given: Any = self._uuid()
        choices: list[Command] = [
            AmendAgreement(agreement_id=agreement_id, number=number, amount=self._amount()),
            AmendAgreement(agreement_id=agreement_id, number=number, term=self._term(), purpose=self._text()),
            RenewAgreement(agreement_id=agreement_id, term=self._term()),
            *([TerminateAgreement(agreement_id=agreement_id)] if self.random.random() < 0.3 else []),
            AddObligation(agreement_id=agreement_id, obligation_id=owed, wording=self._text()),
            RecordContribution(
                agreement_id=agreement_id,
                contribution_id=given,
                source=self._text(),
                in_kind=self.random.random() < 0.5,
                amount=self._amount(),
            ),
            self._partner(agreement_id, [] if loaded is None else list(loaded.state.partners)),
        ]
        return self.random.choice(choices), None

    def _partner(self, agreement_id: Any, named: list[OrganisationId]) -> Command:
        """One that is registered is named; one that was named is, half of the time, ended."""
        if named and self.random.random() < 0.5:
            return EndPartner(agreement_id=agreement_id, organisation_id=self.random.choice(named))
        return NamePartner(agreement_id=agreement_id, organisation_id=PARTNER, name=self._text())

    def _mandate(self) -> tuple[Command | None, Any]:
        mandate_id: Any = self._uuid()
        self.ids["mandate"].append(mandate_id)
        command = MandateProvider(
            mandate_id=mandate_id,
            service=fr("Francisation"),
            service_code="francisation",
            territory=self._place(),
            audience=self.random.choice([Audience.FUNDERS, Audience.PUBLIC]),
        )
        return command, None

    def _change_mandate(self) -> tuple[Command | None, Any]:
        mandate_id: Any = self._pick("mandate")
        if mandate_id is None:
            return None, None
        change = ChangeMandate(mandate_id=mandate_id, modes=("online",), term=self._term())
        return self.random.choice([change, EndMandate(mandate_id=mandate_id)]), None

    def _dimensions(self) -> tuple[Dimension, ...]:
        categories = tuple(Category(code=code, label=self._text()) for code in ("women", "men"))
        return self.random.choice([(), (Dimension(code="sex", label=self._text(), categories=categories),)])

    def _indicator(self) -> tuple[Command | None, Any]:
        if len(self.ids["indicator"]) > 3:
            return None, None
        indicator_id: Any = self._uuid()
        self.ids["indicator"].append(indicator_id)
        flow = Combining(measure="flow", over_periods="sum", across_bodies="sum")
        quotient = Combining(measure="flow", over_periods="ratio_of_sums", across_bodies="ratio_of_sums")
        proportion = self.random.random() < 0.3
        return (
            DefineIndicator(
                definition_id=indicator_id,
                wording=self._text(),
                unit="people",
                kind="proportion" if proportion else "count",
                combining=quotient if proportion else flow,
                description=self.random.choice([None, self._text()]),
                denominator=self._text() if proportion else None,
                denominator_unit="people" if proportion else None,
                dimensions=self._dimensions(),
                audience=self.random.choice([Audience.TENANT, Audience.FUNDERS, Audience.PUBLIC]),
            ),
            None,
        )

    def _change_indicator(self) -> tuple[Command | None, Any]:
        indicator_id: Any = self._pick("indicator")
        if indicator_id is None:
            return None, None
        if self.random.random() < 0.1:
            return RetireIndicator(definition_id=indicator_id), None
        changes: list[dict[str, Any]] = [
            {"wording": self._text()},
            {"direction": "increase", "description": self._text(), "counted": "people"},
            {"dimensions": self._dimensions(), "source_rule": "meetings-held", "counted": "other"},
        ]
        return ReviseIndicator(definition_id=indicator_id, **self.random.choice(changes)), None

    def _cited(self) -> Any:
        # As of another log, so that the rows of all bodies are the same; what it keeps for itself nobody cites.
        indicator_id: Any = self._pick("indicator")
        known = None if indicator_id is None else self.log._streams.get(indicator_id)
        if known is None:
            return None
        shown = msgspec.structs.replace(known.state, audience=Audience.PUBLIC)
        self.log.elsewhere[CITED, indicator_id] = msgspec.structs.replace(known, state=shown)
        return Citation(log=CITED, stream=indicator_id, version=1)

    def _tie(self) -> tuple[Command | None, Any]:
        target_id: Any = self._pick("target")
        cited = self._cited()
        if target_id is None or cited is None:
            return None, None
        return TieTarget(target_id=target_id, indicator=cited), None

    def _align_indicator(self) -> tuple[Command | None, Any]:
        alignment_id: Any = self._pick("alignment")
        grade: Any = self.random.choice(["exact", "partial", "none"])
        if alignment_id is not None and self.random.random() < 0.6:
            choices = [
                RealignIndicator(alignment_id=alignment_id, grade=grade),
                WithdrawAlignment(alignment_id=alignment_id),
            ]
            return self.random.choice(choices), None
        indicator_id: Any = self._pick("indicator")
        cited = self._cited()
        if indicator_id is None:
            return None, None
        alignment_id = self._uuid()
        self.ids["alignment"].append(alignment_id)
        return (
            AlignIndicator(alignment_id=alignment_id, definition_id=indicator_id, canonical=cited, grade=grade),
            None,
        )

    def _require(self) -> tuple[Command | None, Any]:
        cited = self._cited()
        if cited is None:
            return None, None
        requirement_id: Any = self._uuid()
        self.ids["requirement"].append(requirement_id)
        return (
            RequireSubmission(
                requirement_id=requirement_id,
                indicator=cited,
                cadence="quarter",
                first=Period.quarter(2019, self.random.randrange(1, 5)),
                due_days=30,
                territory=self._place(),
                programme=Programme(code="p", label=self._text()),
                audience=self.random.choice([Audience.TENANT, Audience.FUNDERS, Audience.PUBLIC]),
            ),
            None,
        )

    def _change_requirement(self) -> tuple[Command | None, Any]:
        requirement_id: Any = self._pick("requirement")
        if requirement_id is None:
            return None, None
        if self.random.random() < 0.2:
            return EndRequirement(requirement_id=requirement_id), None
        period = Period.quarter(2020, self.random.randrange(1, 5))
        reason: Any = self.random.choice(["starting_up", "no_activity"])
        return ExemptPeriod(requirement_id=requirement_id, period=period, reason=reason), None

    def _figures(self, indicator_id: Any) -> dict[str, Any]:
        loaded = self.log._streams.get(indicator_id)
        kind: Any = self.random.choice(
            ["exact", "exact", "at_least", "estimate", "range", "missing", "suppressed"]
        )
        if kind in ("missing", "suppressed"):
            return {"value": QualifiedValue(kind=kind)}
        status: Any = self.random.choice([None, "provisional", "rounded"])
        number = Decimal(self.random.randrange(1_000)) / self.random.choice([1, 4])
        upper = number + 5 if kind == "range" else None
        value = QualifiedValue(kind=kind, number=number, upper=upper, status=status, unit="people")
        if loaded is None or not loaded.state.quotient:
            return {"value": value}
        below = QualifiedValue(kind="exact", number=Decimal(2_000), unit="people")
        return {"value": value, "denominator": below}

    def _report(self) -> tuple[Command | None, Any]:
        cited = self._cited()
        if cited is None:
            return None, None
        submission_id: Any = self._uuid()
        self.ids["submission"].append(submission_id)
        cuts = self.random.choice([(), (Cut(dimension="sex", category="women"),)])
        return (
            DraftSubmission(
                submission_id=submission_id,
                indicator=cited,
                period=Period.quarter(2020, self.random.randrange(1, 5)),
                territory=self._place(),
                cuts=cuts,
                audience=self.random.choice([Audience.TENANT, Audience.FUNDERS, Audience.PUBLIC, Audience.PUBLIC]),
                **self._figures(cited.stream),
            ),
            None,
        )

    def _advance(self) -> tuple[Command | None, Any]:
        submission_id: Any = self._pick("submission")
        loaded = self.log._streams.get(submission_id) if submission_id is not None else None
        if loaded is None:
            return None, None
        of = {"submission_id": submission_id}
        figures = self._figures(loaded.state.indicator.stream)
        steps: dict[Any, list[Command]] = {
            "draft": [RedraftSubmission(**of, **figures), SubmitSubmission(**of)],
            "submitted": [ValidateSubmission(**of), ReturnSubmission(**of, reason="incomplete")],
            "returned": [ResubmitSubmission(**of, **figures), ResubmitSubmission(**of)],
            "validated": [ApproveSubmission(**of)],
            "approved": [PublishSubmission(**of), PublishSubmission(**of), ReturnSubmission(**of, reason="other")],
            "published": [CorrectSubmission(**of, **figures, reason="typing_error")],
        }
        return self.random.choice(steps[loaded.state.stage]), None

    def _target(self) -> tuple[Command | None, Any]:
        if len(self.ids["target"]) < 2:
            target_id: Any = self._uuid()
            self.ids["target"].append(target_id)
            owner: Any = UUID(int=3)
            baseline = QualifiedValue(kind="exact", number=Decimal(34), unit="percent", raw="34 %")
            return (
                SetBaseline(
                    target_id=target_id,
                    plan_id=owner,
                    indicator_id=owner,
                    unit="percent",
                    baseline=baseline,
                    direction="increase",
                ),
                None,
            )
        target_id = self._pick("target")
        value = QualifiedValue(kind="exact", number=Decimal(self.random.randrange(90)), unit="percent")
        period = Period.fiscal_year(self.random.randrange(2019, 2023))
        which = self.random.choice([SetTarget, ReviseTarget])
        return which(target_id=target_id, period=period, value=value), None

    def _figure(self) -> Figure:
        if self.random.random() < 0.5:
            return Figure(value=self._amount())
        part, whole = sorted(Decimal(self.random.randrange(50)) for _ in range(2))
        of = Ratio(
            numerator=QualifiedValue(kind="exact", number=part),
            denominator=QualifiedValue(kind="exact", number=whole),
            of=self._text(),
        )
        return Figure(ratio=of, funded=self._amount(), reports_received=QualifiedValue(kind="missing"))

    def _published(self) -> tuple[Command | None, Any]:
        if len(self.ids["published"]) < 2:
            aggregate_id: Any = self._uuid()
            self.ids["published"].append(aggregate_id)
            command = RecordPublishedAggregate(
                aggregate_id=aggregate_id,
                measure_code=self.random.choice(["commitment", "funding"]),
                measure=self._text(),
                period=Period.fiscal_year(self.random.randrange(2012, 2015)),
                figure=self._figure(),
                publication=Publication(title=self._text()),
                territory=self._place(),
                audience=self.random.choice([Audience.TENANT, Audience.PUBLIC]),
            )
            return command, None
        aggregate_id = self._pick("published")
        if self.random.random() < 0.2:
            return WithdrawPublishedAggregate(aggregate_id=aggregate_id, ground="recorded_in_error"), None
        return CorrectPublishedAggregate(aggregate_id=aggregate_id, figure=self._figure()), None

    def _access(self) -> tuple[Command | None, Any]:
        grant_id: Any = self._pick("access")
        if grant_id is None or self.random.random() < 0.3:
            grant_id = self._uuid()
            self.ids["access"].append(grant_id)
            programme = self.random.choice([None, *PROGRAMMES])
            return GrantAccess(grant_id=grant_id, grantee=FUNDER, programme=programme), None
        return self.random.choice([RevokeAccess(grant_id=grant_id), RestoreAccess(grant_id=grant_id)]), None

    def _audit(self) -> tuple[Command | None, Any]:
        by = ByInstrument(office=fr("Bureau"), number=None, dated=None)
        audit_id: Any = self._pick("audit")
        end = self.today + timedelta(days=400)
        if audit_id is None or self.random.random() < 0.2:
            audit_id = self._uuid()
            self.ids["audit"].append(audit_id)
            scope = AuditScope(bodies=(FUNDER,), records=("plan",), period=Period.fiscal_year(2020))
            audience = self.random.choice([Audience.TENANT, Audience.PUBLIC])
            command = OpenAuditMandate(
                audit_mandate_id=audit_id, auditor=self._text(), scope=scope, ends_on=end, audience=audience
            )
            return command, by
        if self.random.random() < 0.1:
            return CloseAuditMandate(audit_mandate_id=audit_id), None
        return ExtendAuditMandate(audit_mandate_id=audit_id, ends_on=end), by

    def _document(self) -> tuple[Command | None, Any]:
        sha256 = f"{self.random.getrandbits(256):064x}"
        content = Content(sha256=sha256, size_bytes=1 + self.random.randrange(900), media_type="application/pdf")
        document_id: Any = self._pick("document")
        if document_id is None or self.random.random() < 0.3:
            document_id = self._uuid()
            self.ids["document"].append(document_id)
            audience = self.random.choice([Audience.DRAFT, Audience.TENANT, Audience.PUBLIC])
            command = AttachDocument(
                document_id=document_id, title=self._text(), content=content, language="fr", audience=audience
            )
            return command, None
        if self.random.random() < 0.3:
            number = self.random.choice([None, 1, 2])
            return EraseDocument(document_id=document_id, ground="personal_data", number=number), None
        if self.random.random() < 0.2:
            return WithdrawDocument(document_id=document_id), None
        return AddDocumentVersion(document_id=document_id, content=content), None

    def _activity(self) -> tuple[Command | None, Any]:
        facts = ActivityFacts(
            held_on=FIRST_DAY + timedelta(days=self.random.randrange(20)),
            label=self._text(),
            place=self._place(),
            people=QualifiedValue(kind="exact", number=Decimal(self.random.randrange(60)), unit="people"),
            tags=("welcome",),
        )
        activity_id: Any = self._pick("activity")
        if activity_id is None or self.random.random() < 0.3:
            activity_id = self._uuid()
            self.ids["activity"].append(activity_id)
            audience = self.random.choice([Audience.TENANT, Audience.PUBLIC])
            begins = self.random.choice([RecordSession, RecordReferral])
            return begins(activity_id=activity_id, facts=facts, audience=audience), None
        if self.random.random() < 0.2:
            return WithdrawActivity(activity_id=activity_id), None
        return CorrectActivity(activity_id=activity_id, facts=facts), None

    def _themes(self) -> tuple[Command | None, Any]:
        list_id: Any = self._pick("theme list")
        codes = self.random.sample(["work", "homes", "health", "schools"], 3)
        listed = (Theme(code="work_all", label=self._text()), *(Theme(code=c, label=self._text()) for c in codes))
        if list_id is None or self.random.random() < 0.1:
            list_id = self._uuid()
            self.ids["theme list"].append(list_id)
            return PublishThemeList(theme_list_id=list_id, code="themes", title=self._text(), themes=listed), None
        loaded = self.log._streams.get(list_id)
        last = 1 if loaded is None else len(loaded.state.versions)
        if self.random.random() < 0.4:
            other = OtherList(log=OTHER_THEMES, theme_list_id=OTHER_LIST, number=1)
            relation: Any = self.random.choice(["exact", "related"])
            link = ThemeLink(code="work_all", other_code="labour", relation=relation)
            return CrosswalkThemeLists(theme_list_id=list_id, number=last, other=other, links=(link,)), None
        if self.random.random() < 0.1:
            return RetireThemeList(theme_list_id=list_id), None
        return PublishThemeListVersion(theme_list_id=list_id, number=last + 1, themes=listed), None

    def _endorsement(self) -> tuple[Command | None, Any]:
        endorsement_id: Any = self._pick("endorsement")
        if endorsement_id is None or self.random.random() < 0.6:
            endorsement_id = self._uuid()
            self.ids["endorsement"].append(endorsement_id)
            publication = Publication(title=self._text())
            audience = self.random.choice([Audience.TENANT, Audience.PUBLIC])
            command = RecordEndorsement(
                endorsement_id=endorsement_id, endorser=self._text(), publication=publication, audience=audience
            )
            return command, None
        return WithdrawEndorsement(endorsement_id=endorsement_id), None

    def _erase(self) -> tuple[Command | None, Any]:
        erasure_id, person_id = ErasureId(self._uuid()), PersonId(self._uuid())
        return ErasePerson(erasure_id=erasure_id, person_id=person_id, ground="at_their_request"), None

    def _freeze(self) -> tuple[Command | None, Any]:
        asked: Any = self._pick("indicator")
        if asked is None:
            return None, None
        ours = SourceLog(log=self.log.tenant_id, position=self.random.randint(1, 900), granted=False)
        return FreezeComparison(
            frozen_comparison_id=FrozenComparisonId(self._uuid()),
            title=self._text(),
            indicator=Citation(log=self.log.tenant_id, stream=asked, version=1),
            period=Period.fiscal_year(2019),
            as_of=self.today,
            sources=(ours,),
            audience=self.random.choice([Audience.TENANT, Audience.PUBLIC]),
        ), None

    def _sorted(self) -> Sorted | None:
        other = OtherList(log=OTHER_THEMES, theme_list_id=OTHER_LIST, number=1)
        return self.random.choice([None, Sorted(theme_list=other, codes=("labour",))])

    def _practice(self) -> tuple[Command | None, Any]:
        practice_id: Any = self._pick("practice")
        said: dict[str, Any] = {"title": self._text(), "summary": self._text(), "sorted_by": self._sorted()}
        if practice_id is None or self.random.random() < 0.3:
            practice_id = self._uuid()
            self.ids["practice"].append(practice_id)
            audience = self.random.choice([Audience.TENANT, Audience.PUBLIC])
            if self.random.random() < 0.5:
                origin = Citation(log=OTHER_THEMES, stream=OTHER_PRACTICE, version=1)
                return AdoptPractice(practice_id=practice_id, adopted_from=origin, audience=audience, **said), None
            publication = self.random.choice([None, Publication(title=self._text(), locator="p. 2")])
            begun = DescribePractice(practice_id=practice_id, publication=publication, audience=audience, **said)
            return begun, None
        if self.random.random() < 0.1:
            return WithdrawPractice(practice_id=practice_id), None
        if self.random.random() < 0.5:
            adopter = StreamId(self._uuid())
            cited = Citation(log=self.log.tenant_id, stream=practice_id, version=1)
            adopted = Practice(title=self._text(), adopted_from=cited, audience=Audience.PUBLIC)
            self.log.elsewhere[TenantId(OTHER_THEMES), adopter] = Loaded(state=adopted, version=1)
            by = Citation(log=OTHER_THEMES, stream=adopter, version=1)
            return RecordAdoption(practice_id=practice_id, by=by), None
        return RevisePractice(practice_id=practice_id, **said), None

    def _study(self) -> tuple[Command | None, Any]:
        study_id: Any = self._pick("study")
        if study_id is None or self.random.random() < 0.2:
            study_id = self._uuid()
            self.ids["study"].append(study_id)
            command = RecordStudy(
                study_id=study_id,
                title=self._text(),
                period=self.random.choice([None, Period.fiscal_year(2021)]),
                territory=self.random.choice([None, TerritoryCode(scheme="qc-region", code="05")]),
                method=self.random.choice([None, self._text()]),
                findings=(self._text(), self._text()),
                document_id=cast("Any", self._pick("document")),
                audience=self.random.choice([Audience.TENANT, Audience.PUBLIC]),
            )
            return command, None
        if self.random.random() < 0.6:
            need_id: Any = self._uuid()
            self.ids[f"need {study_id}"].append(need_id)
            statement, sorted_by = self._text(), self._sorted()
            need = IdentifyNeed(study_id=study_id, need_id=need_id, statement=statement, sorted_by=sorted_by)
            return need, None
        withdrawn: Any = self._pick(f"need {study_id}")
        if withdrawn is not None and self.random.random() < 0.7:
            return WithdrawNeed(study_id=study_id, need_id=withdrawn), None
        return WithdrawStudy(study_id=study_id), None

    def _dataset(self) -> tuple[Command | None, Any]:
        dataset_id: Any = self._pick("dataset")
        if dataset_id is None or self.random.random() < 0.2:
            dataset_id = self._uuid()
            self.ids["dataset"].append(dataset_id)
            command = RegisterDataset(
                dataset_id=dataset_id,
                title=self._text(),
                publication=Publication(title=self._text()),
                scheme=self.random.choice([None, "sgc-csd"]),
                audience=self.random.choice([Audience.TENANT, Audience.PUBLIC]),
            )
            return command, None
        vintage = self.random.choice(["2011", "2016", "2021"])
        if self.random.random() < 0.2:
            return WithdrawVintage(dataset_id=dataset_id, vintage=vintage), None
        published: Any = self._pick(f"vintage {dataset_id}")
        if published is not None and self.random.random() < 0.6:
            return self._claim(dataset_id, published), None
        people = QualifiedValue(kind="exact", number=Decimal(self.random.randrange(900)), unit="people")
        cells = (
            Cell(key="all", value=people),
            Cell(key="new", value=people, denominator=people, note=self._text()),
        )
        period = Period.fiscal_year(int(vintage))
        self.ids[f"vintage {dataset_id}"].append(vintage)  # type: ignore[arg-type] # a code
        return PublishVintage(dataset_id=dataset_id, vintage=vintage, period=period, cells=cells), None

    def _claim(self, dataset_id: Any, vintage: str) -> Command:
        name = CategoryName(dimension="sex", category=self.random.choice([None, "women"]), name=self._text())
        claim_id: Any = self._pick(f"claim {dataset_id}")
        roll = self.random.random()
        if roll < 0.2:
            return NameCategories(dataset_id=dataset_id, names=(name,))
        if claim_id is not None and roll < 0.6:
            return WithdrawClaim(dataset_id=dataset_id, claim_id=claim_id)
        claim_id = self._uuid()
        self.ids[f"claim {dataset_id}"].append(claim_id)
        return TieClaim(
            dataset_id=dataset_id,
            claim_id=claim_id,
            vintage=vintage,
            text=self._text(),
            publication=Publication(title=self._text()),
            stated=QualifiedValue(kind="exact", number=Decimal(self.random.randrange(900)), unit="people"),
            tie=Tie(cells=("all",), of=self.random.choice([(), ("new",)])),
        )

    def _report_template(self) -> tuple[Command | None, Any]:
        template_id: Any = self._pick("report template")
        asked = self._pick("indicator")
        cited = () if asked is None else (Citation(log=self.log.tenant_id, stream=asked, version=1),)
        sections = (Section(code="first", heading=self._text(), indicators=cited),)
        if template_id is None or self.random.random() < 0.2:
            template_id = self._uuid()
            self.ids["report template"].append(template_id)
            audience = self.random.choice([Audience.TENANT, Audience.PUBLIC])
            command = PublishReportTemplate(
                report_template_id=template_id, name=self._text(), sections=sections, audience=audience
            )
            return command, None
        if self.random.random() < 0.2:
            return RetireReportTemplate(report_template_id=template_id), None
        loaded = self.log.loaded(template_id)
        number = 2 if loaded is None else len(loaded.state.versions) + 1
        version = PublishReportTemplateVersion(report_template_id=template_id, number=number, sections=sections)
        return version, None


__all__ = ["FIRST_DAY", "START", "Log", "MemoryFeed", "decode", "envelope", "random_log"]

"""The register of bodies, and one body with everything below it."""

from collections.abc import Sequence
from enum import Enum
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import ARRAY, Column, Integer, Text, Uuid, any_, func, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from projections.body import REGISTRY, SLUG
from readapi import columns
from readapi.access_grant import ACCESS_GRANTS, AccessGrant
from readapi.act import ACTS, Act
from readapi.activity import ACTIVITIES, Activity
from readapi.agreement import AGREEMENTS, Agreement, chosen
from readapi.alignment import ALIGNMENTS, Alignment
from readapi.asof import AsOf, AsOfInput, Clock, across_logs, clock, echo, echo_shape, held
from readapi.audit_mandate import AUDIT_MANDATES, AuditMandate
from readapi.body import load_bodies
from readapi.codes import (
    PARTNERSHIP_KINDS,
    ActivityKind,
    BodyKind,
    BodyStatus,
    IndicatorStatus,
    Language,
    LeadKind,
    PartnershipOrder,
    Phase,
    Province,
    SubmissionStage,
)
from readapi.columns import Group, backed, column, reads
from readapi.committee import COMMITTEES, Committee, CommitteeKey, load_committees
from readapi.dataset import DATASETS, Dataset
from readapi.decision import DECISIONS, Decision, DecisionKey, load_decisions
from readapi.document import DOCUMENTS, Document
from readapi.due import DUE, WITHIN_DAYS, WITHIN_DAYS_MAX, due_list
from readapi.due_item import DueItem
from readapi.endorsement import ENDORSEMENTS, Endorsement
from readapi.fields import derived, sized
from readapi.figures import CatchmentPart, Period, catchment, catchment_shape
from readapi.governance_codes import CommitteeStatus
from readapi.indicator import INDICATORS, Indicator
from readapi.lineage import (
    LINKS,
    PROPOSALS,
    Side,
    Succession,
    SuccessionProposal,
    load_predecessors,
    load_successors,
)
from readapi.meeting import MEETINGS, Meeting, meeting_at
from readapi.meeting_codes import ActFilter
from readapi.organisation import Organisation, organisation_at
from readapi.paging import FIRST, After, First, Page, beyond, bounded, decode_cursor, listed, page, paged, plain
from readapi.plan import PLANS, Plan, plan_at, plan_shape
from readapi.practice import PRACTICES, Practice
from readapi.provider import MANDATES, Mandate
from readapi.published_aggregate import PUBLISHED_AGGREGATES, PublishedAggregate
from readapi.reading import Info, Place, Reading
from readapi.report_template import REPORT_TEMPLATES, ReportTemplate
from readapi.requirement import REQUIREMENTS, Requirement
from readapi.scalars import PartialDateText
from readapi.shapes import At, Paged, Rows, Value
from readapi.study import STUDIES, Study
from readapi.submission import PUBLISHED_FIGURES, SUBMISSIONS, PublishedFigure, Submission
from readapi.target import TARGETS_MAX, Target, targets, targets_shape
from readapi.text import LocalizedText, localized, localized_shape
from readapi.theme_list import THEME_LISTS, ThemeList
from readapi.timeline import TIMELINES, TimelineEntry

_B = REGISTRY.c
PLANS_FIRST = 10
"""Fewer than of other lists: plans are large."""
COMMITTEES_FIRST = 20
"""Fewer than of other lists: each has its terms and seats."""
MEETINGS_FIRST = 20
"""Fewer than of other lists: each has its attendance and motions."""
AsOfArgument = Annotated[
    AsOfInput | None, strawberry.argument(description="The clocks of this part; absent: the body's.")
]


def _code(given: Enum) -> str:
    return str(given.value)


@strawberry.type(description="The organisation that holds the agreement with the funder or hosts the secretariat.")
class LeadOrganisation:
    name: LocalizedText = strawberry.field(description="Its name.")
    kind: LeadKind = strawberry.field(description="What kind of organisation it is.")
    organisation_id: UUID | None = strawberry.field(description="Its id in the commons, where it is registered.")

    @sized(1, "The organisation in the commons, where it is registered and consents to being listed; as of today.")
    async def organisation(self, info: Info) -> Organisation | None:
        return await organisation_at(info.context, self.organisation_id, info.context.now)


def _lead(cells: Sequence[Any]) -> LeadOrganisation | None:
    *name, kind, organisation_id = cells
    found = localized(name)
    if found is None:
        return None
    lead_kind = LeadKind.UNSTATED if kind is None else LeadKind(kind)
    return LeadOrganisation(name=found, kind=lead_kind, organisation_id=organisation_id)


def _lead_shape(cells: Sequence[ColumnElement[Any]]) -> Value:
    *name, kind, organisation_id = cells
    found = localized_shape(name)
    stated = func.coalesce(kind, literal_column(f"'{LeadKind.UNSTATED.value}'"))
    return Value({"name": found, "kind": stated, "organisation_id": organisation_id}, present=found.present)


_LEAD = Group(
    (
        *(_B[f"lead_name_{part}"] for part in ("en", "fr", "source", "unofficial")),
        _B.lead_kind,
        _B.lead_organisation_id,
    ),
    _lead,
    _lead_shape,
)


@backed(REGISTRY)
@strawberry.type(
    description=(
        "A body of the register: a partnership or, where asked for, a ministry or funder. What the reader may not "
        "see below it is null or empty, just as if it did not exist."
    )
)
class Partnership:
    id: UUID = column(_B.tenant_id, "Its permanent id, which is also its log's.")
    slug: str = column(_B.slug, "Its first slug; older and newer ones lead to it as well.")
    kind: BodyKind = column(_B.kind, "What kind of body it is.")
    name: LocalizedText | None = column(columns.localized(REGISTRY, "name"), "Its name.")
    province: Province | None = column(_B.province, "Where it works; null for bodies of the whole country.")
    time_zone: str = column(_B.time_zone, "Its zone in the IANA database, such as `America/Toronto`.")
    default_language: Language = column(_B.default_language, "The language it works in first.")
    lead_organisation: LeadOrganisation | None = column(_LEAD, "Who leads it, where a source says so.")
    phase: Phase | None = column(_B.phase, "How far it has come, where a source says so.")
    started: PartialDateText | None = column(_B.started, "When it began; null where no source says it.")
    attested: Period | None = column(
        columns.period(REGISTRY, "attested"), "The period for which a source names it, where its start is unknown."
    )
    catchment: list[CatchmentPart] = column(
        columns.json(_B.catchment, catchment, catchment_shape), "The territories it serves."
    )
    status: BodyStatus = column(_B.status, "Whether others stand in its place.")
    sample: bool = column(_B.sample, "Whether it is fictional.")
    place: strawberry.Private[Place]

    @derived("The clocks that the body was read with.", echo_shape)
    def as_of(self) -> AsOf:
        return echo(self.place.clock)

    @listed(PLANS, "Its plans, by the beginning of their periods.")
    async def plans(
        self, info: Info, first: First = PLANS_FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Plan]:
        return await page(info.context, PLANS, self._at(as_of), first=first, after=after)

    @sized(1, "One of its plans; null where there is none that the reader may see.", plan_shape)
    async def plan(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The plan's id.")],  # noqa: A002 - the API's word
        revision: Annotated[
            int | None, strawberry.argument(description="One of its revisions by number; absent: by the clocks.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> Plan | None:
        return await plan_at(info.context, self._at(as_of), id, revision)

    @listed(AGREEMENTS, "Its agreements, by programme.", chosen)
    async def agreements(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        programme: Annotated[str | None, strawberry.argument(description="Only of this programme's code.")] = None,
        territory: Annotated[str | None, strawberry.argument(description="Only of this territory's code.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Agreement]:
        arguments = (
            None if programme is None else plain("programme", programme),
            None if territory is None else plain("territory", territory),
        )
        return await page(info.context, AGREEMENTS, self._at(as_of), first=first, after=after, arguments=arguments)

    @listed(
        INDICATORS,
        "The indicators that it defines, in the order in which they were made.",
        lambda at: at.optional("status", Text, _code),
    )
    async def indicators(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        status: Annotated[
            IndicatorStatus | None, strawberry.argument(description="Only those in use, or only retired ones.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Indicator]:
        only = None if status is None else status.value
        return await page(info.context, INDICATORS, self._at(as_of), first=first, after=after, arguments=only)

    @listed(ALIGNMENTS, "How far its indicators are canonical ones of others, withdrawn alignments too.")
    async def alignments(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Alignment]:
        return await page(info.context, ALIGNMENTS, self._at(as_of), first=first, after=after)

    @listed(REQUIREMENTS, "What it owes to report, ended requirements too, in the order in which they were made.")
    async def requirements(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Requirement]:
        return await page(info.context, REQUIREMENTS, self._at(as_of), first=first, after=after)

    @listed(
        SUBMISSIONS,
        "Its submissions at whatever stage, by period. For its members only; empty for everybody else.",
        lambda at: (at.optional("stage", Text, _code), at.optional("indicator", Uuid)),
    )
    async def submissions(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        stage: Annotated[
            SubmissionStage | None, strawberry.argument(description="Only those at this stage.")
        ] = None,
        indicator: Annotated[
            UUID | None, strawberry.argument(description="Only of the indicator with this id.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Submission]:
        arguments = (None if stage is None else stage.value, indicator)
        return await page(
            info.context, SUBMISSIONS, self._at(as_of), first=first, after=after, arguments=arguments
        )

    @listed(
        PUBLISHED_FIGURES,
        "The figures that it published and that count, by period.",
        lambda at: at.optional("indicator", Uuid),
    )
    async def published_figures(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        indicator: Annotated[
            UUID | None, strawberry.argument(description="Only of the indicator with this id.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> Page[PublishedFigure]:
        return await page(
            info.context, PUBLISHED_FIGURES, self._at(as_of), first=first, after=after, arguments=indicator
        )

    @listed(MANDATES, "The providers it has mandated, by service. They are no agreements.")
    async def mandates(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Mandate]:
        return await page(info.context, MANDATES, self._at(as_of), first=first, after=after)

    @sized(
        TARGETS_MAX,
        f"Its targets, in the order of its plans; at most {TARGETS_MAX}, more are refused.",
        targets_shape,
    )
    async def targets(
        self,
        info: Info,
        plan: Annotated[UUID | None, strawberry.argument(description="Only those of this plan.")] = None,
        as_of: AsOfArgument = None,
    ) -> list[Target]:
        return await targets(info.context, self._at(as_of), plan)

    @listed(
        PUBLISHED_AGGREGATES,
        "Figures that it recorded from print, by measure and period. No sum contains them.",
        lambda at: at.optional("measure", Text, partial(plain, "measure")),
    )
    async def published_aggregates(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        measure: Annotated[str | None, strawberry.argument(description="Only of this measure's code.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[PublishedAggregate]:
        code = None if measure is None else plain("measure", measure)
        place = self._at(as_of)
        return await page(info.context, PUBLISHED_AGGREGATES, place, first=first, after=after, arguments=code)

    @listed(ACCESS_GRANTS, "Whom it lets read what is for funders. For its members; empty for everybody else.")
    async def access_grants(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[AccessGrant]:
        return await page(info.context, ACCESS_GRANTS, self._at(as_of), first=first, after=after)

    @listed(AUDIT_MANDATES, "The audits that it opened as an authority, by their last day.")
    async def audit_mandates(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[AuditMandate]:
        return await page(info.context, AUDIT_MANDATES, self._at(as_of), first=first, after=after)

    @sized(LINKS, "The bodies in whose place it stands.")
    async def predecessors(self, info: Info) -> list[Succession]:
        return await info.context.loader(load_predecessors).load(self._side())

    @sized(LINKS, "The bodies that stand in its place.")
    async def successors(self, info: Info) -> list[Succession]:
        return await info.context.loader(load_successors).load(self._side())

    @listed(
        PROPOSALS,
        "Successions it proposed or accepted. For its members only; null for everybody else.",
        members_only=True,
    )
    async def succession_proposals(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[SuccessionProposal] | None:
        place = self._at(as_of)
        if not place.member:
            return None
        return await page(info.context, PROPOSALS, place, first=first, after=after)

    @listed(
        COMMITTEES,
        "Its committees, in the order in which they were set up; dissolved ones too.",
        lambda at: at.given("status"),
    )
    async def committees(
        self,
        info: Info,
        first: First = COMMITTEES_FIRST,
        after: After = None,
        status: Annotated[CommitteeStatus | None, strawberry.argument(description="Only these.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Committee]:
        return await page(info.context, COMMITTEES, self._at(as_of), first=first, after=after, arguments=status)

    @sized(1, "One of its committees; null where there is none that the reader may see.")
    async def committee(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The committee's id.")],  # noqa: A002 - the API's word
        as_of: AsOfArgument = None,
    ) -> Committee | None:
        return await info.context.loader(load_committees).load(CommitteeKey(self._at(as_of), id))

    @listed(
        DOCUMENTS,
        "Its documents, in the order in which they were made.",
        lambda at: at.optional("subject", Uuid),
    )
    async def documents(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        subject: Annotated[UUID | None, strawberry.argument(description="Only of this record.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Document]:
        place = self._at(as_of)
        return await page(info.context, DOCUMENTS, place, first=first, after=after, arguments=subject)

    @listed(
        ACTIVITIES,
        "What it did, in light counts, by day.",
        lambda at: at.optional("kind", Text, _code),
    )
    async def activities(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        kind: Annotated[ActivityKind | None, strawberry.argument(description="Only of this kind.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Activity]:
        chosen = None if kind is None else kind.value
        return await page(info.context, ACTIVITIES, self._at(as_of), first=first, after=after, arguments=chosen)

    @sized(DUE, "What is overdue, or due soon, the earliest first. For its members; empty for everybody else.")
    async def due_list(
        self,
        info: Info,
        within_days: Annotated[
            int,
            strawberry.argument(
                description=f"Days from the day of the question, which is the first; 1 to {WITHIN_DAYS_MAX}."
            ),
        ] = WITHIN_DAYS,
        as_of: AsOfArgument = None,
    ) -> list[DueItem]:
        return await due_list(info.context, self._at(as_of), within_days)

    @listed(THEME_LISTS, "The lists of themes that it publishes, by code.")
    async def theme_lists(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[ThemeList]:
        return await page(info.context, THEME_LISTS, self._at(as_of), first=first, after=after)

    @listed(ENDORSEMENTS, "The organisations that a source names as standing behind it.")
    async def endorsements(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Endorsement]:
        return await page(info.context, ENDORSEMENTS, self._at(as_of), first=first, after=after)

    @listed(PRACTICES, "The ways of working that it describes, its own and those adopted from others.")
    async def practices(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Practice]:
        return await page(info.context, PRACTICES, self._at(as_of), first=first, after=after)

    @listed(STUDIES, "Its studies of the community, with the needs that they identified.")
    async def studies(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Study]:
        return await page(info.context, STUDIES, self._at(as_of), first=first, after=after)

    @listed(DATASETS, "The datasets that it registered, in vintages.")
    async def datasets(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Dataset]:
        return await page(info.context, DATASETS, self._at(as_of), first=first, after=after)

    @listed(REPORT_TEMPLATES, "The templates for reports that it publishes.")
    async def report_templates(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[ReportTemplate]:
        return await page(info.context, REPORT_TEMPLATES, self._at(as_of), first=first, after=after)

    @listed(
        MEETINGS,
        "Its meetings, by the day on which they are held; those that are only convened too.",
        lambda at: at.optional("committee", Uuid),
    )
    async def meetings(
        self,
        info: Info,
        first: First = MEETINGS_FIRST,
        after: After = None,
        committee: Annotated[UUID | None, strawberry.argument(description="Only those of this committee.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Meeting]:
        return await page(info.context, MEETINGS, self._at(as_of), first=first, after=after, arguments=committee)

    @sized(1, "One of its meetings; null where there is none that the reader may see.")
    async def meeting(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The meeting's id.")],  # noqa: A002 - the API's word
        as_of: AsOfArgument = None,
    ) -> Meeting | None:
        return await meeting_at(info.context, self._at(as_of), id)

    @listed(
        DECISIONS,
        "Its decisions, the latest numbers first; those that were ended too.",
        lambda at: (at.optional("committee", Uuid), at.optional("year", Integer)),
    )
    async def decisions(
        self,
        info: Info,
        *,
        first: First = MEETINGS_FIRST,
        after: After = None,
        committee: Annotated[UUID | None, strawberry.argument(description="Only those of this committee.")] = None,
        year: Annotated[int | None, strawberry.argument(description="Only those numbered in this year.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Decision]:
        place = self._at(as_of)
        return await page(info.context, DECISIONS, place, first=first, after=after, arguments=(committee, year))

    @sized(1, "One of its decisions; null where there is none that the reader may see.")
    async def decision(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The decision's id.")],  # noqa: A002 - the API's word
        as_of: AsOfArgument = None,
    ) -> Decision | None:
        return await info.context.loader(load_decisions).load(DecisionKey(self._at(as_of), id))

    @listed(
        ACTS,
        "By what right things were done, latest first. For its members only; null for everybody else.",
        lambda at: at.given("only"),
        members_only=True,
    )
    async def acts(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        only: Annotated[ActFilter | None, strawberry.argument(description="Only these.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Act] | None:
        place = self._at(as_of)
        if not place.member:
            return None
        return await page(info.context, ACTS, place, first=first, after=after, arguments=only)

    @listed(
        TIMELINES,
        "What happened in its log, latest first. For its members only; null for everybody else.",
        lambda at: at.optional("stream", Text, partial(plain, "stream")),
        members_only=True,
    )
    async def timeline(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        stream: Annotated[
            str | None, strawberry.argument(description="Only records of this kind, such as `plan`.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> Page[TimelineEntry] | None:
        place = self._at(as_of)
        if not place.member:
            return None
        kind = None if stream is None else plain("stream", stream)
        return await page(info.context, TIMELINES, place, first=first, after=after, arguments=kind)

    def _side(self) -> Side:
        return Side(self.place.body, self.place.clock)

    def _at(self, as_of: AsOfInput | None) -> Place:
        return self.place.at(clock(as_of, self.place.clock))


@strawberry.type(description="A page of the register.")
class PartnershipPage(Page[Partnership]):
    as_of: AsOf = strawberry.field(description="The clocks that the register was read with.")


async def partnership(reading: Reading, slug: str, as_of: AsOfInput | None) -> Partnership | None:
    """The body that a slug leads to, as of a clock; None where there is none yet."""
    when = clock(as_of, reading.now)
    body = await reading.loader(load_bodies).load(plain("slug", slug))
    if body is None:
        return None
    reader = reads(Partnership)
    statement = reader.select().where(_B.tenant_id == body, *held(REGISTRY, when), reading.visible(REGISTRY, None))
    rows = await reading.rows(None, statement)
    return reader.make(rows[0], place=reading.place(body, when)) if rows else None


async def partnerships(
    reading: Reading,
    *,
    as_of: AsOfInput | None,
    provinces: list[Province] | None,
    kinds: list[BodyKind] | None,
    with_succeeded: bool,
    first: int,
    after: str | None,
    order_by: PartnershipOrder,
) -> PartnershipPage:
    """A page of the register as of a clock."""
    when = across_logs(clock(as_of, reading.now))
    conditions = selected(reading, when, kinds, provinces, with_succeeded=with_succeeded)
    order = _order(order_by)
    name = f"partnerships/{order_by.value}"
    reader = reads(Partnership)
    statement = reader.select(*order).where(*conditions).order_by(*order).limit(first + 1)
    if after is not None:
        statement = statement.where(beyond(order, decode_cursor(name, order, after)))
    rows = await reading.rows(None, statement)

    async def count() -> int:
        counted = await reading.rows(None, select(func.count()).select_from(REGISTRY).where(*conditions))
        return int(counted[0][0])

    found = [(reader.make(row, place=reading.place(TenantId(row[-1]), when)), (row[-2], row[-1])) for row in rows]
    plain_page = paged(name, found, first, count)
    return PartnershipPage(
        nodes=plain_page.nodes, page_info=plain_page.page_info, count=plain_page.count, as_of=echo(when)
    )


def partnership_shape(at: At) -> Rows:
    """What `partnership` gives, in SQL."""
    below = at.as_of()
    slug = below.parameter("slug", Text, partial(plain, "slug"))
    body = select(SLUG.c.entity_id).where(SLUG.c.slug == slug, below.seen(SLUG, public=True))
    return Rows(
        Partnership, below.place, where=[_B.tenant_id.in_(body)], single=True, every_body=True, public=True
    )


def partnerships_shape(at: At) -> Paged:
    """What `partnerships` gives, in SQL."""
    below = at.as_of(across_logs=True)
    kinds = below.parameter("kinds", ARRAY(Text), _kinds)
    provinces = below.optional("provinces", ARRAY(Text), lambda given: _values("provinces", given))
    where = [_B.kind == any_(kinds)]
    if provinces is not None:
        where.append(_B.province == any_(provinces))
    if not below.given("with_succeeded"):
        where.append(_B.status == BodyStatus.OPEN.value)
    order_by = below.given("order_by")
    return Paged(
        f"partnerships/{order_by.value}",
        Rows(Partnership, below.place, where=where, every_body=True, public=True),
        _order(order_by),
        more={"as_of": echo_shape(below)},
    )


def _order(order_by: PartnershipOrder) -> tuple[Column[Any], ...]:
    return (_B.sort_fr if order_by is PartnershipOrder.NAME_FR else _B.sort_en, _B.tenant_id)


def _values(argument: str, given: Sequence[Enum] | None) -> list[str]:
    return [one.value for one in bounded(argument, given) or ()]


def _kinds(given: Sequence[BodyKind] | None) -> list[str]:
    return _values("kinds", given) or sorted(PARTNERSHIP_KINDS)


def selected(
    reading: Reading,
    when: Clock,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    bodies: list[TenantId] | None = None,
    *,
    with_succeeded: bool = False,
) -> list[ColumnElement[bool]]:
    """Conditions on the register: by default, every partnership of every province that still stands for itself."""
    conditions = [
        *held(REGISTRY, when),
        reading.visible(REGISTRY, None),
        _B.kind.in_(_kinds(kinds)),
    ]
    if provinces is not None:
        conditions.append(_B.province.in_(_values("provinces", provinces)))
    if not with_succeeded:
        conditions.append(_B.status == BodyStatus.OPEN.value)
    if bodies is not None:
        conditions.append(_B.tenant_id.in_(bodies))
    return conditions

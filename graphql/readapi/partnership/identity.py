"""A body in the registry: its name, lead, territories, and the bodies before and after it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import func, literal_column
from sqlalchemy.sql.elements import ColumnElement

from projections.body import REGISTRY
from readapi import columns
from readapi.asof import AsOf, AsOfInput, echo, echo_shape
from readapi.codes import BodyKind, BodyStatus, Language, LeadKind, Phase, Province
from readapi.columns import Group, column
from readapi.fields import derived, sized
from readapi.figures import CatchmentPart, Period, catchment, catchment_shape
from readapi.lineage import (
    LINKS,
    PROPOSALS,
    Side,
    Succession,
    SuccessionProposal,
    load_predecessors,
    load_successors,
)
from readapi.organisation import Organisation, organisation_at
from readapi.paging import FIRST, After, First, Page, listed, page
from readapi.partnership.part import AsOfArgument, Part
from readapi.reading import Info
from readapi.scalars import PartialDateText
from readapi.shapes import Value
from readapi.text import LocalizedText, localized, localized_shape

_B = REGISTRY.c


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


@strawberry.type
class Identity(Part):
    """What the registry says of a body, and what it follows from."""

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

    @derived("The clocks that the body was read with.", echo_shape)
    def as_of(self) -> AsOf:
        return echo(self.place.clock)

    @sized(LINKS, "The bodies in whose place it stands.")
    async def predecessors(self, info: Info, as_of: AsOfArgument = None) -> list[Succession]:
        return await info.context.loader(load_predecessors).load(self._side(as_of))

    @sized(LINKS, "The bodies that stand in its place.")
    async def successors(self, info: Info, as_of: AsOfArgument = None) -> list[Succession]:
        return await info.context.loader(load_successors).load(self._side(as_of))

    @listed(
        PROPOSALS,
        "Successions it proposed or accepted. For its members only; null for everybody else.",
        members_only=True,
    )
    async def succession_proposals(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[SuccessionProposal] | None:
        place = self.at(as_of)
        if not place.member:
            return None
        return await page(info.context, PROPOSALS, place, first=first, after=after)

    def _side(self, as_of: AsOfInput | None) -> Side:
        return Side(self.place.body, self.at(as_of).clock)

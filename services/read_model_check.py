"""Read models held against states: the third opinion that `verify` asks for, beside the library and the store.

A state is what the rules know after a version; the read models answer the same question as known at that event's
position. Where the two disagree, one of them is wrong.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, MetaData, Table, Text, Uuid, select

from domain.access import EVERY_PROGRAMME
from domain.access_grant import AccessGrant
from domain.agreement import Agreement
from domain.audit_mandate import AuditMandate
from domain.body import Body, RegistryEntry
from domain.ids import AgreementId, PlanId, StreamId, TenantId
from domain.plan.rules import Element, Plan
from domain.provider import Mandate
from domain.published_aggregate import PublishedAggregate
from domain.stream import Loaded, Stream
from domain.succession import Succession
from domain.target import TargetSeries
from infra.database import Database, Scope
from projections import access_grant, audit_mandate, grant_held, national, provider, published_aggregate, target
from projections.agreement import queries as agreements
from projections.body import SLUG
from projections.plan import queries as plans
from projections.succession import successions
from services.checking import Check, Facts, Version, known
from services.governance_checks import check_committee, check_organisation, check_seat
from services.knowledge_checks import check_dataset, check_practice, check_report_template, check_study
from services.measure_checks import check_alignment, check_indicator, check_requirement, check_submission
from services.meeting_checks import check_decision, check_meeting
from services.record_checks import (
    check_activity,
    check_document,
    check_endorsement,
    check_erasure,
    check_frozen_comparison,
    check_theme_list,
)

_GRANT_NOW: Final = Table(
    "grant_now",
    MetaData(),
    Column("tenant_id", Uuid),
    Column("grantee", Uuid),
    Column("programme", Text),
    schema="access",
)


class ReadModelCheck:
    """A `services.replay.Comparison` for the read models of one body, which must have caught up with its log."""

    def __init__(self, database: Database, tenant_id: TenantId) -> None:
        self._database = database
        self._tenant_id = tenant_id

    async def __call__(self, stream: Stream[Any], stream_id: StreamId, loaded: Loaded[Any]) -> str | None:
        """What a read model says otherwise than the state, or None."""
        async with self._database.begin(Scope.of_tenant(self._tenant_id)) as connection:
            at = Version(connection, self._tenant_id, stream_id, loaded.version)
            await at.find()
            said, expected = await CHECKS[stream.name](at, loaded.state)
        for name, value in expected.items():
            if said.get(name) != value:
                return f"read model of {stream.name}: {name} is {said.get(name)!r}, the state has {value!r}"
        return None


async def _registry(at: Version, entry: RegistryEntry) -> tuple[Facts, Facts]:
    there = select(SLUG.c.slug).where(SLUG.c.entity_id == at.stream_id, SLUG.c.position <= at.position)
    slugs = (await at.connection.execute(there)).scalars()
    return {"slugs": set(slugs)}, {"slugs": set(entry.slugs)}


async def _body(at: Version, body: Body) -> tuple[Facts, Facts]:
    row = await at.one(national.body(at.tenant_id, at.as_of))
    lead = known(body.lead_organisation)
    said = {
        "kind": row and row.kind,
        "name": row and row.name,
        "lead": row and (row.lead_name, row.lead_kind),
        "phase": row and row.phase,
        "catchment": row and row.catchment,
        "time_zone": row and row.time_zone,
        "default_language": row and row.default_language,
        "succeeded": row and row.status == "succeeded",
    }
    return said, {
        "succeeded": body.succession is not None,
        "kind": body.kind,
        "name": known(body.name),
        "lead": (None, None) if lead is None else (lead.name, lead.kind),
        "phase": known(body.phase),
        "catchment": known(body.catchment) or (),
        "time_zone": body.time_zone,
        "default_language": body.default_language,
    }


async def _succession(at: Version, succession: Succession) -> tuple[Facts, Facts]:
    rows = await at.all(successions(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.succession_id == at.stream_id), None)
    names = ("kind", "predecessor", "successors", "status", "illustrative")
    return {name: row and getattr(row, name) for name in names}, {
        name: getattr(succession, name) for name in names
    }


async def _plan(at: Version, plan: Plan) -> tuple[Facts, Facts]:
    plan_id = PlanId(at.stream_id)
    header = await at.one(plans.plan(at.tenant_id, plan_id, at.as_of))
    said: dict[str, Any] = {
        "title": header and header.title,
        "closed": header and header.status == "closed",
        "revision": header and header.revision,
    }
    expected: dict[str, Any] = {"title": known(plan.title), "closed": plan.closed, "revision": plan.revision}
    if at.type == "plan.RevisionAdopted":  # the draft has just become what the plan says
        said["elements"] = _elements(await at.all(plans.elements(at.tenant_id, plan_id, plan.revision)))
        expected["elements"] = plan.elements
    if at.is_last:  # the working copy has no past
        said["draft"] = _elements(await at.all(plans.draft(at.tenant_id, plan_id)))
        expected["draft"] = plan.elements
        revisions = await at.all(plans.revisions(at.tenant_id, plan_id))
        said["published"] = {revision.number for revision in revisions if revision.published_on is not None}
        expected["published"] = set(plan.published)
    return said, expected


def _elements(rows: list[plans.PlanElement]) -> dict[UUID, Element]:
    return {
        row.element_id: Element(level=row.level, parent_id=row.parent_id, wording=row.wording)  # type: ignore[arg-type] # the columns are plain text and ids
        for row in rows
    }


async def _agreement(at: Version, agreement: Agreement) -> tuple[Facts, Facts]:
    agreement_id = AgreementId(at.stream_id)
    row = await at.one(agreements.agreement(at.tenant_id, agreement_id, at.as_of))
    owed = await at.all(agreements.obligations(at.tenant_id, agreement_id, at.as_of))
    given = await at.all(agreements.contributions(at.tenant_id, agreement_id, at.as_of))
    said = {
        "programme": row and (row.programme_code, row.programme_label),
        "amendment_in_force": row and row.amendment_number,
        "amount": row and row.amount,
        "term": row and row.term,
        "purpose": row and row.purpose,
        "terminated": row and row.status == "terminated",
        "obligations": {one.obligation_id: one.fulfilled for one in owed},
        "contributions": {one.contribution_id for one in given},
    }
    programme = agreement.programme
    return said, {
        "programme": programme and (programme.code, programme.label),
        "amendment_in_force": known(agreement.amendment_in_force),
        "amount": known(agreement.amount),
        "term": known(agreement.term),
        "purpose": known(agreement.purpose),
        "terminated": agreement.terminated,
        "obligations": agreement.obligations,
        "contributions": set(agreement.contributions),
    }


async def _mandate(at: Version, mandate: Mandate) -> tuple[Facts, Facts]:
    rows = await at.all(provider.mandates(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.mandate_id == at.stream_id), None)
    said = {
        "modes": row and row.modes,
        "term": row and row.term,
        "ended": row and row.status == "ended",
    }
    return said, {"modes": known(mandate.modes), "term": known(mandate.term), "ended": mandate.ended}


async def _target(at: Version, series: TargetSeries) -> tuple[Facts, Facts]:
    rows = await at.all(target.targets(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.target_id == at.stream_id), None)
    values = await at.all(target.target_values(at.tenant_id, at.as_of))
    said = {
        "unit": row and row.unit,
        "direction": row and row.direction,
        "baseline": row and row.baseline,
        "values": {one.period: one.value for one in values if one.target_id == at.stream_id},
        "indicator": row and row.indicator,
    }
    return said, {
        "unit": series.unit,
        "direction": series.direction,
        "baseline": series.baseline,
        "values": dict(series.values),
        "indicator": known(series.indicator),
    }


async def _published_aggregate(at: Version, aggregate: PublishedAggregate) -> tuple[Facts, Facts]:
    rows = await at.all(published_aggregate.published_aggregates(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.aggregate_id == at.stream_id), None)
    said = {
        "measure_code": row and row.measure_code,
        "figure": row and row.figure,
        "withdrawn": row and row.status == "withdrawn",
    }
    return said, {
        "measure_code": aggregate.measure_code,
        "figure": known(aggregate.figure),
        "withdrawn": aggregate.withdrawn,
    }


async def _access_grant(at: Version, grant: AccessGrant) -> tuple[Facts, Facts]:
    rows = await at.all(access_grant.access_grants(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.grant_id == at.stream_id), None)
    said = {
        "grantee": row and row.grantee,
        "programme": row and row.programme,
        "agreement_id": row and row.agreement_id,
        "in_force": row and row.status == "in_force",
    }
    expected: dict[str, Any] = {
        "grantee": grant.grantee,
        "programme": grant.programme,
        "agreement_id": grant.agreement_id,
        "in_force": grant.in_force,
    }
    held = await at.all(grant_held.grants_held(at.tenant_id, at.as_of))
    said["held"] = next(
        ((one.grantee, one.programme_code, one.in_force) for one in held if one.grant_id == at.stream_id), None
    )
    then = (grant.grantee, grant.programme or EVERY_PROGRAMME, grant.in_force)
    expected["held"] = None if grant.grantee is None else then
    if at.is_last and grant.grantee is not None:  # what the database enforces has no past
        said["enforced"] = await _is_enforced(at, grant)
        expected["enforced"] = grant.in_force
    return said, expected


async def _is_enforced(at: Version, grant: AccessGrant) -> bool:
    columns = _GRANT_NOW.c
    row = await at.connection.execute(
        select(columns.tenant_id).where(
            columns.tenant_id == at.tenant_id,
            columns.grantee == grant.grantee,
            columns.programme == (grant.programme or EVERY_PROGRAMME),
        )
    )
    return row.first() is not None


async def _audit_mandate(at: Version, mandate: AuditMandate) -> tuple[Facts, Facts]:
    rows = await at.all(audit_mandate.audit_mandates(at.tenant_id, at.as_of))
    row = next((one for one in rows if one.audit_mandate_id == at.stream_id), None)
    said = {"scope": row and row.scope, "ends_on": row and row.ends_on, "closed": row and row.status == "closed"}
    return said, {"scope": mandate.scope, "ends_on": known(mandate.ends_on), "closed": mandate.closed}


CHECKS: Final[Mapping[str, Check]] = {
    "registry": _registry,
    "body": _body,
    "succession": _succession,
    "indicator": check_indicator,
    "alignment": check_alignment,
    "requirement": check_requirement,
    "submission": check_submission,
    "plan": _plan,
    "agreement": _agreement,
    "provider": _mandate,
    "target": _target,
    "published_aggregate": _published_aggregate,
    "access_grant": _access_grant,
    "audit_mandate": _audit_mandate,
    "committee": check_committee,
    "seat": check_seat,
    "organisation": check_organisation,
    "document": check_document,
    "activity": check_activity,
    "meeting": check_meeting,
    "decision": check_decision,
    "theme_list": check_theme_list,
    "endorsement": check_endorsement,
    "frozen_comparison": check_frozen_comparison,
    "practice": check_practice,
    "study": check_study,
    "dataset": check_dataset,
    "report_template": check_report_template,
    "erasure": check_erasure,
}
"""By the name of the stream. Each answers what the read models say and what the state has, by fact."""

"""Asking about decisions."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import select

from domain.ids import DecisionId, TenantId
from domain.values import LocalizedText
from domain.verdict import MajorityVerdict, QuorumVerdict
from projections.decision.tables import DECISION
from projections.query import AsOf, Columns, Query, fact_columns, holds, text_of


class DecisionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as it stood, with the verdicts as judged when it was taken."""

    decision_id: UUID
    committee_id: UUID | None
    year: int
    number: int
    method: str
    title: LocalizedText
    meeting_id: UUID | None
    motion_id: UUID | None
    quorum: QuorumVerdict | None
    majority: MajorityVerdict | None
    made_on: date
    holds_from: date
    holds_until: date | None
    needs_ratification: bool
    ratified_on: date | None
    status: str
    ended_on: date | None
    superseded_by: UUID | None
    breaches: tuple[str, ...]
    sample: bool
    audience: str


_quorum = msgspec.json.Decoder(QuorumVerdict).decode
_majority = msgspec.json.Decoder(MajorityVerdict).decode
_breaches = msgspec.json.Decoder(tuple[str, ...]).decode


def decisions(tenant_id: TenantId, as_of: AsOf) -> Query[DecisionRow]:
    """The decisions of a body, ended ones too, by committee, year and number."""
    statement = (
        select(*fact_columns(DECISION))
        .where(DECISION.c.tenant_id == tenant_id, *holds(DECISION, as_of))
        .order_by(DECISION.c.committee_id, DECISION.c.year, DECISION.c.number, DECISION.c.entity_id)
    )
    return Query(statement, _decision)


def decision(tenant_id: TenantId, decision_id: DecisionId, as_of: AsOf) -> Query[DecisionRow]:
    """One decision."""
    query = decisions(tenant_id, as_of)
    return Query(query.select.where(DECISION.c.entity_id == decision_id), query.into)


def _decision(row: Columns) -> DecisionRow:
    made = ("decision_id", "title", "quorum", "majority", "breaches", "needs_ratification")
    return DecisionRow(
        decision_id=row["entity_id"],
        title=text_of(row, "title"),
        quorum=None if row["quorum"] is None else _quorum(row["quorum"]),
        majority=None if row["majority"] is None else _majority(row["majority"]),
        breaches=_breaches(row["breaches"]),
        needs_ratification=row["ratifier_source"] is not None,
        **{name: row[name] for name in DecisionRow.__struct_fields__ if name not in made},
    )

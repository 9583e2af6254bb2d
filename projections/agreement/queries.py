"""Asking about agreements, their obligations and contributions."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import select

from domain.agreement import Term
from domain.ids import AgreementId, TenantId
from domain.values import LocalizedText, PartialDate, QualifiedValue
from projections.agreement.tables import AGREEMENT, CONTRIBUTION, OBLIGATION
from projections.query import (
    AsOf,
    Columns,
    Place,
    Query,
    fact_columns,
    holds,
    localized_of,
    partial_date_of,
    place_of,
    quantity_of,
    term_of,
    text_of,
)


class AgreementRow(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement as it stood. `parties` is None where the source names nobody."""

    agreement_id: UUID
    programme_code: str
    programme_label: LocalizedText
    programme_named: bool
    parties: tuple[LocalizedText, ...] | None
    purpose: LocalizedText | None
    type: str
    signed: PartialDate | None
    term: Term | None
    amount: QualifiedValue | None
    place: Place | None
    tags: tuple[str, ...]
    plan_id: UUID | None
    amendment_number: int
    status: str
    sample: bool
    audience: str


class ObligationRow(msgspec.Struct, frozen=True, kw_only=True):
    agreement_id: UUID
    obligation_id: UUID
    wording: LocalizedText
    due_on: date | None
    fulfilled: bool
    sample: bool


class ContributionRow(msgspec.Struct, frozen=True, kw_only=True):
    agreement_id: UUID
    contribution_id: UUID
    source: LocalizedText
    in_kind: bool
    amount: QualifiedValue
    sample: bool


_parties = msgspec.json.Decoder(tuple[LocalizedText, ...]).decode
_tags = msgspec.json.Decoder(tuple[str, ...]).decode


def agreements(tenant_id: TenantId, as_of: AsOf, *, programme_code: str | None = None) -> Query[AgreementRow]:
    """The agreements of a body, terminated ones too, by programme and territory."""
    statement = (
        select(*fact_columns(AGREEMENT))
        .where(AGREEMENT.c.tenant_id == tenant_id, *holds(AGREEMENT, as_of))
        .order_by(AGREEMENT.c.programme_code, AGREEMENT.c.territory_code, AGREEMENT.c.entity_id)
    )
    if programme_code is not None:
        statement = statement.where(AGREEMENT.c.programme_code == programme_code)
    return Query(statement, _agreement)


def agreement(tenant_id: TenantId, agreement_id: AgreementId, as_of: AsOf) -> Query[AgreementRow]:
    """One agreement."""
    query = agreements(tenant_id, as_of)
    return Query(query.select.where(AGREEMENT.c.entity_id == agreement_id), query.into)


def obligations(tenant_id: TenantId, agreement_id: AgreementId, as_of: AsOf) -> Query[ObligationRow]:
    """What an agreement obliges to, the earliest due first."""
    statement = (
        select(*fact_columns(OBLIGATION))
        .where(
            OBLIGATION.c.tenant_id == tenant_id,
            OBLIGATION.c.entity_id == agreement_id,
            # One that was fulfilled on a day before it was added has no wording on that day: it is not there yet.
            OBLIGATION.c.wording_source.is_not(None),
            *holds(OBLIGATION, as_of),
        )
        .order_by(OBLIGATION.c.due_on.nulls_last(), OBLIGATION.c.obligation_id)
    )
    return Query(statement, _obligation)


def contributions(tenant_id: TenantId, agreement_id: AgreementId, as_of: AsOf) -> Query[ContributionRow]:
    """What was contributed to an agreement, cash before what is in kind."""
    statement = (
        select(*fact_columns(CONTRIBUTION))
        .where(
            CONTRIBUTION.c.tenant_id == tenant_id,
            CONTRIBUTION.c.entity_id == agreement_id,
            *holds(CONTRIBUTION, as_of),
        )
        .order_by(CONTRIBUTION.c.in_kind, CONTRIBUTION.c.contribution_id)
    )
    return Query(statement, _contribution)


def _agreement(row: Columns) -> AgreementRow:
    return AgreementRow(
        agreement_id=row["entity_id"],
        programme_code=row["programme_code"],
        programme_label=text_of(row, "programme_label"),
        programme_named=row["programme_named"],
        parties=None if row["parties"] is None else _parties(row["parties"]),
        purpose=localized_of(row, "purpose"),
        type=row["type"],
        signed=partial_date_of(row["signed"]),
        term=term_of(row),
        amount=quantity_of(row, "amount"),
        place=place_of(row),
        tags=_tags(row["tags"]),
        plan_id=row["plan_id"],
        amendment_number=row["amendment_number"],
        status=row["status"],
        sample=row["sample"],
        audience=row["audience"],
    )


def _obligation(row: Columns) -> ObligationRow:
    return ObligationRow(
        agreement_id=row["entity_id"],
        obligation_id=row["obligation_id"],
        wording=text_of(row, "wording"),
        due_on=row["due_on"],
        fulfilled=row["fulfilled"],
        sample=row["sample"],
    )


def _contribution(row: Columns) -> ContributionRow:
    amount = quantity_of(row, "amount")
    assert amount is not None
    return ContributionRow(
        agreement_id=row["entity_id"],
        contribution_id=row["contribution_id"],
        source=text_of(row, "source"),
        in_kind=row["in_kind"],
        amount=amount,
        sample=row["sample"],
    )

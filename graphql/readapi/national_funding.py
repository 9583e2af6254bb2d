"""Money across the country: what programmes give, what others add, and what comes to each dollar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.values import QualifiedValue, Total
from domain.values.arithmetic import RatioTotal
from domain.values.printed import DOLLARS
from projections.funding_cells import FUNDING
from projections.query import quantity_of
from readapi import comparison_parts, text
from readapi.agreement import Programme, programme
from readapi.asof import AsOf, echo
from readapi.body import BodyReference
from readapi.comparison_parts import ComparisonTotal, Ends, NotAddable
from readapi.national_question import Coverage, coverage, few, records, summed
from readapi.question import Question
from readapi.shapes import Facts, Found
from readapi.text import LocalizedText
from readapi.view import Part, View

_F: Final = FUNDING.c
_PROGRAMME: Final = (
    _F.programme_code,
    *(_F[f"programme_label_{part}"] for part in ("en", "fr", "source", "unofficial")),
    _F.programme_named,
)
_SOURCE: Final = tuple(_F[f"source_{part}"] for part in ("en", "fr", "source", "unofficial"))
_AMOUNT: Final = tuple(column for column in _F if column.name.startswith("amount_"))
_CENTS: Final = 2


@strawberry.type(description="Agreements in force of one programme, by its label as printed.")
class ProgrammeFunding:
    programme: Programme = strawberry.field(description="The programme.")
    agreements: int = strawberry.field(description="How many agreements there are.")
    without_amount: int = strawberry.field(description="Of how many no amount is recorded; they are in no total.")
    total: ComparisonTotal | None = strawberry.field(description="Their amounts together.")
    not_addable: NotAddable | None = strawberry.field(description="Why there is no total, where there is none.")


@strawberry.type(description="What one source adds to agreements in force, as records name it.")
class SourceFunding:
    source: LocalizedText | None = strawberry.field(description="The source. Two wordings are two sources.")
    in_kind: bool = strawberry.field(description="Whether it gives in kind. Cash and in kind stay apart.")
    contributions: int = strawberry.field(description="How many contributions there are.")
    bodies: int = strawberry.field(description="How many bodies record one.")
    total: ComparisonTotal | None = strawberry.field(description="The contributions together.")
    not_addable: NotAddable | None = strawberry.field(description="Why there is no total, where there is none.")


@strawberry.type(
    description=(
        "What others add to each dollar of the programmes: contributions over amounts, of the agreements of which "
        "an amount is recorded. Who records no contribution is in it with none, which does not say that there is "
        "none."
    )
)
class Leverage:
    cash: Ends = strawberry.field(description="Dollars in cash per dollar of the programmes.")
    in_kind: Ends = strawberry.field(description="Dollars in kind per dollar of the programmes.")
    agreements: int = strawberry.field(description="How many agreements are in it.")
    with_contributions: int = strawberry.field(description="Of how many of them a contribution is recorded.")
    left_out: int = strawberry.field(description="How many agreements have no amount, and are not in it.")


@strawberry.type(description="Money of agreements in force on a day. Only what the reader may see is counted.")
class NationalFunding:
    programmes: list[ProgrammeFunding] = strawberry.field(description="What programmes give, by code and label.")
    sources: list[SourceFunding] = strawberry.field(description="What others add, by source, in cash and in kind.")
    cash: ComparisonTotal | None = strawberry.field(
        description="What others add in cash; null where it cannot be added."
    )
    in_kind: ComparisonTotal | None = strawberry.field(
        description="What others add in kind; null where it cannot be added."
    )
    leverage: Leverage | None = strawberry.field(
        description="What others add to each dollar; null where no amount is known, or figures cannot be added."
    )
    coverage: Coverage = strawberry.field(description="Who has an agreement in force that the reader may see.")
    as_of: AsOf = strawberry.field(description="The clocks that it was read with.")


@dataclass
class _Agreement:
    body: UUID
    programme: tuple[Any, ...]
    amount: QualifiedValue | None
    sample: bool
    contributions: list["_Contribution"] = field(default_factory=list)


@dataclass
class _Contribution:
    source: tuple[Any, ...]
    in_kind: bool
    amount: QualifiedValue


_COLUMNS: Final = (_F.entity_id, _F.line, _F.form, _F.status, _F.sample, *_PROGRAMME, *_SOURCE, *_AMOUNT)
_NAMES: Final = [column.name for column in _COLUMNS]


def _parts(question: Question) -> dict[str, Part]:
    return {"lines": records(question, FUNDING, *_COLUMNS)}


def _told(facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found) -> NationalFunding:
    """Bring the money together.

    Raises:
        AnswerTooLargeError: more lines than a view can be made of.
    """
    agreements = _agreements(few(found["lines"], FUNDING))
    contributions = [(one.body, each) for one in agreements for each in one.contributions]
    cash, in_kind = (
        summed([each.amount for _, each in contributions if each.in_kind is form], DOLLARS)[1]
        for form in (False, True)
    )
    return NationalFunding(
        programmes=_programmes(agreements),
        sources=_sources(contributions),
        cash=cash,
        in_kind=in_kind,
        leverage=_leverage(agreements),
        coverage=coverage(bodies, {one.body for one in agreements}, sum(one.sample for one in agreements)),
        as_of=echo(facts.when),
    )


def _agreements(rows: Sequence[Sequence[Any]]) -> list[_Agreement]:
    found: dict[tuple[UUID, UUID], _Agreement] = {}
    added: list[tuple[tuple[UUID, UUID], _Contribution]] = []
    for body, *cells in rows:
        row = dict(zip(_NAMES, cells, strict=True))
        key, amount = (body, row["entity_id"]), quantity_of(row, "amount")
        if row["form"] != "programme":
            assert amount is not None
            source = tuple(row[column.name] for column in _SOURCE)
            added.append((key, _Contribution(source, row["form"] == "in_kind", amount)))
        elif row["status"] == "in_force":
            labels = tuple(row[column.name] for column in _PROGRAMME)
            found[key] = _Agreement(body, labels, amount, row["sample"])
    for key, contribution in added:
        if key in found:  # of an agreement that is in force, and that the reader may see
            found[key].contributions.append(contribution)
    return list(found.values())


def _programmes(agreements: Sequence[_Agreement]) -> list[ProgrammeFunding]:
    by_label: dict[tuple[Any, ...], list[_Agreement]] = {}
    for one in agreements:
        by_label.setdefault(one.programme, []).append(one)
    told = []
    for label in sorted(by_label, key=str):
        amounts = [one.amount for one in by_label[label] if one.amount is not None]
        _, total, refusal = summed(amounts, DOLLARS)
        told.append(
            ProgrammeFunding(
                programme=programme(label),
                agreements=len(by_label[label]),
                without_amount=len(by_label[label]) - len(amounts),
                total=total,
                not_addable=refusal,
            )
        )
    return told


def _sources(contributions: Sequence[tuple[UUID, _Contribution]]) -> list[SourceFunding]:
    by_source: dict[tuple[Any, ...], list[tuple[UUID, _Contribution]]] = {}
    for body, one in contributions:
        by_source.setdefault((one.source, one.in_kind), []).append((body, one))
    told = []
    for source, in_kind in sorted(by_source, key=str):
        parts = by_source[source, in_kind]
        _, total, refusal = summed([one.amount for _, one in parts], DOLLARS)
        told.append(
            SourceFunding(
                source=text.localized(source),
                in_kind=in_kind,
                contributions=len(parts),
                bodies=len({body for body, _ in parts}),
                total=total,
                not_addable=refusal,
            )
        )
    return told


def _leverage(agreements: Sequence[_Agreement]) -> Leverage | None:
    known = [one for one in agreements if one.amount is not None and one.amount.has_number]
    given = summed([one.amount for one in known if one.amount is not None], DOLLARS)[0]
    if given is None or not known:
        return None
    told = []
    for form in (False, True):
        added = [each.amount for one in known for each in one.contributions if each.in_kind is form]
        total = summed(added, DOLLARS)[0]
        if total is None:
            return None
        told.append(_per_dollar(total, given))
    return Leverage(
        cash=told[0],
        in_kind=told[1],
        agreements=len(known),
        with_contributions=sum(bool(one.contributions) for one in known),
        left_out=len(agreements) - len(known),
    )


def _per_dollar(added: Total, given: Total) -> Ends:
    return comparison_parts.ends(*RatioTotal(numerator=added, denominator=given).per(1, _CENTS))


NATIONAL_FUNDING: Final = View(_parts, _told)

"""What a comparison of portraits is made of, and how the domain's findings become answers."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import strawberry

from domain.dataset.events import Cell, Tie
from domain.portrait.checks import Check
from domain.portrait.claims import judge, judged_words
from domain.portrait.rows import Shown
from domain.portrait.words import Names, check_words
from domain.values import QualifiedValue as Value
from readapi import figures, text
from readapi.body import BodyReference
from readapi.comparison_parts import Ends, decimal
from readapi.figures import Period, QualifiedValue, Territory
from readapi.portrait_codes import ClaimVerdict, PortraitAbsence, PortraitCheckKind, PortraitOutcome
from readapi.published_aggregate import Publication
from readapi.scalars import DecimalText
from readapi.text import LocalizedText


@strawberry.input(description="Only figures of one category of a dimension, such as those of the year 2019.")
class PortraitFilterInput:
    dimension: str = strawberry.field(description="The dimension, as the keys of the figures have it.")
    category: str = strawberry.field(description="The category.")


@strawberry.type(description="One figure of a portrait.")
class PortraitCell:
    category: str | None = strawberry.field(description="Its category; null: it is the total.")
    label: LocalizedText | None = strawberry.field(description="What the source calls the category.")
    key: str = strawberry.field(description="Its key in the dataset.")
    value: QualifiedValue = strawberry.field(description="The figure, in `value.unit`, with its status.")
    share: QualifiedValue | None = strawberry.field(description="The percentage that the source prints of it.")
    denominator: QualifiedValue | None = strawberry.field(
        description="What the percentage is of, as printed; or, where there is none, what the figure itself is of."
    )
    note: LocalizedText | None = strawberry.field(description="What the source prints beside it.")
    per_thousand: Ends | None = strawberry.field(
        description="The figure per 1,000 people of the place, where a population was chosen that has it."
    )


@strawberry.type(
    description="Whether figures of a portrait agree with each other. It is worked out, never stored."
)
class PortraitCheck:
    kind: PortraitCheckKind = strawberry.field(description="What is checked.")
    outcome: PortraitOutcome = strawberry.field(description="What became of it.")
    reason: str | None = strawberry.field(description="Why it was not checked, as a code.")
    over: str = strawberry.field(description="The dimension that is summed over, or that the share is of.")
    keys: list[str] = strawberry.field(description="The parts by their keys; of a share the figure alone.")
    total: str | None = strawberry.field(description="The key of the total; null: a hundred per cent is meant.")
    found: DecimalText | None = strawberry.field(description="What the parts make; null where it is not known.")
    expected: DecimalText | None = strawberry.field(description="What is printed.")
    allowance: DecimalText | None = strawberry.field(description="By how much rounding alone makes them differ.")
    rounded_parts: int = strawberry.field(description="How many of the parts are rounded.")
    words: LocalizedText = strawberry.field(description="Where it is and what was found, as a sentence.")


@strawberry.type(description="What is said in prose, held to the figures that it speaks of.")
class PortraitClaim:
    id: UUID = strawberry.field(description="Its id in the dataset.")
    text: LocalizedText | None = strawberry.field(description="What is said, in the languages that say so.")
    publication: Publication | None = strawberry.field(description="What says so, and where in it.")
    stated: QualifiedValue = strawberry.field(description="The figure that is said.")
    verdict: ClaimVerdict = strawberry.field(description="What became of it. It is worked out, never recorded.")
    reason: str | None = strawberry.field(description="Why it cannot be checked, as a code.")
    found: DecimalText | None = strawberry.field(
        description="What the figures make, to one digit more than is said of a quotient; null: not known."
    )
    words: LocalizedText = strawberry.field(description="The verdict as a sentence.")
    cells: list[str] = strawberry.field(description="The figures that are added up, by their keys.")
    of: list[str] = strawberry.field(description="The figures whose sum they are divided by.")
    concerns: bool = strawberry.field(description="Whether it speaks of a figure that is shown here.")


@strawberry.type(description="The figures of one place, from one vintage of one dataset.")
class PortraitTerritory:
    territory: Territory = strawberry.field(description="The place.")
    body: BodyReference = strawberry.field(description="The body that registered the dataset.")
    dataset: UUID = strawberry.field(description="The dataset's id.")
    title: LocalizedText | None = strawberry.field(description="The dataset's title.")
    publication: Publication | None = strawberry.field(description="Its source.")
    vintage: str = strawberry.field(description="The vintage.")
    period: Period = strawberry.field(description="The period that the vintage is about.")
    sample: bool = strawberry.field(description="Whether it is sample data.")
    total: PortraitCell | None = strawberry.field(description="The figure that is not broken down, if printed.")
    cells: list[PortraitCell] = strawberry.field(
        description="The figures by category, in their author's order; none where it is not broken down."
    )
    checks: list[PortraitCheck] = strawberry.field(description="Sums and shares of the figures shown here.")
    claims: list[PortraitClaim] = strawberry.field(
        description="What is said of the vintage, also where it speaks of figures that are not shown here."
    )


@strawberry.type(description="A place, or a body that names none, of which there is no such figure.")
class PortraitMissing:
    body: BodyReference = strawberry.field(description="The body whose catchment it is in.")
    territory: Territory | None = strawberry.field(description="The place; null: the body names no catchment.")
    reason: PortraitAbsence = strawberry.field(description="Why.")


@strawberry.type(description="A category by which figures are shown.")
class PortraitCategory:
    code: str = strawberry.field(description="Its code in the keys.")
    label: LocalizedText | None = strawberry.field(description="What a source calls it; null: none names it.")
    territories: int = strawberry.field(description="How many of the places have a figure of it.")


def cell_of(shown: Shown, label: LocalizedText | None, per_thousand: Ends | None) -> PortraitCell:
    cell, share = shown.cell, shown.share
    whole = cell.denominator if share is None else share.denominator
    note = cell.note or (None if share is None else share.note)
    return PortraitCell(
        category=shown.category,
        label=label,
        key=cell.key,
        value=figure(cell.value),
        share=None if share is None else figure(share.value),
        denominator=None if whole is None else figure(whole),
        note=None if note is None else text.of(note),
        per_thousand=per_thousand,
    )


def check_of(found: Check, names: Names) -> PortraitCheck:
    return PortraitCheck(
        kind=PortraitCheckKind(found.kind),
        outcome=PortraitOutcome(found.outcome),
        reason=found.reason,
        over=found.over.lower(),
        keys=list(found.keys),
        total=found.total,
        found=decimal(found.found),
        expected=decimal(found.expected),
        allowance=decimal(found.allowance),
        rounded_parts=found.rounded,
        words=text.worded(*check_words(found, names)),
    )


def claim_of(
    claim_id: UUID,
    said: tuple[LocalizedText | None, Publication | None, Value, Tie],
    cells: Mapping[str, Cell],
    shown: set[str],
) -> PortraitClaim:
    words, publication, stated, tie = said
    judged = judge(stated, tie, cells)
    return PortraitClaim(
        id=claim_id,
        text=words,
        publication=publication,
        stated=figure(stated),
        verdict=ClaimVerdict(judged.verdict),
        reason=judged.reason,
        found=decimal(judged.found),
        words=text.worded(*judged_words(stated, judged)),
        cells=list(tie.cells),
        of=list(tie.of),
        concerns=not shown.isdisjoint((*tie.cells, *tie.of)),
    )


def figure(value: Value) -> QualifiedValue:
    """A figure of the domain as answers have it."""
    parts: Sequence[Any] = (
        *(value.kind, decimal(value.number), decimal(value.upper), value.raw, value.status),
        *(value.rounded_to, value.unit),
    )
    made = figures.quantity(parts)
    assert made is not None
    return made

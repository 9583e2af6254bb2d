"""Alignments that somebody might make: indicators of a body that read like a shared one. Nothing is recorded.

Accepting a proposal is the order `AlignIndicator`; refusing it is the same order with the grade *none*. What
somebody has judged is not proposed again, and neither is what was withdrawn.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import and_, select

from domain.body import PARTNERSHIPS
from domain.ids import TenantId
from projections.alignment import ALIGNMENT
from projections.body import REGISTRY
from projections.indicator import INDICATOR
from readapi.asof import held
from readapi.fields import sized
from readapi.indicator import Indicator, cited
from readapi.likeness import WORTH_A_LOOK, Language, likeness
from readapi.reading import Info, Place, Reading
from readapi.refusals import AnswerTooLargeError

PROPOSALS_MAX: Final = 50
_PER_INDICATOR_MAX: Final = 3
_READ_MAX: Final = 2_000
"""Indicators on either side: more pairs than these would take would not be told within a second."""
_I = INDICATOR.c
_SAID: Final = (_I.tenant_id, _I.entity_id, _I.unit, _I.denominator_unit, _I.wording_en, _I.wording_fr)
_Texts = list[tuple[Language, str]]


@strawberry.type(
    description="Two indicators whose wordings are alike. Whether they measure the same, a person says."
)
class AlignmentProposal:
    likeness: float = strawberry.field(description="From 0, no word in common, to 1, the same words.")
    same_unit: bool = strawberry.field(
        description="Whether their units are the same, without which they cannot agree exactly."
    )
    canonical_owner_id: UUID = strawberry.field(description="The body that owns the shared indicator.")
    canonical_id: UUID = strawberry.field(description="The shared indicator.")
    indicator_id: UUID = strawberry.field(description="The body's own indicator.")
    place: strawberry.Private[Place]

    @sized(1, "The body's own indicator.")
    async def indicator(self, info: Info) -> Indicator | None:
        return await cited(info.context, self.place, self.place.body, self.indicator_id)

    @sized(1, "The shared indicator.")
    async def canonical(self, info: Info) -> Indicator | None:
        return await cited(info.context, self.place, self.canonical_owner_id, self.canonical_id)


async def proposals(reading: Reading, place: Place) -> list[AlignmentProposal]:
    """The likeliest first; empty for those who are not members.

    Raises:
        AnswerTooLargeError: more indicators than can be compared.
    """
    if not place.member:
        return []
    own = await _indicators(reading, place, place.scope)
    shared = await _indicators(reading, place, None)
    judged = await _judged(reading, place)
    found: list[AlignmentProposal] = []
    for _, indicator_id, *unit, en, fr in own:
        alike = [
            AlignmentProposal(
                likeness=near.share,
                same_unit=unit == theirs,
                canonical_owner_id=owner,
                canonical_id=canonical_id,
                indicator_id=indicator_id,
                place=place,
            )
            for owner, canonical_id, *theirs, their_en, their_fr in shared
            if (indicator_id, owner, canonical_id) not in judged
            and (near := likeness(_texts(en, fr), _texts(their_en, their_fr))) is not None
            and near.share >= WORTH_A_LOOK
        ]
        found += sorted(alike, key=_order)[:_PER_INDICATOR_MAX]
    return sorted(found, key=_order)[:PROPOSALS_MAX]


def _order(one: AlignmentProposal) -> tuple[Any, ...]:
    return (
        -one.likeness,
        not one.same_unit,
        str(one.indicator_id),
        str(one.canonical_owner_id),
        str(one.canonical_id),
    )


def _texts(en: str | None, fr: str | None) -> _Texts:
    given: tuple[tuple[Language, str | None], ...] = (("en", en), ("fr", fr))
    return [(language, text) for language, text in given if text is not None]


async def _indicators(reading: Reading, place: Place, scope: TenantId | None) -> Sequence[Any]:
    """Indicators in use: the body's own, or (None) those that owners above partnerships show to the reader."""
    if scope is not None:
        whose = _I.tenant_id == place.body
    else:
        kinds = [kind.value for kind in PARTNERSHIPS]
        partnerships = select(REGISTRY.c.tenant_id).where(REGISTRY.c.kind.in_(kinds))
        whose = and_(_I.tenant_id.not_in(partnerships), _I.tenant_id != place.body)
    statement = (
        select(*_SAID)
        .where(
            whose,
            _I.status == "in_use",
            *held(INDICATOR, place.clock),
            reading.visible(INDICATOR, scope, place.clock),
        )
        .order_by(_I.tenant_id, _I.entity_id)
        .limit(_READ_MAX + 1)
    )
    rows = await reading.rows(scope, statement)
    if len(rows) > _READ_MAX:
        raise AnswerTooLargeError(what="indicators", maximum=_READ_MAX)
    return rows


async def _judged(reading: Reading, place: Place) -> set[tuple[UUID, UUID, UUID]]:
    """Pairs of which somebody has said something, also that they are not comparable."""
    columns = ALIGNMENT.c
    statement = select(columns.indicator_id, columns.canonical_log, columns.canonical_stream).where(
        columns.tenant_id == place.body,
        *held(ALIGNMENT, place.clock),
        reading.visible(ALIGNMENT, place.scope, place.clock),
    )
    return {(indicator, log, stream) for indicator, log, stream in await reading.rows(place.scope, statement)}

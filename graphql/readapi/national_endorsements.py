"""Who stands behind partnerships across the country: by kind of endorsement and of endorser."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select

from domain.ids import COMMONS
from projections.endorsement_cells import ENDORSING
from projections.organisation import ORGANISATION
from readapi.asof import AsOf, AsOfInput, echo, held
from readapi.codes import BodyKind, EndorsementKind, Province
from readapi.governance_codes import OrganisationKind
from readapi.national_question import Coverage, Question, question
from readapi.reading import Reading

_E, _O = ENDORSING.c, ORGANISATION.c


@strawberry.type(description="Endorsements of one kind.")
class EndorsementsOfKind:
    kind: EndorsementKind = strawberry.field(description="How the endorser says it.")
    endorsements: int = strawberry.field(description="How many there are.")
    bodies: int = strawberry.field(description="How many partnerships have one.")


@strawberry.type(description="Endorsements by one kind of organisation.")
class EndorsementsByEndorser:
    kind: OrganisationKind | None = strawberry.field(
        description="What kind of organisation; null: it is not listed in the commons, so its kind is not known."
    )
    endorsements: int = strawberry.field(description="How many there are.")
    bodies: int = strawberry.field(description="How many partnerships have one.")


@strawberry.type(
    description="Endorsements that stand on a day, as sources name them. Only what the reader may see is counted."
)
class NationalEndorsements:
    endorsements: int = strawberry.field(description="How many there are.")
    of_plans: int = strawberry.field(
        description="How many of them are of a plan, and not of the partnership itself."
    )
    kinds: list[EndorsementsOfKind] = strawberry.field(description="By kind; kinds without any are left out.")
    endorsers: list[EndorsementsByEndorser] = strawberry.field(description="By kind of organisation.")
    coverage: Coverage = strawberry.field(description="Who is endorsed, as far as the reader sees.")
    as_of: AsOf = strawberry.field(description="The clocks that it was read with.")


async def national_endorsements(
    reading: Reading,
    *,
    as_of: AsOfInput | None,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    partnerships: list[str] | None,
) -> NationalEndorsements:
    """Count endorsements.

    Raises:
        PositionNeedsOneLogError: the clock is a position.
        AnswerTooLargeError: more records than a view can be made of.
    """
    asked = await question(reading, as_of, kinds, provinces, partnerships)
    columns = (_E.organisation_id, _E.kind, _E.of_plan, _E.status, _E.sample)
    rows = [row for row in await asked.rows(ENDORSING, *columns) if row[4] == "recorded"]
    organisations = await _kinds_of_organisations(asked, {row[1] for row in rows if row[1] is not None})
    by_kind = _counted([(row[0], row[2]) for row in rows])
    by_endorser = _counted([(row[0], organisations.get(row[1])) for row in rows])
    return NationalEndorsements(
        endorsements=len(rows),
        of_plans=sum(row[3] for row in rows),
        kinds=[
            EndorsementsOfKind(kind=EndorsementKind(kind), endorsements=count, bodies=bodies)
            for kind, count, bodies in by_kind
        ],
        endorsers=[
            EndorsementsByEndorser(
                kind=None if kind is None else OrganisationKind(kind), endorsements=count, bodies=bodies
            )
            for kind, count, bodies in by_endorser
        ],
        coverage=asked.coverage({row[0] for row in rows}, sum(row[5] for row in rows)),
        as_of=echo(asked.when),
    )


async def _kinds_of_organisations(asked: Question, ids: set[UUID]) -> dict[Any, str]:
    """As the commons has them, where they consent to being listed."""
    statement = select(_O.entity_id, _O.kind).where(
        _O.tenant_id == COMMONS,
        _O.entity_id.in_(ids),
        *held(ORGANISATION, asked.when),
        asked.reading.visible(ORGANISATION, None),
    )
    return {row[0]: row[1] for row in await asked.reading.rows(None, statement)}


def _counted(pairs: Sequence[tuple[UUID, str | None]]) -> list[tuple[Any, int, int]]:
    """By what, how many, of how many bodies; the most frequent first."""
    bodies: dict[str | None, list[UUID]] = {}
    for body, what in pairs:
        bodies.setdefault(what, []).append(body)
    counted = [(what, len(found), len(set(found))) for what, found in bodies.items()]
    return sorted(counted, key=lambda one: (-one[1], one[0] is None, one[0] or ""))

"""Who stands behind partnerships across the country: by kind of endorsement and of endorser."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import select

from domain.ids import COMMONS
from projections.endorsement_cells import ENDORSING
from projections.organisation import ORGANISATION
from readapi.asof import AsOf, echo, held
from readapi.body import BodyReference
from readapi.codes import EndorsementKind
from readapi.governance_codes import OrganisationKind
from readapi.national_question import Coverage, coverage, few, records
from readapi.question import Question
from readapi.shapes import Facts, Found
from readapi.view import Part, View

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


_COLUMNS: Final = (_E.organisation_id, _E.kind, _E.of_plan, _E.status, _E.sample)


def _parts(question: Question) -> dict[str, Part]:
    return {"endorsements": records(question, ENDORSING, *_COLUMNS), "organisations": _organisations(question)}


def _organisations(question: Question) -> Part:
    """Of what kind the endorsers are, as the commons has them, where they consent to being listed."""
    endorsers = select(_E.organisation_id).where(
        question.about(_E.tenant_id), *held(ENDORSING, question.when), question.seen(ENDORSING)
    )
    statement = select(_O.entity_id, _O.kind).where(
        _O.tenant_id == COMMONS,
        _O.entity_id.in_(endorsers),
        *held(ORGANISATION, question.when),
        question.seen(ORGANISATION, by_all=True),
    )
    return Part(statement)


def _told(facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found) -> NationalEndorsements:
    """Count endorsements.

    Raises:
        AnswerTooLargeError: more records than a view can be made of.
    """
    rows = [row for row in few(found["endorsements"], ENDORSING) if row[4] == "recorded"]
    organisations: dict[Any, str] = {row[0]: row[1] for row in found["organisations"]}
    by_kind = _counted([(row[0], row[2]) for row in rows])
    by_endorser = _counted([(row[0], organisations.get(row[1])) for row in rows])
    return NationalEndorsements(
        endorsements=len(rows),
        of_plans=sum(row[3] for row in rows),
        kinds=[
            EndorsementsOfKind(kind=EndorsementKind(kind), endorsements=count, bodies=of)
            for kind, count, of in by_kind
        ],
        endorsers=[
            EndorsementsByEndorser(
                kind=None if kind is None else OrganisationKind(kind), endorsements=count, bodies=of
            )
            for kind, count, of in by_endorser
        ],
        coverage=coverage(bodies, {row[0] for row in rows}, sum(row[5] for row in rows)),
        as_of=echo(facts.when),
    )


def _counted(pairs: Sequence[tuple[UUID, str | None]]) -> list[tuple[Any, int, int]]:
    """By what, how many, of how many bodies; the most frequent first."""
    bodies: dict[str | None, list[UUID]] = {}
    for body, what in pairs:
        bodies.setdefault(what, []).append(body)
    counted = [(what, len(found), len(set(found))) for what, found in bodies.items()]
    return sorted(counted, key=lambda one: (-one[1], one[0] is None, one[0] or ""))


NATIONAL_ENDORSEMENTS: Final = View(_parts, _told)

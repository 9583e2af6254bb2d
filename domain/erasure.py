"""Erasures: that somebody was forgotten is a fact that stays; what was known of them goes.

A log holds pseudonyms and sealed text. Once the key of the texts about a person and the row with their name are
removed, its bytes and proofs are what they were, and nothing in it leads to anybody.
"""

from typing import Final, Literal

import msgspec

from domain.body import BodyKind
from domain.case import Case
from domain.event import Event, Recorded, event
from domain.ids import ErasureId, PersonId
from domain.jobs import JobRow
from domain.stream import Command, Decided, State, Stream

ERASE_PERSON: Final = "erase_person"
PEOPLE_QUEUE: Final = "people"

PersonErasureGround = Literal["at_their_request", "purpose_over", "retention_over", "recorded_in_error"]
"""Why somebody is forgotten: a code, for the log keeps it for ever."""


@event("erasure.PersonErased")
class PersonErased(Event, frozen=True, kw_only=True):
    """Name, contact and every text about this pseudonym go from this body, and nobody acts under it any more."""

    person_id: PersonId
    ground: PersonErasureGround


class ErasePerson(Command, frozen=True, kw_only=True):
    """Forget a person of this log for ever: name, contact, membership, tokens, and every text about them."""

    erasure_id: ErasureId
    person_id: PersonId
    ground: PersonErasureGround


class Erasure(State, frozen=True, kw_only=True):
    person_id: PersonId | None = None
    ground: PersonErasureGround | None = None


def evolve(erasure: Erasure, recorded: Recorded) -> Erasure:
    if isinstance(recorded.payload, PersonErased):
        erased = recorded.payload
        return msgspec.structs.replace(erasure, person_id=erased.person_id, ground=erased.ground)
    return erasure


ERASURE = Stream("erasure", Erasure(), evolve)


@ERASURE.handles("erasure_id", creates=True, owners=BodyKind)
def erase(erasure: Erasure, command: ErasePerson, case: Case) -> Decided:  # noqa: ARG001 - a new stream has no past
    """Record the erasure, together with the job that carries it out.

    Whether there is such a person is not asked: the answer would tell who was erased before. A person may be
    erased again, which a backup that was brought back makes necessary.
    """
    job = JobRow(actor=ERASE_PERSON, queue=PEOPLE_QUEUE, args=(str(case.tenant_id), str(command.person_id)))
    return Decided(events=[PersonErased(person_id=command.person_id, ground=command.ground)], jobs=[job])

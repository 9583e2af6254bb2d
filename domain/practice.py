"""Practices: ways of working that a partnership describes, and that another may adopt from it.

What was adopted stays in its origin's log and is cited there, at the version that was taken over. The origin may
record that it was adopted; it then cites the adopter's own record, so that both can be walked from either side.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from domain.audience import Audience
from domain.body import PARTNERSHIPS
from domain.case import Case, Need, Reads
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import PracticeId, StreamId, TenantId
from domain.published_aggregate import Publication
from domain.sorting import Sorted, check_sorted, lists_of
from domain.stream import Command, State, Stream
from domain.values import Citation, LocalizedText, SealedText

OWNERS = PARTNERSHIPS


@event("practice.Described", lifecycle=True)
class PracticeDescribed(Event, frozen=True, kw_only=True):
    title: LocalizedText
    summary: LocalizedText
    sorted_by: Sorted | None
    publication: Publication | None
    """What describes it in print."""
    audience: Audience


@event("practice.Adopted", lifecycle=True)
class PracticeAdopted(Event, frozen=True, kw_only=True):
    """Taken over from another body; the wording is the adopter's own."""

    adopted_from: Citation
    title: LocalizedText
    summary: LocalizedText
    sorted_by: Sorted | None
    audience: Audience


@event("practice.Revised", lifecycle=True)
class PracticeRevised(Event, frozen=True, kw_only=True):
    """The whole description anew."""

    title: LocalizedText
    summary: LocalizedText
    sorted_by: Sorted | None


@event("practice.AdoptionRecorded")
class AdoptionRecorded(Event, frozen=True, kw_only=True):
    """Another body adopted it, as its own record says."""

    by: Citation
    audience: Audience
    """That of the practice."""


@event("practice.Withdrawn", lifecycle=True)
class PracticeWithdrawn(Event, frozen=True, kw_only=True):
    """It is not recommended any more; who adopted it is not bound by that."""

    note: SealedText | None


class DescribePractice(Command, frozen=True, kw_only=True):
    """Describe a way of working."""

    practice_id: PracticeId
    title: LocalizedText
    summary: LocalizedText
    sorted_by: Sorted | None = None
    publication: Publication | None = None
    audience: Audience = Audience.PUBLIC


class AdoptPractice(Command, frozen=True, kw_only=True):
    """Adopt a practice that another body published, at the version that is taken over."""

    practice_id: PracticeId
    adopted_from: Citation
    title: LocalizedText
    summary: LocalizedText
    sorted_by: Sorted | None = None
    audience: Audience = Audience.PUBLIC


class RevisePractice(Command, frozen=True, kw_only=True):
    """Describe a practice anew, whole."""

    practice_id: PracticeId
    title: LocalizedText
    summary: LocalizedText
    sorted_by: Sorted | None = None


class RecordAdoption(Command, frozen=True, kw_only=True):
    """Record that another body adopted a practice, by citing that body's own record."""

    practice_id: PracticeId
    by: Citation


class WithdrawPractice(Command, frozen=True, kw_only=True):
    practice_id: PracticeId
    note: SealedText | None = None


@dataclass(eq=False)
class PracticeWithdrawnError(Refusal):
    practice_id: object
    code = "practice_withdrawn"
    en = "The practice {practice_id} was withdrawn."
    fr = "La pratique {practice_id} a été retirée."


@dataclass(eq=False)
class PracticeOfOwnError(Refusal):
    practice_id: object
    code = "practice_of_own"
    en = "The practice {practice_id} is of this body itself; adopt that of another."
    fr = "La pratique {practice_id} est celle de l’organisme lui-même; on adopte celle d’un autre."


@dataclass(eq=False)
class PracticeNotAdoptedError(Refusal):
    practice_id: object
    code = "practice_not_adopted"
    en = "The practice {practice_id} does not say that it was adopted from this one."
    fr = "La pratique {practice_id} ne dit pas qu’elle a été adoptée de celle-ci."


class Practice(State, frozen=True, kw_only=True):
    title: LocalizedText | None = None
    summary: LocalizedText | None = None
    sorted_by: Sorted | None = None
    adopted_from: Citation | None = None
    audience: Audience = Audience.DRAFT
    adoptions: tuple[Citation, ...] = ()
    withdrawn: bool = False


def evolve(practice: Practice, recorded: Recorded) -> Practice:
    replace = msgspec.structs.replace
    match recorded.payload:
        case PracticeDescribed() | PracticeAdopted() as begun:
            return Practice(
                title=begun.title,
                summary=begun.summary,
                sorted_by=begun.sorted_by,
                adopted_from=begun.adopted_from if isinstance(begun, PracticeAdopted) else None,
                audience=begun.audience,
            )
        case PracticeRevised(title=title, summary=summary, sorted_by=sorted_by):
            return replace(practice, title=title, summary=summary, sorted_by=sorted_by)
        case AdoptionRecorded(by=by):
            return replace(practice, adoptions=(*practice.adoptions, by))
        case PracticeWithdrawn():
            return replace(practice, withdrawn=True)
    return practice


PRACTICE = Stream("practice", Practice(), evolve, is_public=lambda practice: practice.audience is Audience.PUBLIC)


def _themes(
    practice: Practice,  # noqa: ARG001 - what a command needs does not depend on the past
    command: DescribePractice | RevisePractice,
    reads: Reads,
) -> Iterator[Need]:
    yield from lists_of(command.sorted_by, reads)


def _origin(practice: Practice, command: AdoptPractice, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    if command.adopted_from.log != reads.log:
        yield Need(PRACTICE, StreamId(command.adopted_from.stream), TenantId(command.adopted_from.log))
    yield from lists_of(command.sorted_by, reads)


def _adopter(practice: Practice, command: RecordAdoption, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    if command.by.log != reads.log:
        yield Need(PRACTICE, StreamId(command.by.stream), TenantId(command.by.log))


@PRACTICE.handles("practice_id", creates=True, owners=OWNERS, needs=_themes, elsewhere=True)
def describe(practice: Practice, command: DescribePractice, case: Case) -> list[Event]:  # noqa: ARG001 - no past
    """Describe a practice, sorted by themes that are in the list it names."""
    check_sorted(command.sorted_by, case)
    return [
        PracticeDescribed(
            title=command.title,
            summary=command.summary,
            sorted_by=command.sorted_by,
            publication=command.publication,
            audience=command.audience,
        )
    ]


@PRACTICE.handles("practice_id", creates=True, owners=OWNERS, needs=_origin, elsewhere=True)
def adopt(practice: Practice, command: AdoptPractice, case: Case) -> list[Event]:  # noqa: ARG001 - no past
    """Adopt a practice of another body.

    Raises:
        PracticeOfOwnError: it is a practice of this body.
        StreamMissingError: what is cited is no practice.
        PracticeWithdrawnError: its origin has withdrawn it; brought in as history, that stays a breach.
    """
    cited = command.adopted_from
    if cited.log == case.tenant_id:
        raise PracticeOfOwnError(practice_id=cited.stream)
    origin = case.state(PRACTICE, StreamId(cited.stream), TenantId(cited.log))
    if origin.withdrawn:
        case.insist(PracticeWithdrawnError(practice_id=cited.stream))
    check_sorted(command.sorted_by, case)
    return [
        PracticeAdopted(
            adopted_from=cited,
            title=command.title,
            summary=command.summary,
            sorted_by=command.sorted_by,
            audience=command.audience,
        )
    ]


@PRACTICE.handles("practice_id", owners=OWNERS, needs=_themes, elsewhere=True)
def revise(practice: Practice, command: RevisePractice, case: Case) -> list[Event]:
    """Describe it anew; what it says already records nothing."""
    _check_stands(practice, command.practice_id)
    check_sorted(command.sorted_by, case)
    said = (command.title, command.summary, command.sorted_by)
    if said == (practice.title, practice.summary, practice.sorted_by):
        return []
    return [PracticeRevised(title=command.title, summary=command.summary, sorted_by=command.sorted_by)]


@PRACTICE.handles("practice_id", owners=OWNERS, needs=_adopter, elsewhere=True)
def record_adoption(practice: Practice, command: RecordAdoption, case: Case) -> list[Event]:
    """Record that another body adopted it; the same record twice records nothing.

    Raises:
        PracticeOfOwnError: the record is of this body.
        PracticeNotAdoptedError: the record says something else.
    """
    by = command.by
    if by.log == case.tenant_id:
        raise PracticeOfOwnError(practice_id=by.stream)
    adopter = case.state(PRACTICE, StreamId(by.stream), TenantId(by.log))
    origin = adopter.adopted_from
    here = (case.tenant_id, command.practice_id)
    if origin is None or (origin.log, origin.stream) != here:
        raise PracticeNotAdoptedError(practice_id=by.stream)
    if any((one.log, one.stream) == (by.log, by.stream) for one in practice.adoptions):
        return []
    return [AdoptionRecorded(by=by, audience=practice.audience)]


@PRACTICE.handles("practice_id", owners=OWNERS)
def withdraw(practice: Practice, command: WithdrawPractice) -> list[Event]:
    _check_stands(practice, command.practice_id)
    return [PracticeWithdrawn(note=command.note)]


def _check_stands(practice: Practice, practice_id: PracticeId) -> None:
    if practice.withdrawn:
        raise PracticeWithdrawnError(practice_id=practice_id)

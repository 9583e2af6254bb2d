"""Alignments: a dated, attributed and revocable act that says how far a body's indicator is another owner's.

The canonical indicator stays in its owner's log and is cited there. Nothing is aligned by machine: whoever aligns
is the envelope's actor, by the envelope's authority.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from domain.audience import Audience
from domain.body import PARTNERSHIPS, BodyKind
from domain.case import Case, Need, Reads
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import AlignmentId, IndicatorId, StreamId
from domain.indicator import INDICATOR, Indicator, cited_by, cited_in
from domain.stream import Command, Decided, State, Stream
from domain.values import Citation, SealedText

OWNERS = PARTNERSHIPS | {BodyKind.MINISTRY, BodyKind.FUNDER}

Grade = Literal["exact", "partial", "none"]
"""From the strongest to the weakest; *none* says that they are not comparable, which is not silence."""


@event("alignment.Aligned", lifecycle=True)
class IndicatorAligned(Event, frozen=True, kw_only=True):
    """From this day on, the body's indicator is the canonical one, exactly, in part or not at all."""

    indicator_id: IndicatorId
    canonical: Citation
    grade: Grade
    note: SealedText | None
    audience: Audience
    """That of the body's indicator."""


@event("alignment.Withdrawn", lifecycle=True)
class AlignmentWithdrawn(Event, frozen=True, kw_only=True):
    """From this day on, nothing is said of the two."""

    note: SealedText | None


class AlignIndicator(Command, frozen=True, kw_only=True):
    """Say how far an indicator of this body is a canonical one, cited in its owner's log."""

    alignment_id: AlignmentId
    definition_id: IndicatorId
    canonical: Citation
    grade: Grade
    note: SealedText | None = None


class RealignIndicator(Command, frozen=True, kw_only=True):
    """Change how far two indicators agree, or take up an alignment that was withdrawn."""

    alignment_id: AlignmentId
    grade: Grade
    note: SealedText | None = None


class WithdrawAlignment(Command, frozen=True, kw_only=True):
    """Take an alignment back from this day on; what was compared before stays as it was."""

    alignment_id: AlignmentId
    note: SealedText | None = None


@dataclass(eq=False)
class AlignedWithItselfError(Refusal):
    indicator_id: object
    code = "aligned_with_itself"
    en = "The indicator {indicator_id} is the canonical one itself; it needs no alignment."
    fr = "L’indicateur {indicator_id} est l’indicateur canonique lui-même : aucune concordance n’est à établir."


@dataclass(eq=False)
class UnitsNotAlignedError(Refusal):
    unit: str
    canonical: str
    code = "units_not_aligned"
    en = "“{unit}” and “{canonical}” are different units: the two cannot agree exactly, in part at most."
    fr = "« {unit} » et « {canonical} » sont des unités différentes : la concordance est au plus partielle."


@dataclass(eq=False)
class AlignmentWithdrawnError(Refusal):
    alignment_id: object
    code = "alignment_withdrawn"
    en = "The alignment {alignment_id} was already withdrawn."
    fr = "La concordance {alignment_id} a déjà été retirée."


class Alignment(State, frozen=True, kw_only=True):
    indicator_id: IndicatorId | None = None
    canonical: Citation | None = None
    grade: Grade | None = None
    """None once it is withdrawn."""


def evolve(alignment: Alignment, recorded: Recorded) -> Alignment:
    match recorded.payload:
        case IndicatorAligned(indicator_id=indicator_id, canonical=canonical, grade=grade):
            return Alignment(indicator_id=indicator_id, canonical=canonical, grade=grade)
        case AlignmentWithdrawn():
            return msgspec.structs.replace(alignment, grade=None)
    return alignment


ALIGNMENT = Stream("alignment", Alignment(), evolve)


def _both(alignment: Alignment, command: AlignIndicator, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    yield Need(INDICATOR, StreamId(command.definition_id))
    yield cited_by(command.canonical, reads)


def _both_again(alignment: Alignment, command: object, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    assert alignment.indicator_id is not None
    assert alignment.canonical is not None
    yield Need(INDICATOR, StreamId(alignment.indicator_id))
    yield cited_by(alignment.canonical, reads)


@ALIGNMENT.handles("alignment_id", creates=True, owners=OWNERS, needs=_both)
def align(alignment: Alignment, command: AlignIndicator, case: Case) -> Decided:  # noqa: ARG001 - no past
    """Align an indicator of this body with a canonical one; two of them are joined by one alignment only.

    Raises:
        StreamMissingError: one of them is no indicator, or not of this body.
        AlignedWithItselfError: both are the same.
        UnitsNotAlignedError: they would agree exactly in different units.
    """
    canonical = command.canonical
    if (canonical.log, canonical.stream) == (case.tenant_id, command.definition_id):
        raise AlignedWithItselfError(indicator_id=command.definition_id)
    local = _checked(command.definition_id, canonical, command.grade, case)
    aligned = IndicatorAligned(
        indicator_id=command.definition_id,
        canonical=canonical,
        grade=command.grade,
        note=command.note,
        audience=local.audience,
    )
    key = f"alignment/{command.definition_id}/{canonical.log}/{canonical.stream}"
    return Decided(events=[aligned], claims=[key])


@ALIGNMENT.handles("alignment_id", owners=OWNERS, needs=_both_again)
def realign(alignment: Alignment, command: RealignIndicator, case: Case) -> list[Event]:
    """Say anew how far two indicators agree; the grade that holds records nothing.

    Raises:
        UnitsNotAlignedError: they would agree exactly in different units.
    """
    assert alignment.indicator_id is not None
    assert alignment.canonical is not None
    local = _checked(alignment.indicator_id, alignment.canonical, command.grade, case)
    if command.grade == alignment.grade:
        return []
    return [
        IndicatorAligned(
            indicator_id=alignment.indicator_id,
            canonical=alignment.canonical,
            grade=command.grade,
            note=command.note,
            audience=local.audience,
        )
    ]


@ALIGNMENT.handles("alignment_id", owners=OWNERS)
def withdraw(alignment: Alignment, command: WithdrawAlignment) -> list[Event]:
    if alignment.grade is None:
        raise AlignmentWithdrawnError(alignment_id=command.alignment_id)
    return [AlignmentWithdrawn(note=command.note)]


def _checked(indicator_id: IndicatorId, canonical: Citation, grade: Grade, case: Case) -> Indicator:
    """The body's indicator, of the same units where it agrees exactly."""
    local, other = case.state(INDICATOR, StreamId(indicator_id)), cited_in(case, canonical)
    same = (local.unit, local.denominator_unit) == (other.unit, other.denominator_unit)
    if grade == "exact" and not same:
        raise UnitsNotAlignedError(unit=local.unit or "—", canonical=other.unit or "—")
    return local

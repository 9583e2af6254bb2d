"""Reporting requirements: that a body owes an indicator per period, for a territory, by a day, under a basis.

What is owed is worked out from the requirement and never stored: periods come and go without an event.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

import msgspec

from domain.agreement import AGREEMENT, Programme
from domain.audience import Audience
from domain.body import PARTNERSHIPS, BodyKind
from domain.case import Case, Need, Reads
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import AgreementId, RequirementId, StreamId
from domain.indicator import IndicatorRetiredError, cited_by, cited_in
from domain.stream import Command, State, Stream
from domain.values import Citation, Period, SealedText, TerritoryCode

OWNERS = PARTNERSHIPS | {BodyKind.MINISTRY, BodyKind.FUNDER}

Cadence = Literal["once", "month", "quarter", "fiscal_year", "calendar_year"]
ExemptionReason = Literal["starting_up", "no_activity", "exceptional_event", "waived_by_funder", "other"]
DueDays = Annotated[int, msgspec.Meta(ge=0, le=400)]


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """A period of a requirement, and the last day on which its figure is on time."""

    period: Period
    due_on: date


# --- events -------------------------------------------------------------------------------------------------


@event("requirement.Required", lifecycle=True)
class SubmissionRequired(Event, frozen=True, kw_only=True):
    """`due_days` after its end a period's figure is due. Without a territory it is about all that is served."""

    indicator: Citation
    cadence: Cadence
    first: Period
    due_days: int
    territory: TerritoryCode | None
    agreement_id: AgreementId | None
    programme: Programme | None
    audience: Audience


@event("requirement.Exempted")
class PeriodExempted(Event, frozen=True, kw_only=True):
    """One period is not owed after all."""

    period: Period
    reason: ExemptionReason
    note: SealedText | None


@event("requirement.Ended", lifecycle=True)
class RequirementEnded(Event, frozen=True, kw_only=True):
    """From this day on nothing is required; periods that were over before stay owed."""

    note: SealedText | None


# --- commands -----------------------------------------------------------------------------------------------


class RequireSubmission(Command, frozen=True, kw_only=True):
    """Say that an indicator is owed, period after period, or once."""

    requirement_id: RequirementId
    indicator: Citation
    cadence: Cadence
    first: Period
    due_days: DueDays
    territory: TerritoryCode | None = None
    agreement_id: AgreementId | None = None
    programme: Programme | None = None
    audience: Audience = Audience.FUNDERS


class ExemptPeriod(Command, frozen=True, kw_only=True):
    """Exempt a body from one period, with the reason."""

    requirement_id: RequirementId
    period: Period
    reason: ExemptionReason
    note: SealedText | None = None


class EndRequirement(Command, frozen=True, kw_only=True):
    """Require nothing more from this day on."""

    requirement_id: RequirementId
    note: SealedText | None = None


# --- refusals -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class CadenceMismatchError(Refusal):
    cadence: str
    first: str
    code = "cadence_mismatch"
    en = "A requirement with the cadence {cadence} begins with a period of that kind; {first} is another."
    fr = "Une exigence de cadence « {cadence} » commence par une période de ce type; {first} en est une autre."


@dataclass(eq=False)
class BasisMissingError(Refusal):
    code = "basis_missing"
    en = "Say under which agreement or programme it is required."
    fr = "Dites en vertu de quelle entente ou de quel programme elle est exigée."


@dataclass(eq=False)
class PeriodNotOwedError(Refusal):
    period: str
    code = "period_not_owed"
    en = "{period} is no period of this requirement."
    fr = "{period} n’est pas une période de cette exigence."


@dataclass(eq=False)
class AlreadyExemptError(Refusal):
    period: str
    code = "already_exempt"
    kind = "conflict"
    en = "{period} is already exempt, for another reason."
    fr = "{period} fait déjà l’objet d’une dispense, pour un autre motif."


@dataclass(eq=False)
class RequirementEndedError(Refusal):
    ended_on: object
    code = "requirement_ended"
    en = "This requirement ended on {ended_on}."
    fr = "Cette exigence a pris fin le {ended_on}."


# --- state --------------------------------------------------------------------------------------------------


class Requirement(State, frozen=True, kw_only=True):
    indicator: Citation | None = None
    cadence: Cadence = "once"
    first: Period | None = None
    due_days: int = 0
    territory: TerritoryCode | None = None
    exempt: tuple[tuple[Period, ExemptionReason], ...] = ()
    ended_on: date | None = None
    agreement_id: AgreementId | None = None

    def owes(self, period: Period) -> bool:
        """Whether this very period is one of the requirement's, exempt or not."""
        assert self.first is not None
        days = owed_periods(self.cadence, self.first, self.due_days, until=period.start, ended_on=self.ended_on)
        return any(owed.period == period for owed in days)


def owed_periods(
    cadence: Cadence, first: Period, due_days: int, *, until: date, ended_on: date | None
) -> Iterator[Owed]:
    """The periods that have begun by a day, in order; of an ended requirement, those that were over before."""
    period: Period | None = first
    while period is not None and period.start <= until and (ended_on is None or period.end < ended_on):
        yield Owed(period=period, due_on=period.end + timedelta(days=due_days))
        period = None if cadence == "once" else period.following()


def evolve(requirement: Requirement, recorded: Recorded) -> Requirement:
    replace = msgspec.structs.replace
    match recorded.payload:
        case SubmissionRequired() as required:
            return replace(
                requirement,
                indicator=required.indicator,
                cadence=required.cadence,
                first=required.first,
                due_days=required.due_days,
                territory=required.territory,
                agreement_id=required.agreement_id,
            )
        case PeriodExempted(period=period, reason=reason):
            return replace(requirement, exempt=(*requirement.exempt, (period, reason)))
        case RequirementEnded():
            return replace(requirement, ended_on=recorded.effective_on)
    return requirement


REQUIREMENT = Stream("requirement", Requirement(), evolve, schema=2)


# --- rules --------------------------------------------------------------------------------------------------


def _what_it_names(requirement: Requirement, command: RequireSubmission, reads: Reads) -> Iterator[Need]:  # noqa: ARG001
    yield cited_by(command.indicator, reads)
    if command.agreement_id is not None:
        yield Need(AGREEMENT, StreamId(command.agreement_id))


@REQUIREMENT.handles("requirement_id", creates=True, owners=OWNERS, needs=_what_it_names)
def require(requirement: Requirement, command: RequireSubmission, case: Case) -> list[Event]:  # noqa: ARG001
    """Require an indicator. History from elsewhere may lack the basis, or be of an indicator since retired.

    Raises:
        StreamMissingError: there is no such indicator, or no such agreement here.
        IndicatorRetiredError: nothing new is asked of it.
        CadenceMismatchError: the first period is not of the cadence.
        BasisMissingError: neither agreement nor programme is named.
    """
    indicator = cited_in(case, command.indicator)
    if command.agreement_id is not None:
        case.state(AGREEMENT, StreamId(command.agreement_id))
    if indicator.retired:
        case.insist(IndicatorRetiredError(indicator_id=command.indicator.stream))
    if command.agreement_id is None and command.programme is None:
        case.insist(BasisMissingError())
    if command.cadence not in ("once", command.first.kind):
        raise CadenceMismatchError(cadence=command.cadence, first=_label(command.first))
    return [
        SubmissionRequired(
            indicator=command.indicator,
            cadence=command.cadence,
            first=command.first,
            due_days=command.due_days,
            territory=command.territory,
            agreement_id=command.agreement_id,
            programme=command.programme,
            audience=command.audience,
        )
    ]


@REQUIREMENT.handles("requirement_id", owners=OWNERS)
def exempt(requirement: Requirement, command: ExemptPeriod) -> list[Event]:
    """Exempt from a period; the same reason again records nothing.

    Raises:
        PeriodNotOwedError: the requirement has no such period.
        AlreadyExemptError: it is exempt for another reason.
    """
    if not requirement.owes(command.period):
        raise PeriodNotOwedError(period=_label(command.period))
    known = dict(requirement.exempt).get(command.period)
    if known is not None and known != command.reason:
        raise AlreadyExemptError(period=_label(command.period))
    if known is not None:
        return []
    return [PeriodExempted(period=command.period, reason=command.reason, note=command.note)]


@REQUIREMENT.handles("requirement_id", owners=OWNERS)
def end(requirement: Requirement, command: EndRequirement) -> list[Event]:
    """End a requirement; ending it again is refused, since the second day would contradict the first."""
    if requirement.ended_on is not None:
        raise RequirementEndedError(ended_on=requirement.ended_on)
    return [RequirementEnded(note=command.note)]


def _label(period: Period) -> str:
    return period.label().fr or ""

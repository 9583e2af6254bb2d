"""Frozen comparisons: a question about an indicator, kept with the state of every log that it was answered from.

What is kept is the question and where each log stood, never the figures: they stay in the logs of those who report
them, from where the same answer can be had for ever, as far as the reader may see them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from domain.audience import Audience
from domain.body import PARTNERSHIPS, BodyKind, Province
from domain.case import Case, Need, Reads
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import FrozenComparisonId
from domain.indicator import cited_by, cited_in
from domain.stream import Command, State, Stream
from domain.submission.events import Stage
from domain.values import Citation, LocalizedText, Period

OWNERS = PARTNERSHIPS | {BodyKind.FUNDER, BodyKind.MINISTRY}


class SourceLog(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A log that the answer was made from: all of it up to a position, and nothing after."""

    log: UUID
    position: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    granted: bool
    """Whether its body had granted the one who froze it what is for funders."""


Sources = Annotated[tuple[SourceLog, ...], msgspec.Meta(min_length=1, max_length=2_000)]
Kinds = Annotated[tuple[BodyKind, ...], msgspec.Meta(min_length=1, max_length=20)]
Provinces = Annotated[tuple[Province, ...], msgspec.Meta(min_length=1, max_length=13)]


@event("frozen_comparison.Frozen", lifecycle=True)
class ComparisonFrozen(Event, frozen=True, kw_only=True):
    """`as_of` is the day of the question; no kinds or provinces means all of them."""

    title: LocalizedText
    indicator: Citation
    period: Period
    kinds: tuple[BodyKind, ...] | None
    provinces: tuple[Province, ...] | None
    stage: Stage
    as_of: date
    sources: tuple[SourceLog, ...]
    audience: Audience


class FreezeComparison(Command, frozen=True, kw_only=True):
    """Keep a comparison so that it can be cited: the question, and how far each log is that answers it."""

    frozen_comparison_id: FrozenComparisonId
    title: LocalizedText
    indicator: Citation
    period: Period
    as_of: date
    sources: Sources
    kinds: Kinds | None = None
    provinces: Provinces | None = None
    stage: Stage = "published"
    audience: Audience = Audience.PUBLIC


@dataclass(eq=False)
class SourceRepeatsError(Refusal):
    log: object
    code = "source_repeats"
    en = "The log {log} stands twice among the sources; it has one position."
    fr = "Le registre {log} figure deux fois parmi les sources; il n’a qu’une position."


@dataclass(eq=False)
class SourceMissingError(Refusal):
    log: object
    code = "source_missing"
    en = "The indicator is defined in the log {log}, which is not among the sources."
    fr = "L’indicateur est défini dans le registre {log}, qui n’est pas parmi les sources."


class FrozenComparison(State, frozen=True, kw_only=True):
    title: LocalizedText | None = None
    indicator: Citation | None = None
    period: Period | None = None
    as_of: date | None = None
    sources: tuple[SourceLog, ...] = ()


def evolve(frozen: FrozenComparison, recorded: Recorded) -> FrozenComparison:
    match recorded.payload:
        case ComparisonFrozen() as kept:
            return msgspec.structs.replace(
                frozen,
                title=kept.title,
                indicator=kept.indicator,
                period=kept.period,
                as_of=kept.as_of,
                sources=kept.sources,
            )
    return frozen


FROZEN_COMPARISON = Stream("frozen_comparison", FrozenComparison(), evolve)


def _what_it_cites(_: FrozenComparison, command: FreezeComparison, reads: Reads) -> Iterator[Need]:
    yield cited_by(command.indicator, reads)


@FROZEN_COMPARISON.handles("frozen_comparison_id", creates=True, owners=OWNERS, needs=_what_it_cites)
def freeze(_: FrozenComparison, command: FreezeComparison, case: Case) -> list[Event]:
    """Freeze a comparison. It is never changed or withdrawn: another one is another record.

    Raises:
        StreamMissingError: there is no such indicator.
        SourceRepeatsError: a log stands twice among the sources.
        SourceMissingError: the log that defines the indicator is not among them.
    """
    cited_in(case, command.indicator)
    seen: set[UUID] = set()
    for source in command.sources:
        if source.log in seen:
            raise SourceRepeatsError(log=source.log)
        seen.add(source.log)
    if command.indicator.log not in seen:
        raise SourceMissingError(log=command.indicator.log)
    return [
        ComparisonFrozen(
            title=command.title,
            indicator=command.indicator,
            period=command.period,
            kinds=command.kinds,
            provinces=command.provinces,
            stage=command.stage,
            as_of=command.as_of,
            sources=command.sources,
            audience=command.audience,
        )
    ]

"""What a trace is made of."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import strawberry

from domain.ids import TenantId
from readapi.asof import AsOf, Clock
from readapi.codes import SubmissionStage
from readapi.fields import sized
from readapi.figures import Period
from readapi.governance_codes import TraceKind
from readapi.indicator import Indicator, cited
from readapi.reading import Info, Place
from readapi.scalars import BigInt
from readapi.text import LocalizedText


@strawberry.type(description="One record that a figure rests on.")
class TraceStep:
    kind: TraceKind = strawberry.field(description="What kind of record it is.")
    record_id: UUID = strawberry.field(description="Its id, in the log of the figure's body.")
    behind: UUID = strawberry.field(
        description="The record that it stands behind, one step nearer to the figure; the figure's own is itself."
    )
    number: int | None = strawberry.field(
        description="The number of a revision, of a decision in its year, or of an amendment; null for the others."
    )
    title: LocalizedText | None = strawberry.field(description="Its title, where it has one.")
    on: date = strawberry.field(description="The day from which it is as it is.")
    position: BigInt = strawberry.field(
        description="The position, in the body's log, of the event that last made it so: it can be proven."
    )
    sample: bool = strawberry.field(description="Whether it is sample data.")


@strawberry.type(description="Records that a figure rests on and that are not shown.")
class TraceHidden:
    kind: TraceKind = strawberry.field(description="What kind of record.")
    count: int = strawberry.field(
        description="How many: they are not for the reader, or stand in the log of another body."
    )


@strawberry.type(
    description=(
        "What a figure rests on, as of the clocks of the question: its submission, the alignment by which it "
        "counts, the requirements that ask for it, their agreements, the plans behind these in the revision that "
        "the reader may see, the decision that adopted it, the meeting that made the decision, and documents "
        "about any of these."
    )
)
class FigureTrace:
    steps: list[TraceStep] = strawberry.field(description="From the figure down to the meeting; documents last.")
    hidden: list[TraceHidden] = strawberry.field(
        description="What is there and not shown, by kind. Nothing is said of what no shown record names."
    )
    as_of: AsOf = strawberry.field(description="The clocks that it was read with.")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure to be traced: whose submission it is, of which indicator, for what, and as what it counts."""

    scope: TenantId | None
    clock: Clock
    body: UUID
    submission_id: UUID
    indicator: tuple[UUID, UUID]
    counts_as: tuple[UUID, UUID]
    """The indicator that was asked for: the same, or one that it is aligned with."""
    period: tuple[str, date, date]
    territory: tuple[str, str] | None


@strawberry.type(description="A figure of the body that an event touches.")
class TouchedFigure:
    submission_id: UUID = strawberry.field(description="Its submission.")
    period: Period = strawberry.field(description="The period that it is of.")
    stage: SubmissionStage = strawberry.field(description="How far it has come.")
    published: bool = strawberry.field(description="Whether a figure of it counts.")
    sample: bool = strawberry.field(description="Whether it is sample data.")
    indicator_log: strawberry.Private[UUID]
    indicator_stream: strawberry.Private[UUID]
    counting_as: strawberry.Private[tuple[tuple[UUID, UUID], ...]]
    place: strawberry.Private[Place]

    @sized(1, "The indicator that it is of, where the reader may see it.")
    async def indicator(self, info: Info) -> Indicator | None:
        return await cited(info.context, self.place, self.indicator_log, self.indicator_stream)

    @sized(2, "Other bodies' indicators in whose national figures it counts, by an alignment in force.")
    async def counts_as(self, info: Info) -> list[Indicator]:
        found = [await cited(info.context, self.place, log, stream) for log, stream in self.counting_as]
        return [one for one in found if one is not None]

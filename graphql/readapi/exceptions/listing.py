"""Exceptions of a body: every kind together, the latest first, each with its events."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import strawberry
from sqlalchemy import Column, Date, Text, and_, or_, tuple_

from domain.exceptions import KINDS, TITLES, Kind
from projections.timeline import TIMELINE
from readapi.asof import happened
from readapi.columns import reads
from readapi.exceptions.alignment import alignments_withdrawn
from readapi.exceptions.cadence import cadences_not_kept
from readapi.exceptions.found import Evidence, Found
from readapi.exceptions.quorum import decisions_without_quorum
from readapi.exceptions.revision import revisions_without_authority
from readapi.exceptions.submission import approvals_by_submitter, late_submissions, values_changed
from readapi.exceptions.target import orphan_targets
from readapi.fields import sized
from readapi.governance_codes import ExceptionKind
from readapi.paging import Page, bounded, decode_cursor, paged
from readapi.reading import Info, Place, Reading
from readapi.text import LocalizedText
from readapi.text import of as text_of
from readapi.timeline import TimelineEntry

Search = Callable[[Reading, Place, date | None], Awaitable[list[Found]]]
SEARCHES: Final[dict[Kind, Search]] = {
    "revision_without_authority": revisions_without_authority,
    "decision_without_quorum": decisions_without_quorum,
    "approval_by_submitter": approvals_by_submitter,
    "value_changed_after_publication": values_changed,
    "late_submission": late_submissions,
    "orphan_target": orphan_targets,
    "broken_cadence": cadences_not_kept,
    "alignment_withdrawn_after_use": alignments_withdrawn,
}
EVENTS = 20
"""Counted for the events of an exception, which are few and not paged."""
_NAME: Final = "exceptions"
_ORDER: Final = (Column("on", Date), Column("kind", Text), Column("record", Text))


@strawberry.type(
    description=(
        "Something that departs from a rule that one would expect to be kept. It judges nobody: it says what was "
        "found, by which events."
    )
)
class AuditException:
    kind: ExceptionKind = strawberry.field(description="What kind of exception it is.")
    title: LocalizedText = strawberry.field(description="The kind, in words.")
    on: date = strawberry.field(description="The day on which it came about.")
    words: LocalizedText = strawberry.field(description="What was found, in words.")
    stream: str = strawberry.field(description="What kind of record it is of, such as `plan`.")
    record_id: UUID = strawberry.field(description="That record.")
    sample: bool = strawberry.field(description="Whether it is of sample data.")
    evidence: strawberry.Private[Evidence]
    place: strawberry.Private[Place]

    @sized(EVENTS, "The events that tell of it, in the order of the log.")
    async def events(self, info: Info) -> list[TimelineEntry]:
        return await info.context.loader(load_evidence).load(EvidenceKey(self.place, self.evidence))


async def exceptions(
    reading: Reading,
    place: Place,
    *,
    kinds: Sequence[ExceptionKind] | None,
    since: date | None,
    first: int,
    after: str | None,
) -> Page[AuditException]:
    """A page of what is found as of a place's clocks.

    Raises:
        CursorUnknownError: the cursor is none of this list.
        AnswerTooLargeError: more than 1,000 of a kind; a later day to begin with narrows it.
    """
    beyond = None if after is None else decode_cursor(_NAME, _ORDER, after)
    chosen = KINDS if kinds is None else [kind for kind in KINDS if kind in (bounded("kinds", kinds) or ())]
    by_kind = await asyncio.gather(*(SEARCHES[kind](reading, place, since) for kind in chosen))
    found = sorted((one for of_kind in by_kind for one in of_kind), key=lambda one: one.key, reverse=True)
    left = found if beyond is None else [one for one in found if one.key < beyond]

    async def count() -> int:
        return len(found)

    return paged(_NAME, [(_shown(one, place), one.key) for one in left[: first + 1]], first, count, place.clock)


def _shown(one: Found, place: Place) -> AuditException:
    return AuditException(
        kind=ExceptionKind(one.kind),
        title=text_of(TITLES[one.kind]),
        on=one.on,
        words=text_of(one.words),
        stream=one.stream,
        record_id=one.record_id,
        sample=one.sample,
        evidence=one.evidence,
        place=place,
    )


@dataclass(frozen=True, slots=True)
class EvidenceKey:
    """The events of one exception, in one body's log."""

    place: Place
    evidence: Evidence


async def load_evidence(reading: Reading, keys: list[EvidenceKey]) -> Sequence[list[TimelineEntry]]:
    """Lines of the timeline, in the order of the log; those of all exceptions of a page take one statement."""
    reader, columns = reads(TimelineEntry), TIMELINE.c
    found: dict[EvidenceKey, list[TimelineEntry]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        assert place.member, "a table without audience is for members"
        wanted = [key for key in found if key.place == place]
        positions = sorted({position for key in wanted for position in key.evidence.positions})
        named = sorted({one for key in wanted for one in key.evidence.of})
        statement = (
            reader.select()
            .where(
                and_(columns.tenant_id == place.body, *happened(TIMELINE, place.clock, on="effective_on")),
                or_(columns.position.in_(positions), tuple_(columns.entity_id, columns.type).in_(named)),
            )
            .order_by(columns.position)
        )
        for row in await reading.rows(place.scope, statement):
            line = reader.make(row, place=place)
            for key in wanted:
                evidence = key.evidence
                if line.position in evidence.positions or (line.stream_id, line.type) in evidence.of:
                    found[key].append(line)
    return [found[key] for key in keys]

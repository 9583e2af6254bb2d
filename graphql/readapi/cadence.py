"""Whether a committee keeps its cadence: meetings that were held, against the terms of reference in force."""

from collections.abc import Sequence
from datetime import date

import strawberry
from sqlalchemy import select

from domain import deadlines
from domain.committee.terms import Cadence as CadenceRule
from projections.meeting.tables import MEETING
from readapi.asof import held
from readapi.codes import PeriodKind
from readapi.figures import Period
from readapi.governance_codes import CadenceState
from readapi.reading import Reading, in_any
from readapi.seat import SeatsKey
from readapi.terms import Cadence
from readapi.text import LocalizedText
from readapi.text import of as text_of


@strawberry.type(
    description="A year of a committee up to a day, held against the cadence of its terms of reference."
)
class CadenceKept:
    year: Period = strawberry.field(description="The fiscal or calendar year that the day belongs to.")
    meetings: int = strawberry.field(
        description="Meetings held in it so far, with a quorum; a forum is no meeting."
    )
    forums: int = strawberry.field(description="Forums held in it so far.")
    state: CadenceState = strawberry.field(description="How the number of meetings stands to what is asked for.")
    forum_missing: bool = strawberry.field(
        description="Whether a yearly forum is asked for and none was held yet."
    )
    words: LocalizedText = strawberry.field(description="The same in words: “2 of 3–5 held, no forum yet”.")


def kept(rule: Cadence, meetings: Sequence[deadlines.Held], day: date) -> CadenceKept:
    """The meetings of a committee held against its cadence on a day."""
    found = deadlines.cadence_kept(
        CadenceRule(
            year="fiscal" if rule.year.value == "fiscal" else "calendar",
            meetings_min=rule.meetings_min,
            meetings_max=rule.meetings_max,
            yearly_forum=rule.yearly_forum,
        ),
        meetings,
        day,
    )
    return CadenceKept(
        year=Period(kind=PeriodKind(found.year.kind), start=found.year.start, end=found.year.end),
        meetings=found.meetings,
        forums=found.forums,
        state=CadenceState(found.state),
        forum_missing=found.forum_missing,
        words=text_of(found.words()),
    )


async def load_meetings_held(reading: Reading, keys: list[SeatsKey]) -> Sequence[list[deadlines.Held]]:
    """The meetings of committees that were held, up to each key's clock."""
    columns = MEETING.c
    found: dict[SeatsKey, list[deadlines.Held]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        statement = (
            select(columns.committee_id, columns.holds_on, columns.kind)
            .where(
                columns.tenant_id == place.body,
                in_any(columns.committee_id, [key.committee_id for key in found if key.place == place]),
                columns.status == "held",
                *held(MEETING, place.clock),
                reading.visible(MEETING, place.scope),
            )
            .order_by(columns.holds_on, columns.entity_id)
        )
        for committee_id, holds_on, kind in await reading.rows(place.scope, statement):
            found[SeatsKey(place, committee_id)].append(deadlines.Held(on=holds_on, forum=kind == "forum"))
    return [found[key] for key in keys]

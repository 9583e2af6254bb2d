"""A meeting, as the examples of its events: called again for want of a quorum, and held."""

from datetime import UTC, date, datetime

from domain.audience import Audience
from domain.ids import ItemId, MeetingId, MotionId, PersonId
from domain.meeting import events as meeting
from domain.values import SealedText, both, en, fr
from domain.verdict import Call, Tally, by_vote, counted
from tests.golden.committees import COUNCIL, TERMS
from tests.golden.example import CHAIR, MINISTRY_PLAN, REPORT, Example, an_id, sealed

MEETING, FIRST_CALL, NEXT = (MeetingId(an_id(number)) for number in (101, 102, 103))
BUDGET = MotionId(an_id(104))
ITEM = ItemId(an_id(106))
MEMBERS = tuple(PersonId(an_id(number)) for number in range(111, 117))
DAY = date(2024, 5, 21)
SIX = datetime(2024, 5, 21, 22, 0, tzinfo=UTC)
SECOND_CALL = Call(second=True, days_after=14)
THERE = counted(1, TERMS.quorum, 4, 9, SECOND_CALL)
TALLY = Tally(in_favour=2, against=1, abstentions=1)
MAJORITY = TERMS.majority_for("ordinary")
assert MAJORITY is not None
BUDGET_VERDICT = by_vote(1, "ordinary", MAJORITY, TALLY)


def minutes(length: int) -> SealedText:
    return sealed(MEETING, length)


MEETINGS: tuple[Example, ...] = (
    # --- a meeting
    Example(
        meeting.MeetingConvened(
            committee_id=COUNCIL,
            kind="special",
            title=both(fr="Assemblée sur le plan d’action", en="Meeting on the action plan", source="fr"),
            holds_on=DAY,
            starts_at=SIX,
            time_zone="America/Toronto",
            place=en("Maple Valley Town Hall, council chamber"),
            mode="hybrid",
            second_call_of=FIRST_CALL,
            days_after=14,
            cause=MINISTRY_PLAN,
            audience=Audience.PUBLIC,
        ),
        date(2024, 5, 8),
        role="chair",
        actor=CHAIR,
    ),
    Example(
        meeting.AgendaSet(
            items=(meeting.AgendaItem(item_id=ITEM, title=both(fr="Budget", en="Budget", source="fr")),)
        ),
        date(2024, 5, 10),
    ),
    Example(
        meeting.AttendanceRecorded(
            movements=(
                meeting.Movement(person_id=MEMBERS[0], movement="arrived", at=SIX, by="in_person"),
                meeting.Movement(person_id=MEMBERS[1], movement="left"),
            ),
            counted=meeting.CountedAttendance(present=4, seats=9),
            quorum=THERE,
        ),
        DAY,
        source=REPORT,
    ),
    Example(
        meeting.MotionMoved(
            motion_id=BUDGET,
            kind="ordinary",
            title=fr("Que le budget soit adopté"),
            text=sealed(MEETING, 90),
            moved_by=MEMBERS[0],
            seconded_by=MEMBERS[1],
            item_id=ITEM,
        ),
        DAY,
    ),
    Example(meeting.RecusalRecorded(motion_id=BUDGET, person_id=MEMBERS[4], reason=sealed(MEMBERS[4], 33)), DAY),
    Example(
        meeting.VoteRecorded(motion_id=BUDGET, ballot=meeting.Secret(voted=MEMBERS[:4], tally=TALLY), at=SIX), DAY
    ),
    Example(
        meeting.MotionDecided(
            motion_id=BUDGET,
            at=SIX,
            method="vote",
            carried=True,
            quorum=THERE,
            majority=BUDGET_VERDICT,
        ),
        DAY,
    ),
    Example(
        meeting.DissentRecorded(motion_id=BUDGET, person_id=MEMBERS[2], reason=sealed(MEMBERS[2], 64)),
        DAY,
        breaches=("not_present",),
        source=REPORT,
    ),
    Example(meeting.ConsensusRecorded(motion_id=BUDGET, objections=(MEMBERS[3],), at=None), DAY),
    Example(meeting.MeetingClosed(at=SIX, outcome="held", quorum=THERE), DAY),
    Example(meeting.MinutesDrafted(text_en=None, text_fr=minutes(400)), date(2024, 5, 28)),
    Example(meeting.MinutesCorrected(revision=2, text_en=minutes(380), text_fr=minutes(410)), date(2024, 6, 3)),
    Example(meeting.MinutesAdopted(revision=2, at_meeting_id=NEXT), date(2024, 6, 18), role="chair", actor=CHAIR),
)

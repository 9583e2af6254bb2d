"""Minutes: drafted, corrected, adopted at a later meeting."""

from datetime import date
from typing import Any

import pytest

from domain.meeting.commands import (
    AdoptMinutes,
    CloseMeeting,
    CorrectMinutes,
    DraftMinutes,
    MoveMotion,
    RecordAttendance,
    RecordDissent,
)
from domain.meeting.events import MinutesAdopted, MinutesCorrected, MinutesDrafted, Movement
from domain.meeting.refusals import (
    MeetingOpenError,
    MinutesAdoptedError,
    MinutesEmptyError,
    MinutesExistError,
    MinutesMissingError,
    MinutesRevisionError,
    NoLaterMeetingError,
    OtherCommitteeError,
)
from domain.values import SealedText, en
from tests.unit.domain.meeting.table import (
    ANA,
    COUNCIL,
    DAY,
    LATER,
    MEETING_ID,
    MOTION,
    OTHER_COUNCIL,
    Sitting,
    a_committee,
    convening,
)

TEXT = SealedText.about(MEETING_ID, "Present: five members.")
NEXT_DAY = date(2025, 6, 3)
DRAFT = DraftMinutes(meeting_id=MEETING_ID, text_en=TEXT)


def next_meeting(**changes: Any) -> Any:
    given = {"meeting_id": LATER, "holds_on": NEXT_DAY, "starts_at": None}
    return Sitting(convened=convening(**(given | changes)))


def closed(**changes: Any) -> Sitting:
    made = Sitting(meetings={LATER: next_meeting().loaded}, **changes)
    made.give(MoveMotion(meeting_id=MEETING_ID, motion_id=MOTION, title=en("Adopt")))
    made.give(CloseMeeting(meeting_id=MEETING_ID))
    return made


def test_minutes_are_drafted_once_after_the_meeting() -> None:
    with pytest.raises(MeetingOpenError):
        Sitting().give(DRAFT)
    made = closed()

    assert made.give(DRAFT).events == [MinutesDrafted(text_en=TEXT, text_fr=None)]
    with pytest.raises(MinutesExistError):
        made.give(DRAFT)


def test_minutes_have_a_text_in_some_language() -> None:
    made = closed()
    with pytest.raises(MinutesEmptyError):
        made.give(DraftMinutes(meeting_id=MEETING_ID))
    made.give(DRAFT)
    with pytest.raises(MinutesEmptyError):
        made.give(CorrectMinutes(meeting_id=MEETING_ID))


def test_each_correction_is_another_revision() -> None:
    made = closed()
    with pytest.raises(MinutesMissingError):
        made.give(CorrectMinutes(meeting_id=MEETING_ID, text_fr=TEXT))
    made.give(DRAFT)

    for revision in (2, 3):
        assert made.give(CorrectMinutes(meeting_id=MEETING_ID, text_fr=TEXT)).events == [
            MinutesCorrected(revision=revision, text_en=None, text_fr=TEXT)
        ]


def adopt(revision: int = 1, at: Any = LATER) -> AdoptMinutes:
    return AdoptMinutes(meeting_id=MEETING_ID, revision=revision, at_meeting_id=at)


def test_the_latest_revision_is_adopted_at_a_later_meeting() -> None:
    made = closed()
    with pytest.raises(MinutesMissingError):
        made.give(adopt(), day=NEXT_DAY)
    made.give(DRAFT)
    made.give(CorrectMinutes(meeting_id=MEETING_ID, text_fr=TEXT))
    with pytest.raises(MinutesRevisionError) as refusal:
        made.give(adopt(1), day=NEXT_DAY)

    assert (refusal.value.revision, refusal.value.latest) == (1, 2)
    assert made.give(adopt(2), day=NEXT_DAY).events == [MinutesAdopted(revision=2, at_meeting_id=LATER)]


def test_what_adopted_minutes_say_stays() -> None:
    made = closed()
    made.give(DRAFT)
    made.give(adopt(), day=NEXT_DAY)
    arrived = Movement(person_id=ANA, movement="arrived")

    for command in (
        adopt(),
        CorrectMinutes(meeting_id=MEETING_ID, text_en=TEXT),
        RecordAttendance(meeting_id=MEETING_ID, movements=(arrived,)),
        RecordDissent(meeting_id=MEETING_ID, motion_id=MOTION, person_id=ANA),
    ):
        with pytest.raises(MinutesAdoptedError):
            made.give(command, day=NEXT_DAY)


@pytest.mark.parametrize(
    ("later", "day"),
    [
        (None, NEXT_DAY),
        (next_meeting(), date(2025, 6, 4)),
        (next_meeting(holds_on=DAY), DAY),
    ],
)
def test_a_meeting_that_is_not_later_or_not_that_day_s_adopts_nothing(later: Any, day: date) -> None:
    for elsewhere in (False, True):
        made = Sitting(meetings={} if later is None else {LATER: later.loaded}, elsewhere=elsewhere)
        made.give(CloseMeeting(meeting_id=MEETING_ID))
        made.give(DRAFT)
        command = adopt(at=None if later is None else LATER)
        if elsewhere:
            assert made.give(command, day=day).breaches == ("no_later_meeting",)
        else:
            with pytest.raises(NoLaterMeetingError):
                made.give(command, day=day)


def test_a_later_meeting_that_had_no_quorum_adopts_nothing() -> None:
    later = next_meeting()
    later.give(CloseMeeting(meeting_id=LATER, outcome="without_quorum"))
    made = Sitting(meetings={LATER: later.loaded})
    made.give(CloseMeeting(meeting_id=MEETING_ID))
    made.give(DRAFT)

    with pytest.raises(NoLaterMeetingError):
        made.give(adopt(), day=NEXT_DAY)


def test_another_committee_s_meeting_adopts_nothing() -> None:
    later = next_meeting()
    assert later.state.committee_id == COUNCIL
    stranger = later.loaded.__class__(
        state=later.state.__class__(committee_id=OTHER_COUNCIL, holds_on=NEXT_DAY), version=1
    )
    made = Sitting(meetings={LATER: stranger}, committee=a_committee())
    made.give(CloseMeeting(meeting_id=MEETING_ID))
    made.give(DRAFT)

    with pytest.raises(OtherCommitteeError):
        made.give(adopt(), day=NEXT_DAY)

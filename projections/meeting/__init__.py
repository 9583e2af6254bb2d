"""Read models of meetings: who was there, what was put and how it ended, where the minutes stand."""

from projections.meeting.handlers import MEETINGS
from projections.meeting.tables import MEETING, MOTION, MOTION_PERSON, MOVEMENT, QUORUM

__all__ = ["MEETING", "MEETINGS", "MOTION", "MOTION_PERSON", "MOVEMENT", "QUORUM"]

"""All rules of meetings: importing this one module registers them."""

from domain.meeting import holding, minutes, motions
from domain.meeting.state import MEETING

PARTS = (holding, motions, minutes)

__all__ = ["MEETING", "PARTS"]

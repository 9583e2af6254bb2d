"""The arithmetic of quorum and majority: worked out once, and kept with what was decided."""

from domain.verdict.majority import (
    MajorityVerdict,
    Tally,
    by_consensus,
    by_vote,
)
from domain.verdict.presence import Roll, SeatOnDay, Speaker, roll
from domain.verdict.quorum import Call, QuorumVerdict, counted, judged

__all__ = [
    "Call",
    "MajorityVerdict",
    "QuorumVerdict",
    "Roll",
    "SeatOnDay",
    "Speaker",
    "Tally",
    "by_consensus",
    "by_vote",
    "counted",
    "judged",
    "roll",
]

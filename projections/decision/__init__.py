"""Read models of decisions, and of who answered between meetings."""

from projections.decision.handlers import DECISIONS
from projections.decision.tables import ANSWER, DECISION

__all__ = ["ANSWER", "DECISION", "DECISIONS"]

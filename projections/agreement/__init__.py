"""Read models of agreements, with their obligations and contributions."""

from projections.agreement.handlers import AGREEMENTS
from projections.agreement.tables import AGREEMENT, CONTRIBUTION, OBLIGATION

__all__ = ["AGREEMENT", "AGREEMENTS", "CONTRIBUTION", "OBLIGATION"]

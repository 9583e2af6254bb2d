"""Read models of submissions: where each one stands, its steps, and what was published of it."""

from projections.submission.handlers import SUBMISSIONS
from projections.submission.tables import PUBLISHED_FIGURE, SUBMISSION, SUBMISSION_STEP

__all__ = ["PUBLISHED_FIGURE", "SUBMISSION", "SUBMISSIONS", "SUBMISSION_STEP"]

"""What may be asked of a submission."""

from typing import Annotated

import msgspec

from domain.audience import Audience
from domain.ids import RequirementId, SubmissionId
from domain.stream import Command
from domain.submission.events import CorrectionReason, Cut, ReturnReason
from domain.values import Citation, Period, QualifiedValue, SealedText, TerritoryCode


class DraftSubmission(Command, frozen=True, kw_only=True):
    """Write down a figure for an indicator, a period and a territory, in whole or under categories."""

    submission_id: SubmissionId
    indicator: Citation
    period: Period
    value: QualifiedValue
    denominator: QualifiedValue | None = None
    territory: TerritoryCode | None = None
    cuts: Annotated[tuple[Cut, ...], msgspec.Meta(max_length=6)] = ()
    requirement_id: RequirementId | None = None
    note: SealedText | None = None
    audience: Audience = Audience.PUBLIC


class RedraftSubmission(Command, frozen=True, kw_only=True):
    """Change a figure before it is submitted."""

    submission_id: SubmissionId
    value: QualifiedValue
    denominator: QualifiedValue | None = None
    note: SealedText | None = None


class SubmitSubmission(Command, frozen=True, kw_only=True):
    """Submit a figure; whoever does may neither validate nor approve it."""

    submission_id: SubmissionId


class ReturnSubmission(Command, frozen=True, kw_only=True):
    """Give a submission back, with the reason."""

    submission_id: SubmissionId
    reason: ReturnReason
    note: SealedText | None = None


class ResubmitSubmission(Command, frozen=True, kw_only=True):
    """Submit again what was returned; without a figure, the one that is there."""

    submission_id: SubmissionId
    value: QualifiedValue | None = None
    denominator: QualifiedValue | None = None
    note: SealedText | None = None


class ValidateSubmission(Command, frozen=True, kw_only=True):
    """Find a submitted figure right."""

    submission_id: SubmissionId


class ApproveSubmission(Command, frozen=True, kw_only=True):
    """Accept a validated figure."""

    submission_id: SubmissionId


class PublishSubmission(Command, frozen=True, kw_only=True):
    """Let an approved figure count."""

    submission_id: SubmissionId


class CorrectSubmission(Command, frozen=True, kw_only=True):
    """Submit a published figure anew, corrected."""

    submission_id: SubmissionId
    value: QualifiedValue
    reason: CorrectionReason
    denominator: QualifiedValue | None = None
    note: SealedText | None = None

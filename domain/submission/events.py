"""What happens to a submission."""

from typing import Literal

import msgspec

from domain.audience import Audience
from domain.event import Event, event
from domain.ids import RequirementId
from domain.indicator import Code
from domain.submission.route import Route
from domain.values import Citation, Period, QualifiedValue, SealedText, TerritoryCode

Stage = Literal["draft", "submitted", "returned", "validated", "approved", "published"]
ReturnReason = Literal["incomplete", "wrong_period", "wrong_unit", "no_evidence", "inconsistent", "other"]
CorrectionReason = Literal["typing_error", "late_information", "method_changed", "source_corrected", "other"]


class Cut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One category of a dimension of the indicator: the figure counts only what falls under it."""

    dimension: Code
    category: Code


@event("submission.Drafted", lifecycle=True)
class SubmissionDrafted(Event, frozen=True, kw_only=True):
    """A figure at its address. `value` is the numerator where there is a denominator."""

    indicator: Citation
    period: Period
    territory: TerritoryCode | None
    cuts: tuple[Cut, ...]
    value: QualifiedValue
    denominator: QualifiedValue | None
    requirement_id: RequirementId | None
    route: Route
    note: SealedText | None
    audience: Audience


@event("submission.Redrafted", lifecycle=True)
class SubmissionRedrafted(Event, frozen=True, kw_only=True):
    """Another figure before it is submitted, or submitted again."""

    value: QualifiedValue
    denominator: QualifiedValue | None
    note: SealedText | None


@event("submission.Submitted", lifecycle=True)
class SubmissionSubmitted(Event, frozen=True, kw_only=True):
    """Somebody stands by the figure."""


@event("submission.Returned", lifecycle=True)
class SubmissionReturned(Event, frozen=True, kw_only=True):
    reason: ReturnReason
    note: SealedText | None


@event("submission.Resubmitted", lifecycle=True)
class SubmissionResubmitted(Event, frozen=True, kw_only=True):
    """Submitted again after a return, with the figure as it now is."""

    value: QualifiedValue
    denominator: QualifiedValue | None
    note: SealedText | None


@event("submission.Validated", lifecycle=True)
class SubmissionValidated(Event, frozen=True, kw_only=True):
    """Another found the figure right."""


@event("submission.Approved", lifecycle=True)
class SubmissionApproved(Event, frozen=True, kw_only=True):
    """The figure is accepted."""


@event("submission.Published", lifecycle=True)
class SubmissionPublished(Event, frozen=True, kw_only=True):
    """The figure counts; one that was published before is replaced."""


@event("submission.Corrected", lifecycle=True)
class SubmissionCorrected(Event, frozen=True, kw_only=True):
    """A published figure is submitted anew, corrected; the published one stays until this one takes its place."""

    value: QualifiedValue
    denominator: QualifiedValue | None
    reason: CorrectionReason
    note: SealedText | None

"""Identities. Each is its own type, so that a plan's id never stands where a body's is meant."""

from typing import Final, NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
"""The body that owns a log: a partnership, a funder, a ministry, or the commons."""

StreamId = NewType("StreamId", UUID)
CommandId = NewType("CommandId", UUID)
PersonId = NewType("PersonId", UUID)
"""A pseudonym that means somebody in one log only; names live outside events."""

PlanId = NewType("PlanId", UUID)
ElementId = NewType("ElementId", UUID)
IndicatorId = NewType("IndicatorId", UUID)
RequirementId = NewType("RequirementId", UUID)
SubmissionId = NewType("SubmissionId", UUID)
AlignmentId = NewType("AlignmentId", UUID)
AgreementId = NewType("AgreementId", UUID)
ObligationId = NewType("ObligationId", UUID)
ContributionId = NewType("ContributionId", UUID)
MandateId = NewType("MandateId", UUID)
TargetId = NewType("TargetId", UUID)
PublishedAggregateId = NewType("PublishedAggregateId", UUID)
SuccessionId = NewType("SuccessionId", UUID)
OrganisationId = NewType("OrganisationId", UUID)
EndorsementId = NewType("EndorsementId", UUID)
FrozenComparisonId = NewType("FrozenComparisonId", UUID)
ThemeListId = NewType("ThemeListId", UUID)
PracticeId = NewType("PracticeId", UUID)
StudyId = NewType("StudyId", UUID)
NeedId = NewType("NeedId", UUID)
DatasetId = NewType("DatasetId", UUID)
ClaimId = NewType("ClaimId", UUID)
ReportTemplateId = NewType("ReportTemplateId", UUID)
ActivityId = NewType("ActivityId", UUID)
DocumentId = NewType("DocumentId", UUID)
AuditMandateId = NewType("AuditMandateId", UUID)
ErasureId = NewType("ErasureId", UUID)
AccessGrantId = NewType("AccessGrantId", UUID)
CommitteeId = NewType("CommitteeId", UUID)
SeatId = NewType("SeatId", UUID)
MeetingId = NewType("MeetingId", UUID)
MotionId = NewType("MotionId", UUID)
ItemId = NewType("ItemId", UUID)
DecisionId = NewType("DecisionId", UUID)

COMMONS: Final = TenantId(UUID("00000000-0000-7000-8000-00000000c0de"))
"""The one body that every instance has: registry of bodies, slugs, shared catalogues."""

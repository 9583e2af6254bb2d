"""The event types by area, by name: a projection ignores an area as a whole only because it is listed here.

A new type belongs in its area's set; until it is there, every projection stops at it.
"""

from typing import Final

from domain.access_grant import AccessGranted, AccessRestored, AccessRevoked
from domain.activity import ActivityCorrected, ActivityRecorded, ActivityWithdrawn
from domain.agreement import (
    AgreementAmended,
    AgreementRenewed,
    AgreementSigned,
    AgreementTerminated,
    ContributionRecorded,
    ObligationAdded,
    ObligationFulfilled,
    PartnerEnded,
    PartnerNamed,
)
from domain.alignment import AlignmentWithdrawn, IndicatorAligned
from domain.audit_mandate import AuditMandateClosed, AuditMandateExtended, AuditMandateOpened
from domain.body import (
    BodyOpened,
    BodyRegistered,
    BodyRenamed,
    BodySucceeded,
    CatchmentSet,
    EpochOpened,
    LeadOrganisationChanged,
    PhaseEntered,
    SlugAdded,
)
from domain.committee.rules import CommitteeDissolved, CommitteeEstablished, CommitteeRenamed, TermsAdopted
from domain.dataset.events import (
    CategoriesNamed,
    ClaimTied,
    ClaimWithdrawn,
    DatasetRegistered,
    VintagePublished,
    VintageWithdrawn,
)
from domain.decision.events import (
    DecisionMade,
    DecisionPublished,
    DecisionRatified,
    DecisionRescinded,
    DecisionSuperseded,
)
from domain.document import DocumentAttached, DocumentErased, DocumentVersionAdded, DocumentWithdrawn
from domain.endorsement import EndorsementRecorded, EndorsementWithdrawn
from domain.erasure import PersonErased
from domain.event import Event
from domain.frozen_comparison import ComparisonFrozen
from domain.indicator import IndicatorCountingStated, IndicatorDefined, IndicatorRetired, IndicatorRevised
from domain.meeting.events import (
    AgendaSet,
    AttendanceRecorded,
    ConsensusRecorded,
    DissentRecorded,
    MeetingClosed,
    MeetingConvened,
    MinutesAdopted,
    MinutesCorrected,
    MinutesDrafted,
    MotionDecided,
    MotionMoved,
    RecusalRecorded,
    VoteRecorded,
)
from domain.organisation import (
    ListingConsented,
    ListingWithdrawn,
    OrganisationMerged,
    OrganisationRegistered,
    OrganisationRenamed,
)
from domain.plan.events import (
    ConsultationRecorded,
    ElementAdded,
    ElementReworded,
    ElementWithdrawn,
    PlanAlignedToParent,
    PlanClosed,
    PlanDrafted,
    PlanRetitled,
    ProgressRecorded,
    RevisionAdopted,
    RevisionPublished,
)
from domain.practice import (
    AdoptionRecorded,
    PracticeAdopted,
    PracticeDescribed,
    PracticeRevised,
    PracticeWithdrawn,
)
from domain.provider import MandateChanged, MandateEnded, ProviderMandated
from domain.published_aggregate import (
    PublishedAggregateCorrected,
    PublishedAggregateRecorded,
    PublishedAggregateWithdrawn,
)
from domain.report_template import ReportTemplatePublished, ReportTemplateRetired, ReportTemplateVersionPublished
from domain.requirement import PeriodExempted, RequirementEnded, SubmissionRequired
from domain.seat.events import (
    AlternateNamed,
    CandidacyClosed,
    CandidateApproved,
    CandidateNominated,
    InterestExpressed,
    MemberSeated,
    SeatAbolished,
    SeatCreated,
    TermEnded,
)
from domain.study import NeedIdentified, NeedWithdrawn, StudyRecorded, StudyWithdrawn
from domain.submission.events import (
    SubmissionApproved,
    SubmissionCorrected,
    SubmissionDrafted,
    SubmissionPublished,
    SubmissionRedrafted,
    SubmissionResubmitted,
    SubmissionReturned,
    SubmissionSubmitted,
    SubmissionValidated,
)
from domain.succession import SuccessionAccepted, SuccessionProposed, SuccessionWithdrawn
from domain.target import BaselineSet, TargetRevised, TargetSet, TargetTied
from domain.theme_list import ThemeListCrosswalked, ThemeListPublished, ThemeListRetired, ThemeListVersionPublished

Types = frozenset[type[Event]]

BODY: Final[Types] = frozenset(
    {
        BodyRegistered,
        SlugAdded,
        BodyOpened,
        BodyRenamed,
        LeadOrganisationChanged,
        CatchmentSet,
        PhaseEntered,
        BodySucceeded,
        EpochOpened,
    }
)
PLAN: Final[Types] = frozenset(
    {
        PlanDrafted,
        PlanRetitled,
        ElementAdded,
        ElementReworded,
        ElementWithdrawn,
        PlanAlignedToParent,
        ConsultationRecorded,
        RevisionAdopted,
        RevisionPublished,
        ProgressRecorded,
        PlanClosed,
    }
)
AGREEMENT: Final[Types] = frozenset(
    {
        AgreementSigned,
        AgreementAmended,
        AgreementRenewed,
        AgreementTerminated,
        ObligationAdded,
        ObligationFulfilled,
        ContributionRecorded,
        PartnerNamed,
        PartnerEnded,
    }
)
INDICATOR: Final[Types] = frozenset(
    {IndicatorDefined, IndicatorRevised, IndicatorCountingStated, IndicatorRetired}
)
ALIGNMENT: Final[Types] = frozenset({IndicatorAligned, AlignmentWithdrawn})
REQUIREMENT: Final[Types] = frozenset({SubmissionRequired, PeriodExempted, RequirementEnded})
SUBMISSION: Final[Types] = frozenset(
    {
        SubmissionDrafted,
        SubmissionRedrafted,
        SubmissionSubmitted,
        SubmissionReturned,
        SubmissionResubmitted,
        SubmissionValidated,
        SubmissionApproved,
        SubmissionPublished,
        SubmissionCorrected,
    }
)
PROVIDER: Final[Types] = frozenset({ProviderMandated, MandateChanged, MandateEnded})
SUCCESSION: Final[Types] = frozenset({SuccessionProposed, SuccessionAccepted, SuccessionWithdrawn})
TARGET: Final[Types] = frozenset({BaselineSet, TargetSet, TargetRevised, TargetTied})
PUBLISHED_AGGREGATE: Final[Types] = frozenset(
    {PublishedAggregateRecorded, PublishedAggregateCorrected, PublishedAggregateWithdrawn}
)
ACCESS_GRANT: Final[Types] = frozenset({AccessGranted, AccessRevoked, AccessRestored})
AUDIT_MANDATE: Final[Types] = frozenset({AuditMandateOpened, AuditMandateExtended, AuditMandateClosed})
COMMITTEE: Final[Types] = frozenset({CommitteeEstablished, CommitteeRenamed, TermsAdopted, CommitteeDissolved})
SEAT: Final[Types] = frozenset(
    {
        SeatCreated,
        MemberSeated,
        TermEnded,
        AlternateNamed,
        InterestExpressed,
        CandidateNominated,
        CandidateApproved,
        CandidacyClosed,
        SeatAbolished,
    }
)
ORGANISATION: Final[Types] = frozenset(
    {OrganisationRegistered, OrganisationRenamed, OrganisationMerged, ListingConsented, ListingWithdrawn}
)
DOCUMENT: Final[Types] = frozenset({DocumentAttached, DocumentVersionAdded, DocumentWithdrawn, DocumentErased})
ACTIVITY: Final[Types] = frozenset({ActivityRecorded, ActivityCorrected, ActivityWithdrawn})
THEME_LIST: Final[Types] = frozenset(
    {ThemeListPublished, ThemeListVersionPublished, ThemeListCrosswalked, ThemeListRetired}
)
ENDORSEMENT: Final[Types] = frozenset({EndorsementRecorded, EndorsementWithdrawn})
PRACTICE: Final[Types] = frozenset(
    {PracticeDescribed, PracticeAdopted, PracticeRevised, AdoptionRecorded, PracticeWithdrawn}
)
STUDY: Final[Types] = frozenset({StudyRecorded, NeedIdentified, NeedWithdrawn, StudyWithdrawn})
DATASET: Final[Types] = frozenset(
    {DatasetRegistered, VintagePublished, VintageWithdrawn, CategoriesNamed, ClaimTied, ClaimWithdrawn}
)
REPORT_TEMPLATE: Final[Types] = frozenset(
    {ReportTemplatePublished, ReportTemplateVersionPublished, ReportTemplateRetired}
)
FROZEN_COMPARISON: Final[Types] = frozenset({ComparisonFrozen})
ERASURE: Final[Types] = frozenset({PersonErased})

MEETING: Final[Types] = frozenset(
    {
        MeetingConvened,
        AgendaSet,
        AttendanceRecorded,
        MotionMoved,
        RecusalRecorded,
        VoteRecorded,
        ConsensusRecorded,
        DissentRecorded,
        MotionDecided,
        MeetingClosed,
        MinutesDrafted,
        MinutesCorrected,
        MinutesAdopted,
    }
)
DECISION: Final[Types] = frozenset(
    {DecisionMade, DecisionRatified, DecisionRescinded, DecisionSuperseded, DecisionPublished}
)

ALL: Final[Types] = (
    BODY
    | INDICATOR
    | ALIGNMENT
    | REQUIREMENT
    | SUBMISSION
    | PLAN
    | AGREEMENT
    | PROVIDER
    | TARGET
    | PUBLISHED_AGGREGATE
    | ACCESS_GRANT
    | AUDIT_MANDATE
    | COMMITTEE
    | SEAT
    | ORGANISATION
    | DOCUMENT
    | ACTIVITY
    | SUCCESSION
    | MEETING
    | DECISION
    | THEME_LIST
    | ENDORSEMENT
    | PRACTICE
    | STUDY
    | DATASET
    | REPORT_TEMPLATE
    | FROZEN_COMPARISON
    | ERASURE
)

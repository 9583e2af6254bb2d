"""Codes of the register as GraphQL enums. Labels in words belong to a reader's language."""

from enum import StrEnum

import strawberry


@strawberry.enum(description="An official language.")
class Language(StrEnum):
    EN = "en"
    FR = "fr"


@strawberry.enum(description="What kind of body it is. Funders, ministries and the commons are not partnerships.")
class BodyKind(StrEnum):
    LIP = "lip"
    ZIP = "zip"
    RIF = "rif"
    REGIONAL_DIRECTORATE = "regional_directorate"
    ROUNDTABLE = "roundtable"
    MUNICIPAL_PROGRAMME = "municipal_programme"
    SECTOR_COUNCIL = "sector_council"
    EMPLOYMENT_COUNCIL = "employment_council"
    FUNDER = "funder"
    MINISTRY = "ministry"
    COMMONS = "commons"


PARTNERSHIP_KINDS = frozenset(BodyKind) - {BodyKind.FUNDER, BodyKind.MINISTRY, BodyKind.COMMONS}


@strawberry.enum(description="A province or territory by its postal abbreviation.")
class Province(StrEnum):
    NL = "NL"
    PE = "PE"
    NS = "NS"
    NB = "NB"
    QC = "QC"
    ON = "ON"
    MB = "MB"
    SK = "SK"
    AB = "AB"
    BC = "BC"
    YT = "YT"
    NT = "NT"
    NU = "NU"


@strawberry.enum(description="How far a partnership has come.")
class Phase(StrEnum):
    NEEDS_ASSESSMENT = "needs_assessment"
    PHASE_1 = "phase_1"
    PHASE_2 = "phase_2"
    ACTIVE = "active"


@strawberry.enum(description="What kind of organisation leads a partnership.")
class LeadKind(StrEnum):
    MUNICIPAL = "municipal"
    COMMUNITY = "community"
    WORKFORCE_OR_ECONOMIC_DEVELOPMENT = "workforce_or_economic_development"
    EDUCATION = "education"
    OTHER = "other"
    UNSTATED = "unstated"


@strawberry.enum(description="What a period is: fiscal years run from 1 April to 31 March.")
class PeriodKind(StrEnum):
    FISCAL_YEAR = "fiscal_year"
    CALENDAR_YEAR = "calendar_year"
    QUARTER = "quarter"
    MONTH = "month"
    YEARS = "years"
    CUSTOM = "custom"


@strawberry.enum(
    description=(
        "The classification that a territory's code belongs to: provinces, census divisions and subdivisions of "
        "Statistics Canada's SGC; Québec's administrative regions and regional county municipalities; or a name."
    )
)
class TerritoryScheme(StrEnum):
    SGC_PR = "sgc-pr"
    SGC_CD = "sgc-cd"
    SGC_CSD = "sgc-csd"
    QC_REGION = "qc-region"
    MRC = "mrc"
    NAMED = "named"


@strawberry.enum(description="Whether all of a territory is served, or a part of it.")
class CatchmentExtent(StrEnum):
    WHOLE = "whole"
    PART = "part"


@strawberry.enum(description="What a figure is. Zero, missing, not applicable and suppressed all differ.")
class QuantityKind(StrEnum):
    EXACT = "exact"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ESTIMATE = "estimate"
    RANGE = "range"
    MILESTONE = "milestone"
    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"
    SUPPRESSED = "suppressed"


@strawberry.enum(description="How settled a figure is, where its source says so.")
class QuantityStatus(StrEnum):
    PROVISIONAL = "provisional"
    ROUNDED = "rounded"
    FINAL = "final"


@strawberry.enum(description="What the figures of an indicator count.")
class Counted(StrEnum):
    PEOPLE = "people"
    OTHER = "other"


@strawberry.enum(
    description=(
        "Why the public is not shown a figure: a count of people in the same breakdown is so small, or so nearly "
        "the whole, that it could tell of persons; or people are broken down in more than one way at a time. "
        "Which count was the reason is not told."
    )
)
class WithheldReason(StrEnum):
    SMALL_COUNTS = "small_counts"
    CROSSED = "crossed"


@strawberry.enum(description="What kind of plan it is.")
class PlanKind(StrEnum):
    STRATEGIC_PLAN = "strategic_plan"
    REGIONAL_ACTION_PLAN = "regional_action_plan"
    ACTION_PLAN = "action_plan"
    TRIENNIAL_PLAN = "triennial_plan"
    COMMUNITY_PLAN = "community_plan"
    SETTLEMENT_STRATEGY = "settlement_strategy"


@strawberry.enum(description="Whether a plan is still worked on.")
class PlanStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@strawberry.enum(description="The level of a plan's element, from the top of the cascade down.")
class Level(StrEnum):
    ORIENTATION = "orientation"
    OBJECTIVE = "objective"
    ACTION = "action"
    EXPECTED_RESULT = "expected_result"
    INDICATOR = "indicator"


@strawberry.enum(description="What an indicator measures.")
class IndicatorKind(StrEnum):
    COUNT = "count"
    AMOUNT = "amount"
    RATE = "rate"
    PROPORTION = "proportion"
    MILESTONE = "milestone"
    QUALITATIVE = "qualitative"


@strawberry.enum(description="Whether an indicator is still reported on.")
class IndicatorStatus(StrEnum):
    IN_USE = "in_use"
    RETIRED = "retired"


@strawberry.enum(
    description=(
        "What figures are of: what happened in a period, what there was at its end, or how many different people "
        "or things were met, of whom some come again."
    )
)
class Measure(StrEnum):
    FLOW = "flow"
    STOCK = "stock"
    DISTINCT = "distinct"


@strawberry.enum(description="How the figures of several periods come together, if they do.")
class OverPeriods(StrEnum):
    SUM = "sum"
    RATIO_OF_SUMS = "ratio_of_sums"
    LAST = "last"
    NOT_ADDABLE = "not_addable"


@strawberry.enum(description="How the figures of several bodies come together, if they do.")
class AcrossBodies(StrEnum):
    SUM = "sum"
    RATIO_OF_SUMS = "ratio_of_sums"
    NONE = "none"


@strawberry.enum(description="How often a figure is owed.")
class ReportingCadence(StrEnum):
    ONCE = "once"
    MONTH = "month"
    QUARTER = "quarter"
    FISCAL_YEAR = "fiscal_year"
    CALENDAR_YEAR = "calendar_year"


@strawberry.enum(description="Why a period is not owed after all.")
class ExemptionReason(StrEnum):
    STARTING_UP = "starting_up"
    NO_ACTIVITY = "no_activity"
    EXCEPTIONAL_EVENT = "exceptional_event"
    WAIVED_BY_FUNDER = "waived_by_funder"
    OTHER = "other"


@strawberry.enum(description="How far a submission has come.")
class SubmissionStage(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VALIDATED = "validated"
    APPROVED = "approved"
    PUBLISHED = "published"


@strawberry.enum(description="What was done to a submission.")
class SubmissionAct(StrEnum):
    DRAFT = "draft"
    REDRAFT = "redraft"
    SUBMIT = "submit"
    RETURN = "return"
    RESUBMIT = "resubmit"
    VALIDATE = "validate"
    APPROVE = "approve"
    PUBLISH = "publish"
    CORRECT = "correct"


@strawberry.enum(description="Why a submission was returned, or a published figure corrected.")
class StepReason(StrEnum):
    INCOMPLETE = "incomplete"
    WRONG_PERIOD = "wrong_period"
    WRONG_UNIT = "wrong_unit"
    NO_EVIDENCE = "no_evidence"
    INCONSISTENT = "inconsistent"
    TYPING_ERROR = "typing_error"
    LATE_INFORMATION = "late_information"
    METHOD_CHANGED = "method_changed"
    SOURCE_CORRECTED = "source_corrected"
    OTHER = "other"


@strawberry.enum(
    description="How far two indicators agree. None says that they are not comparable, which is not silence."
)
class AlignmentGrade(StrEnum):
    EXACT = "exact"
    PARTIAL = "partial"
    NONE = "none"


@strawberry.enum(description="Whether an alignment still holds.")
class AlignmentStatus(StrEnum):
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


@strawberry.enum(description="How far a figure is of the indicator asked for: that very one, or an aligned one.")
class Comparability(StrEnum):
    SAME = "same"
    EXACT = "exact"
    PARTIAL = "partial"


@strawberry.enum(
    description=(
        "How it stands with a figure that is owed: in the comparison; submitted, but not yet at the stage asked "
        "for; not yet due; past its day without a submission; exempt; hidden from the reader. `NOT_COMPARABLE`: "
        "the body says that its own indicator is another one."
    )
)
class ReportingState(StrEnum):
    REPORTED = "reported"
    RECEIVED = "received"
    PENDING = "pending"
    MISSING = "missing"
    EXEMPT = "exempt"
    NOT_VISIBLE = "not_visible"
    NOT_COMPARABLE = "not_comparable"


@strawberry.enum(description="Why figures have no total.")
class NotAddableReason(StrEnum):
    MILESTONE = "milestone"
    DIFFERENT_UNITS = "different_units"
    DISTINCT = "distinct"
    RATE = "rate"
    NOT_ACROSS_BODIES = "not_across_bodies"
    NOT_OVER_PERIODS = "not_over_periods"
    OVERLAPPING_PERIODS = "overlapping_periods"
    OVERLAPPING_TERRITORIES = "overlapping_territories"


@strawberry.enum(description="How far an element of a plan is.")
class Progress(StrEnum):
    NOT_STARTED = "not_started"
    UNDER_WAY = "under_way"
    DONE = "done"
    DELAYED = "delayed"
    ABANDONED = "abandoned"


@strawberry.enum(
    description="By what right something was decided: a decision, an instrument of an office, or none."
)
class AuthorityKind(StrEnum):
    DECISION = "decision"
    INSTRUMENT = "instrument"
    NONE = "none"


@strawberry.enum(description="Why no authority is recorded.")
class AuthorityReason(StrEnum):
    NOT_REQUIRED = "not_required"
    NOT_GIVEN = "not_given"
    NOT_STATED_IN_SOURCE = "not_stated_in_source"
    DELEGATED = "delegated"
    CORRECTION = "correction"
    MIGRATION = "migration"


@strawberry.enum(description="What kind of agreement it is.")
class AgreementType(StrEnum):
    GRANT = "grant"
    CONTRIBUTION = "contribution"
    OTHER_TRANSFER = "other_transfer"
    COLLABORATION = "collaboration"
    UNSTATED = "unstated"


@strawberry.enum(description="An agreement whose term lapses stays in force here: compare `term.end`.")
class AgreementStatus(StrEnum):
    IN_FORCE = "in_force"
    TERMINATED = "terminated"


@strawberry.enum(description="Whether a body still stands for itself.")
class BodyStatus(StrEnum):
    OPEN = "open"
    SUCCEEDED = "succeeded"


@strawberry.enum(description="How one body came to stand in another's place.")
class SuccessionKind(StrEnum):
    SUCCESSION = "succession"
    SPLIT = "split"
    MERGER = "merger"


@strawberry.enum(description="What a body has said of a succession that is not carried out yet.")
class SuccessionStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


@strawberry.enum(description="Whether a mandate still runs.")
class MandateStatus(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"


@strawberry.enum(description="Whether a figure taken from print still stands.")
class PublishedStatus(StrEnum):
    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"


@strawberry.enum(description="Which way a target's figures are meant to go.")
class Direction(StrEnum):
    INCREASE = "increase"
    DECREASE = "decrease"
    UNSTATED = "unstated"


@strawberry.enum(description="Why a figure is worth a second look: it breaks the trend, or has another unit.")
class WarningKind(StrEnum):
    TREND = "trend"
    UNIT = "unit"


@strawberry.enum(description="Whether a grant of access was in force.")
class GrantStatus(StrEnum):
    IN_FORCE = "in_force"
    REVOKED = "revoked"


@strawberry.enum(description="Whether the authority closed an audit mandate.")
class AuditStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@strawberry.enum(description="Whether a document may still be downloaded.")
class DocumentStatus(StrEnum):
    ATTACHED = "attached"
    WITHDRAWN = "withdrawn"


@strawberry.enum(description="What kind of activity it was.")
class ActivityKind(StrEnum):
    SESSION = "session"
    REFERRAL = "referral"
    PRESENTATION = "presentation"


@strawberry.enum(description="Whether a record still stands.")
class RecordStatus(StrEnum):
    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"


@strawberry.enum(description="Whether anything new is sorted by a list of themes.")
class ThemeListStatus(StrEnum):
    IN_USE = "in_use"
    RETIRED = "retired"


@strawberry.enum(description="Whether new reports follow a template.")
class ReportTemplateStatus(StrEnum):
    IN_USE = "in_use"
    RETIRED = "retired"


@strawberry.enum(description="What a theme of one list is to a theme of another.")
class ThemeRelation(StrEnum):
    EXACT = "exact"
    BROADER = "broader"
    NARROWER = "narrower"
    RELATED = "related"


@strawberry.enum(description="In what form an endorsement was given.")
class EndorsementKind(StrEnum):
    COUNCIL_RESOLUTION = "council_resolution"
    LETTER = "letter"
    DECLARATION = "declaration"
    MEMBERSHIP = "membership"
    UNSTATED = "unstated"


@strawberry.enum(description="Whose name decides the order of a list: names sort without accents or case.")
class PartnershipOrder(StrEnum):
    NAME_FR = "name_fr"
    NAME_EN = "name_en"

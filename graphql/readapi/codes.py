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


@strawberry.enum(description="Whose name decides the order of a list: names sort without accents or case.")
class PartnershipOrder(StrEnum):
    NAME_FR = "name_fr"
    NAME_EN = "name_en"

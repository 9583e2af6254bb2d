"""Codes of committees and seats as GraphQL enums."""

from enum import StrEnum

import strawberry


@strawberry.enum(description="What kind of committee it is.")
class CommitteeKind(StrEnum):
    PARTNERSHIP_COUNCIL = "partnership_council"
    STEERING_COMMITTEE = "steering_committee"
    SUB_COUNCIL = "sub_council"
    WORKING_GROUP = "working_group"
    OPERATIONAL_COMMITTEE = "operational_committee"
    NOMINATING_COMMITTEE = "nominating_committee"
    OTHER = "other"


@strawberry.enum(description="Whether a committee still sits.")
class CommitteeStatus(StrEnum):
    ACTIVE = "active"
    DISSOLVED = "dissolved"


@strawberry.enum(
    description=(
        "What a motion is about, where terms of reference ask for another majority. `COMMITTEE`: sets up or ends "
        "another committee."
    )
)
class MotionKind(StrEnum):
    ORDINARY = "ordinary"
    PLAN_ADOPTION = "plan_adoption"
    TERMS_OF_REFERENCE = "terms_of_reference"
    MEMBERSHIP = "membership"
    AGREEMENT = "agreement"
    COMMITTEE = "committee"
    DISSOLUTION = "dissolution"


@strawberry.enum(
    description="What carries a motion: more than half, two thirds or four fifths of the votes, or nobody against."
)
class Threshold(StrEnum):
    SIMPLE = "simple"
    TWO_THIRDS = "two_thirds"
    FOUR_FIFTHS = "four_fifths"
    CONSENSUS = "consensus"


@strawberry.enum(description="A year from 1 April to 31 March, or from 1 January to 31 December.")
class YearKind(StrEnum):
    FISCAL = "fiscal"
    CALENDAR = "calendar"


@strawberry.enum(
    description="Which voting seats a share is taken of: those that somebody holds, or vacant ones too."
)
class QuorumBase(StrEnum):
    FILLED_SEATS = "filled_seats"
    ALL_SEATS = "all_seats"


@strawberry.enum(description="What the holder of a seat may do: vote, take part in the discussion, or attend.")
class SeatRight(StrEnum):
    VOTE = "vote"
    VOICE = "voice"
    OBSERVER = "observer"


@strawberry.enum(description="Whether there still is such a seat.")
class SeatStatus(StrEnum):
    ACTIVE = "active"
    ABOLISHED = "abolished"


@strawberry.enum(description="How far a candidacy is, or how it ended.")
class CandidacyStage(StrEnum):
    INTERESTED = "interested"
    NOMINATED = "nominated"
    APPROVED = "approved"
    SEATED = "seated"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@strawberry.enum(description="Whether a sector's filled seats keep to its quota; `NONE`: it has none.")
class QuotaState(StrEnum):
    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    NONE = "none"


@strawberry.enum(description="What kind of organisation it is.")
class OrganisationKind(StrEnum):
    MUNICIPAL = "municipal"
    COMMUNITY = "community"
    WORKFORCE_OR_ECONOMIC_DEVELOPMENT = "workforce_or_economic_development"
    EDUCATION = "education"
    HEALTH = "health"
    GOVERNMENT = "government"
    BUSINESS = "business"
    OTHER = "other"
    UNSTATED = "unstated"


@strawberry.enum(
    description=(
        "What is due: an obligation of an agreement, the end of a term of office, a figure that a requirement "
        "asks for, or the meetings or the forum that a committee lacks in its year."
    )
)
class DueKind(StrEnum):
    OBLIGATION = "obligation"
    TERM_OF_OFFICE = "term_of_office"
    REPORT = "report"
    CADENCE = "cadence"


@strawberry.enum(description="How the number of meetings stands to what the terms of reference ask for.")
class CadenceState(StrEnum):
    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@strawberry.enum(
    description=(
        "What departs from a rule. A revision of a plan or target without an authority that held; a decision "
        "without quorum, as recorded or by rules dated back later; a figure validated or approved by whoever "
        "submitted it; a published figure that was changed; a figure submitted after its day; a target that "
        "serves nothing; a committee's year without its meetings or forum; an alignment withdrawn after published "
        "figures counted by it."
    )
)
class ExceptionKind(StrEnum):
    REVISION_WITHOUT_AUTHORITY = "revision_without_authority"
    DECISION_WITHOUT_QUORUM = "decision_without_quorum"
    APPROVAL_BY_SUBMITTER = "approval_by_submitter"
    VALUE_CHANGED_AFTER_PUBLICATION = "value_changed_after_publication"
    LATE_SUBMISSION = "late_submission"
    ORPHAN_TARGET = "orphan_target"
    BROKEN_CADENCE = "broken_cadence"
    ALIGNMENT_WITHDRAWN_AFTER_USE = "alignment_withdrawn_after_use"


@strawberry.enum(
    description="What a figure rests on, in the order from the figure down. `REVISION`: a plan as it was adopted."
)
class TraceKind(StrEnum):
    SUBMISSION = "submission"
    ALIGNMENT = "alignment"
    REQUIREMENT = "requirement"
    AGREEMENT = "agreement"
    REVISION = "revision"
    DECISION = "decision"
    MEETING = "meeting"
    DOCUMENT = "document"

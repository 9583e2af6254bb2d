"""Codes of meetings and decisions as GraphQL enums."""

from enum import StrEnum

import strawberry


@strawberry.enum(description="What kind of meeting it is; a forum is the yearly one that many terms ask for.")
class MeetingKind(StrEnum):
    REGULAR = "regular"
    SPECIAL = "special"
    FORUM = "forum"


@strawberry.enum(description="How people meet.")
class MeetingMode(StrEnum):
    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"


@strawberry.enum(description="How far a meeting is. One that is closed without quorum may be called again.")
class MeetingStatus(StrEnum):
    CONVENED = "convened"
    HELD = "held"
    WITHOUT_QUORUM = "without_quorum"


@strawberry.enum(description="How far the minutes of a meeting are.")
class MinutesStatus(StrEnum):
    NONE = "none"
    DRAFT = "draft"
    ADOPTED = "adopted"


@strawberry.enum(description="How somebody takes part in a meeting.")
class Presence(StrEnum):
    IN_PERSON = "in_person"
    ONLINE = "online"
    TELEPHONE = "telephone"


@strawberry.enum(description="Whether somebody came or went.")
class MovementKind(StrEnum):
    ARRIVED = "arrived"
    LEFT = "left"


@strawberry.enum(description="How a motion ended, if it did.")
class MotionStatus(StrEnum):
    OPEN = "open"
    CARRIED = "carried"
    NOT_CARRIED = "not_carried"


@strawberry.enum(description="How a motion was decided; `stated`: a document says how it ended, and not how.")
class MotionMethod(StrEnum):
    VOTE = "vote"
    CONSENSUS = "consensus"
    STATED = "stated"


@strawberry.enum(description="How the members were asked. A secret ballot tells who voted, and never what.")
class BallotKind(StrEnum):
    BY_NAME = "by_name"
    SHOW_OF_HANDS = "show_of_hands"
    SECRET = "secret"  # noqa: S105 - a kind of ballot
    CONSENSUS = "consensus"


@strawberry.enum(description="What somebody voted.")
class VoteChoice(StrEnum):
    IN_FAVOUR = "in_favour"
    AGAINST = "against"
    ABSTENTION = "abstention"


@strawberry.enum(description="How the chair broke a tie.")
class CastingVote(StrEnum):
    IN_FAVOUR = "in_favour"
    AGAINST = "against"


@strawberry.enum(description="What a quorum is made of; at a second meeting, those present may be enough.")
class QuorumRule(StrEnum):
    SHARE = "share"
    COUNT = "count"
    SHARE_AND_COUNT = "share_and_count"
    SECOND_MEETING = "second_meeting"
    NOT_STATED = "not_stated"


@strawberry.enum(
    description=(
        "How a decision was taken. `STATED`: a document says that a meeting did, and not how. `ADMINISTRATIVE`: "
        "by a named office, without a quorum and with full authority."
    )
)
class DecisionMethod(StrEnum):
    CONSENSUS = "consensus"
    VOTE = "vote"
    STATED = "stated"
    CONSENT = "consent"
    E_VOTE = "e_vote"
    ADMINISTRATIVE = "administrative"


@strawberry.enum(description="Whether somebody ended a decision.")
class DecisionStatus(StrEnum):
    MADE = "made"
    RESCINDED = "rescinded"
    SUPERSEDED = "superseded"


@strawberry.enum(description="Whether a decision holds on a day, and if not, why not.")
class DecisionStanding(StrEnum):
    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    TO_BE_RATIFIED = "to_be_ratified"
    RESCINDED = "rescinded"
    SUPERSEDED = "superseded"
    LAPSED = "lapsed"


@strawberry.enum(
    description="What a member answered between meetings; `VOTED`: the ballot was secret, and nothing says more."
)
class DecisionAnswer(StrEnum):
    CONSENTED = "consented"
    OBJECTED = "objected"
    IN_FAVOUR = "in_favour"
    AGAINST = "against"
    ABSTENTION = "abstention"
    VOTED = "voted"


@strawberry.enum(description="Which acts to list.")
class ActFilter(StrEnum):
    BY_DECISION = "by_decision"
    WITHOUT_AUTHORITY = "without_authority"
    WITH_BREACH = "with_breach"

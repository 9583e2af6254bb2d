"""Quorum and majority as they were judged: every number, the rule and the verdict in words."""

from collections.abc import Mapping
from typing import Any

import strawberry

from readapi import text
from readapi.governance_codes import MotionKind, Threshold
from readapi.meeting_codes import CastingVote, QuorumRule
from readapi.text import LocalizedText


@strawberry.type(description="A fraction of the voting seats.")
class SeatShare:
    numerator: int = strawberry.field(description="Above the line.")
    denominator: int = strawberry.field(description="Below the line.")
    more_than: bool = strawberry.field(description="Whether it must be passed rather than reached.")


@strawberry.type(description="A quorum as it was judged at the time: the rule in force and the arithmetic.")
class QuorumVerdict:
    words: LocalizedText = strawberry.field(description="The arithmetic as a sentence.")
    reached: bool = strawberry.field(description="Whether there was a quorum.")
    present: int = strawberry.field(description="Voting seats present.")
    required: int = strawberry.field(description="Voting seats required.")
    seats: int = strawberry.field(description="Voting seats that the share is taken of.")
    vacant: int = strawberry.field(description="Voting seats that nobody held.")
    by_alternates: int = strawberry.field(description="How many of the present were alternates.")
    recused: int = strawberry.field(description="Seats whose speaker withdrew: not among the present.")
    second_call: bool = strawberry.field(description="Whether the meeting was called in the place of another.")
    rule: QuorumRule = strawberry.field(description="What the terms of reference ask for.")
    share: SeatShare | None = strawberry.field(description="The share that they name.")
    count: int | None = strawberry.field(description="The number that they name.")
    terms: int = strawberry.field(description="The version of the terms of reference that was in force.")


@strawberry.type(description="A majority, or a consensus, as it was judged at the time.")
class MajorityVerdict:
    words: LocalizedText = strawberry.field(description="The arithmetic as a sentence.")
    reached: bool = strawberry.field(description="Whether it was reached.")
    motion: MotionKind = strawberry.field(description="The kind of motion, which decides what it takes.")
    threshold: Threshold = strawberry.field(description="The majority that the terms ask for.")
    in_favour: int = strawberry.field(description="Votes in favour; by consensus, seats that did not object.")
    against: int = strawberry.field(description="Votes against; by consensus, objections.")
    abstentions: int = strawberry.field(description="Abstentions.")
    abstentions_count: bool = strawberry.field(description="Whether abstentions are among the votes counted.")
    counted: int = strawberry.field(description="The votes that the share is taken of.")
    required: int = strawberry.field(description="Votes in favour that it took.")
    casting_vote: CastingVote | None = strawberry.field(description="How the chair broke a tie.")
    terms: int | None = strawberry.field(description="The version of the terms of reference that was in force.")


def quorum(found: Mapping[str, Any]) -> QuorumVerdict:
    """From the JSON that events and read models share."""
    share = found["share"]
    return QuorumVerdict(
        words=_words(found),
        rule=QuorumRule(found["rule"]),
        share=None if share is None else SeatShare(**share),
        **{name: found[name] for name in _QUORUM},
    )


def majority(found: Mapping[str, Any]) -> MajorityVerdict:
    """From the JSON that events and read models share."""
    casting = found["casting_vote"]
    return MajorityVerdict(
        words=_words(found),
        motion=MotionKind(found["motion"]),
        threshold=Threshold(found["threshold"]),
        casting_vote=None if casting is None else CastingVote(casting),
        **{name: found[name] for name in _MAJORITY},
    )


_QUORUM = (
    *("reached", "present", "required", "seats", "vacant", "by_alternates", "recused", "second_call"),
    *("count", "terms"),
)
_MAJORITY = (
    *("reached", "in_favour", "against", "abstentions", "abstentions_count", "counted", "required", "terms"),
)


def _words(found: Mapping[str, Any]) -> LocalizedText:
    said = text.from_json(found["words"])
    assert said is not None
    return said

"""Whether a motion was carried, with every number that went into the answer."""

from typing import Annotated, Final, Literal

import msgspec

from domain.committee.terms import SEATS_MAX, Majority, MotionKind, Share, Threshold
from domain.values import LocalizedText, both
from domain.verdict.words import NBSP, plural, pluriel

CastingVote = Literal["in_favour", "against"]
Votes = Annotated[int, msgspec.Meta(ge=0, le=SEATS_MAX)]
SHARES: Final[dict[Threshold, Share]] = {
    "simple": Share(numerator=1, denominator=2, more_than=True),
    "two_thirds": Share(numerator=2, denominator=3),
    "four_fifths": Share(numerator=4, denominator=5),
}


class Tally(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Votes, counted."""

    in_favour: Votes
    against: Votes
    abstentions: Votes = 0

    @property
    def cast(self) -> int:
        """All of them, abstentions too."""
        return self.in_favour + self.against + self.abstentions


class MajorityVerdict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The arithmetic of a motion as it was judged, kept with the motion."""

    terms: int | None
    """The version of the terms that was in force. Consensus can be told without any."""
    method: Literal["vote", "consensus"]
    motion: MotionKind
    threshold: Threshold
    abstentions_count: bool
    in_favour: int
    """By consensus: the seats present that did not object."""
    against: int
    abstentions: int
    counted: int
    """The votes that the share is taken of."""
    required: int
    """How many in favour it took. By consensus: all who were counted."""
    casting_vote: CastingVote | None
    """How the chair broke a tie; None where there was none to break."""
    reached: bool
    words: LocalizedText


def is_tie(tally: Tally) -> bool:
    """Whether the chair's casting vote, where there is one, decides."""
    return tally.in_favour == tally.against > 0


def by_vote(
    terms: int, motion: MotionKind, majority: Majority, tally: Tally, casting_vote: CastingVote | None = None
) -> MajorityVerdict:
    """Judge a vote. The casting vote counts only where the majority knows one and the sides are equal."""
    counted = tally.in_favour + tally.against + (tally.abstentions if majority.abstentions_count else 0)
    if majority.threshold == "consensus":
        required = max(counted, 1)
    else:
        required = max(SHARES[majority.threshold].of(counted), 1)
    deciding = casting_vote if majority.casting_vote and is_tie(tally) else None
    reached = tally.in_favour >= required if deciding is None else deciding == "in_favour"
    verdict = MajorityVerdict(
        terms=terms,
        method="vote",
        motion=motion,
        threshold=majority.threshold,
        abstentions_count=majority.abstentions_count,
        in_favour=tally.in_favour,
        against=tally.against,
        abstentions=tally.abstentions,
        counted=counted,
        required=required,
        casting_vote=deciding,
        reached=reached,
        words=_UNWORDED,
    )
    return msgspec.structs.replace(verdict, words=words(verdict))


def by_consensus(terms: int | None, motion: MotionKind, present: int, objections: int) -> MajorityVerdict:
    """Judge a consensus: it stands where nobody objects, whatever majority a vote would have needed.

    `present` are those who could have objected; 0 where minutes do not tell how many they were.
    """
    counted = max(present, objections)
    verdict = MajorityVerdict(
        terms=terms,
        method="consensus",
        motion=motion,
        threshold="consensus",
        abstentions_count=False,
        in_favour=counted - objections,
        against=objections,
        abstentions=0,
        counted=counted,
        required=counted,
        casting_vote=None,
        reached=not objections,
        words=_UNWORDED,
    )
    return msgspec.structs.replace(verdict, words=words(verdict))


_UNWORDED = LocalizedText(en="-", source="en")


def words(verdict: MajorityVerdict) -> LocalizedText:
    """The arithmetic as a sentence in both languages."""
    if verdict.method == "consensus":
        return both(en=_consensus_en(verdict), fr=_consensus_fr(verdict), source="en")
    return both(en=_english(verdict), fr=_french(verdict), source="en")


def _consensus_en(v: MajorityVerdict) -> str:
    among = f"consensus of the {v.counted} present" if v.counted else "consensus"
    if v.against:
        return f"{among}: {v.against} {plural(v.against, 'objection')}, not reached"
    return f"{among}: no objection, reached"


def _consensus_fr(v: MajorityVerdict) -> str:
    among = "consensus"
    if v.counted:
        among += f" ({v.counted} {pluriel(v.counted, 'siège')} {pluriel(v.counted, 'présent')})"
    if v.against:
        return f"{among}{NBSP}: {v.against} {pluriel(v.against, 'opposition')}, non atteint"
    return f"{among}{NBSP}: aucune opposition, atteint"


_EN: Final[dict[Threshold, str]] = {
    "simple": "more than half",
    "two_thirds": "two thirds",
    "four_fifths": "four fifths",
    "consensus": "all",
}
_FR: Final[dict[Threshold, str]] = {
    "simple": "majorité simple",
    "two_thirds": "majorité des deux tiers",
    "four_fifths": "majorité des quatre cinquièmes",
    "consensus": "unanimité",
}


def _english(v: MajorityVerdict) -> str:
    tally = f"{v.in_favour} in favour, {v.against} against"
    if v.abstentions:
        tally += f", {v.abstentions} {plural(v.abstentions, 'abstention')}"
    carried = "carried" if v.reached else "not carried"
    if v.casting_vote is not None:
        side = "in favour" if v.casting_vote == "in_favour" else "against"
        return f"{tally}; the chair broke the tie {side}: {carried}"
    votes = (
        f"{v.counted} {plural(v.counted, 'vote')}{', abstentions included' if v.abstentions_count else ' cast'}"
    )
    return f"{tally}; {_EN[v.threshold]} of {votes}, {v.required} needed: {carried}"


def _french(v: MajorityVerdict) -> str:
    tally = f"{v.in_favour} pour, {v.against} contre"
    if v.abstentions:
        tally += f", {v.abstentions} {pluriel(v.abstentions, 'abstention')}"
    carried = f"{NBSP}: {'adoptée' if v.reached else 'rejetée'}"
    if v.casting_vote is not None:
        side = "pour" if v.casting_vote == "in_favour" else "contre"
        return f"{tally}; voix prépondérante de la présidence {side}{carried}"
    votes = f"{v.counted} voix{', abstentions comprises' if v.abstentions_count else ' exprimées'}"
    if v.counted == 1:
        votes = votes.replace("exprimées", "exprimée")
    return f"{tally}; {_FR[v.threshold]}, {v.required} sur {votes}{carried}"

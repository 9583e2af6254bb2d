"""Terms of reference as data: what a committee's meetings, motions and seats are judged by.

In French *cadre de référence*; a *mandat* is a term of office. What a document does not state is None or empty:
nothing is filled in with what is usual elsewhere.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from domain.values import LocalizedText

MotionKind = Literal[
    "ordinary",
    "plan_adoption",
    "terms_of_reference",
    "membership",
    "agreement",
    "committee",
    "dissolution",
]
"""What a motion is about, where the terms ask for another majority; `committee` sets up or ends another one."""
Threshold = Literal["simple", "two_thirds", "four_fifths", "consensus"]
Year = Literal["fiscal", "calendar"]

PARTS_MAX = 1_000
SEATS_MAX = 1_000
MEETINGS_MAX = 400
MONTHS_MAX = 240
RENEWALS_MAX = 100
DAYS_MAX = 366
SectorCode = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$(?!\n)", max_length=40)]


class Sector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the community that seats speak for: health, schools, newcomers."""

    code: SectorCode
    label: LocalizedText


class Share(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exact fraction of a whole, such as 1/2 or 2/3."""

    numerator: int
    denominator: int
    more_than: bool = False
    """Whether it must be passed rather than reached: "more than half" rather than "half"."""

    def __post_init__(self) -> None:
        _between("the parts of a share", self.denominator, 1, PARTS_MAX)
        _between("the numerator of a share", self.numerator, 1, self.denominator)
        if self.more_than and self.numerator == self.denominator:
            raise ValueError("more than all of them cannot be asked for")

    def of(self, whole: int) -> int:
        """The least number of `whole` that satisfies the share: 4 for half of 7, and for more than half of 7."""
        reached, rest = divmod(whole * self.numerator, self.denominator)
        return reached + 1 if rest or self.more_than else reached


class SecondMeeting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is enough at a second meeting called for the same agenda, where the first had no quorum."""

    present_min: int = 1
    """Voting members who must be present: 1 where "those present" are enough."""
    within_days: int | None = None
    """The second meeting must be held within so many days of the first; None: no limit is stated."""

    def __post_init__(self) -> None:
        _between("the members at a second meeting", self.present_min, 1, SEATS_MAX)
        _between("the days before a second meeting", self.within_days, 1, DAYS_MAX)


class Quorum(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many voting members must be present: a share of the voting seats, a count, or both at once."""

    share: Share | None = None
    count: int | None = None
    of: Literal["filled_seats", "all_seats"] = "filled_seats"
    """Which voting seats the share is taken of: those that somebody holds that day, or vacant ones too."""
    second_meeting: SecondMeeting | None = None

    def __post_init__(self) -> None:
        if self.share is None and self.count is None:
            raise ValueError("a quorum is a share of the voting seats, a count, or both; got neither")
        _between("the count of a quorum", self.count, 1, SEATS_MAX)

    def required(self, voting_seats: int) -> int:
        """How many must be present out of so many voting seats of the kind that `of` names; at least 1."""
        by_share = 0 if self.share is None else self.share.of(voting_seats)
        return max(by_share, self.count or 0, 1)


class Majority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What carries a motion: more than half of the votes, a share of them at least, or nobody against."""

    threshold: Threshold
    abstentions_count: bool = False
    """Whether abstentions are among the votes that the share is taken of, so that abstaining works against."""
    casting_vote: bool = False
    """Whether the chair decides a tie."""

    def __post_init__(self) -> None:
        if self.casting_vote and self.threshold != "simple":
            raise ValueError(f"a casting vote breaks the tie of a simple majority; this one is {self.threshold!r}")


class MotionRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The majority that motions of one kind need."""

    motion: MotionKind
    majority: Majority


class Cadence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often the committee meets in a year, the yearly forum aside."""

    year: Year = "fiscal"
    meetings_min: int | None = None
    meetings_max: int | None = None
    yearly_forum: bool = False

    def __post_init__(self) -> None:
        _between("the meetings of a year", self.meetings_min, 1, MEETINGS_MAX)
        _between("the meetings of a year", self.meetings_max, self.meetings_min or 1, MEETINGS_MAX)
        if self.meetings_min is None and self.meetings_max is None and not self.yearly_forum:
            raise ValueError("a cadence says how many meetings there are, or that there is a yearly forum")


class TermOfOffice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a member sits, and how many times the same member may be seated anew without a break."""

    months: int
    renewals_max: int | None = None
    """None: no limit is stated."""

    def __post_init__(self) -> None:
        _between("the months of a term of office", self.months, 1, MONTHS_MAX)
        _between("the renewals of a term of office", self.renewals_max, 0, RENEWALS_MAX)


class SectorQuota(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many seats a sector has at least and at most."""

    sector: Sector
    seats_min: int = 0
    seats_max: int | None = None

    def __post_init__(self) -> None:
        _between("the seats of a sector", self.seats_min, 0, SEATS_MAX)
        _between("the seats of a sector", self.seats_max, max(self.seats_min, 1), SEATS_MAX)
        if not self.seats_min and self.seats_max is None:
            raise ValueError("a quota says how many seats at least, or at most")


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of a committee's terms of reference. A version is whole: it restates what it keeps."""

    quorum: Quorum | None = None
    decides: bool = True
    """False: the committee deliberates and advises; what it proposes is adopted elsewhere."""
    majorities: tuple[MotionRule, ...] = ()
    """At most one per kind of motion; empty where none is stated."""
    cadence: Cadence | None = None
    term_of_office: TermOfOffice | None = None
    e_vote: bool = False
    """Whether members may vote by electronic means between meetings."""
    consent_between_meetings: bool = False
    """Whether a decision may be taken between meetings with nobody objecting."""
    voting_seats_max: int | None = None
    quotas: tuple[SectorQuota, ...] = ()

    def __post_init__(self) -> None:
        kinds = [rule.motion for rule in self.majorities]
        _once("kind of motion", kinds)
        _once("sector", [quota.sector.code for quota in self.quotas])
        if kinds and "ordinary" not in kinds:
            raise ValueError("majorities are given, and none for ordinary motions")
        if not self.decides and (kinds or self.e_vote or self.consent_between_meetings):
            raise ValueError("a committee that only deliberates has no majorities and no votes between meetings")
        _between("the voting seats", self.voting_seats_max, 1, SEATS_MAX)

    def majority_for(self, motion: MotionKind) -> Majority | None:
        """The majority that a kind of motion needs: its own, else that of ordinary motions; None if not stated."""
        rules = {rule.motion: rule.majority for rule in self.majorities}
        return rules.get(motion, rules.get("ordinary"))

    def quota(self, sector_code: str) -> SectorQuota | None:
        """What is said of a sector's seats."""
        return next((quota for quota in self.quotas if quota.sector.code == sector_code), None)


def _once(what: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the {what} {name!r} is named twice")


def _between(what: str, number: int | None, low: int, high: int) -> None:
    if number is not None and not low <= number <= high:
        raise ValueError(f"{what}: expected {low} to {high}, got {number}")

"""Committees, as the examples of their events."""

from datetime import date

from domain.audience import Audience
from domain.committee import rules as committee
from domain.committee.terms import (
    Cadence,
    Majority,
    MotionRule,
    Quorum,
    SecondMeeting,
    Sector,
    SectorQuota,
    Share,
    TermOfOffice,
    Terms,
)
from domain.ids import CommitteeId
from domain.values import both, en
from tests.golden.example import CHAIR, DECISION, Example, an_id, sealed

COUNCIL = CommitteeId(an_id(61))
NEWCOMERS = Sector(code="newcomers", label=both(fr="Personnes nouvellement arrivées", en="Newcomers", source="en"))
TERMS = Terms(
    quorum=Quorum(
        share=Share(numerator=1, denominator=2, more_than=True),
        count=5,
        of="filled_seats",
        second_meeting=SecondMeeting(present_min=1, within_days=30),
    ),
    decides=True,
    majorities=(
        MotionRule(motion="ordinary", majority=Majority(threshold="simple", casting_vote=True)),
        MotionRule(motion="plan_adoption", majority=Majority(threshold="two_thirds", abstentions_count=True)),
    ),
    cadence=Cadence(year="fiscal", meetings_min=3, meetings_max=5, yearly_forum=True),
    term_of_office=TermOfOffice(months=24, renewals_max=2),
    e_vote=True,
    consent_between_meetings=True,
    voting_seats_max=19,
    quotas=(SectorQuota(sector=NEWCOMERS, seats_min=2, seats_max=4),),
)

COMMITTEES: tuple[Example, ...] = (
    # --- a committee
    Example(
        committee.CommitteeEstablished(
            kind="sub_council",
            name=en("Settlement Sub-council"),
            parent_id=COUNCIL,
            audience=Audience.PUBLIC,
        ),
        date(2024, 4, 15),
        authority=DECISION,
        role="chair",
        actor=CHAIR,
        lang="en",
    ),
    Example(
        committee.CommitteeRenamed(
            name=both(fr="Sous-conseil de l’accueil", en="Settlement and Welcome Sub-council", source="en")
        ),
        date(2024, 6, 1),
        lang="en",
    ),
    Example(
        committee.TermsAdopted(number=1, terms=TERMS),
        date(2024, 6, 12),
        authority=DECISION,
        role="chair",
        actor=CHAIR,
        lang="en",
    ),
    Example(
        committee.CommitteeDissolved(reason=sealed(COUNCIL, 60)),
        date(2026, 6, 30),
        authority=DECISION,
        role="chair",
        actor=CHAIR,
    ),
)

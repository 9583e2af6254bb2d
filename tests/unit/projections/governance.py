"""Random orders about organisations, committees and their seats, for the logs of `histories`."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.audience import Audience
from domain.committee.rules import (
    AdoptTermsOfReference,
    DissolveCommittee,
    EstablishCommittee,
    RenameCommittee,
)
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
from domain.envelope import ByDecision, ByInstrument, WithoutAuthority
from domain.ids import COMMONS, CommitteeId, OrganisationId, PersonId, SeatId, StreamId
from domain.organisation import (
    ConsentToListing,
    MergeOrganisation,
    RegisterOrganisation,
    RenameOrganisation,
    WithdrawListing,
)
from domain.seat.commands import (
    AbolishSeat,
    ApproveCandidate,
    CloseCandidacy,
    CreateSeat,
    EndTerm,
    ExpressInterest,
    NameAlternate,
    NominateCandidate,
    SeatMember,
)
from domain.seat.events import Represented
from domain.stream import Command
from domain.values import Citation, both, en, fr

if TYPE_CHECKING:
    from tests.unit.projections.histories import Log

Made = tuple[Command | None, Any]
NOTHING: Made = (None, None)
SECTORS = (Sector(code="health", label=fr("Santé")), Sector(code="newcomers", label=en("Newcomers")))


class Governance:
    def __init__(self, log: "Log", random: Random) -> None:
        self.log = log
        self.random = random
        self.committees: list[CommitteeId] = []
        self.seats: list[SeatId] = []
        self.organisations: list[OrganisationId] = []
        self.people = [PersonId(UUID(int=900 + number)) for number in range(4)]

    def go_on(self, today: date) -> None:
        """Now and then give an order, some of them late."""
        if self.random.random() > 0.5:
            return
        makers: list[Callable[[], Made]] = [
            *(self._establish, self._rename, self._dissolve),
            *[self._terms] * 3,
            *[self._create_seat] * 2,
            *[self._sit] * 6,
            self._abolish,
            *[self._organisation] * 2,
        ]
        command, authority = self.random.choice(makers)()
        if command is not None:
            late = timedelta(days=self.random.choice([0, 0, 0, 20, 60]))
            self.log.give(command, today - late, sample=self.random.random() < 0.05, authority=authority)

    def _committee(self) -> CommitteeId | None:
        return self.random.choice(self.committees) if self.committees else None

    def _name(self) -> Any:
        name = f"Comité {self.random.randrange(20)}"
        return self.random.choice([fr(name), both(fr=name, en="Committee", source="fr")])

    def _establish(self) -> Made:
        if len(self.committees) > 3:
            return NOTHING
        committee_id = CommitteeId(UUID(int=self.random.getrandbits(128), version=4))
        command = EstablishCommittee(
            committee_id=committee_id,
            kind="working_group",
            name=self._name(),
            parent_id=self.random.choice([None, self._committee()]),
            audience=self.random.choice([Audience.TENANT, Audience.PUBLIC]),
        )
        self.committees.append(committee_id)
        return command, self._authority()

    def _rename(self) -> Made:
        committee_id = self._committee()
        if committee_id is None:
            return NOTHING
        return RenameCommittee(committee_id=committee_id, name=self._name()), None

    def _dissolve(self) -> Made:
        committee_id = self._committee()
        if committee_id is None or self.random.random() < 0.8:
            return NOTHING
        return DissolveCommittee(committee_id=committee_id), self._authority()

    def _terms(self) -> Made:
        committee_id = self._committee()
        if committee_id is None:
            return NOTHING
        loaded = self.log.loaded(committee_id)
        number = 1 if loaded is None else len(loaded.state.versions) + 1
        command = AdoptTermsOfReference(committee_id=committee_id, number=number, terms=self._rules())
        return command, self._authority()

    def _registered(self) -> OrganisationId | None:
        chosen = self.random.choice([None, *self.organisations])
        loaded = None if chosen is None else self.log.loaded(chosen)
        if chosen is not None and loaded is not None:
            self.log.elsewhere[COMMONS, StreamId(chosen)] = loaded
        return chosen

    def _create_seat(self) -> Made:
        committee_id = self._committee()
        if committee_id is None or len(self.seats) > 6:
            return NOTHING
        seat_id = SeatId(UUID(int=self.random.getrandbits(128), version=4))
        self.seats.append(seat_id)
        command = CreateSeat(
            seat_id=seat_id,
            committee_id=committee_id,
            number=self.random.randrange(1, 9),
            label=self._name(),
            sector=self.random.choice([None, *SECTORS]),
            right=self.random.choice(["vote", "vote", "voice"]),
            ex_officio=self.random.random() < 0.2,
        )
        return command, self._authority()

    def _sit(self) -> Made:
        if not self.seats:
            return NOTHING
        seat_id, person = self.random.choice(self.seats), self.random.choice(self.people)
        represents = self.random.choice([None, Represented(name=self._name(), organisation_id=self._registered())])
        commands: list[Command] = [
            SeatMember(seat_id=seat_id, person_id=person, represents=represents),
            SeatMember(seat_id=seat_id, person_id=person, until=date(2020 + self.random.randrange(6), 6, 30)),
            EndTerm(seat_id=seat_id, reason="resigned"),
            NameAlternate(seat_id=seat_id, person_id=self.random.choice([None, *self.people])),
            ExpressInterest(seat_id=seat_id, person_id=person, represents=represents),
            NominateCandidate(seat_id=seat_id, person_id=person),
            ApproveCandidate(seat_id=seat_id, person_id=person),
            CloseCandidacy(
                seat_id=seat_id, person_id=person, outcome=self.random.choice(["declined", "withdrawn"])
            ),
        ]
        return self.random.choice(commands), self._authority()

    def _organisation(self) -> Made:
        """Of the commons in truth; a projection takes it in any log."""
        if not self.organisations or (len(self.organisations) < 3 and self.random.random() < 0.5):
            organisation_id = OrganisationId(UUID(int=self.random.getrandbits(128), version=4))
            self.organisations.append(organisation_id)
            return RegisterOrganisation(organisation_id=organisation_id, name=self._name(), kind="health"), None
        one, other = (self.random.choice(self.organisations) for _ in range(2))
        commands: list[Command] = [
            RenameOrganisation(organisation_id=one, name=self._name()),
            ConsentToListing(organisation_id=one),
            WithdrawListing(organisation_id=one),
            MergeOrganisation(organisation_id=one, into_id=other),
        ]
        return self.random.choice(commands), None

    def _abolish(self) -> Made:
        if not self.seats or self.random.random() < 0.5:
            return NOTHING
        return AbolishSeat(seat_id=self.random.choice(self.seats)), self._authority()

    def _rules(self) -> Terms:
        random = self.random
        share = Share(numerator=random.choice([1, 2]), denominator=3, more_than=random.random() < 0.5)
        second = SecondMeeting(within_days=random.choice([None, 30]))
        ordinary = MotionRule(motion="ordinary", majority=Majority(threshold="simple", casting_vote=True))
        plans = MotionRule(motion="plan_adoption", majority=Majority(threshold="two_thirds"))
        return Terms(
            quorum=random.choice([None, Quorum(share=share, second_meeting=second), Quorum(count=2)]),
            majorities=random.choice([(), (ordinary,), (ordinary, plans)]),
            cadence=random.choice([None, Cadence(meetings_min=3, meetings_max=5, yearly_forum=True)]),
            term_of_office=random.choice([None, TermOfOffice(months=24, renewals_max=1)]),
            e_vote=random.random() < 0.5,
            voting_seats_max=random.choice([None, 3]),
            quotas=random.choice([(), (SectorQuota(sector=SECTORS[0], seats_min=1, seats_max=2),)]),
        )

    def _authority(self) -> Any:
        return self.random.choice(
            [
                ByDecision(decision=Citation(log=UUID(int=4), stream=UUID(int=4), version=1)),
                ByInstrument(office=fr("Conseil municipal"), number=None, dated=date(2020, 1, 1)),
                WithoutAuthority(reason="not_stated_in_source"),
            ]
        )

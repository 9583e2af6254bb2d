"""Random decisions, at the meetings of `sittings` and elsewhere, for the logs of `histories`."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.audience import Audience
from domain.decision.commands import (
    MakeDecision,
    PublishDecision,
    RatifyDecision,
    RescindDecision,
    SupersedeDecision,
)
from domain.decision.events import AtMeeting, ByConsent, ByEVote, ByOffice
from domain.envelope import ByDecision
from domain.ids import CommitteeId, DecisionId
from domain.meeting.events import ByName, NamedVote, Secret
from domain.stream import Command
from domain.values import Citation, fr
from domain.verdict import Tally
from tests.unit.projections.sittings import MINUTES, PEOPLE, Sittings

if TYPE_CHECKING:
    from tests.unit.projections.histories import Log

ANY_DECISION = ByDecision(decision=Citation(log=UUID(int=4), stream=UUID(int=4), version=1))


class Rulings:
    """Decisions, most of them brought in from documents."""

    def __init__(self, log: "Log", random: Random, sittings: Sittings) -> None:
        self.log = log
        self.random = random
        self.sittings = sittings
        self.decisions: list[DecisionId] = []

    def go_on(self, committees: list[CommitteeId], today: date) -> None:
        """Now and then make a decision, or end one."""
        if not committees or self.random.random() > 0.3:
            return
        authority = self.random.choice([None, None, ANY_DECISION])
        if not self.decisions or self.random.random() < 0.6:
            command = self._make(self.random.choice(committees))
            if self._give(command, today, authority):
                self.decisions.append(command.decision_id)
            return
        decision_id = self.random.choice(self.decisions[-4:])
        makers: list[Callable[[DecisionId], Command]] = [
            self._ratify,
            self._rescind,
            self._supersede,
            self._publish,
        ]
        self._give(self.random.choice(makers)(decision_id), today, authority)

    def _give(self, command: Command, on: date, authority: Any) -> bool:
        source = self.random.choice([None, MINUTES, MINUTES])
        return self.log.give(command, on, authority=authority, sample=self.random.random() < 0.05, source=source)

    def _make(self, committee_id: CommitteeId) -> MakeDecision:
        random = self.random
        office = ByOffice(office=fr("Direction régionale"), number=random.choice([None, "12"]))
        basis: Any = random.choice([self._at_meeting(), self._at_meeting(), self._consent(), self._vote(), office])
        if isinstance(basis, AtMeeting):
            committee_id = self.log.loaded(basis.meeting_id).state.committee_id  # type: ignore[union-attr] # it is there
        return MakeDecision(
            decision_id=DecisionId(UUID(int=random.getrandbits(128), version=4)),
            committee_id=None if isinstance(basis, ByOffice) and random.random() < 0.5 else committee_id,
            year=2020,
            number=random.choice([None, random.randrange(1, 200)]),
            title=fr("Adopté"),
            basis=basis or office,
            holds_from=random.choice([None, date(2020, 1, 1)]),
            holds_until=random.choice([None, date(2035, 3, 31)]),
            ratified_by=random.choice([None, None, fr("Conseil municipal")]),
            audience=random.choice([Audience.TENANT, Audience.PUBLIC]),
        )

    def _at_meeting(self) -> AtMeeting | None:
        for meeting_id in reversed(self.sittings.meetings):
            loaded = self.log.loaded(meeting_id)
            assert loaded is not None
            carried = [key for key, one in loaded.state.motions.items() if one.decided and one.decided.carried]
            if carried:
                motion_id = self.random.choice(carried)
                return AtMeeting(meeting_id=meeting_id, meeting_version=loaded.version, motion_id=motion_id)
        return None

    def _opened(self) -> date:
        return date(2019, 1, 2) + timedelta(days=self.random.randrange(20))

    def _consent(self) -> ByConsent:
        people = self.random.sample(PEOPLE, 3)
        return ByConsent(opened_on=self._opened(), consented=tuple(people[:2]), objected=tuple(people[2:]))

    def _vote(self) -> ByEVote:
        people = self.random.sample(PEOPLE, 3)
        named = ByName(votes=tuple(NamedVote(person_id=one, choice="in_favour") for one in people))
        secret = Secret(voted=tuple(people), tally=Tally(in_favour=2, against=1))
        ballot = named if self.random.random() < 0.5 else secret
        return ByEVote(opened_on=self._opened(), ballot=ballot)

    def _ratify(self, decision_id: DecisionId) -> Command:
        return RatifyDecision(decision_id=decision_id, office=fr("Conseil municipal"), number="C-1")

    def _rescind(self, decision_id: DecisionId) -> Command:
        return RescindDecision(decision_id=decision_id)

    def _supersede(self, decision_id: DecisionId) -> Command:
        return SupersedeDecision(decision_id=decision_id, by_decision_id=self.random.choice(self.decisions))

    def _publish(self, decision_id: DecisionId) -> Command:
        return PublishDecision(decision_id=decision_id)

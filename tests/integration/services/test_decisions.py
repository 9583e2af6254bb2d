"""Decisions on the real log: numbers that two want, and facts that change while a decision is made."""

import asyncio
import uuid
from datetime import date
from typing import Any

import pytest
import uuid_utils.compat

from domain.committee.rules import AdoptTermsOfReference, EstablishCommittee
from domain.committee.terms import Majority, MotionRule, Quorum, Terms
from domain.decision.commands import MakeDecision, PublishDecision, RescindDecision
from domain.decision.events import AtMeeting, ByOffice
from domain.decision.state import DECISION
from domain.envelope import Actor, Authority, ByDecision, Source, WithoutAuthority
from domain.errors import ClaimTakenError, Refusal
from domain.ids import CommandId, CommitteeId, DecisionId, MeetingId, MotionId, PersonId, PlanId, StreamId
from domain.meeting.commands import (
    CloseMeeting,
    ConveneMeeting,
    DecideMotion,
    MoveMotion,
    RecordAttendance,
    RecordConsensus,
)
from domain.meeting.events import CountedAttendance
from domain.plan.commands import AddPlanElement, AdoptPlanRevision, DraftPlan
from domain.ports import Append, Outcome
from domain.stream import Command, Order
from domain.values import Citation, Period, en
from services.bootstrap import WriteSide
from services.commands import CommandHandler
from services.refusals.orders import GuardBrokenError
from tests.integration.services.conftest import Partnership
from tests.unit.services.fake_log import FakeSealer

DAY = date(2025, 5, 6)
MINUTES = Source(title=en("Minutes of 6 May 2025"))
WRITER = PersonId(uuid.uuid4())
TERMS = Terms(
    quorum=Quorum(count=3),
    majorities=(MotionRule(motion="ordinary", majority=Majority(threshold="simple")),),
)


def new() -> Any:
    return uuid_utils.compat.uuid7()


def order(partnership: Partnership, command: Command, **around: Any) -> Order:
    given: dict[str, Any] = {"effective_on": DAY, "authority": WithoutAuthority(reason="not_required")}
    return Order(
        tenant_id=partnership.tenant_id,
        command_id=CommandId(uuid.uuid4()),
        command=command,
        actor=Actor(id=WRITER, role="coordinator"),
        lang="en",
        correlation_id=uuid.uuid4(),
        **(given | around),
    )


async def give(write: WriteSide, partnership: Partnership, command: Command, **around: Any) -> Outcome:
    return await write.handler.handle(order(partnership, command, **around), uuid.uuid4().bytes * 2)


def by_office(number: int | None = None, **changes: Any) -> MakeDecision:
    given: dict[str, Any] = {
        "decision_id": DecisionId(new()),
        "year": 2025,
        "number": number,
        "title": en("Approved"),
        "basis": ByOffice(office=en("Regional directorate")),
    }
    return MakeDecision(**(given | changes))


async def a_carried_motion(write: WriteSide, partnership: Partnership) -> tuple[CommitteeId, MeetingId, MotionId]:
    """A motion that a committee of this body carried by consensus, as minutes tell."""
    committee, meeting, motion = CommitteeId(new()), MeetingId(new()), MotionId(new())
    ids: dict[str, Any] = {"meeting_id": meeting, "motion_id": motion}
    convene = ConveneMeeting(meeting_id=meeting, committee_id=committee, holds_on=DAY, time_zone="America/Toronto")
    for command in (
        EstablishCommittee(committee_id=committee, kind="partnership_council", name=en("Council")),
        AdoptTermsOfReference(committee_id=committee, number=1, terms=TERMS),
        convene,
        RecordAttendance(meeting_id=meeting, counted=CountedAttendance(present=5, seats=9)),
        MoveMotion(**ids, title=en("Adopt the plan")),
        RecordConsensus(**ids),
        DecideMotion(**ids),
    ):
        await give(write, partnership, command, source=MINUTES)
    return committee, meeting, motion


@pytest.mark.parametrize("number", [7, None])
async def test_decisions_made_at_once_never_share_a_number(
    write: WriteSide, partnership: Partnership, number: int | None
) -> None:
    commands = [by_office(number) for _ in range(8)]

    answers = await asyncio.gather(
        *(give(write, partnership, command) for command in commands), return_exceptions=True
    )

    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert all(isinstance(answer, ClaimTakenError) for answer in refused)
    made = [
        (await write.store.load(partnership.tenant_id, DECISION, StreamId(command.decision_id))).state.number
        for command, answer in zip(commands, answers, strict=True)
        if isinstance(answer, Outcome)
    ]
    assert len(made) + len(refused) == 8
    assert sorted(made) == list(range(1, len(made) + 1)) if number is None else made == [7]


async def test_numbers_are_each_body_s_own(
    write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    await give(write, partnership, by_office(7))
    await give(write, neighbour, by_office(7))

    with pytest.raises(ClaimTakenError) as refusal:
        await give(write, partnership, by_office(7))

    assert refusal.value.claim == "decision-number/office/2025/7"


async def test_one_motion_makes_one_decision(write: WriteSide, partnership: Partnership) -> None:
    committee, meeting, motion = await a_carried_motion(write, partnership)

    def resting() -> MakeDecision:
        basis = AtMeeting(meeting_id=meeting, meeting_version=5, motion_id=motion)
        return by_office(committee_id=committee, basis=basis)

    answers = await asyncio.gather(
        *(give(write, partnership, resting()) for _ in range(4)), return_exceptions=True
    )

    assert sum(isinstance(answer, Outcome) for answer in answers) == 1
    assert sum(isinstance(answer, ClaimTakenError) for answer in answers) == 3


class Interrupted:
    """The store of the real log, in which something else happens just before one append."""

    def __init__(self, write: WriteSide, meanwhile: Any) -> None:
        self._store = write.store
        self._meanwhile = meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def append(self, append: Append) -> Outcome:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return await self._store.append(append)


async def test_a_meeting_that_changes_while_a_decision_rests_on_it_is_a_conflict(
    write: WriteSide, partnership: Partnership
) -> None:
    committee, meeting, motion = await a_carried_motion(write, partnership)
    command = by_office(
        1, committee_id=committee, basis=AtMeeting(meeting_id=meeting, meeting_version=5, motion_id=motion)
    )

    async def closed() -> None:
        await give(write, partnership, CloseMeeting(meeting_id=meeting), source=MINUTES)

    handler = CommandHandler(Interrupted(write, closed), FakeSealer())
    with pytest.raises(GuardBrokenError):
        await handler.handle(order(partnership, command), bytes(32))

    gone = await write.store.load(partnership.tenant_id, DECISION, StreamId(command.decision_id))
    assert gone.version == 0
    assert (await give(write, partnership, command)).version == 1


async def a_draft(write: WriteSide, partnership: Partnership) -> PlanId:
    plan = PlanId(new())
    period = Period.fiscal_year(2025)
    await give(write, partnership, DraftPlan(plan_id=plan, kind="action_plan", title=en("Plan"), period=period))
    element = AddPlanElement(plan_id=plan, element_id=new(), level="objective", wording=en("Welcome"), rank=0)
    await give(write, partnership, element)
    return plan


def cited(partnership: Partnership, decision: DecisionId) -> Authority:
    return ByDecision(decision=Citation(log=partnership.tenant_id, stream=decision, version=1))


async def test_a_decision_that_is_rescinded_while_it_is_cited_is_a_conflict_and_then_no_right(
    write: WriteSide, partnership: Partnership
) -> None:
    decision, plan = by_office(1), await a_draft(write, partnership)
    await give(write, partnership, decision)
    adopt = AdoptPlanRevision(plan_id=plan, number=1)
    authority = cited(partnership, decision.decision_id)

    async def rescinded() -> None:
        await give(write, partnership, RescindDecision(decision_id=decision.decision_id))

    handler = CommandHandler(Interrupted(write, rescinded), FakeSealer())
    with pytest.raises(GuardBrokenError):
        await handler.handle(order(partnership, adopt, authority=authority), bytes(32))
    with pytest.raises(Refusal) as refusal:
        await give(write, partnership, adopt, authority=authority)
    assert refusal.value.code == "decision_not_in_force"

    kept = await give(write, partnership, adopt, authority=authority, source=MINUTES)

    events = await write.store.events_of(partnership.tenant_id, StreamId(plan))
    assert (kept.version, events[-1].envelope.breaches) == (3, ("decision_not_in_force",))


async def test_another_body_s_decision_gives_its_right_as_it_stands_once_it_is_public(
    write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    theirs, plan = by_office(1), await a_draft(write, partnership)
    await give(write, neighbour, theirs)
    adopt = AdoptPlanRevision(plan_id=plan, number=1)
    with pytest.raises(Refusal) as refusal:
        await give(write, partnership, adopt, authority=cited(neighbour, theirs.decision_id))
    assert refusal.value.code == "citation_unknown"
    await give(write, neighbour, PublishDecision(decision_id=theirs.decision_id))

    assert (await give(write, partnership, adopt, authority=cited(neighbour, theirs.decision_id))).version == 3
    with pytest.raises(Refusal) as refusal:
        await give(write, partnership, adopt, authority=cited(partnership, theirs.decision_id))
    assert refusal.value.code == "citation_unknown"

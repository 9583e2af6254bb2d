"""Orders as one: each sees what those before it would leave, all are recorded or none, each refusal is told."""

import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import domain.areas  # noqa: F401
from domain.agreement import AGREEMENT, AmendAgreement, Programme, SignAgreement, TerminateAgreement
from domain.body import BodyKind, RegisterBody
from domain.decision.commands import MakeDecision
from domain.decision.events import ByOffice
from domain.envelope import ByDecision
from domain.errors import CitationUnknownError, ClaimTakenError, Refusal, StreamExistsError
from domain.ids import COMMONS, AgreementId, CommandId, DecisionId, ElementId, PlanId, StreamId, TenantId
from domain.plan.commands import AddPlanElement
from domain.plan.rules import PLAN, CascadeError
from domain.ports import BodyUnknownError, GuardBrokenError, OutcomeUnknownError, VersionConflictError
from domain.stream import Command, Order
from domain.values import Citation, fr
from services.batching import BatchHandler, BatchRefusedError, Together
from services.commands import RETRIES_MAX, CommandHandler
from services.refusals import orders as order_refusals
from services.refusals import rights
from tests.unit.services.fake_log import FakeLog, FakeSealer
from tests.unit.services.orders import FINGERPRINT, OPERATOR, draft, open_body, order, retitle


@pytest.fixture
def log() -> FakeLog:
    return FakeLog()


@pytest.fixture
def single(log: FakeLog) -> CommandHandler:
    return CommandHandler(log, FakeSealer())


@pytest.fixture
def handler(log: FakeLog) -> BatchHandler:
    return BatchHandler(log, FakeSealer())


@pytest.fixture
async def tenant_id(single: CommandHandler) -> TenantId:
    return await open_body(single, "ottawa")


def key() -> CommandId:
    return CommandId(uuid.uuid4())


def element(plan_id: PlanId, number: int, parent: int | None = None, **changes: Any) -> AddPlanElement:
    known: dict[str, Any] = {
        "plan_id": plan_id,
        "element_id": ElementId(uuid.UUID(int=number)),
        "level": "orientation" if parent is None else "objective",
        "parent_id": None if parent is None else ElementId(uuid.UUID(int=parent)),
        "wording": fr(f"Élément {number}"),
        "rank": number,
    }
    return AddPlanElement(**(known | changes))


def sign(number: int) -> SignAgreement:
    return SignAgreement(
        agreement_id=AgreementId(uuid.UUID(int=number)), programme=Programme(code="pac", label=fr("PAC"))
    )


def amend(agreement: int, number: int) -> AmendAgreement:
    return AmendAgreement(agreement_id=AgreementId(uuid.UUID(int=agreement)), number=number, purpose=fr("Objet"))


async def test_commands_of_one_stream_build_on_each_other(
    handler: BatchHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    plan = draft()
    commands = [plan, element(plan.plan_id, 1), element(plan.plan_id, 2, 1), retitle(plan.plan_id, "Autre")]
    orders = [order(tenant_id, command) for command in commands]

    outcome = await handler.handle(orders, key(), FINGERPRINT)

    assert (outcome.first_position, outcome.position, outcome.version, outcome.replayed) == (2, 5, 0, False)
    recorded = log.logs[tenant_id][1:]
    assert [event.payload.TYPE for event in recorded] == [
        "plan.Drafted",
        "plan.ElementAdded",
        "plan.ElementAdded",
        "plan.Retitled",
    ]
    assert [event.envelope.command_id for event in recorded] == [one.command_id for one in orders]
    assert len({event.recorded_at for event in recorded}) == 1


async def test_every_refusal_is_told_and_nothing_is_recorded(
    handler: BatchHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    plan = draft()
    commands: list[Command] = [
        plan,
        element(plan.plan_id, 1),
        element(plan.plan_id, 2, 1, level="indicator"),
        sign(1),
        amend(1, 2),
        sign(1),
        sign(2),
    ]
    before = {tenant: list(events) for tenant, events in log.logs.items()}

    with pytest.raises(BatchRefusedError) as refusal:
        await handler.handle([order(tenant_id, command) for command in commands], key(), FINGERPRINT)

    assert [(each.place, type(each.refusal).code) for each in refusal.value.refused] == [
        (2, CascadeError.code),
        (4, "amendment_number"),
    ]
    assert log.logs == before


async def test_what_builds_on_a_refused_order_is_not_judged(handler: BatchHandler, tenant_id: TenantId) -> None:
    orders = [order(tenant_id, command) for command in (amend(1, 1), amend(1, 2), sign(2), amend(2, 7))]

    with pytest.raises(BatchRefusedError) as refusal:
        await handler.handle(orders, key(), FINGERPRINT)

    assert [(each.place, each.refusal.code) for each in refusal.value.refused] == [
        (0, "not_found"),
        (3, "amendment_number"),
    ]


async def test_a_batch_goes_on_from_what_is_recorded(
    handler: BatchHandler, single: CommandHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    await single.handle(order(tenant_id, sign(1)), FINGERPRINT)
    terminate = TerminateAgreement(agreement_id=AgreementId(uuid.UUID(int=1)))

    await handler.handle([order(tenant_id, amend(1, 1)), order(tenant_id, terminate)], key(), FINGERPRINT)

    loaded = await log.load(tenant_id, AGREEMENT, StreamId(uuid.UUID(int=1)))
    assert (loaded.version, loaded.state.amendments, loaded.state.terminated) == (3, 1, True)


async def test_the_same_key_gives_the_same_outcome(
    handler: BatchHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    orders, command_id = [order(tenant_id, sign(1)), order(tenant_id, sign(2))], key()
    first = await handler.handle(orders, command_id, FINGERPRINT)

    again = await handler.handle(orders, command_id, FINGERPRINT)

    assert again.replayed
    assert (again.first_position, again.position) == (first.first_position, first.position)
    assert len(log.logs[tenant_id]) == 3
    with pytest.raises(order_refusals.KeyReusedError):
        await handler.handle(orders, command_id, b"x" * 32)


async def test_a_twin_that_won_between_look_up_and_load_gives_its_outcome(
    handler: BatchHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    orders, command_id = [order(tenant_id, sign(1))], key()
    looked_up = log.outcome

    async def outcome(*_: object) -> object:
        log.outcome = looked_up  # type: ignore[method-assign]
        await BatchHandler(log, FakeSealer()).handle(orders, command_id, FINGERPRINT)
        return None  # as it was before the twin

    log.outcome = outcome  # type: ignore[assignment,method-assign]

    assert (await handler.handle(orders, command_id, FINGERPRINT)).replayed
    assert len(log.logs[tenant_id]) == 2


async def test_a_conflict_is_decided_anew_on_what_is_there_now(
    handler: BatchHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    plan = draft()
    await CommandHandler(log, FakeSealer()).handle(order(tenant_id, plan), FINGERPRINT)

    async def compete() -> None:
        retitled = order(tenant_id, retitle(plan.plan_id, "D’un autre"))
        await CommandHandler(log, FakeSealer()).handle(retitled, FINGERPRINT)

    log.before_append.append(compete)
    orders = [order(tenant_id, sign(1)), order(tenant_id, retitle(plan.plan_id, "De nous"))]

    await handler.handle(orders, key(), FINGERPRINT)

    loaded = await log.load(tenant_id, PLAN, StreamId(plan.plan_id))
    assert loaded.version == 3
    assert loaded.state.title is not None
    assert loaded.state.title.value == fr("De nous")


@pytest.mark.parametrize("error", [VersionConflictError, GuardBrokenError])
async def test_a_conflict_is_tried_again_three_times_and_no_more(
    handler: BatchHandler, log: FakeLog, tenant_id: TenantId, error: type[Exception]
) -> None:
    log.fail_next = [error()] * (RETRIES_MAX + 1)
    with pytest.raises(order_refusals.BusyError):
        await handler.handle([order(tenant_id, sign(1))], key(), FINGERPRINT)
    assert len(log.logs[tenant_id]) == 1

    log.fail_next = [error()] * RETRIES_MAX
    assert (await handler.handle([order(tenant_id, sign(1))], key(), FINGERPRINT)).position == 2


async def test_what_the_log_would_not_take_is_a_refusal(
    handler: BatchHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    for error, refusal in (
        (OutcomeUnknownError(), order_refusals.OutcomeUnknownError),
        (BodyUnknownError(), rights.BodyUnknownError),
    ):
        log.fail_next = [error]
        with pytest.raises(refusal):
            await handler.handle([order(tenant_id, sign(1))], key(), FINGERPRINT)
    assert len(log.logs[tenant_id]) == 1


@pytest.mark.usefixtures("tenant_id")
async def test_a_key_is_claimed_once_in_the_log_and_in_the_batch(handler: BatchHandler, log: FakeLog) -> None:
    def register(slug: str) -> Order:
        body_id = TenantId(uuid.uuid4())
        command = RegisterBody(body_id=body_id, slug=slug, kind=BodyKind.LIP, name=fr("X"))
        return order(COMMONS, command, actor=OPERATOR)

    for orders, place in (
        ([register("new"), register("other"), register("new")], 2),
        ([register("new"), register("ottawa")], 1),
    ):
        with pytest.raises(BatchRefusedError) as refusal:
            await handler.handle(orders, key(), FINGERPRINT)
        (refused,) = refusal.value.refused
        assert refused.place == place
        assert isinstance(refused.refusal, ClaimTakenError)
    assert len(log.logs[COMMONS]) == 1


async def test_an_order_may_cite_what_one_before_it_records(
    handler: BatchHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    decision = MakeDecision(
        decision_id=DecisionId(uuid.uuid4()),
        year=2026,
        number=1,
        title=fr("L’entente est approuvée"),
        basis=ByOffice(office=fr("Direction régionale")),
    )

    def signed(version: int) -> Order:
        cited = Citation(log=tenant_id, stream=decision.decision_id, version=version)
        return order(tenant_id, sign(1), authority=ByDecision(decision=cited))

    with pytest.raises(BatchRefusedError) as refusal:
        await handler.handle([order(tenant_id, decision), signed(2)], key(), FINGERPRINT)
    assert isinstance(refusal.value.refused[0].refusal, CitationUnknownError)
    with pytest.raises(BatchRefusedError):
        await handler.handle([signed(1), order(tenant_id, decision)], key(), FINGERPRINT)

    await handler.handle([order(tenant_id, decision), signed(1)], key(), FINGERPRINT)

    assert len(log.logs[tenant_id]) == 3


async def test_a_preview_tells_the_events_of_each_order_and_writes_nothing(
    handler: BatchHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    told: list[tuple[int, int]] = []
    plan = draft()
    orders = [order(tenant_id, plan), order(tenant_id, retitle(plan.plan_id, "Autre")), order(tenant_id, sign(1))]

    answers = await handler.decide(orders, lambda done, total: told.append((done, total)))

    assert [[event.TYPE for event in each.decided.events] for each in answers] == [
        ["plan.Drafted"],
        ["plan.Retitled"],
        ["agreement.Signed"],
    ]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert len(log.logs[tenant_id]) == 1


async def test_claims_of_the_batch_are_seen_beside_those_of_the_log(
    handler: BatchHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    together = Together(log)
    register = RegisterBody(body_id=TenantId(uuid.uuid4()), slug="new", kind=BodyKind.LIP, name=fr("X"))
    (answered,) = await handler.decide([order(COMMONS, register, actor=OPERATOR)])

    together.take(answered)

    assert await together.claimed_under(COMMONS, "slug/") == (StreamId(tenant_id), StreamId(register.body_id))
    assert await together.claimed_under(tenant_id, "slug/") == ()


COMMANDS = st.one_of(
    st.builds(sign, st.integers(1, 2)),
    st.builds(amend, st.integers(1, 2), st.integers(1, 3)),
    st.builds(lambda n: TerminateAgreement(agreement_id=AgreementId(uuid.UUID(int=n))), st.integers(1, 2)),
)


@given(commands=st.lists(COMMANDS, min_size=1, max_size=8), already=st.integers(0, 3))
@settings(max_examples=150, deadline=None)
async def test_a_batch_is_recorded_exactly_if_each_order_would_have_been_in_its_turn(
    commands: list[Command], already: int
) -> None:
    logs = {}
    for whole in (True, False):
        log = FakeLog()
        single = CommandHandler(log, FakeSealer())
        tenant_id = await open_body(single, "ottawa")
        orders = [order(tenant_id, command) for command in commands]
        refused = False
        for given_before in orders[:already]:
            try:
                await single.handle(given_before, FINGERPRINT)
            except Refusal:
                continue
        before = len(log.logs[tenant_id])
        rest = [order(tenant_id, command) for command in commands[already:]] or [order(tenant_id, sign(9))]
        if whole:
            try:
                await BatchHandler(log, FakeSealer()).handle(rest, key(), FINGERPRINT)
            except BatchRefusedError:
                refused = True
                assert len(log.logs[tenant_id]) == before
        else:
            for one in rest:
                try:
                    await single.handle(one, FINGERPRINT)
                except Refusal:
                    refused = True
        logs[whole] = (
            refused,
            [(e.originator_id, e.originator_version, e.payload) for e in log.logs[tenant_id][1:]],
        )

    assert logs[True][0] == logs[False][0]
    if not logs[True][0]:
        assert logs[True][1] == logs[False][1]


async def test_a_second_batch_for_the_same_streams_is_refused_line_by_line(
    handler: BatchHandler, tenant_id: TenantId
) -> None:
    await handler.handle([order(tenant_id, sign(1)), order(tenant_id, sign(2))], key(), FINGERPRINT)

    with pytest.raises(BatchRefusedError) as refusal:
        await handler.handle([order(tenant_id, sign(number)) for number in (1, 2, 3)], key(), FINGERPRINT)

    assert [(each.place, type(each.refusal)) for each in refusal.value.refused] == [
        (0, StreamExistsError),
        (1, StreamExistsError),
    ]

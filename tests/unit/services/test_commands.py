import uuid
from typing import cast

import msgspec
import pytest

import domain.areas  # noqa: F401
from domain.body import BodyKind, EnterPhase, OpenBody, RegisterBody
from domain.case import Case
from domain.envelope import ByDecision, Source
from domain.errors import (
    CitationUnknownError,
    ClaimTakenError,
    Refusal,
    StreamExistsError,
    StreamMissingError,
    VersionStaleError,
    WrongBodyError,
)
from domain.event import Event
from domain.ids import COMMONS, CommandId, PlanId, TenantId
from domain.plan.commands import AddPlanElement, DraftPlan
from domain.plan.rules import NothingToAdoptError
from domain.ports import (
    AppendError,
    BodyUnknownError,
    GuardBrokenError,
    OutcomeUnknownError,
    VersionConflictError,
)
from domain.stream import COMMANDS
from domain.values import Citation, SealedText, both, fr
from services.commands import RETRIES_MAX, CommandHandler, fingerprint, fingerprint_key
from services.refusals import orders, rights
from tests.unit.services.fake_log import FakeLog, FakeSealer
from tests.unit.services.orders import FINGERPRINT, OPERATOR, draft, open_body, order, retitle


@pytest.fixture
def log() -> FakeLog:
    return FakeLog()


@pytest.fixture
def handler(log: FakeLog) -> CommandHandler:
    return CommandHandler(log, FakeSealer())


@pytest.fixture
async def tenant_id(handler: CommandHandler) -> TenantId:
    return await open_body(handler, "ottawa")


async def test_an_order_becomes_events_with_its_circumstances(
    handler: CommandHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    given = order(
        tenant_id, draft(), source=Source(title=fr("Procès-verbal")), sample=True, causation_id=uuid.uuid4()
    )

    outcome = await handler.handle(given, FINGERPRINT)

    (recorded,) = log.logs[tenant_id][1:]
    envelope = recorded.envelope
    assert (outcome.first_position, outcome.position, outcome.version, outcome.replayed) == (2, 2, 1, False)
    assert (envelope.type, envelope.schema, envelope.v) == ("plan.Drafted", 1, 1)
    for name in ("effective_on", "actor", "authority", "command_id", "causation_id", "correlation_id", "lang"):
        assert getattr(envelope, name) == getattr(given, name)
    assert (envelope.source, envelope.sample) == (given.source, True)


async def test_the_same_key_gives_the_same_outcome(
    handler: CommandHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    given = order(tenant_id, draft())
    first = await handler.handle(given, FINGERPRINT)

    again = await handler.handle(given, FINGERPRINT)

    assert again.replayed
    assert (again.position, again.version, again.recorded_at) == (first.position, first.version, first.recorded_at)
    assert len(log.logs[tenant_id]) == 2


async def test_the_same_key_for_another_request_is_refused(handler: CommandHandler, tenant_id: TenantId) -> None:
    given = order(tenant_id, draft())
    await handler.handle(given, FINGERPRINT)

    with pytest.raises(orders.KeyReusedError):
        await handler.handle(given, b"x" * 32)


async def test_a_twin_that_won_between_look_up_and_load_gives_its_outcome(
    handler: CommandHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    given = order(tenant_id, draft())
    looked_up = log.outcome
    calls = 0

    async def outcome(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:  # the twin is accepted right after this look-up
            other = CommandHandler(log, FakeSealer())
            log.outcome = looked_up  # type: ignore[method-assign]
            await other.handle(given, FINGERPRINT)
            log.outcome = outcome  # type: ignore[assignment,method-assign]
            return None
        return await looked_up(*arguments)  # type: ignore[arg-type]

    log.outcome = outcome  # type: ignore[assignment,method-assign]

    answer = await handler.handle(given, FINGERPRINT)

    assert answer.replayed
    assert len(log.logs[tenant_id]) == 2


async def test_what_is_already_so_is_accepted_and_records_nothing(
    handler: CommandHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    command = draft()
    await handler.handle(order(tenant_id, command), FINGERPRINT)
    same = order(tenant_id, retitle(command.plan_id, "Autre"))
    await handler.handle(same, FINGERPRINT)

    outcome = await handler.handle(order(tenant_id, retitle(command.plan_id, "Autre")), FINGERPRINT)

    assert (outcome.first_position, outcome.position, outcome.version) == (None, None, 2)
    assert len(log.logs[tenant_id]) == 3


async def test_a_conflict_is_tried_again_on_the_new_state(
    handler: CommandHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    command = draft()
    await handler.handle(order(tenant_id, command), FINGERPRINT)
    competitor = CommandHandler(log, FakeSealer())

    async def compete() -> None:
        await competitor.handle(order(tenant_id, retitle(command.plan_id, "D’un autre")), FINGERPRINT)

    log.before_append.append(compete)

    outcome = await handler.handle(order(tenant_id, retitle(command.plan_id, "De moi")), FINGERPRINT)

    assert outcome.version == 3


async def test_a_conflict_is_tried_again_three_times_and_no_more(
    handler: CommandHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    log.fail_next = [VersionConflictError()] * RETRIES_MAX
    assert (await handler.handle(order(tenant_id, draft()), FINGERPRINT)).version == 1

    log.fail_next = [VersionConflictError()] * (RETRIES_MAX + 1)
    with pytest.raises(orders.BusyError):
        await handler.handle(order(tenant_id, draft()), FINGERPRINT)

    assert len(log.logs[tenant_id]) == 2


async def test_a_client_that_named_a_version_is_told_instead(
    handler: CommandHandler, log: FakeLog, tenant_id: TenantId
) -> None:
    command = draft()
    await handler.handle(order(tenant_id, command), FINGERPRINT)
    competitor = CommandHandler(log, FakeSealer())

    async def compete() -> None:
        await competitor.handle(order(tenant_id, retitle(command.plan_id, "D’un autre")), FINGERPRINT)

    log.before_append.append(compete)

    with pytest.raises(VersionStaleError) as refusal:
        await handler.handle(order(tenant_id, retitle(command.plan_id, "De moi"), expected_version=1), FINGERPRINT)

    assert (refusal.value.expected, refusal.value.actual) == (1, 2)
    assert len(log.logs[tenant_id]) == 3


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (OutcomeUnknownError(), orders.OutcomeUnknownError),
        (BodyUnknownError(), rights.BodyUnknownError),
        (GuardBrokenError(), orders.GuardBrokenError),
        (AppendError(), orders.UnavailableError),
    ],
)
async def test_what_the_log_would_not_take_is_a_refusal_and_is_not_tried_again(
    handler: CommandHandler, log: FakeLog, tenant_id: TenantId, error: AppendError, refusal: type[Refusal]
) -> None:
    log.fail_next = [error]

    with pytest.raises(refusal):
        await handler.handle(order(tenant_id, draft()), FINGERPRINT)

    assert len(log.logs[tenant_id]) == 1


@pytest.mark.usefixtures("tenant_id")
async def test_a_taken_slug_is_refused(handler: CommandHandler, log: FakeLog) -> None:
    register = RegisterBody(
        body_id=TenantId(uuid.uuid4()), slug="ottawa", kind=BodyKind.LIP, name=both(fr="X", en="X", source="fr")
    )
    before = len(log.logs[COMMONS])

    with pytest.raises(ClaimTakenError) as refusal:
        await handler.handle(order(COMMONS, register, actor=OPERATOR), FINGERPRINT)

    assert refusal.value.claim == "slug/ottawa"
    assert len(log.logs[COMMONS]) == before
    assert register.body_id not in log.logs


async def test_a_log_has_one_body(handler: CommandHandler, tenant_id: TenantId) -> None:
    opening = OpenBody(
        body_id=TenantId(uuid.uuid4()),
        kind=BodyKind.LIP,
        name=both(fr="X", en="X", source="fr"),
        slug="other",
        province=None,
        time_zone="America/Toronto",
        default_language="fr",
    )
    with pytest.raises(StreamMissingError):
        await handler.handle(order(tenant_id, opening), FINGERPRINT)


async def test_a_command_stays_in_the_logs_of_its_kinds_of_body(handler: CommandHandler) -> None:
    funder = await open_body(handler, "funder", BodyKind.FUNDER)

    with pytest.raises(WrongBodyError):
        await handler.handle(order(funder, EnterPhase(body_id=funder, phase="active")), FINGERPRINT)
    with pytest.raises(WrongBodyError):
        await handler.handle(order(COMMONS, draft()), FINGERPRINT)
    with pytest.raises(WrongBodyError):
        await handler.handle(
            order(funder, RegisterBody(body_id=funder, slug="x", kind=BodyKind.LIP, name=fr("X"))), FINGERPRINT
        )


async def test_nothing_enters_a_log_before_its_body_is_open(handler: CommandHandler, log: FakeLog) -> None:
    tenant_id = TenantId(uuid.uuid4())
    log.logs[tenant_id] = []

    with pytest.raises(orders.BodyNotOpenError):
        await handler.handle(order(tenant_id, draft()), FINGERPRINT)


async def test_every_citation_must_exist(handler: CommandHandler, log: FakeLog, tenant_id: TenantId) -> None:
    command = draft()
    await handler.handle(order(tenant_id, command), FINGERPRINT)
    known = Citation(log=tenant_id, stream=command.plan_id, version=1)
    unknown = Citation(log=tenant_id, stream=command.plan_id, version=2)

    def element(cited: Citation) -> AddPlanElement:
        return AddPlanElement(
            plan_id=command.plan_id,
            element_id=uuid.uuid4(),  # type: ignore[arg-type]
            level="orientation",
            wording=fr("Accueillir"),
            rank=0,
            copied_from=cited,
        )

    with pytest.raises(CitationUnknownError):
        await handler.handle(order(tenant_id, element(unknown)), FINGERPRINT)
    with pytest.raises(CitationUnknownError):
        await handler.handle(order(tenant_id, element(known), authority=ByDecision(decision=unknown)), FINGERPRINT)
    assert len(log.logs[tenant_id]) == 2
    assert (await handler.handle(order(tenant_id, element(known)), FINGERPRINT)).version == 2


async def test_a_rule_s_refusal_comes_through(handler: CommandHandler, tenant_id: TenantId) -> None:
    command = draft()
    await handler.handle(order(tenant_id, command), FINGERPRINT)

    with pytest.raises(StreamExistsError):
        await handler.handle(order(tenant_id, draft(PlanId(command.plan_id))), FINGERPRINT)


async def test_the_rules_that_a_fact_broke_are_stored_with_it(
    handler: CommandHandler, log: FakeLog, tenant_id: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = draft()
    drafting = COMMANDS["DraftPlan"]

    def rule(plan: object, command: DraftPlan, case: Case) -> list[Event]:
        case.insist(NothingToAdoptError())
        return list(cast("list[Event]", drafting.decide(plan, command)))

    monkeypatch.setitem(COMMANDS, "DraftPlan", msgspec.structs.replace(drafting, decide=rule, takes_case=True))
    with pytest.raises(NothingToAdoptError):
        await handler.handle(order(tenant_id, command), FINGERPRINT)

    await handler.handle(order(tenant_id, command, source=Source(title=fr("Rapport"))), FINGERPRINT)

    assert log.logs[tenant_id][-1].envelope.breaches == ("nothing_to_adopt",)


def test_fingerprints_tell_requests_apart() -> None:
    key = fingerprint_key(b"secret" * 8)

    assert len(fingerprint(key, b"POST", b"/a", b"{}")) == 32
    assert fingerprint(key, b"POST", b"/a") == fingerprint(key, b"POST", b"/a")
    assert fingerprint(key, b"POST", b"/a") != fingerprint(key, b"POS", b"T/a")
    assert fingerprint(key, b"a") != fingerprint(fingerprint_key(b"another" * 8), b"a")


def test_free_text_never_shows_in_a_representation() -> None:
    note = SealedText.about(uuid.uuid4(), "confidentiel")
    given = order(TenantId(uuid.uuid4()), EnterPhase(body_id=TenantId(uuid.uuid4()), phase="active", note=note))

    assert "confidentiel" not in repr(given)
    assert isinstance(given.command_id, type(CommandId(uuid.uuid4())))

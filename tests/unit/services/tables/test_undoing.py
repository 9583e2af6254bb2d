"""Undoing an import: each kind of record is compensated, all of them or none, and what changed since is named."""

import uuid
from typing import Any

import pytest

import domain.areas  # noqa: F401
from domain.agreement import AGREEMENT, AddObligation, TerminateAgreement
from domain.ids import AgreementId, ObligationId, PlanId, StreamId, TenantId
from domain.plan.rules import PLAN
from domain.values import PartialDate, Period, QualifiedValue, fr
from services.batching import BatchHandler
from services.commands import CommandHandler, fingerprint_key
from services.refusals.rights import RoleNotAllowedError
from services.tables.cascade import plan_of
from services.tables.columns import Context
from services.tables.forms import FORMATS
from services.tables.forms.agreements import agreement_of
from services.tables.intake import Recorder, Upload, Wish, names_of, understand
from services.tables.problems import TableRefusedError
from services.tables.refusals import ImportUndoneError, ImportUnknownError
from services.tables.undoing import Undoing, undo_id_of
from tests.unit.services.fake_log import FakeLog, FakeSealer
from tests.unit.services.orders import ANN, FINGERPRINT, open_body, order
from tests.unit.services.tables.making import TODAY, csv_of
from tests.unit.services.tables.test_plans import HEADING as PLAN_HEADING
from tests.unit.services.tables.test_plans import PLAN as PLAN_ROW

KEY = fingerprint_key(b"k" * 32)
HEADING = ("Référence", "Acte", "No de modification", "Date d’effet", "Programme", "Montant ($)", "Fin")
SIGNED = ("E-1", "", "", "2024-04-01", "PASI", "1 200", "2027")


def anybody(_: str) -> None:
    return None


class NoVault:
    """Takes names and keeps none: what the vault does is tested with the real one."""

    async def enrol_as(self, tenant_id: TenantId, people: Any) -> list[Any]:
        del tenant_id
        return list(people)

    async def erase(self, tenant_id: TenantId, person_id: Any) -> bool:
        raise AssertionError((tenant_id, person_id))


class Register:
    """A body in memory into which tables are brought."""

    def __init__(self) -> None:
        self.log = FakeLog()
        self.single = CommandHandler(self.log, FakeSealer())
        self.batches = BatchHandler(self.log, FakeSealer())
        self.undoing = Undoing(self.log, self.batches, key=KEY, may=anybody)
        self.tenant_id = TenantId(uuid.UUID(int=0))

    async def open(self) -> "Register":
        self.tenant_id = await open_body(self.single, "ottawa")
        return self

    async def bring(self, form: str, *rows: Any) -> uuid.UUID:
        import_id, content, wish = uuid.uuid4(), csv_of(*rows), Wish()
        table = understand(content, FORMATS[form], self.tenant_id, TODAY, wish, import_id=import_id)
        recorder = Recorder(self.batches, key=KEY, may=anybody, vault=NoVault())
        await recorder.record(table, Upload(self.tenant_id, ANN, import_id, wish), content)
        return import_id

    async def undo(self, import_id: uuid.UUID) -> Any:
        return await self.undoing.undo(self.tenant_id, import_id, undo_id_of(import_id), ANN)

    def agreement_id(self, reference: str) -> AgreementId:
        return agreement_of(Context(self.tenant_id, "fr", names_of(self.tenant_id)), reference)

    async def agreement(self, reference: str) -> Any:
        stream_id = StreamId(self.agreement_id(reference))
        return (await self.log.load(self.tenant_id, AGREEMENT, stream_id)).state

    @property
    def events(self) -> int:
        return len(self.log.logs[self.tenant_id])


@pytest.fixture
async def register() -> Register:
    return await Register().open()


async def test_what_an_import_signed_is_terminated_on_the_day_on_which_it_began(register: Register) -> None:
    import_id = await register.bring(
        "agreements", HEADING, SIGNED, ("E-2", *SIGNED[1:3], "2025-01-01", *SIGNED[4:])
    )
    before = register.events

    undone = await register.undo(import_id)

    assert (undone.orders, undone.first_position, undone.position) == (2, before + 1, before + 2)
    last = register.log.logs[register.tenant_id][before:]
    assert [(e.payload.TYPE, str(e.effective_on)) for e in last] == [
        ("agreement.Terminated", "2025-01-01"),
        ("agreement.Terminated", "2024-04-01"),
    ]
    for event in last:
        envelope = event.envelope
        assert (envelope.causation_id, envelope.correlation_id) == (import_id, undo_id_of(import_id))
        assert envelope.source is None
        assert said(envelope.authority) == ("none", "correction")


def said(authority: Any) -> tuple[str, str]:
    return authority.__struct_config__.tag, authority.reason


async def test_what_an_import_amended_is_restated_as_it_was(register: Register) -> None:
    await register.bring("agreements", HEADING, SIGNED)
    amended = ("E-1", "", "1", "2025-04-01", "", "1 500", "2028")
    renewed = ("E-1", "renouvellement", "", "2026-04-01", "", "", "2030")
    import_id = await register.bring("agreements", HEADING, amended, renewed)

    await register.undo(import_id)

    agreement = await register.agreement("E-1")
    assert agreement.amendments == 2
    assert agreement.amount.value == QualifiedValue(
        kind="exact", number=agreement.amount.value.number, unit="CAD", raw="1 200"
    )
    assert agreement.term.value.end == PartialDate(value="2027")
    assert str(agreement.term.on) == "2026-04-01"


async def test_a_plan_that_an_import_drafted_is_emptied_and_closed(register: Register) -> None:
    row = (*PLAN_ROW, "01", "Accueillir", "Informer", "Tenir des séances", "Mieux informés", "Nombre", "nombre")
    import_id = await register.bring("plans", PLAN_HEADING, row, (*row[:6], "Retenir", *row[7:]))

    await register.undo(import_id)

    plan_id: PlanId = plan_of(names_of(register.tenant_id), PLAN_ROW[0], Period.fiscal_year(2024))
    plan = (await register.log.load(register.tenant_id, PLAN, StreamId(plan_id))).state
    assert (plan.elements, plan.closed) == ({}, True)


async def test_an_activity_that_an_import_recorded_is_withdrawn_on_its_day(register: Register) -> None:
    heading = ("Référence", "Genre d’activité", "Tenue le", "Intitulé", "Personnes présentes")
    import_id = await register.bring("activities", heading, ("A-1", "séance", "2024-05-14", "Soirée", "24"))

    await register.undo(import_id)

    last = register.log.logs[register.tenant_id][-1]
    assert (last.payload.TYPE, str(last.effective_on)) == ("activity.Withdrawn", "2024-05-14")


SEATS = ("Comité", "Genre de comité", "No du siège", "Intitulé du siège", "Date d’effet", "Membre")


async def test_whom_an_import_seated_leaves_and_what_it_made_ends(register: Register) -> None:
    import_id = await register.bring(
        "seats",
        SEATS,
        ("Conseil", "conseil de partenariat", "1", "École", "2024-04-01", "Ann Exemple"),
        ("Conseil", "", "2", "Santé", "2024-04-01", ""),
        ("Conseil", "", "2", "", "2025-04-01", "Bob Exemple"),
    )
    before = register.events

    await register.undo(import_id)

    last = register.log.logs[register.tenant_id][before:]
    assert [(event.payload.TYPE, str(event.effective_on)) for event in last] == [
        ("seat.TermEnded", "2025-04-01"),
        ("seat.Abolished", "2025-04-01"),
        ("seat.TermEnded", "2024-04-01"),
        ("seat.Abolished", "2024-04-01"),
        ("committee.Dissolved", "2024-04-01"),
    ]


async def test_who_sat_in_a_vacant_seat_leaves_it_and_who_followed_somebody_is_named(register: Register) -> None:
    made = ("Conseil", "conseil de partenariat", "1", "École", "2024-04-01", "")
    await register.bring("seats", SEATS, made)
    first = await register.bring("seats", SEATS, ("Conseil", "", "1", "", "2025-04-01", "Ann Exemple"))
    await register.undo(first)
    await register.bring("seats", SEATS, ("Conseil", "", "1", "", "2025-05-01", "Bob Exemple"))
    third = await register.bring("seats", SEATS, ("Conseil", "", "1", "", "2025-06-01", "Cam Exemple"))

    with pytest.raises(TableRefusedError) as refusal:
        await register.undo(third)

    assert [problem.code for problem in refusal.value.problems] == ["cannot_be_undone"]
    types = [event.payload.TYPE for event in register.log.logs[register.tenant_id] if "seat" in event.payload.TYPE]
    assert types == [
        "seat.Created",
        "seat.MemberSeated",
        "seat.TermEnded",
        "seat.MemberSeated",
        "seat.MemberSeated",
    ]


async def test_an_import_says_where_it_stands(register: Register) -> None:
    import_id = await register.bring("agreements", HEADING, SIGNED)
    await register.bring("agreements", HEADING, ("E-2", *SIGNED[1:]))

    recorded = await register.undoing.standing(register.tenant_id, import_id)
    await register.undo(import_id)
    undone = await register.undoing.standing(register.tenant_id, import_id)

    assert (recorded.state, recorded.events, recorded.first_position, recorded.position) == ("recorded", 1, 2, 2)
    assert (recorded.undone_by, recorded.undone_position) == (None, None)
    assert (undone.state, undone.events, undone.position) == ("undone", 1, 2)
    assert (undone.undone_by, undone.undone_position) == (undo_id_of(import_id), 4)


async def test_undone_once_is_undone(register: Register) -> None:
    import_id = await register.bring("agreements", HEADING, SIGNED)
    first = await register.undo(import_id)

    again = await register.undo(import_id)

    assert (again.replayed, again.position, again.orders) == (True, first.position, 1)
    with pytest.raises(ImportUndoneError):
        await register.undoing.undo(register.tenant_id, import_id, uuid.uuid4(), ANN)


async def test_what_changed_since_is_named_and_nothing_is_undone(register: Register) -> None:
    import_id = await register.bring("agreements", HEADING, SIGNED, ("E-2", *SIGNED[1:]))
    obligation = AddObligation(
        agreement_id=register.agreement_id("E-2"),
        obligation_id=ObligationId(uuid.uuid4()),
        wording=fr("Rendre compte"),
    )
    await register.single.handle(order(register.tenant_id, obligation), FINGERPRINT)
    before = register.events

    with pytest.raises(TableRefusedError) as refusal:
        await register.undo(import_id)

    assert [(str(problem.place), problem.code) for problem in refusal.value.problems] == [
        (f"agreement {register.agreement_id('E-2')}", "changed_since_import")
    ]
    assert register.events == before


@pytest.mark.parametrize(
    "row", [("E-1", "résiliation", "", "2025-04-01", "", "", ""), ("E-9", "", "1", "2025-04-01", "", "1 500", "")]
)
async def test_what_no_order_brings_back_is_named_and_nothing_is_undone(
    register: Register, row: tuple[str, ...]
) -> None:
    await register.bring("agreements", HEADING, SIGNED, ("E-9", "", "", "2024-04-01", "PASI", "", ""))
    import_id = await register.bring("agreements", HEADING, row)
    before = register.events

    with pytest.raises(TableRefusedError) as refusal:
        await register.undo(import_id)

    assert [problem.code for problem in refusal.value.problems] == ["cannot_be_undone"]
    assert register.events == before


async def test_what_is_over_already_needs_no_compensation(register: Register) -> None:
    import_id = await register.bring(
        "agreements", HEADING, SIGNED, ("E-1", "résiliation", "", "2025-04-01", "", "", ""), ("E-2", *SIGNED[1:])
    )

    assert (await register.undo(import_id)).orders == 1


async def test_an_import_of_another_body_is_not_known(register: Register) -> None:
    import_id = await register.bring("agreements", HEADING, SIGNED)
    other = await open_body(register.single, "other")

    with pytest.raises(ImportUnknownError):
        await register.undoing.standing(other, import_id)
    with pytest.raises(ImportUnknownError):
        await register.undoing.undo(register.tenant_id, uuid.uuid4(), uuid.uuid4(), ANN)


async def test_only_who_may_give_the_compensating_orders_may_undo(register: Register) -> None:
    import_id = await register.bring("agreements", HEADING, SIGNED)

    def nobody(name: str) -> None:
        raise RoleNotAllowedError(role="member", command=name)

    undoing = Undoing(register.log, register.batches, key=KEY, may=nobody)
    with pytest.raises(RoleNotAllowedError) as refusal:
        await undoing.undo(register.tenant_id, import_id, uuid.uuid4(), ANN)
    assert refusal.value.command == TerminateAgreement.__name__

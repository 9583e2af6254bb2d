"""A table is brought in whole: read, understood, decided, recorded as one batch. Or seen beforehand."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date
from hashlib import sha256
from typing import Final, NamedTuple, Protocol
from uuid import UUID, uuid5

import msgspec

from domain.envelope import Actor, Authority, Source, WithoutAuthority
from domain.errors import Refusal
from domain.ids import CommandId, PersonId, TenantId
from domain.ports import Outcome
from domain.stream import Order
from domain.values import Language, LocalizedText, both, en, fr
from infra.pii.persons import Person
from services.batching import BatchHandler, BatchRefusedError, Progress
from services.commands import fingerprint
from services.decoding import check_effective, decode_command
from services.refusals import FieldsInvalidError
from services.refusals.orders import OutcomeUnknownError
from services.tables.columns import (
    Context,
    Plan,
    Planned,
    TableFormat,
    match_heading,
    read_rows,
)
from services.tables.problems import Place, TableProblem, TableRefusedError, of_rule, problem
from services.tables.reading import read_table

_NAMES: Final = UUID("7e1f2c0d-3b5a-5c8e-9f41-6d2a8b0c4e17")
"""What ids that come from a body's own references are derived from."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be taken."""

    language: Language | None = None
    sheet: str | None = None
    leave_out: tuple[str, ...] = ()
    """Headings of columns that are not read."""
    source: str | None = None
    """What the file is, in its language, for whoever asks where a fact was read; absent: the kind of table."""
    authority: Authority = msgspec.field(default_factory=lambda: WithoutAuthority(reason="not_stated_in_source"))
    sample: bool = False


class Upload(NamedTuple):
    """Who brings a table into which body, under which id."""

    tenant_id: TenantId
    actor: Actor
    import_id: UUID
    wish: Wish


class Understood(NamedTuple):
    """A table that makes sense by itself. Whether the rules accept it is another question."""

    form: str
    sheet: str
    language: Language
    rows: int
    examples: int
    columns_left_out: tuple[str, ...]
    orders: tuple[Planned, ...]
    about: LocalizedText
    """What it is, in words: the source of its facts where nobody names another."""
    people: tuple[tuple[PersonId, str], ...] = ()
    """Who is named in it, by pseudonym."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a row would record."""

    sheet: str
    row: int | None
    command: str
    events: tuple[str, ...]


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a table."""

    import_id: UUID
    table: str
    language: Language
    rows: int
    examples_left_out: int
    columns_left_out: tuple[str, ...]
    orders: int
    lines: tuple[Line, ...] = ()
    first_position: int | None = None
    position: int | None = None
    recorded_at: str | None = None
    replayed: bool = False


def names_of(tenant_id: TenantId) -> UUID:
    """What the ids of a body's records are derived from where a file calls them by references of its own."""
    return uuid5(_NAMES, str(tenant_id))


def import_id_of(tenant_id: TenantId, form: str, content: bytes) -> UUID:
    """The id of a file's import where the caller gives none: the same file again is the same import."""
    return uuid5(names_of(tenant_id), f"import/{form}/{sha256(content).hexdigest()}")


def understand(
    content: bytes, form: TableFormat, tenant_id: TenantId, today: date, wish: Wish, *, import_id: UUID
) -> Understood:
    """Read a table and make its orders.

    Raises:
        TableRefusedError: with everything that is wrong in it.
    """
    sheet = read_table(content, sheet=wish.sheet, headings=form.headings())
    matched = match_heading(sheet, form, language=wish.language, left_out=wish.leave_out)
    read = read_rows(sheet, form, matched)
    context = Context(tenant_id, matched.language, names_of(tenant_id), import_id)
    plan = form.understand(read.rows, context) if read.rows else Plan([], [])
    check_orders(plan, today, sheet.name, read.problems)
    return Understood(
        form=form.name,
        sheet=sheet.name,
        language=matched.language,
        rows=len(read.rows),
        examples=read.examples,
        columns_left_out=matched.left_out,
        orders=tuple(plan.orders),
        about=imported_table(form.title.fr, form.title.en),
        people=plan.people,
    )


def check_orders(plan: Plan, today: date, sheet: str, problems: Sequence[TableProblem] = ()) -> None:
    """Whether all orders of a table have the form and the dates that the door asks for.

    Raises:
        TableRefusedError: with everything that is wrong, `problems` among it; or there is nothing to record.
    """
    found = [*problems, *plan.problems]
    for planned in plan.orders:
        found += _wrong(planned, today)
    if found:
        raise TableRefusedError(sorted(found, key=_order))
    if not plan.orders:
        raise TableRefusedError([problem(Place(sheet), "nothing_to_record")])


def imported_table(french: str, english: str) -> LocalizedText:
    """The source of facts from a table that nobody gave a title."""
    return both(fr=f"Tableau importé : {french}", en=f"Imported table: {english}", source="fr")


def _wrong(planned: Planned, today: date) -> list[TableProblem]:
    try:
        check_effective(planned.effective_on, today)
        decode_command(type(planned.command), msgspec.to_builtins(planned.command))
    except FieldsInvalidError as refusal:
        return [of_rule(planned.place, error.code, en=error.en, fr=error.fr) for error in refusal.errors]
    except Refusal as refusal:
        return [of_rule(planned.place, refusal.code, en=refusal.message("en"), fr=refusal.message("fr"))]
    return []


def _order(told: TableProblem) -> tuple[str, int, int, str]:
    column = told.place.column or ""
    return told.place.sheet, told.place.row or 0, len(column), column


class Vault(Protocol):
    """Keeps names by pseudonym. `infra.pii.persons.PersonVault` is one."""

    async def enrol_as(self, tenant_id: TenantId, people: Mapping[PersonId, Person]) -> Collection[PersonId]: ...

    async def erase(self, tenant_id: TenantId, person_id: PersonId) -> bool: ...


class Recorder:
    """Records understood tables.

    Args:
        batches: decides and writes.
        key: of the fingerprints of requests.
        may: raises a refusal where the caller may not give an order of this name.
        vault: keeps the names of people.
    """

    def __init__(
        self, batches: BatchHandler, *, key: bytes, may: Callable[[str], None], vault: Vault | None = None
    ) -> None:
        self._batches = batches
        self._vault = vault
        self._key = key
        self._may = may

    async def preview(self, table: Understood, upload: Upload) -> Intake:
        """What would be recorded, row by row. Writes nothing.

        Raises:
            Refusal: what recording it would be refused with.
        """
        orders = self._orders(table, upload)
        try:
            answers = await self._batches.decide(orders)
        except BatchRefusedError as refused:
            raise _told(table, refused) from refused
        lines = tuple(
            Line(
                sheet=planned.place.sheet,
                row=planned.place.row,
                command=type(planned.command).__name__,
                events=tuple(event.TYPE for event in answered.decided.events),
            )
            for planned, answered in zip(table.orders, answers, strict=True)
        )
        return msgspec.structs.replace(_intake(table, upload.import_id), lines=lines)

    async def record(
        self, table: Understood, upload: Upload, content: bytes, progress: Progress | None = None
    ) -> Intake:
        """Record the table as one, or give the outcome that this import already has.

        Raises:
            TableRefusedError: a rule refuses rows; nothing was recorded.
            Refusal: of the door.
        """
        orders = self._orders(table, upload)
        print_ = fingerprint(self._key, b"table", table.form.encode(), msgspec.json.encode(upload.wish), content)
        key = CommandId(upload.import_id)
        # A person who was erased since must not come back because the file is sent again.
        known = await self._batches.known(upload.tenant_id, upload.actor.id, key, print_)
        if known is not None:
            return recorded(_intake(table, upload.import_id), known)
        new = await self._enrol(table, upload)
        try:
            outcome = await self._batches.handle(orders, key, print_, progress)
        except OutcomeUnknownError:
            raise
        except (BatchRefusedError, Refusal) as refused:
            await self._forget(upload, new)
            if isinstance(refused, BatchRefusedError):
                raise _told(table, refused) from refused
            raise
        return recorded(_intake(table, upload.import_id), outcome)

    async def _enrol(self, table: Understood, upload: Upload) -> Collection[PersonId]:
        if not table.people:
            return ()
        assert self._vault is not None
        people = {person_id: Person(name) for person_id, name in table.people}
        return await self._vault.enrol_as(upload.tenant_id, people)

    async def _forget(self, upload: Upload, people: Collection[PersonId]) -> None:
        for person_id in people:
            assert self._vault is not None
            await self._vault.erase(upload.tenant_id, person_id)

    def _orders(self, table: Understood, upload: Upload) -> list[Order]:
        for name in dict.fromkeys(type(planned.command).__name__ for planned in table.orders):
            self._may(name)
        return [order_of(planned, number, table, upload) for number, planned in enumerate(table.orders, start=1)]


def order_of(planned: Planned, number: int, table: Understood, upload: Upload) -> Order:
    """A row's order with its circumstances: the import is what all of them are part of."""
    row = {"fr": f"rangée {planned.place.row}", "en": f"row {planned.place.row}"}[table.language]
    return Order(
        tenant_id=upload.tenant_id,
        command_id=CommandId(uuid5(upload.import_id, str(number))),
        command=planned.command,
        actor=upload.actor,
        effective_on=planned.effective_on,
        authority=upload.wish.authority,
        lang=table.language,
        correlation_id=upload.import_id,
        source=Source(title=_source(table, upload.wish), locator=row),
        sample=upload.wish.sample,
    )


def _source(table: Understood, wish: Wish) -> LocalizedText:
    if wish.source is None:
        return table.about
    return fr(wish.source) if table.language == "fr" else en(wish.source)


def recorded(intake: Intake, outcome: Outcome) -> Intake:
    """The intake with where it stands in the log."""
    return msgspec.structs.replace(
        intake,
        first_position=outcome.first_position,
        position=outcome.position,
        recorded_at=outcome.recorded_at.astimezone(UTC).isoformat(),
        replayed=outcome.replayed,
    )


def _intake(table: Understood, import_id: UUID) -> Intake:
    return Intake(
        import_id=import_id,
        table=table.form,
        language=table.language,
        rows=table.rows,
        examples_left_out=table.examples,
        columns_left_out=table.columns_left_out,
        orders=len(table.orders),
    )


def _told(table: Understood, refused: BatchRefusedError) -> TableRefusedError:
    problems = [
        of_rule(
            table.orders[each.place].place,
            each.refusal.code,
            en=each.refusal.message("en"),
            fr=each.refusal.message("fr"),
        )
        for each in refused.refused
    ]
    return TableRefusedError(sorted(problems, key=_order))

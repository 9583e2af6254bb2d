"""What a funder's connection sees is what a brute-force reading of the grants says, row by row, wall by wall.

An invented world: bodies that grant, revoke and restore access to funders, for every programme or for one,
recorded by the append function; and rows of every audience and programme in every table that is read nationally.
The rule is then worked out in plain Python from what was said, and three readings are held to it: the policies of
row security alone, the read API's own predicate alone (as a superuser, whom no policy binds), and both together
through the grants of a past day.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    Numeric,
    Select,
    Table,
    Uuid,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import ColumnElement

from domain.access import EVERY_PROGRAMME, GrantChange
from domain.access_grant import AccessGranted, AccessRestored, AccessRevoked
from domain.audience import Audience
from domain.ids import TenantId
from domain.ports import Append
from infra.bulk.read_models import BulkReadModels
from infra.database import NOBODY, Database, closing
from infra.log.batch import APPEND_SQL, arguments
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings, Role
from projections.grant_held import GRANT_HELD, GRANTS_HELD
from projections.registry import PROJECTIONS
from projections.runner import Runner
from readapi import sight
from readapi.asof import Clock
from tests.comparison.telling import Teller
from tests.integration.filled import make_database
from tests.isolation.ground import Ground, Outcome

PROGRAMMES: Final = ("settlement", "language", "rural")
BEGUN: Final = date(2021, 1, 1)
_DIALECT: Final = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call] # untyped there
READ_NATIONALLY: Final = tuple(
    table
    for projection in PROJECTIONS
    for table in projection.tables
    if "audience" in table.columns and table is not GRANT_HELD
)
"""Every table with an audience; the grants themselves have a rule of their own."""


@dataclass(frozen=True)
class Said:
    """A grant to a funder and what became of it: each day on which it began or ended to be in force, in order."""

    body: TenantId
    funder: TenantId
    programme: str
    days: tuple[date, ...]

    def in_force(self, day: date) -> bool:
        return sum(one <= day for one in self.days) % 2 == 1


@dataclass
class World:
    """Who granted what to whom; the same seed gives the same."""

    seed: int
    bodies_count: int
    funders_count: int
    random: Random = field(init=False)
    teller: Teller = field(init=False)
    bodies: list[TenantId] = field(init=False)
    funders: list[TenantId] = field(init=False)
    grants: list[Said] = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.teller = Teller(self.random)
        self.bodies = [TenantId(self.teller.id()) for _ in range(self.bodies_count)]
        self.funders = [TenantId(self.teller.id()) for _ in range(self.funders_count)]
        self.grants = list(self._granted())

    def _granted(self) -> Iterator[Said]:
        for body in self.bodies:
            for funder in self.funders:
                for programme in (EVERY_PROGRAMME, *PROGRAMMES):
                    if self.random.random() < 0.3:
                        changes = self.random.choice((1, 1, 2, 3))
                        days = sorted(self.random.sample(range(1_000), changes))
                        yield Said(body, funder, programme, tuple(BEGUN + timedelta(days=day) for day in days))

    def told(self) -> Iterator[list[Append]]:
        """The events of the grants, in calls of the append function."""
        for grant in self.grants:
            stream = self.teller.id()
            events: list[Any] = [
                AccessGranted(grantee=grant.funder, programme=grant.programme or None, agreement_id=None),
                AccessRevoked(reason=None),
                AccessRestored(agreement_id=None),
            ]
            for number, (event, day) in enumerate(zip(events, grant.days, strict=False)):
                change = GrantChange(grantee=grant.funder, programme=grant.programme, granted=number % 2 == 0)
                yield [self.teller.tell(grant.body, stream, [(event, day)], grants=[change])]

    def granted(self, funder: TenantId | None, day: date) -> set[tuple[UUID, str]]:
        """Bodies and programmes that a funder was granted on a day."""
        return {(one.body, one.programme) for one in self.grants if one.funder == funder and one.in_force(day)}


@dataclass(frozen=True)
class Row:
    """What the rule needs to know of a row."""

    place: str
    """Where PostgreSQL keeps it: names the row in its table."""
    body: UUID
    audience: str
    programme: str | None


def sees(table: Table, row: Row, now: set[tuple[UUID, str]], then: set[tuple[UUID, str]] | None) -> bool:
    """The rule: what is public; in national tables also what is for funders and was granted, now and then."""
    if row.audience == Audience.PUBLIC:
        return True
    if table.schema != "national" or row.audience != Audience.FUNDERS:
        return False
    asked = {(row.body, EVERY_PROGRAMME), (row.body, row.programme)}
    return bool(asked & now) and (then is None or bool(asked & then))


async def proof(ground: Ground) -> Outcome:
    world = World(ground.seed, bodies_count=24, funders_count=8)
    settings = make_database(ground.server, "entente_scope")
    await fill(settings, world, rows=600)
    return compared(settings, world, days=4)


async def fill(settings: DatabaseSettings, world: World, *, rows: int) -> None:
    """Record the grants, project them, and put rows into every table."""
    with psycopg.connect(settings.admin_dsn) as connection, connection.cursor() as cursor:
        cursor.executemany("SELECT log.open(%s)", [(body,) for body in world.bodies])
    async with Database(settings) as database:
        async with closing(await database.connect(Role.APP)) as appending:
            for call in world.told():
                (answer,) = await appending.fetch(APPEND_SQL, *arguments(call))
                assert set(answer["codes"]) == {"accepted"}, answer["codes"]
        async with BulkReadModels(database) as models, LogFeed(database) as feed:
            await Runner(feed, models, [GRANTS_HELD]).catch_up()
            assert not [one for one in await models.cursors() if one.stop is not None]
    with psycopg.connect(settings.admin_dsn) as connection:
        for table in READ_NATIONALLY:
            _put(connection, world, table, rows)


def _put(connection: psycopg.Connection, world: World, table: Table, rows: int) -> None:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    marks = sql.SQL(", ").join(sql.Placeholder() for _ in table.columns)
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(_name(table), names, marks)
    with connection.cursor() as cursor:
        cursor.executemany(
            statement, [[_value(world, column, row) for column in table.columns] for row in range(rows)]
        )


def _value(world: World, column: Column[Any], row: int) -> Any:
    random = world.random
    match column.name:
        case "tenant_id":
            return random.choice(world.bodies)
        case "audience":
            return random.choice(list(Audience)).value
        case "programme_code":
            return random.choice((*PROGRAMMES, "other", *([None] if column.nullable else [""])))
    match column.type:
        case Uuid():
            return UUID(int=random.getrandbits(128))
        case Date():
            return BEGUN + timedelta(days=row)
        case DateTime():
            return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=row)
        case Boolean():
            return random.random() < 0.5
        case Integer() | BigInteger() | Numeric():
            return row
    return f"text {row}"


def compared(settings: DatabaseSettings, world: World, *, days: int) -> Outcome:
    """Every table as every reader sees it, by each wall, and through the grants of some days."""
    today = datetime.now(UTC).date()
    asked = [BEGUN + timedelta(days=world.random.randrange(1_100)) for _ in range(days)]
    against: list[str] = []
    count = shown = 0
    with (
        psycopg.connect(settings.admin_dsn) as everything,
        psycopg.connect(settings.dsn(Role.NATIONAL_READER)) as national,
    ):
        for reader in (None, *world.funders):
            national.rollback()
            national.execute("SELECT set_config('app.reader', %s, true)", [str(reader or NOBODY)])
            now = world.granted(reader, today)
            for table, rows in _stored(everything).items():
                through = [(day, world.granted(reader, day)) for day in asked]
                for wall, found, then in _readings(everything, national, reader, table, through):
                    expected = {row.place for row in rows if sees(table, row, now, then)}
                    count += len(rows)
                    shown += len(expected)
                    against += _differences(f"{table}, {reader or 'nobody'}, {wall}", found, expected)
            seen, expected = _grants_seen(national), _grants_expected(everything, reader, now)
            count += len(expected)
            against += _differences(f"grants, {reader or 'nobody'}", seen, expected)
    return Outcome(
        name="national_scope",
        count=count,
        unit="rows read",
        result=(
            f"each as a brute-force scope says ({shown:,} shown): {len(world.grants)} grants of"
            f" {len(world.bodies)} bodies to {len(world.funders)} funders, {len(READ_NATIONALLY)} tables, by the"
            f" policies alone, by the predicate alone, and through the grants of {days} past days"
        ),
        against=tuple(against),
    )


def _stored(everything: psycopg.Connection) -> dict[Table, list[Row]]:
    found = {}
    for table in READ_NATIONALLY:
        programme = sql.Identifier("programme_code") if "programme_code" in table.columns else sql.SQL("NULL")
        statement = sql.SQL("SELECT ctid::text, tenant_id, audience, {} FROM {}").format(programme, _name(table))
        found[table] = [Row(*row) for row in everything.execute(statement).fetchall()]
    return found


def _readings(
    everything: psycopg.Connection,
    national: psycopg.Connection,
    reader: TenantId | None,
    table: Table,
    through: Sequence[tuple[date, set[tuple[UUID, str]]]],
) -> Iterator[tuple[str, set[str], set[tuple[UUID, str]] | None]]:
    """How a table is read, what is seen of it, and through the grants of which day, of those given."""
    yield (
        "policies alone",
        _places(national.execute(sql.SQL("SELECT ctid::text FROM {}").format(_name(table)))),
        None,
    )
    yield "predicate alone", _asked(everything, table, reader, None), None
    if reader is not None and table.schema == "national":
        for day, granted in through:
            seen = _asked(national, table, reader, sight.granted_at(Clock(day)))
            yield f"both, as seen on {day}", seen, granted


def _asked(
    connection: psycopg.Connection, table: Table, reader: TenantId | None, then: list[ColumnElement[bool]] | None
) -> set[str]:
    """What the read API's own predicate lets through, as the compiler and the executor both write it."""
    predicate = sight.visible(table, table.schema, None, drafts=False, reader=reader, then=then)
    statement: Select[Any] = select(literal_column("ctid::text")).select_from(table).where(predicate)
    compiled = statement.compile(dialect=_DIALECT)
    return _places(connection.execute(str(compiled).encode(), compiled.params))


def _grants_seen(national: psycopg.Connection) -> set[str]:
    return _places(national.execute(sql.SQL("SELECT ctid::text FROM {}").format(_name(GRANT_HELD))))


def _grants_expected(
    everything: psycopg.Connection, reader: TenantId | None, now: Iterable[tuple[UUID, str]]
) -> set[str]:
    """A funder's own grants, past ones too, of bodies that grant it something today; nobody else's."""
    bodies = [body for body, _ in now]
    statement = "SELECT ctid::text FROM national.grant_held WHERE grantee = %s AND tenant_id = ANY (%s)"
    return _places(everything.execute(statement, [reader, bodies]))


def _places(rows: Iterable[Any]) -> set[str]:
    return {row[0] for row in rows}


def _differences(about: str, found: set[str], expected: set[str]) -> Iterator[str]:
    if found - expected:
        yield f"{about}: {len(found - expected)} rows too many"
    if expected - found:
        yield f"{about}: {len(expected - found)} rows missing"


def _name(table: Table) -> sql.Identifier:
    return sql.Identifier(table.schema or "", table.name)

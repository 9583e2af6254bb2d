"""The append function: answers, conditions and effects, one request and many."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from domain.access import GrantChange
from domain.ids import CommandId, PersonId, TenantId
from domain.ports import Guard, NewEvent, Outcome
from infra.database import closing
from infra.log.batch import APPEND_SQL, answers, arguments
from infra.log.leaf import leaf_of
from infra.settings import DatabaseSettings, Role
from tests.integration.infra.log.logs import (
    an_append,
    call,
    flaws,
    new_stream,
    new_tenant,
    rows_of,
)

REFUSED = (None, None, None, None)


async def test_events_get_the_next_positions_and_versions(app: Any, body: TenantId, database: Any) -> None:
    stream = new_stream()

    first = await call(app, an_append(body, stream, events=2))
    second = await call(app, an_append(body, stream, after=2, events=3))

    assert [answer[:4] for answer in first + second] == [("accepted", 1, 2, 2), ("accepted", 3, 5, 5)]
    assert [(row.position, row.version) for row in rows_of(database, body)] == [(n, n) for n in range(1, 6)]
    assert flaws(database, body) == []


async def test_a_group_answers_each_request_for_itself(
    app: Any, body: TenantId, other_body: TenantId, database: Any
) -> None:
    known = an_append(body, claims=("slug/taken",))
    stream = new_stream()
    await call(app, known, an_append(other_body, stream))

    answers = await call(
        app,
        an_append(body, events=2),
        replace(known, fingerprint=b"x" * 32),
        known,
        an_append(other_body, stream, after=0),
        an_append(new_tenant()),
        an_append(other_body, stream, after=1, guards=(Guard(stream_id=known.stream_id, version=1),)),
        an_append(body, guards=(Guard(stream_id=known.stream_id, version=1),)),
        an_append(body, claims=("slug/free", "slug/taken")),
        an_append(body, events=0),
    )

    assert [(code, first, last, version) for code, first, last, version, *_ in answers] == [
        ("accepted", 2, 3, 2),
        ("key_reused", *REFUSED[:3]),
        ("replayed", 1, 1, 1),
        ("version_conflict", *REFUSED[:3]),
        ("body_unknown", *REFUSED[:3]),
        ("guard_broken", *REFUSED[:3]),
        ("accepted", 4, 4, 1),
        ("key_taken", *REFUSED[:3]),
        ("accepted", None, None, 0),
    ]
    assert [answer[5] for answer in answers if answer[5]] == ["slug/taken"]
    assert flaws(database, body) == flaws(database, other_body) == []
    assert len(rows_of(database, body)) == 4
    assert len(rows_of(database, other_body)) == 1


async def test_what_follows_from_a_request_is_not_said_twice(
    app: Any, body: TenantId, other_body: TenantId, database: Any
) -> None:
    known, stream = an_append(body, claims=("slug/taken",)), new_stream()
    [(_, _, _, _, known_at, _)] = await call(app, known)
    await call(app, an_append(other_body, stream, events=2))
    group = (
        an_append(new_tenant()),
        an_append(other_body, stream, after=2, events=3),
        an_append(body, claims=("slug/taken",)),
        known,
        an_append(body, events=0),
        an_append(body, after=7),
    )

    [row] = await app.fetch(APPEND_SQL, *arguments(group))

    assert row["codes"] == ["body_unknown", "accepted", "key_taken", "replayed", "accepted", "version_conflict"]
    assert row["last_positions"] == [None, 5, None, 1, None, None]
    assert row["first_positions"] == [None, None, None, 1, None, None]
    assert row["stream_versions"] == [None, None, None, 1, None, None]
    assert row["claims"] == [None, None, "slug/taken", None, None, None]
    assert row["leaves"] == [
        None,
        *(leaf_of(one) for one in rows_of(database, other_body)[2:]),
        *(None, None, None),
    ]
    assert row["instants"][3] == known_at
    assert answers(group, row)[1:5:3] == [
        Outcome(first_position=3, position=5, version=5, recorded_at=row["instants"][1], leaf=row["leaves"][3]),
        Outcome(first_position=None, position=None, version=0, recorded_at=row["instants"][4]),
    ]
    assert answers(group, row)[3] == Outcome(
        first_position=1, position=1, version=1, recorded_at=known_at, replayed=True
    )


async def test_a_refused_request_leaves_nothing(app: Any, admin: Any, body: TenantId) -> None:
    opened = new_tenant()
    await call(
        app,
        an_append(
            body,
            after=5,
            claims=("slug/a",),
            opens=(opened,),
            grants=(GrantChange(grantee=new_tenant(), programme="p", granted=True),),
        ),
    )

    for table in ("log.event", "log.ledger", "log.claim", "access.grant_now"):
        assert await admin.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", body) == 0  # noqa: S608
    assert await admin.fetchval("SELECT count(*) FROM log.head WHERE tenant_id = $1", opened) == 0


@pytest.mark.parametrize(
    ("after", "code"), [(-2, "version_conflict"), (-1, "accepted"), (0, "accepted"), (1, "version_conflict")]
)
async def test_a_new_stream_begins_at_one_or_like_the_librarys_at_zero(
    app: Any, body: TenantId, after: int, code: str
) -> None:
    assert (await call(app, an_append(body, after=after)))[0][0] == code


@pytest.mark.parametrize(("after", "code"), [(-1, "version_conflict"), (0, "accepted"), (1, "version_conflict")])
async def test_a_stream_from_zero_goes_on_at_one(app: Any, body: TenantId, after: int, code: str) -> None:
    stream = new_stream()
    await call(app, an_append(body, stream, after=-1))

    assert (await call(app, an_append(body, stream, after=after)))[0][0] == code


@pytest.mark.parametrize("versions", [(1, 3), (2, 3), (1, 1), (2, 1)])
async def test_versions_with_a_gap_are_refused(
    app: Any, body: TenantId, database: Any, versions: tuple[int, ...]
) -> None:
    events = tuple(NewEvent(version=version, type="test.Noted", state=b"{}") for version in versions)

    answers = await call(app, replace(an_append(body), events=events), an_append(body))

    assert [answer[0] for answer in answers] == ["version_conflict", "accepted"]
    assert flaws(database, body) == []


async def test_nothing_recorded_is_kept_and_replayed(app: Any, body: TenantId, database: Any) -> None:
    nothing = an_append(body, events=0)

    first, second = await call(app, nothing), await call(app, nothing)

    assert first[0][:4] == ("accepted", None, None, 0)
    assert second[0] == ("replayed", *first[0][1:])
    assert rows_of(database, body) == []


async def test_a_key_belongs_to_its_principal(app: Any, body: TenantId) -> None:
    append = an_append(body)
    await call(app, append)

    answers = await call(app, replace(append, principal=PersonId(uuid.UUID(int=5)), stream_id=new_stream()))

    assert answers[0][0] == "accepted"


async def test_a_claim_may_be_repeated_by_its_holder(app: Any, body: TenantId, other_body: TenantId) -> None:
    stream = new_stream()
    claims = ("decision-number/board/2026/7",)

    answers = [
        (await call(app, append))[0][0]
        for append in (
            an_append(body, stream, claims=claims),
            an_append(body, stream, after=1, claims=claims),
            an_append(body, claims=claims),
            an_append(other_body, claims=claims),
        )
    ]

    assert answers == ["accepted", "accepted", "key_taken", "accepted"]


async def test_a_claim_is_named_only_where_it_is_the_reason(app: Any, body: TenantId) -> None:
    claims = ("slug/a",)
    await call(app, an_append(body, claims=claims))

    answers = await call(app, an_append(body, claims=claims), an_append(body, after=5, claims=claims))

    assert [(answer[0], answer[5]) for answer in answers] == [("key_taken", "slug/a"), ("version_conflict", None)]


async def test_a_guard_on_an_absent_stream_holds_while_it_is_absent(app: Any, body: TenantId) -> None:
    stream = new_stream()
    guards = (Guard(stream_id=stream, version=0),)

    before = await call(app, an_append(body, guards=guards))
    await call(app, an_append(body, stream))
    after = await call(app, an_append(body, guards=guards))

    assert (before[0][0], after[0][0]) == ("accepted", "guard_broken")


async def test_a_body_that_is_opened_can_be_written_to(app: Any, body: TenantId, database: Any) -> None:
    opened = new_tenant()

    unknown = await call(app, an_append(opened))
    await call(app, an_append(body, opens=(opened, opened)))
    known = await call(app, an_append(opened))

    assert (unknown[0][0], known[0][0]) == ("body_unknown", "accepted")
    assert flaws(database, opened) == []


async def test_grants_appear_and_go_with_the_events(app: Any, admin: Any, body: TenantId) -> None:
    funder = new_tenant()

    async def change(*, granted: bool) -> None:
        grants = (GrantChange(grantee=funder, programme="settlement", granted=granted),)
        await call(app, an_append(body, grants=grants))

    async def granted_since() -> list[int]:
        rows = await admin.fetch("SELECT since_position FROM access.grant_now WHERE tenant_id = $1", body)
        return [row[0] for row in rows]

    await call(app, an_append(body))
    await change(granted=True)
    assert await granted_since() == [2]
    await change(granted=True)
    assert await granted_since() == [2]
    await change(granted=False)
    assert await granted_since() == []


@pytest.mark.parametrize("sizes", [(1, 254, 1, 1), (255, 2), (256,), (700, 1), (65_535, 1, 1)])
async def test_tiles_of_all_levels_are_written_when_they_are_full(
    app: Any, body: TenantId, database: DatabaseSettings, sizes: tuple[int, ...]
) -> None:
    for events in sizes:
        await call(app, an_append(body, events=events))

    assert flaws(database, body) == []


async def test_arguments_that_do_not_fit_together_write_nothing(app: Any, body: TenantId, database: Any) -> None:
    fitting = arguments([an_append(body), an_append(body)])
    for place, value in ((0, [body]), (6, [1, 2]), (6, [3, -1]), (6, [1, None]), (7, [1]), (0, None)):
        with pytest.raises(asyncpg.PostgresError):
            await app.fetch(APPEND_SQL, *fitting[:place], value, *fitting[place + 1 :])

    assert rows_of(database, body) == []


async def test_recorded_at_never_goes_back_though_the_clock_does(
    admin: Any, body: TenantId, other_body: TenantId
) -> None:
    """The owner replaces the clock, as test databases may, in a transaction that spares the other tests."""
    noon = datetime(2026, 4, 1, 12, tzinfo=UTC)
    transaction = admin.transaction()
    await transaction.start()
    try:
        for now in (noon, noon - timedelta(days=1), noon + timedelta(seconds=1)):
            await admin.execute(
                "CREATE OR REPLACE FUNCTION log.clock() RETURNS timestamptz LANGUAGE sql AS "
                f"$$SELECT '{now.isoformat()}'::timestamptz$$"
            )
            await call(admin, an_append(body))
        late = await call(admin, an_append(other_body))
        times = [
            row[0]
            for row in await admin.fetch(
                "SELECT recorded_at FROM log.event WHERE tenant_id = $1 ORDER BY position", body
            )
        ]
    finally:
        await transaction.rollback()

    assert times == [noon, noon, noon + timedelta(seconds=1)]
    assert late[0][4] == noon + timedelta(seconds=1)


@pytest.mark.parametrize("role", Role)
async def test_no_role_may_replace_the_clock(connections: Any, role: Role) -> None:
    async with closing(await connections.connect(role)) as connection:
        await connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "CREATE OR REPLACE FUNCTION log.clock() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'"
            )


async def test_an_append_is_durable_even_if_its_session_would_not_wait(app: Any, body: TenantId) -> None:
    await app.execute("SET synchronous_commit = off")
    async with app.transaction():
        await call(app, an_append(body))
        assert await app.fetchval("SHOW synchronous_commit") == "on"
    assert await app.fetchval("SHOW synchronous_commit") == "off"


async def test_outcomes_are_forgotten_after_thirty_days(app: Any, admin: Any, body: TenantId) -> None:
    old, young = an_append(body), an_append(body)
    await call(app, old, young)
    await admin.execute(
        "UPDATE log.ledger SET recorded_at = now() - interval '31 days' WHERE tenant_id = $1 AND command_id = $2",
        body,
        old.command_id,
    )

    await app.fetchval("SELECT log.forget_outcomes()")

    left = await admin.fetch("SELECT command_id FROM log.ledger WHERE tenant_id = $1", body)
    assert [CommandId(row[0]) for row in left] == [young.command_id]


async def test_two_requests_for_one_stream_in_one_call_write_nothing(
    app: Any, body: TenantId, database: Any
) -> None:
    """The batcher never sends that; should anybody, the unique key refuses the whole call."""
    stream = new_stream()

    with pytest.raises(asyncpg.UniqueViolationError):
        await call(app, an_append(body, stream), an_append(body, stream))

    assert rows_of(database, body) == []

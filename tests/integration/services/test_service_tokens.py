"""Tokens of machines: what they are for is held at every door, and nobody issues more than they are."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from infra.access.tokens import _hash
from infra.settings import DatabaseSettings, Settings
from readapi.viewer import Viewer
from services import service_tokens
from services.api import admitting, requesters
from services.api.app import create_app
from services.api.reads import Reads, read_api
from services.bootstrap import WriteSide
from services.refusals.rights import TokenScopeError
from tests.integration.services.asking import draft
from tests.integration.services.conftest import Partnership, operator


@pytest.fixture
def app(settings: Settings) -> ASGIApp:
    mounts, lifespans = read_api(settings)
    return create_app(settings, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)


@pytest.fixture
async def client(app: ASGIApp, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - the commons
    async with AsyncTestClient(app) as test_client:
        yield test_client


async def asked(
    client: httpx.AsyncClient, of: Partnership, method: str, path: str, token: str | None = None, **options: Any
) -> httpx.Response:
    headers = {"authorization": f"Bearer {token or of.token}", **options.pop("headers", {})}
    return await client.request(
        method, f"/api/v1/partnerships/{of.slug}/{path}", headers=headers, follow_redirects=False, **options
    )


async def issued(
    client: httpx.AsyncClient, of: Partnership, by: str | None = None, **changes: Any
) -> httpx.Response:
    new = {"name": "nightly import", "role": "coordinator", **changes}
    return await asked(client, of, "POST", "service-tokens", by, json=new)


async def token_of(client: httpx.AsyncClient, of: Partnership, **changes: Any) -> str:
    answer = await issued(client, of, **changes)
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


async def ordered(client: httpx.AsyncClient, of: Partnership, token: str, command: str = "DraftPlan") -> Any:
    answer = await asked(
        client,
        of,
        "POST",
        f"commands/{command}",
        token,
        headers={"idempotency-key": str(uuid.uuid4())},
        json={"data": draft()},
    )
    return answer.status_code, answer.json().get("code")


async def read(client: httpx.AsyncClient, token: str) -> Any:
    answer = await client.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"authorization": f"Bearer {token}"}
    )
    said = answer.json()
    return answer.status_code, said.get("code") or said["data"]["__typename"]


async def test_a_machine_gives_the_orders_that_its_token_names_and_no_other_and_reads_only_if_it_may(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    drafting = await token_of(client, partnership, commands=["DraftPlan"])
    reading = await token_of(client, partnership, read=True)

    assert await ordered(client, partnership, drafting) == (201, None)
    assert await ordered(client, partnership, drafting, "ClosePlan") == (403, "token_scope")
    assert await ordered(client, partnership, drafting, "NoSuchOrder") == (403, "token_scope")
    assert await read(client, drafting) == (403, "token_scope")
    assert await ordered(client, partnership, reading) == (403, "token_scope")
    assert await read(client, reading) == (200, "Query")


async def test_no_other_door_is_open_to_it_but_those_for_reading(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    everything = await token_of(client, partnership, read=True, commands=["DraftPlan", "AttachDocument"])
    table = {"content": b"a,b\n1,2\n", "headers": {"content-type": "text/csv"}}
    doors: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "service-tokens", {}),
        ("POST", "service-tokens", {"json": {"name": "x", "role": "member", "read": True}}),
        ("DELETE", f"service-tokens/{'a' * 16}", {}),
        ("GET", "members", {}),
        ("GET", "invitations", {}),
        ("POST", "invitations", {"json": {}}),
        ("GET", "addresses", {}),
        ("POST", "addresses", {"json": {}}),
        ("POST", "documents", {"content": b"%PDF-1.7", "headers": {"content-type": "application/pdf"}}),
        ("POST", "imports/plans", table),
    ]

    answers = [await asked(client, partnership, method, path, everything, **more) for method, path, more in doors]

    assert [(one.status_code, one.json().get("code")) for one in answers] == [(403, "token_scope")] * len(doors)
    template = await asked(client, partnership, "GET", "imports/plans/template?as=csv", everything)
    assert template.status_code == 200
    closed = await token_of(client, partnership, commands=["DraftPlan"])
    refused = await asked(client, partnership, "GET", "imports/plans/template?as=csv", closed)
    assert refused.json()["code"] == "token_scope"


async def test_the_control_of_scopes_unchecked_each_token_does_what_its_role_may(
    client: httpx.AsyncClient, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = await token_of(client, partnership, read=True)
    drafting = await token_of(client, partnership, commands=["DraftPlan"])
    monkeypatch.setattr(admitting, "check_commands", lambda *_: None)
    monkeypatch.setattr(requesters, "check_reads", lambda *_: None)

    assert await ordered(client, partnership, reading) == (201, None)
    assert await read(client, drafting) == (200, "Query")
    assert (await asked(client, partnership, "GET", "members", reading)).status_code == 200


async def test_a_door_that_does_not_say_that_it_heeds_limits_lets_no_machine_in(
    write: WriteSide, client: httpx.AsyncClient, partnership: Partnership
) -> None:
    token = await token_of(client, partnership, read=True)
    headers = [(b"host", b"testserver.local"), (b"authorization", f"Bearer {token}".encode())]
    scope = {"method": "GET", "headers": headers}
    reads = Reads()
    reads.write = write

    with pytest.raises(TokenScopeError):
        await requesters.requester(scope, write)

    viewer = await reads.viewer(scope)
    assert (viewer.tenant_id, viewer.role) == (partnership.tenant_id, "coordinator")
    assert isinstance(viewer, Viewer)


async def test_a_token_is_for_its_own_body(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership
) -> None:
    token = await token_of(client, partnership, commands=["DraftPlan"])

    assert await ordered(client, neighbour, token) == (404, "body_unknown")


async def test_a_token_is_for_the_host_at_which_it_was_made(
    settings: Settings, client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    token = await token_of(client, partnership, read=True)
    with pytest.MonkeyPatch.context() as patched:  # made at another: a copy of the database has it too
        patched.setattr("services.api.service_tokens.audience_of", lambda _: "staging.example")
        async with AsyncTestClient(create_app(settings, checks=lambda _: {})) as staging:
            other = await token_of(staging, partnership, read=True)

    assert await read(client, token) == (200, "Query")
    assert await read(client, other) == (401, "token_audience")
    with pytest.MonkeyPatch.context() as patched:  # the control
        patched.setattr(requesters, "check_audience", lambda *_: None)
        assert await read(client, other) == (200, "Query")
    (listed,) = [
        one for one in await write.tokens.services(partnership.tenant_id) if one.audience != "testserver.local"
    ]
    assert listed.audience == "staging.example"


async def test_an_ended_token_opens_nothing_at_once(
    client: httpx.AsyncClient, partnership: Partnership, database: DatabaseSettings
) -> None:
    revoked, expired = [await token_of(client, partnership, read=True) for _ in range(2)]
    tokens = (await asked(client, partnership, "GET", "service-tokens")).json()["service_tokens"]
    assert await read(client, revoked) == (200, "Query")
    of_revoked = [one["id"] for one in tokens][1]

    gone = await asked(client, partnership, "DELETE", f"service-tokens/{of_revoked}")
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute(
            "UPDATE access.token SET expires_at = clock_timestamp() WHERE encode(token_hash, 'hex') LIKE %s",
            [f"{tokens[0]['id']}%"],
        )

    assert gone.status_code == 204
    assert [await read(client, one) for one in (revoked, expired)] == [(401, "token_invalid")] * 2
    again = await asked(client, partnership, "DELETE", f"service-tokens/{of_revoked}")
    assert (again.status_code, again.json()["code"]) == (404, "service_token_unknown")


async def test_nobody_revokes_or_sees_the_tokens_of_another_body_or_of_people(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    token = await token_of(client, partnership, read=True)
    (listed,) = await write.tokens.services(partnership.tenant_id)
    (of_people,) = [one for one in await write.tokens.list(partnership.tenant_id) if one.id != listed.id]

    for of, id_ in ((neighbour, listed.id), (partnership, of_people.id), (partnership, listed.id[:8])):
        assert (await asked(client, of, "DELETE", f"service-tokens/{id_}")).status_code == 404

    assert await read(client, token) == (200, "Query")
    assert (await asked(client, neighbour, "GET", "service-tokens")).json() == {"service_tokens": []}


async def test_it_is_told_when_a_token_was_used_last(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    token = await token_of(client, partnership, read=True)
    (before,) = await write.tokens.services(partnership.tenant_id)

    await read(client, token)

    (after,) = await write.tokens.services(partnership.tenant_id)
    assert before.last_used_at is None
    assert after.last_used_at is not None
    await read(client, token)
    assert await write.tokens.services(partnership.tenant_id) == [
        after
    ]  # to the minute, not one write per request


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "a role that the issuer may not give": ({"role": "plan_approver", "read": True}, 403, "role_not_invited"),
    "an operator's": ({"role": "operator", "read": True}, 403, "role_not_invited"),
    "an order that is not the role's": ({"role": "member", "commands": ["DraftPlan"]}, 403, "role_not_allowed"),
    "an order that is none": ({"commands": ["DraftPlans"]}, 404, "command_unknown"),
    "what is no order": ({"commands": ["InvitePerson"]}, 404, "command_unknown"),
    "nothing at all": ({}, 422, "fields_invalid"),
    "too long": ({"read": True, "valid_hours": 721}, 422, "fields_invalid"),
    "no time": ({"read": True, "valid_hours": 0}, 422, "fields_invalid"),
    "no name": ({"read": True, "name": ""}, 422, "fields_invalid"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_no_token_is_issued_for(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, case: str
) -> None:
    changes, status, code = WRONG[case]

    answer = await issued(client, partnership, **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await write.tokens.services(partnership.tenant_id) == []


async def test_operators_issue_for_any_body_and_members_for_none(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    member = await write.tokens.create(
        partnership.tenant_id, "member", await write.vault.pseudonym(partnership.tenant_id, uuid.uuid4()), "m"
    )

    by_operator = await issued(client, partnership, await operator(write), role="regional_adviser", read=True)
    by_member = await issued(client, partnership, member, role="member", read=True)

    assert by_operator.status_code == 201
    assert (by_member.status_code, by_member.json()["code"]) == (403, "role_not_allowed")


async def test_a_body_has_no_more_than_so_many_at_once(
    client: httpx.AsyncClient, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service_tokens.VALID_MAX == 100
    monkeypatch.setattr(service_tokens, "VALID_MAX", 2)
    answers = [await issued(client, partnership, read=True) for _ in range(3)]

    assert [one.status_code for one in answers] == [201, 201, 422]
    assert answers[2].json()["code"] == "service_tokens_too_many"


def test_the_database_takes_no_machine_s_token_that_does_not_end_soon_or_is_for_nothing(
    database: DatabaseSettings, partnership: Partnership
) -> None:
    known: dict[str, Any] = {
        "token_hash": bytes(32),
        "tenant_id": partnership.tenant_id,
        "scope": "service",
        "role": "member",
        "person_id": uuid.uuid4(),
        "name": "x",
        "reads": True,
        "commands": [],
        "audience": "h",
        "issued_by": uuid.uuid4(),
    }
    for changes, until in (({}, "NULL"), ({}, "now() + interval '32 days'"), ({"reads": False}, "now()")):
        row = known | changes
        names, places = ", ".join(row), ", ".join(["%s"] * len(row))
        statement = f"INSERT INTO access.token ({names}, expires_at) VALUES ({places}, {until})"  # noqa: S608
        with psycopg.connect(database.admin_dsn) as connection, pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(statement.encode(), list(row.values()))


async def test_a_process_of_the_version_before_does_not_know_these_tokens(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    token = await token_of(client, partnership, read=True)

    assert await write.pool.fetch("SELECT * FROM access.find_token($1)", _hash(token)) == []
    assert len(await write.pool.fetch("SELECT * FROM access.use_token($1)", _hash(token))) == 1

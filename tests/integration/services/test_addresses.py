"""Whom a body writes to, over HTTP: for its coordinators alone, outside every log, removed without a trace."""

import asyncio
import uuid
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from domain.envelope import Role
from infra.pii import addresses as kept
from infra.settings import DatabaseSettings
from services.authorisation import ROLES
from services.bootstrap import WriteSide
from tests.integration.services.conftest import Partnership

EMAIL = "secretariat@example.org"


async def add(
    client: httpx.AsyncClient, of: Partnership, email: Any = EMAIL, *, key: str | None = None, **changes: Any
) -> httpx.Response:
    token = changes.pop("token", of.token)
    body = {"email": email, "language": "fr", "purpose": "reminders"} | changes
    headers = {"authorization": f"Bearer {token}", "idempotency-key": key or str(uuid.uuid4())}
    return await client.post(f"/api/v1/partnerships/{of.slug}/addresses", json=body, headers=headers)


async def listed(client: httpx.AsyncClient, of: Partnership, token: str | None = None) -> Any:
    headers = {"authorization": f"Bearer {token or of.token}"}
    answer = await client.get(f"/api/v1/partnerships/{of.slug}/addresses", headers=headers)
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()["addresses"]


async def remove(
    client: httpx.AsyncClient, of: Partnership, address_id: str, token: str | None = None
) -> httpx.Response:
    headers = {"authorization": f"Bearer {token or of.token}"}
    return await client.delete(f"/api/v1/partnerships/{of.slug}/addresses/{address_id}", headers=headers)


def mentions(settings: DatabaseSettings, said: str) -> list[str]:
    """The tables of ours in which something can be read, be it in a column of bytes."""
    needles = [f"%{said}%", f"%{said.encode().hex()}%"]
    found = []
    with psycopg.connect(settings.admin_dsn) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN"
            " ('log', 'rm', 'national', 'commons', 'access', 'jobs', 'pii', 'identity')"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("SELECT 1 FROM {} t WHERE t::text LIKE ANY (%s) LIMIT 1")
            if connection.execute(query.format(sql.Identifier(schema, table)), [needles]).fetchone():
                found.append(f"{schema}.{table}")
    return found


async def test_an_address_is_added_listed_and_removed_with_nothing_left_of_it(
    client: httpx.AsyncClient, partnership: Partnership, database: DatabaseSettings
) -> None:
    email = f"rappels-{uuid.uuid4().hex}@example.org"
    key = str(uuid.uuid4())
    answer = await add(client, partnership, email, key=key)

    assert answer.status_code == 201
    (one,) = await listed(client, partnership)
    assert one == answer.json()
    assert {name: one[name] for name in ("address_id", "email", "language", "purpose", "refused_at")} == {
        "address_id": key,
        "email": email,
        "language": "fr",
        "purpose": "reminders",
        "refused_at": None,
    }
    uuid.UUID(one["added_by"])  # a pseudonym, and no name
    assert mentions(database, email) == ["pii.address"]
    assert (await remove(client, partnership, key)).status_code == 204
    assert await listed(client, partnership) == []
    assert mentions(database, email) == []
    assert mentions(database, key) == []
    gone = await remove(client, partnership, key)
    assert (gone.status_code, gone.json()["code"]) == (404, "address_unknown")


async def test_the_same_key_adds_once_and_stands_for_one_address(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    key = str(uuid.uuid4())
    answers = [await add(client, partnership, key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    for changed in ({"email": "autre@example.org"}, {"language": "en"}):
        other = await add(client, partnership, key=key, **{"email": EMAIL, **changed})
        assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    again = await add(client, partnership, EMAIL.upper())
    assert (again.status_code, again.json()["code"]) == (409, "address_on_list")
    assert len(await listed(client, partnership)) == 1


async def test_each_body_has_a_list_of_its_own(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership
) -> None:
    ours, theirs = [(await add(client, of)).json() for of in (partnership, neighbour)]

    assert await listed(client, partnership) == [ours]
    assert await listed(client, neighbour) == [theirs]
    path = f"/api/v1/partnerships/{partnership.slug}/addresses"
    other = await client.get(path, headers={"authorization": f"Bearer {neighbour.token}"})
    assert (other.status_code, other.json()["code"]) == (404, "body_unknown")
    # By an id of theirs, under our own address: it is not there.
    assert (await remove(client, partnership, theirs["address_id"])).status_code == 404
    assert await listed(client, neighbour) == [theirs]


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"coordinator", "operator"}))
async def test_no_other_role_reads_or_changes_the_list(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide, role: Role
) -> None:
    person = await write.vault.pseudonym(partnership.tenant_id, uuid.uuid4())
    token = await write.tokens.create(partnership.tenant_id, role, person, "a test")
    one = (await add(client, partnership)).json()
    path = f"/api/v1/partnerships/{partnership.slug}/addresses"

    answers = [
        await client.get(path, headers={"authorization": f"Bearer {token}"}),
        await add(client, partnership, "autre@example.org", token=token),
        await remove(client, partnership, one["address_id"], token=token),
        await client.get(path),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403, 401]
    assert await listed(client, partnership) == [one]


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"email": "secretariat"}, "$.email", "mail_address"),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "$.email", "control_character"),
        ({"email": "préposé@example.org"}, "$.email", "mail_address"),
        ({"email": None}, "$.email", "type"),
        ({"language": "de"}, "$.language", "not_listed"),
        ({"purpose": "marketing"}, "$.purpose", "not_listed"),
        ({"name": "Zoé"}, "$.name", "unknown"),
    ],
)
async def test_what_is_wrong_is_said_where_it_stands_in_both_languages(
    client: httpx.AsyncClient, partnership: Partnership, changes: dict[str, Any], path: str, code: str
) -> None:
    answer = await add(client, partnership, **{"email": EMAIL, **changes})

    (error,) = answer.json()["errors"]
    assert answer.status_code in (400, 422)
    assert (error["path"], error["code"]) == (path, code)
    assert error["detail"]["fr"]
    assert error["detail"]["en"]
    assert await listed(client, partnership) == []


async def test_a_list_is_short_even_when_many_add_at_once(
    client: httpx.AsyncClient, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "ADDRESSES_MAX", 3)

    answers = await asyncio.gather(*(add(client, partnership, f"n{n}@example.org") for n in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [422] * 5
    assert {answer.json()["code"] for answer in answers if answer.status_code == 422} == {"addresses_too_many"}
    assert len(await listed(client, partnership)) == 3


async def test_whoever_puts_reminders_into_the_queue_learns_which_bodies_write_and_not_to_whom(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership, write: WriteSide
) -> None:
    await add(client, partnership)
    await add(client, partnership, "autre@example.org")
    found = [row[0] for row in await write.pool.fetch("SELECT pii.bodies_that_remind()")]

    assert found.count(partnership.tenant_id) == 1
    assert neighbour.tenant_id not in found

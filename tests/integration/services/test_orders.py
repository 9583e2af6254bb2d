"""Orders that are accepted, through HTTP and on the real log."""

import asyncio
import base64
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from domain.ids import COMMONS, StreamId
from domain.plan.rules import PLAN
from infra.database import closing
from infra.settings import Role
from services.bootstrap import CONSOLE, WriteSide
from services.commands import CommandHandler
from tests.integration.services.asking import draft, order
from tests.integration.services.conftest import Partnership, opening


async def head(write: WriteSide, partnership: Partnership) -> int:
    async with closing(await write.database.connect(Role.PROJECTOR)) as connection:
        position: int = await connection.fetchval(
            "SELECT position FROM log.head WHERE tenant_id = $1", partnership.tenant_id
        )
    return position


async def test_an_order_is_recorded_and_answered_with_its_position(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide
) -> None:
    data = draft()

    answer = await order(client, partnership.slug, "DraftPlan", data, token=partnership.token)

    assert answer.status_code == 201
    body = answer.json()
    recorded_at = datetime.fromisoformat(body.pop("recorded_at"))
    leaf: bytes = await write.pool.fetchval("SELECT log.leaf_at($1, 2)", partnership.tenant_id)
    assert body == {
        "first_position": 2,
        "position": 2,
        "version": 1,
        "replayed": False,
        "receipt": {
            "leaf_index": 1,
            "leaf_hash": base64.b64encode(leaf).decode(),
            "proof": f"/log/{partnership.tenant_id}/proof/1",
        },
    }
    assert datetime.now(UTC) - recorded_at < timedelta(minutes=1)
    assert answer.headers["entente-position"] == "2"
    assert answer.headers["cache-control"] == "no-store"
    loaded = await write.store.load(partnership.tenant_id, PLAN, StreamId(uuid.UUID(data["plan_id"])))
    assert loaded.version == 1
    assert await head(write, partnership) == 2


async def test_the_same_request_again_is_answered_alike_and_recorded_once(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide
) -> None:
    key, data = str(uuid.uuid4()), draft()

    answers = await asyncio.gather(
        *(order(client, partnership.slug, "DraftPlan", data, token=partnership.token, key=key) for _ in range(12))
    )

    assert {answer.status_code for answer in answers} <= {200, 201}
    bodies = [answer.json() for answer in answers]
    assert sum(not body.pop("replayed") for body in bodies) == 1
    assert all(body == bodies[0] for body in bodies)
    assert await head(write, partnership) == 2


async def test_what_is_already_so_is_200_without_a_position(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    data = draft()
    await order(client, partnership.slug, "DraftPlan", data, token=partnership.token)
    again = {"plan_id": data["plan_id"], "title": data["title"]}

    answer = await order(client, partnership.slug, "RetitlePlan", again, token=partnership.token)

    assert answer.status_code == 200
    assert answer.json()["position"] is None
    assert "entente-position" not in answer.headers


async def test_defaults_come_from_the_body_and_the_request(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide
) -> None:
    given = str(uuid.uuid4())
    data = draft()
    answer = await order(
        client,
        partnership.slug,
        "DraftPlan",
        data,
        token=partnership.token,
        headers={"accept-language": "en-CA", "x-correlation-id": given},
    )
    facts = await write.bodies.facts(partnership.tenant_id)

    (event,) = await write.store.events_of(partnership.tenant_id, StreamId(uuid.UUID(data["plan_id"])))

    assert facts is not None
    assert facts.time_zone == "America/Toronto"
    assert event.envelope.effective_on == facts.today()
    assert (event.envelope.lang, str(event.envelope.correlation_id)) == ("en", given)
    assert answer.headers["x-correlation-id"] == given
    assert event.envelope.actor.role == "coordinator"


async def test_a_revoked_token_is_refused_at_once(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide
) -> None:
    (row,) = await write.tokens.list(partnership.tenant_id)
    assert await write.tokens.revoke(partnership.tenant_id, row.id)

    answer = await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert not await write.tokens.revoke(partnership.tenant_id, row.id)


async def test_an_expired_token_is_refused(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide
) -> None:
    person = await write.vault.pseudonym(partnership.tenant_id, uuid.uuid4())
    past = datetime.now(UTC) - timedelta(seconds=1)
    token = await write.tokens.create(partnership.tenant_id, "coordinator", person, "old", expires_at=past)

    answer = await order(client, partnership.slug, "DraftPlan", draft(), token=token)

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


async def test_tokens_are_kept_as_hashes(partnership: Partnership, write: WriteSide) -> None:
    (row,) = await write.tokens.list(partnership.tenant_id)

    assert partnership.token not in repr(row)
    assert await write.tokens.find(partnership.token[:-1]) is None
    assert (await write.tokens.find(partnership.token)) is not None


async def provision(client: httpx.AsyncClient, token: str, key: str, body: object) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
    return await client.post("/api/v1/partnerships", json=body, headers=headers)


def request(slug: str) -> dict[str, object]:
    return {
        "effective_on": "2024-04-01",
        "data": {
            "body_id": str(uuid.uuid4()),
            "kind": "lip",
            "name": {"fr": "Partenariat", "source": "fr"},
            "slug": slug,
            "province": "ON",
            "time_zone": "America/Toronto",
            "default_language": "fr",
        },
    }


async def test_an_operator_provisions_a_body(
    client: httpx.AsyncClient, operator_token: str, write: WriteSide
) -> None:
    slug = f"new-{uuid.uuid4().hex[:10]}"
    key, body = str(uuid.uuid4()), request(slug)

    first = await provision(client, operator_token, key, body)
    again = await provision(client, operator_token, key, body)

    assert (first.status_code, again.status_code) == (201, 200)
    tenant_id = await write.bodies.resolve(slug)
    assert str(tenant_id) == first.json()["body_id"]
    assert first.json()["opened"]["position"] == 1
    assert again.json()["registered"] | {"replayed": False} == first.json()["registered"]
    assert tenant_id is not None
    (opened,) = await write.store.events_of(tenant_id, StreamId(tenant_id))
    (registered,) = await write.store.events_of(COMMONS, StreamId(tenant_id))
    assert opened.envelope.causation_id == registered.envelope.command_id
    assert opened.envelope.actor.id != registered.envelope.actor.id


async def test_provisioning_goes_on_where_it_was_interrupted(
    client: httpx.AsyncClient, operator_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = f"half-{uuid.uuid4().hex[:10]}"
    key, body = str(uuid.uuid4()), request(slug)
    handle = CommandHandler.handle

    async def break_off(self: CommandHandler, given: object, fingerprint: bytes) -> object:
        if type(given.command).__name__ == "OpenBody":  # type: ignore[attr-defined]
            raise ConnectionResetError
        return await handle(self, given, fingerprint)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(CommandHandler, "handle", break_off)
        broken = await provision(client, operator_token, key, body)
    token = await operator_order(client, operator_token, slug)
    whole = await provision(client, operator_token, key, body)

    assert (broken.status_code, broken.json()["code"]) == (503, "unavailable")
    assert (token.status_code, token.json()["code"]) == (403, "role_not_allowed")
    assert whole.status_code == 201
    assert whole.json()["registered"]["replayed"] is True
    assert whole.json()["opened"]["replayed"] is False


async def operator_order(client: httpx.AsyncClient, token: str, slug: str) -> httpx.Response:
    return await order(client, slug, "DraftPlan", draft(), token=token)


async def test_only_operators_provision(client: httpx.AsyncClient, partnership: Partnership) -> None:
    answer = await provision(client, partnership.token, str(uuid.uuid4()), request("not-mine"))

    assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed")


async def test_a_slug_is_given_once(
    client: httpx.AsyncClient, operator_token: str, partnership: Partnership
) -> None:
    answer = await provision(client, operator_token, str(uuid.uuid4()), request(partnership.slug))

    assert (answer.status_code, answer.json()["code"]) == (409, "claim_taken")


async def test_an_operator_adds_a_slug_in_the_commons(
    client: httpx.AsyncClient, operator_token: str, partnership: Partnership, write: WriteSide
) -> None:
    slug = f"alias-{uuid.uuid4().hex[:10]}"
    data = {"body_id": str(partnership.tenant_id), "slug": slug}

    answer = await order(client, "commons", "AddSlug", data, token=operator_token)
    elsewhere = await order(client, partnership.slug, "AddSlug", data, token=operator_token)

    assert answer.status_code == 201
    assert await write.bodies.resolve(slug) == partnership.tenant_id
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "wrong_kind_of_body")


async def test_the_commons_opens_once(write: WriteSide) -> None:
    await write.bodies.open_commons(principal=CONSOLE)
    facts = await write.bodies.facts(COMMONS)

    assert facts is not None
    assert facts.kind == "commons"
    assert opening("x").slug == "x"

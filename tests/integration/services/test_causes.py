"""An order may name the event that caused it: of its own log or of the commons, and of nobody else's."""

import uuid
from typing import Any

import httpx
import pytest

from domain.event import decode
from domain.ids import COMMONS
from infra.settings import DatabaseSettings
from services import causes
from services.bootstrap import WriteSide
from tests.integration.infra.log.logs import rows_of
from tests.integration.services.asking import draft, order
from tests.integration.services.conftest import Partnership


def event(log: uuid.UUID, stream: uuid.UUID | str, version: int = 1) -> dict[str, Any]:
    return {"log": str(log), "stream": str(stream), "version": version}


async def drafted(
    client: httpx.AsyncClient, of: Partnership, caused_by: dict[str, Any] | None = None
) -> tuple[httpx.Response, str, str]:
    """The answer to a drafted plan, the plan's id and the key."""
    data, key = draft(), str(uuid.uuid4())
    around: dict[str, Any] = {} if caused_by is None else {"caused_by": caused_by}
    answer = await order(client, of.slug, "DraftPlan", data, token=of.token, key=key, **around)
    return answer, data["plan_id"], key


async def test_an_order_keeps_the_command_of_the_event_that_it_names_as_its_cause(
    client: httpx.AsyncClient, partnership: Partnership, database: DatabaseSettings
) -> None:
    body = partnership.tenant_id
    _, plan_id, key = await drafted(client, partnership)

    second, _, _ = await drafted(client, partnership, event(body, plan_id))
    third, _, _ = await drafted(client, partnership, event(COMMONS, body))

    assert (second.status_code, third.status_code) == (201, 201)
    registered = next(row for row in rows_of(database, COMMONS) if row.stream_id == body)
    causes_kept = [decode(row.state)[0].causation_id for row in rows_of(database, body)]
    assert causes_kept[1:] == [None, uuid.UUID(key), decode(registered.state)[0].command_id]


async def test_what_a_decision_made_by_hand_caused_is_found_from_its_event(
    client: httpx.AsyncClient, partnership: Partnership, write: WriteSide
) -> None:
    """The way back goes by the command: `mentioning` finds both ends."""
    _, plan_id, key = await drafted(client, partnership)
    await drafted(client, partnership, event(partnership.tenant_id, plan_id))

    found = await write.store.mentioning(partnership.tenant_id, uuid.UUID(key))

    assert [one.position for one in found] == [2, 3]


@pytest.mark.parametrize("wrong", ["version", "stream", "log", "neighbour"])
async def test_another_event_is_refused_where_it_is_named_in_both_languages_and_nothing_is_recorded(
    *,
    client: httpx.AsyncClient,
    partnership: Partnership,
    neighbour: Partnership,
    database: DatabaseSettings,
    wrong: str,
) -> None:
    """The neighbour's event exists; it is answered as the others are."""
    body = partnership.tenant_id
    _, theirs, _ = await drafted(client, neighbour)
    named = {
        "version": event(body, body, 2),
        "stream": event(body, uuid.uuid4()),
        "log": event(uuid.uuid4(), body),
        "neighbour": event(neighbour.tenant_id, theirs),
    }[wrong]
    before = rows_of(database, body)

    answer, _, _ = await drafted(client, partnership, named)

    assert (answer.status_code, answer.json()["code"]) == (422, "fields_invalid")
    (error,) = answer.json()["errors"]
    assert (error["path"], error["code"]) == ("$.caused_by", "cause_unknown")
    assert error["detail"]["en"].startswith("There is no such event in this log or in the commons.")
    assert error["detail"]["fr"].startswith("Cet événement n’existe ni dans ce registre ni dans le fonds commun.")
    assert rows_of(database, body) == before


async def test_without_the_look_at_the_log_a_neighbours_event_would_do(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: only the log tells the neighbour's event from our own."""
    _, theirs, _ = await drafted(client, neighbour)
    monkeypatch.setattr(causes, "COMMONS", neighbour.tenant_id)

    answer, _, _ = await drafted(client, partnership, event(neighbour.tenant_id, theirs))

    assert answer.status_code == 201


async def test_a_new_body_may_name_its_cause_in_the_commons(
    client: httpx.AsyncClient, operator_token: str, partnership: Partnership, database: DatabaseSettings
) -> None:
    slug, body_id = f"test-{uuid.uuid4().hex[:12]}", uuid.uuid4()
    opening = {
        "body_id": str(body_id),
        "kind": "lip",
        "name": {"fr": "Partenariat né d’un autre", "source": "fr"},
        "slug": slug,
        "province": "ON",
        "time_zone": "America/Toronto",
        "default_language": "fr",
    }
    sent = {"authorization": f"Bearer {operator_token}", "idempotency-key": str(uuid.uuid4())}

    async def provision(caused_by: dict[str, Any]) -> httpx.Response:
        body = {"data": opening, "caused_by": caused_by}
        return await client.post("/api/v1/partnerships", json=body, headers=sent)

    elsewhere = await provision(event(partnership.tenant_id, partnership.tenant_id))
    made = await provision(event(COMMONS, partnership.tenant_id))

    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["code"]) == (422, "cause_unknown")
    assert made.status_code == 201
    commons = {row.stream_id: decode(row.state)[0] for row in rows_of(database, COMMONS)}
    assert commons[body_id].causation_id == commons[partnership.tenant_id].command_id

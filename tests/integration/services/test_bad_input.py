"""Every way to be wrong has its documented answer, none is a 500, and nothing is half written."""

import json
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import pytest

from domain.ids import TenantId
from infra.database import closing
from infra.settings import Role
from services.bootstrap import WriteSide
from tests.integration.services.asking import draft, order
from tests.integration.services.conftest import BODY_MAX_BYTES, Partnership, make_partnership


class Case(NamedTuple):
    status: int
    code: str
    path: str | None = None
    error: str | None = None
    command: str = "DraftPlan"
    data: Callable[[], Any] = draft
    raw: Callable[[], bytes] | None = None
    headers: dict[str, str] | None = None
    around: dict[str, Any] | None = None


def raw_of(text: str) -> Callable[[], bytes]:
    return text.encode


def with_data(**changes: Any) -> Callable[[], Any]:
    return lambda: draft(**changes)


def without(name: str) -> Callable[[], Any]:
    return lambda: {key: value for key, value in draft().items() if key != name}


TITLE = {"fr": "Plan", "source": "fr"}
CASES = {
    "unknown command": Case(404, "command_unknown", command="DraftPlann"),
    "no key": Case(400, "idempotency_key_missing", headers={"idempotency-key": ""}),
    "key no uuid": Case(400, "idempotency_key_invalid", headers={"idempotency-key": "1"}),
    "key in braces": Case(
        400, "idempotency_key_invalid", headers={"idempotency-key": "{" + str(uuid.uuid4()) + "}"}
    ),
    "no token": Case(401, "token_missing", headers={"authorization": ""}),
    "other scheme": Case(401, "token_missing", headers={"authorization": "Basic eDp5"}),
    "unknown token": Case(401, "token_invalid", headers={"authorization": "Bearer ente_" + "a" * 43}),
    "nonsense token": Case(401, "token_invalid", headers={"authorization": "Bearer '; --"}),
    "text/plain": Case(415, "media_type", headers={"content-type": "text/plain"}),
    "no content type": Case(415, "media_type", raw=raw_of("{}"), headers={"content-type": ""}),
    "other charset": Case(415, "media_type", headers={"content-type": "application/json; charset=latin-1"}),
    "compressed": Case(415, "media_type", headers={"content-encoding": "gzip"}),
    "too large": Case(413, "body_too_large", raw=lambda: b'{"data": "' + b"x" * BODY_MAX_BYTES + b'"}'),
    "empty": Case(400, "not_json", "$", "syntax", raw=raw_of("")),
    "not JSON": Case(400, "not_json", "$", "syntax", raw=raw_of("{data: 1}")),
    "cut off": Case(400, "not_json", "$", "syntax", raw=raw_of('{"data": {"plan_id": "')),
    "two values": Case(400, "not_json", "$", "syntax", raw=raw_of("{} {}")),
    "not UTF-8": Case(400, "not_json", "$", "not_utf8", raw=lambda: b'{"data": "\xff\xfe"}'),
    "UTF-16": Case(400, "not_json", "$", raw=lambda: '{"data": {}}'.encode("utf-16")),
    "byte order mark": Case(400, "not_json", "$", "syntax", raw=lambda: b"\xef\xbb\xbf{}"),
    "NaN": Case(400, "not_json", "$", "not_a_number", raw=raw_of('{"data": {"rank": NaN}}')),
    "Infinity": Case(400, "not_json", "$", "not_a_number", raw=raw_of('{"data": {"rank": -Infinity}}')),
    "deep": Case(400, "not_json", "$", "too_deep", raw=raw_of('{"data": ' + "[" * 100 + "]" * 100 + "}")),
    "very deep": Case(400, "not_json", "$", "too_deep", raw=raw_of("[" * 30_000)),
    "repeated member": Case(
        400, "not_json", "$.data.plan_id", "repeated_member", raw=raw_of('{"data": {"plan_id": 1, "plan_id": 2}}')
    ),
    "long number": Case(
        400, "not_json", "$", "number_too_long", raw=raw_of('{"expected_version": ' + "9" * 5000 + "}")
    ),
    "huge exponent": Case(
        422,
        "fields_invalid",
        "$.expected_version",
        "type",
        raw=raw_of('{"data": {}, "expected_version": 1e999999999}'),
    ),
    "null character": Case(
        400,
        "not_json",
        "$.data.title.fr",
        "control_character",
        data=with_data(title={"fr": "a\x00b", "source": "fr"}),
    ),
    "lone surrogate": Case(
        400,
        "not_json",
        "$.data.title.fr",
        "control_character",
        raw=raw_of(r'{"data": {"title": {"fr": "\ud800", "source": "fr"}}}'),
    ),
    "surrogate in a name": Case(400, "not_json", None, "control_character", raw=raw_of(r'{"\ud800": 1}')),
    "a list": Case(422, "fields_invalid", "$", "type", raw=raw_of("[]")),
    "null": Case(422, "fields_invalid", "$", "type", raw=raw_of("null")),
    "no data": Case(422, "fields_invalid", "$.data", "missing", raw=raw_of("{}")),
    "unknown member": Case(422, "fields_invalid", "$.when", "unknown", around={"when": "2024-01-01"}),
    "unknown field": Case(422, "fields_invalid", "$.data.owner", "unknown", data=with_data(owner="me")),
    "missing field": Case(422, "fields_invalid", "$.data.title", "missing", data=without("title")),
    "wrong type": Case(422, "fields_invalid", "$.data.title", "type", data=with_data(title="Plan")),
    "wrong nested type": Case(
        422, "fields_invalid", "$.data.title.fr", "type", data=with_data(title={"fr": 1, "source": "fr"})
    ),
    "unlisted value": Case(422, "fields_invalid", "$.data.kind", "not_listed", data=with_data(kind="wish")),
    "bad uuid": Case(422, "fields_invalid", "$.data.plan_id", "format", data=with_data(plan_id="1")),
    "blank text": Case(
        422, "fields_invalid", "$.data.title", "blank", data=with_data(title={"fr": " ", "source": "fr"})
    ),
    "text too long": Case(
        422, "fields_invalid", "$.data.title", "too_long", data=with_data(title={"fr": "x" * 4001, "source": "fr"})
    ),
    "bad date": Case(422, "fields_invalid", "$.effective_on", "format", around={"effective_on": "2024-02-30"}),
    "date and time": Case(
        422, "fields_invalid", "$.effective_on", "format", around={"effective_on": "2024-02-01T00:00:00"}
    ),
    "year 1899": Case(
        422, "fields_invalid", "$.effective_on", "date_out_of_range", around={"effective_on": "1899-12-31"}
    ),
    "year 2201": Case(
        422, "fields_invalid", "$.effective_on", "date_out_of_range", around={"effective_on": "2201-01-01"}
    ),
    "year 0000": Case(422, "fields_invalid", "$.effective_on", "format", around={"effective_on": "0000-01-01"}),
    "year 10000": Case(422, "fields_invalid", "$.effective_on", "format", around={"effective_on": "10000-01-01"}),
    "far future": Case(422, "effective_too_far", around={"effective_on": "2199-01-01"}),
    "period in year 1": Case(
        422,
        "fields_invalid",
        "$.data.period.start",
        "date_out_of_range",
        data=with_data(period={"kind": "calendar_year", "start": "0001-01-01", "end": "0001-12-31"}),
    ),
    "authority unknown kind": Case(
        422, "fields_invalid", "$.authority.kind", "not_listed", around={"authority": {"kind": "royal"}}
    ),
    "authority unknown member": Case(
        422,
        "fields_invalid",
        "$.authority.by",
        "unknown",
        around={"authority": {"kind": "none", "reason": "not_required", "by": "me"}},
    ),
    "authority unknown citation": Case(
        422,
        "citation_unknown",
        around={
            "authority": {
                "kind": "decision",
                "decision": {"log": str(uuid.uuid4()), "stream": str(uuid.uuid4()), "version": 1},
            }
        },
    ),
    "stale version": Case(409, "version_stale", around={"expected_version": 7}),
    "negative version": Case(409, "version_stale", around={"expected_version": -1}),
    "huge version": Case(409, "version_stale", around={"expected_version": 10**30}),
    "unknown record": Case(
        404, "not_found", command="RetitlePlan", data=lambda: {"plan_id": str(uuid.uuid4()), "title": TITLE}
    ),
    "another role's order": Case(
        403,
        "role_not_allowed",
        command="OpenBody",
        data=dict,
    ),
}


@pytest.fixture
def head(write: WriteSide) -> Callable[[TenantId], Any]:
    async def ask(tenant_id: TenantId) -> Any:
        async with closing(await write.database.connect(Role.PROJECTOR)) as connection:
            return await connection.fetchval("SELECT position FROM log.head WHERE tenant_id = $1", tenant_id)

    return ask


@pytest.mark.parametrize("name", CASES)
async def test_bad_input_has_its_answer_and_writes_nothing(
    name: str, client: httpx.AsyncClient, partnership: Partnership, head: Callable[[TenantId], Any]
) -> None:
    case = CASES[name]
    before = await head(partnership.tenant_id)

    answer = await order(
        client,
        partnership.slug,
        case.command,
        case.data(),
        token=partnership.token,
        raw=case.raw() if case.raw else None,
        headers=case.headers,
        **(case.around or {}),
    )

    assert answer.status_code == case.status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == case.code
    assert problem["status"] == case.status
    for part in (problem["title"], problem["detail"], *(error["detail"] for error in problem["errors"])):
        assert part["en"]
        assert part["fr"]
        assert part["en"] != part["fr"]
    if case.path is not None:
        assert problem["errors"][0]["path"] == case.path
    if case.error is not None:
        assert {error["code"] for error in problem["errors"]} == {case.error}
    assert problem["correlation_id"] == answer.headers["x-correlation-id"]
    assert await head(partnership.tenant_id) == before


@pytest.mark.parametrize(
    "slug",
    [
        "nobody",
        "commons",
        "..%2F..",
        "%00",
        "A",
        "x" * 5000,
        "é",
        "test'; DROP TABLE x; --",
        "a%0Ab",
        " ",
        "%F0%9F%92%A9",
    ],
)
async def test_an_unknown_body_is_not_found(
    slug: str, client: httpx.AsyncClient, partnership: Partnership
) -> None:
    answer = await order(client, slug, "DraftPlan", draft(), token=partnership.token)

    assert answer.status_code == 404
    assert answer.json()["code"] in {"body_unknown", "route_unknown"}


async def test_another_body_and_no_body_are_answered_alike(
    client: httpx.AsyncClient, partnership: Partnership, neighbour: Partnership
) -> None:
    theirs = await order(client, neighbour.slug, "DraftPlan", draft(), token=partnership.token)
    nobodys = await order(client, "no-such-body", "DraftPlan", draft(), token=partnership.token)

    def shape(answer: httpx.Response, slug: str) -> Any:
        body = json.loads(answer.text.replace(slug, "…"))
        del body["correlation_id"]
        return answer.status_code, body

    assert shape(theirs, neighbour.slug) == shape(nobodys, "no-such-body")
    assert theirs.status_code == 404


async def test_a_key_serves_one_request(client: httpx.AsyncClient, partnership: Partnership) -> None:
    key, data = str(uuid.uuid4()), draft()
    first = await order(client, partnership.slug, "DraftPlan", data, token=partnership.token, key=key)
    other = await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token, key=key)

    assert first.status_code == 201
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


async def test_a_refused_rule_is_422_or_409_by_its_kind(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    data = draft()
    await order(client, partnership.slug, "DraftPlan", data, token=partnership.token, effective_on="2024-04-01")

    again = await order(client, partnership.slug, "DraftPlan", data, token=partnership.token)
    early = await order(
        client,
        partnership.slug,
        "RetitlePlan",
        {"plan_id": data["plan_id"], "title": {"fr": "Autre", "source": "fr"}},
        token=partnership.token,
        effective_on="2024-03-31",
    )

    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert (early.status_code, early.json()["code"]) == (422, "before_start")
    assert early.json()["facts"] == {"effective_on": "2024-03-31", "started_on": "2024-04-01"}


async def test_an_adviser_may_not_draft(client: httpx.AsyncClient, write: WriteSide) -> None:
    adviser = await make_partnership(write, "regional_adviser")

    answer = await order(client, adviser.slug, "DraftPlan", draft(), token=adviser.token)

    assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed")


async def test_other_methods_and_addresses_are_problems_too(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    path = f"/api/v1/partnerships/{partnership.slug}/commands/DraftPlan"

    wrong_method = await client.get(path)
    nowhere = await client.get("/api/v2/anything")

    assert (wrong_method.status_code, wrong_method.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in wrong_method.headers["allow"]
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "route_unknown")


@pytest.mark.parametrize("host", ["evil.example", "testserver.local.evil.example", "testserver.local:x", ""])
async def test_only_our_own_names_are_served(client: httpx.AsyncClient, host: str) -> None:
    answer = await client.get("/openapi.json", headers={"host": host})

    assert (answer.status_code, answer.json()["code"]) == (400, "host_not_allowed")

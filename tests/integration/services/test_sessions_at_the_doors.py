"""A session counts wherever a token does: orders, documents, calendars, logs, and reads."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from domain.ids import TenantId
from infra.access.tokens import Bearer
from readapi.viewer import ANONYMOUS, Viewer
from services.api import requesters
from services.api.reads import Reads
from services.bootstrap import WriteSide
from services.identity.refusals import NoMembershipError, SecondFactorMissingError, SessionEndedError
from services.refusals.rights import BodyUnknownError, RoleNotAllowedError
from tests.integration.services.asking import draft
from tests.integration.services.browsing import ORIGIN, OURS, SESSION, THEIRS, Browser, complete, joined
from tests.integration.services.conftest import Partnership


@pytest.fixture
async def client(app: ASGIApp, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - the commons
    async with AsyncTestClient(app, base_url=ORIGIN) as test_client:
        yield test_client


async def drafted(browser: Browser, slug: str, headers: dict[str, str] = OURS) -> httpx.Response:
    """Give an order by a cookie."""
    path = f"/api/v1/partnerships/{slug}/commands/DraftPlan"
    return await browser.send(
        "POST", path, headers={**headers, "idempotency-key": str(uuid.uuid4())}, json={"data": draft()}
    )


def code_of(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json().get("code")


def asked_by(browser: Browser, method: str = "GET", **headers: str) -> dict[str, Any]:
    """The scope of a request, as an application that is mounted gets it."""
    lines = {"host": "testserver.local", "cookie": f"a=b; {SESSION}={browser.session}", **headers}
    return {"method": method, "headers": [(name.encode(), value.encode()) for name, value in lines.items()]}


async def test_an_order_by_a_session_is_recorded_under_the_pseudonym_of_its_membership(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "coordinator")

    answer = await drafted(browser, partnership.slug)

    assert answer.status_code == 201
    session = await write.identity.sessions.find(browser.cookies[SESSION])
    assert session is not None
    actor = await write.pool.fetchval(
        "SELECT convert_from(state, 'UTF8')::json #>> '{actor,id}' FROM log.read_log($1, $2, $3, 1)",
        *(partnership.tenant_id, answer.json()["position"] - 1, answer.json()["position"]),
    )
    assert actor == str(session.person_id)


async def test_the_role_is_that_of_the_membership(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await joined(client, write, partnership.tenant_id, "member")

    assert code_of(await drafted(browser, partnership.slug)) == (403, "role_not_allowed")


async def test_another_body_is_answered_like_one_that_does_not_exist(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    absent = f"{neighbour.slug}zz"

    answers = []
    for slug in (neighbour.slug, absent):
        for method, path in (("POST", "commands/DraftPlan"), ("GET", "addresses"), ("GET", "calendar.ics")):
            answer = await browser.send(method, f"/api/v1/partnerships/{slug}/{path}", headers=OURS, json={})
            known = answer.json()
            known.pop("correlation_id")
            answers.append((answer.status_code, str(known).replace(slug, "")))

    assert answers[:3] == answers[3:]
    assert {status for status, _ in answers} == {404}


async def test_the_control_of_hiding_a_door_that_forbids_what_is_there_tells_that_it_is(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    neighbour: Partnership,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def forbidding(of: WriteSide, bearer: Bearer, slug: str) -> TenantId:
        tenant_id = await of.bodies.resolve(slug)
        if tenant_id is None:
            raise BodyUnknownError(slug=slug)
        if bearer.tenant_id != tenant_id:
            raise RoleNotAllowedError(role=bearer.role, command="—")
        return tenant_id

    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    monkeypatch.setattr("services.api.admitting.body_of", forbidding)

    assert (await drafted(browser, neighbour.slug)).status_code == 403
    assert (await drafted(browser, f"{neighbour.slug}zz")).status_code == 404


@pytest.mark.parametrize(
    "role", ["coordinator", "chair", "plan_approver", "regional_adviser", "programme_officer"]
)
async def test_by_password_alone_such_a_role_does_nothing_but_enrol(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, role: Any
) -> None:
    browser = await joined(client, write, partnership.tenant_id, role)
    reads = Reads()
    reads.write = write

    assert code_of(await drafted(browser, partnership.slug)) == (403, "second_factor_missing")
    listed = await browser.see(f"/api/v1/partnerships/{partnership.slug}/calendar.ics")
    assert code_of(listed) == (403, "second_factor_missing")
    with pytest.raises(SecondFactorMissingError):
        await reads.viewer(asked_by(browser))
    await browser.enrol()
    assert (await reads.viewer(asked_by(browser))).role == role


async def test_whoever_has_a_second_factor_uses_it_though_the_role_does_not_ask(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "member")
    reads = Reads()
    reads.write = write
    assert (await reads.viewer(asked_by(browser))).role == "member"
    session = await write.identity.sessions.find(browser.cookies[SESSION])
    assert session is not None
    (membership,) = await write.identity.accounts.memberships(session.account_id)
    browser.cookies[SESSION] = await write.identity.sessions.begin(
        session.account_id, "password", membership, agent="", instead_of=None
    )

    with pytest.raises(SecondFactorMissingError):
        await reads.viewer(asked_by(browser))


async def test_the_reads_see_a_session_as_they_see_a_token(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await joined(client, write, partnership.tenant_id, "member")
    session = await write.identity.sessions.find(browser.cookies[SESSION])
    assert session is not None
    reads = Reads()
    reads.write = write

    assert await reads.viewer(asked_by(browser)) == Viewer(
        tenant_id=partnership.tenant_id, role="member", person_id=session.person_id
    )
    token = await reads.viewer(asked_by(browser, authorization=f"Bearer {partnership.token}"))
    assert token.role == "coordinator"  # what is shown on purpose goes first
    assert await reads.viewer({"method": "GET", "headers": []}) == ANONYMOUS


async def test_a_pack_is_asked_for_by_a_session_too_and_by_the_form_without_a_token(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    member = await joined(client, write, partnership.tenant_id, "member")
    pack, form = f"/log/{partnership.tenant_id}/pack", f"/fr/partenariats/{partnership.slug}/pack"

    async def posted(one: Browser, path: str, headers: dict[str, str]) -> int:
        return (await one.send("POST", path, headers=headers, data={"token": ""})).status_code

    # Nothing is signed yet, which only those are told who may have the pack.
    assert code_of(await browser.see(pack)) == (404, "not_signed_yet")
    assert code_of(await member.see(pack)) == (403, "pack_not_for_role")
    assert code_of(await Browser(client).see(pack)) == (401, "token_missing")
    assert code_of(await browser.see(f"/log/{neighbour.tenant_id}/pack")) == (404, "body_unknown")
    assert await posted(browser, form, OURS) == 404
    assert await posted(member, form, OURS) == 403
    assert await posted(browser, form, THEIRS) == 403
    assert await posted(Browser(client), form, OURS) == 401


async def test_a_change_by_a_cookie_comes_from_our_own_pages_and_a_token_needs_no_page(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    count = "SELECT count(*) FROM log.read_log($1, 0, 1000, 1000)"
    before = await write.pool.fetchval(count, partnership.tenant_id)

    for headers in (THEIRS, {"origin": "null"}, {"accept": "*/*"}, {"sec-fetch-site": "same-site"}):
        assert code_of(await drafted(browser, partnership.slug, headers)) == (403, "origin_refused")

    assert await write.pool.fetchval(count, partnership.tenant_id) == before
    by_token = {**THEIRS, "authorization": f"Bearer {partnership.token}"}
    assert (await drafted(browser, partnership.slug, by_token)).status_code == 201


async def test_the_control_of_origins_without_the_check_the_order_is_recorded(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    monkeypatch.setattr(requesters, "check_own_origin", lambda *_, **__: None)

    assert (await drafted(browser, partnership.slug, THEIRS)).status_code == 201


async def test_a_query_by_post_comes_from_our_own_pages_too(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await joined(client, write, partnership.tenant_id, "member")
    reads = Reads()
    reads.write = write

    assert (await reads.viewer(asked_by(browser, "POST", **OURS))).role == "member"
    with pytest.raises(Exception, match="origin_refused"):
        await reads.viewer(asked_by(browser, "POST", **THEIRS))


async def test_a_session_that_has_ended_is_refused_rather_than_taken_for_the_public(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    session = await write.identity.sessions.find(browser.cookies[SESSION])
    assert session is not None
    reads = Reads()
    reads.write = write
    await write.identity.sessions.end(session.account_id, session.session_id)

    assert code_of(await drafted(browser, partnership.slug)) == (401, "session_ended")
    with pytest.raises(SessionEndedError):
        await reads.viewer(asked_by(browser))


async def test_the_control_of_ended_sessions_an_open_one_is_let_in(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "coordinator")

    assert (await drafted(browser, partnership.slug)).status_code == 201


async def test_when_the_membership_ends_the_session_acts_for_nobody(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    reads = Reads()
    reads.write = write
    (member,) = await write.identity.accounts.members(partnership.tenant_id)

    await write.identity.accounts.end_membership(partnership.tenant_id, member.membership_id)

    assert code_of(await drafted(browser, partnership.slug)) == (403, "no_membership")
    with pytest.raises(NoMembershipError):
        await reads.viewer(asked_by(browser))


async def test_of_two_cookies_of_one_name_neither_counts(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await joined(client, write, partnership.tenant_id, "member")
    reads = Reads()
    reads.write = write
    scope = asked_by(browser)
    scope["headers"].append((b"cookie", f"{SESSION}={'A' * 43}".encode()))

    assert await reads.viewer(scope) == ANONYMOUS


@pytest.mark.parametrize("role", ["funder_analyst", "auditor"])
async def test_who_reads_for_a_body_from_outside_finds_its_members_doors_closed(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, role: Any
) -> None:
    browser = await complete(client, write, partnership.tenant_id, role)

    answers = [
        code_of(await browser.see(path))
        for path in (
            f"/api/v1/partnerships/{partnership.slug}/calendar.ics",
            f"/log/{partnership.tenant_id}/tile/entries/000",
            f"/api/v1/partnerships/{partnership.slug}/imports/{uuid.uuid4()}",
        )
    ]

    assert answers == [(403, "not_for_outsiders")] * 3
    assert code_of(await drafted(browser, partnership.slug)) == (403, "role_not_allowed")

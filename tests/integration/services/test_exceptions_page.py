"""Exceptions as a page: for members of the body, by the session that every other door takes, kept by no cache."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from litestar.testing import AsyncTestClient

from domain.exceptions import KINDS, TITLES
from domain.ids import TenantId
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings, Settings
from readapi.viewer import Viewer
from services.api.app import create_app
from services.api.reads import read_api
from services.bootstrap import WriteSide, open_write_side
from services.web import exceptions_page, whoever
from services.web.exception_messages import EXCEPTION_MESSAGES
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.world_lines import uid
from tests.integration.readapi.world_of_exceptions import HONEST, PLANTED, world
from tests.integration.services.browsing import ORIGIN, Browser, joined, new_email

BODY, NEIGHBOUR = TenantId(uid(PLANTED, "body")), TenantId(uid(HONEST, "body"))
FRENCH, ENGLISH = f"/fr/partenariats/{PLANTED}/exceptions", f"/en/partnerships/{PLANTED}/exceptions"
DAY = "effective=2022-06-30"
PLAN = f"/en/partnerships/{PLANTED}/plans/{uid(PLANTED, 'plan')}"
NBSP = "\N{NO-BREAK SPACE}"


class Pages(NamedTuple):
    client: httpx.AsyncClient
    write: WriteSide

    async def member(self, body: TenantId = BODY) -> Browser:
        return await joined(self.client, self.write, body)

    def stranger(self) -> Browser:
        return Browser(self.client)


@pytest.fixture(scope="module")
def planted(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    made = make_database(server, f"entente_exceptions_page_{worker_name}")
    asyncio.run(bring_in(made, list(world())))
    return made


@pytest.fixture
async def pages(settings: Settings, planted: DatabaseSettings) -> AsyncIterator[Pages]:
    """The application over two bodies that look alike, one of which did each thing that is an exception."""
    over = replace(settings, database=planted, secret_key=planted.secret_key)
    mounts, lifespans = read_api(over)
    app = create_app(over, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)
    async with open_write_side(planted) as write, AsyncTestClient(app, base_url=ORIGIN) as client:
        yield Pages(client, write)


def told(answer: httpx.Response) -> str:
    return html.unescape(answer.text)


def days(answer: httpx.Response) -> list[str]:
    """The day of each exception on the page."""
    return re.findall(r"<p><b>(.+?)</b>", told(answer))


def kept_by_nobody(answer: httpx.Response) -> bool:
    varies = {name.strip().lower() for name in answer.headers["vary"].split(",")}
    assert {"cookie", "authorization"} <= varies
    return bool(answer.headers["cache-control"] == "private, no-store")


async def test_a_member_reads_every_exception_by_kind_in_both_languages(pages: Pages) -> None:
    member = await pages.member()

    for path, language in ((FRENCH, "fr"), (ENGLISH, "en")):
        answer = await member.see(f"{path}?{DAY}")

        assert answer.status_code == 200
        assert answer.headers["content-language"] == f"{language}-CA"
        headings = re.findall(r'<h3 id="(\w+)">(.+?)</h3>', told(answer))
        assert headings == [(kind, TITLES[kind].in_(language).text) for kind in KINDS]  # type: ignore[arg-type]
        assert len(days(answer)) == 13
        assert kept_by_nobody(answer)
    french = told(await member.see(f"{FRENCH}?{DAY}"))
    assert f"La révision n’invoque aucune autorité{NBSP}: la source n’en mentionne aucune." in french
    assert "Soumise le 2022-05-01, 1 jour après l’échéance du 2022-04-30." in french
    assert f'hreflang="en-CA" href="{ENGLISH}?{DAY}"' in french


async def test_each_event_is_named_and_leads_to_the_step_of_the_plan_or_to_its_proof(pages: Pages) -> None:
    member = await pages.member()
    answer = await member.see(f"{ENGLISH}?{DAY}&kind=revision_without_authority")

    steps = re.findall(rf'<a href="({PLAN}\?step=\d+)#step">Revision of a plan adopted, ', told(answer))
    assert len(steps) == 3
    assert f"/log/{BODY}/proof/" in answer.text
    step = await member.see(steps[0])
    assert step.status_code == 200
    assert 'id="step"' in step.text
    every = told(await member.see(f"{ENGLISH}?{DAY}"))
    assert not re.search(r"\b[a-z]+\.[A-Z][a-z]+[A-Z]?", re.sub(r"<[^>]*>", "", every))  # no code of an event


async def test_whoever_is_no_member_is_told_who_may_see_it_whatever_there_is(pages: Pages) -> None:
    neighbour, stranger = await pages.member(NEIGHBOUR), pages.stranger()
    visits = ((neighbour, PLANTED), (stranger, PLANTED), (stranger, "nowhere"), (stranger, HONEST))
    asked = f"{DAY}&recorded=2100-07-01"  # a bare date: whoever is a member is asked which zone is meant

    def plain(answer: httpx.Response, slug: str) -> str:
        assert answer.status_code == 403
        return answer.text.replace(slug, "…")

    for query in (DAY, asked):
        answers = [
            plain(await browser.see(f"/en/partnerships/{slug}/exceptions?{query}"), slug)
            for browser, slug in visits
        ]
        assert len(set(answers)) == 1
        assert "shown to its members alone" in answers[0]
        assert 'href="/en/sign-in?next=/en/partnerships/' in answers[0]
    assert (await neighbour.see(f"/en/partnerships/{HONEST}/exceptions")).status_code == 200
    assert (await (await pages.member()).see(f"{ENGLISH}?{asked}")).status_code == 400


async def test_the_neighbours_own_page_has_none_of_it(pages: Pages) -> None:
    answer = await (await pages.member(NEIGHBOUR)).see(f"/fr/partenariats/{HONEST}/exceptions?{DAY}")

    assert answer.status_code == 200
    assert days(answer) == []
    assert "Aucune exception ne ressort à ces deux dates." in told(answer)


async def test_it_is_who_asks_that_keeps_it_from_a_stranger(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = pages.stranger()
    assert days(await stranger.see(f"{ENGLISH}?{DAY}")) == []

    async def anybody(*_: object) -> Viewer:
        return Viewer(tenant_id=BODY, role="member")

    monkeypatch.setattr(whoever, "viewer", anybody)

    assert len(days(await stranger.see(f"{ENGLISH}?{DAY}"))) == 13


async def test_the_read_api_answers_a_stranger_nothing_even_if_the_page_let_them_through(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoever.Reader, "member", property(lambda _: True))

    answer = await pages.stranger().see(f"{ENGLISH}?{DAY}")

    assert answer.status_code == 403
    assert days(answer) == []


async def test_kinds_days_and_both_clocks_narrow_what_is_shown(pages: Pages) -> None:
    member = await pages.member()

    async def shown(query: str) -> list[str]:
        answer = await member.see(f"{ENGLISH}?{query}")
        assert answer.status_code == 200
        return days(answer)

    assert await shown(f"{DAY}&kind=orphan_target") == ["October 2, 2021", "July 2, 2021", "February 1, 2021"]
    assert await shown(f"{DAY}&kind=orphan_target&since=2021-07-02") == ["October 2, 2021", "July 2, 2021"]
    assert len(await shown("effective=2021-06-30&recorded=2100-01-01T00:00:00-05:00")) < 13
    assert await shown(f"{DAY}&recorded=1") == []
    assert (await member.see(f"{ENGLISH}?since=soon")).status_code == 400
    page = (await member.see(f"{ENGLISH}?{DAY}&kind=orphan_target&since=2021-07-02")).text
    assert '<option value="orphan_target" selected>' in page
    assert 'value="2021-07-02"' in page


async def test_pages_follow_one_another_until_all_was_shown(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exceptions_page, "FIRST", 5)
    member = await pages.member()
    path, found = f"{ENGLISH}?{DAY}", []
    for _ in range(3):
        answer = await member.see(path)
        found.append(len(days(answer)))
        onward = re.search(r'<a rel="next" href="([^"#]+)#found">', told(answer))
        path = onward[1] if onward else ""

    assert (found, path) == ([5, 5, 3], "")


async def test_a_session_that_has_ended_is_led_to_sign_in_and_back_never_to_the_publics_page(pages: Pages) -> None:
    member = await pages.member()
    ended = dict(member.cookies)
    await member.see("/fr/compte")
    await member.submit("/fr/compte/deconnexion")
    member.cookies = ended

    for path in (FRENCH, PLAN.replace("/en/partnerships", "/fr/partenariats")):
        first = await member.see(path)
        assert (first.status_code, first.headers["location"]) == (303, f"/fr/compte?next={path}")
        assert first.headers["cache-control"] == "no-store"
    second = await member.see(first.headers["location"])
    assert (second.status_code, second.headers["location"]) == (303, f"/fr/connexion?next={path}")
    assert member.session is None


async def test_a_session_by_password_alone_completes_itself_first(pages: Pages) -> None:
    coordinator = await joined(pages.client, pages.write, BODY, "coordinator")

    first = await coordinator.see(ENGLISH)
    assert first.headers["location"] == f"/en/account?next={ENGLISH}"
    second = await coordinator.see(first.headers["location"])
    assert second.headers["location"] == f"/en/sign-in/second-factor?next={ENGLISH}"
    await coordinator.enrol()
    assert (await coordinator.see(ENGLISH)).status_code == 200


async def test_a_membership_that_has_ended_shows_nothing_more(pages: Pages) -> None:
    email = new_email()
    member = await joined(pages.client, pages.write, BODY, email=email)
    assert (await member.see(ENGLISH)).status_code == 200
    account = await pages.write.identity.accounts.find(email)
    assert account is not None
    (membership,) = await pages.write.identity.accounts.memberships(account.account_id)
    await pages.write.identity.accounts.end_membership(BODY, membership.membership_id)

    assert (await member.see(ENGLISH)).status_code == 403
    assert (await member.see(PLAN)).status_code == 404


async def test_the_pages_of_plans_are_read_as_whoever_is_signed_in(pages: Pages) -> None:
    member, neighbour, stranger = await pages.member(), await pages.member(NEIGHBOUR), pages.stranger()
    plans = f"/en/partnerships/{PLANTED}/plans"

    own, listed = await member.see(PLAN), await member.see(plans)

    assert own.status_code == 200  # adopted, and never published
    assert "as your role shows it" in told(own)
    assert str(uid(PLANTED, "plan")) in listed.text
    assert f'href="{ENGLISH}"' in listed.text
    assert kept_by_nobody(own)
    assert kept_by_nobody(listed)
    for other in (neighbour, stranger):
        assert (await other.see(PLAN)).status_code == 404
        seen = await other.see(plans)
        assert str(uid(PLANTED, "plan")) not in seen.text
        assert ENGLISH not in seen.text
        assert kept_by_nobody(seen) is (other is neighbour)


def test_every_event_that_tells_of_an_exception_has_words() -> None:
    text = (Path(__file__).parents[3] / "docs/exceptions.md").read_text(encoding="utf-8")
    rows = [line.rsplit("|", 2)[1] for line in text.splitlines() if line.startswith("| `")]
    named, area = set(), ""
    for cell in rows:
        for code in re.findall(r"`([\w.]+)`", cell):
            area = code.partition(".")[0] if "." in code else area
            named.add(code if "." in code else f"{area}.{code}")

    assert len(named) >= 20
    assert {f"event.{code}" for code in named} == {key for key in EXCEPTION_MESSAGES if key.startswith("event.")}

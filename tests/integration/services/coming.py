"""A browser that goes to a provider and comes back."""

import uuid
from typing import Any

import httpx

from domain.ids import TenantId
from infra.access.sessions import Session
from services.bootstrap import WriteSide
from tests.integration.services.browsing import Browser
from tests.integration.services.issuer import SECRET, Issuer


async def set_up(write: WriteSide, tenant_id: TenantId, issuer: Issuer, **changes: Any) -> str:
    """A provider of a body; its name."""
    name = f"city-{uuid.uuid4().hex[:12]}"
    await write.identity.providers.keep(tenant_id, issuer.terms(name, **changes), secret=SECRET)
    return name


async def go(browser: Browser, name: str, **query: str) -> str:
    """Where the browser is sent by the link of the sign-in page."""
    answer = await browser.send("GET", f"/fr/connexion/avec/{name}", params=query)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def come(browser: Browser, issuer: Issuer, name: str, **says: Any) -> httpx.Response:
    """There and back: what the page answers to which the provider sends the browser."""
    return await browser.see(issuer.authorise(await go(browser, name), **says))


async def session_of(write: WriteSide, browser: Browser) -> Session:
    """Of the one who is signed in with this browser."""
    assert browser.session is not None
    found = await write.identity.sessions.find(browser.session)
    assert found is not None
    return found

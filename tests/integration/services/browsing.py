"""A browser as far as signing in needs one: its cookies, its forms, and what it says of where it comes from."""

import re
import time
import uuid
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pyotp

from domain.envelope import Role
from domain.ids import TenantId
from services.bootstrap import WriteSide
from services.identity.inviting import invite

ORIGIN = "https://testserver.local"
SESSION = "__Host-entente-session"
PASSWORD = "quatre mots sans apprêt"
OURS = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
THEIRS = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}


class Browser:
    """Keeps cookies and the token of the form that it saw last. Follows no redirect by itself."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.cookies: dict[str, str] = {}
        self.address = f"test:{uuid.uuid4().hex}"
        """As the one proxy of the tests writes it: attempts of one test are not counted against another's."""
        self.form = ""
        self.secret = ""
        """Of the authenticator that was set up here."""
        self.code = ""
        """The one that set it up."""
        self.recovery: list[str] = []

    @property
    def session(self) -> str | None:
        return self.cookies.get(SESSION)

    async def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        given = {"accept-language": "fr", "x-forwarded-for": self.address, **(headers or {})}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._client.cookies.clear()
        answer = await self._client.request(
            method, f"{ORIGIN}{path}", headers=given, follow_redirects=False, **options
        )
        self._client.cookies.clear()
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        found = re.search(r'name="form" value="([0-9a-f]{64})"', answer.text)
        self.form = found[1] if found else self.form
        return answer

    async def see(self, path: str) -> httpx.Response:
        return await self.send("GET", path)

    async def submit(self, path: str, *, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        return await self.send("POST", path, headers=headers or OURS, data={"form": self.form, **fields})

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        await self.see("/fr/connexion")
        return await self.submit("/fr/connexion", email=email, password=password)

    async def enrol(self) -> httpx.Response:
        """Set up an authenticator with its first code."""
        page = await self.see("/fr/connexion/second-facteur")
        found = re.search(r'id="key">([A-Z2-7 ]+)<', page.text)
        assert found is not None
        self.secret = found[1].replace(" ", "")
        self.code = pyotp.TOTP(self.secret).now()
        answer = await self.submit("/fr/connexion/second-facteur", code=self.code)
        self.recovery = re.findall(r"<li><code>([a-z2-7-]+)</code></li>", answer.text)
        return answer

    def next_code(self) -> str:
        """Another code than the one that set the authenticator up, and one that is taken now."""
        codes, now = pyotp.TOTP(self.secret), int(time.time())
        return codes.at(now) if codes.at(now) != self.code else codes.at(now + codes.interval)


def new_email() -> str:
    return f"p-{uuid.uuid4().hex}@example.org"


async def invitation(
    write: WriteSide, tenant_id: TenantId, role: Role = "member", email: str | None = None
) -> str:
    """The path of an invitation's page, in French."""
    by = await write.vault.pseudonym(tenant_id, uuid.uuid4())
    token = await invite(
        write.identity, tenant_id, email or new_email(), role, "fr", by_role="operator", invited_by=by
    )
    return f"/fr/invitation/{token}"


async def joined(
    client: httpx.AsyncClient,
    write: WriteSide,
    tenant_id: TenantId,
    role: Role = "member",
    email: str | None = None,
) -> Browser:
    """Somebody who has accepted an invitation and is signed in, by password alone."""
    browser = Browser(client)
    path = await invitation(write, tenant_id, role, email)
    await browser.see(path)
    answer = await browser.submit(path, password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 303, answer.text
    return browser


async def complete(client: httpx.AsyncClient, write: WriteSide, tenant_id: TenantId, role: Role) -> Browser:
    """Somebody who is signed in with a second factor."""
    browser = await joined(client, write, tenant_id, role)
    assert (await browser.enrol()).status_code == 200
    return browser

"""Who asks: people of the first partnership in each of its roles, a funder that is granted nothing, and nobody."""

import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Final
from uuid import uuid4

from domain.envelope import Role
from domain.ids import TenantId
from services.bootstrap import WriteSide
from services.identity.inviting import accept_as_new, invite
from tests.isolation.canaries.driver import Answer
from tests.isolation.canaries.world import HOST, World

ROLES: Final[tuple[Role, ...]] = (
    *("coordinator", "chair", "member", "partner_reporter", "regional_adviser", "plan_approver", "auditor"),
)
FUNDER_ROLES: Final[tuple[Role, ...]] = ("programme_officer", "funder_analyst")
SESSION_COOKIE: Final = "__Host-entente-session"
PASSWORD: Final = "quatre mots sans apprêt"
NO_TOKEN: Final = "x" * 43
_FORM: Final = re.compile(rb'name="form" value="([0-9a-f]{64})"')


@dataclass
class Reader:
    """What somebody sends with each request; somebody with cookies also keeps what comes back."""

    name: str
    token: str | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    session: str | None = None
    """The cookie to come back with after signing out."""
    form: str = ""
    """The token of the form that was seen last."""

    @property
    def is_somebody(self) -> bool:
        """Whether what they send is let in at all."""
        return self.token != NO_TOKEN

    def headers(self) -> dict[str, str]:
        given = {"host": HOST}
        if self.token is not None:
            given["authorization"] = f"Bearer {self.token}"
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            given |= {"origin": f"https://{HOST}", "sec-fetch-site": "same-origin"}
        return given

    def learn(self, answer: Answer) -> None:
        """Keep cookies and the form's token, as a browser does."""
        if self.session is None:
            return
        for name, value in answer.headers:
            if name.lower() == b"set-cookie":
                for key, morsel in SimpleCookie(value.decode("latin-1")).items():
                    if morsel["max-age"] == "0":
                        self.cookies.pop(key, None)
                    else:
                        self.cookies[key] = morsel.value
        if (shown := _FORM.search(answer.body)) is not None:
            self.form = shown[1].decode()

    def come_back(self) -> None:
        """Signed in again, by the session that a test keeps for it."""
        if self.session is not None:
            self.cookies[SESSION_COOKIE] = self.session


async def readers_of(write: WriteSide, world: World) -> list[Reader]:
    """All readers of the first partnership and beside it; each process makes its own."""

    async def by_token(name: str, tenant_id: TenantId, role: Role) -> Reader:
        person = await write.vault.pseudonym(tenant_id, uuid4())
        return Reader(name, token=await write.tokens.create(tenant_id, role, person, "canaries"))

    found = [await by_token(role, world.ours, role) for role in ROLES]
    found += [await by_token(role, world.funder, role) for role in FUNDER_ROLES]
    found += [await _by_cookie(write, world.ours, role) for role in ("coordinator", "member")]
    return [*found, Reader("anonymous"), Reader("a token that is none", token=NO_TOKEN)]


async def insider(write: WriteSide, world: World) -> Reader:
    """A coordinator of the second partnership: whoever looks through their eyes has to find markers."""
    person = await write.vault.pseudonym(world.theirs, uuid4())
    return Reader("insider", token=await write.tokens.create(world.theirs, "coordinator", person, "canaries"))


async def _by_cookie(write: WriteSide, tenant_id: TenantId, role: Role) -> Reader:
    identity = write.identity
    by = await write.vault.pseudonym(tenant_id, uuid4())
    link = await invite(
        identity, tenant_id, f"{uuid4().hex}@example.org", role, "fr", by_role="operator", invited_by=by
    )
    account = await accept_as_new(identity, link, PASSWORD)
    (membership,) = await identity.accounts.memberships(account)
    secret = await identity.sessions.begin(account, "second", membership, agent="canaries", instead_of=None)
    reader = Reader(f"{role} by cookie", session=secret)
    reader.come_back()
    return reader

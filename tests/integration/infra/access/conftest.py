"""The parts that know people, over this worker's database."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.envelope import Role
from domain.ids import TenantId
from infra.access.accounts import Accounts
from infra.access.factors import SecondFactors
from infra.access.invitations import Invitations
from infra.access.logins import Logins
from infra.access.passkeys import Passkeys
from infra.access.providers import Provider, Providers, ProviderTerms
from infra.access.sessions import Sessions
from infra.pii.persons import PersonVault
from infra.settings import DatabaseSettings
from infra.settings import Role as Login
from tests.integration.logs import open_log

KEPT = "$argon2id$v=19$m=19456,t=2,p=1$c2Fsc2Fsc2Fs$aGFzaGhhc2hoYXNoaGFzaGhhc2g"

SECRET = b"a secret of tests, of 32 bytes at least"


class People:
    """Accounts and bodies made for one test."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self.pool = pool
        self.accounts = Accounts(pool)
        self.invitations = Invitations(pool)
        self.sessions = Sessions(pool, idle=timedelta(minutes=60), longest=timedelta(hours=12))
        self.factors = SecondFactors(pool, SECRET)
        self.passkeys = Passkeys(pool)
        self.providers = Providers(pool, SECRET)
        self.logins = Logins(pool)
        self.vault = PersonVault(pool)

    async def invited(self, tenant_id: TenantId, email: str, role: Role = "member") -> str:
        by = await self.vault.pseudonym(tenant_id, uuid4())
        return await self.invitations.create(tenant_id, email, role, "fr", invited_by=by, valid=timedelta(days=7))

    async def member(self, tenant_id: TenantId, role: Role = "member", email: str | None = None) -> UUID:
        """A new account that is a member of a body."""
        token = await self.invited(tenant_id, email or f"p-{uuid4().hex}@example.org", role)
        invitation = await self.invitations.find(token)
        assert invitation is not None
        account_id = uuid4()
        person_id = await self.vault.pseudonym(tenant_id, account_id)
        await self.invitations.accept_as_new(invitation, account_id, person_id, KEPT)
        return account_id

    async def provider(self, tenant_id: TenantId) -> Provider:
        """A new sign-in service of a body."""
        name = f"city-{uuid4().hex[:12]}"
        terms = ProviderTerms(
            name=name,
            label_en="City",
            label_fr="Ville",
            issuer="https://login.example.ca",
            client_id="entente",
            hosts=("login.example.ca",),
            domains=("example.ca",),
        )
        await self.providers.keep(tenant_id, terms)
        found = await self.providers.find(name)
        assert found is not None
        return found

    async def signed_in(self, account_id: UUID) -> str:
        memberships = await self.accounts.memberships(account_id)
        return await self.sessions.begin(account_id, "password", memberships[0], agent="a test", instead_of=None)


@pytest.fixture
async def pool(database: DatabaseSettings) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    async with asyncpg.create_pool(database.dsn(Login.APP), min_size=0, max_size=6) as made:
        yield made


@pytest.fixture
def people(pool: "asyncpg.Pool[asyncpg.Record]") -> People:
    return People(pool)


@pytest.fixture
def body(database: DatabaseSettings) -> TenantId:
    return open_log(database, uuid4())


@pytest.fixture
def other_body(database: DatabaseSettings) -> TenantId:
    return open_log(database, uuid4())

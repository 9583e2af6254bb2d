"""The application over this worker's database, asked as a client would."""

import uuid
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
import uuid_utils.compat
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from domain.body import BodyKind, OpenBody
from domain.envelope import Actor, Role, WithoutAuthority
from domain.ids import COMMONS, CommandId, OrganisationId, TenantId
from domain.organisation import RegisterOrganisation
from domain.stream import Order
from domain.values import both, en
from infra.mail.settings import ReminderSettings
from infra.settings import (
    DatabaseSettings,
    DocumentSettings,
    Profile,
    ProofSettings,
    SessionSettings,
    Settings,
    WebSettings,
)
from services.api.app import create_app
from services.bodies import Provisioning
from services.bootstrap import CONSOLE, WriteSide, open_write_side

BODY_MAX_BYTES = 64 * 1024
DOCUMENT_MAX_BYTES = 100 * 1024
METRICS_TOKEN = "a-token-for-tests"


class Partnership(NamedTuple):
    """A body made for one test, and its coordinator's token."""

    tenant_id: TenantId
    slug: str
    token: str


@pytest.fixture
def settings(database: DatabaseSettings, tmp_path: Path) -> Settings:
    return Settings(
        profile=Profile.PRODUCTION,
        instance_dir=tmp_path,
        secret_key=database.secret_key,
        database=database,
        documents=DocumentSettings(directory=tmp_path / "documents", bytes_max=DOCUMENT_MAX_BYTES),
        web=WebSettings(
            host="127.0.0.1",
            port=0,
            allowed_hosts=("testserver.local",),
            body_max_bytes=BODY_MAX_BYTES,
            metrics_token=METRICS_TOKEN,
        ),
        proof=ProofSettings(
            origin="testserver.local/log",
            checkpoint_dir=tmp_path / "checkpoints",
            key_path=tmp_path / "signer-key",
            given_key=None,
        ),
        reminders=ReminderSettings(days_before=(14, 3), hour=7, public_url="https://testserver.local"),
        sessions=SessionSettings(proxies=1),
    )


@pytest.fixture
async def write(database: DatabaseSettings) -> AsyncIterator[WriteSide]:
    async with open_write_side(database) as side:
        await side.bodies.open_commons(principal=CONSOLE)
        yield side


@pytest.fixture
def app(settings: Settings) -> ASGIApp:
    return create_app(settings, checks=lambda _: {})


@pytest.fixture
async def client(app: ASGIApp, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - the commons
    async with AsyncTestClient(app) as test_client:
        yield test_client


@pytest.fixture
async def partnership(write: WriteSide) -> Partnership:
    return await make_partnership(write)


@pytest.fixture
async def neighbour(write: WriteSide) -> Partnership:
    """Another body, with look-alike names."""
    return await make_partnership(write)


@pytest.fixture
async def operator_token(write: WriteSide) -> str:
    return await operator(write)


def opening(slug: str, **changes: Any) -> OpenBody:
    """A body that nothing else knows."""
    known = OpenBody(
        body_id=TenantId(uuid_utils.compat.uuid7()),
        kind=BodyKind.LIP,
        name=both(fr="Partenariat de Test", en="Test Partnership", source="fr"),
        slug=slug,
        province="ON",
        time_zone="America/Toronto",
        default_language="fr",
    )
    return msgspec.structs.replace(known, **changes)


async def make_partnership(
    write: WriteSide, role: Role = "coordinator", kind: BodyKind = BodyKind.LIP
) -> Partnership:
    slug = f"test-{uuid.uuid4().hex[:12]}"
    new = opening(slug, kind=kind)
    await write.bodies.provision(
        Provisioning(
            opening=new,
            key=uuid.uuid4(),
            effective_on=date(2024, 4, 1),
            lang="fr",
            correlation_id=uuid.uuid4(),
        ),
        principal=CONSOLE,
        fingerprint=bytes(32),
    )
    person = await write.vault.pseudonym(new.body_id, uuid.uuid4())
    token = await write.tokens.create(new.body_id, role, person, "a test")
    return Partnership(new.body_id, slug, token)


async def an_organisation(write: WriteSide) -> OrganisationId:
    """One that is registered in the commons."""
    organisation_id = OrganisationId(uuid.uuid4())
    register = Order(
        tenant_id=COMMONS,
        command=RegisterOrganisation(organisation_id=organisation_id, name=en("Centre")),
        command_id=CommandId(uuid.uuid4()),
        actor=Actor(id=await write.vault.pseudonym(COMMONS, CONSOLE), role="operator"),
        effective_on=date(2024, 4, 1),
        authority=WithoutAuthority(reason="not_required"),
        lang="en",
        correlation_id=uuid.uuid4(),
    )
    await write.handler.handle(register, bytes(32))
    return organisation_id


async def operator(write: WriteSide) -> str:
    person = await write.vault.pseudonym(COMMONS, uuid.uuid4())
    return await write.tokens.create(COMMONS, "operator", person, "an operator of tests")

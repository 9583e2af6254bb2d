"""A provider that answers, an application that trusts it, and somebody who may come in by it."""

import dataclasses
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from infra.settings import SessionSettings, Settings
from services.bootstrap import WriteSide
from tests.integration.services.browsing import ORIGIN, joined, new_email
from tests.integration.services.conftest import Partnership
from tests.integration.services.issuer import Issuer, running


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with running(tmp_path) as made:
        yield made


@pytest.fixture
def settings(settings: Settings, issuer: Issuer, tmp_path: Path) -> Settings:  # noqa: ARG001 - writes the file
    return dataclasses.replace(settings, sessions=SessionSettings(proxies=1, authorities=tmp_path / "issuer.pem"))


@pytest.fixture
async def client(app: ASGIApp, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - the commons
    async with AsyncTestClient(app, base_url=ORIGIN) as test_client:
        yield test_client


@pytest.fixture
async def email(client: httpx.AsyncClient, write: WriteSide, partnership: Partnership) -> str:
    """Of a member who may come in."""
    address = new_email()
    await joined(client, write, partnership.tenant_id, "member", address)
    return address

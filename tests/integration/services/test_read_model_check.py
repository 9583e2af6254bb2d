"""For every aggregate and version of the sample: library replay = async load = read model."""

from collections.abc import AsyncIterator

import psycopg
import pytest

import domain.areas  # noqa: F401 - fills the registry of streams
from domain.ids import COMMONS, TenantId
from domain.stream import STREAMS
from infra.database import Database
from services.bootstrap import WriteSide, open_write_side
from services.read_model_check import CHECKS, ReadModelCheck
from services.replay import Report, verify
from tests.integration.filled import Filled
from tests.integration.logs import tenant_log


@pytest.fixture
async def write(filled: Filled) -> AsyncIterator[WriteSide]:
    async with open_write_side(filled.settings) as opened:
        yield opened


async def checked(write: WriteSide, filled: Filled, tenant_id: TenantId) -> Report:
    async with Database(filled.settings) as database:
        with tenant_log(filled.settings, tenant_id) as log:
            return await verify(log, write.store, also=ReadModelCheck(database, tenant_id))


def test_every_stream_has_its_check() -> None:
    assert set(CHECKS) == set(STREAMS)


@pytest.mark.parametrize(
    "slug",
    [
        "mifi",
        "drcneq",
        "sherbrooke",
        "quebec-city",
        "fictionville",
        "plaine-imaginaire",
        "baie-modele",
        "durham",
        "alpha",
        "reseau-exemple",
    ],
)
async def test_every_version_of_a_body_agrees_three_ways(write: WriteSide, filled: Filled, slug: str) -> None:
    tenant_id = await write.bodies.resolve(slug)
    assert tenant_id is not None

    report = await checked(write, filled, tenant_id)

    assert report.defect is None
    assert report.versions_replayed == report.events > 0


async def test_the_commons_agree_three_ways(write: WriteSide, filled: Filled) -> None:
    report = await checked(write, filled, COMMONS)

    assert report.defect is None
    assert report.versions_replayed == report.events > 50


async def test_a_read_model_tampered_by_hand_is_found(write: WriteSide, filled: Filled) -> None:
    tenant_id = await write.bodies.resolve("riviere-exemple")
    assert tenant_id is not None
    renamed = "UPDATE national.registry SET name_fr = {} WHERE tenant_id = %s AND name_fr IS NOT NULL"
    with psycopg.connect(filled.settings.admin_dsn, autocommit=True) as connection:
        connection.execute(renamed.format("name_fr || ' !'").encode(), [tenant_id])
        try:
            report = await checked(write, filled, tenant_id)
        finally:
            connection.execute(renamed.format("replace(name_fr, ' !', '')").encode(), [tenant_id])

    assert report.defect is not None
    assert report.defect.check == "replay"
    assert "read model of body: name" in str(report.defect.found)

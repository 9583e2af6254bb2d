"""Instances between which bodies are carried as files."""

import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from domain.ids import StreamId, TenantId
from infra.bulk.read_models import BulkReadModels
from infra.log.feed import LogFeed
from infra.log.store import LogStore
from infra.settings import DatabaseSettings, DocumentSettings
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.archive.exporting import export_body
from services.archive.form import LOG, MANIFEST
from services.archive.restoring import Restored, restore_body
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from tests.integration.infra.log.logs import rows_of
from tests.integration.projections.shared import dump
from tests.integration.services.conftest import DOCUMENT_MAX_BYTES


class Instance(NamedTuple):
    settings: DatabaseSettings
    documents: DocumentSettings
    write: WriteSide
    feed: LogFeed
    models: BulkReadModels

    async def body(self, slug: str) -> TenantId:
        found = await self.write.bodies.resolve(slug)
        assert found is not None
        return found

    async def export(self, slug: str) -> bytes:
        file = io.BytesIO()
        await export_body(self.write, self.feed, await self.body(slug), slug, file)
        return file.getvalue()

    async def restore(self, content: bytes, *, bytes_max: int = DOCUMENT_MAX_BYTES) -> Restored:
        return await restore_body(self.write, self.settings, io.BytesIO(content), bytes_max=bytes_max)

    async def texts(self, tenant_id: TenantId) -> list[Any]:
        """Every event with its free text opened."""
        assert isinstance(self.write.store, LogStore)
        streams = dict.fromkeys(StreamId(row.stream_id) for row in rows_of(self.settings, tenant_id))
        return [event for stream in streams for event in await self.write.store.events_of(tenant_id, stream)]

    async def read_models(self, tenant_id: TenantId) -> dict[str, list[tuple[Any, ...]]]:
        await Runner(self.feed, self.models, PROJECTIONS).catch_up()
        return await dump(self.models, tenant_id)


@asynccontextmanager
async def instance(settings: DatabaseSettings, directory: Path) -> AsyncIterator[Instance]:
    documents = DocumentSettings(directory=directory, bytes_max=DOCUMENT_MAX_BYTES)
    async with (
        open_write_side(settings, documents) as write,
        LogFeed(write.database) as feed,
        BulkReadModels(write.database) as models,
    ):
        await write.bodies.open_commons(principal=CONSOLE)
        yield Instance(settings, documents, write, feed, models)


def logged(settings: DatabaseSettings, table: str, tenant_id: TenantId) -> list[tuple[Any, ...]]:
    with psycopg.connect(settings.admin_dsn) as connection:
        query = f"SELECT * FROM {table} WHERE tenant_id = %s ORDER BY 2, 3"  # noqa: S608 - constants
        return connection.execute(query.encode(), [tenant_id]).fetchall()


def own_parts(content: bytes) -> dict[str, bytes]:
    """What an archive says of the body's own log; what is of the commons stands at other positions elsewhere."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist()) - {MANIFEST, "commons.jsonl", "claims.jsonl"}
        assert names > {LOG, "grants.jsonl", "keys.jsonl"}
        return {name: archive.read(name) for name in names}


def repacked(content: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """The archive with other bytes under some names, or, with None, without them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(packed, "w") as other:
        kept = {name: archive.read(name) for name in archive.namelist()}
        for name, part in {**kept, **changes}.items():
            if part is not None:
                other.writestr(name, part)
    return packed.getvalue()

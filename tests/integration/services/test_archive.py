"""A body out of one instance and into another: the same log, the same tree, the same read models byte for byte."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domain.ids import COMMONS
from domain.values import SealedText
from infra.embedded import EmbeddedServer
from infra.log.leaf import leaf_of
from infra.log.merkle import root_of
from infra.settings import DatabaseSettings
from services.archive.form import LOG, MANIFEST, ArchiveBrokenError
from services.archive.restoring import RestoreRefusedError
from services.cli import REFUSED, USAGE, main
from tests.integration.filled import Filled, make_database
from tests.integration.infra.log.logs import flaws, rows_of
from tests.integration.services.archives import Instance, instance, logged, own_parts
from tests.unit.services.orders import FINGERPRINT, draft, open_body, order

BODIES = ["drcneq", "fictionville", "mifi"]


@pytest.fixture
async def source(filled: Filled, tmp_path: Path) -> AsyncIterator[Instance]:
    async with instance(filled.settings, tmp_path / "documents of the source") as opened:
        yield opened


@pytest.fixture(scope="module")
def another(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """An instance into which bodies are restored, one after the other; none of them sees another's."""
    return make_database(server, f"entente_restored_{worker_name}")


@pytest.fixture
async def target(another: DatabaseSettings, tmp_path: Path) -> AsyncIterator[Instance]:
    async with instance(another, tmp_path / "documents of the target") as opened:
        yield opened


def _texts_of(payload: Any) -> list[tuple[str, SealedText]]:
    fields = ((name, getattr(payload, name)) for name in payload.__struct_fields__)
    return [(name, value) for name, value in fields if isinstance(value, SealedText)]


@pytest.mark.parametrize("slug", BODIES)
async def test_a_restored_body_is_the_same_log_and_the_same_read_models(
    source: Instance, target: Instance, slug: str
) -> None:
    tenant_id = await source.body(slug)
    before = await source.read_models(tenant_id)
    content = await source.export(slug)

    restored = await target.restore(content)

    assert (restored.body_id, restored.slug, restored.known) == (tenant_id, slug, False)
    rows = rows_of(source.settings, tenant_id)
    assert rows_of(target.settings, tenant_id) == rows
    assert restored.events == len(rows) > 1
    assert restored.root == root_of([leaf_of(row) for row in rows]).hex()
    assert flaws(target.settings, tenant_id) == []
    for table in ("log.tile", "log.claim", "access.grant_now"):
        assert logged(target.settings, table, tenant_id) == logged(source.settings, table, tenant_id)
    assert await target.read_models(tenant_id) == before
    assert any(before.values())
    assert own_parts(await target.export(slug)) == own_parts(content)
    texts = await source.texts(tenant_id)
    assert await target.texts(tenant_id) == texts
    sealed = [text for event in texts for _, text in _texts_of(event.payload)]
    assert all(text.is_open for text in sealed)
    assert bool(sealed) == (slug != "mifi")


async def test_a_restored_body_goes_on_from_where_it_was(source: Instance, target: Instance) -> None:
    tenant_id = await source.body("eastern-ontario-5-counties")
    await target.restore(await source.export("eastern-ontario-5-counties"))
    outcome = await target.write.handler.handle(order(tenant_id, draft()), FINGERPRINT)

    assert outcome.position == len(rows_of(source.settings, tenant_id)) + 1
    assert flaws(target.settings, tenant_id) == []


async def test_restoring_twice_changes_nothing_and_another_log_is_not_overwritten(
    source: Instance, target: Instance
) -> None:
    content = await source.export("sherbrooke")
    tenant_id = await source.body("sherbrooke")
    first = await target.restore(content)

    again = await target.restore(content)

    assert (first.known, again.known) == (False, True)
    assert rows_of(target.settings, tenant_id) == rows_of(source.settings, tenant_id)
    await target.write.handler.handle(order(tenant_id, draft()), FINGERPRINT)
    grown = rows_of(target.settings, tenant_id)
    with pytest.raises(RestoreRefusedError):
        await target.restore(content)
    assert rows_of(target.settings, tenant_id) == grown


async def test_what_the_commons_says_of_it_is_recorded_anew_with_the_same_bytes(
    source: Instance, target: Instance
) -> None:
    content = await source.export("quebec-city")
    tenant_id = await source.body("quebec-city")

    def registered(settings: DatabaseSettings) -> list[tuple[int, bytes]]:
        return [(row.version, row.state) for row in rows_of(settings, COMMONS) if row.stream_id == tenant_id]

    await target.restore(content)

    assert registered(target.settings) == registered(source.settings)
    assert await target.write.bodies.resolve("quebec-city") == tenant_id
    assert flaws(target.settings, COMMONS) == []


async def test_a_taken_slug_and_the_commons_are_refused(source: Instance, target: Instance) -> None:
    await open_body(target.write.handler, "hamilton")
    before = len(rows_of(target.settings, COMMONS))

    with pytest.raises(RestoreRefusedError):
        await target.restore(await source.export("hamilton"))
    with pytest.raises(RestoreRefusedError):
        await target.restore(await source.export("commons"))

    assert len(rows_of(target.settings, COMMONS)) == before


def changed(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(packed, "w") as other:
        for info in archive.infolist():
            part = archive.read(info)
            other.writestr(info.filename, part.replace(old, new, 1) if info.filename == name else part)
    return packed.getvalue()


async def test_an_archive_that_was_changed_is_not_restored(source: Instance, target: Instance) -> None:
    content = await source.export("ottawa")
    tenant_id = await source.body("ottawa")
    manifest = msgspec.json.decode(zipfile.ZipFile(io.BytesIO(content)).read(MANIFEST))

    for broken in (
        b"no archive",
        content[:-30],
        changed(content, LOG, b"fr", b"en"),
        changed(content, MANIFEST, manifest["root"].encode(), bytes(64).hex()[:64].encode()),
        changed(content, MANIFEST, b"entente.archive.v1", b"entente.archive.v2"),
        changed(content, MANIFEST, b'"keys.jsonl"', b'"kees.jsonl"'),
    ):
        with pytest.raises(ArchiveBrokenError):
            await target.restore(broken)

    assert rows_of(target.settings, tenant_id) == []


async def test_the_same_log_gives_the_same_archive(source: Instance) -> None:
    assert await source.export("drcneq") == await source.export("drcneq")


async def test_an_archive_holds_nothing_of_another_body(source: Instance) -> None:
    """Alpha and beta look alike; only their ids tell them apart."""
    content = await source.export("alpha")
    other = await source.body("beta")

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            assert str(other).encode() not in archive.read(name), name


async def test_a_person_can_read_the_tables(source: Instance) -> None:
    content = await source.export("drcneq")

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        agreements = archive.read("tables/rm.agreement.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(agreements)))
    assert len(rows) == 57
    assert {row["programme_code"] for row in rows} == {"mrc", "pasi", "soutien-mission"}
    assert {row["status"] for row in rows} == {"in_force"}
    assert "tenant_id" not in rows[0]
    assert "tables/rm.mandate.csv" in names


def test_the_command_line_exports_and_restores(
    filled: Filled,
    another: DatabaseSettings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ENTENTE_SECRET_KEY", another.secret_key.decode())
    monkeypatch.setenv("ENTENTE_ALLOWED_HOSTS", "testserver.local")
    monkeypatch.setenv("ENTENTE_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setattr("services.journal.configure_journal", lambda: None)
    file = tmp_path / "halifax.zip"

    monkeypatch.setenv("ENTENTE_DATABASE_URL", filled.settings.admin_dsn)
    assert main(["export", "halifax", str(file)]) == 0
    assert main(["export", "nobody-here", str(file)]) == REFUSED
    assert main(["export", "halifax", str(tmp_path / "absent" / "x.zip")]) == REFUSED
    assert file.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("ENTENTE_DATABASE_URL", another.admin_dsn)
    capsys.readouterr()
    assert main(["restore", str(file)]) == 0
    assert main(["restore", str(file)]) == 0
    file.write_bytes(b"no archive")
    assert main(["restore", str(file)]) == REFUSED
    assert main(["restore", str(tmp_path / "absent.zip")]) == USAGE

    first, again = capsys.readouterr().out.splitlines()
    assert first.startswith("halifax: ")
    assert "déjà présent" in again

"""Audit packs of real logs: plans as the read models say them, checked against their events by both verifiers."""

import asyncio
import json
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from domain.ids import TenantId
from infra.bulk.read_models import BulkReadModels
from infra.database import Database, closing
from infra.log.feed import LogFeed
from infra.log.proofs.held import HeldCheckpoints
from infra.log.proofs.published import published
from infra.log.proofs.signing import Keys, LogSigner, Round
from infra.settings import DatabaseSettings, Role, Settings
from projections.query import AsOf
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.audit import verify
from services.audit.export import NotSignedError, gather, key_ids
from services.audit.pack import make_pack
from services.audit.plans import rendered_plans
from services.bootstrap import WriteSide, open_write_side
from services.cli import REFUSED, main
from services.projector import make_tables
from tests.integration.filled import Filled
from tests.integration.logs import as_superuser
from tests.integration.services.asking import draft, order
from tests.integration.services.conftest import Partnership
from tests.integration.services.test_log_routes import sign
from tests.unit.services.audit.packs import JavaScriptVerifier, python_verdict

KEYS = Keys("entente.example/log", bytes(range(32)))
BODIES = ("ministry", "drcneq", "sherbrooke", "quebec-city", "fictionville", "alpha", "beta")
END = date(2030, 1, 1)


@pytest.fixture(scope="module")
def javascript() -> Iterator[JavaScriptVerifier]:
    with JavaScriptVerifier() as verifier:
        yield verifier


@pytest.fixture(scope="module")
def signed(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> DatabaseSettings:
    """The sample, with every log signed."""

    async def sign_all() -> Round:
        async with (
            Database(filled.settings) as database,
            closing(await database.connect(Role.SIGNER)) as connection,
        ):
            held = HeldCheckpoints(tmp_path_factory.mktemp("held"))
            return await LogSigner(connection, held, KEYS, flush_wait_seconds=60).sign()

    assert asyncio.run(sign_all()).refused == {}
    return filled.settings


async def bodies_with_plans(write: WriteSide) -> dict[str, TenantId]:
    with psycopg.connect(write_dsn(write)) as connection:
        rows = connection.execute(
            "SELECT DISTINCT s.slug, e.tenant_id FROM log.event e JOIN commons.slug s ON s.entity_id = e.tenant_id"
            " WHERE e.type = 'plan.Drafted' ORDER BY 1"
        ).fetchall()
    return {slug: TenantId(tenant_id) for slug, tenant_id in rows}


def write_dsn(write: WriteSide) -> str:
    return write.database._settings.admin_dsn


async def pack_of(write: WriteSide, tenant_id: TenantId, **changes: Any) -> tuple[bytes, str]:
    gathered = await gather(write, tenant_id, **({"effective": END} | changes))
    return b"".join(make_pack(gathered.rows, gathered.facts)), gathered.facts.key.vkey


async def test_the_pack_of_every_body_with_plans_is_sound_to_both_verifiers(
    signed: DatabaseSettings, javascript: JavaScriptVerifier
) -> None:
    plans = 0
    async with open_write_side(signed) as write:
        bodies = await bodies_with_plans(write)
        for tenant_id in bodies.values():
            data, vkey = await pack_of(write, tenant_id)
            verdict = python_verdict(data, vkey)
            assert verdict["sound"], verdict
            assert javascript(data, vkey) == verdict
            plans += verdict["plans"]
    assert len(bodies) >= 5
    assert plans >= len(bodies)


async def test_a_pack_holds_one_bodys_events_and_no_neighbours(signed: DatabaseSettings, tmp_path: Path) -> None:
    async with open_write_side(signed) as write:
        bodies = await bodies_with_plans(write)
        data, _ = await pack_of(write, bodies["alpha"])
    (tmp_path / "pack.zip").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        assert archive.testzip() is None
        content = b"".join(archive.read(name) for name in archive.namelist())

    assert str(bodies["alpha"]).encode() in content
    for other in ("beta", "drcneq"):
        assert str(bodies[other]).encode() not in content
        assert bodies[other].bytes not in content


async def test_the_samples_plans_folded_at_every_step_equal_the_read_models_on_both_clocks(
    signed: DatabaseSettings,
) -> None:
    compared = 0
    async with open_write_side(signed) as write:
        for tenant_id in (await bodies_with_plans(write)).values():
            async with published(write.pool, tenant_id) as log:
                rows = await log.rows(0, 10_000)
            plans: dict[str, list[verify.PlanEvent]] = {}
            days = set()
            for row in rows:
                if row.type.startswith("plan."):
                    envelope = json.loads(row.state)
                    plans.setdefault(str(row.stream_id), []).append((row.position, row.version, envelope))
                    days.add(date.fromisoformat(envelope["effective_on"]))
            positions = sorted({position for events in plans.values() for position, _, _ in events})
            steps = [(END, position) for position in positions]
            steps += [(day, positions[-1]) for day in sorted(days)]
            steps += [(day, position) for day in sorted(days)[::3] for position in positions[::17]]
            for day, position in steps:
                said = await rendered_plans(write.database, tenant_id, AsOf(on=day, known=position))
                folded = {
                    plan: verify.rendered(plan, events, day.isoformat(), position)
                    for plan, events in plans.items()
                }
                assert said == {plan: found for plan, found in folded.items() if found is not None}, (
                    day,
                    position,
                )
                compared += 1
    assert compared > 300


async def test_a_read_model_that_was_tampered_with_makes_a_pack_that_is_not_sound(
    signed: DatabaseSettings, javascript: JavaScriptVerifier
) -> None:
    async with open_write_side(signed) as write:
        tenant_id = (await bodies_with_plans(write))["alpha"]
        change = "UPDATE rm.plan_element SET wording_fr = %s WHERE tenant_id = %s AND wording_fr = %s"
        with as_superuser(signed) as connection:
            found = connection.execute(
                "SELECT wording_fr FROM rm.plan_element WHERE tenant_id = %s AND recorded_to = 'infinity'"
                " AND wording_fr IS NOT NULL LIMIT 1",
                [tenant_id],
            ).fetchone()
            assert found is not None
            connection.execute(change, ["Autre chose", tenant_id, found[0]])
        try:
            data, vkey = await pack_of(write, tenant_id)
        finally:
            with as_superuser(signed) as connection:
                connection.execute(change, [found[0], tenant_id, "Autre chose"])
        restored, _ = await pack_of(write, tenant_id)

    assert python_verdict(data, vkey)["code"] == javascript(data, vkey)["code"] == "plan"
    assert python_verdict(restored, vkey)["sound"]


async def test_an_erased_text_still_verifies_and_says_so(
    client: httpx.AsyncClient, settings: Settings, write: WriteSide, partnership: Partnership
) -> None:
    make_tables(settings.database)
    made, secret = draft(), "Nom d’une personne qui demande l’oubli"
    subject = uuid.uuid4()
    await order(client, partnership.slug, "DraftPlan", made, token=partnership.token)
    note = {"subject": str(subject), "text": secret}
    data = {"plan_id": made["plan_id"], "note": note}
    answer = await order(client, partnership.slug, "ClosePlan", data, token=partnership.token)
    assert answer.status_code == 201, answer.text
    await sign(settings)
    async with BulkReadModels(write.database) as models, LogFeed(write.database) as feed:
        await Runner(feed, models, PROJECTIONS).catch_up({partnership.tenant_id})
    before, vkey = await pack_of(write, partnership.tenant_id)

    assert await write.vault.erase(partnership.tenant_id, subject)  # type: ignore[arg-type] # a subject is a person
    after, _ = await pack_of(write, partnership.tenant_id)

    sound, erased = python_verdict(before, vkey), python_verdict(after, vkey)
    assert (sound["sealed"], sound["erased"], sound["sound"]) == (1, 0, True)
    assert (erased["sealed"], erased["erased"], erased["sound"]) == (1, 1, True)
    assert sound["root"] == erased["root"]
    for pack in (before, after):
        assert secret.encode() not in pack
    receipt = answer.json()["receipt"]
    assert (await client.get(receipt["proof"])).status_code == 200


async def test_a_withheld_payload_is_counted_and_its_plan_is_not_folded(
    signed: DatabaseSettings, javascript: JavaScriptVerifier
) -> None:
    async with open_write_side(signed) as write:
        tenant_id = (await bodies_with_plans(write))["alpha"]
        async with published(write.pool, tenant_id) as log:
            rows = await log.rows(0, 10_000)
        drafted = next(row for row in rows if row.type == "plan.Drafted")
        data, vkey = await pack_of(write, tenant_id, withheld=[drafted.position])

    verdict = python_verdict(data, vkey)
    assert (verdict["sound"], verdict["withheld"]) == (True, 1)
    assert verdict["plans_not_folded"] == [str(drafted.stream_id)]
    assert javascript(data, vkey) == verdict
    assert drafted.state not in data


async def test_a_log_that_is_not_signed_has_no_pack(write: WriteSide, partnership: Partnership) -> None:
    with pytest.raises(NotSignedError):
        await gather(write, partnership.tenant_id, effective=END)


async def test_every_sealed_text_of_the_sample_is_counted(signed: DatabaseSettings) -> None:
    async with open_write_side(signed) as write:
        bodies = await bodies_with_plans(write)
        async with published(write.pool, bodies["drcneq"]) as log:
            rows = await log.rows(0, 10_000)
        data, vkey = await pack_of(write, bodies["drcneq"])

    verdict = python_verdict(data, vkey)
    assert verdict["sealed"] == sum(row.state.count(b'"ciphertext":"') for row in rows)
    assert verdict["erased"] == 0
    assert key_ids(rows) == sorted(set(key_ids(rows)))


def test_the_command_line_writes_a_pack_that_its_own_verifier_checks(
    signed: DatabaseSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENTENTE_DATABASE_URL", signed.admin_dsn)
    monkeypatch.setenv("ENTENTE_SECRET_KEY", signed.secret_key.decode())
    monkeypatch.setenv("ENTENTE_ALLOWED_HOSTS", "testserver.local")
    monkeypatch.setenv("ENTENTE_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setattr("services.journal.configure_journal", lambda: None)
    out = tmp_path / "drcneq.zip"

    assert main(["audit", "export", "drcneq", "--effective", "2021-04-01", "--out", str(out)]) == 0

    assert "--vkey 'entente.example/log/" in capsys.readouterr().out
    with zipfile.ZipFile(out) as archive:
        archive.extract("verify.py", tmp_path)
        vkey = json.loads(archive.read("manifest.json"))["vkey"]
        assert {"README.txt", "dictionary.json", "checkpoint", "verify.html"} <= set(archive.namelist())
    checked = subprocess.run(
        [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(out), "--vkey", vkey, "--json"],
        capture_output=True,
        check=False,
    )
    verdict = json.loads(checked.stdout)
    assert (checked.returncode, verdict["sound"], verdict["as_of"]["effective"]) == (0, True, "2021-04-01")
    assert verdict["plans"] >= 1
    assert main(["audit", "export", "nobody"]) == REFUSED
    assert main(["audit", "export", "drcneq", "--recorded", "2021-04-01"]) == 2

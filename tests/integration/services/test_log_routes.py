"""The served log: a receipt redeemed, tiles from which anybody can compute the root, and who may read entries."""

import asyncio
import base64
import dataclasses
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import httpx
from litestar.testing import AsyncTestClient

from domain.ids import TenantId
from infra.database import Database, closing
from infra.log.merkle import leaf_hash, root_of, verify_consistency
from infra.log.proofs.checkpoint import Checkpoint, LeafProof
from infra.log.proofs.cosigning import Cosigners
from infra.log.proofs.entries import entries_path, unbundle
from infra.log.proofs.note import COSIGNATURE, Note, SigningKey, VerifierKey
from infra.log.proofs.policy import WitnessAddress
from infra.log.proofs.signing import LogSigner
from infra.log.proofs.witness import Submission, Witness
from infra.settings import Role, Settings
from services.api.app import create_app
from services.signer import held_checkpoints, sign_once, signing_keys
from services.witness import WitnessServer, serve
from tests.integration.services.asking import draft, order
from tests.integration.services.conftest import Partnership


@asynccontextmanager
async def signer_connection(settings: Settings) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    async with Database(settings.database) as database, closing(await database.connect(Role.SIGNER)) as connection:
        yield connection


async def sign(settings: Settings) -> None:
    keys = signing_keys(settings)
    async with signer_connection(settings) as connection:
        signer = LogSigner(connection, held_checkpoints(settings), keys)
        async with asyncio.timeout(60):
            # Beside other writers the server may not have flushed all that was seen: the next round signs it.
            while not (await sign_once(signer, connection, keys)).flushed:  # noqa: ASYNC110 - for its disk
                await asyncio.sleep(0.05)


def key_of(settings: Settings, tenant_id: TenantId) -> VerifierKey:
    return signing_keys(settings).of(tenant_id, 1).verifier


async def test_a_receipt_is_redeemed_for_a_proof_that_verifies_without_us(
    client: httpx.AsyncClient, settings: Settings, partnership: Partnership, neighbour: Partnership
) -> None:
    await order(client, neighbour.slug, "DraftPlan", draft(), token=neighbour.token)
    answer = await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
    receipt = answer.json()["receipt"]
    assert (await client.get(receipt["proof"])).json()["code"] == "not_signed_yet"
    await sign(settings)

    redeemed = await client.get(receipt["proof"])

    assert redeemed.status_code == 200
    assert redeemed.headers["content-type"] == "text/plain; charset=utf-8"
    assert redeemed.headers["content-disposition"].endswith('-1.tlog-proof"')
    key = key_of(settings, partnership.tenant_id)
    leaf = base64.b64decode(receipt["leaf_hash"])
    checkpoint = LeafProof.parse(redeemed.text).verified(leaf, [key], origin=key.name)
    assert key.name == f"testserver.local/log/{partnership.tenant_id}"
    assert (checkpoint.size, receipt["leaf_index"]) == (2, 1)


async def test_the_same_key_gets_the_same_receipt(client: httpx.AsyncClient, partnership: Partnership) -> None:
    key, data = str(uuid.uuid4()), draft()
    first = await order(client, partnership.slug, "DraftPlan", data, token=partnership.token, key=key)
    again = await order(client, partnership.slug, "DraftPlan", data, token=partnership.token, key=key)

    assert again.json() == first.json() | {"replayed": True}
    assert first.json()["receipt"] is not None


async def test_an_order_that_records_nothing_has_no_receipt(
    client: httpx.AsyncClient, partnership: Partnership
) -> None:
    made = draft()
    await order(client, partnership.slug, "DraftPlan", made, token=partnership.token)
    same = {"plan_id": made["plan_id"], "title": made["title"]}
    answer = await order(client, partnership.slug, "RetitlePlan", same, token=partnership.token)

    assert (answer.status_code, answer.json()["receipt"]) == (200, None)


async def test_from_tiles_or_entries_anybody_computes_the_signed_root(
    client: httpx.AsyncClient, settings: Settings, partnership: Partnership
) -> None:
    for _ in range(4):
        await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
    await sign(settings)
    log = f"/log/{partnership.tenant_id}"
    note = Note.parse((await client.get(f"{log}/checkpoint")).content)
    note.verified([key_of(settings, partnership.tenant_id)])
    checkpoint = Checkpoint.parse(note.text)
    assert checkpoint.size == 5

    tile = (await client.get(f"{log}/tile/0/000.p/5")).content
    entries = await client.get(
        f"{log}/{entries_path(0, 5)}", headers={"authorization": f"Bearer {partnership.token}"}
    )

    leaves = [tile[start : start + 32] for start in range(0, len(tile), 32)]
    assert root_of(leaves) == checkpoint.root
    assert [leaf_hash(entry) for entry in unbundle(entries.content)] == leaves
    assert entries.headers["cache-control"].startswith("private")
    for absent in ("tile/0/000", "tile/0/000.p/6", "tile/1/000.p/1", "tile/0/001.p/1"):
        assert (await client.get(f"{log}/{absent}")).json()["code"] == "not_signed_yet"
    for wrong in ("tile/0/0", "tile/x", "tile/0/000.p/256"):
        assert (await client.get(f"{log}/{wrong}")).json()["code"] == "route_unknown"


async def test_entries_are_for_those_who_may_read_the_body(
    client: httpx.AsyncClient,
    settings: Settings,
    partnership: Partnership,
    neighbour: Partnership,
    operator_token: str,
) -> None:
    await sign(settings)
    address = f"/log/{partnership.tenant_id}/{entries_path(0, 1)}"

    def as_bearer(token: str) -> dict[str, str]:
        return {"authorization": f"Bearer {token}"}

    assert (await client.get(address)).status_code == 401
    assert (await client.get(address, headers=as_bearer(neighbour.token))).json()["code"] == "body_unknown"
    assert (await client.get(address, headers=as_bearer(partnership.token))).status_code == 200
    assert (await client.get(address, headers=as_bearer(operator_token))).status_code == 200


async def test_a_log_that_does_not_exist_is_answered_like_one_that_is_not_signed(
    client: httpx.AsyncClient,
) -> None:
    for rest in ("checkpoint", "vkey", "proof/0", "consistency/0", "tile/0/000.p/1", "checkpoint/final"):
        answer = await client.get(f"/log/{uuid.uuid4()}/{rest}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_signed_yet"), rest


async def test_a_later_checkpoint_is_proven_to_continue_an_earlier_one(
    client: httpx.AsyncClient, settings: Settings, partnership: Partnership
) -> None:
    await sign(settings)
    log = f"/log/{partnership.tenant_id}"
    old = Checkpoint.parse(Note.parse((await client.get(f"{log}/checkpoint")).content).text)
    for _ in range(3):
        await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
    await sign(settings)

    shown = Submission.parse((await client.get(f"{log}/consistency/{old.size}")).content)

    new = Checkpoint.parse(shown.note.text)
    assert (old.size, new.size) == (1, 4)
    assert verify_consistency(old_size=1, size=4, proof=shown.proof, old_root=old.root, root=new.root)
    assert (await client.get(f"{log}/vkey")).text == f"{key_of(settings, partnership.tenant_id).vkey}\n"


# --- Witnesses


@contextmanager
def running_witness(name: str, seed: int, logs: list[VerifierKey], directory: Path) -> Iterator[WitnessAddress]:
    key = SigningKey(name, bytes([seed]) * 32, COSIGNATURE)
    server = WitnessServer(("127.0.0.1", 0), Witness(key, logs, directory))
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(server, stop))
    thread.start()
    try:
        yield WitnessAddress(key.verifier, f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        stop.set()
        thread.join()


async def test_a_checkpoint_is_final_once_two_organisations_have_cosigned_it(
    client: httpx.AsyncClient,  # noqa: ARG001 - the commons is open
    settings: Settings,
    partnership: Partnership,
    tmp_path: Path,
) -> None:
    key = key_of(settings, partnership.tenant_id)
    with (
        running_witness("funder.example/w1", 1, [key], tmp_path / "one") as funder,
        running_witness("city.example/w1", 2, [key], tmp_path / "two") as city,
    ):
        proof = watched_by(settings, (funder, city), final_at=2)
        app = create_app(proof, checks=lambda _: {})
        async with AsyncTestClient(app) as watched, signer_connection(settings) as connection:
            log = f"/log/{partnership.tenant_id}"
            await sign(settings)
            await Cosigners([funder]).ask(connection)
            assert (await watched.get(f"{log}/checkpoint/final")).status_code == 404
            await Cosigners([city]).ask(connection)

            final = Note.parse((await watched.get(f"{log}/checkpoint/final")).content)

            assert proof.proof.policy.is_final(final)
            assert [k.name for k, _ in final.verified([key, funder.key, city.key])] == [
                key.name,
                city.key.name,
                funder.key.name,
            ]
            await order(watched, partnership.slug, "DraftPlan", draft(), token=partnership.token)
            await sign(settings)
            newest = Note.parse((await watched.get(f"{log}/checkpoint")).content)
            still = Note.parse((await watched.get(f"{log}/checkpoint/final")).content)
            assert (Checkpoint.parse(newest.text).size, Checkpoint.parse(still.text).size) == (2, 1)


async def test_a_witness_that_is_away_or_forgot_everything_delays_nothing(
    client: httpx.AsyncClient, settings: Settings, partnership: Partnership, tmp_path: Path
) -> None:
    key = key_of(settings, partnership.tenant_id)
    await sign(settings)
    async with signer_connection(settings) as connection:
        with running_witness("away.example/w1", 3, [key], tmp_path / "away") as away:
            pass
        assert await Cosigners([away]).ask(connection) == 0
        with running_witness("here.example/w1", 4, [key], tmp_path / "here") as here:
            await Cosigners([here]).ask(connection)
        await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
        await sign(settings)
        with running_witness("here.example/w1", 4, [key], tmp_path / "empty") as forgetful:
            await Cosigners([forgetful]).ask(connection)

    note = Note.parse((await client.get(f"/log/{partnership.tenant_id}/checkpoint")).content)
    assert Checkpoint.parse(note.text).size == 2
    assert [k.name for k, _ in note.verified([here.key])] == ["here.example/w1"]


def watched_by(settings: Settings, witnesses: tuple[WitnessAddress, ...], *, final_at: int) -> Settings:
    proof = dataclasses.replace(settings.proof, witnesses=witnesses, final_at=final_at)
    return dataclasses.replace(settings, proof=proof)

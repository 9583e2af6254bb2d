"""The logs as anybody may hold them to their word: checkpoints, tiles, entries and proofs (C2SP tlog-tiles)."""

from typing import Any, Final, TypeVar
from uuid import UUID

from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.ids import TenantId
from infra.log.proofs.entries import ENTRIES, parse_tile_path
from infra.log.proofs.published import published
from infra.settings import ProofSettings
from services.api.admitting import admitted_to, bearer_of
from services.bootstrap import WriteSide
from services.doors import DOORS
from services.doors import ENTRIES as ENTRIES_DOOR
from services.refusals.reads import NotSignedYetError
from services.refusals.requests import RouteUnknownError

PREFIX: Final = "/log/{log:uuid}"
_SHORTLY: Final = {"Cache-Control": "public, max-age=2"}
_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_FOR_ITS_READER: Final = {"Cache-Control": "private, max-age=31536000, immutable"}

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T")


def log_routes(proof: ProofSettings) -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state.

    Checkpoints, tiles and proofs hold hashes and are public, as the register of bodies is. Entries tell who did
    what kind of thing when, and are for those who may read the body.
    """
    policy = proof.policy

    @get(f"{PREFIX}/checkpoint/final")
    async def final(request: AnyRequest, log: FromPath[UUID]) -> Response[str]:
        async with published(_pool(request), TenantId(log)) as of:
            note = await of.final([key.name for key in policy.witnesses], policy.final_at)
        return _note(_signed(note))

    return [checkpoint, final, key, tile, proof_of, consistency]


@get(f"{PREFIX}/checkpoint")
async def checkpoint(request: AnyRequest, log: FromPath[UUID]) -> Response[str]:
    """The newest checkpoint, with its cosignatures."""
    async with published(_pool(request), TenantId(log)) as of:
        note, _ = _signed(await of.newest())
    return _note(note)


@get(f"{PREFIX}/vkey")
async def key(request: AnyRequest, log: FromPath[UUID]) -> Response[str]:
    """The log's key as the service states it: compare it with what you were handed."""
    async with published(_pool(request), TenantId(log)) as of:
        _, verifier = _signed(await of.newest())
    return _note(f"{verifier.vkey}\n")


@get(PREFIX + "/tile/{rest:path}")
async def tile(request: AnyRequest, log: FromPath[UUID], rest: FromPath[str]) -> Response[bytes]:
    """A tile of hashes, or a bundle of entries."""
    name = parse_tile_path("tile/" + str(rest).removeprefix("/"))
    if name is None:
        raise RouteUnknownError
    if name.level == ENTRIES:
        await _check_reader(request, TenantId(log))
    async with published(_pool(request), TenantId(log)) as of:
        data = _signed(await of.tile(name))
    headers = _FOR_ITS_READER if name.level == ENTRIES else _FOR_EVER
    return Response(data, media_type="application/octet-stream", headers=headers)


@get(PREFIX + "/proof/{index:int}")
async def proof_of(request: AnyRequest, log: FromPath[UUID], index: FromPath[int]) -> Response[str]:
    """What a receipt is redeemed for: a `.tlog-proof`."""
    async with published(_pool(request), TenantId(log)) as of:
        found = _signed(await of.proof(index))
    answer = _note(found)
    answer.headers["Content-Disposition"] = f'attachment; filename="{log}-{index}.tlog-proof"'
    return answer


@get(PREFIX + "/consistency/{size:int}")
async def consistency(request: AnyRequest, log: FromPath[UUID], size: FromPath[int]) -> Response[str]:
    """That the newest checkpoint continues a log of this size, as a witness takes it."""
    async with published(_pool(request), TenantId(log)) as of:
        return _note(_signed(await of.continuation(size)))


def _signed(found: T | None) -> T:
    if found is None:
        raise NotSignedYetError
    return found


def _note(text: object) -> Response[str]:
    return Response(str(text), media_type=MediaType.TEXT, headers=dict(_SHORTLY))


def _pool(request: AnyRequest) -> Any:
    write: WriteSide = request.app.state.write
    return write.pool


async def _check_reader(request: AnyRequest, tenant_id: TenantId) -> None:
    write: WriteSide = request.app.state.write
    await admitted_to(DOORS[ENTRIES_DOOR], write, await bearer_of(request, write), {"log": tenant_id})

"""Audit packs and checked steps over HTTP: for those who may see all that is in them, drafts too."""

import asyncio
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.clocks import parse_recorded_as_of
from domain.ids import PlanId, TenantId
from infra.log.proofs.checkpoint import Checkpoint
from infra.log.proofs.published import published
from infra.settings import DatabaseSettings, ProofSettings
from services.api.admitting import admitted
from services.audit.export import Gathered, gather
from services.audit.pack import make_pack
from services.bootstrap import WriteSide
from services.catching_up import caught_up
from services.refusals.reads import (
    EffectiveUnreadableError,
    NotSignedYetError,
    PackTooLongError,
    ReadsBehindError,
    StepTooFarError,
)
from services.refusals.rights import BodyUnknownError
from services.step_check import VERSION_MAX, checked_step

EVENTS_MAX: Final = 50_000
"""A pack is made in memory. A longer log is exported on the command line, where nobody waits for an answer."""
_GIVEN_CHARACTERS_MAX: Final = 60

AnyRequest = Request[Any, Any, Any]


class Clocks(NamedTuple):
    """Both clocks as they were written; empty means now."""

    effective: str
    recorded: str


def pack_routes(proof: ProofSettings, database: DatabaseSettings) -> list[HTTPRouteHandler]:
    """The handlers for programs; the page has a form for people."""

    @get("/log/{log:uuid}/pack")
    async def pack(request: AnyRequest) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        given = request.query_params
        clocks = Clocks(given.get("effective", ""), given.get("recorded", ""))
        return await pack_for(write, proof, admitted(request).tenant_id, clocks)

    @get("/log/{log:uuid}/plans/{plan_id:uuid}/steps/{version:int}")
    async def step(request: AnyRequest, plan_id: FromPath[UUID], version: FromPath[int]) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        tenant_id = admitted(request).tenant_id
        if version > VERSION_MAX:
            raise StepTooFarError(version=version, maximum=VERSION_MAX)
        if not await caught_up(write, tenant_id):
            raise ReadsBehindError
        found = await checked_step(write, database, tenant_id, PlanId(plan_id), version)
        headers = {"Cache-Control": "private, no-store"}
        return Response(msgspec.json.encode(found), media_type=MediaType.JSON, headers=headers)

    return [pack, step]


async def pack_for(write: WriteSide, proof: ProofSettings, tenant_id: TenantId, clocks: Clocks) -> Response[bytes]:
    """A body's pack at both clocks.

    Raises:
        BodyUnknownError: there is none.
        Refusal: a clock that is none.
        NotSignedYetError, ReadsBehindError: ask again in a moment.
        PackTooLongError: it has to be exported on the command line.
        QuotaReachedError: as many as may be are being made.
    """
    facts = await write.bodies.facts(tenant_id)
    if facts is None:
        raise BodyUnknownError(slug=str(tenant_id))
    on = _day(clocks.effective) if clocks.effective else facts.today()
    known: datetime | int | None = None
    if clocks.recorded:
        known = parse_recorded_as_of(clocks.recorded, zones=(facts.time_zone,))
    async with published(write.pool, tenant_id) as log:
        newest = await log.newest()
    if newest is None:
        raise NotSignedYetError
    size = Checkpoint.parse(newest[0].text).size
    if size > EVENTS_MAX:
        raise PackTooLongError(events=size, maximum=EVENTS_MAX)
    if not await caught_up(write, tenant_id):
        raise ReadsBehindError
    witnesses = proof.policy.witnesses
    async with write.allowances.export(tenant_id):
        gathered = await gather(write, tenant_id, witnesses=witnesses, effective=on, recorded=known)
        content = await asyncio.to_thread(_content, gathered)
    headers = {
        "Content-Disposition": f'attachment; filename="{tenant_id}-{len(gathered.rows)}.zip"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type="application/zip", headers=headers)


def _content(gathered: Gathered) -> bytes:
    return b"".join(make_pack(gathered.rows, gathered.facts))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise EffectiveUnreadableError(given=text[:_GIVEN_CHARACTERS_MAX]) from error

"""National views as files: the same stored documents as everybody asks, read with the requester's own rights."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, Final, get_args
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from domain.values import Language
from readapi.persisted import PREFIX, hashes
from readapi.viewer import ANONYMOUS, Viewer
from services.api.paged import read_pages
from services.api.requesters import reader, viewer_of
from services.api.view_list import VIEWS, View
from services.api.view_parameters import Given, language_of
from services.bootstrap import WriteSide
from services.refusals.requests import RouteUnknownError
from services.views.files import MEDIA_TYPES, Kind, csv_file, xlsx_file
from services.views.sheets import Book, Reading
from services.web.reading import read_stored

VIEWS_PATH: Final = "/api/v1/views"
_FILES: Final[Mapping[Kind, Callable[[Book], bytes]]] = {"csv": csv_file, "xlsx": xlsx_file}

AnyRequest = Request[Any, Any, Any]


def view_routes() -> list[HTTPRouteHandler]:
    """The handlers of the views as files."""
    return [_route(view) for view in VIEWS]


def _route(view: View) -> HTTPRouteHandler:
    @get([f"{VIEWS_PATH}/{view.path}.{kind}" for kind in get_args(Kind)])
    async def give(request: AnyRequest) -> Response[bytes]:
        return await _answer(request, view)

    return give


async def _answer(request: AnyRequest, view: View) -> Response[bytes]:
    write: WriteSide = request.app.state.write
    kind: Kind = "csv" if request.url.path.endswith(".csv") else "xlsx"
    bearer = await reader(request.scope, write)
    viewer, named = ANONYMOUS, None
    if bearer is not None:
        viewer = await viewer_of(write, bearer)
        named = f"{bearer.tenant_id} ({bearer.role})"
    async with AsyncExitStack() as open_:
        if bearer is not None:
            await open_.enter_async_context(write.allowances.export(bearer.tenant_id))
        return await _made(request, view, kind, viewer, named)


async def _made(request: AnyRequest, view: View, kind: Kind, viewer: Viewer, named: str | None) -> Response[bytes]:
    language, variables = language_of(request), view.variables(Given(request, view.names))
    read_at = datetime.now(UTC).replace(microsecond=0).isoformat()
    if view.paged is None:
        (answer,) = (await read_stored(request, view.document, variables, viewer)).values()
    else:
        answer = await read_pages(request, view.document, variables, viewer, view.paged)
    if answer is None:
        raise RouteUnknownError
    digest = PREFIX + hashes()[view.document]
    asked = msgspec.json.encode(variables).decode()
    address = "/graphql?" + urlencode({"documentId": digest, "variables": asked})
    reading = Reading(view.document, digest, asked, address, read_at, named)
    content = await asyncio.to_thread(lambda: _FILES[kind](view.book(answer, reading, language)))
    return file_response(content, MEDIA_TYPES[kind], f"{view.file_name.in_(language)}.{kind}", language)


def file_response(content: bytes, media_type: str, name: str, language: Language) -> Response[bytes]:
    """A file to keep, which nobody on the way does: another reader may see something else."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Language": f"{language}-CA",
            "Cache-Control": "private, no-store",
            "Vary": "Accept-Language, Authorization, Cookie",
        },
    )

"""Tables over HTTP: their templates, what one would record, and bringing it in."""

import asyncio
import functools
from typing import Any, Final, TypeVar, get_args
from uuid import UUID, uuid4

import msgspec
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.values import LANGUAGES, Language
from infra.access.tokens import Bearer
from services.api.admitting import admitted
from services.api.edge import correlation_id_of
from services.api.following import followed, is_wanted
from services.api.languages import preferred
from services.api.routes import POSITION_HEADER, actor_of, key_of
from services.authorisation import check_role
from services.batching import Progress
from services.bootstrap import WriteSide
from services.refusals.orders import BodyNotOpenError
from services.refusals.requests import QueryInvalidError
from services.tables.columns import TableFormat
from services.tables.forms import FORMATS
from services.tables.intake import Intake, Recorder, Upload, Wish, understand
from services.tables.reading import FILE_BYTES_MAX
from services.tables.refusals import TableFormatUnknownError, TableMediaTypeError
from services.tables.templates import MEDIA_TYPES, Kind, file_name, template
from services.tables.undoing import Undoing

IMPORT_PATH: Final = "/api/v1/partnerships/{slug:str}/imports/{table:str}"
TEMPLATE_PATH: Final = "/api/v1/partnerships/{slug:str}/imports/{table:str}/template"
STANDING_PATH: Final = "/api/v1/partnerships/{slug:str}/imports/{import_id:uuid}"
UNDO_PATH: Final = "/api/v1/partnerships/{slug:str}/imports/{import_id:uuid}/undo"
_SOURCE_CHARACTERS_MAX: Final = 500
_NAME_CHARACTERS_MAX: Final = 60

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T")


def import_routes() -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""

    @post(IMPORT_PATH, status_code=200, request_max_body_size=FILE_BYTES_MAX + 1)
    async def bring_in(request: AnyRequest, table: FromPath[str]) -> Response[Any]:
        write: WriteSide = request.app.state.write
        bearer, tenant_id = admitted(request)
        form = _form(table)
        preview = _flag(request, "preview")
        import_id = uuid4() if preview else key_of(request)
        wish = _wish(request)
        content = await _content(request)
        facts = await write.bodies.facts(tenant_id)
        if facts is None:
            raise BodyNotOpenError
        # Reading a workbook takes a second of computing: not on the loop that answers everybody else.
        understood = await asyncio.to_thread(
            understand, content, form, tenant_id, facts.today(), wish, import_id=import_id
        )
        upload = Upload(tenant_id, await actor_of(write, bearer, tenant_id), import_id, wish)
        recorder = Recorder(
            write.batches,
            key=write.fingerprint_key,
            may=functools.partial(check_role, bearer.role),
            vault=write.vault,
        )
        if preview:
            return _answered(await recorder.preview(understood, upload))

        async def record(tell: Progress | None = None) -> Intake:
            async with write.allowances.orders(tenant_id, len(understood.orders)) as spent:
                intake = await recorder.record(understood, upload, content, tell)
                if intake.position is not None and not intake.replayed:
                    spent.keep()
                return intake

        if is_wanted(request.headers.get("accept", "")):
            return followed(record, str(correlation_id_of(request.scope)))
        return _answered(await record())

    @get(TEMPLATE_PATH)
    async def give_template(request: AnyRequest, table: FromPath[str]) -> Response[bytes]:
        form = _form(table)
        language = _language(request) or preferred(request.headers.get("accept-language", "")) or "fr"
        kind: Kind = _one_of(request, "as", get_args(Kind)) or "xlsx"
        content = await asyncio.to_thread(template, form, language, kind)
        name = file_name(form, language, kind)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)

    @get(STANDING_PATH)
    async def stand(request: AnyRequest, import_id: FromPath[UUID]) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        bearer, tenant_id = admitted(request)
        standing = await _undoing(write, bearer).standing(tenant_id, import_id)
        return _json(standing, 200, standing.undone_position or standing.position)

    @post(UNDO_PATH, status_code=200)
    async def undo(request: AnyRequest, import_id: FromPath[UUID]) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        bearer, tenant_id = admitted(request)
        actor = await actor_of(write, bearer, tenant_id)
        undone = await _undoing(write, bearer).undo(tenant_id, import_id, key_of(request), actor)
        return _json(undone, 200 if undone.replayed else 201, undone.position)

    return [bring_in, give_template, stand, undo]


def _undoing(write: WriteSide, bearer: Bearer) -> Undoing:
    may = functools.partial(check_role, bearer.role)
    return Undoing(write.store, write.batches, key=write.fingerprint_key, may=may)


def _form(table: str) -> TableFormat:
    form = FORMATS.get(table)
    if form is None:
        raise TableFormatUnknownError(table=table[:_NAME_CHARACTERS_MAX], known=", ".join(FORMATS))
    return form


async def _content(request: AnyRequest) -> bytes:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if media_type not in MEDIA_TYPES.values() or encoding != "identity":
        raise TableMediaTypeError
    return await request.body()


def _wish(request: AnyRequest) -> Wish:
    source = request.query_params.get("source")
    if source is not None and not 0 < len(source) <= _SOURCE_CHARACTERS_MAX:
        raise QueryInvalidError(name="source", expected=f"1–{_SOURCE_CHARACTERS_MAX}")
    return Wish(
        language=_language(request),
        sheet=request.query_params.get("sheet"),
        leave_out=tuple(request.query_params.getall("leave_out", [])),
        source=source,
        sample=_flag(request, "sample"),
    )


def _language(request: AnyRequest) -> Language | None:
    return _one_of(request, "lang", LANGUAGES)


def _flag(request: AnyRequest, name: str) -> bool:
    return _one_of(request, name, ("true", "false")) == "true"


def _one_of(request: AnyRequest, name: str, values: tuple[T, ...]) -> T | None:
    given = request.query_params.get(name)
    if given is None:
        return None
    found = next((value for value in values if value == given), None)
    if found is None:
        raise QueryInvalidError(name=name, expected=", ".join(map(str, values)))
    return found


def _answered(intake: Intake) -> Response[bytes]:
    new = intake.position is not None and not intake.replayed
    return _json(intake, 201 if new else 200, intake.position)


def _json(answer: msgspec.Struct, status: int, position: int | None) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"}
    if position is not None:
        headers[POSITION_HEADER] = str(position)
    return Response(
        msgspec.json.encode(answer), status_code=status, media_type="application/json", headers=headers
    )

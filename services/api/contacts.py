"""Names and contacts of a body's people over HTTP: for its coordinators, outside every log."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.ids import PersonId
from services.api.admitting import admitted
from services.api.routes import json_body
from services.bootstrap import WriteSide
from services.contacts import Contact, contact_of, correct
from services.decoding import convert, parse_json
from services.identity.noting import note
from services.identity.refusals import PersonUnknownError

PERSON_PATH: Final = "/api/v1/partnerships/{slug:str}/people/{person_id:str}"

AnyRequest = Request[Any, Any, Any]


@get(PERSON_PATH)
async def read_person(request: AnyRequest, person_id: FromPath[str]) -> Response[bytes]:
    """What is known of a person."""
    write: WriteSide = request.app.state.write
    return _answered(await contact_of(write, admitted(request).tenant_id, _person(person_id)))


@put(PERSON_PATH)
async def correct_person(request: AnyRequest, person_id: FromPath[str]) -> Response[bytes]:
    """Replace what is known of a person."""
    write: WriteSide = request.app.state.write
    tenant_id = admitted(request).tenant_id
    given = convert(parse_json(await json_body(request)), Contact, "$")
    await correct(write, tenant_id, _person(person_id), given)
    await note(write.identity, "person_corrected", tenant_id=tenant_id, person_id=person_id)
    return _answered(await contact_of(write, tenant_id, _person(person_id)))


def contact_routes() -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""
    return [read_person, correct_person]


def _person(given: str) -> PersonId:
    try:
        return PersonId(UUID(given))
    except ValueError as error:
        raise PersonUnknownError from error


def _answered(contact: Contact) -> Response[bytes]:
    return Response(
        msgspec.json.encode(contact), media_type="application/json", headers={"Cache-Control": "no-store"}
    )

"""Whom a body writes to, over HTTP: listed, added and removed by its coordinators, outside every log."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.mail import Purpose, is_address
from domain.values import Language
from infra.pii.addresses import (
    ADDRESSES_MAX,
    Address,
    AddressesFullError,
    AddressIdUsedError,
    AddressListedError,
)
from services.api.admitting import admitted
from services.api.routes import json_body, key_of
from services.bootstrap import WriteSide
from services.decoding import convert, parse_json
from services.refusals import FieldsInvalidError
from services.refusals.addresses import AddressesTooManyError, AddressOnListError, AddressUnknownError
from services.refusals.orders import KeyReusedError
from services.wordings import located

ADDRESSES_PATH: Final = "/api/v1/partnerships/{slug:str}/addresses"
ADDRESS_PATH: Final = "/api/v1/partnerships/{slug:str}/addresses/{address_id:str}"

AnyRequest = Request[Any, Any, Any]


class NewAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address to write to from now on."""

    email: str
    language: Language
    purpose: Purpose


class AddressList(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a body writes to, the oldest address first."""

    addresses: list[Address]


def address_routes() -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""

    @get(ADDRESSES_PATH)
    async def list_addresses(request: AnyRequest) -> Response[bytes]:
        write, tenant_id = _write(request), admitted(request).tenant_id
        return _answered(AddressList(addresses=await write.addresses.list(tenant_id)), 200)

    @post(ADDRESSES_PATH, status_code=201)
    async def add_address(request: AnyRequest) -> Response[bytes]:
        write, (bearer, tenant_id) = _write(request), admitted(request)
        key = key_of(request)
        new = convert(parse_json(await json_body(request)), NewAddress, "$")
        if not is_address(new.email):
            raise FieldsInvalidError((located("no mail address", "$.email"),))
        try:
            added = await write.addresses.add(
                tenant_id, key, new.email, new.language, purpose=new.purpose, added_by=bearer.person_id
            )
        except AddressListedError as error:
            raise AddressOnListError from error
        except AddressIdUsedError as error:
            raise KeyReusedError from error
        except AddressesFullError as error:
            raise AddressesTooManyError(maximum=ADDRESSES_MAX) from error
        return _answered(added.address, 201 if added.new else 200)

    @delete(ADDRESS_PATH, status_code=204)
    async def remove_address(request: AnyRequest, address_id: FromPath[str]) -> None:
        write, tenant_id = _write(request), admitted(request).tenant_id
        try:
            id_ = UUID(address_id)
        except ValueError as error:
            raise AddressUnknownError from error
        if not await write.addresses.remove(tenant_id, id_):
            raise AddressUnknownError

    return [list_addresses, add_address, remove_address]


def _write(request: AnyRequest) -> WriteSide:
    write: WriteSide = request.app.state.write
    return write


def _answered(answer: Address | AddressList, status: int) -> Response[bytes]:
    return Response(
        msgspec.json.encode(answer),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )

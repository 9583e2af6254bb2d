"""Tokens of machines over HTTP: issued, listed and revoked by a body's coordinators, outside every log."""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.envelope import Role
from domain.ids import OrganisationId
from infra.access.tokens import ID_CHARACTERS, Limits, ServiceTokenRow
from infra.settings import Settings
from services.api.admitting import admitted
from services.api.routes import actor_of, json_body
from services.bootstrap import WriteSide
from services.decoding import convert, parse_json
from services.identity.noting import note
from services.refusals.rights import ServiceTokenUnknownError
from services.service_tokens import HOURS, HOURS_MAX, audience_of, issue

SERVICE_TOKENS_PATH: Final = "/api/v1/partnerships/{slug:str}/service-tokens"
SERVICE_TOKEN_PATH: Final = "/api/v1/partnerships/{slug:str}/service-tokens/{token_id:str}"  # noqa: S105 - an address

AnyRequest = Request[Any, Any, Any]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class NewServiceToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token for a machine, and what it is for: to read, to give some orders, or both."""

    name: Name
    """Which machine."""
    role: Role
    """What it is in the body: never more than who issues it may invite to."""
    read: bool = False
    commands: Annotated[list[Name], msgspec.Meta(max_length=200)] = []
    organisation_id: OrganisationId | None = None
    """For which organisation of the commons a partner's reporter acts; of other roles null."""
    valid_hours: Annotated[int, msgspec.Meta(ge=1, le=HOURS_MAX)] = HOURS


class IssuedServiceToken(msgspec.Struct, frozen=True, kw_only=True):
    """The token, shown this once, and its id for later."""

    token: str
    id: str
    expires_at: datetime


class ServiceTokenList(msgspec.Struct, frozen=True, kw_only=True):
    """The machines' tokens of the body, ended ones too, the newest first."""

    service_tokens: list[ServiceTokenRow]


def service_token_routes(settings: Settings) -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""
    audience = audience_of(settings.reminders.public_url)

    @post(SERVICE_TOKENS_PATH, status_code=201)
    async def issue_service_token(request: AnyRequest) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        bearer, tenant_id = admitted(request)
        new = convert(parse_json(await json_body(request)), NewServiceToken, "$")
        actor = await actor_of(write, bearer, tenant_id)
        token = await issue(
            write,
            tenant_id,
            new.name,
            new.role,
            Limits(reads=new.read, commands=frozenset(new.commands), audience=audience),
            by_role=bearer.role,
            issued_by=actor.id,
            hours=new.valid_hours,
            organisation_id=new.organisation_id,
        )
        made = await write.tokens.service(tenant_id, token)
        assert made.expires_at is not None
        return _answered(IssuedServiceToken(token=token, id=made.id, expires_at=made.expires_at), 201)

    return [issue_service_token, list_service_tokens, revoke_service_token]


@get(SERVICE_TOKENS_PATH)
async def list_service_tokens(request: AnyRequest) -> Response[bytes]:
    """Which there are, what they are for, and when they were used last."""
    write: WriteSide = request.app.state.write
    listed = await write.tokens.services(admitted(request).tenant_id)
    return _answered(ServiceTokenList(service_tokens=listed), 200)


@delete(SERVICE_TOKEN_PATH, status_code=204)
async def revoke_service_token(request: AnyRequest, token_id: FromPath[str]) -> None:
    """End one at once."""
    write: WriteSide = request.app.state.write
    tenant_id = admitted(request).tenant_id
    if len(token_id) != ID_CHARACTERS or not await write.tokens.revoke_service(tenant_id, token_id):
        raise ServiceTokenUnknownError
    await note(write.identity, "service_token_revoked", tenant_id=tenant_id)


def _answered(answer: IssuedServiceToken | ServiceTokenList, status: int) -> Response[bytes]:
    return Response(
        msgspec.json.encode(answer),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )

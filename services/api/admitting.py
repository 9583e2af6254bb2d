"""Lets requests in as the table of doors says, before handlers run: who asks, for which body, in which role."""

from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.types import HTTPScope

from domain.ids import TenantId
from domain.stream import COMMANDS
from infra.access.tokens import Bearer
from readapi.viewer import AUTHOR_ROLES
from services.api.requesters import requester
from services.authorisation import check_member, check_role
from services.bootstrap import WriteSide
from services.doors import DOORS, Door, Rule, template
from services.identity.confirming import check_confirmed
from services.refusals.rights import BodyUnknownError, RoleNotAllowedError, TokenMissingError, TokenScopeError
from services.service_tokens import check_commands, check_reads

_STATE: Final = "admitted"
_NAME_CHARACTERS_MAX: Final = 60

AnyConnection = ASGIConnection[Any, Any, Any, Any]
AnyRequest = Request[Any, Any, Any]


class Admitted(NamedTuple):
    """On whose behalf a request comes, and the body that it addresses; of an instance door, the bearer's own."""

    bearer: Bearer
    tenant_id: TenantId


async def admit(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Hold a request against its door's line. A guard of the whole application: no handler can forget it.

    Raises:
        TokenMissingError: nobody asks. What is shown and not valid, or may not act: as `requester` says.
        BodyUnknownError: the requester acts for another body, exactly as for one that does not exist.
        RoleNotAllowedError: the table does not give the door's action to the role.
        ConfirmationNeededError: the act is grave, and the session began too long ago.
        TokenScopeError: a machine's token is not for the door's action, or not for reading.
        NotForOutsidersError: the role reads for the body without being a member, and the door is for members.
        NotForLimitedError: the role is there for one organisation, and the door is for the whole body.
    """
    method = cast("HTTPScope", connection.scope)["method"] if isinstance(handler, HTTPRouteHandler) else ""
    if method in ("", "OPTIONS"):  # mounts keep their rule themselves
        return
    # The handler's own address: of parts that begin alike, the router keeps one template for several routes.
    door = DOORS[f"{method} {template(next(iter(handler.paths)))}"]
    if door.own_way or door.rule not in (Rule.BODY, Rule.INSTANCE):
        return
    write: WriteSide = connection.app.state.write
    bearer = await bearer_of(connection, write)
    if bearer.limits is not None and method != "GET" and door.named is None:
        raise TokenScopeError(needed="—")  # what is no order is changed by people
    connection.scope["state"][_STATE] = await admitted_to(door, write, bearer, connection.path_params)


async def admitted_to(door: Door, write: WriteSide, bearer: Bearer, address: dict[str, Any]) -> Admitted:
    """A bearer at a door, held against its line; `address` are the parts of the address. Raises as `admit`."""
    tenant_id = bearer.tenant_id
    if door.rule is Rule.INSTANCE:
        if bearer.scope != "instance":
            raise RoleNotAllowedError(role=bearer.role, command=door.actions[0])
    else:
        tenant_id = await body_of(write, bearer, address.get("log") or address["slug"])
    if door.drafts is not None and bearer.scope == "body" and bearer.role not in AUTHOR_ROLES:
        raise door.drafts(role=bearer.role)  # type: ignore[call-arg]  # each of them names the role
    if not door.actions and door.named is None:
        check_member(bearer.role, limited=door.limited)
    named = () if door.named is None else (address[door.named],)
    if bearer.limits is not None and door.grave is not None:
        raise TokenScopeError(needed="—")
    if door.actions or named:
        check_commands(bearer, [*door.actions, *named])
    else:
        check_reads(bearer)
    for action in (*door.actions, *(name for name in named if name in COMMANDS)):
        check_role(bearer.role, action)
    for act in (*door.actions, *named, *(() if door.grave is None else (door.grave,))):
        await check_confirmed(write.identity, bearer, act)
    return Admitted(bearer, tenant_id)


def admitted(request: AnyRequest) -> Admitted:
    """Who was let in by `admit`."""
    found: Admitted = request.scope["state"][_STATE]
    return found


async def bearer_of(connection: AnyConnection, write: WriteSide) -> Bearer:
    """On whose behalf the request comes.

    Raises:
        TokenMissingError: nobody's. What is shown and not valid, or may not act, is refused as `requester` says.
    """
    bearer = await requester(connection.scope, write, heeds_limits=True)
    if bearer is None:
        raise TokenMissingError
    return bearer


async def body_of(write: WriteSide, bearer: Bearer, name: str | UUID) -> TenantId:
    """The body of a slug or an id, if the token may act there. Another's is answered like one that does not exist.

    Whether there is one of an operator's id, is for the handler to say.
    """
    tenant_id = TenantId(name) if isinstance(name, UUID) else await write.bodies.resolve(name)
    if tenant_id is None or (bearer.scope == "body" and bearer.tenant_id != tenant_id):
        raise BodyUnknownError(slug=str(name)[:_NAME_CHARACTERS_MAX])
    return tenant_id

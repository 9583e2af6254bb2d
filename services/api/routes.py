"""The write API: two routes, whatever the number of commands."""

import base64
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.body import BodyKind, OpenBody
from domain.envelope import Actor
from domain.errors import Refusal
from domain.ids import COMMONS, CommandId, TenantId
from domain.ports import Outcome
from domain.stream import COMMANDS, Order
from domain.values import Language
from infra.access.tokens import Bearer
from services.api.admitting import admitted
from services.api.edge import correlation_id_of
from services.api.languages import preferred
from services.api.metrics import Metrics
from services.bodies import BodyFacts, Provisioned, Provisioning
from services.bootstrap import WriteSide
from services.causes import cause_of
from services.commands import fingerprint, nearest_command
from services.decoding import check_effective, decode_circumstances, decode_command, parse_json
from services.refusals.orders import CommandUnknownError, KeyInvalidError, KeyMissingError
from services.refusals.requests import MediaTypeError
from services.shares import check_share

COMMAND_PATH: Final = "/api/v1/partnerships/{slug:str}/commands/{command:str}"
PROVISION_PATH: Final = "/api/v1/partnerships"
POSITION_HEADER: Final = "Entente-Position"
_NAME_CHARACTERS_MAX = 60

AnyRequest = Request[Any, Any, Any]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What proves later that an order was recorded: keep it, and redeem it at `proof` once the log is signed."""

    leaf_index: int
    leaf_hash: str
    proof: str


class CommandAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted order: where its events stand in the log of the body."""

    first_position: int | None
    """Position of its first event; null where it recorded nothing, because all was so already."""
    position: int | None
    """Position of its last event: a read that waits for it sees what the order did."""
    version: int
    """The record's version after it: what `expected_version` may name next."""
    recorded_at: str
    replayed: bool
    """True where this key had been accepted before; nothing was recorded again."""
    receipt: Receipt | None
    """Of its last event; null where it recorded nothing."""


class ProvisionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A body that exists: registered in the commons, its own log open."""

    body_id: UUID
    slug: str
    registered: CommandAnswer
    opened: CommandAnswer


def write_routes(metrics: Metrics) -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""

    @post(COMMAND_PATH, status_code=200)
    async def give_order(request: AnyRequest, command: FromPath[str]) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        bearer, tenant_id = admitted(request)
        handled = COMMANDS.get(command)
        if handled is None:
            raise CommandUnknownError(
                command=command[:_NAME_CHARACTERS_MAX], nearest=nearest_command(command[:_NAME_CHARACTERS_MAX])
            )
        key = key_of(request)
        body = await json_body(request)
        facts = await write.bodies.facts(tenant_id)
        try:
            around = decode_circumstances(parse_json(body))
            order_command = decode_command(handled.command, around.data)
            await check_share(write, bearer, order_command)
            today = (facts or _UNOPENED).today()
            if around.effective_on is not None:
                check_effective(around.effective_on, today)
            order = Order(
                tenant_id=tenant_id,
                command_id=key,
                command=order_command,
                actor=await actor_of(write, bearer, tenant_id),
                effective_on=around.effective_on or today,
                authority=around.authority,
                lang=around.lang or _language(request, facts),
                correlation_id=correlation_id_of(request.scope),
                causation_id=await cause_of(write.store, tenant_id, around.caused_by),
                expected_version=around.expected_version,
                source=around.source,
                sample=around.sample,
            )
            async with write.allowances.orders(tenant_id) as spent:
                outcome = await write.handler.handle(order, _fingerprint(write, request, body))
                if not outcome.replayed:
                    spent.keep()
        except Refusal as refusal:
            metrics.count_command(command, refusal.code)
            raise
        metrics.count_command(command, _answer_label(outcome))
        return _answered(command_answer(tenant_id, outcome), outcome)

    @post(PROVISION_PATH, status_code=200)
    async def provision(request: AnyRequest) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        bearer, _ = admitted(request)
        key = key_of(request)
        body = await json_body(request)
        around = decode_circumstances(parse_json(body))
        opening = decode_command(OpenBody, around.data)
        today = BodyFacts(opening.kind, opening.time_zone, opening.default_language).today()
        if around.effective_on is not None:
            check_effective(around.effective_on, today)
        made = await write.bodies.provision(
            Provisioning(
                opening=opening,
                key=key,
                effective_on=around.effective_on or today,
                lang=around.lang or opening.default_language,
                correlation_id=correlation_id_of(request.scope),
                authority=around.authority,
                causation_id=await cause_of(write.store, COMMONS, around.caused_by),
                source=around.source,
                sample=around.sample,
            ),
            principal=bearer.person_id,
            fingerprint=_fingerprint(write, request, body),
        )
        metrics.count_command("RegisterBody", _answer_label(made.registered))
        metrics.count_command("OpenBody", _answer_label(made.opened))
        return _answered(provision_answer(opening, made), made.opened)

    return [give_order, provision]


def command_answer(tenant_id: TenantId, outcome: Outcome) -> CommandAnswer:
    """An outcome in a body's log as it is answered."""
    receipt = None
    if outcome.position is not None and outcome.leaf is not None:
        receipt = Receipt(
            leaf_index=outcome.position - 1,
            leaf_hash=base64.b64encode(outcome.leaf).decode(),
            proof=proof_path(tenant_id, outcome.position - 1),
        )
    return CommandAnswer(
        first_position=outcome.first_position,
        position=outcome.position,
        version=outcome.version,
        recorded_at=outcome.recorded_at.isoformat(),
        replayed=outcome.replayed,
        receipt=receipt,
    )


def provision_answer(opening: OpenBody, made: Provisioned) -> ProvisionAnswer:
    """A new body as it is answered."""
    return ProvisionAnswer(
        body_id=opening.body_id,
        slug=opening.slug,
        registered=command_answer(COMMONS, made.registered),
        opened=command_answer(opening.body_id, made.opened),
    )


def proof_path(tenant_id: TenantId, leaf_index: int) -> str:
    """Where a leaf's proof is served once the log is signed that far."""
    return f"/log/{tenant_id}/proof/{leaf_index}"


_UNOPENED = BodyFacts(BodyKind.COMMONS, "UTC", "en")
"""Until its first event says where a body is."""


async def actor_of(write: WriteSide, bearer: Bearer, tenant_id: TenantId) -> Actor:
    person_id = bearer.person_id
    if bearer.tenant_id != tenant_id:  # an operator's pseudonym in the commons means nobody in another log
        person_id = await write.vault.pseudonym(tenant_id, bearer.person_id)
    return Actor(id=person_id, role=bearer.role)


def key_of(request: AnyRequest) -> CommandId:
    given = request.headers.get("idempotency-key")
    if given is None:
        raise KeyMissingError
    try:
        key = UUID(given)
    except ValueError as error:
        raise KeyInvalidError from error
    if str(key) != given.lower():  # one spelling, so that no other reading of the header makes another key
        raise KeyInvalidError
    return CommandId(key)


async def json_body(request: AnyRequest) -> bytes:
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise MediaTypeError
    if encoding != "identity":
        raise MediaTypeError
    return await request.body()


def _fingerprint(write: WriteSide, request: AnyRequest, body: bytes) -> bytes:
    return fingerprint(write.fingerprint_key, request.method.encode(), request.url.path.encode(), body)


def _language(request: AnyRequest, facts: BodyFacts | None) -> Language:
    return preferred(request.headers.get("accept-language", "")) or (facts.language if facts else "en")


def _answer_label(outcome: Outcome) -> str:
    return "replayed" if outcome.replayed else "unchanged" if outcome.position is None else "recorded"


def _answered(answer: CommandAnswer | ProvisionAnswer, outcome: Outcome) -> Response[bytes]:
    new = not outcome.replayed and outcome.position is not None
    headers = {"Cache-Control": "no-store"}
    if outcome.position is not None:
        headers[POSITION_HEADER] = str(outcome.position)
    return Response(
        msgspec.json.encode(answer),
        status_code=201 if new else 200,
        media_type="application/json",
        headers=headers,
    )

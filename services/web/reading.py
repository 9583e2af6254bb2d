"""Pages read as every program does: a GraphQL document through the read API, in process."""

from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import structlog
from litestar import Request

from readapi.endpoint import GraphQLEndpoint
from readapi.negotiation import GraphQLRequest
from readapi.persisted import PREFIX, hashes
from readapi.viewer import ANONYMOUS, Viewer
from services.refusals.reads import ReadsUnavailableError
from services.refusals.requests import InternalError, RequestInvalidError

_BUSY: Final = frozenset({"TIMEOUT", "BUSY"})
_log = structlog.get_logger()

AnyRequest = Request[Any, Any, Any]


async def read(request: AnyRequest, document: str, viewer: Viewer, **variables: Any) -> dict[str, Any]:
    """The data of a document of `documents/`, as a viewer may see it.

    Raises:
        ReadsUnavailableError: the read API is not there or has no time just now.
        RequestInvalidError: what the address asks for is refused.
        InternalError: anything else that is wrong.
    """
    return await _data(request, document, GraphQLRequest(query=_text(document), variables=variables), viewer)


async def read_stored(
    request: AnyRequest, document: str, variables: dict[str, Any], viewer: Viewer = ANONYMOUS
) -> dict[str, Any]:
    """The data of a stored document of the read API, as a viewer may see it.

    Raises:
        ReadsUnavailableError: the read API is not there or has no time just now.
        RequestInvalidError: what was asked for is refused.
        InternalError: anything else that is wrong.
    """
    asked = GraphQLRequest(document_id=PREFIX + _hash(document), variables=variables)
    return await _data(request, document, asked, viewer)


async def _data(request: AnyRequest, document: str, asked: GraphQLRequest, viewer: Viewer) -> dict[str, Any]:
    endpoint: GraphQLEndpoint | None = getattr(request.app.state, "graphql", None)
    if endpoint is None:
        raise ReadsUnavailableError
    answer = await endpoint.answer(asked, viewer)
    body: dict[str, Any] = msgspec.json.decode(answer.content())
    errors = body.get("errors")
    if not errors:
        data: dict[str, Any] = body["data"]
        return data
    codes = {error.get("extensions", {}).get("code") for error in errors}
    _log.warning("web.read_refused", document=document, codes=sorted(map(str, codes)))
    if codes & _BUSY:
        raise ReadsUnavailableError
    if "INTERNAL" in codes:
        raise InternalError
    raise RequestInvalidError


@cache
def _text(document: str) -> str:
    return (files("services.web") / "documents" / f"{document}.graphql").read_text(encoding="utf-8")


@cache
def _hash(document: str) -> str:
    return hashes()[document]

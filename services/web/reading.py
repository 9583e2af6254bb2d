"""Pages read as everybody does: a GraphQL document through the read API, in process and as the public."""

from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import structlog
from litestar import Request

from readapi.endpoint import GraphQLEndpoint
from readapi.negotiation import GraphQLRequest
from readapi.viewer import ANONYMOUS
from services.refusals import InternalError, ReadsUnavailableError, RequestInvalidError

_BUSY: Final = frozenset({"TIMEOUT", "BUSY"})
_log = structlog.get_logger()

AnyRequest = Request[Any, Any, Any]


async def read(request: AnyRequest, document: str, **variables: Any) -> dict[str, Any]:
    """The data of a document of `documents/`.

    Raises:
        ReadsUnavailableError: the read API is not there or has no time just now.
        RequestInvalidError: what the address asks for is refused.
        InternalError: anything else that is wrong.
    """
    endpoint: GraphQLEndpoint | None = getattr(request.app.state, "graphql", None)
    if endpoint is None:
        raise ReadsUnavailableError
    answer = await endpoint.answer(GraphQLRequest(query=_text(document), variables=variables), ANONYMOUS)
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

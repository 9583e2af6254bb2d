"""GraphQL over HTTP: media types, bodies and query strings (specification draft, audited by graphql-http)."""

from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

GRAPHQL: Final = "application/graphql-response+json"
JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
PARAMETERS_MAX: Final = 20


class GraphQLRequest(msgspec.Struct, rename="camel"):
    """What a client sends, in a body or in a query string. Other members are ignored, as the draft asks."""

    query: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None
    """A stored document in the place of `query`: `sha256:` and its hash."""

    @property
    def stored(self) -> str | None:
        """The hash of a stored document, however it was sent; None where there is no well-formed one."""
        given: Any = self.document_id
        if given is None:
            persisted = (self.extensions or {}).get("persistedQuery")
            given = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        return given.removeprefix("sha256:") if isinstance(given, str) else None


class UnreadableRequestError(ValueError):
    """A request that is not GraphQL over HTTP."""


_decode = msgspec.json.Decoder(GraphQLRequest).decode


def from_body(body: bytes) -> GraphQLRequest:
    """Raises UnreadableRequestError unless it is JSON of the expected shape."""
    try:
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableRequestError(_short(error)) from error


def from_query_string(query: bytes) -> GraphQLRequest:
    """Raises UnreadableRequestError unless its parameters have the expected shapes."""
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=PARAMETERS_MAX)
        given: dict[str, Any] = {}
        for name, value in pairs:
            if name in ("variables", "extensions"):
                given[name] = msgspec.json.decode(value) if value else None
            elif name in ("query", "operationName", "documentId"):
                given[name] = value or None
        return msgspec.convert(given, GraphQLRequest)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableRequestError(_short(error)) from error


def is_json(content_type: str) -> bool:
    """Whether a body is JSON in UTF-8, the only form taken."""
    media, *parameters = [part.strip().lower() for part in content_type.split(";")]
    charsets = [part.partition("=")[2].strip('" ') for part in parameters if part.startswith("charset")]
    return media == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)


def wants_events(accept: str) -> bool:
    """Whether server-sent events are asked for by name."""
    names = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return EVENTS in names


@lru_cache(maxsize=256)
def answer_type(accept: str) -> str | None:
    """The media type to answer with: `application/json` unless the other is preferred; None where neither fits."""
    weights = {GRAPHQL: -1.0, JSON: -1.0, "*": -1.0}
    for part in accept.split(",") if accept.strip() else ["*/*"]:
        name, *parameters = [piece.strip().lower() for piece in part.split(";")]
        weight = _weight(parameters)
        if name in ("*/*", "application/*"):
            weights["*"] = max(weights["*"], weight)
        elif name in (GRAPHQL, JSON):
            weights[name] = max(weights[name], weight)
    plain = weights[JSON] if weights[JSON] >= 0 else weights["*"]
    if weights[GRAPHQL] > 0 and weights[GRAPHQL] >= plain:
        return GRAPHQL
    if plain > 0:
        return JSON
    return GRAPHQL if weights[GRAPHQL] < 0 < weights["*"] else None


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _short(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__

"""One exchange over HTTP: the request out of ASGI, the answer into it."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

import msgspec

from readapi import negotiation
from readapi.negotiation import GraphQLRequest, UnreadableRequestError
from readapi.refusals import request_error

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_CACHE: Final = b"private, no-cache"
_VARY: Final = b"Accept, Authorization, Cookie"
encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: the status and the body; `errors` alone means that nothing was executed."""

    status: int
    body: Mapping[str, Any]
    headers: tuple[tuple[bytes, bytes], ...] = ()
    data: str | None = None
    """The data as the database wrote it, where the operation was compiled; the body has the rest."""

    def content(self) -> bytes:
        """The body as JSON."""
        if self.data is None:
            return encode(self.body)
        rest = encode(self.body)
        return b'{"data":' + self.data.encode() + (b"}" if rest == b"{}" else b"," + rest[1:])


class HttpError(Exception):
    """A request that ends before GraphQL begins."""

    def __init__(self, status: int, code: str, en: str, fr: str, *, allow: bytes | None = None) -> None:
        super().__init__(en)
        headers = () if allow is None else ((b"allow", allow),)
        self.answer = Answer(status, {"errors": [request_error(code, en, fr).formatted]}, headers)


NOT_ACCEPTABLE: Final = HttpError(
    406,
    "NOT_ACCEPTABLE",
    f"Accept {negotiation.JSON} or {negotiation.GRAPHQL}.",
    f"Acceptez {negotiation.JSON} ou {negotiation.GRAPHQL}.",
)


async def read_request(
    scope: Scope, headers: Mapping[bytes, str], receive: Receive, *, bytes_max: int
) -> GraphQLRequest:
    """The request in a query string or a body.

    Raises:
        HttpError: it is none, is too long, or comes in another way.
    """
    match scope["method"]:
        case "GET" | "HEAD":
            read: Callable[[bytes], GraphQLRequest] = negotiation.from_query_string
            content: bytes = scope["query_string"]
            _check_length(len(content), bytes_max)
        case "POST":
            if not negotiation.is_json(headers.get(b"content-type", "")):
                raise HttpError(
                    415,
                    "NOT_JSON",
                    "Send a body of type application/json in UTF-8.",
                    "Envoyez un corps de type application/json en UTF-8.",
                )
            read, content = negotiation.from_body, await _body(headers, receive, bytes_max)
        case _:
            raise HttpError(
                405,
                "METHOD_NOT_ALLOWED",
                "Use GET or POST.",
                "Utilisez GET ou POST.",
                allow=b"GET, POST",
            )
    try:
        return read(content)
    except UnreadableRequestError as error:
        raise HttpError(
            400,
            "UNREADABLE_REQUEST",
            f"This is not a GraphQL request: {error}",
            f"Ce n’est pas une requête GraphQL : {error}",
        ) from error


async def _body(headers: Mapping[bytes, str], receive: Receive, bytes_max: int) -> bytes:
    declared = headers.get(b"content-length", "")
    _check_length(int(declared) if declared.isascii() and declared.isdigit() else 0, bytes_max)
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        _check_length(len(body), bytes_max)
        if message["type"] != "http.request" or not message.get("more_body"):
            return bytes(body)


def _check_length(length: int, bytes_max: int) -> None:
    if length > bytes_max:
        raise HttpError(
            413,
            "BODY_TOO_LARGE",
            f"A request has at most {bytes_max} bytes.",
            f"Une requête compte au plus {bytes_max} octets.",
        )


async def _send_not_modified(send: Send, answer: Answer) -> None:
    headers = [(b"cache-control", _CACHE), (b"vary", _VARY), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def send_answer(send: Send, answer: Answer, media: str) -> None:
    body, status = answer.body, answer.status
    if status == HTTPStatus.NOT_MODIFIED:
        await _send_not_modified(send, answer)
        return
    if status == 400 and "data" not in body and media == negotiation.JSON and _is_graphql(body):  # noqa: PLR2004
        # The draft: with application/json, every well-formed GraphQL request is answered 200.
        status, answer = 200, replace(answer, body={"data": None, **body})
    content = answer.content()
    headers = [
        (b"content-type", f"{media}; charset=utf-8".encode()),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", _CACHE),
        (b"vary", _VARY),
        (b"x-content-type-options", b"nosniff"),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


_BEFORE_GRAPHQL: Final = frozenset({"QUERY_MISSING", "UNREADABLE_REQUEST"})


def _is_graphql(body: Mapping[str, Any]) -> bool:
    return not any(error["extensions"]["code"] in _BEFORE_GRAPHQL for error in body["errors"])

"""What the web application mounts: the endpoint, the printed schema and, in the demo, the explorer."""

from collections.abc import Mapping
from typing import Final, cast
from urllib.parse import parse_qs

from readapi import explorer
from readapi.endpoint import GraphQLEndpoint, ReadSettings, Spending, Viewing, viewer_of_state
from readapi.exchange import Receive, Scope, Send
from readapi.kept import Keep
from readapi.ports import ReadDatabase
from readapi.schema import schema

PATH: Final = "/graphql"
_NOT_FOUND: Final = 404
_OK: Final = 200


class GraphQLMount:
    """An ASGI application for everything below its path.

    `/` is the endpoint, `/schema.graphql` the printed schema; in the demo, `/explorer` and `/static/…` too.
    """

    def __init__(self, endpoint: GraphQLEndpoint, *, path: str = PATH, with_explorer: bool = False) -> None:
        self.endpoint = endpoint
        self._path = path
        self._with_explorer = with_explorer
        self._files: Mapping[str, tuple[str, bytes]] = {
            "/schema.graphql": ("text/plain; charset=utf-8", schema.as_str().encode())
        }
        if with_explorer:
            self._files |= {
                f"/static/{name}": (media, (explorer.STATIC / name).read_bytes())
                for name, media in explorer.ASSETS.items()
            }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        below = scope["path"].removeprefix(self._path).rstrip("/")
        if not below:
            await self.endpoint(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            await _send(send, _NOT_FOUND, "text/plain", b"")
        elif below == "/explorer" and self._with_explorer:
            asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
            language = cast("explorer.Language", asked if asked in ("en", "fr") else _preferred(scope))
            page = explorer.explorer_page(language, endpoint=self._path, assets=f"{self._path}/static")
            await _send(send, _OK, "text/html; charset=utf-8", page.encode())
        elif below in self._files:
            await _send(send, _OK, *self._files[below])
        else:
            await _send(send, _NOT_FOUND, "text/plain", b"")


def graphql_handler(
    database: ReadDatabase,
    settings: ReadSettings | None = None,
    *,
    path: str = PATH,
    viewer_of: Viewing = viewer_of_state,
    spend: Spending | None = None,
    with_explorer: bool = False,
    keep: Keep | None = None,
) -> GraphQLMount:
    """The read API as one ASGI application, to be mounted at `path`.

    The viewer comes from `viewer_of`, by default from `scope["state"]["viewer"]`; `spend` is told of an
    operation's cost before it is read. What they raise is not answered here: a token that is not valid, or an
    allowance that is used up, is the web application's to refuse. `keep` keeps who read what of whom.
    """
    endpoint = GraphQLEndpoint(database, settings, viewer_of=viewer_of, spend=spend, keep=keep)
    return GraphQLMount(endpoint, path=path, with_explorer=with_explorer)


def _preferred(scope: Scope) -> str:
    """The official language that the browser names first."""
    accepted = next((value for name, value in scope["headers"] if name == b"accept-language"), b"").decode(
        "latin-1"
    )
    for part in accepted.split(","):
        language = part.strip()[:2].lower()
        if language in ("en", "fr"):
            return str(language)
    return "en"


async def _send(send: Send, status: int, media: str, content: bytes) -> None:
    headers = [
        (b"content-type", media.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-cache"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})

"""Requests of every kind to every route: orders, pages, files, logs, GraphQL in all its ways in, and nonsense."""

import json
import re
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from graphql import GraphQLInputType, OperationDefinitionNode, parse, type_from_ast
from litestar.types import ASGIApp

from readapi.persisted import PREFIX, stored
from tests.isolation.canaries.driver import Answer, Request
from tests.isolation.canaries.graphql_asking import CORE, Asking
from tests.isolation.canaries.parts import SLUGS, Parts
from tests.isolation.canaries.readers import Reader
from tests.isolation.canaries.values import Values
from tests.isolation.canaries.world import THEIRS, World

Route = tuple[str, str]
"""A method and the template of a path."""
GRAPHQL: Final = "/graphql"
SHARES: Final[Mapping[str, float]] = {
    "graphql": 0.42,
    "graphql stored": 0.1,
    "graphql refused": 0.05,
    "graphql events": 0.005,
    "orders": 0.12,
    "routes": 0.305,
}
"""Of what the requests are made up. `routes` are all routes, those of orders too, evenly but for the slow ones."""
SLOW: Final[Mapping[str, float]] = {
    "/pack": 0.15,
    "/connexion": 0.1,
    "/sign-in": 0.1,
    "/invitation": 0.1,
    "/password": 0.1,
    "/mot-de-passe": 0.1,
    "/imports": 0.4,
    "/steps/": 0.4,
}
"""How much less often a route is asked whose answer takes long: hashed passwords, whole packs."""
AGAIN: Final = 0.85
"""How often an operation is one of the latest, from another reader, once every field has been asked for."""
LATELY: Final = 20
_ETAGS_MAX: Final = 50


def routes_of(app: ASGIApp) -> list[Route]:
    """Every method of every route of the application, and the files beside the read API."""
    inner: Any = app
    while not hasattr(inner, "routes"):
        inner = inner._app
    found = [
        (method, route.path)
        for route in inner.routes
        for method in sorted(getattr(route, "methods", ()))
        if method != "OPTIONS"
    ]
    return [*found, ("GET", f"{GRAPHQL}/schema.graphql"), ("GET", GRAPHQL), ("POST", GRAPHQL)]


def kind_of(path: str) -> str:
    """What a request is counted under."""
    for part, kind in (
        ("/commands/", "orders"),
        ("/views/", "exports"),
        ("/calendar", "calendars"),
        ("/imports/", "imports"),
        ("/pack", "packs"),
        ("/documents", "documents"),
        ("/log/", "logs"),
        ("/api/", "other routes"),
        ("/graphql", "graphql"),
        ("/fr", "pages"),
        ("/en", "pages"),
    ):
        if part in path:
            return kind
    return "pages" if path == "/" else "other routes"


class Requests:
    """Makes requests. The same seed makes the same ones, as far as nothing is learnt from answers."""

    def __init__(self, random: Random, world: World, routes: Sequence[Route]) -> None:
        self._random = random
        self._parts = Parts(random, world)
        self._routes = list(routes)
        self._weights = [self._weight(path) for _, path in routes]
        self.graphql = Asking(random, Values(random, SLUGS, THEIRS, world.records))
        self.asked: Counter[Route] = Counter()
        self._stored = [(text, _variables(text)) for text in stored().values()]
        self._hashes = list(stored())
        self._etags: list[str] = []
        self._operations: deque[str] = deque(maxlen=LATELY)

    @staticmethod
    def _weight(path: str) -> float:
        return min((share for part, share in SLOW.items() if part in path), default=1.0)

    def next(self, reader: Reader) -> Request:
        kinds: dict[str, Callable[[Reader], Request]] = {
            "graphql": self._graphql,
            "graphql stored": self._graphql_stored,
            "graphql refused": self._graphql_refused,
            "graphql events": self._graphql_events,
            "orders": self._order,
            "routes": self._route,
        }
        (kind,) = self._random.choices(list(SHARES), list(SHARES.values()))
        return kinds[kind](reader)

    def learn(self, request: Request, answer: Answer) -> None:
        """Keep cursors and tags, to send them again."""
        if request.kind == "graphql stored" and (tag := answer.header(b"etag")):
            self._etags = [*self._etags[-_ETAGS_MAX:], tag]
        if request.kind == "graphql" and b"endCursor" in answer.body:
            found = re.findall(rb'"endCursor":"([^"]+)"', answer.body)
            known = self.graphql.values
            known.cursors = [*known.cursors[-_ETAGS_MAX:], *(one.decode() for one in found[:2])]

    # --- the read API

    def _posted(self, kind: str, reader: Reader, content: Any, **headers: str) -> Request:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.asked["POST", GRAPHQL] += 1
        given = reader.headers() | {"content-type": "application/json"} | headers
        return Request(kind, "POST", GRAPHQL, given, body)

    def _graphql(self, reader: Reader) -> Request:
        """Something new, or what another reader has just asked."""
        again = self.graphql.has_asked_all and self._random.random() < AGAIN
        if again or not reader.is_somebody:
            query = self._known_operation()
        else:
            query = self.graphql.operation()
            self._operations.append(query)
        return self._posted("graphql", reader, {"query": query})

    def _known_operation(self) -> str:
        return self._random.choice(
            self._operations or [f'{{ partnership(slug: "{THEIRS}") {{ __typename id }} }}']
        )

    def _graphql_stored(self, reader: Reader) -> Request:
        number = self._random.randrange(len(self._stored))
        _, definitions = self._stored[number]
        variables = json.dumps(self.graphql.variables(definitions))
        given = reader.headers()
        if self._etags and self._random.random() < 0.3:
            given["if-none-match"] = self._random.choice(self._etags)
        self.asked["GET", GRAPHQL] += 1
        query = urlencode({"documentId": PREFIX + self._hashes[number], "variables": variables})
        return Request("graphql stored", "GET", f"{GRAPHQL}?{query}", given)

    def _graphql_events(self, reader: Reader) -> Request:
        content = {"query": self.graphql.subscription()}
        return self._posted("graphql events", reader, content, accept="text/event-stream")

    def _graphql_refused(self, reader: Reader) -> Request:
        """Documents with something wrong: what is said of it must not say more than was sent."""
        query = self._known_operation()
        hidden = self._random.choice(self._parts.ids)
        wrong: list[Any] = [
            {"query": query[:-1]},
            {"query": query.replace("__typename", "nothingOfTheKind")},
            {"query": f'{{ partnership(slug: "{THEIRS}") {{ plan(id: "{hidden}x") {{ id }} }} }}'},
            {"query": f'{{ partnership(slug: "{THEIRS}", asOf: {{recorded: "2026-01-01"}}) {{ id }} }}'},
            {
                "query": "query ($slug: String!) { partnership(slug: $slug) { id } }",
                "variables": {"slug": [THEIRS]},
            },
            {"query": "{ __schema { types { name } } }"},
            {"query": "mutation { x }"},
            {"query": "{ partnership(slug: " * 30},
            {"documentId": "sha256:" + "0" * 64},
            b"{not json",
            {"query": f'{{ partnerships(first: 5000, after: "{hidden}") {{ nodes {{ id }} }} }}'},
        ]
        return self._posted("graphql refused", reader, self._random.choice(wrong))

    # --- orders

    def _order(self, reader: Reader) -> Request:
        return self._of_route(("POST", "/api/v1/partnerships/{slug:str}/commands/{command:str}"), reader)

    # --- every route

    def _route(self, reader: Reader) -> Request:
        fewest = min(self.asked[route] for route in self._routes)
        if fewest == 0 or self._random.random() < 0.1:
            route = self._random.choice([one for one in self._routes if self.asked[one] == fewest])
        else:
            (route,) = self._random.choices(self._routes, self._weights)
        return self._of_route(route, reader)

    def _of_route(self, route: Route, reader: Reader) -> Request:
        method, template = route
        self.asked[route] += 1
        if template == GRAPHQL:
            return self._graphql_stored(reader) if method == "GET" else self._graphql(reader)
        path = self._parts.path(template)
        headers = reader.headers() | {"accept-language": self._random.choice(("fr", "en", "de"))}
        headers["x-forwarded-for"] = self._parts.address()
        query = urlencode(self._parts.query(template))
        body, media = self._parts.body(path, template, reader) if method in ("POST", "PUT", "PATCH") else (b"", "")
        if media:
            headers["content-type"] = media
            headers["idempotency-key"] = self._parts.key()
        if method == "GET" and self._random.random() < 0.03:
            method = "HEAD"
        return Request(kind_of(path), method, f"{path}?{query}" if query else path, headers, body)


def _variables(text: str) -> dict[str, GraphQLInputType]:
    (operation,) = (node for node in parse(text).definitions if isinstance(node, OperationDefinitionNode))
    found = {}
    for definition in operation.variable_definitions or ():
        type_: Any = type_from_ast(CORE, definition.type)
        found[definition.variable.name.value] = type_
    return found

"""Whatever OpenAPI and the GraphQL schema allow is answered as they say, never by a 5xx. `make fuzz` asks more."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from tests.fuzz.queries import fuzz_graphql
from tests.fuzz.rest import fuzz_rest
from tests.fuzz.target import Target, demonstration

SEED = 20_261
ONE_OPERATION = {
    "openapi": "3.1.0",
    "info": {"title": "planted", "version": "1"},
    "paths": {
        "/x": {
            "get": {
                "parameters": [{"name": "n", "in": "query", "schema": {"type": "integer"}, "required": True}],
                "responses": {"200": {"description": "fine"}},
            }
        }
    },
}


class Planted(BaseHTTPRequestHandler):
    """Describes one operation, and breaks when it is asked for it or for anything in GraphQL."""

    def do_GET(self) -> None:
        described = self.path == "/openapi.json"
        self._answer(200 if described else 500, ONE_OPERATION if described else {})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer(200, {"data": None, "errors": [{"message": "", "extensions": {"code": "INTERNAL"}}]})

    def log_message(self, *_: object) -> None:
        """The output of the tests is for what they say."""

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def planted() -> Iterator[Target]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Planted) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Target(f"http://127.0.0.1:{server.server_port}", "planted", "none", (str(UUID(int=1)),))
        finally:
            server.shutdown()
            thread.join()


def test_nothing_that_is_drawn_ends_in_an_undocumented_answer(tmp_path: Path) -> None:
    with demonstration(tmp_path, 0) as target:
        queries = fuzz_graphql(target, 60, SEED)
        orders = fuzz_rest(target, 1, SEED)
        operations = len(httpx.get(f"{target.url}/openapi.json", timeout=60).json()["paths"])

    assert queries.against == orders.against == []
    assert queries.asked == 60
    assert orders.asked >= operations * 2  # by the description, and against it
    assert {"positive 200", "positive 201", "negative 422", "negative 400"} <= orders.answers.keys()


def test_what_breaks_is_found(planted: Target) -> None:
    orders, queries = fuzz_rest(planted, 1, SEED), fuzz_graphql(planted, 1, SEED)

    assert any("Server error" in found for found in orders.against)
    assert "INTERNAL" in queries.against[0]

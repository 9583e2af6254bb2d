"""`entente witness`: what a funder or an auditor runs on a machine of their own. It needs no database."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import structlog

from infra.log.proofs.witness import ADD_PATH, REQUEST_BYTES_MAX, Answer, Witness

_SECONDS_MAX: Final = 10.0
_logger = structlog.get_logger()


class WitnessServer(ThreadingHTTPServer):
    """Answers `POST /add-checkpoint` (C2SP tlog-witness)."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        self.witness = witness
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    timeout = _SECONDS_MAX

    def do_POST(self) -> None:
        if self.path != ADD_PATH:
            self._answer(Answer(404, "this witness answers /add-checkpoint\n"))
            return
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self._answer(Answer(411, "send the length of the request\n"))
        elif int(length) > REQUEST_BYTES_MAX:
            self._answer(Answer(413, f"expected at most {REQUEST_BYTES_MAX} bytes\n"))
        else:
            self._answer(self.server.witness.add_checkpoint(self.rfile.read(int(length)), int(time.time())))

    def _answer(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        _logger.info("witness.answered", status=answer.status)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Silent: the journal above says what matters."""


def serve(server: WitnessServer, stop: threading.Event) -> None:
    """Answer until `stop` is set."""
    thread = threading.Thread(target=server.serve_forever, name="witness", daemon=True)
    thread.start()
    stop.wait()
    server.shutdown()
    server.server_close()
    thread.join()

"""`entente witness`: watch logs from outside."""

import argparse
import signal
import threading
from pathlib import Path

from infra.log.proofs.note import COSIGNATURE, NoteError, SigningKey, VerifierKey
from infra.log.proofs.witness import Witness
from infra.secret_files import SecretFileError, read_or_create_secret
from services.cli import USAGE, say, say_error
from services.witness import WitnessServer, serve


def witness(given: argparse.Namespace) -> int:
    """Answer requests to cosign until TERM or INT; the key is made at the first start."""
    directory = Path(given.directory)
    try:
        seed = bytes.fromhex(read_or_create_secret(directory / "witness-key"))
        key = SigningKey(given.name, seed, COSIGNATURE)
        logs = [VerifierKey.parse(vkey) for vkey in given.logs]
        host, _, port = given.listen.rpartition(":")
        server = WitnessServer((host or "127.0.0.1", int(port)), Witness(key, logs, directory))
    except (NoteError, SecretFileError, OSError, ValueError) as error:
        say_error(str(error))
        return USAGE
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    say(f"{key.verifier.vkey} http://{server.server_address[0]!s}:{server.server_address[1]}")
    serve(server, stop)
    return 0

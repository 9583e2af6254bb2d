"""SIGKILL of a whole PostgreSQL."""

import contextlib
import os
import signal

import psutil

from infra.embedded import EmbeddedServer


def kill(server: EmbeddedServer) -> None:
    """Kill every process of the server at once, the parent stopped first so that it starts no new child."""
    assert server.pid is not None
    os.kill(server.pid, signal.SIGSTOP)
    children = psutil.Process(server.pid).children(recursive=True)
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    os.kill(server.pid, signal.SIGKILL)
    _, left = psutil.wait_procs(children, timeout=60)
    assert not left
    server.stop()

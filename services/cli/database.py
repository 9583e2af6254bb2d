"""A verb of its own needs the database: the instance's embedded server runs for it if nobody else runs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from infra.embedded import EmbeddedServer
from infra.settings import Settings


@contextmanager
def reachable(settings: Settings) -> Iterator[None]:
    """The database answers while this lasts."""
    if not settings.database.embedded:
        yield
        return
    server = EmbeddedServer(settings.instance_dir)
    if server.is_ready():
        yield
        return
    with server:
        yield

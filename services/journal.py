"""The journal: one JSON object per line on standard error, without payloads or secrets."""

import logging
import sys
from typing import Final

import structlog
from structlog.typing import Processor

PROCESSORS: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,  # plain: the richer form would show local variables, so tokens too
    structlog.processors.JSONRenderer(ensure_ascii=False),
)


def configure_journal() -> None:
    """Set up structlog for this process, and let the libraries' own messages through from warnings on."""
    structlog.configure(
        processors=PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")

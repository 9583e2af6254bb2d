"""The journal: one JSON object per line on standard error, without payloads or secrets."""

import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final

import structlog
from structlog.typing import Processor

_CHAIN_MAX: Final = 20
_Raised = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def told(exc_info: Any) -> str:
    """Of what kind an exception is and through which lines it came, with its causes; not what it says.

    What exceptions say quotes values: the driver's a whole row, a parser's the text that it could not read. Codes
    of the database and of the system, and names of its constraints, are ours and help.
    """
    return "\n".join(_parts(exc_info[1], _CHAIN_MAX))


def _parts(error: BaseException | None, left: int) -> Iterator[str]:
    if error is None or not left:
        return
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    yield from _parts(cause, left - 1)
    lines = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    codes = [
        f"{name}={getattr(error, name)}" for name in _CODES if isinstance(getattr(error, name, None), str | int)
    ]
    yield f"{lines}{' '.join([f'{type(error).__module__}.{type(error).__qualname__}', *codes])}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _parts(one, left - 1)


_CODES: Final = ("sqlstate", "constraint_name", "errno")


class _Formatter(logging.Formatter):
    """The libraries' own messages; what they raised, as we tell it."""

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # what another handler made of it
        return super().format(record)

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - the library's name
        return told(ei)


PROCESSORS: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.ExceptionRenderer(told),
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
    logging.basicConfig(level=logging.WARNING, handlers=[library_handler()])


def library_handler() -> logging.Handler:
    """What the libraries say themselves, on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(name)s: %(message)s"))
    return handler

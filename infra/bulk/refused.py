"""What the database refuses of rows themselves, told apart from its being away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg

from projections.ports import WriteRefusedError

_REFUSALS: Final = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.ProgramLimitExceededError,
    # What a value that its column cannot hold is to COPY, which has no name for it as a query has.
    OverflowError,
    ValueError,
    TypeError,
)


@contextmanager
def refusals() -> Iterator[None]:
    """Raises: WriteRefusedError, in the place of what the driver says."""
    try:
        yield
    except _REFUSALS as refusal:
        # Not the message: a server's detail quotes the row.
        raise WriteRefusedError(f"{type(refusal).__name__} ({getattr(refusal, 'sqlstate', None)})") from refusal

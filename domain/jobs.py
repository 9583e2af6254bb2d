"""Background jobs that an append makes together with its events."""

import msgspec


class JobRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A background job that exists exactly if the events do. Ids only, never content."""

    actor: str
    queue: str
    args: tuple[str, ...]

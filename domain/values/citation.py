"""A pointer to one version of a stream in its owner's log: how what is shared is cited, never copied."""

from uuid import UUID

import msgspec

VERSION_MAX = 2**63 - 1


class Citation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of one stream: the owner's log, the stream in it, and the version, counted from 1."""

    log: UUID
    stream: UUID
    version: int

    def __post_init__(self) -> None:
        if not 1 <= self.version <= VERSION_MAX:
            raise ValueError(f"a cited version is at least 1 and at most {VERSION_MAX}; got {self.version}")

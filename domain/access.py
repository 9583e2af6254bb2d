"""What a body lets others read: the change that an append makes together with its events."""

import msgspec

from domain.ids import TenantId

EVERY_PROGRAMME = ""
"""In the place of a programme's code: all that is for funders."""


class GrantChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row of `access.grant_now` that appears (True) or goes (False) with the events."""

    grantee: TenantId
    programme: str
    granted: bool

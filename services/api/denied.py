"""Closed doors, in the security log: somebody who is known asked for what is not theirs."""

import time
from typing import Any, Final

from litestar.types import Scope

from domain.errors import Refusal
from infra.access.tokens import Bearer
from services.api.requesters import BEARER
from services.bootstrap import WriteSide
from services.identity.noting import warn
from services.refusals import status_of

_SECONDS: Final = 60.0
_KEPT_MAX: Final = 1_000
_HIDDEN: Final = "body_unknown"
"""Another's body is answered like one that does not exist; who asks for such is told of all the same."""
_FORBIDDEN: Final = 403
_noted: dict[tuple[Any, ...], float] = {}


async def note_denied(error: Exception, scope: Scope) -> None:
    """Note a refusal of a known person or token, once a minute for the same: so nobody fills the log."""
    bearer: Any = scope.get("state", {}).get(BEARER)
    if not isinstance(bearer, Bearer) or not isinstance(error, Refusal):
        return
    if status_of(error) != _FORBIDDEN and error.code != _HIDDEN:
        return
    now = time.monotonic()
    name = (bearer.tenant_id, bearer.person_id, error.code)
    if _noted.get(name, 0.0) > now - _SECONDS:
        return
    if len(_noted) >= _KEPT_MAX:
        _noted.clear()
    _noted[name] = now
    write: WriteSide = scope["litestar_app"].state.write
    await warn(
        write.identity,
        "access_denied",
        tenant_id=bearer.tenant_id,
        code=error.code,
        role=bearer.role,
        person_id=str(bearer.person_id),
    )

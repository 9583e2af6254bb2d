"""What happens to accounts and doors, in the journal and in the security log alike."""

from typing import Any
from uuid import UUID

import structlog

from services.identity.parts import Identity

_log = structlog.get_logger()


async def note(
    identity: Identity, kind: str, *, account_id: UUID | None = None, tenant_id: UUID | None = None, **facts: Any
) -> None:
    """Say that something happened as it should."""
    _log.info(f"access.{kind}", **_ids(account_id, tenant_id), **facts)
    await identity.security.note(kind, facts, account_id=account_id, tenant_id=tenant_id)


async def warn(
    identity: Identity, kind: str, *, account_id: UUID | None = None, tenant_id: UUID | None = None, **facts: Any
) -> None:
    """Say that something was refused, or should be looked at."""
    _log.warning(f"access.{kind}", **_ids(account_id, tenant_id), **facts)
    await identity.security.note(kind, facts, account_id=account_id, tenant_id=tenant_id)


def _ids(account_id: UUID | None, tenant_id: UUID | None) -> dict[str, str]:
    given = {"account_id": account_id, "tenant_id": tenant_id}
    return {name: str(value) for name, value in given.items() if value is not None}

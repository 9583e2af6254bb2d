"""Where no documents are kept: nothing is found, so no order that names a content is accepted."""

from typing import Final

from domain.document import Content
from domain.ids import TenantId


class NoContents:
    """Implements `domain.ports.ContentStore` for processes that take no documents in."""

    async def put(self, tenant_id: TenantId, content: Content, body: bytes) -> None:
        """Refuse: what calls this was wired without a place for documents."""
        raise RuntimeError(f"{content.sha256} of {tenant_id}: {len(body)} bytes have nowhere to go")

    async def holds(self, tenant_id: TenantId, content: Content) -> bool:  # noqa: ARG002 - nothing is held
        """False."""
        return False

    async def used(self, tenant_id: TenantId) -> int:  # noqa: ARG002
        """Nothing."""
        return 0

    async def read(self, tenant_id: TenantId, sha256: str) -> bytes | None:  # noqa: ARG002
        """None."""
        return None

    async def erase(self, tenant_id: TenantId, sha256: str) -> bool:  # noqa: ARG002
        """False."""
        return False


NO_CONTENTS: Final = NoContents()

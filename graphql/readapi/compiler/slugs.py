"""Which body a slug leads to, kept: a slug leads to its body for ever."""

from collections import OrderedDict
from typing import Final

from domain.ids import TenantId
from readapi.paging import plain
from readapi.ports import ReadDatabase

KEPT: Final = 10_000
_SQL: Final = "SELECT entity_id FROM commons.slug WHERE slug = $1 AND audience = 'public' LIMIT 1"


class Slugs:
    """Looks up what is not known yet. A slug that leads nowhere is not kept, since it may one day."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._known: OrderedDict[str, TenantId] = OrderedDict()

    async def body(self, slug: str) -> TenantId | None:
        """The body, or None.

        Raises:
            TextUnusableError: no slug has such characters.
        """
        known = self._known.get(slug)
        if known is not None:
            self._known.move_to_end(slug)
            return known
        found: TenantId | None = await self._database.value(_SQL, [plain("slug", slug)], member=None, reader=None)
        if found is not None:
            self._known[slug] = found
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return found

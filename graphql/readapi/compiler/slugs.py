"""Which body a slug leads to, kept: a slug leads to its body for ever."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.ids import TenantId
from readapi import operational
from readapi.paging import plain
from readapi.ports import ReadDatabase

KEPT: Final = 10_000
_SQL: Final = """SELECT array_agg(slug || ' ' || entity_id) FROM commons.slug
    WHERE slug = ANY ($1::text[]) AND audience = 'public'"""


class Slugs:
    """Looks up what is not known yet. A slug that leads nowhere is not kept, since it may one day."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._known: OrderedDict[str, TenantId] = OrderedDict()

    async def body(self, slug: str) -> TenantId | None:
        """The body, or None. Raises as `bodies`."""
        return (await self.bodies([slug]))[0]

    async def bodies(self, slugs: Sequence[str]) -> list[TenantId | None]:
        """The body of each, or None; those that are not known yet are looked up together.

        Raises:
            TextUnusableError: no slug has such characters.
            StatementTimeoutError: it took too long to look them up.
            DatabaseBusyError: the database cannot be reached.
        """
        unknown = [plain("slug", slug) for slug in slugs if slug not in self._known]
        if unknown:
            found = await operational.value(self._database, _SQL, [unknown], member=None, reader=None)
            for slug, _, body in (pair.rpartition(" ") for pair in found or ()):
                self._known[slug] = TenantId(UUID(body))
        bodies = [self._known.get(slug) for slug in slugs]
        for slug in slugs:
            if slug in self._known:
                self._known.move_to_end(slug)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return bodies

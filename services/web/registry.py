"""The partnerships as the public sees them, for the first page."""

from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import func, select

from domain.body import PARTNERSHIPS
from domain.values import Language, Wording
from infra.database import Database, Scope
from projections.body import REGISTRY
from projections.national import BodyRow, bodies
from projections.query import AsOf, fetch


class Partnership(NamedTuple):
    """One line of the list."""

    slug: str
    kind: str
    name: Wording
    since: str | None
    attested: str | None
    """The period for which a source names the body, where none says since when it exists."""
    sample: bool


class Province(NamedTuple):
    """A heading of the list and what stands under it."""

    code: str | None
    partnerships: list[Partnership]


class Listed(NamedTuple):
    """The list, and when its newest row was recorded."""

    provinces: list[Province]
    newest: datetime | None

    @property
    def total(self) -> int:
        return sum(len(province.partnerships) for province in self.provinces)

    @property
    def has_sample(self) -> bool:
        return any(each.sample for province in self.provinces for each in province.partnerships)


async def partnerships(database: Database, language: Language) -> Listed:
    """All partnerships by province, and by name in the order of the language."""
    as_of = AsOf(on=datetime.now(UTC).date())
    async with database.begin(Scope.national(None)) as connection:
        rows = await fetch(connection, bodies(as_of, kinds=PARTNERSHIPS, language=language))
        newest = (await connection.execute(select(func.max(REGISTRY.c.recorded_from)))).scalar()
    # Stable: within a province the order of the query stays. Those of no province come last.
    rows.sort(key=lambda row: (row.province is None, row.province or ""))
    grouped = groupby(rows, key=lambda row: row.province)
    return Listed([Province(code, [_line(row, language) for row in each]) for code, each in grouped], newest)


def _line(row: BodyRow, language: Language) -> Partnership:
    return Partnership(
        slug=row.slug,
        kind=row.kind,
        name=row.name.in_(language),
        since=None if row.started is None else str(row.started),
        attested=None if row.attested is None else row.attested.label().in_(language).text,
        sample=row.sample,
    )

"""What the tests of projections do again and again."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from domain.ids import TenantId
from infra.bulk.read_models import BulkReadModels
from projections.core import Changes, Layout
from projections.ports import LIVE, Cursor, Stop, Sums, UnitOfWork
from projections.projection import Projection
from projections.published_part import Changed, Key, Known
from projections.registry import PROJECTIONS


async def dump(
    models: BulkReadModels,
    tenant_id: TenantId,
    projections: Sequence[Projection] = PROJECTIONS,
    build: str = LIVE,
) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a tenant by table, in key order."""
    async with models.unit(tenant_id) as unit:
        return {
            layout.table.key: [tuple(row) for row in await unit.dump(layout, build)]
            for projection in projections
            for layout in projection.layouts
        }


class Killed(BaseException):
    """Stands for the process being killed: nothing may catch it."""


class Fragile:
    """Read models whose process dies at the n-th step of a unit, before or after it was sent."""

    def __init__(self, models: BulkReadModels, dies_at: int) -> None:
        self._models = models
        self.steps_left = dies_at

    def step(self) -> None:
        self.steps_left -= 1
        if self.steps_left == 0:
            raise Killed

    @asynccontextmanager
    async def unit(self, tenant_id: TenantId) -> AsyncIterator[UnitOfWork]:
        self.step()
        async with self._models.unit(tenant_id) as unit:
            yield FragileUnit(unit, self)
            self.step()

    async def cursors(
        self, build: str = LIVE, *, projections: Collection[str] | None = None, tenant_id: TenantId | None = None
    ) -> Sequence[Cursor]:
        return await self._models.cursors(build, projections=projections, tenant_id=tenant_id)

    async def unsummed(self) -> Collection[TenantId]:
        return await self._models.unsummed()

    async def distrust_sums(self) -> None:
        await self._models.distrust_sums()

    async def outdated(self, marks: Mapping[str, tuple[str, str]]) -> Collection[str]:
        return await self._models.outdated(marks)


class FragileUnit:
    def __init__(self, unit: UnitOfWork, fragile: Fragile) -> None:
        self._unit = unit
        self._fragile = fragile

    async def lock(self, projections: Collection[str], build: str) -> Mapping[str, Cursor]:
        found = await self._unit.lock(projections, build)
        self._fragile.step()
        return found

    async def load(self, layout: Layout, build: str, entity_ids: Collection[UUID]) -> Sequence[Sequence[Any]]:
        found = await self._unit.load(layout, build, entity_ids)
        self._fragile.step()
        return found

    async def write(self, layout: Layout, build: str, changes: Changes) -> None:
        await self._unit.write(layout, build, changes)
        self._fragile.step()

    async def fill(self, layout: Layout, build: str, rows: Sequence[Sequence[Any]]) -> None:
        await self._unit.fill(layout, build, rows)
        self._fragile.step()

    async def advance(self, build: str, positions: Mapping[str, int]) -> None:
        await self._unit.advance(build, positions)
        self._fragile.step()

    async def stop(self, projection: str, build: str, stop: Stop | None) -> None:
        await self._unit.stop(projection, build, stop)
        self._fragile.step()

    def sums(self) -> Sums:
        return FragileSums(self._unit.sums(), self._fragile)

    async def dump(self, layout: Layout, build: str) -> Sequence[Sequence[Any]]:
        return await self._unit.dump(layout, build)


class FragileSums:
    def __init__(self, sums: Sums, fragile: Fragile) -> None:
        self._sums = sums
        self._fragile = fragile

    async def hold(self) -> int | None:
        held = await self._sums.hold()
        self._fragile.step()
        return held

    async def target(self) -> int:
        return await self._sums.target()

    async def changed(self, after: int, upto: int) -> Changed:
        return await self._sums.changed(after, upto)

    async def known(self, position: int, changed: Changed) -> Known:
        return await self._sums.known(position, changed)

    async def add(self, table: Table, rows: Sequence[Key]) -> None:
        await self._sums.add(table, rows)
        self._fragile.step()

    async def reach(self, changed: Changed) -> None:
        await self._sums.reach(changed)
        self._fragile.step()

    async def move(self, position: int) -> None:
        await self._sums.move(position)
        self._fragile.step()

"""Keeps the sums of what is published up to date, body by body, by what a stretch of its log changes."""

from domain.ids import TenantId
from projections.ports import ReadModels
from projections.published import FIGURE, OWED
from projections.published_part import difference, parts


async def sum_up(models: ReadModels, tenant_id: TenantId) -> bool:
    """Bring a body's part of the sums to where its rows are, in one transaction; False while another is at it.

    Done twice it is done once, and what is cut off has not begun. Bodies may be summed up at the same time: rows
    are taken in the order of their keys.
    """
    async with models.unit(tenant_id) as unit:
        sums = unit.sums()
        reached = await sums.hold()
        if reached is None:
            return False
        target = await sums.target()
        if target <= reached:
            return True
        changed = await sums.changed(reached, target)
        if changed.starts:
            before = parts(await sums.known(reached, changed), changed) if reached else ({}, {})
            after = parts(await sums.known(target, changed), changed)
            for table, now, then in zip((FIGURE, OWED), after, before, strict=True):
                await sums.add(table, difference(now, then))
            await sums.reach(changed)
        await sums.move(target)
        return True

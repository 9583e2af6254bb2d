"""Keeps the sums of what is published up to date, body by body, by what a stretch of its log changes."""

from typing import Final

from domain.ids import TenantId
from projections.ports import ReadModels, Sums
from projections.published import FIGURE, OWED
from projections.published_part import Changed, Parts, difference, parts

_BUGS: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What the database's being away is not."""


class NotSummedError(Exception):
    """What a body adds cannot be told from its rows; `__cause__` says why. `position` is how far it is summed."""

    def __init__(self, tenant_id: TenantId, position: int) -> None:
        super().__init__(f"{tenant_id} cannot be summed up past {position}")
        self.tenant_id = tenant_id
        self.position = position


async def sum_up(models: ReadModels, tenant_id: TenantId) -> bool:
    """Bring a body's part of the sums to where its rows are, in one transaction; False while another is at it.

    Done twice it is done once, and what is cut off has not begun. Bodies may be summed up at the same time: rows
    are taken in the order of their keys.

    Raises:
        NotSummedError: its rows are not what they should be.
        WriteRefusedError: a sum that its column does not take.
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
            try:
                before = await _parts(sums, reached, changed) if reached else ({}, {})
                after = await _parts(sums, target, changed)
            except _BUGS as problem:
                raise NotSummedError(tenant_id, reached) from problem
            for table, now, then in zip((FIGURE, OWED), after, before, strict=True):
                await sums.add(table, difference(now, then))
            await sums.reach(changed)
        await sums.move(target)
        return True


async def _parts(sums: Sums, position: int, changed: Changed) -> tuple[Parts, Parts]:
    return parts(await sums.known(position, changed), changed)

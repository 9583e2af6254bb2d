"""What no rebuild can be faster than: the server's own work on the rows, when nothing reads, decodes or folds."""

import time
from collections.abc import Sequence

from benchmarks.instance import Bench
from infra.bulk.owner import TableOwner
from infra.settings import DatabaseSettings
from projections import ddl
from projections.projection import Projection
from projections.rebuild import all_of

WRITERS = 2


async def write_again(
    bench: Bench, settings: DatabaseSettings, owner: TableOwner, projections: Sequence[Projection], build: str
) -> float:
    """Copy finished rows inside the server on two connections, index them, and drop them; the seconds that took.

    The tables are those of a rebuild, with its indexes, statistics and policies.
    """
    began = time.perf_counter()
    await owner.make(projections, build)
    await all_of(_write(bench, settings, projections, build, share) for share in range(WRITERS))
    await owner.finish(projections, build)
    took = time.perf_counter() - began
    await owner.drop(projections, build)
    return took


async def _write(
    bench: Bench, settings: DatabaseSettings, projections: Sequence[Projection], build: str, share: int
) -> None:
    connection = await bench.administrator(settings.name)
    try:
        tenants = [row[0] for row in await connection.fetch("SELECT tenant_id FROM log.head ORDER BY tenant_id")]
        for projection in projections:
            for table in projection.tables:
                await connection.execute(
                    f"INSERT INTO {ddl.full_name(table, build)} SELECT * FROM {ddl.full_name(table)}"  # noqa: S608 - names are ours
                    " WHERE tenant_id = ANY($1)",
                    tenants[share::WRITERS],
                )
    finally:
        await connection.close()

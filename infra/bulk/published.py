"""The statements that keep the sums of what is published, on the projector's role, in a body's transaction."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table

from domain.ids import TenantId
from infra.bulk.refused import refusals
from infra.bulk.statements import type_name
from projections import comparison
from projections.published import SOURCES, SUMMED, keys_of, sums_of
from projections.published_part import Aligned, Changed, Indicator, Key, Known
from projections.query import fact_columns
from projections.requirement import EXEMPTION, REQUIREMENT, exemption_of, requirement_of

_HOLD: Final = "SELECT position FROM national.summed_reached WHERE tenant_id = $1 FOR UPDATE SKIP LOCKED"
_MAKE: Final = "INSERT INTO national.summed_reached (tenant_id, position) VALUES ($1, 0) ON CONFLICT DO NOTHING"
_MOVE: Final = "UPDATE national.summed_reached SET position = $2 WHERE tenant_id = $1"
_TARGET: Final = (
    "SELECT CASE WHEN count(*) = cardinality($2::text[]) THEN min(position) ELSE 0 END FROM rm.cursor"
    " WHERE tenant_id = $1 AND build = '' AND projection = ANY($2::text[])"
)
_NEW: Final = "(pos_from > $2 AND pos_from <= $3 OR pos_to > $2 AND pos_to <= $3)"
_LAST_DAY: Final = (
    "max(greatest(effective_from, CASE WHEN effective_to = 'infinity' THEN effective_from ELSE effective_to END))"
)
# What has changed in a stretch of the log; $4 are indicators of the body's own that were aligned anew: all of them
# counts as changed.
_CELLS_CHANGED: Final = (
    "SELECT indicator_log, indicator_stream, period_start, max(effective_on) FROM national.indicator_cell"
    " WHERE tenant_id = $1 AND position > $2 AND position <= $3"
    " AND audience = 'public' AND cuts = '' GROUP BY 1, 2, 3"
)
_CELLS_ANEW: Final = (
    "SELECT indicator_log, indicator_stream, period_start, max(effective_on) FROM national.indicator_cell"
    " WHERE tenant_id = $1 AND position <= $2 AND indicator_stream = ANY($3::uuid[])"
    " AND audience = 'public' AND cuts = '' GROUP BY 1, 2, 3"
)
_REQUIRED_CHANGED: Final = (
    f"SELECT indicator_log, indicator_stream, NULL::date, {_LAST_DAY} FROM national.requirement"  # noqa: S608
    f" WHERE tenant_id = $1 AND ({_NEW} OR indicator_stream = ANY($4::uuid[])) GROUP BY 1, 2"
)
_EXEMPT_CHANGED: Final = (
    f"SELECT r.indicator_log, r.indicator_stream, e.period_start, e.until FROM (SELECT entity_id, period_start,"  # noqa: S608
    f" {_LAST_DAY} AS until FROM national.exemption WHERE tenant_id = $1 AND {_NEW} GROUP BY 1, 2) e"
    " JOIN (SELECT DISTINCT entity_id, indicator_log, indicator_stream FROM national.requirement"
    " WHERE tenant_id = $1) r USING (entity_id)"
)
_ALIGNED_CHANGED: Final = (
    "SELECT DISTINCT indicator_id, canonical_log, canonical_stream FROM national.alignment"  # noqa: S608
    f" WHERE tenant_id = $1 AND {_NEW}"
)
_ALIGNED_REACH: Final = (
    f"SELECT canonical_log, canonical_stream, {_LAST_DAY} FROM national.alignment"  # noqa: S608
    " WHERE tenant_id = $1 AND pos_from <= $2 GROUP BY 1, 2"
)
_BODY_CHANGED: Final = f"SELECT count(*) FROM national.registry WHERE tenant_id = $1 AND {_NEW}"  # noqa: S608
_BODY_REACH: Final = f"SELECT {_LAST_DAY} FROM national.registry WHERE tenant_id = $1 AND pos_from <= $2"  # noqa: S608
_EVERYTHING: Final = (
    "SELECT indicator_log, indicator_stream FROM national.indicator_cell"
    " WHERE tenant_id = $1 AND position <= $2 AND audience = 'public' AND cuts = ''"
    " UNION SELECT indicator_log, indicator_stream FROM national.requirement"
    " WHERE tenant_id = $1 AND pos_from <= $2"
)
# What is known at a position, at the end of time.
_HELD: Final = (
    "tenant_id = $1 AND pos_from <= $2 AND pos_to > $2 AND effective_to = 'infinity' AND audience = 'public'"
)
_BODY: Final = f"SELECT kind, coalesce(province, '') FROM national.registry WHERE {_HELD} AND status = 'open'"  # noqa: S608
_ALIGNED: Final = (
    "SELECT indicator_id, canonical_log, canonical_stream, grade, status = 'in_force' FROM national.alignment"  # noqa: S608
    f" WHERE {_HELD} ORDER BY entity_id"
)
_CELL_KEYS: Final = ", ".join(column.name for column in comparison.KEYS)
_CELLS: Final = (
    f"SELECT {_CELL_KEYS}, sum(number), sum(upper), sum(of_number), sum(of_upper), min(territory_name_en),"  # noqa: S608
    " min(territory_name_fr), bool_or(sample) FROM national.indicator_cell"
    " WHERE tenant_id = $1 AND position <= $2 AND audience = 'public' AND cuts = ''"
    " AND indicator_stream = ANY($3::uuid[]) AND ($4::date[] IS NULL OR period_start = ANY($4::date[]))"
    f" GROUP BY {_CELL_KEYS} HAVING sum(delta) <> 0 ORDER BY {_CELL_KEYS}"
)
_REQUIREMENT_COLUMNS: Final = [column.name for column in fact_columns(REQUIREMENT)]
_EXEMPTION_COLUMNS: Final = [column.name for column in fact_columns(EXEMPTION)]
_REQUIRED: Final = (
    f"SELECT {', '.join(_REQUIREMENT_COLUMNS)} FROM national.requirement"  # noqa: S608
    f" WHERE {_HELD} AND indicator_stream = ANY($3::uuid[]) ORDER BY entity_id"
)
_EXEMPT: Final = (
    f"SELECT {', '.join(_EXEMPTION_COLUMNS)} FROM national.exemption"  # noqa: S608
    f" WHERE {_HELD} AND entity_id = ANY($3::uuid[])"
)
_RAISE: Final = (
    "INSERT INTO national.summed_reach AS r (indicator_log, indicator_stream, until)"
    " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[])"
    " ON CONFLICT (indicator_log, indicator_stream) DO UPDATE SET until = excluded.until"
    " WHERE r.until < excluded.until"
)
_BEHIND: Final = (
    "SELECT c.tenant_id FROM rm.cursor c LEFT JOIN national.summed_reached p USING (tenant_id)"
    " WHERE c.build = '' AND c.projection = ANY($1::text[]) GROUP BY c.tenant_id, p.position"
    " HAVING count(*) = cardinality($1::text[]) AND min(c.position) > coalesce(p.position, 0)"
)
_SAY_READY: Final = (
    "INSERT INTO national.summed_ready (since)"
    " SELECT now() WHERE NOT EXISTS (SELECT FROM national.summed_ready) ON CONFLICT DO NOTHING"
)


def _adding(table: Table) -> tuple[str, str]:
    """Adds rows to sums, from one array per column; and removes those of these keys that came to nothing."""
    name, keys, sums = table.fullname, keys_of(table), sums_of(table)
    arrays = ", ".join(f"${number}::{type_name(column.type)}[]" for number, column in enumerate(table.columns, 1))
    added = ", ".join(f"{each} = t.{each} + excluded.{each}" for each in sums)
    add = (
        f"INSERT INTO {name} AS t ({', '.join((*keys, *sums))}) SELECT * FROM unnest({arrays})"  # noqa: S608
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}"
    )
    own = ", ".join(f"${number}::{type_name(table.columns[key].type)}[]" for number, key in enumerate(keys, 1))
    nothing = " AND ".join(f"{each} = 0" for each in ("figures", "reporting", "exempt", "owed") if each in sums)
    columns = ", ".join(keys)
    remove = f"DELETE FROM {name} WHERE {nothing} AND ({columns}) IN (SELECT * FROM unnest({own}))"  # noqa: S608
    return add, remove


_ADDING: Final = {table: _adding(table) for table in SUMMED}


class PublishedSums:
    """Implements `projections.ports.Sums` on one connection in a body's transaction."""

    def __init__(self, connection: Any, tenant_id: TenantId) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def hold(self) -> int | None:
        """See `Sums.hold`."""
        held = await self._connection.fetchval(_HOLD, self._tenant_id)
        if held is None:
            await self._connection.execute(_MAKE, self._tenant_id)
            held = await self._connection.fetchval(_HOLD, self._tenant_id)
        return held  # type: ignore[no-any-return]

    async def target(self) -> int:
        """See `Sums.target`."""
        return await self._connection.fetchval(_TARGET, self._tenant_id, list(SOURCES))  # type: ignore[no-any-return]

    async def changed(self, after: int, upto: int) -> Changed:
        """See `Sums.changed`."""
        stretch = (self._tenant_id, after, upto)
        aligned = await self._connection.fetch(_ALIGNED_CHANGED, *stretch)
        anew = [row[0] for row in aligned]
        every = bool(await self._connection.fetchval(_BODY_CHANGED, *stretch))
        starts: dict[Indicator, set[date] | None] = {(row[1], row[2]): None for row in aligned}
        until: dict[Indicator, date] = {}
        canonical = await self._canonical(upto)
        for statement, given in (
            (_CELLS_CHANGED, stretch),
            (_CELLS_ANEW, (self._tenant_id, upto, anew)),
            (_REQUIRED_CHANGED, (*stretch, anew)),
            (_EXEMPT_CHANGED, stretch),
        ):
            for log, stream, start, last in await self._connection.fetch(statement, *given):
                for indicator in ((log, stream), *canonical[log, stream]):
                    _widen(starts, indicator, start)
                    until[indicator] = max(until.get(indicator, last), last)
        if every:
            rows = await self._connection.fetch(_EVERYTHING, self._tenant_id, upto)
            starts = dict.fromkeys(starts)
            for source in map(tuple, rows):
                starts |= dict.fromkeys((source, *canonical[source]))
        await self._reaches(upto, starts, until)
        return Changed(
            starts={key: None if days is None else frozenset(days) for key, days in starts.items()},
            until={key: until[key] for key in starts},
        )

    async def _canonical(self, upto: int) -> defaultdict[Any, set[Indicator]]:
        """What the body's own indicators are or ever were aligned with, by indicator."""
        found: defaultdict[Any, set[Indicator]] = defaultdict(set)
        rows = await self._connection.fetch(_ALIGNED_CHANGED, self._tenant_id, 0, upto)
        for own, log, stream in rows:
            found[self._tenant_id, own].add((log, stream))
        return found

    async def _reaches(self, upto: int, starts: Any, until: dict[Indicator, date]) -> None:
        """Also what becomes of alignments and of the body itself moves the day."""
        body = await self._connection.fetchval(_BODY_REACH, self._tenant_id, upto) or date.min
        for log, stream, last in await self._connection.fetch(_ALIGNED_REACH, self._tenant_id, upto):
            until[log, stream] = max(until.get((log, stream), last), last)
        for indicator in starts:
            until[indicator] = max(until.get(indicator, body), body)

    async def known(self, position: int, changed: Changed) -> Known:
        """See `Sums.known`."""
        fetch, at = self._connection.fetch, (self._tenant_id, position)
        body = await self._connection.fetchrow(_BODY, *at)
        aligned = [
            Aligned(own, (log, stream), grade, in_force)
            for own, log, stream, grade, in_force in await fetch(_ALIGNED, *at)
        ]
        sources = {stream for _, stream in changed.starts}
        sources |= {one.own for one in aligned if one.canonical in changed.starts}
        streams = sorted(sources)
        every = None in changed.starts.values()
        days = None if every else sorted({day for days in changed.starts.values() for day in days or ()})
        required = [
            requirement_of(dict(zip(_REQUIREMENT_COLUMNS, row, strict=True)))
            for row in await fetch(_REQUIRED, *at, streams)
        ]
        exempt: defaultdict[UUID, dict[tuple[date, date], Any]] = defaultdict(dict)
        for row in await fetch(_EXEMPT, *at, [one.requirement_id for one in required]):
            one = exemption_of(dict(zip(_EXEMPTION_COLUMNS, row, strict=True)))
            exempt[one.requirement_id][one.period.start, one.period.end] = one.reason
        return Known(
            body=self._tenant_id,
            kind=None if body is None else body[0],
            province="" if body is None else body[1],
            said=[comparison.said(row) for row in await fetch(_CELLS, *at, streams, days)],
            aligned=aligned,
            required=required,
            exempt=exempt,
        )

    async def add(self, table: Table, rows: Sequence[Key]) -> None:
        """See `Sums.add`."""
        if not rows:
            return
        add, remove = _ADDING[table]
        columns = [list(column) for column in zip(*rows, strict=True)]
        with refusals():
            await self._connection.execute(add, *columns)
        await self._connection.execute(remove, *columns[: len(keys_of(table))])

    async def reach(self, changed: Changed) -> None:
        """See `Sums.reach`."""
        rows = sorted(((*key, day) for key, day in changed.until.items()), key=str)
        if rows:
            await self._connection.execute(_RAISE, *(list(column) for column in zip(*rows, strict=True)))

    async def move(self, position: int) -> None:
        """See `Sums.move`."""
        await self._connection.execute(_MOVE, self._tenant_id, position)


def _widen(starts: dict[Indicator, set[date] | None], indicator: Indicator, start: date | None) -> None:
    known = starts.setdefault(indicator, set())
    if start is None:
        starts[indicator] = None
    elif known is not None:
        known.add(start)


async def behind(pool: Any) -> list[TenantId]:
    """Bodies whose rows are further than the sums. Where there is none, the sums may be read from then on."""
    found = [TenantId(row[0]) for row in await pool.fetch(_BEHIND, list(SOURCES))]
    if not found:
        await pool.execute(_SAY_READY)
    return found

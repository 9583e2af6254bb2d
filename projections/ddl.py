"""DDL of read-model tables: one place makes table, rights, policies and indexes, for the live build and any other.

A build that is being filled has no row security yet: COPY is refused under it. Only the projector may touch such
tables; policies come with `finish`, before anybody else is let in.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Final

from sqlalchemy import Column, Connection, MetaData, Table, Text, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from projections.cursor import CURSOR
from projections.projection import Projection
from projections.published import FIGURE, OF_SUMS, REACHED, SOURCES, SUMMED, TABLES, VERSION
from projections.tables import CLOCKS, shape

OWNER: Final = "entente_owner"
PROJECTOR: Final = "entente_projector"
APP: Final = "entente_app"
READER: Final = "entente_national_reader"
BACKUP: Final = "entente_backup"

# The form that a solver can prove: do not wrap it.
OF_TENANT: Final = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"
# Without a reader, or with an empty one, CASE answers before the setting is read as an id.
GRANTED: Final = """audience IN ('funders', 'public') AND CASE
    WHEN coalesce((SELECT current_setting('app.reader', true)), '') = '' THEN false
    ELSE {condition}
END"""
_READER: Final = "(SELECT nullif(current_setting('app.reader', true), '')::uuid)"
_OF_ANY: Final = f"""tenant_id IN (
        SELECT g.tenant_id FROM access.grant_now g
        WHERE g.grantee = {_READER}{{programme}})"""  # noqa: S608 - constants
# A grant of one programme opens the rows of that programme; one of the empty programme opens every row.
_OF_PROGRAMME: Final = f"""(tenant_id, programme_code) IN (
        SELECT g.tenant_id, g.programme FROM access.grant_now g
        WHERE g.grantee = {_READER})"""  # noqa: S608 - constants
# A funder's own grants, past ones too, from bodies that grant it something today: never those of another funder.
_TO_ITSELF: Final = f"grantee = {_READER} AND {_OF_ANY.format(programme='')}"

_SORT_MEMORY: Final = "128MB"
"""For the indexes of a rebuild, whatever the server is set to."""
_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped


def suffix(build: str) -> str:
    """What the names of a build's tables end with; nothing for the live one."""
    return f"_{build}" if build else ""


def full_name(table: Table, build: str = "") -> str:
    return f"{table.schema}.{table.name}{suffix(build)}"


@cache
def fingerprint(projection: Projection) -> str:
    """Tells shapes and versions of a projection's tables apart; kept as the comment of each table."""
    parts = [str(projection.version), *(_create(table, "") for table in projection.tables)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def mark(projection: Projection) -> str:
    """The comment of a table that has the shape and the version that this program writes."""
    return f"projection {projection.name} {fingerprint(projection)}"


def make(projection: Projection, build: str) -> Iterator[str]:
    """Statements that make the tables of a build, for the projector alone. They have no key or index yet."""
    for table in projection.tables:
        name = full_name(table, build)
        yield _create_without_key(table, build)
        yield f"COMMENT ON TABLE {name} IS '{mark(projection)}'"
        for column in table.columns:
            if column.comment:
                comment = column.comment.replace("'", "''")
                yield f"COMMENT ON COLUMN {name}.{column.name} IS '{comment}'"
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {PROJECTOR}"


def for_indexes() -> Iterator[str]:
    """Statements for the transaction of each of `indexes`."""
    yield f"SET LOCAL maintenance_work_mem = '{_SORT_MEMORY}'"
    # Workers cost half as much again and save little: several indexes are made side by side.
    yield "SET LOCAL max_parallel_maintenance_workers = 0"


def indexes(table: Table, build: str) -> Iterator[str]:
    """Statements that give a filled table its indexes, side by side in transactions of their own if one likes.

    The first is to become its key.
    """
    name, end = full_name(table, build), suffix(build)
    key = ", ".join(column.name for column in table.primary_key.columns)
    yield f"CREATE UNIQUE INDEX IF NOT EXISTS {table.name}{end}_pkey ON {name} ({key})"
    for form, columns in _index_forms(table):
        yield f"CREATE INDEX IF NOT EXISTS {table.name}{end}_{form} ON {name} {columns}"


def analyse(table: Table, build: str) -> str:
    """The statement that tells the planner of a filled table."""
    return f"ANALYZE {full_name(table, build)} ({', '.join(_compared(table))})"


def finish(projection: Projection, build: str) -> Iterator[str]:
    """Statements that give a filled and indexed build its keys, its row security and its readers."""
    for table in projection.tables:
        key = f"{table.name}{suffix(build)}_pkey"
        yield f"ALTER TABLE {full_name(table, build)} ADD CONSTRAINT {key} PRIMARY KEY USING INDEX {key}"
        yield from _policies(table, build)


def swap(projection: Projection, build: str) -> Iterator[str]:
    """Statements that put a finished build in the place of the live tables, which are dropped."""
    end = suffix(build)
    for table in projection.tables:
        # Dropped at once: a table that stays behind would have to be kept from readers, and rebuilding is cheap.
        yield f"DROP TABLE {full_name(table)}"
        yield f"ALTER TABLE {full_name(table, build)} RENAME TO {table.name}"
        for index in ("pkey", *(name for name, _ in _index_forms(table))):
            yield f"ALTER INDEX {table.schema}.{table.name}{end}_{index} RENAME TO {table.name}_{index}"
    if projection.name in SOURCES:  # what was built anew may say other things: it is summed up anew
        yield f"TRUNCATE {', '.join(table.fullname for table in TABLES)}"


def drop(projection: Projection, build: str) -> Iterator[str]:
    """Statements that remove a build that is not wanted any more, with its cursors. Never the live one."""
    assert build, "the live tables are not dropped"
    for table in projection.tables:
        yield f"DROP TABLE IF EXISTS {full_name(table, build)}"
    yield f"DELETE FROM {CURSOR.fullname} WHERE projection = '{projection.name}' AND build = '{build}'"  # noqa: S608 - names are ours


def create_all(connection: Connection, projections: Sequence[Projection]) -> list[Projection]:
    """Make every live table that is absent, as the owner. Repeatable; answers the projections to be rebuilt.

    Those are projections whose tables have another shape or version: they are left as they are and still serve.
    """
    run = connection.exec_driver_sql
    run(f"SET LOCAL ROLE {OWNER}")
    run("SELECT pg_advisory_xact_lock(4718205531906222)")
    schemas = ", ".join(sorted({table.schema or "" for projection in projections for table in projection.tables}))
    run(f"GRANT USAGE ON SCHEMA {schemas} TO {PROJECTOR}, {APP}, {READER}, {BACKUP}")
    cursor = _cursor_statements() if _comment(connection, "rm.cursor") is None else ()
    sums = () if _comment(connection, FIGURE.fullname) == sums_mark() else _sums()
    for statement in (*cursor, *sums, *_state_statements()):
        run(statement)
    stale: list[Projection] = []
    for projection in projections:
        found = {_comment(connection, full_name(table)) for table in projection.tables}
        if found == {None}:
            for statement in make(projection, ""):
                run(statement)
            for table in projection.tables:
                for statement in indexes(table, ""):
                    run(statement)
            for statement in finish(projection, ""):
                run(statement)
        elif found != {mark(projection)}:
            stale.append(projection)
    return stale


def _comment(connection: Connection, name: str) -> str | None:
    """The comment of a table, an empty text where it has none, None where there is no such table."""
    row = connection.execute(
        text("SELECT coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class WHERE oid = to_regclass(:name)"),
        {"name": name},
    ).first()
    return None if row is None else str(row[0])


def _create(table: Table, build: str) -> str:
    copy = table.to_metadata(MetaData(), name=f"{table.name}{suffix(build)}")
    return str(CreateTable(copy).compile(dialect=_DIALECT)).strip()


def _create_without_key(table: Table, build: str) -> str:
    """A key that is made of all rows at once costs half of one that is kept while they come."""
    columns = (Column(column.name, column.type, nullable=column.nullable) for column in table.columns)
    return _create(Table(table.name, MetaData(), *columns, schema=table.schema), build)


def _compared(table: Table) -> Iterator[str]:
    """The columns that the first queries are planned by; autovacuum looks at all of them in its own time.

    Rows of one body are found by keys and clocks; across bodies by anything that is not a wording.
    """
    declared = shape(table)
    keys = {"audience", *CLOCKS, *declared.sub, *chain.from_iterable(declared.indexes)}
    for column in table.columns:
        free = isinstance(column.type, Text) and column.type.collation is None
        if column.primary_key or column.name in keys or (table.schema != "rm" and not free):
            yield column.name


def _index_forms(table: Table) -> Iterator[tuple[str, str]]:
    """Names (after the table's) and columns of the indexes besides the primary key."""
    declared = shape(table)
    if declared.form == "bitemporal":
        keys = ", ".join(("tenant_id", "entity_id", *declared.sub, "effective_from"))
        yield "now", f"({keys}) WHERE recorded_to = 'infinity'"
        for columns in declared.indexes:
            yield f"now_by_{columns[0]}", f"({', '.join(columns)}) WHERE recorded_to = 'infinity'"
        return
    for columns in declared.indexes:
        yield f"by_{columns[-1]}", f"({', '.join(columns)})"


def _policies(table: Table, build: str) -> Iterator[str]:
    name = full_name(table, build)
    yield _of_tenant(name)
    yield f"CREATE POLICY backup_reads_all ON {name} FOR SELECT TO {BACKUP} USING (true)"
    readers = [APP, BACKUP]
    if "audience" in table.columns:
        readers.append(READER)
        to = f"{READER}, {APP}" if table.schema == "commons" else READER
        yield f"CREATE POLICY public_reads ON {name} FOR SELECT TO {to} USING (audience = 'public')"
        if table.schema == "national":
            yield f"CREATE POLICY granted_reads ON {name} FOR SELECT TO {READER} USING ({_granted(table)})"
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
    yield f"GRANT SELECT ON {name} TO {', '.join(readers)}"


def _granted(table: Table) -> str:
    """Who was granted the rows of a table: those of a programme, where it has programmes, or of all."""
    if "grantee" in table.columns:
        return GRANTED.format(condition=_TO_ITSELF)
    of_every = _OF_ANY.format(programme=" AND g.programme = ''")
    if "programme_code" in table.columns:
        return GRANTED.format(condition=f"{of_every} OR {_OF_PROGRAMME}")
    return GRANTED.format(condition=of_every)


def _of_tenant(name: str) -> str:
    return f"CREATE POLICY of_tenant ON {name} TO {APP}, {PROJECTOR} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})"


def _state_statements() -> Iterator[str]:
    """Functions that tell whether projections have moved on, and how far those of some bodies are.

    Positions never go back, so a sum of them stays the same only if none has moved; a swap renews `updated_at`.
    """
    yield f"""DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_policy
        WHERE polname = 'owner_counts' AND polrelid = '{REACHED.fullname}'::regclass)
    THEN CREATE POLICY owner_counts ON {REACHED.fullname} FOR SELECT TO {OWNER} USING (true);
    END IF;
END $$"""
    # Sums are brought up to date after the rows that they are of: their state has a name of its own.
    yield f"""CREATE OR REPLACE FUNCTION rm.state_of(projections text[]) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(sha256(convert_to(concat_ws(' ', count(*), sum(position), max(updated_at),
        CASE WHEN '{OF_SUMS}' = ANY (projections) THEN (
            SELECT concat_ws(' ', count(*), sum(reached.position)) FROM {REACHED.fullname} AS reached
        ) END), 'UTF8')), 'hex')
    FROM rm.cursor WHERE build = '' AND projection = ANY (projections)
$$"""  # noqa: S608 - names are ours
    yield "REVOKE ALL ON FUNCTION rm.state_of(text[]) FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION rm.state_of(text[]) TO {APP}, {READER}"
    # How long a log is, its published checkpoints tell everybody: how far it is read is no secret either.
    yield """CREATE OR REPLACE FUNCTION rm.positions_of(projections text[], tenants uuid[])
    RETURNS TABLE (tenant_id uuid, "position" bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.tenant_id, min(c.position) FROM rm.cursor c
    WHERE c.build = '' AND c.projection = ANY (projections) AND c.tenant_id = ANY (tenants)
    GROUP BY c.tenant_id HAVING count(*) = cardinality(projections) AND min(c.position) > 0
$$"""
    yield "REVOKE ALL ON FUNCTION rm.positions_of(text[], uuid[]) FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION rm.positions_of(text[], uuid[]) TO {APP}, {READER}"


def sums_mark() -> str:
    """The comment of the sums of what is published, as this program makes them."""
    parts = [str(VERSION), *(_created(table) for table in TABLES)]
    return f"published sums {hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:16]}"


def _created(table: Table) -> str:
    return str(CreateTable(table).compile(dialect=_DIALECT)).strip()


def _sums() -> Iterator[str]:
    """Makes the sums of what is published anew, empty. They are everybody's, and so are their rows."""
    for table in TABLES:
        yield f"DROP TABLE IF EXISTS {table.fullname}"
        yield _created(table)
        yield f"COMMENT ON TABLE {table.fullname} IS '{sums_mark()}'"
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table.fullname} TO {PROJECTOR}"
        yield f"ALTER TABLE {table.fullname} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table.fullname} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY backup_reads_all ON {table.fullname} FOR SELECT TO {BACKUP} USING (true)"
        yield f"GRANT SELECT ON {table.fullname} TO {BACKUP}"
        if table is REACHED:
            yield _of_tenant(table.fullname)
            yield f"CREATE POLICY projector_reads_all ON {table.fullname} FOR SELECT TO {PROJECTOR} USING (true)"
            continue
        yield f"CREATE POLICY projector_sums ON {table.fullname} TO {PROJECTOR} USING (true) WITH CHECK (true)"
        yield f"CREATE POLICY all_read ON {table.fullname} FOR SELECT TO {READER}, {APP} USING (true)"
        yield f"GRANT SELECT ON {table.fullname} TO {READER}, {APP}"
    for table in SUMMED:  # sums are written over and over: room for that, and no index to be renewed
        yield f"ALTER TABLE {table.fullname} SET (fillfactor = 70)"


def _cursor_statements() -> Iterator[str]:
    yield _create(CURSOR, "")
    yield "COMMENT ON TABLE rm.cursor IS 'How far each projection of each body is, in each build.'"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON rm.cursor TO {PROJECTOR}"
    yield f"GRANT SELECT ON rm.cursor TO {APP}, {BACKUP}"
    yield "ALTER TABLE rm.cursor ENABLE ROW LEVEL SECURITY"
    yield "ALTER TABLE rm.cursor FORCE ROW LEVEL SECURITY"
    yield _of_tenant("rm.cursor")
    # Ids, names of projections and numbers of all bodies: what lag and swaps are worked out from.
    yield f"CREATE POLICY projector_reads_all ON rm.cursor FOR SELECT TO {PROJECTOR} USING (true)"
    yield f"CREATE POLICY owner_swaps ON rm.cursor TO {OWNER} USING (true) WITH CHECK (true)"
    yield f"CREATE POLICY backup_reads_all ON rm.cursor FOR SELECT TO {BACKUP} USING (true)"

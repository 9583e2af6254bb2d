"""Bring a database to the form that this version of the code expects."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql

from infra.roles import OWNER, ensure_roles, let_backup_read, restrict_database
from infra.settings import DatabaseSettings, Role

SCHEMA = "migration"
"""Holds Alembic's version table; not part of the product's data."""
_LOCK = 4_718_205_531_906_221  # any number that nobody else uses; advisory locks are per database
_REVISION_QUERY = f"SELECT version_num FROM {SCHEMA}.alembic_version"  # noqa: S608 - a constant
_LOCK_TIMEOUT = "300s"
_ALEMBIC = threading.Lock()  # its context is global to the process


class SchemaNewerError(Exception):
    """The database was migrated by a newer version of the code, which this one could damage."""

    def __init__(self, revision: str, head: str) -> None:
        super().__init__(
            f"The database is at schema revision {revision!r}, which this version of Entente does not know; "
            f"it knows revisions up to {head!r}. Start the newer version, or restore a backup made "
            "before the upgrade."
        )
        self.revision = revision
        self.head = head


class FetchesValue(Protocol):
    """An asyncpg connection or pool."""

    async def fetchval(self, query: str, /) -> Any: ...


def migrate(settings: DatabaseSettings) -> None:
    """Make the database and roles that are absent and upgrade to the newest revision. Repeatable.

    Two at once: the second waits for the first and finds nothing to do.

    Raises:
        SchemaNewerError: nothing was changed.
    """
    with _locked(settings) as connection:
        _refuse_newer(connection)
        ensure_roles(connection, settings)
        restrict_database(connection)
        owner, schema = sql.Identifier(OWNER), sql.Identifier(SCHEMA)
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(schema, owner))
        if _revision(connection) != head_revision():
            _upgrade(settings)
        connection.execute(sql.SQL("SET ROLE {}").format(owner))
        with connection.transaction():
            _open_version_table(connection)
            let_backup_read(connection, _owned_schemas(connection))


@functools.cache
def head_revision() -> str:
    """The newest revision that this code knows."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


async def schema_is_current(connection: FetchesValue) -> bool:
    """Whether the database has exactly the form that this code expects. Any of our roles may ask."""
    return bool(await connection.fetchval(_REVISION_QUERY) == head_revision())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _locked(settings: DatabaseSettings) -> Iterator[psycopg.Connection]:
    _ensure_database(settings)
    with psycopg.connect(settings.admin_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("SET lock_timeout = {}").format(_LOCK_TIMEOUT))
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        connection.execute("RESET lock_timeout")
        yield connection


def _ensure_database(settings: DatabaseSettings) -> None:
    try:
        psycopg.connect(settings.admin_dsn).close()
    except psycopg.OperationalError:
        # libpq gives no error code here. Ask the maintenance database; if that fails too, the first error
        # tells more.
        maintenance = urlunsplit(urlsplit(settings.admin_dsn)._replace(path="/postgres"))
        try:
            connection = psycopg.connect(maintenance, autocommit=True)
        except psycopg.OperationalError:
            connection = None
        if connection is None:
            raise
        with connection:
            if _database_exists(connection, settings.name):
                # Another migration made it meanwhile; else this fails as before, and says why.
                psycopg.connect(settings.admin_dsn).close()
                return
            try:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(
                        sql.Identifier(settings.name)
                    )
                )
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return  # another migration was faster


def _database_exists(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _revision(connection: psycopg.Connection) -> str | None:
    """The database's revision; None before the first migration."""
    try:
        row = connection.execute(_REVISION_QUERY.encode()).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return None
    return str(row[0]) if row else None


def _refuse_newer(connection: psycopg.Connection) -> None:
    revision = _revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaNewerError(revision, head_revision())


def _upgrade(settings: DatabaseSettings) -> None:
    def connect() -> psycopg.Connection:
        connection = psycopg.connect(settings.admin_dsn, autocommit=True)
        # Whatever a migration makes belongs to the owner. One that needs the administrator says RESET ROLE.
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(OWNER)))
        connection.autocommit = False
        return connection

    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=connect, poolclass=sqlalchemy.NullPool)
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        with _ALEMBIC:
            command.upgrade(config, "head")


def _open_version_table(connection: psycopg.Connection) -> None:
    schema, table = sql.Identifier(SCHEMA), sql.Identifier(SCHEMA, "alembic_version")
    logins = sql.SQL(", ").join(sql.Identifier(role) for role in Role)
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, logins))
    connection.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(table, logins))


def _owned_schemas(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT nspname FROM pg_namespace WHERE nspowner = %s::regrole ORDER BY nspname", [OWNER]
    ).fetchall()
    return [str(row[0]) for row in rows]

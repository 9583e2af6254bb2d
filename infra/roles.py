"""The roles of the database, and who may do what before any table exists.

Roles belong to a whole server, databases are many: several migrations may make the same role at once, and
their advisory locks do not see each other. So every statement about roles may be repeated, and is, when
another was faster.
"""

import time
from collections.abc import Iterator, Sequence
from typing import LiteralString

import psycopg
from psycopg import sql

from infra.settings import DatabaseSettings, Role

OWNER = "entente_owner"
"""Owns schemas and tables; every migration runs as it."""
APPEND = "entente_append"
"""Owns the SECURITY DEFINER function that appends events."""
_GROUPS = (OWNER, APPEND)

_SETTINGS: dict[str, dict[str, str]] = {
    # A durable reply is the point of an append. A session can still turn this off; the append function checks
    # it.
    Role.APP: {"TimeZone": "UTC", "synchronous_commit": "on", "idle_in_transaction_session_timeout": "60s"},
    Role.PROJECTOR: {"TimeZone": "UTC"},
    Role.NATIONAL_READER: {
        "TimeZone": "UTC",
        "statement_timeout": "3s",
        "idle_in_transaction_session_timeout": "10s",
        "default_transaction_read_only": "on",
    },
    Role.SIGNER: {"TimeZone": "UTC"},
    Role.BACKUP: {"TimeZone": "UTC", "default_transaction_read_only": "on"},
}
_ATTEMPTS = 12
_RACES = (
    psycopg.errors.DuplicateObject,
    psycopg.errors.UniqueViolation,
    psycopg.errors.InternalError_,  # "tuple concurrently updated"
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
)


def ensure_roles(connection: psycopg.Connection, settings: DatabaseSettings) -> None:
    """Make the roles that are absent; renew our logins' passwords and settings. `connection` autocommits."""
    for group in _GROUPS:
        _repeat(connection, _creation(connection, group, "NOLOGIN"))
    for role in Role:
        _repeat(connection, _creation(connection, role, "LOGIN"))
        # Sent as a verifier: the server's log never sees the password.
        password = settings.role_password(role).encode()
        verifier = connection.pgconn.encrypt_password(password, role.encode(), b"scram-sha-256").decode()
        _repeat(
            connection,
            [sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier))],
        )
        _repeat(connection, _settings_changes(connection, role))
    _repeat(connection, _memberships(connection))


def restrict_database(connection: psycopg.Connection) -> None:
    """Close the database to PUBLIC and open it to our roles. A copy of a database needs it anew."""
    database = sql.Identifier(connection.info.dbname)
    logins = sql.SQL(", ").join(sql.Identifier(role) for role in Role)
    statements: list[sql.Composed | sql.SQL] = [
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, logins),
        sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, sql.Identifier(OWNER)),
        sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
    ]
    _repeat(connection, statements)


def let_backup_read(connection: psycopg.Connection, schemas: Sequence[str]) -> None:
    """Give the backup role SELECT on everything in `schemas`. `connection` acts as the owner.

    pg_read_all_data would need a superuser to grant it. BYPASSRLS would too, and would reach tables that are
    not ours; so each row-secured table gets a policy for this one role, and pg_dump runs with
    --enable-row-security. Doing it here, after every migration, means that no new table can be forgotten and
    silently dumped without its rows.
    """
    backup = sql.Identifier(Role.BACKUP)
    for schema in schemas:
        name = sql.Identifier(schema)
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, backup))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(name, backup))
        connection.execute(sql.SQL("GRANT SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}").format(name, backup))
    secured = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relrowsecurity AND n.nspname = ANY(%s) AND NOT EXISTS"
        " (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'backup_reads_all') "
        " ORDER BY 1, 2",
        [list(schemas)],
    ).fetchall()
    for schema, table in secured:
        connection.execute(
            sql.SQL("CREATE POLICY backup_reads_all ON {} FOR SELECT TO {} USING (true)").format(
                sql.Identifier(schema, table), backup
            )
        )


def _creation(connection: psycopg.Connection, role: str, login: LiteralString) -> list[sql.Composed]:
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        return []
    # A superuser's attributes can be named by a superuser only, even to say no. They are off by default.
    plain = sql.SQL("CREATE ROLE {} " + login).format(sql.Identifier(role))
    return [plain]


def _settings_changes(connection: psycopg.Connection, role: Role) -> list[sql.Composed]:
    row = connection.execute(
        "SELECT coalesce(rolconfig, '{}') FROM pg_roles WHERE rolname = %s", [role]
    ).fetchone()
    assert row is not None
    return [
        sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value))
        for name, value in _SETTINGS[role].items()
        if f"{name}={value}" not in row[0]
    ]


def _memberships(connection: psycopg.Connection) -> list[sql.Composed]:
    """The administrator may act as the owner, and the owner may hand a function to the appending role."""

    def missing() -> Iterator[sql.Composed]:
        for group, member in ((OWNER, connection.info.user), (APPEND, connection.info.user), (APPEND, OWNER)):
            row = connection.execute(
                "SELECT FROM pg_auth_members m"
                " JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member"
                " WHERE g.rolname = %s AND u.rolname = %s"
                # From version 16 on, whoever made a role may administer it without being able to act as it.
                " AND coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)",
                [group, member],
            ).fetchone()
            if row is None:
                yield sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(member))

    return list(missing())


def _repeat(connection: psycopg.Connection, statements: Sequence[sql.Composed | sql.SQL]) -> None:
    for statement in statements:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                connection.execute(statement)
                break
            except _RACES as error:
                if isinstance(error, psycopg.errors.DuplicateObject):
                    break  # another process made the same role just now
                if attempt == _ATTEMPTS:
                    raise
                time.sleep(0.01 * attempt)

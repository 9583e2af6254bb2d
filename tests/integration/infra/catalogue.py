"""What migrations leave behind, as rows to compare."""

import dataclasses
from urllib.parse import urlsplit, urlunsplit

import psycopg

from infra.settings import DatabaseSettings


def rows(settings: DatabaseSettings, query: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(settings.admin_dsn) as connection:
        return connection.execute(query.encode(), values).fetchall()


def catalogue(settings: DatabaseSettings) -> list[tuple[object, ...]]:
    """Everything with an owner and rights in the database, in a stable order."""
    return rows(
        settings,
        "SELECT nspname, nspowner::regrole::text, nspacl::text FROM pg_namespace UNION ALL"
        " SELECT relname, relowner::regrole::text, relacl::text FROM pg_class WHERE oid >= 16384 UNION ALL"
        " SELECT proname, proowner::regrole::text, proacl::text FROM pg_proc WHERE oid >= 16384 UNION ALL"
        " SELECT datname, datdba::regrole::text, datacl::text FROM pg_database WHERE datname = current_database()"
        # Roles are the whole server's: the guest of a test beside this one is none of ours.
        " UNION ALL SELECT rolname, rolconfig::text, NULL FROM pg_roles"
        " WHERE NOT starts_with(rolname, 'stranger_')"
        " UNION ALL SELECT polname, polrelid::regclass::text, NULL FROM pg_policy ORDER BY 1, 2, 3",
    )


def modest_administrator(settings: DatabaseSettings) -> DatabaseSettings:
    """The same server through a new administrator who is no superuser; the database does not exist yet."""
    with psycopg.connect(settings.with_database("postgres").admin_dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE modest LOGIN CREATEROLE CREATEDB PASSWORD 'modest'")
    parts = urlsplit(settings.admin_dsn)
    hosts = parts.netloc.rpartition("@")[2]
    return dataclasses.replace(
        settings, admin_dsn=urlunsplit(parts._replace(netloc=f"modest:modest@{hosts}")), embedded=False
    )

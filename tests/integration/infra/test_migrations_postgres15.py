"""Migrations against the oldest PostgreSQL that we support, where Debian's package of it is installed."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.embedded.location import locate
from infra.launch import launched
from infra.migrate import head_revision, migrate
from infra.roles import APPEND, OWNER
from infra.settings import DatabaseSettings, Role
from tests.integration.infra.catalogue import catalogue, modest_administrator, rows

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def postgres15(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseSettings]:
    """A superuser's settings for a running server of version 15."""
    if not (PROGRAMS / "postgres").exists():
        pytest.skip(f"needs Debian's package postgresql-15 in {PROGRAMS}")
    account = locate(tmp_path_factory.mktemp("instance")).account
    home = Path(tempfile.mkdtemp(prefix="entente-pg15-"))  # pytest's own directories are closed to other users
    if account:
        os.chown(home, account.uid, account.gid)
    password = secrets.token_hex(16)
    password_file = home / "password"
    password_file.write_text(password)
    password_file.chmod(0o644)
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    try:
        subprocess.run(
            launched(
                [
                    *(str(PROGRAMS / "initdb"), "-D", str(home / "data"), "-U", "postgres", "--no-sync"),
                    *("--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8", "--locale=C"),
                ],
                death_signal=signal.SIGKILL,
                account=account,
            ),
            check=True,
            capture_output=True,
            cwd="/",
            env=environment,
        )
        options = ("listen_addresses=", f"unix_socket_directories={home}", "fsync=off")
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                launched(
                    [
                        *(str(PROGRAMS / "postgres"), "-D", str(home / "data")),
                        *(part for option in options for part in ("-c", option)),
                    ],
                    death_signal=signal.SIGQUIT,
                    account=account,
                ),
                stdout=log,
                stderr=log,
                cwd="/",
                env=environment,
            )
        settings = DatabaseSettings(
            admin_dsn=f"postgresql://postgres:{password}@/entente?host={home}", secret_key=secrets.token_bytes(32)
        )
        try:
            wait_until_ready(settings, process)
            yield settings
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(120)
    finally:
        shutil.rmtree(home)


def wait_until_ready(settings: DatabaseSettings, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while True:
        assert process.poll() is None, "PostgreSQL 15 did not start"
        try:
            psycopg.connect(settings.with_database("postgres").admin_dsn).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, "PostgreSQL 15 was not ready in two minutes"
            time.sleep(0.02)
        else:
            return


def test_migrating_twice_equals_migrating_once_on_15(postgres15: DatabaseSettings) -> None:
    migrate(postgres15)
    once = catalogue(postgres15)

    migrate(postgres15)

    assert rows(postgres15, "SELECT current_setting('server_version_num')::int / 10000") == [(15,)]
    assert rows(postgres15, "SELECT version_num FROM migration.alembic_version") == [(head_revision(),)]
    assert catalogue(postgres15) == once


def test_no_login_has_more_than_it_needs_on_15(postgres15: DatabaseSettings) -> None:
    migrate(postgres15)
    for role in Role:
        with psycopg.connect(postgres15.dsn(role), autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            for statement in (
                "CREATE TABLE public.mine (id int)",
                "CREATE TABLE log.mine (id int)",
                f"SET ROLE {OWNER}",
                f"SET ROLE {APPEND}",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())
    assert (
        rows(
            postgres15,
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'entente\\_%%' AND (rolsuper OR rolbypassrls)",
        )
        == []
    )


def test_an_administrator_without_superuser_rights_can_migrate_on_15(postgres15: DatabaseSettings) -> None:
    settings = modest_administrator(postgres15).with_database("modest")
    migrate(settings)
    once = catalogue(settings)

    migrate(settings)

    assert catalogue(settings) == once
    psycopg.connect(settings.dsn(Role.APP)).close()

"""Make the dump of a landing and what it answers; refuses to make it twice."""

import asyncio
import gzip
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from infra.embedded import EmbeddedServer
from infra.migrate import migrate
from infra.settings import DatabaseSettings, embedded_database
from services.cli.bringing_in import sample_files
from services.importing import read_files
from services.projector import make_tables
from tests.integration.filled import bring_in
from tests.landing import ANSWERS, DUMP, SECRET, answers, program, reports


async def fill(settings: DatabaseSettings) -> dict[str, object]:
    await bring_in(settings, read_files(sample_files()))
    roots = {slug: report.root for slug, report in (await reports(settings)).items()}
    return {"roots": roots, "answers": await answers(settings)}


def main() -> int:
    if DUMP.exists() or ANSWERS.exists():
        sys.stderr.write("The landing is kept already, and history is not rewritten.\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer(Path(folder) / "instance") as server:
        settings = embedded_database(server.instance_dir, name="landing", secret_key=SECRET)
        migrate(settings)
        make_tables(settings)
        known = asyncio.run(fill(settings))
        dumped = subprocess.run([*program("pg_dump"), settings.admin_dsn], capture_output=True, check=True)
        DUMP.write_bytes(gzip.compress(dumped.stdout, mtime=0))
        ANSWERS.write_bytes(msgspec.json.format(msgspec.json.encode(known), indent=1) + b"\n")
        server.stop()
        server.destroy()
    return 0


if __name__ == "__main__":
    sys.exit(main())

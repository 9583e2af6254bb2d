"""An archive holds what its manifest names, and nothing beside it."""

import io
import uuid
import zipfile

import pytest

from domain.ids import TenantId
from services.archive.form import ArchiveBrokenError
from services.archive.reading import Reader
from services.archive.writing import Writer


def archive() -> io.BytesIO:
    file = io.BytesIO()
    with Writer(file) as writer:
        writer.lines("events.jsonl", [{"n": 1}])
        writer.finish(
            body_id=TenantId(uuid.UUID(int=7)), slug="alpha", events=1, root=bytes(32), console=uuid.UUID(int=8)
        )
    return file


def test_what_was_written_is_found_as_it_was() -> None:
    Reader(archive()).check()


def test_a_file_that_the_manifest_does_not_name_is_refused_by_its_name() -> None:
    file = archive()
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("more.jsonl", b"{}")

    with pytest.raises(ArchiveBrokenError, match=r"'more\.jsonl' is no part of it"):
        Reader(file).check()

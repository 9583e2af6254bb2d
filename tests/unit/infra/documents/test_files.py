"""Contents as files."""

import asyncio
import hashlib
from pathlib import Path
from uuid import UUID

import pytest

from domain.document import Content
from domain.ids import TenantId
from domain.ports import ContentDamagedError
from infra.documents.files import FileContents
from services.contents import NO_CONTENTS

OURS, THEIRS = TenantId(UUID(int=1)), TenantId(UUID(int=2))
BODY = b"%PDF-1.7 a report"
CONTENT = Content(sha256=hashlib.sha256(BODY).hexdigest(), size_bytes=len(BODY), media_type="application/pdf")


@pytest.fixture
def contents(tmp_path: Path) -> FileContents:
    return FileContents(tmp_path / "documents")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_what_was_put_is_read_by_its_hash_and_by_its_body_alone(contents: FileContents) -> None:
    await contents.put(OURS, CONTENT, BODY)

    assert await contents.read(OURS, CONTENT.sha256) == BODY
    assert await contents.holds(OURS, CONTENT)
    assert await contents.read(THEIRS, CONTENT.sha256) is None
    assert not await contents.holds(THEIRS, CONTENT)


async def test_another_size_or_type_than_was_checked_is_not_held(contents: FileContents) -> None:
    await contents.put(OURS, CONTENT, BODY)

    assert not await contents.holds(
        OURS, Content(sha256=CONTENT.sha256, size_bytes=3, media_type="application/pdf")
    )
    assert not await contents.holds(
        OURS, Content(sha256=CONTENT.sha256, size_bytes=len(BODY), media_type="text/plain")
    )


async def test_putting_twice_at_once_keeps_one_file_that_only_the_service_reads(
    contents: FileContents, tmp_path: Path
) -> None:
    await asyncio.gather(*(contents.put(OURS, CONTENT, BODY) for _ in range(4)))

    name = f"documents/{OURS}/{CONTENT.sha256[:2]}/{CONTENT.sha256}"
    assert files(tmp_path) == [name, f"{name}.type"]
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "documents" / str(OURS)).stat().st_mode & 0o777 == 0o700


async def test_what_is_erased_is_gone_and_may_be_erased_again(contents: FileContents, tmp_path: Path) -> None:
    await contents.put(OURS, CONTENT, BODY)
    await contents.put(THEIRS, CONTENT, BODY)

    assert await contents.erase(OURS, CONTENT.sha256)
    assert not await contents.erase(OURS, CONTENT.sha256)
    assert await contents.read(OURS, CONTENT.sha256) is None
    assert await contents.read(THEIRS, CONTENT.sha256) == BODY
    assert len(files(tmp_path)) == 2


async def test_bytes_that_changed_on_disk_are_never_handed_out(contents: FileContents, tmp_path: Path) -> None:
    await contents.put(OURS, CONTENT, BODY)
    (path,) = (tmp_path / "documents").rglob(CONTENT.sha256)
    path.write_bytes(b"%PDF-1.7 another")

    with pytest.raises(ContentDamagedError):
        await contents.read(OURS, CONTENT.sha256)


@pytest.mark.parametrize("sha256", ["../../../etc/passwd", "a" * 63, "a" * 63 + "/"])
async def test_a_name_that_is_no_hash_walks_nowhere(contents: FileContents, sha256: str) -> None:
    with pytest.raises(ValueError, match="not a hash"):
        await contents.read(OURS, sha256)


async def test_without_a_place_for_documents_nothing_is_held(tmp_path: Path) -> None:
    assert not await NO_CONTENTS.holds(OURS, CONTENT)
    assert await NO_CONTENTS.read(OURS, CONTENT.sha256) is None
    assert not await NO_CONTENTS.erase(OURS, CONTENT.sha256)
    with pytest.raises(RuntimeError, match="nowhere to go"):
        await NO_CONTENTS.put(OURS, CONTENT, BODY)
    assert files(tmp_path) == []

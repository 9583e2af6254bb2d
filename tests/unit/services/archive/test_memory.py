"""An archive is as large as its documents are; what is held of it at once is one of them."""

import hashlib
import tracemalloc
import uuid
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

import pytest

from domain.document import Content
from domain.ids import TenantId
from services.archive.documents import add_documents, check_documents, keep_documents
from services.archive.form import DocumentLine
from services.archive.reading import Reader
from services.archive.writing import Writer

MIB: Final = 1024**2
COUNT: Final = 24
TENANT: Final = TenantId(uuid.UUID(int=7))


def body_of(number: int) -> bytes:
    return b"%PDF-" + number.to_bytes(4) * (MIB // 4)


class Contents:
    """Makes each content when it is asked for, and keeps the hashes of what it is given."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.kept: list[str] = []

    def lines(self) -> list[DocumentLine]:
        lines = []
        for number in range(COUNT):
            body = body_of(number)
            sha256 = hashlib.sha256(body).hexdigest()
            self.numbers[sha256] = number
            content = Content(sha256=sha256, size_bytes=len(body), media_type="application/pdf")
            lines.append(DocumentLine(document_id=uuid.UUID(int=number), version=1, content=content))
        return lines

    async def read(self, tenant_id: TenantId, sha256: str) -> bytes | None:
        assert tenant_id == TENANT
        return body_of(self.numbers[sha256])

    async def put(self, tenant_id: TenantId, content: Content, body: bytes) -> None:
        assert (tenant_id, hashlib.sha256(body).hexdigest()) == (TENANT, content.sha256)
        self.kept.append(content.sha256)

    async def holds(self, tenant_id: TenantId, content: Content) -> bool:
        raise NotImplementedError

    async def used(self, tenant_id: TenantId) -> int:
        raise NotImplementedError

    async def erase(self, tenant_id: TenantId, sha256: str) -> bool:
        raise NotImplementedError


async def peak_mib(act: Callable[[], Coroutine[Any, Any, None]]) -> float:
    """What was allocated at once at most."""
    tracemalloc.start()
    try:
        await act()
        return tracemalloc.get_traced_memory()[1] / MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("held", [1, COUNT])
async def test_of_many_documents_one_is_held_at_a_time(tmp_path: Path, held: int) -> None:
    """The negative control holds all of them, and the same measure sees it."""
    contents, path, hoard = Contents(), tmp_path / "archive.zip", list[bytes]()
    lines = contents.lines()

    async def there_and_back() -> None:
        with path.open("wb") as drafted, Writer(drafted) as writer:
            await add_documents(writer, contents, TENANT, lines)
            writer.finish(body_id=TENANT, slug="large", events=0, root=bytes(32), console=None)
        with path.open("rb") as file:
            archive = Reader(file)
            archive.check()
            brought = check_documents(archive, lines, bytes_max=2 * MIB)
            hoard.extend(archive.content(content) for content in brought[: held - 1])
            await keep_documents(archive, contents, TENANT, brought)

    peak = await peak_mib(there_and_back)

    assert sorted(contents.kept) == sorted(contents.numbers)
    assert path.stat().st_size > COUNT * MIB
    assert (peak < 5) == (held == 1)

"""Contents as files: one folder per body, one file per content, named by its hash."""

import asyncio
import hashlib
import os
import secrets
from pathlib import Path

from domain.document import Content
from domain.ids import TenantId
from domain.ports import ContentDamagedError

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_HASH_CHARACTERS = 64


class FileContents:
    """Implements `domain.ports.ContentStore`. Several processes may share the folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, tenant_id: TenantId, content: Content, body: bytes) -> None:
        """See `ContentStore.put`."""
        await asyncio.to_thread(self._put, tenant_id, content, body)

    async def holds(self, tenant_id: TenantId, content: Content) -> bool:
        """See `ContentStore.holds`."""
        path = self._path(tenant_id, content.sha256)
        return await asyncio.to_thread(_size_of, path) == content.size_bytes and await asyncio.to_thread(
            _label_of, path
        ) == str(content.media_type)

    async def used(self, tenant_id: TenantId) -> int:
        """See `ContentStore.used`. Looks at each file of the body: some 10 ms for a thousand."""
        return await asyncio.to_thread(_used, self._root / str(tenant_id))

    async def read(self, tenant_id: TenantId, sha256: str) -> bytes | None:
        """See `ContentStore.read`."""
        body = await asyncio.to_thread(_read, self._path(tenant_id, sha256))
        if body is not None and hashlib.sha256(body).hexdigest() != sha256:
            raise ContentDamagedError(sha256)
        return body

    async def erase(self, tenant_id: TenantId, sha256: str) -> bool:
        """See `ContentStore.erase`."""
        return await asyncio.to_thread(self._erase, tenant_id, sha256)

    def _path(self, tenant_id: TenantId, sha256: str) -> Path:
        # Both come from a log or were computed here; the check keeps a slip from walking through the folders.
        if len(sha256) != _HASH_CHARACTERS or not sha256.isalnum():
            raise ValueError(f"{sha256!r} is not a hash in hexadecimal")
        return self._root / str(tenant_id) / sha256[:2] / sha256

    def _put(self, tenant_id: TenantId, content: Content, body: bytes) -> None:
        assert hashlib.sha256(body).hexdigest() == content.sha256
        path = self._path(tenant_id, content.sha256)
        self._root.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self._root, path.parent.parent, path.parent):  # `parents` would leave their modes open
            folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        # The label first: a content that is there has been checked as something.
        _write(_label_path(path), content.media_type.encode())
        _write(path, body)
        _flush_folder(path.parent)

    def _erase(self, tenant_id: TenantId, sha256: str) -> bool:
        path = self._path(tenant_id, sha256)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _label_path(path).unlink(missing_ok=True)
        _flush_folder(path.parent)
        return True


def _label_path(path: Path) -> Path:
    return path.with_name(path.name + ".type")


def _write(path: Path, body: bytes) -> None:
    """The whole file or none: it appears under its name once it is on disk."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _used(folder: Path) -> int:
    """Of the contents alone: labels and drafts are not the body's doing."""
    sizes = (_size_of(path) for path in folder.glob("??/*") if len(path.name) == _HASH_CHARACTERS)
    return sum(size for size in sizes if size is not None)


def _size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _label_of(path: Path) -> str | None:
    label = _read(_label_path(path))
    return None if label is None else label.decode("ascii", "replace")


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None

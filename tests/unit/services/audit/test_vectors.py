"""Both verifiers say of every shared vector what was said of it when it was made."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.audit import verify
from services.audit.pack import page
from tests.unit.services.audit.mutations import MUTATIONS
from tests.unit.services.audit.packs import JavaScriptVerifier, packed, python_verdict, random_rows
from tests.unit.services.audit.vectors import FOLDER, Vector, read_index

VECTORS = read_index()
PROGRAM = Path(verify.__file__)


@pytest.fixture(scope="module")
def javascript() -> Iterator[JavaScriptVerifier]:
    with JavaScriptVerifier() as verifier:
        yield verifier


def test_every_vector_is_kept_and_none_was_changed() -> None:
    assert {vector.file for vector in VECTORS} == {path.name for path in FOLDER.glob("*.zip")}
    sound = [vector.file for vector in VECTORS if vector.verdict["sound"]]
    assert [name.startswith("sound") for name in sound] == [True] * 8
    assert len(VECTORS) == len(sound) + 1 + len(MUTATIONS)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.file)
def test_python_says_of_it_what_it_said(vector: Vector) -> None:
    assert python_verdict((FOLDER / vector.file).read_bytes(), vector.vkey, vector.seen) == vector.verdict


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.file)
def test_javascript_says_the_same(vector: Vector, javascript: JavaScriptVerifier) -> None:
    assert javascript((FOLDER / vector.file).read_bytes(), vector.vkey, vector.seen) == vector.verdict


# The second test vector of RFC 8032, section 7.1.
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_the_pure_python_signature_check_is_that_of_rfc_8032() -> None:
    assert verify.ed25519(PUBLIC, SIGNATURE, b"\x72")
    for place in range(64):
        broken = SIGNATURE[:place] + bytes([SIGNATURE[place] ^ 1]) + SIGNATURE[place + 1 :]
        assert not verify.ed25519(PUBLIC, broken, b"\x72")
    assert not verify.ed25519(PUBLIC, SIGNATURE, b"\x73")
    assert not verify.ed25519(PUBLIC[:-1], SIGNATURE, b"\x72")
    assert not verify.ed25519(b"\xff" * 32, SIGNATURE, b"\x72")
    # The same signature with the group's order added to s: not canonical, and refused (section 5.1.7).
    added = (int.from_bytes(SIGNATURE[32:], "little") + verify.ORDER).to_bytes(32, "little")
    assert not verify.ed25519(PUBLIC, SIGNATURE[:32] + added, b"\x72")


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """The verifier as an auditor starts it, alone and without any of the project's packages."""
    command = [sys.executable, "-I", "-S", str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def test_the_file_alone_checks_a_pack(tmp_path: Path) -> None:
    pack = packed(random_rows(5), older=[4])
    (tmp_path / "pack.zip").write_bytes(pack.data)

    sound = run(tmp_path / "pack.zip", "--vkey", pack.vkey)
    assert (sound.returncode, sound.stderr) == (0, "")
    assert sound.stdout.startswith(
        f"SOUND · CONFORME\n  {pack.facts.key.name}\n  events · événements: {len(pack.rows)};"
    )
    assert "The key came with the pack" not in sound.stdout
    assert "The key came with the pack" in run(tmp_path / "pack.zip").stdout


def test_the_file_alone_refuses_a_forged_pack_and_says_where(tmp_path: Path) -> None:
    pack = packed(random_rows(5))
    newest = tmp_path / "kept"
    newest.write_bytes(pack.members["checkpoint"])
    (tmp_path / "pack.zip").write_bytes(packed(pack.rows, size=10).data)

    forged = run(tmp_path / "pack.zip", "--vkey", pack.vkey, "--seen", newest)

    assert (forged.returncode, forged.stdout) == (1, f"NOT SOUND · NON CONFORME: rolled_back {len(pack.rows)}\n")


def test_what_cannot_be_read_is_not_understood(tmp_path: Path) -> None:
    assert run(tmp_path / "absent.zip").returncode == 2
    (tmp_path / "empty.zip").write_bytes(b"")
    assert run(tmp_path / "empty.zip").returncode == 2


def test_the_program_imports_the_standard_library_alone() -> None:
    imported = {
        line.split()[1].partition(".")[0]
        for line in PROGRAM.read_text(encoding="utf-8").splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported <= sys.stdlib_module_names


def test_the_page_allows_its_own_script_and_style_and_no_connection() -> None:
    text = page().decode()

    assert "default-src 'none'; style-src 'sha256-" in text
    assert not any(
        mark in text for mark in ("http://", "https://", "fetch(", "XMLHttpRequest", "{script}", "{style")
    )

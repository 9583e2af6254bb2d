"""The page about isolation names tests: they are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.findall(r"`([\w/]+\.py)::(test_\w+)`", (ROOT / "docs" / "isolation.md").read_text(encoding="utf-8"))


def test_attacks_are_named() -> None:
    assert len(NAMED) > 25


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_is_there(file: str, name: str) -> None:
    path = ROOT / file if "/" in file else ROOT / "tests" / "integration" / "services" / file

    assert f"def {name}(" in path.read_text(encoding="utf-8")

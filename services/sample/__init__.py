"""Sample data as command files: what sources say of real partnerships, and a few that are plainly invented."""

from importlib.resources import files as _resources
from pathlib import Path
from typing import Final

from domain.values import Language

SAMPLE_ADDRESSES: Final[tuple[tuple[str, str, Language], ...]] = (
    ("baie-modele", "secretariat@example.org", "fr"),
    ("baie-modele", "coordination@example.org", "en"),
)
"""Whom a body of the sample writes to: it owes a figure since May 2026. Nobody has these addresses (RFC 2606)."""


def files() -> list[Path]:
    """The command files, one command a line, in the order in which they are loaded."""
    folder = Path(str(_resources(__name__)))
    return sorted(folder.glob("[0-9]*.jsonl"))

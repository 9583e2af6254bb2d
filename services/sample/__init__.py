"""Sample data as command files: what sources say of real partnerships, and a few that are plainly invented."""

from importlib.resources import files as _resources
from pathlib import Path


def files() -> list[Path]:
    """The command files, one command a line, in the order in which they are loaded."""
    folder = Path(str(_resources(__name__)))
    return sorted(folder.glob("[0-9]*.jsonl"))

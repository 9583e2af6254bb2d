import sys
from pathlib import Path

from tests.golden.files import add_missing

if __name__ == "__main__":
    for name in add_missing(Path(__file__).parent / "events"):
        sys.stdout.write(f"{name}\n")

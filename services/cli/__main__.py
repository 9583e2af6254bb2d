"""`python -m services.cli`: how the supervisor starts its children."""

import sys

from services.cli import main

if __name__ == "__main__":
    sys.exit(main())

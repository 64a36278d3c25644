"""`python -m pivot.cli`: the console script, where there is none. Tests: tests/cli/test_main.py."""

import sys

from pivot.cli import main

if __name__ == "__main__":
    sys.exit(main())

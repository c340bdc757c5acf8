"""Writes one world: `python -m benchmarks.second --seed N --lines L -o DIR`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.second import files, living, world


def main(arguments: Sequence[str] | None = None) -> int:
    """Lives one world and writes it; the same arguments give the same bytes on every machine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.second", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="all knobs follow from it (default: %(default)s)")
    parser.add_argument("--lines", type=int, default=3000, metavar="L", help="bank lines (default: %(default)s)")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="DIR")
    given = parser.parse_args(arguments)
    if given.lines < 1:
        parser.error("--lines must be at least 1")
    lived = living.Days(world.draw(given.seed, given.lines)).live()
    files.write(lived, given.out)
    print(f"{given.out}: {len(lived.lines)} lines, {len(lived.items)} items, {len(lived.customers)} customers", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

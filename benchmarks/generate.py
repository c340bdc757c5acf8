"""Writes an invented month of receivables with its truth: `python -m benchmarks.generate --lines 10000 --seed 7 -o DIR`."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.month.files import Files
from benchmarks.month.kinds import KINDS
from benchmarks.month.month import Month, Settings, generate
from benchmarks.month.noise import DIFFICULTY, MODELS


def main(arguments: Sequence[str] | None = None) -> int:
    """Generates one month; the same arguments give the same bytes on every machine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000, metavar="N", help="bank lines (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="everything follows from it (default: %(default)s)")
    parser.add_argument("--difficulty", choices=sorted(DIFFICULTY), default="normal")
    parser.add_argument("--noise", choices=sorted(MODELS), default="a", help="b is held out: for measuring, never for tuning")
    parser.add_argument("--month", default="2026-10", metavar="YYYY-MM")
    parser.add_argument(
        "--hot-share", type=float, default=0.06, metavar="SHARE", help="of the amounts, on four price points (default: %(default)s)"
    )
    parser.add_argument("--remittance", action="store_true", help="write remittance advices for payments that name only their advice")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="DIR")
    given = parser.parse_args(arguments)
    if given.lines < 1 or not 0 <= given.hot_share <= 1:
        parser.error("--lines must be at least 1 and --hot-share between 0 and 1")
    settings = Settings(
        given.lines, given.seed, given.difficulty, given.noise, given.month, round(given.hot_share * 1000), given.remittance
    )  # fmt: skip
    month = generate(settings)
    Files(month).write(given.out)
    (given.out / "month.json").write_text(json.dumps(describe(settings, month), indent=1) + "\n", encoding="utf-8")
    print(f"{given.out}: {len(month.plan)} lines, {len(month.items)} items, {len(month.who.customers)} customers", file=sys.stderr)
    return 0


def describe(settings: Settings, month: Month) -> dict[str, object]:
    """What the month is made of: its settings, sizes, and lines of each kind."""
    count = np.bincount(month.plan.kind, minlength=len(KINDS)).tolist()
    return {
        "settings": asdict(settings),
        "lines": len(month.plan),
        "items": len(month.items),
        "open_items": int((month.items.closed_day < 0).sum()),
        "customers": len(month.who.customers),
        "companies": len(month.who.companies),
        "accounts": len(month.who.accounts),
        "allocations": int(month.plan.size.sum()),
        "kinds": {kind.name: lines for kind, lines in zip(KINDS, count, strict=True) if lines or not kind.worlds},
    }


if __name__ == "__main__":
    sys.exit(main())

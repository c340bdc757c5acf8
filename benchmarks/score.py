"""Scores an engine's matches against a generated month: `python -m benchmarks.score TRUTH_DIR MATCHES.csv`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.scoring.case import Case, CaseError, load
from benchmarks.scoring.measure import DIMENSIONS, by, calibration, judged, outcomes, safety, summary, sweep

_COUNTS = ("lines", "matchable", "posted", "posted_exact", "wrong", "incomplete", "proposed", "exact", "outcome_right")
_SHARES = ("posted_precision", "posted_recall", "false_match_rate", "posted_exact_share", "exact_share")
_HEADLINE = (
    ("posted_precision", "allocations posted that are right"),
    ("posted_precision_weighted", "  the same, by amount"),
    ("posted_recall", "true allocations that are posted"),
    ("posted_recall_weighted", "  the same, by amount"),
    ("false_match_rate", "posted receipts with a wrong allocation"),
    ("false_match_rate_at_most", "  what that rate may still be, with 95 % confidence"),
    ("posted_exact_share", "matchable receipts posted exactly right"),
    ("exact_share", "matchable receipts posted or proposed exactly right"),
    ("outcome_right_share", "lines with the right outcome"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the score as a table, and writes it as JSON when asked. Exit status 1 when something happened that must never happen."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.score", description=__doc__)
    parser.add_argument("truth", type=Path, metavar="TRUTH_DIR", help="a directory that benchmarks.generate wrote")
    parser.add_argument(
        "matches", type=Path, metavar="MATCHES", help="`matcher export matches`, CSV or Parquet, or any file of those columns"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers here")
    given = parser.parse_args(arguments)
    try:
        result = score(load(given.truth, given.matches))
    except (CaseError, OSError) as error:
        print(f"score: {error}", file=sys.stderr)
        return 3
    about = given.truth / "month.json"
    result = {"month": json.loads(about.read_text(encoding="utf-8")) if about.exists() else {}} | result
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table(result))
    return int(violations(result["safety"]) > 0)


def score(case: Case) -> dict[str, Any]:
    """All measures of a case, ready for JSON."""
    lines = judged(case)
    return {
        "all": summary(lines),
        "sweep": sweep(lines),
        "calibration": calibration(lines),
        "safety": safety(case),
        "by": {dimension: by(lines, dimension) for dimension in DIMENSIONS},
        "outcomes": outcomes(lines),
    }


def violations(safety: dict[str, int]) -> int:
    """How many things happened that must never happen; a row in another currency is not one of them."""
    return sum(count for name, count in safety.items() if name not in ("rows_in_other_currency", "lines_without_answer"))


def table(result: dict[str, Any]) -> str:
    """The score as plain text."""
    every = result["all"]
    parts = [
        f"{every['lines']} lines, {every['matchable']} matchable receipts, {every['true_rows']} true allocations; "
        f"{every['posted']} posted, {every['proposed']} proposed.",
        "",
        *(f"{_text(every[name]):>9}  {meaning}" for name, meaning in _HEADLINE),
        *(
            f"{_text(row['posted_exact_share']):>9}  identifiable matchable receipts posted exactly right"
            for row in result["by"]["identifiable"]
            if row["identifiable"] == "yes"
        ),
        f"{every['posted_unmatchable']:>9}  receipts posted that match nothing",
        "",
        "Posting by confidence alone:",
        *(
            f"{_text(row['share']):>9}  of matchable receipts at {row['precision']:.2%} precision ({row['lines']} lines, bar {row['bar']})"
            for row in result["sweep"]
        ),
        "",
        f"Expected calibration error: {_text(result['calibration']['expected_error'])} over {result['calibration']['lines']} lines",
        f"{'confidence':>18}{'lines':>9}{'stated':>10}{'right':>10}",
        *(
            f"{row['above']:>8} to {row['to']:>6}{row['lines']:>9}{_text(row['stated']):>10}{_text(row['right']):>10}"
            for row in result["calibration"]["bins"]
        ),
        "",
        "Must be zero: "
        + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in result["safety"].items() if name != "rows_in_other_currency"),
        "",
    ]
    for dimension, rows in result["by"].items():
        parts += [_header(dimension), *(_row(row, dimension) for row in rows), ""]
    return "\n".join(parts)


def _header(dimension: str) -> str:
    return f"{dimension:<22}" + "".join(f"{name.replace('_', ' '):>{max(len(name) + 2, 9)}}" for name in (*_COUNTS, *_SHARES))


def _row(row: dict[str, Any], dimension: str) -> str:
    cells = [f"{row[name]:>{max(len(name) + 2, 9)}}" for name in _COUNTS]
    cells += [f"{_text(row[name]):>{max(len(name) + 2, 9)}}" for name in _SHARES]
    return f"{row[dimension]:<22}" + "".join(cells)


def _text(share: float | None) -> str:
    return "" if share is None else f"{share:.2%}"


if __name__ == "__main__":
    sys.exit(main())

"""Draws worlds, measures an engine on them, and lists its errors: `python -m benchmarks.worlds measure --seeds 1-30 -o results.json`."""

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import facts
from benchmarks.worlds import challenge, draw, errors, report
from benchmarks.worlds.measure import OWN, EngineError, measure, prepare, score
from benchmarks.worlds.prior import world


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the first word says. Exit status 3 when the engine failed or a file is missing."""
    given = _parser().parse_args(arguments)
    try:
        text = {"draw": _draw, "measure": _measure, "report": _report, "score": _score, "errors": _errors, "challenge": _challenge}[
            given.what
        ](given)
    except (EngineError, OSError) as error:
        print(f"worlds: {error}", file=sys.stderr)
        return 3
    print(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worlds", description=__doc__.splitlines()[0])
    parts = parser.add_subparsers(dest="what", required=True)
    one = parts.add_parser("draw", help="write the files of one world")
    one.add_argument("--seed", type=int, required=True, metavar="N")
    one.add_argument("--books", action="store_true", help="and books with them, imported and ingested and not yet run, for benchmarks.fit")
    many = parts.add_parser("measure", help="draw worlds, post them with an engine, and print the report")
    many.add_argument("--seeds", type=_seeds, required=True, metavar="N-M,K", help="1-30 are for fitting, 101 and up for calibration")
    many.add_argument("--jobs", type=int, default=1, metavar="N", help="worlds at a time (default: %(default)s)")
    many.add_argument("--matcher", default="", metavar="CMD", help="the command to measure (default: this Python's own)")
    many.add_argument("--scratch", type=Path, metavar="DIR", help="where the worlds and their matches go (default: beside the results)")
    many.add_argument("-o", "--out", type=Path, required=True, metavar="FILE", help="results, as JSON")
    for part in (one, many):
        part.add_argument("--lines", type=int, default=3_000, metavar="L", help="bank lines at most (default: %(default)s)")
        part.add_argument("--hard", action="store_true", help="worlds of the harder prior")
    one.add_argument("-o", "--out", type=Path, required=True, metavar="DIR")
    shown = parts.add_parser("report", help="print the report of results again")
    shown.add_argument("results", type=Path, nargs="+", metavar="FILE")
    again = parts.add_parser("score", help="score worlds again that were posted before, and print the report")
    again.add_argument("directory", type=Path, metavar="DIR", help="a world that was measured, or a directory of them")
    again.add_argument("-o", "--out", type=Path, metavar="FILE", help="results, as JSON")
    wrong = parts.add_parser("errors", help="list every wrong posting with its text, payer, truth and what was posted")
    wrong.add_argument("directory", type=Path, metavar="DIR", help="a world that was measured, or a directory of them")
    wrong.add_argument("--rule", default="", help="only those that this rule posted")
    wrong.add_argument("--kind", default="", help="only lines of this kind")
    wrong.add_argument("--count", action="store_true", help="count them by kind and rule instead")
    asked = parts.add_parser("challenge", help="change measured worlds so that postings must go away, and count those that stay")
    asked.add_argument("directory", type=Path, metavar="DIR", help="a world that was measured, or a directory of them")
    asked.add_argument("--only", choices=sorted(challenge.CHALLENGES), action="append", default=[], help="may be repeated (default: all)")
    asked.add_argument("--matcher", default="", metavar="CMD", help="the command to measure (default: this Python's own)")
    asked.add_argument("-o", "--out", type=Path, metavar="FILE", help="write the counts here, as JSON")
    return parser


def _seeds(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _family(given: argparse.Namespace) -> str:
    return "hard" if given.hard else "normal"


def _draw(given: argparse.Namespace) -> str:
    about = draw.write(world(given.seed, given.lines, _family(given)), given.out)
    if given.books:
        prepare(given.out, OWN)
    return (
        f"{given.out}: {about['lines']} lines, {about['items']} items, {about['customers']} customers, {about['companies']} legal entities"
    )


def _measure(given: argparse.Namespace) -> str:
    scratch = given.scratch or given.out.with_suffix("")
    command = shlex.split(given.matcher) or OWN

    about = {"machine": facts(), "lines": given.lines, "family": _family(given)}
    done: list[dict[str, Any]] = []

    def tell(row: dict[str, Any]) -> None:
        # what is measured is kept, whatever happens to the worlds behind it
        done.append(row)
        save(done)
        print(f"{row['world']}: {row['postings']} postings, {row['errors']} errors, {row['seconds']} s", file=sys.stderr)

    def save(rows: list[dict[str, Any]]) -> None:
        given.out.write_text(json.dumps({**about, "summary": report.summary(rows), "worlds": rows}, indent=1) + "\n", encoding="utf-8")

    rows = measure(given.seeds, given.lines, _family(given), scratch, command, given.jobs, tell)
    save(rows)
    return report.table(rows)


def _report(given: argparse.Namespace) -> str:
    return report.table([row for path in given.results for row in json.loads(path.read_text(encoding="utf-8"))["worlds"]])


def _score(given: argparse.Namespace) -> str:
    rows = sorted(map(score, errors.worlds_in(given.directory)), key=lambda row: (row["family"], row["seed"]))
    if given.out:
        given.out.write_text(json.dumps({"summary": report.summary(rows), "worlds": rows}, indent=1) + "\n", encoding="utf-8")
    return report.table(rows)


def _errors(given: argparse.Namespace) -> str:
    if given.count:
        return errors.counted(errors.worlds_in(given.directory), given.rule, given.kind)
    blocks = [block for place in errors.worlds_in(given.directory) for block in errors.listed(place, given.rule, given.kind)]
    return "\n\n".join([*blocks, f"{len(blocks)} postings are wrong or incomplete."])


def _challenge(given: argparse.Namespace) -> str:
    command = shlex.split(given.matcher) or OWN
    rows = [row for place in errors.worlds_in(given.directory) for row in challenge.challenge(place, command, given.only)]
    if given.out:
        given.out.write_text(json.dumps({"machine": facts(), "challenges": rows}, indent=1) + "\n", encoding="utf-8")
    return challenge.table(rows)


if __name__ == "__main__":
    sys.exit(main())

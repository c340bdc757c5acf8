"""Times the `matcher` commands end to end, and its statement readers: `python -m benchmarks.speed month --lines 100000 -o DIR`.

Every command runs in a process of its own, so that its time is what a user waits and its memory is what the system gives.
"""

import argparse
import csv
import json
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import generate, statements
from benchmarks.machine import facts, run
from benchmarks.month.plan import Calendar, day_text

COMMAND = (sys.executable, "-c", "from matcher.cli import program; program()")
_LAST_DAYS_PER_MILLE = 10
Result = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Times what was asked for and writes a JSON file. Exit status 1 when a command failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.splitlines()[0])
    parser.add_argument("--matcher", default="", metavar="CMD", help="the command to time (default: this Python's own)")
    parts = parser.add_subparsers(dest="part", required=True)
    month = parts.add_parser("month", help="a generated month: import, ingest, run, export, and a second run with one per cent new lines")
    month.add_argument("--lines", type=int, default=100_000, metavar="N")
    month.add_argument("--seed", type=int, default=1, metavar="N")
    month.add_argument("--hot-share", default="0.06", metavar="SHARE")
    month.add_argument("--truth", type=Path, metavar="DIR", help="a month generated before")
    readers = parts.add_parser("readers", help="statement files of many transactions: the reader alone, and from text to rows in the books")
    readers.add_argument(
        "--count", type=int, action="append", metavar="N", help="transactions; may be repeated (default: 100000 and 1000000)"
    )
    readers.add_argument("--format", action="append", choices=sorted(statements.FORMATS), help="may be repeated (default: all)")
    single = parts.add_parser(
        "single", help="single commands on books that a run has looked at: queue, show, explain, customer, items, status, and decisions"
    )
    single.add_argument(
        "--books", type=Path, required=True, metavar="DIR", help="each accept is undone; the line then waits for the next run"
    )
    for one in (month, readers, single):
        one.add_argument(
            "-o",
            "--out",
            type=Path,
            required=True,
            metavar="DIR",
            help="scratch directory; speed-month.json, speed-readers.json or speed-single.json goes here",
        )
        one.add_argument("--repeat", type=int, default=1, metavar="N", help="runs of each measurement; the fastest is kept (default: 1)")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    command = tuple(shlex.split(given.matcher)) or COMMAND
    measured = {"month": _month, "readers": _readers, "single": _single}[given.part](given, command)
    asked = shlex.join(sys.argv[1:] if arguments is None else arguments)
    result: Result = {"command": f"python -m benchmarks.speed {asked}", "machine": facts()} | measured
    (given.out / f"speed-{given.part}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table(result))
    return int(any(step["exit"] not in (0, 1) for step in result["steps"]))


def _month(given: argparse.Namespace, command: tuple[str, ...]) -> Result:
    """All steps of a month in fresh books; with --repeat the fastest time of each step over several books."""
    truth = given.truth or given.out / "month"
    if not given.truth:
        generate.main(["--lines", str(given.lines), "--seed", str(given.seed), "--hot-share", given.hot_share, "-o", str(truth)])
    runs = [_one_month(given.out, truth, command) for _ in range(given.repeat)]
    about = json.loads((truth / "month.json").read_text(encoding="utf-8"))
    return {"part": "month", "month": about, "steps": [_fastest(steps) for steps in zip(*runs, strict=True)]}


def _one_month(out: Path, truth: Path, command: tuple[str, ...]) -> list[Result]:
    books = out / "books"
    shutil.rmtree(books, ignore_errors=True)
    books.mkdir()
    shutil.copy(truth / "matcher.toml", books)
    first, last, lines, new = split(truth / "lines.csv", out)
    month = json.loads((truth / "month.json").read_text(encoding="utf-8"))["settings"]["month"]
    as_of = day_text(Calendar.of(month).last)
    matches = out / "matches.csv"
    matches.unlink(missing_ok=True)
    steps = (
        ("init", ("init", str(books)), None),
        ("import customers", ("import", "customers", str(truth / "customers.csv")), None),
        ("import items", ("import", "items", str(truth / "items.csv")), None),
        ("import rates", ("import", "rates", str(truth / "rates.csv")), None),
        ("ingest", ("ingest", str(first)), lines - new),
        ("run", ("run", "--as-of", as_of), lines - new),
        ("ingest the last lines", ("ingest", str(last)), new),
        ("run again", ("run", "--as-of", as_of), new),
        ("export matches", ("export", "matches", "-o", str(matches)), lines),
        ("export aging", ("export", "aging", "-o", str(out / "aging.csv")), lines),
        ("export receipts", ("export", "receipts", "-o", str(out / "receipts.jsonl")), lines),
    )
    return [_step(name, (*command, *arguments), books, out, count) for name, arguments, count in steps]


def _single(given: argparse.Namespace, command: tuple[str, ...]) -> Result:
    """Each command on the line that waits first with a proposal; with --repeat the fastest of each over as many lines."""
    listed = given.out / "queue.csv"
    run((*command, "queue", "--limit", str(given.repeat), "--format", "csv"), listed, {"MATCHER_BOOKS": str(given.books)})
    rows = listed.read_text(encoding="utf-8").splitlines()
    named = [(row["line_id"], row["customer_id"], row["documents"]) for row in csv.DictReader(rows) if row["state"] == "proposed"]
    runs = []
    for line, customer, documents in named:
        number = documents.split()[0] if documents else "1"
        wanted = (
            ("--version",), ("queue", "--limit", "20"), ("show", line), ("explain", line), ("customer", customer),
            ("items", "--search", number), ("status",), ("accept", line), ("undo", line), ("note", line, "measured"), ("reject", line),
            ("undo", line),
        )  # fmt: skip
        runs.append([_step(words[0], (*command, *words), given.books, given.out, None) for words in wanted])
    return {"part": "single", "steps": [_fastest(steps) for steps in zip(*runs, strict=True)]}


def split(lines: Path, out: Path) -> tuple[Path, Path, int, int]:
    """The lines in two files: all but the last one per cent of each account's, and those.

    Returns:
        Both files, the number of lines, and how many of them are in the second file.
    """
    with lines.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    account = header.index("account")
    left: dict[str, int] = {}
    for row in rows:
        left[row[account]] = left.get(row[account], 0) + 1
    keep = {name: count - max(1, count * _LAST_DAYS_PER_MILLE // 1000) for name, count in left.items()}
    parts: tuple[list[list[str]], list[list[str]]] = ([], [])
    for row in rows:
        keep[row[account]] -= 1
        parts[keep[row[account]] < 0].append(row)
    paths = (out / "lines-first.csv", out / "lines-last.csv")
    for path, part in zip(paths, parts, strict=True):
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([header, *part])
    return *paths, len(rows), len(parts[1])


def _readers(given: argparse.Namespace, command: tuple[str, ...]) -> Result:
    """Every format and size, twice: `matcher inspect`, the reader alone, and `matcher ingest` into empty books that know the account."""
    steps = []
    for count in given.count or [100_000, 1_000_000]:
        for name in given.format or list(statements.FORMATS):
            file = given.out / f"statement-{count}.{name}.{statements.FORMATS[name][1]}"
            megabytes = statements.write(name, count, file) / 1e6
            for how in (_inspect, ingest):
                best = _fastest(tuple(how(name, file, count, given.out, command) for _ in range(given.repeat)))
                rate = {"file_mb": round(megabytes, 1), "mb_per_second": round(megabytes / best["wall_seconds"], 2)}
                steps.append(best | {"format": name} | rate)
            file.unlink()
    return {"part": "readers", "steps": steps}


def _inspect(name: str, file: Path, count: int, out: Path, command: tuple[str, ...]) -> Result:
    return _step(f"inspect {name}", (*command, "inspect", str(file)), out, out, count)


def ingest(name: str, file: Path, count: int, out: Path, command: tuple[str, ...]) -> Result:
    books = out / "books-readers"
    shutil.rmtree(books, ignore_errors=True)
    books.mkdir()
    (books / "matcher.toml").write_text(
        f'[books]\nname = "Timing"\nbase_currency = "EUR"\n\n[[entity]]\nid = "1"\nname = "Timing"\n\n'
        f'[[account]]\nid = "1"\nnumber = "{statements.ACCOUNT}"\nentity = "1"\ncurrency = "{statements.CURRENCY}"\n',
        encoding="utf-8",
    )
    made = _step("init", (*command, "init", str(books)), books, out, None)
    return made if made["exit"] else _step(f"ingest {name}", (*command, "ingest", str(file)), books, out, count)


def _step(name: str, command: tuple[str, ...], books: Path, out: Path, count: int | None) -> Result:
    """One command; `count` is the number of lines it is about. What it printed stays in a log beside the results."""
    log = out / f"{name.replace(' ', '-')}.log"
    measured = run(command, log, {"MATCHER_BOOKS": str(books)})
    if measured["exit"] not in (0, 1):
        print(f"speed: {name} ended with {measured['exit']}; see {log}", file=sys.stderr)
    rate = {"lines": count, "lines_per_second": round(count / measured["wall_seconds"])} if count else {}
    return {"step": name} | measured | rate


def _fastest(runs: tuple[Result, ...]) -> Result:
    """The fastest of several runs of one step; a failed one is never chosen over one that went well, and its failure shows."""
    best = min(runs, key=lambda run: run["wall_seconds"])
    return best | {"runs": len(runs), "exit": max(run["exit"] for run in runs), "peak_mib": max(run["peak_mib"] for run in runs)}


def table(result: Result) -> str:
    """The measurements as plain text."""
    head = f"{'step':<26}{'exit':>5}{'wall s':>10}{'cpu s':>10}{'peak MiB':>10}{'lines':>10}{'lines/s':>10}{'loop s':>8}"
    rows = [
        f"{step['step']:<26}{step['exit']:>5}{step['wall_seconds']:>10.2f}{step['cpu_seconds']:>10.2f}{step['peak_mib']:>10.0f}"
        f"{step.get('lines', ''):>10}{step.get('lines_per_second', ''):>10}{step['calibration']:>8.3f}"
        for step in result["steps"]
    ]
    return "\n".join([head, *rows])


if __name__ == "__main__":
    sys.exit(main())

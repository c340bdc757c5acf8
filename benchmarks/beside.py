"""Times our statement readers beside bankstatementparser, in alternating runs: `python -m benchmarks.beside --python PYTHON -o DIR`.

The other package is no dependency of ours and gets an environment of its own::

    python -m venv other && other/bin/pip install bankstatementparser
    python -m benchmarks.beside --python other/bin/python -o scratch

Both read the same files, written by `benchmarks.statements`, each in a process of its own, so the interpreter's start counts on both sides.
Ours is `matcher inspect`, which proves the balances too; the other is asked for its table of transactions, with the format named.
Both may keep compiled bytecode, as installed programs do; the first run of each is not counted.
Last, `matcher ingest` takes a plain CSV into books that know the account. What counts is CPU seconds, user and system, of the median run.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import speed, statements
from benchmarks.machine import facts, run

_THEIRS = """
import sys
from importlib.metadata import version
from bankstatementparser import create_parser
rows = create_parser(sys.argv[1], sys.argv[2]).parse()
print(version("bankstatementparser"), len(rows))
"""
_KEPT = {"PYTHONDONTWRITEBYTECODE": ""}
FORMATS = {"ofx1": "ofx", "ofx2": "ofx", "mt940": "mt940", "camt": "camt", "bai2": "bai2"}
"""Our name of each format that both read, and theirs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Times both and writes a JSON file. Exit status 1 when a reader failed or the two counted differently."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside", description=__doc__.splitlines()[0])
    parser.add_argument("--python", required=True, metavar="PYTHON", help="the interpreter that has bankstatementparser installed")
    parser.add_argument("--count", type=int, default=100_000, metavar="N", help="transactions (default: 100000)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="runs of each (default: 3)")
    parser.add_argument("--format", action="append", choices=[*FORMATS, "csv"], help="may be repeated (default: all)")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="DIR", help="scratch directory; beside.json goes here")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    rows = [_compared(name, given) for name in given.format or [*FORMATS, "csv"]]
    result = {"machine": facts(), "count": given.count, "rounds": given.rounds, "formats": rows}
    (given.out / "beside.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    return int(not all(row["agree"] for row in rows))


def _compared(name: str, given: argparse.Namespace) -> dict[str, Any]:
    """One format, read in turn by both; CSV goes into books of ours instead."""
    file = given.out / f"statement-{given.count}.{name}.{statements.FORMATS[name][1]}"
    statements.write(name, given.count, file)
    ours, theirs, counts = list[float](), list[float](), set[int]()
    version = ""
    os.environ |= _KEPT
    for _ in range(given.rounds + 1):
        if name == "csv":
            step = speed.ingest(name, file, given.count, given.out, speed.COMMAND)
            ours.append(step["cpu_seconds"])
            counts.add(given.count if step["exit"] == 0 else -1)
            continue
        log = given.out / f"beside-ours-{name}.log"
        ours.append(run((*speed.COMMAND, "inspect", "-O", "json", str(file)), log)["cpu_seconds"])
        counts.add(_counted(log))
        log = given.out / f"beside-theirs-{name}.log"
        step = run((given.python, "-c", _THEIRS, str(file), FORMATS[name]), log)
        theirs.append(step["cpu_seconds"])
        words = log.read_text(encoding="utf-8", errors="replace").split() if step["exit"] == 0 else []
        version, *numbers = words[-3:] or ["failed", "-2"]
        counts.add(int(numbers[0]))
    file.unlink()
    ours, theirs = ours[1:], theirs[1:]
    row = {"format": name, "ours": round(given.count / median(ours)), "theirs": 0, "version": version, "agree": counts == {given.count}}
    return row | ({"theirs": round(given.count / median(theirs))} if theirs else {}) | {"ours_cpu": ours, "theirs_cpu": theirs}


def _counted(log: Path) -> int:
    """How many transactions `matcher inspect` counted, no balance wrong (OFX has no opening one); -1 when it did not."""
    try:
        report = json.loads(log.read_text(encoding="utf-8"))
    except ValueError:
        return -1
    files = report if isinstance(report, list) else [report]
    told = [statement for file in files for statement in file["statements"]]
    return sum(statement["transactions"] for statement in told) if all(statement["balanced"] is not False for statement in told) else -1


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The figures as plain text: transactions per CPU second."""
    head = f"{'format':<10}{'ours':>10}{'theirs':>10}{'ratio':>8}  {'their version':<14}same count"
    lines = [
        f"{row['format']:<10}{row['ours']:>10,}{row['theirs'] or '':>10}"
        f"{row['ours'] / row['theirs'] if row['theirs'] else 0:>8.2f}  {row['version']:<14}{'yes' if row['agree'] else 'NO'}"
        for row in rows
    ]
    return "\n".join([head, *lines])


if __name__ == "__main__":
    sys.exit(main())

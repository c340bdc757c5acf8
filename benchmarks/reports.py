"""Times what goes out at a month's end: `python -m benchmarks.reports --books DIR --truth DIR -o DIR`.

The books are those of `benchmarks.speed month`, after its run; they are copied, and a cash book made of the month's bank lines is imported
into the copy, so that there is something to prove. Each command runs in a process of its own.
"""

import argparse
import csv
import json
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.machine import facts, run
from benchmarks.month.plan import Calendar, day_text
from benchmarks.speed import table

_COMMAND = (sys.executable, "-c", "from matcher.cli import program; program()")
_UNBOOKED, _LATE, _OWN = 50, 97, 60
"""Of so many bank lines one is not booked, one is booked after the month, and one more entry is not at the bank."""
_COLUMNS = ("entry_id", "account", "date", "amount", "currency", "description", "reference", "counterparty_name", "document_no")


def main(arguments: Sequence[str] | None = None) -> int:
    """Times the reports and writes speed-reports.json. Exit status 1 when a command failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reports", description=__doc__.splitlines()[0])
    parser.add_argument("--matcher", default="", metavar="CMD", help="the command to time (default: this Python's own)")
    parser.add_argument("--books", type=Path, required=True, metavar="DIR", help="after a run; they are copied, not changed")
    parser.add_argument("--truth", type=Path, required=True, metavar="DIR", help="the month that they were made of")
    parser.add_argument("--only", action="append", metavar="STEP", help="may be repeated (default: all)")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="DIR", help="scratch directory; speed-reports.json goes here")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    command = tuple(shlex.split(given.matcher)) or _COMMAND
    books = given.out / "books-reports"
    about = json.loads((given.truth / "month.json").read_text(encoding="utf-8"))
    month = about["settings"]["month"]
    last = day_text(Calendar.of(month).last)
    steps = []
    if not books.exists():
        shutil.copytree(given.books, books)
        cash_book(given.truth / "lines.csv", date.fromisoformat(last), given.out / "book.csv")
        steps.append(_step("import book", (*command, "import", "book", str(given.out / "book.csv")), books, given.out))
    for name, words in _steps(month, last, given.out).items():
        if not given.only or name in given.only:
            steps.append(_step(name, (*command, *words), books, given.out))
    asked = shlex.join(sys.argv[1:] if arguments is None else arguments)
    result = {"command": f"python -m benchmarks.reports {asked}", "machine": facts(), "part": "reports", "month": about, "steps": steps}
    (given.out / "speed-reports.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table(result))
    return int(any(step["exit"] not in (0, 1) for step in steps))


def _steps(month: str, last: str, out: Path) -> dict[str, tuple[str, ...]]:
    """What is timed, by name."""
    day = ("--as-of", last)
    return {
        "aging": ("aging", *day, "--group", "entity"),
        "aging, base": ("aging", *day, "--group", "entity", "--base"),
        "export aging": ("export", "aging", "-o", str(out / "aging.csv"), *day),
        "export discrepancies": ("export", "discrepancies", "-o", str(out / "discrepancies.csv"), *day),
        "bridge": ("bridge", "--month", month),
        "proof": ("proof", *day, "--format", "json"),
        "kpi": ("kpi", "--month", month),
        "behaviour": ("behaviour", *day, "--format", "csv"),
        "forecast": ("forecast", *day),
        "exposure": ("exposure", *day, "--format", "csv"),
        "report": ("report", "--month", month, "-o", str(out / "pack")),
    }


def cash_book(lines: Path, last: date, path: Path) -> None:
    """Writes the ledger's own entries of a month: most lines of the bank, a few days earlier, and some that the bank has not."""
    with lines.open(encoding="utf-8", newline="") as source, path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for number, row in enumerate(csv.DictReader(source)):
            writer.writerows(_entries(number, row, last))


def _entries(number: int, row: dict[str, str], last: date) -> Iterator[tuple[str, ...]]:
    """What the ledger has of a line: nothing, or an entry, and now and then one more that the bank does not have."""
    if number % _UNBOOKED:
        booked = date.fromisoformat(row["booking_date"]) - timedelta(number % 3)
        day = last + timedelta(2) if number % _LATE == 0 else booked
        text, reference = (row["remittance_information"], row["bank_reference"]) if number % 4 else ("", row["end_to_end_id"])
        yield (
            f"GL-{number}", row["account"], day.isoformat(), row["amount"], row["currency"], text[:40], reference,
            row["counterparty_name"], "",
        )  # fmt: skip
    if number % _OWN == 0:
        paid = "-" + row["amount"].lstrip("-")
        yield (f"OUT-{number}", row["account"], last.isoformat(), paid, row["currency"], f"payment {number}", "", "", "")


def _step(name: str, command: tuple[str, ...], books: Path, out: Path) -> dict[str, Any]:
    """One command; what it printed stays in a log beside the results."""
    log = out / f"{name.replace(', ', '-').replace(' ', '-')}.log"
    measured = run(command, log, {"MATCHER_BOOKS": str(books)})
    if measured["exit"] not in (0, 1):
        print(f"reports: {name} ended with {measured['exit']}; see {log}", file=sys.stderr)
    return {"step": name} | measured


if __name__ == "__main__":
    sys.exit(main())

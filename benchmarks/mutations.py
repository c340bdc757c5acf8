"""Damages bank statements whose sums can be proved, and asks whether every changed sum is shown: `python -m benchmarks.mutations`.

Each trial takes a file of fixtures/banks that reads without a word and whose balances hold (or whose control totals do), does one thing to
its bytes (another digit, a line left out, told twice or moved, a sign turned round, the end cut off) and reads it again. Where the sum of
credits, the sum of debits or the number of entries is another one then, the reading must say so: a balance that no longer holds or is
gone, a problem that was not there, or a refusal. What goes by without a word is silent, and is listed.

A table with running balances states no balance of its own: it says nothing of a first or last row that is not there, nor of the first
row's amount. Where the balances of the damaged table follow from each other, row by row, nothing could be shown, nor where whole
statements are left of a file that was cut; those are counted apart.

The same seed gives the same trials.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from matcher.inspection import inspect
from matcher.parsers.base import ParseOptions, Source

BANKS = Path(__file__).resolve().parents[1] / "fixtures" / "banks"
_NAMES_NOTHING = ParseOptions(account="1", currency="EUR")
"""For tables, most of which do not name their account."""
_TURNED = {b"C": b"D", b"D": b"C", b"+": b"-", b"-": b"+", b"CRDT": b"DBIT", b"DBIT": b"CRDT"}


@dataclass(frozen=True, slots=True)
class Trial:
    """One damaged file: what was done to it, whether a sum changed, whether that was shown, and whether anything in it could show it."""

    file: str
    what: str
    changed: bool
    shown: bool
    hidden: bool


def _read(data: bytes, path: Path) -> dict[str, Any]:
    options = _NAMES_NOTHING if path.parent.name == "csv" else ParseOptions()
    return inspect(Source.of(data, path.name), options, transactions=True)


def proved(path: Path) -> dict[str, Any] | None:
    """The reading of a file whose balances all hold and of which nothing else is said; None for any other."""
    found = _read(path.read_bytes(), path)
    held = found["statements"] and all(one["balanced"] and one["transactions"] for one in found["statements"])
    return found if held and found["outcome"] == "read" else None


def trials(count: int, seed: int) -> Iterator[Trial]:
    """So many trials over all files that prove their sums."""
    files = {
        path: found
        for path in sorted(BANKS.rglob("*"))
        if path.is_file() and not path.name.endswith((".json", ".toml")) and (found := proved(path)) is not None
    }
    chance = random.Random(seed)
    paths = list(files)
    for _ in range(count):
        path = chance.choice(paths)
        data = path.read_bytes()
        what, damaged = _damaged(data, chance)
        found = _read(damaged, path)
        changed, shown = _sums(found) != _sums(files[path]), _shown(found, files[path])
        hidden = _whole(found, files[path]) or (found["format"].startswith("csv:") and _follow(found))
        yield Trial(str(path.relative_to(BANKS)), what, changed, shown, hidden)


def _damaged(data: bytes, chance: random.Random) -> tuple[str, bytes]:
    """One injury, and what it is in words."""
    lines = data.splitlines(keepends=True)
    kind = chance.choice(("digit", "digit", "digit", "left out", "twice", "moved", "turned", "cut"))
    marks = [(at, mark) for mark in _TURNED for at in _places(data, mark)]
    if kind == "digit" or (kind == "turned" and not marks):
        places = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
        at = chance.choice(places)
        other = chance.choice([digit for digit in b"0123456789" if digit != data[at]])
        return f"digit at byte {at}: {chr(other)} for {chr(data[at])}", data[:at] + bytes([other]) + data[at + 1 :]
    if kind == "turned":
        at, mark = chance.choice(marks)
        return f"{mark.decode()} turned round at byte {at}", data[:at] + _TURNED[mark] + data[at + len(mark) :]
    if kind == "cut":
        at = chance.randrange(1, len(data))
        return f"cut at byte {at}", data[:at]
    at = chance.randrange(len(lines))
    if kind == "left out":
        return f"line {at + 1} left out", b"".join(lines[:at] + lines[at + 1 :])
    if kind == "twice" and len(lines) > 1:
        return f"line {at + 1} twice", b"".join(lines[: at + 1] + lines[at:])
    to = chance.randrange(len(lines))
    rest = lines[:at] + lines[at + 1 :]
    return f"line {at + 1} moved to {to + 1}", b"".join([*rest[:to], lines[at], *rest[to:]])


def _places(data: bytes, mark: bytes) -> Iterator[int]:
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 1)


def _sums(found: dict[str, Any]) -> dict[str, list[Decimal]]:
    """Entries, credits and debits of a reading, by currency: books know their accounts, and refuse others."""
    sums: dict[str, list[Decimal]] = {}
    for one in found["statements"]:
        of = sums.setdefault(one["currency"], [Decimal(0)] * 3)
        of[:] = [a + Decimal(b) for a, b in zip(of, (one["transactions"], one["credit"], one["debit"]), strict=True)]
    return {currency: of for currency, of in sums.items() if any(of)}


def _whole(found: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether all that is left is statements that stood there before: their neighbours in the books show the gap."""
    return all(one in before["statements"] for one in found["statements"])


def _follow(found: dict[str, Any]) -> bool:
    """Whether each row's balance is the one before, or behind, and its amount."""
    by_statement: dict[int, list[tuple[Decimal, Decimal]]] = {}
    for row in found["transactions"]:
        if row["pending"]:
            continue
        if row["balance"] is None:
            return False
        by_statement.setdefault(row["statement"], []).append((Decimal(row["balance"]), Decimal(row["amount"])))
    return all(
        all(before[0] + after[1] == after[0] for before, after in pairwise(rows))
        or all(after[0] + before[1] == before[0] for before, after in pairwise(rows))
        for rows in by_statement.values()
    )


def _shown(found: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether a reading says that something is wrong which the reading before did not say."""
    codes = Counter(problem["code"] for problem in found["problems"]) - Counter(problem["code"] for problem in before["problems"])
    return bool(codes) or found["outcome"] == "reject" or not all(one["balanced"] for one in found["statements"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the trials. Exit status 1 when a changed sum went by without a word."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutations", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2_000, metavar="N", help="damaged files (default: 2000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    given = parser.parse_args(arguments)
    made = list(trials(given.count, given.seed))
    changed = [trial for trial in made if trial.changed]
    unsaid = [trial for trial in changed if not trial.shown]
    silent = [trial for trial in unsaid if not trial.hidden]
    for trial in silent:
        print(f"silent: {trial.file}: {trial.what}")
    shown = f"{len(changed) - len(unsaid)} shown, {len(unsaid) - len(silent)} that nothing in the file contradicts, {len(silent)} silent"
    print(f"{len(made)} damaged files of {len({trial.file for trial in made})}; in {len(changed)} a sum changed: {shown}")
    return int(bool(silent))


if __name__ == "__main__":
    sys.exit(main())

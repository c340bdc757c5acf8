"""Draws worlds, lets an engine post them in books of their own, and counts what it got right."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.month.plan import Calendar, day_text
from benchmarks.worlds.draw import write
from benchmarks.worlds.prior import world
from benchmarks.worlds.verdicts import MATCHES, by_kind, by_rule, counts, verdicts

OWN = (sys.executable, "-c", "from matcher.cli import program; program()")
"""The matcher of this Python, as a command."""

Row = dict[str, Any]


class EngineError(RuntimeError):
    """A command of the engine failed; the message has its last words."""


def measure(
    seeds: Sequence[int], lines: int, family: str, scratch: Path, command: Sequence[str], jobs: int, tell: Callable[[Row], None]
) -> list[Row]:
    """One row for each world, in the order of the seeds. `tell` hears of each as soon as it is done."""

    def one(seed: int) -> Row:
        found = _world(seed, lines, family, scratch / f"{family}-{seed}", command)
        tell(found)
        return found

    scratch.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, seeds))


def _world(seed: int, lines: int, family: str, directory: Path, command: Sequence[str]) -> Row:
    drawn = world(seed, lines, family)
    write(drawn, directory)
    start = time.perf_counter()
    post(directory, as_of(directory), command)
    return {**score(directory), "seconds": round(time.perf_counter() - start, 1)}


def as_of(directory: Path) -> str:
    """The last day of a world's month."""
    month = json.loads((directory / "world.json").read_text(encoding="utf-8"))["month"]
    return day_text(Calendar.of(month).last)


def post(directory: Path, as_of: str, command: Sequence[str]) -> None:
    """Runs an engine on the files of a world; its matches go beside them, its books are removed again.

    Raises:
        EngineError: a command failed.
    """
    matches = directory / MATCHES
    matches.unlink(missing_ok=True)
    books = prepare(directory, command)
    _engine(directory, books, command, "run", "--as-of", as_of)
    _engine(directory, books, command, "export", "matches", "-o", str(matches))
    if not matches.exists():
        raise EngineError(f"{directory.name}: no matches were exported")
    shutil.rmtree(books)


def prepare(directory: Path, command: Sequence[str]) -> Path:
    """New books in a world's directory, with everything imported and ingested and not yet run, as `benchmarks.fit` wants them.

    Raises:
        EngineError: a command failed.
    """
    books = directory / "books"
    shutil.rmtree(books, ignore_errors=True)
    books.mkdir()
    shutil.copy(directory / "matcher.toml", books)
    _engine(directory, books, command, "init", str(books))
    for what in ("customers", "items", "rates"):
        _engine(directory, books, command, "import", what, str(directory / f"{what}.csv"))
    _engine(directory, books, command, "ingest", str(directory / "lines.csv"))
    return books


def _engine(directory: Path, books: Path, command: Sequence[str], *step: str) -> None:
    done = subprocess.run(
        (*command, *step),
        env={**os.environ, "MATCHER_BOOKS": str(books)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        said = (done.stderr or done.stdout)[-2000:]
        raise EngineError(f"{directory.name}: {' '.join(step[:2])} ended with {done.returncode}:\n{said}")


def score(directory: Path) -> Row:
    """The counts of a world that was posted."""
    about = json.loads((directory / "world.json").read_text(encoding="utf-8"))
    lines = verdicts(directory)
    return {
        "world": f"{about['family']}-{about['seed']}",
        "family": about["family"],
        "seed": about["seed"],
        "lines": lines.height,
        "items": about["items"],
        **counts(lines),
        "rules": by_rule(lines),
        "kinds": by_kind(lines),
    }

"""The long trials: every fault at every point, many random histories, all amounts of memory, three people at once.

Prints the rows of docs/reliability.md.

cd tests && python -m faults --help
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path

from quicker import catalogue_once

from faults import actors
from faults.commands import COMMANDS
from faults.histories import Wrong, play
from faults.plan import every_point
from faults.trials import Bench, by_name
from matcher.store import schema

Outcome = tuple[int, list[str]]
"""How many trials there were, and what went wrong in any of them."""

CATALOGUE = catalogue_once()
AREAS = ("faults", "memory", "histories", "late", "actors")
MEGABYTES = range(0, 120, 8)
HUNGRY = ("ingest", "import items", "run", "accept", "export receipts", "verify")


def faults_of(name: str, *, every: int) -> Outcome:
    """Every fault at every write, flush and rename of one command, and at every read; or at each `every`-th of these points."""
    command, wrong, tried = by_name()[name], [], 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for fault in islice(every_point(bench, command), 0, None, every):
            wrong += [f"{name}: {fault.name} at {fault.nth}: {what}" for what in bench.trial(command, fault)]
            tried += 1
        bench.server.close()
    return tried, wrong


def memory_of(name: str) -> Outcome:
    """One command with so much memory beyond what the program has at its start."""
    command, wrong = by_name()[name], []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for megabytes in MEGABYTES:
            wrong += [f"{name} with {megabytes} MB: {what}" for what in bench.trial(command, None, megabytes << 20)]
        bench.server.close()
    return len(MEGABYTES), wrong


def history_of(seed: int, *, commands: int, late: bool) -> Outcome:
    """One random history, looked at after every fifth command and at its end."""
    schema.catalogue = CATALOGUE
    try:
        told = play(seed, commands, late=late, every=5)
    except Wrong as error:
        return commands, [str(error)]
    return sum(told.done.values()) + sum(told.refused.values()), []


def actors_of(seed: int, *, acts: int) -> Outcome:
    """So many commands by three people in three processes on one set of books, one of whom is killed."""
    with tempfile.TemporaryDirectory() as folder:
        told = actors.play(Path(folder), seed, acts)
    return sum(told.done.values()), told.wrong


def trials(arguments: argparse.Namespace) -> Iterator[tuple[str, Callable[..., Outcome], list[object]]]:
    """Area, what tries one part of it, and the parts."""
    if "faults" in arguments.area:
        yield "faults", partial(faults_of, every=arguments.every), [command.name for command in COMMANDS]
    if "memory" in arguments.area:
        yield "memory", memory_of, [name for name in HUNGRY if name in by_name()]
    seeds: list[object] = list(range(arguments.first, arguments.first + arguments.books))
    if "histories" in arguments.area:
        yield "histories", partial(history_of, commands=arguments.commands, late=False), seeds
    if "late" in arguments.area:
        yield "late", partial(history_of, commands=arguments.commands, late=True), seeds
    if "actors" in arguments.area:
        yield "actors", partial(actors_of, acts=arguments.acts), [arguments.first]


def main() -> int:
    """Runs the areas asked for; 1 when anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("area", nargs="*", default=list(AREAS), help=", ".join(AREAS))
    parser.add_argument("--books", type=int, default=200, help="random histories of each kind (200)")
    parser.add_argument("--commands", type=int, default=50, help="commands in each history (50)")
    parser.add_argument("--acts", type=int, default=1000, help="commands of three people on one set of books (1000)")
    parser.add_argument("--first", type=int, default=1000, help="seed of the first history (1000)")
    parser.add_argument("--every", type=int, default=1, help="of the points at which faults strike only each so many-th (1)")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    failed = 0
    for area, one, parts in trials(arguments):
        tried, wrong = 0, []
        with ProcessPoolExecutor(arguments.processes) as pool:
            for part, (count, found) in zip(parts, pool.map(one, parts), strict=True):
                tried += count
                wrong += found
                for what in found:
                    sys.stdout.write(f"{area} {part}: {what}\n")
                    sys.stdout.flush()
        sys.stdout.write(f"{area}: {len(parts)} parts, {tried} tried, {len(wrong)} wrong\n")
        sys.stdout.flush()
        failed += len(wrong)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

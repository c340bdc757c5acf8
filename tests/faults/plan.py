"""Which faults are tried where: every point in the deep mode, a spread of them in the suite."""

from collections.abc import Iterator

from faults.commands import COMMANDS, Command
from faults.harness import FAULTS, READ_FAULT, Fault
from faults.trials import Bench, spread

ROTATING = 1
"""Faults beside kill -9 that the suite tries on each command; over all commands every fault comes several times."""


def every_point(bench: Bench, command: Command) -> Iterator[Fault]:
    """Every fault at every call of the command."""
    for fault in FAULTS:
        yield from (fault.at(n) for n in range(1, bench.expected(command).first.calls + 1))
    yield from (READ_FAULT.at(n) for n in range(1, bench.reads(command) + 1))


def some_faults(command: Command) -> list[Fault]:
    """Those beside kill -9 that the suite tries on a command."""
    others, first = FAULTS[1:], COMMANDS.index(command) * ROTATING
    return [others[n % len(others)] for n in range(first, first + ROTATING)]


def some_points(bench: Bench, command: Command) -> Iterator[Fault]:
    """What the suite has time for: the same for ever."""
    calls, number = bench.expected(command).first.calls, COMMANDS.index(command)
    yield from (FAULTS[0].at(n) for n in spread(calls, 2, number))
    for n, fault in enumerate(some_faults(command)):
        yield fault.at(1 + (number * 5 + n * 7) % calls)
    if number % 4 == 1:
        yield READ_FAULT.at(1 + number % bench.reads(command))

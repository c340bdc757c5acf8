"""How long the search for sets of open items takes, and what it comes to: `python -m benchmarks.splits --sizes 15,100,500`.

CPU milliseconds of one search each, on pools of invented open items and payments. Every verdict is looked at by the checker, which counts
the answers anew by another method as far as it can.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

from benchmarks.machine import calibrate
from matcher.matching.subset_sum.search import SubsetSumResult, exact_sets
from tests.oracles.subset_sum import UNCONFIRMED, check

_PRICES = (9_90, 19_90, 24_99, 29_00, 49_00, 49_99, 99_00, 149_00, 199_00, 499_00)


class Pool(NamedTuple):
    """Open amounts in minor units, oldest first, and the class of each where some are interchangeable."""

    amounts: list[int]
    classes: list[int] | None


def distinct(chance: Random, size: int) -> Pool:
    """Invoices from 10.00 to 100,000.00, rarely two alike."""
    return Pool([chance.randint(10_00, 999_99) * chance.choice((1, 1, 10, 10, 100)) + chance.randint(0, 99) for _ in range(size)], None)


def prices(chance: Random, size: int) -> Pool:
    """Subscriptions at up to six prices, due on four days: those of one price and day are interchangeable."""
    offered = [chance.choice(_PRICES) for _ in range(6)]
    amounts = [chance.choice(offered) for _ in range(size)]
    return Pool(amounts, [amount * 4 + chance.randint(0, 3) for amount in amounts])


def prices_apart(chance: Random, size: int) -> Pool:
    """Subscriptions at up to six prices, no two interchangeable."""
    return Pool(prices(chance, size).amounts, None)


def credit_notes(chance: Random, size: int) -> Pool:
    """Invoices, and a credit note for one in twelve."""
    return Pool([-(amount // 3) if chance.random() < 1 / 12 else amount for amount in distinct(chance, size).amounts], None)


def rounded(chance: Random, size: int) -> Pool:
    """Four invoices in five are whole hundreds."""
    return Pool([chance.randint(1, 500) * 100_00 if chance.random() < 0.8 else chance.randint(10_00, 50_000_00) for _ in range(size)], None)


def huge(chance: Random, size: int) -> Pool:
    """Invoices of up to 100,000,000.00."""
    return Pool([chance.randint(100_000_00, 100_000_000_00) for _ in range(size)], None)


MIXES: Mapping[str, Callable[[Random, int], Pool]] = {
    "distinct": distinct,
    "prices": prices,
    "prices apart": prices_apart,
    "credit notes": credit_notes,
    "rounded": rounded,
    "huge": huge,
}


def of_items(chance: Random, amounts: Sequence[int]) -> int:
    """The sum of 2 to 40 of the items."""
    return sum(chance.sample(amounts, chance.randint(2, min(40, len(amounts)))))


def of_none(chance: Random, amounts: Sequence[int]) -> int:
    """An amount near to such a sum that was made from no items; it may be the sum of others by chance."""
    return of_items(chance, [abs(amount) for amount in amounts]) * chance.randint(90, 110) // 100 + 1


def of_three(chance: Random, amounts: Sequence[int]) -> int:
    """The sum of two or three of the items."""
    return sum(chance.sample(amounts, chance.randint(2, 3)))


def nearly_all(chance: Random, amounts: Sequence[int]) -> int:
    """The sum of all items but one to four."""
    return sum(amounts) - sum(chance.sample(amounts, chance.randint(1, 4)))


TARGETS: Mapping[str, tuple[Callable[[Random, Sequence[int]], int], int | None]] = {
    "2 to 40 items": (of_items, None),
    "no items": (of_none, None),
    "all but 1 to 4": (nearly_all, None),
    "2 or 3, at most 3": (of_three, 3),
}


class Cell(NamedTuple):
    """What one size, mix and kind of target came to."""

    milliseconds: list[float]
    kinds: Counter[str]
    unconfirmed: int


def measure(size: int, mix: str, target: str, cases: int, confirm: bool) -> Cell:
    """Searches of so many pools and payments, the same ones every time.

    Raises:
        AssertionError: a verdict does not hold before the checker.
    """
    times: list[float] = []
    kinds: Counter[str] = Counter()
    unconfirmed = 0
    draw, max_size = TARGETS[target]
    for case in range(cases):
        chance = Random(f"{size} {mix} {target} {case}")
        amounts, classes = MIXES[mix](chance, size)
        payment = draw(chance, amounts)
        start = time.process_time()
        verdict = exact_sets(amounts, payment, classes=classes, max_size=max_size)
        times.append((time.process_time() - start) * 1000)
        kinds[verdict.kind] += 1
        wrong = _check(amounts, payment, verdict, classes, max_size) if confirm else ""
        if wrong and not wrong.startswith(UNCONFIRMED):
            raise AssertionError(f"{size} {mix}, {target}, case {case}: {wrong}")
        unconfirmed += bool(wrong)
    return Cell(sorted(times), kinds, unconfirmed)


def _check(amounts: list[int], payment: int, verdict: SubsetSumResult, classes: list[int] | None, max_size: int | None) -> str:
    return check(amounts, payment, verdict, classes=classes, max_size=max_size)


def _at(ordered: Sequence[float], percent: int) -> float:
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a table row for each size, mix and kind of target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.splits", description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--sizes", default="15,30,50,100,500", help="numbers of open items")
    parser.add_argument("--cases", type=int, default=100, help="searches for each size, mix and kind of target")
    parser.add_argument("--mixes", default=",".join(MIXES), help="which pools")
    parser.add_argument("--no-check", action="store_true", help="leave the checker out, which takes far longer than the search")
    options = parser.parse_args(arguments)
    exact_sets([1, 2, 4], 3)
    print(f"calibration loop: {calibrate()} s\n")
    print("| items | pool | payment | median ms | p90 | p99 | unique | ambiguous | impossible | exhausted | not confirmed |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for size in map(int, options.sizes.split(",")):
        for mix in options.mixes.split(","):
            for target in TARGETS:
                cell = measure(size, mix, target, options.cases, not options.no_check)
                times = " | ".join(f"{_at(cell.milliseconds, percent):.2f}" for percent in (50, 90, 99))
                kinds = " | ".join(str(cell.kinds[kind]) for kind in ("unique", "ambiguous", "impossible", "exhausted"))
                print(f"| {size} | {mix} | {target} | {times} | {kinds} | {cell.unconfirmed} |", flush=True)
    print(f"\ncalibration loop: {calibrate()} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Which sets of open items add up to a payment exactly, whether there is only one, and whether that is certain.

Methods run from the cheapest to the most expensive, and the search stops at the first conclusive one: all sets, when they are few; all
sets of up to four items; windows of items, which find two answers where there are very many; all sets of up to six; reachable sums as
bits; all sets in two halves. Every part is exact, takes its steps from one budget and depends on nothing but its arguments. A result of
``unique`` or ``impossible`` rests on a part that looked at everything.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from matcher.matching.subset_sum.bits import reach
from matcher.matching.subset_sum.groups import AmountGroups, Meter, Pick, expand, groups_of
from matcher.matching.subset_sum.sums import FEW, Found, all_sums, few, meet
from matcher.matching.subset_sum.window import TRIES, window

BUDGET = 2_600_000
"""Steps of a search unless told otherwise: about 25 ms."""

COUNTED = 32
"""With no more items than this all sets are counted before anything else is tried."""

SMALL, MIDDLE, LARGE = 2**11, 2**16, 2**19
"""Most sums of a half that are joined: at first, at first with `COUNTED` items, and at last, for the sake of memory."""

FEWEST = 3
"""Sets of up to so many items are looked at one by one, without joining halves first."""

QUICK_WINDOWS = 4
"""Windows tried for the sake of alternatives alone, once there are two answers."""

QUICK_SIZE = 4
"""Sets of up to so many items are all looked at early, larger ones only where nothing else helps."""


@dataclass(frozen=True, slots=True)
class SubsetSumResult:
    """What is known about the sets of items that add up to a target.

    Attributes:
        kind: ``unique``: there is exactly one answer. ``ambiguous``: there are at least two. ``impossible``: there is none.
            ``exhausted``: the budget ended, or the sums leave 62 bits, before any of these was certain.
        sets: positions in the given sequence, ascending. One for ``unique``; for ``ambiguous`` up to `alternatives`, preferred first:
            fewest items, then the oldest. They are the preferred ones of all when the answers were counted to the end, otherwise of
            those that were found; sets of up to four items are looked for first. Empty for the others.
        count: number of different answers when counted to the end, at most `groups.COUNT_CAP`, which then means so many or more.
            None when not counted to the end.
        work: steps taken.
    """

    kind: Literal["unique", "ambiguous", "impossible", "exhausted"]
    sets: tuple[tuple[int, ...], ...]
    count: int | None
    work: int


def exact_sets(
    amounts: Sequence[int],
    target: int,
    *,
    classes: Sequence[int] | None = None,
    max_size: int | None = None,
    alternatives: int = 3,
    budget: int = BUDGET,
) -> SubsetSumResult:
    """The sets of items whose amounts add up to the target exactly. The empty set is no answer, not even to zero.

    Args:
        amounts: minor units of one currency, oldest item first; credit notes are below zero, none is zero.
        target: the payment, minor units.
        classes: a class number for each item. Items of one class have one amount and are interchangeable: an answer takes the first of
            them, and answers are told apart by how many of each class they take. Every item is its own class when left out.
        max_size: most items in a set; any number when left out.
        alternatives: how many answers to name when there are several.
        budget: most steps of work; a step is about ten nanoseconds.

    Raises:
        ValueError: an amount is zero, the classes do not fit the amounts, or fewer than two alternatives are asked for.
    """
    if alternatives < 2:
        raise ValueError("an ambiguity shows in two answers at least")
    meter = Meter(budget)
    # what adds up to less than nothing is searched with the signs turned
    pool = groups_of(amounts, target, classes) if target >= 0 else groups_of([-amount for amount in amounts], -target, classes)
    if not meter.take(50 * len(amounts)):
        return SubsetSumResult("exhausted", (), None, meter.work)
    if pool is None or (max_size is not None and max_size < 1):
        return SubsetSumResult("impossible", (), 0, meter.work)
    if not pool.safe:
        return SubsetSumResult("exhausted", (), None, meter.work)
    most = pool.size if max_size is None else min(max_size, pool.size)
    picks: list[Pick] = []
    sets: tuple[tuple[int, ...], ...] = ()
    for parts, enough in ((_quick, alternatives), (_thorough, 2)):
        for result in parts(pool, most, alternatives, meter):
            picks = list(result.picks) if result.whole else list(dict.fromkeys((*picks, *result.picks)))
            sets = _named(pool, picks, alternatives)
            if result.whole:
                return SubsetSumResult(_kind(len(sets)), sets, result.count, meter.work)
            if len(sets) >= enough:
                break
        if len(sets) > 1:
            return SubsetSumResult("ambiguous", sets, None, meter.work)
    return SubsetSumResult("exhausted", (), None, meter.work)


def _kind(answers: int) -> Literal["unique", "ambiguous", "impossible"]:
    return "impossible" if not answers else "unique" if answers == 1 else "ambiguous"


def _named(pool: AmountGroups, picks: Sequence[Pick], limit: int) -> tuple[tuple[int, ...], ...]:
    """The preferred sets of positions behind these picks."""
    sets = (positions for pick in picks for positions in expand(pool, pick, limit))
    return tuple(heapq.nsmallest(limit, sets, key=lambda positions: (len(positions), positions)))


def _quick(pool: AmountGroups, most: int, alternatives: int, meter: Meter) -> Iterator[Found]:
    """Parts that settle nearly every case, and name alternatives where there are many."""
    yield all_sums(pool, most, meter)
    if most > FEWEST:
        yield meet(pool, most, MIDDLE if pool.size <= COUNTED else SMALL, alternatives, meter)
    yield few(pool, FEW if most <= FEW else QUICK_SIZE, most, alternatives, meter)
    cheap = meter.share(10)
    result = reach(pool, most, alternatives, cheap)
    meter.take(cheap.work)
    yield result
    for number in range(QUICK_WINDOWS):
        yield window(pool, number, most, alternatives, meter)


def _thorough(pool: AmountGroups, most: int, alternatives: int, meter: Meter) -> Iterator[Found]:
    """Parts for what is left: a proof by bits when the sums are short, else larger windows and larger halves."""
    yield window(pool, QUICK_WINDOWS, most, alternatives, meter)
    if most > FEW:
        yield few(pool, FEW, most, alternatives, meter, bottom=QUICK_SIZE + 1)
    for number in range(QUICK_WINDOWS + 1, len(TRIES)):
        if number == len(TRIES) - 1:
            yield reach(pool, most, alternatives, meter)
        yield window(pool, number, most, alternatives, meter)
    yield meet(pool, most, LARGE, alternatives, meter)

"""Which sets of open items add up to a payment exactly, and whether there is only one.

Items of one customer with equal amounts are interchangeable: they form a class, and a set is told by how many of each class
it takes. The verdict counts classes, so twins are not an ambiguity; the oldest of a class are taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matcher.matching.records import Item

MAX_ITEMS = 15
"""Largest number of open items for which a bare sum may be trusted: beyond it, chance hits begin."""

MAX_SUMS = 200_000
"""Bound on intermediate sums; a search that reaches it has no verdict and counts as ambiguous."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Answer of the search: `items` for ``unique``, else empty. ``exhausted`` means the bound was reached."""

    kind: Literal["unique", "ambiguous", "impossible", "exhausted"]
    items: tuple[Item, ...] = ()


def oldest_first(item: Item) -> tuple[object, ...]:
    """House order of settling: due date, then document date, then number."""
    return (item.due_date, item.issue_date, item.document_no, item.item_id)


def exact_set(items: Sequence[Item], target: int) -> Verdict:
    """The set of items whose open amounts sum to `target`, minor units, if there is exactly one up to equal items."""
    classes: dict[int, list[Item]] = {}
    for item in sorted(items, key=oldest_first):
        classes.setdefault(item.open, []).append(item)
    # ways[sum] = (number of different class counts that reach it, capped at 2, one of them)
    ways: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {0: (1, ())}
    for amount, members in sorted(classes.items()):
        following = dict(ways)
        for total, (count, taken) in ways.items():
            for n in range(1, len(members) + 1):
                reached = total + n * amount
                before, kept = following.get(reached, (0, (*taken, (amount, n))))
                following[reached] = (min(2, before + count), kept)
        if len(following) > MAX_SUMS:
            return Verdict("exhausted")
        ways = following
    count, taken = ways.get(target, (0, ())) if target else (0, ())
    if not count:
        return Verdict("impossible")
    if count > 1:
        return Verdict("ambiguous")
    return Verdict("unique", tuple(item for amount, n in taken for item in classes[amount][:n]))

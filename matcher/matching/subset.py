"""Which sets of open items add up to a payment exactly, and whether there is only one.

Items of one customer with equal amounts and one due date are interchangeable: they form a class, and a set is told by how many of
each class it takes. The verdict counts classes, so such twins are not an ambiguity. Equal amounts that are due on different days are:
which of them is paid decides what is overdue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from matcher.matching.records import Item

MAX_ITEMS = 15
"""Largest number of open items for which a bare sum may be trusted: beyond it, chance hits begin."""

MAX_SUMS = 200_000
"""Bound on sums looked at; a search that reaches it has no verdict and counts as ambiguous."""


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
    classes: dict[tuple[int, date], list[Item]] = {}
    for item in sorted(items, key=oldest_first):
        classes.setdefault((item.open, item.due_date), []).append(item)
    # every way to take some of each class, as one sum; a position tells the counts in a mixed-radix number
    sums = np.zeros(1, dtype=np.int64)
    for (amount, _), members in classes.items():
        if sums.size * (len(members) + 1) > MAX_SUMS:
            return Verdict("exhausted")
        sums = (sums[:, None] + amount * np.arange(len(members) + 1, dtype=np.int64)).ravel()
    hits = np.flatnonzero(sums == target) if target else np.empty(0, dtype=np.int64)
    if not hits.size:
        return Verdict("impossible")
    if hits.size > 1:
        return Verdict("ambiguous")
    place, taken = int(hits[0]), []
    for members in reversed(classes.values()):
        place, count = divmod(place, len(members) + 1)
        taken += members[:count]
    return Verdict("unique", tuple(sorted(taken, key=oldest_first)))

"""Open items as distinct amounts with room, the form in which sums are searched, and the way back to positions.

Items of one amount are one *group*, whatever their class: a search first asks how many items of each amount are taken (a `Pick`), and
only then which ones. So a hundred subscriptions at one price cost the search one step instead of a hundred.
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import comb, gcd
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]

Pick: TypeAlias = tuple[tuple[int, int], ...]
"""How many items of which group are taken: (group, number), by group, numbers above zero."""

COUNT_CAP = 4096
"""Answers are counted up to here; a count of this size means so many or more."""

SAFE_SUM = 2**62
"""Absolute sums below this leave room for every addition of two of them in int64."""


class Meter:
    """Steps of a search and their bound. A step is about ten nanoseconds' work: a few operations on a number in an array."""

    __slots__ = ("budget", "work")

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.work = 0

    def take(self, steps: int) -> bool:
        """Take so many steps; False, and none taken, when the budget does not have them."""
        if self.work + steps > self.budget:
            return False
        self.work += steps
        return True

    def share(self, part: int) -> "Meter":
        """A meter for one part of the search: one `part`-th of what is left. Its work has to be taken from this one afterwards."""
        return Meter((self.budget - self.work) // part)


@dataclass(frozen=True, slots=True)
class AmountGroups:
    """What may be taken.

    Attributes:
        values: distinct amounts, ascending, in units of the amounts' greatest common divisor.
        rooms: how many items of each amount a set can hold without passing the target for good.
        members: positions of the items of each amount, oldest first; may be more than the room.
        owners: class number of each member.
        target: the sum wanted, in the same unit.
    """

    values: tuple[int, ...]
    rooms: tuple[int, ...]
    members: tuple[tuple[int, ...], ...]
    owners: tuple[tuple[int, ...], ...]
    target: int

    @property
    def size(self) -> int:
        """Number of items that may be taken."""
        return sum(self.rooms)

    @property
    def safe(self) -> bool:
        """Whether every sum of these amounts, and its distance to the target, fits int64."""
        reach = sum(abs(v) * r for v, r in zip(self.values, self.rooms, strict=True)) + abs(self.target)
        return reach + 3 * max(abs(v) for v in self.values) < SAFE_SUM


def groups_of(amounts: Sequence[int], target: int, classes: Sequence[int] | None) -> AmountGroups | None:
    """The items as groups, without those that cannot be in any set; None when no set can have the sum.

    Raises:
        ValueError: an amount is zero, or classes do not fit the amounts.
    """
    owner = range(len(amounts)) if classes is None else classes
    if len(owner) != len(amounts):
        raise ValueError("as many classes as amounts are needed")
    of_class = dict(zip(owner, amounts, strict=True))
    groups: dict[int, tuple[list[int], list[int]]] = {}
    for position, (amount, number) in enumerate(zip(amounts, owner, strict=True)):
        if not amount or of_class[number] != amount:
            raise ValueError("amounts must not be zero, and equal within a class")
        members, owners = groups.setdefault(amount, ([], []))
        members.append(position)
        owners.append(number)
    rooms = _rooms({amount: len(members) for amount, (members, _) in groups.items()}, target)
    values = sorted(rooms)
    unit = gcd(*values)
    if not values or target % unit:
        return None
    return AmountGroups(
        tuple(v // unit for v in values),
        tuple(rooms[v] for v in values),
        tuple(tuple(groups[v][0]) for v in values),
        tuple(tuple(groups[v][1]) for v in values),
        target // unit,
    )


def _rooms(rooms: dict[int, int], target: int) -> dict[int, int]:
    """How many of each amount fit: a set with more could not come back to the target with all the credit notes, or all the invoices."""
    while True:
        most = sum(v * r for v, r in rooms.items() if v > 0)
        least = sum(v * r for v, r in rooms.items() if v < 0)
        if not least <= target <= most:
            return {}
        tighter = {v: min(r, (target - least) // v if v > 0 else (most - target) // -v) for v, r in rooms.items()}
        tighter = {v: r for v, r in tighter.items() if r}
        if tighter == rooms:
            return rooms
        rooms = tighter


def ways(pool: AmountGroups, pick: Pick) -> int:
    """Number of different answers, as multisets of classes, that take so many items of each amount; at most `COUNT_CAP`."""
    product = 1
    for group, number in pick:
        product = min(product * ways_of(pool.owners[group], number)[number], COUNT_CAP)
    return product


def ways_of(owners: tuple[int, ...], most: int) -> list[int]:
    """In how many ways none, one, two, ... up to `most` items of these classes can be taken; each at most `COUNT_CAP`."""
    sizes = Counter(owners)
    if len(sizes) == 1:
        return [1] * (most + 1)
    if len(sizes) == len(owners):
        return [min(comb(len(owners), number), COUNT_CAP) for number in range(most + 1)]
    counts = [1] + [0] * most
    for size in sizes.values():
        # taking up to `size` of one more class: sums of `size + 1` neighbours, as differences of running sums
        running = list(accumulate(counts, initial=0))
        counts = [running[number + 1] - running[max(0, number - size)] for number in range(most + 1)]
    return [min(count, COUNT_CAP) for count in counts]


def expand(pool: AmountGroups, pick: Pick, limit: int) -> list[tuple[int, ...]]:
    """The `limit` oldest sets of positions that take so many items of each amount, the first of every class, oldest first."""
    best: list[tuple[int, ...]] = [()]
    for group, number in pick:
        parts = _oldest(pool.members[group], pool.owners[group], number, limit)
        # of two sets of one size the older stays the older when both get the same further items
        best = heapq.nsmallest(limit, (tuple(sorted(chosen + part)) for chosen in best for part in parts))
    return best


def _oldest(members: tuple[int, ...], owners: tuple[int, ...], number: int, limit: int) -> list[tuple[int, ...]]:
    """The `limit` lexicographically first choices of `number` members in which no class skips a member."""
    if number == len(members) or len(set(owners)) == 1:
        return [members[:number]]
    sets = []
    for chosen in _choices(owners, number):
        sets.append(tuple(members[i] for i in chosen))
        if len(sets) == limit:
            break
    return sets


def _choices(owners: tuple[int, ...], number: int) -> Iterator[list[int]]:
    """Choices of `number` indexes in lexicographic order; a class of which one is skipped is closed for the rest of the choice."""
    totals = Counter(owners)
    seen: Counter[int] = Counter()
    # members of the same class from this one on
    remaining = []
    for owner in owners:
        remaining.append(totals[owner] - seen[owner])
        seen[owner] += 1
    closed: frozenset[int] = frozenset()
    stack: list[tuple[int, list[int], frozenset[int], int]] = [(0, [], closed, len(owners))]
    while stack:
        index, chosen, closed, available = stack.pop()
        if len(chosen) == number:
            yield chosen
        elif available >= number - len(chosen):
            owner = owners[index]
            if owner in closed:
                stack.append((index + 1, chosen, closed, available))
            else:
                stack.append((index + 1, chosen, closed | {owner}, available - remaining[index]))
                stack.append((index + 1, [*chosen, index], closed, available - 1))


def skipped(members: Sequence[tuple[int, ...]], counts: Ints) -> list[NDArray[np.uint64]]:
    """Sort keys, first key first: of sets of one size the one with the smaller keys is older.

    Args:
        members: positions of each group, oldest first.
        counts: a row for each set, a column for each group: how many are taken.
    """
    order = sorted((position, group, rank) for group, positions in enumerate(members) for rank, position in enumerate(positions))
    groups = [group for _, group, _ in order]
    ranks = np.array([rank for _, _, rank in order], dtype=np.int64)
    # one bit for each position, the oldest first, set when the item is not taken: read as numbers these sort by age
    packed = np.packbits(counts[:, groups] <= ranks, axis=1)
    padded = np.zeros((len(packed), -(-packed.shape[1] // 8) * 8), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    words: Any = padded.view(">u8").astype(np.uint64)
    return [words[:, i] for i in range(words.shape[1])]


def preferred(members: Sequence[tuple[int, ...]], counts: Ints, limit: int) -> Ints:
    """Indexes of the `limit` preferred rows: fewest items first, then the oldest."""
    sizes = counts.sum(axis=1)
    rows = np.arange(len(counts))
    if len(counts) > limit:
        rows = np.flatnonzero(sizes <= np.partition(sizes, limit - 1)[limit - 1])
    keys = skipped(members, counts[rows])
    return np.asarray(rows[np.lexsort((*reversed(keys), sizes[rows]))][:limit], dtype=np.int64)

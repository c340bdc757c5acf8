"""Sums of items searched as arrays: all sums of two halves joined on the target, and all sets of up to six items.

Both are exact. Arrays hold int64; the caller makes sure that no sum of the pool leaves its range (`AmountGroups.safe`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from matcher.matching.subset_sum.groups import COUNT_CAP, AmountGroups, Ints, Meter, Pick, preferred, skipped, ways, ways_of

FEW = 6
"""Largest set that `few` looks for."""

ALL = 2**13
"""Most sums that are made all at once."""

FEW_HITS = 64
"""Most sets that are named one by one among them."""

_SCATTER = np.uint64(0x9E3779B97F4A7C15)
_FILTERED = 2048
_MOST_HITS = 200_000

CACHED = 2**18
"""Rows of an array that the processor's cache holds; with more a row costs four times as much."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a part of the search came to.

    Attributes:
        picks: preferred first, as many as were asked for or all that there are.
        whole: all that this part covers was looked at.
        count: number of answers up to `COUNT_CAP`, when `whole`.
    """

    picks: tuple[Pick, ...]
    whole: bool
    count: int = 0


NOTHING_DONE = Found((), whole=False)


@dataclass(frozen=True, slots=True)
class Half:
    """All sums of some groups that can still come to the target.

    Attributes:
        groups: the groups, in the order in which they were added.
        sums: a sum for each way to take some of each.
        kept: for each group, which of the sums with it were kept, where some were dropped.
    """

    groups: tuple[int, ...]
    sums: Ints
    kept: tuple[Ints | None, ...]

    def counts(self, rows: Ints, pool: AmountGroups) -> Ints:
        """How many of each of its groups the sums of these rows take: a row each."""
        out = np.empty((len(rows), len(self.groups)), dtype=np.int64)
        for column in range(len(self.groups) - 1, -1, -1):
            indexes, radix = self.kept[column], pool.rooms[self.groups[column]] + 1
            expanded = rows if indexes is None else indexes[rows]
            rows = expanded // radix
            out[:, column] = expanded - rows * radix
        return out


def _slots(values: Ints, bits: int) -> Ints:
    return ((values.view(np.uint64) * _SCATTER) >> np.uint64(64 - bits)).view(np.int64)


def _shared(keys: Ints, values: Ints) -> Ints:
    """Indexes of the values that may be among the keys: every one that is, and a few that are not."""
    bits = min(22, len(keys).bit_length() + 3)
    table = np.zeros(1 << bits, dtype=np.bool_)
    table[_slots(keys, bits)] = True
    return np.flatnonzero(table.take(_slots(values, bits)))


def join(left: Ints, right: Ints, target: int) -> tuple[Ints, Ints]:
    """Indexes of the left values that have a right one at the target, and of the right values that have a left one."""
    rows = np.arange(len(left))
    others = np.arange(len(right))
    if len(left) + len(right) > _FILTERED:
        # most sums find no partner: a table of hashes, of the shorter side first, drops them before anything is sorted
        if len(left) < len(right):
            others = _shared(target - left, right)
        rows = _shared(right[others], target - left)
        others = others[_shared(target - left[rows], right[others])]
    partners = target - left[rows]
    rows = rows[_among(partners, right[others])]
    others = others[_among(right[others], target - left[rows])]
    return rows, others


def _among(values: Ints, others: Ints) -> NDArray[np.bool_]:
    if not len(others):
        return np.zeros(len(values), dtype=np.bool_)
    ordered = np.sort(others)
    at = np.searchsorted(ordered, values)
    at[at == len(ordered)] = 0
    return np.asarray(ordered[at] == values)


def all_sums(pool: AmountGroups, max_size: int, meter: Meter) -> Found:
    """All sets at once, where their sums are few: most searches end here, and most of them with nothing found.

    Args:
        pool: what may be taken.
        max_size: most items in a set.
        meter: its budget.
    """
    size = prod(room + 1 for room in pool.rooms)
    if size > ALL or not meter.take(2 * size):
        return NOTHING_DONE
    sums = np.zeros(1, dtype=np.int64)
    for value, room in zip(pool.values, pool.rooms, strict=True):
        steps = value * np.arange(room + 1, dtype=np.int64)
        sums = (sums[:, None] + steps).ravel() if sums.size > 1 else steps
    hits = np.flatnonzero(sums == pool.target)
    if len(hits) > FEW_HITS or not meter.take(100 * len(hits) * len(pool.rooms)):
        return NOTHING_DONE
    # the empty set, which is the first one, is no answer to nothing
    picks = [_taken(pool, hit) for hit in hits.tolist() if hit]
    picks = [pick for pick in picks if sum(number for _, number in pick) <= max_size]
    return Found(tuple(picks), whole=True, count=min(sum(ways(pool, pick) for pick in picks), COUNT_CAP))


def _taken(pool: AmountGroups, place: int) -> Pick:
    """What the sum at a place of all sums takes."""
    pick = []
    for group in range(len(pool.rooms) - 1, -1, -1):
        place, number = divmod(place, pool.rooms[group] + 1)
        if number:
            pick.append((group, number))
    return tuple(reversed(pick))


def halves(pool: AmountGroups, limit: int, meter: Meter) -> tuple[Half, Half] | None:
    """All sums of two halves of the groups that can still come to the target; None when one has more than `limit` or the budget ends."""
    groups = sorted(range(len(pool.values)), key=lambda g: (pool.rooms[g], abs(pool.values[g])), reverse=True)
    sides: tuple[list[int], list[int]] = ([], [])
    products = [1, 1]
    for group in groups:
        side = 0 if products[0] <= products[1] else 1
        sides[side].append(group)
        products[side] *= pool.rooms[group] + 1
    built = []
    for side in (0, 1):
        half = half_of(pool, tuple(sides[side]), sides[1 - side], limit, meter)
        if half is None:
            return None
        built.append(half)
    return built[0], built[1]


def half_of(pool: AmountGroups, groups: tuple[int, ...], others: Sequence[int], limit: int, meter: Meter) -> Half | None:
    """All sums of some groups that can still come to the target with the others; None when there are more than `limit`."""
    whole = [pool.values[g] * pool.rooms[g] for g in (*groups, *others)]
    most, least = sum(w for w in whole if w > 0), sum(w for w in whole if w < 0)
    highest = lowest = 0
    sums = np.zeros(1, dtype=np.int64)
    dropped: list[Ints | None] = []
    for group in groups:
        value, room = pool.values[group], pool.rooms[group]
        if not meter.take(len(sums) * (room + 1)):
            return None
        sums = (sums[:, None] + value * np.arange(room + 1, dtype=np.int64)).ravel()
        most, least = most - max(value * room, 0), least - min(value * room, 0)
        highest, lowest = highest + max(value * room, 0), lowest + min(value * room, 0)
        indexes: Ints | None = None
        if len(sums) > _FILTERED and (lowest < pool.target - most or highest > pool.target - least):
            indexes = np.flatnonzero((sums >= pool.target - most) & (sums <= pool.target - least))
            sums = sums[indexes]
        dropped.append(indexes)
        if len(sums) > limit:
            return None
    return Half(groups, sums, tuple(dropped))


def meet(pool: AmountGroups, max_size: int, limit: int, alternatives: int, meter: Meter) -> Found:
    """All sets that have the target for a sum: every sum of one half of the groups joined with every sum of the other.

    Args:
        pool: what may be taken.
        max_size: most items in a set.
        limit: most sums of a half; with more nothing is done.
        alternatives: how many picks to name.
        meter: its budget.
    """
    built = halves(pool, limit, meter)
    if built is None or not meter.take(2 * (len(built[0].sums) + len(built[1].sums))):
        return NOTHING_DONE
    left, right = built
    rows, others = join(left.sums, right.sums, pool.target)
    if not len(rows):
        return Found((), whole=True)
    if not meter.take(10 * (len(rows) * len(left.groups) + len(others) * len(right.groups))):
        return NOTHING_DONE
    return _pairs(pool, (left, right), (rows, others), max_size, alternatives)


def _pairs(pool: AmountGroups, sides: tuple[Half, Half], hits: tuple[Ints, Ints], max_size: int, alternatives: int) -> Found:
    left, right = sides
    mine, theirs = (half.counts(rows, pool) for half, rows in zip(sides, hits, strict=True))
    sizes = theirs.sum(axis=1)
    sums = right.sums[hits[1]]
    # in the order of sums, then of preference: the best partners of a left sum are the first of a run
    keys = skipped([pool.members[g] for g in right.groups], theirs) if len(theirs) > 1 else []
    order = np.lexsort((*reversed(keys), sizes, sums))
    theirs, sizes = theirs[order], sizes[order]
    distinct, rank = np.unique(sums[order], return_inverse=True)
    width = pool.size + 1
    runs = rank * width + sizes
    starts = np.searchsorted(distinct, pool.target - left.sums[hits[0]]) * width
    first = np.searchsorted(runs, starts + (0 if pool.target else (mine.sum(axis=1) == 0).astype(np.int64)))
    room = np.clip(max_size - mine.sum(axis=1), -1, width - 1)
    lengths = np.maximum(np.searchsorted(runs, starts + room, side="right") - first, 0)
    total = int(lengths.sum())
    capped = total >= COUNT_CAP
    taken = np.minimum(lengths, alternatives) if capped else lengths
    ends = np.cumsum(taken)
    within = np.arange(int(ends[-1])) - np.repeat(ends - taken, taken)
    counts = np.concatenate((np.repeat(mine, taken, axis=0), theirs[np.repeat(first, taken) + within]), axis=1)
    groups = (*left.groups, *right.groups)
    best = preferred([pool.members[g] for g in groups], counts, alternatives) if len(counts) > alternatives else np.arange(len(counts))
    picks = tuple(_pick(groups, counts[i].tolist()) for i in best)
    count = COUNT_CAP if capped else _count(pool, groups, counts)
    return Found(picks, whole=True, count=count)


def _pick(groups: Sequence[int], counts: Sequence[int]) -> Pick:
    return tuple(sorted((g, n) for g, n in zip(groups, counts, strict=True) if n))


def _count(pool: AmountGroups, groups: Sequence[int], counts: Ints) -> int:
    """Number of answers behind these rows of counts, at most `COUNT_CAP`."""
    product = np.ones(len(counts), dtype=np.int64)
    for column, group in enumerate(groups):
        if len(set(pool.owners[group])) > 1:
            table = np.array(ways_of(pool.owners[group], pool.rooms[group]), dtype=np.int64)
            product = np.minimum(product * table[counts[:, column]], COUNT_CAP)
    return min(int(product.sum()), COUNT_CAP)


def few(pool: AmountGroups, top: int, max_size: int, alternatives: int, meter: Meter, bottom: int = 1) -> Found:
    """All sets of one item, then of two, three and so on up to `top`, until there are as many answers as wanted.

    The picks are the preferred ones of all sets there are. `whole` when sets of every size up to `max_size` were looked at.

    Args:
        pool: what may be taken.
        top: largest set to look for, at most `FEW`.
        max_size: most items in a set.
        alternatives: how many picks to name.
        meter: its budget.
        bottom: smallest set to look for; with more than one nothing is ever `whole`.
    """
    values = np.array(pool.values, dtype=np.int64)
    rooms = np.array(pool.rooms, dtype=np.int64)
    ranked = np.array([[members[min(rank, len(members) - 1)] for rank in range(FEW)] for members in pool.members], dtype=np.int64)
    picks: list[Pick] = []
    looked_at: list[list[int]] = []
    for size in range(bottom, min(top, max_size) + 1):
        hits = _sets(values, pool.target, size, meter)
        if hits is None:
            return Found(tuple(picks), whole=False)
        rank = np.zeros_like(hits)
        for column in range(1, size):
            rank[:, column] = np.where(hits[:, column] == hits[:, column - 1], rank[:, column - 1] + 1, 0)
        fits = (rank < rooms[hits]).all(axis=1)
        hits, rank = hits[fits], rank[fits]
        oldest = np.sort(ranked[hits, rank], axis=1)
        order = np.lexsort(oldest.T[::-1])
        picks += [_of_row(hits[i].tolist()) for i in order[: max(alternatives - len(picks), 0)]]
        looked_at += hits[:COUNT_CAP].tolist()
        if len(looked_at) >= alternatives and size < max_size:
            return Found(tuple(picks), whole=False)
    if max_size > top or bottom > 1:
        return Found(tuple(picks), whole=False)
    count = 0
    for row in looked_at:
        count += ways(pool, _of_row(row))
        if count >= COUNT_CAP:
            break
    return Found(tuple(picks), whole=True, count=min(count, COUNT_CAP))


def _of_row(groups: Sequence[int]) -> Pick:
    return tuple((g, groups.count(g)) for g in sorted(set(groups)))


def _sets(values: Ints, target: int, size: int, meter: Meter) -> Ints | None:
    """Rows of ascending groups, repetition allowed, whose values add up to the target; None when the budget ends."""
    small, large = size // 2, size - size // 2
    ways_there_are = comb(len(values) + large - 1, large)
    price = 2 if ways_there_are <= CACHED else 8
    if not meter.take(price * large * ways_there_are + 20 * len(values)):
        return None
    lower, upper = _ascending(len(values), small), _ascending(len(values), large)
    sums, others = values[lower].sum(axis=0, dtype=np.int64), values[upper].sum(axis=0, dtype=np.int64)
    # of values in ascending order the first ones make at most their share of the sum, the last ones at least theirs
    rows, partners = np.flatnonzero(sums <= target * small // size), np.flatnonzero(others >= -(-target * large // size))
    left, right = join(sums[rows], others[partners], target)
    rows, partners = rows[left], partners[right]
    partners = partners[np.argsort(others[partners], kind="stable")]
    first, last = (np.searchsorted(others[partners], target - sums[rows], side=side) for side in ("left", "right"))
    lengths = last - first
    if lengths.sum() > _MOST_HITS:
        return None
    ends = np.cumsum(lengths)
    rows = np.repeat(rows, lengths)
    partners = partners[np.repeat(first - ends + lengths, lengths) + np.arange(len(rows))]
    hits = np.concatenate((lower[:, rows], upper[:, partners])).T
    return hits[hits[:, small - 1] <= hits[:, small]] if small else hits


def _ascending(count: int, size: int) -> Ints:
    """All ways to choose so many of `count` groups, repetition allowed: one column each, ascending."""
    if size == 0:
        return np.empty((0, 1), dtype=np.int64)
    rows = np.arange(count, dtype=np.int64)[None, :]
    for _ in range(size - 1):
        lengths = count - rows[-1]
        ends = np.cumsum(lengths)
        rows = np.repeat(rows, lengths, axis=1)
        following = rows[-1] + np.arange(len(rows[0])) - np.repeat(ends - lengths, lengths)
        rows = np.concatenate((rows, following[None, :]))
    return rows

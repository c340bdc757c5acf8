"""Sums of items searched as arrays: all sums of two halves joined on the target, and all sets of up to four items.

Both are exact. Arrays hold int64; the caller makes sure that no sum of the pool leaves its range (`Pool.safe`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul

import numpy as np
from numpy.typing import NDArray

from matcher.matching.split_pool import COUNT_CAP, Ints, Meter, Pick, Pool, preferred, skipped, ways, ways_of

FEW = 4
"""Largest set that `few` looks for."""

_SCATTER = np.uint64(0x9E3779B97F4A7C15)
_FILTERED = 2048
_MOST_FOURS = 200_000


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
    """All sums of some groups. `places` tells the counts of a sum as a mixed-radix number; None when it is the sum's index."""

    groups: tuple[int, ...]
    sums: Ints
    places: Ints | None

    def counts(self, rows: Ints, pool: Pool) -> Ints:
        """How many of each of its groups the sums of these rows take: a row each."""
        places = rows if self.places is None else self.places[rows]
        radixes = [pool.rooms[g] + 1 for g in self.groups]
        strides = list(accumulate(reversed(radixes[1:]), mul, initial=1))[::-1]
        return np.asarray(places[:, None] // np.array(strides, dtype=np.int64) % np.array(radixes, dtype=np.int64))


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
        # most sums find no partner: a table of hashes drops them before anything is sorted
        rows = _shared(right, target - left)
        others = _shared(target - left[rows], right)
    wanted = target - left[rows]
    rows = rows[_among(wanted, right[others])]
    others = others[_among(right[others], target - left[rows])]
    return rows, others


def _among(values: Ints, others: Ints) -> NDArray[np.bool_]:
    if not len(others):
        return np.zeros(len(values), dtype=np.bool_)
    ordered = np.sort(others)
    at = np.searchsorted(ordered, values)
    at[at == len(ordered)] = 0
    return np.asarray(ordered[at] == values)


def halves(pool: Pool, limit: int, meter: Meter) -> tuple[Half, Half] | None:
    """All sums of two halves of the groups that can still come to the target; None when one has more than `limit` or the budget ends."""
    groups = sorted(range(len(pool.values)), key=lambda g: (pool.rooms[g], abs(pool.values[g])), reverse=True)
    sides: tuple[list[int], list[int]] = ([], [])
    products = [1, 1]
    for group in groups:
        side = products[0] > products[1]
        sides[side].append(group)
        products[side] *= pool.rooms[group] + 1
    built = []
    for side in (0, 1):
        half = _half(pool, tuple(sides[side]), sides[1 - side], limit, meter)
        if half is None:
            return None
        built.append(half)
    return built[0], built[1]


def _half(pool: Pool, groups: tuple[int, ...], others: Sequence[int], limit: int, meter: Meter) -> Half | None:
    whole = [pool.values[g] * pool.rooms[g] for g in (*groups, *others)]
    most, least = sum(w for w in whole if w > 0), sum(w for w in whole if w < 0)
    highest = lowest = 0
    sums = np.zeros(1, dtype=np.int64)
    places: Ints | None = None
    for group in groups:
        value, room = pool.values[group], pool.rooms[group]
        if not meter.take(len(sums) * (room + 1)):
            return None
        steps = np.arange(room + 1, dtype=np.int64)
        sums = (sums[:, None] + value * steps).ravel()
        if places is not None:
            places = (places[:, None] * (room + 1) + steps).ravel()
        most, least = most - max(value * room, 0), least - min(value * room, 0)
        highest, lowest = highest + max(value * room, 0), lowest + min(value * room, 0)
        if len(sums) > _FILTERED and (lowest < pool.target - most or highest > pool.target - least):
            kept = np.flatnonzero((sums >= pool.target - most) & (sums <= pool.target - least))
            if len(kept) < len(sums):
                places = kept if places is None else places[kept]
                sums = sums[kept]
        if len(sums) > limit:
            return None
    return Half(groups, sums, places)


def meet(pool: Pool, max_size: int, limit: int, wanted: int, meter: Meter) -> Found:
    """All sets that have the target for a sum: every sum of one half of the groups joined with every sum of the other.

    Args:
        pool: what may be taken.
        max_size: most items in a set.
        limit: most sums of a half; with more nothing is done.
        wanted: how many picks to name.
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
    return _pairs(pool, (left, right), (rows, others), max_size, wanted)


def _pairs(pool: Pool, sides: tuple[Half, Half], hits: tuple[Ints, Ints], max_size: int, wanted: int) -> Found:
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
    taken = np.minimum(lengths, wanted) if capped else lengths
    ends = np.cumsum(taken)
    within = np.arange(int(ends[-1])) - np.repeat(ends - taken, taken)
    counts = np.concatenate((np.repeat(mine, taken, axis=0), theirs[np.repeat(first, taken) + within]), axis=1)
    groups = (*left.groups, *right.groups)
    best = preferred([pool.members[g] for g in groups], counts, wanted) if len(counts) > wanted else np.arange(len(counts))
    picks = tuple(_pick(groups, counts[i].tolist()) for i in best)
    count = COUNT_CAP if capped else _count(pool, groups, counts)
    return Found(picks, whole=True, count=count)


def _pick(groups: Sequence[int], counts: Sequence[int]) -> Pick:
    return tuple(sorted((g, n) for g, n in zip(groups, counts, strict=True) if n))


def _count(pool: Pool, groups: Sequence[int], counts: Ints) -> int:
    """Number of answers behind these rows of counts, at most `COUNT_CAP`."""
    product = np.ones(len(counts), dtype=np.int64)
    for column, group in enumerate(groups):
        if len(set(pool.owners[group])) > 1:
            table = np.array(ways_of(pool.owners[group], pool.rooms[group]), dtype=np.int64)
            product = np.minimum(product * table[counts[:, column]], COUNT_CAP)
    return min(int(product.sum()), COUNT_CAP)


def few(pool: Pool, max_size: int, wanted: int, meter: Meter) -> Found:
    """All sets of one item, then of two, three and four, until there are as many answers as wanted.

    The picks are the preferred ones of all sets there are. `whole` when sets of every size up to `max_size` were looked at.
    """
    values = np.array(pool.values, dtype=np.int64)
    rooms = np.array(pool.rooms, dtype=np.int64)
    ranked = _ranked(pool)
    picks: list[Pick] = []
    looked_at: list[list[int]] = []
    answers = 0
    for size in range(1, min(FEW, max_size) + 1):
        hits = _sets(values, pool.target, size, meter)
        if hits is None:
            return Found(tuple(picks), whole=False)
        rank = np.zeros_like(hits)
        for column in range(1, size):
            rank[:, column] = np.where(hits[:, column] == hits[:, column - 1], rank[:, column - 1] + 1, 0)
        fits = (rank < rooms[hits]).all(axis=1)
        hits, rank = hits[fits], rank[fits]
        if not len(hits):
            continue
        oldest = np.sort(ranked[hits, rank], axis=1)
        order = np.lexsort(oldest.T[::-1])
        picks += [_of_row(hits[i].tolist()) for i in order[: max(wanted - len(picks), 0)]]
        looked_at += hits[:COUNT_CAP].tolist()
        if len(looked_at) >= wanted and size < max_size:
            return Found(tuple(picks), whole=False)
    if max_size > FEW:
        return Found(tuple(picks), whole=False)
    count = 0
    for row in looked_at:
        count += ways(pool, _of_row(row))
        if count >= COUNT_CAP:
            break
    return Found(tuple(picks), whole=True, count=min(count, COUNT_CAP))


def _of_row(groups: Sequence[int]) -> Pick:
    return tuple((g, groups.count(g)) for g in sorted(set(groups)))


def _ranked(pool: Pool) -> Ints:
    """Positions of the first members of each group; the last one repeated where there are fewer."""
    return np.array([[members[min(rank, len(members) - 1)] for rank in range(FEW)] for members in pool.members], dtype=np.int64)


def _sets(values: Ints, target: int, size: int, meter: Meter) -> Ints | None:
    """Rows of ascending groups, repetition allowed, whose values add up to the target; None when the budget ends."""
    if size <= 2:
        if not meter.take(20 * len(values)):
            return None
        if size == 1:
            return _completed(np.empty((1, 0), dtype=np.int64), np.array([target], dtype=np.int64), values)
        return _completed(np.arange(len(values))[:, None], target - values, values)
    if not meter.take(len(values) * (len(values) + 1)):
        return None
    i, j = np.triu_indices(len(values))
    sums = values[i] + values[j]
    if size == 3:
        kept = np.flatnonzero(sums <= 2 * (target - sums))
        rests = target - sums[kept]
        likely = _shared(values, rests)
        kept, rests = kept[likely], rests[likely]
        return _completed(np.stack((i[kept], j[kept]), axis=1), rests, values)
    # the two smaller values of four make at most half of the sum, the two larger ones at least half
    small, large = np.flatnonzero(2 * sums <= target), np.flatnonzero(2 * sums >= target)
    rows, others = join(sums[small], sums[large], target)
    small, large = small[rows], large[others]
    large = large[np.argsort(sums[large], kind="stable")]
    first, last = (np.searchsorted(sums[large], target - sums[small], side=side) for side in ("left", "right"))
    lengths = last - first
    if lengths.sum() > _MOST_FOURS:
        return None
    ends = np.cumsum(lengths)
    small = np.repeat(small, lengths)
    large = large[np.repeat(first - ends + lengths, lengths) + np.arange(len(small))]
    rows = np.stack((i[small], j[small], i[large], j[large]), axis=1)
    return rows[rows[:, 1] <= rows[:, 2]]


def _completed(rows: Ints, rests: Ints, values: Ints) -> Ints:
    """The rows with the group whose value is the row's rest, where there is one that is not before the row's last group."""
    at = np.searchsorted(values, rests)
    at[at == len(values)] = 0
    kept = values[at] == rests
    if rows.shape[1]:
        kept &= at >= rows[:, -1]
    return np.concatenate((rows[kept], at[kept][:, None]), axis=1)

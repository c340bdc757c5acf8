"""Two answers quickly, where there are very many: all sets within a window of small items, beside a fixed start of large ones."""

from matcher.matching.split_pool import Meter, Pick, Pool
from matcher.matching.split_sums import NOTHING_DONE, Found, meet

LIMITS = (2**9, 2**10, 2**11, 2**12, 2**13, 2**14, 2**15, 2**16)
"""Most sums of each half of a window, try by try."""


def window(pool: Pool, number: int, max_size: int, wanted: int, meter: Meter) -> Found:
    """Some sets that have the target for a sum; none found says nothing.

    Args:
        pool: what may be taken.
        number: which try this is; each looks at other items and at more sums than the one before, of `LIMITS`.
        max_size: most items in a set.
        wanted: how many to name.
        meter: its budget.
    """
    limit = LIMITS[number]
    order = sorted(range(len(pool.values)), key=lambda g: (abs(pool.values[g]), pool.values[g]))
    skip = (number % 4) * len(order) // 8
    chosen, product = [], 1
    for group in order[skip:]:
        if product * (pool.rooms[group] + 1) > limit * limit // 4:
            break
        product *= pool.rooms[group] + 1
        chosen.append(group)
    inside = sorted(chosen)
    start, rest = _start(pool, inside)
    if not inside:
        return NOTHING_DONE
    part = Pool(
        tuple(pool.values[g] for g in inside),
        tuple(pool.rooms[g] for g in inside),
        tuple(pool.members[g] for g in inside),
        tuple(pool.owners[g] for g in inside),
        rest,
    )
    left = max_size - sum(n for _, n in start)
    if left < 0:
        return NOTHING_DONE
    found = meet(part, left, limit, wanted, meter)
    picks = (tuple(sorted((*start, *((inside[g], n) for g, n in pick)))) for pick in found.picks)
    return Found(tuple(pick for pick in picks if pick), whole=False)


def _start(pool: Pool, inside: list[int]) -> tuple[Pick, int]:
    """The largest items that leave at least half of the window's sum, and what they leave."""
    half = sum(pool.values[g] * pool.rooms[g] for g in inside) // 2
    rest, start = pool.target, []
    window = set(inside)
    for group in range(len(pool.values) - 1, -1, -1):
        value = pool.values[group]
        if group not in window and value > 0 and rest - value >= half:
            number = min(pool.rooms[group], (rest - half) // value)
            start.append((group, number))
            rest -= number * value
    return tuple(start), rest

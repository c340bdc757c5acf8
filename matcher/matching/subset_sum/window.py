"""Two answers quickly, where there are very many: all sets within a window of small items, beside a fixed start of large ones."""

from math import isqrt

from matcher.matching.subset_sum.groups import AmountGroups, Meter, Pick
from matcher.matching.subset_sum.sums import NOTHING_DONE, Found, meet

TRIES = ((2**9, 0), (2**10, 2), (2**11, 1), (2**12, 0), (2**14, 0), (2**16, 0), (2**18, 0))
"""For each try: most sums of each half of the window, and how many eighths of the amounts are passed over, smallest first."""


def window(pool: AmountGroups, number: int, max_size: int, alternatives: int, meter: Meter) -> Found:
    """Some sets that have the target for a sum; none found says nothing.

    Args:
        pool: what may be taken.
        number: which try this is; each looks at more sums than the one before, and some at other items (`TRIES`).
        max_size: most items in a set.
        alternatives: how many to name.
        meter: its budget.
    """
    limit, eighths = TRIES[number]
    # small amounts make dense sums, and those that are no round amounts are what determines a target's last digits
    order = sorted(range(len(pool.values)), key=lambda g: (_roundness(pool.values[g]), abs(pool.values[g]), pool.values[g]))
    chosen, product = [], 1
    for group in order[eighths * len(order) // 8 :]:
        if product * (pool.rooms[group] + 1) > limit * limit // 4:
            break
        product *= pool.rooms[group] + 1
        chosen.append(group)
    inside = sorted(chosen)
    if number < len(TRIES) - 1 and _sparse(pool, inside, product):
        return NOTHING_DONE
    start, missing = _start(pool, inside)
    if not inside or len(inside) == len(order):
        return NOTHING_DONE
    part = AmountGroups(
        tuple(pool.values[g] for g in inside),
        tuple(pool.rooms[g] for g in inside),
        tuple(pool.members[g] for g in inside),
        tuple(pool.owners[g] for g in inside),
        missing,
    )
    most = max_size - sum(n for _, n in start)
    if most < 0:
        return NOTHING_DONE
    result = meet(part, most, limit, alternatives, meter)
    picks = (tuple(sorted((*start, *((inside[g], n) for g, n in pick)))) for pick in result.picks)
    return Found(tuple(pick for pick in picks if pick), whole=False)


def _roundness(value: int) -> int:
    """Number of zeros at the end, none and one counted alike."""
    return max(len(str(value)) - len(str(value).rstrip("0")), 1)


def _sparse(pool: AmountGroups, inside: list[int], product: int) -> bool:
    """Whether chance would give less than one hit in eight such windows, were its sums spread as a bell."""
    variance = sum(pool.values[g] ** 2 * pool.rooms[g] * (pool.rooms[g] + 2) for g in inside) // 12
    return 5 * isqrt(variance) // 2 > 8 * product


def _start(pool: AmountGroups, inside: list[int]) -> tuple[Pick, int]:
    """The largest items, or credit notes, that bring what is left near to half of the window's sum; and what is left."""
    half = sum(pool.values[g] * pool.rooms[g] for g in inside) // 2
    missing, start = pool.target, []
    window = set(inside)
    for group in sorted(range(len(pool.values)), key=lambda g: -abs(pool.values[g])):
        value = pool.values[group]
        number = min(pool.rooms[group], max((missing - half) // value, 0))
        if number and group not in window:
            start.append((group, number))
            missing -= number * value
    return tuple(start), missing

"""Pools of mostly round amounts: the few others have to make the last digits of the target, and the round ones the rest.

In units of what the round amounts share the rest is a small number, so every sum that the others can have is looked up among reachable sums
as bits.
"""

import numpy as np
from numpy.typing import NDArray

from matcher.matching.subset_sum.bits import BITS_A_STEP, CALL, reach
from matcher.matching.subset_sum.groups import COUNT_CAP, AmountGroups, Ints, Meter, Pick, ways
from matcher.matching.subset_sum.sums import NOTHING_DONE, Found, Half, half_of

UNITS = tuple(10**zeros for zeros in range(6, 0, -1))
"""What round amounts are multiples of, in the pool's unit."""

OTHERS = 2**18
"""Most sums of the amounts that are not round."""


def by_unit(pool: AmountGroups, max_size: int, wanted: int, meter: Meter) -> Found:
    """Sets that have the target for a sum, from a pool of mostly round amounts; `whole` when there are no others.

    Args:
        pool: what may be taken.
        max_size: most items in a set.
        wanted: how many picks to name.
        meter: its budget.
    """
    groups = range(len(pool.values))
    half: Half | None = None
    tried = -1
    for unit in UNITS:
        others = tuple(g for g in groups if pool.values[g] % unit)
        rounds = tuple(g for g in groups if not pool.values[g] % unit)
        if 2 * len(others) <= len(rounds) and len(others) != tried:
            tried = len(others)
            half = half_of(pool, others, rounds, OTHERS, meter)
            if half is not None:
                break
    if half is None:
        return NOTHING_DONE
    if not meter.take(4 * len(half.sums)):
        return NOTHING_DONE
    rests = pool.target - half.sums
    rows = np.flatnonzero(rests % unit == 0)
    reachable = _reachable(pool, rounds, unit, rests[rows] // unit, meter)
    if reachable is None:
        return NOTHING_DONE
    rows = rows[reachable]
    picks: list[Pick] = []
    for row, counts in zip(rows.tolist(), half.counts(rows[: wanted + 1], pool).tolist(), strict=False):
        start = tuple((g, n) for g, n in zip(others, counts, strict=True) if n)
        rest, left = int(rests[row]) // unit, max_size - sum(counts)
        if start and not rest and left >= 0:
            picks.append(start)
        found = reach(_rounds(pool, rounds, unit, rest), left, wanted, meter)
        picks += [tuple(sorted((*start, *((rounds[g], n) for g, n in pick)))) for pick in found.picks]
        if not found.whole or len(picks) > wanted:
            return Found(tuple(picks), whole=False)
    if len(rows) > wanted + 1:
        return Found(tuple(picks), whole=False)
    return Found(tuple(picks), whole=True, count=min(sum(ways(pool, pick) for pick in picks), COUNT_CAP))


def _rounds(pool: AmountGroups, rounds: tuple[int, ...], unit: int, target: int) -> AmountGroups:
    return AmountGroups(
        tuple(pool.values[g] // unit for g in rounds),
        tuple(pool.rooms[g] for g in rounds),
        tuple(pool.members[g] for g in rounds),
        tuple(pool.owners[g] for g in rounds),
        target,
    )


def _reachable(pool: AmountGroups, rounds: tuple[int, ...], unit: int, rests: Ints, meter: Meter) -> NDArray[np.bool_] | None:
    """Which of these sums, in units, the round amounts can have; None when the budget ends."""
    wholes = [pool.values[g] // unit * pool.rooms[g] for g in rounds]
    least, most = sum(w for w in wholes if w < 0), sum(w for w in wholes if w > 0)
    within = np.asarray((rests >= least) & (rests <= most))
    top = int(rests[within].max()) - least if within.any() else 0
    if not meter.take(sum(pool.rooms[g].bit_length() for g in rounds) * (CALL + top // BITS_A_STEP) + top // 8):
        return None
    bits, mask = 1, (1 << top + 1) - 1
    for group in rounds:
        value, room, part = abs(pool.values[group]) // unit, pool.rooms[group], 1
        while room:
            part = min(part, room)
            if value * part <= top:
                bits |= bits << value * part & mask
            room -= part
            part *= 2
    packed = np.frombuffer(bits.to_bytes(top // 8 + 1, "little"), dtype=np.uint8)
    places = np.where(within, rests - least, 0)
    return np.asarray(within & (packed[places >> 3] >> (places & 7).astype(np.uint8) & 1).astype(np.bool_))

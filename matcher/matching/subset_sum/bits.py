"""Reachable sums as bits of a whole number: bit s is set when some items add up to s.

Adding an item is one shift and one OR, so the cost follows the size of the target in units of the greatest common divisor and not the
number of sets. Only sums that can still come to the target are kept. Walking back through the layers never enters a dead end, unless
the number of items is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from matcher.matching.subset_sum.groups import COUNT_CAP, AmountGroups, Meter, Pick, ways
from matcher.matching.subset_sum.sums import NOTHING_DONE, Found

BITS_A_STEP = 64
"""A shift and an OR over this many bits count as one step of work."""

KEPT_BITS = 400_000_000
"""Most bits kept for the way back, 50 MiB; with more the only possible finding is that there is no set."""

CALL = 100
"""Steps that one operation on a whole number costs, however short."""


@dataclass(frozen=True, slots=True)
class Band:
    """Sums reachable with the first groups that can still come to the target: bit j stands for the sum ``low + j``."""

    low: int
    bits: int

    def has(self, value: int) -> bool:
        """Whether the sum is reachable."""
        return value >= self.low and bool(self.bits >> (value - self.low) & 1)


def reach(pool: AmountGroups, max_size: int, alternatives: int, meter: Meter) -> Found:
    """Sets with the target for a sum, found by way of the reachable sums; `whole` when there are no others.

    Credit notes are turned round: leaving one out adds its amount to what all of them together take away.
    """
    # small amounts first: the way back then takes the large ones first, which makes small sets
    order = sorted(range(len(pool.values)), key=lambda g: (abs(pool.values[g]), pool.values[g]))
    target = pool.target - sum(v * r for v, r in zip(pool.values, pool.rooms, strict=True) if v < 0)
    bands = _bands(pool, order, target, meter)
    if bands is None:
        return NOTHING_DONE
    if not bands[-1].has(target):
        return Found((), whole=True)
    if len(bands) <= len(order):
        return NOTHING_DONE
    return _walk(pool, order, bands, target, max_size, alternatives, meter)


def _bands(pool: AmountGroups, order: list[int], target: int, meter: Meter) -> list[Band] | None:
    """The band before the first group and after each one; only the last when they are too large to keep; None when the budget ends."""
    steps = list(_steps(pool, order, target))
    if not meter.take(sum(CALL + (step.high - step.low) // BITS_A_STEP for step in steps)):
        return None
    keep = sum(step.high - step.low for step in steps if step.last) <= KEPT_BITS
    band = Band(0, 1)
    bands = [band]
    for step in steps:
        band = _add(band, step)
        if step.last:
            if not keep:
                bands.clear()
            bands.append(band)
    return bands


@dataclass(frozen=True, slots=True)
class _Step:
    """Adding one sum or not, and which sums are then of use. `last` is the last step of a group."""

    value: int
    low: int
    high: int
    last: bool


def _steps(pool: AmountGroups, order: list[int], target: int) -> Iterator[_Step]:
    """Each group as sums of 1, 2, 4, ... of its items, which together make every number of them."""
    remaining = sum(abs(v) * r for v, r in zip(pool.values, pool.rooms, strict=True))
    spread = 0
    for group in order:
        room, part = pool.rooms[group], 1
        while room:
            part = min(part, room)
            room -= part
            value = abs(pool.values[group]) * part
            spread += value
            remaining -= value
            yield _Step(value, max(0, target - remaining), min(target, spread), not room)
            part *= 2


def _add(band: Band, step: _Step) -> Band:
    up = band.low + step.value - step.low
    bits = band.bits >> step.low - band.low
    if band.low + step.value <= step.high:
        bits |= band.bits << up if up >= 0 else band.bits >> -up
    width = step.high - step.low + 1
    return Band(step.low, bits & (1 << width) - 1 if bits.bit_length() > width else bits)


def _walk(pool: AmountGroups, order: list[int], bands: list[Band], target: int, max_size: int, alternatives: int, meter: Meter) -> Found:
    """Sets in the order of most items of the largest amounts; every step is one that leads to the target."""
    picks: list[Pick] = []
    stack: list[tuple[int, int, int, Pick]] = [(len(order), target, 0, ())]
    while stack:
        depth, missing, size, pick = stack.pop()
        if not depth:
            ordered = tuple(sorted(pick))
            if ordered:
                picks.append(ordered)
            if len(picks) > alternatives:
                return Found(tuple(picks), whole=False)
            continue
        group, band = order[depth - 1], bands[depth - 1]
        value, room = pool.values[group], pool.rooms[group]
        if not meter.take((room + 1) * (CALL + band.bits.bit_length() // BITS_A_STEP // 2)):
            return Found(tuple(picks), whole=False)
        for shifted in range(min(room, missing // abs(value)) + 1):
            number = shifted if value > 0 else room - shifted
            if size + number <= max_size and band.has(missing - shifted * abs(value)):
                stack.append((depth - 1, missing - shifted * abs(value), size + number, (*pick, (group, number)) if number else pick))
    return Found(tuple(picks), whole=True, count=min(sum(ways(pool, pick) for pick in picks), COUNT_CAP))

"""Chance that is the same on every machine and with every library version.

A value is a hash of (seed, name of the draw, position), so a draw never moves because another was added or left out. Only integer
arithmetic is used: logarithms and powers differ between processors in the last bit, random generators between library versions.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
T = TypeVar("T")

_STEP = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB  # splitmix64, Steele, Lea and Flood 2014
_MASK = (1 << 64) - 1


class Dice:
    """Chance for one row: a stream of numbers that starts from 64 bits of its own."""

    __slots__ = ("_state",)

    def __init__(self, start: int) -> None:
        self._state = start & _MASK

    def below(self, limit: int) -> int:
        """A number from 0 to limit - 1."""
        self._state = (self._state + _STEP) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * _FIRST) & _MASK
        z = ((z ^ (z >> 27)) * _SECOND) & _MASK
        return ((z ^ (z >> 31)) >> 11) % limit

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.below(100) < percent

    def one(self, of: Sequence[T]) -> T:
        """One of the values, all equally likely."""
        return of[self.below(len(of))]


class Draws:
    """Chance for whole columns. Every draw is named; equal names give equal values."""

    def __init__(self, seed: int, scope: str = "") -> None:
        self._seed, self._scope = seed, scope

    def bits(self, name: str, count: int) -> Bits:
        """64 random bits for each position."""
        key = int.from_bytes(sha256(f"{self._seed}/{self._scope}/{name}".encode()).digest()[:8], "big")
        z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_STEP) + np.uint64(key)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(_FIRST)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(_SECOND)
        return z ^ (z >> np.uint64(31))

    def below(self, name: str, count: int, limit: int | Ints) -> Ints:
        """A number from 0 to limit - 1 for each position; `limit` may be a column."""
        found: Ints = (self.bits(name, count) >> np.uint64(11)).astype(np.int64) % limit
        return found

    def between(self, name: str, count: int, low: int, high: int) -> Ints:
        """A number from low to high, both included."""
        return low + self.below(name, count, high - low + 1)

    def chance(self, name: str, count: int, per_mille: int | Ints) -> Bools:
        """True in so many of a thousand cases."""
        return self.below(name, count, 1_000_000) < np.multiply(per_mille, 1000)

    def pick(self, name: str, count: int, weights: Ints | Sequence[int]) -> Ints:
        """A position in `weights` for each row, drawn in proportion to them."""
        edges = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(edges, self.below(name, count, int(edges[-1])), side="right").astype(np.int64)

    def order(self, name: str, count: int) -> Ints:
        """The positions in random order."""
        return np.argsort(self.bits(name, count), kind="stable").astype(np.int64)

    def curve(self, name: str, count: int, quantiles: Sequence[int]) -> Ints:
        """Numbers whose distribution has these quantiles at equal steps, straight lines between them."""
        points = np.asarray(quantiles, dtype=np.int64)
        at = self.below(name, count, (len(points) - 1) << 20)
        left, rest = at >> 20, at & ((1 << 20) - 1)
        found: Ints = points[left] + ((points[left + 1] - points[left]) * rest >> 20)
        return found


def quotas(total: int, weights: Sequence[int] | Ints, least: int = 0) -> Ints:
    """`total` split in proportion to the weights, every part with a weight at least `least` where the total allows it.

    The parts add up to `total`; what division leaves over goes to the largest remainders, first come first.
    """
    weight: Ints = np.asarray(weights, dtype=np.int64)
    if least * np.count_nonzero(weight) > total:
        least = 0
    parts: Ints = np.where(weight > 0, least, 0)
    # what a part already has by the floor counts towards its share
    wanted = np.maximum(weight * total - parts * int(weight.sum()), 0)
    whole, left = max(int(wanted.sum()), 1), total - int(parts.sum())
    share = wanted * left // whole
    parts += share
    largest_remainders = np.argsort(share * whole - wanted * left, kind="stable")
    parts[largest_remainders[: total - int(parts.sum())]] += 1
    return parts

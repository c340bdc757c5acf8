"""Chance that is the same on every machine: splitmix64 on integers, begun from a hash of names."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1


class Chance:
    """A stream of draws. Two streams of the same names draw the same."""

    def __init__(self, *names: object) -> None:
        self._names = names
        key = "\x1f".join(str(name) for name in names)
        self._state = int.from_bytes(sha256(key.encode()).digest()[:8], "big")

    def fork(self, *names: object) -> "Chance":
        """A stream of its own, whatever was drawn from this one so far."""
        return Chance(*self._names, *names)

    def _next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, end: int) -> int:
        """A number from 0 to below `end`."""
        return (self._next() * end) >> 64

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def low(self, low: int, high: int) -> int:
        """A number from `low` to `high`, small ones more often."""
        return min(self.between(low, high), self.between(low, high), self.between(low, high))

    def happens(self, permille: int) -> bool:
        """True that often in a thousand."""
        return self.below(1000) < permille

    def pick(self, choices: Sequence[T]) -> T:
        """One of them, each as likely."""
        return choices[self.below(len(choices))]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of them, by weight."""
        at = self.below(sum(weight for _, weight in choices))
        for choice, weight in choices:
            at -= weight
            if at < 0:
                return choice
        raise AssertionError("weights are positive")

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """The same things in another order."""
        left = list(things)
        for last in range(len(left) - 1, 0, -1):
            other = self.below(last + 1)
            left[last], left[other] = left[other], left[last]
        return left

    def digits(self, count: int) -> str:
        """A number of that many digits that does not begin with a zero."""
        return str(self.between(10 ** (count - 1), 10**count - 1))

    def letters(self, count: int) -> str:
        """Capital letters."""
        return "".join(self.pick("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(count))

"""Exact bounds of a rate, as the product has them, and the quantile of a few numbers."""

from collections.abc import Sequence
from math import ceil

from matcher.rules.bounds import at_least, at_most, below

__all__ = ["at_least", "at_most", "below", "quantile"]


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest of the values that at least so large a share does not exceed."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)) - 1, 0)] if ordered else None

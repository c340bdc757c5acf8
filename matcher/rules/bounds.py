"""Exact bounds of a rate (Clopper and Pearson 1934), in plain Python."""

from math import exp, lgamma, log, log1p

CONFIDENCE = 0.95
"""Of the bounds, where nothing else is said."""

_NEGLIGIBLE = 1e-18
_STEPS = 60  # halvings; more than a double can tell apart


def at_most(wrong: int, count: int, confidence: float = CONFIDENCE) -> float | None:
    """Upper Clopper-Pearson bound, one-sided: the largest rate at which no more than `wrong` of `count` is not yet too unlikely."""
    if not count:
        return None
    low, high = wrong / count, 1.0
    if wrong >= count:
        return 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(wrong, count, middle) > 1 - confidence else (low, middle)
    return high


def at_least(wrong: int, count: int, confidence: float = CONFIDENCE) -> float | None:
    """Lower Clopper-Pearson bound, one-sided."""
    above = at_most(count - wrong, count, confidence)
    return None if above is None else 1 - above


def below(most: int, count: int, rate: float) -> float:
    """Probability of at most so many cases among `count` at a rate."""
    if rate <= 0:
        return 1.0
    if rate >= 1:
        return float(most >= count)
    if most <= count * rate:
        # every term is larger than the one before it, so that few of many count
        total = term = 1.0
        for k in range(most, 0, -1):
            term *= k * (1 - rate) / ((count - k + 1) * rate)
            total += term
            if term < _NEGLIGIBLE * total:
                break
        return min(exp(_log_of(most, count, rate)) * total, 1.0)
    logs = [_log_of(k, count, rate) for k in range(most + 1)]
    largest = max(logs)
    return min(exp(largest) * sum(exp(one - largest) for one in logs), 1.0)


def _log_of(cases: int, count: int, rate: float) -> float:
    """Logarithm of the probability of exactly so many cases."""
    choose = lgamma(count + 1) - lgamma(cases + 1) - lgamma(count - cases + 1)
    return choose + cases * log(rate) + (count - cases) * log1p(-rate)

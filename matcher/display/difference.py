"""What lies between a receipt and the documents that it would pay, in words."""

from collections.abc import Iterable
from typing import NamedTuple


class Paid(NamedTuple):
    """What a document gets beside cash, and what stays open of it; minor units of its currency."""

    item_id: str
    currency: str
    adjustment: int
    reason: str
    left: int


def difference_words(paid: Iterable[Paid], rest: int, currency: str) -> str:
    """What is cleared without cash, what stays open and what the receipt has too much; ``exact`` for none of it.

    Args:
        paid: the documents; several rows of one follow each other.
        rest: what the receipt has left, minor units of `currency`.
        currency: the receipt's.
    """
    from matcher.money import grouped

    cleared: dict[tuple[str, str], int] = {}
    still_open: dict[str, tuple[int, str]] = {}
    for item in paid:
        if item.adjustment:
            key = (item.reason.replace("_", " "), item.currency)
            cleared[key] = cleared.get(key, 0) + item.adjustment
        still_open[item.item_id] = (item.left, item.currency)
    left: dict[str, int] = {}
    for minor, code in still_open.values():
        left[code] = left.get(code, 0) + minor
    parts = [f"{grouped(minor, code)} {reason}" for (reason, code), minor in cleared.items()]
    parts += [f"{grouped(minor, code)} stays open" for code, minor in left.items() if minor]
    if rest:
        parts.append(f"{grouped(rest, currency)} too much")
    return "; ".join(parts) or "exact"

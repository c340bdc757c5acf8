"""Whether a column beside the amounts is a running balance, as on a statement of account, and not what is open of each document."""

from collections.abc import Hashable, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Literal

_OPENED = 3
"""Rows of a customer from which on the balance may begin with something that is carried forward."""
_CHANCE = 3
"""Rows from which on a balance that could be what is open as well is more than chance."""


def running(amounts: Sequence[str], balances: Sequence[str], owners: Sequence[Hashable]) -> Literal["yes", "unclear", "no"]:
    """Whether each balance is the one before and the amount beside it, the oldest row first or last.

    Args:
        amounts: of the documents with their signs, plain decimals. balances: the column beside them.
        owners: whose each document is: a balance may begin anew with each customer, or run through.

    Returns:
        "unclear" when the column could be what is open of each document, too.
    """
    try:
        rows = [(owner, Decimal(amount or 0), Decimal(balance)) for owner, amount, balance in zip(owners, amounts, balances, strict=True)]
    except InvalidOperation:
        return "no"
    if len(rows) < 2:
        return "no"
    together = [(0, amount, balance) for _, amount, balance in rows]
    if not any(_runs(one) for one in (rows, rows[::-1], together, together[::-1])):
        return "no"
    if any(abs(balance) > abs(amount) or amount * balance < 0 for _, amount, balance in rows):
        return "yes"
    return "unclear" if len(rows) > _CHANCE else "no"


def _runs(rows: Sequence[tuple[Hashable, Decimal, Decimal]]) -> bool:
    """Whether the balances run through the rows of each owner, of one at least over two."""
    blocks: list[list[tuple[Decimal, Decimal]]] = []
    before: Hashable = None
    for owner, amount, balance in rows:
        if not blocks or owner != before:
            blocks.append([])
        blocks[-1].append((amount, balance))
        before = owner
    for block in blocks:
        if any(now != then + amount for (_, then), (amount, now) in pairwise(block)):
            return False
        if block[0][0] != block[0][1] and len(block) < _OPENED:
            return False
    return any(len(block) > 1 for block in blocks)

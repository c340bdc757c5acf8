"""Whether a line's right answer can be known from the files by a perfect reader, so that recall is not asked of guesses."""

from dataclasses import replace

import numpy as np

from benchmarks.month.draws import Bools, Ints
from benchmarks.month.items import Items
from benchmarks.month.kinds import CODE
from benchmarks.month.parties import Parties
from benchmarks.month.plan import WRITTEN, Plan
from benchmarks.month.settle import Settlement

MOST_ITEMS = 20
"""Sets of more open items than this have more than one subset of nearly every sum."""

_FRONT = 1 << 10


def identifiable(who: Parties, month: Plan, items: Items, money: Settlement, payer_known: Bools, advised: Bools) -> tuple[Plan, Bools]:
    """The plan with lines that name nothing sorted into unique and twins, and whether each line's answer can be known.

    A reference that names the items is enough. Without one the customer must be known by account or name, and among its
    open items that no other line names, the amount (or the sum) must fit one item or set; interchangeable items count as one.
    A copied old number speaks against the right answer, so such lines do not count as knowable.

    Args:
        payer_known: whether account or name lead to the right customer.
        advised: whether a remittance advice lists what the line pays.
    """
    told = month.of_family("named", "structured", "several", "amount", "excluded", "other", "unrelated", "outgoing")
    told &= ~month.of("list_cut", "first_plus_others", "advice_only", "all_due", "batch_unlisted")
    told |= month.of("blanks_inserted", "zeros_missing", "column_wrap")  # nothing is lost in these
    told &= ~(month.of_family("amount") & (month.written == WRITTEN.index("none")))
    rival = _rivals(who, month, items, told)
    single = month.size == 1
    first = np.where(single, month.first, 0)
    alone = rival[first] == 0
    kind = month.kind.copy()
    unnamed = month.of("no_reference_unique", "no_reference_twins")
    same_amount = _of_amount(who, items)[first] > 1
    kind[unnamed] = np.where(same_amount, CODE["no_reference_twins"], CODE["no_reference_unique"])[unnamed]
    month = replace(month, kind=kind)
    by_amount = payer_known & alone & single & month.of_family("unnamed", "damaged") & ~month.of("old_reference")
    known = told | by_amount | advised
    # a number that needs repair, or an order number, still narrows the search down to the amount
    known |= alone & month.of("ocr_swap", "typo", "truncated", "purchase_order")
    known |= payer_known & month.of("all_due")
    begun = month.of("list_cut", "first_plus_others")  # their first number tells the customer
    searched = np.flatnonzero((begun | (month.of("batch_unlisted", "advice_only") & payer_known)) & ~known)
    known[searched] = _one_subset(month, items, told, searched)
    return month, known


def _groups(*columns: Ints) -> Ints:
    """A number for each row, equal for rows whose columns are equal."""
    order = np.lexsort(columns)
    new = np.zeros(len(order), dtype=np.int64)
    for column in columns:
        ordered = column[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.cumsum(new)
    return group


def _of_amount(who: Parties, items: Items) -> Ints:
    """For each item: how many open items of its customer have its open amount."""
    group = _groups(items.customer, items.open)
    return np.bincount(group, weights=items.closed_day < 0).astype(np.int64)[group]


def _rivals(who: Parties, month: Plan, items: Items, told: Bools) -> Ints:
    """For each item: how many open items of its customer have its open amount, another due date, and no line that names them."""
    taken = (items.line >= 0) & told[items.line]
    free = (items.closed_day < 0) & ~taken
    amount = _groups(items.customer, items.open)
    twin = _groups(items.customer, items.open, items.due)
    return (np.bincount(amount, weights=free)[amount] - np.bincount(twin, weights=free)[twin]).astype(np.int64)


def _one_subset(month: Plan, items: Items, told: Bools, lines: Ints) -> Bools:
    """Whether exactly one set of the customer's still open items has the sum of each line."""
    taken = (items.line >= 0) & told[items.line]
    free = np.flatnonzero((items.closed_day < 0) & ~taken)
    by_customer = free[np.argsort(items.customer[free], kind="stable")]
    owners = items.customer[by_customer]
    starts, ends = np.searchsorted(owners, month.customer[lines]), np.searchsorted(owners, month.customer[lines], side="right")
    sums = np.zeros(len(month), dtype=np.int64)
    paid = items.line >= 0
    np.add.at(sums, items.line[paid], items.open[paid])
    return np.array(
        [
            bool(end - start <= MOST_ITEMS and _count_subsets(items.open[by_customer[start:end]], int(sums[line])) == 1)
            for line, start, end in zip(lines.tolist(), starts.tolist(), ends.tolist(), strict=True)
        ],
        dtype=np.bool_,
    )


def _count_subsets(amounts: Ints, target: int) -> int:
    """How many sets of the amounts have the sum: sums of two halves, met in the middle."""
    half = len(amounts) // 2
    left, right = _all_sums(amounts[:half]), np.sort(_all_sums(amounts[half:]))
    assert len(left) <= _FRONT
    wanted = target - left
    return int((np.searchsorted(right, wanted, side="right") - np.searchsorted(right, wanted)).sum())


def _all_sums(amounts: Ints) -> Ints:
    sums = np.zeros(1, dtype=np.int64)
    for amount in amounts.tolist():
        sums = np.concatenate([sums, sums + amount])
    return sums

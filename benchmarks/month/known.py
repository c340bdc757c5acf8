"""Whether a line's right answer can be known from the files by a perfect reader, so that recall is not asked of guesses."""

from dataclasses import replace

import numpy as np

from benchmarks.month.draws import Bools, Ints
from benchmarks.month.items import Items
from benchmarks.month.kinds import CODE
from benchmarks.month.plan import WRITTEN, Plan

MOST_ITEMS = 20
"""Sets of more open items than this have more than one subset of nearly every sum."""

_LEAST_SHOWN = 4  # numbers that a cut list shows at least, whatever the width
_SIZES = 64  # more than the items of any payment


def identifiable(month: Plan, items: Items, payer_known: Bools, advised: Bools) -> tuple[Plan, Bools]:
    """The plan with lines that name nothing sorted into unique and twins, and whether each line's answer can be known.

    A reference that names the items is enough. Without one the customer must be known by account or name, and among its
    open items that no other line names, the amount (or the sum) must fit one item or set; interchangeable items count as one.
    A copied old number speaks against the right answer, so such lines do not count as knowable.

    Args:
        payer_known: whether account or name lead to the right customer.
        advised: whether a remittance advice lists what the line pays.
    """
    told = _told(month) & (payer_known | ~month.of("prepayment"))
    single = month.size == 1
    first = np.where(single, month.first, 0)
    alone = single & (_rivals(items, told)[first] == 0)
    month = replace(month, kind=_sorted_out(month, _of_amount(items)[first] > 1))
    known = told | advised
    known |= payer_known & alone & month.of_family("unnamed", "damaged") & ~month.of("old_reference")
    # a number that needs repair picks one of the customer's items; without the customer it still needs the amount
    repairable = month.of("ocr_swap", "typo", "truncated")
    known |= repairable & (payer_known | alone)
    known |= payer_known & month.of("restarting_number") | alone & month.of("purchase_order")
    known |= payer_known & month.of("all_due")
    begun = month.of("list_cut", "first_plus_others", "list_partly_named")  # their first number tells the customer
    searched = np.flatnonzero((begun | (month.of("batch_unlisted", "advice_only") & payer_known)) & ~known)
    known[searched] = _one_subset(month, items, told, searched)
    return month, known


def _told(month: Plan) -> Bools:
    """Lines whose text says it all: a readable reference, or words that tell that it is no receivable."""
    told = month.of_family("named", "structured", "several", "amount", "excluded", "other", "unrelated", "outgoing")
    told &= ~month.of("list_cut", "first_plus_others", "advice_only", "all_due", "batch_unlisted", "list_partly_named", "list_short_paid")
    told |= month.of("blanks_inserted", "zeros_missing", "column_wrap")  # nothing is lost in these
    silent: Bools = month.of_family("amount") & (month.written == WRITTEN.index("none"))
    return np.logical_and(told, ~silent)


def _sorted_out(month: Plan, same_amount: Bools) -> Ints:
    """Kinds with the lines that name nothing put where they belong, now that the amounts are known."""
    unnamed = month.of("no_reference_unique", "no_reference_twins")
    right = np.where(same_amount, CODE["no_reference_twins"], CODE["no_reference_unique"])
    kind: Ints = np.where(unnamed, right, month.kind)
    return kind


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


def _of_amount(items: Items) -> Ints:
    """For each item: how many open items of its customer have its open amount."""
    group = _groups(items.customer, items.open)
    return np.bincount(group, weights=items.closed_day < 0).astype(np.int64)[group]


def _rivals(items: Items, told: Bools) -> Ints:
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
    return np.array(
        [
            _is_unique(month, items, line, by_customer[start:end])
            for line, start, end in zip(lines.tolist(), starts.tolist(), ends.tolist(), strict=True)
        ],
        dtype=np.bool_,
    )


def shown_numbers(size: int) -> int:
    """How many of its documents a list names that goes on."""
    return max(size // 2, 1)


def _is_unique(month: Plan, items: Items, line: int, free: Ints) -> bool:
    """Whether one set of the free items has the sum of a line, given the numbers that its text still shows."""
    first, size, kind = month.first.item(line), month.size.item(line), month.kind.item(line)
    counted = kind == CODE["first_plus_others"]
    shown = 1 if counted else min(size // 2, _LEAST_SHOWN) if kind == CODE["list_cut"] else 0
    shown = shown_numbers(size) if kind == CODE["list_partly_named"] else shown
    rest = free[(free < first) | (free >= first + shown)]
    if len(rest) > MOST_ITEMS:
        return False
    target = int(items.open[first + shown : first + size].sum())
    if counted:
        # the number of items is known too: it rides along in the lower digits
        return _count_subsets(items.open[rest] * _SIZES + 1, target * _SIZES + size - shown) == 1
    return _count_subsets(items.open[rest], target) == 1


def _count_subsets(amounts: Ints, target: int) -> int:
    """How many sets of the amounts have the sum: sums of two halves, met in the middle."""
    half = len(amounts) // 2
    left, right = _all_sums(amounts[:half]), np.sort(_all_sums(amounts[half:]))
    wanted = target - left
    return int((np.searchsorted(right, wanted, side="right") - np.searchsorted(right, wanted)).sum())


def _all_sums(amounts: Ints) -> Ints:
    sums = np.zeros(1, dtype=np.int64)
    for amount in amounts.tolist():
        sums = np.concatenate([sums, sums + amount])
    return sums

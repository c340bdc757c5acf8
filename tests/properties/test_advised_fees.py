"""Fees of a payout that are about no document: to the smallest unit they come off the documents' cash, and every document is settled."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.advised import AdvisedRow, BoundAdvice
from matcher.matching.explanations.advised import advised
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Item, Receipt
from matcher.rules import rulebook

DAY = date(2026, 10, 15)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=12), st.integers(0, 10**9))
def test_no_unit_is_lost_or_made(opens: list[int], fee: int) -> None:
    numbers = [str(n) for n in range(len(opens))]
    items = [Item(n, "1", f"C{n}", "invoice", n, "", "", DAY, DAY, "EUR", amount) for n, amount in zip(numbers, opens, strict=True)]
    rows = [AdvisedRow(n, n, "whole", amount, 0, 0, amount, "") for n, amount in zip(numbers, opens, strict=True)]
    rows += [AdvisedRow("", "", "", 0, 0, fee, -fee, "fee")] if fee else []
    bound = BoundAdvice("k", "po", "f", "reference", payout=True, rows=tuple(rows))
    total = sum(opens) - fee
    receipt = Receipt("L", "1", "EUR", total, DAY, DAY, "", advices=(bound,))
    pool = OpenItems(items, {}, {}, lambda currency, day: None)
    for explanation in advised(receipt, pool, rulebook.default(), 0):
        if explanation.doubt:
            continue
        shares = {share.item_id: share for share in explanation.shares}
        assert sum(share.amount for share in explanation.shares) == total
        assert sum(share.adjustment for share in explanation.shares) == fee
        assert [shares[n].amount + shares[n].adjustment for n in numbers] == opens
        assert all(abs(shares[n].adjustment * sum(opens) - fee * amount) < sum(opens) for n, amount in zip(numbers, opens, strict=True))

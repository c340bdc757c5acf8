"""The order in which items and customers are given changes nothing of a ranking."""

import random
from decimal import Decimal

from effort import tries
from hypothesis import given, settings
from hypothesis import strategies as st

import matcher

AMOUNTS = st.sampled_from(["100.00", "250.00", "350.00", "350.01", "1190.00"])
ROWS = st.lists(
    st.tuples(AMOUNTS, st.sampled_from(["C1", "C2", "C3"]), st.sampled_from(["2026-09-30", "2026-10-15"])), min_size=1, max_size=7
)
CUSTOMERS = [
    {"customer_id": "C1", "name": "Brandt Maschinenbau GmbH"},
    {"customer_id": "C2", "name": "Brandt Metallbau GmbH"},
    {"customer_id": "C3", "name": "Ohlsen Logistik KG", "parent_id": "C1"},
]
TEXTS = st.sampled_from(["", "RE-2026-00100", "RE-2026-00100/101", "100 102", "invoices RE-2026-00101 and 1 more"])
NAMES = st.sampled_from(["Brandt Maschinenbau", "BRANDT", "Ohlsen Logistik KG", ""])


@settings(max_examples=tries(12), deadline=None)
@given(rows=ROWS, text=TEXTS, name=NAMES, paid=AMOUNTS, seed=st.integers(0, 1000))
def test_order_does_not_matter(rows: list[tuple[str, str, str]], text: str, name: str, paid: str, seed: int) -> None:
    items = [
        {"item_id": f"I{n}", "entity": "1", "customer_id": customer, "document_type": "invoice", "document_no": f"RE-2026-00{100 + n}",
         "issue_date": "2026-09-01", "due_date": due, "currency": "EUR", "amount": amount}
        for n, (amount, customer, due) in enumerate(rows)
    ]  # fmt: skip
    line = {"booking_date": "2026-10-15", "amount": paid, "currency": "EUR", "counterparty_name": name, "remittance_information": text}
    found = matcher.rank(line, items, CUSTOMERS)
    chance = random.Random(seed)
    other = matcher.rank(line, chance.sample(items, len(items)), chance.sample(CUSTOMERS, len(CUSTOMERS)))
    assert other == found
    assert sorted(one.item_id for one in found) == sorted(one["item_id"] for one in items)
    named = [one.points for one in found if one.confidence is not None]
    assert named == sorted(named, reverse=True)
    paid_minor = int(Decimal(paid) * 100)
    assert all(sum(share.applied for share in one.shares) <= paid_minor for one in found.sets)
    assert sum(one.confidence for one in found.sets) <= 1.000001

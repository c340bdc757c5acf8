"""The ledger's sums hold for any books."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from states import Books, random_books, shuffled

from matcher import money
from matcher.ledger.aging import AgedBy, Group, aging, aging_summary, base_totals, labels
from matcher.ledger.conversion import RATE, ClosingRates
from matcher.ledger.discrepancies import discrepancies

buckets = st.lists(st.integers(1, 400), min_size=1, max_size=6, unique=True).map(sorted)


@given(random_books(), buckets)
def test_aging_rows_sum_to_open_items_and_unapplied_receipts(books: Books, days: list[int]) -> None:
    state = books.state()
    expected: Counter[tuple[str, str]] = Counter()
    for item in state.items.to_dicts():
        expected[item["customer_id"], item["currency"]] += item["open"]
    for line in state.lines.to_dicts():
        if line["state"] == "posted" and line["customer_id"] and line["pending"] > 0:
            expected[line["customer_id"], line["currency"]] -= line["pending"]
    found: Counter[tuple[str, str]] = Counter()
    for row in aging(state, days).to_dicts():
        found[row["customer_id"], row["currency"]] += row["open_amount"]
    # Counters that differ only in zero entries are equal.
    assert found == expected


@given(random_books(), buckets)
def test_each_row_is_in_exactly_the_bucket_of_its_age(books: Books, days: list[int]) -> None:
    state, names = books.state(), labels(days)
    for row in aging(state, days).to_dicts():
        age = (state.as_of - (row["due_date"] or row["issue_date"])).days
        assert row["days_past_due"] == age
        assert row["bucket"] == names[sum(age > limit for limit in (0, *days))]


@given(random_books(), buckets)
def test_the_summary_s_columns_sum_to_its_total_and_buckets_hold_debts_only(books: Books, days: list[int]) -> None:
    state = books.state()
    summary = aging_summary(state, days).to_dicts()
    for row in summary:
        debts = [row[name] for name in labels(days)]
        assert all(debt >= 0 for debt in debts)
        assert row["credits"] <= 0
        assert row["unapplied"] <= 0
        assert sum(debts) + row["credits"] + row["unapplied"] == row["open_total"]
    assert sum(row["open_total"] for row in summary) == aging(state, days)["open_amount"].sum()


@given(random_books(), st.sampled_from(AgedBy), st.sampled_from(Group))
def test_whatever_the_rows_are_they_add_up_to_what_is_open_in_each_currency(books: Books, by: AgedBy, group: Group) -> None:
    state = books.state()
    expected: Counter[str] = Counter()
    for row in aging(state).to_dicts():
        expected[row["currency"]] += row["open_amount"]
    found: Counter[str] = Counter()
    for row in aging_summary(state, by=by, group=group).to_dicts():
        found[row["currency"]] += row["open_total"]
        assert sum(row[name] for name in labels(by=by)) + row["credits"] + row["unapplied"] == row["open_total"]
    assert found == expected


@given(random_books(), st.lists(st.decimals("0.001", "2000", places=6), min_size=4, max_size=4))
def test_totals_in_base_currency_are_the_sums_of_the_rows_each_rounded_by_itself(books: Books, per_base: list[Decimal]) -> None:
    state = books.state()
    codes = sorted(set(state.items["currency"]) | set(state.lines["currency"]) - {"EUR"})
    told = [(state.as_of, code, str(rate)) for code, rate in zip(codes, per_base * len(codes), strict=False) if code != "EUR"]
    rates = ClosingRates(pl.DataFrame(told, schema=RATE, orient="row"), "EUR", state.as_of)
    factors = {code: Fraction(1) / Fraction(rate) for _, code, rate in told} | {"EUR": Fraction(1)}
    expected: Counter[str] = Counter()
    for row in aging(state).to_dicts():
        code = row["currency"]
        expected[code] += round(Fraction(row["open_amount"]) * factors[code] * Fraction(10) ** (2 - money.scale(code)))
    totals = base_totals(aging(state), rates)
    assert Counter(dict(totals.select("currency", "base_total").iter_rows())) == expected
    whole = aging_summary(state, group=Group.CURRENCY, rates=rates)
    assert whole["open_total"].to_list() == ([sum(expected.values())] if totals.height else [])


@given(random_books())
def test_every_discrepancy_adds_up_and_agrees_with_the_aging(books: Books) -> None:
    state = books.state()
    rows = discrepancies(state).to_dicts()
    open_now = dict(state.items.select("item_id", "open").iter_rows())
    pending = dict(state.lines.select("line_id", "pending").iter_rows())
    last: dict[str, int] = {}
    for row in rows:
        assert row["open_before"] - row["cash_applied"] - row["adjustment"] == row["open_after"]
        assert row["note"].endswith(".")
        assert row["note"][0].isalnum()
        assert row["note"][0] == row["note"][0].upper()
        if row["type"] == "partial":
            smallest = last.get(row["item_id"], row["open_after"])
            last[row["item_id"]] = min(smallest, row["open_after"])
        elif row["type"] in ("unexplained", "duplicate", "returned"):
            assert row["open_after"] == -pending[row["line_id"]]
    for item_id, smallest in last.items():
        assert smallest == open_now[item_id]


@given(random_books())
def test_money_that_nothing_explains_is_listed(books: Books) -> None:
    state = books.state()
    silent = state.lines.filter(pl.col("state") == "none", pl.col("pending") != 0)["line_id"]
    assert set(silent) <= set(discrepancies(state).filter(pl.col("type") == "unexplained")["line_id"])


@given(random_books(), st.integers(0, 2**32))
def test_the_order_of_the_input_changes_nothing(books: Books, seed: int) -> None:
    state, other = books.state(), shuffled(books.state(), seed)
    assert aging(state).equals(aging(other))
    assert aging_summary(state).equals(aging_summary(other))
    assert discrepancies(state).equals(discrepancies(other))

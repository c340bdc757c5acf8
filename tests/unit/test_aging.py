from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from states import Books

from matcher.errors import MatcherError
from matcher.ledger.aging import AGING, AgedBy, Group, aging, aging_summary, base_totals, labels
from matcher.ledger.conversion import RATE, ClosingRates

AS_OF = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, "not_due"), (0, "not_due"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"),
        (61, "61-90"), (90, "61-90"), (91, "91-120"), (120, "91-120"), (121, ">120"), (4000, ">120"),
    ],
)  # fmt: skip
def test_each_side_of_each_boundary(days: int, bucket: str) -> None:
    books = Books(AS_OF)
    books.item("I1", 100_00, issue=date(2015, 1, 1), due=AS_OF - timedelta(days=days))
    row = aging(books.state()).row(0, named=True)
    assert (row["days_past_due"], row["bucket"]) == (days, bucket)


def test_the_columns_are_the_contract_s() -> None:
    expected = [
        "entity",
        "customer_id",
        "item_id",
        "document_no",
        "document_type",
        "issue_date",
        "due_date",
        "days_past_due",
        "bucket",
        "currency",
        "amount",
        "open_amount",
        "disputed_amount",
    ]
    assert aging(Books().state()).columns == expected
    assert aging(Books().state()).schema == AGING


def test_buckets_are_configurable() -> None:
    books = Books(AS_OF)
    books.item("I1", 1, due=AS_OF - timedelta(days=8))
    assert labels((7, 14)) == ("not_due", "1-7", "8-14", ">14")
    assert aging(books.state(), (7, 14))["bucket"].to_list() == ["8-14"]
    assert {"1-7", "8-14", ">14"} <= set(aging_summary(books.state(), (7, 14)).columns)


@pytest.mark.parametrize("buckets", [(), (0, 30), (30, 30), (60, 30), (-5, 30)])
def test_impossible_buckets_are_refused(buckets: tuple[int, ...]) -> None:
    with pytest.raises(MatcherError, match=r"config\.invalid"):
        labels(buckets)


def test_without_due_date_an_item_is_due_at_issue() -> None:
    books = Books(AS_OF)
    books.item("I1", 1, issue=date(2026, 3, 1), due=None)
    row = aging(books.state()).row(0, named=True)
    assert (row["due_date"], row["days_past_due"], row["bucket"]) == (None, 30, "1-30")


def test_only_open_items_issued_by_then_are_rows() -> None:
    books = Books(AS_OF)
    books.item("PAID", 50_00)
    books.item("TODAY", 10_00, issue=AS_OF)
    books.item("LATER", 10_00, issue=AS_OF + timedelta(days=1))
    books.line("L1", 50_00, customer="C1")
    books.post("D1", "L1", {"PAID": 50_00})
    assert aging(books.state())["item_id"].to_list() == ["TODAY"]


def test_the_open_amount_is_ours_and_the_disputed_part_stays_in() -> None:
    books = Books(AS_OF)
    books.item("I1", 100_00, disputed_amount=30_00)
    books.line("L1", 60_00, customer="C1")
    books.post("D1", "L1", {"I1": 60_00})
    row = aging(books.state()).row(0, named=True)
    assert (row["amount"], row["open_amount"], row["disputed_amount"]) == (100_00, 40_00, 30_00)


def test_an_unapplied_receipt_is_a_row_of_its_own() -> None:
    books = Books(AS_OF)
    books.item("I1", 50_00, due=date(2026, 1, 5))
    books.line("L1", 80_00, customer="C1", day=date(2026, 3, 20), bank_reference="BX77")
    books.post("D1", "L1", {"I1": 30_00})
    row = aging(books.state()).row(1, named=True)
    assert row == {
        "entity": "1", "customer_id": "C1", "item_id": "U-L1", "document_no": "BX77", "document_type": "unapplied",
        "issue_date": date(2026, 3, 20), "due_date": None, "days_past_due": 11, "bucket": "1-30", "currency": "EUR",
        "amount": -80_00, "open_amount": -50_00, "disputed_amount": 0,
    }  # fmt: skip


def test_a_receipt_that_is_only_proposed_or_of_nobody_is_not_unapplied() -> None:
    books = Books(AS_OF)
    books.item("I1", 50_00)
    books.line("L1", 50_00, customer="C1")
    books.propose("P1", "L1", {"I1": 50_00})
    books.line("L2", 50_00)
    books.post("D2", "L2")
    books.line("L3", -50_00, customer="C1")
    books.post("D3", "L3")
    assert aging(books.state())["item_id"].to_list() == ["I1"]


def test_the_summary_never_nets_a_credit_against_a_debt_in_a_bucket() -> None:
    books = Books(AS_OF)
    books.customer("C1", "Hafenlogistik Ostsee GmbH")
    books.item("I1", 100_00, due=date(2026, 3, 10), disputed_amount=5_00)
    books.item("N1", -30_00, due=date(2026, 3, 10))
    books.item("I2", 7_00, due=date(2026, 4, 10))
    books.line("L1", 20_00, customer="C1", day=date(2026, 3, 10))
    books.post("D1", "L1")
    assert aging_summary(books.state()).row(0, named=True) == {
        "entity": "1", "customer_id": "C1", "name": "Hafenlogistik Ostsee GmbH", "currency": "EUR", "not_due": 7_00, "1-30": 100_00,
        "31-60": 0, "61-90": 0, "91-120": 0, ">120": 0, "credits": -30_00, "unapplied": -20_00, "open_total": 57_00, "disputed": 5_00,
    }  # fmt: skip


def test_the_summary_keeps_currencies_apart_and_survives_a_customer_listed_twice() -> None:
    books = Books(AS_OF)
    books.customer("C1", "Hafenlogistik")
    books.item("I1", 100_00)
    books.item("I2", 900, currency="JPY")
    other = books.state().customers.with_columns(name=pl.lit("HLO"))
    for both in (pl.concat([books.state().customers, other]), pl.concat([other, books.state().customers])):
        summary = aging_summary(replace(books.state(), customers=both))
        assert summary.select("name", "currency", "open_total").rows() == [
            ("HLO", "EUR", 100_00), ("HLO", "JPY", 900),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("issued", "bucket"),
    [
        (date(2026, 3, 31), "0-1y"), (date(2025, 3, 31), "0-1y"), (date(2025, 3, 30), "1-2y"), (date(2024, 3, 31), "1-2y"),
        (date(2024, 3, 30), "2-3y"), (date(2023, 3, 31), "2-3y"), (date(2023, 3, 30), ">3y"), (date(2001, 1, 1), ">3y"),
    ],
)  # fmt: skip
def test_years_are_counted_from_the_document_to_its_anniversary(issued: date, bucket: str) -> None:
    books = Books(AS_OF)
    books.item("I1", 100_00, issue=issued, due=date(2026, 4, 30))
    row = aging(books.state(), by=AgedBy.YEARS).row(0, named=True)
    assert (row["bucket"], row["days_past_due"]) == (bucket, -30)


def test_a_document_of_a_leap_day_is_within_one_year_to_the_end_of_february() -> None:
    for day, bucket in ((date(2025, 2, 28), "0-1y"), (date(2025, 3, 1), "1-2y")):
        books = Books(day)
        books.item("I1", 1, issue=date(2024, 2, 29), due=None)
        assert aging(books.state(), by=AgedBy.YEARS)["bucket"].to_list() == [bucket]


@pytest.mark.parametrize(("days", "bucket"), [(0, "0-30"), (30, "0-30"), (31, "31-60"), (120, "91-120"), (121, ">120")])
def test_by_document_the_due_date_does_not_matter(days: int, bucket: str) -> None:
    books = Books(AS_OF)
    books.item("I1", 100_00, issue=AS_OF - timedelta(days=days), due=AS_OF + timedelta(days=60))
    books.line("L1", 20_00, customer="C1", day=AS_OF - timedelta(days=days))
    books.post("D1", "L1")
    rows = aging(books.state(), by=AgedBy.DOCUMENT)
    assert rows.select("bucket", "days_past_due").rows() == [(bucket, -60), (bucket, days)]
    summary = aging_summary(books.state(), by=AgedBy.DOCUMENT).row(0, named=True)
    assert (summary[bucket], summary["unapplied"], "not_due" in summary) == (100_00, -20_00, False)


def test_groups_add_up_and_currencies_stay_apart() -> None:
    books = Books(AS_OF)
    books.item("I1", 100_00, due=date(2026, 3, 10))
    books.item("I2", 50_00, customer="C2", due=date(2026, 3, 10))
    books.item("I3", 900, customer="C2", currency="JPY")
    books.item("I4", 1_00, entity="2", due=date(2026, 3, 10))
    by_entity = aging_summary(books.state(), group=Group.ENTITY)
    assert by_entity.columns[:2] == ["entity", "currency"]
    assert by_entity.select("entity", "currency", "1-30", "open_total").rows() == [
        ("1", "EUR", 150_00, 150_00), ("1", "JPY", 900, 900), ("2", "EUR", 1_00, 1_00),
    ]  # fmt: skip
    by_currency = aging_summary(books.state(), group=Group.CURRENCY)
    assert by_currency.select("currency", "open_total").rows() == [("EUR", 151_00), ("JPY", 900)]


RATES = pl.DataFrame([(date(2026, 3, 30), "USD", "3"), (date(2026, 4, 1), "GBP", "0.8")], schema=RATE, orient="row")


def test_the_total_in_base_currency_is_the_sum_of_the_converted_items() -> None:
    books = Books(AS_OF)
    for number in range(3):
        books.item(f"I{number}", 1_00, currency="USD", due=date(2026, 3, 10), disputed_amount=50)  # 0.3333 each
    books.item("E", 10_00, due=date(2026, 3, 10))
    rates = ClosingRates(RATES, "EUR", AS_OF)
    assert base_totals(aging(books.state()), rates).rows() == [
        ("EUR", 10_00, "", None, 10_00), ("USD", 3_00, "3", date(2026, 3, 30), 99),
    ]  # fmt: skip
    row = aging_summary(books.state(), rates=rates).row(0, named=True)
    assert (row["currency"], row["1-30"], row["open_total"], row["disputed"]) == ("EUR", 10_99, 10_99, 51)


def test_there_is_no_total_without_an_amount_that_has_no_rate() -> None:
    books = Books(AS_OF)
    books.item("I1", 1_00, currency="GBP")
    books.item("I2", 3_00, currency="USD")
    rates = ClosingRates(RATES, "EUR", AS_OF)
    assert base_totals(aging(books.state()), rates).select("currency", "per_base", "base_total").rows() == [
        ("GBP", "", None), ("USD", "3", 1_00),
    ]  # fmt: skip
    with pytest.raises(MatcherError, match=r"rate\.missing.*GBP on 2026-03-31"):
        aging_summary(books.state(), rates=rates)

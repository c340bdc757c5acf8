from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from states import Books

from matcher.errors import MatcherError
from matcher.ledger.aging import AGING, aging, aging_summary, labels

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

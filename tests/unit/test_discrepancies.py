from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from states import Books, Part

from matcher.ledger.discrepancies import DISCREPANCY, GAP, discrepancies

NUMBERS = ("open_before", "cash_applied", "adjustment", "open_after")


def rows(books: Books, **more: Any) -> list[dict[str, object]]:
    return discrepancies(books.state(), **more).to_dicts()


def only(books: Books, kind: str, **more: Any) -> dict[str, object]:
    found = rows(books, **more)
    assert [row["type"] for row in found] == [kind]
    return found[0]


@pytest.fixture
def books() -> Books:
    made = Books(date(2026, 3, 31))
    made.item("I1", 100_00)
    return made


def pay(books: Books, amount: int, parts: dict[str, int | Part], **more: Any) -> None:
    books.line("L1", amount, customer="C1", **more)
    books.post("D1", "L1", parts)


def test_the_columns_are_the_contract_s(books: Books) -> None:
    expected = [
        "as_of",
        "entity",
        "customer_id",
        "item_id",
        "document_no",
        "currency",
        "open_before",
        "cash_applied",
        "adjustment",
        "reason",
        "open_after",
        "bucket",
        "days_past_due",
        "type",
        "line_id",
        "decision_id",
        "owner",
        "note",
    ]
    assert discrepancies(books.state()).columns == expected
    assert discrepancies(books.state()).schema == DISCREPANCY


def test_nothing_to_say_of_a_payment_in_full(books: Books) -> None:
    pay(books, 100_00, {"I1": 100_00})
    assert rows(books) == []


def test_partial(books: Books) -> None:
    pay(books, 60_00, {"I1": 60_00})
    assert only(books, "partial") == {
        "as_of": date(2026, 3, 31), "entity": "1", "customer_id": "C1", "item_id": "I1", "document_no": "N-I1", "currency": "EUR",
        "open_before": 100_00, "cash_applied": 60_00, "adjustment": 0, "reason": "", "open_after": 40_00, "bucket": "1-30",
        "days_past_due": 21, "type": "partial", "line_id": "L1", "decision_id": "D1", "owner": "",
        "note": "Leaves 40.00 EUR of N-I1 open.",
    }  # fmt: skip


def test_two_partial_payments_follow_each_other_down_to_what_is_open(books: Books) -> None:
    pay(books, 60_00, {"I1": 60_00}, day=date(2026, 3, 20))
    books.line("L2", 15_00, customer="C1", day=date(2026, 3, 12))
    books.post("D2", "L2", {"I1": 15_00})
    found = {row["line_id"]: [row[name] for name in NUMBERS] for row in rows(books)}
    assert found == {"L2": [100_00, 15_00, 0, 85_00], "L1": [85_00, 60_00, 0, 25_00]}


def test_a_partial_payment_is_no_discrepancy_once_the_item_is_settled(books: Books) -> None:
    pay(books, 60_00, {"I1": 60_00})
    books.line("L2", 40_00, customer="C1")
    books.post("D2", "L2", {"I1": 40_00})
    assert rows(books) == []


def test_what_is_proposed_moves_no_amount(books: Books) -> None:
    books.line("L1", 60_00, customer="C1", outcome="partial")
    books.propose("P1", "L1", {"I1": 60_00})
    row = only(books, "partial")
    assert [row[name] for name in NUMBERS] == [100_00, 0, 0, 100_00]
    assert row["note"] == "Proposed, not booked: leaves 40.00 EUR of N-I1 open."


def test_short_pay(books: Books) -> None:
    pay(books, 97_50, {"I1": Part(97_50, 2_50, "BANK_FEE")})
    row = only(books, "short_pay")
    assert [row[name] for name in NUMBERS] == [100_00, 97_50, 2_50, 0]
    assert (row["reason"], row["note"]) == ("BANK_FEE", "Clears 2.50 EUR of N-I1 without cash (BANK_FEE).")


def test_an_earned_discount_is_none(books: Books) -> None:
    books.item("I2", 1000_00, discount_ppm=20_000, discount_date=date(2026, 3, 10))
    pay(books, 980_00, {"I2": Part(980_00, 20_00, "discount")})
    assert rows(books) == []


@pytest.mark.parametrize(
    ("cash", "cleared", "reason", "last_day"),
    [
        (980_00, 20_00, "discount", date(2026, 3, 9)),  # a day late
        (970_00, 30_00, "discount", date(2026, 3, 10)),  # more than the terms allow
        (980_00, 20_00, "DISC_UNEARNED", date(2026, 3, 10)),  # said to be so
    ],
)
def test_unearned_discount_that_was_allowed(books: Books, cash: int, cleared: int, reason: str, last_day: date) -> None:
    books.item("I2", 1000_00, discount_ppm=20_000, discount_date=last_day)
    pay(books, cash, {"I2": Part(cash, cleared, reason)})
    row = only(books, "unearned_discount")
    assert [row[name] for name in NUMBERS] == [1000_00, cash, cleared, 0]


def test_unearned_discount_that_stays_open(books: Books) -> None:
    books.item("I2", 999_99, discount_ppm=20_000, discount_date=date(2026, 3, 9))
    pay(books, 979_99, {"I2": 979_99})
    row = only(books, "unearned_discount")
    assert row["note"] == "Leaves 20.00 EUR of N-I2 open, the discount that ended on 2026-03-09."
    assert only(books, "partial", discount_grace_days=1)["open_after"] == 20_00


@pytest.mark.parametrize(
    ("gap", "kind"), [(19_98, "partial"), (19_99, "unearned_discount"), (20_01, "unearned_discount"), (20_02, "partial")]
)
def test_a_gap_may_miss_the_discount_by_one_minor_unit(books: Books, gap: int, kind: str) -> None:
    books.item("I2", 1000_00, discount_ppm=20_000, discount_date=date(2026, 3, 9))
    pay(books, 1000_00 - gap, {"I2": 1000_00 - gap})
    only(books, kind)


@pytest.mark.parametrize(("cleared", "kinds"), [(20_01, []), (20_02, ["unearned_discount"])])
def test_a_discount_may_be_one_minor_unit_over_its_terms(books: Books, cleared: int, kinds: list[str]) -> None:
    books.item("I2", 1000_00, discount_ppm=20_000, discount_date=date(2026, 3, 10))
    pay(books, 1000_00 - cleared, {"I2": Part(1000_00 - cleared, cleared, "discount")})
    assert [row["type"] for row in rows(books)] == kinds


def test_a_discount_without_terms_is_unearned(books: Books) -> None:
    pay(books, 98_00, {"I1": Part(98_00, 2_00, "Discount")})
    assert only(books, "unearned_discount")["note"] == "Allows 2.00 EUR of N-I1 as a discount beyond its terms."


def test_overpay_keeps_the_rest_as_a_credit(books: Books) -> None:
    books.line("L1", 120_00, customer="C1")
    books.post("D1", "L1", {"I1": 100_00}, outcome="overpaid")
    row = only(books, "overpay")
    assert [row[name] for name in NUMBERS] == [-120_00, -100_00, 0, -20_00]
    assert (row["item_id"], row["note"]) == ("I1", "Pays 20.00 EUR more than its documents have open.")


def test_overpay_that_is_proposed_names_the_surplus(books: Books) -> None:
    books.line("L1", 120_00, customer="C1")
    books.propose("P1", "L1", {"I1": 100_00}, outcome="overpaid")
    row = only(books, "overpay")
    assert [row[name] for name in NUMBERS] == [-120_00, 0, 0, -120_00]
    assert row["note"] == "Proposed, not booked: pays 20.00 EUR more than its documents have open."


def test_overpay_taken_in_by_an_adjustment(books: Books) -> None:
    pay(books, 100_02, {"I1": Part(100_02, -2, "ROUNDING")})
    row = only(books, "overpay")
    assert [row[name] for name in NUMBERS] == [100_00, 100_02, -2, 0]
    assert row["note"] == "Pays 0.02 EUR more than N-I1 has open (ROUNDING)."


@pytest.mark.parametrize(("state", "outcome"), [("none", "unexplained"), ("none", "on_account"), ("none", ""), ("posted", "unexplained")])
def test_unexplained(books: Books, state: str, outcome: str) -> None:
    books.line("L1", 33_00, outcome=outcome, reason="nearest: N-I1, amount differs")
    books.lines["L1"]["state"] = state
    row = only(books, "unexplained")
    assert [row[name] for name in NUMBERS] == [-33_00, 0, 0, -33_00]
    assert (row["item_id"], row["reason"], row["note"]) == ("", "nearest: N-I1, amount differs", "No document explains 33.00 EUR.")
    assert (row["days_past_due"], row["bucket"]) == (21, "1-30")


@pytest.mark.parametrize("outcome", ["non_receivable", "outgoing"])
def test_lines_that_are_not_receivables_are_none(books: Books, outcome: str) -> None:
    books.line("L1", -33_00, outcome=outcome)
    assert rows(books) == []


@pytest.mark.parametrize(
    ("outcome", "note"),
    [("duplicate", "100.00 EUR repeat an earlier payment."), ("closed_item", "100.00 EUR pay a document that was closed before.")],
)
def test_duplicate(books: Books, outcome: str, note: str) -> None:
    books.line("L1", 100_00, customer="C1", outcome=outcome)
    row = only(books, "duplicate")
    assert (row["note"], row["open_after"]) == (note, -100_00)


def test_wrong_payer(books: Books) -> None:
    books.line("L1", 100_00, customer="C9")
    books.post("D1", "L1", {"I1": 100_00})
    row = only(books, "wrong_payer")
    assert [row[name] for name in NUMBERS] == [100_00, 100_00, 0, 0]
    assert (row["customer_id"], row["note"]) == ("C1", "Comes from customer C9, N-I1 is of customer C1.")


def test_currency(books: Books) -> None:
    books.line("L1", 120_00, customer="C1", currency="USD")
    books.post("D1", "L1", {"I1": Part(120_00, item_amount=100_00)})
    row = only(books, "currency")
    assert (row["currency"], row["cash_applied"], row["note"]) == ("EUR", 100_00, "Pays N-I1 in USD, the document is in EUR.")


def test_an_exchange_difference_is_of_type_currency(books: Books) -> None:
    pay(books, 98_07, {"I1": Part(98_07, 1_93, "exchange difference")})
    assert only(books, "currency")["note"] == "Clears 1.93 EUR of N-I1 as exchange difference."


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        ({"kind": "return"}, "The bank marks 100.00 EUR as returned or reversed."),
        ({"return_reason": "AM04"}, "The bank marks 100.00 EUR as returned or reversed, reason AM04."),
        ({"reversal": True}, "The bank marks 100.00 EUR as returned or reversed."),
    ],
)
def test_returned(books: Books, mark: dict[str, object], note: str) -> None:
    books.line("L1", -100_00, **mark)
    row = only(books, "returned")
    assert [row[name] for name in NUMBERS] == [100_00, 0, 0, 100_00]
    assert row["note"] == note


def test_statement_gap(books: Books) -> None:
    gaps = pl.DataFrame([["1", "1", "EUR", date(2026, 3, 9), 1200_00, 1450_00, ""]], schema=GAP, orient="row")
    row = only(books, "statement_gap", gaps=gaps)
    assert row["note"] == "Account 1 closed with 1200.00 EUR, its statement of 2026-03-09 opens with 1450.00 EUR."
    assert [row[name] for name in NUMBERS] == [None] * 4


def test_one_payment_can_be_several_discrepancies(books: Books) -> None:
    books.line("L1", 50_00, customer="C9")
    books.post("D1", "L1", {"I1": Part(50_00, 5_00, "PRICE")})
    assert [row["type"] for row in rows(books)] == ["partial", "short_pay", "wrong_payer"]


def test_the_owner_is_the_line_s_else_the_item_s_else_the_customer_s(books: Books) -> None:
    pay(books, 60_00, {"I1": 60_00})
    owners = {"C1": "anna", "I1": "bela", "L1": "carla"}
    for gone, owner in ((None, "carla"), ("L1", "bela"), ("I1", "anna"), ("C1", "")):
        owners.pop(gone or "", None)
        assert only(books, "partial", owners=owners)["owner"] == owner


def test_a_credit_note_used_in_part_is_none(books: Books) -> None:
    books.item("N1", -30_00)
    pay(books, 90_00, {"I1": 100_00, "N1": -10_00})
    assert rows(books) == []


def test_a_receipt_on_a_document_that_was_issued_again_is_named_with_the_new_one() -> None:
    books = Books()
    books.item("A1", 100_00, document_no="RE-2026-0401", status="closed", open_amount=100_00, seen=4, first_seen=1)
    books.item("A7", 100_00, document_no="RE-2026-0401-1", seen=4, first_seen=4)
    books.item("A8", 100_00, document_no="RE-2026-0777", seen=4, first_seen=4)
    books.line("L1", 100_00, customer="C1")
    books.post("D1", "L1", {"A1": 100_00})
    state = books.state()
    listed = pl.when(pl.col("item_id") == "A1").then(0).otherwise("listed_open").alias("listed_open")
    found = discrepancies(replace(state, items=state.items.with_columns(listed)))
    (row,) = found.filter(pl.col("type") == "unexplained").iter_rows(named=True)
    assert (row["item_id"], row["line_id"], row["open_after"]) == ("A1", "L1", 0)
    assert row["note"] == "RE-2026-0401 (A1) was re-issued as RE-2026-0401-1 (A7); the receipt is on the old one."

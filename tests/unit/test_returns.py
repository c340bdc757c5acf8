"""Returned lines: what marks them, and which earlier line each belongs to."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from states import Books, frame

from matcher.frames import STATE_LINE
from matcher.matching.returns import Returned, marked, returns

OCT = date(2026, 10, 12)
MARK = {"return_reason": "AM04"}


def look(books: Books, *returned: str) -> Returned:
    lines = frame([{"charges": 0} | line for line in books.lines.values()], STATE_LINE)
    return returns(lines, lines.filter(pl.col("state") != "posted").select("line_id"), returned)


def pairs(books: Books, *returned: str) -> dict[str, str]:
    """The partner of each returned line, '' for none."""
    return dict(look(books, *returned).found.select("line_id", "other_line").iter_rows())


def taken_back(amount: int = -1_000_00, receipt: int = 1_000_00, *, first: dict[str, Any] | None = None, **fields: Any) -> str:
    """The partner of a return on 14 October of a receipt on the 12th."""
    books = Books()
    books.line("L1", receipt, **{"day": OCT, "counterparty_account": "DE1", "counterparty_name": "Harbour Yard Ltd"} | (first or {}))
    told = {"day": date(2026, 10, 14), "counterparty_account": "DE 1", "counterparty_name": "HARBOUR YARD LTD", **MARK} | fields
    books.line("R1", amount, **told)
    return pairs(books)["R1"]


@pytest.mark.parametrize(
    ("amount", "fields", "expected"),
    [
        (-50_00, {"kind": "return"}, True),
        (-50_00, {"return_reason": "AC04"}, True),
        (50_00, {"reversal": True}, True),
        (50_00, {"transaction_code": "PMNT-RCDT-RRTN"}, True),
        (50_00, {"transaction_code": "PMNT/ICDT/RRTN"}, True),
        (-50_00, {"transaction_code": "NRTI"}, True),
        (-50_00, {"transaction_code": "109"}, True),
        (-50_00, {"transaction_code": "109", "currency": "USD"}, False),  # another country's list of codes
        (50_00, {"transaction_code": "PMNT-RCDT-ESCT"}, False),
        (50_00, {"kind": "interest", "reversal": True}, False),
        (50_00, {"remittance_information": "RETOURE Konto erloschen"}, True),
        (50_00, {"remittance_information": "SEPA-Rücküberweisung 4711"}, True),
        (50_00, {"remittance_information": "Returned payment 88"}, True),
        (50_00, {"remittance_information": "货款 退汇"}, True),
        (-50_00, {"remittance_information": "Ihre RUECKLASTSCHRIFT RE-1"}, True),
        (-50_00, {"remittance_information": "cheque 12 unpaid"}, True),
        (-50_00, {"remittance_information": "冲正 4711"}, True),
        (50_00, {"remittance_information": "RE-2026-00417 nach Ruecklastschrift"}, False),
        (50_00, {"remittance_information": "Unpaid invoice 4711"}, False),
        (50_00, {"remittance_information": "Returned goods deducted"}, False),
        (50_00, {"remittance_information": "Retourenbox RE-1"}, False),
        (50_00, {"remittance_information": "Stornowski, RE-1"}, False),
        (-50_00, {"remittance_information": "Rent October"}, False),
    ],
)
def test_what_marks_a_return(amount: int, fields: dict[str, Any], expected: bool) -> None:
    books = Books()
    books.line("L1", amount, **fields)
    assert frame(list(books.lines.values()), STATE_LINE).select(marked()).item() is expected


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, True),
        ({"amount": -1_007_50}, True),  # with a fee
        ({"amount": -1_025_00}, True),
        ({"amount": -1_025_01}, False),
        ({"amount": -1_040_00, "charges": 40_00}, True),  # a fee that the bank states
        ({"amount": -999_99}, False),
        ({"day": OCT}, True),
        ({"day": date(2026, 10, 11)}, False),
        ({"day": date(2027, 11, 12)}, True),
        ({"day": date(2027, 11, 13)}, False),
        ({"account": "2"}, False),
        ({"currency": "USD"}, False),
        ({"counterparty_account": ""}, True),
        ({"counterparty_account": "", "counterparty_name": ""}, False),
        ({"counterparty_account": "DE2", "counterparty_name": "Somebody"}, False),
    ],
)
def test_a_receipt_that_the_bank_took_back(fields: dict[str, Any], found: bool) -> None:
    assert taken_back(**fields) == ("L1" if found else "")


@pytest.mark.parametrize(
    ("first", "fields", "found"),
    [
        ({"end_to_end_id": "E-4711"}, {"end_to_end_id": "E-4711"}, True),
        ({"end_to_end_id": "NOTPROVIDED"}, {"end_to_end_id": "NOTPROVIDED"}, False),
        ({"mandate_id": "M1"}, {"mandate_id": "M1"}, True),
        ({"bank_reference": "B77"}, {"bank_reference": "B77"}, True),
        ({"bank_reference": "BK-7788"}, {"remittance_information": "return of BK-7788"}, False),  # no payer and another link
        ({"remittance_information": "RE-41788"}, {"remittance_information": "UNPAID RE-41788", "counterparty_name": ""}, True),
    ],
)  # fmt: skip
def test_a_shared_reference_tells_the_receipt(first: dict[str, Any], fields: dict[str, Any], found: bool) -> None:
    other = {"counterparty_account": "", "counterparty_name": "Bank's own desk"} | fields
    assert taken_back(first=first, **other) == ("L1" if found else "")


@pytest.mark.parametrize(("amount", "back", "found"), [(-640_20, 640_20, True), (-640_20, 630_20, True), (-640_20, 650_20, False)])
def test_money_of_ours_that_comes_back_may_lack_a_fee(amount: int, back: int, found: bool) -> None:
    assert taken_back(back, amount) == ("L1" if found else "")


def test_what_is_found_is_proposed_in_words() -> None:
    books = Books()
    books.line("L1", 1_000_00, day=OCT, counterparty_account="DE1", state="posted", customer="C1")
    books.line("R1", -1_007_50, day=date(2026, 11, 4), counterparty_account="DE1", **MARK)
    found = look(books)
    (row,) = found.found.rows(named=True)
    assert (row["state"], row["outcome"], row["customer_id"], row["other_line"]) == ("proposed", "outgoing", "C1", "L1")
    assert row["reason"] == (
        "The bank took back the receipt of 12 Oct 2026 over 1000.00 EUR and asks 7.50 EUR for it; accept to reopen what it paid."
    )
    assert (found.held.rows(), found.taken_back) == ([], {"L1": "R1"})


def test_a_credit_that_was_taken_back_waits() -> None:
    books = Books()
    books.line("L1", 1_000_00, day=OCT, counterparty_account="DE1")
    books.line("R1", -1_000_00, day=date(2026, 10, 13), counterparty_account="DE1", **MARK)
    assert look(books).held.rows() == [("L1", "R1", "Line R1 of 13 Oct 2026 took it back; it pays nothing until that is decided.")]


def test_equal_receipts_of_one_fortnight_are_a_person_s_question() -> None:
    books = Books()
    books.line("L1", 1_000_00, day=date(2026, 10, 5), counterparty_account="DE1")
    books.line("L2", 1_000_00, day=OCT, counterparty_account="DE1")
    books.line("R1", -1_000_00, day=date(2026, 10, 14), counterparty_account="DE1", **MARK)
    found = look(books)
    assert found.found.select("state", "other_line").rows() == [("none", "")]
    assert "2 earlier receipts fit it equally" in found.found["reason"][0]
    assert sorted(found.held["line_id"]) == ["L1", "L2"]


def test_of_equal_receipts_the_one_of_the_last_days_is_taken_back() -> None:
    books = Books()
    for n, month in enumerate((8, 9, 10), 1):
        books.line(f"L{n}", 1_000_00, day=date(2026, month, 1), counterparty_account="DE1")
    books.line("R1", -1_000_00, day=date(2026, 10, 3), counterparty_account="DE1", **MARK)
    assert pairs(books) == {"R1": "L3"}


def test_a_number_in_both_texts_tells_equal_receipts_apart() -> None:
    books = Books()
    books.line("L1", 1_000_00, day=date(2026, 10, 5), counterparty_account="DE1", remittance_information="RE-2026-00417")
    books.line("L2", 1_000_00, day=OCT, counterparty_account="DE1", remittance_information="RE-2026-00423")
    again = {"counterparty_account": "DE1", "remittance_information": "RUECKLASTSCHRIFT RE-2026-00417"}
    books.line("R1", -1_000_00, day=date(2026, 10, 14), **again, **MARK)
    assert pairs(books) == {"R1": "L1"}


def test_each_receipt_is_taken_back_once() -> None:
    books = Books()
    books.line("L1", 1_000_00, day=date(2026, 10, 1), counterparty_account="DE1")
    books.line("R1", -1_000_00, day=date(2026, 10, 3), counterparty_account="DE1", **MARK)
    books.line("L2", 1_000_00, day=date(2026, 10, 8), counterparty_account="DE1")
    books.line("R2", -1_000_00, day=date(2026, 10, 10), counterparty_account="DE1", **MARK)
    assert pairs(books) == {"R1": "L1", "R2": "L2"}
    assert pairs(books, "L1") == {"R1": "", "R2": "L2"}


def test_a_payment_after_a_return_is_neither_a_return_nor_taken_back() -> None:
    books = Books()
    books.line("L1", 1_000_00, day=OCT, counterparty_account="DE1")
    books.line("R1", -1_000_00, day=date(2026, 10, 16), counterparty_account="DE1", remittance_information="RUECKLASTSCHRIFT", **MARK)
    books.line("L2", 1_000_00, day=date(2026, 10, 22), counterparty_account="DE1", remittance_information="nach Ruecklastschrift")
    found = look(books)
    assert (found.found["line_id"].to_list(), found.held["line_id"].to_list()) == (["R1"], ["L1"])


def test_a_word_in_the_middle_makes_a_return_where_money_of_ours_went_out() -> None:
    books = Books()
    books.line("L1", -640_20, day=OCT, counterparty_account="DE1")
    books.line("R1", 640_20, day=date(2026, 10, 14), counterparty_account="DE1", remittance_information="Ihre Zahlung 88, Retoure")
    books.line("R2", 99_00, day=date(2026, 10, 14), counterparty_account="DE1", remittance_information="RE-1, Retoure verrechnet")
    assert pairs(books) == {"R1": "L1"}


def test_a_return_without_a_partner_says_so() -> None:
    books = Books()
    books.line("R1", 50_00, day=OCT, **MARK)
    (row,) = look(books).found.rows(named=True)
    assert (row["state"], row["outcome"], row["other_line"]) == ("none", "unexplained", "")
    assert "no earlier payment fits it" in row["reason"]


def test_words_of_ours_about_goods_make_no_return_without_a_partner() -> None:
    books = Books()
    books.line("R1", -50_00, day=OCT, remittance_information="Refund of returned goods")
    books.line("R2", 50_00, day=OCT, remittance_information="goods returned, RE-1")
    assert pairs(books) == {}

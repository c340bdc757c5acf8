"""Money that goes back to customers, and the credits that it pays out."""

from typing import Any

import polars as pl
import pytest
from states import Books, frame

from matcher.frames import CUSTOMER, STATE_ITEM, STATE_LINE
from matcher.matching.refunds import refunds

YARD = {"customer_id": "C1", "name": "Harbour Yard Ltd", "account": "GB55"}


def paid_out(amount: int, credits: dict[str, int], *, customer: dict[str, str] | None = None, **line: Any) -> dict[str, int]:
    """What each credit of C1 gets of a debit."""
    books = Books()
    books.line("L1", amount, **{"counterparty_account": "GB55"} | line)
    for item_id, open_amount in credits.items():
        books.item(item_id, open_amount, document_no=f"CN-2026-{item_id}")
    state = books.state()
    blank = dict.fromkeys(CUSTOMER, "")
    customers = pl.DataFrame([blank | (customer or YARD)], schema=CUSTOMER)
    lines, items = frame(state.lines.rows(named=True), STATE_LINE), frame(state.items.rows(named=True), STATE_ITEM)
    found = refunds(lines, items, customers)
    assert [refund.customer_id for refund in found] == ["C1"] * len(found)
    return {share.item_id: share.amount for refund in found for share in refund.allocations}


@pytest.mark.parametrize(
    ("amount", "credits", "paid"),
    [
        (-100_00, {"1": -100_00}, {"1": -100_00}),
        (-100_00, {"1": -100_00, "2": -50_00}, {"1": -100_00}),
        (-150_00, {"1": -100_00, "2": -50_00}, {"1": -100_00, "2": -50_00}),
        (-150_00, {"1": -100_00, "2": -50_00, "3": -7_00}, {}),
        (-99_99, {"1": -100_00}, {}),
        (-100_00, {"1": 100_00}, {}),
        (100_00, {"1": -100_00}, {}),
        (-100_00, {"1": -100_00, "2": -100_00}, {}),
        (-100_00, {}, {}),
    ],
)
def test_one_credit_or_all_of_them_are_paid_out(amount: int, credits: dict[str, int], paid: dict[str, int]) -> None:
    assert paid_out(amount, credits) == paid


def test_of_equal_credits_the_named_one_is_paid_out() -> None:
    credits = {"1": -100_00, "2": -100_00}
    assert paid_out(-100_00, credits, remittance_information="Erstattung CN-2026-2") == {"2": -100_00}
    assert paid_out(-100_00, credits, remittance_information="CN-2026-1 CN-2026-2") == {}


def test_the_payee_is_certain_or_nothing_is_proposed() -> None:
    assert paid_out(-100_00, {"1": -100_00}, counterparty_account="", counterparty_name="HARBOUR YARD") == {"1": -100_00}
    assert paid_out(-100_00, {"1": -100_00}, counterparty_account="FR9", counterparty_name="Supplier SARL") == {}
    assert paid_out(-100_00, {"1": -100_00}, entity="2") == {}
    assert paid_out(-100_00, {"1": -100_00}, currency="USD") == {}

"""Lines that the bank itself says are no receivables."""

from typing import Any

import polars as pl
import pytest
from states import Books, frame

from matcher.frames import CUSTOMER, STATE_LINE
from matcher.matching.classify import non_receivable, ours

OWN = ["DE12 0300 0000 0020 2051"]
NAMES = ["Nordkai Handel GmbH"]


def outcome(amount: int = 50_00, customer: dict[str, str] | None = None, **fields: Any) -> tuple[str, str] | None:
    books = Books()
    books.line("L1", amount, **fields)
    blank = dict.fromkeys(CUSTOMER, "") | {"customer_id": "C1"}
    customers = pl.DataFrame([blank | customer] if customer else [], schema=CUSTOMER)
    lines = frame(list(books.lines.values()), STATE_LINE)
    found = non_receivable(lines, ours(lines, OWN, NAMES, customers)).rows()
    return found[0][1:] if found else None


def test_an_ordinary_credit_is_matched() -> None:
    assert outcome(counterparty_name="Alster GmbH", counterparty_account="DE99", kind="transfer", transaction_code="PMNT-RCDT-ESCT") is None


@pytest.mark.parametrize(
    ("customer", "fields"),
    [
        ({"name": "Nordkai Handel GmbH"}, {"counterparty_name": "NORDKAI HANDEL"}),
        ({"name": "Sister", "account": "DE55|" + OWN[0]}, {"counterparty_account": OWN[0]}),
    ],
)
def test_a_company_of_our_own_that_is_a_customer_pays_like_any_other(customer: dict[str, str], fields: dict[str, str]) -> None:
    assert outcome(**fields) is not None
    assert outcome(customer=customer, **fields) is None
    assert outcome(customer=customer, kind="own_transfer", **fields) is not None  # the bank's word stands


@pytest.mark.parametrize("amount", [-50_00, 0])
def test_money_going_out_is_not(amount: int) -> None:
    assert outcome(amount, kind="fee") == ("outgoing", "money going out is not matched with open items")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "interest"}, "the bank's code says interest"),
        ({"kind": "fee"}, "the bank's code says a fee"),
        ({"kind": "tax"}, "the bank's code says a tax"),
        ({"kind": "own_transfer"}, "the bank's code says a transfer of our own"),
        ({"transaction_code": "ACMT-MCOP-INTR"}, "the bank's code says interest"),
        ({"transaction_code": "ACMT-MDOP-CHRG"}, "the bank's code says a fee"),
        ({"transaction_code": "ACMT-MCOP-COMM"}, "the bank's code says a fee"),
        ({"transaction_code": "ACMT-MCOP-TAXE"}, "the bank's code says a tax"),
        ({"counterparty_account": "DE12030000000020 2051"}, "it comes from an account of our own"),
        ({"counterparty_name": "NORDKAI HANDEL"}, "it comes from a company of our own"),
        (
            {"counterparty_name": "NORDKAI HANDEL", "counterparty_account": "DE77", "transaction_code": "PMNT-RCDT-BOOK"},
            "it comes from a company of our own",
        ),
    ],
)
def test_what_the_bank_says_is_no_receivable(fields: dict[str, Any], reason: str) -> None:
    assert outcome(**fields) == ("non_receivable", reason)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "return"},
        {"kind": "cheque"},
        {"transaction_code": "PMNT-RCDT-INTR"},  # not in the domain of account management
        {"transaction_code": "ACMT-INTR"},
        {"counterparty_name": "NORDKAI HANDEL", "counterparty_account": "DE77", "transaction_code": "PMNT-RCDT-ESCT"},
    ],
)
def test_what_may_be_a_receivable_is_matched(fields: dict[str, Any]) -> None:
    assert outcome(**fields) is None

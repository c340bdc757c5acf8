import polars as pl
from states import Books, Part

from matcher.exports import matches as exported
from matcher.exports.tables import rendered
from matcher.frames import State

COLUMNS = [
    "line_id",
    "account",
    "bank_reference",
    "booking_date",
    "line_amount",
    "currency",
    "item_id",
    "document_no",
    "entity",
    "customer_id",
    "amount_applied",
    "adjustment_amount",
    "adjustment_reason",
    "state",
    "outcome",
    "confidence",
    "margin",
    "rule",
    "decision_id",
    "actor",
    "run_by",
    "customer_name",
    "payer",
    "text",
]


def matches(state: State) -> pl.DataFrame:
    """The rows as a file has them."""
    return rendered(exported.matches(state))


def test_the_columns_are_the_contract_s() -> None:
    assert matches(Books().state()).columns == COLUMNS


def test_a_posted_allocation() -> None:
    books = Books()
    books.item("I1", 100_00)
    books.line("L1", 97_50, customer="C9", bank_reference="BX77")
    books.post("D1", "L1", {"I1": Part(97_50, 2_50, "BANK_FEE")})
    row = matches(books.state()).row(0)
    assert [str(cell) for cell in row] == [
        "L1", "1", "BX77", "2026-03-10", "97.50", "EUR", "I1", "N-I1", "1", "C1", "97.50", "2.50", "BANK_FEE", "posted", "matched",
        "0.9995", "0.4", "ref-exact@1", "D1", "engine", "m.keller", "", "", "",
    ]  # fmt: skip


def test_a_line_without_allocation_has_empty_item_columns_and_no_cash() -> None:
    books = Books()
    books.line("L1", -1200, currency="JPY", customer="C1", outcome="outgoing")
    row = matches(books.state()).row(0, named=True)
    assert {name: row[name] for name in COLUMNS[4:]} == {
        "line_amount": "-1200", "currency": "JPY", "item_id": "", "document_no": "", "entity": "", "customer_id": "", "amount_applied": "0",
        "adjustment_amount": "0", "adjustment_reason": "", "state": "none", "outcome": "outgoing", "confidence": "", "margin": "",
        "rule": "", "decision_id": "", "actor": "", "run_by": "", "customer_name": "", "payer": "", "text": "",
    }  # fmt: skip


def test_the_adjustment_has_the_item_s_places() -> None:
    books = Books()
    books.item("I1", 5000, currency="JPY")
    books.line("L1", 30_00, customer="C1")
    books.post("D1", "L1", {"I1": Part(30_00, 12, "fx", item_amount=4988)})
    assert matches(books.state()).select("amount_applied", "adjustment_amount").row(0) == ("30.00", "12")


def test_rows_are_ordered_by_account_day_line_and_document() -> None:
    books = Books()
    for item in ("I2", "I1"):
        books.item(item, 10_00)
    books.line("L2", 20_00, customer="C1")
    books.post("D2", "L2", {"I2": 10_00, "I1": 10_00})
    books.line("L9", 1_00, account="0")
    books.line("L1", 1_00)
    assert matches(books.state()).select("line_id", "item_id").rows() == [("L9", ""), ("L1", ""), ("L2", "I1"), ("L2", "I2")]


def test_proposals_are_rows_marked_so() -> None:
    books = Books()
    books.item("I1", 10_00)
    books.line("L1", 10_00, customer="C1")
    books.propose("", "L1", {"I1": 10_00})
    assert matches(books.state()).select("state", "item_id", "decision_id").rows() == [("proposed", "I1", "")]


def test_names_and_text_stand_behind_what_is_promised() -> None:
    books = Books()
    books.customer("C1", "Hafenlogistik Ostsee GmbH")
    books.item("I1", 100_00)
    books.line("L1", 100_00, customer="C1", counterparty_name="HAFENLOGISTIK", remittance_information="=N-I1")
    books.post("D1", "L1", {"I1": 100_00})
    assert matches(books.state()).row(0)[-3:] == ("Hafenlogistik Ostsee GmbH", "HAFENLOGISTIK", "=N-I1")

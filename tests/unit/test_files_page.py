"""docs/files.md names every column, and its examples are what the program writes.

After a change on purpose, `PYTHONPATH=tests python tests/unit/test_files_page.py` prints the examples anew.
"""

import sys
from datetime import date
from pathlib import Path

import pytest
from states import Books, Part

from matcher.exports.customers import CUSTOMER_COLUMNS
from matcher.exports.erp import ExportRequest, export, target
from matcher.exports.erp.generic import ALLOCATION, DOCUMENT
from matcher.exports.matches import COLUMNS, matches
from matcher.exports.receivables import AGING_COLUMNS, BRIDGE_COLUMNS, DISCREPANCY_COLUMNS, aged, differing
from matcher.exports.tables import csv_chunks, rendered
from matcher.frames import State, empty
from matcher.ledger.aging import aging
from matcher.ledger.conversion import RATE, ClosingRates
from matcher.ledger.discrepancies import discrepancies
from matcher.ledger.proof.records import PLACED

PAGE = Path(__file__).resolve().parents[2] / "docs" / "files.md"
COLUMNS_OF = {
    "Bank lines": "account booking_date value_date amount currency counterparty_name counterparty_account remittance_information "
    "creditor_reference end_to_end_id bank_reference transaction_code instructed_amount instructed_currency balance",
    "Open items": "item_id entity customer_id document_type document_no issue_date due_date currency amount open_amount terms discount_pct "
    "discount_date purchase_order payment_reference status closed_date disputed_amount",
    "Customers": "customer_id customer_no name trade_name alias country currency parent_id account entity terms",
    "Exchange rates": "date currency per_base",
    "Cash book": "entry_id account date amount currency description reference counterparty_name document_no kind",
    "Proof": " ".join(PLACED),
    "Remittance advices": "advice_id payment_reference customer_id date currency total document_no gross discount deduction reason net",
    "Matches": " ".join(COLUMNS),
    "Aging": " ".join(AGING_COLUMNS),
    "Discrepancies": " ".join(DISCREPANCY_COLUMNS),
    "Bridge": " ".join(BRIDGE_COLUMNS),
    "How customers stand": " ".join(CUSTOMER_COLUMNS),
    "Receipts": " ".join(
        (
            *DOCUMENT,
            *ALLOCATION,
            "allocations",
            "batch_id",
            "format",
            "books",
            "as_of",
            "count",
            "journal_batch",
            "journal_hash",
            "control_totals",
        )
    ),
}


def month() -> State:
    """The month that the page's examples are of."""
    books = Books(date(2026, 3, 31))
    books.customer("C-1001", "Hafenlogistik Ostsee GmbH")
    books.customer("C-1002", "Blue Fjord Foods AS")
    for item_id, customer, number, amount, issue, due in (
        ("AR-4890", "C-1002", "INV-2025-0988", 860_00, date(2025, 11, 14), date(2025, 12, 14)),
        ("AR-5001", "C-1001", "INV-2026-0117", 1190_00, date(2026, 2, 10), date(2026, 3, 12)),
        ("AR-5002", "C-1001", "INV-2026-0131", 535_50, date(2026, 2, 24), date(2026, 3, 26)),
        ("AR-5003", "C-1002", "INV-2026-0140", 2400_00, date(2026, 3, 2), date(2026, 4, 1)),
    ):
        books.item(item_id, amount, customer=customer, document_no=number, issue=issue, due=due)
    hafen = {"customer": "C-1001", "counterparty_name": "Hafenlogistik Ostsee GmbH", "counterparty_account": "DE85200700240387441200"}
    fjord = {"customer": "C-1002", "counterparty_name": "Blue Fjord Foods AS", "counterparty_account": "NO8481011927453"}
    books.line(
        "5b1e0c77d94a2f36", 1722_50, day=date(2026, 3, 16), bank_reference="2603160041", end_to_end_id="HO-88121",
        remittance_information="INV-2026-0117 INV-2026-0131 less charges", **hafen,
    )  # fmt: skip
    books.post("d7c40a9e1f5b2683", "5b1e0c77d94a2f36", {"AR-5001": 1190_00, "AR-5002": Part(532_50, 3_00, "fee")})
    books.line(
        "a83f5d02c6179be4", 1500_00, day=date(2026, 3, 24), bank_reference="2603240007", remittance_information="part of 2026-0140", **fjord
    )
    books.post("18e6b3f0724dca95", "a83f5d02c6179be4", {"AR-5003": 1500_00}, outcome="partial", confidence=987_200, margin=212_000)
    books.line(
        "c0d92e61b7f3485a", 250_00, day=date(2026, 3, 27), bank_reference="2603270019", remittance_information="advance April", **hafen
    )
    books.post("6f02ad8c95e1b347", "c0d92e61b7f3485a", outcome="on_account", actor="m.keller", rule="", confidence=None, margin=None)
    books.line("e4176b8fa0d35c29", 318_40, day=date(2026, 3, 30), bank_reference="2603300002", remittance_information="many thanks")
    return books.state()


def examples() -> list[str]:
    """What the program writes of that month, in the order of the page."""
    state = month()
    reports = (
        matches(state),
        aged(aging(state), state, ClosingRates(empty(RATE), "EUR", state.as_of)),
        differing(discrepancies(state, {"C-1002": "j.olsen"}), state),
    )
    made = [
        export(target("generic"), state, ExportRequest(file_name=name, books="Northgate group"), {})
        for name in ("receipts.jsonl", "receipts.csv")
    ]
    files = [file for one in made for file in one.files]
    return [b"".join(csv_chunks(rendered(report))).decode() for report in reports] + [b"".join(file.chunks()).decode() for file in files]


def section(title: str) -> str:
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")
    (found,) = [part for part in parts if part.startswith(title + "\n")]
    return found


@pytest.mark.parametrize("title", COLUMNS_OF)
def test_the_page_names_every_column_in_order(title: str) -> None:
    documented = [line.split("`")[1] for line in section(title).splitlines() if line.startswith(("| `", "| **`"))]
    assert documented == COLUMNS_OF[title].split()


def test_the_examples_are_what_the_program_writes() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for text in examples():
        assert text in page


def test_every_type_of_discrepancy_is_explained() -> None:
    for kind in [
        "partial",
        "short_pay",
        "overpay",
        "unexplained",
        "duplicate",
        "wrong_payer",
        "currency",
        "unearned_discount",
        "returned",
        "statement_gap",
    ]:
        assert f"- `{kind}`:" in section("Discrepancies")


if __name__ == "__main__":
    sys.stdout.write("\n".join(examples()))

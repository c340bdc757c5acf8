"""A small month with every kind of document that an ERP may get, for the golden files of targets."""

from datetime import date
from typing import Any

import polars as pl
from states import Books, Part

from matcher.exports.erp import SENT, Export, ExportRequest, export, load
from matcher.frames import ALLOCATION, State

MONTH_END = date(2026, 3, 31)
_NAMES = {"C-1001": "Hafenlogistik Ostsee GmbH", "C-1002": "Blue Fjord Foods AS", "C-1003": "华东机械有限公司"}
_PAID_FROM = {"C-1001": "DE85200700240387441200", "C-1002": "NO8481011927453", "C-1003": ""}


def _invoices(books: Books) -> None:
    for number, (customer, currency, amount, kind) in enumerate(
        (
            ("C-1001", "EUR", 1190_00, "invoice"), ("C-1001", "EUR", 535_50, "invoice"), ("C-1001", "EUR", 400_00, "invoice"),
            ("C-1001", "EUR", -150_00, "credit_note"), ("C-1002", "EUR", 2400_00, "invoice"), ("C-1002", "EUR", 980_00, "invoice"),
            ("C-1002", "EUR", 61_20, "invoice"), ("C-1002", "EUR", -80_00, "credit_note"), ("C-1003", "USD", 1500_00, "invoice"),
            ("C-1003", "CNY", 8800_00, "invoice"), ("C-1001", "EUR", 300_00, "invoice"),
        ), 1,
    ):  # fmt: skip
        no = f"{'CN' if amount < 0 else 'INV'}-2026-{number:04}"
        books.item(
            f"AR-{5000 + number}", amount, customer=customer, currency=currency, document_type=kind, document_no=no,
            issue=date(2026, 2, number), due=date(2026, 3, number), extra=f'{{"voucher_id":"V{number:03}"}}',
        )  # fmt: skip


def _line(books: Books, number: int, amount: int, customer: str, text: str, **more: Any) -> str:
    line_id = f"{number:016x}"
    known = {"counterparty_name": _NAMES[customer], "counterparty_account": _PAID_FROM[customer]} if customer else {}
    books.line(
        line_id, amount, customer=customer, day=date(2026, 3, 1 + number), bank_reference=f"2603{number:06}", end_to_end_id=f"E2E-{number}",
        remittance_information=text, **known, **more,
    )  # fmt: skip
    return line_id


def _on_no_line(books: Books, decision_id: str, kind: str, parts: dict[str, Part]) -> None:
    customer = books.items[next(iter(parts))]["customer_id"]
    about = {"actor": "m.keller", "rule": "", "effective_date": date(2026, 3, 30), "outcome": "matched"}
    books.decisions[decision_id] = {
        "batch": len(books.decisions) + 1, "ordinal": 0, "decision_id": decision_id, "kind": kind, "line_id": "", "customer_id": customer,
        "live": True, **about,
    }  # fmt: skip
    for ordinal, (item, part) in enumerate(parts.items()):
        books.allocations.append(
            {
                "decision_id": decision_id, "ordinal": ordinal, "line_id": "", "item_id": item, "amount": part.amount, "currency": "EUR",
                "item_amount": part.amount, "adjustment": part.adjustment, "adjustment_reason": part.reason,
                "item_open": books.items[item]["amount"], "state": "posted", **about,
            }
        )  # fmt: skip


def month() -> Books:
    """Receipts with a fee, a discount, tax withheld, a credit netted and money on account; the rest; and what was sent and undone."""
    books = Books(MONTH_END)
    for customer, name in _NAMES.items():
        books.customer(customer, name, customer_no=customer.replace("C-", "2"))
    _invoices(books)
    by = {"actor": "m.keller", "rule": ""}
    one = _line(books, 1, 1722_50, "C-1001", "INV-2026-0001 INV-2026-0002 less charges")
    books.post("d01", one, {"AR-5001": 1190_00, "AR-5002": Part(532_50, 3_00, "fee")})
    two = _line(books, 2, 2352_00, "C-1002", "INV-2026-0005 -2%")
    books.post("d02", two, {"AR-5005": Part(2352_00, 48_00, "discount")})
    three = _line(books, 3, 250_00, "C-1001", "=advance April")
    books.post("d03", three, outcome="on_account", **by)
    books.post("d04", three, {"AR-5003": 100_00}, outcome="partial", kind="allocate", **by)
    four = _line(books, 4, 882_00, "C-1002", "INV-2026-0006 less 10% tax")
    books.post("d05", four, {"AR-5006": Part(882_00, 98_00, "withholding_tax")})
    five = _line(books, 5, 1380_00, "C-1003", "INV-2026-0009")
    books.post("d06", five, {"AR-5009": Part(1380_00, 0, "", 1500_00)}, kind="allocate", **by)
    six = _line(books, 6, 8800_00, "C-1003", "货款 INV-2026-0010", account="cny", currency="CNY")
    books.post("d07", six, {"AR-5010": 8800_00})
    seven = _line(books, 7, 150_00, "C-1001", "INV-2026-0011 less CN-2026-0004")
    books.post("d08", seven, {"AR-5011": 300_00, "AR-5004": -150_00})
    eight = _line(books, 8, -80_00, "C-1002", "refund CN-2026-0008")
    books.post("d09", eight, {"AR-5008": -80_00}, kind="refund", **by)
    nine = _line(books, 9, -1380_00, "C-1003", "RETURN INV-2026-0009")
    books.post("d10", nine, {"AR-5009": Part(-1380_00, 0, "", -1500_00)}, kind="return", other_line=five, outcome="outgoing", **by)
    _on_no_line(books, "d11", "write_off", {"AR-5007": Part(0, 61_20, "bad_debt")})
    ten = _line(books, 10, 300_00, "C-1001", "INV-2026-0003")
    books.post("d12", ten, {"AR-5003": 300_00})
    return books


def state_and_request(file_name: str) -> tuple[State, ExportRequest]:
    """The month after d12 was sent and undone: its reversal is among the documents; and a set-off of what is left then."""
    books = month()
    before = books.state()
    first = export(load("generic"), before, ExportRequest("r.jsonl", "Northgate group"), {})
    undone = first.sent.filter(pl.col("decision_id") == "d12")
    every = pl.DataFrame(
        [{name: row[name] for name in ALLOCATION} for row in books.allocations], schema=ALLOCATION
    )  # fmt: skip
    books.undo("d12")
    _on_no_line(books, "d13", "set_off", {"AR-5003": Part(20_00), "AR-5004": Part(-20_00)})
    books.items["AR-5004"] |= {"amount": -170_00, "open_amount": -170_00}
    numbers = {undone["external_id"][0]: "PAY-00012"}
    return books.state(), ExportRequest(
        file_name, "Northgate group", MONTH_END, undone.select(list(SENT)), frozenset(numbers), allocations=every, numbers=numbers
    )


def exported(target: str, file_name: str, table: dict[str, object]) -> Export:
    """What a target makes of the month; what it has no form for is left out."""
    state, request = state_and_request(file_name)
    return export(load(target), state, request, table, skip_unsupported=True)

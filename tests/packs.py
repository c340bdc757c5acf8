"""A month that a pack is made of: hostile texts, two currencies, a wait, an overpayment, a return, a write-off."""

from pathlib import Path

import pytest
import steady
from support import Row, customers_file, items_file, lines_file, new_books
from teller import Teller

SCRIPT = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
FORMULA = '=HYPERLINK("http://example.org/?"&A1;"click")'
UMLAUT, CHINESE = "Bäckerei Größmann & Söhne", "杭州临澜贸易有限公司"
CUSTOMERS: list[Row] = [
    {"customer_id": "K1", "name": UMLAUT, "account": "DE75512108001245126199"},
    {"customer_id": "K2", "name": CHINESE, "account": "DE02100500000054540402"},
    {"customer_id": "K3", "name": SCRIPT},
    {"customer_id": "=K4", "name": FORMULA},
]
ITEMS: list[Row] = [
    {"item_id": "P1", "customer_id": "K1", "document_no": "RG-7001", "amount": "1190.00", "due_date": "2026-10-20"},
    {"item_id": "P2", "customer_id": "K1", "document_no": "RG-7002", "amount": "300.00", "due_date": "2026-07-01"},
    {"item_id": "P3", "customer_id": "K2", "document_no": "RG-7003", "amount": "512.40", "due_date": "2026-12-01"},
    {"item_id": "P4", "customer_id": "K3", "document_no": "=RG-7004", "amount": "77.70", "disputed_amount": "70.00"},
    {"item_id": "P5", "customer_id": "=K4", "document_no": "@RG-7005", "amount": "45.10"},
    {"item_id": "P6", "customer_id": "K2", "document_no": "GS-7006", "amount": "-12.00", "document_type": "credit_note"},
]
PAID: Row = {"counterparty_name": UMLAUT, "counterparty_account": "DE75512108001245126199"}
OTHER: Row = {"counterparty_name": CHINESE, "counterparty_account": "DE02100500000054540402"}
LINES: list[Row] = [
    {"bank_reference": "B1", "booking_date": "2026-10-05", "amount": "1190.00", "remittance_information": "RG-7001", **PAID},
    {"bank_reference": "B2", "booking_date": "2026-10-09", "amount": "512.90", "remittance_information": "RG-7003", **OTHER},
    {
        "bank_reference": "B3", "booking_date": "2026-10-12", "amount": "61.00", "remittance_information": FORMULA,
        "counterparty_name": SCRIPT,
    },
    {"bank_reference": "B4", "booking_date": "2026-10-13", "amount": "-8.50", "remittance_information": "Entgelt"},
    {
        "bank_reference": "B5", "booking_date": "2026-10-14", "amount": "20.00", "remittance_information": SCRIPT,
        "counterparty_name": FORMULA,
    },
]  # fmt: skip
CONFIG_LIMITS = '\n[policy.limits]\ntolerance = { amount = "1.00" }\nwrite_off = { amount = "5.00", percent = "1" }\n'
DAY = "2026-11-02"


def october(folder: Path) -> None:
    """Books in `folder`, with October matched and worked, and still open."""
    from support import CONFIG

    with pytest.MonkeyPatch.context() as monkeypatch:
        steady.install(monkeypatch)
        told = Teller(new_books(folder / "books", CONFIG.replace('"Test"', '"Größmann <b>&</b> 临澜"') + CONFIG_LIMITS), monkeypatch, DAY)
        told.do("import", "customers", str(customers_file(folder, CUSTOMERS)))
        told.do("import", "items", str(items_file(folder, ITEMS)), "--snapshot-date", "2026-10-31")
        told.do("ingest", str(lines_file(folder, LINES)))
        told.do("run")
        told.do("accept", "ref:B2", "--reason", "they pay back themselves")
        told.do("note", "ref:B3", "+49 30 1234")
        told.do("on-account", "ref:B5", "--customer", "K1", "--reason", "@asked")
        told.on("2026-10-31")
        told.do("write-off", "P5=0.90", "--reason", "tolerance", actor="bert")
        told.do("classify", "ref:B4", "--as", "fee")

"""The pack's section on bank and book: from the statement's balance to the ledger's, with what is in transit, and four columns."""

import io
from pathlib import Path

import openpyxl
import pytest
from support import new_books
from teller import Teller

from matcher import languages

BANK = """account,booking_date,amount,currency,counterparty_name,remittance_information,bank_reference,balance
giro,2026-10-05,600.00,EUR,,Interest,B1,2600.00
giro,2026-10-12,-240.00,EUR,Papier Union GmbH,Cheque 1402,B2,2360.00
giro,2026-10-30,-18.00,EUR,,Account fee,B3,2342.00
"""
BOOK = """entry_id,account,date,amount,currency,description,reference,counterparty_name,kind
BAL,giro,2026-09-30,2000.00,EUR,,,,balance
G1,giro,2026-10-10,-240.00,EUR,Papier Union,Cheque 1402,,entry
G2,giro,2026-10-31,75.50,EUR,Takings of the day,,,entry
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    told = Teller(new_books(tmp_path / "books"), monkeypatch, "2026-11-02")
    for name, text in (("bank.csv", BANK), ("book.csv", BOOK)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    told.do("ingest", "bank.csv")
    return told


def _book(desk: Teller) -> openpyxl.Workbook:
    desk.do("report", "--month", "2026-10", "-o", "packs")
    languages.use("en")
    return openpyxl.load_workbook(io.BytesIO((desk.folder / "packs" / "pack-2026-10.xlsx").read_bytes()), data_only=True)


def test_the_way_from_the_bank_to_the_book(desk: Teller) -> None:
    assert "Bank against book" not in _book(desk).sheetnames
    desk.do("import", "book", "book.csv")
    book = _book(desk)
    steps = {row[2]: row[3] if row[3] is not None else row[4] for row in book["Bank against book"].iter_rows(min_row=5, values_only=True)}
    assert steps == {
        "balance per bank statement": 2342, "booked receipt, not at bank": 75.5, "adjusted bank balance": 2417.5,
        "bank credited, not booked": -600, "bank debited, not booked": 18, "balance per book": 1835.5,
    }  # fmt: skip
    transit = [(row[1], row[3], row[6]) for row in book["In transit"].iter_rows(min_row=5, values_only=True) if row[1]]
    assert transit == [
        ("bank credited, not booked", 26, 600), ("bank debited, not booked", 1, -18), ("booked receipt, not at bank", 0, 75.5),
    ]  # fmt: skip
    cash = {(row[2], row[3]): row[4:8] for row in book["Proof of cash"].iter_rows(min_row=5, values_only=True)}
    assert cash["bank", "adjusted"] == cash["book", "adjusted"] == (2000, 675.5, 258, 2417.5)
    page = (desk.folder / "packs" / "pack-2026-10.html").read_text(encoding="utf-8")
    assert "Account giro: bank and book agree at 2417.50 EUR" in page


def test_a_difference_that_nothing_explains_is_named_and_a_closed_month_keeps_it(desk: Teller) -> None:
    (desk.folder / "book.csv").write_text(BOOK.replace("2000.00", "2001.00"), encoding="utf-8")
    desk.do("import", "book", "book.csv")
    steps = {row[2]: row[3] for row in _book(desk)["Bank against book"].iter_rows(min_row=5, values_only=True)}
    assert steps["explained by nothing"] == 1
    desk.do("close", "2026-10", "--force", "--reason", "known")
    before = [(desk.folder / "packs" / f"pack-2026-10.{ending}").read_bytes() for ending in ("html", "xlsx") if _book(desk)]
    (desk.folder / "book.csv").write_text(BOOK, encoding="utf-8")
    desk.on("2026-12-01")
    desk.do("import", "book", "book.csv")
    _book(desk)
    assert [(desk.folder / "packs" / f"pack-2026-10.{ending}").read_bytes() for ending in ("html", "xlsx")] == before

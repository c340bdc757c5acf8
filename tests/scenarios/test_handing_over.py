"""What a collection agency gets, what it remits net of its fee, and what a credit insurer is told."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from support import CONFIG, NOW, Row, customers_file, items_file, lines_file, new_books, write
from teller import Teller

from matcher.books import Books

CUSTOMERS: list[Row] = [
    {"customer_id": "K10", "customer_no": "10010", "name": "=Wiesental Holzbau GmbH", "country": "DE"},
    {"customer_id": "K20", "customer_no": "10020", "name": "Tischlerei Amrum KG", "country": "DE"},
]
ITEMS: list[Row] = [
    {
        "item_id": "F1",
        "customer_id": "K10",
        "document_no": "FA-7001",
        "amount": "864.00",
        "issue_date": "2026-08-01",
        "due_date": "2026-08-20",
    },  # 72 days
    {"item_id": "F2", "customer_id": "K10", "document_no": "FA-7002", "amount": "310.50", "due_date": "2026-10-10"},  # 21 days
    {"item_id": "F3", "customer_id": "K20", "document_no": "FA-7003", "amount": "100.00", "due_date": "2026-09-01"},  # 60 days
]
DAY = date(2026, 10, 31)
HEAD = "remittance_id,date,document_no,type,currency,gross,fee,net\n"


class Desk(Teller):
    """A teller with the library's own view of the books."""

    def __init__(self, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(books, monkeypatch, "2026-10-31")
        self.books = Books(books.directory, actor="ada", clock=lambda: NOW.replace(month=10, day=31))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = new_books(tmp_path / "books", CONFIG + '[insurance]\nlimits.K10 = "1000.00"\n')
    made.import_files("items", [items_file(tmp_path, ITEMS)])
    made.import_files("customers", [customers_file(tmp_path, CUSTOMERS)])
    return Desk(made, monkeypatch)


def test_what_is_overdue_enough_is_placed_with_its_claim_and_interest(desk: Desk) -> None:
    desk.do("dispute", "FA-7001=64", "--reason", "price")
    first, second = desk.books.placement("Inkasso Nord", as_of=DAY)
    told = first.to_dict()
    assert (told["document_no"], told["claim"], told["open_amount"], told["customer_no"]) == ("FA-7001", "800.00", "864.00", "10010")
    # 86400 x 10.52 x 72 / 36500 = 1792.96
    assert (told["interest"], told["fixed"], told["creditor"]) == ("17.93", "40.00", "Nordkai Handel GmbH")
    assert second.document_no == "FA-7003"
    assert [one.document_no for one in desk.books.placement("Inkasso Nord", as_of=DAY, days=61)] == ["FA-7001"]
    assert [one.document_no for one in desk.books.placement("Inkasso Nord", ["FA-7002"], DAY)] == ["FA-7002"]


def test_the_placement_file_is_a_workbook_with_real_numbers(desk: Desk) -> None:
    desk.do("placement", "--agency", "Inkasso Nord", "--as-of", "2026-10-31", "-o", "placement.xlsx")
    (sheet,) = openpyxl.load_workbook(desk.folder / "placement.xlsx").worksheets
    rows = list(sheet.iter_rows(values_only=True))
    head = next(number for number, row in enumerate(rows) if "claim" in row)
    first = dict(zip(rows[head], rows[head + 1], strict=True))
    assert (first["claim"], first["document no"]) == (864, "FA-7001")


def test_what_is_disputed_or_on_its_way_is_not_placed(desk: Desk) -> None:
    desk.do("dispute", "FA-7001", "--reason", "price")
    assert [one.document_no for one in desk.books.placement("Inkasso Nord", as_of=DAY)] == ["FA-7003"]
    said = desk.do("placement", "FA-7001", "--agency", "Inkasso Nord", "--as-of", "2026-10-31", status=2)
    assert "item F1 is not placed: disputed" in said
    assert "it is not overdue" in desk.do("placement", "FA-7002", "--agency", "X", "--as-of", "2026-10-01", status=2)


def test_what_was_dunned_is_placed_all_the_same_and_what_is_placed_is_not_dunned(desk: Desk) -> None:
    desk.do("dunning", "--sent", "--as-of", "2026-10-31")
    found = desk.books.placement("Inkasso Nord", as_of=DAY, hold_until=date(2027, 3, 31))
    assert [(one.document_no, one.last_level) for one in found] == [("FA-7001", 3), ("FA-7003", 3)]
    assert {item.document_no: item.left_out for item in desk.books.dunning(DAY)[0].dunning.left_out}[
        "FA-7001"
    ] == "on hold until 2027-03-31"
    assert "placed with Inkasso Nord" in desk.do("log", "FA-7001")


def remitted(desk: Desk, rows: str, amount: str) -> None:
    write(desk.folder, "agency.csv", HEAD + rows)
    desk.do("import", "remittance", "agency.csv")
    line = {
        "bank_reference": "B1", "booking_date": "2026-10-28", "amount": amount, "counterparty_name": "Inkasso Nord GmbH",
        "remittance_information": "Abrechnung INK-2026-0055",
    }  # fmt: skip
    desk.books.ingest([lines_file(desk.folder, [line])])
    desk.books.run()


def test_a_remittance_net_of_the_fee_settles_its_documents_in_full(desk: Desk) -> None:
    rows = "INK-2026-0055,2026-10-27,FA-7001,,EUR,864.00,86.40,777.60\nINK-2026-0055,2026-10-27,FA-7003,,EUR,100.00,10.00,90.00\n"
    remitted(desk, rows, "867.60")
    assert desk.open() == {"FA-7002": "310.50"}
    cleared = [row for row in desk.rows("matches") if row["adjustment_reason"] == "fee"]
    assert {row["document_no"]: (row["amount_applied"], row["adjustment_amount"]) for row in cleared} == {
        "FA-7001": ("777.60", "86.40"), "FA-7003": ("90.00", "10.00"),
    }  # fmt: skip
    assert not any(check.failure for check in desk.books.verify())


def test_a_part_that_the_agency_collected_waits_for_a_person_with_what_is_left(desk: Desk) -> None:
    remitted(desk, "INK-2026-0055,2026-10-27,FA-7001,,EUR,500.00,50.00,450.00\n", "450.00")
    (line,) = desk.books.queue().lines
    assert [(item.document_no, item.cash, item.adjustment, item.reason, item.left) for item in line.items] == [
        ("FA-7001", 45000, 5000, "fee", 36400)
    ]
    desk.do("accept", "ref:B1")
    assert desk.open()["FA-7001"] == "364.00"


def test_a_remittance_that_does_not_add_up_is_never_used(desk: Desk) -> None:
    write(desk.folder, "agency.csv", HEAD + "INK-2026-0055,2026-10-27,FA-7001,,EUR,864.00,86.40,770.00\n")
    desk.do("import", "remittance", "agency.csv", status=1)
    assert [one.state for one in desk.books.advices()] == ["unproven"]


def test_the_insurer_is_told_what_is_overdue_and_how_far_beyond_the_limit(desk: Desk) -> None:
    first, second = desk.books.overdue_declaration(DAY)
    told = first.to_dict()
    assert (told["overdue_amount"], told["open_amount"], told["insured_limit"], told["over_limit"]) == (
        "864.00", "1174.50", "1000.00", "174.50",
    )  # fmt: skip
    assert (second.customer_id, second.overdue, second.limit, second.over) == ("K20", 10000, None, None)
    assert [one.customer_id for one in desk.books.overdue_declaration(DAY, days=61)] == ["K10"]
    assert "'=Wiesental" in desk.do("declare-overdue", "--as-of", "2026-10-31", "-O", "csv")


def test_the_limit_may_stand_in_the_customer_master(desk: Desk) -> None:
    write(desk.folder, "limits.csv", "customer_id,customer_no,name,country,insured_limit\nK20,10020,Tischlerei Amrum KG,DE,80.00\n")
    desk.do("import", "customers", "limits.csv")
    told = {one.customer_id: one.over for one in desk.books.overdue_declaration(DAY)}
    assert told == {"K10": 17450, "K20": 2000}

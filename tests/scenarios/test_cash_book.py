"""The ledger's own entries on the bank account: imported, updated, and what they say of receipts."""

from pathlib import Path

import pytest
from support import Cells, Row, copied, customers_file, filled, table, write

from matcher.books import Books
from matcher.errors import MatcherError

COLUMNS = ("entry_id", "account", "date", "amount", "currency", "description", "reference", "counterparty_name", "document_no")
ENTRY = {"entry_id": "GL-1", "account": "giro", "date": "2026-10-16", "amount": "640.00", "currency": "EUR"}
LINE = {"amount": "640.00", "counterparty_name": "Hafenbau Nordsee GmbH", "remittance_information": "KM-417 thanks", "bank_reference": "R1"}


def book(folder: Path, *rows: Row) -> Path:
    return write(folder, "book.csv", table(COLUMNS, rows, ENTRY))


def _made(folder: Path, lines: Cells) -> None:
    filled(folder, lines=[{**LINE, **dict(cells)} for cells in lines])


def made(folder: Path, *lines: Row) -> Books:
    return copied(folder, _made, tuple(tuple(line.items()) for line in lines))


def stored(books: Books) -> list[tuple[object, ...]]:
    with books.reading() as session:
        return session.store.run("SELECT batch, entry_id, account, amount, reference FROM raw.book_entry ORDER BY ALL")


def proposed(books: Books) -> dict[str, str]:
    """Bank reference and reason of the lines that are proposed as booked elsewhere."""
    lines = books.state().lines.filter(books.state().lines["state"] == "proposed")
    assert set(lines["outcome"]) <= {"non_receivable"}
    return dict(lines.select("bank_reference", "reason").iter_rows())


def test_entries_come_in_and_are_updated(tmp_path: Path) -> None:
    books = made(tmp_path)
    first = books.import_files("book", [book(tmp_path, {}, {"entry_id": "GL-2", "account": "DE02 1203 0000 0000 2020 51"})])
    assert (first.rows, first.new, first.changed) == (2, 2, 0)
    again = books.import_files("book", [book(tmp_path, {}, {"entry_id": "GL-2", "reference": "R7"})])
    assert (again.rows, again.new, again.changed) == (2, 0, 1)
    assert stored(books) == [(1, "GL-1", "giro", 64_000, ""), (1, "GL-2", "giro", 64_000, ""), (2, "GL-2", "giro", 64_000, "R7")]
    assert [check.name for check in books.verify() if check.failure] == []
    before = stored(books)
    books.import_files("book", [book(tmp_path, {"entry_id": "GL-9"})], dry_run=True)
    assert stored(books) == before


def test_all_that_is_wrong_with_a_book_is_named(tmp_path: Path) -> None:
    books = made(tmp_path)
    path = book(
        tmp_path, {"date": "soon"}, {}, {"entry_id": "A", "account": "petty"}, {"entry_id": "B", "currency": "USD"}, {"entry_id": ""}
    )
    with pytest.raises(MatcherError) as refused:
        books.import_files("book", [path])
    assert [(fault.where.rpartition(":")[2], fault.code) for fault in refused.value.faults] == [
        ("2", "date.invalid"), ("3", "row.invalid"), ("4", "account.unknown"), ("5", "currency.mixed"), ("6", "row.invalid"),
    ]  # fmt: skip
    assert stored(books) == []


@pytest.mark.parametrize(
    ("entry", "by"),
    [
        ({"reference": "R1"}, "by reference R1"),
        ({"document_no": "KM-417"}, "by reference KM-417"),
        ({"counterparty_name": "Hafenbau Nordsee"}, "by the name Hafenbau Nordsee"),
        ({"description": "Receipt Hafenbau"}, "by the name in 'Receipt Hafenbau'"),
        ({"description": "Receipt Hafenbau", "date": "2026-10-10"}, "by the name"),
        ({"description": "Receipt Hafenbau", "date": "2026-10-21"}, ""),  # six days
        ({"description": "Receipt Hafenbau", "amount": "640.01"}, ""),
        ({"description": "Receipt Hafenbau", "amount": "-640.00"}, ""),
        ({"description": "Receipt Hafenbau", "account": "service"}, ""),
        ({"description": "Receipt", "counterparty_name": "Someone Else AG", "reference": ""}, ""),
        ({"description": "Hafenbau", "counterparty_name": "Someone Else AG"}, ""),
        ({}, ""),  # the amount alone says nothing
    ],
)
def test_a_receipt_that_the_ledger_has_is_proposed(tmp_path: Path, entry: Row, by: str) -> None:
    books = made(tmp_path, {})
    books.import_files("book", [book(tmp_path, entry)])
    books.run()
    found = proposed(books)
    assert bool(found) == bool(by)
    if by:
        assert found["R1"].startswith("The ledger has it already: entry GL-1 of ")
        assert by in found["R1"]


def test_what_may_be_another_is_not_proposed(tmp_path: Path) -> None:
    books = made(tmp_path, {}, {"bank_reference": "R2"})
    books.import_files("book", [book(tmp_path, {"description": "Hafenbau"})])
    books.run()
    assert proposed(books) == {}
    # with a reference it is one of them, and a second entry is the other
    books.import_files(
        "book", [book(tmp_path, {"description": "Hafenbau", "reference": "R2"}, {"entry_id": "GL-2", "description": "Hafenbau"})]
    )
    books.run()
    assert {name: reason.split()[6] for name, reason in proposed(books).items()} == {"R2": "GL-1", "R1": "GL-2"}


def test_it_is_posted_by_a_person_alone_and_refused_for_good(tmp_path: Path) -> None:
    books = made(tmp_path, {}, {"bank_reference": "R2", "amount": "70.00"})
    books.import_files("book", [book(tmp_path, {"reference": "R1"}, {"entry_id": "GL-2", "reference": "R2", "amount": "70.00"})])
    books.run()
    books.run()
    lines = dict(books.state().lines.select("bank_reference", "line_id").iter_rows())
    assert set(proposed(books)) == {"R1", "R2"}
    books.accept([lines["R1"]], reason="")
    books.reject([lines["R2"]], reason="not ours")
    books.run()
    assert proposed(books) == {}
    decided = books.state().decisions.select("kind", "classified", "refused", "line_id").rows()
    assert decided == [("classify", "booked_elsewhere", "", lines["R1"]), ("reject", "", '["booked_elsewhere"]', lines["R2"])]
    assert [check.name for check in books.verify() if check.failure] == []
    books.undo(lines["R1"])
    books.run()
    assert set(proposed(books)) == {"R1"}


def test_a_receipt_that_posts_is_not_touched(tmp_path: Path) -> None:
    item = {"item_id": "I1", "customer_id": "C1", "document_no": "KM-2026-00417", "amount": "640.00"}
    line = {**LINE, "remittance_information": "KM-2026-00417", "counterparty_account": "DE21500105170000012345"}
    books = filled(tmp_path, items=[item], lines=[line])
    customer = {"customer_id": "C1", "name": "Hafenbau Nordsee GmbH", "account": "DE21500105170000012345"}
    books.import_files("customers", [customers_file(tmp_path, [customer])])
    books.import_files("book", [book(tmp_path, {"reference": "R1"})])
    books.run()
    assert books.state().lines["state"].to_list() == ["posted"]


def test_a_receipt_of_an_invoice_that_the_erp_closed_is_booked_there(tmp_path: Path) -> None:
    item = {
        "item_id": "I1", "customer_id": "C1", "document_no": "KM-2026-00417", "amount": "640.00", "open_amount": "0.00", "status": "closed",
        "closed_date": "2026-10-16",
    }  # fmt: skip
    line = {**LINE, "remittance_information": "KM-2026-00417", "counterparty_account": "DE21500105170000012345"}
    books = filled(tmp_path, items=[item], lines=[line])
    customer = {"customer_id": "C1", "name": "Hafenbau Nordsee GmbH", "account": "DE21500105170000012345"}
    books.import_files("customers", [customers_file(tmp_path, [customer])])
    books.import_files("book", [book(tmp_path, {"document_no": "KM-2026-00417"})])
    books.run()
    assert set(proposed(books)) == {"R1"}
    assert [check.name for check in books.verify() if check.failure] == []
    books.accept(books.state().lines["line_id"].to_list(), reason="")
    assert books.state().credits.is_empty()
    assert [check.name for check in books.verify() if check.failure] == []


def test_money_that_goes_out_is_not_asked_about(tmp_path: Path) -> None:
    books = made(tmp_path, {"amount": "-640.00"})
    books.import_files("book", [book(tmp_path, {"amount": "-640.00", "reference": "R1"})])
    books.run()
    assert proposed(books) == {}

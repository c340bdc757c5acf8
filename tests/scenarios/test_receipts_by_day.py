"""Receipts sent as of one day and then as of another: what the ERP has of a line comes to the line's amount, whatever the order."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from faults.accounting import Received, receipts, table
from support import copied, filled, items_file

from matcher.books import Books
from matcher.pipeline.actions.requests import AllocationRequest

TODAY, OCTOBER, NOVEMBER, AHEAD = None, date(2026, 10, 31), date(2026, 11, 29), date(2027, 12, 31)
ITEMS = [
    {"item_id": "A1", "customer_id": "C1", "document_no": "RE-2026-00401", "amount": "1190.00", "issue_date": "2026-09-01"},
    {"item_id": "A2", "customer_id": "C1", "document_no": "RE-2026-00402", "amount": "2000.00", "issue_date": "2026-09-01"},
    {"item_id": "N1", "customer_id": "C1", "document_no": "RE-2026-00990", "amount": "23.00", "issue_date": "2026-11-05"},
]
LINE = {"booking_date": "2026-10-08", "amount": "1190.00", "bank_reference": "R1", "remittance_information": "thank you"}


def begun(folder: Path) -> None:
    filled(folder, items=ITEMS, lines=[LINE])


class Desk:
    """Books with one line, and an ERP that takes every file of receipts whole."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.erp, self.files = folder, Received(), 0
        self.books = copied(folder, begun)
        (self.line,) = self.books.state(AHEAD).lines["line_id"]

    def allocate(self, *pairs: tuple[str, str]) -> None:
        self.books.allocate(self.line, [AllocationRequest(item, amount) for item, amount in pairs])

    def send(self, day: date | None, *, whole: bool = True) -> None:
        """Sends the receipts as of a day, after which the ERP has the whole line, or nothing of it."""
        self.files += 1
        path = self.folder / f"receipts-{self.files}.jsonl"
        self.books.export("receipts", path, day)
        documents, wrong, _ = receipts(path)
        assert [*wrong, *self.erp.take(documents)] == []
        assert self.erp.by_line() == ({self.line: 1190_00} if whole else {})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("item", ["A1", "A2"])
@pytest.mark.parametrize("days", [(TODAY, OCTOBER), (AHEAD, TODAY), (AHEAD, OCTOBER), (OCTOBER, AHEAD)])
def test_an_undone_receipt_is_taken_back_before_another_takes_its_place(desk: Desk, item: str, days: Sequence[date | None]) -> None:
    first, second = days
    desk.allocate(("A1", "1190.00"))
    desk.send(first)
    desk.books.undo(desk.line)
    desk.allocate((item, "1190.00"))
    desk.send(second)
    assert desk.erp.by_item() == {(desk.line, item): 1190_00}


@pytest.mark.parametrize("day", [TODAY, OCTOBER])
def test_an_undone_receipt_that_was_sent_as_of_a_day_ahead_is_taken_back(desk: Desk, day: date | None) -> None:
    desk.allocate(("A1", "1190.00"))
    desk.send(AHEAD)
    desk.books.undo(desk.line)
    desk.send(day, whole=False)


def test_a_decision_of_an_earlier_day_that_came_later_brings_no_money_of_its_own(desk: Desk) -> None:
    desk.allocate(("N1", "23.00"))  # in effect from the day on which N1 was issued
    desk.send(NOVEMBER)
    desk.allocate(("A2", "100.00"))  # in effect from the line's day
    desk.send(OCTOBER)
    assert desk.erp.by_item() == {(desk.line, "N1"): 23_00, (desk.line, "A2"): 100_00}
    assert desk.erp.by_line() == {desk.line: 1190_00}


def test_a_document_whose_date_the_erp_corrects_stays_in_what_is_sent(desk: Desk, tmp_path: Path) -> None:
    desk.allocate(("A1", "1190.00"))
    desk.books.import_files("items", [items_file(tmp_path, [{**ITEMS[0], "issue_date": "2026-11-20"}, *ITEMS[1:]], "corrected.csv")])
    desk.send(OCTOBER)
    assert desk.erp.by_item() == {(desk.line, "A1"): 1190_00}
    desk.books.export("matches", tmp_path / "matches.csv", OCTOBER)
    (row,) = table(tmp_path / "matches.csv")
    assert (row["document_no"], row["customer_id"]) == ("RE-2026-00401", "C1")
    assert [check for check in Books(desk.books.directory).verify() if check.failure] == []

"""Open items and customers come in by calls, whole or not at all."""

from typing import Any

import polars as pl
import pytest

from live.desk import Desk, once
from live.stub import Call, Said, Trouble


def _pulled(desk: Desk, *words: str, status: int = 0) -> str:
    return desk.do("pull", "--target", "erpnext", *words, status=status)


def _open(desk: Desk) -> dict[str, int]:
    items = desk.books.state().items.filter(pl.col("status") != "closed")
    return dict(items.select("document_no", "open_amount").iter_rows())


def test_both_lists_come_in_as_a_snapshot_of_the_day(desk: Desk) -> None:
    for number in range(20):
        desk.system.invoice(f"SINV-{number:03}", f"K{number % 2}", 10_00 + number)
    desk.system.invoice("SINV-R", "K1", -5_00)
    said = _pulled(desk, "--save", str(desk.folder))
    assert "Read with the layout erpnext-sales-invoices." in said
    found = _open(desk)
    assert (found["SINV-013"], found["SINV-R"], found["INV-1"]) == (10_13, -5_00, 100_00)
    assert {"K0", "K1"} <= set(desk.books.state().customers["customer_id"])
    (saved,) = desk.folder.glob("127.0.0.1 items ????-??-??.csv")
    assert saved.read_text(encoding="utf-8").startswith("name,company,customer,")
    pages = [call for call in desk.system.calls if call.path.endswith("Sales Invoice")]
    assert len(pages) == 4, "25 invoices on pages of 7"


def test_what_was_booked_there_is_off_the_list_and_closed(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.push()
    _pulled(desk, "items", "--allow-closing")
    assert "INV-1" not in _open(desk)


@pytest.mark.parametrize(
    "garbled", [Said(200, "<html>"), Said(200, {"data": [{"customer": "C1"}]}), Said(404, {"exc_type": "DoesNotExistError"})]
)
def test_a_page_that_is_none_changes_nothing(desk: Desk, garbled: Said) -> None:
    head, answer, pages = desk.books.head(), desk.system.answer, [0]

    def breaks(call: Call) -> Said:
        if call.path.endswith("Sales Invoice"):
            pages[0] += 1
            if pages[0] == 2:
                return garbled
        return answer(call)

    for number in range(10):
        desk.system.invoice(f"SINV-{number:03}", "K1", 10_00)
    desk.system.answer = breaks
    assert "pull.page" in _pulled(desk, status=3)
    assert desk.books.head() == head


def test_a_page_that_does_not_come_changes_nothing(desk: Desk) -> None:
    head = desk.books.head()
    desk.system.trouble = lambda call: Trouble.ERROR if call.path.endswith("Sales Invoice") else Trouble.NONE
    assert "api.unreachable" in _pulled(desk, status=5)
    assert desk.books.head() == head
    desk.system.trouble = once(Trouble.ERROR, Trouble.LOSE, Trouble.LIMIT, writes=False)
    _pulled(desk)


def test_a_list_that_is_not_as_long_as_the_system_says_changes_nothing(desk: Desk) -> None:
    head, answer = desk.books.head(), desk.system.answer

    def short(call: Call) -> Any:
        said = answer(call)
        return Said(200, {"message": said.body["message"] + 1}) if call.path.endswith("get_count") else said

    desk.system.answer = short
    assert "pull.control: 127.0.0.1: the list of customers has 2 rows" in _pulled(desk, status=3)
    assert desk.books.head() == head


def test_a_list_that_changes_while_it_is_read_is_read_again(desk: Desk) -> None:
    answer, grown = desk.system.answer, [0]

    def grows(call: Call) -> Any:
        said = answer(call)
        if call.path.endswith("Sales Invoice") and grown[0] < limit:
            grown[0] += 1
            desk.system.invoice(f"NEW-{grown[0]}", "C1", 1_00)
        return said

    limit = 1
    desk.system.answer = grows
    _pulled(desk)
    assert "NEW-1" in _open(desk)
    limit = 99
    assert "changed while it was read, 3 times" in _pulled(desk, status=3)


def test_a_dry_run_keeps_nothing(desk: Desk) -> None:
    head = desk.books.head()
    assert "Dry run: nothing was kept." in _pulled(desk, "--dry-run")
    assert desk.books.head() == head


def test_what_was_sent_as_a_file_is_asked_for(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.pay("R2", "INV-2")
    path = desk.folder / "receipts.csv"
    desk.do("export", "receipts", "--target", "erpnext", "-o", str(path))
    key = next(one.external_id for one in desk.books.outbox(target="erpnext").documents if one.line_id == desk.lines["R1"])
    from live.erpnext_stub import Document

    desk.system.documents.append(Document("ACC-PAY-2026-00077", "Payment Entry", key, 1, {"INV-1": 100_00}, 0, 100_00))
    desk.system.invoices["INV-1"]["outstanding_amount"] = 0
    assert "1 document answered for" in _pulled(desk)
    assert desk.states() == {"R1": "accepted", "R2": "sent"}, "a file may still be loaded"
    assert "ACC-PAY-2026-00077" in desk.do("outbox", "--state", "accepted")
    assert "Nothing was sent." in desk.push()
    assert "1 accepted." in desk.push("--all")

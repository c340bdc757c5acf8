"""Kingdee Cloud by calls: what is its own."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from support import lines_file

from live.desk import Desk, once
from live.kingdee_stub import KingdeeCloud
from live.stub import Call, Said, Trouble


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    system = KingdeeCloud()
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []


def _operations(desk: Desk) -> list[str]:
    return [call.path.split(".")[-3] for call in desk.writes()]


def test_a_receipt_is_saved_under_its_external_id_submitted_and_audited(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    assert "1 accepted." in desk.push()
    assert _operations(desk) == ["Save", "Submit", "Audit"]
    (bill,) = desk.system.bills.values()
    assert (bill.number, bill.status) == (bill.key, "C")
    assert bill.number in desk.do("outbox", "--state", "accepted", "-O", "json")


def test_a_receipt_that_cannot_be_audited_is_in_doubt_and_gone_on_with(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    customer, _ = desk.system.receivables["INV-1"]
    desk.system.receivables["INV-1"] = (customer, 99_99)
    assert "1 unknown." in desk.push(status=1)
    assert "本次收款金额大于未核销金额" in desk.do("outbox", "--state", "unknown", "-O", "json")
    desk.system.receivables["INV-1"] = (customer, 100_00)
    assert "1 accepted." in desk.push()
    assert _operations(desk) == ["Save", "Submit", "Audit", "Audit"]


def test_a_call_whose_answer_cannot_be_read_before_the_system_goes_down_is_in_doubt_and_taken_back(desk: Desk) -> None:
    desk.pay("R1", "INV-1")

    def falls(call: Call) -> Trouble:
        desk.system.down = call.writes
        return Trouble.GARBLED if call.writes else Trouble.NONE

    desk.system.trouble = falls
    assert "api.unreachable" in desk.push(status=5)
    assert desk.states() == {"R1": "unknown"}
    desk.system.down, desk.system.trouble = False, once()
    desk.books.undo(desk.lines["R1"])
    desk.push()
    assert desk.system.bills == {}


def test_what_was_audited_is_reversed_and_deleted(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.push()
    desk.system.calls.clear()
    desk.books.undo(desk.lines["R1"])
    desk.system.trouble = once(Trouble.LOSE, Trouble.LOSE)
    assert "1 accepted." in desk.push()
    assert _operations(desk) == ["UnAudit", "Delete"]
    assert desk.system.bills == {}


def test_a_returned_payment_is_a_refund_of_its_receipt_and_is_taken_back_as_one(desk: Desk) -> None:
    desk.books.ingest([lines_file(desk.folder, [{"amount": "-100.00", "bank_reference": "R9", "booking_date": "2026-10-17"}], "back.csv")])
    desk.lines = dict(desk.books.state().lines.select("bank_reference", "line_id").iter_rows())
    desk.pay("R1", "INV-1")
    desk.push()
    (receipt,) = desk.system.bills
    desk.books.return_line(desk.lines["R9"], desk.lines["R1"])
    desk.push()
    (saved,) = [call for call in desk.writes() if call.body["formid"] == "AR_REFUNDBILL" and "Save" in call.path]
    assert saved.body["data"]["Model"]["FREFUNDBILLSRCENTRY"][0]["FSRCBILLNO"] == receipt
    assert [(one.form, one.bank, one.status) for one in desk.system.bills.values()][1:] == [("AR_REFUNDBILL", -100_00, "C")]
    assert desk.system.bank() == 0
    desk.books.undo(desk.lines["R9"])
    assert "1 accepted." in desk.push()
    assert list(desk.system.bills) == [receipt]


@pytest.mark.parametrize(("status", "operations"), [("B", ["CancelAssign", "Delete"]), ("D", ["Delete"]), ("", [])])
def test_what_people_did_there_meanwhile_is_not_done_again(desk: Desk, status: str, operations: list[str]) -> None:
    desk.pay("R1", "INV-1")
    desk.push()
    (bill,) = desk.system.bills.values()
    bill.status = status
    if not status:
        desk.system.bills.clear()
    desk.system.calls.clear()
    desk.books.undo(desk.lines["R1"])
    assert "1 accepted." in desk.push()
    assert _operations(desk) == operations


def test_a_closed_period_is_a_rejection(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.closed_until = "2099-12-31"
    assert "1 rejected." in desk.push(status=1)
    assert "单据日期所在的会计期间已结账" in desk.do("outbox", "--state", "rejected", "-O", "json")


def test_a_user_without_a_right_ends_the_command(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.rejected = lambda call: Said(200, desk.system._status(2, "没有 收款单 的 新增 权限"))
    desk.system.trouble = once(Trouble.REJECT)
    said = desk.push(status=2)
    assert "api.denied" in said
    assert "没有 收款单 的 新增 权限" in said
    assert desk.states() == {"R1": "new"}


def test_open_items_are_instalments_less_what_is_written_off(desk: Desk) -> None:
    items = desk.books.state().items
    assert set(items["item_id"]) == {"5000", "5001", "5002", "5003"}
    assert set(items["due_date"].cast(pl.String)) == {"2026-10-01"}
    assert set(items["currency"]) == {"EUR"}
    assert set(items["entity"]) == {"1"}


def test_an_error_inside_a_list_is_no_list(desk: Desk) -> None:
    head, answer = desk.books.head(), desk.system.answer

    def failing(call: Call) -> Said:
        return Said(200, desk.system._status(4, "异常", inside=True)) if "ExecuteBillQuery" in call.path else answer(call)

    desk.system.answer = failing
    assert "pull.page" in desk.do("pull", "--target", "kingdee-cloud", status=3)
    assert desk.books.head() == head

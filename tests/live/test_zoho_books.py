"""Zoho Books by calls: what is its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from live.desk import Desk, once
from live.stub import Call, Said, Trouble
from live.zoho_books_stub import ZohoBooks
from matcher.exports.erp.live.base import Reply
from matcher.exports.erp.targets.zoho_api import ZohoConnection
from matcher.exports.erp.targets.zoho_books_live import LIVE
from matcher.pipeline.actions.requests import AllocationRequest


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    system = ZohoBooks()
    system.by_column = False
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []


def test_too_many_calls_have_codes(desk: Desk) -> None:
    assert LIVE.limited(Reply(400, {"code": 44, "message": "blocked for some time"}))
    assert not LIVE.limited(Reply(400, {"code": 3004}))
    desk.pay("R1", "INV-1")
    answer, left = desk.system.answer, [{"code": 44}]
    desk.system.answer = lambda call: Said(400, left.pop()) if left and call.writes else answer(call)
    assert "1 accepted." in desk.push()
    assert desk.pauses == [60.0]


def test_a_payment_that_is_deleted_by_hand_is_not_deleted_twice(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.push()
    (identity,) = desk.system.payments
    desk.system._deleted(identity)
    desk.books.undo(desk.lines["R1"])
    assert "1 accepted." in desk.push()
    assert [call.method for call in desk.writes()] == ["PUT"]


@pytest.mark.parametrize("trouble", [Trouble.NONE, Trouble.LOSE, Trouble.LATE])
def test_money_on_account_pays_later_by_a_change_of_its_payment_and_is_taken_off_it_again(desk: Desk, trouble: Trouble) -> None:
    desk.books.allocate(desk.lines["R1"], [AllocationRequest("INV-1", "30.00")])
    assert "1 accepted." in desk.push()
    desk.books.allocate(desk.lines["R1"], [AllocationRequest("INV-2", "60.00"), AllocationRequest("INV-1", "10.00")])
    desk.system.trouble = once(trouble)
    assert "1 accepted." in desk.push()
    (identity,) = desk.system.payments
    assert sorted(desk.system.payments[identity].invoices.values()) == [40_00, 60_00]
    desk.books.undo(desk.lines["R1"])
    desk.system.trouble = once(trouble)
    assert "1 accepted." in desk.push()
    assert list(desk.system.payments[identity].invoices.values()) == [30_00]
    assert "matcher:" not in desk.system.payments[identity].body["description"]
    desk.books.undo(desk.lines["R1"])
    assert "1 accepted." in desk.push()
    assert desk.system.payments == {}
    assert desk.system.outstanding()["INV-1"] == 100_00


def test_an_application_of_a_payment_that_was_deleted_there_is_a_rejection_and_its_undo_is_done(desk: Desk) -> None:
    desk.books.on_account([desk.lines["R1"]], "4601")
    desk.push()
    desk.pay("R1", "INV-1")
    (identity,) = desk.system.payments
    kept = desk.system.payments.pop(identity)
    assert "1 rejected." in desk.push(status=1)
    assert f"the payment {identity} is no longer there" in desk.do("outbox", "--state", "rejected", "-O", "json")
    desk.system.payments[identity] = kept
    assert "1 accepted." in desk.push("--rejected")
    desk.system._deleted(identity)
    desk.books.undo(desk.lines["R1"])
    assert "1 accepted." in desk.push()


def test_a_locked_period_is_a_rejection(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.locked_until = "2099-12-31"
    assert "1 rejected." in desk.push(status=1)
    assert "locked" in desk.do("outbox", "--state", "rejected", "-O", "json")


def test_more_than_is_open_there_is_a_rejection(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.rows[desk.system.names["INV-1"]]["balance"] = 99_99
    desk.push(status=1)
    assert "24016: The amount entered is more than the balance due" in desk.do("outbox", "--state", "rejected", "-O", "json")


def test_a_list_whose_rows_move_between_pages_is_not_taken(desk: Desk) -> None:
    for number in range(12):
        desk.system.invoice(f"NEW-{number:03}", "C1", 10_00)
    answer, pages = desk.system.answer, [0]

    def shifts(call: Call) -> Any:
        said = answer(call)
        if call.path.endswith("invoices"):
            pages[0] += 1
            if pages[0] == 1:  # paid there after its page was read: the first row of the second page moves to the first
                desk.system.rows[desk.system.names["INV-1"]]["balance"] = 0
        return said

    desk.system.answer = shifts
    desk.do("pull", "items", "--target", "zoho-books", "--allow-closing")
    items = desk.books.state().items
    assert set(items.filter(items["status"] != "closed")["document_no"]) == set(desk.system.names) - {"INV-1"}


def test_the_accounts_server_is_one_of_zoho() -> None:
    assert ZohoConnection(url="https://www.zohoapis.eu", accounts_server="https://accounts.zoho.eu")
    with pytest.raises(ValueError, match="must be https:// and one of"):
        ZohoConnection(url="https://www.zohoapis.eu", accounts_server="https://accounts.zoho.example.com")


def test_what_is_no_id_is_refused_before_anything_is_booked(desk: Desk) -> None:
    toml = desk.books.directory / "matcher.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('giro = "460', 'giro = "Bank 460'), encoding="utf-8")
    desk.pay("R1", "INV-1")
    assert "knows accounts by its own ids, and 'Bank 460000000000361' is none" in desk.push(status=3)
    assert desk.writes() == []

"""Xero by calls: what is its own."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import polars as pl
import pytest
from keyring.backend import KeyringBackend
from support import lines_file

from live.desk import Desk, once
from live.stub import Trouble
from live.xero_stub import Xero, XeroApp
from matcher.pipeline.actions.requests import AllocationRequest


class Memory(KeyringBackend):
    """A keyring that forgets everything at the end."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    system = Xero()
    system.by_column = False
    system.credit_note("CN-1", "C1", 30_00)
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []


def _net(desk: Desk, reference: str, cash: str, netted: str) -> None:
    desk.books.allocate(desk.lines[reference], [AllocationRequest("INV-1", cash), AllocationRequest("CN-1", f"-{netted}")])


def _allocated(desk: Desk) -> list[int]:
    return [one.cents for one in desk.system.allocated.values() if not one.deleted]


@pytest.mark.parametrize("trouble", [Trouble.LOSE, Trouble.LATE])
def test_a_netted_credit_note_is_allocated_once_and_taken_back(desk: Desk, trouble: Trouble) -> None:
    _net(desk, "R1", "100.00", "30.00")
    desk.system.trouble = once(trouble, trouble, trouble)
    for _ in range(3):
        desk.books.push("xero")
    assert (_allocated(desk), desk.system.on_account(), desk.system.bank()) == ([30_00], 30_00, 100_00)
    assert desk.system.outstanding() | {"INV-1": 0, "CN-1": 0} == desk.system.outstanding()
    desk.books.undo(desk.lines["R1"])
    desk.system.trouble = once(trouble, trouble)
    desk.push()
    assert (_allocated(desk), desk.system.standing()) == ([], [])
    assert desk.system.outstanding() | {"INV-1": 100_00, "CN-1": -30_00} == desk.system.outstanding()


def test_an_allocation_of_another_receipt_is_not_taken_for_its_own(desk: Desk) -> None:
    _net(desk, "R1", "60.00", "10.00")
    desk.push()
    _net(desk, "R2", "40.00", "10.00")
    desk.system.trouble = once(Trouble.NONE, Trouble.LOSE_BEFORE)
    desk.push()
    assert _allocated(desk) == [10_00, 10_00]
    assert set(desk.states().values()) == {"accepted"}


def test_a_set_off_is_allocated_and_taken_back(desk: Desk) -> None:
    (made,) = desk.books.set_off("CN-1", [AllocationRequest("INV-2", "30.00")], reason="as agreed")
    desk.system.trouble = once(Trouble.LOSE)
    assert "1 accepted." in desk.push()
    assert (_allocated(desk), desk.system.outstanding()["INV-2"], desk.system.bank()) == ([30_00], 70_00, 0)
    desk.books.undo(made.decision_id)
    assert "1 accepted." in desk.push()
    assert _allocated(desk) == []


def test_money_on_account_pays_when_the_number_of_its_receipt_has_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = Xero()
    system.by_column, system.prepayments = False, True
    with system.serve() as url:
        desk = Desk(tmp_path, system, url, monkeypatch)
        desk.books.on_account([desk.lines["R1"]], next(iter(system.contacts.values())))
        desk.books.allocate(desk.lines["R1"], [AllocationRequest("INV-1", "60.00")])
        system.trouble = once(Trouble.REJECT)
        assert "1 rejected." in desk.push(status=1)
        assert "the number of the receipt whose money it uses is not known" in " ".join(
            desk.do("push", "--target", "xero", status=1).split()
        )
        assert "2 accepted." in desk.push("--rejected")
        assert (_allocated(desk), system.on_account(), system.bank()) == ([60_00], 40_00, 100_00)
        desk.books.undo(desk.lines["R1"])
        desk.books.undo(desk.lines["R1"])
        assert "2 accepted." in desk.push()
        assert (_allocated(desk), system.standing()) == ([], [])
        assert system.mistakes == []


def test_a_refund_pays_a_credit_note_back(desk: Desk) -> None:
    desk.books.ingest([lines_file(desk.folder, [{"amount": "-30.00", "bank_reference": "R9"}], "out.csv")])
    line = desk.books.state().lines.filter(pl.col("bank_reference") == "R9")["line_id"].item()
    desk.books.allocate(line, [AllocationRequest("CN-1", "-30.00")])
    desk.system.trouble = once(Trouble.LOSE)
    assert "1 accepted." in desk.push()
    assert (desk.system.bank(), desk.system.outstanding()["CN-1"]) == (-30_00, 0)
    desk.books.undo(line)
    assert "1 accepted." in desk.push()
    assert (desk.system.bank(), desk.system.outstanding()["CN-1"]) == (0, -30_00)


def test_a_limit_is_waited_for_as_long_as_xero_says_but_for_that_of_a_day(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.limit, desk.system.trouble = "concurrent", once(Trouble.LIMIT)
    assert "1 accepted." in desk.push()
    assert desk.pauses == [15.0]
    desk.pay("R2", "INV-2")
    desk.system.limit, desk.system.trouble = "day", once(Trouble.LIMIT)
    assert "api.limited" in desk.push(status=5)
    assert desk.pauses == [15.0]
    assert "1 accepted." in desk.push()


def test_what_was_refused_is_refused_again_until_its_key_has_expired(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.locked_until = "2099-12-31"
    desk.push(status=1)
    desk.system.locked_until = ""
    assert "1 rejected." in desk.push("--rejected", status=1)
    desk.system.seen.clear()
    assert "1 accepted." in desk.push("--rejected")


def test_a_discount_is_a_payment_of_its_own_and_what_is_missing_is_made_by_the_next_push(desk: Desk) -> None:
    desk.books.allocate(desk.lines["R1"], [AllocationRequest("INV-1", "98.00", "2.00", "discount")])
    desk.system.trouble = once(Trouble.LOSE, Trouble.REJECT)
    assert "1 unknown." in desk.push(status=1)
    assert "1 accepted." in desk.push()
    assert [(one.account, one.cents) for one in desk.system.standing()] == [("090", 98_00), ("480", 2_00), ("090", 2_00)]
    desk.books.undo(desk.lines["R1"])
    assert "1 accepted." in desk.push()
    assert desk.system.standing() == []


def test_a_locked_period_is_a_rejection(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.locked_until = "2099-12-31"
    assert "1 rejected." in desk.push(status=1)
    assert "before the period lock date" in desk.do("outbox", "--state", "rejected", "-O", "json")


def test_a_refresh_token_is_replaced_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, memory, system = keyring.get_keyring(), Memory(), XeroApp()
    system.by_column = False
    keyring.set_keyring(memory)
    try:
        with system.serve() as url:
            desk = Desk(tmp_path, system, url, monkeypatch)
            for number in (1, 2):
                desk.pay(f"R{number}", f"INV-{number}")
                assert "1 accepted." in desk.push()
        assert system.rotated == 3
        assert [text.rpartition(" ")[2] for text in memory.kept.values()] == ["first-refresh-3"]
        assert system.mistakes == []
    finally:
        keyring.set_keyring(before)

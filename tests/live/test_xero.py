"""Xero by calls: what is its own."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

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
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []


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

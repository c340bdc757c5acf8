"""QuickBooks Online by calls: what is its own."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from live.desk import Desk, once
from live.quickbooks_stub import QuickBooks
from live.stub import Trouble
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
    system = QuickBooks()
    system.by_column = False
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []


def _pay_with_discount(desk: Desk) -> None:
    desk.books.allocate(desk.lines["R1"], [AllocationRequest("INV-1", "98.00", "2.00", "discount")])


def test_a_discount_is_a_journal_entry_that_its_payment_links(desk: Desk) -> None:
    _pay_with_discount(desk)
    desk.system.trouble = once(Trouble.LOSE, Trouble.LOSE)
    assert "1 accepted." in desk.push()
    assert [call.path.rpartition("/")[2] for call in desk.writes()] == ["journalentry", "payment"]
    assert (desk.system.outstanding()["INV-1"], desk.system.on_account()) == (0, 2_00)
    assert "journalentry/201 payment/202" in desk.do("outbox", "--state", "accepted", "-O", "json")
    desk.books.undo(desk.lines["R1"])
    assert "1 accepted." in desk.push()
    assert [(one.entity, one.void) for one in desk.system.txns.values()] == [("Payment", True)]
    assert desk.system.outstanding()["INV-1"] == 100_00


def test_a_payment_that_is_refused_after_its_journal_entry_is_made_by_the_next_push(desk: Desk) -> None:
    _pay_with_discount(desk)
    desk.system.trouble = once(Trouble.NONE, Trouble.REJECT)
    assert "1 unknown." in desk.push(status=1)
    assert "1 accepted." in desk.push()
    assert len(desk.system.ids()) == 1


def test_what_was_changed_there_meanwhile_is_voided_with_its_token(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.push()
    (payment,) = desk.system.payments()
    payment.token = 7
    desk.books.undo(desk.lines["R1"])
    assert "1 accepted." in desk.push()
    assert payment.void


def _lying(desk: Desk) -> None:
    """R1 pays 30.00 of INV-1 and leaves 70.00 on account, of which INV-2 is paid then, and INV-1 some more."""
    desk.books.allocate(desk.lines["R1"], [AllocationRequest("INV-1", "30.00")])
    assert "1 accepted." in desk.push()
    desk.books.allocate(desk.lines["R1"], [AllocationRequest("INV-2", "60.00"), AllocationRequest("INV-1", "10.00")])


@pytest.mark.parametrize("trouble", [Trouble.NONE, Trouble.LOSE, Trouble.LATE])
def test_money_on_account_pays_later_by_a_change_of_its_payment_and_is_taken_off_it_again(desk: Desk, trouble: Trouble) -> None:
    _lying(desk)
    desk.system.trouble = once(trouble)
    assert "1 accepted." in desk.push()
    (payment,) = desk.system.payments()
    assert sorted(payment.links.values()) == [40_00, 60_00]
    assert len(desk.system.applied) == 1
    assert desk.system.on_account() == 0
    desk.books.undo(desk.lines["R1"])
    desk.system.trouble = once(trouble)
    assert "1 accepted." in desk.push()
    assert list(payment.links.values()) == [30_00]
    assert "matcher:" not in payment.body["PrivateNote"]
    desk.books.undo(desk.lines["R1"])
    assert "1 accepted." in desk.push()
    assert payment.void
    assert desk.system.outstanding()["INV-1"] == 100_00


def test_an_application_that_is_refused_says_why_and_its_payment_stays(desk: Desk) -> None:
    _lying(desk)
    desk.system.invoices[desk.system.names["INV-2"]]["balance"] = 59_99
    assert "1 rejected." in desk.push(status=1)
    assert "more than the balance" in desk.do("outbox", "--state", "rejected", "-O", "json")
    assert desk.system.on_account() == 70_00
    desk.system.invoices[desk.system.names["INV-2"]]["balance"] = 60_00
    desk.system.payments()[0].token += 1
    assert "1 accepted." in desk.push("--rejected")


def test_an_application_of_a_payment_that_was_voided_there_is_a_rejection(desk: Desk) -> None:
    _lying(desk)
    (payment,) = desk.system.payments()
    payment.void = True
    assert "1 rejected." in desk.push(status=1)
    assert f"the payment {payment.id} is voided or deleted there" in desk.do("outbox", "--state", "rejected", "-O", "json")


def test_an_application_that_clears_something_without_cash_has_no_form(desk: Desk) -> None:
    desk.books.allocate(desk.lines["R1"], [AllocationRequest("INV-1", "30.00")])
    desk.push()
    desk.books.allocate(desk.lines["R1"], [AllocationRequest("INV-2", "68.00", "2.00", "discount")])
    assert "applies money on account to invoices" in " ".join(desk.push(status=3).split())


def test_a_closed_period_is_a_rejection(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.closed_until = "2099-12-31"
    assert "1 rejected." in desk.push(status=1)
    assert "6210 Account Period Closed" in desk.do("outbox", "--state", "rejected", "-O", "json")


def test_a_refresh_token_that_is_renewed_is_kept_and_used(desk: Desk) -> None:
    before, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    try:
        desk.system.rotates = True
        for number in (1, 2, 3):
            desk.pay(f"R{number}", f"INV-{number}")
            assert "1 accepted." in desk.push()
        assert desk.system.rotated == 3
        (kept,) = memory.kept.values()
        assert kept.endswith(" 1000.refresh-3")
        assert "1000.refresh" not in desk.do("log")
    finally:
        keyring.set_keyring(before)


def test_a_refresh_token_that_cannot_be_kept_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "set_password", _fails)
    desk.system.rotates = True
    desk.pay("R1", "INV-1")
    assert "there is no keyring to keep it" in " ".join(desk.push().split())


def _fails(*words: str) -> None:
    raise RuntimeError

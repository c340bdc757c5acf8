"""What every system that is called over the net must survive, whatever its interface: one document for each decision, and whole lists."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from live.business_central_stub import BusinessCentral
from live.desk import Desk, always, once
from live.fxiaoke_stub import Fxiaoke
from live.kingdee_stub import KingdeeCloud
from live.quickbooks_stub import QuickBooks
from live.stub import Call, Trouble
from live.xero_stub import Xero
from live.yonyou_bip_stub import YonyouBip
from live.zoho_books_stub import ZohoBooks
from live.zoho_crm_stub import ZohoCrm
from matcher.pipeline.receipts import Sending

SYSTEMS: dict[str, Callable[[], Any]] = {
    "fxiaoke": Fxiaoke, "zoho-books": ZohoBooks, "zoho-crm": ZohoCrm, "quickbooks-online": QuickBooks,
    "business-central": BusinessCentral,
    "kingdee-cloud": KingdeeCloud,
    "xero": Xero,
    "yonyou-bip": YonyouBip,
}  # fmt: skip


@pytest.fixture(params=SYSTEMS)
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    system = SYSTEMS[request.param]()
    system.by_column = False
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []


TROUBLES = ((Trouble.LOSE, Trouble.LATE, Trouble.GARBLED), (Trouble.LOSE_BEFORE, Trouble.ERROR_DONE, Trouble.ERROR))


@pytest.mark.parametrize("troubles", TROUBLES)
def test_lost_answers_book_nothing_twice(desk: Desk, troubles: tuple[Trouble, ...]) -> None:
    for number in (1, 2, 3):
        desk.pay(f"R{number}", f"INV-{number}")
    desk.system.trouble = once(*troubles)
    desk.push()
    desk.push()
    assert set(desk.states().values()) == {"accepted"}
    assert len(desk.system.ids()) == 3
    assert desk.system.outstanding() == {"INV-1": 0, "INV-2": 0, "INV-3": 0, "INV-4": 100_00}
    assert desk.system.bank() == 300_00


def test_what_was_undone_is_taken_back_and_booked_anew(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.push()
    desk.books.undo(desk.lines["R1"])
    desk.pay("R1", "INV-2")
    if hasattr(desk.system, "take_back"):
        _take_back_by_hand(desk)
    desk.system.trouble = once(Trouble.LOSE)
    desk.push()
    assert desk.system.outstanding() == {"INV-1": 100_00, "INV-2": 0, "INV-3": 100_00, "INV-4": 100_00}
    assert desk.system.bank() == 100_00


def _take_back_by_hand(desk: Desk) -> None:
    """What no call takes back is refused in words; a person does it there, and says so."""
    refused = desk.books.push(desk.target, how=Sending(dry_run=True, skip_unsupported=True)).refused
    (reversal,) = (one.document for one in refused if one.document.reverses)
    assert desk.system.by_hand.format(number=reversal.reverses_number) in " ".join(desk.push(status=3).split())
    desk.system.take_back(reversal.reverses)
    desk.do("ack", "--resolve", f"{reversal.external_id}=by-hand", "--target", desk.target, "--reason", "reversed there")


def test_limits_are_waited_for_and_end_the_push_when_they_last(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.pay("R2", "INV-2")
    desk.system.trouble = once(Trouble.LIMIT)
    assert "2 accepted." in desk.push()
    assert desk.system.wait in desk.pauses
    desk.pay("R3", "INV-3")
    desk.system.trouble = always(Trouble.LIMIT)
    assert "api.limited" in desk.push(status=5)
    desk.system.trouble = always(Trouble.NONE)
    assert "1 accepted." in desk.push()


def test_a_system_that_goes_down_in_the_middle_is_gone_on_with(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.pay(f"R{number}", f"INV-{number}")
    writes = [0]

    def falls(call: Call) -> Trouble:
        writes[0] += call.writes
        desk.system.down = desk.system.down or (call.writes and writes[0] == 3)
        return Trouble.LOSE if desk.system.down else Trouble.NONE

    desk.system.trouble = falls
    assert "api.unreachable" in desk.push(status=5)
    desk.system.down, desk.system.trouble = False, always(Trouble.NONE)
    desk.push()
    assert set(desk.states().values()) == {"accepted"}
    assert desk.system.bank() == 300_00


def test_a_rejection_has_the_words_of_the_system(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.trouble = once(Trouble.REJECT)
    assert "1 rejected." in desk.push(status=1)
    assert desk.system.words in desk.do("outbox", "--state", "rejected", "-O", "json")
    assert "1 accepted." in desk.push("--rejected")


def test_a_token_that_expires_is_asked_for_again(desk: Desk) -> None:
    for number in (1, 2):
        desk.pay(f"R{number}", f"INV-{number}")

    def expires(call: Call) -> Trouble:
        if call.writes and desk.system.tokens == before:
            desk.system.expired = desk.system.tokens
        return Trouble.NONE

    before = desk.system.tokens + 1
    desk.system.trouble = expires
    assert "2 accepted." in desk.push()
    assert desk.system.tokens == before + 1


def test_a_token_that_is_refused_ends_the_command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.pay("R1", "INV-1")
    name = next(name for name in desk.system.secrets if name.endswith("_SECRET"))
    monkeypatch.setenv(name, "another-secret")
    said = desk.push(status=2)
    assert "api.denied" in said
    assert "another-secret" not in said
    assert desk.states() == {"R1": "new"}
    monkeypatch.delenv(name)
    assert "api.secret" in desk.push(status=2)


def test_open_items_and_customers_come_whole(desk: Desk) -> None:
    for number in range(20):
        desk.system.invoice(f"NEW-{number:03}", f"C{number % 3 + 1}", 10_00 + number)
    desk.system.trouble = once(Trouble.ERROR, Trouble.LOSE, Trouble.LIMIT, writes=False)
    desk.do("pull", *desk.system.lists, "--target", desk.target)
    assert len(desk.books.state().customers) == 3
    if "items" in desk.system.lists:
        assert _open(desk) == desk.system.outstanding()
        desk.pay("R1", "INV-1")
        desk.push()
        desk.do("pull", "items", "--target", desk.target, "--allow-closing")
        assert set(_open(desk)) == desk.system.outstanding().keys() - {"INV-1"}


def _open(desk: Desk) -> dict[str, int]:
    items = desk.books.state().items.filter(pl.col("status") != "closed")
    return dict(items.select("document_no", "open_amount").iter_rows())

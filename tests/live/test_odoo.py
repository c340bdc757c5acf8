"""Odoo by calls: entries whose lines are matched with their invoices, and its lists, over JSON-2 and JSON-RPC."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from live.desk import Desk, once
from live.odoo_stub import Odoo, Odoo17
from live.stub import Trouble


@pytest.fixture(params=[Odoo, Odoo17])
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Desk]:
    system = request.param()
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []


def test_what_pays_two_invoices_in_part_is_matched_as_it_was_decided(desk: Desk) -> None:
    desk.do("allocate", desk.lines["R1"], "INV-1=40.00", "INV-2=60.00")
    assert "1 accepted." in desk.push()
    assert desk.system.outstanding() == {"INV-1": 60_00, "INV-2": 40_00, "INV-3": 100_00, "INV-4": 100_00}
    assert "BNK1/2026/" in desk.do("outbox", "--state", "accepted")
    desk.system.invoice("REFUND", "C1", -25_00)
    desk.do("pull", "--target", "odoo")
    found = desk.books.state().items.filter(pl.col("status") != "closed")
    assert dict(found.select("document_no", "open_amount").iter_rows())["REFUND"] == -25_00
    assert set(found["customer_id"]) == {"C1"}


def test_what_has_less_open_there_is_rejected_before_anything_is_made(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.pay("R2", "INV-2")
    desk.push()
    desk.system.moves[next(iter(desk.system.moves))]["state"] = "cancel"
    desk.books.undo(desk.lines["R1"])
    desk.pay("R3", "INV-1")
    said = desk.push(status=1)
    assert "1 accepted, 1 rejected." in said
    assert "INV-1 is not there" in desk.do("outbox", "--state", "rejected", "-O", "json")
    assert len(desk.system.ids()) == 2


def test_an_entry_that_was_only_created_is_posted_and_matched_by_the_next_push(desk: Desk) -> None:
    desk.pay("R1", "INV-1")
    desk.system.trouble = once(Trouble.NONE, Trouble.REJECT)
    assert "1 unknown." in desk.push(status=1)
    assert "its first step is booked, and then: You cannot post" in desk.do("outbox", "-O", "json")
    assert "1 accepted." in desk.push()
    assert desk.system.outstanding()["INV-1"] == 0
    assert len(desk.system.ids()) == 1


def test_who_has_no_key_is_not_let_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.pay("R1", "INV-1")
    monkeypatch.setenv("MATCHER_ODOO_KEY", "another-key")
    said = desk.push(status=2)
    assert "api.denied" in said
    assert "another-key" not in said

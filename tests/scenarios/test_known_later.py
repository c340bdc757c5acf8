"""Decisions are taken on everything that is known: what a later day took is taken, and what the ERP has booked of ours is known."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import customers_file, items_file, lines_file, with_lists

from matcher.books import Books
from matcher.errors import MatcherError
from matcher.journal.decisions import Draft, build
from matcher.model import Allocation
from matcher.pipeline.actions.requests import AllocationRequest

FOREVER = date(9999, 12, 31)
CUSTOMER = {"customer_id": "C1", "name": "Hafenbau Nord GmbH", "account": "DE89370400440532013000"}
ITEM = {"item_id": "A1", "customer_id": "C1", "document_no": "RE-2026-00401", "amount": "1190.00"}
PAYER = {"counterparty_name": CUSTOMER["name"], "counterparty_account": CUSTOMER["account"], "amount": "1190.00"}
OCTOBER = {**PAYER, "booking_date": "2026-10-28", "bank_reference": "R1"}
NOVEMBER = {**PAYER, "booking_date": "2026-11-03", "bank_reference": "R2", "remittance_information": "RE-2026-00401"}


def line(books: Books, reference: str) -> dict[str, Any]:
    return books.state(FOREVER).lines.filter(pl.col("bank_reference") == reference).row(0, named=True)


@cache
def _line_id(directory: Path, reference: str) -> str:
    return str(line(Books(directory), reference)["line_id"])


def line_id(books: Books, reference: str) -> str:
    """The line's id, which never changes."""
    return _line_id(books.directory, reference)


def posted_on(books: Books, item: str) -> int:
    here = books.state(FOREVER).allocations.filter((pl.col("state") == "posted") & (pl.col("item_id") == item))
    return int((here["item_amount"] + here["adjustment"]).sum())


def open_of(books: Books, item: str = "A1", day: date = FOREVER) -> int:
    return int(books.state(day).items.filter(pl.col("item_id") == item)["open"].sum())


def holds(books: Books) -> None:
    assert [check for check in books.verify() if check.failure] == []


@pytest.mark.parametrize("late", [False, True], ids=["the October file first", "the October file after November was run"])
def test_a_run_of_last_month_does_not_pay_what_this_month_has_paid(tmp_path: Path, late: bool) -> None:
    books = with_lists(tmp_path, items=[ITEM], customers=[CUSTOMER], lines=[NOVEMBER] if late else [OCTOBER, NOVEMBER])
    if late:
        books.run(date(2026, 11, 5))
        books.ingest([lines_file(tmp_path, [OCTOBER], "october.csv")])
    else:
        # the November line names the invoice; the October line alone would be a payment of it, too
        books.allocate(line_id(books, "R2"), [AllocationRequest("A1")])
    books.run(date(2026, 10, 31))
    assert posted_on(books, "A1") == 1190_00
    assert line(books, "R1")["state"] != "posted"
    documents = books.export("receipts", tmp_path / "receipts.jsonl", FOREVER)
    assert documents.control_totals == {"EUR": "1190.00"}
    holds(books)


def test_a_run_up_to_a_day_leaves_later_lines_as_they_stand(tmp_path: Path) -> None:
    other = {**ITEM, "item_id": "A2", "document_no": "RE-2026-00402", "amount": "250.00"}
    likely = {**PAYER, "counterparty_account": "", "amount": "250.00", "booking_date": "2026-11-03", "bank_reference": "R3"}
    books = with_lists(
        tmp_path, items=[ITEM, other], customers=[CUSTOMER], lines=[{**OCTOBER, "remittance_information": "RE-2026-00401"}, likely]
    )
    books.run(date(2026, 11, 30))
    before = line(books, "R3")
    assert before["state"] == "proposed"
    result = books.run(date(2026, 10, 31))
    assert result.considered == 0
    assert line(books, "R3") == before
    books.accept([before["line_id"]])
    assert posted_on(books, "A2") == 250_00
    holds(books)


def test_a_person_cannot_spend_what_a_later_decision_has(tmp_path: Path) -> None:
    books = with_lists(tmp_path, items=[ITEM], customers=[CUSTOMER], lines=[OCTOBER, NOVEMBER])
    books.allocate(line_id(books, "R2"), [AllocationRequest("A1", "1190.00")])
    with pytest.raises(MatcherError) as refused:
        books.allocate(line_id(books, "R1"), [AllocationRequest("A1", "1190.00")])
    assert refused.value.code == "decision.amount"
    books.undo(line_id(books, "R2"))
    books.allocate(line_id(books, "R1"), [AllocationRequest("A1", "1190.00")])
    assert posted_on(books, "A1") == 1190_00
    holds(books)


@pytest.mark.parametrize("taken", ["the line's money", "the document's amount"])
def test_the_writer_refuses_what_would_spend_money_twice_whoever_asks(tmp_path: Path, taken: str) -> None:
    books = with_lists(
        tmp_path, items=[ITEM, {**ITEM, "item_id": "A2", "document_no": "RE-2"}], customers=[CUSTOMER], lines=[OCTOBER, NOVEMBER]
    )
    books.allocate(line_id(books, "R1"), [AllocationRequest("A1", "1190.00")])
    named, item = ("R1", "A2") if taken == "the line's money" else ("R2", "A1")
    with books._session(write=True) as session:
        row = line_row(session, named)
        draft = Draft("match", row, "EUR", date(2026, 11, 3), outcome="matched", allocations=(Allocation(item, 1, 1),))
        with pytest.raises(MatcherError) as refused:
            session.commit("run", {}, *build([draft], session.next_batch, "engine", session.at))
        session.store.run("ROLLBACK")
        session.store.run("BEGIN")
    assert refused.value.code == "decision.amount"
    assert posted_on(books, "A1") == 1190_00
    assert posted_on(books, "A2") == 0
    holds(books)


def line_row(session: Any, reference: str) -> str:
    return str(session.store.run("SELECT line_id FROM raw.line WHERE bank_reference = ?", [reference])[0][0])


ODD_IDS = ["INV 1", "INV=1", "INV,1;2", 'INV "1" |', "发票 1", "INV\\1"]
PAYERS = ["Hafenbau Nord GmbH", "Ostsee Fisch KG", "Weber Druck AG", "Lindner Optik e.K.", "Autohaus Kranz", "Molkerei Thal eG"]


def test_what_a_person_refuses_stays_refused_whatever_the_id_holds(tmp_path: Path) -> None:
    customers, items, lines = [], [], []
    for n, (item_id, name) in enumerate(zip(ODD_IDS, PAYERS, strict=True)):
        customers.append({"customer_id": f"C{n}", "name": name})
        items.append({"item_id": item_id, "customer_id": f"C{n}", "document_no": f"RE-2026-0040{n}", "amount": f"{n + 1}190.00"})
        lines.append({"counterparty_name": name, "amount": f"{n + 1}190.00", "booking_date": "2026-10-28", "bank_reference": f"R{n}"})
    books = with_lists(tmp_path, items=items, customers=customers, lines=lines)
    everyone = [line_id(books, f"R{n}") for n in range(len(lines))]
    books.run()
    assert books.state(FOREVER).lines["state"].to_list() == ["proposed"] * len(lines)
    books.reject(everyone, reason="not theirs")
    books.run()
    assert books.state(FOREVER).lines["state"].to_list() == ["none"] * len(lines)
    for one, item_id in zip(everyone, ODD_IDS, strict=True):
        (refusal,) = [step for step in books.explain(one).history if step.kind == "reject"]
        assert refusal.items == (item_id,)


def listed(books: Books, folder: Path, left: str, status: str = "part_paid", *more: dict[str, str]) -> None:
    row = {**ITEM, "amount": "1000.00", "open_amount": left, "status": status}
    books.import_files("items", [items_file(folder, [row, *more], f"items-{left}-{len(more)}.csv")])


def test_undo_after_the_erp_has_booked_and_another_posting_meanwhile(tmp_path: Path) -> None:
    parts = [{**OCTOBER, "amount": "400.00"}, {**NOVEMBER, "amount": "300.00"}, {**NOVEMBER, "amount": "700.00", "bank_reference": "R3"}]
    books = with_lists(tmp_path, items=[{**ITEM, "amount": "1000.00"}], customers=[CUSTOMER], lines=parts)
    books.allocate(line_id(books, "R1"), [AllocationRequest("A1", "400.00")])
    listed(books, tmp_path, "600.00")
    assert open_of(books) == 600_00
    books.undo(line_id(books, "R1"))
    assert open_of(books) == 1000_00
    books.allocate(line_id(books, "R2"), [AllocationRequest("A1", "300.00")])
    assert open_of(books) == 700_00
    listed(books, tmp_path, "700.00")  # the ERP has taken the 400 back and booked the 300
    assert open_of(books) == 700_00
    books.allocate(line_id(books, "R3"), [AllocationRequest("A1", "700.00")])
    assert open_of(books) == 0
    holds(books)


def test_undo_after_the_erp_has_closed_the_item(tmp_path: Path) -> None:
    books = with_lists(tmp_path, items=[{**ITEM, "amount": "1000.00"}], customers=[CUSTOMER], lines=[{**OCTOBER, "amount": "1000.00"}])
    books.allocate(line_id(books, "R1"), [AllocationRequest("A1", "1000.00")])
    listed(books, tmp_path, "0.00", "closed")
    assert open_of(books) == 0
    books.undo(line_id(books, "R1"))
    assert open_of(books) == 1000_00
    listed(books, tmp_path, "1000.00", "open")
    assert open_of(books) == 1000_00
    holds(books)


def test_a_change_of_the_erp_s_own_is_not_our_receipt(tmp_path: Path) -> None:
    books = with_lists(tmp_path, items=[{**ITEM, "amount": "1000.00"}], customers=[CUSTOMER], lines=[{**OCTOBER, "amount": "600.00"}])
    books.allocate(line_id(books, "R1"), [AllocationRequest("A1", "600.00")])
    listed(books, tmp_path, "850.00")  # a credit of 150.00 that the ERP booked itself
    assert open_of(books) == 250_00
    listed(books, tmp_path, "250.00", "part_paid", {**ITEM, "item_id": "A9", "document_no": "RE-9"})
    assert open_of(books) == 250_00
    holds(books)


def test_figures_of_october_do_not_move_when_november_is_decided_and_booked(tmp_path: Path) -> None:
    books = with_lists(tmp_path, items=[{**ITEM, "amount": "1000.00"}], customers=[CUSTOMER], lines=[{**NOVEMBER, "amount": "400.00"}])
    october = date(2026, 10, 31)
    assert open_of(books, day=october) == 1000_00
    books.allocate(line_id(books, "R2"), [AllocationRequest("A1", "400.00")])
    assert open_of(books, day=october) == 1000_00
    listed(books, tmp_path, "600.00")
    assert open_of(books, day=october) == 1000_00
    assert open_of(books) == 600_00


def test_the_follow_up_list_keeps_its_figures_when_the_erp_has_booked_a_receipt(tmp_path: Path) -> None:
    books = with_lists(tmp_path, items=[{**ITEM, "amount": "1000.00"}], customers=[CUSTOMER], lines=[{**OCTOBER, "amount": "400.00"}])
    books.import_files("customers", [customers_file(tmp_path, [CUSTOMER])])
    books.allocate(line_id(books, "R1"), [AllocationRequest("A1", "400.00")])
    books.export("discrepancies", tmp_path / "before.csv", date(2026, 10, 31))
    listed(books, tmp_path, "600.00")
    books.export("discrepancies", tmp_path / "after.csv", date(2026, 10, 31))
    assert (tmp_path / "before.csv").read_bytes() == (tmp_path / "after.csv").read_bytes()
    (row,) = pl.read_csv(tmp_path / "after.csv", infer_schema=False).filter(pl.col("item_id") == "A1").to_dicts()
    assert [row[name] for name in ("open_before", "cash_applied", "adjustment", "open_after")] == ["1000.00", "400.00", "0.00", "600.00"]


def test_what_is_decided_after_the_erp_s_list_and_undone_at_once_leaves_every_day_as_it_was(tmp_path: Path) -> None:
    """The list speaks of an earlier posting on the document, which was booked and taken back."""
    books = with_lists(tmp_path, items=[ITEM], customers=[CUSTOMER], lines=[OCTOBER, {**NOVEMBER, "booking_date": "2026-10-28"}])
    books.allocate(line_id(books, "R1"), [AllocationRequest("A1")])
    shown = {**ITEM, "open_amount": "0.00", "status": "closed"}
    books.import_files("items", [items_file(tmp_path, [shown], "booked.csv")], snapshot_date=date(2026, 10, 29))
    books.undo(line_id(books, "R1"))
    books.import_files("items", [items_file(tmp_path, [ITEM], "again.csv")], snapshot_date=date(2026, 10, 31))
    days = [date(2026, 10, 27) + timedelta(ahead) for ahead in range(6)]
    before = [open_of(books, day=day) for day in days]
    books.allocate(line_id(books, "R2"), [AllocationRequest("A1")])
    books.undo(line_id(books, "R2"))
    assert [open_of(books, day=day) for day in days] == before
    holds(books)

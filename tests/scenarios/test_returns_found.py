"""Stories of money that is no plain payment: what came back, what was taken back, what is our own, and what is paid back."""

from pathlib import Path

import pytest
import steady
from click.testing import CliRunner
from support import LINE_COLUMNS, Row, table, with_lists, write

from matcher.books import Books
from matcher.cli import main
from matcher.filters import Filters

CUSTOMERS = [
    {"customer_id": "C1", "name": "Brandt Maschinenbau GmbH", "account": "DE02100100100006820101"},
    {"customer_id": "C2", "name": "Ohlsen Logistik KG", "account": "DE02300209000106531065"},
]
ITEMS: list[Row] = [
    {"item_id": "A1", "customer_id": "C1", "document_no": "RE-2026-00401", "amount": "1190.00", "due_date": "2026-10-15"},
    {"item_id": "A2", "customer_id": "C1", "document_no": "GS-2026-00088", "amount": "-80.10", "document_type": "credit_note"},
]
BRANDT: Row = {"counterparty_name": "Brandt Maschinenbau GmbH", "counterparty_account": "DE02100100100006820101"}


@pytest.fixture(autouse=True)
def _points_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    steady.install(monkeypatch)


def ingest(books: Books, rows: list[Row], name: str = "lines.csv") -> None:
    text = table((*LINE_COLUMNS, "return_reason"), rows, {"account": "giro", "currency": "EUR"})
    books.ingest([write(books.directory.parent, name, text)])


def run(folder: Path, *lines: Row) -> dict[str, tuple[str, str, str]]:
    """State, outcome and reference of the other line of each line, named L1, L2, ... in their order, after a run."""
    numbered: list[Row] = [
        {"bank_reference": f"L{n}", "booking_date": f"2026-10-{10 + n}", **BRANDT, **line} for n, line in enumerate(lines, 1)
    ]
    books = with_lists(folder, items=ITEMS, customers=CUSTOMERS)
    ingest(books, numbered)
    books.run()
    rows = books.state().lines.select("line_id", "bank_reference", "state", "outcome", "other_line").rows()
    names = {row[0]: row[1] for row in rows} | {"": ""}
    return {reference: (state, outcome, names[other]) for _, reference, state, outcome, other in rows}


def test_a_receipt_that_the_bank_cancels_pays_nothing(tmp_path: Path) -> None:
    told = run(
        tmp_path,
        {"amount": "1190.00", "remittance_information": "RE-2026-00401"},
        {"amount": "-1190.00", "remittance_information": "STORNO RE-2026-00401", "return_reason": "AM05"},
    )
    assert told == {"L1": ("none", "unexplained", "L2"), "L2": ("proposed", "outgoing", "L1")}
    books = Books(tmp_path / "books")
    assert books.state().items.filter(item_id="A1")["open"].item() == 1190_00
    matches = books.directory / "m.csv"
    assert CliRunner().invoke(main, ["--books", str(books.directory), "export", "matches", "-o", str(matches)]).exit_code == 0
    (row,) = [row for row in matches.read_text(encoding="utf-8").splitlines() if ",L2," in row]
    assert ",proposed,outgoing," in row


def test_a_payment_after_a_return_is_no_double_payment(tmp_path: Path) -> None:
    told = run(
        tmp_path,
        {"amount": "1190.00", "remittance_information": "RE-2026-00401"},
        {"amount": "-1197.50", "remittance_information": "RUECKLASTSCHRIFT RE-2026-00401 ENTGELT 7,50", "return_reason": "AM04"},
        {"amount": "1190.00", "remittance_information": "RE-2026-00401 nach Ruecklastschrift"},
    )
    assert told["L2"] == ("proposed", "outgoing", "L1")
    assert told["L3"] == ("posted", "matched", "")


def test_a_return_of_a_posted_receipt_is_found_in_a_later_run(tmp_path: Path) -> None:
    assert run(tmp_path, {"amount": "1190.00", "remittance_information": "RE-2026-00401"})["L1"][0] == "posted"
    books = Books(tmp_path / "books")
    later: list[Row] = [
        {**BRANDT, "bank_reference": "L2", "booking_date": "2026-11-03", "amount": "-1190.00", "return_reason": "MD06"},
        {**BRANDT, "bank_reference": "L3", "booking_date": "2026-11-05", "amount": "1190.00", "remittance_information": "RE-2026-00401"},
    ]
    ingest(books, later, "later.csv")
    books.run()
    lines = {row["bank_reference"]: row for row in books.state().lines.rows(named=True)}
    assert (lines["L2"]["state"], lines["L2"]["other_line"]) == ("proposed", lines["L1"]["line_id"])
    assert lines["L2"]["customer_id"] == "C1"
    assert (lines["L3"]["outcome"], "took it back" in lines["L3"]["reason"]) == ("unexplained", True)


def _returned(folder: Path) -> tuple[Books, bytes]:
    """Books in which a return of a receipt is proposed, and another proposal waits, with the aging."""
    told = run(
        folder,
        {"amount": "640.00", "remittance_information": "Anzahlung"},
        {"amount": "-640.00", "remittance_information": "STORNO Anzahlung", "return_reason": "AM05"},
        {"amount": "1190.00", "counterparty_account": "", "remittance_information": "danke"},
    )
    assert [told[name][0] for name in ("L1", "L2", "L3")] == ["none", "proposed", "proposed"]
    books = Books(folder / "books")
    return books, aging(books)


def aging(books: Books) -> bytes:
    made = CliRunner().invoke(main, ["--books", str(books.directory), "aging", "-O", "csv"])
    assert made.exit_code == 0
    return made.stdout_bytes


def test_a_return_that_is_taken_back_leaves_the_aging_as_it_was(tmp_path: Path) -> None:
    books, before = _returned(tmp_path)
    (line_id,) = books.state().lines.filter(bank_reference="L2")["line_id"]
    books.accept([line_id])
    books.undo(line_id, reason="not yet")
    assert aging(books) == before


def test_many_accepted_at_once_are_taken_back_with_the_return_among_them(tmp_path: Path) -> None:
    books, before = _returned(tmp_path)
    waiting = books.queue().lines
    made = books.accept([line.line_id for line in waiting if line.state == "proposed"])
    assert sorted(one.kind for one in made) == ["accept", "return", "return"]
    assert len(books.undo_run(0, reason="not yet")) == 3
    assert (books.queue().lines, aging(books)) == (waiting, before)
    assert not [check for check in books.verify() if check.failure]


def test_a_large_return_is_not_among_the_small_amounts(tmp_path: Path) -> None:
    books, _ = _returned(tmp_path)
    assert books.queue(max_amount="639.99").lines == ()
    assert {line.amount for line in books.queue(min_amount="640", max_amount="640").lines} == {640_00, -640_00}
    assert books.accept(filters=Filters(max_amount="639.99")) == []


def test_our_own_money_that_comes_back_pays_no_invoice(tmp_path: Path) -> None:
    told = run(
        tmp_path,
        {"amount": "-1190.00", "remittance_information": "Ihre Rechnung 88-12"},
        {"amount": "1190.00", "remittance_information": "RETOURE Ihre Rechnung 88-12", "return_reason": "AC04"},
    )
    assert told == {"L1": ("none", "outgoing", ""), "L2": ("proposed", "unexplained", "L1")}


def test_a_refund_to_a_customer_is_proposed_on_its_credit(tmp_path: Path) -> None:
    told = run(tmp_path, {"amount": "-80.10", "remittance_information": "Erstattung"}, {"amount": "-81.00"})
    assert told == {"L1": ("proposed", "outgoing", ""), "L2": ("none", "outgoing", "")}
    allocations = Books(tmp_path / "books").state().allocations.select("item_id", "amount", "state").rows()
    assert allocations == [("A2", -80_10, "proposed")]


def test_what_a_run_says_of_them_is_shown(tmp_path: Path) -> None:
    run(
        tmp_path,
        {"amount": "1190.00", "remittance_information": "RE-2026-00401"},
        {"amount": "-1190.00", "remittance_information": "STORNO", "return_reason": "AM05"},
        {"amount": "-80.10", "remittance_information": "Erstattung"},
    )
    books = Books(tmp_path / "books")
    shown = {}
    for reference, line_id in books.state().lines.select("bank_reference", "line_id").iter_rows():
        told = CliRunner().invoke(main, ["--books", str(books.directory), "explain", line_id])
        assert told.exit_code == 0, told.output
        shown[reference] = told.output
    assert "took it back; it pays nothing until that is decided" in shown["L1"]
    assert "The bank took back the receipt of 11 Oct 2026 over 1190.00 EUR" in shown["L2"]
    assert "80.10 EUR go back to C1: GS-2026-00088" in shown["L3"]


def test_a_return_that_a_person_refuses_is_not_proposed_again(tmp_path: Path) -> None:
    run(
        tmp_path,
        {"amount": "1190.00", "remittance_information": "RE-2026-00401"},
        {"amount": "-1190.00", "remittance_information": "STORNO RE-2026-00401", "return_reason": "AM05"},
    )
    books = Books(tmp_path / "books")
    lines = dict(books.state().lines.select("bank_reference", "line_id").iter_rows())
    books.reject([lines["L2"]], reason="of another month")
    books.run()
    rows = {row[0]: row[1:] for row in books.state().lines.select("bank_reference", "state", "other_line").iter_rows()}
    # the receipt is a payment again, and what takes money back waits for its own
    assert rows == {"L1": ("posted", ""), "L2": ("none", "")}


def test_what_the_engine_finds_to_be_on_account_is_accepted_so(tmp_path: Path) -> None:
    told = run(tmp_path, {"amount": "5000.00", "remittance_information": "Anzahlung Auftrag 77"})
    assert told == {"L1": ("none", "on_account", "")}
    books = Books(tmp_path / "books", actor="ada")
    (line_id,) = books.state().lines["line_id"]
    assert books.state().credits.select("customer_id", "open", "posted").rows() == [("C1", -5000_00, False)]
    (decided,) = books.accept([line_id])
    assert (decided.kind, decided.customer_id, decided.outcome) == ("on_account", "C1", "on_account")
    assert books.queue().waiting == 0


def test_a_double_payment_that_went_back_is_a_refund_once_it_is_known(tmp_path: Path) -> None:
    paid: Row = {"amount": "1190.00", "remittance_information": "RE-2026-00401"}
    run(
        tmp_path,
        paid,
        paid | {"remittance_information": "RE-2026-00401 nochmals"},
        {"amount": "-1190.00", "remittance_information": "zurueck"},
    )
    books = Books(tmp_path / "books", actor="ada")
    books.run()  # the first run found whose the second payment is
    rows = books.state().lines.select("bank_reference", "state", "outcome").rows()
    assert sorted(rows) == [("L1", "posted", "matched"), ("L2", "none", "duplicate"), ("L3", "proposed", "outgoing")]
    lines = dict(books.state().lines.select("bank_reference", "line_id").iter_rows())
    decided, rest = books.accept([lines["L3"]])
    assert (decided.kind, [effect.item_id for effect in decided.effects]) == ("refund", [f"U-{lines['L2']}"])
    assert (rest.kind, rest.line_id, books.queue().waiting) == ("on_account", lines["L2"], 0)
    assert books.aging()["open_amount"].sum() == -80_10

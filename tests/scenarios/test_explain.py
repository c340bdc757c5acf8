"""Stories of `explain`: what it says of every way in which a line can stand."""

import csv
import io
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import steady
from click.testing import CliRunner
from support import Row, filled, items_file, with_lists

from matcher.books import Books
from matcher.cli import main
from matcher.matching.explanations import encoding
from matcher.pipeline.actions.requests import AllocationRequest

CUSTOMERS = [
    {"customer_id": "C1", "name": "Brandt Maschinenbau GmbH", "account": "DE02100100100006820101"},
    {"customer_id": "C2", "name": "Ohlsen Logistik KG", "account": "DE02300209000106531065"},
    {"customer_id": "C3", "name": "Varga Textil Kft"},
]
ITEMS: list[Row] = [
    {"item_id": "A1", "customer_id": "C1", "document_no": "RE-2026-00401", "amount": "1190.00", "due_date": "2026-10-15"},
    {"item_id": "A2", "customer_id": "C1", "document_no": "RE-2026-00402", "amount": "595.50", "due_date": "2026-10-20"},
    {"item_id": "A3", "customer_id": "C1", "document_no": "RE-2026-00403", "amount": "80.10", "due_date": "2026-10-20"},
    {"item_id": "A4", "customer_id": "C1", "document_no": "RE-2026-00404", "amount": "80.10", "due_date": "2026-10-28"},
    {"item_id": "B1", "customer_id": "C2", "document_no": "RE-2026-00977", "amount": "312.00"},
    {
        "item_id": "B2",
        "customer_id": "C2",
        "document_no": "RE-2026-00978",
        "amount": "450.00",
        "status": "closed",
        "closed_date": "2026-10-02",
    },
]
BRANDT: Row = {"counterparty_name": "Brandt Maschinenbau GmbH", "counterparty_account": "DE02100100100006820101"}


@pytest.fixture(autouse=True)
def _points_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    steady.install(monkeypatch)
    monkeypatch.setenv("COLUMNS", "")


def told(books: Books, line: str, *options: str) -> str:
    """What the command prints of a line."""
    page = {"COLUMNS": os.environ.get("COLUMNS") or "200"}
    result = CliRunner().invoke(main, ["--books", str(books.directory), "explain", line, *options], env=page)
    assert result.exit_code == 0, result.output
    return result.output


@cache
def ids(directory: Path) -> dict[str, str]:
    """Line ids by bank reference: no story reads further lines."""
    return dict(Books(directory).state().lines.select("bank_reference", "line_id").iter_rows())


def record(books: Books, number: int = 1) -> dict[str, Any]:
    """The JSON object of the line with that bank reference."""
    found: dict[str, Any] = json.loads(told(books, ids(books.directory)[f"L{number}"], "--format", "json"))
    return found


OTHERS: list[Row] = [
    {"item_id": f"OTHER{n}", "customer_id": "C99", "document_no": f"ZB/{n}", "amount": f"{50_000 + n}.10"} for n in range(200)
]
"""What else is open: that only one item has an amount says something only among many."""


def run(folder: Path, *lines: Row, items: list[Row] | None = None) -> Books:
    """Books with these lines, numbered L1, L2, ..., after a run."""
    numbered = [{"bank_reference": f"L{n}", **line} for n, line in enumerate(lines, 1)]
    folder.mkdir(exist_ok=True)
    books = with_lists(folder, items=(ITEMS if items is None else items) + OTHERS, customers=CUSTOMERS, lines=numbered)
    books.run()
    return books


def test_a_posted_line_as_a_page(tmp_path: Path) -> None:
    books = run(tmp_path, {**BRANDT, "amount": "1190.00", "remittance_information": "RE-2026-00401"})
    (line_id,) = books.state().lines["line_id"]
    printed = [line.rstrip() for line in told(books, line_id[:6], "--full").splitlines()]
    short = told(books, line_id[:6])
    assert "confidence  99.9 %" in short.replace("   ", "  ")
    assert "log-odds" not in short
    assert "calibration" not in short
    assert (
        [line for line in printed if line and "──" not in line]
        == f"""\
field        value
line         {line_id}, account giro, 2026-10-15
amount       1,190.00 EUR
payer        Brandt Maschinenbau GmbH, DE02100100100006820101
text         RE-2026-00401
outcome      matched, posted by the engine
customer     C1 Brandt Maschinenbau GmbH
rule         named-full@3: The named items are paid in full
found by     all items that the text names
difference   the sum is exactly the amount
confidence   99.9 %, no other explanation
log-odds     +65 points against all other explanations and against none being right
calibration  read from the log-odds by calibration 7, measured on three invented months
Evidence
evidence                                                           points  total
the document number is in the payer's text, letters and digits        +30    +30  ███████
the payer's bank account is the customer's                             +8    +38         ██
the payer's name is the customer's                                    +10    +48           ███
the item is about due                                                  +2    +50              █
the amount is exactly what is open, and no other open item has it     +15    +65              ████
total                                                                        +65  ████████████████
What it pays (EUR)
item  document       due             open   applied  left
A1    RE-2026-00401  2026-10-15  1,190.00  1,190.00  0.00""".splitlines()
    )


def test_a_runner_up_and_what_makes_the_difference(tmp_path: Path) -> None:
    books = run(tmp_path, {**BRANDT, "amount": "80.10", "remittance_information": "Rechnung"})
    found = record(books)
    chosen, other = found["chosen"], found["runner_up"]
    assert [item["item_id"] for item in chosen["items"]] == ["A3"]
    assert [item["item_id"] for item in other["items"]] == ["A4"]
    assert (chosen["points"], other["points"]) == (11, 1)
    assert found["blocked_by"] == "another item has the same amount: A4"
    page = told(books, str(found["line_id"]))
    assert "payer-likely, 10 points behind: one open item of the customer, by its amount; the sum is exactly the amount" in page
    assert "Runner-up, 10 points behind" in page
    rows = [line.split("  ") for line in page.splitlines() if "of this amount" in line]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert cells[-2:] == [
        ["the customer has further open items of this amount, and this is the oldest", "-20", "-20"],
        ["the customer has an older open item of this amount", "-30", "+30"],
    ]


LEFT: dict[str, tuple[Row, str, str]] = {
    "the amount differs": (
        {**BRANDT, "amount": "607.50", "remittance_information": "Rechnung"}, "the amount differs by 12.00 EUR", "A2"),
    "only the amount agrees": (
        {"counterparty_name": "P. Novak", "amount": "312.00", "remittance_information": "danke"},
        "needs the document number, or the payer's account or name: only the amount is the item's", "B1"),
    "a number is alike": (
        {"counterparty_name": "P. Novak", "amount": "300.00", "remittance_information": "RE-2026-00979"},
        "the amount differs by 12.00 EUR", "B1"),
    "the customer owes nothing": (
        {"counterparty_name": "Varga Textil Kft", "amount": "55.00"}, "customer C3 has nothing open", ""),
    "nothing is near": (
        {"counterparty_name": "P. Novak", "amount": "55.00", "remittance_information": "danke"},
        "no open item has the amount, none is named, and the payer is not a known customer", ""),
    "closed by the ERP": (
        {"amount": "450.00", "remittance_information": "RE-2026-00978"}, "item B2 is closed in the ERP", "B2"),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_an_unmatched_line_has_its_nearest_candidate_and_the_test_that_failed(name: str, tmp_path: Path) -> None:
    line, blocked_by, item = LEFT[name]
    found = record(run(tmp_path, line))
    nearest = found["nearest"]
    assert (found["state"], found["chosen"], found["blocked_by"]) == ("none", None, blocked_by)
    assert [one["item_id"] for one in (nearest or {"items": []})["items"]] == ([item] if item else [])


def test_an_item_in_another_currency(tmp_path: Path) -> None:
    abroad = [{"item_id": "X1", "customer_id": "C3", "document_no": "RE-2026-00500", "amount": "700.00", "currency": "USD"}]
    found = record(run(tmp_path, {"counterparty_name": "Varga Textil Kft", "amount": "600.00"}, items=[*ITEMS, *abroad]))
    assert found["blocked_by"] == "the item is in USD, the line in EUR, and the amount is not near at the day's rate"


def test_a_duplicate_names_the_earlier_line(tmp_path: Path) -> None:
    paid: Row = {**BRANDT, "amount": "1190.00", "remittance_information": "RE-2026-00401"}
    books = run(tmp_path, paid, {**paid, "booking_date": "2026-10-17"})
    first, second = record(books), record(books, 2)
    assert second["outcome"] == "duplicate"
    assert second["blocked_by"] == f"item A1 is closed: line {first['line_id']} of 2026-10-15 paid it, with the same payer and amount"
    closer = f"line {str(first['line_id'])[:10]} of 2026-10-15 (named-full@3)"
    assert [one["settled_by"] for one in second["nearest"]["items"]] == [closer]


def test_a_line_that_another_comes_before(tmp_path: Path) -> None:
    named: Row = {"amount": "500.00", "remittance_information": "RE-2026-00401 Rest folgt", "counterparty_name": "P. Novak"}
    whole: Row = {"amount": "1190.00", "remittance_information": "RE-2026-00401", "counterparty_name": "Q. Novak"}
    books = run(tmp_path, whole, named)
    first, second = record(books), record(books, 2)
    assert (first["state"], second["state"]) == ("proposed", "none")
    assert second["blocked_by"] == f"line {first['line_id']} has the better claim on these items"


@pytest.mark.parametrize(
    ("payer", "blocked_by"),
    [
        ("Ohlsen Logistik KG", "the evidence speaks against it: -4 points together"),
        ("P. Novak", "confidence 6.0 % is below the 10.0 % that a proposal needs"),
    ],
)
def test_a_candidate_that_is_not_likely_enough(payer: str, blocked_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steady.install(monkeypatch, ((-20, 20_000), (0, 20_000), (40, 100_000)))
    found = record(run(tmp_path, {"counterparty_name": payer, "amount": "1000.55", "remittance_information": "RE-2026-00401"}))
    assert (found["state"], found["blocked_by"]) == ("none", blocked_by)
    assert [one["item_id"] for one in found["nearest"]["items"]] == ["A1"]


def test_what_keeps_a_proposal_from_being_posted(tmp_path: Path) -> None:
    found = record(run(tmp_path, {"amount": "500.00", "remittance_information": "RE-2026-00401"}))
    blocked_by = "needs the payer's account or name, or earlier receipts of the payer (rule named-part)"
    assert (found["state"], found["blocked_by"]) == ("proposed", blocked_by)


def test_a_confidence_below_the_bar(tmp_path: Path) -> None:
    found = record(run(tmp_path, {**BRANDT, "amount": "595.50", "remittance_information": "Rechnung"}, items=ITEMS[:3]))
    assert (found["state"], found["confidence"]) == ("proposed", 0.99485)
    assert found["blocked_by"] == "confidence 99.485 % is below the bar of 99.95 %"


def test_a_person_accepts_takes_back_and_refuses(tmp_path: Path) -> None:
    books = run(tmp_path, {**BRANDT, "amount": "595.50", "remittance_information": "Rechnung"}, items=ITEMS[:3])
    line_id = str(record(books)["line_id"])
    proposed = record(books)
    books.accept([line_id], reason="confirmed by phone")
    accepted = record(books)
    assert "accepted by ada at 2026-11-01T09:00:00+00:00" in told(books, line_id)
    assert [accepted[name] for name in ("decided_by", "reason", "blocked_by")] == ["ada", "confirmed by phone", proposed["blocked_by"]]
    assert accepted["chosen"] == proposed["chosen"]
    books.undo(line_id, reason="wrong invoice")
    standing = record(books)  # the proposal stands again at once
    assert [standing[name] for name in ("state", "chosen", "blocked_by")] == [proposed[name] for name in ("state", "chosen", "blocked_by")]
    books.run()
    again = record(books)
    assert (again["state"], again["blocked_by"]) == ("proposed", "a person has taken this posting back")
    books.reject([line_id], reason="not theirs")
    assert "rejected A2 by ada" in told(books, line_id)
    books.run()
    refused = record(books)
    assert refused["blocked_by"] == "a person has refused these items for this line"
    assert [one["item_id"] for one in refused["nearest"]["items"]] == ["A2"]
    assert [one["kind"] for one in refused["decisions"]] == ["accept", "undo", "reject"]


def test_a_person_allocates(tmp_path: Path) -> None:
    books = run(tmp_path, {"counterparty_name": "P. Novak", "amount": "500.00", "remittance_information": "danke"})
    line_id = str(record(books)["line_id"])
    books.allocate(line_id, [AllocationRequest("A1", "490.00", "10.00", "discount")], reason="see mail")
    found = record(books)
    assert (found["decided_by"], found["confidence"], found["chosen"]["evidence"]) == ("ada", None, [])
    page = told(books, line_id)
    assert [line.split() for line in page.splitlines() if "RE-2026-00401" in line or "discount" in line] == [
        ["A1", "RE-2026-00401", "2026-10-15", "1,190.00", "490.00", "690.00"],
        ["discount", "10.00"],
    ]


def test_what_an_item_had_open_is_told_as_it_stood_before_the_decision(tmp_path: Path) -> None:
    first: Row = {**BRANDT, "amount": "400.00", "remittance_information": "RE-2026-00401"}
    books = run(tmp_path, first, {**first, "booking_date": "2026-10-20", "amount": "790.00"})
    assert books.state().lines["state"].to_list() == ["posted", "posted"]
    parts = [record(books, n)["chosen"]["items"][0] for n in (1, 2)]
    assert sorted((one["open"], one["applied"], one["left"]) for one in parts) == [
        ("1190.00", "400.00", "790.00"),
        ("790.00", "790.00", "0.00"),
    ]


def test_lines_that_are_no_receipts(tmp_path: Path) -> None:
    books = run(tmp_path, {"amount": "-20.00"}, {"amount": "3.27", "transaction_code": "ACMT-MCOP-INTR"})
    assert [record(books, n)["outcome"] for n in (1, 2)] == ["outgoing", "non_receivable"]
    line_id = str(record(books)["line_id"])
    assert "money going out is not matched with open items" in told(books, line_id)
    assert record(books)["nearest"] is None


def test_a_line_that_no_run_has_seen(tmp_path: Path) -> None:
    books = filled(tmp_path, lines=[{"amount": "10.00", "bank_reference": "L1"}])
    assert "no run has looked at this line yet" in told(books, str(record(books)["line_id"]))


def test_csv_and_json_hold_everything(tmp_path: Path) -> None:
    books = run(tmp_path, {**BRANDT, "amount": "80.10", "remittance_information": "=Rechnung"})
    found = record(books)
    rows = list(csv.DictReader(io.StringIO(told(books, str(found["line_id"]), "--format", "csv"))))
    by_part: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_part.setdefault(row["part"], []).append(row)
    for part in ("chosen", "runner_up"):
        way = found[part]
        evidence = by_part[f"{part} evidence"]
        assert [(row["name"], int(row["points"])) for row in evidence] == [(one["kind"], one["points"]) for one in way["evidence"]]
        assert int(evidence[-1]["total"]) == way["points"]
        assert [(row["item_id"], row["applied"], row["left"]) for row in by_part[f"{part} item"]] == [
            (one["item_id"], one["applied"], one["left"]) for one in way["items"]
        ]
    line = {row["name"]: row["value"] or row["words"] for row in by_part["line"]}
    assert (line["amount"], line["confidence"], line["remittance_information"]) == ("80.10", str(found["confidence"]), "'=Rechnung")
    assert {name for name, value in found.items() if not isinstance(value, dict | list) and value is not None} <= {*line, "nearest"}


def test_the_same_books_give_the_same_bytes(tmp_path: Path) -> None:
    line: Row = {**BRANDT, "amount": "80.10", "remittance_information": "Rechnung"}
    books = [run(tmp_path / name, line, items=items) for name, items in (("a", ITEMS), ("b", ITEMS[::-1]))]
    pages = [told(one, str(record(one)["line_id"]), "--format", form) for one in books for form in ("csv", "json", "table")]
    assert pages[:3] == pages[3:]
    first, second = (one.state().lines["runner_up"][0] for one in books)
    assert first == second
    assert encoding.decode(first) is not None


@pytest.mark.parametrize("width", [80, 130])
def test_a_page_is_no_wider_than_the_terminal(width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    books = run(tmp_path, {**BRANDT, "amount": "80.10", "remittance_information": "Rechnung " * 12})
    page = told(books, str(record(books)["line_id"]))
    assert max(len(line.rstrip()) for line in page.splitlines()) <= width
    assert "total" in page


def test_a_later_snapshot_does_not_change_what_was_recorded(tmp_path: Path) -> None:
    books = run(tmp_path, {**BRANDT, "amount": "1190.00", "remittance_information": "RE-2026-00401"})
    before = record(books)["chosen"]
    closed = [{**item, "status": "closed"} if item["item_id"] == "A1" else item for item in ITEMS]
    books.import_files("items", [items_file(tmp_path, closed)], allow_closing=True)
    assert record(books)["chosen"] == before

"""Stories of `rules challenge`: a careless rule of one's own is found out, on books of which nobody knows what is right."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from support import Row, copied, filled, items_file, with_lists, write

from matcher.books import Books
from matcher.cli import main

CUSTOMERS = [
    {"customer_id": "C1", "name": "Alsterwerft GmbH", "account": "DE75512108001245126199"},
    {"customer_id": "C2", "name": "Musikhaus Tonart GmbH", "account": "DE02300209000106531065"},
    {"customer_id": "C3", "name": "Varga Textil Kft"},
]
ITEMS: list[Row] = [
    {"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00417", "amount": "1190.00"},
    {"item_id": "I2", "customer_id": "C2", "document_no": "RE-2026-00431", "amount": "773.50"},
    {"item_id": "I3", "customer_id": "C2", "document_no": "RE-2026-00302", "amount": "773.50", "due_date": "2026-09-20"},
    {"item_id": "I4", "customer_id": "C3", "document_no": "RE-2026-00611", "amount": "318.45"},
    {"item_id": "I5", "customer_id": "C3", "document_no": "RE-2026-00612", "amount": "200.00", "due_date": "2026-09-10"},
    {"item_id": "I6", "customer_id": "C3", "document_no": "RE-2026-00613", "amount": "118.45", "due_date": "2026-09-12"},
]
OTHERS = [{"item_id": f"X{n}", "customer_id": "C9", "document_no": f"ZB/{n}", "amount": f"{5_000 + n}.10"} for n in range(200)]
"""What else is open: an amount is rare only among many."""

NAMED: Row = {
    "amount": "1190.00", "counterparty_name": "Alsterwerft GmbH", "counterparty_account": "DE75512108001245126199",
    "remittance_information": "RE-2026-00417", "bank_reference": "A",
}  # fmt: skip
BY_ITS_ID: Row = {
    "amount": "773.50", "counterparty_name": "Musikhaus Tonart GmbH", "counterparty_account": "DE02300209000106531065",
    "end_to_end_id": "RE-2026-00431", "bank_reference": "B",
}  # fmt: skip
UNNAMED: Row = {"amount": "318.45", "counterparty_name": "Varga Textil Kft", "bank_reference": "C", "booking_date": "2026-10-20"}

CARELESS = """
trust = ["house-amount"]
[[rule]]
id = "house-amount"
version = 1
title = "A payer of the customer's name pays whatever has the amount"
mode = "post"
before = "payer-amount"
basis = ["single", "due", "everything", "subset"]
difference = ["none"]
needs = [["payer_name"]]
[[rule.example]]
says = "the name and the amount"
line = { amount = "318.45", counterparty_name = "Musikhaus Tonart" }
items = [{ item_id = "1", customer_id = "C", document_no = "RE-2026-00502", amount = "318.45" }]
customers = [{ customer_id = "C", name = "Musikhaus Tonart GmbH" }]
expect = { state = "posted", items = { 1 = "318.45" } }
[[rule.example]]
says = "the name, and an amount that is no item's"
line = { amount = "300.00", counterparty_name = "Musikhaus Tonart" }
items = [{ item_id = "1", customer_id = "C", document_no = "RE-2026-00502", amount = "318.45" }]
customers = [{ customer_id = "C", name = "Musikhaus Tonart GmbH" }]
expect = { applies = false }
"""


def three_lines(folder: Path) -> None:
    filled(folder, items=[*ITEMS, *OTHERS], customers=CUSTOMERS, lines=[NAMED, BY_ITS_ID, UNNAMED])


@pytest.fixture
def books(tmp_path: Path) -> Books:
    made = copied(tmp_path, three_lines)
    write(made.directory, "rules.toml", CARELESS)
    return made


def challenged(books: Books, *options: str) -> Result:
    done = CliRunner().invoke(main, ["--books", str(books.directory), "rules", "challenge", *options])
    assert done.exit_code == 0, done.output
    return done


def line_of(books: Books, reference: str) -> str:
    (line,) = books.state().lines.filter(pl.col("bank_reference") == reference)["line_id"]
    return str(line)


def rows(books: Books, *options: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in challenged(books, "--format", "json", *options).stdout.splitlines()]


def counts(books: Books, *options: str) -> dict[tuple[str, str], tuple[int, ...]]:
    """Asked, before, posted, same and wrong, by test and rule."""
    return {
        (row["test"], row["rule"]): tuple(row[name] for name in ("asked", "before", "posted", "same", "wrong"))
        for row in rows(books, *options)
    }


def test_a_posting_on_the_amount_alone_goes_elsewhere_when_its_document_is_not_there(books: Books) -> None:
    assert books.run().posted == 3
    assert counts(books) == {
        ("removed", "(all)"): (3, 3, 2, 0, 2),
        ("removed", "house-amount"): (3, 1, 2, 0, 2),
        ("twin", "(all)"): (3, 3, 2, 2, 0),
        ("twin", "named-full"): (3, 2, 2, 2, 0),
        ("shuffled", "(all)"): (3, 3, 0, 0, 0),
        ("blank", "(all)"): (3, 3, 2, 2, 0),
        ("blank", "house-amount"): (3, 1, 2, 2, 0),
    }


def test_the_lines_that_went_wrong_are_shown_with_what_they_posted(books: Books) -> None:
    books.run()
    found = [(row["amount"], row["rule_before"], row["before"], row["rule_now"], row["now"]) for row in rows(books, "--show")]
    assert sorted(found) == [
        ("318.45", "house-amount", "I4=318.45", "house-amount", "I5=200.00, I6=118.45"),
        ("773.50", "named-full", "I2=773.50", "house-amount", "I3=773.50"),
    ]
    page = challenged(books, "--only", "removed", "--show")
    assert "I5=200.00, I6=118.45" in page.stdout
    assert page.stderr == "3 credits, 3 of them posted by a rule, 2 went wrong on changed books.\n"


def test_the_shipped_rules_are_not_caught_out_by_the_line_without_a_number(books: Books) -> None:
    (books.directory / "rules.toml").unlink()
    assert line_of(books, "C") not in {row["line_id"] for row in rows(books, "--show")}


def test_nothing_is_written_and_it_is_the_same_before_a_run_and_after_it(books: Books) -> None:
    before = counts(books)
    books.run()
    file = books.directory / "books.duckdb"
    held = file.read_bytes()
    assert counts(books) == before
    assert file.read_bytes() == held


def test_documents_that_a_later_list_has_closed_are_given_back(books: Books, tmp_path: Path) -> None:
    before = counts(books)
    books.run()
    paid = {"I1", "I2", "I4"}
    later = [{**row, "status": "closed", "closed_date": "2026-10-25"} if row["item_id"] in paid else row for row in ITEMS]
    books.import_files("items", [items_file(tmp_path, [*later, *OTHERS], "items_2026-10-31.csv")], allow_closing=True)
    assert counts(books) == before


def test_what_a_person_decided_stands(books: Books) -> None:
    books.run()
    line = line_of(books, "A")
    books.undo(line, reason="mine")
    books.allocate(line, books.wanted(["I1=1190.00"]))
    assert counts(books, "--only", "removed")["removed", "(all)"] == (2, 2, 2, 0, 2)


def test_fewer_lines_fewer_tests_and_an_earlier_day(books: Books) -> None:
    (one,) = rows(books, "--only", "twin", "--sample", "1")[:1]
    assert (one["test"], one["asked"], one["before"]) == ("twin", 1, 1)
    assert rows(books, "--only", "twin", "--sample", "1")[:1] == [one]
    assert counts(books, "--only", "blank", "--as-of", "2026-10-15")["blank", "(all)"] == (2, 2, 1, 1, 0)
    table = challenged(books, "--only", "shuffled", "--only", "blank", "--format", "csv").stdout.splitlines()
    assert table[0] == "test,rule,asked,before,posted,same,wrong,one_in"
    assert [row.split(",")[0] for row in table[1:]] == ["shuffled", "blank", "blank"]


def test_books_without_lines_are_no_trouble(tmp_path: Path) -> None:
    made = with_lists(tmp_path, items=ITEMS, customers=CUSTOMERS)
    assert counts(made) == {(test, "(all)"): (0, 0, 0, 0, 0) for test in ("removed", "twin", "shuffled", "blank")}
    assert [row["one_in"] for row in rows(made)] == [None] * 4

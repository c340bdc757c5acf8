"""Terms with several steps of discount: the step counts in whose days the money comes, and what is taken beyond it stays open."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from support import filled, table, write

from matcher.books import Books
from matcher.cli import main
from matcher.review.items import ItemQuery, page

ISSUED = date(2026, 10, 1)
ITEM = {
    "item_id": "A1", "customer_id": "C1", "document_no": "KM-2026-00417", "amount": "1000.00", "issue_date": str(ISSUED),
    "due_date": "", "terms": "3% 10, 2% 20, net 30",
}  # fmt: skip
CUSTOMER = {"customer_id": "C1", "name": "Hafenbau Nordsee GmbH", "account": "DE21500105170000012345", "country": "DE"}


def paid(folder: Path, day: int, amount: str) -> Books:
    when = str(ISSUED + timedelta(days=day))
    line = {
        "amount": amount, "booking_date": when, "value_date": when, "counterparty_name": CUSTOMER["name"],
        "counterparty_account": CUSTOMER["account"], "remittance_information": "KM-2026-00417", "bank_reference": "R1",
    }  # fmt: skip
    return filled(folder, items=[ITEM], customers=[CUSTOMER], lines=[line])


def outcome(books: Books) -> list[tuple[object, ...]]:
    return books.state().allocations.select("state", "amount", "adjustment", "adjustment_reason").rows()


def differences(books: Books) -> list[tuple[str, str]]:
    CliRunner().invoke(
        main, ["--books", str(books.directory), "export", "discrepancies", "--as-of", "2026-11-30", "-o", str(books.directory / "d.csv")]
    )
    return [(row["type"], row["open_after"]) for row in csv.DictReader(io.StringIO((books.directory / "d.csv").read_text()))]


CASES = [
    (9, "970.00", (97000, 3000, "discount"), []),
    (15, "980.00", (98000, 2000, "discount"), []),
    (15, "970.00", (97000, 2000, "discount"), [("unearned_discount", "10.00")]),
    (25, "980.00", (98000, 0, ""), [("unearned_discount", "20.00")]),
    (25, "970.00", (97000, 0, ""), [("unearned_discount", "30.00")]),
]


@pytest.mark.parametrize(("day", "amount", "share", "left"), CASES)
def test_the_step_of_the_day_is_the_discount(
    tmp_path: Path, day: int, amount: str, share: tuple[int, int, str], left: list[tuple[str, str]]
) -> None:
    books = paid(tmp_path, day, amount)
    books.run()
    assert outcome(books) == [("posted", *share)]
    assert differences(books) == left
    assert [check.name for check in books.verify() if check.failure] == []


@pytest.mark.parametrize(("day", "amount", "share", "left"), CASES)
def test_an_advice_takes_the_step_of_the_day(
    tmp_path: Path, day: int, amount: str, share: tuple[int, int, str], left: list[tuple[str, str]]
) -> None:
    books = paid(tmp_path, day, amount)
    row = {"document_no": "KM-2026-00417", "gross": "1000.00", "discount": f"{1000 - float(amount):.2f}", "net": amount}
    head = {"advice_id": "R1", "customer_id": "C1", "date": str(ISSUED + timedelta(days=day)), "currency": "EUR"}
    columns = ("advice_id", "customer_id", "date", "currency", "document_no", "gross", "discount", "net")
    books.import_remittance([write(tmp_path, "advice.csv", table(columns, [row], head))])
    books.run()
    cash, cleared, reason = share
    assert outcome(books) == [("posted", cash, cleared, reason or "discount_unearned")]
    assert differences(books) == left


def test_the_discount_that_may_be_taken_today_is_that_of_the_day(tmp_path: Path) -> None:
    books = paid(tmp_path, 25, "1.00")
    for day, discount, until in ((9, 3000, 11), (15, 2000, 21), (25, 0, 21)):
        with books._session(write=False) as session:
            today = ISSUED + timedelta(days=day)
            (row,) = page(session, today, ItemQuery()).items
            found = page(session, today, ItemQuery(amount="980.00")).items
        assert (row.discount, row.discount_date) == (discount, date(2026, 10, until))
        assert bool(found) == (day == 15)


@pytest.mark.parametrize(("day", "amount", "taken"), [(9, "970.00", 3000), (15, "980.00", 2000), (25, "980.00", 0)])
def test_a_choice_for_a_person_takes_the_step_of_the_day(tmp_path: Path, day: int, amount: str, taken: int) -> None:
    books = paid(tmp_path, day, amount)
    (line,) = books.state().lines["line_id"]
    found = [share.adjustment for choice in books.choices(line) for share in choice.shares]
    assert {one for one in found if one} == {taken} - {0}


def test_all_steps_of_an_electronic_invoice_are_kept(tmp_path: Path) -> None:
    import invoices

    books = filled(tmp_path, customers=[CUSTOMER])
    terms = "#SKONTO#TAGE=10#PROZENT=3.00#\n#SKONTO#TAGE=20#PROZENT=2.00#\n"
    path = tmp_path / "i.xml"
    path.write_bytes(invoices.ubl(invoices.Sold(terms=terms)))
    books.import_files("items", [path])
    (item,) = books.state().items.select("terms", "discount_ppm", "discount_date", "due_date").rows()
    assert item == ("3% 10, 2% 20", 30_000, date(2026, 10, 15), date(2026, 11, 4))

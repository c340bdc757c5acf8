"""Statements of account go out, and what customers answer comes back: agreed, disputed or remarked, and no money moves."""

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import steady
from support import CONFIG, Row, copied, filled
from teller import Teller

from matcher.books import Books
from matcher.errors import MatcherError

CUSTOMERS: list[Row] = [
    {"customer_id": "K10", "name": "Wiesental <Holzbau> GmbH", "account": "DE75512108001245126199", "country": "DE"},
    {"customer_id": "K20", "name": "Tischlerei Amrum KG", "account": "DE02100500000054540402", "country": "DE"},
]
ITEMS: list[Row] = [
    {"item_id": "F1", "customer_id": "K10", "document_no": "FA-7001", "amount": "864.00", "due_date": "2026-09-20"},
    {"item_id": "F2", "customer_id": "K10", "document_no": "FA-7002", "amount": "1310.50", "due_date": "2026-11-20"},
    {"item_id": "F3", "customer_id": "K10", "document_no": "=GU-1", "amount": "-64.00", "document_type": "credit_note"},
    {"item_id": "F4", "customer_id": "K20", "document_no": "FA-7003", "amount": "73.20"},
]
LINES: list[Row] = [
    {
        "bank_reference": "B01", "booking_date": "2026-10-06", "amount": "500.00", "remittance_information": "FA-7001",
        "counterparty_name": "Wiesental Holzbau GmbH", "counterparty_account": "DE75512108001245126199",
    },
    {
        "bank_reference": "B02", "booking_date": "2026-10-08", "amount": "120.00", "remittance_information": "Anzahlung",
        "counterparty_name": "Wiesental Holzbau GmbH", "counterparty_account": "DE75512108001245126199",
    },
]  # fmt: skip
DAY = date(2026, 10, 31)


class Desk(Teller):
    """A teller with the library's own view of the books."""

    def __init__(self, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(books, monkeypatch)
        self.books = books


def with_receipts(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        steady.install(monkeypatch)
        teller = Teller(filled(folder, items=ITEMS, customers=CUSTOMERS, lines=LINES), monkeypatch)
        teller.do("allocate", "ref:B01", "FA-7001")
        teller.do("on-account", "ref:B02", "--customer", "K10")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(copied(tmp_path, with_receipts), monkeypatch)


def statement(desk: Desk, folder: Path, *more: str) -> Path:
    """The workbook of K10's statement of account."""
    desk.do("account-statement", "K10", "--as-of", "2026-10-31", "--from", "2026-10-01", "-o", str(folder), *more)
    (found,) = folder.glob("K10*.xlsx")
    return found


def answered(book: Path, rows: Mapping[str, Mapping[str, object]]) -> Path:
    """The workbook with cells filled in, by document and place among the four cells to be filled in."""
    workbook = openpyxl.load_workbook(book)
    sheet = workbook.worksheets[0]
    for row in sheet.iter_rows(min_row=6):
        for column, value in rows.get(str(row[0].value), {}).items():
            row["agreed amount reason remark".split().index(column) + 9].value = value
    workbook.save(book)
    return book


def disputed(desk: Desk) -> dict[str, int]:
    frame = desk.books.aging(DAY.replace(day=1, month=12))
    return {item: amount for item, amount in frame.select("item_id", "disputed_amount").iter_rows() if amount}


def test_a_statement_says_what_is_open_and_how_it_came_to_that(desk: Desk, tmp_path: Path) -> None:
    book = statement(desk, tmp_path / "out")
    page = (tmp_path / "out" / book.with_suffix(".html").name).read_text(encoding="utf-8")
    assert "Wiesental &lt;Holzbau&gt; GmbH (K10)" in page
    assert "As of 31 Oct 2026, movements since 1 Oct 2026" in page
    assert [cell in page for cell in ("864.00", "364.00", "-120.00", "1,490.50", "2,110.50", "DE02120300000000202051")] == [True] * 6
    assert "http" not in page.replace("http-equiv", "")
    documents, movements, totals = (
        [[cell for cell in row if cell is not None] for row in sheet.iter_rows(min_row=6, values_only=True)]
        for sheet in openpyxl.load_workbook(book)
    )
    assert [row[0] for row in documents] == ["FA-7001", "=GU-1", "FA-7002"]
    assert [row[1:5] for row in movements] == [
        ["payment", "B01", -500, 1610.5], ["payment", "B02", -120, 1490.5], ["unapplied", "B02", -120, "EUR"],
    ]  # fmt: skip
    assert totals == [["EUR", 2110.5, -620, 1490.5, 1610.5, -120, 364, 0]]


def test_what_the_customer_fills_in_is_marked_and_the_rest_is_locked(desk: Desk, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(statement(desk, tmp_path / "out")).worksheets[0]
    (first, *_) = sheet.iter_rows(min_row=6, max_row=6)
    assert [not cell.protection.locked for cell in first] == [False] * 9 + [True] * 4 + [False] * 2
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert lists["J6:J8"] == '"yes"'
    assert "price" in lists["L6:L8"]
    assert "discount" not in lists["L6:L8"]
    assert [(one.min, one.max) for one in sheet.column_dimensions.values() if one.hidden] == [(14, 15)]


def test_the_same_statement_is_the_same_bytes(desk: Desk, tmp_path: Path) -> None:
    one, other = statement(desk, tmp_path / "a"), statement(desk, tmp_path / "b")
    assert one.read_bytes() == other.read_bytes()
    assert one.with_suffix(".html").read_bytes() == other.with_suffix(".html").read_bytes()


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_an_answer_comes_back_in_the_language_of_its_statement(desk: Desk, tmp_path: Path, language: str) -> None:
    yes, price = {"en": ("yes", "price"), "de": ("ja", "Preis"), "zh": ("是", "价格")}[language]
    book = statement(desk, tmp_path / "out", "--lang", language)
    answered(
        book,
        {
            "FA-7001": {"agreed": yes},
            "FA-7002": {"amount": "1.310,50" if language == "de" else "1,310.50", "reason": price, "remark": "falscher Satz"},
        },
    )
    desk.do("import", "answers", str(book))
    assert disputed(desk) == {"F2": 131050}
    story = desk.do("log", "FA-7002")
    assert "1310.50 EUR of FA-7002 are disputed" in story
    assert "falscher Satz" in story
    assert "agreed FA-7001" in desk.do("log", "FA-7001")
    (row,) = [row for row in desk.rows("discrepancies") if row["type"] == "disputed"]
    assert (row["item_id"], row["reason"], row["open_after"]) == ("F2", "price", "1310.50")


def test_an_answer_moves_no_money_and_counts_once(desk: Desk, tmp_path: Path) -> None:
    before = desk.books.aging(DAY)
    book = answered(
        statement(desk, tmp_path / "out"), {"FA-7001": {"amount": "64", "reason": "damage"}, "FA-7002": {"remark": "- paid soon"}}
    )
    first = desk.books.import_answers([book])
    assert (first.rows, first.disputed, first.remarked, first.unanswered, first.again) == (3, 1, 1, 1, 0)
    again = desk.books.import_answers([book])
    assert (again.again, len(again.decided)) == (2, 0)
    assert desk.books.aging(DAY)["open_amount"].to_list() == before["open_amount"].to_list()
    assert not any(check.failure for check in desk.books.verify())


def test_who_agrees_to_what_was_disputed_ends_the_dispute(desk: Desk, tmp_path: Path) -> None:
    desk.do("dispute", "FA-7001=100", "--reason", "price")
    assert disputed(desk) == {"F1": 10000}
    desk.books.import_answers([answered(statement(desk, tmp_path / "out"), {"FA-7001": {"agreed": "YES"}})])
    assert disputed(desk) == {}


def test_a_csv_file_that_was_saved_of_the_workbook_is_an_answer_too(desk: Desk, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(
        answered(statement(desk, tmp_path / "out"), {"FA-7002": {"amount": "10", "reason": "price"}})
    ).worksheets[0]
    with (tmp_path / "answer.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(sheet.iter_rows(values_only=True))
    assert desk.books.import_answers([tmp_path / "answer.csv"]).disputed == 1


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"amount": "364.01", "reason": "price"}, "answer.amount"),
    ({"amount": "0", "reason": "price"}, "answer.amount"),
    ({"amount": "10"}, "answer.unclear"),
    ({"reason": "price"}, "answer.unclear"),
    ({"agreed": "yes", "amount": "10", "reason": "price"}, "answer.unclear"),
    ({"agreed": "no"}, "answer.unclear"),
    ({"amount": "10", "reason": "because"}, "answer.unclear"),
    ({"amount": "1.234", "reason": "price"}, "amount.invalid"),
    ({"amount": "10.0005", "reason": "price"}, "amount.decimals"),
    ({"amount": "ten", "reason": "price"}, "amount.invalid"),
    ({"amount": "1E+15", "reason": "price"}, "row.invalid"),
]


@pytest.mark.parametrize(("cells", "code"), REFUSED)
def test_an_answer_that_cannot_be_is_refused_with_its_line(
    desk: Desk, tmp_path: Path, cells: dict[str, object], code: str
) -> None:  # fmt: skip
    book = answered(statement(desk, tmp_path / "out"), {"FA-7001": cells, "FA-7002": {"agreed": "yes"}})
    head = desk.books.head()
    with pytest.raises(MatcherError) as refused:
        desk.books.import_answers([book])
    assert (refused.value.code, refused.value.where) == (code, f"{book}:6")
    assert desk.books.head() == head


def test_every_fault_of_the_files_is_named(desk: Desk, tmp_path: Path) -> None:
    book = answered(statement(desk, tmp_path / "out"), {"FA-7001": {"agreed": "yes"}, "=GU-1": {"amount": "5", "reason": "price"}})
    sheet = (workbook := openpyxl.load_workbook(book)).worksheets[0]
    sheet["N6"], sheet["J8"], sheet["O8"] = "F99", "yes", "1310.00"
    workbook.save(book)
    with pytest.raises(MatcherError) as refused:
        desk.books.import_answers([book])
    assert [fault.code for fault in refused.value.faults] == ["answer.item", "answer.amount", "answer.changed"]
    assert "1310.00 EUR of FA-7002 were open in the statement, 1310.50 EUR are now" in refused.value.faults[2].what
    assert "1310.50 EUR are now" in desk.do("import", "answers", str(book), status=3)


def test_what_is_no_answer_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(MatcherError, match=r"column\.missing"):
        desk.books.import_answers([tmp_path / "x.csv"])
    assert "is for lists of open items" in desk.do("import", "answers", str(tmp_path / "x.csv"), "--partial", status=2)


def test_everybody_with_something_open_gets_one(desk: Desk, tmp_path: Path) -> None:
    made = desk.books.account_statements(tmp_path / "out", as_of=DAY)
    assert [(one.customer_id, one.closing) for one in made] == [("K10", {"EUR": "1490.50"}), ("K20", {"EUR": "73.20"})]
    assert "name customers, or say --all" in desk.do("account-statement", "-o", str(tmp_path), status=2)


def test_a_dispute_is_for_a_reason_and_never_over_more_than_is_open(desk: Desk) -> None:
    assert "decision.amount" in desk.do("dispute", "FA-7001=364.01", "--reason", "price", status=2)
    assert "reason.unknown" in desk.do("dispute", "FA-7001", "--reason", "prize", status=2)
    assert "is a credit" in desk.do("dispute", "F3", "--reason", "price", status=2)
    assert "nothing of item F1 is disputed" in desk.do("dispute", "FA-7001", "--settled", status=2)
    assert "is over" in desk.do("promise", "FA-7001", "--until", "2020-01-01", status=2)
    desk.do("dispute", "FA-7001", "--reason", "price", "--dry-run")
    assert disputed(desk) == {}


def test_a_dispute_that_was_a_mistake_is_taken_back(desk: Desk) -> None:
    (made,) = desk.books.dispute(desk.books.wanted(["FA-7001=100"]), reason="price")
    desk.do("undo", made.decision_id, "--reason", "other customer")
    assert disputed(desk) == {}
    assert "took back: recorded that 100.00 EUR of FA-7001 are disputed" in " ".join(desk.do("log", "FA-7001").split())
    assert not any(check.failure for check in desk.books.verify())


def test_a_closed_month_does_not_hear_of_a_later_dispute(desk: Desk) -> None:
    desk.books.close("2026-10", force=True, reason="year end")
    before = desk.books.aging(DAY)
    desk.do("dispute", "FA-7001", "--reason", "price")
    assert desk.books.aging(DAY).equals(before)
    assert disputed(desk) == {"F1": 36400}


def test_what_a_person_calls_disputed_is_written_off_only_where_the_policy_lets_it(desk: Desk) -> None:
    desk.do("dispute", "FA-7001", "--reason", "price")
    (desk.folder / "books" / "matcher.toml").write_text(f"{CONFIG}[policy]\nwrite_off_disputed = false\n", encoding="utf-8")
    assert "policy.disputed" in desk.do("write-off", "FA-7001", "--reason", "bad_debt", status=4)
    desk.do("dispute", "FA-7001", "--settled")
    desk.do("write-off", "FA-7001", "--reason", "bad_debt")

"""A colleague without a terminal decides in a spreadsheet, and the file is played back."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support import copied, filled
from teller import Teller

from matcher.books import Books
from matcher.pipeline.decision_file.columns import WORDS

CUSTOMERS = [
    {"customer_id": f"C{n:03}", "name": name}
    for n, name in enumerate(("Brandt GmbH", "Olsen AS", "Verlag Lindenhof", "Obsthof Ahlers", "Kranbau Petersen"))
] + [{"customer_id": "0041", "name": "Fünfhaus KG"}]


def _item(number: int) -> dict[str, str]:
    return {
        "item_id": f"I{number}", "customer_id": f"C{number % 5:03}", "document_no": f"RE-{9000 + number}", "amount": f"{100 + number}.00",
    }  # fmt: skip


def _line(number: int) -> dict[str, str]:
    """Every fifth receipt names nobody; the others have the customer's name and an amount of his, so that they are proposed."""
    name = "" if number % 5 == 4 else str(CUSTOMERS[number % 5]["name"])
    text = "=HYPERLINK(1)" if number == 7 else "Zahlung"
    return {"amount": f"{100 + number}.00", "bank_reference": f"B{number}", "counterparty_name": name, "remittance_information": text}


def _made(folder: Path, count: int) -> None:
    books = filled(folder, items=[_item(n) for n in range(count)], customers=CUSTOMERS, lines=[_line(n) for n in range(count)])
    with pytest.MonkeyPatch.context() as monkeypatch:
        _run(books, monkeypatch)


def _run(books: Books, monkeypatch: pytest.MonkeyPatch) -> Teller:
    """All that could be posted is only proposed."""
    config = books.directory / "matcher.toml"
    config.write_text(config.read_text("utf-8") + "[policy]\nauto_post = false\n", encoding="utf-8")
    desk = Teller(books, monkeypatch)
    desk.do("run")
    return desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    return Teller(copied(tmp_path, _made, 10), monkeypatch)


def _exported(desk: Teller) -> list[dict[str, str]]:
    desk.do("decisions", "export", "waits.csv")
    return list(csv.DictReader(io.StringIO((desk.folder / "waits.csv").read_text("utf-8-sig"))))


def _saved(desk: Teller, rows: list[dict[str, str]], *, delimiter: str = ",", encoding: str = "utf-8") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    (desk.folder / "filled.csv").write_bytes(text.getvalue().encode(encoding))
    return "filled.csv"


def _applied(desk: Teller, rows: list[dict[str, str]], status: int = 0, **form: str) -> list[dict[str, Any]]:
    result = desk.run("decisions", "apply", _saved(desk, rows, **form), "--format", "json")
    assert result.exit_code == status, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_month_is_decided_in_a_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Teller(copied(tmp_path, _made, 200), monkeypatch)
    assert len(desk.told("queue")) == 200
    desk.do("decisions", "export", "waits.xlsx")
    book = openpyxl.load_workbook(desk.folder / "waits.xlsx")
    sheet = book["Decisions"]
    place = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        known = bool(sheet.cell(row, place["proposed_documents"]).value)
        sheet.cell(row, place["decision"]).value = "accept" if known else "on account"
        sheet.cell(row, place["customer"]).value = None if known else "0041"
        sheet.cell(row, place["decided_by"]).value = "Karl"
    book.save(desk.folder / "filled.xlsx")

    told = desk.do("decisions", "apply", "filled.xlsx")
    assert "200 decided, 0 decided so already, 0 refused, 0 left empty." in told
    assert desk.told("queue") == []
    assert "0 decided, 200 decided so already, 0 refused" in desk.do("decisions", "apply", "filled.xlsx")
    assert "FAILS" not in desk.do("verify")
    assert {row["actor"] for row in desk.rows("matches")} == {"ada"}
    line = desk.rows("matches")[0]["line_id"]
    assert "(decided by Karl)" in desk.do("show", line)


def test_each_decision_does_what_it_says(desk: Teller) -> None:
    rows = _exported(desk)
    proposed = [row for row in rows if row["proposed_documents"]]
    nameless = [row for row in rows if not row["proposed_documents"]]
    proposed[0]["decision"] = "Accept"
    proposed[1] |= {"decision": "choice 2", "reason": "advance"}
    proposed[2] |= {"decision": "reject", "reason": "not theirs"}
    proposed[3] |= {"decision": "hold", "until": "2026-12-24", "owner": "ben"}
    proposed[4] |= {"decision": "allocate", "documents": "RE-9009=50.00+1.00:rounding; RE-9004"}
    nameless[0] |= {"decision": "classify as booked_elsewhere", "note": "in the old ledger"}
    nameless[1] |= {"decision": "on account", "customer": "41"}
    head, path = desk.do("verify", "--head"), _saved(desk, rows)
    assert "RE-9009" in desk.do("decisions", "apply", path, "--dry-run")
    assert desk.do("verify", "--head") == head
    told = _applied(desk, rows)
    by_line = {one["line_id"]: one for one in told}

    def did(row: Mapping[str, str]) -> list[tuple[str, str]]:
        one = by_line[row["key"].split("-")[1]]
        return [(made["kind"], made["customer_id"]) for made in one["decisions"]]

    assert did(proposed[0])[0][0] == "accept"
    assert did(proposed[1])[0][0] == "on_account"
    assert did(proposed[2])[0][0] == "reject"
    assert did(proposed[3])[0][0] == "hold"
    assert did(proposed[4])[0][0] == "allocate"
    assert [kind for kind, _ in did(nameless[0])] == ["classify", "note"]
    assert did(nameless[1]) == [("on_account", "0041")]
    assert len(told) == 7
    assert "FAILS" not in desk.do("verify")
    held = desk.told("queue", "--held")
    assert [line["line_id"] for line in held] == [proposed[3]["key"].split("-")[1]]


def test_what_has_changed_since_is_refused_row_by_row(desk: Teller) -> None:
    rows = [row for row in _exported(desk) if row["proposed_documents"]]
    lines = [row["key"].split("-")[1] for row in rows]
    desk.do("accept", lines[0])
    desk.do("reject", lines[1])
    desk.do("note", lines[2], "they called")
    desk.do("hold", lines[3], "--until", "2026-12-01")
    for row in rows:
        row["decision"] = "accept"
    told = _applied(desk, rows, status=1)
    assert [(one["row"], one["result"], one["code"]) for one in told[:4]] == [
        (2, "refused", "decision.changed"), (3, "refused", "decision.changed"), (4, "decided", ""), (5, "refused", "decision.changed"),
    ]  # fmt: skip
    assert {one["result"] for one in told[4:]} == {"decided"}


def test_a_decision_that_was_taken_back_is_not_taken_again(desk: Teller) -> None:
    rows = [row for row in _exported(desk) if row["proposed_documents"]][:2]
    for row in rows:
        row["decision"] = "accept"
    assert [one["result"] for one in _applied(desk, rows)] == ["decided", "decided"]
    desk.do("undo", rows[0]["key"].split("-")[1])
    told = _applied(desk, rows, status=1)
    assert [(one["result"], one["code"]) for one in told] == [("refused", "decision.changed"), ("already", "")]


FORMS: dict[str, dict[str, str]] = {
    "semicolons": {"delimiter": ";"},
    "UTF-16 with tabs": {"delimiter": "\t", "encoding": "utf-16"},
    "UTF-8 with a mark": {"encoding": "utf-8-sig"},
    "UTF-16 without a mark": {"delimiter": ";", "encoding": "utf-16-le"},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_a_file_that_a_spreadsheet_has_saved_is_read(desk: Teller, form: dict[str, str]) -> None:
    rows = _exported(desk)
    first = next(row for row in rows if row["proposed_documents"])
    first |= {"decision": "hold", "until": "46380", "reason": "Rückfrage läuft"}
    (one,) = _applied(desk, rows, **form)
    assert one["result"] == "decided"
    assert date.fromordinal(date(1899, 12, 30).toordinal() + 46380) == date(2026, 12, 24)
    assert "Rückfrage läuft" in desk.do("show", one["line_id"])
    on_the_day_before = desk.told("queue", "--as-of", "2026-12-23", "--held")
    assert [line["line_id"] for line in on_the_day_before] == [one["line_id"]]
    assert desk.told("queue", "--as-of", "2026-12-24", "--held") == []


Fill = Mapping[str, str]
REFUSED: dict[str, tuple[Fill, str]] = {
    "no decision": ({"decision": "post it"}, "value.unknown"),
    "a choice that the row has not": ({"decision": "choice 5"}, "value.unknown"),
    "a document beside accept": ({"decision": "accept", "documents": "RE-9001"}, "row.invalid"),
    "a document without a decision": ({"documents": "RE-9001"}, "row.invalid"),
    "a reason without a decision": ({"reason": "because"}, "row.invalid"),
    "allocate without a document": ({"decision": "allocate"}, "row.invalid"),
    "a document that is not there": ({"decision": "allocate", "documents": "XX-1"}, "item.unknown"),
    "an amount with a comma": ({"decision": "allocate", "documents": "RE-9001=98,00"}, "amount.invalid"),
    "more than the line has": ({"decision": "allocate", "documents": "RE-9009=1000.00"}, "decision.amount"),
    "a reason code that is none": ({"decision": "allocate", "documents": "RE-9001=50.00+1.00:kulanz"}, "reason.unknown"),
    "a number that was shortened": ({"decision": "allocate", "documents": "2,02411E+11"}, "row.invalid"),
    "an error of the spreadsheet": ({"decision": "allocate", "documents": "#N/A"}, "row.invalid"),
    "a formula": ({"decision": "accept", "reason": '=HYPERLINK("x")'}, "row.invalid"),
    "a formula in full width": ({"note": "＝1+1"}, "row.invalid"),
    "a hidden character": ({"decision": "accept", "reason": "a\u202eb"}, "usage.option"),
    "hold without a day": ({"decision": "hold"}, "row.invalid"),
    "a day that has passed": ({"decision": "hold", "until": "2026-10-01"}, "date.invalid"),
    "a day counted from 1904": ({"decision": "hold", "until": "44918"}, "date.invalid"),
    "a day that may be two": ({"decision": "hold", "until": "03/12/2026"}, "date.ambiguous"),
    "no day at all": ({"decision": "hold", "until": "31.11.2026"}, "date.invalid"),
    "a customer who is none": ({"decision": "on account", "customer": "Nobody"}, "customer.unknown"),
    "a key that was cut": ({"decision": "accept", "key": "K1-0123456789abcdef"}, "row.invalid"),
    "no key": ({"decision": "accept", "key": ""}, "row.invalid"),
}


def test_what_cannot_be_understood_is_refused_with_its_row_and_code(desk: Teller) -> None:
    rows = [row for row in _exported(desk) if row["proposed_documents"]]
    head = desk.do("verify", "--head")
    for name, (cells, code) in REFUSED.items():
        told = desk.told("decisions", "apply", _saved(desk, [rows[1], rows[0] | cells]))
        assert [(one["row"], one["result"], one["code"]) for one in told] == [(3, "refused", code)], name
    assert desk.do("verify", "--head") == head
    result = desk.run("decisions", "apply", _saved(desk, [rows[0] | {"decision": "no"}, rows[1] | {"decision": "accept"}]))
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0].startswith("row 2: value.unknown: 'no' is no decision")
    assert "1 decided, 0 decided so already, 1 refused" in result.stderr


def test_letters_of_an_encoding_that_is_not_said_are_refused_by_row(desk: Teller) -> None:
    rows = [row for row in _exported(desk) if row["proposed_documents"]][:2]
    rows[0] |= {"decision": "accept", "reason": "Rückfrage"}
    rows[1] |= {"decision": "accept", "reason": "plain"}
    told = _applied(desk, rows, status=1, encoding="cp1252")
    assert [(one["result"], one["code"]) for one in told] == [("refused", "file.encoding"), ("decided", "")]


def test_one_line_in_two_rows(desk: Teller) -> None:
    row = next(row for row in _exported(desk) if row["proposed_documents"])
    told = _applied(desk, [row | {"decision": "accept"}, row | {"decision": "reject"}], status=1)
    assert [(one["row"], one["code"]) for one in told] == [(2, "row.invalid"), (3, "row.invalid")]
    told = _applied(desk, [row | {"decision": "accept"}, row | {"decision": "accept"}, row])
    assert [one["result"] for one in told] == ["decided", "already"]


def test_two_rows_cannot_spend_one_amount(desk: Teller) -> None:
    rows = [row for row in _exported(desk) if row["proposed_documents"]][:2]
    for row in rows:
        row |= {"decision": "allocate", "documents": "RE-9009=100.00"}
    told = _applied(desk, rows, status=1)
    assert [(one["result"], one["code"]) for one in told] == [("decided", ""), ("refused", "decision.amount")]
    assert "FAILS" not in desk.do("verify")


def test_zeros_that_may_have_been_lost_are_not_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [_item(1) | {"document_no": "0815"}, _item(2) | {"document_no": "815"}, _item(3) | {"document_no": "000777"}]
    customers = [{"customer_id": "7", "name": "Sieben"}, {"customer_id": "007", "name": "Agentur"}, *CUSTOMERS]
    desk = _run(filled(tmp_path, items=items, customers=customers, lines=[_line(4), _line(9), _line(14)]), monkeypatch)
    rows = _exported(desk)
    rows[0] |= {"decision": "allocate", "documents": "815=10.00"}
    rows[1] |= {"decision": "on account", "customer": "7"}
    rows[2] |= {"decision": "allocate", "documents": "777=10.00"}
    told = _applied(desk, rows, status=1)
    assert [(one["result"], one["code"]) for one in told] == [("refused", "row.invalid"), ("refused", "row.invalid"), ("decided", "")]


def _in_csv(desk: Teller) -> list[list[str]]:
    desk.do("decisions", "export", "waits.csv")
    return list(csv.reader(io.StringIO((desk.folder / "waits.csv").read_text("utf-8-sig"))))


def _in_workbook(desk: Teller) -> list[list[str]]:
    desk.do("decisions", "export", "waits.xlsx")
    sheet = openpyxl.load_workbook(desk.folder / "waits.xlsx")["Decisions"]
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "d"}, "no cell is a formula"
    return [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet]


@pytest.mark.parametrize(("cells", "shown"), [(_in_csv, "'=HYPERLINK(1)"), (_in_workbook, "=HYPERLINK(1)")])
def test_no_text_of_a_payer_is_run_by_a_spreadsheet(desk: Teller, cells: Callable[[Teller], list[list[str]]], shown: str) -> None:
    assert shown in {cell for row in cells(desk) for cell in row}


def test_the_workbook_helps_and_protects(desk: Teller) -> None:
    desk.do("decisions", "export", "waits.xlsx")
    first = (desk.folder / "waits.xlsx").read_bytes()
    desk.do("decisions", "export", "waits.xlsx")
    assert (desk.folder / "waits.xlsx").read_bytes() == first
    sheet = openpyxl.load_workbook(desk.folder / "waits.xlsx")["Decisions"]
    place = {cell.value: cell for cell in sheet[1]}
    assert sheet.protection.sheet
    assert sheet.column_dimensions[place["key"].column_letter].hidden
    assert sheet.cell(2, place["key"].column).protection.locked
    assert not sheet.cell(2, place["decision"].column).protection.locked
    assert sheet.cell(2, place["customer"].column).number_format == "@"
    (words,) = [rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert words.strip('"').split(",") == list(WORDS)


def test_filters_choose_the_rows_and_other_files_are_refused(desk: Teller) -> None:
    assert "8 receipts to decide." in desk.do("decisions", "export", "some.csv", "--min-confidence", "50")
    assert "usage.option" in desk.do("decisions", "export", "some.ods", status=2)
    (desk.folder / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "column.missing: other.csv" in desk.do("decisions", "apply", "other.csv", status=3)
    assert "file.missing: none.csv" in desk.do("decisions", "apply", "none.csv", status=3)
    (desk.folder / "cut.csv").write_text('decision,key\n"accept', encoding="utf-8")
    assert "file.malformed: cut.csv" in desk.do("decisions", "apply", "cut.csv", status=3)

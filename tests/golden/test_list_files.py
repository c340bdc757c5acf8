"""A list as Markdown, a web page and TSV, byte by byte; and as a workbook, read back.

After a change that is meant to show, write the files anew with `PYTHONPATH=tests python tests/golden/test_list_files.py --write`, and read
the difference.
"""

import io
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path

import lists
import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from matcher.cli.tables.columns import Column, Kind, Table
from matcher.cli.tables.machine import csv_text, json_lines, tsv_text
from matcher.cli.tables.markdown import markdown
from matcher.cli.tables.webpage import page
from matcher.cli.tables.workbook import workbook
from matcher.errors import MatcherError

GOLDEN = Path(__file__).resolve().parents[2] / "fixtures" / "lists"
ODD = lists.row("aa", "2026-10-30", "=cmd|' /C calc'!A0", "<b>a|b</b>\t`x`\n\x1b[2J\u202e", "-5.00", "0.00", "EUR", "1", 0, "none")
TABLES = [lists.of([*lists.LATIN, ODD], "Latin"), lists.of(lists.CHINESE, "Chinese")]


def made() -> dict[str, str]:
    """The files, by name."""
    return {
        "lists.md": markdown(TABLES), "lists.html": page(TABLES, "matcher queue"), "lists.tsv": "".join(map(tsv_text, TABLES)),
        "lists.csv": "".join(map(csv_text, TABLES)), "lists.jsonl": "".join(map(json_lines, TABLES)),
    }  # fmt: skip


@pytest.mark.parametrize("name", made())
def test_a_list_as_text(name: str) -> None:
    assert made()[name].encode() == (GOLDEN / name).read_bytes()


def test_a_web_page_loads_nothing_and_runs_nothing() -> None:
    text = made()["lists.html"]
    assert "default-src 'none'" in text
    for word in ("<script", "http://", "https://", "src=", "@import", "url(", "<b>", "\x1b"):
        assert word not in text


def test_a_workbook_has_real_dates_and_numbers_and_texts_that_are_texts() -> None:
    latin, chinese = (CalamineWorkbook.from_filelike(io.BytesIO(workbook(TABLES))).get_sheet_by_name(name) for name in ("Latin", "Chinese"))
    rows = latin.to_python()
    assert rows[0][0] == "Brennhof group · receipts that wait · 31 Oct 2026"
    assert rows[1] == [name.replace("_", " ") for name in lists.COMPLETE]
    first = ["5ab7942aa34d9d47", date(2026, 10, 9), "1", "TIDEWATER PROCESS SYSTEMS INC", "WIRE IN EX-2026-0111", 15845.0, 0.0, "USD"]
    assert rows[2] == [*first, 0.999999, 0.0, "posted"]
    assert rows[5][3:7] == ["=cmd|' /C calc'!A0", "<b>a|b</b>\\t`x`\\n\\x1b[2J\\u202e", -5.0, 0.0]
    assert [row[0] or row[5:8] for row in rows[6:]] == [["", "", ""], "total", "total"]
    assert [row[5:8] for row in rows[7:]] == [[1670.45, 1675.45, "EUR"], [15845.0, 0.0, "USD"]]
    assert [row[5] for row in chinese.to_python()[2:5]] == [28730.0, 1234567.0, 12000.125]


def test_a_workbook_s_look() -> None:
    latin, chinese = openpyxl.load_workbook(io.BytesIO(workbook(TABLES))).worksheets
    assert latin.freeze_panes == "A3"
    assert latin.auto_filter.ref == "A2:K6"
    assert [latin["B3"].number_format, latin["F3"].number_format] == ["yyyy-mm-dd", "#,##0.00;[Red]-#,##0.00"]
    assert [chinese[cell].number_format.partition(";")[0] for cell in ("F3", "F4", "F5")] == ["#,##0.00", "#,##0", "#,##0.000"]
    assert [latin[cell].data_type for cell in ("A3", "B3", "D6", "F3")] == ["s", "d", "s", "n"]
    assert latin.column_dimensions["D"].width > 25


def test_the_same_list_gives_the_same_workbook() -> None:
    content = workbook(TABLES)
    assert content == workbook(TABLES)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert "2000-01-01T00:00:00Z" in parts.read("docProps/core.xml").decode()
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_names_of_sheets_are_allowed_and_differ() -> None:
    tables = [lists.of(lists.LATIN, title) for title in ("", "Runner-up: 8 / 10 points [behind] what the bank said", "a", "A", "'")]
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(tables)))
    assert book.sheet_names == ["Sheet1", "Runner-up  8   10 points  behin", "a", "A 4", "Sheet5"]


def test_odd_dates_and_moments_are_kept() -> None:
    columns = (Column("day", kind=Kind.DATE), Column("at", kind=Kind.MOMENT))
    rows = [{"day": "1850-01-01", "at": "2026-11-02T09:00:00+00:00"}, {"day": "soon", "at": "then"}, {"day": None, "at": ""}]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(workbook([Table(rows, columns, columns)]))).get_sheet_by_index(0)
    assert sheet.to_python()[1:3] == [["1850-01-01", datetime.fromisoformat("2026-11-02T09:00")], ["soon", "then"]]


def test_a_list_that_is_longer_than_a_sheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.cli.tables.workbook.MOST_ROWS", 2)
    with pytest.raises(MatcherError, match="a sheet takes 2 rows, the list has 3") as refused:
        workbook([lists.of(lists.LATIN)])
    assert refused.value.code == "usage.option"


if __name__ == "__main__" and "--write" in sys.argv:
    for name, text in made().items():
        (GOLDEN / name).write_bytes(text.encode())

"""The pack's charts and sums, from what they are given."""

import io
import sys
import time
from datetime import date

import openpyxl
import polars as pl
import pytest
from lxml import etree

from matcher.exports.pack import cells, charts, xlsx
from matcher.exports.pack.record import Bars, Check, Checks, Column, Kind, Pack, Section, Step, Table, Waterfall
from matcher.journal.chain import Head

FALL = Waterfall(
    "x", "From here to there", "EUR",
    (Step("begin", 10_000, level=True), Step("out", -12_500), Step("in", 4_000), Step("end", 1_500, level=True)),
)  # fmt: skip


def _pack(*blocks: Waterfall | Checks | Table) -> Pack:
    return Pack("Books", "2026-10", date(2026, 10, 31), "open", False, Head(3, "ab"), (Section("s", "Section", blocks, "matcher status"),))


def _widths(drawn: str, series: str) -> list[float]:
    root = etree.fromstring(drawn)
    groups = [node for node in root.iter() if node.get("class") == f"series {series}"]
    return sorted(round(float(rect.get("width")), 3) for group in groups for rect in group.iter("rect"))


def test_a_waterfall_that_comes_out_has_no_rest_and_another_one_has() -> None:
    assert FALL.rest == 0
    assert Waterfall("x", "", "EUR", (*FALL.steps[:-1], Step("end", 1_400, level=True))).rest == 100
    # the first level is where it begins, whatever it is
    assert Waterfall("x", "", "EUR", (Step("begin", -7, level=True), Step("end", -7, level=True))).rest == 0


def test_a_step_across_zero_is_as_long_as_its_amount() -> None:
    drawn = charts.waterfall(FALL)
    begin, (above, below) = _widths(drawn, "level"), sorted(_widths(drawn, "fall"), reverse=True)
    assert above == begin[-1]  # from 100 to 0
    assert below == pytest.approx(above / 4, abs=0.01)  # from 0 to -25
    assert sum(_widths(drawn, "rise")) == pytest.approx(above * 0.4, abs=0.01)  # from -25 to 15


def test_a_chart_is_the_same_bytes_on_every_day_and_carries_nothing_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    bars = Bars("By age", "EUR", ("not due", "<b>1-30</b>"), (("last month", (100, 0)), ("this month", (250, -40))))
    drawn = charts.waterfall(FALL), charts.bars(bars, str)
    monkeypatch.setattr(time, "time", lambda: 4e9)
    assert (charts.waterfall(FALL), charts.bars(bars, str)) == drawn
    for text in drawn:
        root = etree.fromstring(text)
        assert not [
            node for node in root.iter() if not isinstance(node.tag, str) or etree.QName(node).localname in {"script", "style", "a"}
        ]
        assert not [name for node in root.iter() for name in node.attrib if name.startswith("on") or "href" in name or name == "style"]
        assert "pygal" not in text
        assert "20" not in text.split(">")[0].replace('viewBox="0 0 600 80"', "").replace('viewBox="0 0 600 240"', "")
    assert "&lt;b&gt;1-30&lt;/b&gt;" in drawn[1]


def test_the_chart_library_stays_out_of_other_imports() -> None:
    charts.waterfall(FALL)
    assert [finder for finder in sys.meta_path if type(finder).__module__.startswith("pygal")] == []


def test_sums_are_those_of_all_rows_by_currency_whatever_the_page_shows() -> None:
    frame = pl.DataFrame({"currency": ["EUR", "JPY", "EUR"], "amount": [10**15, 7, -1], "n": [1, 2, 3]})
    columns = (
        Column("currency", "currency"),
        Column("amount", "amount", Kind.AMOUNT, total=True),
        Column("n", "n", Kind.COUNT, total=True),
    )
    table = Table("T", "T", columns, frame, shown=1)
    assert cells.totals(table, columns) == [
        {"currency": "EUR", "amount": 10**15 - 1, "n": 4}, {"currency": "JPY", "amount": 7, "n": 2},
    ]  # fmt: skip
    assert cells.text(columns[1], {"amount": 7}, "JPY") == "7"
    assert cells.text(columns[1], {"amount": -100_005}, "EUR") == "-1,000.05"


def test_a_pack_ties_when_every_sum_that_must_come_out_does() -> None:
    open_day, lost = Check("statements", False, "not covered"), Check("sum", False, "1 of 2", ties=True)
    assert _pack(FALL, Checks("", (open_day,))).ties
    assert not _pack(Checks("", (lost,))).ties
    assert not _pack(Waterfall("x", "", "EUR", (*FALL.steps[:-1], Step("end", 0, level=True)))).ties


def test_a_sheet_of_more_rows_than_anybody_reads_is_cut_and_its_totals_count_all(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"name": ["a", "b", "c"], "currency": ["EUR", "JPY", "EUR"], "amount": [1_050, 7, -20]})
    columns = (Column("name", "name"), Column("currency", "currency"), Column("amount", "amount", Kind.AMOUNT, total=True))
    pack = _pack(Table("Rows", "Rows", columns, frame, note="By size."))

    def cells_of(*, values: bool) -> list[list[object]]:
        book = openpyxl.load_workbook(io.BytesIO(xlsx.workbook(pack)), data_only=values)
        return [[cell for cell in row if cell is not None] for row in book["Rows"].iter_rows(min_row=3, values_only=True)]

    whole = cells_of(values=False)
    assert whole[0] == ["By size."]
    assert [row[0] for row in whole[2:5]] == ["a", "b", "c"]
    assert str(whole[6][-1]).startswith("=ROUND(SUMIFS")

    monkeypatch.setattr(xlsx, "_MOST_ROWS", 2)
    cut = cells_of(values=False)
    assert cut[0] == ["The first 2 of 3 rows. By size."]
    assert [row[0] for row in cut[2:4]] == ["a", "b"]
    assert [row for row in cut[4:] if row] == [["total of all rows", "EUR", 10.3], ["total of all rows", "JPY", 7]]

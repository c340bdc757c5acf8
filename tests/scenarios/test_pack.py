"""`matcher report`: what a month's pack holds, that nothing in it runs, and that a closed month's pack is the same bytes for ever."""

import importlib.util
import io
import re
from pathlib import Path

import openpyxl
import packs
import pytest
from lxml import html
from support import copied, lines_file
from teller import Teller

from matcher import languages

NAMES = ("pack-2026-10.html", "pack-2026-10.xlsx")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    return Teller(copied(tmp_path, packs.october), monkeypatch, packs.DAY)


def _report(desk: Teller, *args: str, status: int = 0) -> tuple[bytes, bytes]:
    folder = desk.folder / "packs"
    desk.do("report", "--month", "2026-10", "-o", str(folder), *args, status=status)
    languages.use("en")
    page, book = ((folder / name).read_bytes() for name in NAMES)
    return page, book


def _next_month(desk: Teller) -> None:
    """All that November may do: undo, place, bring lines of October, change settings, and count on another day."""
    desk.on("2026-12-05")
    desk.do("undo", "ref:B1", "--reason", "it was for somebody else")
    desk.do("on-account", "ref:B3", "--customer", "K2", "--reason", "found")
    desk.do("assign", "ref:B3", "--owner", "cem")
    desk.do("set-off", "U-ref:B5", "RG-7002=12.00")
    late = [{"bank_reference": "B9", "booking_date": "2026-10-30", "amount": "300.00", "remittance_information": "RG-7002", **packs.PAID}]
    desk.do("ingest", str(lines_file(desk.folder, late, "late.csv")))
    desk.do("run")
    config = desk.folder / "books" / "matcher.toml"
    text = config.read_text(encoding="utf-8").replace("<b>&</b>", "anew").replace("Nordkai Handel", "Nordkai Gruppe")
    config.write_text(text.replace('"1.00"', '"0.10"') + "\n[aging]\nbuckets = [10, 20]\n", encoding="utf-8")


def test_a_closed_month_is_the_same_bytes_whatever_comes(desk: Teller) -> None:
    desk.do("close", "2026-10")
    before = [_report(desk), _report(desk, "--lang", "de"), _report(desk, "--lang", "zh")]
    assert len({*(page for page, _ in before), *(book for _, book in before)}) == 6
    _next_month(desk)
    assert [_report(desk), _report(desk, "--lang", "de"), _report(desk, "--lang", "zh")] == before
    desk.do("reopen", "2026-10", "--reason", "B1 was wrong")
    assert _report(desk) != before[0]


def test_an_open_month_is_the_same_bytes_while_the_books_are_and_can_be_told_as_of_a_batch(desk: Teller) -> None:
    first, batch = _report(desk), desk.do("verify", "--head").split()[1]
    desk.on("2027-03-01")
    assert _report(desk) == first
    desk.do("note", "ref:B3", "asked again")
    assert _report(desk) != first
    assert _report(desk, "--known-at", batch) == first


def test_nothing_of_a_hostile_text_runs_on_the_page(desk: Teller) -> None:
    text = _report(desk)[0].decode()
    page = html.document_fromstring(text)
    assert not page.xpath("//script | //img | //iframe | //link | //object | //b[not(ancestor::li)] | //@onerror | //@onclick")
    assert all(address.startswith("#") for address in page.xpath("//@href"))
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    said = page.text_content()
    for name in (packs.SCRIPT, packs.FORMULA, packs.UMLAUT, packs.CHINESE, "Größmann <b>&</b> 临澜", "+49 30 1234", "@RG-7005"):
        assert name in said, name
    assert not re.search(r"(?:https?:)?//(?!www\.w3\.org)[a-z]", re.sub(r">[^<]*<", "><", text))  # nothing is loaded from anywhere


def test_no_cell_of_the_workbook_runs_but_its_own_sums(desk: Teller) -> None:
    book = openpyxl.load_workbook(io.BytesIO(_report(desk)[1]))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    formulas = [cell for cell in cells if cell.data_type == "f"]
    assert len(formulas) > 50
    assert all(re.fullmatch(r"=ROUND\([A-Z0-9:+(),-]*(SUMIFS?)?[A-Z0-9:+(),-]*\)", cell.value) for cell in formulas)
    texts = {cell.value: cell for cell in cells if cell.data_type == "s"}
    for name in (packs.FORMULA, packs.SCRIPT, "+49 30 1234", "@RG-7005", "=K4"):
        assert name in texts
        assert texts[name].hyperlink is None
    aging = book["Aging"]
    assert aging.freeze_panes == "A5"
    assert [table.ref for table in aging.tables.values()] == [f"A4:{aging.cell(4, aging.max_column).column_letter}{4 + 4}"]
    assert book["Waiting"]["C5"].is_date


def test_the_pack_says_what_waits_what_is_owed_back_and_who_let_what_through(desk: Teller) -> None:
    config = desk.folder / "books" / "matcher.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"1.00"', '"0.50"'), encoding="utf-8")
    desk.on("2026-10-30")
    desk.do("close", "2026-10", "--force", "--reason", "the auditor comes on Friday")
    rows = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)] for sheet in
            openpyxl.load_workbook(io.BytesIO(_report(desk)[1]), data_only=True)}  # fmt: skip
    [waiting] = [row for row in rows["Waiting"] if row[0] and len(str(row[0])) == 16]
    assert (waiting[3], waiting[6], waiting[7]) == (19, 61, "EUR")
    back = {(row[0], row[2]): row[8] for row in rows["Unapplied"] if row[2]}
    assert back == {("pay back or apply", "K2"): 0.5, ("apply or ask", "K1"): 20, ("decide first", "K3"): 61}
    [cleared] = [row for row in rows["Cleared"] if row[3]]
    assert (cleared[0], cleared[4], cleared[6], cleared[8], cleared[9]) == ("tolerance", "@RG-7005", 0.9, "more than the limit", "bert")
    [override] = [row for row in rows["Overrides"] if row[1]]
    assert (override[1:5]) == ["closed by force", "2026-10: the month is over", "the auditor comes on Friday", "ada"]


def test_a_list_that_closed_more_than_it_may_is_an_override(desk: Teller) -> None:
    from support import items_file

    kept = items_file(desk.folder, packs.ITEMS[:1], "cut.csv")
    desk.do("import", "items", str(kept), "--allow-closing", "--reason", "moved to the parent", "--snapshot-date", "2026-10-31")
    sheet = openpyxl.load_workbook(io.BytesIO(_report(desk)[1]))["Overrides"]
    assert sheet["B5"].value == "list of open items that closed more than it may"
    assert sheet["E5"].value == "ada"


def test_long_lists_are_cut_on_the_page_and_whole_in_the_workbook(desk: Teller) -> None:
    more = [
        {"bank_reference": f"W{n}", "booking_date": "2026-10-20", "amount": f"{n}.01", "remittance_information": f"unknown {n:04}"}
        for n in range(1, 71)
    ]
    desk.do("ingest", str(lines_file(desk.folder, more, "more.csv")))
    page, book = _report(desk)
    assert "50 of 71 rows; all are in the workbook, and the totals count all." in page.decode()
    assert sum(f"unknown {n:04}" in page.decode() for n in range(1, 71)) == 49
    sheet = openpyxl.load_workbook(io.BytesIO(book))["Waiting"]
    assert sum(str(row[5].value).startswith("unknown") for row in sheet.iter_rows()) == 70


def test_what_is_no_month_and_what_is_not_installed(desk: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "'2026-13' is no month" in desk.do("report", "--month", "2026-13", "-o", "x", status=2)
    assert not Path("x").exists()
    found = importlib.util.find_spec
    monkeypatch.setattr("matcher.pipeline.pack.report.find_spec", lambda name: None if name == "pygal" else found(name))
    said = desk.do("report", "--month", "2026-10", "-o", "x", status=2)
    assert "the package pygal is not installed" in said
    assert "matcher-recon[report]" in said


def test_a_sum_that_does_not_come_out_is_said_and_the_status_is_1(desk: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    from matcher.pipeline.pack import owed

    monkeypatch.setattr(owed, "_sums", lambda frame, amount: {})
    said = desk.do("report", "--month", "2026-10", "-o", str(desk.folder / "packs"), status=1)
    assert "A sum of the pack does not come out" in said
    assert "These sums do not come out:" in (desk.folder / "packs" / NAMES[0]).read_text(encoding="utf-8")

"""A month's pack as people open it: the page in Chromium, on screens and on paper, and the workbook in LibreOffice."""

from pathlib import Path

import chrome
import office
import openpyxl
import packs
import pypdfium2
import pytest
from support import copied
from teller import Teller

from matcher import languages

SCREEN = """return {wide: document.documentElement.scrollWidth, colour: getComputedStyle(document.body).backgroundColor,
    title: document.title,
    bars: [...document.querySelectorAll('.fall .chart rect')].filter(r => r.getBoundingClientRect().width > 0).length,
    clipped: [...document.querySelectorAll('td, th')].filter(c => c.scrollWidth > c.clientWidth + 1).length,
    loaded: performance.getEntriesByType('resource').length};"""


def _pack(folder: Path, monkeypatch: pytest.MonkeyPatch, *args: str) -> tuple[Path, Path]:
    desk = Teller(copied(folder, packs.october), monkeypatch, packs.DAY)
    desk.do("report", "--month", "2026-10", "-o", str(folder / "out"), *args)
    languages.use("en")
    return folder / "out" / "pack-2026-10.html", folder / "out" / "pack-2026-10.xlsx"


def test_the_page_is_read_on_screens_light_and_dark_and_on_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, _ = _pack(tmp_path, monkeypatch, "--lang", "de")
    with chrome.opened(tmp_path / "profile") as browser:
        colours = set()
        for width, dark in ((1280, False), (1280, True), (800, False)):
            chrome.shown(browser, page, width, dark=dark)
            seen = browser.execute_script(SCREEN)  # type: ignore[no-untyped-call]
            assert seen["wide"] <= width  # wide tables scroll by themselves
            assert seen["clipped"] == 0
            assert seen["loaded"] == 0
            assert seen["bars"] > 5
            assert seen["title"].startswith("Größmann <b>&</b> 临澜")
            colours.add(seen["colour"])
            assert chrome.picture(browser, width, 0, 900).startswith(b"\x89PNG")
        assert len(colours) == 2
        text = browser.find_element("tag name", "body").text
        for name in (packs.UMLAUT, packs.CHINESE, packs.SCRIPT, packs.FORMULA):
            assert name in text
        assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
        paper = pypdfium2.PdfDocument(chrome.printed(browser))
        sides = [paper[number].get_textpage().get_text_bounded() for number in range(len(paper))]
        size = paper[0].get_size()
        paper.close()
    assert (round(size[0]), round(size[1])) == (842, 595)  # A4, lying
    assert all(f"{number} / {len(sides)}" in side for number, side in enumerate(sides, start=1))
    assert 5 <= len(sides) <= 20


def test_a_spreadsheet_comes_to_the_sums_that_stand_in_the_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, book = _pack(tmp_path, monkeypatch)
    again = office.computed(book, tmp_path)
    formulas = openpyxl.load_workbook(book)
    kept, computed = (openpyxl.load_workbook(path, data_only=True) for path in (book, again))
    assert kept.sheetnames == computed.sheetnames
    sums = [(sheet.title, cell.coordinate) for sheet in formulas for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(sums) > 50
    values = {place: (kept[place[0]][place[1]].value, computed[place[0]][place[1]].value) for place in sums}
    assert {place: pair for place, pair in values.items() if pair[0] != pair[1]} == {}
    assert any(value not in (0, None) for value, _ in values.values())
    # and it computed them: a sum that is wrong in the file comes out right
    sheet = formulas["Aging"]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.value = "=1+1"
    formulas.save(tmp_path / "changed.xlsx")
    other = tmp_path / "other"
    other.mkdir()
    changed = openpyxl.load_workbook(office.computed(tmp_path / "changed.xlsx", other), data_only=True)["Aging"]
    assert {changed[at].value for name, at in sums if name == "Aging"} == {2}

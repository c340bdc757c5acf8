"""Workbooks that ask for more than any machine has are refused before anything is laid out; honest ones are read as ever."""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packed import MAIN, outcome, packed, parts, relations, row, sheet, workbook

from matcher.errors import MatcherError
from matcher.openitems import readers
from matcher.parsers.base import ParseOptions, Source
from matcher.parsers.csv import PARSER
from matcher.workbooks import Bounds, sheets

BANKS = Path(__file__).resolve().parents[2] / "fixtures" / "banks" / "csv"
FAR = {
    "row": '<row r="1"><c r="L1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>',
    "column": '<row r="1"><c r="XFD1"><v>1</v></c></row><row r="2000"><c r="A2000"><v>1</v></c></row>',
}
HUGE = (
    '<row r="9999999999"><c><v>1</v></c></row>',
    '<row r="99999999999999999999999999"><c><v>1</v></c></row>',
    '<row r="16000000"><c><v>1</v></c></row>',
    "<row r='16000000'><c><v>1</v></c></row>",
    '<row r = "16000000"><c><v>1</v></c></row>',
    f'<row spans="{"x" * 600}" r="16000000"><c><v>1</v></c></row>',
    '<row\n\tr="16000000"\n><c><v>1</v></c></row>',
    '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
    '<row r="1"><c r="XFE1"><v>1</v></c></row>',
    '<row r="1"><c r="ZZZ1"><v>1</v></c></row>',
)
PREFIXED = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1048576"><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'


@pytest.mark.parametrize("rows", HUGE, ids=range(len(HUGE)))
def test_a_row_or_cell_beyond_a_sheets_size_is_refused_however_it_is_written(rows: str) -> None:
    assert outcome(workbook(sheet(rows))) == "file.too_large"
    assert outcome(workbook(sheet(row(7, 1.0) + rows))) == "file.too_large"


@pytest.mark.parametrize("rows", FAR.values(), ids=FAR)
def test_a_rectangle_beyond_the_bound_is_refused(rows: str) -> None:
    assert outcome(workbook(sheet(rows))) == "file.too_large"
    assert outcome(workbook(sheet(rows)), Bounds(cells=40_000_000)) == ""


def test_a_cell_that_tells_its_place_by_itself_counts_with_that_place() -> None:
    assert outcome(workbook(sheet('<row><c r="A900000000"><v>1</v></c></row>'))) == "file.too_large"
    assert outcome(workbook(sheet('<row r="1"><c r="A900000000"><v>1</v></c></row>'))) == "file.too_large"
    assert outcome(workbook(sheet('<c r="A900000000"><v>1</v></c>'))) == "file.too_large"
    assert outcome(workbook(PREFIXED), Bounds(cells=1_048_575)) == "file.too_large"


def test_all_sheets_together_have_the_bound_that_one_has() -> None:
    one = sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="100"><c r="J100"><v>1</v></c></row>')
    assert outcome(workbook(*[one] * 9), Bounds(cells=9_000)) == ""
    assert outcome(workbook(*[one] * 10), Bounds(cells=9_000)) == "file.too_large"


def test_two_sheets_that_are_one_part_are_refused() -> None:
    files = parts(sheet(row(1, 1.0)), sheet(row(1, 1.0)))
    twice = files["xl/workbook.xml"].replace('r:id="r2"', 'r:id="r1"')
    assert outcome(packed(files | {"xl/workbook.xml": twice})) == "file.malformed"
    targets = (("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "worksheet", "/xl/worksheets/./Sheet1.xml"))
    assert outcome(packed(files | {"xl/_rels/workbook.xml.rels": relations(*targets)})) == "file.malformed"


def test_texts_count_as_often_as_cells_refer_to_them() -> None:
    long = f"<si><t>{'x' * 100_000}</t></si><si><t>y</t></si>"
    many = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{{}}</v></c></row>' for n in range(1, 3_001))
    assert outcome(workbook(sheet(many.format(*[0] * 3_000)), texts=long)) == "file.too_large"
    assert outcome(workbook(sheet(many.format(0, *[1] * 2_999)), texts=long)) == ""


def test_a_part_that_swells_is_refused_before_it_is_unpacked() -> None:
    assert outcome(workbook(sheet(" " * (8 << 20)))) == "file.hostile"
    assert outcome(workbook(sheet(" " * 200_000)), Bounds(unpacked=100_000)) == "file.too_large"


def test_parts_that_share_their_packed_bytes_count_each() -> None:
    spaces = sheet(" " * 3_000_000)
    data = workbook(*[spaces] * 3)
    assert len(data) < 20_000
    assert outcome(data) == "file.hostile"


def test_a_file_of_more_parts_or_bytes_than_the_bound_is_refused() -> None:
    data = workbook(*[sheet(row(1, 1.0))] * 20)
    assert outcome(data, Bounds(parts=24)) == ""
    assert outcome(data, Bounds(parts=23)) == "file.too_large"
    assert outcome(data, Bounds(size=100)) == "file.too_large"


def test_no_comment_and_no_tag_is_looked_at_again_and_again() -> None:
    fed = sheet(f"<!--{'x' * (17 << 20)}-->")
    assert outcome(packed(parts(fed), zipfile.ZIP_STORED)) == "file.malformed"


MALFORMED = {
    "a row that comes twice": row(1, 1.0) + row(1, 2.0),
    "a cell that comes twice": '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
    "a cell with two values": '<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>',
    "a cell of another row": '<row r="1"><c r="A2"><v>2</v></c></row>',
    "a cell without a row": '<c r="A1"><v>2</v></c>',
    "row zero": '<row r="0"><c r="A0"><v>1</v></c></row>',
    "a row below zero": '<row r="-1"><c><v>1</v></c></row>',
    "small letters": '<row r="1"><c r="a1"><v>1</v></c></row>',
    "an empty place": '<row r="1"><c r=""><v>1</v></c></row>',
    "two places in one": '<row r="1"><c r="A1&#10;B1"><v>1</v></c></row>',
    "cells with and without a place": '<row r="1"><c r="A1"><v>1</v></c><c><v>1</v></c></row>',
    "a text that is not there": '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
    "a text below zero": '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
    "an absurd text": '<row r="1"><c r="A1" t="s"><v>99999999999999999999</v></c></row>',
    "a text that is no number": '<row r="1"><c r="A1" t="s"><v>x</v></c></row>',
    "a text in quotes of the other kind": "<row r='1'><c r='A1' t='s'><v>x</v></c></row>",
    "a text and a value": '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is><v>0</v></c></row>',
    "a figure with a reference": '<row r="1"><c r="A1"><v>5&#53;</v></c></row>',
    "a figure with a comment": '<row r="1"><c r="A1"><v>5<!-- -->5</v></c></row>',
    "a figure in a section": '<row r="1"><c r="A1"><v><![CDATA[55]]></v></c></row>',
    "a figure behind an element": '<row r="1"><c r="A1"><v><b/>55</v></c></row>',
    "a place with a reference": '<row r="1"><c r="A&#49;"><v>1</v></c></row>',
    "a row with a reference": '<row r="&#50;"><c><v>1</v></c></row>',
    "an attribute twice": '<row r="1" r="2"><c><v>1</v></c></row>',
    "an end that is missing": '<row r="1"><c r="A1"><v>1</v></c>',
}


@pytest.mark.parametrize("rows", MALFORMED.values(), ids=MALFORMED)
def test_markup_that_can_be_read_in_two_ways_is_refused(rows: str) -> None:
    assert outcome(workbook(sheet(rows), texts="<si><t>x</t></si>")) == "file.malformed"


def test_a_row_that_comes_twice_is_found_across_blocks() -> None:
    rows = "".join(row(n, "x" * 100, 1.0) for n in range(1, 15_000))
    assert outcome(packed(parts(sheet(rows)))) == ""
    assert outcome(packed(parts(sheet(rows + row(3, 1.0))))) == "file.malformed"
    text = f't="inlineStr"><is><t>{"x" * 3_000}</t></is></c>'
    wide = "".join(f'<c r="{one}{two}1" {text}' for one in "ABCDEFGHIJKLMNOPQRST" for two in map(chr, range(65, 91)))
    assert outcome(packed(parts(sheet(f'<row r="1">{wide}</row>')))) == ""
    assert outcome(packed(parts(sheet(f'<row r="1">{wide}<c r="AA1"><v>1</v></c></row>')))) == "file.malformed"


def values(data: bytes) -> list[list[object]]:
    return sheets(io.BytesIO(data), len(data))[0].cells.to_python()


def test_what_other_programs_write_is_read() -> None:
    assert values(workbook(sheet(row(2, 2.0) + row(1, 1.0)))) == [[1.0], [2.0]]
    assert values(workbook(sheet("<row><c><v>1</v></c><c/><c><v>2</v></c></row>"))) == [[1.0, "", 2.0]]
    far = '<row r="1048576" ht="15"/>'
    assert values(workbook(sheet(row(1, 1.0) + far))) == [[1.0]]
    styled = '<row r="900000"><c r="XFD900000" s="1"/></row>'
    assert values(workbook(sheet(row(1, 1.0) + styled))) == [[1.0]]
    texts = '<row r="1"><c r="A1" t="str"><v>a&amp;b&#10;c</v></c><c r="B1" s="1" t=\'s\'><v>0</v></c></row>'
    assert values(workbook(sheet(texts), texts="<si><t>x</t></si>")) == [["a&b\nc", "x"]]
    for lie in ("A1:XFD1048576", "C9:A1", "A1"):
        assert values(workbook(sheet(row(1, 1.0), f'<dimension ref="{lie}"/>'))) == [[1.0]]
    assert values(workbook(PREFIXED.replace("1048576", "1"))) == [[1.0]]


def test_pictures_and_foreign_parts_do_not_matter() -> None:
    beside = {
        "xl/media/image1.svg": "<!DOCTYPE svg><svg/>",
        "xl/drawings/vmlDrawing1.vml": "<xml><br></xml>",
        "customXml/item1.xml": '<row r="x"><c><v/><v/></c></row>',
        "xl/calcChain.xml": f'<calcChain xmlns="{MAIN}"><c r="A1"/><c r="A1"/></calcChain>',
    }
    assert values(packed(parts(sheet(row(1, 1.0))) | beside)) == [[1.0]]


def test_entities_and_damaged_parts_are_refused() -> None:
    doctype = '<!DOCTYPE x [<!ENTITY a "b">]>'
    assert outcome(workbook(doctype + sheet(""))) == "file.hostile"
    files = parts(sheet(row(1, 1.0)))
    assert outcome(packed(files | {"xl/styles.xml": doctype + "<styleSheet/>"})) == "file.hostile"
    assert outcome(packed(files | {"xl/styles.xml": "<styleSheet>"})) == "file.malformed"
    formats = f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="1" formatCode="{"0" * 2_000}"/></numFmts></styleSheet>'
    assert outcome(packed(files | {"xl/styles.xml": formats})) == "file.malformed"
    assert outcome(packed(files | {"xl/embeddings/a.xlsx": "x"})) == "file.hostile"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_comes_twice_is_refused() -> None:
    files = list(parts(sheet(row(1, 1.0))).items())
    assert outcome(packed([*files, ("xl/worksheets/sheet1.xml", sheet(row(1, 2.0)))])) == "file.malformed"
    assert outcome(packed([*files, ("XL\\worksheets/SHEET1.xml", sheet(row(1, 2.0)))])) == "file.malformed"


def test_other_kinds_of_workbooks_are_told_by_name() -> None:
    ods = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}
    for files in (ods, parts(sheet("")) | ods, parts(sheet("")) | {"xl/workbook.bin": "x"}, {"a.txt": "x"}):
        assert outcome(packed(files)) == "file.binary"


def test_a_workbook_with_a_password_is_refused() -> None:
    data = bytearray(workbook(sheet(row(1, 1.0))))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), bytes(data)):
            data[found.start() + at] |= 1
    assert outcome(bytes(data)) == "file.malformed"


def test_what_was_looked_at_is_what_is_read() -> None:
    """An archive in an archive's comment is another workbook for readers that look for the directory from the other end."""
    good, other = workbook(sheet(row(1, 1.0))), workbook(sheet(row(1, 2.0)))
    joined = good[:-2] + struct.pack("<H", len(other)) + other
    assert outcome(joined) == ""
    with zipfile.ZipFile(io.BytesIO(joined)) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    assert values(joined) == [[float(re.findall(r"<v>(.*?)</v>", text)[0])]] == [[2.0]]


def xls(change: Callable[[bytearray], None]) -> bytes:
    data = bytearray((BANKS / "in-sbi.xls").read_bytes())
    change(data)
    return bytes(data)


def dimensions_lie(data: bytearray) -> None:
    """Sets the record that tells a sheet's size (BIFF8, DIMENSIONS) to four billion rows."""
    at = data.index(b"\x00\x02\x0e\x00")
    data[at + 4 : at + 16] = struct.pack("<IIHH", 0, 0xFFFFFFF0, 0, 0xFFFF)


def test_a_binary_workbook_that_would_take_all_memory_is_refused() -> None:
    assert outcome(xls(lambda data: None)) == ""
    assert outcome(xls(dimensions_lie)) == "file.too_large"
    assert outcome(xls(lambda data: None), Bounds(binary_size=100)) == "file.too_large"
    assert outcome(xls(lambda data: None), Bounds(cells=3)) == "file.too_large"
    assert outcome(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000)) == "file.malformed"


def test_both_doors_have_the_bounds() -> None:
    data = workbook(sheet('<row r="16000000"><c><v>1</v></c></row>'))
    source = Source.of(data, "x.xlsx")
    assert [getattr(event, "code", "") for event in PARSER.parse(source, ParseOptions())] == ["file.too_large"]
    with pytest.raises(MatcherError) as caught:
        readers.items(data, "x.xlsx")
    assert (caught.value.code, caught.value.where) == ("file.too_large", "x.xlsx")

"""Workbooks made of markup: XLSX files as no program writes them, for tests."""

import io
import zipfile

from matcher.errors import MatcherError
from matcher.workbooks import Bounds, sheets

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def relations(*targets: tuple[str, str, str]) -> str:
    """A part of relationships: id, kind and target of each."""
    made = "".join(f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>' for name, kind, target in targets)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{made}</Relationships>'


def sheet(rows: str, before: str = "") -> str:
    """A sheet's part with these rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'


def row(number: int, *values: str | float) -> str:
    """A row of texts and numbers, its cells with their places."""
    cells = (
        f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        if isinstance(value, str)
        else f'<c r="{chr(65 + n)}{number}"><v>{value!r}</v></c>'
        for n, value in enumerate(values)
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def parts(*markups: str, texts: str = "") -> dict[str, str]:
    """The parts of a workbook whose sheets have these markups. `texts`: the table of shared texts."""
    numbers = range(1, len(markups) + 1)
    named = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    targets = [(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    made = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="a/xml"/></Types>',
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(*targets, ("t", "sharedStrings", "sharedStrings.xml")),
    }
    made |= {f"xl/worksheets/sheet{n}.xml": markup for n, markup in zip(numbers, markups, strict=True)}
    return made | ({"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>'} if texts else {})


def packed(files: dict[str, str] | list[tuple[str, str]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these files; a list may hold a name twice."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, text in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, text)
    return data.getvalue()


def workbook(*markups: str, texts: str = "") -> bytes:
    """An XLSX file whose sheets have these markups."""
    return packed(parts(*markups, texts=texts))


def outcome(data: bytes, bounds: Bounds | None = None) -> str:
    """The code that a workbook is refused with; '' when its sheets are opened."""
    try:
        sheets(io.BytesIO(data), len(data), bounds or Bounds())
    except MatcherError as error:
        return error.code
    return ""

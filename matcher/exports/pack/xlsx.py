"""The pack as one workbook: a sheet for each table, with real dates, numbers and tables, and sums that the spreadsheet computes again.

Every sum is a formula, and what stands in the file as its value is the exact sum of the books: a spreadsheet that computes it again
comes to the same. No text of the books becomes a formula, a number or a link.
"""

import io
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from matcher import money
from matcher.characters import visible
from matcher.exports.pack import cells
from matcher.exports.pack.record import Calendar, Column, Facts, Kind, Pack, Section, SignOff, Table, Waterfall
from matcher.money import PPM

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook's times have no zone; always the same, so that the same pack is the same bytes
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_COVER = (36, 84, 72)
"""Widths of the columns of the first sheet, in characters."""
_MOST_CHARACTERS, _LONGEST_NAME = 32_767, 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_FIRST_YEAR = 1900
"""Earlier days are no dates in a spreadsheet."""
_MOST_ROWS = 100_000
"""Of a table in a workbook: more take gigabytes to write, nobody reads them there, and a sheet ends at 1,048,576."""
_TOP = 3
"""Rows above a table: its title, where its rows are from, and one that is free."""
_WIDTHS = {
    Kind.WIDE: 32,
    Kind.SENTENCE: 40,
    Kind.ID: 19,
    Kind.TEXT: 14,
    Kind.WORD: 18,
    Kind.DATE: 12,
    Kind.MOMENT: 17,
    Kind.COUNT: 11,
    Kind.AMOUNT: 16,
    Kind.SHARE: 12,
    Kind.NUMBER: 12,
}


def workbook(pack: Pack) -> bytes:
    """The pack as an XLSX file, in the reader's language; the same pack gives the same bytes."""
    from xlsxwriter.workbook import Workbook

    buffer = io.BytesIO()
    with Workbook(buffer, _OPTIONS) as book:
        book.set_properties({"created": _CREATED, "title": f"{visible(pack.books)} {pack.month}"})
        writer = _Writer(book, pack)
        writer.cover()
        for section in pack.sections:
            writer.section(section)
    return buffer.getvalue()


class _Writer:
    """A workbook in the making."""

    def __init__(self, book: "Workbook", pack: Pack) -> None:
        self._book, self._pack = book, pack
        self._formats: dict[tuple[Kind, str, bool], Format] = {}
        self._title = book.add_format({"bold": True, "font_size": 13})
        self._soft = book.add_format({"italic": True, "font_color": "#5C6670"})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._bold = book.add_format({"bold": True, "valign": "top"})
        self._heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._names: set[str] = set()
        self._tables = 0

    def cover(self) -> None:
        """The first sheet: what the pack is of, what holds and what does not, and what is on the other sheets."""
        pack = self._pack
        sheet = self._sheet("Summary")
        for place, width in enumerate(_COVER):
            sheet.set_column(place, place, width)
        sheet.write_string(0, 0, visible(pack.books), self._title)
        sheet.write_string(1, 0, cells.said("Month-end pack"), self._bold)
        sheet.write_string(1, 1, pack.month)
        row = 2
        for id_, name in pack.entities.items():
            sheet.write_string(row, 0, f"{cells.said('entity')} {visible(id_)}", self._bold)
            sheet.write_string(row, 1, visible(name))
            row += 1
        for block in (block for section in pack.sections for block in section.blocks):
            row = self._facts(sheet, row, block)
        row = self._checks(sheet, row + 1)
        self._contents(sheet, row + 1)

    def _facts(self, sheet: "Worksheet", row: int, block: object) -> int:
        if isinstance(block, Facts):
            for fact in block.rows:
                sheet.write_string(row, 0, cells.said(fact.label), self._bold)
                sheet.write_string(row, 1, visible(fact.value) if fact.own else cells.said(fact.value))
                row += 1
        if isinstance(block, SignOff):
            for one in block.signatures:
                sheet.write_string(row, 0, cells.said(one.role), self._bold)
                sheet.write_string(row, 1, visible(f"{one.name} {one.at[:16].replace('T', ' ')}".strip()))
                row += 1
        return row

    def _checks(self, sheet: "Worksheet", row: int) -> int:
        sheet.write_string(row, 0, cells.said("Checks"), self._title)
        for check in self._pack.checks:
            state = "holds" if check.settled else "does not hold" if check.ties else "to be looked at"
            row = self._told(sheet, row + 1, (state, check.what, check.said))
        return row + 1

    def _contents(self, sheet: "Worksheet", row: int) -> None:
        for column, words in enumerate(("Sections", "How to read it", "Where the rows are")):
            sheet.write_string(row, column, cells.said(words), self._title)
        for section in self._pack.sections:
            row = self._told(sheet, row + 1, (section.title, section.about, section.source))

    def _told(self, sheet: "Worksheet", row: int, texts: Sequence[str]) -> int:
        """A row of sentences, as high as the longest of them needs."""
        told = [cells.said(text) for text in texts]
        for place, text in enumerate(told):
            sheet.write_string(row, place, text, self._wrapped if place else self._bold)
        sheet.set_row(row, 15 * max(-(-_width(text) // width) for text, width in zip(told, _COVER, strict=True)) or 15)
        return row

    def section(self, section: Section) -> None:
        """The sheets of a section: of each table, and of all waterfalls together."""
        falls = [block for block in section.blocks if isinstance(block, Waterfall)]
        if falls:
            self._falls(section, falls)
        for block in section.blocks:
            if isinstance(block, Table):
                self._table(section, block)
            elif isinstance(block, Calendar):
                self._calendar(section, block)

    def _sheet(self, name: str) -> "Worksheet":
        told = _NOT_IN_NAMES.sub(" ", cells.word(name)).strip()[:_LONGEST_NAME] or name
        unique, number = told, 2
        while unique.casefold() in self._names:
            unique, number = f"{told[: _LONGEST_NAME - 4]} {number}", number + 1
        self._names.add(unique.casefold())
        sheet = self._book.add_worksheet(unique)
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{self._pack.month} · {self._pack.head.batch} · {self._pack.head.hash[:16]}&R&P / &N")
        sheet.set_landscape()
        return sheet

    def _headed(self, section: Section, name: str, title: str) -> "Worksheet":
        sheet = self._sheet(name)
        sheet.write_string(0, 0, title, self._title)
        sheet.write_string(1, 0, f"{cells.said('Where the rows are:')} {cells.said(section.source)}", self._soft)
        return sheet

    def _format(self, kind: Kind, currency: str, *, bold: bool = False) -> "Format":
        if (kind, currency, bold) not in self._formats:
            look = {"num_format": _pattern(kind, currency), "bold": bold, "valign": "top"}
            self._formats[kind, currency, bold] = self._book.add_format(look)
        return self._formats[kind, currency, bold]

    def _table(self, section: Section, table: Table) -> None:
        sheet = self._headed(section, table.name, cells.said(table.title))
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, max(_WIDTHS[column.kind], min(len(cells.word(column.heading)) + 3, 24)))
        if not table.frame.height:
            sheet.write_string(_TOP, 0, cells.said(table.empty))
            return
        frame = table.frame.head(_MOST_ROWS)
        cut = f"The first {frame.height} of {table.frame.height} rows." if frame.height < table.frame.height else ""
        if note := " ".join(cells.said(text) for text in (cut, table.note) if text):
            sheet.write_string(2, 0, note, self._soft)
        codes = frame[table.currency].to_list() if table.currency else [""] * frame.height
        for place, column in enumerate(table.columns):
            put = self._putter(sheet, column)
            for number, (value, code) in enumerate(zip(frame[column.name].to_list(), codes, strict=True), start=_TOP + 1):
                # zero is blank, as on screens; what the table is about stands there all the same
                if value is not None and value != "" and (value or column.strong or column.kind != Kind.AMOUNT):
                    put(number, place, value, code)
        last = _TOP + frame.height
        self._as_table(sheet, _TOP, last, [cells.word(column.heading) for column in table.columns])
        self._sums(sheet, table, last, whole=not cut)

    def _as_table(self, sheet: "Worksheet", top: int, last: int, headings: Sequence[str]) -> None:
        """Makes a table of rows that are written already: a head that stays, filters, and sorting."""
        names: list[str] = []
        for heading in headings:
            used = {name.casefold() for name in names}
            names.append(heading if heading.casefold() not in used else f"{heading} {len(names) + 1}")
        self._tables += 1
        look = {
            "name": f"Table{self._tables}",
            "style": "Table Style Light 1",
            "columns": [{"header": name, "header_format": self._heading} for name in names],
        }
        sheet.add_table(top, 0, last, len(names) - 1, look)
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)

    def _putter(self, sheet: "Worksheet", column: Column) -> Callable[[int, int, Any, str], object]:
        """What writes a cell of a column: row, place, value, currency."""
        kind = column.kind
        plain = self._format(kind, "")
        if kind == Kind.AMOUNT:
            return lambda row, place, value, code: sheet.write_number(row, place, _units(value, code), self._format(kind, code))
        if kind in _NUMBERS:
            number = _NUMBERS[kind]
            return lambda row, place, value, code: sheet.write_number(row, place, number(value), plain)
        if kind in (Kind.DATE, Kind.MOMENT):
            return lambda row, place, value, code: _put_moment(sheet, row, place, str(value), plain)
        say = cells.word if kind in (Kind.WORD, Kind.SENTENCE) else visible
        return lambda row, place, value, code: sheet.write_string(row, place, say(str(value))[:_MOST_CHARACTERS], plain)

    def _sums(self, sheet: "Worksheet", table: Table, last: int, *, whole: bool) -> None:
        """Below the table, with a row between that keeps them out of its filter: the sums by currency, as formulas.

        Where not all rows are there, the sums are those of all of them, as numbers.
        """
        first, rows = _TOP + 2, cells.totals(table, table.columns)
        places = {column.name: place for place, column in enumerate(table.columns)}
        code_column = _letters(places[table.currency]) if table.currency in places else ""
        for number, sums in enumerate(rows, start=last + 2):
            code = str(sums.get(table.currency) or "")
            label = cells.word("total" if whole else "total of all rows")
            if places.get(table.currency) == 0:
                sheet.write_string(number, 0, code, self._bold)
            else:
                sheet.write_string(number, 0, label, self._bold)
                if code_column:
                    sheet.write_string(number, places[table.currency], code, self._bold)
            for column in (column for column in table.columns if column.total):
                letters = _letters(places[column.name])
                cover = f"{letters}{first}:{letters}{last + 1}"
                total = f"SUM({cover})"
                if code_column:
                    total = f"SUMIFS({cover},{code_column}{first}:{code_column}{last + 1},{code_column}{number + 1})"
                amount = column.kind == Kind.AMOUNT
                scale = money.SCALE.get(code, 2) if amount else 0
                value = _units(sums[column.name], code) if amount else int(sums[column.name] or 0)
                look = self._format(column.kind, code, bold=True)
                if whole:
                    sheet.write_formula(number, places[column.name], f"=ROUND({total},{scale})", look, value)
                else:
                    sheet.write_number(number, places[column.name], value, look)

    def _falls(self, section: Section, falls: Sequence[Waterfall]) -> None:
        """Every waterfall of a section, step by step: what a level is, what the steps come to, and the difference, which must be 0."""
        sheet = self._headed(section, section.title, cells.said(section.title))
        headings = ("figure", "currency", "step", "change", "level", "sum of the steps", "difference")
        for place, width in enumerate((62, 10, 44, 16, 16, 18, 14)):
            sheet.set_column(place, place, width)
        row = _TOP
        for fall in falls:
            start, level_row, height = row + 1, 0, 0
            for step in fall.steps:
                row += 1
                look, bold = self._format(Kind.AMOUNT, fall.currency), self._format(Kind.AMOUNT, fall.currency, bold=True)
                sheet.write_string(row, 0, cells.said(fall.title))
                sheet.write_string(row, 1, fall.currency)
                sheet.write_string(row, 2, cells.said(step.label), self._bold if step.level else None)
                if not step.level:
                    sheet.write_number(row, 3, _units(step.amount, fall.currency), look)
                    height += step.amount
                    continue
                sheet.write_number(row, 4, _units(step.amount, fall.currency), bold)
                if row > start:
                    places = money.scale(fall.currency)
                    come_to = f"=ROUND(E{level_row + 1}+SUM(D{level_row + 1}:D{row}),{places})"
                    sheet.write_formula(row, 5, come_to, look, _units(height, fall.currency))
                    sheet.write_formula(
                        row, 6, f"=ROUND(E{row + 1}-F{row + 1},{places})", look, _units(step.amount - height, fall.currency)
                    )
                level_row, height = row, step.amount
        self._as_table(sheet, _TOP, row, [cells.word(heading) for heading in headings])

    def _calendar(self, section: Section, calendar: Calendar) -> None:
        sheet = self._headed(section, calendar.title, cells.said(calendar.title))
        sheet.set_column(0, 0, 14)
        look = self._format(Kind.DATE, "")
        row = _TOP
        for account, days in calendar.rows:
            for at, day in zip(calendar.days, days, strict=True):
                row += 1
                sheet.write_string(row, 0, visible(account))
                sheet.write_datetime(row, 1, datetime(at.year, at.month, at.day), look)  # noqa: DTZ001 - as above
                sheet.write_string(row, 2, cells.said(day.words))
        sheet.set_column(1, 1, 12)
        sheet.set_column(2, 2, 60)
        if row > _TOP:
            self._as_table(sheet, _TOP, row, [cells.word(heading) for heading in ("account", "day", "state")])


_NUMBERS: dict[Kind, Callable[[Any], float]] = {Kind.COUNT: int, Kind.SHARE: lambda value: value / PPM, Kind.NUMBER: float}
_PATTERNS = {
    Kind.COUNT: "#,##0", Kind.SHARE: "0.00%", Kind.NUMBER: "#,##0.00", Kind.DATE: "yyyy-mm-dd", Kind.MOMENT: "yyyy-mm-dd hh:mm",
}  # fmt: skip


def _pattern(kind: Kind, currency: str) -> str:
    """How a cell of a kind looks: an amount with the places of its currency, in red below zero."""
    if kind != Kind.AMOUNT:
        return _PATTERNS.get(kind, "@")
    places = money.SCALE.get(currency, 2)
    digits = f"#,##0{'.' if places else ''}{'0' * places}"
    return f"{digits};[Red]-{digits}"


def _put_moment(sheet: "Worksheet", row: int, place: int, value: str, look: "Format") -> None:
    """A day or a moment as a date; one that a spreadsheet has no date for as text."""
    moment = datetime.fromisoformat(value).replace(tzinfo=None, second=0)
    if moment.year < _FIRST_YEAR:
        sheet.write_string(row, place, value)
    else:
        sheet.write_datetime(row, place, moment, look)


def _units(minor: int | None, currency: str) -> float:
    """An amount as a spreadsheet holds it: the nearest number to its decimal text."""
    return float(money.decimal(int(minor or 0), currency)) if currency in money.SCALE else float(minor or 0)


def _width(text: str) -> int:
    """Columns that a text takes, roughly: Chinese signs take two."""
    return sum(2 if sign >= "\u2e80" else 1 for sign in text)


def _letters(place: int) -> str:
    """A column by its letters."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found

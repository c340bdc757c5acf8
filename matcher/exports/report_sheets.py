"""A report as an XLSX workbook: one table with a filter and a header that stays, real dates and numbers, and sums that are formulas.

A sum is rounded to its currency's places in the formula, so that what a spreadsheet computes anew from binary fractions is the figure
that stands there. Every text is a text: none becomes a formula, a number or a link.
"""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from matcher import money
from matcher.amounts import total
from matcher.characters import visible
from matcher.errors import MatcherError
from matcher.exports.tables import Report, rendered

_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - a file property without a time zone, always the same
_MOST_ROWS, _MOST_CHARACTERS, _LONGEST_NAME = 1_048_000, 32_767, 31
_FIRST_YEAR = 1900
"""Earlier days are no dates in a spreadsheet."""
_WIDEST, _NARROWEST, _MEASURED = 60, 9, 200
"""Of a column, in characters; and the rows that its width is taken from."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9 _-]")


def workbook(report: Report, title: str) -> bytes:
    """The bytes of the workbook.

    Raises:
        MatcherError: ``usage.option`` when there are more rows than a sheet takes.
    """
    from xlsxwriter import Workbook  # it takes longer to load than most commands take

    if report.frame.height > _MOST_ROWS:
        raise MatcherError(
            "usage.option", f"a sheet takes {_MOST_ROWS:,} rows, the report has {report.frame.height:,}", hint="Write CSV instead."
        )
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with Workbook(stream, options) as book:
        book.set_properties({"created": _CREATED})
        sheet = book.add_worksheet(_NOT_IN_NAMES.sub(" ", title).strip()[:_LONGEST_NAME].strip() or "Report")
        _Sheet(report, sheet, _Formats(book)).fill()
    return stream.getvalue()


class _Formats:
    """How cells look, each made once."""

    def __init__(self, book: Any) -> None:
        self._book, self._made = book, dict[tuple[str, bool], Any]()
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})

    def of(self, pattern: str, *, bold: bool = False) -> Any:
        if (pattern, bold) not in self._made:
            self._made[pattern, bold] = self._book.add_format({"num_format": pattern, "bold": bold})
        return self._made[pattern, bold]

    def amount(self, currency: str, *, bold: bool = False) -> Any:
        """Of an amount: the currency's own places."""
        places = money.SCALE.get(currency, 2)
        digits = f"#,##0{'.' if places else ''}{'0' * places}"
        return self.of(f"{digits};[Red]-{digits}", bold=bold)


class _Sheet:
    """One report on its sheet."""

    def __init__(self, report: Report, sheet: Any, formats: _Formats) -> None:
        self._report, self._sheet, self._formats = report, sheet, formats
        self._names = report.names
        self._cells = rendered(report)
        self._last = max(self._cells.height, 1)

    def fill(self) -> None:
        """Header, rows, and the sums below them."""
        # the table's own style shades the rows; its columns are named by their headers
        table = {"name": "report", "style": "Table Style Light 1", "columns": [{"header": name} for name in self._names]}
        self._sheet.add_table(0, 0, self._last, len(self._names) - 1, table)
        for place, name in enumerate(self._names):
            self._sheet.write_string(0, place, name, self._formats.head)
            self._sheet.set_column(place, place, self._width(name))
            self._column(place, name)
        self._sheet.freeze_panes(1, 0)
        self._totals()
        self._sheet.set_landscape()
        self._sheet.set_paper(9)  # A4
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)

    def _column(self, place: int, name: str) -> None:
        report, sheet, formats = self._report, self._sheet, self._formats
        values = self._cells[name].to_list()
        if name in report.amounts:
            codes = report.frame[report.amounts[name]].to_list()
            for row, (value, code) in enumerate(zip(values, codes, strict=True), 1):
                if value is None:
                    continue
                if (begins := report.sums.get(row - 1)) is not None:
                    self._formula(row, place, f"SUM({_span(place, begins + 1, row - 1)})", Decimal(value), code)
                else:
                    sheet.write_number(row, place, float(value), formats.amount(code))
            return
        number = "0.0000%" if name in report.shares else "0.############" if name in report.numbers else ""
        for row, value in enumerate(values, 1):
            if value is None or value == "":
                continue
            if number:
                sheet.write_number(row, place, float(value), formats.of(number))
            elif isinstance(value, date) and value.year >= _FIRST_YEAR:
                sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), formats.of("yyyy-mm-dd"))  # noqa: DTZ001
            elif isinstance(value, int):
                sheet.write_number(row, place, value, formats.of("#,##0"))
            else:
                sheet.write_string(row, place, visible(str(value))[:_MOST_CHARACTERS], formats.of("@"))

    def _totals(self) -> None:
        """A line for each currency, with one free above so that the filter leaves them alone."""
        report = self._report
        codes = sorted({code for name in report.totals for code in report.frame[report.amounts[name]].unique().to_list()})
        row = self._last + 2
        for code in codes if report.frame.height else ():
            self._sheet.write_string(row, 0, f"total {code}", self._formats.of("@", bold=True))
            for name, minor in self._sums(code):
                place, by = self._names.index(name), report.amounts[name]
                of_code = f'SUMIFS({_span(place, 1, self._last)},{_span(self._names.index(by), 1, self._last)},"{code}")'
                self._formula(row, place, of_code, money.decimal(minor, code), code, bold=True)
            row += 1

    def _sums(self, code: str) -> Iterator[tuple[str, int]]:
        for name in self._report.totals:
            own = self._report.frame.filter(pl.col(self._report.amounts[name]) == code)
            if own.height:
                yield name, int(own.select(total(pl.col(name))).item())

    def _formula(self, row: int, place: int, sum_of: str, value: Decimal, code: str, *, bold: bool = False) -> None:
        formula = f"=ROUND({sum_of},{money.SCALE.get(code, 2)})"
        self._sheet.write_formula(row, place, formula, self._formats.amount(code, bold=bold), float(value))

    def _width(self, name: str) -> int:
        texts: Sequence[object] = self._cells[name].head(_MEASURED).to_list()
        return min(_WIDEST, max(_NARROWEST, len(name) + 3, *(len(str(text)) + 3 for text in texts if text is not None)))


def _span(place: int, first: int, last: int) -> str:
    """Cells of a column, by rows counted from 0."""
    from xlsxwriter.utility import xl_range_abs

    return str(xl_range_abs(first, place, last, place))

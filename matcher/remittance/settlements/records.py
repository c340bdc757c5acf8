"""PayPal's settlement report: records whose first cell says what they are, amounts in minor units beside the word of their direction.

PayPal, Settlement Report Specification: RH and RF enclose the report, FH and FF its files, SH and SF the section of an account, CH
names the columns, SB is a movement, SF sums a currency, SC, RC and FF count. Of SF, PayPal's order of cells is: currency, gross credits,
gross debits, fee credits, fee debits, then pairs of direction and amount, of which the first is the available balance at the beginning.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from matcher import money
from matcher.errors import MatcherError
from matcher.remittance.settlements.schema import Report, fold, plain
from matcher.remittance.settlements.sheet import MAX_LINE, MAX_ROWS, Sheet, is_header, placed

ADDED = ("signed gross", "signed fee", "balance", "section account")
"""Columns that are made of the records, since the report's own need their neighbours to be read."""

_HINT = "Download the report again from PayPal."
_GROSS, _FEE = ("gross transaction amount", "transaction debit or credit"), ("fee amount", "fee debit or credit")
_DONE = "transaction completion date"


@dataclass
class _Section:
    """Of one account: its movements, and their sums by currency as SF gives them: gross in, gross out, fees in, fees out."""

    account: str
    line: int
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    sums: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))
    opening: dict[str, int] = field(default_factory=dict)
    counted: bool = False


def records(text: str, name: str, reports: Iterable[Report]) -> Sheet | None:
    """The movements of a settlement report as a table; None when it is another file.

    Raises:
        MatcherError: ``file.cut`` for a report without its end, ``statement.totals`` for counts and sums that do not hold,
            ``file.malformed``, ``file.too_large``, ``row.invalid`` or ``amount.*``.
    """
    head = text[:400].lstrip("\ufeff\"' ")
    if not head.startswith("RH") or not ("\nFH" in text[:4000] or '\n"FH' in text[:4000]):
        return None
    report = next((report for report in reports if report.layout == "records"), None)
    if report is None:
        return None
    reading = _Report(name, report)
    for line, cells in _lines(text, name):
        reading.take(line, cells)
    return reading.sheet()


def _lines(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
    try:
        for count, cells in enumerate(reader):
            if count > MAX_ROWS or any(len(cell) > MAX_LINE for cell in cells):
                raise MatcherError("file.too_large", f"the file has more than {MAX_ROWS} rows, or a cell of more than a megabyte", name)
            if cells:
                yield reader.line_num, cells
    except csv.Error:
        raise MatcherError("file.cut", "a quotation mark is opened and never closed", f"{name}:{reader.line_num}") from None


class _Report:
    """What was read of a file."""

    def __init__(self, name: str, report: Report) -> None:
        self._name = name
        self._report = report
        self._titles: list[str] = []
        self._sections: list[_Section] = []
        self._ended = False

    def take(self, line: int, cells: list[str]) -> None:
        """One record."""
        where = f"{self._name}:{line}"
        match plain(cells[0]), cells[1:]:
            case "SH", [*_, _, _] as about if len(about) >= 3:
                self._sections.append(_Section(plain(about[2]), line))
            case "CH", titles:
                self._columns([fold(plain(title)) for title in titles], where)
            case "SB", body:
                self._movement(line, body, where)
            case "SF", sums:
                self._footer(sums, where)
            case "SC", [count, *_]:
                section = self._section(where)
                section.counted = True
                self._agree("records of the section", plain(count), str(len(section.rows)), where)
            case "RC", [count, *_]:
                self._agree("records of the report", plain(count), str(sum(len(section.rows) for section in self._sections)), where)
                self._ended = True
            case "RF" | "FF", _:
                self._ended = True

    def sheet(self) -> Sheet:
        """All movements as a table, the oldest first in each section."""
        if not self._ended or not self._sections or not all(section.counted for section in self._sections):
            raise MatcherError("file.cut", "the report ends before its last record", self._name, _HINT)
        rows: list[tuple[int, tuple[str, ...]]] = []
        done = self._titles.index(_DONE) if _DONE in self._titles else None
        gross = len(self._titles) - len(ADDED)
        for section in self._sections:
            ordered = section.rows if done is None else sorted(section.rows, key=lambda row: row[1][done])
            balance: dict[str, int] = dict(section.opening)
            for line, cells in ordered:
                currency = self._cell(cells, "gross transaction currency")
                balance[currency] = balance.get(currency, 0) + sum(money.parse(cells[at], currency) for at in (gross, gross + 1))
                rows.append((line, (*cells[:-2], money.render(balance[currency], currency), section.account)))
        return Sheet(self._name, self._report, placed(self._titles, self._report, self._name), tuple(rows))

    def _columns(self, titles: list[str], where: str) -> None:
        titles = [*titles, *ADDED]
        if not is_header(titles, self._report):
            raise MatcherError("column.missing", "the section lacks columns of a settlement report", where)
        if self._titles and titles != self._titles:
            raise MatcherError("file.malformed", "the sections have different columns", where)
        self._titles = titles

    def _section(self, where: str) -> _Section:
        if not self._sections or not self._titles:
            raise MatcherError("file.malformed", "a record stands before the section's own", where)
        return self._sections[-1]

    def _movement(self, line: int, body: list[str], where: str) -> None:
        section = self._section(where)
        wide = len(self._titles) - len(ADDED)
        if len(body) < wide:
            raise MatcherError("file.cut", f"the record has {len(body)} cells, the section {wide} columns", where, _HINT)
        if any(cell.strip() for cell in body[wide:]):
            raise MatcherError("row.width", f"the record has {len(body)} cells, the section {wide} columns", where)
        body = body[:wide]
        currency = self._cell(body, "gross transaction currency")
        signed = []
        for at, (amount, direction) in enumerate((_GROSS, _FEE)):
            minor, out = self._minor(self._cell(body, amount), where), self._cell(body, direction)
            if minor and out not in ("CR", "DR"):
                raise MatcherError("value.unknown", f"{out[:10]!r} is neither CR nor DR", where)
            section.sums[currency][2 * at + (out == "DR")] += minor
            signed.append(-minor if out == "DR" else minor)
        try:
            section.rows.append((line, (*body, *(money.render(minor, currency) for minor in signed), "", "")))
        except MatcherError as error:
            raise error.at(where) from None

    def _footer(self, cells: list[str], where: str) -> None:
        section = self._section(where)
        currency = plain(cells[0]) if cells else ""
        said = [self._minor(plain(cell), where) for cell in cells[1:5]]
        if len(said) < 4:
            raise MatcherError("file.cut", "the record of the section's sums is not complete", where, _HINT)
        for what, told, found in zip(
            ("gross credits", "gross debits", "fee credits", "fee debits"), said, section.sums[currency], strict=True
        ):
            self._agree(f"{what} of {currency}, in minor units", str(told), str(found), where)
        if len(cells) > 6 and plain(cells[5]) in ("CR", "DR"):
            opening = self._minor(plain(cells[6]), where)
            section.opening[currency] = -opening if plain(cells[5]) == "DR" else opening

    def _minor(self, text: str, where: str) -> int:
        if not text:
            return 0
        if not text.isascii() or not text.isdecimal() or len(text) > 18:
            raise MatcherError("amount.invalid", f"{text[:40]!r} is not an amount in minor units", where)
        if (minor := int(text)) > money.MAX_MINOR:
            raise MatcherError("amount.range", f"{text} is larger than any amount this program accepts", where)
        return minor

    def _cell(self, cells: "list[str] | tuple[str, ...]", title: str) -> str:
        return plain(cells[self._titles.index(title)]) if title in self._titles else ""

    def _agree(self, what: str, said: str, found: str, where: str) -> None:
        if said != found:
            raise MatcherError("statement.totals", f"{what}: the file says {said}, it holds {found}", where, _HINT)

"""A file of a known layout, row by row, to events."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from matcher.model import Balance, ControlTotals, Problem, StatementStart, Transaction
from matcher.parsers.base import Event, ParseOptions
from matcher.parsers.csv.facts import FoundFacts
from matcher.parsers.csv.layout import Layout
from matcher.parsers.csv.records import OPEN_QUOTE, Record
from matcher.parsers.csv.rows import Decided, RowError, RowReader, default_currency
from matcher.parsers.csv.special import SpecialRows
from matcher.parsers.csv.statements import Outside, Statements
from matcher.parsers.csv.text import fold
from matcher.parsers.csv.wallet import ByWord, order_key

_CANONICAL = "canonical"
_LEAST_CELLS = 3
_TOTAL = re.compile(
    r"(?:grand |sub)?totals?\b|sums?\b|(?:opening |closing |start |end )?balance\b|gesamt|summe\b|saldo\b|solde\b|totale?s?\b|totaal\b"
    r"|合计|总计|小计|合計|小計"
)
"""How a row of totals or balances begins that stands among the bookings without a day."""


@dataclass
class Counted:
    """Rows that became no booking, by reason."""

    refused: int = 0
    neutral: int = 0
    undated: int = 0
    undecided: int = 0
    undecided_line: int = 0
    totals: int = 0


class TableReading:
    """Reads one table. The rows before the header are given first, then the table's records in the file's order.

    Args:
        layout: the profile bound to the file.
        options: the caller's account and currency.
        decided: what the whole column told.
        statements: those of the workbook's earlier sheets, to go on with.
        before: the records before the header.
    """

    def __init__(
        self,
        layout: Layout,
        options: ParseOptions,
        decided: Decided,
        before: Iterable[Record],
        statements: Statements | None = None,
    ) -> None:
        profile = layout.profile
        self.layout = layout
        self.facts = FoundFacts(profile)
        before = list(before)
        for _, cells, _ in before:
            self.facts.look(cells)
        self.account = self.facts.account or options.account
        self.currency = default_currency(layout, self.facts.currency, options.currency)
        period = (self.facts.day("from_date"), self.facts.day("to_date"))
        self.rows = RowReader(layout, self.account, self.currency, decided, period)
        self.statements = statements or Statements(StatementStart(0, "", "", bank=profile.bank, from_date=period[0], to_date=period[1]))
        self.counted = Counted()
        self._special = SpecialRows(profile, layout.cells)
        self._continues = profile.rows.continuation
        self._held: tuple[str, Transaction] | None = None
        self._outside = Outside()
        self._ended = False
        self._unread: list[str] = []
        self._by_word = ByWord() if profile.amounts.neutral else None
        self._words = {fold(word): "credit" for word in profile.amounts.credit} | {fold(word): "debit" for word in profile.amounts.debit}
        self._closed = decided.closed
        self._above = [record for record in before if layout.header and self._is_booking(record)]

    def unreadable(self) -> Problem | None:
        """Why no row of the file can be read, if so."""
        if self.layout.doubled:
            names = ", ".join(repr(self.layout.column(name)) for name in self.layout.doubled)
            return Problem("file.malformed", "fatal", f"the header names a column twice: {names}", self.layout.line)
        if not self.currency and "currency" not in self.layout.cells:
            return Problem("currency.missing", "fatal", "neither the rows nor the rest of the file name the currency", self.layout.line)
        return None

    def records(self, records: Iterable[Record]) -> Iterator[Event]:
        """The events of these records."""
        clean, special, read, add = self.rows.clean, self._special, self.rows.read, self.statements.add
        for line, _, _ in self._above:
            self.counted.refused += 1
            yield Problem("row.invalid", "error", "the row stands above the header and reads as a booking", line)
        for line, cells, raw in records:
            try:
                if not any(cells) or "\0" in raw:
                    _blank_or_unreadable(cells, raw)
                elif special and (means := special(cells)):
                    yield from self._unusual(line, cells, raw, means)
                elif self._by_word:
                    yield from self._by_indicator(line, clean(cells, raw), raw, "")
                elif self._continues:
                    yield from self._continued(line, clean(cells, raw), raw)
                else:
                    yield from add(*read(line, clean(cells, raw), raw))
            except RowError as error:
                yield from self._refused(line, cells, raw, error)

    def notes(self) -> Iterator[Event]:
        """What is to be said of the table after its last row."""
        yield from self._release()
        counted, statements = self.counted, self.statements
        self._look_outside()
        if not len(statements):
            yield from self._nothing()
        if len(statements) and "account" not in self.layout.cells and not self.account:
            never = self.layout.profile.facts.account is None and self.layout.profile.columns.account is None
            yield Problem("account.missing", "info" if never else "warning", "the file does not name its account", self.layout.line)
        for name in self._unread:
            yield Problem("note.balance_missing", "warning", f"the {name} balance outside the table cannot be read", self.layout.line)
        if self._by_word and self.currency:
            yield from self._by_word.problems(self.facts, self.currency, self.layout.line)
        if counted.undecided:
            message = f"rows that say neither income nor expense, and nothing else says which way money went: {counted.undecided}"
            yield Problem("note.neutral", "warning", f"{message}; they were left out", counted.undecided_line)
        if self.rows.damaged:
            message = f"references or accounts whose digits were lost when a spreadsheet kept them as numbers: {self.rows.damaged}"
            yield Problem("note.identity", "warning", f"{message}; they are not used", self.layout.line)
        if self.rows.unpaired:
            yield Problem("note.syntax", "warning", f"quotation marks without their partner: {self.rows.unpaired}", self.layout.line)
        if counted.totals:
            yield Problem("note.syntax", "info", f"rows of totals or balances in the table, left out: {counted.totals}", self.layout.line)
        if counted.neutral:
            yield Problem("note.neutral", "info", f"rows that move no money: {counted.neutral}")
        if statements.pending or counted.undated:
            undated = f", of them without a date, and so left out: {counted.undated}" if counted.undated else ""
            yield Problem("note.pending", "info", f"announced entries that are not booked: {statements.pending + counted.undated}{undated}")
        if self.layout.strange and not self.layout.profile.open:
            names = ", ".join(repr(title) for title in self.layout.strange[:20])
            yield Problem("note.syntax", "info", f"columns the layout {self.layout.profile.name} does not know: {names}", self.layout.line)

    def end(self) -> Iterator[Event]:
        """The statements' ends."""
        yield from self.statements.finish(self._outside)

    def _unusual(self, line: int, cells: Sequence[str], raw: str, means: str) -> Iterator[Event]:
        if means == "neutral":
            self.counted.neutral += 1
        elif self._by_word and means in ("closed", "credit", "debit", "undecided"):
            yield from self._by_indicator(line, self.rows.clean(cells, raw), raw, means)
        elif means == "end":
            self._ended = True
            self.facts.look(cells)
        elif means == "skip":
            self.facts.look(cells)
        elif means == "pending":
            yield from self._release()
            cleaned = self.rows.clean(cells, raw)
            if self.rows.dated(cleaned):
                yield from self.statements.add(*self.rows.read(line, cleaned, raw, pending=True))
            else:
                # Many layouts announce an entry without a day; there is then none to show it under.
                self.counted.undated += 1
        elif not self._ended:
            self._figures(self.rows.clean(cells, raw), means)

    def _by_indicator(self, line: int, cells: list[str], raw: str, means: str) -> Iterator[Event]:
        """A row of a table in which some rows' indicator says neither credit nor debit; `means` is what another column says."""
        assert self._by_word
        word, closed = self._words.get(fold(cells[self.layout.cells["indicator"][0]]), "neutral"), means == "closed"
        key = order_key(self.layout, cells)
        comes_back = means == "credit" and key not in self._closed
        booking = None
        if means != "undecided" and ((word != "neutral" and not closed) or means == "debit" or comes_back):
            direction = {"credit": 1, "debit": -1}.get(means, 0) if word == "neutral" else 0
            booking = self.rows.read(line, cells, raw, direction=direction)
            minor = booking[1].amount
        else:
            minor = self.rows.figure(cells, "amount", self.rows.currency_of(cells)) or 0
        self._by_word.add(word, minor, closed)
        if closed or (means == "credit" and not booking):
            self._by_word.add_order(key, minor, closed)
        if booking:
            yield from self.statements.add(*booking)
        elif means == "undecided":
            self.counted.undecided += 1
            self.counted.undecided_line = self.counted.undecided_line or line
        else:
            self.counted.neutral += 1

    def _is_booking(self, record: Record) -> bool:
        """Whether a row above the header is one of the table's."""
        line, cells, raw = record
        if sum(bool(cell.strip()) for cell in cells) < _LEAST_CELLS or self._special(cells):
            return False
        try:
            self.rows.read(line, self.rows.clean(cells, raw), raw)
        except RowError:
            return False
        return True

    def _continued(self, line: int, cells: list[str], raw: str) -> Iterator[Event]:
        if self._held and self._is_continuation(cells):
            account, row = self._held
            more = cells[self.layout.cells["remittance_information"][0]]
            joined = f"{row.remittance_information} {more}".strip()
            self._held = (account, row._replace(remittance_information=joined, raw=f"{row.raw}\n{raw.rstrip()}"))
            return
        booking = self.rows.read(line, cells, raw)
        yield from self._release()
        self._held = booking

    def _is_continuation(self, cells: Sequence[str]) -> bool:
        text = self.layout.cells.get("remittance_information", (-1,))[0]
        return bool(cells[text]) and not any(cell for place, cell in enumerate(cells) if place != text)

    def _release(self) -> Iterator[Event]:
        if self._held:
            booking, self._held = self._held, None
            yield from self.statements.add(*booking)

    def _refused(self, line: int, cells: Sequence[str], raw: str, error: RowError) -> Iterator[Event]:
        if self._is_header(cells):
            return
        if not any(c.isdigit() for c in raw) or (self._ended and not self.rows.dated(cells)):
            # Rows of words alone, and rows after the table that begin no booking, hold no money that could be lost.
            self.facts.look(cells)
            return
        yield from self._release()
        if not self.rows.dated(cells) and _TOTAL.match(fold(next((cell for cell in cells if cell.strip()), ""))):
            self.counted.totals += 1
            self.facts.look(cells)
            return
        self.counted.refused += 1
        name = self.layout.profile.name
        yield Problem(error.code, "error", str(error) if name == _CANONICAL else f"{error} (layout {name})", line)

    def _is_header(self, cells: Sequence[str]) -> bool:
        header = self.layout.header
        return bool(header) and len(cells) == len(header) and all(fold(c[:400]) == title for c, title in zip(cells, header, strict=True))

    def _figures(self, cells: Sequence[str], means: str) -> None:
        currency = self.rows.currency_of(cells)
        if means == "totals":
            self._outside.totals = self._sums(cells, currency)
            return
        minor = self.rows.figure(cells, "balance", currency)
        balance = Balance(self.rows.booked(cells, currency) if minor is None else minor)
        if means == "opening":
            self._outside.opening = balance
        else:
            self._outside.closing = balance

    def _sums(self, cells: Sequence[str], currency: str) -> ControlTotals:
        """Control sums of a row: both in the split columns, or one sum with its direction."""
        if self.layout.profile.amounts.style == "split":
            credit, debit = (self.rows.figure(cells, name, currency) for name in ("credit", "debit"))
        else:
            minor = self.rows.booked(cells, currency)
            credit, debit = (minor, None) if minor >= 0 else (None, minor)
        totals = self._outside.totals
        return replace(totals, credit=totals.credit if credit is None else abs(credit), debit=totals.debit if debit is None else abs(debit))

    def _look_outside(self) -> None:
        """Takes over what the rows around the table say of balances and sums."""
        currency = self.currency or self.statements.currency
        if not currency:
            return
        facts, outside = self.facts, self._outside
        outside.opening = outside.opening or facts.balance("opening", currency)
        outside.closing = outside.closing or facts.balance("closing", currency)
        balances = {"opening": outside.opening, "closing": outside.closing}
        self._unread = [name for name, balance in balances.items() if facts.texts.get(name) and balance is None]
        if outside.totals == ControlTotals() and not self._by_word:
            outside.totals = facts.totals(currency)

    def _nothing(self) -> Iterator[Event]:
        outside = self._outside
        if (outside.opening or outside.closing) and self.currency:
            yield from self.statements.empty(self.account, self.currency, self.layout.line)
        elif not self.counted.refused:
            yield Problem("file.no_statement", "info", "the table has a header and no rows", self.layout.line)


def _blank_or_unreadable(cells: Sequence[str], raw: str) -> None:
    if cells is OPEN_QUOTE and raw.strip():
        raise RowError("row.invalid", "a quotation mark is opened and never closed, or a cell is too long")
    if "\0" in raw and raw.strip(" \t\r\n\0,;|\"'"):
        raise RowError("row.invalid", "the row holds NUL bytes")

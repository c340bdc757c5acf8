"""The sum is the proof: of all columns of amounts only one whose rows add up to the stated total is believed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from operator import mul

from matcher.money import grouped
from matcher.remittance.documents import words
from matcher.remittance.documents.figures import STYLES, currencies
from matcher.remittance.documents.issued import Issued
from matcher.remittance.documents.lines import Line
from matcher.remittance.documents.table import Column, Entry, columns, counted, entries, said, words_of
from matcher.remittance.documents.words import Head, Label
from matcher.remittance.reason_codes import UNKNOWN, reason_of

_MAX_OFF = 3
"""Columns that may lie between gross and net."""

_MAX_COLUMNS = 9

_CONTRADICTED = 7
"""Rank from which a page says itself that a reading of it is wrong."""

NO_DOCUMENT = "it names no document of these books"
"""Why nothing is proven of what is about something else."""


@dataclass(frozen=True, slots=True)
class Row:
    """A proven row: the line, and its amounts in minor units."""

    entry: Entry
    gross: int
    discount: int
    deduction: int
    net: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Rows that add up to the total that is stated."""

    currency: str
    total: int
    rows: tuple[Row, ...]

    @property
    def money(self) -> tuple[tuple[str, int], ...]:
        """What it says of money: two proofs that say the same are one."""
        return tuple((row.entry.document, row.net) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Failure(Exception):
    """Why nothing is proven, in the accountant's words; the larger `rank`, the nearer it came."""

    rank: int
    why: str
    rows: tuple[Row, ...] = ()
    currency: str = ""


def prove(lines: Sequence[Line], issued: Issued, *, counted_columns: bool = False) -> Proof:
    """The one reading of these lines that adds up.

    Args:
        lines: of one advice.
        issued: the documents of the books.
        counted_columns: for text without places: columns are counted as well.

    Raises:
        Failure: nothing adds up, or several readings do.
    """
    named = {document for line in lines for one in issued.named(line) for document in one.documents}
    if not named:
        alike = next((word for line in lines if (word := issued.alike(line))), "")
        raise Failure(8, f"{alike} is no document of these books") if alike else Failure(0, NO_DOCUMENT)
    currency = _currency(lines, issued.currencies(named))
    failures = [Failure(1, "no amount stands on the lines that name documents")]
    for whole in (False, True):
        proofs: dict[tuple[tuple[str, int], ...], Proof] = {}
        for style in STYLES:
            if style.whole == whole:
                found = entries(lines, issued, style, currency)
                for proof in _proofs(found, lines, issued, currency, counted_columns, failures):
                    proofs.setdefault(proof.money, proof)
        if len(proofs) > 1:
            raise Failure(9, "several columns of amounts, or ways to read them, add up to a total; none says that it is what is paid")
        if proofs:
            return proofs.popitem()[1]
    raise max(failures, key=lambda failure: failure.rank)


def _currency(lines: Sequence[Line], own: set[str]) -> str:
    told = [codes for line in lines for codes in currencies(line.text)]
    sure = {codes[0] for codes in told if len(codes) == 1}
    for codes in told:
        if len(codes) > 1 and not sure.intersection(codes):
            mine = own.intersection(codes)
            if len(mine) != 1:
                raise Failure(2, "its currency sign may mean several currencies, and the documents do not tell which")
            sure |= mine
    sure = sure or own
    if len(sure) > 1:
        raise Failure(2, f"it speaks of several currencies: {', '.join(sorted(sure))}")
    return sure.pop()


def _proofs(
    found: list[Entry], lines: Sequence[Line], issued: Issued, currency: str, count: bool, failures: list[Failure]
) -> Iterator[Proof]:
    """What one way of reading amounts proves; a column that says it is what is paid goes before others."""
    rows = [entry for entry in found if entry.is_row]
    if not rows:
        return
    heads = said(rows[0], lines)
    before = len(failures)
    for counting in (False, True) if count else (False,):
        if counting and any(failure.rank >= _CONTRADICTED for failure in failures[before:]):
            return
        ways = counted(rows, lines) if counting else columns(rows, lines)
        proven: list[tuple[Column, Proof]] = []
        for column in ways[:_MAX_COLUMNS]:
            try:
                proven.append((column, _Table(found, ways, heads, issued, currency, unplaced=count).prove(column)))
            except Failure as failure:
                failures.append(failure)
        # beside a tax, net is what the tax is added to
        taxed = any(column.head is Head.TAX for column in ways)
        for kind in (Head.PAID,) if taxed else (Head.PAID, Head.NET):
            if any(column.head is kind for column in ways):
                proven = [one for one in proven if one[0].head is kind]
                break
        yield from (proof for _, proof in proven)


class _Table:
    """The rows and the other lines of an advice, and what each column makes of them."""

    def __init__(self, found: list[Entry], ways: list[Column], said: set[Head], issued: Issued, currency: str, *, unplaced: bool) -> None:
        rows = [entry for entry in found if entry.is_row]
        self._found, self._rows, self._columns, self._issued, self._currency = found, rows, ways, issued, currency
        self._said, self._unplaced = said, unplaced
        self._number = {row.place: number for number, row in enumerate(rows)}

    def prove(self, column: Column) -> Proof:
        """The rows with this column as what is paid.

        Raises:
            Failure: they do not add up, or something on the page says otherwise.
        """
        if not column.full:
            raise Failure(3, "a line names a document and has no amount in the column of the others")
        counting = [(entry, amount) for entry in self._found if (amount := self._amount(entry, column)) is not None]
        total = sum(amount for _, amount in counting)
        drafts = tuple(Row(entry, amount, 0, 0, amount) for entry, amount in counting)
        self._refuse_strangers(counting, drafts)
        self._refuse_rows_aside(drafts)
        self._check_totals(column, counting, total, drafts)
        self._check_other_columns(column, drafts)
        self._refuse_parts(column, drafts)
        return Proof(self._currency, total, self._split(column, drafts))

    def _amount(self, entry: Entry, column: Column) -> int | None:
        """What a line counts in the column; None for one that is no row."""
        if entry.is_row:
            cell = column.cells[self._number[entry.place]]
            if cell and cell.amount > 0 and words.subtracts(words_of(entry)):
                return -cell.amount
            return cell.amount if cell else None
        if entry.label not in (Label.NONE, Label.LESS) or entry.bare:
            return None
        cells = column.of(entry)
        if len(cells) != 1:
            return None
        amount = cells[0].amount
        return -amount if amount > 0 and words.subtracts(entry.line.text) else amount

    def _refuse_strangers(self, counting: list[tuple[Entry, int]], drafts: tuple[Row, ...]) -> None:
        for entry, _ in counting:
            if entry.several:
                raise Failure(7, f"a line may be about several documents: {entry.line.text!r}", drafts, self._currency)
            if entry.unknown:
                raise Failure(8, f"{entry.unknown} is no document of these books", drafts, self._currency)
            if not entry.is_row and reason_of(words_of(entry)) in ("", UNKNOWN) and entry.label is not Label.LESS:
                why = f"a line names no document and says no reason: {' '.join(entry.line.text.split())!r}"
                raise Failure(7, why, drafts, self._currency)

    def _refuse_rows_aside(self, drafts: tuple[Row, ...]) -> None:
        """No line among the rows may be about another document and stand beside the column: such a line was printed as a row."""
        first, last = self._rows[0].place, self._rows[-1].place
        for entry in self._found:
            inside = first < entry.place < last and (self._unplaced or any(column.of(entry) for column in self._columns))
            if inside and not entry.is_row and entry.unknown and entry.label is Label.NONE:
                raise Failure(8, f"{entry.unknown} is no document of these books", drafts, self._currency)

    def _check_totals(self, column: Column, counting: list[tuple[Entry, int]], total: int, drafts: tuple[Row, ...]) -> None:
        """Each total that is stated must be one; the last, and what is called the payment, must be all rows."""
        counted_places = {entry.place: amount for entry, amount in counting}
        first = min(entry.place for entry in self._rows)
        steps = _Steps()
        last: int | None = None
        proven = False
        for entry in self._found:
            if entry.place in counted_places:
                steps.add(counted_places[entry.place])
                continue
            if entry.is_row:
                continue
            figures = self._own(entry, column)
            for amount in figures:
                if entry.label is Label.PAYMENT:
                    proven, last = True, amount
                    if amount != total:
                        raise self._misses(total, amount, drafts)
                elif entry.label is Label.SUBTOTAL:
                    if not steps.explains(amount, entry.place < first):
                        raise Failure(
                            6, f"the amount carried forward, {self._shown(amount)}, is not the sum of the rows", drafts, self._currency
                        )
                    steps.block(amount)
                elif entry.label is Label.LESS:
                    if entry.place > first and not self._is_sum(abs(amount)):
                        raise Failure(6, f"{self._shown(amount)} is taken off, and no row holds it", drafts, self._currency)
                elif entry.label is Label.TOTAL or (entry.bare and entry.place > first):
                    if last is not None and last != total and not steps.explains(last, False):
                        raise self._misses(total, last, drafts)
                    proven, last = True, amount
                    steps.block(amount)
        if not proven or last is None:
            raise Failure(4, "it states no total, so nothing proves that its rows are complete", drafts, self._currency)
        if last != total:
            raise self._misses(total, last, drafts)

    def _own(self, entry: Entry, column: Column) -> list[int]:
        """The amounts of a line that are about this column: in it, or in none; and what alone is said to be paid, wherever it stands."""
        if entry.label is Label.PAYMENT and len(entry.figures) == 1:
            return [entry.figures[0].amount]
        if mine := column.of(entry):
            return [one.amount for one in mine]
        return [one.amount for one in entry.figures if column.count or not any(one in other.of(entry) for other in self._columns)]

    def _is_sum(self, amount: int) -> bool:
        """Whether an amount is nothing, or the sum of some column."""
        sums = [sum(column.amounts) for column in self._columns]
        return not amount or amount in map(abs, sums)

    def _check_other_columns(self, column: Column, drafts: tuple[Row, ...]) -> None:
        """A line of totals must be right in every column."""
        for other in self._columns:
            if other is column:
                continue
            for entry in self._found:
                if entry.is_row or entry.label not in (Label.TOTAL, Label.PAYMENT) or not column.of(entry) or len(entry.figures) == 1:
                    continue
                for one in other.of(entry):
                    if abs(one.amount) not in (abs(sum(other.amounts)), sum(map(abs, other.amounts))):
                        shown = self._shown(one.amount)
                        raise Failure(6, f"the total {shown} is not the sum of its column", drafts, self._currency)

    def _refuse_parts(self, column: Column, drafts: tuple[Row, ...]) -> None:
        """A column that is the sum of two others on each row may be what was open, and one of them what is paid."""
        if column.head in (Head.PAID, Head.NET) or any(other.head is Head.TAX for other in self._columns):
            return
        others = [other for other in self._columns if other is not column and any(other.amounts)]
        for one, two in combinations(others, 2):
            if all(a + b == c for a, b, c in zip(one.amounts, two.amounts, column.amounts, strict=True)):
                why = "the column that adds up is the sum of two others, and nothing says which is paid"
                raise Failure(9, why, drafts, self._currency)

    def _split(self, column: Column, drafts: tuple[Row, ...]) -> tuple[Row, ...]:
        """Gross, discount and deduction of each row, where other columns tell them.

        Raises:
            Failure: the heads say that there are such columns, and a row does not add up.
        """
        others = [other for other in self._columns if other is not column]
        ways = self._ways(column, others)
        heads = {other.head for other in others} | self._said
        net = [row.net for row in drafts if row.entry.is_row]
        if not ways:
            off = any(any(other.amounts) for other in others if other.head in (Head.DISCOUNT, Head.DEDUCTION))
            likely = [other for other in others if other.full and other.head in (Head.GROSS, Head.NONE)]
            if heads & {Head.DISCOUNT, Head.DEDUCTION} and any(off or one.amounts != net for one in likely):
                raise Failure(_CONTRADICTED, "on a row, gross less discount and deductions is not the net amount", drafts, self._currency)
            if column.head in (Head.GROSS, Head.DISCOUNT, Head.DEDUCTION, Head.TAX) and Head.TAX not in heads and others:
                raise Failure(5, "the column that adds up is not the one that is paid", drafts, self._currency)
            return tuple(self._reduced(row) for row in drafts)
        gross, taken = ways[0]
        made, place = [], 0
        for row in drafts:
            if not row.entry.is_row:
                made.append(self._reduced(row))
                continue
            parts = [(other.head, sign * other.amounts[place]) for other, sign in taken]
            discount = sum(amount for said, amount in parts if said is Head.DISCOUNT)
            made.append(Row(row.entry, gross.amounts[place], discount, sum(amount for _, amount in parts) - discount, row.net))
            place += 1
        return tuple(made)

    def _ways(self, column: Column, others: list[Column]) -> list[tuple[Column, list[tuple[Column, int]]]]:
        """How other columns make the net amount on each row: the gross column, and those that are taken off with their sign.

        Only what its head calls a discount or deduction is one: what is open after a part payment is the same sum.
        """
        net = column.amounts
        ways = []
        for gross in others:
            if not gross.full or gross.head in (Head.NET, Head.PAID, Head.DISCOUNT, Head.DEDUCTION, Head.TAX):
                continue
            rest = [other for other in others if other is not gross and other.head in (Head.DISCOUNT, Head.DEDUCTION)]
            for size in range(min(_MAX_OFF, len(rest)), 0, -1):
                for chosen in combinations(rest, size):
                    off = [other.amounts for other in chosen]
                    for signs in product((1, -1), repeat=size):
                        rows = zip(gross.amounts, net, *off, strict=True)
                        if all(g - sum(map(mul, signs, less)) == n for g, n, *less in rows):
                            ways.append((gross, list(zip(chosen, signs, strict=True))))
        return ways

    def _reduced(self, row: Row) -> Row:
        """A row that only takes off: its amount is a discount or a deduction, not a document's."""
        told = words_of(row.entry)
        takes = row.net < 0 and row.entry.is_row and not self._issued.is_credit(row.entry.document) and reason_of(told) not in ("", UNKNOWN)
        if not takes and row.entry.is_row:
            return row
        discount = -row.net if words.discounted(told) else 0
        return Row(row.entry, 0, discount, -row.net - discount, row.net)

    def _misses(self, total: int, stated: int, drafts: tuple[Row, ...]) -> Failure:
        why = f"the rows add up to {self._shown(total)}, and the total stated is {self._shown(stated)}"
        return Failure(5, why, drafts, self._currency)

    def _shown(self, amount: int) -> str:
        return f"{grouped(amount, self._currency)} {self._currency}"


class _Steps:
    """Sums on the way down a table: of all rows so far, and since the last sum."""

    def __init__(self) -> None:
        self._all, self._since, self._stated, self._parts = 0, 0, {0}, [0, 0]

    def add(self, amount: int) -> None:
        """A row."""
        self._all += amount
        self._since += amount
        self._parts[amount < 0] += amount

    def block(self, amount: int) -> None:
        """A sum that was stated here."""
        self._since = 0
        self._stated.add(amount)

    def explains(self, amount: int, before: bool) -> bool:
        """Whether rows so far, those since the last sum, or those of one sign add up to it, or it was stated before."""
        return before or amount in (self._all, self._since, *self._parts) or amount in self._stated

"""The amounts of a list: which of its columns they are in, how they are written, and which sign they have."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from matcher.openitems.faults import HEADER, RowFault
from matcher.openitems.layouts import cells
from matcher.openitems.layouts.detect import Header
from matcher.openitems.layouts.schema import Layout
from matcher.openitems.layouts.words import key, value_map, vocabulary
from matcher.states import DocumentType, ItemStatus

_CREDITS = (DocumentType.CREDIT_NOTE, DocumentType.ON_ACCOUNT)
_MONEY = (
    "amount", "amount_local", "open_amount", "open_local", "paid_amount", "credited_amount", "debit", "credit", "disputed_amount",
    "discount_pct",
)  # fmt: skip


class Amounts:
    """The amounts of a list's documents, as plain decimals.

    Attributes:
        amount, open_amount: of every document; what is no amount stays as it is written.
        local: whether they are in the company's own currency, since the list has no others.
        signs: of every document's amount as it is written: -1, 0 or 1.
        types: document types, once `settle` has seen them.
        faults: what is wrong with the columns as a whole.
    """

    def __init__(self, header: Header, layout: Layout, column: Callable[[str], list[str]], at: Callable[[int], list[str]]) -> None:
        self._header, self._layout = header, layout
        self.faults: list[RowFault] = []
        have = header.columns
        raw = {name: column(name) for name in _MONEY if name in have or name in layout.constants}
        buckets = [at(place) for place in header.buckets]
        self._mark: cells.Mark = "" if layout.decimal == "auto" else layout.decimal
        if layout.decimal == "auto":
            found = cells.decimal_mark(cell for name, cells_ in raw.items() if name != "discount_pct" for cell in cells_)
            bucketed = cells.decimal_mark(cell for one in buckets for cell in one)
            self._mark = found.mark or bucketed.mark
            if not self._mark and (unclear := found.unclear or bucketed.unclear):
                what = f"{unclear!r} has a decimal mark or a mark of thousands; no amount of the list tells which"
                self.faults.append(RowFault(HEADER, "amount.ambiguous", what, 'Say it in a layout: decimal = "," or ".".'))
        self._at = at
        self._plain = {name: cells.plain_amounts(values, self._mark) for name, values in raw.items()}
        self._buckets = [cells.plain_amounts(one, self._mark) for one in buckets]
        self._size = len(column("document_no"))
        self.local = not {"amount", "open_amount", "debit", "credit"} & have.keys() and bool({"amount_local", "open_local"} & have.keys())
        self.amount, self.open_amount = self._chosen(column)
        self.signs = [_sign(cell or open_) for cell, open_ in zip(self.amount, self.open_amount, strict=True)]
        self.types: list[str] = []

    def plain(self, name: str) -> list[str]:
        """A column of amounts; empty cells where there is none."""
        return self._plain.get(name) or [""] * self._size

    def written(self, place: int) -> list[str]:
        """A column's amounts as they are written."""
        return cells.plain_amounts(self._at(place), self._mark)

    def plain_of(self, cell: str) -> str:
        """The plain decimal of a cell."""
        return cells.plain_amounts([cell], self._mark)[0]

    def turned(self) -> Mapping[int, Sequence[str]]:
        """The columns whose amounts have got another sign, with it."""
        names = {"amount": self.amount, "open_amount": self.open_amount, "amount_local": self.amount, "open_local": self.open_amount}
        return {self._header.columns[name]: values for name, values in names.items() if name in self._header.columns}

    def _chosen(self, column: Callable[[str], list[str]]) -> tuple[list[str], list[str]]:
        plain = self._plain
        whole = plain.get("amount_local" if self.local else "amount") or [""] * self._size
        rest = plain.get("open_local" if self.local else "open_amount") or [""] * self._size
        if "debit" in plain or "credit" in plain:
            both = [_less(debit, credit) for debit, credit in zip(self.plain("debit"), self.plain("credit"), strict=True)]
            whole = [first or second for first, second in zip(whole, both, strict=True)]
        if self._buckets and not any(rest):
            rest = [_sum(row) for row in zip(*self._buckets, strict=True)]
        if "indicator" in self._header.columns:
            signs = self._indicated(column("indicator"))
            whole, rest = ([_with_sign(cell, sign) for cell, sign in zip(one, signs, strict=True)] for one in (whole, rest))
        if any(rest) and not any(whole):
            whole = list(rest)
        elif not any(rest) and ("paid_amount" in plain or "credited_amount" in plain):
            gone = zip(self.plain("paid_amount"), self.plain("credited_amount"), strict=True)
            rest = [_less(cell, paid, credited) for cell, (paid, credited) in zip(whole, gone, strict=True)]
        if self._layout.sign == "reversed":
            whole, rest = ([_less("0", cell) if cell else "" for cell in one] for one in (whole, rest))
        return [cell or open_ for cell, open_ in zip(whole, rest, strict=True)], rest

    def _indicated(self, words: Sequence[str]) -> list[int]:
        known = {**vocabulary().values["indicator"], **value_map(self._layout.values.get("indicator", {}))}
        signs = []
        for row, word in enumerate(words):
            meant = known.get(key(word), "")
            if word and not meant:
                self.faults.append(RowFault(row, "value.unknown", f"{word!r} says neither debit nor credit"))
            signs.append(-1 if meant == "credit" else 1 if meant else 0)
        return signs

    def settle(self, types: Sequence[str], faults: list[RowFault]) -> None:
        """Gives credits their sign, where the list writes all of them as positive."""
        self.types = list(types)
        credits = [row for row, kind in enumerate(types) if kind in _CREDITS and self.signs[row]]
        positive = self._layout.sign == "auto" and bool(credits) and all(self.signs[row] > 0 for row in credits)
        if not (positive or self._layout.sign == "by_type"):
            return
        if self._layout.sign == "by_type" and (negative := [row for row in range(self._size) if self.signs[row] < 0]):
            faults += [
                RowFault(row, "amount.invalid", "the amount is negative, where the layout says that amounts have no sign")
                for row in negative
            ]
            return
        for row in credits:
            self.amount[row] = _with_sign(self.amount[row], -1)
            self.open_amount[row] = _with_sign(self.open_amount[row], -1)

    def states(self, told: Sequence[str]) -> list[str]:
        """The status of every document; where the list says nothing else, what its amounts tell."""
        made = []
        for row, status in enumerate(told):
            whole, rest = self.amount[row], self.open_amount[row]
            if status in ("", ItemStatus.OPEN, ItemStatus.PART_PAID) and rest and whole:
                left = _number(rest)
                if left is not None and not left:
                    status = ItemStatus.CLOSED
                elif left is not None and rest != whole and left != _number(whole):
                    status = ItemStatus.PART_PAID
            elif status == ItemStatus.CLOSED and not rest:
                self.open_amount[row] = "0"
            made.append(status)
        return made


def _number(cell: str) -> Decimal | None:
    try:
        return Decimal(cell)
    except InvalidOperation:
        return None


def _sign(cell: str) -> int:
    if cell.startswith("-"):
        return -1 if cell.strip("-0.") else 0
    return 1 if cell.strip("0.") else 0


def _with_sign(cell: str, sign: int) -> str:
    """An amount without a sign, with one."""
    if sign >= 0 or not _sign(cell):
        return cell
    return cell.removeprefix("-") if cell.startswith("-") else f"-{cell}"


def _less(cell: str, *others: str) -> str:
    """The amount less others; a cell that is no amount stays as it is, and so does one that nothing is taken from."""
    if not any(others):
        return cell
    numbers = [_number(one or "0") for one in (cell, *others)]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return next(one for one, number in zip((cell, *others), numbers, strict=True) if number is None)
    return f"{known[0] - sum(known[1:], Decimal(0)):f}"


def _sum(row: Sequence[str]) -> str:
    filled = [cell for cell in row if cell]
    if len(filled) < 2:
        return filled[0] if filled else ""
    numbers = [_number(cell) for cell in filled]
    known = [number for number in numbers if number is not None]
    return f"{sum(known, Decimal(0)):f}" if len(known) == len(numbers) else filled[0]

"""The amounts of a list: which of its columns they are in, how they are written, and which sign they have."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from matcher.openitems.faults import HEADER, RowFault
from matcher.openitems.layouts import balances, cells
from matcher.openitems.layouts.detect import Header
from matcher.openitems.layouts.grid import Repeated
from matcher.openitems.layouts.schema import Layout
from matcher.openitems.layouts.words import key, value_map, vocabulary
from matcher.states import DocumentType, ItemStatus

_CREDITS = (DocumentType.CREDIT_NOTE, DocumentType.ON_ACCOUNT)
_MONEY = (
    "amount", "amount_local", "open_amount", "open_local", "paid_amount", "credited_amount", "debit", "credit", "disputed_amount",
    "discount_pct",
)  # fmt: skip

_FOREIGN = ("foreigncurrency", "fremdwahrung", "外币")
"""Words of a title, as keys, by which its amounts are in the document's currency, and those beside it in the company's."""


class Amounts:
    """The amounts of a list's documents, as plain decimals.

    Attributes:
        amount, open_amount: of every document; what is no amount stays as it is written.
        company_open: whether what is open is in the company's own currency only, although the amount is in the document's.
        local: whether they are in the company's own currency, since the list has no others.
        signs: of every document's amount as it is written: -1, 0 or 1.
        types: document types, once `settle` has seen them.
        balance: the column that is a running balance and was not read for what is open; -1 for none.
        faults: what is wrong with the columns as a whole.
        notes: what a person should know of how they were read.
    """

    def __init__(
        self,
        header: Header,
        layout: Layout,
        column: Callable[[str], list[str]],
        at: Callable[[int], list[str]],
        owners: Sequence[Hashable] = (),
        *,
        whole_units: bool = False,
    ) -> None:
        self._header, self._layout, self._owners = header, layout, owners
        self.faults: list[RowFault] = []
        self.notes: list[str] = []
        self.balance = -1
        have = header.columns
        raw = {name: _own(column(name)) for name in _MONEY if name in have or name in layout.constants}
        buckets = [_own(at(place)) for place in header.buckets]
        self._mark: cells.Mark = "" if layout.decimal == "auto" else layout.decimal
        if layout.decimal == "auto":
            found = cells.decimal_mark(cell for name, cells_ in raw.items() if name != "discount_pct" for cell in cells_)
            bucketed = cells.decimal_mark(cell for one in buckets for cell in one)
            self._mark = found.mark or bucketed.mark
            unclear = "" if self._mark else found.unclear or bucketed.unclear
            if unclear and whole_units:
                self._mark = "." if "," in unclear else ","  # what stands in it can only be a mark of thousands
            elif unclear:
                what = f"{unclear!r} has a decimal mark or a mark of thousands; no amount of the list tells which"
                self.faults.append(RowFault(HEADER, "amount.ambiguous", what, 'Say it in a layout: decimal = "," or ".".'))
        self._at = at
        self._plain = {name: cells.plain_amounts(values, self._mark) for name, values in raw.items()}
        self._buckets = [cells.plain_amounts(one, self._mark) for one in buckets]
        self._size = len(column("document_no"))
        in_document = {"amount", "open_amount", "debit", "credit"} & have.keys()
        in_company = {"amount_local", "open_local"} & have.keys()
        # an amount of the document beside what is open of it in the company's currency cannot be compared
        self.local = bool(in_company) and (not in_document or (in_company == {"amount_local", "open_local"} and "open_amount" not in have))
        self.company_open = False
        self.amount, self.open_amount = self._chosen(column)
        self.signs = [_sign(cell or open_) for cell, open_ in zip(self.amount, self.open_amount, strict=True)]
        self.types: list[str] = []

    def _foreign(self, name: str) -> bool:
        place = self._header.columns.get(name, -1)
        return place >= 0 and any(word in key(self._header.titles[place]) for word in _FOREIGN)

    def plain(self, name: str) -> list[str]:
        """A column of amounts; empty cells where there is none."""
        return self._plain.get(name) or [""] * self._size

    def written(self, place: int) -> list[str]:
        """A column's amounts as they are written."""
        return cells.plain_amounts(_own(self._at(place)), self._mark)

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
            sides = zip(self.plain("debit"), self.plain("credit"), rest, strict=True)
            both = [_side(debit, credit, bool(open_)) for debit, credit, open_ in sides]
            whole = [first or second for first, second in zip(whole, both, strict=True)]
        self.company_open = not self.local and not any(rest) and "amount_local" not in plain and bool(plain.get("open_local"))
        if self.company_open:
            rest = plain["open_local"]
        elif any(rest) and self._foreign("amount") and not self._foreign("open_amount"):
            self.company_open = True  # beside a column of the document's currency the plain one is of the company's
        if self._buckets and not any(rest):
            rest = [_sum(row) for row in zip(*self._buckets, strict=True)]
        if "indicator" in self._header.columns:
            signs = self._indicated(column("indicator"))
            split = "debit" in plain or "credit" in plain
            whole, rest = (whole if split else self._signed(whole, signs)), self._signed(rest, signs)
        if any(rest) and any(whole) and "open_amount" in self._header.columns:
            rest = self._unless_balance(whole, rest)
        if any(rest) and not any(whole):
            whole = list(rest)
        elif not any(rest) and ("paid_amount" in plain or "credited_amount" in plain):
            gone = zip(self.plain("paid_amount"), self.plain("credited_amount"), strict=True)
            rest = [_less(cell, paid, credited) for cell, (paid, credited) in zip(whole, gone, strict=True)]
        if self._layout.sign == "reversed":
            whole, rest = ([_less("0", cell) if cell else "" for cell in one] for one in (whole, rest))
        # of a credit that some systems list with its open amount alone the amount is empty or nothing
        return [
            open_ if open_ and not _sign(cell) and _is_number(cell or "0") else cell for cell, open_ in zip(whole, rest, strict=True)
        ], rest

    def _indicated(self, words: Sequence[str]) -> list[int]:
        known = {**vocabulary().values["indicator"], **value_map(self._layout.values.get("indicator", {}))}
        signs = []
        for row, word in enumerate(words):
            meant = known.get(key(word), "")
            if word and not meant:
                self.faults.append(RowFault(row, "value.unknown", f"{word!r} says neither debit nor credit"))
            signs.append(-1 if meant == "credit" else 1 if meant else 0)
        return signs

    def _signed(self, column: Sequence[str], signs: Sequence[int]) -> list[str]:
        """Amounts with the sign that an indicator says; a column whose credits are all negative has its signs already."""
        credits = [(row, _sign(cell)) for row, (cell, sign) in enumerate(zip(column, signs, strict=True)) if sign < 0 and _sign(cell)]
        negative = [row for row, sign in credits if sign < 0]
        if credits and len(negative) == len(credits):
            return list(column)
        known = {fault.row for fault in self.faults}
        what = "the amount is negative on the side of credits, where others are positive"
        self.faults += [RowFault(row, "amount.invalid", what) for row in negative if row not in known]
        return [_with_sign(cell, sign) for cell, sign in zip(column, signs, strict=True)]

    def _unless_balance(self, whole: list[str], rest: list[str]) -> list[str]:
        """What is open; nothing where the column that seems to tell it is a running balance."""
        place = self._header.columns["open_amount"]
        title = self._header.titles[place]
        match balances.running(whole, rest, self._owners or [0] * self._size):
            case "yes":
                self.balance = place
                self.notes.append(f"The column {title!r} is a running balance and was not read; each document is open in full")
                return [""] * self._size
            case "unclear":
                what = f"the column {title!r} may be what is open of each document or a running balance"
                hint = "Export the open amount, or say in a layout which column has it."
                self.faults.append(RowFault(HEADER, "amount.ambiguous", what, hint))
        return rest

    def settle(self, types: Sequence[str], faults: list[RowFault]) -> None:
        """Gives credits their sign, where the list writes all of them as positive."""
        self.types = list(types)
        credits = [row for row, kind in enumerate(types) if kind in _CREDITS and self.signs[row]]
        positive = self._layout.sign == "auto" and bool(credits) and all(self.signs[row] > 0 for row in credits)
        if credits and not positive and self._layout.sign in ("auto", "signed"):
            self._payments_as_written(types, faults)
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

    def _payments_as_written(self, types: Sequence[str], faults: list[RowFault]) -> None:
        """Names the payments that are debits, since the list has signs: all of them beside negative credit notes are a question."""
        payments = [row for row, kind in enumerate(types) if kind == DocumentType.ON_ACCOUNT and self.signs[row]]
        debits = [row for row in payments if self.signs[row] > 0]
        told = self._layout.sign == "signed" or not {"indicator", "debit", "credit"}.isdisjoint(self._header.columns)
        if debits and len(debits) == len(payments) and not told:
            what = "the payment is positive, where credit notes are negative: it may be a debit or have no sign"
            hint = 'Say in a layout that amounts are as they are written: sign = "signed".'
            faults += [RowFault(row, "amount.invalid", what, hint) for row in debits]
        elif debits:
            counted = "1 payment on account is a debit" if len(debits) == 1 else f"{len(debits)} payments on account are debits"
            self.notes.append(f"{counted} as it is written" if len(debits) == 1 else f"{counted} as they are written")

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


def _side(debit: str, credit: str, has_rest: bool) -> str:
    """The amount of a document in two columns; where its rest is told, the smaller side is what was paid of it."""
    if has_rest and _sign(debit) > 0 and _sign(credit) > 0:
        first, second = _number(debit), _number(credit)
        if first is not None and second is not None:
            return debit if first > second else f"-{credit}"
    return _less(debit, credit)


def _own(column: Sequence[str]) -> list[str]:
    """A column without what merged cells repeat: one amount is not that of several documents."""
    return ["" if type(cell) is Repeated else cell for cell in column]


def _is_number(cell: str) -> bool:
    return _number(cell) is not None


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

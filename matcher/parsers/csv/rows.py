"""One row of a table to one booking. Every refusal names the column and the reason, never the row's text."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Transaction
from matcher.parsers.csv.cells import CellError, DateReader, amount_reader, currency_code, undusted, unwrapped
from matcher.parsers.csv.damaged import IDENTIFYING, is_damaged
from matcher.parsers.csv.layout import NOWHERE, Layout
from matcher.parsers.csv.schema import SIDED, Directed
from matcher.parsers.csv.sepa import taken_apart
from matcher.parsers.csv.text import bare, fold

_SLOT = {name: place for place, name in enumerate(Transaction._fields)}
_DEFAULTS = [Transaction._field_defaults.get(name) for name in Transaction._fields]
TEXT_FIELDS = (
    "bank_reference", "counterparty_name", "counterparty_account", "counterparty_bank", "remittance_information", "creditor_reference",
    "end_to_end_id", "mandate_id", "transaction_code", "return_reason", "exchange_rate", "time",
)  # fmt: skip
"""The fields that are taken over as text."""
NOT_PROVIDED = "NOTPROVIDED"


@dataclass(frozen=True)
class Decided:
    """What a file itself tells where its profile leaves it open: decimal mark with grouping, and date formats; empty where it need not.

    `closed`: of a wallet's orders that were called off and not paid in another try, as `wallet.order_key` gives them.
    """

    decimal: str = ""
    grouping: str = ""
    formats: tuple[str, ...] = ()
    closed: frozenset[tuple[str, ...]] = frozenset()


NOTHING_DECIDED = Decided()


class RowError(ValueError):
    """A row that cannot be a booking; `code` is of the catalogue, the text names the column and the reason."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class RowReader:
    """Reads the rows of one file.

    Args:
        layout: the profile bound to the file.
        account: number to use where a row names none.
        currency: code to use where a row names none; may be empty.
        decided: what the file itself tells where the profile leaves it open.
        period: first and last day of the file, for dates without a year.

    Attributes:
        damaged: numbers left out because a spreadsheet has lost their digits.
        unpaired: accounts with a quotation mark that has no partner.
    """

    def __init__(
        self,
        layout: Layout,
        account: str,
        currency: str,
        decided: Decided = NOTHING_DECIDED,
        period: tuple[date | None, date | None] = (None, None),
    ) -> None:
        profile = layout.profile
        self.layout, self.account, self.currency = layout, account, currency
        places = layout.cells
        self._single = {name: positions[0] for name, positions in places.items() if len(positions) == 1}
        self._sided = {name: places[name] for name in SIDED if isinstance(getattr(profile.columns, name), Directed) and name in places}
        self._single |= {name: positions[0] for name, positions in self._sided.items()}
        directed = {name for name in TEXT_FIELDS if isinstance(getattr(profile.columns, name), Directed)} & places.keys()
        self._directed = [(_SLOT[name], places[name]) for name in sorted(directed)]
        self._texts = [(_SLOT[name], places[name]) for name in TEXT_FIELDS if name in places and name not in directed]
        self._between = {_SLOT[name]: getattr(getattr(profile.columns, name), "between", " ") for name in TEXT_FIELDS}
        self._counterparty = re.compile(profile.counterparty)
        amounts = profile.amounts
        decimal, grouping = (decided.decimal, decided.grouping) if decided.decimal else (amounts.decimal, amounts.grouping)
        self._amount = amount_reader(decimal, grouping, amounts.lakh, amounts.plain)
        self._date = DateReader(list(decided.formats) or profile.dates.formats, period)
        self._blank = frozenset(profile.cells.blank)
        self._ragged, self._continues = profile.rows.ragged, profile.rows.continuation
        self._wrap = profile.cells.wrap
        self._formula, self._dashes = profile.cells.formula, profile.cells.dashes
        self._words = {fold(word): 1 for word in amounts.credit} | {fold(word): -1 for word in amounts.debit}
        self._kinds = {fold(word): kind for kind, words in profile.kinds.items() for word in words}
        self._currencies: dict[str, str] = {}
        self._filled = [(name, self._single[name]) for name in profile.filled if name in self._single]
        self._least = max(max(places[name]) for name in (*profile.core(), *profile.filled) if name in places) + 1
        signs: dict[str, Callable[[Sequence[str], str], int]] = {
            "signed": self._signed, "split": self._split, "indicator": self._told, "both": self._both,
        }  # fmt: skip
        self._minor = signs[amounts.style]
        self._fee = self._single.get("fee")
        self._direction = 0
        self._identifying = [_SLOT[name] for name in TEXT_FIELDS if name in places and name in IDENTIFYING]
        self.damaged = self.unpaired = 0

    def clean(self, cells: Sequence[str], raw: str = "\n") -> list[str]:
        """The cells trimmed, unwrapped and made as many as the header has.

        Raises:
            RowError: ``row.width``, ``row.invalid`` or ``file.cut`` when there are too many or too few.
        """
        row = [cell.strip() if type(cell) is str else cell for cell in cells]
        if "\n" in raw[:-2]:
            row = [unwrapped(cell, self._wrap) if type(cell) is str else cell for cell in row]
        if self._formula:
            row = [bare(cell).strip() if cell[:1] == "=" else cell for cell in row]
        if self._blank:
            row = ["" if cell in self._blank else cell for cell in row]
        if self._dashes:
            row = ["" if cell[:2] == "--" and not cell.strip("-") else cell for cell in row]
        width, ragged = self.layout.width, self._ragged
        if len(row) > width:
            if any(row[width:]) and (not ragged or "\n" in raw[:-2]):
                raise RowError("row.width", f"the row has {len(row)} cells where the header has {width}")
            del row[width:]
        elif len(row) < width:
            if raw[-1:] not in ("\n", "\r") and (not ragged or self._broken_off(row)):
                raise RowError("file.cut", f"the last row ends after {len(row)} of {width} cells")
            if len(row) < self._least and not self._continues:
                raise RowError("row.invalid", f"the row has {len(row)} cells where the header has {width}")
            row += [""] * (width - len(row))
        return row

    def _broken_off(self, row: Sequence[str]) -> bool:
        """Whether a booking ends before its balance, with its amount perhaps not whole; other rows may end anywhere."""
        amount, balance = (self.layout.cells.get(name) for name in ("amount", "balance"))
        return bool(amount and balance and amount[0] < len(row) <= balance[0] and any(map(str.isdigit, row[amount[0]])))

    def read(self, line: int, cells: Sequence[str], raw: str, pending: bool = False, direction: int = 0) -> tuple[str, Transaction]:
        """The account and the booking of a cleaned row.

        Args:
            line, cells, raw: of the row.
            pending: whether it is only announced.
            direction: 1 or -1 where another column than the indicator tells it.

        Raises:
            RowError: when a cell does not fit.
        """
        for name, place in self._filled:
            if not cells[place]:
                raise RowError("row.invalid", f"column {self.layout.column(name)} is empty")
        values = _DEFAULTS.copy()
        self._direction = direction
        if self._sided:
            self._choose_side(cells)
        for slot, places in self._texts:
            if len(places) == 1:
                values[slot] = cells[places[0]]
            else:
                values[slot] = self._between[slot].join(filter(None, (cells[place] for place in places)))
        single = self._single
        currency = self._currency(cells)
        values[0], time = self._day("booking_date", cells)
        amount, currency = self._money(cells, currency)
        if self._fee is not None and cells[self._fee]:
            fee = abs(self._parsed(cells[self._fee], "fee", currency)[0])
            amount -= fee
            values[_SLOT["charges"]] = fee or None
        values[1], values[2] = amount, currency
        if "value_date" in single and cells[single["value_date"]]:
            values[3] = self._day("value_date", cells)[0]
        if time and not values[_SLOT["time"]]:
            values[_SLOT["time"]] = time
        self._rest(values, cells, currency)
        values[_SLOT["pending"]] = pending
        values[_SLOT["line"]] = line
        values[_SLOT["raw"]] = raw.rstrip("\r\n")
        account = self._own_account(cells[single["account"]]) if "account" in single else ""
        return account or self.account, Transaction._make(values)

    def _own_account(self, cell: str) -> str:
        """The account's number as it stands in a row, without a quotation mark that has lost its partner."""
        account = cell.strip("'")
        if '"' in account:
            self.unpaired += 1
            account = account.strip('"')
        if is_damaged(account):
            self.damaged += 1
            return ""
        return account

    def _choose_side(self, cells: Sequence[str]) -> None:
        """Takes the columns of the row's direction; a word that says none is reported with the amount."""
        sign = self._direction or self._words.get(fold(cells[self._single["indicator"]]), 1)
        self._single |= {name: places[0 if sign > 0 else 1] for name, places in self._sided.items()}
        if "fee" in self._sided:
            self._fee = self._single["fee"] if self._single["fee"] != NOWHERE else None

    def dated(self, cells: Sequence[str]) -> bool:
        """Whether the row has a booking date."""
        place = self._single["booking_date"]
        try:
            return place < len(cells) and bool(self._date(cells[place]))
        except CellError:
            return False

    def currency_of(self, cells: Sequence[str]) -> str:
        """The row's currency: its own, else the file's.

        Raises:
            RowError: ``currency.unknown``.
        """
        return self._currency(cells)

    def figure(self, cells: Sequence[str], name: str, currency: str) -> int | None:
        """A cell's amount in minor units as written, None when it is blank or absent.

        Raises:
            RowError: when it is not an amount.
        """
        place = self._single.get(name)
        if place is None or not cells[place]:
            return None
        return self._parsed(cells[place], name, currency)[0]

    def booked(self, cells: Sequence[str], currency: str) -> int:
        """The row's signed amount in minor units, by the layout's sign convention.

        Raises:
            RowError: when it has none.
        """
        return self._minor(cells, currency)

    def _rest(self, values: list[object], cells: Sequence[str], currency: str) -> None:
        single, amount = self._single, values[1]
        assert isinstance(amount, int)
        if values[_SLOT["end_to_end_id"]] == NOT_PROVIDED:
            values[_SLOT["end_to_end_id"]] = ""
        text = str(values[_SLOT["remittance_information"]])
        if text[4:5] == "+" and (parts := taken_apart(text)):
            values[_SLOT["remittance_information"]] = parts.text
            values[_SLOT["end_to_end_id"]] = values[_SLOT["end_to_end_id"]] or parts.end_to_end_id
            values[_SLOT["mandate_id"]] = values[_SLOT["mandate_id"]] or parts.mandate_id
        if self._kinds and (kind := self._kinds.get(fold(str(values[_SLOT["transaction_code"]])))):
            values[_SLOT["kind"]] = kind
        if "balance" in single and cells[single["balance"]]:
            values[_SLOT["balance"]] = self._balance(cells[single["balance"]], amount, currency)
        for slot, places in self._directed:
            place = places[0 if amount >= 0 else 1]
            values[slot] = cells[place] if place != NOWHERE else ""
        for slot in self._identifying:
            if (identifier := values[slot]) and isinstance(identifier, str) and is_damaged(identifier):
                values[slot] = ""
                self.damaged += 1
        if "counterparty" in single:
            self._take_apart(values, cells[single["counterparty"]])
        if "charges" in single and cells[single["charges"]]:
            charges = abs(self._parsed(cells[single["charges"]], "charges", currency)[0])
            values[_SLOT["charges"]] = charges or None
        if "instructed_amount" in single and cells[single["instructed_amount"]]:
            self._instructed(values, cells, amount)

    def _take_apart(self, values: list[object], cell: str) -> None:
        match = self._counterparty.fullmatch(cell)
        parts = match.groupdict() if match else {"name": cell}
        values[_SLOT["counterparty_name"]] = (parts.get("name") or "").strip()
        values[_SLOT["counterparty_account"]] = (parts.get("account") or "").strip()

    def _instructed(self, values: list[object], cells: Sequence[str], amount: int) -> None:
        text = cells[self._single["instructed_currency"]] if "instructed_currency" in self._single else ""
        plain, beside = self._plain(cells[self._single["instructed_amount"]], "instructed_amount")
        if not text and not beside:
            raise RowError("row.invalid", f"column {self.layout.column('instructed_amount')} has an amount without its currency")
        currency = self._code(text, "instructed_currency") if text else beside
        minor = abs(self._in_minor(plain, "instructed_amount", currency))
        values[_SLOT["instructed_amount"]] = -minor if amount < 0 else minor
        values[_SLOT["instructed_currency"]] = currency

    def _balance(self, cell: str, amount: int, currency: str) -> int:
        rule = self.layout.profile.balance
        plain, _ = self._plain(cell, "balance")
        if rule.drift:
            plain = undusted(plain, currency)
        minor = self._in_minor(plain, "balance", currency)
        minor = -minor if rule.owed else minor
        return minor + amount if rule.before else minor

    def _money(self, cells: Sequence[str], currency: str) -> tuple[int, str]:
        """The signed amount and its currency, which may stand beside the figure."""
        if self.layout.profile.amounts.style != "split":
            cell = cells[self._single["amount"]]
            dressed = bool(cell) and (not cell.isascii() or cell[0].isalpha() or cell[-1].isalpha())
            beside = self._plain(cell, "amount")[1] if dressed else ""
            if beside and beside != currency:
                if "currency" in self._single and cells[self._single["currency"]]:
                    raise RowError(
                        "currency.mixed", f"column {self.layout.column('amount')} names {beside}, the row's currency is {currency}"
                    )
                currency = beside
        if not currency:
            raise RowError("currency.unknown", "neither the row nor the file names the currency")
        minor = self._minor(cells, currency)
        return (-minor if self.layout.profile.amounts.reversed else minor), currency

    def _signed(self, cells: Sequence[str], currency: str) -> int:
        cell = cells[self._single["amount"]]
        if not cell:
            raise RowError("row.invalid", f"column {self.layout.column('amount')} is empty")
        return self._parsed(cell, "amount", currency)[0]

    def _split(self, cells: Sequence[str], currency: str) -> int:
        credit, debit = self.figure(cells, "credit", currency), self.figure(cells, "debit", currency)
        names = f"columns {self.layout.column('credit')} and {self.layout.column('debit')}"
        if credit is None and debit is None:
            raise RowError("row.invalid", f"{names} are both empty")
        if credit and debit:
            raise RowError("row.invalid", f"{names} both hold an amount")
        sign = self.layout.profile.amounts.debit_sign
        if sign == "negative" and debit and debit > 0:
            raise RowError("amount.invalid", f"column {self.layout.column('debit')} is positive where this layout writes negatives")
        if sign != "positive":
            debit = abs(debit or 0)
        return (credit or 0) - (debit or 0)

    def _told(self, cells: Sequence[str], currency: str) -> int:
        word = cells[self._single["indicator"]]
        sign = self._direction or self._words.get(fold(word))
        if not sign:
            raise RowError("value.unknown", f"column {self.layout.column('indicator')}: {word[:40]!r} says neither credit nor debit")
        minor = self._signed(cells, currency)
        if minor < 0:
            raise RowError(
                "amount.invalid", f"column {self.layout.column('amount')} is negative where this layout writes amounts without sign"
            )
        return sign * minor

    def _both(self, cells: Sequence[str], currency: str) -> int:
        if not cells[self._single["amount"]] and "credit" in self._single and "debit" in self._single:
            return self._split(cells, currency)
        minor = self._signed(cells, currency)
        if "credit" in self._single and "debit" in self._single:
            credit, debit = self.figure(cells, "credit", currency), self.figure(cells, "debit", currency)
            if (credit or debit) and abs(minor) != abs((credit if minor > 0 else debit) or 0):
                raise RowError("row.invalid", f"column {self.layout.column('amount')} does not agree with the columns for credit and debit")
        if "indicator" in self._single and minor:
            sign = self._words.get(fold(cells[self._single["indicator"]]))
            if sign is None or (sign > 0) != (minor > 0):
                raise RowError(
                    "row.invalid", f"column {self.layout.column('amount')} does not agree with {self.layout.column('indicator')}"
                )
        return minor

    def _day(self, name: str, cells: Sequence[str]) -> tuple[date, str]:
        cell = cells[self._single[name]]
        if not cell:
            raise RowError("row.invalid", f"column {self.layout.column(name)} is empty")
        try:
            return self._date(cell)
        except CellError as error:
            raise RowError(error.code, f"column {self.layout.column(name)}: {error}") from None

    def _currency(self, cells: Sequence[str]) -> str:
        place = self._single.get("currency")
        text = cells[place] if place is not None else ""
        return self._code(text, "currency") if text else self.currency

    def _code(self, text: str, name: str) -> str:
        code = self._currencies.get(text)
        if code is None:
            try:
                code = currency_code(text)
            except CellError as error:
                raise RowError(error.code, f"column {self.layout.column(name)}: {error}") from None
            if len(self._currencies) < 1_000:
                self._currencies[text] = code
        return code

    def _plain(self, cell: str, name: str) -> tuple[str, str]:
        try:
            return self._amount(cell)
        except CellError as error:
            raise RowError(error.code, f"column {self.layout.column(name)}: {error}") from None

    def _parsed(self, cell: str, name: str, currency: str) -> tuple[int, str]:
        plain, beside = self._plain(cell, name)
        return self._in_minor(plain, name, currency), beside

    def _in_minor(self, plain: str, name: str, currency: str) -> int:
        try:
            return money.parse(plain, currency)
        except MatcherError as error:
            raise RowError(error.code, f"column {self.layout.column(name)}: {error.what}") from None


def default_currency(layout: Layout, fact: str, option: str) -> str:
    """The currency where a row names none: the header's, then the file's, then the caller's, then the profile's."""
    return layout.currency or fact or option or layout.profile.currency

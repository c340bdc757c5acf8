"""What a bank's CSV layout may say of itself: the schema of `matcher/parsers/profiles/*.toml`.

A layout is data. Whatever a bank does that is not in this schema needs a new key here, never a special case in the reader.
docs/add_a_bank.md explains every key with an example.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator, model_validator

from matcher import money
from matcher.model import TransactionKind
from matcher.parsers.csv.text import fold

PROFILE_NAME = r"^[a-z0-9][a-z0-9_-]{0,63}$"
Text = Annotated[str, Field(min_length=1, max_length=400)]
CURRENCY = "{currency}"
"""Stands in a header text for a currency's code or sign."""
SIDED = ("amount", "currency", "fee")
"""Fields besides texts whose column may depend on the direction."""
_DATE_CODES = frozenset("dmYybRT")


class Strict(BaseModel):
    """Base of all parts: unknown keys and silently converted types are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Join(Strict):
    """A text that the bank spreads over several columns: header texts or positions, in reading order."""

    join: list[Text | PositiveInt] = Field(min_length=1)
    between: str = " "


class Directed(Strict):
    """What stands in another column for a credit than for a debit: the payer and the payee, or with ``indicator`` the amount, its
    currency and the fee. An empty list of titles: one of the directions has no such column.
    """

    credit: list[Text] | PositiveInt
    debit: list[Text] | PositiveInt


Column = list[Text] | PositiveInt | Join | Directed
"""Header texts of which the first found is used (``#4`` is the fourth column, for one without title), a position counted from 1
in a layout without header, several columns to join, or two columns of which the direction decides."""


class Columns(Strict):
    """Which column holds what. Names are those of `matcher.model.Transaction`; the others are explained here.

    Attributes:
        credit, debit: the two columns of split amounts.
        indicator: the column whose word tells credit from debit.
        counterparty: name and account in one cell; see `Profile.counterparty`.
        fee: what the bank takes off beside the amount: the booking is the amount less the fee.
        status, row_type: columns that only `special` rows look at.
    """

    account: Column | None = None
    booking_date: Column | None = None
    value_date: Column | None = None
    amount: Column | None = None
    credit: Column | None = None
    debit: Column | None = None
    indicator: Column | None = None
    currency: Column | None = None
    balance: Column | None = None
    counterparty: Column | None = None
    counterparty_name: Column | None = None
    counterparty_account: Column | None = None
    counterparty_bank: Column | None = None
    remittance_information: Column | None = None
    creditor_reference: Column | None = None
    end_to_end_id: Column | None = None
    mandate_id: Column | None = None
    bank_reference: Column | None = None
    transaction_code: Column | None = None
    return_reason: Column | None = None
    instructed_amount: Column | None = None
    instructed_currency: Column | None = None
    exchange_rate: Column | None = None
    fee: Column | None = None
    charges: Column | None = None
    time: Column | None = None
    status: Column | None = None
    row_type: Column | None = None

    def given(self) -> dict[str, Column]:
        """The columns this layout has, by field name."""
        return {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}


class Amounts(Strict):
    """How money is written.

    Attributes:
        style: ``signed``: one column, debits negative. ``split``: one column for credits, one for debits.
            ``indicator``: one unsigned column and a word. ``both``: a signed column, and split columns or a word that must agree;
            where the signed column is empty the split columns stand in.
        decimal: the decimal mark; ``auto`` decides once for the column from all its cells, and refuses when they do not tell.
        grouping: the characters that may group thousands; a blank stands for every kind of blank.
        plain: figures stand alone, without currency sign, brackets or blanks; anything else is an error.
        lakh: groups of two digits before the last three (1,00,000.00).
        reversed: the file shows money out as positive, as card statements do.
        debit_sign: with ``split``, how the debit column is signed; a figure of the other sign is a correction when it is ``positive``
            and an error when it is ``negative``. ``either`` takes both for debits.
        credit, debit: the indicator's words; an empty word stands for an empty cell.
        neutral: words of the indicator that say neither; `special` rows then tell the direction by another column.
    """

    style: Literal["signed", "split", "indicator", "both"] = "signed"
    decimal: Literal[".", ",", "auto"] = "."
    grouping: str = Field(default="", pattern=r"^[., '’]*$")
    plain: bool = False
    lakh: bool = False
    reversed: bool = False
    debit_sign: Literal["positive", "negative", "either"] = "positive"
    credit: list[str] = []
    debit: list[str] = []
    neutral: list[str] = []


class Dates(Strict):
    """How dates are written: `%d %m %Y %y %b`, `%R` (year of the Republic of China, 115 for 2026) and `%T` (Thai year, 2569) and
    literal characters. A time of day after the date is always understood.

    Two formats that differ only in the order of day and month leave the order to the file: it is decided once for the column.
    A format without a year needs `facts` for the file's period.
    """

    formats: list[Text] = Field(default=["%Y-%m-%d"], min_length=1)

    @field_validator("formats")
    @classmethod
    def _codes(cls, formats: list[str]) -> list[str]:
        for text in formats:
            codes = re.findall(r"%(.?)", text)
            month = "m" in codes or "b" in codes
            if not _DATE_CODES.issuperset(codes) or "d" not in codes or not month or len(set(codes)) != len(codes):
                raise ValueError(f"{text!r} is not a date format; use %d, %m or %b, and %Y, %y, %R or %T")
        return formats


class Balances(Strict):
    """How the running balance is written.

    Attributes:
        before: the balance is that before the line's booking.
        drift: the bank's figures carry floating-point dust (1234.5600000000001): dust below a millionth is taken off.
        owed: the balance is a debt: positive means overdrawn.
    """

    before: bool = False
    drift: bool = False
    owed: bool = False


class Special(Strict):
    """Rows that are not bookings, told by a word in a column.

    Attributes:
        column: a field of `columns`; ``first`` for the first cell that is not blank; ``any`` for every cell.
        words: the cell is one of these. starts: the cell begins with one of these.
        means: ``pending``: announced, not booked. ``neutral``: moves no money. ``skip``: not a booking at all, such as a subtotal.
            ``closed``: an order called off; it and refunds with its end_to_end_id move no money. ``credit``, ``debit``: the direction
            where the indicator's word is one of amounts.neutral. ``undecided``: such a row of which nothing tells it; left out, and said.
            ``opening``, ``closing``: a balance written as a row. ``totals``: control sums. ``end``: the table ends here.
    """

    column: Text
    words: list[Text] = []
    starts: list[Text] = []
    means: Literal["pending", "neutral", "closed", "credit", "debit", "undecided", "skip", "opening", "closing", "totals", "end"]

    @model_validator(mode="after")
    def _some(self) -> "Special":
        if not self.words and not self.starts:
            raise ValueError("name words or starts")
        if self.column not in Columns.model_fields and self.column not in ("first", "any"):
            raise ValueError(f"{self.column!r} is neither a column of the layout nor first or any")
        return self


class Fact(Strict):
    """Something the file says outside its table: the text after a label, or what a regular expression's one group catches.

    The expression sees the row's cells joined by ``;``. A group named ``indicator`` may catch the word for credit or debit.
    """

    label: str = ""
    pattern: str = ""

    @model_validator(mode="after")
    def _one(self) -> "Fact":
        if bool(self.label) == bool(self.pattern):
            raise ValueError("name either a label or a pattern")
        try:
            groups = re.compile(self.pattern).groups if self.pattern else 1
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if not 1 <= groups <= 2:
            raise ValueError("the pattern needs one group")
        return self


class Facts(Strict):
    """What the rows before the header and after the table say. Sums and counts become control totals of the statement.

    With amounts.neutral they are of the indicator's words: rows that say credit, rows that say debit, and all others (closed orders too).
    """

    account: Fact | None = None
    currency: Fact | None = None
    opening: Fact | None = None
    closing: Fact | None = None
    from_date: Fact | None = None
    to_date: Fact | None = None
    credit: Fact | None = None
    debit: Fact | None = None
    credit_count: Fact | None = None
    debit_count: Fact | None = None
    count: Fact | None = None
    neutral: Fact | None = None
    neutral_count: Fact | None = None

    def given(self) -> dict[str, Fact]:
        """The facts this layout looks for, by name."""
        return {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}


class Rows(Strict):
    """How rows are laid out.

    Attributes:
        continuation: a row that holds nothing but text continues the text of the row above it.
        ragged: rows may have fewer or more cells than the header.
    """

    continuation: bool = False
    ragged: bool = False


class Cells(Strict):
    """How cells are written.

    Attributes:
        blank: texts that stand for an empty cell. dashes: so does a cell of nothing but hyphens.
        formula: cells written as ``="..."`` so that a spreadsheet keeps their zeros.
        wrap: texts are wrapped at this many characters, words or not: a full line goes on in the next without a blank.
    """

    blank: list[Text] = []
    dashes: bool = False
    formula: bool = False
    wrap: PositiveInt | None = None


class Profile(Strict):
    """One layout of one bank.

    Attributes:
        name: id, as in ``csv:NAME``.
        seen: the evidence for the layout.
        encodings: besides UTF-8 and UTF-16, which are always understood, in order of trial.
        delimiters: each a single character. quote: the quotation mark, empty for none.
        currency: of the account, where neither the file nor the caller names it.
        weak: the header is shared by many banks, so the order of day and month must show in the file unless the layout is named.
        open: any further columns may follow; they are kept as the line's raw text.
        known: further header texts of the layout; they only help to recognise it.
        required: fields whose columns must be there besides the date and the amount.
        filled: fields whose cells must not be empty, besides the date and the amount.
        widths: for a layout without header, the numbers of cells a row may have.
        shape: for a layout without header, regular expressions that cells of the first rows must fit, by position.
        counterparty: a regular expression with groups ``name`` and ``account`` that takes the cell of columns.counterparty apart;
            a cell it does not fit is a name.
        kinds: the bank's transaction codes by our common set.
    """

    name: str = Field(pattern=PROFILE_NAME)
    bank: Text
    country: str = Field(pattern=r"^([A-Z]{2})?$")
    seen: Text
    encodings: list[Text] = []
    delimiters: list[Annotated[str, Field(min_length=1, max_length=1)]] = Field(default=[","], min_length=1)
    quote: str = Field(default='"', max_length=1)
    currency: str = ""
    weak: bool = False
    open: bool = False
    known: list[Text] = []
    required: list[str] = []
    filled: list[str] = []
    widths: list[PositiveInt] = []
    shape: dict[str, str] = {}
    columns: Columns
    amounts: Amounts = Amounts()
    dates: Dates = Dates()
    balance: Balances = Balances()
    rows: Rows = Rows()
    cells: Cells = Cells()
    special: list[Special] = []
    facts: Facts = Facts()
    counterparty: str = ""
    kinds: dict[TransactionKind, list[Text]] = {}

    @model_validator(mode="after")
    def _consistent(self) -> "Profile":
        columns = self.columns.given()
        missing = [name for name in self.core() if name not in columns]
        if missing:
            raise ValueError(f"amounts.style = {self.amounts.style!r} needs columns.{missing[0]}")
        if self.amounts.style == "both" and not ({"credit", "debit"} <= columns.keys() or "indicator" in columns):
            raise ValueError("amounts.style = 'both' needs columns.indicator, or columns.credit and columns.debit")
        if "indicator" in columns and not (self.amounts.credit and self.amounts.debit):
            raise ValueError("columns.indicator needs the words amounts.credit and amounts.debit")
        for key, names in (("required", self.required), ("filled", self.filled)):
            if unknown := [name for name in names if name not in columns]:
                raise ValueError(f"{key} names {unknown[0]!r}, which is not in columns")
        if len({_positional(value) for value in columns.values()}) != 1:
            raise ValueError("columns are either all header texts or all positions")
        if self.positional and not self.widths:
            raise ValueError("a layout without header needs widths")
        if ("counterparty" in columns) != bool(self.counterparty):
            raise ValueError("columns.counterparty and the pattern counterparty need each other")
        if self.counterparty and not {"name", "account"} >= _groups(self.counterparty).keys() > set():
            raise ValueError("counterparty: the pattern needs groups called name and account")
        sided = [name for name in SIDED if isinstance(columns.get(name), Directed)]
        if sided and self.amounts.style != "indicator":
            raise ValueError(f"columns.{sided[0]} differs by direction, which needs amounts.style = 'indicator'")
        if self.currency and self.currency not in money.SCALE:
            raise ValueError(f"currency {self.currency!r} is not an ISO 4217 code")
        for encoding in self.encodings:
            try:
                "".encode(encoding)
            except LookupError:
                raise ValueError(f"encoding {encoding!r} is not known") from None
        return self

    @property
    def positional(self) -> bool:
        """Whether the layout has no header row."""
        return any(_positional(value) for value in self.columns.given().values())

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """All header texts of the layout, folded."""
        texts = list(self.known)
        for column in self.columns.given().values():
            texts += [text for text in _parts(column) if isinstance(text, str)]
        return frozenset(map(fold, texts))

    @cached_property
    def placeholders(self) -> tuple[str, ...]:
        """The header texts that hold a currency's place."""
        return tuple(sorted(text for text in self.vocabulary if CURRENCY in text))

    def core(self) -> tuple[str, ...]:
        """The fields without which no row can be a booking."""
        if self.amounts.style == "split":
            return ("booking_date", "credit", "debit")
        return ("booking_date", "amount", "indicator") if self.amounts.style == "indicator" else ("booking_date", "amount")


def _groups(pattern: str) -> Mapping[str, int]:
    try:
        return re.compile(pattern).groupindex
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None


def _parts(value: Column) -> list[str] | list[int] | list[str | int]:
    if isinstance(value, Join):
        return value.join
    if isinstance(value, Directed):
        return [*_parts(value.credit), *_parts(value.debit)]
    return [value] if isinstance(value, int) else value


def _positional(value: Column) -> bool:
    return any(isinstance(part, int) for part in _parts(value))

"""What a provider's report may say of itself: the schema of ``matcher/remittance/settlements/reports/*.toml``.

A report is data. What a provider does that is not in this schema needs a new key here, never a special case in the reader.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1, max_length=200)]
Aliases = Annotated[list[Text], Field(min_length=1)]
"""Titles of one column, in all languages and versions of the report: the first that the file has is the column."""

Kind = Literal[
    "payment", "refund", "chargeback", "fee", "reserve", "adjustment", "conversion", "converted", "payout", "payout_returned", "announced",
    "ignored",
]  # fmt: skip
"""What a row is. ``adjustment`` is any other movement of the balance; ``announced`` is a payment that counts in another row of the same
id once it is paid out; ``converted`` is one whose money went to another currency; ``ignored`` moves no money."""

Role = Literal[
    "payout", "date", "payout_date", "type", "code", "status", "effect", "text", "customer", "currency", "second_currency", "account",
    "balance", "reference",
]  # fmt: skip


class Strict(BaseModel):
    """Base of all parts: unknown keys and silently converted types are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Sum(Strict):
    """An amount as a sum of columns; an empty cell is nothing.

    Attributes:
        plus, minus: columns that are added, and taken off.
        less: columns that are taken off whatever their sign, since versions of the report differ in it.
    """

    plus: list[Aliases] = []
    minus: list[Aliases] = []
    less: list[Aliases] = []

    def columns(self) -> list[Aliases]:
        """All of them."""
        return [*self.plus, *self.minus, *self.less]


class Columns(Strict):
    """Which column holds what.

    Attributes:
        payout: the payout's id on each row of it; the first that is filled counts.
        date, payout_date: of the row, and of its payout.
        type, code, status, effect: what rows are told by; ``code`` is the same in all languages.
        id: columns that together name a row: two rows with the same are one that was written twice.
        reference: the provider's id of the payment, for people.
        related: the `reference` of another row that this one belongs to: the payment that is refunded, disputed or converted.
        document: the merchant's own number of invoice or order; the first that is filled counts.
        text: free text that may name a document.
        customer: who paid: a name, an address.
        currency, second_currency: of the amounts; and one that must be the same.
        account: the merchant's account with the provider: payouts of two accounts never mix.
        balance: of the account after the row.
    """

    payout: Aliases | None = None
    date: Aliases | None = None
    payout_date: Aliases | None = None
    type: Aliases | None = None
    code: Aliases | None = None
    effect: Aliases | None = None
    status: Aliases | None = None
    id: list[Aliases] = []
    reference: Aliases | None = None
    related: Aliases | None = None
    document: Aliases | None = None
    text: Aliases | None = None
    customer: Aliases | None = None
    currency: Aliases | None = None
    second_currency: Aliases | None = None
    account: Aliases | None = None
    balance: Aliases | None = None


class Rule(Strict):
    """A row is of a kind when a cell is one of some words, begins with one or holds one; case and spaces do not count."""

    kind: Kind
    column: Role = "type"
    words: list[str] = []
    begins: list[Text] = []
    holds: list[Text] = []


class Direction(Strict):
    """A column whose words say that the row's amount is money out."""

    column: Aliases
    out: list[Text] = Field(min_length=1)


class Check(Strict):
    """A column that must be the sum of others in each row; with `same`, in each row where that currency is the amounts' own."""

    total: Aliases
    of: Sum
    same: Aliases | None = None


class Report(Strict):
    """A report of a provider.

    Attributes:
        name: the file's name, too.
        payer: the provider's name, as the payer of the payout.
        document: the provider's own name of the report, and what was seen of it.
        header: columns by which the file is known; all must be there.
        group: what makes a payout: the ``id`` on its rows, the payout's row that ``ends`` it, or the ``day``.
        payout_row: a payout without a row of its own is not proven.
        reference: what the bank line carries; ``{payout}`` is the payout's id, ``{reference}`` that of the payout's row.
        layout: ``plain`` table, table between lines that begin with ``#``, or records ``RH`` to ``RF``.
        closing: what the last lines say of the whole file: see `matcher.remittance.settlements.closing`.
        quotes: whether quotation marks enclose cells.
        decimal: the decimal mark; ``auto`` where it is the account's language.
        dates: formats of dates, to be tried at the beginning of the cell; where two fit and differ, the date is not said.
        currency: of a report that names none, since there is but one.
        gross, fee, net: gross less fee is net, in each row; without net columns the difference is the net amount.
        gross_is_net: where the gross columns are of another currency, net and fee make the gross amount.
        direction: see there.
        checks: see there.
        nothing: columns that must be empty or zero, since what they would do to the payout is not known.
        rules: what a row is; the first that fits. otherwise: the kind of the others.
    """

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    payer: Text
    document: str
    header: list[Aliases] = Field(min_length=2)
    group: Literal["id", "ends", "day"]
    payout_row: bool = False
    reference: str = "{payout}"
    layout: Literal["plain", "comments", "records"] = "plain"
    closing: Literal["", "alipay-trade", "alipay-account", "wechat"] = ""
    quotes: bool = True
    decimal: Literal[".", ",", "auto"] = "."
    dates: list[Text] = ["%Y-%m-%d"]
    currency: str = ""
    columns: Columns
    gross: Sum
    fee: Sum = Sum()
    net: Sum | None = None
    gross_is_net: Aliases | None = None
    direction: Direction | None = None
    checks: list[Check] = []
    nothing: list[Aliases] = []
    rules: list[Rule] = Field(min_length=1)
    otherwise: Kind = "adjustment"


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """A title or word as it is compared: NFKC, without case, runs of spaces as one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\ufeff", "").split())


@lru_cache(maxsize=50_000)
def plain(cell: str) -> str:
    """A cell without the marks that keep a spreadsheet from reading a long number: spaces, tabs, a backtick before it, ``="..."``."""
    text = cell.strip().removeprefix("`").strip()
    if not text.startswith("="):
        return text
    match = re.fullmatch(r'="([^"]*)"', text)
    return match[1].strip() if match else text

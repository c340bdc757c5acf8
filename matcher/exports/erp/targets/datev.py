"""Target ``datev``: postings for DATEV Kanzlei-Rechnungswesen and Rechnungswesen, in the DATEV format (EXTF 700, Buchungsstapel 13).

One row for each movement of a customer's account: bank account against customer for money, a ledger account against customer for what is
cleared without cash. What brings no money (a set-off, money on account that is applied later) goes over a clearing account that it leaves
at zero. The header, the 125 columns and what each may hold: https://developer.datev.de/datev/platform/de/dtvf/formate/header and
https://developer.datev.de/datev/platform/de/dtvf/formate/buchungsstapel. Open items are matched by ``Belegfeld 1``, the document's number.
"""

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from pathlib import PurePath
from typing import Annotated

from pydantic import Field, field_validator

from matcher.exports import sheets
from matcher.exports.erp.base import File, Rendering, Target
from matcher.exports.erp.records import Document, Form, Part, decimal
from matcher.exports.erp.settings import MappedSettings, named
from matcher.exports.erp.targets import datev_answer
from matcher.exports.erp.targets.datev_columns import ID, MOST_TEXT, PART, POSITIONS, REVERSES, TEXTS, TITLES
from matcher.exports.erp.writing import made
from matcher.states import REST

MOST_ROWS = 99_999
"""Postings in one file."""
MOST_AMOUNT = Decimal("9999999999.99")
_NUMBER = re.compile(r"[A-Za-z0-9_$&%*+\-/]{1,36}")
_FORMS = frozenset(Form) - {Form.CURRENCIES}
_CENT = Decimal("0.01")
_LEAST_DISCOUNT = Decimal(1)
"""The column for discounts takes no amount that begins with a zero."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
Row = dict[str, str]


class Settings(MappedSettings):
    """``[target.datev]``.

    Attributes:
        consultant: number of the tax consultant (Beraternummer).
        clients: the client's number (Mandantennummer), by the id of the legal entity.
        account_length: digits of ledger accounts (Sachkontenlänge); customers have one more.
        fiscal_year_start: month and day on which the fiscal year begins, ``MM-DD``.
        chart: of accounts, ``03`` or ``04``; '' leaves it out.
        base_currency: of the client's books.
        rates: units of a currency for one of the base currency, as decimal text; only for money in other currencies.
        customers: number of the customer there, where it is not the number of our list, by customer id.
        unknown_payer: account for money of an unknown payer; '' refuses it.
        clearing: account that applications and set-offs go over; needed only for those.
        lock: whether the postings are locked when they are taken in (Festschreibung).
    """

    consultant: Annotated[int, Field(ge=1001, le=9_999_999)]
    clients: dict[str, Annotated[int, Field(ge=1, le=99_999)]] = Field(default_factory=dict)
    account_length: Annotated[int, Field(ge=4, le=8)] = 4
    fiscal_year_start: str = "01-01"
    chart: str = ""
    base_currency: str = "EUR"
    rates: dict[str, str] = Field(default_factory=dict)
    customers: dict[str, str] = Field(default_factory=dict)
    unknown_payer: str = ""
    clearing: str = ""
    lock: bool = False

    @field_validator("rates")
    @classmethod
    def _rate(cls, value: dict[str, str]) -> dict[str, str]:
        for currency, rate in value.items():
            if not re.fullmatch(r"[1-9]\d{0,3}\.\d{2,6}", rate):
                raise ValueError(f"the rate of {currency} is not between 1.00 and 9999.999999 with two to six places")
        return value

    @field_validator("fiscal_year_start")
    @classmethod
    def _day(cls, value: str) -> str:
        date.fromisoformat(f"2023-{value}")
        return value

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Bank accounts, reasons, clients and rates that are mapped to nothing, and the clearing account."""
        for one in documents:
            if one.entity not in self.clients:
                yield f"clients.{one.entity}"
            if one.line and one.amount and one.line.account not in self.accounts:
                yield f"accounts.{one.line.account}"
            if not one.amount and not self.clearing and any(part.cash for part in one.parts):
                yield "clearing"
            if one.currency != self.base_currency and one.currency not in self.rates:
                yield f"rates.{one.currency}"
            for part in one.parts:
                in_column = _discount(one, part)
                for cleared in part.adjustments:
                    if not (in_column and Form.DISCOUNT in _forms(cleared.reason)) and cleared.reason not in self.reasons:
                        yield f"reasons.{cleared.reason}"

    def customer(self, key: str, no: str) -> str:
        """The customer's account there; the account of unknown payers for none."""
        return self.customers.get(key, no) if key else self.unknown_payer

    def year_start(self, day: date) -> date:
        """The day on which the fiscal year of a day begins."""
        start = date.fromisoformat(f"{day.year:04}-{self.fiscal_year_start}")
        return start if start <= day else date.fromisoformat(f"{day.year - 1:04}-{self.fiscal_year_start}")


@dataclass(frozen=True, slots=True)
class Posting:
    """One row. Amounts are in minor units of the document's currency.

    Attributes:
        amount: above zero debits `account` and credits `against`; below zero the other way.
        account: the bank's or a ledger account.
        against: the customer's.
        number: of the document that it is about.
        discount: that the payment takes, with the sign of `amount`.
        discount_account: where the discount goes; '' for the one of the chart of accounts.
    """

    amount: int
    account: str
    against: str
    number: str
    discount: int = 0
    discount_account: str = ""


def refuses(document: Document, settings: Settings) -> str:
    """Customers, numbers and amounts that DATEV takes in no column."""
    digits = settings.account_length + 1
    for customer in (document.customer, *(part.customer for part in document.parts)):
        account = settings.customer(customer.id, customer.no)
        if not customer.id and not account:
            return "has no form for money of an unknown payer, unless `unknown_payer` names an account"
        if customer.id and not re.fullmatch(rf"\d{{{digits}}}", account):
            return f"knows customers by numbers of {digits} digits, and {customer.id} has {account or 'none'}"
    for part in document.parts:
        if not _NUMBER.fullmatch(_number(part)):
            return f"takes up to 36 letters, digits and $&%*+-/_ as a number, and {part.item_id} has {part.document_no!r}"
    amounts = [document.unapplied, *(part.cash for part in document.parts), *(part.adjusted() for part in document.parts)]
    for amount in amounts:
        value = abs(document.decimal(amount))
        if value != value.quantize(_CENT) or value > MOST_AMOUNT:
            return f"takes amounts of two places up to {MOST_AMOUNT}"
    return ""


def postings(one: Document, settings: Settings) -> Iterator[Posting]:
    """What a document moves on customers' accounts."""
    through = settings.account(one) if one.amount else settings.clearing
    for part in one.parts:
        customer, number = settings.customer(part.customer.id, part.customer.no), _number(part)
        discount = _discount(one, part)
        accounts = [settings.reasons.get(cleared.reason, "") for cleared in part.adjustments if Form.DISCOUNT in _forms(cleared.reason)]
        if part.cash:
            yield Posting(part.cash, through, customer, number, discount, accounts[0] if discount else "")
        for cleared in part.adjustments:
            if cleared.amount and not (discount and Form.DISCOUNT in _forms(cleared.reason)):
                yield Posting(cleared.amount, settings.reason(cleared.reason), customer, number)
    if one.unapplied:
        yield Posting(one.unapplied, through, settings.customer(one.customer.id, one.customer.no), _rest(one))


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """A file for each client and month of postings, which DATEV reads one by one; the last has the name that was asked for."""
    settings = batch.settings
    ordered = sorted(batch.documents, key=lambda one: (settings.clients[one.entity], one.date.replace(day=1)))
    parts: list[tuple[int, date, list[Row]]] = []
    for (client, month), documents in groupby(ordered, key=lambda one: (settings.clients[one.entity], one.date.replace(day=1))):
        rows = [row for one in documents for row in _rows(one, settings)]
        parts += [(client, month, rows[start : start + MOST_ROWS]) for start in range(0, len(rows), MOST_ROWS)]
    if not parts:
        parts = [(min(settings.clients.values(), default=1), batch.batch.as_of.replace(day=1), [])]
    stem, ending = PurePath(batch.file_name).stem, PurePath(batch.file_name).suffix
    names = [f"{stem}.{number}{ending}" for number in range(1, len(parts))] + [batch.file_name]
    return tuple(made(name, _file(batch, *part)) for name, part in zip(names, parts, strict=True))


def _file(batch: Rendering[Settings], client: int, month: date, rows: Sequence[Row]) -> bytes:
    settings = batch.settings
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    header = (
        '"EXTF"', "700", "21", '"Buchungsstapel"', "13", f"{batch.batch.as_of:%Y%m%d}000000000", "", '""', '""', '""',
        str(settings.consultant), str(client), f"{settings.year_start(month):%Y%m%d}", str(settings.account_length), f"{month:%Y%m%d}",
        f"{last:%Y%m%d}", f'"matcher {batch.batch.batch_id}"', '""', "1", "0", str(int(settings.lock)), f'"{settings.base_currency}"',
        "", '""', "", "", f'"{settings.chart}"', "", "", '""', '""',
    )  # fmt: skip
    lines = [";".join(header), ";".join(TITLES), *(_line(row) for row in rows)]
    return "".join(line + "\r\n" for line in lines).encode("cp1252", "replace")


def _line(row: Mapping[str, str]) -> str:
    return ";".join('"' + row.get(title, "").replace('"', '""') + '"' if title in TEXTS else row.get(title, "") for title in TITLES)


def _rows(one: Document, settings: Settings) -> Iterator[Row]:
    every = list(postings(one, settings))
    text = sheets.safe(_plain(f"{one.customer.name} {one.line.text if one.line else ''}"))[:MOST_TEXT]
    for number, posting in enumerate(every, 1):
        row = {
            POSITIONS[1]: _amount(posting.amount, one), "Soll/Haben-Kennzeichen": "S" if posting.amount > 0 else "H",
            "WKZ Umsatz": one.currency, "Konto": posting.account, POSITIONS[8]: posting.against, "Belegdatum": f"{one.date:%d%m}",
            "Belegfeld 1": posting.number, "Buchungstext": text, "Festschreibung": str(int(settings.lock)),
        }  # fmt: skip
        if posting.discount:
            row |= {"Skonto": _amount(posting.discount, one), "Abw. Skontokonto": posting.discount_account}
        if one.currency != settings.base_currency:
            rate = named(settings.rates, one.currency, "rates")
            base = (abs(one.decimal(posting.amount)) / Decimal(rate)).quantize(_CENT, ROUND_HALF_UP)
            row |= {"Kurs": rate.replace(".", ","), "Basis-Umsatz": _comma(base), "WKZ Basis-Umsatz": settings.base_currency}
        notes = [(ID, one.external_id), (PART, f"{number}/{len(every)}"), *([(REVERSES, one.reverses)] if one.reverses else [])]
        for place, (kind, contents) in enumerate(notes, 1):
            row |= {f"Zusatzinformation - Art {place}": kind, f"Zusatzinformation- Inhalt {place}": contents}
        yield row


def _forms(reason: str) -> frozenset[Form]:
    return frozenset({Form.DISCOUNT}) if reason in ("discount", "discount_unearned") else frozenset()


def _discount(one: Document, part: Part) -> int:
    """The discount that stands beside the payment; 0 where it needs a row of its own."""
    found = part.adjusted(Form.DISCOUNT)
    together = one.amount and found * part.cash > 0 and abs(decimal(found, part.currency)) >= _LEAST_DISCOUNT
    return found if together else 0


def _number(part: Part) -> str:
    return part.item_id if part.item_id.startswith(REST) else part.document_no


def _rest(one: Document) -> str:
    """Under which number money lies on account: that of its line, as the item on account is named here."""
    return f"{REST}{one.line.id}" if one.line else one.external_id


def _amount(minor: int, one: Document) -> str:
    return _comma(abs(one.decimal(minor)))


def _comma(value: Decimal) -> str:
    return f"{value.quantize(_CENT):f}".replace(".", ",")


def _plain(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


TARGET = Target(
    "datev", "postings in the DATEV format, a file for each month (.csv)", (".csv",), Settings, forms=_FORMS, refuses=refuses,
    render=render, read_answer=datev_answer.read,
)  # fmt: skip

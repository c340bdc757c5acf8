"""Target ``xero-statement``: money in and out as lines of a bank statement, for Xero's manual import.

For who has no access to the API: the lines are matched in Xero by hand, with a description that says what each pays. Columns and the limit
of 1,000 lines: https://central.xero.com/s/article/Import-a-CSV-bank-statement.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import Literal

from matcher.exports.erp.base import File, Rendering, Target
from matcher.exports.erp.records import Document, Form, decimal
from matcher.exports.erp.settings import MappedSettings
from matcher.exports.erp.writing import Cell, Style, csv_file

TITLES = ("*Date", "*Amount", "Payee", "Description", "Reference", "Cheque Number")
MOST_ROWS = 1000
"""Lines in one file."""
MOST_TEXT = 255
"""Characters of a text, as far as Xero shows them."""
_FORMS = frozenset(Form) - {Form.APPLICATION, Form.SET_OFF, Form.REVERSAL}
_DAYS = {"dd/mm/yyyy": "%d/%m/%Y", "mm/dd/yyyy": "%m/%d/%Y", "yyyy-mm-dd": "%Y-%m-%d"}


class Settings(MappedSettings):
    """``[target.xero-statement]``.

    Attributes:
        day: how the organisation's region writes dates.
    """

    day: Literal["dd/mm/yyyy", "mm/dd/yyyy", "yyyy-mm-dd"] = "dd/mm/yyyy"

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Nothing: which account a file is for is chosen in Xero."""
        yield from ()


def refuses(document: Document, settings: Settings) -> str:
    """A statement has money only."""
    return "" if document.line and document.amount else "has lines of money only"


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """A file for each of our bank accounts, of at most 1,000 lines; the last has the name that was asked for."""
    ordered = sorted(batch.documents, key=lambda one: (one.line.account if one.line else "", one.date))
    parts: list[tuple[str, Sequence[Document]]] = []
    for account, found in groupby(ordered, key=lambda one: one.line.account if one.line else ""):
        every = list(found)
        parts += [(account, every[start : start + MOST_ROWS]) for start in range(0, len(every), MOST_ROWS)]
    stem, ending = PurePath(batch.file_name).stem, PurePath(batch.file_name).suffix
    names = [f"{stem}.{account}.{number}{ending}" for number, (account, _) in enumerate(parts[:-1], 1)] + [batch.file_name]
    style = Style(day=_DAYS[batch.settings.day])
    groups = [documents for _, documents in parts] or [[]]
    return tuple(csv_file(name, TITLES, [_row(one) for one in every], style) for name, every in zip(names, groups, strict=True))


def _row(one: Document) -> tuple[Cell, ...]:
    assert one.line is not None
    payee = one.customer.name or one.line.counterparty_name
    return one.date, one.decimal(one.amount), _cut(payee), _cut(says(one)), one.external_id, one.line.bank_reference


def says(one: Document) -> str:
    """What a line pays, in words: each document with its cash and what is cleared of it, and what stays on account."""
    said = list[str]()
    for part in one.parts:
        cleared = "".join(f" {each.reason} {decimal(each.amount, part.currency)}" for each in part.adjustments if each.amount)
        said.append(f"{part.document_no or part.item_id} {one.decimal(part.cash)}{cleared}")
    if one.unapplied:
        said.append(f"on account {one.decimal(one.unapplied)}")
    return ", ".join(said)


def _cut(text: str) -> str:
    return " ".join(text.split())[:MOST_TEXT]


TARGET = Target(
    "xero-statement", "lines of a bank statement for Xero's import, to be matched there by hand (.csv)", (".csv",), Settings, forms=_FORMS,
    refuses=refuses, render=render,
)  # fmt: skip

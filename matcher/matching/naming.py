"""How a payer names the documents that it pays: by its own order, its customer number, the end of our number, a number of its own, a month.

What is found here orders choices that a person is shown. It posts nothing, and speaks for no explanation of a run.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from matcher.matching.references.meanings import blanked
from matcher.matching.references.numbers import compact, number
from matcher.matching.references.text import Text

REFERENCE = "reference"
"""What is learned of a payer beside `learn.ACCOUNT` and `learn.NAME`."""

LEAST = 3
"""Confirmed payments that name documents in one way before it counts."""

SHARE = (3, 4)
"""Of all the payer's confirmed payments, at least this share names them so."""

_SHORTEST = 3
"""Digits that may be the end of a number."""
_OWN = 5
"""Letters and digits of a payer's own number, at least; four of them digits."""
_OWN_DIGITS = 4
_RUN = re.compile(r"\d+")
_TOKEN = re.compile(r"[A-Z0-9]+(?:[-/._][A-Z0-9]+)*")


class Naming(StrEnum):
    """A way of naming documents. A number of the payer's own is a way by itself: its key is the number."""

    ORDER = "purchase-order"
    CUSTOMER = "customer-number"
    END = "number-end"
    MONTH = "whole-month"


WORDS = {
    Naming.ORDER: "the number of its purchase order",
    Naming.CUSTOMER: "its customer number",
    Naming.END: "the end of the document's number",
    Naming.MONTH: "all documents of a month at once",
}
"""Each way as people are told."""


class Document(NamedTuple):
    """A document that a payment settles, or that may be meant; minor units."""

    item_id: str
    document_no: str
    purchase_order: str
    issue_date: date


class Payment(NamedTuple):
    """A receipt that a person gave to documents.

    Attributes:
        text: what the payer wrote.
        customer_numbers: of the customer, as the master data has them.
        months: of the months in which the documents were issued, as their first day, how many documents the customer has of each.
    """

    text: str
    customer_numbers: tuple[str, ...]
    documents: tuple[Document, ...]
    months: Mapping[date, int]


def ways(payment: Payment) -> frozenset[str]:
    """The ways in which a payment names what it pays: words of `Naming`, and numbers of the payer's own."""
    upper, documents = payment.text.upper(), payment.documents
    found: set[str] = {way for way in (Naming.ORDER, Naming.END) if documents and all(names(way, upper, one) for one in documents)}
    if any(_stands(one, upper) for one in payment.customer_numbers):
        found.add(Naming.CUSTOMER)
    if whole_month(documents, payment.months):
        found.add(Naming.MONTH)
    return frozenset(found | own_numbers(upper, documents, payment.customer_numbers))


def names(way: str, text: str, document: Document) -> bool:
    """Whether a text names a document in one of the ways that say which: by its order, or by the end of its number alone."""
    upper = text.upper()
    if way == Naming.ORDER:
        return _stands(document.purchase_order, upper)
    if way == Naming.END:
        digits = number(document.document_no).digits
        return not _stands(document.document_no, upper) and any(_ends(digits, run) for run in _runs(upper))
    return False


def whole_month(documents: Sequence[Document], months: Mapping[date, int]) -> bool:
    """Whether several documents are all that the customer has of one month."""
    first = {one.issue_date.replace(day=1) for one in documents}
    return len(documents) > 1 and len(first) == 1 and months.get(first.pop()) == len(documents)


def own_numbers(text: str, documents: Sequence[Document], customer_numbers: Collection[str]) -> frozenset[str]:
    """Numbers of a text, letters and digits alone, that are none of the documents', of their orders or of the customer."""
    ours = {compact(n.upper()) for one in documents for n in (one.document_no, one.purchase_order) if n}
    ours |= {compact(n.upper()) for n in customer_numbers if n}
    digits = {mine for one in ours if len(mine := "".join(filter(str.isdigit, one))) >= _OWN_DIGITS}
    found = set()
    for token in _tokens(text):
        mine = "".join(filter(str.isdigit, token))
        if len(token) >= _OWN and len(mine) >= _OWN_DIGITS and not any(mine in one or one in mine for one in digits):
            found.add(token)
    return frozenset(found)


def holds_own(key: str, text: str) -> bool:
    """Whether a text has a payer's own number."""
    return key in _tokens(text)


def _tokens(text: str) -> list[str]:
    """Letters and digits of what may be a number; days, amounts, accounts and telephones are none."""
    return [compact(token) for token in _TOKEN.findall(blanked(text.upper(), orders=True))]


def counts(shown: int, payments: int) -> bool:
    """Whether a way counts that so many of a payer's confirmed payments show."""
    return shown >= LEAST and shown * SHARE[1] >= payments * SHARE[0]


def _stands(written: str, upper: str) -> bool:
    """Whether a number stands in a text in capitals, whatever signs are within, and is not a piece of a longer one."""
    key = compact(written.upper())
    return len(key) >= _SHORTEST and any(map(str.isdigit, key)) and _pattern(key).search(upper) is not None


@lru_cache(maxsize=4096)
def _pattern(key: str) -> re.Pattern[str]:
    before = r"(?<!\d)" if key[0].isdigit() else r"(?<![^\W_])"
    return re.compile(before + r"[\W_]*".join(map(re.escape, key)) + r"(?![^\W_])")


@lru_cache(maxsize=1024)
def _runs(upper: str) -> tuple[str, ...]:
    return tuple(_RUN.findall(Text(upper).upper))


def _ends(digits: str, run: str) -> bool:
    return _SHORTEST <= len(run) < len(digits) and digits.endswith(run)

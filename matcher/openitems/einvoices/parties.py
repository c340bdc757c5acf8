"""Whose an electronic invoice is in the books: the legal entity that wrote it, and the customer that it was written to."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import polars as pl

from matcher import account_numbers
from matcher.config import Account, Entity
from matcher.errors import MatcherError
from matcher.matching.names.forms import name_key
from matcher.openitems.einvoices.records import EInvoice, Party

TAX_COLUMNS = (
    "vat", "vatid", "vatno", "vatnumber", "vatregno", "taxid", "taxno", "taxnumber", "ustid", "ustidnr", "uid", "siren", "siret",
    "companyid", "registrationnumber", "税号", "纳税人识别号", "统一社会信用代码",
)  # fmt: skip
"""Columns of a customer, beside the contract's, that hold its VAT, tax or register numbers; case, spaces and signs do not count."""

REFERENCE_COLUMNS = ("buyerreference", "leitwegid", "gln", "endpointid", "peppolid")
"""Columns that hold what the customer wants on its invoices: its reference, its Leitweg-ID, its mailbox."""

_PLAIN = re.compile(r"[\W_]+")
Ids = frozenset[str]


def _plain(text: str) -> str:
    return _PLAIN.sub("", text).upper()


class Customers:
    """The customers of the books, to be found by what invoices say of a buyer.

    Args:
        frame: columns of `frames.CUSTOMER`.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame
        self.terms = dict(frame.select("customer_id", "terms").iter_rows())
        self._entity = dict(frame.select("customer_id", "entity").iter_rows())
        self._numbers: dict[str, set[str]] = {}
        self._tax: dict[str, set[str]] = {}
        self._references: dict[str, set[str]] = {}
        self._tax_of: dict[str, set[str]] = {}
        for customer, number, extra in frame.select("customer_id", "customer_no", "extra").iter_rows():
            for one in filter(None, (customer, number)):
                self._numbers.setdefault(one.strip(), set()).add(customer)
            for column, cell in _extra(extra):
                for value in filter(None, map(_plain, cell.split("|"))):
                    if column in TAX_COLUMNS:
                        self._tax.setdefault(value, set()).add(customer)
                        self._tax_of.setdefault(customer, set()).add(value)
                    elif column in REFERENCE_COLUMNS:
                        self._references.setdefault(value, set()).add(customer)

    def __contains__(self, customer: object) -> bool:
        return customer in self.terms

    @cached_property
    def _names(self) -> Mapping[str, set[str]]:
        names: dict[str, set[str]] = {}
        for customer, *written in self._frame.select("customer_id", "name", "trade_name", "alias").iter_rows():
            for name in filter(None, "|".join(filter(None, written)).split("|")):
                names.setdefault(name_key(name), set()).add(customer)
        return names

    def find(self, invoice: EInvoice, entity: str) -> str:
        """Id of the one customer that is the buyer: by tax number, customer number, the buyer's reference or the name, in this order.

        Where several fit, what comes later in this order tells them apart. A customer of whom the books have other tax numbers than the
        invoice says is not it.

        Raises:
            MatcherError: ``invoice.customer`` when none is, several are, or two numbers of the invoice name different ones.
        """
        buyer = invoice.buyer
        tax = {_plain(one) for one in (*buyer.tax_ids, *buyer.ids)} - {""}
        stated = {_plain(one) for one in buyer.tax_ids} - {""}
        ways = {
            "tax number": self._of(self._tax, tax),
            "number": self._of(self._numbers, buyer.numbers) | self._of(self._references, map(_plain, (*buyer.numbers, *buyer.ids))),
            "buyer reference": self._of(self._numbers, [invoice.buyer_reference])
            | self._of(self._references, [_plain(invoice.buyer_reference)]),
            "name": self._of(self._names, [name_key(buyer.name)] if buyer.name else []),
        }
        here = {way: frozenset(c for c in found if self._entity[c] in ("", entity)) for way, found in ways.items()}
        for way in ("number", "buyer reference", "name"):
            here[way] = frozenset(c for c in here[way] if not stated or not self._tax_of.get(c) or self._tax_of[c] & tax)
        self._contradict(invoice, ways | {"name": here["name"]}, here)
        candidates: Ids = frozenset()
        for found in here.values():
            candidates = (candidates & found or candidates) if candidates else found
        if len(candidates) == 1:
            return next(iter(candidates))
        if not candidates:
            raise MatcherError("invoice.customer", f"{_said(buyer)}, the buyer of {invoice.document_no!r}, is no customer of the books")
        named = ", ".join(sorted(candidates)[:5]) + (", ..." if len(candidates) > 5 else "")
        raise MatcherError(
            "invoice.customer", f"{_said(buyer)}, the buyer of {invoice.document_no!r}, may be {len(candidates)} customers: {named}"
        )

    def _of(self, index: Mapping[str, set[str]], keys: Iterable[str]) -> Ids:
        return frozenset(customer for key in keys if key for customer in index.get(key.strip(), ()))

    def _contradict(self, invoice: EInvoice, ways: Mapping[str, Ids], here: Mapping[str, Ids]) -> None:
        """Raises MatcherError when a number says one customer, and something as strong or the name another."""
        for first, second in (("tax number", "number"), ("number", "name"), ("buyer reference", "name")):
            if first != "tax number" and here["tax number"]:
                continue
            if here[first] and ways[second] and not here[first] & ways[second]:
                one, other = sorted(here[first])[0], sorted(ways[second])[0]
                what = f"{_said(invoice.buyer)}, the buyer of {invoice.document_no!r}, is {one} by its {first} and {other} by its {second}"
                raise MatcherError("invoice.customer", what)


def _extra(text: str) -> list[tuple[str, str]]:
    if not text:
        return []
    return [(_PLAIN.sub("", name).lower(), str(cell)) for name, cell in json.loads(text).items() if cell]


def _said(party: Party) -> str:
    """A party in words: the name, and the numbers that it may be found by."""
    numbers = [*(f"VAT id {one}" for one in party.tax_ids[:2]), *(f"number {one}" for one in party.numbers[:2])]
    behind = f" ({', '.join(numbers)})" if numbers else ""
    return f"{party.name!r}{behind}"[:200]


def find_entity(invoice: EInvoice, entities: Sequence[Entity], accounts: Sequence[Account], stated: str = "") -> str:
    """Id of the legal entity that is the seller: by VAT id, by name, or by the bank account to pay to.

    A seller who is none of them is nobody's guess, even where there is only one entity: it may be another company's invoice.

    Args:
        invoice: as it was read.
        entities, accounts: of the books.
        stated: the entity that a person names; it tells several apart and stands for a seller who is none, but contradicts nobody.

    Raises:
        MatcherError: ``invoice.entity`` when none is, several are, another than the stated one is, or the buyer is ours and the seller not.
    """
    seller = invoice.seller
    found = _entities(seller, entities) or _by_account(invoice, entities, accounts)
    if not found and _entities(invoice.buyer, entities):
        what = f"{invoice.document_no!r} was written by {_said(seller)} to us: it is no claim of ours"
        raise MatcherError("invoice.entity", what)
    ids = [one.id for one in found]
    if stated and ids and stated not in ids:
        what = f"{_said(seller)}, the seller of {invoice.document_no!r}, is the entity {ids[0]}, and --entity says {stated}"
        raise MatcherError("invoice.entity", what)
    if stated or len(ids) == 1:
        return stated or ids[0]
    which = f"may be {', '.join(ids)}" if ids else "is no [[entity]]"
    raise MatcherError("invoice.entity", f"{_said(seller)}, the seller of {invoice.document_no!r}, {which}")


def _entities(party: Party, entities: Sequence[Entity]) -> list[Entity]:
    numbers = {_plain(one) for one in (*party.tax_ids, *party.ids)}
    by_number = [one for one in entities if one.vat_id and _plain(one.vat_id) in numbers]
    key = name_key(party.name) if party.name else ""
    tax = {_plain(one) for one in party.tax_ids}
    return by_number or [one for one in entities if key and name_key(one.name) == key and (not one.vat_id or not tax)]


def _by_account(invoice: EInvoice, entities: Sequence[Entity], accounts: Sequence[Account]) -> list[Entity]:
    paid_to = {account_numbers.normal(one) for one in invoice.accounts}
    owners = {account.entity for account in accounts if account_numbers.normal(account.number) in paid_to}
    return [one for one in entities if one.id in owners]

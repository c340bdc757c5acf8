"""Electronic invoices among the files of an import: whose each is, and which of them the books have already."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import polars as pl

from matcher.errors import MatcherError
from matcher.openitems import readers
from matcher.openitems.einvoices import EInvoice, doubles
from matcher.openitems.einvoices.parties import Customers, find_entity
from matcher.openitems.einvoices.rows import PlacedInvoice, sort_out, table
from matcher.openitems.tables import Table
from matcher.pipeline.import_results import PlacedFile
from matcher.pipeline.session import Session
from matcher.states import ItemStatus
from matcher.store import journal


class Named(NamedTuple):
    """What a person says of the documents of an import.

    Attributes:
        entity: the legal entity of those that do not say it; '' for none.
        customer: the buyer of all electronic invoices; '' for whom each of them names.
        distinct: numbers of electronic invoices that are no listed document of the same customer, day and amount.
    """

    entity: str = ""
    customer: str = ""
    distinct: Collection[str] = ()


class PlacedInvoices(NamedTuple):
    """Rows of the open items with where they stand, what each file became, and what is wrong."""

    parts: list[tuple[pl.DataFrame, Table]]
    files: tuple[PlacedFile, ...]
    errors: list[MatcherError]


def place_invoices(session: Session, invoices: Sequence[EInvoice], lists: Sequence[pl.DataFrame], named: Named) -> PlacedInvoices:
    """Gives every invoice its legal entity and its customer, and makes open items of those that the books do not have.

    Args:
        session: the open books.
        invoices: as they were read.
        lists: rows of open items that come in with them; they stand before the invoices.
        named: the seller and the buyer of all invoices, where a person names them.
    """
    if not invoices:
        return PlacedInvoices([], (), [])
    customers = Customers(journal.customers(session.store))
    customer = named.customer
    if customer and customer not in customers:
        error = MatcherError("invoice.customer", f"--customer {customer!r} is no customer of the books", hint="Import the customers first.")
        return PlacedInvoices([], (), [error])
    placed, errors = [], []
    for invoice in invoices:
        try:
            entity = find_entity(invoice, session.config.entity, session.config.account, named.entity)
            owner = customer or customers.find(invoice, entity)
        except MatcherError as error:
            errors.append(error.at(invoice.place))
            continue
        placed.append(PlacedInvoice(invoice, entity, owner, customers.terms[owner]))
    items = journal.items(session.store)
    known = pl.concat([items, *lists], how="diagonal")
    taken, stands, differing = sort_out(placed, known)
    errors += [*differing, *doubles.check(taken, {*stands.values()}, known, items, named.distinct)]
    still_open = known.filter(pl.col("open_amount") != 0, pl.col("status") != ItemStatus.CLOSED)
    claimed = set(still_open.select("entity", "customer_id", "document_no").iter_rows())
    claimed |= {(one.entity, one.customer_id, one.invoice.document_no) for one in taken if one.open_amount}
    files = tuple(_file(one, stands.get(place), claimed) for place, one in enumerate(placed))
    try:
        made = readers.read_table("items", table(taken))
    except MatcherError as error:
        return PlacedInvoices([], files, [*errors, error])
    return PlacedInvoices([(made.frame, made.table)], files, errors)


def _file(one: PlacedInvoice, stands: str | None, claimed: Collection[tuple[str, str, str]]) -> PlacedFile:
    """What became of an invoice. `stands`: the item that the books had of it; `claimed`: entity, customer and number of what is open."""
    named = one.invoice.preceding if one.invoice.document_type != "credit_note" and stands is None else ()
    corrects = tuple(number for number in named if (one.entity, one.customer_id, number) in claimed)
    item_id = stands or one.item_id
    return PlacedFile(
        one.invoice, item_id, one.entity, one.customer_id, one.amount, one.open_amount, known=stands is not None, corrects=corrects
    )

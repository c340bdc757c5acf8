"""Open items as accountants look for them: by customer, by a part of a number or name, by an amount."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.ledger.aging import UNAPPLIED
from matcher.ledger.fold import fold
from matcher.pipeline import lookup
from matcher.pipeline.number_search import NumberPattern, patterns
from matcher.pipeline.session import Session
from matcher.review import cells
from matcher.store import near, open_items
from matcher.store.open_items import Narrowed, Sum, Wanted

SORTS = tuple(open_items.SORTS)
_ACCOUNTS = 5
"""Customers of whom it is said that an amount is all that they owe."""


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """What is asked for; '' and None for no condition.

    Attributes:
        customer: id, number or name.
        search: part of a document number, reference, customer number or customer name.
        amount: decimal text.
        overdue: only debts that were due before today.
        closed: also what has nothing open.
        sort: a word of `SORTS`.
        limit: at most so many rows.
    """

    customer: str = ""
    search: str = ""
    amount: str = ""
    entity: str = ""
    currency: str = ""
    overdue: bool = False
    closed: bool = False
    sort: str = "due"
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An open item, or what is left of a receipt (document type ``unapplied``, amounts below zero). Minor units.

    Attributes:
        days_overdue: days since it was due; 0 while it is not.
        discount: what may be deducted if it is paid today; 0 when nothing. `discount_date` is the last day of it.
        found_by: why an amount that was asked for finds it, in words.
    """

    entity: str
    customer_id: str
    customer_name: str
    item_id: str
    document_no: str
    document_type: str
    issue_date: date
    due_date: date | None
    days_overdue: int
    currency: str
    amount: int
    open: int
    discount: int
    discount_date: date | None
    found_by: str

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        amounts = {name: cells.amount(getattr(self, name), self.currency) for name in ("amount", "open", "discount")}
        return {**cells.plain(self), "due_date": cells.day(self.due_date), "discount_date": cells.day(self.discount_date), **amounts}


@dataclass(frozen=True, slots=True)
class Total:
    """How many of the items that match have something open, and what they come to in a currency; minor units."""

    currency: str
    items: int
    open: int

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {"currency": self.currency, "items": self.items, "open": cells.amount(self.open, self.currency)}


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """The items that match, in order.

    Attributes:
        items: at most as many as were asked for.
        totals: of all that match and have something open.
        matching: how many match in all.
        closed: how many more would with `ItemQuery.closed`.
        notes: what else there is to say, in sentences.
    """

    items: tuple[ListedItem, ...]
    totals: tuple[Total, ...]
    matching: int
    closed: int
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "items": [item.to_dict() for item in self.items], "totals": [total.to_dict() for total in self.totals],
            "matching": self.matching, "closed": self.closed, "notes": list(self.notes),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier day on which items are looked at: the books' state on it, and the days for which discounts were still granted then."""

    state: State
    discount_grace_days: int


def page(session: Session, today: date, query: ItemQuery, past: Past | None = None) -> ItemsPage:
    """The items that match, with what is open of them by all that is known; `today` is the day from which they are overdue.

    Args:
        session: of the command.
        today: the day.
        query: what is asked for.
        past: the state on that day, for what was open then.

    Raises:
        MatcherError: ``customer.unknown``, ``customer.ambiguous``; ``usage.option`` for another entity, currency, sort or limit;
            ``amount.*`` for what is no amount.
    """
    _check(session, query)
    state = past.state if past else None
    notes = list(_find(session, query, state))
    until = today - timedelta(days=past.discount_grace_days if past else session.config.policy.discount_grace_days)
    narrowed = Narrowed(today, until, query.closed, query.overdue)
    why: dict[str, str] = {}
    if query.amount:
        why, said = _of_amount(session, query.amount, narrowed)
        notes += said
        narrowed = Narrowed(today, until, query.closed, query.overdue, tuple(why))
    rows = open_items.page(session.store, narrowed, query.sort, query.limit)
    names = open_items.names_of(session.store, rows["customer_id"].unique().to_list())
    if state is not None:
        names = dict(state.customers.select("customer_id", "name").iter_rows())
    everything = open_items.count(session.store, narrowed, closed=True)
    matching = everything if query.closed else open_items.count(session.store, narrowed, closed=False)
    totals = tuple(Total(*found) for found in open_items.sums(session.store, narrowed))
    items = tuple(_item(row, names, why, today) for row in rows.iter_rows(named=True))
    return ItemsPage(items, totals, matching, everything - matching, tuple(notes))


def _check(session: Session, query: ItemQuery) -> None:
    if query.limit is not None and query.limit < 1:
        raise MatcherError("usage.option", f"a limit of {query.limit} items shows none")
    if query.sort not in SORTS:
        raise MatcherError("usage.option", f"{query.sort!r} is none of {', '.join(SORTS)}")
    for name, value in (("entity", query.entity), ("currency", query.currency)):
        if not value:
            continue
        known = open_items.known_values(session.store, name)
        if name == "entity":
            known = sorted({*known, *(entity.id for entity in session.config.entity)})
        if value not in known:
            raise MatcherError("usage.option", f"no open item is of the {name} {value!r}: it is one of {', '.join(known) or 'none yet'}")


def _find(session: Session, query: ItemQuery, state: State | None) -> Sequence[str]:
    """Finds what matches, in the table that the store keeps; gives what is to be said of how."""
    customer = lookup.customer(session, query.customer) if query.customer else ""
    named = tuple(one.customer_id for one in lookup.customers_like(session, query.search)) if query.search else ()
    tries: Sequence[NumberPattern | None] = patterns(query.search) or [None]
    for pattern in tries:
        wanted = Wanted(
            customer, (pattern.like,) if pattern else (), pattern.confirm if pattern else "", named, bool(query.search),
            query.entity, query.currency,
        )  # fmt: skip
        if state is None:
            _gather(session, wanted, query.search)
        else:
            open_items.look_back(session.store, state.items, wanted)
            _put_credits(session, wanted, query.search, state.credits)
        if open_items.any_found(session.store):
            return [f"Nothing has {query.search!r} in it; this is what has {pattern.text!r}."] if pattern and pattern.shortened else []
    return []


def _gather(session: Session, wanted: Wanted, text: str) -> None:
    """Finds the items and credits that match."""
    store, base = session.store, session.config.books.base_currency
    left = open_items.look(store, wanted)
    if left:
        state = fold(near.facts(store, [], left), date.max, base)
        open_items.put_open(store, state.items.filter(pl.col("item_id").is_in(left)).select("item_id", "open"))
    owners = [wanted.customer_id] if wanted.customer_id else list(wanted.customers) if wanted.searching else None
    lines = open_items.credit_lines(store, owners, text if wanted.searching and not wanted.customer_id else "")
    if not lines:
        return
    credits = fold(near.facts(store, lines), date.max, base).credits
    _put_credits(session, wanted, text, credits.filter(pl.col("line_id").is_in(lines)))


def _put_credits(session: Session, wanted: Wanted, text: str, credits: pl.DataFrame) -> None:
    for name in ("customer_id", "entity", "currency"):
        if getattr(wanted, name):
            credits = credits.filter(pl.col(name) == getattr(wanted, name))
    if wanted.searching:
        # in the bank's reference or the receipt's id, or in the name of whose it is
        numbers = pl.concat_str("document_no", pl.lit(" "), "item_id").str.to_lowercase()
        credits = credits.filter(numbers.str.contains(text.lower(), literal=True) | pl.col("customer_id").is_in(wanted.customers))
    open_items.put_credits(session.store, credits, UNAPPLIED)


def _of_amount(session: Session, text: str, narrowed: Narrowed) -> tuple[dict[str, str], list[str]]:
    """Why each item is found by an amount, and what is said of customers who owe just that."""
    minor = _in_each_currency(text, open_items.currencies(session.store))
    same, less = open_items.of_amount(session.store, minor, narrowed)
    why = dict.fromkeys(same, "open amount")
    why |= {item: "less its discount" for item in less if item not in why}
    accounts = open_items.whole_accounts(session.store, minor, _ACCOUNTS + 1)
    names = open_items.names_of(session.store, [one.customer_id for one in accounts])
    said = []
    for one in accounts[:_ACCOUNTS]:
        why |= {item: f"one of {len(one.items)} that come to it" for item in one.items if item not in why}
        said.append(_whole(one, names, minor[one.currency]))
    if len(accounts) > _ACCOUNTS:
        said.append("More customers owe that in all; name one with --customer.")
    return why, said


def _whole(one: Sum, names: Mapping[str, str], minor: int) -> str:
    whom = " ".join(filter(None, (one.customer_id, names.get(one.customer_id, ""))))
    return f"{money.render(minor, one.currency)} {one.currency} is all that {whom} has open, in {len(one.items)} items."


def _in_each_currency(text: str, currencies: Sequence[str]) -> dict[str, int]:
    """The amount in minor units of each currency that can hold it."""
    found: dict[str, int] = {}
    fault: MatcherError | None = None
    for currency in currencies or ["EUR"]:
        try:
            found[currency] = abs(money.parse(text, currency))
        except MatcherError as error:
            if error.code != "amount.decimals":
                raise
            fault = error
    if fault is not None and not found:
        raise fault
    return found


def _item(row: Mapping[str, Any], names: Mapping[str, str], why: Mapping[str, str], today: date) -> ListedItem:
    due: date = row["due_date"] or row["issue_date"]
    about = {
        "customer_name": names.get(row["customer_id"], ""), "days_overdue": max(0, (today - due).days) if row["open"] else 0,
        "found_by": why.get(row["item_id"], ""),
    }  # fmt: skip
    full: Mapping[str, Any] = {**row, **about}
    return ListedItem(**{name: full[name] for name in ListedItem.__slots__})

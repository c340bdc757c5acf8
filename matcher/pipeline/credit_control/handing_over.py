"""What goes to a collection agency, and what is declared to a credit insurer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from matcher import money
from matcher.credit_control.dunning import DunningItem, dunning
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.pipeline import lookup
from matcher.pipeline.actions import item_notes
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.credit_control import interest
from matcher.pipeline.credit_control.dunning import announced
from matcher.pipeline.credit_control.statements import sender_of
from matcher.pipeline.session import Session
from matcher.pipeline.view import asked_for, whole

LIMIT = "insured_limit"
"""A column of the customer master that holds the insured limit, where matcher.toml has none."""


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """A document that is given to an agency. Minor units; `claim` is what is open less what is disputed or promised."""

    agency: str
    entity: str
    creditor: str
    customer_id: str
    customer_no: str
    name: str
    country: str
    item_id: str
    document_no: str
    issue_date: date
    due_date: date
    days_late: int
    currency: str
    open: int
    claim: int
    interest: int | None
    fixed: int
    fixed_currency: str
    last_level: int
    last_sent: date | None

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "agency": self.agency, "entity": self.entity, "creditor": self.creditor, "customer_id": self.customer_id,
            "customer_no": self.customer_no, "name": self.name, "country": self.country, "item_id": self.item_id,
            "document_no": self.document_no, "issue_date": self.issue_date.isoformat(), "due_date": self.due_date.isoformat(),
            "days_late": self.days_late, "currency": self.currency, "open_amount": money.render(self.open, self.currency),
            "claim": money.render(self.claim, self.currency),
            "interest": "" if self.interest is None else money.render(self.interest, self.currency),
            "fixed": money.render(self.fixed, self.fixed_currency) if self.fixed else "", "fixed_currency": self.fixed_currency,
            "last_level": self.last_level or None, "last_sent": self.last_sent.isoformat() if self.last_sent else "",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeclaredCustomer:
    """What a customer owes a legal entity in a currency, for a credit insurer. Minor units.

    Attributes:
        open: all debts; `overdue` those past due for the days that are declared, `disputed` the part of these that is disputed.
        credits: open credit notes and money that is not applied, below zero.
        limit: the insured limit in minor units of `limit_currency`; None where none is known.
        over: what is open beyond the limit; None where no limit in this currency is known.
    """

    entity: str
    customer_id: str
    name: str
    country: str
    currency: str
    documents: int
    oldest_due: date
    days_late: int
    open: int
    overdue: int
    disputed: int
    credits: int
    limit: int | None
    limit_currency: str
    over: int | None

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        told = {name: getattr(self, name) for name in ("entity", "customer_id", "name", "country", "currency", "documents", "days_late")}
        amounts = {
            f"{name}_amount": money.render(getattr(self, name), self.currency) for name in ("open", "overdue", "disputed", "credits")
        }
        return told | amounts | {
            "oldest_due": self.oldest_due.isoformat(), LIMIT: "" if self.limit is None else money.render(self.limit, self.limit_currency),
            "limit_currency": self.limit_currency, "over_limit": "" if self.over is None else money.render(self.over, self.currency),
        }  # fmt: skip


def placement(
    session: Session, agency: str, items: Sequence[str], as_of: date, customer: str = "", days: int = 0, hold_until: date | None = None
) -> list[PlacedItem]:
    """What is given to an agency: overdue documents for which nothing is on its way, disputed in full, promised or on hold.

    Args:
        session: of the command.
        agency: who gets it.
        items: documents as people name them; () for all that `customer` and `days` let through.
        as_of: the day.
        customer: only this customer's.
        days: days past due at least; 0 for those of the last dunning level.
        hold_until: none of it is dunned before this day.

    Raises:
        MatcherError: ``usage.option`` without an agency's name, and for a document that may not be placed, with why; ``item.*``,
            ``customer.*``, ``policy.*``.
    """
    if not agency.strip():
        raise MatcherError("usage.option", "it is not said who gets the documents")
    then = asked_for(session, as_of).known
    state = whole(session, as_of, then)
    named = [interest.item_of(session, typed) for typed in items]
    least = days or (1 if named else session.config.dunning.levels[-1])
    customer_id = lookup.customer(session, customer) if customer else ""
    found = dunning(state, [least], announced(session, state, then), customer_id, again=True)
    ready = {item.item_id: item for letter in found.letters for item in letter.items}
    why = {item.item_id: item.left_out for item in found.left_out}
    for item_id in named:
        if item_id not in ready:
            raise MatcherError("usage.option", f"item {item_id} is not placed: {why.get(item_id, 'it is not overdue')}")
    chosen = [ready[item_id] for item_id in named] if named else list(ready.values())
    if hold_until is not None and chosen:
        wanted = [AllocationRequest(item.item_id) for item in chosen]
        item_notes.dunning_hold(session, wanted, hold_until, f"placed with {agency.strip()}")
    return _placed(session, state, agency.strip(), chosen)


def _placed(session: Session, state: State, agency: str, items: Sequence[DunningItem]) -> list[PlacedItem]:
    proposals = {one.item_id: one for one in interest.of_state(session, state, [item.item_id for item in items])}
    masters = {row[0]: row[1:] for row in state.customers.select("customer_id", "customer_no", "name", "country").iter_rows()}
    made = []
    for item in items:
        number, name, country = masters.get(item.customer_id, ("", "", ""))
        bears = proposals.get(item.item_id)
        made.append(
            PlacedItem(
                agency, item.entity, sender_of(session, item.entity).name, item.customer_id, number, name, country, item.item_id,
                item.document_no, item.issue_date, item.due_date, item.days_late, item.currency, item.open, item.amount,
                bears.interest if bears else None, bears.fixed if bears else 0, bears.fixed_currency if bears else "", item.last_level,
                item.last_sent,
            )
        )  # fmt: skip
    return made


def declaration(session: Session, as_of: date, days: int = 0) -> list[DeclaredCustomer]:
    """Customers with debts that are past due for so many days, with all that they owe and their insured limit.

    Args:
        session: of the command.
        as_of: the day.
        days: days past due at least; 0 for those of ``[insurance] days``.

    Raises:
        MatcherError: ``config.invalid``, ``amount.*`` for a limit that cannot be read, ``currency.unknown``.
    """
    least = days or session.config.insurance.days
    state = whole(session, as_of, asked_for(session, as_of).known)
    due = pl.col("due_date").fill_null(pl.col("issue_date"))
    late = (pl.lit(as_of) - due).dt.total_days()
    rows = state.items.filter(pl.col("open") != 0, pl.col("issue_date") <= as_of).with_columns(due=due, late=late)
    debt, old = pl.col("open") > 0, (pl.col("open") > 0) & (pl.col("late") >= least)
    contested = pl.min_horizontal("disputed_amount", "open")
    sums = (
        rows.group_by("entity", "customer_id", "currency")
        .agg(
            documents=old.sum(),
            oldest=pl.col("due").filter(old).min(),
            late=pl.col("late").filter(old).max(),
            open=pl.col("open").filter(debt).sum(),
            overdue=pl.col("open").filter(old).sum(),
            disputed=contested.filter(old).sum(),
            credits=pl.col("open").filter(~debt).sum(),
        )
        .filter(pl.col("documents") > 0)
        .sort("customer_id", "entity", "currency")
    )
    unapplied: dict[tuple[str, ...], int] = {}
    for *key, left in state.credits.select("entity", "customer_id", "currency", "open").iter_rows():
        unapplied[tuple(key)] = unapplied.get(tuple(key), 0) + left
    masters = {row[0]: row[1:] for row in state.customers.select("customer_id", "name", "country", "extra").iter_rows()}
    made = []
    for entity, customer, currency, documents, oldest, most, left, overdue, disputed, credits in sums.iter_rows():
        name, country, extra = masters.get(customer, ("", "", ""))
        limit, limit_currency = _limit(session, customer, extra)
        over = max(left - limit, 0) if limit is not None and limit_currency == currency else None
        credits += unapplied.get((entity, customer, currency), 0)
        made.append(
            DeclaredCustomer(
                entity, customer, name, country, currency, documents, oldest, most, left, overdue, disputed, credits, limit,
                limit_currency, over,
            )
        )  # fmt: skip
    return made


def _limit(session: Session, customer: str, extra: str) -> tuple[int | None, str]:
    """The insured limit of a customer and its currency: of matcher.toml, else of the customer master."""
    section = session.config.insurance
    currency = section.currency or session.config.books.base_currency
    told: Decimal | str | None = section.limits.get(customer)
    if told is None and extra:
        told = json.loads(extra).get(LIMIT) or None
    if told is None:
        return None, ""
    return money.parse(f"{told:f}" if isinstance(told, Decimal) else str(told), currency), currency

"""Statements of account: what a customer owes a legal entity, document by document, and how it came to that.

The closing balance is the sum of the movements, and the same sum is what the documents and the credits come to; `AccountStatement.ties`
says whether they do.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher.amounts import total
from matcher.frames import State
from matcher.ledger.item_notes import of_kind
from matcher.states import DecisionKind, MovementKind


@dataclass(frozen=True, slots=True)
class StatementItem:
    """A document that is open. Amounts are minor units; `days_late` is 0 while it is not due."""

    item_id: str
    document_no: str
    document_type: str
    issue_date: date
    due_date: date | None
    days_late: int
    currency: str
    amount: int
    open: int
    disputed: int
    dispute_code: str
    payment_reference: str


@dataclass(frozen=True, slots=True)
class StatementCredit:
    """Money that came and that no document has taken yet: below zero, minor units."""

    item_id: str
    reference: str
    day: date
    currency: str
    open: int


@dataclass(frozen=True, slots=True)
class StatementMovement:
    """What raised or lowered the balance on a day.

    Attributes:
        kind: of a document its type, else ``payment``, ``paid back``, ``cleared``, ``set off``, ``corrected`` or ``booked``.
        document: number of the document; of a payment the bank's reference.
        reason: reason code of what was cleared without cash.
        amount: minor units.
        balance: of the account in this currency after it.
    """

    day: date
    kind: str
    document: str
    reason: str
    currency: str
    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class StatementTotal:
    """An account in one currency, minor units: at the end of the day before `since`, and on the day of the statement.

    `opening` + `moved` = `closing` = `documents` + `credits`; `overdue` and `disputed` are parts of the documents.
    """

    currency: str
    opening: int
    moved: int
    closing: int
    documents: int
    credits: int
    overdue: int
    disputed: int


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """A customer's account with a legal entity as of a day.

    Attributes:
        since: the first day of which movements are listed.
    """

    entity: str
    customer_id: str
    name: str
    as_of: date
    since: date
    items: tuple[StatementItem, ...]
    credits: tuple[StatementCredit, ...]
    movements: tuple[StatementMovement, ...]
    totals: tuple[StatementTotal, ...]

    @property
    def ties(self) -> bool:
        """Whether documents and credits come to the sum of the movements in every currency."""
        return all(one.opening + one.moved == one.closing == one.documents + one.credits for one in self.totals)


def account_statements(state: State, since: date, customers: Collection[str] | None = None) -> list[AccountStatement]:
    """The statements of these customers, or of all that have something open; one for each legal entity, by customer and entity.

    Args:
        state: the books as of a day.
        since: the first day of which movements are listed.
        customers: ids; None for all.
    """
    chosen = pl.lit(value=True) if customers is None else pl.col("customer_id").is_in(list(customers))
    items = _items(state).filter(chosen, pl.col("open") != 0)
    credits = state.credits.filter(chosen)
    moved = _moved(state).filter(chosen)
    keys = pl.concat([frame.select("customer_id", "entity") for frame in (items, credits, *([moved] if customers else []))]).unique()
    names = dict(state.customers.select("customer_id", "name").iter_rows())
    made = []
    for customer_id, entity in keys.sort("customer_id", "entity").iter_rows():
        mine = (pl.col("customer_id") == customer_id) & (pl.col("entity") == entity)
        made.append(
            _statement(state, since, (customer_id, entity, names.get(customer_id, "")), *(f.filter(mine) for f in (items, credits, moved)))
        )
    return made


def _statement(
    state: State, since: date, who: tuple[str, str, str], items: pl.DataFrame, credits: pl.DataFrame, moved: pl.DataFrame
) -> AccountStatement:
    documents = tuple(StatementItem(*row) for row in items.select(StatementItem.__slots__).iter_rows())
    rests = credits.sort("issue_date", "item_id").select("item_id", "document_no", "issue_date", "currency", "open")
    unapplied = tuple(StatementCredit(*row) for row in rests.iter_rows())
    opening: dict[str, int] = {}
    for currency, amount in moved.filter(pl.col("day") < since).select("currency", "amount").iter_rows():
        opening[currency] = opening.get(currency, 0) + amount
    balance, told = dict(opening), []
    shown = moved.filter(pl.col("day") >= since, pl.col("amount") != 0).sort("currency", "day", "order", "document", "key", "reason")
    for day, kind, document, reason, currency, amount in shown.select(StatementMovement.__slots__[:6]).iter_rows():
        balance[currency] = balance.get(currency, 0) + amount
        told.append(StatementMovement(day, kind, document, reason, currency, amount, balance[currency]))
    currencies = sorted({*items["currency"], *credits["currency"], *balance})
    totals = tuple(_total(one, opening.get(one, 0), balance.get(one, 0), documents, unapplied) for one in currencies)
    customer_id, entity, name = who
    return AccountStatement(entity, customer_id, name, state.as_of, since, documents, unapplied, tuple(told), totals)


def _total(
    currency: str, opening: int, closing: int, items: tuple[StatementItem, ...], credits: tuple[StatementCredit, ...]
) -> StatementTotal:
    mine = [item for item in items if item.currency == currency]
    unapplied = sum(one.open for one in credits if one.currency == currency)
    overdue = sum(item.open for item in mine if item.days_late > 0 and item.open > 0)
    open_now = sum(item.open for item in mine)
    disputed = sum(item.disputed for item in mine)
    return StatementTotal(currency, opening, closing - opening, closing, open_now, unapplied, overdue, disputed)


def _items(state: State) -> pl.DataFrame:
    codes = of_kind(state.item_notes, DecisionKind.DISPUTE).select("item_id", dispute_code="code")
    due = pl.col("due_date").fill_null(pl.col("issue_date"))
    late = (pl.lit(state.as_of) - due).dt.total_days().clip(lower_bound=0)
    return (
        state.items.filter(pl.col("issue_date") <= state.as_of)
        .join(codes, on="item_id", how="left", maintain_order="left")
        .with_columns(
            days_late=late,
            # what is in dispute is never more than what is open
            disputed=pl.min_horizontal("disputed_amount", pl.col("open").clip(lower_bound=0)).fill_null(0),
            dispute_code=pl.col("dispute_code").fill_null(""),
        )
        .sort(due, "issue_date", "document_no", "item_id")
    )


_PAYING = (MovementKind.CASH, MovementKind.UNAPPLIED, MovementKind.REFUND, MovementKind.RETURN, MovementKind.SET_OFF, MovementKind.REVERSAL)


def _moved(state: State) -> pl.DataFrame:
    """The movements as a customer sees them: a receipt is one payment, however it was applied, and what only moves within is none."""
    number = pl.when(pl.col("document_no") == "").then("item_id").otherwise("document_no")
    documents = state.items.select("item_id", "document_type", number=number)
    references = state.lines.select("line_id", "bank_reference")
    of_line = pl.col("kind").is_in(_PAYING) & (pl.col("line_id") != "")
    within = pl.col("kind").is_in(_PAYING) & (pl.col("line_id") == "")
    rows = (
        state.movements.join(documents, on="item_id", how="left")
        .join(references, on="line_id", how="left")
        .with_columns(
            day="effective_date",
            key=pl.when(of_line).then("line_id").when(within).then("decision_id").otherwise("item_id"),
            group=pl.when(of_line).then(pl.lit("money")).when(within).then(pl.lit("set off")).otherwise("kind"),
            document=pl.when(of_line).then("bank_reference").when(within).then(pl.lit("")).otherwise("number").fill_null(""),
        )
    )
    grouped = rows.group_by("customer_id", "entity", "currency", "day", "group", "key", "document", "reason").agg(
        pl.col("document_type").min(), amount=total(pl.col("amount"))
    )
    group, amount = pl.col("group"), pl.col("amount")
    kind = (
        pl.when(group == "money")
        .then(pl.when(amount < 0).then(pl.lit("payment")).otherwise(pl.lit("paid back")))
        .when(group == "set off")
        .then(pl.lit("set off"))
        .when(group == MovementKind.ISSUE)
        .then("document_type")
        .when(group == MovementKind.ADJUSTMENT)
        .then(pl.lit("cleared"))
        .otherwise(pl.lit("booked"))
    )
    order = pl.when(group == MovementKind.ISSUE).then(0).when(group == "money").then(1).otherwise(2)
    return grouped.with_columns(kind=kind, order=order)

"""How each customer stands: what is open, due, disputed and promised, what he paid last and how late, and when money may be expected.

One row for each customer of a legal entity in a currency, also of those who owe nothing any more: who keeps these rows elsewhere, such as
a CRM, finds each by its key and writes the new one over it.
"""

import hashlib
from enum import StrEnum

import polars as pl

from matcher.amounts import total
from matcher.frames import Schema, State
from matcher.ledger.aging import aging
from matcher.ledger.figures.habits import expected, payers
from matcher.ledger.figures.payments import KEY
from matcher.ledger.figures.ratio import fixed
from matcher.ledger.item_notes import of_kind
from matcher.states import NOT_RECEIVABLE, DecisionKind, LineState

_SEPARATOR = "\x1f"


class Standing(StrEnum):
    """How a customer stands. OVERDUE: something is due and not disputed. DISPUTED: all that is due is disputed."""

    SETTLED = "settled"
    NOT_DUE = "not_due"
    OVERDUE = "overdue"
    DISPUTED = "disputed"


STATUS: Schema = {
    "key": pl.String(),  # `key_of`: never changes
    "as_of": pl.Date(),
    **dict.fromkeys((*KEY[:2], "customer_no", "customer_name", "currency", "standing"), pl.String()),
    "open_amount": pl.Int64(),  # debts; never less for what a credit holds
    "overdue_amount": pl.Int64(),
    "disputed_amount": pl.Int64(),
    "credit_amount": pl.Int64(),  # credit notes and money on account, below zero
    "balance": pl.Int64(),  # the sum of debts and credits
    "oldest_due_date": pl.Date(),  # of what is open
    "days_late": pl.Int64(),  # days since then; 0 while nothing is due
    "last_payment_date": pl.Date(),
    "last_payment_amount": pl.Int64(),  # of all receipts of that day
    "usual_days_late": pl.String(),  # of documents paid in the last 52 weeks, one place; '' where none was
    "promised_amount": pl.Int64(),
    "promised_date": pl.Date(),  # the earliest one; before the day when it was not kept
    "expected_amount": pl.Int64(),  # of what is expected on the next day on which something is
    "expected_date": pl.Date(),
}
"""Columns of `customer_status`."""

STATUS_AMOUNTS = (
    "open_amount", "overdue_amount", "disputed_amount", "credit_amount", "balance", "last_payment_amount", "promised_amount",
    "expected_amount",
)  # fmt: skip


def key_of(entity: str, customer_id: str, currency: str) -> str:
    """Stable key of a row: the first 20 hex digits of SHA-256 over entity, customer and currency, joined by U+001F."""
    return hashlib.sha256(_SEPARATOR.join((entity, customer_id, currency)).encode(errors="surrogatepass")).hexdigest()[:20]


def customer_status(state: State, discount_grace_days: int = 0) -> pl.DataFrame:
    """How each customer stands on the day of the state; columns of `STATUS`, by entity, customer and currency.

    Args:
        state: the books as of a day.
        discount_grace_days: days after the discount date on which a discount still counts as earned.
    """
    owed, paid = _owed(state), _last_payments(state)
    known = payers(state, discount_grace_days)
    habits = pl.DataFrame(
        [(one.entity, one.customer_id, one.currency, fixed(one.late.value, 1) if one.late.value is not None else "") for one in known],
        schema={**dict.fromkeys(KEY, pl.String()), "usual_days_late": pl.String()}, orient="row",
    )  # fmt: skip
    parts = (owed, paid, habits, _first(expected(state, known).rename({"open": "amount"}), "expected"), _promised(state))
    keys = pl.concat([_whoever(state), *(part.select(KEY) for part in parts)]).filter(pl.col("customer_id") != "").unique()
    rows = keys.join(_names(state), on="customer_id", how="left")
    for part in parts:
        rows = rows.join(part, on=KEY, how="left", nulls_equal=True)
    amounts = [pl.col(name).fill_null(0) for name in ("open_amount", "overdue_amount", "disputed_amount", "credit_amount", "due_disputed")]
    rows = rows.with_columns(*amounts, pl.col("customer_no", "customer_name", "usual_days_late").fill_null(""))
    late = (pl.lit(state.as_of) - pl.col("oldest_due_date")).dt.total_days().clip(lower_bound=0).fill_null(0)
    made = rows.with_columns(
        key=pl.Series([key_of(*row) for row in rows.select(KEY).iter_rows()], dtype=pl.String),
        as_of=pl.lit(state.as_of),
        days_late=late,
        balance=pl.col("open_amount") + pl.col("credit_amount"),
        standing=_standing(),
    )
    return made.select(pl.col(name).cast(kind) for name, kind in STATUS.items()).sort(KEY)


def _standing() -> pl.Expr:
    return (
        pl.when(pl.col("open_amount") == 0)
        .then(pl.lit(Standing.SETTLED.value))
        .when(pl.col("overdue_amount") == 0)
        .then(pl.lit(Standing.NOT_DUE.value))
        .when(pl.col("due_disputed") == pl.col("overdue_amount"))
        .then(pl.lit(Standing.DISPUTED.value))
        .otherwise(pl.lit(Standing.OVERDUE.value))
    )


def _owed(state: State) -> pl.DataFrame:
    """What is open by customer: sums of the rows of the aging."""
    amount, disputed, due = pl.col("open_amount"), pl.col("disputed_amount"), pl.col("days_past_due") > 0
    debt = amount > 0
    return (
        aging(state)
        .with_columns(due_on=pl.coalesce("due_date", "issue_date"))
        .group_by(KEY)
        .agg(
            open_amount=total(amount.filter(debt)),
            overdue_amount=total(amount.filter(debt, due)),
            disputed_amount=total(disputed),
            due_disputed=total(disputed.filter(due)),
            credit_amount=total(amount.filter(~debt)),
            oldest_due_date=pl.col("due_on").filter(debt).min(),
        )
    )


def _last_payments(state: State) -> pl.DataFrame:
    """The latest day on which a customer's money came, and how much it was. What the bank took back is none."""
    returned = state.lines.filter(pl.col("amount") < 0, pl.col("state") == LineState.POSTED, pl.col("other_line") != "")
    receipts = state.lines.filter(
        pl.col("amount") > 0, pl.col("state") == LineState.POSTED, pl.col("customer_id") != "", ~pl.col("outcome").is_in(NOT_RECEIVABLE)
    ).join(returned.select(line_id="other_line"), on="line_id", how="anti")
    latest = receipts.filter(pl.col("booking_date") == pl.col("booking_date").max().over(KEY))
    return latest.group_by(KEY).agg(last_payment_date=pl.col("booking_date").first(), last_payment_amount=total(pl.col("amount")))


def _promised(state: State) -> pl.DataFrame:
    """The earliest promised day of what is still open and what is promised for it, no more of an item than is open."""
    said = of_kind(state.item_notes, DecisionKind.PROMISE).select("item_id", "until", promise="amount")
    due = said.join(state.items.filter(pl.col("open") > 0).select(*KEY, "item_id", "open"), on="item_id")
    return _first(due.with_columns(amount=pl.min_horizontal("promise", "open")).rename({"until": "promised"}), "promised")


def _first(rows: pl.DataFrame, what: str) -> pl.DataFrame:
    """The first day of each customer, as ``WHAT_date``, and the amounts of that day, as ``WHAT_amount``."""
    first = rows.filter(pl.col(what) == pl.col(what).min().over(KEY))
    return first.group_by(KEY).agg(**{f"{what}_date": pl.col(what).first(), f"{what}_amount": total(pl.col("amount"))})


def _whoever(state: State) -> pl.DataFrame:
    """Everybody who ever had a document here."""
    return state.items.filter(pl.col("issue_date") <= state.as_of).select(KEY)


def _names(state: State) -> pl.DataFrame:
    """Names by customer; of one that is listed twice the first in alphabetical order."""
    return state.customers.group_by("customer_id").agg(customer_no=pl.col("customer_no").min(), customer_name=pl.col("name").min())

"""`export matches`: what every bank line was applied to."""

import polars as pl

from matcher.exports.people import PEOPLE, with_names
from matcher.exports.tables import Report
from matcher.frames import State

COLUMNS = (
    "line_id", "account", "bank_reference", "booking_date", "line_amount", "currency", "item_id", "document_no", "entity", "customer_id",
    "amount_applied", "adjustment_amount", "adjustment_reason", "state", "outcome", "confidence", "margin", "rule", "decision_id", "actor",
    "run_by", *PEOPLE,
)  # fmt: skip
"""Columns of `matches`. Contract, section 4."""


def matches(state: State) -> Report:
    """`of_lines` of all lines of the books as of a day."""
    return of_lines(state.lines, state.items, state.allocations, state.customers)


def of_lines(lines: pl.DataFrame, items: pl.DataFrame, allocations: pl.DataFrame, customers: pl.DataFrame) -> Report:
    """One row for each allocation, posted and proposed, and one row for each line without any.

    Args:
        lines, items, allocations, customers: of the books as of a day, as in a `State`.

    Returns:
        The columns of `COLUMNS`. line_amount and amount_applied are in the line's currency, adjustment_amount in the item's;
        confidence and margin from 0 to 1, empty when there is none. A line without allocations has empty item columns and zero
        amounts. Ordered by account, booking_date, line_id, document_no, item_id.
    """
    about = lines.select(
        "line_id", "account", "bank_reference", "booking_date", "outcome", "confidence", "margin", "currency", line_amount="amount",
        payer="counterparty_name", text="remittance_information",
    )  # fmt: skip
    named = items.select("item_id", "document_no", "entity", "customer_id", item_currency="currency")
    taken = allocations.select(
        "line_id", "item_id", "state", "rule", "decision_id", "actor", "run_by", "ordinal", "adjustment_reason",
        amount_applied="amount", adjustment_amount="adjustment",
    )  # fmt: skip
    allocated = taken.join(named, on="item_id", how="left")
    bare = lines.join(taken, on="line_id", how="anti").select(
        "line_id", "state", "rule", "decision_id", "actor", "run_by",
        amount_applied=pl.lit(0, pl.Int64), adjustment_amount=pl.lit(0, pl.Int64),
    )  # fmt: skip
    rows = (
        pl.concat([allocated, bare], how="diagonal")
        .join(about, on="line_id")
        .with_columns(pl.col("item_currency").fill_null(pl.col("currency")))
    )
    # Sorting the positions and gathering once is three times faster than sorting twenty columns.
    ordered = rows[
        rows.select(pl.arg_sort_by("account", "booking_date", "line_id", "document_no", "item_id", "decision_id", "ordinal")).to_series()
    ]
    people = with_names(ordered, customers).with_columns(
        pl.col("item_id", "document_no", "entity", "customer_id", "adjustment_reason").fill_null("")
    )
    amounts = {"line_amount": "currency", "amount_applied": "currency", "adjustment_amount": "item_currency"}
    return Report(people, amounts, ("confidence", "margin"), columns=COLUMNS, totals=("amount_applied",))

"""`export aging`, `export discrepancies` and `export bridge`: reports of the ledger with what people and base currency add to them."""

from datetime import date

import polars as pl

from matcher.exports.people import PEOPLE, with_lines, with_names
from matcher.exports.tables import Report
from matcher.frames import Owed, State
from matcher.ledger.aging import AGING, AGING_AMOUNTS
from matcher.ledger.bridge import BRIDGE, Step
from matcher.ledger.conversion import ClosingRates
from matcher.ledger.discrepancies import DISCREPANCY, DISCREPANCY_AMOUNTS
from matcher.ledger.unapplied import PREFIX

AGING_COLUMNS = (*AGING, "age_days", *PEOPLE, "base_currency", "base_open_amount", "per_base", "rate_date")
"""Columns of `aged`. Contract, section 4, and behind them what people read and the base currency."""
DISCREPANCY_COLUMNS = (*DISCREPANCY, *PEOPLE)
BRIDGE_COLUMNS = (*BRIDGE, "first_day", "last_day", "customer_name")


def aged(rows: pl.DataFrame, owing: Owed, rates: ClosingRates) -> Report:
    """Rows of `ledger.aging.aging` with names, and with what is open in the base currency at the closing rate.

    Args:
        rows: columns of `AGING`.
        owing: what they are of.
        rates: of its day. An item whose currency has none has no amount in the base currency, and there is then no sum of it.
    """
    known = [(rate.currency, rate.per_base, rate.day) for rate in rates.used(rows["currency"].unique())]
    told = pl.DataFrame(known, schema={"currency": pl.String(), "per_base": pl.String(), "rate_date": pl.Date()}, orient="row")
    unapplied = pl.col("item_id").str.starts_with(PREFIX)
    lined = rows.with_columns(line_id=pl.when(unapplied).then(pl.col("item_id").str.slice(len(PREFIX))).otherwise(pl.lit("")))
    people = with_lines(with_names(lined, owing.customers), owing.lines)
    frame = rates.converted(people, ["open_amount"], "base_").join(told, on="currency", how="left", maintain_order="left").with_columns(
        pl.col("per_base").fill_null(""),
        age_days=(pl.lit(owing.as_of) - pl.col("issue_date")).dt.total_days(),
        base_currency=pl.lit(rates.base),
    )  # fmt: skip
    amounts = AGING_AMOUNTS | {"base_open_amount": "base_currency"}
    whole = frame["base_open_amount"].null_count() == 0
    totals = ("open_amount", "disputed_amount", *(["base_open_amount"] if whole else []))
    return Report(frame, amounts, numbers=("per_base",), columns=AGING_COLUMNS, totals=totals)


def differing(rows: pl.DataFrame, state: State) -> Report:
    """Rows of `ledger.discrepancies.discrepancies` with names."""
    columns = ("line_id", "counterparty_name", "remittance_information")
    people = with_lines(with_names(rows, state.customers), pl.concat([state.lines.select(columns), state.excluded.select(columns)]))
    return Report(people, DISCREPANCY_AMOUNTS, columns=DISCREPANCY_COLUMNS, totals=("cash_applied", "adjustment"))


def bridged(rows: pl.DataFrame, customers: pl.DataFrame, first: date, last: date) -> Report:
    """Rows of `ledger.bridge.bridge` with names. On a sheet each closing balance is the sum of the rows above it."""
    named = with_names(rows, customers).with_columns(first_day=pl.lit(first), last_day=pl.lit(last))
    begins, sums = 0, {}
    for place, step in enumerate(rows["step"]):
        if step == Step.OPENING:
            begins = place
        elif step == Step.CLOSING:
            sums[place] = begins
    return Report(named, {"amount": "currency"}, columns=BRIDGE_COLUMNS, sums=sums)

"""What is left to do: lines that wait, money to pay back, discounts taken too late, payments that came back."""

from collections.abc import Mapping

import polars as pl

from matcher import money
from matcher.amounts import render, totals
from matcher.exports.pack.record import Check, Checks, Column, Kind, Section, Table
from matcher.ledger.discrepancies import discrepancies
from matcher.pipeline.pack.month import Month
from matcher.states import NOT_RECEIVABLE, SURPLUS, AllocationState, DecisionKind, LineState

_LINE_COLUMNS = (
    Column("line_id", "line", Kind.ID), Column("account", "account"), Column("booking_date", "booked", Kind.DATE),
    Column("age", "days", Kind.COUNT), Column("counterparty_name", "payer", Kind.WIDE), Column("remittance_information", "text", Kind.WIDE),
)  # fmt: skip


def exceptions(month: Month) -> Section:
    """Every line that waits for a person on the last day, however old it is, with what is proposed and who has it."""
    lines = month.state.lines
    waits = (pl.col("state") == LineState.PROPOSED) | ((pl.col("state") == LineState.NONE) & ~pl.col("outcome").is_in(NOT_RECEIVABLE))
    held = (
        month.state.decisions.filter("live", pl.col("kind") == DecisionKind.HOLD)
        .sort("batch", "ordinal").group_by("line_id").agg(until=pl.col("until").last())
    )  # fmt: skip
    rows = (
        lines.filter(waits).join(_proposed(month), on="line_id", how="left").join(held, on="line_id", how="left")
        .with_columns(
            age=(pl.lit(month.last) - pl.col("booking_date")).dt.total_days(),
            owner=_by_line(month.follow.owners), note=_by_line(month.follow.notes), action=pl.col("action").fill_null(""),
        )
        .sort("currency", "age", "amount", "line_id", descending=[False, True, True, False])
    )  # fmt: skip
    columns = (
        *_LINE_COLUMNS, Column("amount", "amount", Kind.AMOUNT, total=True, strong=True), Column("currency", "currency"),
        Column("outcome", "outcome", Kind.WORD), Column("action", "proposed", Kind.WIDE), Column("reason", "why it waits", Kind.SENTENCE),
        Column("owner", "owner"), Column("until", "on hold until", Kind.DATE), Column("note", "note", Kind.WIDE),
    )  # fmt: skip
    table = Table("Waiting", "Lines that wait, the oldest first", columns, rows, empty="No line waits.")
    amounts = ", ".join(f"{money.grouped(int(money.parse(text, code)), code)} {code}" for code, text in totals(rows, "amount").items())
    placed = Check("every line is placed", not rows.height, f"{rows.height} wait: {amounts}" if rows.height else "")
    return Section(
        "exceptions",
        "Waiting for a person",
        (Checks("", (placed,)), table),
        "matcher queue; matcher explain LINE says why each of them waits",
    )


def _by_line(texts: Mapping[str, str]) -> pl.Expr:
    """What is said of the row's line; '' of any other."""
    return pl.col("line_id").replace_strict(dict(texts), default="", return_dtype=pl.String()) if texts else pl.lit("")


def _proposed(month: Month) -> pl.DataFrame:
    """By line: documents and amounts that are proposed."""
    shares = month.state.allocations.filter(pl.col("state") == AllocationState.PROPOSED)
    numbers = month.state.items.select("item_id", "document_no")
    named = shares.join(numbers, on="item_id", how="left", maintain_order="left").sort("line_id", "ordinal")
    texts = render(named.with_columns(cash=pl.col("amount")), {"cash": "currency"})
    number = pl.when(pl.col("document_no").fill_null("") != "").then("document_no").otherwise("item_id")
    return texts.group_by("line_id", maintain_order=True).agg(action=pl.concat_str(number, "cash", separator=" ").str.join(", "))


def refunds(month: Month) -> Section:
    """Receipts that are more than documents took: to pay back, to apply, to ask about."""
    lines = month.state.lines.select("line_id", "outcome", "counterparty_name", "remittance_information", "account", "reason")
    rows = (
        month.state.credits.join(lines, on="line_id", how="left")
        .with_columns(
            name=pl.col("customer_id").replace_strict(month.names, default="", return_dtype=pl.String()),
            age=(pl.lit(month.last) - pl.col("issue_date")).dt.total_days(),
            due=pl.when(~pl.col("posted")).then(pl.lit("decide first"))
            .when(pl.col("outcome").is_in(SURPLUS)).then(pl.lit("pay back or apply")).otherwise(pl.lit("apply or ask")),
            first=pl.col("posted").not_().cast(pl.Int8) + (~pl.col("outcome").is_in(SURPLUS)).cast(pl.Int8),
            rest=-pl.col("open"), received=-pl.col("amount"), owner=_by_line(month.follow.owners), booking_date="issue_date",
        )
        .sort("first", "due", "currency", "open", "item_id", "customer_id")
    )  # fmt: skip
    columns = (
        Column("due", "what to do", Kind.WORD),
        Column("entity", "entity"),
        Column("customer_id", "customer"),
        Column("name", "name", Kind.WIDE),
        Column("booking_date", "booked", Kind.DATE),
        Column("age", "days", Kind.COUNT),
        Column("outcome", "outcome", Kind.WORD),
        Column("received", "received", Kind.AMOUNT),
        Column("rest", "unapplied", Kind.AMOUNT, total=True, strong=True),
        Column("currency", "currency"),
        Column("counterparty_name", "payer", Kind.WIDE, workbook=True),
        Column("remittance_information", "text", Kind.WIDE),
        Column("owner", "owner"),
        Column("line_id", "line", Kind.ID),
    )
    table = Table("Unapplied", "Unapplied receipts: what to pay back first", columns, rows, empty="Nothing is unapplied.")
    return Section(
        "refunds",
        "Refunds due and unapplied receipts",
        (table,),
        "matcher export aging, rows of the type unapplied; matcher refund, set-off and allocate place them",
        "Overpayments, double payments and payments of closed documents are to be paid back or applied; the rest was put on account.",
    )


def findings(month: Month) -> Section:
    """Discounts beyond their terms and payments that came back, on lines of the month."""
    rows = discrepancies(
        month.state, month.follow.owners, notes=month.follow.notes, buckets=month.buckets, discount_grace_days=month.discount_grace_days
    )
    about = month.state.lines.select("line_id", "booking_date", "counterparty_name", line_amount="amount")
    named = rows.join(about, on="line_id", how="left", maintain_order="left").with_columns(
        name=pl.col("customer_id").replace_strict(month.names, default="", return_dtype=pl.String())
    )
    in_month = named.filter(pl.col("booking_date").is_between(month.first, month.last))
    order = ("currency", "booking_date", "entity", "customer_id", "item_id", "line_id", "decision_id")
    shared = (
        Column("booking_date", "booked", Kind.DATE),
        Column("entity", "entity"),
        Column("customer_id", "customer"),
        Column("name", "name", Kind.WIDE),
    )
    discounts = Table(
        "Unearned discounts", "Discounts beyond their terms",
        (*shared, Column("document_no", "document"), Column("cash_applied", "cash", Kind.AMOUNT, total=True),
         Column("adjustment", "allowed", Kind.AMOUNT, total=True), Column("open_after", "left open", Kind.AMOUNT, total=True, strong=True),
         Column("currency", "currency"), Column("note", "note", Kind.SENTENCE),
         Column("owner", "owner"), Column("line_id", "line", Kind.ID)),
        in_month.filter(pl.col("type") == "unearned_discount").sort(order),
    )  # fmt: skip
    returned = Table(
        "Returns", "Payments that the bank returned",
        (*shared, Column("counterparty_name", "payer", Kind.WIDE), Column("line_amount", "amount", Kind.AMOUNT, total=True, strong=True),
         Column("currency", "currency"), Column("reason", "reason", Kind.SENTENCE), Column("note", "note", Kind.SENTENCE),
         Column("owner", "owner"),
         Column("line_id", "line", Kind.ID)),
        in_month.filter(pl.col("type") == "returned").sort(order),
    )  # fmt: skip
    return Section(
        "findings",
        "Discounts and returns",
        (discounts, returned),
        "matcher export discrepancies, types unearned_discount and returned",
        breaks=False,
    )

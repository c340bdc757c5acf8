"""What is left of posted receipts, offered against invoices of the same customer. A person decides: nothing of this is ever posted."""

from collections.abc import Collection

import polars as pl

from matcher import frames, money
from matcher.states import LineState, Outcome


def offers(
    credits: pl.DataFrame, items: pl.DataFrame, taken: Collection[str], refused: Collection[tuple[str, frozenset[str]]]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Findings and proposals for credits that fit an invoice.

    A credit is offered against the one invoice of exactly its amount, the earliest due of several; else against the earliest due
    invoice that is younger than the credit, as far as it goes.

    Args:
        credits: columns of `frames.STATE_CREDIT`: what is left of posted receipts.
        items: item_id, entity, customer_id, currency, document_no, issue_date, due_date, ``open`` and open_amount, as they stand now.
        taken: items that are proposed for another line.
        refused: lines with sets of items that a person refused or took back.

    Returns:
        Columns of `frames.FINDING` and of `frames.ALLOCATION`.
    """
    if not credits.height:
        return frames.empty(frames.FINDING), frames.empty(frames.ALLOCATION)
    debts = items.filter(pl.col("open") > 0, ~pl.col("item_id").is_in(list(taken))).select(
        "item_id", "entity", "customer_id", "currency", "document_no", "open_amount", issued="issue_date",
        due=pl.col("due_date").fill_null(pl.col("issue_date")), debt="open",
    )  # fmt: skip
    pairs = (
        credits.filter(pl.col("open") < 0)
        .select("line_id", "entity", "customer_id", "currency", "issue_date", left=-pl.col("open"))
        .join(debts, on=["entity", "customer_id", "currency"])
        .with_columns(exact=pl.col("debt") == pl.col("left"))
        .filter(pl.col("exact") | (pl.col("issued") > pl.col("issue_date")))
    )
    if refused:
        alone = {(line_id, next(iter(ids))) for line_id, ids in refused if len(ids) == 1}
        pairs = pairs.filter(pl.Series([pair not in alone for pair in pairs.select("line_id", "item_id").iter_rows()], dtype=pl.Boolean))
    best = pairs.sort("line_id", pl.col("exact").not_(), "due", "item_id").unique("line_id", keep="first", maintain_order=True)
    # of two credits the older one gets the invoice
    best = best.sort("issue_date", "line_id").unique("item_id", keep="first", maintain_order=True).sort("line_id")
    return _findings(best), _proposals(best)


def _findings(best: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for line_id, customer, left, currency, name, item_id, debt in best.select(
        "line_id", "customer_id", "left", "currency", "document_no", "item_id", "debt"
    ).iter_rows():
        has, open_ = money.render(left, currency), money.render(debt, currency)
        reason = f"{has} {currency} of this receipt are on account, and {name or item_id} over {open_} {currency} is open"
        rows.append((line_id, Outcome.ON_ACCOUNT, LineState.PROPOSED, customer, "", None, None, "", "", None, "", "", "", reason, ""))
    return frames.of_rows(rows, frames.FINDING)


def _proposals(best: pl.DataFrame) -> pl.DataFrame:
    amount = pl.min_horizontal("left", "debt")
    return best.select(
        decision_id=pl.concat_str(pl.lit("offer-"), "line_id"), ordinal=pl.lit(0, pl.Int64), line_id="line_id", item_id="item_id",
        amount=amount, currency="currency", item_amount=amount, adjustment=pl.lit(0, pl.Int64), adjustment_reason=pl.lit(""),
        item_open="open_amount",
    )  # fmt: skip

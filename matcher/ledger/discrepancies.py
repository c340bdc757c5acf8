"""Where money and documents disagree: the rows that go to the aging ledger's follow-up list.

Every number in a row is booked. What is only proposed stands in the note and moves no amount, so that ``open_after`` always
agrees with `matcher.ledger.aging`. In each row open_before - cash_applied - adjustment = open_after.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import polars as pl

from matcher import terms
from matcher.amounts import render, running, total
from matcher.frames import Schema, State, empty
from matcher.ledger.aging import BUCKETS, bucket, days_past_due
from matcher.ledger.item_notes import of_kind
from matcher.ledger.replaced_documents import replaced_documents
from matcher.money import PPM
from matcher.states import NOT_RECEIVABLE, SURPLUS, AllocationState, DecisionKind, LineState, Outcome

DISCREPANCY: Schema = {
    "as_of": pl.Date(),
    "entity": pl.String(),
    "customer_id": pl.String(),
    "item_id": pl.String(),
    "document_no": pl.String(),
    "currency": pl.String(),
    "open_before": pl.Int64(),
    "cash_applied": pl.Int64(),
    "adjustment": pl.Int64(),
    "reason": pl.String(),
    "open_after": pl.Int64(),
    "bucket": pl.String(),
    "days_past_due": pl.Int64(),
    "type": pl.String(),
    "line_id": pl.String(),
    "decision_id": pl.String(),
    "owner": pl.String(),
    "note": pl.String(),
}
"""Columns of `discrepancies`. Contract, section 4."""

DISCREPANCY_AMOUNTS = dict.fromkeys(("open_before", "cash_applied", "adjustment", "open_after"), "currency")
"""Columns of minor units and the column of their currency, for `matcher.amounts.render`."""

GAP: Schema = {
    "account": pl.String(),
    "entity": pl.String(),
    "currency": pl.String(),
    "date": pl.Date(),  # first day of the statement after the gap
    "closing": pl.Int64(),  # of the statement before the gap
    "opening": pl.Int64(),  # of the statement after it
    "missing": pl.String(),  # numbers of the statements between them, '' where the bank's numbers do not tell
}
"""A break in an account's chain of statements."""

DISCOUNT_REASONS = frozenset({"discount", "disc_earned"})
UNEARNED_REASONS = frozenset({"unearned_discount", "disc_unearned"})
EXCHANGE_REASONS = frozenset({"exchange_difference", "fx"})
"""Adjustment reasons, folded by `_folded`, that are a type of their own; any other reason is a short payment."""

PROPOSED = "Proposed, not booked: "
_KEYS = ("entity", "customer_id", "item_id", "document_no", "line_id", "decision_id", "due", "type", "note")


def discrepancies(
    state: State,
    owners: Mapping[str, str] | None = None,
    *,
    notes: Mapping[str, str] | None = None,
    gaps: pl.DataFrame | None = None,
    buckets: Sequence[int] = BUCKETS,
    discount_grace_days: int = 0,
) -> pl.DataFrame:
    """All discrepancies of the books as of a day, in the columns of `DISCREPANCY`.

    Args:
        state: the books as of a day.
        owners: who follows a row up: by line_id, else by item_id, else by customer_id.
        notes: what people noted, by line_id; it is added to the row's note.
        gaps: breaks in the chains of statements, in the columns of `GAP`.
        buckets: last day of each aging bucket.
        discount_grace_days: days after the discount date on which a discount still counts as earned.

    Returns:
        One row for each payment of an item and type (``partial``, ``short_pay``, ``overpay`` by adjustment, ``wrong_payer``,
        ``currency``, ``unearned_discount``), one for each line and type (``overpay``, ``unexplained``, ``duplicate``,
        ``returned``), one for each gap (``statement_gap``, without amounts), one for each item of which a person has recorded
        that it is disputed (``disputed``). In the rows of a line the amounts are the line's
        as a credit: open_before is minus its amount, open_after minus what is not applied; item_id names the item when the
        line touches exactly one. Minor units; days_past_due is signed as in `aging`.
    """
    parts = [
        _of_payments(_payments(state, discount_grace_days)),
        _of_lines(state),
        _of_gaps(gaps),
        _of_replaced(state),
        _of_disputes(state),
    ]
    rows = pl.concat([empty(DISCREPANCY), *parts], how="diagonal")
    days = days_past_due(state, pl.col("due"))
    aged = rows.with_columns(
        as_of=pl.lit(state.as_of),
        days_past_due=days,
        bucket=pl.when(pl.col("due").is_not_null()).then(bucket(days, buckets)).otherwise(pl.lit("")),
        owner=_owner(owners or {}),
        note=_noted(notes or {}),
    )
    return aged.select(*DISCREPANCY).sort("entity", "customer_id", "item_id", "line_id", "type", "decision_id", "note")


def _noted(notes: Mapping[str, str]) -> pl.Expr:
    if not notes:
        return pl.col("note")
    said = pl.col("line_id").replace_strict(dict(notes), default=None, return_dtype=pl.String)
    return pl.concat_str("note", pl.when(said.is_not_null()).then(pl.concat_str(pl.lit(" Note: "), said)).otherwise(pl.lit("")))


def _owner(owners: Mapping[str, str]) -> pl.Expr:
    if not owners:
        return pl.lit("")
    keys = ("line_id", "item_id", "customer_id")
    return pl.coalesce(*(pl.col(key).replace_strict(owners, default=None, return_dtype=pl.String) for key in keys), pl.lit(""))


def _folded(reason: str) -> pl.Expr:
    return pl.col(reason).str.to_lowercase().str.replace_all(r"[\s-]+", "_")


def _payments(state: State, grace_days: int) -> pl.DataFrame:
    """The allocations of every item with a discrepancy, with the item's balance before and after each.

    A posted allocation moves the balance; the posted ones of an item follow each other by effective date, then journal order.
    ``left`` is the balance after the allocation, for a proposal: if it were booked now.
    """
    odd = _odd(state)
    items = state.items.join(odd, on="item_id", how="semi")
    items = items.select(
        "item_id", "entity", "customer_id", "document_no", "open", "open_before", "discount_ppm", "discount_date", "issue_date",
        item_currency="currency", item_total="amount", due=pl.col("due_date").fill_null(pl.col("issue_date")),
        steps=_further_steps(items),
    )  # fmt: skip
    lines = state.lines.select("line_id", payer="customer_id", paid_on=pl.col("value_date").fill_null(pl.col("booking_date")))
    steps = odd.join(items, on="item_id").join(lines, on="line_id", how="left")
    order = state.decisions.select("decision_id", "batch", ordinal_in_batch="ordinal")
    posted, moved = pl.col("state") == AllocationState.POSTED, pl.col("item_amount") + pl.col("adjustment")
    booked = pl.when(posted).then(moved).otherwise(0)
    discount = (pl.col("item_total").cast(pl.Int128) * pl.col("discount_ppm") + PPM // 2) // PPM
    last_day = pl.col("discount_date") + pl.duration(days=grace_days)
    return (
        steps.join(order, on="decision_id", how="left")
        .sort("item_id", "effective_date", "batch", "ordinal_in_batch", "decision_id", "ordinal", "line_id")
        .with_columns(before=pl.when(posted).then(pl.col("open_before") - running(booked).over("item_id") + booked).otherwise("open"))
        .with_columns(
            posted=posted,
            left=pl.col("before") - moved,
            way=pl.col("item_total").sign(),
            why=_folded("adjustment_reason"),
            terms=discount.cast(pl.Int64),
            late=(pl.col("paid_on") > last_day).fill_null(False),
        )
        .pipe(_at_their_steps, grace_days)
    )


def _odd(state: State) -> pl.DataFrame:
    """The allocations of every item that is not simply paid by its customer."""
    items = state.items.select("item_id", "customer_id", "open", item_currency="currency")
    paid = state.allocations.select("item_id", "line_id", "adjustment", "state", "currency").join(items, on="item_id")
    paid = paid.join(state.lines.select("line_id", payer="customer_id"), on="line_id", how="left")
    smooth = (pl.col("open") == 0) & (pl.col("adjustment") == 0) & (pl.col("state") == AllocationState.POSTED)
    smooth &= (pl.col("payer") == pl.col("customer_id")) & (pl.col("currency") == pl.col("item_currency"))
    return state.allocations.join(paid.filter(~smooth.fill_null(False)), on="item_id", how="semi")


def _further_steps(items: pl.DataFrame) -> pl.Expr:
    """The terms of items that may have several steps of discount; null for others."""
    if "terms" not in items.columns:
        return pl.lit(None, pl.String)
    several = pl.col("discount_ppm").is_not_null() & pl.col("terms").str.contains("[%/].*[%/]")
    return pl.when(several).then("terms")


def _at_their_steps(payments: pl.DataFrame, grace_days: int) -> pl.DataFrame:
    """Payments with the step of discount that counts on their day, and whether what is left is what an earlier step was beyond it."""
    payments = payments.with_columns(beyond_step=pl.lit(False))
    rows = payments.with_row_index("row").filter(pl.col("steps").is_not_null() & pl.col("paid_on").is_not_null() & pl.col("late"))
    if rows.is_empty():
        return payments.drop("steps", "issue_date")
    found = []
    for row in rows.iter_rows(named=True):
        steps = terms.steps(row["steps"], row["issue_date"], row["discount_ppm"], row["discount_date"])
        amounts = [(terms.of_amount(row["item_total"], rate), until) for rate, until in steps]
        last = next((n for n, (_, until) in enumerate(amounts) if row["paid_on"] <= until + timedelta(days=grace_days)), len(amounts))
        over = [amount for amount, _ in amounts[:last]]
        earned = amounts[last][0] if last < len(amounts) else 0
        beyond = any(abs(row["left"] - rest) <= 1 for amount in over for rest in (amount, amount - earned))
        found.append((row["row"], earned or row["terms"], not earned, amounts[min(last, len(amounts)) - 1][1], beyond))
    names = ("row", "terms", "late", "discount_date", "beyond_step")
    schema = {"row": pl.UInt32(), "terms": pl.Int64(), "late": pl.Boolean(), "discount_date": pl.Date(), "beyond_step": pl.Boolean()}
    return (
        payments.with_row_index("row")
        .update(pl.DataFrame(found, schema={name: schema[name] for name in names}, orient="row"), on="row", how="left")
        .drop("row", "steps", "issue_date")
    )


def _of_payments(payments: pl.DataFrame) -> pl.DataFrame:
    worded = render(
        payments.with_columns(size=pl.col("adjustment").abs(), rest=pl.col("left").abs()),
        {"size": "item_currency", "rest": "item_currency"},
    ).with_columns(
        document=pl.when(pl.col("document_no") == "").then("item_id").otherwise("document_no"),
        mark=pl.when("posted").then(pl.lit("")).otherwise(pl.lit(PROPOSED)),
    )
    discount, exchange = pl.col("why").is_in(DISCOUNT_REASONS), pl.col("why").is_in(EXCHANGE_REASONS)
    towards, cleared = pl.col("adjustment") * pl.col("way"), pl.col("adjustment") != 0
    # A discount may be one minor unit off its terms: payers round the net amount, we round the discount.
    beyond = pl.col("terms").is_null() | pl.col("late") | (pl.col("adjustment").abs() > pl.col("terms").abs() + 1)
    unearned = pl.col("why").is_in(UNEARNED_REASONS) | (discount & beyond)
    remains = (pl.col("way") > 0) & (pl.col("item_amount") > 0) & (pl.col("left") > 0) & (pl.col("open") != 0)
    ended = pl.col("late") & (pl.col("terms") > 0) & ((pl.col("left") - pl.col("terms")).abs() <= 1)
    discount_remains = (remains & (ended | pl.col("beyond_step"))).fill_null(False)
    gap = cleared & ~discount & ~unearned & ~exchange
    other_payer = (pl.col("payer") != "") & (pl.col("payer") != pl.col("customer_id"))
    converted = pl.col("currency") != pl.col("item_currency")
    amount, rest = "{size} {item_currency} of {document}", "{rest} {item_currency} of {document}"
    types = (
        ("partial", remains & ~discount_remains, f"leaves {rest} open."),
        ("unearned_discount", discount_remains, f"leaves {rest} open, the discount that ended on {{discount_date}}."),
        ("unearned_discount", cleared & unearned, f"allows {amount} as a discount beyond its terms."),
        ("short_pay", gap & (towards > 0), f"clears {amount} without cash ({{adjustment_reason}})."),
        ("overpay", gap & (towards < 0), "pays {size} {item_currency} more than {document} has open ({adjustment_reason})."),
        ("currency", cleared & exchange, f"clears {amount} as exchange difference."),
        ("currency", converted, "pays {document} in {currency}, the document is in {item_currency}."),
        ("wrong_payer", other_payer, "comes from customer {payer}, {document} is of customer {customer_id}."),
    )
    rows = pl.concat([_rows(worded, kind, chosen, sentence) for kind, chosen, sentence in types])
    return rows.select(
        *_KEYS,
        currency="item_currency",
        reason="adjustment_reason",
        open_before="before",
        cash_applied=pl.when("posted").then("item_amount").otherwise(0),
        adjustment=pl.when("posted").then("adjustment").otherwise(0),
        open_after=pl.when("posted").then("left").otherwise("before"),
    )


def _of_lines(state: State) -> pl.DataFrame:
    outcome, open_money = pl.col("outcome"), pl.col("pending") != 0
    back = (pl.col("kind") == "return") | (pl.col("return_reason") != "") | pl.col("reversal")
    # a person may have recorded a return that the bank does not mark
    back |= (outcome == Outcome.OUTGOING) & (pl.col("state") == LineState.POSTED) & (pl.col("other_line") != "")
    unknown = (pl.col("state") == LineState.NONE) & ~outcome.is_in([*SURPLUS, *NOT_RECEIVABLE])
    unknown |= outcome == Outcome.UNEXPLAINED
    odd = state.lines.filter(back | (open_money & (unknown | outcome.is_in(SURPLUS))))
    touched = (
        state.allocations.join(odd, on="line_id", how="semi")
        .join(state.items.select("item_id", "document_no"), on="item_id")
        .group_by("line_id")
        .agg(
            items=pl.col("item_id").n_unique(),
            item_id=pl.col("item_id").min(),
            document_no=pl.col("document_no").min(),
            proposed=total(pl.col("amount").filter(pl.col("state") == AllocationState.PROPOSED)),
        )
    )
    surplus = (pl.col("pending") - pl.col("proposed").fill_null(0)).abs()
    shown = odd.join(touched, on="line_id", how="left").with_columns(
        due="booking_date", size=pl.col("amount").abs(), rest=pl.col("pending").abs(), surplus=surplus, more=surplus
    )
    cause = pl.when(pl.col("return_reason") != "").then(pl.concat_str(pl.lit(", reason "), "return_reason"))
    worded = render(shown, dict.fromkeys(("size", "rest", "more"), "currency")).with_columns(
        *(pl.when(pl.col("items") == 1).then(name).otherwise(pl.lit("")).alias(name) for name in ("item_id", "document_no")),
        mark=pl.when(pl.col("state") == LineState.PROPOSED).then(pl.lit(PROPOSED)).otherwise(pl.lit("")),
        cause=cause.otherwise(pl.lit("")),
    )
    types = (
        ("returned", back, "the bank marks {size} {currency} as returned or reversed{cause}."),
        ("duplicate", ~back & (outcome == Outcome.DUPLICATE), "{rest} {currency} repeat an earlier payment."),
        ("duplicate", ~back & (outcome == Outcome.CLOSED_ITEM), "{rest} {currency} pay a document that was closed before."),
        (
            "overpay",
            ~back & (outcome == Outcome.OVERPAID) & (pl.col("surplus") != 0),
            "pays {more} {currency} more than its documents have open.",
        ),
        ("unexplained", ~back & unknown, "no document explains {rest} {currency}."),
    )
    rows = pl.concat([_rows(worded, kind, chosen, sentence) for kind, chosen, sentence in types])
    return rows.select(
        *_KEYS,
        "currency",
        "reason",
        open_before=-pl.col("amount"),
        cash_applied=-pl.col("applied"),
        adjustment=pl.lit(0, pl.Int64),
        open_after=-pl.col("pending"),
    )


def _of_replaced(state: State) -> pl.DataFrame:
    """Receipts on documents that the ERP has cancelled and issued again under another number."""
    settled = (pl.col("settled_cash") + pl.col("settled_adjustment")) != 0
    gone = state.items.filter(pl.col("listed_open") == 0, settled)
    came_then = pl.col("first_seen").is_in(gone["seen"].unique().implode())
    new = state.items.filter(pl.col("open") != 0, pl.col("listed_open") != 0, came_then)
    paid = state.allocations.join(gone, on="item_id", how="semi")
    posted = paid.filter(pl.col("state") == AllocationState.POSTED, pl.col("line_id") != "").select("item_id", "line_id")
    closed, came = dict(gone.select("item_id", "seen").iter_rows()), dict(new.select("item_id", "first_seen").iter_rows())
    rows = [
        (one.entity, one.customer_id, one.item_id, one.document_no, line, one.currency, f"{one.said()}; the receipt is on the old one.")
        for one in replaced_documents(gone, new, posted)
        if closed[one.item_id] == came[one.by_item_id]
        for line in one.lines
    ]
    columns = ("entity", "customer_id", "item_id", "document_no", "line_id", "currency", "note")
    found = pl.DataFrame(rows, schema={name: DISCREPANCY[name] for name in columns}, orient="row")
    nothing = {name: pl.lit(0, pl.Int64) for name in DISCREPANCY_AMOUNTS}
    return found.with_columns(type=pl.lit("unexplained"), due=pl.lit(None, pl.Date), decision_id=pl.lit(""), reason=pl.lit(""), **nothing)


def _of_disputes(state: State) -> pl.DataFrame:
    """Open items of which a person has recorded that the customer disputes them, or a part of them."""
    columns = ("item_id", "entity", "customer_id", "document_no", "open")
    items = state.items.filter(pl.col("open") != 0).select(*columns, due=pl.col("due_date").fill_null(pl.col("issue_date")))
    said = of_kind(state.item_notes, DecisionKind.DISPUTE).join(items, on="item_id").rename({"reason": "words"})
    document = pl.when(pl.col("document_no") == "").then("item_id").otherwise("document_no")
    worded = render(said, {"amount": "currency"}).with_columns(
        document=document, mark=pl.lit(""), reason="code", line_id=pl.lit(""), open_before="open", open_after="open",
        cash_applied=pl.lit(0, pl.Int64), adjustment=pl.lit(0, pl.Int64),
        words=pl.when(pl.col("words") == "").then(pl.lit("")).otherwise(pl.concat_str(pl.lit(": "), "words")),
    )  # fmt: skip
    rows = _rows(worded, "disputed", pl.lit(True), "{amount} {currency} of {document} are disputed{words}.")
    return rows.select(*_KEYS, "currency", "reason", "open_before", "cash_applied", "adjustment", "open_after")


def _of_gaps(gaps: pl.DataFrame | None) -> pl.DataFrame:
    rows = gaps if gaps is not None else empty(GAP)
    blank = [pl.lit("").alias(name) for name in ("customer_id", "item_id", "document_no", "line_id", "decision_id", "mark", "reason")]
    number = pl.when(pl.col("missing") != "").then(pl.concat_str(pl.lit(" Statement "), "missing", pl.lit(" is missing.")))
    worded = render(rows, {"closing": "currency", "opening": "currency"})
    worded = worded.with_columns(*blank, number.otherwise(pl.lit("")).alias("missing"), due="date")
    sentence = "account {account} closed with {closing} {currency}, its statement of {date} opens with {opening} {currency}.{missing}"
    return _rows(worded, "statement_gap", pl.lit(True), sentence).select(*_KEYS, "currency", "reason")


def _rows(worded: pl.DataFrame, kind: str, chosen: pl.Expr, sentence: str) -> pl.DataFrame:
    """The chosen rows as discrepancies of one type; the note is the row's mark and the sentence with its {columns} filled in."""
    pieces = sentence.replace("}", "{").split("{")  # text and columns take turns
    parts = [pl.col(piece).cast(pl.String) if place % 2 else pl.lit(piece) for place, piece in enumerate(pieces)]
    note = pl.concat_str("mark", *parts, ignore_nulls=True)
    capital = pl.concat_str(note.str.slice(0, 1).str.to_uppercase(), note.str.slice(1))
    return worded.filter(chosen).with_columns(type=pl.lit(kind), note=capital)

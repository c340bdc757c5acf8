"""Folding facts and decisions into state. State is never stored: it can be dropped and computed again at any time."""

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from matcher import frames
from matcher.amounts import total
from matcher.frames import State, empty
from matcher.ledger.booked import HISTORY, SENT, booked
from matcher.states import ENGINE, SETTLING, AllocationState, DecisionKind, ItemStatus, LineState, Outcome


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store holds, as frames with the columns of `matcher.frames`; `history` and `sent` with those of `booked`."""

    lines: pl.DataFrame
    items: pl.DataFrame
    customers: pl.DataFrame
    decisions: pl.DataFrame
    allocations: pl.DataFrame
    findings: pl.DataFrame
    proposals: pl.DataFrame
    history: pl.DataFrame = field(default_factory=lambda: empty(HISTORY))
    sent: pl.DataFrame = field(default_factory=lambda: empty(SENT))


def fold(facts: Facts, as_of: date, base_currency: str) -> State:
    """The state of the books as of a day."""
    decisions = live(facts.decisions)
    in_force = decisions.filter(pl.col("live") & (pl.col("effective_date") <= as_of))
    context = in_force.select("decision_id", "actor", "run_by", "rule", "outcome", "effective_date", "batch")
    posted = facts.allocations.join(context, on="decision_id", how="inner").with_columns(pl.lit(AllocationState.POSTED).alias("state"))
    reported = facts.lines.filter(pl.col("booking_date") <= as_of)
    excluded = _excluded(reported, decisions)
    lines = _lines(facts, reported.join(excluded, on="line_id", how="anti") if excluded.height else reported, in_force, posted)
    allocations = pl.concat([posted.drop("batch"), _proposed(facts, lines)]).sort("line_id", "decision_id", "ordinal")
    # a document that money is posted on is part of the picture, also when the ERP has moved its date to a later day since
    dated = facts.items.filter((pl.col("issue_date") <= as_of) | pl.col("item_id").is_in(posted["item_id"].implode()))
    items = _items(dated, posted, booked(facts.history, facts.decisions, facts.allocations, facts.sent))
    state = State(as_of, base_currency, lines, items, allocations, facts.customers, decisions, excluded)
    _check(state, facts)
    return state


def _check(state: State, facts: Facts) -> None:
    """Holds the frames against their schemas. What the store was not asked for is not missed."""
    unasked = frames.LINE.keys() - set(facts.lines.columns), frames.ITEM.keys() - set(facts.items.columns)
    frames.check("State.lines", state.lines, frames.STATE_LINE, unasked[0])
    frames.check("State.excluded", state.excluded, frames.STATE_EXCLUDED, unasked[0])
    frames.check("State.items", state.items, frames.STATE_ITEM, unasked[1])
    frames.check("State.allocations", state.allocations, frames.STATE_ALLOCATION)
    frames.check("State.decisions", state.decisions, frames.STATE_DECISION)


def live(decisions: pl.DataFrame) -> pl.DataFrame:
    """Decisions with ``live``: not reversed, and not themselves a reversal."""
    reversed_ids = decisions.filter(pl.col("reverses") != "").get_column("reverses")
    return decisions.with_columns(
        (~pl.col("decision_id").is_in(reversed_ids.implode()) & (pl.col("kind") != DecisionKind.UNDO)).alias("live")
    )


def _excluded(reported: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Lines that do not count, with the latest decision that says so. In effect from the line's booking date, whenever decided."""
    empty = {"customer_id": "", "state": LineState.EXCLUDED}
    columns = (
        "outcome", "actor", "run_by", "other_line", "rule", "confidence", "margin", "decision_id", *frames.EXPLAINED, "counts_instead",
        "reason",
    )  # fmt: skip
    latest = (
        decisions.filter(pl.col("live") & (pl.col("kind") == DecisionKind.EXCLUDE))
        .sort("batch", "ordinal")
        .group_by("line_id", maintain_order=True)
        .agg(pl.col(name).last() for name in columns)
    )
    texts = (pl.lit(value).alias(name) for name, value in empty.items())
    return (
        reported.join(latest, on="line_id")
        .with_columns(*texts, *(pl.lit(0, pl.Int64).alias(n) for n in ("applied", "pending")))
        .sort("line_id")
    )


def _lines(facts: Facts, reported: pl.DataFrame, in_force: pl.DataFrame, posted: pl.DataFrame) -> pl.DataFrame:
    columns = (
        "customer_id", "outcome", "actor", "run_by", "other_line", "rule", "confidence", "margin", "decision_id", *frames.EXPLAINED,
        "reason",
    )  # fmt: skip
    verdicts = (
        in_force.filter(pl.col("kind").is_in(SETTLING))
        .sort("batch", "ordinal")
        .group_by("line_id", maintain_order=True)
        .agg(pl.col(name).last() for name in columns)
        .with_columns(pl.lit(LineState.POSTED).alias("state"))
    )
    findings = facts.findings.join(verdicts, on="line_id", how="anti").with_columns(
        pl.lit(ENGINE).alias("actor"), pl.lit("").alias("run_by"), pl.lit("").alias("decision_id")
    )
    judged = pl.concat([verdicts, findings.select(verdicts.columns)])
    applied = posted.group_by("line_id").agg(total(pl.col("amount")).alias("applied"))
    untouched = pl.when(pl.col("amount") < 0).then(pl.lit(Outcome.OUTGOING)).otherwise(pl.lit(Outcome.UNEXPLAINED))
    return (
        _joined(_joined(_in_order(reported, "line_id"), judged, "line_id"), applied, "line_id")
        .with_columns(
            pl.col("applied").fill_null(0),
            pl.col("state").fill_null(LineState.NONE),
            pl.coalesce(pl.col("outcome"), untouched).alias("outcome"),
            *(pl.col(name).fill_null("") for name in columns if name not in ("outcome", "confidence", "margin", "log_odds")),
        )
        .with_columns((pl.col("amount") - pl.col("applied")).alias("pending"))
    )


def _proposed(facts: Facts, lines: pl.DataFrame) -> pl.DataFrame:
    waiting = lines.filter(pl.col("state") == LineState.PROPOSED).select(
        "line_id", "actor", "run_by", "rule", "outcome", pl.col("booking_date").alias("effective_date"), "state"
    )
    return facts.proposals.join(waiting, on="line_id", how="inner")


def _items(items: pl.DataFrame, posted: pl.DataFrame, booked: pl.DataFrame) -> pl.DataFrame:
    """Open amounts: what the ERP lists, less what we posted, plus what the ERP has taken off for it already.

    Nothing is clipped: an item that more money was posted on than it has is shown so, and `verify` finds it.
    """
    ours = posted.group_by("item_id").agg(
        total(pl.col("item_amount")).alias("settled_cash"), total(pl.col("adjustment")).alias("settled_adjustment")
    )
    listed = pl.when(pl.col("status") == ItemStatus.CLOSED).then(0).otherwise(pl.col("open_amount"))
    return (
        _in_order(items, "item_id")
        .with_columns(listed.alias("listed_open"))
        .pipe(_joined, ours, "item_id")
        .pipe(_joined, booked, "item_id")
        .with_columns(pl.col("settled_cash").fill_null(0), pl.col("settled_adjustment").fill_null(0))
        .with_columns((pl.col("listed_open") + pl.col("booked").fill_null(0)).alias("open_before"))
        .with_columns((pl.col("open_before") - pl.col("settled_cash") - pl.col("settled_adjustment")).alias("open"))
        .drop("booked")
    )


def _joined(frame: pl.DataFrame, more: pl.DataFrame, key: str) -> pl.DataFrame:
    """Rows with what another frame, in which a key comes once, says of them; the rows' own columns are not copied for it."""
    return frame.hstack(frame.select(key).join(more, on=key, how="left", maintain_order="left").drop(key))


def _in_order(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Rows in the order of a key. The store gives them so, and a million rows take seconds to sort."""
    return frame if frame[key].is_sorted() else frame.sort(key)

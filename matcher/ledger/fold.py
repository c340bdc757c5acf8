"""Folding facts and decisions into state. State is never stored: it can be dropped and computed again at any time."""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from matcher import frames
from matcher.amounts import total
from matcher.frames import Owed, State
from matcher.ledger import item_notes, movements, unapplied
from matcher.ledger.movements import Facts, listed
from matcher.ledger.restored import restored
from matcher.states import ENGINE, ON_ITEMS, REVERSING, SETTLING, AllocationState, DecisionKind, LineState, Outcome


@dataclass(frozen=True, slots=True)
class Placed:
    """What decisions and findings say of lines as of a day, without what it makes of items and accounts.

    Attributes:
        decisions: all of them, with ``live``; `on_items` those about items that hold on the day.
        lines: columns of `frames.STATE_LINE`. excluded: those of `frames.STATE_EXCLUDED`.
        allocations: of the decisions in force, and present proposals; columns of `frames.STATE_ALLOCATION`.
        settled: what the first of them settle of items: item_id, item_amount, adjustment.
    """

    decisions: pl.DataFrame
    on_items: pl.DataFrame
    lines: pl.DataFrame
    excluded: pl.DataFrame
    allocations: pl.DataFrame
    settled: pl.DataFrame


def placed(facts: Facts, as_of: date) -> Placed:
    """The lines and allocations of the books as of a day."""
    decisions = live(facts.decisions)
    in_force = _in_force(decisions, as_of)
    context = in_force.select("decision_id", "actor", "run_by", "rule", "outcome", "effective_date", "batch")
    posted = facts.allocations.join(context, on="decision_id", how="inner").with_columns(pl.lit(AllocationState.POSTED).alias("state"))
    reported = facts.lines.filter(pl.col("booking_date") <= as_of)
    excluded = _excluded(reported, decisions)
    facts = _with_restored(facts, in_force)
    lines = _lines(facts, reported.join(excluded, on="line_id", how="anti") if excluded.height else reported, in_force, posted)
    allocations = pl.concat([posted.drop("batch"), _proposed(facts, lines)]).sort("line_id", "decision_id", "ordinal")
    on_items = in_force.filter(pl.col("kind").is_in(ON_ITEMS))
    return Placed(decisions, on_items, lines, excluded, allocations, posted.select("item_id", "item_amount", "adjustment"))


def told(items: pl.DataFrame, posted: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The items that are part of the picture on a day: issued by then, or with money on them.

    A document that money is posted on counts also when the ERP has moved its date to a later day since.
    """
    later = items.filter(pl.col("issue_date") > as_of).select("item_id")
    outside = later.join(posted, on="item_id", how="anti")
    return items.join(outside, on="item_id", how="anti", maintain_order="left") if outside.height else items


def fold(facts: Facts, as_of: date, base_currency: str, *, moving: bool = True) -> State:
    """The state of the books as of a day. `moving`: whether the movements are asked for, and not only their sums."""
    of_lines = placed(facts, as_of)
    facts = replace(facts, findings=facts.findings.clear(), proposals=facts.proposals.clear())  # they are in the lines now
    lines, settled = of_lines.lines, of_lines.settled
    moved = _moved(facts, as_of, moving=moving)
    notes = item_notes.latest(facts.item_notes, of_lines.on_items)
    state = State(
        as_of=as_of,
        base_currency=base_currency,
        lines=lines,
        items=item_notes.disputed(_items(told(facts.items, settled, as_of), settled, moved.open), notes),
        customers=facts.customers,
        credits=_credits(lines.with_columns(posted=pl.col("state") == LineState.POSTED), moved.left),
        movements=moved.all,
        item_notes=notes,
        allocations=of_lines.allocations,
        decisions=of_lines.decisions,
        excluded=of_lines.excluded,
    )
    _check(state, facts)
    return state


def owed(facts: Facts, as_of: date, base_currency: str) -> Owed:
    """What is owed as of a day: the same as `fold` gives, without what becomes of each line. Findings and proposals are not asked for."""
    in_force = _in_force(facts.decisions, as_of)
    posted = facts.allocations.join(in_force.select("decision_id"), on="decision_id", how="semi")
    moved = _moved(facts, as_of)
    notes = item_notes.latest(facts.item_notes, in_force)
    lines = _counting(facts.lines.filter(pl.col("booking_date") <= as_of), live(facts.decisions))
    settled = in_force.filter(pl.col("kind").is_in(SETTLING)).get_column("line_id")
    made = Owed(
        as_of=as_of,
        base_currency=base_currency,
        lines=lines,
        items=item_notes.disputed(_items(told(facts.items, posted, as_of), posted, moved.open), notes),
        customers=facts.customers,
        credits=_credits(lines.with_columns(posted=pl.col("line_id").is_in(settled.implode())), moved.left),
        movements=moved.all,
        item_notes=notes,
    )
    _check_owed(made, facts)
    return made


@dataclass(frozen=True, slots=True)
class _Moved:
    """The movements up to a day, and their sums: ``open`` by item, and ``open`` of what is left of lines, by line and customer."""

    all: pl.DataFrame
    open: pl.DataFrame
    left: pl.DataFrame


def _moved(facts: Facts, as_of: date, *, moving: bool = True) -> _Moved:
    kept, amounts, rests = [], [], []
    rest = pl.col("item_id").str.starts_with(unapplied.PREFIX)
    own = pl.col("line_id") == pl.col("item_id").str.slice(len(unapplied.PREFIX))
    for part in movements.parts(facts, as_of):
        amounts.append(part.select("item_id", "amount"))
        rests.append(part.select("item_id", "line_id", "customer_id", "amount").filter(pl.col("line_id") != "").filter(rest, own))
        kept.append(part if moving else part.clear())
    left = pl.concat(rests).group_by("item_id", "line_id", "customer_id").agg(open=total(pl.col("amount"))).filter(pl.col("open") != 0)
    return _Moved(pl.concat(kept), movements.balances(pl.concat(amounts)), left)


def _check(state: State, facts: Facts) -> None:
    """Holds the frames against their schemas. What the store was not asked for is not missed."""
    unasked = frames.LINE.keys() - set(facts.lines.columns)
    frames.check("State.lines", state.lines, frames.STATE_LINE, unasked)
    frames.check("State.excluded", state.excluded, frames.STATE_EXCLUDED, unasked)
    frames.check("State.allocations", state.allocations, frames.STATE_ALLOCATION)
    frames.check("State.decisions", state.decisions, frames.STATE_DECISION)
    _check_owed(state, facts)


def _check_owed(owing: Owed, facts: Facts) -> None:
    frames.check("State.items", owing.items, frames.STATE_ITEM, frames.ITEM.keys() - set(facts.items.columns))
    frames.check("State.credits", owing.credits, frames.STATE_CREDIT)
    frames.check("State.movements", owing.movements, frames.MOVEMENT)
    frames.check("State.item_notes", owing.item_notes, frames.STATE_ITEM_NOTE)


def _in_force(decisions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Decisions in force on a day: taken, and not taken back, by then. The day after all others stands for what is known now."""
    taken_back = decisions.filter((pl.col("reverses") != "") & (pl.col("effective_date") <= as_of)).get_column("reverses")
    taken = ~pl.col("kind").is_in(REVERSING) & (pl.col("effective_date") <= as_of)
    return decisions.filter(taken & ~pl.col("decision_id").is_in(taken_back.implode()))


def live(decisions: pl.DataFrame) -> pl.DataFrame:
    """Decisions with ``live``: not reversed, and not themselves a reversal."""
    reversed_ids = decisions.filter(pl.col("reverses") != "").get_column("reverses")
    return decisions.with_columns((~pl.col("decision_id").is_in(reversed_ids.implode()) & ~pl.col("kind").is_in(REVERSING)).alias("live"))


def _counting(reported: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """The lines that no decision excludes."""
    excluded = decisions.filter("live", pl.col("kind") == DecisionKind.EXCLUDE)
    return reported.join(excluded, on="line_id", how="anti", maintain_order="left") if excluded.height else reported


def _excluded(reported: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Lines that do not count, with the latest decision that says so. In effect from the line's booking date, whenever decided."""
    empty = {"customer_id": "", "payer": "", "state": LineState.EXCLUDED}
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
        .with_columns(*texts, *(pl.lit(0, pl.Int64).alias(n) for n in ("applied", "used", "pending")))
        .sort("line_id")
    )


def _lines(facts: Facts, reported: pl.DataFrame, in_force: pl.DataFrame, posted: pl.DataFrame) -> pl.DataFrame:
    columns = (
        "customer_id", "outcome", "actor", "run_by", "other_line", "rule", "confidence", "margin", "decision_id", *frames.EXPLAINED,
        "reason",
    )  # fmt: skip
    verdicts = (
        in_force.filter(pl.col("kind").is_in(SETTLING))
        .select("batch", "ordinal", "line_id", *columns)
        .sort("batch", "ordinal")
        .unique("line_id", keep="last", maintain_order=True)
        .drop("batch", "ordinal")
        .with_columns(pl.lit(LineState.POSTED).alias("state"))
    )
    findings = facts.findings.join(verdicts, on="line_id", how="anti").with_columns(
        pl.lit(ENGINE).alias("actor"), pl.lit("").alias("run_by"), pl.lit("").alias("decision_id")
    )
    judged = pl.concat([verdicts, findings.select(verdicts.columns)])
    applied = posted.group_by("line_id").agg(total(pl.col("amount")).alias("applied"))
    used = (
        posted.filter(pl.col("item_id").str.starts_with(unapplied.PREFIX))
        .group_by(line_id=pl.col("item_id").str.slice(len(unapplied.PREFIX)))
        .agg(used=total(-pl.col("item_amount")))
    )
    untouched = pl.when(pl.col("amount") < 0).then(pl.lit(Outcome.OUTGOING)).otherwise(pl.lit(Outcome.UNEXPLAINED))
    return (
        _in_order(reported, "line_id")
        .pipe(_joined, judged, "line_id")
        .pipe(_joined, applied, "line_id")
        .pipe(_joined, used, "line_id")
        .with_columns(
            pl.col("applied", "used").fill_null(0),
            pl.col("state").fill_null(LineState.NONE),
            pl.coalesce(pl.col("outcome"), untouched).alias("outcome"),
            *(pl.col(name).fill_null("") for name in columns if name not in ("outcome", "confidence", "margin", "log_odds")),
        )
        .pipe(_joined, facts.credits.group_by("line_id", maintain_order=True).agg(found=pl.col("customer_id").last()), "line_id")
        .with_columns(
            (pl.col("amount") - pl.col("applied") - pl.col("used")).alias("pending"),
            pl.when(pl.col("state") == LineState.POSTED).then("customer_id").otherwise(pl.col("found").fill_null("")).alias("payer"),
        )
        .drop("found")
    )


def _with_restored(facts: Facts, in_force: pl.DataFrame) -> Facts:
    """The facts with what stands again as a proposal since a posting was taken back."""
    settled = in_force.filter(pl.col("kind").is_in(SETTLING)).get_column("line_id")
    known = pl.concat([settled, facts.findings["line_id"]])
    found, proposals = restored(facts.decisions, facts.allocations, known)
    if not found.height:
        return facts
    return replace(
        facts,
        findings=pl.concat([facts.findings, found]),
        proposals=pl.concat([facts.proposals, proposals.select(facts.proposals.columns)]),
    )


def _proposed(facts: Facts, lines: pl.DataFrame) -> pl.DataFrame:
    """Proposals for lines that wait, and offers of what is left of lines that are posted."""
    offered = pl.col("line_id").is_in(facts.findings.filter(pl.col("state") == LineState.PROPOSED)["line_id"].implode())
    left = (pl.col("state") == LineState.POSTED) & (pl.col("pending") != 0) & offered
    waiting = lines.filter((pl.col("state") == LineState.PROPOSED) | left).select(
        "line_id", "actor", "run_by", "rule", "outcome", pl.col("booking_date").alias("effective_date"),
        pl.lit(AllocationState.PROPOSED).alias("state"),
    )  # fmt: skip
    return facts.proposals.join(waiting, on="line_id", how="inner")


def _items(items: pl.DataFrame, posted: pl.DataFrame, open_amounts: pl.DataFrame) -> pl.DataFrame:
    """Open amounts: the sums of the items' movements.

    Nothing is clipped: an item that more money was posted on than it has is shown so, and `verify` finds it.
    """
    ours = posted.group_by("item_id").agg(
        total(pl.col("item_amount")).alias("settled_cash"), total(pl.col("adjustment")).alias("settled_adjustment")
    )
    return (
        _in_order(items, "item_id")
        .with_columns(listed().alias("listed_open"))
        .pipe(_joined, ours, "item_id")
        .pipe(_joined, open_amounts, "item_id")
        .with_columns(pl.col("open", "settled_cash", "settled_adjustment").fill_null(0))
        .with_columns((pl.col("open") + pl.col("settled_cash") + pl.col("settled_adjustment")).alias("open_before"))
    )


def _credits(lines: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """What is left of receipts, by line and customer. While its money changes hands on a day of its own, a line has two rows."""
    reference = pl.col("bank_reference") if "bank_reference" in lines.columns else pl.lit("")
    about = lines.select(
        "line_id", "entity", "currency", document_no=reference, issue_date="booking_date", amount=-pl.col("amount"),
        posted="posted",
    )  # fmt: skip
    return left.join(about, on="line_id").select(*frames.STATE_CREDIT).sort("item_id", "customer_id")


def _joined(frame: pl.DataFrame, more: pl.DataFrame, key: str) -> pl.DataFrame:
    """Rows with what another frame, in which a key comes once, says of them; the rows' own columns are not copied for it."""
    return frame.hstack(frame.select(key).join(more, on=key, how="left", maintain_order="left").drop(key))


def _in_order(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Rows in the order of a key. The store gives them so, and a million rows take seconds to sort."""
    return frame if frame[key].is_sorted() else frame.sort(key)

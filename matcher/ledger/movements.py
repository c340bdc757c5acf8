"""The one relation that every figure of receivables is a sum over: what raised or lowered an item, by how much, and on which day.

``open(item, day)`` is the sum of its movements up to that day. Aging, discrepancies, the bridge from one month to the next and the
balances on every screen are group-bys over it, so that they agree by construction.

The money of a receipt that no document takes is an item of its own, ``U-`` and the line's id: a credit of whoever paid. It stands there
from the day on which the bank booked the line. See `matcher.ledger.unapplied`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

import polars as pl

from matcher.amounts import total
from matcher.frames import CREDIT, ITEM_NOTE, MOVEMENT, SNAPSHOT, empty
from matcher.ledger import unapplied
from matcher.ledger.booked import SENT, VERSION, booked
from matcher.ledger.periods import PERIOD, Locks
from matcher.states import DecisionKind, ItemStatus, MovementKind

_KINDS = {
    DecisionKind.SET_OFF: MovementKind.SET_OFF,
    DecisionKind.REFUND: MovementKind.REFUND,
    DecisionKind.RETURN: MovementKind.RETURN,
    DecisionKind.LISTED: MovementKind.ERP,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store holds, as frames with the columns of `matcher.frames`, and those that are named here."""

    lines: pl.DataFrame
    items: pl.DataFrame
    customers: pl.DataFrame
    decisions: pl.DataFrame
    allocations: pl.DataFrame
    findings: pl.DataFrame
    proposals: pl.DataFrame
    versions: pl.DataFrame = field(default_factory=lambda: empty(VERSION))
    sent: pl.DataFrame = field(default_factory=lambda: empty(SENT))
    snapshots: pl.DataFrame = field(default_factory=lambda: empty(SNAPSHOT))
    credits: pl.DataFrame = field(default_factory=lambda: empty(CREDIT))
    periods: pl.DataFrame = field(default_factory=lambda: empty(PERIOD))
    item_notes: pl.DataFrame = field(default_factory=lambda: empty(ITEM_NOTE))


def movements(facts: Facts, as_of: date) -> pl.DataFrame:
    """All movements of the books up to a day; columns of `MOVEMENT`, in no order.

    What was recorded after its day was locked takes effect on the first day that was open then: a closed month never changes.
    """
    return pl.concat(parts(facts, as_of))


def parts(facts: Facts, as_of: date) -> Iterator[pl.DataFrame]:
    """The same, part by part: together they are 600 MB of a million lines."""
    locks = Locks(facts.periods)
    posted = _posted(facts)
    rests = unapplied.movements(facts.lines, facts.decisions, facts.credits, posted, locks)
    ours = [part.select(*MOVEMENT) for part in _ours(facts, posted)]
    del posted  # it is as large as what was made of it
    for part in chain([rests], ours, _by_lists(facts)):
        yield locks.moved(part).filter(pl.col("effective_date") <= as_of)


def erp_movements(facts: Facts) -> pl.DataFrame:
    """What the ERP's lists say of documents, each on its own day, closed or not; columns of `MOVEMENT`."""
    return pl.concat(_by_lists(facts))


def _by_lists(facts: Facts) -> Iterator[pl.DataFrame]:
    yield _issued(facts).select(*MOVEMENT)
    yield _by_erp(facts).select(*MOVEMENT)


def balances(moved: pl.DataFrame) -> pl.DataFrame:
    """What each item has open after these movements: item_id and ``open``, minor units."""
    return moved.group_by("item_id").agg(total(pl.col("amount")).alias("open"))


def listed() -> pl.Expr:
    """What the ERP lists as open."""
    return pl.when(pl.col("status") == ItemStatus.CLOSED).then(0).otherwise(pl.col("open_amount"))


def _first_versions(facts: Facts) -> pl.DataFrame:
    """Items as the ERP listed them for the first time: columns of `VERSION` beside those of the item."""
    single = facts.items.select(*_OF_ITEM, "amount", listed().alias("open_amount"), "closed_date", "first_seen")
    if not facts.versions.height:
        return single
    first = facts.versions.unique("item_id", keep="first", maintain_order=True).select("item_id", "amount", "open_amount", "closed_date")
    again = single.drop("amount", "open_amount", "closed_date").join(first, on="item_id")
    return pl.concat([single.join(first, on="item_id", how="anti"), again.select(single.columns)])


_OF_ITEM = ("item_id", "entity", "customer_id", "currency", "issue_date")
_NOWHERE = {"decision_id": pl.lit(""), "line_id": pl.lit(""), "reason": pl.lit("")}


def _issued(facts: Facts) -> pl.DataFrame:
    return facts.items.select(*_OF_ITEM, "amount", recorded="first_seen").join(
        facts.versions.unique("item_id", keep="first").select("item_id", first_amount="amount"), on="item_id", how="left"
    ).with_columns(
        amount=pl.coalesce("first_amount", "amount"), effective_date="issue_date", kind=pl.lit(MovementKind.ISSUE), **_NOWHERE
    )  # fmt: skip


def _by_erp(facts: Facts) -> pl.DataFrame:
    """What the ERP's lists say that our postings do not explain.

    What an item had lost before the books knew it is dated by its closing date, else by its issue: nothing is known of the way there.
    A later change is of the day of the list, or of the closing date where that lies after the legal entity's list before.
    """
    first = _first_versions(facts)
    opening = first.with_columns(
        amount=pl.col("open_amount") - pl.col("amount"),
        effective_date=pl.max_horizontal("issue_date", "closed_date"),
        recorded="first_seen",
    )
    parts = [opening]
    if facts.versions.height:
        parts.append(_changes(facts))
    return pl.concat(parts, how="diagonal").filter(pl.col("amount") != 0).with_columns(kind=pl.lit(MovementKind.ERP), **_NOWHERE)


def _changes(facts: Facts) -> pl.DataFrame:
    days = facts.snapshots.group_by("batch").agg(pl.col("snapshot_date").first())
    # a list speaks for the legal entities that it lists: the one before it is the last that listed the same one
    earlier = facts.snapshots.sort("batch").select("batch", "entity", before=pl.col("snapshot_date").shift().over("entity"))
    held = booked(facts.versions, facts.decisions, facts.allocations, facts.sent)
    level = pl.col("open_amount") + pl.col("booked").fill_null(0)
    closed_between = pl.col("closed_date").is_between("before", "snapshot_date", closed="right")
    return (
        facts.versions.join(held, on=["item_id", "batch"], how="left", maintain_order="left")
        .with_columns(amount=level - level.shift().over("item_id"))
        .filter(pl.col("amount").is_not_null() & (pl.col("amount") != 0))
        .join(days, on="batch", how="left")
        .join(facts.items.select(*_OF_ITEM), on="item_id")
        .join(earlier, on=["batch", "entity"], how="left")
        .with_columns(
            effective_date=pl.max_horizontal("issue_date", pl.when(closed_between).then("closed_date").otherwise("snapshot_date")),
            recorded="batch",
        )
    )


def _posted(facts: Facts) -> pl.DataFrame:
    """Every allocation with its decision, reversed ones too, and when it was reversed.

    Returns:
        Columns of `frames.ALLOCATION`; ``decided``, ``recorded``, ``movement`` (kind) and ``effective_date`` of the decision;
        ``undo_id``, ``undone_in`` and ``undone_on`` of its reversal, null while it stands; ``issue_date`` of the document, null for
        the rest of a line.
    """
    undone = facts.decisions.filter(pl.col("reverses") != "").select(
        undo_id="decision_id", undone_in="batch", undone_on="effective_date", decision_id="reverses"
    )
    by = facts.decisions.select("decision_id", "kind", "effective_date", recorded="batch")
    named = facts.allocations.join(by, on="decision_id").join(undone, on="decision_id", how="left")
    named = named.join(facts.items.select("item_id", "issue_date"), on="item_id", how="left")
    kinds = pl.col("kind").replace_strict(_KINDS, default=MovementKind.CASH, return_dtype=pl.String)
    return named.with_columns(movement=kinds)


def _ours(facts: Facts, posted: pl.DataFrame) -> list[pl.DataFrame]:
    """Cash and adjustments on documents, and what takes them back.

    Money that came before its document is a credit of the payer until the document is issued.
    """
    on = (
        posted.drop("issue_date")
        .join(facts.items.select(*_OF_ITEM[:3], "issue_date", item_currency="currency"), on="item_id")
        .with_columns(effective_date=pl.max_horizontal("effective_date", "issue_date"), currency="item_currency")
    )
    cash = on.filter(pl.col("item_amount") != 0).with_columns(amount=-pl.col("item_amount"), kind="movement", reason=pl.lit(""))
    cleared = on.filter(pl.col("adjustment") != 0).with_columns(
        amount=-pl.col("adjustment"), kind=pl.lit(MovementKind.ADJUSTMENT), reason="adjustment_reason"
    )
    given = pl.concat([cash, cleared])
    return [given, unapplied.taken_back(given)]

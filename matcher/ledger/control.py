"""From the receivables of the books to the control account of the general ledger, itemised to zero.

The general ledger holds what the ERP has booked; the books hold that, and what was decided here since. So what lies between the two is
known by item and by decision: postings that no list of the ERP holds yet, postings that were taken back here and stand there still,
receipts that the ERP has not booked on account, and what the ERP's lists said of the days of a month when that was closed already.
What is left over is not explained, and is called so.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import polars as pl

from matcher.amounts import total
from matcher.frames import Owed, Schema
from matcher.ledger.booked import booked_of
from matcher.ledger.movements import Facts, erp_movements, movements
from matcher.ledger.periods import Locks
from matcher.ledger.unapplied import PREFIX


class ControlStep(StrEnum):
    """A line between the closing balance of the bridge and the control account.

    Attributes:
        word: as people are told.
    """

    word: str

    def __new__(cls, value: str, word: str) -> "ControlStep":
        """A word of files, and people's."""
        made = str.__new__(cls, value)
        made._value_, made.word = value, word
        return made

    NOT_BOOKED = "not_booked", "posted here, not yet booked in the ERP"
    STILL_BOOKED = "still_booked", "taken back here, still booked in the ERP"
    NOT_LISTED = "not_listed", "unapplied receipts that the ERP does not list"
    KNOWN_LATER = "known_later", "listed by the ERP after the month was closed"
    UNEXPLAINED = "unexplained", "not explained"
    CONTROL = "control", "control account"


CONTROL: Schema = {
    "entity": pl.String(),
    "currency": pl.String(),
    "step": pl.String(),  # `ControlStep`
    "customer_id": pl.String(),
    "item_id": pl.String(),
    "document_no": pl.String(),
    "line_id": pl.String(),
    "decision_id": pl.String(),
    "date": pl.Date(),  # from which it counts in the receivables; of what was known later, its own; null of the last two steps
    "amount": pl.Int64(),  # minor units; receivables + all rows but the last = the last
}
"""Columns of `control`."""

Balances = Mapping[tuple[str, str], int]
"""Balances of control accounts by legal entity and currency, minor units."""


def control(facts: Facts, owing: Owed, balances: Balances) -> pl.DataFrame:
    """What lies between the receivables of a day and the control accounts; columns of `CONTROL`.

    A posting that the ERP's latest list holds counts as booked from the day that it counts here, since an ERP books a receipt on the
    day that the export names.

    Args:
        facts: everything that is known; more than the receivables are made of where its day is in a closed month.
        owing: the receivables of the day.
        balances: of the control accounts on that day; what they do not name is left out.

    Returns:
        By entity and currency, in the order of `ControlStep`. The last row is the balance that was given; the row before it,
        ``unexplained``, is there only where something is left over.
    """
    ours = movements(facts, owing.as_of)
    rows = pl.concat([_not_booked(facts, ours), _not_listed(ours), _known_later(facts, owing.as_of)])
    wanted = pl.DataFrame(list(balances), schema={"entity": pl.String(), "currency": pl.String()}, orient="row")
    known = rows.join(wanted, on=["entity", "currency"], how="semi")
    explained, owed = _sums(known), _sums(owing.movements)
    ends = []
    for (entity, currency), balance in balances.items():
        left = balance - owed.get((entity, currency), 0) - explained.get((entity, currency), 0)
        figures = ((ControlStep.UNEXPLAINED, left), (ControlStep.CONTROL, balance))
        ends += [(entity, currency, step.value, *[""] * 5, None, minor) for step, minor in figures if minor or step == ControlStep.CONTROL]
    whole = pl.concat([known, pl.DataFrame(ends, schema=CONTROL, orient="row")])
    numbers = facts.items.select("item_id", number="document_no").unique("item_id")
    named = whole.join(numbers, on="item_id", how="left").with_columns(document_no=pl.col("number").fill_null("")).drop("number")
    place = pl.col("step").replace_strict({step.value: place for place, step in enumerate(ControlStep)}, return_dtype=pl.Int64)
    return named.select(*CONTROL).sort("entity", "currency", place, "customer_id", "item_id", "line_id", "decision_id", "date", "amount")


def unexplained(rows: pl.DataFrame) -> dict[tuple[str, str], int]:
    """What of `control` is not explained, by entity and currency; minor units."""
    return _sums(rows.filter(pl.col("step") == ControlStep.UNEXPLAINED.value))


def _sums(frame: pl.DataFrame) -> dict[tuple[str, str], int]:
    sums = frame.group_by("entity", "currency").agg(total(pl.col("amount")))
    return {(entity, currency): minor for entity, currency, minor in sums.iter_rows()}


def _row(step: ControlStep | pl.Expr, amount: pl.Expr, **columns: pl.Expr) -> list[pl.Expr]:
    """The columns of a row; what is not named is the frame's own."""
    made = {"step": pl.lit(step.value) if isinstance(step, ControlStep) else step, "document_no": pl.lit(""), "amount": amount} | columns
    return [made[name].alias(name) if name in made else pl.col(name) for name in CONTROL]


def _not_booked(facts: Facts, ours: pl.DataFrame) -> pl.DataFrame:
    """By document and decision what we have settled and the ERP has not, or the other way round.

    Args:
        facts: everything that is known.
        ours: the movements up to the day.
    """
    taken_back = facts.decisions.filter(pl.col("reverses") != "").select("decision_id", "reverses")
    on_documents = ours.filter(pl.col("decision_id") != "", ~pl.col("item_id").str.starts_with(PREFIX))
    settled = (
        on_documents.join(taken_back, on="decision_id", how="left")
        .with_columns(decision_id=pl.coalesce("reverses", "decision_id"))
        .group_by("entity", "customer_id", "currency", "item_id", "decision_id")
        .agg(settled=total(-pl.col("amount")), date=pl.col("effective_date").min(), line_id=pl.col("line_id").max())
    )
    held = booked_of(facts.versions, facts.decisions, facts.allocations, facts.sent)
    both = settled.join(held, on=["item_id", "decision_id"], how="left").with_columns(
        left=pl.col("settled") - pl.col("booked").fill_null(0)
    )
    stands = pl.col("settled") != 0
    step = pl.when(stands).then(pl.lit(ControlStep.NOT_BOOKED.value)).otherwise(pl.lit(ControlStep.STILL_BOOKED.value))
    return both.filter(pl.col("left") != 0).select(_row(step, pl.col("left")))


def _not_listed(ours: pl.DataFrame) -> pl.DataFrame:
    """What is left of receipts: the ERP's own credit for the same money has its place already."""
    rests = ours.filter(pl.col("item_id").str.starts_with(PREFIX)).group_by("entity", "customer_id", "currency", "item_id")
    left = rests.agg(left=total(-pl.col("amount")), date=pl.col("effective_date").min()).filter(pl.col("left") != 0)
    line = pl.col("item_id").str.slice(len(PREFIX))
    return left.select(_row(ControlStep.NOT_LISTED, pl.col("left"), line_id=line, decision_id=pl.lit("")))


def _known_later(facts: Facts, day: date) -> pl.DataFrame:
    """What the ERP's lists said of days up to this one when they were locked: it counts from a later day here."""
    own = erp_movements(facts)
    moved = Locks(facts.periods).moved(own)
    late = own.with_columns(counts_from=moved["effective_date"]).filter(pl.col("effective_date") <= day, pl.col("counts_from") > day)
    sums = late.group_by("entity", "customer_id", "currency", "item_id").agg(
        left=total(pl.col("amount")), date=pl.col("effective_date").min()
    )
    shown = _row(ControlStep.KNOWN_LATER, pl.col("left"), line_id=pl.lit(""), decision_id=pl.lit(""))
    return sums.filter(pl.col("left") != 0).select(shown)

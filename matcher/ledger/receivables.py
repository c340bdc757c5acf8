"""What customers owe in all, and whether it is the same however it is counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from matcher import money
from matcher.amounts import shown
from matcher.frames import State
from matcher.ledger.aging import aging


@dataclass(frozen=True, slots=True)
class Receivables:
    """Of one legal entity in one currency, minor units.

    Attributes:
        items: open documents: debts less credit notes and credits of the ERP.
        unapplied: what is left of receipts, below zero.
        control: the control account's balance, where somebody gave it.
    """

    entity: str
    currency: str
    items: int
    unapplied: int
    control: int | None = None

    @property
    def total(self) -> int:
        """Open documents and unapplied receipts."""
        return self.items + self.unapplied

    @property
    def difference(self) -> int | None:
        """The control account less the receivables; None where nobody gave it."""
        return None if self.control is None else self.control - self.total

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        figures = {"items": self.items, "unapplied": self.unapplied, "total": self.total}
        known = {} if self.control is None else {"control": self.control, "difference": self.difference or 0}
        texts = {name: money.render(minor, self.currency) for name, minor in (figures | known).items()}
        return {"entity": self.entity, "currency": self.currency, **texts}


def receivables(state: State) -> tuple[Receivables, ...]:
    """By legal entity and currency."""
    parts = (("items", state.items), ("unapplied", state.credits))
    sums = pl.concat(frame.select("entity", "currency", pl.col("open"), part=pl.lit(name)) for name, frame in parts)
    amount, part = pl.col("open"), pl.col("part")
    grouped = sums.group_by("entity", "currency").agg(
        items=shown(amount.filter(part == "items")), unapplied=shown(amount.filter(part == "unapplied"))
    )
    return tuple(Receivables(*row) for row in grouped.sort("entity", "currency").iter_rows())


def disagreements(state: State, buckets: Sequence[int]) -> list[str]:
    """What differs between movements, items with credits, and aging: by entity and currency, in words; nothing when all agree."""
    by = ("entity", "currency")
    counted = {
        "the movements": state.movements,
        "open items and unapplied receipts": pl.concat([state.items.select(*by, "open"), state.credits.select(*by, "open")]),
        "the aging": aging(state, buckets).select(*by, "open_amount"),
    }
    sums = {name: _sums(frame) for name, frame in counted.items()}
    known = sums["the movements"]
    found = []
    for name, other in sums.items():
        for key in sorted(known.keys() | other.keys()):
            if known.get(key, 0) != other.get(key, 0):
                amounts = f"{money.render(other.get(key, 0), key[1])} by {name}, {money.render(known.get(key, 0), key[1])} by the movements"
                found.append(f"entity {key[0]} {key[1]}: {amounts}")
    return found


def _sums(frame: pl.DataFrame) -> dict[tuple[str, str], int]:
    amount = next(name for name in ("open", "open_amount", "amount") if name in frame.columns)
    rows = frame.group_by("entity", "currency").agg(shown(pl.col(amount)).alias("sum")).iter_rows()
    return {(entity, currency): minor for entity, currency, minor in rows if minor}


def disagreeing_items(state: State, listed: pl.DataFrame) -> list[str]:
    """Ids of items whose movements do not come to what the ERP lists, with what it has booked of ours, less what we posted.

    Args:
        state: with everything that is known.
        listed: item_id and ``level``: the latest open amount of the ERP, and what it holds of our postings added to it.
    """
    ours = pl.col("settled_cash") + pl.col("settled_adjustment")
    both = state.items.select("item_id", "open", "listed_open", settled=ours).join(listed, on="item_id", how="left")
    wrong = both.filter(pl.col("open") != pl.coalesce("level", "listed_open") - pl.col("settled"))
    return wrong["item_id"].sort().to_list()

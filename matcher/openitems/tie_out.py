"""What a list of open items changes, in figures that can be held against the ERP's own list; and documents that it tells too late."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher import money
from matcher.amounts import shown
from matcher.states import ItemStatus


@dataclass(frozen=True, slots=True)
class TieOut:
    """The open items of a legal entity in a currency, by the ERP's lists alone: our own receipts are not in these figures.

    An item is open when a list says that something of it is. ``before`` + ``new`` + ``changed`` - ``closed`` = ``after``, and the
    same of the numbers of items without ``changed_items``, which stay open and are counted before and after.

    Attributes:
        entity, currency: what the figures are of.
        before_items, before: open by the previous list. Amounts are minor units; credit notes are negative.
        new_items, new: open now and not before: new documents, and old ones that are open again.
        changed_items, changed: open before and now with another open amount; by how much they have changed.
        closed_items, closed: open before and not now; what was open of them.
        after_items, after: open by this list.
    """

    entity: str
    currency: str
    before_items: int
    before: int
    new_items: int
    new: int
    changed_items: int
    changed: int
    closed_items: int
    closed: int
    after_items: int
    after: int

    def figures(self) -> Iterator[tuple[str, int, int]]:
        """Name, number of items and amount of each figure, in their order."""
        for name in ("before", "new", "changed", "closed", "after"):
            yield name, getattr(self, f"{name}_items"), getattr(self, name)

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        told: dict[str, object] = {"entity": self.entity, "currency": self.currency}
        for name, items, amount in self.figures():
            told |= {f"{name}_items": items, name: money.render(amount, self.currency)}
        return told


@dataclass(frozen=True, slots=True)
class LateDocument:
    """A document that a list is the first to tell, and that was issued on or before the day of an earlier list.

    Attributes:
        item_id, entity, customer_id, document_no, issue_date, currency: of the document.
        amount: of the document, minor units.
        known_until: the day of the earlier list, which lacks it: reports for days from the document's to this one have changed.
    """

    item_id: str
    entity: str
    customer_id: str
    document_no: str
    issue_date: date
    currency: str
    amount: int
    known_until: date

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        days = {name: getattr(self, name).isoformat() for name in ("issue_date", "known_until")}
        plain = {name: getattr(self, name) for name in ("item_id", "entity", "customer_id", "document_no")}
        return {**plain, **days, "currency": self.currency, "amount": money.render(self.amount, self.currency)}


def listed_open() -> pl.Expr:
    """What the ERP says is open of an item, minor units: nothing of a closed one."""
    return pl.when(pl.col("status") == ItemStatus.CLOSED).then(0).otherwise(pl.col("open_amount"))


def tie_out(before: pl.DataFrame, after: pl.DataFrame) -> tuple[TieOut, ...]:
    """The figures for each legal entity and currency, in their order.

    Args:
        before: item_id, entity, currency and ``listed`` (what is open, minor units) of the items by the previous list.
        after: the same by this one. An item that is of another entity or currency now is closed in the one and new in the other.
    """
    key = ["entity", "currency", "item_id"]
    was, now = (frame.filter(pl.col("listed") != 0).select(*key, "listed") for frame in (before, after))
    both = was.join(now, on=key, how="full", coalesce=True, suffix="_now")
    old, new = pl.col("listed"), pl.col("listed_now")
    change = (new - old).fill_null(0)
    figures = {"before": old, "new": new.filter(old.is_null()), "changed": change, "closed": old.filter(new.is_null()), "after": new}
    counts = {name: amount.is_not_null().sum() for name, amount in figures.items()} | {"changed": (change != 0).sum()}
    sums = both.group_by("entity", "currency").agg(
        expression.alias(alias)
        for name, amount in figures.items()
        for alias, expression in ((f"{name}_items", counts[name]), (name, shown(amount)))
    )
    return tuple(TieOut(*row) for row in sums.sort("entity", "currency").select(TieOut.__slots__).iter_rows())


def late_documents(new: pl.DataFrame, known_until: Mapping[str, date]) -> tuple[LateDocument, ...]:
    """Of the documents that a list is the first to tell those that an earlier list should have told, oldest first.

    Args:
        new: item_id, entity, customer_id, document_no, issue_date, currency and amount (minor units).
        known_until: for each legal entity that had a list before, the latest day that one speaks of.
    """
    if not known_until or new.is_empty():
        return ()
    days = pl.DataFrame(
        {"entity": list(known_until), "known_until": list(known_until.values())}, schema_overrides={"known_until": pl.Date()}
    )
    late = new.join(days, on="entity").filter(pl.col("issue_date") <= pl.col("known_until"))
    return tuple(LateDocument(*row) for row in late.sort("issue_date", "item_id").select(LateDocument.__slots__).iter_rows())

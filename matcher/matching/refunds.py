"""Money that we pay back to customers: the open credits that an outgoing line closes."""

from typing import NamedTuple

import polars as pl

from matcher import money
from matcher.matching.names.plain import Keys, name_keys
from matcher.matching.payer import certain_payer
from matcher.model import Allocation


class Refund(NamedTuple):
    """An outgoing line and the credits of one customer that it pays out."""

    line_id: str
    customer_id: str
    allocations: tuple[Allocation, ...]
    reason: str


def refunds(lines: pl.DataFrame, items: pl.DataFrame, customers: pl.DataFrame, keys: Keys = name_keys) -> list[Refund]:
    """Debits to a customer's account or certain name with the amount of one open credit of his, or of all of them together.

    Of several credits of the amount the text has to name one.

    Args:
        lines: columns of `frames.LINE`, and ``pending``.
        items: columns of `frames.ITEM`, and ``open``.
        customers: `frames.CUSTOMER`.
        keys: gives names with their keys.
    """
    credits = items.filter(pl.col("open") < 0).select("item_id", "entity", "customer_id", "currency", "document_no", "open", "open_amount")
    going = lines.filter(pl.col("pending") < 0)
    if credits.is_empty() or going.is_empty():
        return []
    payees = certain_payer(going, customers, _NOTHING, keys)
    columns = ("line_id", "entity", "currency", "pending", "remittance_information")
    paid = going.select(columns).join(payees, on="line_id").join(credits, on=["entity", "customer_id", "currency"])
    every = pl.col("open").sum().over("line_id") == pl.col("pending")
    one = (pl.col("open") == pl.col("pending")).sum().over("line_id") > 0
    hits = paid.filter(every | one).sort("line_id", "document_no", "item_id")
    found = []
    for (line_id,), rows in hits.group_by("line_id", maintain_order=True):
        if refund := _refund(str(line_id), rows):
            found.append(refund)
    return found


_NOTHING = pl.DataFrame(schema={"line_id": pl.String(), "customer_id": pl.String()})


def _refund(line_id: str, rows: pl.DataFrame) -> Refund | None:
    """The refund of one line among the open credits of its customer; None when several fit."""
    alone = rows.filter(pl.col("open") == pl.col("pending"))
    if alone.height > 1:
        named = pl.col("remittance_information").str.contains(pl.col("document_no"), literal=True) & (pl.col("document_no") != "")
        alone = alone.filter(named)
        if alone.height != 1:
            return None
    chosen = alone if alone.height else rows
    pays = chosen.select("item_id", "open", "open_amount").rows()
    shares = tuple(Allocation(item_id, amount, amount, item_open=listed) for item_id, amount, listed in pays)
    customer, currency, amount = chosen.row(0, named=True)["customer_id"], chosen["currency"][0], chosen["pending"][0]
    what = chosen["document_no"][0] or chosen["item_id"][0] if chosen.height == 1 else f"all {chosen.height} open credits"
    return Refund(line_id, customer, shares, f"{money.render(-amount, currency)} {currency} go back to {customer}: {what}.")

"""What a list of open items may close by not listing it.

A list that was cut off, or exported with a filter on, looks to the books as if the ERP had closed everything that it lacks. So a list that
would close more than a share of what is open, without a receipt of ours, is refused until a person says that it is whole.
"""

from dataclasses import dataclass

import polars as pl

from matcher import money
from matcher.amounts import total

FEW = 5
"""A currency with fewer open items than these is judged by their number with all others: one small invoice may be all there is of it."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What a list would close: number of open items in all, of those closed, and for each currency what is open and what is closed of it.

    Amounts are minor units without sign, so that credit notes do not make up for invoices.
    """

    items: int
    closed: int
    amounts: tuple[tuple[str, int, int], ...]
    excessive: bool

    def said(self) -> str:
        """The figures in words, such as ``7 of 8 open items (7000.00 of 8000.00 EUR)``."""
        parts = [
            f"{money.render(gone, currency)} of {money.render(open_, currency)} {currency}"
            for currency, open_, gone in self.amounts
            if gone
        ]
        return f"{self.closed} of {self.items} open items ({', '.join(parts)})"


def closing(items: pl.DataFrame, gone: pl.Series, percent: int) -> Closing:
    """Compares what a list leaves out with what is open.

    Args:
        items: item_id, currency and ``open`` (minor units; what our postings have left open) of the legal entities that are listed.
        gone: ids that the list leaves out.
        percent: the largest share, of the number or of a currency's amount, that a list may close; 100 allows everything.
    """
    open_items = items.filter(pl.col("open") != 0).with_columns(pl.col("item_id").is_in(gone.implode()).alias("gone"))
    sums = (
        open_items.group_by("currency")
        .agg(
            total(pl.col("open").abs()).alias("amount"),
            total(pl.when("gone").then(pl.col("open").abs()).otherwise(0)).alias("closed"),
            pl.len().alias("count"),
        )
        .sort("currency")
    )
    closed = int(open_items["gone"].sum())
    many = closed * 100 > percent * open_items.height
    large = any(gone_ * 100 > percent * amount for _, amount, gone_, count in sums.iter_rows() if count >= FEW)
    return Closing(open_items.height, closed, tuple(sums.select("currency", "amount", "closed").iter_rows()), many or large)

"""How often documents of a customer have one another's amount: what an amount says when no number is given.

Where nothing repeats, the amount of an open item is as good as its name. Where it does, another document, one that is closed or not
issued yet, may be meant. Both are known from the documents alone, before anything is decided.
"""

import polars as pl

from matcher.matching.records import Item
from matcher.money import PPM

SHRUNK = 3
"""Documents of the legal entity's own rate that are added to those of each customer, so that few documents say little."""


USUAL, FEW = 0.01, 50
"""The rate that is assumed of an entity without documents, and how many documents it counts for."""


class Repetition:
    """Of all documents of a legal entity, open or closed."""

    def __init__(self, items: pl.DataFrame) -> None:
        """`items`: customer_id, document_no, currency, amount (minor units as invoiced); instalments of one amount count once."""
        documents = items.filter(pl.col("amount") > 0).unique(["customer_id", "document_no", "currency", "amount"])
        same = pl.len().over("customer_id", "currency", "amount") > 1
        documents = documents.select("customer_id", "currency", "amount", same.alias("again"))
        repeated = documents.filter("again").select("customer_id", "currency", "amount").unique()
        self._amounts = frozenset(repeated.iter_rows())
        self._starts, self._invoiced = _by_customer(documents)
        self._not_once = _elsewhere(items) if "open" in items.columns else {}
        mean = (documents.filter("again").height + USUAL * FEW) / (documents.height + FEW)
        rate = (pl.col("again").sum() + SHRUNK * mean) / (pl.len() + SHRUNK)
        by_customer = documents.group_by("customer_id").agg((rate * PPM).round().cast(pl.Int64).alias("rate"))
        self._rates: dict[str, int] = dict(by_customer.iter_rows())

    def rate(self, customer_id: str) -> int:
        """Share of a customer's documents whose amount another one has too, in millionths, drawn towards that of the entity."""
        return self._rates.get(customer_id, 0)

    def once(self, item: Item) -> bool:
        """Whether no closed document of the legal entity has the amount of this item, if no other open one has it."""
        return item.open not in self._not_once.get(item.currency, frozenset())

    def found(self, customer_id: str, currency: str, amount: int) -> bool:
        """Whether a document of the customer, open or closed, was invoiced with that amount."""
        start, size = self._starts.get((customer_id, currency), (0, 0))
        return size > 0 and bool((self._invoiced.slice(start, size) == amount).any())

    def has(self, item: Item) -> bool:
        """Whether another document of the customer, open or closed, has the amount that is open of this item."""
        return (item.customer_id, item.currency, item.open) in self._amounts


def _by_customer(documents: pl.DataFrame) -> tuple[dict[tuple[str, str], tuple[int, int]], pl.Series]:
    """Amounts of documents laid down side by side for each customer and currency, and where those of each begin, and how many."""
    ordered = documents.select("customer_id", "currency", "amount").sort("customer_id", "currency")
    sizes = ordered.group_by("customer_id", "currency", maintain_order=True).len()
    starts = sizes.with_columns(start=pl.col("len").cum_sum() - pl.col("len"))
    return {(who, currency): (start, size) for who, currency, size, start in starts.iter_rows()}, ordered["amount"]


def _elsewhere(items: pl.DataFrame) -> dict[str, frozenset[int]]:
    """Amounts that one open item at most has, and a closed one too, by currency; of others the open items tell it."""
    still = (pl.col("open") != 0).sum()
    found = items.filter(pl.col("amount") > 0).group_by("currency", "amount").agg(still.alias("still"), pl.len().alias("all"))
    kept = found.filter((pl.col("still") <= 1) & (pl.col("all") > 1)).group_by("currency").agg("amount")
    return {currency: frozenset(amounts) for currency, amounts in kept.iter_rows()}

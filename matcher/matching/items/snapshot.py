"""The open items of a legal entity in columns, as another process is told of them. Nothing here is compiled: it has to be packed."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import polars as pl

from matcher.matching import receipts
from matcher.matching.items.open_items import Rate
from matcher.matching.items.repetition import Repetition
from matcher.matching.records import Item

FEW = 40
"""Customers that are looked up one by one; more are looked for in all rows at once."""


class Source(Protocol):
    """All open items of a legal entity, as they are before anything is posted."""

    def of(self, customers: Collection[str]) -> Iterable[Item]:
        """Those of these customers."""
        ...

    def owners(self, item_ids: Collection[str]) -> Collection[str]:
        """Customers who have one of these."""
        ...


class Columns:
    """A source in columns."""

    def __init__(self, items: pl.DataFrame) -> None:
        """`items`: columns `receipts.ITEM`; those with something open."""
        self._rows = items.select(receipts.ITEM).sort("customer_id", "item_id")

    @cached_property
    def _where(self) -> dict[str, tuple[int, int]]:
        """First row and number of rows of each customer."""
        first = self._rows.with_row_index().group_by("customer_id").agg(pl.col("index").first(), pl.len())
        return {customer: (start, size) for customer, start, size in first.iter_rows()}

    def of(self, customers: Collection[str]) -> Iterator[Item]:
        """As of `Source`."""
        if len(customers) > FEW:
            yield from receipts.items(self._rows.filter(pl.col("customer_id").is_in(list(customers))))
            return
        for customer in customers:
            if customer in self._where:
                yield from receipts.items(self._rows.slice(*self._where[customer]))

    def owners(self, item_ids: Collection[str]) -> list[str]:
        """As of `Source`."""
        return self._rows.filter(pl.col("item_id").is_in(list(item_ids)))["customer_id"].unique().to_list()


@dataclass(frozen=True)
class Snapshot:
    """What a process has to know to look at receipts of a legal entity before anything is posted.

    Attributes:
        amounts: currency, listed_open, len: how many items had each amount open before any posting of ours.
        shapes, order_shapes: of all documents' numbers, and of all their purchase orders.
    """

    items: Source
    amounts: pl.DataFrame
    relatives: Mapping[str, frozenset[str]]
    countries: Mapping[str, str]
    rate: Rate
    instalments_in_order: bool
    repetition: Repetition | None
    shapes: frozenset[str]
    order_shapes: frozenset[str]

"""What holds of every set of invented books, whichever generator wrote it: its truth spends no money twice, and our own reader takes it."""

import csv
import itertools
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from benchmarks.score import score, violations
from benchmarks.scoring.case import case
from matcher import config, money
from matcher.openitems import readers

Row = dict[str, str]


def rows(place: Path, name: str) -> list[Row]:
    """The rows of a file of the books."""
    with (place / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def by_line(truth: list[Row]) -> Iterator[tuple[Row, list[Row]]]:
    """Each line of the truth, with its rows that pay an item."""
    for _, group in itertools.groupby(truth, key=lambda row: (row["account"], row["bank_reference"])):
        found = list(group)
        yield found[0], [row for row in found if row["item_id"]]


def minor(text: str, currency: str) -> int:
    """An amount as written, in minor units."""
    return money.parse(text, currency)


def assert_no_item_is_over_allocated(place: Path) -> dict[str, Row]:
    """No item gets more than it has open, none that is closed gets anything. Returns the items by id."""
    items = {row["item_id"]: row for row in rows(place, "items.csv")}
    taken: dict[str, int] = defaultdict(int)
    for row in rows(place, "truth.csv"):
        if row["item_id"]:
            item = items[row["item_id"]]
            taken[row["item_id"]] += minor(row["item_amount"], item["currency"]) + minor(row["adjustment"], item["currency"])
            assert item["status"] != "closed"
            assert bool(row["reason"]) == (minor(row["adjustment"], item["currency"]) != 0)
    for item_id, settled in taken.items():
        opened = minor(items[item_id]["open_amount"], items[item_id]["currency"])
        assert 0 < settled * (1 if opened > 0 else -1) <= abs(opened), items[item_id]
    return items


def assert_read_by_the_product(place: Path) -> config.Config:
    """The files are in our own layouts. Returns the settings."""
    for name, reader in (("items.csv", readers.items), ("customers.csv", readers.customers), ("rates.csv", readers.rates)):
        assert reader((place / name).read_bytes(), name).height == len(rows(place, name))
    return config.load(place / "matcher.toml")


def assert_scores_as_perfect(place: Path) -> None:
    """An engine that says the truth is right in everything."""
    truth, items, rates = (
        pl.read_csv(place / name, infer_schema=False).with_columns(pl.all().fill_null(""))
        for name in ("truth.csv", "items.csv", "rates.csv")
    )
    stated = pl.col("item_id") != ""
    matches = truth.select(
        "account", "bank_reference", "item_id", pl.col("amount").alias("amount_applied"), pl.col("adjustment").alias("adjustment_amount"),
        state=pl.when(stated).then(pl.lit("posted")).otherwise(pl.lit("none")), outcome="expected_outcome", confidence=pl.lit("1"),
    )  # fmt: skip
    entities = {account.id: account.entity for account in config.load(place / "matcher.toml").account}
    result = score(case(truth, items, rates, matches, entities))
    assert result["all"]["posted_exact_share"] == result["all"]["posted_precision"] == result["all"]["outcome_right_share"] == 1
    assert violations(result["safety"]) == 0

"""The truth of a month and the matches of an engine, side by side as frames."""

import io
import tomllib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from matcher import columns

LINE_KEY = ("account", "bank_reference")
"""What names a bank line in the truth and in `export matches`."""

_TRUTH_LINE = (
    "booking_date",
    "currency",
    "line_amount",
    "kind",
    "written",
    "payer_name",
    "payer_account",
    "expected_outcome",
    "identifiable",
)
_NEEDED = (*LINE_KEY, "item_id", "amount_applied", "adjustment_amount", "state", "outcome", "confidence")


class CaseError(ValueError):
    """A file lacks what the scorer needs; the message names it."""


@dataclass(frozen=True)
class Case:
    """What is compared. `line` is a number of the truth's line, `group` a class of items that may stand for each other.

    Items of one customer, legal entity and currency with one open amount and one due date are interchangeable: paying
    either is right. Amounts are minor units; `weight` is the size of an amount in euro cents and only ever a weight.

    Attributes:
        lines: line, what the truth says of it, and the answer: state, outcome, confidence (null when none was given).
        truth: line, item_id, group, amount, adjustment, weight: what each line should pay.
        given: the same and state: what it pays according to the matches; only the posted rows of lines that have some.
        items: item_id, group, entity, currency, open, status.
        unknown_lines, unknown_items: rows of the matches that name something outside the month.
    """

    lines: pl.DataFrame
    truth: pl.DataFrame
    given: pl.DataFrame
    items: pl.DataFrame
    unknown_lines: int
    unknown_items: int


def load(truth_dir: Path, matches: Path) -> Case:
    """Reads a generated month and an `export matches` file (CSV or Parquet).

    Raises:
        CaseError: a file or column is missing, or an amount is not one.
    """
    config = tomllib.loads((truth_dir / "matcher.toml").read_text(encoding="utf-8"))
    entities = {account["id"]: account["entity"] for account in config["account"]}
    given = _matches(matches)
    return case(_table(truth_dir / "truth.csv"), _table(truth_dir / "items.csv"), _table(truth_dir / "rates.csv"), given, entities)


def _table(path: Path) -> pl.DataFrame:
    try:
        return pl.read_csv(path, infer_schema=False).with_columns(pl.all().fill_null(""))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise CaseError(f"{path}: {error}") from error


def _matches(path: Path) -> pl.DataFrame:
    if path.suffix == ".parquet":
        frame = pl.read_parquet(io.BytesIO(path.read_bytes()))
        frame = frame.select(pl.col(c).cast(pl.String).fill_null("") for c in frame.columns)
    else:
        frame = _table(path)
    missing = [name for name in _NEEDED if name not in frame.columns]
    if missing:
        raise CaseError(f"{path}: there is no column {', '.join(missing)}")
    return frame.select(_NEEDED)


def case(truth: pl.DataFrame, items: pl.DataFrame, rates: pl.DataFrame, matches: pl.DataFrame, entities: dict[str, str]) -> Case:
    """Puts tables of text cells side by side. `entities` is the legal entity of each account.

    Raises:
        CaseError: an amount is not one.
    """
    known = _items(items)
    first = truth.unique(LINE_KEY, keep="first", maintain_order=True).with_row_index("line")
    lines = first.select(
        pl.col("line").cast(pl.Int64), *LINE_KEY, *_TRUTH_LINE[:1], "currency", _money("line_amount", "currency").alias("amount"),
        *_TRUTH_LINE[3:], entity=pl.col("account").replace_strict(entities, default=""),
    )  # fmt: skip
    size = _weights(rates)
    keys = lines.select("line", *LINE_KEY, "currency")
    named = truth.filter(pl.col("item_id") != "").drop("currency").join(keys, on=LINE_KEY, maintain_order="left")
    should = named.join(known.select("item_id", "group", item_currency="currency"), on="item_id", how="left", maintain_order="left")
    if should["group"].null_count():
        raise CaseError("the truth names an item that items.csv does not have")
    should = should.select(
        "line", "item_id", "group", _money("amount", "currency"), _money("adjustment", "item_currency"), "currency"
    ).join(size, on="currency", how="left", maintain_order="left")
    rows = matches.join(keys, on=LINE_KEY, how="left", maintain_order="left")
    unknown_lines = rows["line"].null_count()
    rows = rows.drop_nulls("line")
    answers = _answers(rows)
    pays = rows.filter(pl.col("item_id") != "")
    pays = pays.join(known.select("item_id", "group", item_currency="currency"), on="item_id", how="left", maintain_order="left")
    unknown_items = pays["group"].null_count()
    # a row on an item that does not exist is kept, as a wrong one
    pays = pays.with_columns(pl.col("group").fill_null(-1), pl.col("item_currency").fill_null(pl.col("currency")))
    given = pays.select(
        "line", "item_id", "group", _money("amount_applied", "currency").alias("amount"),
        _money("adjustment_amount", "item_currency").alias("adjustment"), "currency", "item_currency", "state",
    ).join(size, on="currency", how="left", maintain_order="left")  # fmt: skip
    posted = given.filter(pl.col("state") == "posted")
    given = pl.concat([posted, given.filter(pl.col("state") == "proposed").join(posted, on="line", how="anti")])
    for name, frame in (("truth.csv", should), ("the matches", given)):
        if frame.select(pl.col("amount").is_null().any() | pl.col("adjustment").is_null().any()).item():
            raise CaseError(f"{name}: a cell that must be an amount is not one")
    lines = lines.join(answers, on="line", how="left", maintain_order="left").with_columns(pl.col("state", "outcome").fill_null(""))
    return Case(lines, _weighed(should), _weighed(given), known, unknown_lines, unknown_items)


def _money(name: str, currency: str) -> pl.Expr:
    text = pl.when(pl.col(name) == "").then(pl.lit("0")).otherwise(pl.col(name))
    return columns.amount(text, pl.col(currency)).alias(name)


def _items(items: pl.DataFrame) -> pl.DataFrame:
    """Items with their group; a closed item stands for no other."""
    opened = _money("open_amount", "currency").alias("open")
    known = items.select("item_id", "entity", "customer_id", "currency", opened, "due_date", "status").with_row_index("position")
    alike = ("entity", "customer_id", "currency", "open", "due_date")
    alone = (pl.col("status") == "closed") | (pl.col("open") == 0)
    group = pl.when(alone).then(pl.col("position")).otherwise(pl.col("position").min().over(*alike, alone))
    return known.select("item_id", group.cast(pl.Int64).alias("group"), "entity", "currency", "open", "status")


def _weights(rates: pl.DataFrame) -> pl.DataFrame:
    """Euro cents for one minor unit of each currency, at its latest rate. A weight, not money: nothing is booked with it."""
    last = rates.sort("date").group_by("currency", maintain_order=True).last().select("currency", pl.col("per_base").cast(pl.Float64))
    places = columns.scales(pl.col("currency"))
    cents = (100.0 / pl.col("per_base") / (10.0**places)).alias("cents")
    base = pl.DataFrame({"currency": ["EUR"], "cents": [1.0]})
    return pl.concat([base, last.filter(pl.col("currency") != "EUR").select("currency", cents)])


def _weighed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(weight=pl.col("amount").abs() * pl.col("cents").fill_null(1.0)).drop("cents")


def _answers(rows: pl.DataFrame) -> pl.DataFrame:
    """State, outcome and confidence of each line; a line with a posted row is posted, whatever else is proposed."""
    rank = pl.col("state").replace_strict({"posted": 0, "proposed": 1}, default=2, return_dtype=pl.Int8)
    best = rows.sort("line", rank, maintain_order=True).unique("line", keep="first", maintain_order=True)
    return best.select("line", "state", "outcome", pl.col("confidence").cast(pl.Float64, strict=False))

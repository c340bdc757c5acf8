"""What an engine made of a world, line by line, and the counts of it."""

from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.scoring.case import LINE_KEY, Case, load
from benchmarks.scoring.measure import judged
from benchmarks.worlds.draw import REPEATS

Row = dict[str, Any]
STATED = 0.999
"""Answers of this confidence or more are counted apart: what would be posted, and be right, if it alone decided."""

MATCHES = "matches.csv"
"""The engine's answers, beside the files of the world."""


def verdicts(directory: Path) -> pl.DataFrame:
    """The judged lines of a world with the rule that posted each, and what is wrong with it.

    Columns added to those of `judged`: rule (without its version; empty where nothing was posted), posted_right, and error:
    ``swapped`` (a second payment got exactly what the first one should have got, and that was not posted), ``wrong`` (a row is
    not true), ``incomplete`` (every row is true, others are lacking), ``adjustment`` (items and cash are right, what was cleared
    without cash is not) or empty.
    """
    matches = pl.read_csv(directory / MATCHES, infer_schema=False).with_columns(pl.all().fill_null(""))
    posted = matches.filter((pl.col("state") == "posted") & (pl.col("item_id") != ""))
    rule = pl.col("rule") if "rule" in matches.columns else pl.lit("")
    rules = posted.group_by(LINE_KEY, maintain_order=True).agg(rule=rule.first().str.replace(r"@.*$", ""))
    case = load(directory, directory / MATCHES)
    lines = judged(case).join(rules, on=LINE_KEY, how="left", maintain_order="left")
    right = pl.col("posted") & pl.col("exact")
    error = (
        pl.when(~pl.col("posted") | pl.col("exact"))
        .then(pl.lit(""))
        .when(pl.col("line").is_in(_swapped(case, lines, directory).implode()))
        .then(pl.lit("swapped"))
        .when(pl.col("wrong"))
        .then(pl.lit("wrong"))
        .when(~pl.col("exact_cash"))
        .then(pl.lit("incomplete"))
        .otherwise(pl.lit("adjustment"))
    )
    return lines.with_columns(pl.col("rule").fill_null(""), posted_right=right, error=error)


def _swapped(case: Case, lines: pl.DataFrame, directory: Path) -> pl.Series:
    """Lines that repeat another one and were posted in its place."""
    repeats = pl.read_csv(directory / REPEATS, infer_schema=False)
    numbers = lines.select("line", *LINE_KEY, "posted")
    pairs = repeats.join(numbers.filter("posted"), on=LINE_KEY).join(
        numbers.filter(~pl.col("posted")).rename({"line": "first"}), left_on=["account", "first_reference"], right_on=LINE_KEY
    )
    share = pl.struct("group", "amount", "adjustment").sort()
    given = case.given.group_by("line").agg(given=share)
    true = case.truth.group_by("line").agg(true=share)
    both = pairs.join(given, on="line").join(true, left_on="first", right_on="line")
    return both.filter(pl.col("given") == pl.col("true"))["line"]


def counts(lines: pl.DataFrame) -> Row:
    """Postings, errors and coverage of some lines."""
    on_account = pl.col("outcome") == "on_account"
    expected = pl.col("expected_outcome") == "on_account"
    knowable = pl.col("matchable") & (pl.col("identifiable") == "yes")
    answered = pl.col("posted") | pl.col("proposed")
    stated = answered & (pl.col("confidence").fill_null(0.0) >= STATED)
    return lines.select(
        stated=stated.sum(),
        stated_right=(stated & pl.col("exact")).sum(),
        postings=pl.col("posted").sum(),
        errors=(pl.col("error") != "").sum(),
        swapped=(pl.col("error") == "swapped").sum(),
        wrong=(pl.col("error") == "wrong").sum(),
        incomplete=(pl.col("error") == "incomplete").sum(),
        adjustment=(pl.col("error") == "adjustment").sum(),
        matchable=pl.col("matchable").sum(),
        posted_right=pl.col("posted_right").sum(),
        identifiable=knowable.sum(),
        identifiable_right=(knowable & pl.col("posted_right")).sum(),
        on_account_true=expected.sum(),
        on_account_said=on_account.sum(),
        on_account_right=(expected & on_account).sum(),
    ).row(0, named=True)


def by_rule(lines: pl.DataFrame) -> dict[str, list[int]]:
    """Postings and errors of each rule."""
    found = lines.filter("posted").group_by("rule").agg(postings=pl.len(), errors=(pl.col("error") != "").sum()).sort("rule")
    return {rule: [postings, errors] for rule, postings, errors in found.iter_rows()}


def by_kind(lines: pl.DataFrame) -> dict[str, list[int]]:
    """Lines, postings, errors and exactly right postings of each kind of line."""
    found = lines.group_by("kind").agg(
        pl.len(), pl.col("posted").sum(), (pl.col("error") != "").sum().alias("errors"), pl.col("posted_right").sum()
    )
    return {kind: list(numbers) for kind, *numbers in found.sort("kind").iter_rows()}

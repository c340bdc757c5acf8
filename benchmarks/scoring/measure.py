"""The measures. A receipt is right when exactly the true items get exactly the true cash and the true adjustments."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

import polars as pl

from benchmarks.scoring.case import Case

TARGETS = (0.99, 0.995, 0.999, 0.9995)
"""Precisions at which the share of receipts that could be posted is told."""

BINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 1.0)
"""Edges of the reliability table; finer at the top, where posting is decided."""

DIMENSIONS = ("kind", "written", "payer_name", "payer_account", "identifiable")

Row = dict[str, Any]


def judged(case: Case) -> pl.DataFrame:
    """Every line with the verdict on its answer.

    Columns added to `Case.lines`: matchable; true_rows, given_rows, right_rows and their weights (true_weight, ...); exact
    (items, cash and adjustments), exact_cash (items and cash), posted and proposed (with items); wrong (posted with a row
    that is not true); outcome_right.
    """
    cash, whole = ["line", "group", "amount"], ["line", "group", "amount", "adjustment"]
    per_line = case.lines.select("line")
    parts = [
        case.truth.group_by("line").agg(true_rows=pl.len(), true_weight=pl.col("weight").sum()),
        case.given.group_by("line").agg(given_rows=pl.len(), given_weight=pl.col("weight").sum(), given_state=pl.col("state").first()),
        _common(case, cash).group_by("line").agg(right_rows=pl.col("both").sum(), right_weight=pl.col("weight").sum()),
        _common(case, whole).group_by("line").agg(whole_rows=pl.col("both").sum()),
    ]
    for part in parts:
        per_line = per_line.join(part, on="line", how="left", maintain_order="left")
    counts = pl.col("true_rows", "given_rows", "right_rows", "whole_rows", "true_weight", "given_weight", "right_weight")
    lines = case.lines.join(per_line.with_columns(counts.fill_null(0)), on="line", maintain_order="left")
    matchable, answered = pl.col("true_rows") > 0, pl.col("given_rows") > 0
    same_count = matchable & (pl.col("given_rows") == pl.col("true_rows"))
    posted = answered & (pl.col("given_state") == "posted")
    return lines.with_columns(
        matchable=matchable,
        posted=posted,
        proposed=answered & ~posted,
        exact=same_count & (pl.col("whole_rows") == pl.col("true_rows")),
        exact_cash=same_count & (pl.col("right_rows") == pl.col("true_rows")),
        wrong=posted & (pl.col("right_rows") < pl.col("given_rows")),
        outcome_right=pl.col("outcome") == pl.col("expected_outcome"),
    )


def _common(case: Case, by: list[str]) -> pl.DataFrame:
    """Rows that truth and matches have in common, counted as often as both have them."""
    true = case.truth.group_by(by).agg(true=pl.len(), weight=pl.col("weight").sum() / pl.len())
    given = case.given.group_by(by).agg(given=pl.len())
    both = true.join(given, on=by).with_columns(both=pl.min_horizontal("true", "given"))
    return both.with_columns(weight=pl.col("weight") * pl.col("both"))


def summary(lines: pl.DataFrame) -> Row:
    """The measures of some lines; shares are null when there is nothing to divide by.

    `posted_precision` and `posted_recall` count allocations, `..._weighted` their amounts. `posted_exact_share` is of the
    matchable receipts those that were posted exactly right, `exact_share` those posted or, not being posted, proposed so.
    """
    row = lines.select(
        lines=pl.len(),
        matchable=pl.col("matchable").sum(),
        posted=pl.col("posted").sum(),
        proposed=pl.col("proposed").sum(),
        posted_exact=(pl.col("posted") & pl.col("exact")).sum(),
        posted_exact_cash=(pl.col("posted") & pl.col("exact_cash")).sum(),
        exact=(pl.col("exact") & (pl.col("posted") | pl.col("proposed"))).sum(),
        wrong=pl.col("wrong").sum(),
        incomplete=(pl.col("posted") & ~pl.col("wrong") & ~pl.col("exact_cash")).sum(),
        posted_unmatchable=(pl.col("posted") & ~pl.col("matchable")).sum(),
        true_rows=pl.col("true_rows").sum(),
        posted_rows=_of_posted("given_rows"),
        posted_right_rows=_of_posted("right_rows"),
        true_weight=pl.col("true_weight").sum(),
        posted_weight=_of_posted("given_weight"),
        posted_right_weight=_of_posted("right_weight"),
        outcome_right=pl.col("outcome_right").sum(),
    ).row(0, named=True)
    return row | {
        "posted_precision": _share(row["posted_right_rows"], row["posted_rows"]),
        "posted_recall": _share(row["posted_right_rows"], row["true_rows"]),
        "posted_precision_weighted": _share(row["posted_right_weight"], row["posted_weight"]),
        "posted_recall_weighted": _share(row["posted_right_weight"], row["true_weight"]),
        "false_match_rate": _share(row["wrong"], row["posted"]),
        "false_match_rate_at_most": _upper(row["wrong"], row["posted"]),
        "posted_exact_share": _share(row["posted_exact"], row["matchable"]),
        "exact_share": _share(row["exact"], row["matchable"]),
        "outcome_right_share": _share(row["outcome_right"], row["lines"]),
    }


def _of_posted(name: str) -> pl.Expr:
    return pl.when("posted").then(pl.col(name)).otherwise(0).sum()


def _share(part: float, whole: float) -> float | None:
    return None if not whole else round(part / whole, 6)


def _upper(part: int, whole: int) -> float | None:
    """Upper end of the 95 % interval of a share (Wilson 1927): what the true rate may still be, seen this often among so many."""
    if not whole:
        return None
    z, rate = 1.96, part / whole
    spread = z * sqrt(rate * (1 - rate) / whole + z * z / (4 * whole * whole))
    return round((rate + z * z / (2 * whole) + spread) / (1 + z * z / whole), 6)


def by(lines: pl.DataFrame, dimension: str) -> list[Row]:
    """The measures for every value of a dimension, in the order of the values' first line."""
    groups = lines.filter(pl.col(dimension) != "").partition_by(dimension, maintain_order=True, as_dict=True)
    found = [{dimension: str(value[0])} | summary(group) for value, group in groups.items()]
    return sorted(found, key=lambda row: str(row[dimension]))


def sweep(lines: pl.DataFrame, targets: Sequence[float] = TARGETS) -> list[Row]:
    """How much could be posted if posting were decided by confidence alone.

    All answered lines are ranked by confidence; lines of one confidence go together. For each target the lowest bar is taken
    at which the share of exactly right lines above it is at least the target. `share` is the right ones above the bar among
    all matchable receipts.
    """
    answered = lines.filter(pl.col("posted") | pl.col("proposed")).with_columns(pl.col("confidence").fill_null(0.0))
    steps = answered.group_by("confidence").agg(count=pl.len(), right=pl.col("exact").sum()).sort("confidence", descending=True)
    steps = steps.with_columns(pl.col("count", "right").cum_sum())
    matchable = int(lines["matchable"].sum())
    found = []
    for target in targets:
        fine = steps.filter(pl.col("right") >= pl.col("count") * target)
        bar, count, right = fine.row(fine.height - 1) if fine.height else (None, 0, 0)
        found.append({"precision": target, "bar": bar, "lines": count, "right": right, "share": _share(right, matchable)})
    return found


def calibration(lines: pl.DataFrame) -> Row:
    """Whether a confidence of 0.9 is right nine times in ten: a reliability table and the expected calibration error.

    The error is the mean distance between stated confidence and share of exactly right answers, weighted by lines.
    """
    answered = lines.filter((pl.col("posted") | pl.col("proposed")) & pl.col("confidence").is_not_null())
    bins = []
    for low, high in pairwise(BINS):
        inside = (pl.col("confidence") > low) | (pl.col("confidence") == 0.0) if low == 0.0 else pl.col("confidence") > low
        part = answered.filter(inside & (pl.col("confidence") <= high))
        if part.height:
            stated, right = float(part["confidence"].mean() or 0.0), int(part["exact"].sum())  # type: ignore[arg-type]
            bins.append(
                {"above": low, "to": high, "lines": part.height, "stated": round(stated, 6), "right": round(right / part.height, 6)}
            )
    total = sum(int(b["lines"]) for b in bins)
    error = sum(b["lines"] * abs(b["stated"] - b["right"]) for b in bins) / total if total else None
    return {"lines": total, "expected_error": None if error is None else round(error, 6), "bins": bins}


def safety(case: Case) -> Row:
    """What must never happen, over everything posted: every count should be zero.

    Rows whose line and item differ in currency cannot be added up from the matches alone; they are counted beside.
    """
    posted = case.given.filter(pl.col("state") == "posted").join(case.items.drop("currency", "group"), on="item_id", how="left")
    same = pl.col("currency") == pl.col("item_currency")
    applied = (
        posted.filter(same).group_by("item_id").agg(total=(pl.col("amount") + pl.col("adjustment")).sum(), open=pl.col("open").first())
    )
    # a debit item may be paid down to zero, a credit note used up to zero; neither may change its side
    towards = pl.col("total") * pl.col("open").sign()
    over = (pl.col("total") != 0) & ((towards > pl.col("open").abs()) | (towards <= 0))
    spent = posted.group_by("line").agg(total=pl.col("amount").sum()).join(case.lines.select("line", "amount", "entity"), on="line")
    seller = posted.join(case.lines.select("line", line_entity="entity"), on="line")
    return {
        "over_applied_items": applied.filter(over).height,
        "over_spent_lines": spent.filter(pl.col("total") > pl.col("amount")).height,
        "rows_on_closed_items": posted.filter((pl.col("status") == "closed") | (pl.col("open") == 0)).height,
        "rows_across_companies": seller.filter(pl.col("entity") != pl.col("line_entity")).height,
        "rows_of_unknown_items": case.unknown_items,
        "rows_of_unknown_lines": case.unknown_lines,
        "lines_without_answer": case.lines.filter(pl.col("state") == "").height,
        "rows_in_other_currency": posted.filter(~same).height,
    }


def outcomes(lines: pl.DataFrame) -> list[Row]:
    """How often each right outcome got each given outcome."""
    counted = lines.group_by("expected_outcome", "outcome", "state").agg(lines=pl.len())
    return counted.sort("expected_outcome", "lines", "outcome", "state", descending=[False, True, False, False]).to_dicts()

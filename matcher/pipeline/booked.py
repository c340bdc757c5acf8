"""Receipts that a run leaves undecided and that the ledger has booked already: they are proposed as ``booked_elsewhere``."""

from collections.abc import Collection

import polars as pl

from matcher import frames
from matcher.matching.booked_entries import LINE, booked_entries
from matcher.states import LineClass, LineState, Outcome

REFUSAL = frozenset((LineClass.BOOKED_ELSEWHERE.value,))
"""What a reject of such a proposal names in the place of items."""

_LEFT = (Outcome.UNEXPLAINED, Outcome.CLOSED_ITEM, Outcome.DUPLICATE, Outcome.ON_ACCOUNT, Outcome.PARTIAL, Outcome.OVERPAID)


def of_entries(lines: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """The lines that an entry may be by account, amount and currency: with what `booked` reads of them, which is long text."""
    return lines.join(entries, on=["account", "amount", "currency"], how="semi").select(LINE)


def booked(
    findings: pl.DataFrame, lines: pl.DataFrame, entries: pl.DataFrame, refused: Collection[tuple[str, frozenset[str]]]
) -> pl.DataFrame:
    """The findings, where a receipt that has neither a posting nor a proposal, and that the ledger has an entry of, is proposed.

    Args:
        findings: `frames.FINDING` of the lines that were looked at and not posted.
        lines: those that count, as `of_entries` gives them.
        entries: `frames.BOOK_ENTRY`.
        refused: lines with what a person refused for them.
    """
    if entries.is_empty():
        return findings
    no = [line_id for line_id, what in refused if what == REFUSAL]
    left = findings.filter(
        (pl.col("state") == LineState.NONE) & (pl.col("other_line") == "") & pl.col("outcome").is_in([word.value for word in _LEFT])
    ).join(lines.filter(pl.col("amount") > 0), on="line_id", how="semi")
    found = booked_entries(lines, entries).join(left, on="line_id", how="semi").filter(~pl.col("line_id").is_in(no))
    if found.is_empty():
        return findings
    new = findings.join(found.select("line_id", booked="reason"), on="line_id", how="left", maintain_order="left")
    proposed = pl.col("booked").is_not_null()
    blank = ("rule", "basis", "difference", "evidence", "runner_up", "blocked_by")
    return new.with_columns(
        pl.when(proposed).then(pl.lit(Outcome.NON_RECEIVABLE.value)).otherwise("outcome").alias("outcome"),
        pl.when(proposed).then(pl.lit(LineState.PROPOSED.value)).otherwise("state").alias("state"),
        pl.coalesce("booked", "reason").alias("reason"),
        *(pl.when(proposed).then(pl.lit("")).otherwise(name).alias(name) for name in blank),
        *(pl.when(~proposed).then(name).alias(name) for name in ("confidence", "margin", "log_odds")),
    ).select(*frames.FINDING)

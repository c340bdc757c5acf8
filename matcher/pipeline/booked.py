"""Lines that a run leaves undecided and that are no receivables: the ledger has them, or persons have said it of lines like them."""

from collections.abc import Collection
from datetime import date

import polars as pl

from matcher import frames
from matcher.matching.booked_entries import LINE, booked_entries
from matcher.matching.repeated import KINDS, repeated, rule_of
from matcher.pipeline.selection import APPROVAL
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
    left = _undecided(findings, _LEFT).join(lines.filter(pl.col("amount") > 0), on="line_id", how="semi")
    found = booked_entries(lines, entries).join(left, on="line_id", how="semi").filter(~pl.col("line_id").is_in(no))
    return _non_receivable(findings, found.select("line_id", "reason", by=pl.lit("")))


def like_earlier(state: frames.State, until: date, refused: Collection[tuple[str, frozenset[str]]]) -> pl.DataFrame:
    """Undecided lines up to a day of which persons have said what lines like them are: columns of `repeated.REPEATED`.

    What a known customer pays is never among them, nor what has the amount of an open document.
    """
    found = repeated(state.lines, state.decisions, undecided(state, until))
    no = [(line_id, kind) for line_id, what in refused if len(what) == 1 for kind in what & KINDS]
    return (
        found.join(pl.DataFrame(no, schema=["line_id", "classified"], orient="row"), on=["line_id", "classified"], how="anti")
        if no
        else found
    )


def undecided(state: frames.State, until: date = date.max) -> pl.DataFrame:
    """Lines up to a day that nobody has decided, of no known customer, and not of the amount of an open document."""
    open_lines = (pl.col("state") != LineState.POSTED) & (pl.col("booking_date") <= until) & (pl.col("customer_id") == "")
    # what comes to an open document to the cent may be its payment, or the refund of a credit
    owed = state.items.filter(pl.col("open") != 0).select("entity", "currency", amount="open")
    return state.lines.filter(open_lines).join(owed, on=["entity", "currency", "amount"], how="anti")


def by_rules(findings: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The findings, where what a rule for lines takes of those without a posting or a proposal waits for nobody.

    `found`: columns of `line_rules.TAKEN`.
    """
    plain = (Outcome.UNEXPLAINED, Outcome.OUTGOING)
    left = _undecided(findings, plain).filter((pl.col("customer_id") == "") & (pl.col("reason") != APPROVAL))
    return _non_receivable(findings, found.join(left.select("line_id"), on="line_id", how="semi"), LineState.NONE)


def as_earlier(findings: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The findings, where a line that has neither a posting nor a proposal is proposed as what lines like it are.

    `found`: as of `like_earlier`.
    """
    left = _undecided(findings, (Outcome.UNEXPLAINED, Outcome.OUTGOING)).filter(pl.col("customer_id") == "")
    rules = {kind: rule_of(kind) for kind in sorted(KINDS)}
    by = pl.col("classified").replace_strict(rules, return_dtype=pl.String)
    return _non_receivable(findings, found.join(left, on="line_id", how="semi").select("line_id", "reason", by=by))


def _undecided(findings: pl.DataFrame, outcomes: Collection[Outcome]) -> pl.DataFrame:
    """The findings without a proposal whose outcome is one of these."""
    words = [word.value for word in outcomes]
    return findings.filter((pl.col("state") == LineState.NONE) & (pl.col("other_line") == "") & pl.col("outcome").is_in(words))


def _non_receivable(findings: pl.DataFrame, found: pl.DataFrame, state: LineState = LineState.PROPOSED) -> pl.DataFrame:
    """The findings, with each line of `found` (line_id, reason, by) as no receivable: proposed, or what else `state` says."""
    if found.is_empty():
        return findings
    new = findings.join(found.rename({"reason": "booked"}), on="line_id", how="left", maintain_order="left")
    proposed = pl.col("booked").is_not_null()
    blank = ("basis", "difference", "evidence", "runner_up", "blocked_by")
    return new.with_columns(
        pl.when(proposed).then(pl.lit(Outcome.NON_RECEIVABLE.value)).otherwise("outcome").alias("outcome"),
        pl.when(proposed).then(pl.lit(state.value)).otherwise("state").alias("state"),
        pl.coalesce("booked", "reason").alias("reason"),
        pl.coalesce("by", "rule").alias("rule"),
        *(pl.when(proposed).then(pl.lit("")).otherwise(name).alias(name) for name in blank),
        *(pl.when(~proposed).then(name).alias(name) for name in ("confidence", "margin", "log_odds")),
    ).select(*frames.FINDING)

"""One reference of the bank with two amounts: the line that came later is excluded until a person says which of them counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from matcher.errors import MatcherError
from matcher.journal.decisions import Draft
from matcher.ledger.fold import live
from matcher.pipeline import exclusions, lookup, view
from matcher.pipeline.exclusions import BookedLine
from matcher.pipeline.restarts import begun_again
from matcher.pipeline.session import Session
from matcher.states import DOUBTED, ConflictState, DecisionKind, Exclusion
from matcher.store import journal, reissues
from matcher.store.staged_lines import StagedLines

RULE = "same-reference@1"
"""What stands in the journal as the rule that set a line aside."""

Keep = Literal["this", "other", "both"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A line that was excluded, and the lines with its bank reference and another amount that count."""

    line_id: str
    statement_id: str
    source_line: int
    bank_reference: str
    currency: str
    booking_date: date
    others: tuple[str, ...]

    def draft(self) -> Draft:
        """The decision that sets it aside."""
        return Draft(
            DecisionKind.EXCLUDE, self.line_id, self.currency, self.booking_date,
            outcome=Exclusion.CONFLICT, rule=RULE, counts_instead=" ".join(self.others),
            reason="its bank reference was read before with another amount",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConflictResolution:
    """What a person's verdict on a conflict changed: lines that count again, that no longer count, and postings reversed."""

    line_id: str
    counted: tuple[str, ...]
    set_aside: tuple[str, ...]
    undone: int


def find(entries: StagedLines, statement_ids: dict[int, str], proven: Sequence[str], replaced: Sequence[str] = ()) -> list[Conflict]:
    """Conflicts of the lines that statements have just brought; see `StagedLines.conflicting`. The earlier line of two counts.

    References that begin again in each statement name nothing, and are no conflict.
    """
    by_line: dict[str, Conflict] = {}
    found = entries.conflicting(statement_ids, proven, replaced)
    if found.height:
        concerned = sorted({*found["statement_id"], *found["other_statement"]})
        again = begun_again(entries.references(concerned))
        between = found.select("statement_id", "other_statement").iter_rows()
        found = found.filter(pl.Series([pair not in again for pair in between], dtype=pl.Boolean))
    for (line_id,), rows in found.group_by("line_id", maintain_order=True):
        others = tuple(other for other in rows["other_id"] if other not in by_line)
        if others:
            columns = ("statement_id", "source_line", "bank_reference", "currency", "booking_date")
            statement_id, source_line, reference, currency, day = rows.select(columns).row(0)
            by_line[str(line_id)] = Conflict(str(line_id), statement_id, source_line, reference, currency, day, others)
    return list(by_line.values())


def listing(session: Session) -> pl.DataFrame:
    """Every line whose bank reference has another amount too, grouped by account and reference.

    ``state`` is of the group: ``open`` while a line of it waits for a person, ``settled`` when a person has decided, ``beside`` when
    nothing was ever in doubt: one statement tells them side by side, or balances prove them all. ``counts`` is of the line.
    """
    decisions = live(journal.decisions(session.store)).filter(pl.col("kind") == DecisionKind.EXCLUDE)
    latest = decisions.filter("live").group_by("line_id", maintain_order=True).agg(
        pl.col(name).last() for name in ("outcome", "decision_id", "actor", "at", "reason")
    )  # fmt: skip
    waits, doubted = (pl.col("outcome") == Exclusion.CONFLICT).any(), pl.col("line_id").is_in(decisions["line_id"].implode()).any()
    group = ("account", "bank_reference")
    return (
        reissues.of_shared_references(session.store)
        .join(latest, on="line_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("outcome").is_null()).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("counts"),
            pl.when(waits.over(group).fill_null(value=False))
            .then(pl.lit(ConflictState.OPEN))
            .when(doubted.over(group))
            .then(pl.lit(ConflictState.SETTLED))
            .otherwise(pl.lit(ConflictState.BESIDE))
            .alias("state"),
            *(pl.col(name).fill_null("") for name in ("outcome", "decision_id", "actor", "at", "reason")),
        )
    )


def open_by_account(session: Session) -> dict[str, int]:
    """How many lines of each account wait because of their reference."""
    waiting = [line_id for line_id, outcome in reissues.excluded(session.store).items() if outcome == Exclusion.CONFLICT]
    if not waiting:
        return {}
    counted = reissues.lines_of(session.store, waiting).group_by("account").len().sort("account")
    return {str(account): int(count) for account, count in counted.iter_rows()}


def settle(session: Session, typed_id: str, keep: Keep, reason: str, *, undo: bool) -> ConflictResolution:
    """A person says which lines of a conflict count: `this` line, the `other` one, or `both`. It can be said again otherwise.

    Raises:
        MatcherError: ``line.*``; ``decision.state`` when the line was never in conflict, when nothing would change, or without a
            reason; ``line.posted`` when a line that is to be excluded has postings and `undo` is false.
    """
    exclusions.needs_reason(reason)
    state = view.present(session)
    line = view.any_line(state, lookup.line(session, typed_id))
    name = line["line_id"]
    ours = (pl.col("kind") == DecisionKind.EXCLUDE) & (pl.col("line_id") == name) & (pl.col("outcome") == Exclusion.CONFLICT)
    doubts = state.decisions.filter(ours)
    if not doubts.height:
        raise MatcherError("decision.state", f"line {name} is not in conflict", hint="See `matcher statement conflicts`.")
    others = doubts["counts_instead"][-1].split()
    counting = {entry.line_id: entry for entry in exclusions.booked_lines(state.lines.filter(pl.col("line_id").is_in([name, *others])))}
    refused = state.excluded.filter((pl.col("line_id") == name) & (pl.col("outcome") == Exclusion.REFUSED)).height > 0
    by_us = state.excluded.filter(
        pl.col("line_id").is_in(others) & (pl.col("outcome") == Exclusion.REFUSED) & (pl.col("counts_instead") == name)
    )["line_id"].to_list()  # fmt: skip
    if keep == "other":
        if not by_us and not set(others) & set(counting):
            raise MatcherError("decision.state", f"no other line of the reference of line {name} counts")
        counted, away = by_us, [] if refused else [BookedLine.of(line)]
        instead = " ".join(others)
    else:
        counted = [*(by_us if keep == "both" else ()), *(() if name in counting else (name,))]
        away = [counting[other] for other in others if other in counting] if keep == "this" else []
        instead = name
    dropped = sorted(entry.line_id for entry in away if entry.line_id in counting)
    posted = exclusions.release(state, dropped, reason, undo=undo)
    drafts = [
        *posted,
        *exclusions.set_aside(state, away, Exclusion.REFUSED, instead, reason),
        *exclusions.count_again(state, counted, reason, DOUBTED),
    ]
    if not drafts:
        raise MatcherError("decision.state", f"that is how line {name} and those of its reference count already")
    exclusions.record(session, "statement settle", {"line": name, "keep": keep, "reason": reason}, drafts)
    return ConflictResolution(name, tuple(sorted(counted)), tuple(dropped), len(posted))

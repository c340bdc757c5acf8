"""Recomputes what must never be broken: the hash chain, statement equations and every conservation sum."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher.frames import ALLOCATION, DECISION
from matcher.journal import chain
from matcher.journal.fold import fold
from matcher.pipeline.session import Session
from matcher.store import facts as stored
from matcher.store import journal


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was recomputed, over how many, and the first that fails ('' when all hold)."""

    name: str
    checked: int
    failure: str


def verify(session: Session) -> list[Check]:
    """All checks, in a fixed order."""
    facts = journal.facts(session.store)
    state = fold(facts, date.max, session.config.books.base_currency)
    lines, items = state.lines, state.items
    statements = stored.statements(session.store)
    sums = stored.line_sums(session.store)
    return [
        _chain(session, facts.decisions, facts.allocations),
        _first(
            "receipts: allocations never exceed the line",
            lines,
            (pl.col("applied").sign() * pl.col("amount").sign() < 0) | (pl.col("applied").abs() > pl.col("amount").abs()),
            "line_id",
        ),
        _first(
            "items: 0 <= open <= amount, mirrored for credits",
            items,
            (pl.col("open") * pl.col("amount").sign() < 0) | (pl.col("open").abs() > pl.col("amount").abs()),
            "item_id",
        ),
        _first("lines: every id is there once", lines, ~pl.col("line_id").is_unique(), "line_id"),
        _first("decisions: every id is there once", facts.decisions, ~pl.col("decision_id").is_unique(), "decision_id"),
        _first(
            "allocations: every one has its decision",
            facts.allocations,
            ~pl.col("decision_id").is_in(facts.decisions["decision_id"].implode()),
            "decision_id",
        ),
        _first(
            "lines: what is set aside has no money applied",
            facts.allocations.join(state.decisions.filter("live"), on="decision_id", how="semi"),
            pl.col("line_id").is_in(state.aside["line_id"].implode()),
            "line_id",
        ),
        _first(
            "lines: each one counts or is set aside",
            facts.lines,
            pl.col("line_id").is_in(lines["line_id"].implode()) == pl.col("line_id").is_in(state.aside["line_id"].implode()),
            "line_id",
        ),
        _first(
            "statements: opening + lines = closing",
            statements.filter(pl.col("state") == "balanced"),
            pl.col("opening") + pl.col("credit") - pl.col("debit") != pl.col("closing"),
            "statement_id",
        ),
        _first(
            "statements: lines read = new + known",
            statements.filter(pl.col("state").is_in(["balanced", "unproven"])),
            pl.col("count") != pl.col("lines_new") + pl.col("lines_known"),
            "statement_id",
        ),
        _first(
            "statements: what was read is what is stored",
            statements.join(sums, on="statement_id", how="left").filter(
                pl.col("state").is_in(["balanced", "unproven"]) & (pl.col("lines_known") == 0)
            ),
            (pl.col("stored_count").fill_null(0) != pl.col("count"))
            | (pl.col("stored_sum").fill_null(0) != pl.col("credit") - pl.col("debit")),
            "statement_id",
        ),
    ]


def _first(name: str, frame: pl.DataFrame, wrong: pl.Expr, key: str) -> Check:
    found = frame.filter(wrong.fill_null(value=False))
    return Check(name, frame.height, f"{key} {found[key][0]}" if found.height else "")


def _chain(session: Session, decisions: pl.DataFrame, allocations: pl.DataFrame) -> Check:
    """Recomputes the journal's hashes from the first batch on."""
    previous = chain.GENESIS
    name = "journal: the hash chain"
    batches = journal.batches(session.store)
    by_batch = decisions.select("decision_id", "batch")
    shares = allocations.join(by_batch, on="decision_id", how="left", maintain_order="left").partition_by("batch", as_dict=True)
    made = decisions.partition_by("batch", as_dict=True)
    for number, batch in enumerate(batches, start=1):
        rows = (
            made.get((batch.batch,), decisions.clear()).select(list(DECISION)),
            shares.get((batch.batch,), allocations.clear()).select(list(ALLOCATION)),
        )
        head = (batch.command, batch.actor, batch.at, batch.version, batch.config_hash, batch.summary)
        found = chain.content_hash(batch.batch, previous, head, rows)
        if batch.batch != number or batch.previous_hash != previous or found != batch.hash:
            return Check(name, len(batches), f"batch {batch.batch}")
        previous = batch.hash
    return Check(name, len(batches), "")

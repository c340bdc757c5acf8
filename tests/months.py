"""A generated month in books, matched once; and what persons decided there, taken anew from the journal's beginning."""

import shutil
from datetime import date
from itertools import groupby
from pathlib import Path

import polars as pl
from support import NOW, copied

from benchmarks import generate
from matcher.books import Books, init
from matcher.money import render
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.selection import ON_ACCOUNT
from matcher.states import DecisionKind

LINES, SEED = 850, "3"
DAY = date(2026, 10, 31)


def matched(folder: Path) -> None:
    """Writes the month, takes it in and matches it."""
    truth, home = folder / "month", folder / "books"
    generate.main(["--lines", str(LINES), "--seed", SEED, "-o", str(truth)])
    home.mkdir()
    shutil.copy(truth / "matcher.toml", home)
    init(home)
    books = Books(home, actor="ada", clock=lambda: NOW)
    books.import_files("customers", [truth / "customers.csv"])
    books.import_files("items", [truth / "items.csv"])
    books.import_files("rates", [truth / "rates.csv"])
    books.ingest([truth / "lines.csv"])
    books.run(as_of=DAY)
    shutil.rmtree(truth)


def month(folder: Path) -> Books:
    """Books of the month in which about two hundred receipts wait."""
    return copied(folder, matched)


_STEP = ("kind", "customer_id", "classified", "until", "owner", "reason", "decision_id")


def replayed(books: Books, folder: Path) -> Books:
    """The month again, with all decisions of persons taken as the journal tells them, from its beginning."""
    again = month(folder)
    start = again.state().lines.filter(pl.col("outcome").is_in(ON_ACCOUNT), pl.col("payer") != "")
    payers = dict(start.select("line_id", "payer").iter_rows())
    state = books.state()
    made = state.decisions.filter(pl.col("actor") != "engine").sort("batch", "ordinal")
    rows = made.select("line_id", *_STEP).iter_rows(named=True)
    for (kind, customer, classified, until, owner, reason, decision_id), group in groupby(rows, lambda row: _step(row, payers)):
        lines = [row["line_id"] for row in group]
        match kind:
            case DecisionKind.ACCEPT:
                again.accept(lines, reason=reason)
            case DecisionKind.ALLOCATE:
                shares = state.allocations.filter(pl.col("decision_id") == decision_id).sort("ordinal")
                columns = shares.select("item_id", "amount", "adjustment", "adjustment_reason", "currency").iter_rows()
                wanted = [
                    AllocationRequest(item, render(amount, currency), render(adjustment, currency) if adjustment else "", why)
                    for item, amount, adjustment, why, currency in columns
                ]
                again.allocate(lines[0], wanted, reason=reason)
            case DecisionKind.ON_ACCOUNT:
                again.on_account(lines, customer, reason=reason)
            case DecisionKind.CLASSIFY:
                again.classify(lines, classified, reason=reason)
            case DecisionKind.HOLD:
                again.hold(lines, until, reason=reason)
            case DecisionKind.ASSIGN:
                again.assign(lines, owner, reason=reason)
            case _:
                raise AssertionError(f"{kind} is not replayed")
    return again


def _step(row: "dict[str, str]", payers: "dict[str, str]") -> tuple[object, ...]:
    """What decisions that one command can take have in common. `accept` puts money of several customers on account at once."""
    step: list[object] = [row[name] for name in _STEP]
    if row["kind"] == DecisionKind.ACCEPT or (row["kind"] == DecisionKind.ON_ACCOUNT and payers.get(row["line_id"]) == row["customer_id"]):
        step[:2] = [DecisionKind.ACCEPT, ""]
    if row["kind"] != DecisionKind.ALLOCATE:
        step[-1] = ""
    return tuple(step)


def standing(books: Books) -> list[pl.DataFrame]:
    """Where every line, item, credit and decision of persons stands, without ids and times of decisions."""
    state = books.state()
    made = state.decisions.filter(pl.col("actor") != "engine").select(
        "kind", "line_id", "customer_id", "outcome", "classified", "until", "live"
    )
    return [
        state.lines.select("line_id", "state", "outcome", "customer_id", "applied", "used", "pending").sort("line_id"),
        state.items.select("item_id", "open", "settled_cash", "settled_adjustment").sort("item_id"),
        state.credits.select("item_id", "customer_id", "open").sort("item_id", "customer_id"),
        made.sort("line_id", "kind"),
    ]

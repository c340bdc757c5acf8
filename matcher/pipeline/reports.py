"""What goes out: exports of the books' state, and what blocks the close."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from matcher import money
from matcher.codes import CATALOGUE
from matcher.errors import MatcherError
from matcher.exports import erp, files, tables
from matcher.exports.matches import matches
from matcher.frames import State
from matcher.journal.fold import fold
from matcher.ledger.aging import AGING_AMOUNTS, aging
from matcher.ledger.chain import breaks
from matcher.ledger.discrepancies import DISCREPANCY_AMOUNTS, GAP, discrepancies
from matcher.pipeline import conflicts
from matcher.pipeline.session import Session
from matcher.store import facts, journal

WHAT = ("matches", "aging", "discrepancies", "receipts")


@dataclass(frozen=True, slots=True)
class Block:
    """Something that keeps the month from being closed. `code` is an id of the catalogue."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that was written: its files, rows or documents, and for receipts the control totals (decimal text by currency)."""

    what: str
    files: tuple[str, ...]
    rows: int
    control_totals: dict[str, str]
    batch_id: str


def blocks(session: Session) -> list[Block]:
    """Quarantined statements that nothing has replaced, conflicts that nobody has settled, and breaks in the accounts' chains."""
    statements = facts.statements(session.store)
    currencies = dict(statements.select("statement_id", "currency").iter_rows())
    days = {row[0]: row[1:] for row in statements.select("statement_id", "first_booking_date", "last_booking_date").iter_rows()}
    found = []
    proven = statements.filter(pl.col("state") == "balanced")
    for row in statements.filter(pl.col("state") == "quarantined").iter_rows(named=True):
        if _replaced(row, proven):
            continue
        span = f"{row['first_booking_date']} to {row['last_booking_date']}"
        found.append(Block(_why_held(row), f"account {row['account']}: statement {row['statement_id']} ({span}) is in quarantine"))
    for account, count in conflicts.open_by_account(session).items():
        message = f"account {account}: {count} lines do not count, because the bank's reference of each was read before with another amount"
        found.append(Block("statement.conflict", message))
    for link in breaks(facts.statement_facts(session.store)):
        if link.kind == "gap" and link.difference is not None:
            gap = money.render(link.difference, currencies[link.later])
            where = f"between {days[link.earlier][1]} and {days[link.later][0]}"
            message = f"account {link.account}: {gap} {currencies[link.later]} are missing {where}"
            found.append(Block("statement.gap", message))
    return found


def _why_held(row: dict[str, Any]) -> str:
    """The code of what put a statement into quarantine."""
    codes = [problem["code"] for problem in json.loads(row["problems"]) if problem["severity"] != "info"]
    return next((code for code in codes if CATALOGUE[code].at_ingest == "quarantine"), codes[0] if codes else "statement.unbalanced")


def _replaced(row: dict[str, Any], proven: pl.DataFrame) -> bool:
    """Whether a proven statement that came later tells the days of this one: the correct file came in.

    It is of the same account, covers the days, and shares a balance with this one or goes beyond it on both sides: a statement
    that only ends on the day on which this one begins tells nothing of it.
    """
    first, last = pl.col("first_booking_date"), pl.col("last_booking_date")
    covers = (first <= row["first_booking_date"]) & (last >= row["last_booking_date"])
    beyond = (first < row["first_booking_date"]) & (last > row["last_booking_date"])
    shares = (pl.col("opening") == row["opening"]) | (pl.col("closing") == row["closing"])
    later = (pl.col("account") == row["account"]) & (pl.col("batch") > row["batch"])
    return not proven.filter(later & covers & (beyond | shares)).is_empty()


def export(session: Session, what: str, path: Path, as_of: date, target: str, outbox: files.Outbox) -> Exported:
    """Makes one export. Receipts go to the outbox, for the caller to publish once the books remember them; the others are written.

    Raises:
        MatcherError: ``usage.option`` for an unknown export or file ending, ``file.unwritable``.
    """
    state = fold(journal.facts(session.store), as_of, session.config.books.base_currency)
    if what == "receipts":
        return _receipts(session, state, path, target, outbox)
    frame, amounts = _table(session, what)(state)
    tables.write(frame, path, amounts)
    return Exported(what, (str(path),), frame.height, {}, "")


def _table(session: Session, what: str) -> Callable[[State], tuple[pl.DataFrame, dict[str, str]]]:
    buckets = session.config.aging.buckets
    made: dict[str, Callable[[State], tuple[pl.DataFrame, dict[str, str]]]] = {
        "matches": lambda state: (matches(state), {}),
        "aging": lambda state: (aging(state, buckets), AGING_AMOUNTS),
        "discrepancies": partial(_discrepancies, session),
    }
    if what not in made:
        raise MatcherError("usage.option", f"there is no export {what!r}; known are {', '.join(WHAT)}")
    return made[what]


def _discrepancies(session: Session, state: State) -> tuple[pl.DataFrame, dict[str, str]]:
    config = session.config
    statements = {row["statement_id"]: row for row in facts.statements(session.store).iter_rows(named=True)}
    rows = []
    for link in breaks(facts.statement_facts(session.store)):
        if link.kind == "gap":
            before, after = statements[link.earlier], statements[link.later]
            day = after["first_booking_date"] or after["from_date"] or after["opening_date"] or after["closing_date"]
            rows.append((link.account, after["entity"], after["currency"], day, before["closing"], after["opening"]))
    gaps = pl.DataFrame(rows, schema=GAP, orient="row").filter(pl.col("date") <= state.as_of)
    grace = config.policy.discount_grace_days
    return discrepancies(state, gaps=gaps, buckets=config.aging.buckets, discount_grace_days=grace), DISCREPANCY_AMOUNTS


def _receipts(session: Session, state: State, path: Path, target: str, outbox: files.Outbox) -> Exported:
    chosen = erp.target(target)
    sent = journal.exported(session.store, target)
    job = erp.Job(path.name, session.config.books.name, sent=sent)
    made = chosen.run(state, job)
    fresh = made.sent.join(sent, on="external_id", how="anti")
    if fresh.height:
        journal.append_exported(session.store, session.next_batch, target, fresh)
        session.commit("export receipts", {"batch_id": made.batch.batch_id, "target": target, "count": made.batch.count})
    for file in made.files:
        outbox.add(path.with_name(file.name), file.chunks)
    written = tuple(str(path.with_name(file.name)) for file in made.files)
    return Exported("receipts", written, made.batch.count, made.batch.control_totals, made.batch.batch_id)

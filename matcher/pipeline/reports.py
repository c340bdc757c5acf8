"""What goes out: exports of the books' state, and what blocks the close."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import polars as pl

from matcher import money
from matcher.codes import CATALOGUE
from matcher.errors import MatcherError
from matcher.exports import files, sheets, tables
from matcher.exports.erp.base import Refused
from matcher.exports.erp.records import Document
from matcher.exports.matches import matches
from matcher.frames import State
from matcher.journal.chain import Head
from matcher.ledger.aging import AGING_AMOUNTS, aging
from matcher.ledger.chain import Gap, breaks
from matcher.ledger.discrepancies import DISCREPANCY_AMOUNTS, GAP, discrepancies
from matcher.ledger.followup import follow_up
from matcher.pipeline import conflicts, proof, receipts
from matcher.pipeline.receipts import Sending
from matcher.pipeline.session import Session
from matcher.pipeline.view import Asked, asked_for, whole
from matcher.states import StatementState
from matcher.store import facts, journal
from matcher.store.facts import Statement
from matcher.store.journal import Known

WHAT = ("matches", "aging", "discrepancies", "proof", "receipts")


@dataclass(frozen=True, slots=True)
class Block:
    """Something that keeps the month from being closed. `code` is an id of the catalogue; `day` the first day that it is about."""

    code: str
    message: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that was written: its files, rows or documents, and for receipts the control totals (decimal text by currency).

    `head` is the journal's latest batch then: number and hash. It says which books the files were made of; see `verify`.

    For receipts `documents` has what is sent, where the target takes records or it is a preview; `refused` what the target has no form
    for; `left_sent`, `left_rejected` and `left_unknown` how many documents are left out because they were sent and have no answer yet,
    because the ERP has refused them, and because it is to be asked first.
    """

    what: str
    files: tuple[str, ...]
    rows: int
    control_totals: dict[str, str]
    batch_id: str
    head: Head
    documents: tuple[Document, ...] = ()
    refused: tuple[Refused, ...] = ()
    left_sent: int = 0
    left_rejected: int = 0
    left_unknown: int = 0


def blocks(session: Session) -> list[Block]:
    """Quarantined statements that nothing has replaced, conflicts that nobody has settled, and breaks in the accounts' chains."""
    statements = facts.statements(session.store)
    currencies = dict(statements.select("statement_id", "currency").iter_rows())
    days = {row[0]: row[1:] for row in statements.select("statement_id", "first_day", "last_day").iter_rows()}
    blocking = []
    proven = statements.filter(pl.col("state") == StatementState.BALANCED)
    for statement in facts.statement_records(statements.filter(pl.col("state") == StatementState.QUARANTINED)):
        if _replaced(statement, proven):
            continue
        span = f" ({statement.first_day} to {statement.last_day})" if statement.first_day else ""
        blocking.append(
            Block(
                _why_held(statement),
                f"account {statement.account}: statement {statement.statement_id}{span} is in quarantine",
                statement.first_day,
            )
        )
    for account, count in conflicts.open_by_account(session).items():
        message = f"account {account}: {count} lines do not count, because the bank's reference of each was read before with another amount"
        blocking.append(Block("statement.conflict", message))
    for gap in breaks(facts.statement_facts(session.store)):
        near = sorted((days[gap.earlier][1], days[gap.later][0]))
        where = f"between {near[0]} and {near[1]}" if near[0] != near[1] else f"on {near[0]}"
        blocking.append(Block("statement.gap", f"account {gap.account}: {_gap(gap, currencies[gap.later])} {where}", near[0]))
    return blocking


def _gap(gap: Gap, currency: str) -> str:
    """What is missing, in words: an amount, statements by their numbers, or both."""
    if not gap.difference:
        return f"statement {gap.missing} is missing, although the balances join,"
    number = f" (statement {gap.missing})" if gap.missing else ""
    return f"{money.render(gap.difference, currency)} {currency} are missing{number}"


def _why_held(statement: Statement) -> str:
    """The code of what put a statement into quarantine."""
    codes = [problem["code"] for problem in json.loads(statement.problems) if problem["severity"] != "info"]
    return next((code for code in codes if CATALOGUE[code].at_ingest == "quarantine"), codes[0] if codes else "statement.unbalanced")


def _replaced(statement: Statement, proven: pl.DataFrame) -> bool:
    """Whether a proven statement that came later tells the days of this one: the correct file came in.

    It is of the same account, covers the days, and shares a balance with this one or goes beyond it on both sides: a statement
    that only ends on the day on which this one begins tells nothing of it.
    """
    first, last = pl.col("first_day"), pl.col("last_day")
    covers = (first <= statement.first_day) & (last >= statement.last_day)
    beyond = (first < statement.first_day) & (last > statement.last_day)
    # a balance that is not told is shared with nobody
    told = {name: value for name in ("opening", "closing") if (value := getattr(statement, name)) is not None}
    shares = pl.any_horizontal(pl.lit(value=False), *(pl.col(name) == value for name, value in told.items()))
    later = (pl.col("account") == statement.account) & (pl.col("batch") > statement.batch)
    return not proven.filter(later & covers & (beyond | shares)).is_empty()


def export(
    session: Session,
    what: str,
    path: Path,
    as_of: date,
    target: str,
    outbox: files.Outbox,
    known: Known | None = None,
    how: Sending = receipts.NEW,
) -> Exported:
    """Makes one export. Receipts go to the outbox, for the caller to publish once the books remember them; the others are written.

    A day of a closed month is told as it was known when the month was closed; any other as it is known now, or was as `known` says.

    Raises:
        MatcherError: ``usage.option`` for an unknown export or file ending, ``file.unwritable``.
    """
    if what == "receipts":
        return _receipts(session, as_of, path, target, outbox, how)
    if what == "proof":
        return _proof(session, path, as_of, known)
    then = asked_for(session, as_of, known)
    frame, amounts = _table(session, what, then)(whole(session, as_of, then.known))
    head = journal.last_batch(session.store)
    tables.write(frame, path, amounts, {"matcher.journal_batch": str(head.batch), "matcher.journal_hash": head.hash})
    return Exported(what, (str(path),), frame.height, {}, "", head)


def _table(session: Session, what: str, then: Asked) -> Callable[[State], tuple[pl.DataFrame, dict[str, str]]]:
    buckets = then.buckets
    made: dict[str, Callable[[State], tuple[pl.DataFrame, dict[str, str]]]] = {
        "matches": lambda state: (matches(state), {}),
        "aging": lambda state: (aging(state, buckets), AGING_AMOUNTS),
        "discrepancies": partial(_discrepancies, session, then),
    }
    if what not in made:
        raise MatcherError("usage.option", f"there is no export {what!r}; known are {', '.join(WHAT)}")
    return made[what]


def _proof(session: Session, path: Path, as_of: date, known: Known | None) -> Exported:
    """Every line and entry up to the day, and where the proof has it."""
    frame = proof.proof(session, as_of, known=known).placed
    head = journal.last_batch(session.store)
    if path.suffix.lower() == ".xlsx":
        columns = [sheets.SheetColumn(name, 28 if kind == pl.String else 12) for name, kind in frame.schema.items()]
        place, code = frame.columns.index("amount"), frame.columns.index("currency")
        rows = [
            [money.decimal(cell, row[code]) if at == place else _cell(cell) for at, cell in enumerate(row)] for row in frame.iter_rows()
        ]
        sheets.write(path, "proof", columns, rows)
    else:
        tables.write(frame, path, {"amount": "currency"}, {"matcher.journal_batch": str(head.batch), "matcher.journal_hash": head.hash})
    return Exported("proof", (str(path),), frame.height, {}, "", head)


def _cell(value: object) -> sheets.Cell:
    """A cell of a workbook: days stay days, whole numbers become decimals."""
    if value is None or isinstance(value, date):
        return value
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _discrepancies(session: Session, then: Asked, state: State) -> tuple[pl.DataFrame, dict[str, str]]:
    statements = {statement.statement_id: statement for statement in facts.statement_records(facts.statements(session.store))}
    gap_rows = []
    for gap in breaks(facts.statement_facts(session.store, then.known.batch if then.known else None)):
        after = statements[gap.later]
        gap_rows.append((gap.account, after.entity, after.currency, after.first_day, gap.closing, gap.opening, gap.missing))
    gaps = pl.DataFrame(gap_rows, schema=GAP, orient="row").filter(pl.col("date") <= state.as_of)
    follow = follow_up(state.decisions)
    rows = discrepancies(
        state, follow.owners, notes=follow.notes, gaps=gaps, buckets=then.buckets, discount_grace_days=then.discount_grace_days
    )
    return rows, DISCREPANCY_AMOUNTS


def _receipts(session: Session, as_of: date, path: Path, target: str, outbox: files.Outbox, how: Sending) -> Exported:
    if how.dry_run:
        done = receipts.make(session, path.name, as_of, target, how)
    else:
        done = receipts.export(session, path, as_of, target, outbox, how)
    made = done.export
    head = journal.last_batch(session.store)
    written = () if how.dry_run else tuple(str(path.with_name(file.name)) for file in made.files)
    return Exported(
        "receipts", written, made.batch.count, made.batch.control_totals, made.batch.batch_id, head, made.documents, made.refused,
        done.left_sent, done.left_rejected, done.left_unknown,
    )  # fmt: skip

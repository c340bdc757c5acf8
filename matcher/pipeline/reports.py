"""What blocks the close."""

import json
from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher import money
from matcher.codes import CATALOGUE
from matcher.ledger.chain import Gap, breaks
from matcher.pipeline import conflicts
from matcher.pipeline.session import Session
from matcher.states import StatementState
from matcher.store import facts
from matcher.store.facts import Statement


@dataclass(frozen=True, slots=True)
class Block:
    """Something that keeps the month from being closed. `code` is an id of the catalogue; `day` the first day that it is about."""

    code: str
    message: str
    day: date | None = None


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

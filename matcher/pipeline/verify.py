"""Recomputes what must never be broken, from the rows themselves: what the journal sealed, statement equations, every sum of money.

Nothing here reads a stored sum without comparing it, and nothing is cut off at zero before it is compared.
"""

import re
from datetime import date

import polars as pl

from matcher import actors
from matcher.amounts import shown, total
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.ledger.booked import booked
from matcher.ledger.chain import breaks
from matcher.ledger.fold import fold, live
from matcher.ledger.receivables import disagreeing_items, disagreements
from matcher.ledger.unapplied import PREFIX
from matcher.pipeline import sealed
from matcher.pipeline.check import Check
from matcher.pipeline.session import Session
from matcher.pipeline.since import Noted
from matcher.states import NOT_RECEIVABLE, ON_ITEMS, REVERSING, DecisionKind, LineState, StatementState
from matcher.store import approvals, facts, journal, lines

_UNASKED = ("remittance_information", "raw", "counterparty_name", "counterparty_account", "bank_reference", "end_to_end_id", "extra")
_ON_NO_LINE = [DecisionKind.SET_OFF, DecisionKind.WRITE_OFF, DecisionKind.REVOKE, DecisionKind.SUBMIT, *ON_ITEMS, *REVERSING]
_HASH = re.compile(r"[0-9a-f]{64}")


def verify(session: Session, expect: str = "", noted: Noted | None = None) -> list[Check]:
    """All checks, in a fixed order. That tables and triggers are the program's own was seen when the books were opened.

    Args:
        session: of the command; it only reads.
        expect: a hash of the chain that was noted before; '' for none.
        noted: heads that were noted before; see `since.read`.

    Raises:
        MatcherError: ``usage.option`` when `expect` is no hash, ``books.damaged``, ``journal.key``.
    """
    if expect and not _HASH.fullmatch(expect):
        raise MatcherError("usage.option", "--expect takes the 64 digits that `matcher verify --head` prints")
    of_journal, of_noted = sealed.checks(session, noted)
    checks = [*of_journal, *_money(session), _approvals(session), *_statements(session)]
    broken = any(check.failure and check.code == "verify.failed" for check in checks)
    compared = [*([sealed.expected(session, expect)] if expect else []), *of_noted]
    return [*checks, *_whole(session, broken=broken), *compared]


def _money(session: Session) -> list[Check]:
    """Sums over the decisions in force, line by line and item by item."""
    store = session.store
    line_amounts, decisions, allocations = lines.amounts(store), live(journal.decided(store)), journal.allocated(store)
    bounds = pl.concat([journal.item_bounds(store), _rests(line_amounts, allocations)])
    in_force = decisions.filter("live").select("decision_id")
    standing = allocations.join(in_force, on="decision_id", how="semi")
    rest = pl.col("item_id").str.starts_with(PREFIX)
    used = standing.filter(rest).select(line_id=pl.col("item_id").str.slice(len(PREFIX)), amount=-pl.col("item_amount"))
    taken = pl.concat([standing.select("line_id", "amount"), used])
    applied = taken.group_by("line_id").agg(total(pl.col("amount")).alias("applied"))
    settled = standing.group_by("item_id").agg(total(pl.col("item_amount") + pl.col("adjustment")).alias("settled"))
    aside = decisions.filter(pl.col("live") & (pl.col("kind") == DecisionKind.EXCLUDE)).get_column("line_id")
    receipts = line_amounts.join(applied, on="line_id", maintain_order="left")
    items = bounds.join(settled, on="item_id", maintain_order="left")
    return [
        _first("lines: every id is there once", line_amounts, ~pl.col("line_id").is_unique(), "line_id"),
        _first("decisions: every id is there once", decisions, ~pl.col("decision_id").is_unique(), "decision_id"),
        _decisions(decisions, line_amounts),
        _allocations(allocations, decisions, line_amounts, bounds),
        _first(
            "receipts: allocations never exceed the line",
            receipts,
            (pl.col("applied").sign() * pl.col("amount").sign() < 0) | (pl.col("applied").abs() > pl.col("amount").abs()),
            "line_id",
            line_amounts.height,
        ),
        _first(
            "items: what is settled never exceeds the document",
            items,
            (pl.col("settled") < pl.col("least")) | (pl.col("settled") > pl.col("most")),
            "item_id",
            bounds.height,
        ),
        _first("lines: what is excluded has no money applied", standing, pl.col("line_id").is_in(aside.implode()), "line_id"),
    ]


def _rests(line_amounts: pl.DataFrame, allocations: pl.DataFrame) -> pl.DataFrame:
    """What can be settled of the rest of each line that a decision names: item_id, ``least`` and ``most``."""
    named = allocations.filter(pl.col("item_id").str.starts_with(PREFIX)).select("item_id").unique()
    rests = line_amounts.unique("line_id", keep="first").select(
        item_id=pl.concat_str(pl.lit(PREFIX), "line_id"), least=pl.min_horizontal(-pl.col("amount"), 0), most=pl.lit(0, pl.Int64)
    )
    return rests.join(named, on="item_id", how="semi")


def _decisions(decisions: pl.DataFrame, line_amounts: pl.DataFrame) -> Check:
    """Each decision is on a line that exists; a reversal names an earlier decision that no other one reverses."""
    earlier = decisions.select(reverses="decision_id", reversed_in="batch", reversed_line="line_id").unique("reverses", keep="first")
    named = decisions.join(earlier, on="reverses", how="left", maintain_order="left")
    is_reversal = pl.col("reverses") != ""
    # credits are set off, items written off, and what was learned revoked, without a line; and so are these taken back
    on_none = (pl.col("line_id") == "") & pl.col("kind").is_in(_ON_NO_LINE)
    wrong = (
        ~(pl.col("line_id").is_in(line_amounts["line_id"].implode()) | on_none)
        | (is_reversal != pl.col("kind").is_in(REVERSING))
        | (is_reversal & (pl.col("reversed_in").is_null() | (pl.col("reversed_in") >= pl.col("batch"))))
        | (is_reversal & (pl.col("reversed_line") != pl.col("line_id")))
        | (is_reversal & ~pl.col("reverses").is_unique())
    )
    return _first("decisions: each is on a line, and reversed once at most", named, wrong, "decision_id")


def _allocations(allocations: pl.DataFrame, decisions: pl.DataFrame, line_amounts: pl.DataFrame, bounds: pl.DataFrame) -> Check:
    """Each allocation has its decision, of the same batch and line, and money of a line in the line's currency for an item that exists."""
    of = decisions.select("decision_id", decided_in="batch", decided_on="line_id").unique("decision_id", keep="first")
    money = line_amounts.select("line_id", told_in="currency").unique("line_id", keep="first")
    named = allocations.join(of, on="decision_id", how="left", maintain_order="left")
    named = named.join(money, on="line_id", how="left", maintain_order="left")
    right = (
        (pl.col("decided_in") == pl.col("batch"))
        & (pl.col("decided_on") == pl.col("line_id"))
        & ((pl.col("told_in") == pl.col("currency")) | (pl.col("line_id") == ""))
        & pl.col("item_id").is_in(bounds["item_id"].implode())
    )
    return _first("allocations: each has its decision, line and item", named, ~right.fill_null(value=False), "decision_id")


def _approvals(session: Session) -> Check:
    """What waits for another person moves nothing, and nobody has approved a decision of his own."""
    given, wrong = approvals.approvals(session.store), approvals.wrongly_approved(session.store)
    wrong += [name for name, approver, actor in given if actors.same_person(approver, actor)]
    return Check("approvals: each by another person, and nothing moves before", len(given), f"decision_id {wrong[0]}" if wrong else "")


def _statements(session: Session) -> list[Check]:
    """Statements against the rows that are stored of them, whether an entry was new or known before; and their chain."""
    intakes = facts.intakes(session.store)
    counted = intakes.filter(~pl.col("held"))
    # a statement that did not add up counts when a person has accepted it; that it did not is in its record
    accepted_so = (pl.col("state") == StatementState.ACCEPTED) & pl.col("problems").str.contains('"statement.unbalanced"', literal=True)
    proven = counted.filter(pl.col("opening").is_not_null() & pl.col("closing").is_not_null() & ~accepted_so)
    gaps = breaks(facts.statement_facts(session.store))
    gap = f"account {gaps[0].account}: statement {gaps[0].later} does not begin where {gaps[0].earlier} ended" if gaps else ""
    return [
        _first(
            "statements: opening + lines = closing",
            proven,
            pl.col("opening") + pl.col("stored_sum") != pl.col("closing"),
            "statement_id",
        ),
        _first(
            "statements: what was read is what is stored",
            intakes,
            pl.col("count").is_null()
            | (pl.col("stored_count") != pl.col("count"))
            | (pl.col("stored_sum") != pl.col("credit") - pl.col("debit")),
            "statement_id",
        ),
        _first(
            "statements: lines read = new + known",
            counted,
            pl.col("count") != pl.col("lines_new") + pl.col("lines_known"),
            "statement_id",
        ),
        Check("statements: each begins where the one before ended", counted["statement_id"].n_unique(), gap, code="statement.gap"),
    ]


def _whole(session: Session, *, broken: bool) -> list[Check]:
    """The state that all reports are made of: every line is in it once, and receivables are the same however they are counted."""
    names = (
        "state: each line counts or is excluded",
        "lines: what came in is placed or waits",
        "receipts: what is left of one is a credit of who paid it",
        "items: movements come to what the ERP lists less our postings",
        "receivables: movements, items with credits, and aging agree",
    )
    if broken:
        return [Check("state: lines, items and receivables", 0, "not checked: state is made only of rows that hold")]
    read = journal.facts(session.store, without=_UNASKED)
    state = fold(read, date.max, session.config.books.base_currency)
    counts, aside = (pl.col("line_id").is_in(frame["line_id"].implode()) for frame in (state.lines, state.excluded))
    held = booked(read.versions, read.decisions, read.allocations, read.sent).group_by("item_id").agg(pl.col("booked").last())
    latest = read.versions.group_by("item_id").agg(pl.col("open_amount").last()).join(held, on="item_id", how="left")
    levels = latest.select("item_id", level=pl.col("open_amount") + pl.col("booked").fill_null(0))
    wrong_items = disagreeing_items(state, levels)
    differing = disagreements(state, session.config.aging.buckets)
    return [
        _first(names[0], read.lines, counts == aside, "line_id"),
        Check(names[1], read.lines.height, _unplaced(session, state)),
        Check(names[2], state.lines.height, _uncredited(state)),
        Check(names[3], state.items.height, f"item_id {wrong_items[0]}" if wrong_items else ""),
        Check(names[4], state.movements.height, differing[0] if differing else ""),
    ]


def _uncredited(state: State) -> str:
    """The first receipt whose movements leave another credit than the line has left, where its customer is known; '' when none does."""
    known = (pl.col("payer") != "") & (pl.col("amount") > 0)
    known &= (pl.col("state") != LineState.POSTED) | ~pl.col("outcome").is_in(NOT_RECEIVABLE)
    credits = state.credits.group_by("line_id").agg(left=total(-pl.col("open")))
    both = state.lines.join(credits, on="line_id", how="left", maintain_order="left")
    wrong = both.filter(pl.when(known).then("pending").otherwise(0) != pl.col("left").fill_null(0))
    return f"line_id {wrong['line_id'][0]}" if wrong.height else ""


def _unplaced(session: Session, state: State) -> str:
    """Where the lines that came in are not those that are placed, wait or do not count, in number or amount; '' when they are."""
    told = {(account, currency): (count, amount) for account, currency, count, amount in lines.totals(session.store)}
    counted = pl.concat([state.lines.select("account", "currency", "amount"), state.excluded.select("account", "currency", "amount")])
    sums = counted.group_by("account", "currency").agg(pl.len().cast(pl.Int64), shown(pl.col("amount"))).iter_rows()
    found = {(account, currency): (count, amount) for account, currency, count, amount in sums}
    wrong = sorted(key for key in told.keys() | found.keys() if told.get(key) != found.get(key))
    return f"account {wrong[0][0]} {wrong[0][1]}" if wrong else ""


def _first(name: str, frame: pl.DataFrame, wrong: pl.Expr, key: str, checked: int | None = None) -> Check:
    wrong_rows = frame.filter(wrong.fill_null(value=False))
    return Check(name, frame.height if checked is None else checked, f"{key} {wrong_rows[key].sort()[0]}" if wrong_rows.height else "")

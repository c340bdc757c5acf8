"""The money of receipts that no document takes: whose it is, since when, and how it is used up.

What is left of a receipt is a credit of whoever paid it: of the customer that the decision on the line names, and before any decision of
the customer that a run was certain of. It stands in the accounts from the day on which the bank booked the line. Documents that take
money of the line later, refunds and set-offs use it up on their own days.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from matcher import states
from matcher.frames import MOVEMENT, empty, of_rows
from matcher.ledger.periods import Locks
from matcher.states import NOT_RECEIVABLE, SETTLING, DecisionKind, MovementKind

PREFIX = states.REST
"""What the id of a credit begins with; the id of its line follows."""


def item_id(line_id: str) -> str:
    """Id of the credit that is left of a line."""
    return f"{PREFIX}{line_id}"


def line_of(item: str) -> str:
    """Id of the line that a credit is left of; '' for what is no id of a credit."""
    return item[len(PREFIX) :] if item.startswith(PREFIX) else ""


def movements(lines: pl.DataFrame, decisions: pl.DataFrame, credits: pl.DataFrame, posted: pl.DataFrame, locks: Locks) -> pl.DataFrame:
    """The movements of all credits; columns of `frames.MOVEMENT`.

    Args:
        lines: columns of `frames.LINE`.
        decisions: columns of `frames.DECISION`, all of them.
        credits: columns of `frames.CREDIT`.
        posted: allocations with their decisions and reversals; see `movements._posted`.
        locks: closed months.
    """
    receipts = lines.filter(pl.col("amount") > 0).select("line_id", "entity", "currency", "booking_date", line_amount="amount")
    owners = _owners(decisions, credits).join(receipts.select("line_id"), on="line_id", how="semi")
    if not owners.height:
        return empty(MOVEMENT)
    about = owners.group_by("line_id").agg(
        customer_id=pl.col("owner").first(),
        recorded=pl.col("batch").min(),
        changes=(pl.col("owner").n_unique() > 1) | pl.col("moved").any(),
    )
    lasting = about.filter(~pl.col("changes"), pl.col("customer_id") != "")
    uses = _uses(posted)
    parts = [_of_one_owner(receipts.join(lasting.drop("changes"), on="line_id"), uses)]
    changing = receipts.join(about.filter("changes").select("line_id"), on="line_id", how="semi")
    if changing.height:
        parts.append(_of_changing_owners(changing, decisions, credits, uses, locks))
    return pl.concat(parts)


def taken_back(given: pl.DataFrame) -> pl.DataFrame:
    """The opposite of the rows of decisions that were reversed, on the day of the reversal.

    Args:
        given: columns of `frames.MOVEMENT`, and ``undo_id``, ``undone_in``, ``undone_on`` of the reversal, null where there is none.
    """
    return given.filter(pl.col("undo_id").is_not_null()).with_columns(
        amount=-pl.col("amount"),
        kind=pl.lit(MovementKind.REVERSAL),
        effective_date=pl.max_horizontal("effective_date", "undone_on"),
        recorded="undone_in",
        decision_id="undo_id",
    )


def _owner() -> pl.Expr:
    return pl.when(pl.col("outcome").is_in(NOT_RECEIVABLE)).then(pl.lit("")).otherwise("customer_id")


def _owners(decisions: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    """Who had the money of each line, ever: line_id, batch, owner, and ``moved`` where a reversal or exclusion changes it again."""
    reversed_ids = decisions.filter(pl.col("reverses") != "").get_column("reverses")
    excluding = pl.col("kind") == DecisionKind.EXCLUDE
    decided = decisions.filter(pl.col("kind").is_in(SETTLING) | excluding).select(
        "line_id", "batch", owner=_owner(), moved=excluding | pl.col("decision_id").is_in(reversed_ids.implode())
    )
    found = credits.select("line_id", "batch", owner="customer_id", moved=pl.lit(value=False))
    return pl.concat([decided, found])


def _uses(posted: pl.DataFrame) -> pl.DataFrame:
    """What uses up the money of lines, above zero: on which day, and the decision with its reversal.

    A line's own money goes to a document when both are there. What others take is named by the credit's id.
    """
    kept = ("decision_id", "recorded", "undo_id", "undone_in", "undone_on", "kind")
    own_kind = pl.when(pl.col("movement") == MovementKind.CASH).then(pl.lit(MovementKind.UNAPPLIED)).otherwise("movement")
    own = posted.filter(pl.col("amount") != 0).select(
        "line_id", "amount", *kept[:-1], kind=own_kind, effective_date=pl.max_horizontal("effective_date", "issue_date")
    )
    others = posted.filter(pl.col("issue_date").is_null() & pl.col("item_id").str.starts_with(PREFIX)).select(
        *kept[:-1], "effective_date", line_id=pl.col("item_id").str.slice(len(PREFIX)), amount=-pl.col("item_amount"), kind="movement",
    )  # fmt: skip
    return pl.concat([own, others.select(own.columns)])


def _of_one_owner(receipts: pl.DataFrame, uses: pl.DataFrame) -> pl.DataFrame:
    """Lines that one customer has had the money of all the time. What is used up on the day it came leaves no trace."""
    given = uses.join(receipts.select("line_id", "booking_date", "line_amount", first="recorded"), on="line_id")
    at_once = given.group_by("line_id").agg(
        pl.col("line_amount").first(),
        used=pl.col("amount").cast(pl.Int128).sum(),
        same=((pl.col("effective_date") <= pl.col("booking_date")) & (pl.col("recorded") == pl.col("first"))).all()
        & pl.col("undo_id").is_null().all(),
    )
    spent = at_once.filter("same", pl.col("used") == pl.col("line_amount")).select("line_id")
    left = receipts.join(spent, on="line_id", how="anti")
    base = left.select(
        "line_id", "entity", "customer_id", "currency", "recorded", amount=-pl.col("line_amount"), effective_date="booking_date",
        kind=pl.lit(MovementKind.UNAPPLIED), decision_id=pl.lit(""),
    )  # fmt: skip
    used = uses.join(left.select("line_id", "entity", "customer_id", "currency", "booking_date"), on="line_id").with_columns(
        effective_date=pl.max_horizontal("effective_date", "booking_date")
    )
    return _rows(pl.concat([base, used.select(base.columns), taken_back(used).select(base.columns)]))


def _rows(frame: pl.DataFrame) -> pl.DataFrame:
    named = frame.with_columns(item_id=pl.concat_str(pl.lit(PREFIX), "line_id"), reason=pl.lit(""))
    return named.select(*MOVEMENT)


class _Use(NamedTuple):
    """What takes money of a line, and whether it did so after a batch."""

    amount: int
    day: date
    kind: str
    decision_id: str
    recorded: int
    undo_id: str | None
    undone_in: int | None
    undone_on: date | None

    def stands(self, batch: int) -> bool:
        """Whether it stood when a batch had been appended."""
        return self.recorded <= batch and (self.undone_in is None or self.undone_in > batch)


class _Settled(NamedTuple):
    """A decision that says whose a line's money is, or excludes the line (`owner` is None)."""

    batch: int
    ordinal: int
    decision_id: str
    owner: str | None
    undone_in: int | None
    undone_on: date | None


def _of_changing_owners(
    receipts: pl.DataFrame, decisions: pl.DataFrame, credits: pl.DataFrame, uses: pl.DataFrame, locks: Locks
) -> pl.DataFrame:
    """Lines whose money changed hands in the books: by a reversal, another decision, or a later run.

    Step by step, in the order in which the books came to know: what stood before is taken back and what stands now takes its place,
    each on its own day, or on the first open one.
    """
    settled = _settled_of(receipts, decisions)
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for line_id, batch, customer in (
        credits.join(receipts, on="line_id", how="semi").sort("batch").select("line_id", "batch", "customer_id").iter_rows()
    ):
        found[line_id].append((batch, customer))
    used: dict[str, list[_Use]] = defaultdict(list)
    columns = ("line_id", "amount", "effective_date", "kind", "decision_id", "recorded", "undo_id", "undone_in", "undone_on")
    for line_id, *use in uses.join(receipts, on="line_id", how="semi").select(columns).iter_rows():
        used[line_id].append(_Use(*use))
    rows: list[tuple[object, ...]] = []
    for line_id, entity, currency, booked, amount in receipts.sort("line_id").iter_rows():
        steps = _steps(_Receipt(amount, booked), settled.get(line_id, ()), found.get(line_id, ()), used.get(line_id, ()), locks)
        rows += [
            (line_id, entity, step.customer, currency, step.amount, step.day, step.batch, step.kind, step.decision_id) for step in steps
        ]
    schema = {name: MOVEMENT[name] for name in _STEP}
    return _rows(of_rows(rows, schema))


_STEP = ("line_id", "entity", "customer_id", "currency", "amount", "effective_date", "recorded", "kind", "decision_id")


def _settled_of(receipts: pl.DataFrame, decisions: pl.DataFrame) -> Mapping[str, list[_Settled]]:
    undone = decisions.filter(pl.col("reverses") != "").select(undone_in="batch", undone_on="effective_date", decision_id="reverses")
    excluding = pl.col("kind") == DecisionKind.EXCLUDE
    by_line = (
        decisions.filter(pl.col("kind").is_in(SETTLING) | excluding)
        .join(receipts, on="line_id", how="semi")
        .join(undone, on="decision_id", how="left")
        .sort("batch", "ordinal")
        .select("line_id", "batch", "ordinal", "decision_id", pl.when(~excluding).then(_owner()).alias("owner"), "undone_in", "undone_on")
    )
    found: dict[str, list[_Settled]] = defaultdict(list)
    for line_id, *decided in by_line.iter_rows():
        found[line_id].append(_Settled(*decided))
    return found


class _Receipt(NamedTuple):
    amount: int
    booked: date


class _Step(NamedTuple):
    """What a batch changed. `decision_id`: of what takes the money, or takes that back; '' for the money itself."""

    batch: int
    customer: str
    day: date
    kind: str
    decision_id: str
    amount: int


_Position = Counter[tuple[str, date, str, str]]
"""Minor units by customer, day, kind and decision."""


def _steps(
    receipt: _Receipt, settled: Sequence[_Settled], found: Sequence[tuple[int, str]], uses: Sequence[_Use], locks: Locks
) -> Iterable[_Step]:
    """What each batch changed, in order."""
    days: dict[int, date] = {}
    for undone_in, undone_on in [(s.undone_in, s.undone_on) for s in settled] + [(u.undone_in, u.undone_on) for u in uses]:
        if undone_in is not None and undone_on is not None:
            days[undone_in] = max(undone_on, days.get(undone_in, date.min))
    undoing = {(u.undone_in, u.decision_id): u.undo_id or "" for u in uses}
    batches = {s.batch for s in settled} | {u.recorded for u in uses} | {batch for batch, _ in found} | set(days)
    before: _Position = Counter()
    for batch in sorted(batches):
        owner = _owner_after(batch, settled, found)
        now: _Position = Counter()
        if owner:
            now[owner, receipt.booked, MovementKind.UNAPPLIED, ""] -= receipt.amount
            for use in uses:
                if use.stands(batch):
                    now[owner, max(use.day, receipt.booked), use.kind, use.decision_id] += use.amount
        through = locks.as_of(batch)
        first = max(days.get(batch, date.min), through + timedelta(1) if through else date.min)
        for key in sorted(now.keys() | before.keys()):
            if change := now[key] - before[key]:
                customer, day, kind, decision_id = key
                if undo_id := undoing.get((batch, decision_id)):
                    kind, decision_id = MovementKind.REVERSAL, undo_id
                yield _Step(batch, customer, max(day, first), kind, decision_id, change)
        before = now


def _owner_after(batch: int, settled: Iterable[_Settled], found: Iterable[tuple[int, str]]) -> str:
    """Whose the money is after a batch; '' when nobody knows, it is no customer's, or the line does not count."""
    standing = [s for s in settled if s.batch <= batch and (s.undone_in is None or s.undone_in > batch)]
    if any(s.owner is None for s in standing):
        return ""
    if standing:
        return standing[-1].owner or ""
    known = [customer for number, customer in found if number <= batch]
    return known[-1] if known else ""

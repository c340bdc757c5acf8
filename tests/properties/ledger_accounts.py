"""Customers' accounts added up from raw decisions, the bank and the ERP, apart from the product; and what must hold of them."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import polars as pl
from ledger_world import HOUSE, Document, Posting, Told, text

from matcher.frames import State
from matcher.ledger.aging import aging
from matcher.ledger.bridge import STEPS, bridge
from matcher.ledger.control import control, unexplained
from matcher.pipeline import view
from matcher.pipeline.session import Session
from matcher.store import journal as journal_store

SETTLES = {"match", "accept", "allocate", "on_account", "set_off", "refund", "return", "classify"}
OURS = {"cash", "adjustment", "set_off", "refund", "return", "reversal"}
END = date(2027, 12, 31)

Sums = dict[tuple[str, str, str], int]
"""Minor units by entity, customer and currency; nothing where there is nothing."""


class Decision(NamedTuple):
    """A row of the journal."""

    batch: int
    ordinal: int
    decision_id: str
    kind: str
    line_id: str
    customer_id: str
    outcome: str
    reverses: str
    effective_date: date
    other_line: str


class Share(NamedTuple):
    """A row of an allocation. `cash`: in the line's currency; `settled`: of the item, with what is cleared."""

    decision_id: str
    line_id: str
    item_id: str
    cash: int
    settled: int


@dataclass
class Journal:
    """What the journal holds, as rows: nothing of it is computed by the product."""

    head: tuple[int, str]
    decisions: list[Decision]
    shares: list[Share]
    found: list[tuple[int, str, str]]
    periods: list[tuple[int, str, str]]
    references: dict[str, str]
    runs: list[int]
    recognised: set[str]
    undecided: bytes = b""
    live: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, session: Session) -> "Journal":
        """From open books."""
        run = session.store.run
        decisions = run("""SELECT batch, ordinal, decision_id, kind, line_id, customer_id, outcome, reverses, effective_date, other_line
            FROM log.decision ORDER BY batch, ordinal""")
        shares = run("SELECT decision_id, line_id, item_id, amount, item_amount + adjustment FROM log.allocation ORDER BY batch, ordinal")
        made = cls(
            head=run("SELECT batch, hash FROM log.batch ORDER BY batch DESC LIMIT 1")[0],
            decisions=[Decision(*row) for row in decisions],
            shares=[Share(*row) for row in shares],
            found=run("SELECT batch, line_id, customer_id FROM log.credit ORDER BY batch"),
            periods=run("SELECT batch, month, action FROM log.period ORDER BY batch"),
            references=dict(run("SELECT line_id, bank_reference FROM raw.line")),
            runs=[
                batch
                for (batch,) in run(
                    """SELECT batch FROM log.batch
                    WHERE command = 'run' OR (command = 'accept' AND json_array_length(summary, '$.lines') > 1) ORDER BY batch"""
                )
            ],
            recognised={name for (name,) in run("SELECT counts_instead FROM log.decision WHERE kind = 'listed'")},
            undecided=repr([run(f"FROM work.{table} ORDER BY ALL") for table in ("finding", "proposal")]).encode(),
        )
        undone = {one.reverses for one in made.decisions if one.reverses}
        made.live = {one.decision_id for one in made.decisions if one.kind != "undo"} - undone
        return made

    def standing(self) -> list[Share]:
        """Shares of decisions in force."""
        return [share for share in self.shares if share.decision_id in self.live]

    def postings(self) -> dict[str, list[Posting]]:
        """What each decision settles of each document, reversed ones too."""
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for share in self.shares:
            sums[share.item_id, share.decision_id] += share.settled
        found: dict[str, list[Posting]] = defaultdict(list)
        for (item_id, decision_id), settled in sums.items():
            found[item_id].append(Posting(decision_id, settled, decision_id in self.live))
        return found

    def settled(self) -> Counter[str]:
        """Of each item, and of what is left of each line as ``U-`` and its id."""
        sums: Counter[str] = Counter()
        for share in self.standing():
            sums[share.item_id] += share.settled
        return sums

    def placed(self) -> Counter[str]:
        """Of each line: its own cash, and what others took of it."""
        sums: Counter[str] = Counter()
        for share in self.standing():
            sums[share.line_id] += share.cash
            if share.item_id.startswith("U-"):
                sums[share.item_id[2:]] -= share.settled
        return sums

    def owners(self) -> dict[str, str]:
        """Whose the money of each line is: as the latest decision in force says, else as runs were certain."""
        found = {line_id: customer for _, line_id, customer in self.found}
        for one in self.decisions:
            if one.kind in SETTLES and one.decision_id in self.live:
                found[one.line_id] = "" if one.outcome in ("non_receivable", "outgoing") else one.customer_id
        return {line_id: customer for line_id, customer in found.items() if customer and line_id}

    def locked(self, batch: int | None = None) -> date:
        """The last day that is locked, or was when a batch was appended."""
        closed: list[str] = []
        for number, month, action in self.periods:
            if batch is None or number < batch:
                closed = [*closed, month] if action == "close" else [one for one in closed if one < month] if action == "reopen" else closed
        if not closed:
            return date.min
        first = date.fromisoformat(f"{closed[-1]}-01")
        return (first + timedelta(32)).replace(day=1) - timedelta(1)


def expected(journal: Journal, documents: Mapping[str, Document], told: Mapping[str, Told]) -> tuple[dict[str, int], Sums]:
    """What each document and rest of a line has open, and what each customer owes."""
    settled, placed, owners = journal.settled(), journal.placed(), journal.owners()
    opens = {one.item_id: one.amount - one.own - settled[one.item_id] for one in documents.values() if one.known}
    sums: Sums = defaultdict(int)
    for item_id, left in opens.items():
        one = documents[item_id]
        sums[one.entity, one.customer, one.currency] += left
    for line_id, owner in owners.items():
        line = told[journal.references[line_id]]
        left = placed[line_id] - line.amount
        if line.amount > 0 and left:
            opens[f"U-{line_id}"] = left
            entity, currency = HOUSE[line.account]
            sums[entity, owner, currency] += left
    return {name: left for name, left in opens.items() if left}, {key: left for key, left in sums.items() if left}


def summed(frame: pl.DataFrame, amount: str) -> Sums:
    """Sums of a frame by entity, customer and currency."""
    sums: Sums = defaultdict(int)
    for entity, customer, currency, minor in frame.select("entity", "customer_id", "currency", amount).iter_rows():
        sums[entity, customer, currency] += minor
    return {key: minor for key, minor in sums.items() if minor}


def balances(state: State) -> dict[str, int]:
    """What the books say each document and rest has open, where there is something."""
    rows = [*state.items.select("item_id", "open").iter_rows(), *state.credits.select("item_id", "open").iter_rows()]
    sums: Counter[str] = Counter()
    for name, left in rows:
        sums[name] += left
    return {name: left for name, left in sums.items() if left}


def check_counted_once(journal: Journal, state: State, documents: Mapping[str, Document], told: Mapping[str, Told]) -> Iterator[str]:
    """Every customer owes what the independent accounts say."""
    opens, sums = expected(journal, documents, told)
    found = balances(state)
    for name in sorted(opens.keys() | found.keys()):
        if opens.get(name, 0) != found.get(name, 0):
            yield f"{name} has {text(found.get(name, 0))} open instead of {text(opens.get(name, 0))}"
    for said, other in (("movements", summed(state.movements, "amount")), ("aging", summed(aging(state), "open_amount"))):
        for key in sorted(sums.keys() | other.keys()):
            if sums.get(key, 0) != other.get(key, 0):
                yield f"{key} owes {text(other.get(key, 0))} by {said} instead of {text(sums.get(key, 0))}"


def check_bounds(journal: Journal, documents: Mapping[str, Document], told: Mapping[str, Told]) -> Iterator[str]:
    """No line gives more than it has, no document takes more than it is over."""
    for line_id, placed in journal.placed().items():
        if line_id and not _within(placed, told[journal.references[line_id]].amount):
            yield f"line {line_id} of {text(told[journal.references[line_id]].amount)} has {text(placed)} placed"
    settled = journal.settled()
    for one in documents.values():
        left = one.amount - one.own - settled[one.item_id]
        if one.known and not _within(left, one.amount):
            yield f"item {one.item_id} of {text(one.amount)} has {text(left)} open"


def _within(part: int, whole: int) -> bool:
    return min(0, whole) <= part <= max(0, whole)


def check_movements(journal: Journal, state: State) -> Iterator[str]:
    """The relation comes to the items' open amounts; nothing of ours is without a decision, and nothing falls into a locked month."""
    sums: Counter[str] = Counter()
    ids = {one.decision_id for one in journal.decisions}
    locked = {batch: journal.locked(batch) for batch in state.movements["recorded"].unique()}
    for item_id, amount, day, recorded, kind, decision_id in state.movements.select(
        "item_id", "amount", "effective_date", "recorded", "kind", "decision_id"
    ).iter_rows():
        sums[item_id] += amount
        if day <= locked[recorded]:
            yield f"{kind} on {item_id}, recorded in batch {recorded}, is of {day}, which was locked"
        if decision_id not in ids and (decision_id or kind in OURS):
            yield f"{kind} on {item_id} names decision {decision_id!r}"
    if {name: left for name, left in sums.items() if left} != balances(state):
        yield "movements do not come to the open amounts"


def check_bridge(session: Session, state: State, days: Sequence[date]) -> Iterator[str]:
    """From each of these days to the next every step adds up, to what the aging of the day says: of a closed month as it was closed."""
    opening = _aged(session, days[0])
    for first, last in pairwise(days):
        rows = bridge(state.movements, state.items, first + timedelta(1), last)
        opened, closed = (rows.filter(pl.col("step") == step) for step in ("opening", "closing"))
        moved = rows.filter(pl.col("step").is_in(STEPS))
        sums = Counter(summed(opened, "amount"))
        sums.update(summed(moved, "amount"))
        sums.subtract(summed(closed, "amount"))
        if any(sums.values()):
            yield f"the bridge from {first} to {last} does not add up: {+sums}, {-sums}"
        begun = summed(opened, "amount")
        if begun != opening:
            yield f"the bridge from {first} begins with {begun}, the day ended with {opening}"
        opening = summed(closed, "amount")
        aged = _aged(session, last)
        for key in sorted(aged.keys() | opening.keys()):
            if aged.get(key, 0) != opening.get(key, 0):
                yield f"{key} of {last}: {text(opening.get(key, 0))} by the bridge, {text(aged.get(key, 0))} by the aging"


def check_control(session: Session) -> Iterator[str]:
    """What the ERP lists is the books' receivables and what `control` itemises: nothing is left over."""
    state, facts = view.whole(session, END), journal_store.facts(session.store)
    listed: dict[tuple[str, str], int] = dict.fromkeys(state.movements.select("entity", "currency").iter_rows(), 0)
    for entity, currency, left in state.items.select("entity", "currency", "listed_open").iter_rows():
        listed[entity, currency] = listed.get((entity, currency), 0) + left
    rows = control(facts, state, listed)
    for key, left in unexplained(rows).items():
        yield f"{text(left)} of the control account of {key} is not explained: {rows.rows()}"


def _aged(session: Session, day: date) -> Sums:
    return summed(aging(view.whole(session, day, view.asked_for(session, day).known)), "open_amount")


def check_certain(journal: Journal, told: Mapping[str, Told]) -> Iterator[str]:
    """After a run the money of every undecided receipt is known by its account, but where a person taught otherwise."""
    decided = {one.line_id for one in journal.decisions if one.kind in SETTLES and one.decision_id in journal.live}
    returned = {one.other_line for one in journal.decisions if one.kind == "return" and one.decision_id in journal.live}
    found = {line_id: customer for _, line_id, customer in journal.found}
    wrong = _mistaught(journal, told)
    for line_id, reference in journal.references.items():
        line = told[reference]
        if line.payer in wrong or line_id in decided or line_id in returned or line.amount < 0:
            continue
        if line.payer and found.get(line_id, "") != line.payer:
            yield f"line {line_id} came from the account of {line.payer}, the run says {found.get(line_id, '')!r}"


def _mistaught(journal: Journal, told: Mapping[str, Told]) -> set[str]:
    """Customers whose account somebody has used for another one."""
    return {
        told[journal.references[one.line_id]].payer
        for one in journal.decisions
        if one.line_id and one.kind in SETTLES and one.customer_id not in ("", told[journal.references[one.line_id]].payer)
    }


def open_days(journal: Journal, rng: random.Random, today: date) -> list[date]:
    """Three days in order: the last locked one or an early one, and two later ones."""
    first = max(journal.locked(), date(2026, 8, 25))
    later = sorted(first + timedelta(rng.randint(1, max(2, (today - first).days + 8))) for _ in range(2))
    return [first, *later]

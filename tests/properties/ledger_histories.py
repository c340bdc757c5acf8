"""Random histories of the sub-ledger: a seed and a number of events. One that goes wrong says its seed and what was done."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import ledger_accounts as accounts
import ledger_acts as acts
import polars as pl
from effort import DEEP
from ledger_accounts import Journal
from ledger_world import SETTINGS, Amounts, Bank, Erp, master
from support import customers_file, new_books

from matcher.books import Books
from matcher.credit_control.account_statements import account_statements
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.ledger.periods import first_day, last_day
from matcher.pipeline import view
from matcher.pipeline.actions.base import Decided

EXPORTS = ("aging", "bridge", "discrepancies", "matches", *(("kpi", "forecast") if DEEP else ()))
MAY_BE_REFUSED: dict[str, set[str]] = {
    "listed": {"items.closing", "item.posted"}, "listed_again": {"item.posted"}, "statement": set(), "statement_again": set(),
    "run": set(), "run_up_to_a_day": set(),
}  # fmt: skip
"""What a machine does by itself is never refused, but for what the ERP may not change."""

FIRST, DAYS = datetime(2026, 9, 3, 8, 0, tzinfo=UTC), 118


class Wrong(AssertionError):
    """Something is not as it must be; the message tells the history."""


@dataclass(frozen=True)
class Played:
    """What a history did, by name; what was refused, by name and code; and its digest: the hash of the journal's last batch."""

    done: Counter[str]
    refused: Counter[str]
    head: tuple[int, str]


class History:
    """One set of books, its bank and its ERP.

    Args:
        folder: empty.
        seed: of everything.
        events: how many there will be: they spread over four months.
        every: after how many events all is checked.
    """

    def __init__(self, folder: Path, seed: int, events: int, every: int) -> None:
        self.rng = random.Random(seed)
        self.folder, self.seed, self.events, self.every = folder, seed, events, every
        self.now, self.turn, self.certain = FIRST, 0, False
        self.listed_on: date = FIRST.date()
        self.amounts = Amounts(self.rng)
        self.erp = Erp(self.rng, self.amounts)
        self.bank = Bank(self.rng, self.amounts, self.erp)
        new_books(folder / "books", SETTINGS)
        self.books = Books(folder / "books", actor="ada", clock=lambda: self.now)
        self.story: list[str] = []
        self.done, self.refused = Counter[str](), Counter[str]()
        self.waiting: list[Path] = []
        self.files: dict[str, Path] = {}
        self.closed: dict[tuple[str, date], bytes] = {}
        self._state: State | None = None
        self._seen = 0
        self.books.import_files("customers", [customers_file(folder, master())])
        self.refresh()

    def refresh(self) -> None:
        """Reads what the journal holds now."""
        with self.books.reading() as session:
            self.journal = Journal.read(session)

    @property
    def state(self) -> State:
        """What the books say, as of a few events ago: people do not look again before each thing that they do."""
        return self.fresh() if self._state is None or self.journal.head[0] > self._seen + 2 else self._state

    def fresh(self) -> State:
        """What the books say now."""
        if self._state is None or self.journal.head[0] != self._seen:
            with self.books.reading() as session:
                self._state, self._seen = view.present(session), self.journal.head[0]
        return self._state

    def tell(self, what: str) -> None:
        """Adds to the story."""
        self.story[-1] += f" {what}"

    def wrong(self, found: Sequence[str]) -> None:
        """Raises `Wrong` where something was found."""
        if found:
            story = "\n".join(self.story[-40:])
            raise Wrong(f"seed {self.seed}, event {self.turn} of {self.events}, {self.now:%Y-%m-%d}: {list(found)[:6]}\n{story}")

    def currency_of(self, line_id: str) -> list[str]:
        """Of a line; nothing for one that is not there."""
        return self.state.lines.filter(pl.col("line_id") == line_id)["currency"].to_list()

    def step(self, act: acts.Act) -> Sequence[Decided]:
        """One event. What is refused has a code and leaves no trace; gives what was decided."""
        name = act.__name__
        self.story.append(f"{self.turn} {self.now:%m-%d} {name}")
        before, self.certain = self.journal, False
        made: Sequence[Decided] = ()
        try:
            made = act(self)
            self.done[name] += 1
        except MatcherError as error:
            self.refused[f"{name} {error.code}"] += 1
            self.tell(f"-> {error.code} {error.what}")
            self.refresh()
            self.wrong(["a refused command changed the books"] if before != self.journal else [])
            self.wrong([] if error.code in MAY_BE_REFUSED.get(name, {error.code}) else [f"{name} was refused: {error}"])
            return ()
        self.refresh()
        if self.certain:
            self.wrong(list(accounts.check_certain(self.journal, self.bank.told)))
        return made

    def there_and_back(self) -> None:
        """A decision, and its undoing at once: every balance is what it was, on every day."""
        state, found = self.fresh(), len(self.journal.found)
        made = self.step(self.rng.choice(acts.DECIDING))
        if not made:
            return
        self.story.append(f"{self.turn} and back")
        for one in reversed(made):
            if one.decision_id in self.journal.live:
                self.books.undo(one.decision_id, reason="not so")
                self.refresh()
        self.done["and back"] += 1
        # whose a line's money certainly is may be known only since a decision on it was taken back
        news = {line_id for _, line_id, _ in self.journal.found[found:]}
        before, after = _remembered(state, news), _remembered(self.fresh(), news)
        self.wrong([f"{name}: {_different(before[name], after[name])} after undoing it" for name in before if before[name] != after[name]])

    def run_and_back(self) -> None:
        """A run, and its undoing at once: every document is as it was."""
        before = _remembered(self.fresh())
        self.step(acts.run)
        ran = self.journal.head[0]
        if any(one.batch == ran for one in self.journal.decisions):
            self.story.append(f"{self.turn} and back")
            self.books.undo_run(reason="wrong")
            self.refresh()
            self.done["run and back"] += 1
            after = _remembered(self.fresh())
            # what the run found of customers' credits stays
            was, now = ([pair for pair in one["open"] if not pair[0].startswith("U-")] for one in (before, after))
            self.wrong([f"{_different(was, now)} after the run is undone"] if was != now else [])

    def event(self) -> None:
        """Time passes, and something happens."""
        self.turn += 1
        self.now += timedelta(minutes=self.rng.randint(1, 2 * DAYS * 1440 // self.events))
        chosen = self.rng.random()
        if chosen < 0.12:
            self.there_and_back()
        elif chosen < 0.14:
            self.run_and_back()
        elif chosen < 0.155:
            self.step(acts.reopen)
        else:
            self.step(self.rng.choice(acts.OTHERS if chosen < 0.55 else acts.DECIDING))
        if self.turn % self.every == 0:
            self.look()

    def look(self, *, verify: bool = True) -> None:
        """Checks everything."""
        documents, told = self.erp.documents, self.bank.told
        state = self.fresh()
        with self.books.reading() as session:
            self.wrong(list(accounts.check_counted_once(self.journal, view.whole(session, accounts.END), documents, told)))
            self.wrong(list(accounts.check_bounds(self.journal, documents, told)))
            self.wrong(list(accounts.check_movements(self.journal, state)))
            days = accounts.open_days(self.journal, self.rng, self.now.date())
            self.wrong(list(accounts.check_bridge(session, state, days)))
            self.wrong(list(accounts.check_control(session)))
            for day in days:
                sent = account_statements(view.whole(session, day), day.replace(day=1))
                self.wrong([f"the statement of account of {one.customer_id} does not tie on {day}" for one in sent if not one.ties])
        self.check_closed()
        if verify:
            failed = [check for check in self.books.verify() if check.failure and check.code != "statement.gap"]
            self.wrong([f"verify: {one.name}: {one.failure}" for one in failed])

    def keep_closed(self, month: str) -> None:
        """Keeps what the exports say of a month right after its close."""
        last = last_day(month)
        for day in (last, first_day(month) + timedelta(self.rng.randint(0, 27))):
            for what in EXPORTS:
                self.closed[what, day] = self._exported(what, day)

    def forget_closed(self, month: str) -> None:
        """A month is open again, and the figures of its days may move."""
        self.closed = {key: kept for key, kept in self.closed.items() if key[1] < first_day(month)}

    def check_closed(self) -> None:
        """Exports of a day in a closed month are what they were."""
        if self.closed:
            day = self.rng.choice(sorted({day for _, day in self.closed}))
            self.wrong([f"{what} of {day} has changed" for what in EXPORTS if self.closed[what, day] != self._exported(what, day)])

    def _exported(self, what: str, day: date) -> bytes:
        path = self.folder / f"{what}.csv"
        self.books.export(what, path, day)
        return path.read_bytes()

    def undo_all(self) -> None:
        """Everything that stands is taken back, in any order that is allowed: the documents are as the ERP alone has them."""
        self.story.append("all months are opened, and everything is undone")
        while self.journal.periods and self.journal.locked().year > 1:
            month = f"{self.journal.locked():%Y-%m}"
            self.books.reopen(month, reason="the end")
            self.forget_closed(month)
            self.refresh()
        refusals = [""]
        while self.journal.live and refusals:
            refusals, order = [], sorted(self.journal.live)
            self.rng.shuffle(order)
            for decision_id in order:
                try:
                    self.books.undo(decision_id, reason="all of it")
                except MatcherError as error:
                    refusals.append(f"{decision_id}: {error}")
            before, _ = self.journal, self.refresh()
            if before.live == self.journal.live:
                # a return whose document the ERP has paid otherwise by now goes with the receipt that it returned
                self.tell(f"{len(order)} of them together")
                self.together(order, refusals)
        self.look()

    def together(self, decision_ids: Sequence[str], refusals: Sequence[str]) -> None:
        """Takes decisions back in one command that cannot be taken back one by one."""
        try:
            self.books.undo_decisions(decision_ids, reason="all of it")
        except MatcherError as error:
            self.wrong([f"together: {error}", *refusals[:3]])
        self.refresh()


def _remembered(state: State, without: Collection[str] = ()) -> dict[str, list[Any]]:
    """Balances of items, lines and credits, now and day by day, but of some lines."""
    rests = [f"U-{line_id}" for line_id in without]
    lines = state.lines.filter(~pl.col("line_id").is_in(list(without))).sort("line_id")
    moved = state.movements.filter(~pl.col("item_id").is_in(rests)).group_by("item_id", "customer_id", "effective_date")
    days = moved.agg(pl.col("amount").sum()).filter(pl.col("amount") != 0).sort("item_id", "customer_id", "effective_date")
    opens = sorted((name, left) for name, left in accounts.balances(state).items() if name not in rests)
    return {"open": opens, "lines": lines.select("line_id", "applied", "used", "pending", "payer").rows(), "days": days.rows()}


def _different(before: list[Any], after: list[Any]) -> str:
    return f"{[row for row in before if row not in after][:4]} became {[row for row in after if row not in before][:4]}"


def play(folder: Path, seed: int, events: int, every: int, said: Callable[[History], None] = lambda _: None) -> Played:
    """Plays a history to its end.

    Raises:
        Wrong: something is not as it must be.
    """
    history = History(folder, seed, events, every)
    for act in (acts.listed, *[acts.statement] * 3, acts.run):
        history.step(act)
    for _ in range(events):
        history.event()
        said(history)
    history.undo_all()
    return Played(history.done, history.refused, history.journal.head)

"""Random histories of one set of books, looked at by `accounting` after every command.

A history is a seed and a number of commands. One that goes wrong says its seed and what was done.
"""

import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from support import CONFIG, customers_file, items_file, lines_file

from faults import world
from faults.accounting import Ledger, Received, cents, check_discrepancies, check_received, posted, posted_by_item, table, text
from faults.accounting import receipts as receipts_file
from faults.erp import Erp, readings
from faults.trials import dump
from matcher.books import Books, init
from matcher.errors import MatcherError
from matcher.pipeline.actions.requests import AllocationRequest

END = date(2027, 12, 31)


class Wrong(AssertionError):
    """Something is not as it must be; the message tells the history."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a history did: commands that were done and that were refused, by name, and open amounts compared to the cent."""

    done: Counter[str]
    refused: Counter[str]
    compared: int


class History:
    """One set of books, its bank and its ERP.

    Args:
        folder: empty.
        seed: of everything.
        late: whether the ERP may book a file after a decision in it was undone.
    """

    def __init__(self, folder: Path, seed: int, *, late: bool = False) -> None:
        self.rng = random.Random(seed)
        self.folder, self.seed, self.late = folder, seed, late
        self.story: list[str] = []
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.now = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
        (folder / "books").mkdir()
        policy = "[policy]\nfour_eyes_above = 60\nsample = 0.2\n" if seed % 2 else ""
        (folder / "books" / "matcher.toml").write_text(f"{CONFIG}\n{policy}", encoding="utf-8")
        init(folder / "books")
        self.books = Books(folder / "books", actor="ada", clock=lambda: self.now)
        invoices = [world.invoice(self.rng, n) for n in range(self.rng.randint(5, 9))]
        self.erp = Erp([replace(world.ANCHOR), *invoices], lists_closed=self.rng.random() < 0.5)
        self.bank = world.lines(self.rng, invoices, self.rng.randint(10, 16))
        self.proven = self.rng.random() < 0.5
        self.ledger, self.received = Ledger(), Received()
        self.matches: list[dict[str, str]] = []
        self.aging: list[dict[str, str]] = []
        self.sent: Path | None = None
        self.sent_as_of = ""
        self.undone_since_sent: set[str] = set()
        self.files: dict[str, list[world.Line]] = {}
        self.rejected: set[str] = set()

    def wrong(self, found: list[str]) -> None:
        """Raises `Wrong` where something was found."""
        if found:
            raise Wrong(f"seed {self.seed}{' late' if self.late else ''}, after {len(self.story)}: {found}\n" + "\n".join(self.story))

    def export(self, what: str, ending: str = "csv", as_of: date | None = END) -> Path:
        """Writes an export beside the books."""
        path = self.folder / f"{what}.{ending}"
        self.books.export(what, path, as_of)
        return path

    def look(self) -> None:
        """Exports matches and aging, and checks them."""
        self.matches, self.aging = table(self.export("matches")), table(self.export("aging"))
        self.wrong(list(self.ledger.check(self.matches, self.aging)))

    def look_deeper(self) -> None:
        """Discrepancies, and the product's own checks."""
        self.wrong(list(check_discrepancies(table(self.export("discrepancies")), self.aging)))
        failed = [check for check in self.books.verify() if check.failure]
        self.wrong([f"verify: {one.name}: {one.failure}" for one in failed if not (one.name.startswith(CHAIN) and self.days_are_missing())])

    def days_are_missing(self) -> bool:
        """Whether the account moved on a day between the files, of which no file tells."""
        told = [chosen for name, chosen in self.files.items() if name not in self.rejected]
        known = {line.reference for chosen in told for line in chosen}
        days = [line.day for chosen in told for line in chosen]
        return any(min(days) <= line.day <= max(days) and line.reference not in known for line in self.bank)

    def step(self, *, look: bool = True) -> bool:
        """One command; what is refused must leave no trace. Gives whether the books were looked at after it."""
        act = self.rng.choice(ACTS)
        self.now += timedelta(minutes=self.rng.randint(1, 600))
        if self.rng.random() < 0.1:
            self.now -= timedelta(days=self.rng.randint(1, 20))  # a clock that was put right
        name = act.__name__.removeprefix("_")
        self.keep_copy()
        self.story.append(name)
        try:
            act(self)
        except MatcherError as error:
            self.refused[name] += 1
            self.story[-1] += f" -> {error.code}"
            if dump(self.folder) != dump(self.folder / "copy"):
                self.wrong(["a refused command changed the books"])
            return False
        self.done[name] += 1
        if look:
            self.look()
        return look

    def refresh(self) -> None:
        """Reads what is posted now, for what the bank and the ERP do by it."""
        self.matches = table(self.export("matches"))

    def keep_copy(self) -> None:
        """Copies the books file, to see whether a command that is refused changed it."""
        at = self.folder / "books"
        to = self.folder / "copy" / "books"
        to.mkdir(parents=True, exist_ok=True)
        for name in ("books.duckdb", "books.duckdb.wal"):
            if (at / name).exists():
                shutil.copy(at / name, to / name)
            else:
                (to / name).unlink(missing_ok=True)

    def tell(self, what: str) -> None:
        """Adds to the story."""
        self.story[-1] += f" {what}"


def _ingest(of: History) -> None:
    """Some days of the account in one file, whether known or not."""
    days = sorted({line.day for line in of.bank})
    first = of.rng.randrange(len(days))
    last = min(len(days), first + of.rng.randint(1, 8))
    chosen = [line for line in of.bank if days[first] <= line.day <= days[last - 1]]
    path = lines_file(of.folder, [line.row(balance=of.proven) for line in chosen], f"{days[first]}_{days[last - 1]}.csv")
    of.tell(path.name)
    (result,) = of.books.ingest([path])
    if not result.known:
        (found,) = result.statements
        refused = {line.reference for name in of.rejected for line in of.files[name]}
        of.files[found.statement_id] = chosen
        if found.state == "quarantined" and any(line.reference in refused for line in chosen):
            of.rejected.add(found.statement_id)  # what a person has taken back waits until one takes it in again
        elif found.state not in ("balanced", "unproven"):
            of.wrong([f"statement is {found.state}: {[problem.message for problem in result.problems]}"])
    _count(of)


def _count(of: History) -> None:
    of.ledger.lines = {line.reference: line.amount for name, chosen in of.files.items() if name not in of.rejected for line in chosen}


def _reject_statement(of: History) -> None:
    if not of.files:
        return
    name = of.rng.choice(sorted(of.files))
    undo = of.rng.random() < 0.7
    of.tell(f"{name} undo={undo}")
    if name in of.rejected:
        of.books.accept_statement(name, reason="right after all")
        of.rejected.discard(name)
    else:
        of.books.reject_statement(name, reason="of another firm", undo=undo)
        of.rejected.add(name)
        of.undone_since_sent |= {"*"}
    _count(of)


def _snapshot(of: History) -> None:
    """The ERP's open items: they hold what it has booked by now."""
    of.refresh()
    of.books.import_files("items", [items_file(of.folder, of.erp.snapshot())])
    standing, live = of.erp.standing(), posted(of.matches)
    for item_id, one in of.erp.invoices.items():
        moved = of.erp.moved[item_id]
        # what it could have booked: what waits for it now, and what it did book
        pending = list(moved)
        booked = list(standing[item_id])
        for row in live:
            if row["item_id"] == item_id:
                key = (row["line_id"], cents(row["amount_applied"]) + cents(row["adjustment_amount"]))
                if key in booked:
                    booked.remove(key)
                else:
                    pending.append(key[1])
        pending += [-amount for _, amount in booked]
        if readings(moved, pending[:14]) > 1 or len(pending) > 14:
            of.ledger.unclear.add(item_id)
        of.ledger.items[item_id] = one.amount
        of.ledger.credits[item_id] = one.credited
        of.erp.moved[item_id] = []
    of.tell(" ".join(f"{one.item_id}={text(one.open)}" for one in of.erp.invoices.values() if one.open != one.amount))


def _erp_books(of: History) -> None:
    """The ERP takes the latest file, whole or up to where it stopped."""
    if of.sent is None or (of.undone_since_sent and not of.late):
        return
    documents, _, _ = receipts_file(of.sent)
    upto = len(documents) if of.rng.random() < 0.6 else of.rng.randint(0, len(documents))
    of.tell(f"{upto} of {len(documents)}")
    of.erp.take(documents[:upto])


def _erp_credits(of: History) -> None:
    """The ERP takes something off a document by itself, and says so at once."""
    of.refresh()
    free = posted_by_item(of.matches)
    for one in of.rng.sample(sorted(of.ledger.items), len(of.ledger.items)):
        invoice = of.erp.invoices[one]
        left = invoice.amount - invoice.credited - free.get(one, 0)
        amount = of.rng.randint(1, 9) * 101 + of.rng.randint(1, 97)
        if one != "ANCHOR" and left > amount and not of.erp.moved[one] and invoice.open > amount:
            rows = [cents(row["amount_applied"]) + cents(row["adjustment_amount"]) for row in posted(of.matches) if row["item_id"] == one]
            rows += [-settled for _, settled in of.erp.standing()[one]]
            if readings([amount], rows):
                return
            invoice.credited += amount
            of.tell(f"{one} {text(amount)}")
            try:
                _snapshot(of)
            except MatcherError:
                invoice.credited -= amount
                raise
            return


def _erp_invoices(of: History) -> None:
    """The ERP issues a document; the books learn of it with the next snapshot."""
    one = world.invoice(of.rng, len(of.erp.invoices) + 50)
    of.erp.invoices[one.item_id] = one
    of.tell(f"{one.item_id} {text(one.amount)}")


def _customers(of: History) -> None:
    of.books.import_files("customers", [customers_file(of.folder, world.customers())])


def _run(of: History) -> None:
    of.books.run()


def _run_as_of(of: History) -> None:
    day = world.FIRST_DAY + timedelta(of.rng.randrange(world.DAYS + 10))
    of.tell(day.isoformat())
    of.books.run(day)


def _line(of: History, state: str = "") -> str:
    found = sorted({row["line_id"] for row in of.matches if not state or row["state"] == state})
    return of.rng.choice(found) if found else "0"


def _accept(of: History) -> None:
    line = _line(of, "proposed")
    of.tell(line)
    of.books.accept([line], reason="they said so")


def _reject(of: History) -> None:
    line = _line(of, "proposed")
    of.tell(line)
    of.books.reject([line], reason="not theirs")


def _allocate(of: History) -> None:
    """Money by hand: whole, in part, with an adjustment, on two documents; often more than there is."""
    line, items = (
        _line(of, of.rng.choice(("", "none", "posted"))),
        of.rng.choices(sorted(of.ledger.items) or ["I0"], k=of.rng.choice((1, 1, 2))),
    )
    wanted = []
    for item in items:
        part = "" if of.rng.random() < 0.4 else text(of.rng.randrange(1_00, 200_00))
        adjustment = text(of.rng.randrange(1, 9_00)) if part and of.rng.random() < 0.3 else ""
        wanted.append(AllocationRequest(item, part, adjustment, "discount" if adjustment else ""))
    of.tell(f"{line} " + " ".join(f"{one.item}={one.amount}+{one.adjustment}" for one in wanted))
    of.books.allocate(line, wanted, reason="by hand")


def _undo(of: History) -> None:
    decided = sorted({row["decision_id"] for row in of.matches if row["state"] == "posted"})
    given = of.rng.choice(decided) if decided and of.rng.random() < 0.7 else _line(of)
    of.tell(given)
    of.books.undo(given, reason="a mistake")
    of.undone_since_sent.add(given)


def _approve(of: History) -> None:
    """Another person posts what waits, or takes it off."""
    waits = of.books.to_approve()
    if waits:
        one, rejected = of.rng.choice(waits), of.rng.random() < 0.3
        of.tell(f"{one.decision_id}{' rejected' if rejected else ''}")
        Books(of.books.directory, actor="ben", clock=lambda: of.now).approve([one.decision_id], reject=rejected)


def _check(of: History) -> None:
    """A person says of a posting that it is right, or wrong."""
    asked, _ = of.books.sample()
    if asked:
        one, wrong = of.rng.choice(asked), of.rng.random() < 0.3
        of.tell(f"{one.line_id}{' wrong' if wrong else ''}")
        (of.books.check_wrong if wrong else of.books.check_right)([one.line_id])
        of.undone_since_sent |= {one.decision_id} if wrong else set()


def _receipts(of: History) -> None:
    send(of, None)


def _receipts_as_of(of: History) -> None:
    send(of, world.FIRST_DAY + timedelta(of.rng.randrange(world.DAYS)))


def send(of: History, as_of: date | None) -> None:
    """Sends receipts to the ERP and to the bookkeeper who takes every file whole."""
    of.sent = of.export("receipts", "jsonl", as_of)
    documents, wrong, day = receipts_file(of.sent)
    of.tell(f"{len(documents)} as of {day}")
    of.wrong([*wrong, *of.received.take(documents)])
    amounts = {row["line_id"]: cents(row["line_amount"]) for row in table(of.export("matches"))}
    part = {line: amount for line, amount in of.received.by_line().items() if amount not in (0, amounts[line])}
    of.wrong([f"the ERP has {text(amount)} of line {line}" for line, amount in part.items()])
    of.undone_since_sent = set()
    latest, of.sent_as_of = day >= of.sent_as_of, max(of.sent_as_of, day)
    if as_of is None and latest:
        # only what is looked at from the latest day so far holds everything
        of.refresh()
        of.wrong(list(check_received(of.received, of.matches)))


CHAIN = "statements: each begins where"
"""The product's check that finds a missing statement."""

ACTS: list[Callable[[History], None]] = [
    *[_ingest] * 5, *[_snapshot] * 5, *[_erp_books] * 5, *[_run] * 4, *[_run_as_of] * 3, *[_accept] * 3, _reject, *[_allocate] * 8,
    *[_undo] * 5, *[_approve] * 4, *[_check] * 2, *[_receipts] * 4, _receipts_as_of, *[_erp_credits] * 2, _erp_invoices,
    _customers, _reject_statement,
]  # fmt: skip


START = (_customers, _snapshot, _ingest, _run)
"""How every history begins."""


def undo_all(of: History) -> None:
    """Takes back every decision in any order: everything is as at first, in the books and, once it has booked that, in the ERP."""
    of.story.append("undo all")
    decided = sorted({row["decision_id"] for row in of.matches if row["state"] == "posted"})
    of.rng.shuffle(decided)
    for one in decided:
        of.books.undo(one, reason="all of it")
    of.look()
    of.wrong([f"{row['line_id']} is still posted" for row in of.matches if row["state"] == "posted"])
    of.now = max(of.now, datetime(2027, 1, 15, tzinfo=UTC))
    _receipts(of)
    of.wrong(["documents are left standing"] if of.received.by_item() or of.received.by_line() else [])
    assert of.sent is not None
    of.erp.take(receipts_file(of.sent)[0])
    of.wrong([f"the ERP has {one.item_id} booked" for one in of.erp.invoices.values() if one.booked])
    _snapshot(of)
    of.ledger.unclear.clear()
    of.look()
    of.look_deeper()


def play(seed: int, commands: int, *, late: bool = False, every: int = 1) -> Told:
    """Plays a history to its end.

    Args:
        seed: of everything.
        commands: how many.
        late: whether the ERP may book a file after a decision in it was undone.
        every: after how many commands the books are looked at.

    Raises:
        Wrong: something is not as it must be.
    """
    with tempfile.TemporaryDirectory() as name:
        history = History(Path(name), seed, late=late)
        history.story.append("start")
        for act in START:
            act(history)
            history.look()
        looked = False
        for n in range(commands):
            looked = history.step(look=n % every == 0)
            if n % (6 * every) == 6 * every - 1:
                if not looked:
                    history.look()
                history.look_deeper()
                looked = True
        if not looked:
            history.look()
        undo_all(history)
    return Told(history.done, history.refused, history.ledger.compared)


if __name__ == "__main__":
    for number in range(int(sys.argv[1]), int(sys.argv[2])):
        try:
            told = play(number, int(sys.argv[3]), late=len(sys.argv) > 4)
            sys.stdout.write(f"{number} {sum(told.done.values())} {sum(told.refused.values())} {told.compared}\n")
        except Wrong as error:
            sys.stdout.write(f"FAILS {error}\n\n")
        sys.stdout.flush()

"""Books whose decisions go to a stub of an ERP by calls; decisions, pushes, kills and lost answers at random, and what must hold after."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import polars as pl
import pytest
from support import CONFIG, NOW, customers_file, items_file, lines_file, new_books

from live.stub import Call, Trouble
from matcher.books import Books
from matcher.errors import MatcherError
from matcher.exports.erp.live import wire
from matcher.exports.erp.records import Document
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.receipts import Sending
from matcher.states import Sent

CUSTOMERS = ("C1", "C2", "C3")
CREDITS = {"net", "set_off"}
"""Acts that need credit notes."""


class System(Protocol):
    """A stub, as the world needs it. Amounts are cents."""

    calls: list[Call]
    mistakes: list[str]
    trouble: Any
    target: str
    secrets: dict[str, str]
    acts: tuple[str, ...]
    """Of `World.ACTS` those that the system has a form for."""

    def serve(self) -> AbstractContextManager[str]: ...
    def table(self, url: str) -> str:
        """The target's tables of matcher.toml."""

    def invoice(self, name: str, customer: str, cents: int) -> None: ...
    def credit_note(self, name: str, customer: str, cents: int) -> None:
        """Only of a system whose acts need one."""

    def item_extra(self, name: str) -> dict[str, str]:
        """Further columns of the item in the books."""

    def ids(self) -> list[str]:
        """External ids of all that was ever booked, one for each document that stands there or stood."""

    def outstanding(self) -> dict[str, int]:
        """What is open of each invoice, and of each credit note below zero."""

    def take_back(self, external_id: str) -> None:
        """What a person does there where no call takes a document back; called again after a kill, and then nothing is left to do."""

    def bank(self) -> int:
        """What came to the bank account, less what left it."""

    def on_account(self) -> int:
        """Money that pays no document."""


class Killed(BaseException):
    """The process ends here."""


class Net:
    """What happens to calls, and where a push is killed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.likely: dict[Trouble, float] = {}
        self.moments = 0
        self.kill_at = 0
        self.kills = 0
        self.troubles: Counter[Trouble] = Counter()

    def trouble(self, call: Call) -> Trouble:
        drawn = self.random.random()
        for word, share in self.likely.items():
            drawn -= share
            if drawn < 0:
                self.troubles[word] += 1
                return word
        return Trouble.NONE

    def moment(self) -> None:
        self.moments += 1
        if self.moments == self.kill_at:
            self.kills += 1
            raise Killed


class World:
    """Books and system."""

    def __init__(self, folder: Path, system: System, url: str, seed: int, size: int, patch: pytest.MonkeyPatch) -> None:
        self.system, self.random, self.net = system, random.Random(seed), Net(seed)
        system.trouble = self.net.trouble
        self.items = {f"INV-{number:04}": self.random.randrange(50_00, 900_00) for number in range(size)}
        self.customer = {name: CUSTOMERS[place % 3] for place, name in enumerate(self.items)}
        for name, cents in self.items.items():
            system.invoice(name, self.customer[name], cents)
        self.credits: dict[str, int] = {}
        if not CREDITS.isdisjoint(system.acts):
            self.credits = {f"CN-{number:04}": -self.random.randrange(5_00, 90_00) for number in range(size // 3)}
            self.customer |= {name: CUSTOMERS[place % 3] for place, name in enumerate(self.credits)}
        for name, cents in self.credits.items():
            system.credit_note(name, self.customer[name], -cents)
        self.books = self._books(folder, url, size)
        for name, text in system.secrets.items():
            patch.setenv(name, text)
        patch.setattr(wire, "pause", lambda seconds: None)
        self._watch(patch)
        state = self.books.state()
        amounts = state.lines.select("line_id", "amount").iter_rows()
        self.lines: dict[str, int] = dict(amounts)
        self.free_lines, self.free_items, self.free_credits = sorted(self.lines), sorted(self.items), sorted(self.credits)
        self.decided = 0
        """Acts that found something to do."""
        self.live: list[tuple[str, str, list[str]]] = []
        self.lying: dict[str, str] = {}
        """Lines whose money lies on account, and whose."""

    def _books(self, folder: Path, url: str, size: int) -> Books:
        books = new_books(folder / "books", CONFIG + self.system.table(url))
        rows = [
            {"item_id": name, "customer_id": self.customer[name], "document_no": name, "amount": f"{cents / 100:.2f}"}
            | ({"document_type": "credit_note"} if cents < 0 else {})
            | self.system.item_extra(name)
            for name, cents in (self.items | self.credits).items()
        ]  # fmt: skip
        books.import_files("items", [items_file(folder, rows)])
        books.import_files("customers", [customers_file(folder, [{"customer_id": one, "name": f"{one} GmbH"} for one in CUSTOMERS])])
        lines = [
            {"amount": f"{self.random.randrange(10_00, 2000_00) / 100:.2f}", "bank_reference": f"R{number}"} for number in range(size)
        ]  # fmt: skip
        books.ingest([lines_file(folder, lines)])
        return Books(books.directory, actor="ada", clock=lambda: NOW)

    def _watch(self, patch: pytest.MonkeyPatch) -> None:
        """Moments at which a kill may come: before and after each call, and each time that the books are opened or closed."""
        net, once, opener = self.net, wire.Wire._once, Books._opener

        def called(self: wire.Wire, request: Any) -> Any:
            net.moment()
            reply = once(self, request)
            net.moment()
            return reply

        def opened(self: Books, *args: Any, **more: Any) -> Any:
            inner = opener(self, *args, **more)

            @contextmanager
            def wrapped(*, write: bool) -> Iterator[Any]:
                net.moment()
                with inner(write=write) as session:
                    yield session
                    net.moment()
                net.moment()

            return wrapped

        patch.setattr(wire.Wire, "_once", called)
        patch.setattr(Books, "_opener", opened)

    # --- what people do -----------------------------------------------------------------------------------------------------------

    def decide(self) -> None:
        """A decision of any kind, or an undo."""
        act = self.random.choice(self.system.acts)
        before = len(self.live)
        getattr(self, f"_{act}")()
        self.decided += len(self.live) != before

    def _take(self, line: str, items: list[str]) -> None:
        self.free_items = [one for one in self.free_items if one not in items]
        self.free_credits = [one for one in self.free_credits if one not in items]
        self.free_lines = [one for one in self.free_lines if one != line]

    def _pay(self) -> None:
        """One or two invoices of one customer; what the line brings beyond them stays on account, if it brings less they stay open."""
        if not self.free_lines or not self.free_items:
            return
        line, first = self.random.choice(self.free_lines), self.random.choice(self.free_items)
        others = [one for one in self.free_items if self.customer[one] == self.customer[first] and one != first]
        chosen = [first, *self.random.sample(others, min(len(others), self.random.choice((0, 0, 1))))]
        left, asked = self.lines[line], []
        for name in chosen:
            cash = min(left, self.items[name])
            left -= cash
            if cash:
                asked.append(AllocationRequest(name, f"{cash / 100:.2f}"))
        self._decided(line, [one.item for one in asked], lambda: self.books.allocate(line, asked))

    def _pay_with_discount(self) -> None:
        self._pay_and_clear("discount")

    def _pay_with_fee(self) -> None:
        self._pay_and_clear("fee")

    def _pay_with_tax(self) -> None:
        self._pay_and_clear("withholding_tax")

    def _pay_and_clear(self, reason: str) -> None:
        fitting = [(line, name) for line in self.free_lines for name in self.free_items if self.lines[line] >= self.items[name]]
        if not fitting:
            return
        line, name = self.random.choice(fitting)
        cleared = self.random.randrange(1, self.items[name] // 10)
        cash = self.items[name] - cleared
        asked = [AllocationRequest(name, f"{cash / 100:.2f}", f"{cleared / 100:.2f}", reason)]
        self._decided(line, [name], lambda: self.books.allocate(line, asked))

    def _put_on_account(self) -> None:
        if self.free_lines:
            line, customer = self.random.choice(self.free_lines), self.random.choice(CUSTOMERS)
            self._decided(line, [], lambda: self.books.on_account([line], customer))
            self.lying[line] = customer

    def _apply(self) -> None:
        """Money that lies on account pays an invoice of its customer."""
        fitting = [(line, name) for line, whose in sorted(self.lying.items()) for name in self.free_items if self.customer[name] == whose]
        if fitting:
            line, name = self.random.choice(fitting)
            cash = min(self.lines[line], self.items[name])
            self._decided(line, [name], lambda: self.books.allocate(line, [AllocationRequest(name, f"{cash / 100:.2f}")]))
            self.lying.pop(line)
            self.live = [one for one in self.live if one != ("", line, [])]

    def _write_off(self) -> None:
        if self.free_items:
            name = self.random.choice(self.free_items)
            asked = [AllocationRequest(name, adjustment=f"{self.items[name] / 100:.2f}", adjustment_reason="bad_debt")]
            (made,) = self.books.write_off(asked, reason="bad_debt")
            self._take("", [name])
            self.live.append((made.decision_id, "", [name]))

    def _smaller_credit(self) -> tuple[str, str] | None:
        """A credit note, and an invoice of its customer that is larger."""
        fitting = [
            (credit, name) for credit in self.free_credits for name in self.free_items
            if self.customer[credit] == self.customer[name] and self.items[name] > -self.credits[credit]
        ]  # fmt: skip
        return self.random.choice(fitting) if fitting else None

    def _net(self) -> None:
        """A payment nets a credit note; what the line brings beyond that stays on account."""
        if not self.free_lines or not (found := self._smaller_credit()):
            return
        (credit, name), line = found, self.random.choice(self.free_lines)
        netted = -self.credits[credit]
        cash = min(self.lines[line] + netted, self.items[name])
        asked = [AllocationRequest(name, f"{cash / 100:.2f}"), AllocationRequest(credit, f"-{netted / 100:.2f}")]
        self._decided(line, [name, credit], lambda: self.books.allocate(line, asked))

    def _set_off(self) -> None:
        if found := self._smaller_credit():
            credit, name = found
            (made,) = self.books.set_off(credit, [AllocationRequest(name, f"{-self.credits[credit] / 100:.2f}")], reason="as agreed")
            self._take("", [name, credit])
            self.live.append((made.decision_id, "", [name, credit]))

    def _undo(self) -> None:
        if self.live:
            gone = self.live.pop(self.random.randrange(len(self.live)))
            self.books.undo(gone[1] or gone[0])
            if gone[1] and self.books.state().lines.filter(pl.col("line_id") == gone[1])["state"].item() == "posted":
                self.books.undo(gone[1])  # the money, which lay on account before it paid
            self.lying.pop(gone[1], None)
            self.free_items = sorted([*self.free_items, *(one for one in gone[2] if one in self.items)])
            self.free_credits = sorted([*self.free_credits, *(one for one in gone[2] if one in self.credits)])
            self.free_lines = sorted({*self.free_lines, *([gone[1]] if gone[1] else [])})

    def _decided(self, line: str, items: list[str], do: Any) -> None:
        do()
        self._take(line, items)
        self.live.append(("", line, items))

    # --- what the machine does ----------------------------------------------------------------------------------------------------

    def push(self, **how: bool) -> Any:
        """A push. One that is killed or fails gives the error."""
        try:
            done = self.books.push(self.system.target, how=Sending(skip_unsupported=True, **how))
            self._take_back([one.document for one in done.refused if one.document.reverses])
            return done
        except (Killed, MatcherError) as error:
            return error

    def _take_back(self, documents: Sequence[Document]) -> None:
        """What the system has no call for, a person does there by hand, and says so."""
        for one in documents:
            self.system.take_back(one.reverses)
            self.books.resolve([f"{one.external_id}=by-hand"], reason="reversed there", target=self.system.target)

    def settle(self) -> None:
        """The net is well again, and pushes go on until nothing is left to do."""
        self.net.likely, self.net.kill_at = {}, 0
        for _ in range(6):
            done = self.push(rejected=True)
            assert not isinstance(done, BaseException), done
            assert done.error is None, done.error
            page = self.books.outbox(target=self.system.target)
            # what was refused, and decided otherwise since, is nowhere and stays so
            if all(one.state == Sent.REJECTED and not one.standing for one in page.documents):
                return
        raise AssertionError(f"left: {page.counts} {page.documents}")

    def told(self) -> str:
        """What happened, in numbers."""
        words = ", ".join(f"{count} {word}" for word, count in sorted(self.net.troubles.items()))
        return f"{self.system.target}: {self.decided} decided, {len(self.system.calls)} calls, {self.net.kills} kills; {words}"

    def check(self) -> None:
        """Everything is there exactly once, and every sum is the journal's to the cent."""
        assert self.system.mistakes == []
        every = [one.external_id for one in self.books.outbox(target=self.system.target, state="accepted").documents]
        booked = self.system.ids()
        assert len(set(booked)) == len(booked), "booked twice"
        assert set(booked) <= set(every), "booked, and not known to be"
        state = self.books.state()
        # a document that was rejected, or never arrived, and whose decision was undone is in neither
        items = self.items | self.credits
        settled: dict[str, int] = dict.fromkeys(items, 0)
        posted = state.allocations.filter(state.allocations["state"] == "posted")
        for item, cash, cleared in posted.select("item_id", "item_amount", "adjustment").iter_rows():
            settled[item] += cash + cleared
        assert self.system.outstanding() == {name: cents - settled[name] for name, cents in items.items()}
        decided = state.lines.filter(state.lines["state"] == "posted")
        assert self.system.bank() == decided["amount"].sum()
        assert self.system.on_account() == decided["amount"].sum() - posted["amount"].sum()

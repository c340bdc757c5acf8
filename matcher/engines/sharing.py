"""One large legal entity on several cores: each process looks at some of its receipts, and this one settles what they find.

The receipts are dealt out in slices of neighbours. Whoever looked at a receipt first looks at it again, for he has kept what a posting does
not touch. A process that ends or answers nonsense is started once more, and told what was posted so far; if that fails too, its receipts
are looked at here. What is found does not depend on who looks, so the result is the same.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import polars as pl

from matcher.matching.entity import EntityInput, EntityItems
from matcher.matching.explanations.build import RARE_AMOUNT_MAX_ITEMS, found_by_amount
from matcher.matching.explanations.looking import Found, Looking, Question, unpacked
from matcher.matching.items.loaded import Taken
from matcher.matching.items.open_items import OpenItems
from matcher.matching.items.snapshot import Columns, Snapshot
from matcher.matching.records import Receipt

SLICE = 500
"""Receipts that are neighbours and go to the same process."""

PATIENCE = 60.0
"""Seconds that a process has at least for an answer when this one has none to find; it has five times as long as its lines would take
here."""


class Member(Protocol):
    """Another process that looks at receipts."""

    @property
    def trouble(self) -> str:
        """What went wrong with it, '' for nothing."""
        ...

    def begin(self, snapshot: Snapshot, receipts: Sequence[Receipt]) -> None:
        """It is going to be asked about these."""
        ...

    def ask(self, question: Question) -> list[tuple[object, ...]] | None:
        """A row for each line; None when it gave none."""
        ...

    def restart(self) -> bool:
        """It begins again from nothing."""
        ...

    def end(self) -> None:
        """Nothing is asked any more, and whoever waits for an answer gets none."""
        ...


def snapshot_of(job: EntityInput, company: EntityItems) -> Snapshot:
    """The open items of a company for the other processes."""
    pool, about, still_open = company.pool, job.about, job.items.filter(pl.col("open") != 0)
    return Snapshot(
        Columns(still_open), job.amounts(), about.relatives, about.countries, about.rate, about.instalments_in_order, pool.repetition,
        pool.numbers.shapes, pool.order_shapes,
    )  # fmt: skip


def dealt(count: int, processes: int, size: int) -> list[int]:
    """Which process looks at each of so many receipts; number 0 is this one."""
    return [place // size % processes for place in range(count)]


class Shared:
    """Receipts that several processes look at."""

    def __init__(
        self,
        snapshot: Snapshot,
        pool: OpenItems,
        receipts: Sequence[Receipt],
        here: Looking,
        members: Sequence[Member],
        asking: ThreadPoolExecutor,
        told: list[str],
    ) -> None:
        """A company before anything is posted.

        Args:
            snapshot: what the others are told of it.
            pool: what it has open, here.
            receipts: all of its, neighbours together.
            here: this process looks.
            members: the others.
            asking: a thread for each of them.
            told: gets what went wrong with one.
        """
        self._here, self._pool, self._asking, self._told = here, pool, asking, told
        self._members = {number: _Asked(member) for number, member in enumerate(members, 1)}
        places = dealt(len(receipts), len(members) + 1, SLICE)
        self._whose = {receipt.line_id: place for receipt, place in zip(receipts, places, strict=True) if place}
        self._amounts = {one.line_id: (one.currency, one.amount) for one in receipts if one.line_id in self._whose and found_by_amount(one)}
        for number, one in self._members.items():
            one.theirs = [receipt for receipt, place in zip(receipts, places, strict=True) if place == number]
            one.snapshot = snapshot
        self._taken: list[Taken] = []
        self._dropped: list[str] = []

    def plain(self, lines: Sequence[str]) -> Iterator[Found]:
        """As of `Looking`."""
        return self._found("plain", lines, self._here.plain)

    def names(self, lines: Sequence[str]) -> Iterator[Found]:
        """As of `Looking`."""
        return self._found("names", lines, self._here.names)

    def explanations(self, lines: Sequence[str]) -> Iterator[Found]:
        """As of `Looking`."""
        return self._found("explanations", lines, self._here.explanations)

    def took(self, taken: Sequence[Taken]) -> None:
        """As of `Looking`."""
        self._taken += map(tuple, taken)  # type: ignore[arg-type] # plain tuples are packed faster

    def drop(self, line: str) -> None:
        """As of `Looking`."""
        if self._whose.pop(line, 0):
            self._dropped.append(line)
        else:
            self._here.drop(line)

    def _found(self, what: str, lines: Sequence[str], here: Callable[[Sequence[str]], Iterator[Found]]) -> Iterator[Found]:
        theirs: dict[int, list[str]] = {}
        own: list[str] = []
        for line in lines:
            place = self._whose.get(line, 0)
            if place:
                theirs.setdefault(place, []).append(line)
            else:
                own.append(line)
        if not theirs:
            yield from here(own)
            return
        failed: list[str] = []
        asked = {n: self._asking.submit(self._members[n].ask, self._question(n, what, their), self._all) for n, their in theirs.items()}
        began = time.monotonic()
        try:
            yield from here(own)
            each = (time.monotonic() - began) / max(1, len(own))
            for n, future in asked.items():
                rows = self._answer(n, future, max(PATIENCE, 5 * each * len(theirs[n])))
                if rows is None:
                    failed += theirs[n]
                else:
                    yield from map(unpacked, rows)
        except BaseException:
            for one in self._members.values():
                one.member.end()  # nobody waits for what they find
            raise
        yield from here(failed)

    def _answer(self, number: int, asked: Future[list[tuple[object, ...]] | None], patience: float) -> list[tuple[object, ...]] | None:
        """What a member answered; None where it failed twice, and from then on its receipts are looked at here."""
        one = self._members[number]
        try:
            rows = asked.result(patience)
        except TimeoutError:
            one.given_up = f"gave no answer for {patience:.0f} s"
            one.member.end()
            rows = asked.result()
        if trouble := one.given_up or one.member.trouble:
            then = "another took its place" if rows is not None else "its receipts were looked at here"
            self._told.append(f"a helping process {trouble}; {then}")
        if rows is None:
            self._whose = {line: place for line, place in self._whose.items() if place != number}
        return rows

    def _question(self, number: int, what: str, lines: list[str]) -> Question:
        one = self._members[number]
        rare = {}
        for line in lines:
            amount = self._amounts.get(line)
            if amount and amount not in rare and (items := self._pool.by_amount(*amount, RARE_AMOUNT_MAX_ITEMS)):
                rare[amount] = [(item.item_id, item.customer_id) for item in items]
        told, one.told = one.told, (len(self._taken), len(self._dropped))
        return Question(what, lines, self._taken[told[0] :], self._dropped[told[1] :], rare)

    def _all(self, question: Question) -> Question:
        """A question with all that was posted so far, for a process that begins again."""
        return question._replace(taken=list(self._taken), dropped=list(self._dropped))


class _Asked:
    """What is known of a member."""

    theirs: Sequence[Receipt]
    snapshot: Snapshot

    def __init__(self, member: Member) -> None:
        self.member = member
        self.told = (0, 0)
        self.begun = False
        self.given_up = ""

    def ask(self, question: Question, whole: Callable[[Question], Question]) -> list[tuple[object, ...]] | None:
        """A row for each line; asked once more of a new process where the first gives none."""
        if not self.begun:
            self.begun = True
            self.member.begin(self.snapshot, self.theirs)
        rows = self.member.ask(question)
        if rows is None and not self.given_up and self.member.restart():
            self.member.begin(self.snapshot, self.theirs)
            rows = self.member.ask(whole(question))
        return rows

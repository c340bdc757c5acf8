"""The one thread that reads the books and saves decisions, so that no key waits for the disk.

The books are open only while one of these works is done. Decisions come before reading, in the order in which they were made.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from queue import PriorityQueue
from typing import Any


class Rank(IntEnum):
    """What is done first."""

    DECIDE = 0
    READ = 1
    LOOK = 2
    END = 9


@dataclass(order=True)
class _Work:
    rank: Rank
    turn: int
    subject: str = field(compare=False)
    do: Callable[[], Any] = field(compare=False)
    then: Callable[[Any], None] = field(compare=False)
    failed: Callable[[Exception], None] = field(compare=False)


class Clerk:
    """Does one work after the other.

    Args:
        hand_over: calls a function in the screen's own thread, soon.
    """

    def __init__(self, hand_over: Callable[[Callable[[], None]], None]) -> None:
        sys.setswitchinterval(0.001)  # the screen's own thread gets its turn soon while this one is at work
        self._hand_over = hand_over
        self._works: PriorityQueue[_Work] = PriorityQueue()
        self._turn = 0
        self._latest: dict[str, int] = {}
        self._open = 0
        self._unsaved = 0
        self._thread = threading.Thread(target=self._work, name="clerk", daemon=True)
        self._thread.start()

    @property
    def idle(self) -> bool:
        """Whether nothing is to be done, and all that was done has been shown."""
        return not self._open

    @property
    def unsaved(self) -> int:
        """Decisions that are not saved yet."""
        return self._unsaved

    def ask(
        self,
        rank: Rank,
        do: Callable[[], Any],
        then: Callable[[Any], None],
        failed: Callable[[Exception], None],
        subject: str = "",
    ) -> None:
        """Has something done in the thread, and calls `then` with what it gives, or `failed`, in the screen's own.

        Of several works with one `subject` only the latest is done; '' is no subject.
        """
        self._turn += 1
        self._open += 1
        self._unsaved += rank is Rank.DECIDE
        if subject:
            self._latest[subject] = self._turn
        self._works.put(_Work(rank, self._turn, subject, do, then, failed))

    def end(self) -> None:
        """Ends the thread when all decisions are saved."""
        self._works.put(_Work(Rank.DECIDE, self._turn + 1, "end", _nothing, _ignore, _ignore))
        self._thread.join()

    def _work(self) -> None:
        while True:
            work = self._works.get()
            if work.subject == "end":
                return
            if work.subject and self._latest[work.subject] != work.turn:
                self._hand_over(lambda work=work: self._done(work, _ignore, None))  # type: ignore[misc]
                continue
            try:
                made = work.do()
            except Exception as error:  # noqa: BLE001 - whatever it is, the screen's own thread says it
                self._hand_over(lambda work=work, error=error: self._done(work, work.failed, error))  # type: ignore[misc]
            else:
                self._hand_over(lambda work=work, made=made: self._done(work, work.then, made))  # type: ignore[misc]

    def _done(self, work: _Work, call: Callable[[Any], None], value: Any) -> None:
        self._open -= 1
        self._unsaved -= work.rank is Rank.DECIDE
        call(value)


def _nothing() -> None:
    return


def _ignore(value: object) -> None:
    return

"""Deciding on several cores: further processes of this program take whole legal entities, for nothing is matched across them, and of one
that is too large for that each looks at some of the receipts (`matcher.engines.sharing`).

The helpers are started while the books are still being read. A helper reads its work from standard input and writes its answers to standard
output, one after the other; it opens no file and no database. Where none can be started, where one fails or is stopped, its work is done
here: the result is the same, only slower, and the run says so.
"""

import os
import pickle
import subprocess
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any, Protocol, TypeVar

from matcher.engines.sharing import PATIENCE, Shared, snapshot_of
from matcher.gc_pause import gc_paused
from matcher.matching.decisions.policy import Policy
from matcher.matching.entity import EntityInput, EntityItems, Sharing
from matcher.matching.explanations.cache import unsaid
from matcher.matching.explanations.looking import Looking, Part, Question, packed_receipt, unpacked_receipt
from matcher.matching.items.loaded import LoadedItems
from matcher.matching.items.snapshot import Snapshot
from matcher.matching.records import Receipt
from matcher.rules.rulebook import Rulebook

WORTH = 15_000
"""Lines from which a helper is worth its start, and a company from which its receipts are worth being shared."""

UNEVEN = 1.15
"""A company that is so many times as large as each process's share of all lines keeps the others waiting: its receipts are shared."""

T = TypeVar("T", covariant=True)

_NO_ANSWER = (EOFError, pickle.UnpicklingError, AttributeError, ImportError, IndexError, ValueError)
"""What unpacking raises where the helper has ended, or says something else."""


@dataclass(frozen=True, slots=True)
class _Done:
    """What the helper says while it decides: so many receipts more are explained."""

    count: int


@dataclass(frozen=True, slots=True)
class _Failed:
    """What the helper says in the place of an answer that it could not find."""

    what: str


_Process = subprocess.Popen[bytes]

Tell = Callable[[int], None]
"""Is told of so many receipts more that are explained."""


class Decides(Protocol[T]):
    """How a legal entity is decided; it can be packed for another process."""

    @property
    def book(self) -> Rulebook:
        """The rules."""
        ...

    @property
    def policy(self) -> Policy:
        """What may be posted."""
        ...

    def __call__(self, job: EntityInput, explained: Tell, share: Sharing | None = None) -> T:
        """The answer for one. `share` tells who looks at its receipts, if not this process at all of them."""
        ...


@dataclass
class Helper:
    """A further process.

    Attributes:
        trouble: what went wrong with it, '' for nothing.
        decide: what decides, packed; told to a process before anything else.
    """

    process: _Process
    trouble: str = ""
    decide: bytes = b""
    _told: bool = field(default=False, init=False)

    def say(self, what: object) -> None:
        """Gives it work. Raises OSError where it has ended."""
        assert self.process.stdin is not None
        if not self._told:
            self._told = True
            self.process.stdin.write(self.decide)
        _say(what, self.process.stdin)

    def answer(self, tell: Tell = unsaid) -> object:
        """What it answers; a `_Failed` where it could not. Raises one of `_NO_ANSWER` where it has ended or says nonsense."""
        assert self.process.stdout is not None
        while isinstance(answer := pickle.load(self.process.stdout), _Done):
            tell(answer.count)
        return answer

    def begin(self, snapshot: Snapshot, receipts: Sequence[Receipt]) -> None:
        """As of `sharing.Member`."""
        with suppress(OSError):
            self.say((snapshot, [packed_receipt(one) for one in receipts]))

    def ask(self, question: Question) -> list[tuple[object, ...]] | None:
        """As of `sharing.Member`."""
        with suppress(OSError, *_NO_ANSWER):
            self.say(question)
            answer = self.answer()
            if isinstance(answer, _Failed):
                self.trouble = f"failed ({answer.what})"
                return None
            if isinstance(answer, list) and [row[0] for row in answer] == list(question.lines):
                return answer
            self.trouble = "gave another answer than the one that it was asked for"
            return None
        self.trouble = "ended"
        return None

    def restart(self) -> bool:
        """As of `sharing.Member`."""
        self.end()
        self.process.communicate()
        again = _started()
        if again is not None:
            self.process, self._told = again, False
        return again is not None

    def end(self) -> None:
        """As of `sharing.Member`."""
        self.process.kill()


@contextmanager
def helpers(lines: int, processes: int | None = None) -> Iterator[list[Helper]]:
    """Further processes on their way; none when the work is too small or there is only one core. They end with the block.

    Args:
        lines: about how many there are to decide.
        processes: how many there are to be together with this one; as many as there are cores if not given.
    """
    wanted = (_cores() if processes is None else processes) - 1 if lines >= WORTH else 0
    made = [Helper(process) for process in (_started() for _ in range(wanted)) if process is not None]
    try:
        yield made
    finally:
        for one in made:
            one.process.kill()
        for one in made:
            one.process.communicate()


def decide_all(
    jobs: Sequence[EntityInput],
    decide: Decides[T],
    others: Sequence[Helper] = (),
    tell: Tell = unsaid,
    share: Sharing | None = None,
) -> tuple[list[T], tuple[str, ...]]:
    """What `decide` gives for each company, in the order given, however the work was shared; and what went wrong with the helpers.

    `tell` may be called by another thread. `others`: see `helpers`. `share` tells who looks at the receipts, if nobody helps.
    """
    answers: dict[int, T] = {}
    if not others:
        return [decide(job, tell, share) for job in jobs], ()
    # the rulebook keeps judgements while companies are decided, so it is packed before
    packed = pickle.dumps(decide, pickle.HIGHEST_PROTOCOL)
    for one in others:
        one.decide = packed
    by_size = deque(sorted(range(len(jobs)), key=lambda n: -jobs[n].lines.height))
    told: list[str] = []
    for place in _large(by_size, jobs, len(others) + 1):
        with ThreadPoolExecutor(len(others)) as asking:
            answers[place] = decide(jobs[place], tell, partial(_shared, others, asking, told))
    trouble = _whole(jobs, decide, others, by_size, answers, tell)
    return [answers[n] if n in answers else decide(job, unsaid) for n, job in enumerate(jobs)], (*told, *trouble)


def _large(by_size: deque[int], jobs: Sequence[EntityInput], processes: int) -> Iterator[int]:
    """Takes the companies whose receipts are shared, the largest first: one alone would take longer than everything else."""
    left = sum(jobs[place].lines.height for place in by_size)
    while by_size and (size := jobs[by_size[0]].lines.height) >= WORTH and size * processes > UNEVEN * left:
        left -= size
        yield by_size.popleft()


def _shared(
    others: Sequence[Helper], asking: ThreadPoolExecutor, told: list[str], job: EntityInput, company: EntityItems,
    receipts: Sequence[Receipt], here: Looking,
) -> Looking:  # fmt: skip
    return Shared(snapshot_of(job, company), company.pool, receipts, here, others, asking, told)


def _whole(
    jobs: Sequence[EntityInput], decide: Decides[T], others: Sequence[Helper], untaken: deque[int], answers: dict[int, T], tell: Tell
) -> tuple[str, ...]:
    """Decides the companies at these places, each by one process; what a helper fails at has no answer. Gives what went wrong.

    The helpers begin with the largest companies, as this process has to put things together in the end; then whoever is free takes the
    largest one that is left.
    """
    wanted = len(untaken)
    if wanted < 2:
        return ()
    began = time.monotonic()
    with ThreadPoolExecutor(len(others)) as waiting:
        firsts = [(one, untaken.popleft()) for one in others[: wanted - 1]]
        asked = [(one, waiting.submit(_ask, one, jobs, first, untaken, answers, tell)) for one, first in firsts]
        here = set[int]()
        try:
            while (place := _next(untaken)) is not None:
                answers[place] = decide(jobs[place], tell)
                here.add(place)
            done = sum(jobs[place].lines.height for place in here) or 1
            patience = max(PATIENCE, 5 * (time.monotonic() - began) * sum(job.lines.height for job in jobs) / done)
            troubles = [trouble for one, future in asked if (trouble := _answer(future, one, patience))]
        except BaseException:
            untaken.clear()  # after an error or Ctrl-C the helpers take no further company
            for one in others:
                one.process.kill()  # and nobody waits for the ones that they have
            raise
    missing = sum(n not in answers for n in range(len(jobs)))
    after_all = f"{missing} of {len(jobs)} companies were decided here after all"
    return tuple(f"a helping process {trouble}; {after_all}" for trouble in troubles) if missing else ()


def _answer(asked: Future[str], one: Helper, patience: float) -> str:
    """What went wrong with the helper, or ''; one that says nothing for so many seconds is ended."""
    try:
        return asked.result(patience)
    except TimeoutError:
        one.process.kill()  # what it has not answered ends with it
        return asked.result() and f"gave no answer for {patience:.0f} s"


def _next(untaken: deque[int]) -> int | None:
    try:
        return untaken.popleft()
    except IndexError:
        return None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _started() -> _Process | None:
    # -P: a file in the accountant's folder that is named like a module must not be taken for it
    command = [sys.executable or "python3", "-P", "-m", __name__]
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def _ask(one: Helper, jobs: Sequence[EntityInput], first: int, untaken: deque[int], answers: dict[int, T], tell: Tell) -> str:
    """Has a helper decide companies for as long as some are left; what it fails at has no answer. Gives what went wrong, or ''.

    Args:
        first: place of the company that it begins with.
        untaken: places of the companies that nobody has taken yet.
        answers: what was decided, by place.
    """
    with suppress(OSError, *_NO_ANSWER):
        place: int | None = first
        while place is not None:
            one.say((place, jobs[place]))
            answer = one.answer(tell)
            if isinstance(answer, _Failed):
                return f"failed ({answer.what})"
            if not isinstance(answer, tuple) or answer[:1] != (place,):
                return "gave another answer than the one that it was asked for"
            answers[place] = answer[1]
            place = _next(untaken)
        return ""
    return "ended"


def _say(what: object, to: IO[bytes]) -> None:
    pickle.dump(what, to, pickle.HIGHEST_PROTOCOL)
    to.flush()


def main() -> None:
    """The helper's side."""
    # sys.stdout is not buffered under PYTHONUNBUFFERED: a write cut short by Ctrl-Z would then lose the rest of an answer
    with gc_paused(0), suppress(EOFError), open(sys.stdout.fileno(), "wb", closefd=False) as answers:
        decide: Decides[object] = pickle.load(sys.stdin.buffer)
        begun: tuple[Snapshot, list[tuple[Any, ...]]] | Part | None = None
        while True:
            work = pickle.load(sys.stdin.buffer)
            try:
                if isinstance(work, Question):
                    if isinstance(begun, tuple):
                        begun = Part(LoadedItems(begun[0]), map(unpacked_receipt, begun[1]), decide.book, decide.policy.grace_days)
                    answer: object = begun.answer(work) if begun else None
                elif isinstance(work[0], Snapshot):
                    begun = work
                    continue
                else:
                    answer = (work[0], decide(work[1], lambda count: _say(_Done(count), answers)))
            except Exception as error:  # noqa: BLE001 - whatever it is, the other process is told and decides itself
                frame = traceback.extract_tb(error.__traceback__)[-1]
                # the message may hold statement contents
                _say(_Failed(f"{type(error).__name__} at {os.path.basename(frame.filename)}:{frame.lineno}"), answers)
                return
            _say(answer, answers)


if __name__ == "__main__":
    from matcher.engines import workers

    workers.main()  # what it says is then of classes that the other process knows

"""Deciding on two cores: a second process of this program takes half of the legal entities, for nothing is matched across them.

The helper is started while the books are still being read. It reads its companies from standard input and writes its answers to standard
output, one company after the other; it opens no file and no database. Where it cannot be started, fails or is stopped, its companies are
decided here: the result is the same, only slower, and the run says so.
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
from dataclasses import dataclass
from typing import IO, TypeVar

from matcher.gc_pause import gc_paused
from matcher.matching.entity import EntityInput
from matcher.matching.explanations.cache import unsaid

WORTH = 15_000
"""Lines from which a helper is worth its start."""

PATIENCE = 60.0
"""Seconds that a helper has at least for its last company, when this process has none left; it has five times as long as its lines would
take here."""

T = TypeVar("T")

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


@contextmanager
def helper(lines: int) -> Iterator[_Process | None]:
    """The second process on its way; None when the work is too small or there is only one core. It ends with the block."""
    process = _started() if lines >= WORTH and _cores() > 1 else None
    try:
        yield process
    finally:
        if process is not None:
            process.kill()
            process.communicate()


Tell = Callable[[int], None]
"""Is told of so many receipts more that are explained."""


def decide_all(
    jobs: Sequence[EntityInput], decide: Callable[[EntityInput, Tell], T], second: _Process | None = None, tell: Tell = unsaid
) -> tuple[list[T], str]:
    """What `decide` gives for each company, in the order given, however the work was shared; and what went wrong with the helper, or ''.

    `tell` may be called by another thread.

    `second`: see `helper`. It begins with the largest company, as this process has to put things together in the end; then whoever is
    free takes the largest one that is left.
    """
    if not second or len(jobs) < 2:
        return [decide(job, tell) for job in jobs], ""
    began = time.monotonic()
    untaken = deque(sorted(range(len(jobs)), key=lambda n: -jobs[n].lines.height))
    answers: dict[int, T] = {}
    # the rulebook keeps judgements while companies are decided, so it is packed before
    packed = pickle.dumps(decide, pickle.HIGHEST_PROTOCOL)
    with ThreadPoolExecutor(1) as waiting:
        asked = waiting.submit(_ask, second, packed, jobs, untaken.popleft(), untaken, answers, tell)
        try:
            while (place := _next(untaken)) is not None:
                answers[place] = decide(jobs[place], tell)
            here = sum(jobs[place].lines.height for place in list(answers)) or 1
            patience = max(PATIENCE, 5 * (time.monotonic() - began) * sum(job.lines.height for job in jobs) / here)
            trouble = _answer(asked, second, patience)
        except BaseException:
            untaken.clear()  # after an error or Ctrl-C the helper takes no further company
            second.kill()  # and nobody waits for the one that it has
            raise
    missing = sum(n not in answers for n in range(len(jobs)))
    told = f"the second process {trouble}; {missing} of {len(jobs)} companies were decided here after all" if trouble and missing else ""
    return [answers[n] if n in answers else decide(job, unsaid) for n, job in enumerate(jobs)], told


def _answer(asked: Future[str], second: _Process, patience: float) -> str:
    """What went wrong with the helper, or ''; one that says nothing for so many seconds is ended."""
    try:
        return asked.result(patience)
    except TimeoutError:
        second.kill()  # what it has not answered ends with it
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


def _ask(
    second: _Process, packed: bytes, jobs: Sequence[EntityInput], first: int, untaken: deque[int], answers: dict[int, T], tell: Tell
) -> str:
    """Has the helper decide companies for as long as some are left; what it fails at has no answer. Gives what went wrong, or ''.

    Args:
        packed: the function that decides.
        first: place of the company that it begins with.
        untaken: places of the companies that nobody has taken yet.
        answers: what was decided, by place.
    """
    assert second.stdin is not None
    assert second.stdout is not None
    with suppress(OSError, *_NO_ANSWER):
        second.stdin.write(packed)
        place: int | None = first
        while place is not None:
            _say((place, jobs[place]), second.stdin)
            while isinstance(answer := pickle.load(second.stdout), _Done):
                tell(answer.count)
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
        decide = pickle.load(sys.stdin.buffer)
        while True:
            place, job = pickle.load(sys.stdin.buffer)
            try:
                answer = (place, decide(job, lambda count: _say(_Done(count), answers)))
            except Exception as error:  # noqa: BLE001 - whatever it is, the other process is told and decides itself
                frame = traceback.extract_tb(error.__traceback__)[-1]
                # the message may hold statement contents
                _say(_Failed(f"{type(error).__name__} at {os.path.basename(frame.filename)}:{frame.lineno}"), answers)
                return
            _say(answer, answers)


if __name__ == "__main__":
    from matcher.engines import workers

    workers.main()  # what it says is then of classes that the other process knows

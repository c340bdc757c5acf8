"""Deciding on two cores: a second process of this program takes half of the selling companies, for nothing is matched across them.

The helper is started while the books are still being read. It reads its companies from standard input and writes its verdicts to standard
output, one company after the other; it opens no file and no database. Where it cannot be started, or fails, its companies are decided
here: the answer is the same, only later.
"""

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import IO

from matcher.engines.base import Engine
from matcher.garbage import seldom_collected
from matcher.matching.decide import Policy, Verdict
from matcher.matching.match import Job, match
from matcher.rules.rulebook import Rulebook

WORTH = 15_000
"""Lines from which a helper is worth its start."""

_Process = subprocess.Popen[bytes]


@contextmanager
def helper(lines: int) -> Iterator[_Process | None]:
    """The second process on its way; None where so many lines, or this machine, are not worth one. It ends with the block."""
    process = _started() if lines >= WORTH and _cores() > 1 else None
    try:
        yield process
    finally:
        if process is not None:
            process.kill()
            process.communicate()


def decide_all(jobs: Sequence[Job], engine: Engine, book: Rulebook, policy: Policy, second: _Process | None = None) -> list[Verdict]:
    """Verdicts on all receipts, company by company in the order given, however the work was shared. `second`: see `helper`.

    Whoever is free takes the largest company that is left.
    """
    left = deque(sorted(range(len(jobs)), key=lambda n: -jobs[n].lines.height))
    answers: dict[int, list[Verdict]] = {}
    # the rulebook keeps judgements while companies are decided, so it is packed before
    rules = pickle.dumps((engine, book, policy), pickle.HIGHEST_PROTOCOL) if second and len(jobs) > 1 else b""
    with ThreadPoolExecutor(1) as waiting:
        asked = waiting.submit(_ask, second, rules, jobs, left, answers) if second and rules else None
        while (place := _next(left)) is not None:
            answers[place] = _decided(jobs[place], engine, book, policy)
        if asked is not None:
            asked.result()
    return [v for n, job in enumerate(jobs) for v in (answers[n] if n in answers else _decided(job, engine, book, policy))]


def _next(left: deque[int]) -> int | None:
    try:
        return left.popleft()
    except IndexError:
        return None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _decided(job: Job, engine: Engine, book: Rulebook, policy: Policy) -> list[Verdict]:
    return list(match([job.company(engine)], book, policy))


def _started() -> _Process | None:
    # -P: a file in the accountant's folder that is named like a module must not be taken for it
    command = [sys.executable or "python3", "-P", "-m", __name__]
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def _ask(second: _Process, rules: bytes, jobs: Sequence[Job], left: deque[int], answers: dict[int, list[Verdict]]) -> None:
    """Has the helper decide companies for as long as some are left; what it fails at has no answer.

    Args:
        rules: engine, rulebook and policy, packed.
        left: places of the companies that nobody has taken yet.
        answers: what was decided, by place.
    """
    assert second.stdin is not None
    assert second.stdout is not None
    with suppress(OSError, EOFError, pickle.UnpicklingError):
        second.stdin.write(rules)
        while (place := _next(left)) is not None:
            _say(jobs[place], second.stdin)
            answer = pickle.load(second.stdout)
            if not isinstance(answer, list):
                return
            answers[place] = answer


def _say(what: object, to: IO[bytes]) -> None:
    pickle.dump(what, to, pickle.HIGHEST_PROTOCOL)
    to.flush()


def main() -> None:
    """The helper's side."""
    with seldom_collected(0), suppress(EOFError):
        engine, book, policy = pickle.load(sys.stdin.buffer)
        while True:
            _say(_decided(pickle.load(sys.stdin.buffer), engine, book, policy), sys.stdout.buffer)


if __name__ == "__main__":
    main()

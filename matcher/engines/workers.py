"""Deciding on two cores: a second process of this program takes half of the selling companies, for nothing is matched across them.

The helper is started while the books are still being read. It reads its companies from standard input and writes its verdicts to standard
output, one company after the other; it opens no file and no database. Where it cannot be started, or fails, its companies are decided
here: the answer is the same, only later.
"""

import os
import pickle
import subprocess
import sys
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
    """Verdicts on all receipts, company by company in the order given, however the work was shared. `second`: see `helper`."""
    mine, theirs = _shared(jobs) if second is not None else (range(len(jobs)), ())
    answers: dict[int, list[Verdict]] = {}
    with ThreadPoolExecutor(1) as waiting:
        # the rulebook keeps judgements while companies are decided, so it is packed before
        rules = pickle.dumps((engine, book, policy), pickle.HIGHEST_PROTOCOL)
        asked = waiting.submit(_ask, second, [jobs[place] for place in theirs], rules) if second and theirs else None
        answers |= {place: _decided(jobs[place], engine, book, policy) for place in mine}
        if asked is not None:
            answers |= dict(zip(theirs, asked.result(), strict=False))
    return [v for n, job in enumerate(jobs) for v in (answers[n] if n in answers else _decided(job, engine, book, policy))]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _shared(jobs: Sequence[Job]) -> tuple[list[int], list[int]]:
    """Places of the companies that are decided here and by the helper; the larger ones are dealt out first."""
    parts: tuple[list[int], list[int]] = ([], [])
    sizes = [0, 0]
    for place in sorted(range(len(jobs)), key=lambda n: -jobs[n].lines.height):
        lighter = sizes[1] < sizes[0]
        parts[lighter].append(place)
        sizes[lighter] += jobs[place].lines.height
    return parts


def _decided(job: Job, engine: Engine, book: Rulebook, policy: Policy) -> list[Verdict]:
    return list(match([job.company(engine)], book, policy))


def _started() -> _Process | None:
    # -P: a file in the accountant's folder that is named like a module must not be taken for it
    command = [sys.executable or "python3", "-P", "-m", __name__]
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def _ask(second: _Process, jobs: Sequence[Job], rules: bytes) -> list[list[Verdict]]:
    """What the helper says of the companies, up to the first that it fails at; `rules`: engine, rulebook and policy, packed."""
    found: list[list[Verdict]] = []
    assert second.stdin is not None
    assert second.stdout is not None
    try:
        second.stdin.write(rules)
        for job in jobs:
            _say(job, second.stdin)
            answer = pickle.load(second.stdout)
            if not isinstance(answer, list):
                break
            found.append(answer)
    except (OSError, pickle.UnpicklingError, EOFError):
        pass
    return found


def _say(what: object, to: IO[bytes]) -> None:
    pickle.dump(what, to, pickle.HIGHEST_PROTOCOL)
    to.flush()


def main() -> None:
    """The helper's side."""
    with seldom_collected(), suppress(EOFError):
        engine, book, policy = pickle.load(sys.stdin.buffer)
        while True:
            _say(_decided(pickle.load(sys.stdin.buffer), engine, book, policy), sys.stdout.buffer)


if __name__ == "__main__":
    main()

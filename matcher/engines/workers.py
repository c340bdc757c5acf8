"""Deciding on two cores: a second process of this program takes half of the selling companies, for nothing is matched across them.

The helper reads its companies from standard input and writes its verdicts to standard output; it opens no file and no database. Where it
cannot be started, or fails, its companies are decided here: the answer is the same, only later.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from matcher.engines.base import Engine
from matcher.garbage import seldom_collected
from matcher.matching.decide import Policy, Verdict
from matcher.matching.match import Job, match
from matcher.rules.rulebook import Rulebook

WORTH = 15_000
"""Lines from which a helper is worth its start."""


def decide_all(jobs: Sequence[Job], engine: Engine, book: Rulebook, policy: Policy) -> Iterator[Verdict]:
    """Verdicts on all receipts, company by company in the order given, however the work was shared."""
    mine, theirs = _shared(jobs)
    if not theirs:
        yield from match((job.company(engine) for job in jobs), book, policy)
        return
    with ThreadPoolExecutor(1) as waiting:
        asked = waiting.submit(_ask, [jobs[place] for place in theirs], engine, book, policy)
        answers = {place: _decided(jobs[place], engine, book, policy) for place in mine}
        found = asked.result()
    for number, place in enumerate(theirs):
        answers[place] = found[number] if found else _decided(jobs[place], engine, book, policy)
    for place in range(len(jobs)):
        yield from answers[place]


def _shared(jobs: Sequence[Job]) -> tuple[list[int], list[int]]:
    """Places of the companies that are decided here and by the helper; the larger ones are dealt out first."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores < 2 or len(jobs) < 2 or sum(job.lines.height for job in jobs) < WORTH:
        return list(range(len(jobs))), []
    parts: tuple[list[int], list[int]] = ([], [])
    sizes = [0, 0]
    for place in sorted(range(len(jobs)), key=lambda n: -jobs[n].lines.height):
        lighter = sizes[1] < sizes[0]
        parts[lighter].append(place)
        sizes[lighter] += jobs[place].lines.height
    return parts


def _decided(job: Job, engine: Engine, book: Rulebook, policy: Policy) -> list[Verdict]:
    return list(match([job.company(engine)], book, policy))


def _ask(jobs: list[Job], engine: Engine, book: Rulebook, policy: Policy) -> list[list[Verdict]] | None:
    """What the helper says; None when it fails."""
    work = pickle.dumps((jobs, engine, book, policy), pickle.HIGHEST_PROTOCOL)
    # -P: a file in the accountant's folder that is named like a module must not be taken for it
    command = [sys.executable or "python3", "-P", "-m", __name__]
    try:
        done = subprocess.run(command, input=work, capture_output=True, check=True)
        found: list[list[Verdict]] = pickle.loads(done.stdout)
    except (OSError, subprocess.CalledProcessError, pickle.UnpicklingError, EOFError):
        return None
    return found if len(found) == len(jobs) else None


def main() -> None:
    """The helper's side."""
    jobs, engine, book, policy = pickle.load(sys.stdin.buffer)
    with seldom_collected():
        answer = [_decided(job, engine, book, policy) for job in jobs]
    sys.stdout.buffer.write(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    main()

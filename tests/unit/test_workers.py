"""Helping processes decide companies, or look at receipts of a large one: the same answers in the same order, and without them too."""

import fcntl
import os
import pickle
import signal
import subprocess
import sys
import termios
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

import polars as pl
import pytest

from matcher import frames
from matcher.engines import sharing, workers
from matcher.engines.duckdb import DuckDBEngine
from matcher.matching.candidates import PAYER
from matcher.matching.decisions.policy import Policy
from matcher.matching.entity import EntityInput, entity_inputs, master_data
from matcher.matching.explanations.looking import Question
from matcher.pipeline import in_memory
from matcher.pipeline.recording import Deciding, Records, merge
from matcher.rules import rulebook

POLICY = Policy(999_500, auto_post=True, rejected=frozenset(), grace_days=0)
COMPANIES = ("10", "20", "30")
LINES = 6
DECIDING = Deciding(DuckDBEngine(), rulebook.default(), POLICY, 1, "tester", "2026-11-01T00:00:00Z", {})


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[EntityInput]:
    """Three legal entities with two receipts each, and no work but that of one company too small for a helper on two cores."""
    monkeypatch.setattr(workers, "WORTH", LINES)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    rows = [(company, n) for company in COMPANIES for n in (1, 2)]
    item = {"customer_id": "C", "issue_date": "2026-09-01", "currency": "EUR"}
    line = {"account": "giro", "booking_date": "2026-10-01", "currency": "EUR"}
    items = in_memory._item_frame(
        [item | {"entity": c, "item_id": f"{c}-{n}", "document_no": f"RE-2026-0{c}0{n}", "amount": f"{n}00.00"} for c, n in rows]
    )
    lines = in_memory._line_frame(
        [
            line | {"entity": c, "line_id": f"L{c}-{n}", "amount": f"{n}00.00", "remittance_information": f"RE-2026-0{c}0{n}"}
            for c, n in rows
        ]
    )
    customers, rates = frames.empty(frames.CUSTOMER), pl.DataFrame(schema={"date": pl.Date, "currency": pl.String, "per_base": pl.String})
    about = master_data(customers, rates, "EUR", {})
    return entity_inputs(lines, items, customers, pl.DataFrame(schema=PAYER), {}, {}, about)


def decided(work: list[EntityInput], others: Sequence[workers.Helper] = ()) -> list[str]:
    """Every row of the records, as text."""
    records = merge(workers.decide_all(work, DECIDING, others)[0], frames.empty(frames.FINDING), frames.empty(frames.ALLOCATION))
    return [frame.write_csv() for frame in records]


def with_helper(work: list[EntityInput]) -> list[str]:
    with workers.helpers(LINES) as others:
        return decided(work, others)


def test_the_helper_gives_the_answers_that_one_process_gives(work: list[EntityInput], monkeypatch: pytest.MonkeyPatch) -> None:
    ask, decide = workers._ask, Deciding.__call__
    here: list[str] = []

    def alone(self: Deciding, job: EntityInput, tell: workers.Tell, *share: Any) -> Records:
        here.append(job.lines["entity"][0])
        return decide(self, job, tell, *share)

    def one(helper: Any, entity_inputs: list[EntityInput], first: int, left: deque[int], *others: Any) -> str:
        return ask(helper, entity_inputs, first, deque(), *others)

    monkeypatch.setattr(workers, "_ask", one)
    monkeypatch.setattr(Deciding, "__call__", alone)
    found = with_helper(work)
    assert here == list(COMPANIES[1:]), "the helper failed, or did not get the first company"
    posted, shares, findings, *_ = found
    assert [row.split(",")[1] for row in posted.splitlines()[1:]] == list("012345")
    assert [row.split(",")[2:4] for row in shares.splitlines()[1:]] == [[f"L{c}-{n}", f"{c}-{n}"] for c in COMPANIES for n in (1, 2)]
    assert len(findings.splitlines()) == 1
    assert found == decided(work)


def test_it_is_said_how_far_both_processes_are(work: list[EntityInput]) -> None:
    alone, together = list[int](), list[int]()
    workers.decide_all(work, DECIDING, (), alone.append)
    with workers.helpers(LINES) as others:
        workers.decide_all(work, DECIDING, others, together.append)
    assert (sum(alone), sum(together)) == (6, 6)


FAILING = """
import matcher.pipeline.recording as d
import matcher.engines.workers as w
def fail(self, job, tell): raise KeyError("a payer's name")
d.Deciding.__call__ = fail
w.main()
"""
FAILING_PART = """
import matcher.matching.explanations.looking as d
import matcher.engines.workers as w
def fail(self, question): raise KeyError("a payer's name")
d.Part.answer = fail
w.main()
"""
# it listens on: one that had ended before it was asked would have given no answer at all
ANOTHER = "import sys; sys.stdout.buffer.write(bytes.fromhex('80054e2e')); sys.stdout.flush(); sys.stdin.buffer.read()"
STOPPED = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "a helping process ended; "),
        ("print('no pickle')", "a helping process ended; "),
        (ANOTHER, "gave another answer than the one that it was asked for"),
        ("import sys; sys.stdout.buffer.write(b'cno.such\\nmodule\\n.')", "a helping process ended; "),
        ("1/0", "a helping process ended; "),
        (FAILING, "a helping process failed (KeyError at <string>:4); "),
        pytest.param(
            STOPPED,
            "gave no answer for",
            marks=pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no processes that can be stopped"),
        ),
    ],
)
def test_a_helper_that_says_nonsense_or_fails_or_is_stopped_changes_nothing(
    work: list[EntityInput], monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    started = subprocess.Popen
    monkeypatch.setattr(workers, "PATIENCE", 0.5 if code == STOPPED else 60)
    monkeypatch.setattr(workers.subprocess, "Popen", lambda command, **how: started([command[0], "-c", code], **how))
    assert with_helper(work) == decided(work)
    with workers.helpers(LINES) as others:
        _, (told,) = workers.decide_all(work, DECIDING, others)
    assert said in told
    assert "payer" not in told


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "a helping process ended; its receipts were looked at here"),
        (ANOTHER, "a helping process gave another answer than the one that it was asked for; its receipts were looked at here"),
        (FAILING_PART, "a helping process failed (KeyError at <string>:4); its receipts were looked at here"),
        pytest.param(
            STOPPED,
            "gave no answer for 0 s; its receipts were looked at here",
            marks=pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no processes that can be stopped"),
        ),
    ],
)
def test_one_that_fails_at_its_receipts_changes_nothing(
    work: list[EntityInput], monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    started = subprocess.Popen
    monkeypatch.setattr(sharing, "PATIENCE", 0.5 if code == STOPPED else 60)
    monkeypatch.setattr(workers.subprocess, "Popen", lambda command, **how: started([command[0], "-c", code], **how))
    monkeypatch.setattr(workers, "WORTH", 1)
    monkeypatch.setattr(sharing, "SLICE", 1)
    with workers.helpers(LINES) as others:
        _, told = workers.decide_all(work[:1], DECIDING, others)
        assert said in told[0]
        assert "payer" not in told[0]
    with workers.helpers(LINES) as others:
        found = decided(work[:1], others)
    assert found == decided(work[:1])


@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize("processes", [2, 4])
def test_the_receipts_of_a_large_company_are_looked_at_by_several(
    work: list[EntityInput], monkeypatch: pytest.MonkeyPatch, size: int, processes: int
) -> None:
    monkeypatch.setattr(workers, "WORTH", 1)
    monkeypatch.setattr(sharing, "SLICE", size)
    asked, ask = list[list[str]](), workers.Helper.ask

    def noted(self: workers.Helper, question: Question) -> list[tuple[object, ...]] | None:
        rows = ask(self, question)
        asked.append([str(row[0]) for row in rows or ()])
        return rows

    monkeypatch.setattr(workers.Helper, "ask", noted)
    with workers.helpers(LINES, processes) as others:
        found = decided(work[:1], others)
    assert found == decided(work[:1])
    assert {line for lines in asked for line in lines} == ({"L10-2"} if size == 1 else set())


def test_one_that_ends_is_started_again_and_told_what_was_posted(work: list[EntityInput], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORTH", 1)
    monkeypatch.setattr(sharing, "SLICE", 1)
    ask, killed = workers.Helper.ask, list[int]()

    def kill(self: workers.Helper, question: Question) -> list[tuple[object, ...]] | None:
        if question.what == "explanations" and not killed:
            self.process.kill()
            killed.append(self.process.wait())
        return ask(self, question)

    monkeypatch.setattr(workers.Helper, "ask", kill)
    with workers.helpers(LINES) as others:
        made, told = workers.decide_all(work[:1], DECIDING, others)
    assert (killed, told) == ([-signal.SIGKILL], ("a helping process ended; another took its place",))
    assert [frame.write_csv() for frame in made[0]] == [frame.write_csv() for frame in DECIDING(work[0], workers.unsaid)]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no processes that can be stopped")
@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, TimeoutError])
def test_an_error_here_does_not_wait_for_a_helper_that_is_stopped(
    work: list[EntityInput], monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    started = subprocess.Popen
    monkeypatch.setattr(workers.subprocess, "Popen", lambda command, **how: started([command[0], "-c", STOPPED], **how))

    def fail(self: Deciding, job: EntityInput, tell: workers.Tell) -> Records:
        raise error

    monkeypatch.setattr(Deciding, "__call__", fail)
    began = time.monotonic()
    with pytest.raises(error):
        with_helper(work)
    assert time.monotonic() - began < sharing.PATIENCE / 2


def test_after_an_error_the_helper_takes_no_further_company(work: list[EntityInput], monkeypatch: pytest.MonkeyPatch) -> None:
    queues: list[deque[int]] = []

    def ask(helper: Any, entity_inputs: list[EntityInput], first: int, left: deque[int], *others: Any) -> None:
        queues.append(left)

    def fail(self: Deciding, job: EntityInput, tell: workers.Tell) -> Records:
        raise ZeroDivisionError

    monkeypatch.setattr(workers, "_ask", ask)
    monkeypatch.setattr(Deciding, "__call__", fail)
    with pytest.raises(ZeroDivisionError):
        with_helper(work)
    assert list(queues[0]) == []


FULL = 60_000
"""Bytes in a pipe that leave no room for the next page."""


def wait_until(process: subprocess.Popen[bytes], true: Callable[[], bool]) -> None:
    while not true():
        assert process.poll() is None
        os.sched_yield()


def in_pipe(stream: IO[bytes]) -> int:
    """Bytes that were written and not yet read."""
    return int.from_bytes(fcntl.ioctl(stream, termios.FIONREAD, bytes(4)), sys.byteorder)


def state_of(process: int) -> str:
    """The letter by which the operating system tells what a process does: S sleeps, T is stopped."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no processes that can be stopped")
def test_an_answer_is_whole_although_the_helper_was_stopped_while_it_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    monkeypatch.setattr(workers, "WORTH", 1)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    length = 3_000_000  # far more than a pipe holds
    with workers.helpers(1) as (helper,):
        second = helper.process
        assert second.stdin is not None
        assert second.stdout is not None
        second.stdin.write(pickle.dumps(partial(dict.get, {length: bytes(length)})))
        workers._say((0, length), second.stdin)
        begun = second.stdout.peek(1)
        assert begun
        stdout = second.stdout
        wait_until(second, lambda: in_pipe(stdout) > FULL)  # the helper is in the middle of writing
        second.send_signal(signal.SIGSTOP)
        wait_until(second, lambda: state_of(second.pid) == "T")
        second.send_signal(signal.SIGCONT)
        wait_until(second, lambda: state_of(second.pid) != "T")
        second.stdin.close()  # where bytes were lost, the answer ends early; otherwise the reader would wait for ever
        second.stdin = None
        assert pickle.load(second.stdout) == (0, bytes(length))


def test_without_a_helper_all_is_decided_here(work: list[EntityInput], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no such program")

    monkeypatch.setattr(workers.subprocess, "Popen", fail)
    assert with_helper(work) == decided(work)


def test_few_lines_are_worth_no_helper() -> None:
    with workers.helpers(workers.WORTH - 1) as others:
        assert others == []


def test_a_file_in_the_working_folder_is_not_taken_for_a_module(
    work: list[EntityInput], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("own")
    (folder / "polars.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    with workers.helpers(LINES) as (helper,):
        answers: dict[int, Records] = {}
        helper.decide = pickle.dumps(DECIDING)
        workers._ask(helper, work, 0, deque(range(1, len(COMPANIES))), answers, workers.unsaid)
        assert sorted(answers) == list(range(len(COMPANIES)))

"""Each command meets faults at its writes, and the books are as before or as after, open, verified and ready for the command again."""

import ctypes
import subprocess
from pathlib import Path

import pytest

from faults.commands import COMMANDS, Command
from faults.harness import COUNT, FAULTS, Fault, Job
from faults.plan import every_point, some_faults, some_points
from faults.trials import Bench, by_name, dump, spread
from matcher.books import Books, init
from matcher.errors import MatcherError


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_fault_leaves_the_books_as_before_or_as_after(bench: Bench, command: Command) -> None:
    wrong = [f"{fault.name} at {fault.nth}: {what}" for fault in some_points(bench, command) for what in bench.trial(command, fault)]
    assert wrong == []


def test_the_suite_tries_every_fault() -> None:
    """kill -9 is tried on each command."""
    tried = {fault.name for command in COMMANDS for fault in some_faults(command)}
    assert tried == {fault.name for fault in FAULTS[1:]}


def test_every_point_is_more_than_the_suite_tries(bench: Bench) -> None:
    command = by_name()["accept"]
    points = list(every_point(bench, command))
    assert len(points) == len(set(points)) > len(FAULTS) * bench.expected(command).first.calls
    tried = {fault for fault in some_points(bench, command) if not fault.reads}
    assert tried <= set(points)
    assert {fault.name for fault in tried} == {FAULTS[0].name, *(fault.name for fault in some_faults(command))}


def test_ctrl_c_while_new_books_are_made_leaves_nothing_behind(bench: Bench) -> None:
    command = by_name()["init"]
    (interrupt,) = (fault for fault in FAULTS if fault.name == "Ctrl-C")
    wrong = [f"at {nth}: {what}" for nth in (27, 28, 29) for what in bench.trial(command, interrupt.at(nth))]
    assert wrong == []


def test_a_fault_that_is_armed_behind_the_last_call_does_not_strike(bench: Bench) -> None:
    command = by_name()["init"]
    calls = bench.expected(command).first.calls
    assert bench.run(command, bench.place(command), FAULTS[0].at(calls + 1)).hits == 0


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_an_armed_fault_strikes_where_it_is_to(bench: Bench, fault: Fault) -> None:
    command = by_name()["init"]
    result = bench.run(command, bench.place(command), fault.at(3))
    assert (result.hits >= 1, result.call) == (True, "write")


def test_a_lost_line_would_be_seen(bench: Bench) -> None:
    """The trial's own eyes: books that are neither as before nor as after."""
    command = by_name()["accept"]
    expected = bench.expected(command)
    assert len({expected.before, expected.after}) == 2
    found = bench.trial(Command("accept", "reject {proposed}", "ran"), COUNT.at(1))
    assert any("neither as before nor as after" in what for what in found)


def test_numbers_are_spread_evenly_and_hold_the_ends() -> None:
    assert spread(3, 5, 0) == [1, 2, 3]
    assert spread(10, 4, 0) == [1, 4, 7, 10]
    assert spread(10, 1, 12) == [3]


def test_a_new_books_file_that_was_left_unfinished_is_no_obstacle(tmp_path: Path) -> None:
    draft = tmp_path / "books" / ".books.duckdb.part"
    (draft / ".scratch-left").mkdir(parents=True)
    (draft / "books.duckdb").write_bytes(b"\0" * 4096)
    (draft / "books.duckdb.wal").write_bytes(b"\0" * 7)
    init(tmp_path / "books")
    assert all(not check.failure for check in Books(tmp_path / "books").verify())
    assert sorted(path.name for path in (tmp_path / "books").iterdir()) == ["books.duckdb", "matcher.toml"]


def test_a_folder_that_cannot_be_made_is_a_coded_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MatcherError, match=r"file\.unwritable: .*file/books"):
        init(tmp_path / "file" / "books")


def test_books_that_are_made_at_the_same_time_are_made_once(bench: Bench) -> None:
    command = by_name()["init"]
    work = bench.place(command)
    results = bench.server.run([Job(work, tuple(bench.arguments(command, work)), while_busy=True)] * 6)
    assert {result.status for result in results} == {0}
    assert dump(work) == bench.expected(command).after
    assert sorted(path.name for path in (work / "books").iterdir()) == ["books.duckdb", "matcher.toml"]


def test_the_library_does_nothing_until_it_is_armed(bench: Bench, tmp_path: Path) -> None:
    library = bench.folder / "inject.so"
    assert hasattr(ctypes.CDLL(str(library)), "faults_arm")
    made = tmp_path / "file"
    subprocess.run(["/bin/sh", "-c", f"echo text > {made}"], check=True, env={"LD_PRELOAD": str(library)})
    assert made.read_text() == "text\n"

"""Nothing is published before it is remembered: an export that is broken off anywhere, the next one, and an undo after it."""

import csv
import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import duckdb
import pytest
from posted import decided, one_posted
from support import copied, once_for_bytes

from matcher.books import Books
from matcher.errors import MatcherError
from matcher.pipeline.receipts import Sending
from matcher.store import database
from matcher.store.hardening import Opened

AGAIN = Sending(all=True)


class PowerFails(BaseException):
    """Ends the program where it stands, as far as one process can show it to itself."""


@pytest.fixture
def books(tmp_path: Path) -> Books:
    (tmp_path / "out").mkdir()
    return copied(tmp_path, one_posted)


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def remembered(books: Books) -> set[str]:
    """External ids of the documents that the books hold as sent."""
    return set(_remembered(books.directory / "books.duckdb"))


@once_for_bytes
def _remembered(file: Path) -> list[str]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return [row[0] for row in connection.execute("SELECT external_id FROM log.export").fetchall()]


def published(path: Path) -> set[str]:
    """External ids in a file that stands; none where it does not."""
    if not path.exists():
        return set()
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            return {row["external_id"] for row in csv.DictReader(stream)}
    rows = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    assert rows[-1]["record"] == "trailer"
    return {row["external_id"] for row in rows[1:-1]}


def control_total(path: Path) -> str:
    header = json.loads(path.with_suffix(".batch.json").read_text(encoding="utf-8"))["header"]
    return str(header["control_totals"].get("EUR", "0.00"))


def truth_is_told(books: Books, out: Path, path: Path) -> None:
    """Whatever happened: what stands is remembered, the next export sends it all, and an undo reaches the ERP."""
    assert published(path) <= remembered(books)
    before = published(path)
    done = books.export("receipts", path, how=AGAIN)
    again = published(path)
    assert before <= again
    assert len(again) == done.rows == 1
    assert remembered(books) == again
    assert not [name for name in names(out) if name.endswith(".part")]
    books.undo(decided(books))
    books.export("receipts", path, how=AGAIN)
    assert len(published(path)) == 1
    assert published(path).isdisjoint(again)
    assert remembered(books) == again | published(path)


def broken_off(monkeypatch: pytest.MonkeyPatch, name: str, at: int, raised: Callable[[], BaseException]) -> list[Path]:
    """The `at`-th call of a function of `os` raises instead of working. Gives the files of the calls."""
    calls: list[Path] = []
    working = getattr(os, name)

    def call(*args: Any, **more: Any) -> Any:
        calls.append(Path(os.readlink(f"/proc/self/fd/{args[0]}") if isinstance(args[0], int) else args[0]))
        if len(calls) == at:
            raise raised()
        return working(*args, **more)

    monkeypatch.setattr(os, name, call)
    return calls


def outcome(books: Books, path: Path) -> MatcherError | None:
    """How an export ends that may be broken off: with a coded error, or without."""
    try:
        books.export("receipts", path, how=AGAIN)
    except PowerFails:
        return None
    except MatcherError as error:
        return error
    return None


def code_for(books: Books, path: Path) -> str:
    """What is said of a file that cannot be opened or written: matcher.toml, something of the books, or an export."""
    if path == books.directory / "matcher.toml":
        return "config.invalid"
    return "books.unwritable" if path.is_relative_to(books.directory) else "file.unwritable"


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("raised", [PowerFails, lambda: OSError(errno.ENOSPC, "No space left on device")])
@pytest.mark.parametrize("name", ["fsync", "replace", "fdopen", "open"])
def test_an_export_broken_off_at_any_step_tells_the_erp_the_truth(
    tmp_path: Path, books: Books, monkeypatch: pytest.MonkeyPatch, name: str, raised: Callable[[], BaseException], ending: str
) -> None:
    out = tmp_path / "out"
    path = out / f"r.{ending}"
    for at in range(1, 12):
        with monkeypatch.context() as patch:
            calls = broken_off(patch, name, at, raised)
            refused = outcome(books, path)
        sent = remembered(books)
        if refused:
            assert (refused.code, refused.exit_code) == (code_for(books, calls[at - 1]), 2)
            if refused.code == "file.unwritable":
                assert ("recorded as sent" in str(refused)) == bool(sent)
        assert published(path) <= sent
        if ending == "csv" and path.exists():
            assert path.with_suffix(".batch.json").exists()
        if len(calls) < at:
            break
    else:
        pytest.fail("the last step was not reached")
    assert at > 1
    truth_is_told(books, out, path)


@pytest.mark.parametrize("at", [1, 2])
def test_two_files_that_do_not_belong_together_never_stand_beside_each_other(
    tmp_path: Path, books: Books, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    path = tmp_path / "out" / "r.csv"
    books.export("receipts", path, how=AGAIN)
    assert control_total(path) == "1190.00"
    books.undo(decided(books))
    with monkeypatch.context() as patch:
        broken_off(patch, "replace", at, PowerFails)
        with pytest.raises(PowerFails):
            books.export("receipts", path, how=AGAIN)
    if path.exists():
        assert control_total(path) == "1190.00"
    books.export("receipts", path, how=AGAIN)
    assert control_total(path) == "-1190.00"
    assert names(path.parent) == ["r.batch.json", "r.csv"]


def test_a_folder_that_is_not_there_is_found_out_before_anything_is_recorded(tmp_path: Path, books: Books) -> None:
    with pytest.raises(MatcherError, match=r"file\.unwritable: .*cannot be written \(No such file or directory\)\. Check"):
        books.export("receipts", tmp_path / "nowhere" / "r.csv", how=AGAIN)
    assert remembered(books) == set()


def test_a_folder_in_the_place_of_the_file_is_found_out_before_anything_is_recorded(tmp_path: Path, books: Books) -> None:
    (tmp_path / "out" / "r.csv").mkdir()
    with pytest.raises(MatcherError, match=r"file\.unwritable: .*cannot be written \(Is a directory\)"):
        books.export("receipts", tmp_path / "out" / "r.csv", how=AGAIN)
    assert remembered(books) == set()
    assert names(tmp_path / "out") == ["r.csv"]


class Uncommitted:
    """A connection whose COMMIT never comes to be."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, sql: str, *more: Any) -> Any:
        if sql == "COMMIT":
            raise PowerFails
        return self._connection.execute(sql, *more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_what_the_books_do_not_come_to_remember_is_not_published(
    tmp_path: Path, books: Books, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    path, connect = tmp_path / "out" / f"r.{ending}", database.connect

    def uncommitted(path: Path, write: bool, key: str | None) -> Opened:
        opened = connect(path, write, key)
        opened.connection = cast("duckdb.DuckDBPyConnection", Uncommitted(opened.connection))
        return opened

    with monkeypatch.context() as patch:
        patch.setattr(database, "connect", uncommitted)
        with pytest.raises(PowerFails):
            books.export("receipts", path, how=AGAIN)
    assert names(path.parent) == []
    assert remembered(books) == set()
    truth_is_told(books, path.parent, path)


def test_a_device_that_is_full_is_told_with_what_is_recorded(books: Books, tmp_path: Path) -> None:
    (tmp_path / "out" / "full.jsonl").symlink_to("/dev/full")
    with pytest.raises(MatcherError, match=r"file\.unwritable: .*No space left on device\); its documents are recorded as sent\. Repeat"):
        books.export("receipts", tmp_path / "out" / "full.jsonl", how=AGAIN)
    assert len(remembered(books)) == 1


def test_what_a_killed_process_left_is_removed_and_what_another_writes_is_not(tmp_path: Path, books: Books) -> None:
    out = tmp_path / "out"
    hold = "import sys; from pathlib import Path; from matcher.exports.files import atomic\nwith atomic(Path(sys.argv[1])): "
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    waits = "print('held', flush=True); sys.stdin.read()"
    subprocess.run([sys.executable, "-c", hold + killed, str(out / "r.csv")], check=False)
    (left,) = names(out)
    command = [sys.executable, "-c", hold + waits, str(out / "r.csv")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        (held,) = names(out)
        assert held != left
        (out / ".r.csv.notes.part").write_text("a person's own")
        books.export("receipts", out / "r.csv", how=AGAIN)
        assert names(out) == sorted([held, ".r.csv.notes.part", "r.batch.json", "r.csv"])


@pytest.mark.parametrize("what", ["receipts", "matches"])
def test_a_new_file_is_its_owners_alone_and_an_old_one_keeps_its_mode(tmp_path: Path, books: Books, what: str) -> None:
    path = tmp_path / "out" / "r.csv"
    books.export(what, path)
    assert {stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()} == {0o600}
    path.chmod(0o644)
    books.export(what, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644

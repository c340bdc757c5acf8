"""While a long command has the books open, others read what was before it; never anything between, and nothing stale after a crash."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support import copied, filled

from matcher.books import Books
from matcher.errors import MatcherError
from matcher.store import before, open_store
from matcher.store.waiting import Wait

ITEMS = [{"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00400", "amount": "1190.00"}]
CUSTOMERS = [{"customer_id": "C1", "name": "Brandt GmbH"}]
LINES = [{"amount": "1190.00", "counterparty_name": "Brandt GmbH", "remittance_information": "RE-2026-00400", "bank_reference": "B1"}]
HOLD = """
import sys
from pathlib import Path
from matcher.store import database

when, commit, dropped = sys.argv[1], database._commit, database.before.dropped

def wait():
    print(when, flush=True)
    sys.stdin.readline()

def committed(*given):
    if when == "committing":
        wait()
    commit(*given)
    if when == "committed":
        wait()

def working(opened):
    if when == "working":
        wait()
    dropped(opened)

database._commit, database.before.dropped = committed, working
with database.open_store(Path(sys.argv[2]), write=True, long=True) as store:
    store.run("INSERT INTO meta.refusal VALUES ('x')")
"""


def _made(folder: Path) -> None:
    filled(folder, items=ITEMS, customers=CUSTOMERS, lines=LINES)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    made = copied(tmp_path, _made)
    return Books(made.directory, actor="ada", wait=Wait(reading=0))


@contextmanager
def long_command(books: Books, when: str) -> Iterator[subprocess.Popen[str]]:
    """A long command of another process that stands still: `working`, while its note is there; `committing`, after that; or `committed`."""
    command = [sys.executable, "-c", HOLD, when, str(file_of(books))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{when}\n"
            yield process
        finally:
            process.kill()


def go_on(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def file_of(books: Books) -> Path:
    return books.directory / "books.duckdb"


def written(books: Books) -> int:
    """How many rows of the long command are there."""
    with books.reading() as session:
        return session.store.scalar("SELECT count(*) FROM meta.refusal")


def beside(books: Books) -> list[str]:
    return sorted(path.name for path in books.directory.iterdir() if path.name not in ("matcher.toml", "books.duckdb"))


def test_readers_see_what_was_before_until_it_is_there(books: Books) -> None:
    with long_command(books, "working") as process:
        assert written(books) == 0
        assert books.earlier
        assert books.queue().waiting == 1
        files = [path for path in books.directory.rglob("*") if path.is_file() and path.name != "matcher.toml"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
        with pytest.raises(MatcherError, match=r"books\.busy"):
            books.classify(["ref:B1"], "fee")
        go_on(process)
    after = Books(books.directory, actor="ada", wait=Wait(reading=0))
    assert (written(after), after.earlier) == (1, False)
    assert beside(books) == []


def test_verify_and_the_head_are_of_the_books_themselves(books: Books) -> None:
    with long_command(books, "working") as process:
        for look in (books.verify, books.head):
            with pytest.raises(MatcherError, match=r"books\.busy"):
                look()
        go_on(process)
    assert [check.failure for check in books.verify() if check.failure] == []


@pytest.mark.parametrize("when", ["committing", "committed"])
def test_what_is_being_committed_is_waited_for(when: str, books: Books) -> None:
    with long_command(books, when) as process:
        assert not before.note_of(file_of(books)).exists()
        with pytest.raises(MatcherError, match=r"books\.busy"):
            written(books)
        go_on(process)
    assert written(books) == 1


def test_a_reader_that_began_before_reads_on_to_its_end(books: Books) -> None:
    with long_command(books, "working") as process, open_store(file_of(books), write=False) as store:
        assert store.earlier
        go_on(process)
        assert written(books) == 1
        books.classify(["ref:B1"], "fee")  # another one that writes, and tidies up what others left
        assert store.scalar("SELECT count(*) FROM meta.refusal") == 0
        assert store.scalar("SELECT count(*) FROM raw.line") == 1
    assert beside(books) == []


@pytest.mark.parametrize("when", ["working", "committing", "committed"])
def test_a_killed_command_leaves_nothing_that_is_read_later(when: str, books: Books) -> None:
    with long_command(books, when) as process:
        process.kill()
        process.wait()
    assert before.note_of(file_of(books)).exists() == (when == "working")
    assert written(books) == (when == "committed")
    assert not books.earlier
    assert not before.note_of(file_of(books)).exists()
    books.classify(["ref:B1"], "fee")
    assert beside(books) == []


def test_a_note_that_names_no_copy_is_as_none(books: Books) -> None:
    with long_command(books, "committing") as process:
        for text in ("", "../books", ".scratch-0123456789abcdef/before", ".scratch-0123456789abcdef/../../x/before", "é" * 99):
            before.note_of(file_of(books)).write_text(text, encoding="utf-8")
            with pytest.raises(MatcherError, match=r"books\.busy"):
                written(books)
        go_on(process)
    assert written(books) == 1
    assert not before.note_of(file_of(books)).exists()


def test_a_copy_that_is_no_longer_whole_is_none(books: Books) -> None:
    with long_command(books, "working") as process:
        (copy,) = books.directory.glob(f".scratch-*/{before.COPY}")
        os.truncate(copy, 5000)
        with pytest.raises(MatcherError, match=r"books\.busy"):
            written(books)
        go_on(process)


def test_without_room_for_a_copy_readers_wait(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(before.shutil, "copyfileobj", full)
    books.run()
    assert books.state().decisions.height == 1
    assert beside(books) == []


def test_a_note_that_cannot_be_taken_away_stops_the_commit(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where somebody reads it and does not let go."""
    with monkeypatch.context() as patched:

        def held(path: Path, *, missing_ok: bool = False) -> None:
            raise PermissionError(13, os.strerror(13))

        patched.setattr(before, "_PAUSE", 0)
        patched.setattr(Path, "unlink", held)
        with pytest.raises(MatcherError, match=r"books\.unwritable"):
            books.run()
    assert books.state().decisions.height == 0
    books.run()
    assert books.state().decisions.height == 1
    assert beside(books) == []

"""What the operating system refuses: screens that fail after the work is done, full disks, permissions, damage, a user without a name."""

import os
import subprocess
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import duckdb
import pytest
from faults.harness import Job, Server
from posted import ITEM, LINE, decided, one_posted
from support import NOW, copied, filled, lines_file, once_for_bytes, tamper

from matcher.books import Books
from matcher.errors import MatcherError
from matcher.pipeline.receipts import Sending
from matcher.store import database
from matcher.store.hardening import Opened
from matcher.store.waiting import Wait

PROGRAM = [sys.executable, "-c", "from matcher.cli import program; program()"]
NAMES = ("LOGNAME", "USER", "LNAME", "USERNAME", "MATCHER_ACTOR")
"""Variables that say who decides."""


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return copied(tmp_path, one_posted)


def batches(books: Books) -> int:
    """Number of commands that the books have recorded."""
    return _batches(books.directory / "books.duckdb")


@once_for_bytes
def _batches(file: Path) -> int:
    with duckdb.connect(str(file), read_only=True) as connection:
        return int(connection.execute("SELECT count(*) FROM log.batch").fetchall()[0][0])


Ended = subprocess.CompletedProcess[str]
"""Exit status, standard output and standard error of a command."""


def forked(server: Server, books: Books, *command: str, before: str = "", actor: str = "ada", full: Collection[int] = ()) -> Ended:
    """How the command line ends without anyone named by the environment; `full`: the screens that have no room, others are pipes."""
    folder, told = books.directory.parent, {1: "", 2: ""}
    pipes = {number: folder / f"screen{number}" for number in told if number not in full}
    for path in pipes.values():
        os.mkfifo(path)
    ends = {number: os.open(path, os.O_RDWR | os.O_NONBLOCK) for number, path in pipes.items()}
    words = ["--books", str(books.directory), *(["--actor", actor] if actor else []), *command]
    nameless = f"import os\nfor name in {NAMES}: os.environ.pop(name, None)\n"
    out, err = (pipes.get(number, Path("/dev/full")) for number in told)
    (result,) = server.run([Job(folder, tuple(words), before=nameless + before, out=out, err=err)])
    for number, end in ends.items():
        with suppress(BlockingIOError):  # nothing was said
            told[number] = os.read(end, 1 << 16).decode()
        os.close(end)
        pipes[number].unlink()
    return subprocess.CompletedProcess(command, result.status, told[1], told[2])


def ended(server: Server, books: Books, redirect: str, *command: str) -> Ended:
    """How the command line ends under a shell's redirection of its descriptors. Where one is closed, a shell starts it."""
    if "&-" not in redirect:
        return forked(server, books, *command, full=[int(one[0]) for one in redirect.split()])
    env = {name: text for name, text in os.environ.items() if name not in NAMES}
    shell = ["sh", "-c", f'"$@" {redirect}', "sh", *PROGRAM, "--books", str(books.directory), "--actor", "ada", *command]
    return subprocess.run(shell, capture_output=True, text=True, check=False, env=env)


FULL, CLOSED = "1>/dev/full", "1>&-"


@pytest.mark.parametrize(
    ("redirect", "why", "command"),
    [
        *((FULL, "No space left on device", command) for command in ("undo", "run", "ingest", "receipts", "matches")),
        (CLOSED, "Bad file descriptor", "undo"),
    ],
)
def test_a_screen_that_fails_after_the_work_says_that_it_is_done(
    server: Server, tmp_path: Path, books: Books, redirect: str, why: str, command: str
) -> None:
    lines_file(tmp_path, [LINE | {"bank_reference": "B2", "amount": "5.00"}], "more.csv")
    decision = decided(books)
    words = {
        "undo": ("undo", decision),
        "run": ("run",),
        "ingest": ("ingest", str(tmp_path / "more.csv")),
        "receipts": ("export", "receipts", "-o", str(tmp_path / "r.csv")),
        "matches": ("export", "matches", "-o", str(tmp_path / "m.csv")),
    }
    before = batches(books)
    done = ended(server, books, redirect, *words[command])
    hint = "Do not repeat the command; see `matcher status` for what stands in the books."
    assert done.stderr.splitlines()[-1] == f"screen.failed: standard output: cannot be written ({why}). {hint}"
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert batches(books) == before + (command != "matches")
    if command == "matches":
        assert (tmp_path / "m.csv").read_text(encoding="utf-8").startswith("line_id,")


@pytest.mark.parametrize(
    ("redirect", "command"), [(FULL, ("queue",)), (FULL, ("run", "--dry-run")), (CLOSED, ("aging", "--format", "csv"))]
)
def test_a_listing_that_cannot_be_shown_is_a_file_that_cannot_be_written(
    server: Server, books: Books, redirect: str, command: tuple[str, ...]
) -> None:
    done = ended(server, books, redirect, *command)
    assert done.stderr.splitlines()[-1].startswith("file.unwritable: standard output: cannot be written (")
    assert done.returncode == 2


@pytest.mark.parametrize("redirect", ["0<&- 1>&- 2>&-", "1>/dev/full 2>/dev/full"])
def test_without_any_screen_the_status_alone_tells(server: Server, books: Books, redirect: str) -> None:
    done = ended(server, books, redirect, "undo", decided(books))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert books.state().decisions.height == 2
    assert ended(server, books, redirect, "queue").returncode == 2
    assert ended(server, books, redirect.replace("1>", "3>"), "undo", "nothing").returncode == 2
    assert ended(server, books, redirect.replace("1>", "3>"), "queue").returncode == 0


UNREAD = "import os\nread, write = os.pipe()\nos.close(read)\nos.dup2(write, 1)\n"
"""Standard output is a pipe that nobody reads any more."""


def test_whoever_closes_the_pipe_does_not_change_how_the_work_ends(server: Server, tmp_path: Path, books: Books) -> None:
    script = f'("$@"; echo $? > "{tmp_path}/status") | true'
    words = ["sh", "-c", script, "sh", *PROGRAM, "--books", str(books.directory), "--actor", "ada", "aging"]
    assert "Traceback" not in subprocess.run(words, capture_output=True, text=True, check=False).stderr
    assert (tmp_path / "status").read_text(encoding="utf-8") == "0\n"

    def run(*command: str) -> int:
        done = forked(server, books, *command, before=UNREAD)
        assert "Traceback" not in done.stderr
        return done.returncode

    assert run("undo", decided(books)) == 0
    assert books.state().decisions.height == 2
    tamper(books.directory / "books.duckdb", "log.batch", "UPDATE log.batch SET actor = 'nobody' WHERE batch = 2")
    assert run("verify") == 1


def test_a_pipe_that_makes_nobody_wait_loses_nothing() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    much = "import sys\nfrom matcher.cli import screen\nscreen.install()\nfor n in range(20_000): print('a line of output', n)\n"
    with subprocess.Popen([sys.executable, "-c", much + "sys.stdout.flush()"], stdout=write) as process:
        os.close(write)
        with open(read, "rb") as stream:
            got = stream.read()
        assert process.wait() == 0
    assert got.splitlines() == [f"a line of output {n}".encode() for n in range(20_000)]


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        ("KeyError(1)", "internal", 70),
        ("MemoryError", "memory.short", 70),
        ("OSError(28, '')", "system.refused", 2),
        ('RuntimeError("can\'t start new thread")', "memory.short", 70),
        ("type('PanicException', (BaseException,), {})('ThreadPoolBuildError')", "memory.short", 70),
        ("type('PanicException', (BaseException,), {})('index out of bounds')", "internal", 70),
    ],
)
def test_an_error_after_the_work_does_not_say_that_nothing_was_changed(
    server: Server, books: Books, error: str, code: str, status: int
) -> None:
    fail = f"import matcher.cli.decide as decide\ndef fail(*made, **how): raise {error}\ndecide._show = fail\n"
    decision = decided(books)
    done = forked(server, books, "undo", decision, before=fail)
    assert done.returncode == status
    assert done.stderr.startswith(f"{code}: ")
    assert done.stderr.count("\n") == 1
    assert "nothing was changed" not in done.stderr
    assert "the command's work is recorded, do not repeat it" in done.stderr
    assert books.state().decisions.height == 2


def limited(server: Server, books: Books, most: int, *command: str) -> Ended:
    """How a command ends where no file may become larger than so many bytes: a disk that is full, as far as one process can have one."""
    full = (
        f"import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, ({most},) * 2)"
    )
    return forked(server, books, *command, before=full)


@pytest.mark.parametrize(
    ("command", "most", "code"),
    [
        ("undo", 0, "books.unwritable"),
        ("run", 500, "books.unwritable"),
        ("export", 0, "file.unwritable"),
    ],
)
def test_a_full_disk_is_told_and_changes_nothing(server: Server, tmp_path: Path, books: Books, command: str, most: int, code: str) -> None:
    out = tmp_path / "r.jsonl"
    decision = decided(books)
    more = {"undo": ["undo", decision], "run": ["run"], "export": ["export", "receipts", "--all", "-o", str(out)]}[command]
    before = batches(books)
    done = limited(server, books, most, *more)
    assert (done.stderr.partition(":")[0], done.returncode) == (code, 2)
    assert "File too large" in done.stderr
    assert done.stderr.count("\n") == 1
    assert batches(books) == before
    assert [name for name in os.listdir(tmp_path) if name.startswith("r.") or name.endswith(".part")] == []
    assert not [check for check in books.verify() if check.failure]
    assert books.export("receipts", out, how=Sending(all=True)).rows == 1


PERMITTED = """
import ctypes, os
os.chdir("/")
libc = ctypes.CDLL(None, use_errno=True)
head, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
assert libc.capget(head, sets) == 0
sets[0], sets[1] = (held & ~(1 << 1 | 1 << 2) for held in sets[:2])
assert libc.capset(head, sets) == 0
"""
"""capset(2): takes away the two capabilities that let root read and write what its permissions forbid. They are of the process's threads
to come as well."""


@pytest.mark.parametrize(
    ("spoil", "command", "code"),
    [
        (lambda folder: (folder / "books.duckdb").chmod(0o000), "status", "books.unreadable"),
        (lambda folder: (folder / "books.duckdb").chmod(0o000), "run", "books.unreadable"),
        (lambda folder: (folder / "books.duckdb").chmod(0o444), "run", "books.unwritable"),
        (lambda folder: folder.chmod(0o555), "run", "books.unwritable"),
        (lambda folder: folder.chmod(0o000), "status", "books.unreadable"),
    ],
)
def test_what_is_not_permitted_is_told_and_never_called_damaged(
    server: Server, books: Books, spoil: Callable[[Path], None], command: str, code: str
) -> None:
    assert forked(server, books, "status", before=PERMITTED).returncode == 0
    before = batches(books)
    spoil(books.directory)
    try:
        done = forked(server, books, command, before=PERMITTED)
    finally:
        books.directory.chmod(0o700)
        (books.directory / "books.duckdb").chmod(0o600)
    assert done.stderr.startswith(f"{code}: ")
    assert "Permission denied" in done.stderr
    assert "backup" not in done.stderr
    assert (done.returncode, done.stdout) == (2, "")
    assert batches(books) == before


NAMELESS = "import pwd\ndef unknown(number): raise KeyError(number)\npwd.getpwuid = unknown\n"
"""The operating system has no name for who runs the program."""


def test_who_has_no_name_reads_and_decides_nothing(server: Server, books: Books) -> None:
    assert forked(server, books, "aging", before=NAMELESS, actor="").returncode == 0
    done = forked(server, books, "run", before=NAMELESS, actor="")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "actor.unknown: it is not known who decides. Name yourself with --actor or MATCHER_ACTOR.\n"
    assert forked(server, books, "run", before=NAMELESS, actor="ada").returncode == 0


def in_place(name: str, make: Callable[[Path], None]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        make(folder / name)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (in_place("books.duckdb", Path.mkdir), "books.unreadable"),
        (in_place("books.duckdb", os.mkfifo), "books.unreadable"),
        (in_place("books.duckdb.wal", os.mkfifo), "books.unreadable"),
        (in_place("books.duckdb", lambda path: path.symlink_to("/dev/zero")), "books.unreadable"),
        (in_place("books.duckdb", lambda path: path.symlink_to("nowhere")), "books.missing"),
        (in_place("books.duckdb", lambda path: path.symlink_to(path)), "books.unreadable"),
    ],
)
def test_what_is_no_books_file_is_told_and_stays_as_it_is(books: Books, spoil: Callable[[Path], None], code: str) -> None:
    spoil(books.directory)
    before = sorted(os.listdir(books.directory))
    for work in (books.state, books.run):
        with pytest.raises(MatcherError) as raised:
            work()
        assert (raised.value.code, raised.value.exit_code, raised.value.where) == (code, 2, str(books.directory / "books.duckdb"))
    assert sorted(os.listdir(books.directory)) == before


def large(folder: Path) -> None:
    items = [ITEM | {"item_id": f"I{n}", "document_no": f"RE-2026-{n:05}", "amount": f"{100 + n}.00"} for n in range(2_000)]
    rows = [
        LINE | {"amount": f"{100 + n}.00", "remittance_information": f"RE-2026-{n:05}", "bank_reference": f"B{n}"} for n in range(1_000)
    ]
    filled(folder, items=items, customers=[{"customer_id": "C1", "name": "Brandt GmbH"}], lines=rows)


@pytest.fixture
def many(tmp_path: Path) -> Books:
    """Books large enough to have blocks of their own for lines and items."""
    return copied(tmp_path, large)


@pytest.mark.shape
def test_a_damaged_block_is_told_as_damage_wherever_it_is_met(many: Books) -> None:
    file = many.directory / "books.duckdb"
    good = file.read_bytes()
    told = 0
    for place in range(20_000, len(good), len(good) // 5):
        for damaged in (good[:place] + bytes(64) + good[place + 64 :], good[:place]):
            for ask in (many.verify, many.state):
                file.write_bytes(damaged)
                file.with_name("books.duckdb.wal").unlink(missing_ok=True)
                try:
                    ask()
                except MatcherError as error:
                    told += (error.code, error.exit_code) == ("books.damaged", 70)
    assert told > 4


def refusing(error: duckdb.Error, word: str) -> Callable[..., Opened]:
    """A way to connect after which statements that begin with the word raise the error."""
    connect = database.connect

    class Refusing:
        def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
            self._connection = connection

        def execute(self, sql: str, *more: Any) -> Any:
            if sql.startswith(word):
                raise error
            return self._connection.execute(sql, *more)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

    def opened(*how: Any, **named: Any) -> Opened:
        found = connect(*how, **named)
        found.connection = cast("duckdb.DuckDBPyConnection", Refusing(found.connection))
        return found

    return opened


@pytest.mark.shape
@pytest.mark.parametrize("word", ["BEGIN", "INSERT", "COMMIT", "SELECT"])
def test_what_the_database_meets_at_any_statement_has_a_code(books: Books, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    before, decision, errors = batches(books), decided(books), {
        duckdb.TransactionException('Failed to commit: Could not write file "x.wal": No space left on device'): "books.unwritable",
        duckdb.FatalException("FATAL Error: fsync failed!"): "books.unwritable",
        duckdb.IOException('IO Error: Could not read from file "x": Input/output error'): "books.unreadable",
        duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"): "memory.short",
        duckdb.FatalException("FATAL Error: database has been invalidated"): "books.damaged",
        duckdb.SerializationException("Serialization Error: Failed to deserialize"): "books.damaged",
    }  # fmt: skip
    fresh = Books(books.directory, actor="ada")
    for error, code in errors.items():
        with monkeypatch.context() as patch:
            patch.setattr(database, "connect", refusing(error, word))
            with pytest.raises(MatcherError) as raised:
                fresh.undo(decision)
        assert raised.value.code == code
        assert not fresh.kept
        assert batches(books) == before


def test_a_commit_that_the_disk_does_not_confirm_is_told_as_one_that_may_be_there(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file holds the command, and the last flush fails."""
    connect, before = database.connect, batches(books)
    decision = decided(books)

    class Unconfirmed:
        def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
            self._connection = connection

        def execute(self, sql: str, *more: Any) -> Any:
            done = self._connection.execute(sql, *more)
            if sql.startswith("COMMIT"):
                raise duckdb.FatalException("FATAL Error: fsync failed!")
            return done

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

    def opened(*how: Any, **named: Any) -> Opened:
        found = connect(*how, **named)
        found.connection = cast("duckdb.DuckDBPyConnection", Unconfirmed(found.connection))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(database, "connect", opened)
        with pytest.raises(MatcherError) as raised:
            books.undo(decision)
    assert (raised.value.code, raised.value.exit_code) == ("books.unconfirmed", 1)
    assert batches(books) == before + 1
    assert not [check for check in books.verify() if check.failure]


def test_an_error_of_the_program_is_not_called_damage(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "connect", refusing(duckdb.BinderException("Binder Error: no such column"), "BEGIN"))
    with pytest.raises(duckdb.BinderException):
        books.run()


@pytest.mark.shape
def test_books_that_need_more_memory_than_there_is_are_told_so(many: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = database.connect

    def poor(path: Path, write: bool, key: str | None) -> Opened:
        opened = connect(path, write, key)
        opened.connection.execute("SET memory_limit = '1MB'")
        return opened

    monkeypatch.setattr(database, "connect", poor)
    with pytest.raises(MatcherError, match=r"memory\.short: "):
        many.run()


class Clock:
    """A clock that goes on only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def wait(self, seconds: float) -> Wait:
        return Wait(seconds, lambda: self.time, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def test_busy_books_are_waited_for_until_they_are_free_or_the_time_is_over(books: Books) -> None:
    clock = Clock()
    waiting = Books(books.directory, actor="ada", clock=lambda: NOW, wait=clock.wait(1))
    with books.reading():  # this program has them open, which another writer may not
        with pytest.raises(MatcherError, match=r"books\.busy: .*this same program has the books open already"):
            waiting.run()
        assert sum(clock.slept) == pytest.approx(1)
    holder = books.reading()
    holder.__enter__()

    def free(seconds: float) -> None:
        holder.__exit__(None, None, None)

    freed = Books(books.directory, actor="ada", clock=lambda: NOW, wait=Wait(10, lambda: 0.0, free))
    freed.run()
    assert freed.kept


def test_without_waiting_busy_books_are_refused_at_once(books: Books) -> None:
    with books.reading(), pytest.raises(MatcherError, match=r"books\.busy"):
        books.run()


def test_a_command_waits_for_books_that_another_process_holds(server: Server, books: Books) -> None:
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(books.directory / "books.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        refused = ended(server, books, "", "run", "--wait", "0")
        assert refused.returncode == 5
        words = [*PROGRAM, "--books", str(books.directory), "--actor", "ada"]
        waiting = [
            subprocess.Popen([*words, *asked], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for asked in (["--wait", "600", "run"], ["run", "--wait", "600"])
        ]
        holder.stdin.close()
        holder.stdin = None
        assert [one.wait() for one in waiting] == [0, 0]


def test_a_holder_that_has_no_number_here_is_busy_and_no_damage(books: Books) -> None:
    text = 'IO Error: Could not set lock on file "x": Conflicting lock is held in PID 0. See also https://duckdb.org/docs'
    found = database.failures.opening(duckdb.IOException(text), books.directory / "books.duckdb")
    assert (found.code, found.exit_code) == ("books.busy", 5)
    assert "a process that cannot be seen from here has the books open" in str(found)


def test_a_place_that_init_cannot_write_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = server.one(tmp_path, ["init", str(tmp_path / "file" / "books")])
    assert done.status == 2
    assert done.said.startswith(f"file.unwritable: {tmp_path / 'file' / 'books'}: cannot be made (")

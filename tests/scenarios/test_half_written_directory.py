"""The program is killed while DuckDB rewrites its own directory of the books file where it stands."""

import os
import struct
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from support import copied, new_books

from matcher.errors import MatcherError
from matcher.store import database, hardening, rescue

BLOCKS_AT, BLOCK = 12_288, 262_144
HEADERS_AT = 4096

KILLED = """
import os, sys
from pathlib import Path
from matcher.store import database, hardening
with database.open_store(Path(sys.argv[1]), write=True) as store:
    store.run("INSERT INTO meta.refusal VALUES ('kept')")
    hardening.Opened.close = lambda self: os._exit(9)
"""
"""A command that is killed right after it has committed, before DuckDB takes its log over into the file."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The books file that such a command leaves."""
    return copied(tmp_path, _left).directory / "books.duckdb"


def _left(folder: Path) -> None:
    _killed(new_books(folder / "books").directory / "books.duckdb")


def _killed(path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", KILLED, path], check=False).returncode == 9


def _copy(path: Path) -> Path:
    (copy,) = path.parent.glob(".scratch-*/directory")
    return copy


def _halve(path: Path, copy: Path | None = None) -> None:
    """Half of each block of the directory is written anew, and no checksum is right any more."""
    blocks = (copy or _copy(path)).read_bytes()[20 + 32 + 8192 :]
    assert blocks
    with path.open("r+b") as stream:
        for start in range(0, len(blocks), 8 + BLOCK):
            (number,) = struct.unpack_from("<q", blocks, start)
            stream.seek(BLOCKS_AT + number * BLOCK)
            stream.write(bytes(BLOCK // 2))


def _words(path: Path, *, write: bool = False) -> list[str]:
    with database.open_store(path, write=write) as store:
        return [word for (word,) in store.run("SELECT reason FROM meta.refusal")]


@pytest.mark.parametrize("write", [False, True])
def test_what_was_committed_is_there_for_whoever_opens_the_books_next(file: Path, *, write: bool) -> None:
    _halve(file)
    assert _words(file, write=write) == ["kept"]


def test_a_second_kill_in_the_command_that_mends_the_file_loses_nothing_either(file: Path) -> None:
    _halve(file)
    _killed(file)
    _halve(file)
    assert _words(file) == ["kept", "kept"]


def test_neither_does_one_in_a_command_that_mends_the_file_and_is_refused(file: Path) -> None:
    """It takes the log over when it closes, although it keeps nothing of its own."""
    _halve(file)
    with database.open_store(file, write=True, keep=False) as store:
        assert [path.parent for path in file.parent.glob(".scratch-*/directory")] == [store.scratch]
    assert _words(file) == ["kept"]


def test_the_copy_stays_while_the_log_does(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk refuses to take the log over, the directory may be half written, whether the command committed or not."""
    log = file.with_name(f"{file.name}.wal")
    before = log.read_bytes()
    close = hardening.Opened.close

    def refused(opened: hardening.Opened) -> None:
        opened.connection.close()
        log.write_bytes(before)
        close(opened)

    monkeypatch.setattr(hardening.Opened, "close", refused)
    with database.open_store(file, write=True, keep=False):
        pass
    assert _copy(file).exists()


def test_the_next_command_that_writes_leaves_nothing_beside_the_books(file: Path) -> None:
    _halve(file)
    _words(file)
    assert _copy(file).exists()
    _words(file, write=True)
    assert sorted(path.name for path in file.parent.iterdir()) == ["books.duckdb", "matcher.toml"]


def _without(file: Path) -> None:
    _copy(file).unlink()


def _torn(file: Path) -> None:
    _copy(file).write_bytes(_copy(file).read_bytes()[:-1])


def _newer(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(HEADERS_AT + 16)
        stream.write(b"\xff")


@pytest.mark.parametrize("spoilt", [_without, _torn, _newer])
def test_only_a_whole_copy_that_belongs_to_the_file_is_put_back(file: Path, spoilt: Callable[[Path], None]) -> None:
    _halve(file)
    spoilt(file)
    before = file.read_bytes()
    with pytest.raises(MatcherError, match=r"cannot be opened") as raised:
        _words(file)
    assert raised.value.code == "books.damaged"
    assert file.read_bytes() == before


def test_a_command_that_keeps_nothing_keeps_its_copy_until_the_log_is_in_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing takes the log over, also where nothing is committed; and a path may be given from where one stands."""
    monkeypatch.chdir(file.parent.parent)
    with database.open_store(Path("books", file.name), write=True, keep=False) as store:
        assert [path.parent for path in file.parent.glob(".scratch-*/directory")] == [store.scratch]
    assert sorted(path.name for path in file.parent.iterdir()) == ["books.duckdb", "matcher.toml"]
    assert _words(file) == ["kept"]


def _sealed(good: bytes, blocks: bytes) -> bytes:
    """A whole copy with the good one's headers and other blocks."""
    contents = good[52 : 52 + 8192] + blocks
    return b"matcher directory 1\n" + sha256(contents).digest() + contents


def _write(number: int, length: int = BLOCK) -> Callable[[Path, bytes], object]:
    """Makes a copy that has nothing but zeros for one block."""
    return lambda path, good: path.write_bytes(_sealed(good, struct.pack("<q", number) + bytes(length)))


PLANTED: dict[str, Callable[[Path, bytes], object]] = {
    "a pipe": lambda path, _: os.mkfifo(path),
    "a folder": lambda path, _: path.mkdir(),
    "a link": lambda path, _: path.symlink_to("/etc/hostname"),
    "zeros": _write(0),
    "a block beyond the file": _write(10**6),
    "a block before the file": _write(-1),
    "half a block": _write(0, 100),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_no_copy_neither_harms_the_file_nor_hides_the_good_one(name: str, file: Path) -> None:
    good = _copy(file)
    planted = file.parent / ".scratch-!"
    planted.mkdir(mode=0o700)
    PLANTED[name](planted / "directory", good.read_bytes())
    _halve(file, good)
    assert _words(file) == ["kept"]


def test_a_copy_in_a_folder_that_others_may_write_to_is_not_used(file: Path) -> None:
    _halve(file, _copy(file))
    _copy(file).parent.chmod(0o777)
    with pytest.raises(MatcherError, match=r"cannot be opened"):
        _words(file)


def test_whoever_comes_second_to_a_damaged_file_opens_what_the_first_has_mended(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _halve(file, _copy(file))
    copies = hardening.copies

    def mended_meanwhile(path: Path) -> list[Path]:
        for copy in copies(path):
            rescue.restore(path, copy)
        monkeypatch.setattr(rescue, "restore", lambda path, copy: None)
        return copies(path)

    monkeypatch.setattr(hardening, "copies", mended_meanwhile)
    assert _words(file) == ["kept"]

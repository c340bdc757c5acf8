import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.errors import MatcherError
from matcher.exports.files import atomic, write_bytes


def test_a_file_appears_whole(tmp_path: Path) -> None:
    write_bytes(tmp_path / "out", [b"one", b"two"])
    assert (tmp_path / "out").read_bytes() == b"onetwo"
    assert os.listdir(tmp_path) == ["out"]


def test_while_it_is_written_the_old_file_stands(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old")
    with atomic(path) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old")

    def breaks_off() -> Iterator[bytes]:
        yield b"half"
        raise EOFError

    with pytest.raises(EOFError):
        write_bytes(path, breaks_off())
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out"]


def test_a_folder_that_is_not_there_is_a_coded_error(tmp_path: Path) -> None:
    with pytest.raises(MatcherError, match=r"file\.unwritable: .*nowhere/out: cannot be written \(No such file or directory\)"):
        write_bytes(tmp_path / "nowhere" / "out", [b""])


def test_a_folder_in_the_way_is_a_coded_error(tmp_path: Path) -> None:
    with pytest.raises(MatcherError, match=r"file\.unwritable"):
        write_bytes(tmp_path, [b""])


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_bytes(tmp_path / "link", [b"new"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_bytes(pipe, [b"through"])
    reader.join()
    assert got == [b"through"]
    assert pipe.is_fifo()
